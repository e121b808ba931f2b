class Lorry {
  constructor(diesel) {
    this.diesel = diesel;
  }

  refuel(gallons) {
    this.diesel += gallons;
  }

  consume(gallons) {
    this.diesel -= gallons;
  }

  toString() {
    return `Lorry (${this.diesel})`;
  }
}

class Shelf {
  constructor(jars) {
    this.jars = jars;
  }

  restock(count) {
    this.jars += count;
  }

  use(count) {
    this.jars -= count;
  }

  take(count) {
    if (count > this.jars) {
      throw new Error('not enough jars');
    }
    this.jars -= count;
  }
}

class Phone {
  constructor(owner, battery) {
    this.owner = owner;
    this.battery = battery;
  }

  recharge(percent) {
    this.battery += percent;
  }

  drain(percent) {
    this.battery -= percent;
  }

  toString() {
    return `${this.owner} (${this.battery})`;
  }
}

function average(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function averageOf(costs) {
  return costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
}

function doubleAll(values) {
  return values.map((value) => value * 2);
}

function tripleAll(values) {
  return values.map((value) => value * 3);
}

function upperAll(names) {
  return names.map((name) => name.toUpperCase());
}

function lengths(names) {
  return names.map((name) => name.length);
}

function evenNumbers(values) {
  return values.filter((value) => value % 2 === 0);
}

function keepOdd(values) {
  return values.filter((value) => value % 2 !== 0);
}

function keepPositive(values) {
  return values.filter((value) => value > 0);
}

function above(values, limit) {
  return values.filter((value) => value > limit);
}

function keepAbove(values, limit) {
  return values.filter((value) => value > limit);
}

function below(values, limit) {
  return values.filter((value) => value < limit);
}

function longerThan(names, size) {
  return names.filter((name) => name.length > size);
}

function keepLonger(names, size) {
  return names.filter((name) => name.length > size);
}
