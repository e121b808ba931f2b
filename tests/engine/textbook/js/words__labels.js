class Stamp {
  constructor(country, value) {
    this.country = country;
    this.value = value;
  }

  rename(newCountry) {
    this.country = newCountry;
  }

  toString() {
    return `${this.country} (${this.value})`;
  }
}

class Pixel {
  constructor(row, column) {
    this.row = row;
    this.column = column;
  }

  toString() {
    return `(${this.row}, ${this.column})`;
  }
}

class Tank {
  constructor(oil) {
    this.oil = oil;
  }

  refill(liters) {
    this.oil += liters;
  }

  burn(liters) {
    this.oil -= liters;
  }
}

class Author {
  constructor(given, family) {
    this.given = given;
    this.family = family;
  }

  get fullName() {
    return `${this.given} ${this.family}`;
  }

  get initials() {
    return this.given[0] + this.family[0];
  }
}

function onlyOdd(values) {
  return values.filter((value) => value % 2 !== 0);
}

function onlyPositive(values) {
  return values.filter((value) => value > 0);
}

function squares(values) {
  return values.map((value) => value * value);
}

function halves(values) {
  return values.map((value) => value / 2);
}

function smallest(values) {
  return Math.min(...values);
}

function biggest(values) {
  return Math.max(...values);
}

function average(marks) {
  return marks.reduce((sum, mark) => sum + mark, 0) / marks.length;
}

function names(people) {
  return people.map((person) => person.name);
}

function adults(people) {
  return people.filter((person) => person.age >= 18);
}

function maximum(scores) {
  let best = scores[0];
  for (const score of scores) {
    if (score > best) {
      best = score;
    }
  }
  return best;
}

function minimum(scores) {
  let best = scores[0];
  for (const score of scores) {
    if (score < best) {
      best = score;
    }
  }
  return best;
}

function maxScore(scores) {
  let best = scores[0];
  for (const score of scores) {
    if (score > best) {
      best = score;
    }
  }
  return best;
}

function minScore(scores) {
  let best = scores[0];
  for (const score of scores) {
    if (score < best) {
      best = score;
    }
  }
  return best;
}
