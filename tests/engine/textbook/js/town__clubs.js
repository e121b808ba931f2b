class Choir {
  constructor(town, capacity) {
    this.town = town;
    this.capacity = capacity;
    this.singers = [];
  }

  hire(singer) {
    this.singers.push(singer);
  }

  fire(singer) {
    this.singers = this.singers.filter((other) => other !== singer);
  }

  recruit(singer) {
    this.singers.push(singer);
  }

  dismiss(singer) {
    this.singers = this.singers.filter((other) => other !== singer);
  }

  enroll(singer) {
    this.singers.push(singer);
  }

  expel(singer) {
    this.singers = this.singers.filter((other) => other !== singer);
  }

  join(singer) {
    this.singers.push(singer);
  }

  leave(singer) {
    this.singers = this.singers.filter((other) => other !== singer);
  }

  addAll(newcomers) {
    this.singers.push(...newcomers);
  }

  hireAll(people) {
    this.singers.push(...people);
  }

  isFull() {
    return this.singers.length >= this.capacity;
  }

  hasRoom() {
    return this.singers.length < this.capacity;
  }

  freePlaces() {
    return this.capacity - this.singers.length;
  }

  findById(id) {
    return this.singers.find((singer) => singer.id === id);
  }

  findByName(name) {
    return this.singers.find((singer) => singer.name === name);
  }

  removeById(id) {
    this.singers = this.singers.filter((singer) => singer.id !== id);
  }

  names() {
    return this.singers.map((singer) => singer.name);
  }
}

class Order {
  constructor() {
    this.lines = [];
  }

  addLine(label, price, quantity) {
    this.lines.push({ label, price, quantity });
  }

  total() {
    return this.lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
  }

  getTotal() {
    return this.lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
  }

  totalPrice() {
    return this.lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
  }
}

class Bill {
  constructor() {
    this.entries = [];
  }

  addEntry(label, price) {
    this.entries.push({ label, price });
  }

  total() {
    return this.entries.reduce((sum, entry) => sum + entry.price, 0);
  }

  getTotal() {
    return this.entries.reduce((sum, entry) => sum + entry.price, 0);
  }
}

class Wallet {
  constructor(owner, cents) {
    this.owner = owner;
    this.cents = cents;
  }

  canAfford(price) {
    return this.cents >= price;
  }
}

class Ball {
  constructor(radius) {
    this.radius = radius;
  }

  area() {
    return Math.PI * this.radius ** 2;
  }

  getArea() {
    return Math.PI * this.radius ** 2;
  }

  circumference() {
    return 2 * Math.PI * this.radius;
  }

  diameter() {
    return this.radius * 2;
  }
}

class Spot {
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }

  toString() {
    return `(${this.x}, ${this.y})`;
  }

  distanceTo(other) {
    return Math.hypot(this.x - other.x, this.y - other.y);
  }
}

class Magazine {
  constructor(heading, copies) {
    this.heading = heading;
    this.copies = copies;
  }

  isAvailable() {
    return this.copies > 0;
  }

  isSoldOut() {
    return this.copies === 0;
  }
}

class Diver {
  constructor() {
    this.depths = [];
  }

  record(depth) {
    this.depths.push(depth);
  }

  average() {
    return this.depths.reduce((sum, depth) => sum + depth, 0) / this.depths.length;
  }

  getAverage() {
    return this.depths.reduce((sum, depth) => sum + depth, 0) / this.depths.length;
  }

  highest() {
    return Math.max(...this.depths);
  }

  lowest() {
    return Math.min(...this.depths);
  }

  latest() {
    return this.depths[this.depths.length - 1];
  }
}

function countEvens(values) {
  let count = 0;
  for (const value of values) {
    if (value % 2 === 0) {
      count++;
    }
  }
  return count;
}

function countOdd(values) {
  let count = 0;
  for (const value of values) {
    if (value % 2 !== 0) {
      count++;
    }
  }
  return count;
}

function countPositive(values) {
  let count = 0;
  for (const value of values) {
    if (value > 0) {
      count++;
    }
  }
  return count;
}

function isPrime(number) {
  if (number < 2) {
    return false;
  }
  for (let i = 2; i * i <= number; i++) {
    if (number % i === 0) {
      return false;
    }
  }
  return true;
}

function celsiusToFahrenheit(celsius) {
  return celsius * 9 / 5 + 32;
}

function fahrenheitToCelsius(fahrenheit) {
  return (fahrenheit - 32) * 5 / 9;
}

function minutesToSeconds(minutes) {
  return minutes * 60;
}

function circleArea(radius) {
  return Math.PI * radius ** 2;
}

function secondsToMinutes(seconds) {
  return seconds / 60;
}

function hoursToMinutes(hours) {
  return hours * 60;
}

function minutesToHours(minutes) {
  return minutes / 60;
}

function metersToKilometers(meters) {
  return meters / 1000;
}
