class Rectangle {
  constructor(base, height) {
    this.base = base;
    this.height = height;
  }

  area() {
    return this.base * this.height;
  }

  perimeter() {
    return 2 * (this.base + this.height);
  }

  scale(factor) {
    this.base *= factor;
    this.height *= factor;
  }

  isSquare() {
    return this.base === this.height;
  }
}

class Circle {
  constructor(radius) {
    this.radius = radius;
  }

  area() {
    return Math.PI * this.radius ** 2;
  }

  circumference() {
    return 2 * Math.PI * this.radius;
  }

  grow(by) {
    this.radius += by;
  }

  shrink(by) {
    this.radius -= by;
  }
}

class Person {
  constructor(first, last, age) {
    this.first = first;
    this.last = last;
    this.age = age;
  }

  fullName() {
    return `${this.first} ${this.last}`;
  }

  birthday() {
    this.age++;
  }

  isAdult() {
    return this.age >= 18;
  }

  rename(first) {
    this.first = first;
  }
}

class Square {
  constructor(side) {
    this.side = side;
  }

  area() {
    return this.side * this.side;
  }

  perimeter() {
    return 4 * this.side;
  }
}
