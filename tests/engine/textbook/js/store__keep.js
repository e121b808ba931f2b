class Pile {
  constructor() {
    this.papers = [];
  }

  push(paper) {
    this.papers.push(paper);
  }

  pop() {
    return this.papers.pop();
  }

  peek() {
    return this.papers[this.papers.length - 1];
  }

  isEmpty() {
    return this.papers.length === 0;
  }

  size() {
    return this.papers.length;
  }

  clear() {
    this.papers = [];
  }
}

class Line {
  constructor() {
    this.people = [];
  }

  enqueue(person) {
    this.people.push(person);
  }

  dequeue() {
    return this.people.shift();
  }

  front() {
    return this.people[0];
  }

  first() {
    return this.people[0];
  }

  last() {
    return this.people[this.people.length - 1];
  }

  contains(person) {
    return this.people.includes(person);
  }

  has(person) {
    return this.people.includes(person);
  }

  count() {
    return this.people.length;
  }

  remove(person) {
    this.people = this.people.filter((other) => other !== person);
  }

  find(id) {
    return this.people.find((person) => person.id === id);
  }
}

class Memory {
  constructor() {
    this.cells = new Map();
  }

  set(key, value) {
    this.cells.set(key, value);
  }

  get(key) {
    return this.cells.get(key);
  }

  has(key) {
    return this.cells.has(key);
  }

  delete(key) {
    this.cells.delete(key);
  }

  size() {
    return this.cells.size;
  }
}

class Till {
  constructor(owner, amount = 0) {
    this.owner = owner;
    this.amount = amount;
    this.open = false;
  }

  deposit(sum) {
    this.amount += sum;
  }

  withdraw(sum) {
    if (sum > this.amount) {
      throw new Error('not enough money');
    }
    this.amount -= sum;
  }

  pay(price) {
    this.amount -= price;
  }

  getAmount() {
    return this.amount;
  }

  toggle() {
    this.open = !this.open;
  }

  close() {
    this.open = false;
  }

  isOpen() {
    return this.open;
  }
}
