class Berth {
  constructor(limit) {
    this.limit = limit;
    this.boats = [];
    this.anchored = false;
  }

  isCrowded() {
    return this.boats.length >= this.limit;
  }

  isPacked() {
    return this.boats.length >= this.limit;
  }

  hasPlace() {
    return this.boats.length < this.limit;
  }

  hasBoats() {
    return this.boats.length > 0;
  }

  isDeserted() {
    return this.boats.length === 0;
  }

  isAnchored() {
    return this.anchored;
  }

  anchor() {
    this.anchored = true;
  }

  castOff() {
    this.anchored = false;
  }

  findByName(name) {
    return this.boats.find((boat) => boat.name === name);
  }

  names() {
    return this.boats.map((boat) => boat.name);
  }
}

class Chest {
  constructor(length, width, height) {
    this.length = length;
    this.width = width;
    this.height = height;
  }

  volume() {
    return this.length * this.width * this.height;
  }
}

class Coupon {
  constructor(code, expires) {
    this.code = code;
    this.expires = expires;
  }

  isExpired(now) {
    return now > this.expires;
  }

  isOverdue(today) {
    return today > this.expires;
  }
}

class Register {
  constructor() {
    this.places = new Map();
  }

  find(key) {
    return this.places.get(key);
  }

  lookUp(key) {
    return this.places.get(key);
  }

  fetch(key) {
    return this.places.get(key);
  }

  record(key, value) {
    this.places.set(key, value);
  }

  store(key, value) {
    this.places.set(key, value);
  }

  forget(key) {
    this.places.delete(key);
  }

  erase(key) {
    this.places.delete(key);
  }

  knows(key) {
    return this.places.has(key);
  }
}

function larger(one, other) {
  return one > other ? one : other;
}

function lesser(one, other) {
  return one < other ? one : other;
}

function mayRide(height, minimum) {
  return height >= minimum;
}

function canEnter(age, minimum) {
  return age >= minimum;
}

function mayVote(age) {
  return age >= 18;
}

function countdown(number) {
  while (number > 0) {
    console.log(number);
    number -= 1;
  }
}

function launch(seconds) {
  while (seconds > 0) {
    console.log(seconds);
    seconds--;
  }
}

function countUp(limit) {
  for (let i = 1; i <= limit; i++) {
    console.log(i);
  }
}

function showAll(things) {
  for (const thing of things) {
    console.log(thing);
  }
}

function odds(numbers) {
  return numbers.filter((number) => number % 2 !== 0);
}

function totalOfAll(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function grandTotal(amounts) {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

function totalCosts(costs) {
  return costs.reduce((sum, cost) => sum + cost, 0);
}

function product(numbers) {
  return numbers.reduce((result, number) => result * number, 1);
}

async function loadPosts(url) {
  const response = await fetch(url);
  return response.json();
}

async function getUsers(url) {
  const response = await fetch(url);
  return response.json();
}

async function fetchData(url) {
  const response = await fetch(url);
  return response.json();
}
