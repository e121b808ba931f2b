class Knight {
  constructor(title, strength) {
    this.title = title;
    this.strength = strength;
    this.honor = 0;
    this.asleep = false;
  }

  increaseStrength(amount) {
    this.strength += amount;
  }

  decreaseStrength(amount) {
    this.strength -= amount;
  }

  loseHonor(points) {
    this.honor -= points;
  }

  gainHonor(points) {
    this.honor += points;
  }

  sleep() {
    this.asleep = true;
  }

  wake() {
    this.asleep = false;
  }

  isStrong() {
    return this.strength > 50;
  }

  getTitle() {
    return this.title;
  }

  setTitle(title) {
    this.title = title;
  }

  toString() {
    return `${this.title} (${this.strength})`;
  }
}

class Monster {
  constructor(kind, life) {
    this.kind = kind;
    this.life = life;
  }

  hurt(points) {
    this.life -= points;
  }

  takeDamage(damage) {
    this.life -= damage;
  }

  heal(points) {
    this.life += points;
  }

  isAlive() {
    return this.life > 0;
  }

  isDead() {
    return this.life <= 0;
  }
}

class Tally {
  constructor() {
    this.points = 0;
  }

  increment() {
    this.points++;
  }

  decrement() {
    this.points--;
  }

  add(points) {
    this.points += points;
  }

  reset() {
    this.points = 0;
  }
}

module.exports = { Knight, Monster, Tally };
