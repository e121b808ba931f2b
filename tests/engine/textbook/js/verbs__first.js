class Glider {
  constructor() {
    this.height = 0;
  }

  ascend(meters) {
    this.height += meters;
  }

  descend(meters) {
    this.height -= meters;
  }

  rise(meters) {
    this.height += meters;
  }

  sink(meters) {
    this.height -= meters;
  }

  soar(meters) {
    this.height += meters;
  }

  glide(meters) {
    this.height -= meters;
  }
}

class Diver {
  constructor() {
    this.depth = 0;
  }

  dive(feet) {
    this.depth += feet;
  }

  surface(feet) {
    this.depth -= feet;
  }

  submerge(feet) {
    this.depth += feet;
  }

  emerge(feet) {
    this.depth -= feet;
  }

  deepen(feet) {
    this.depth += feet;
  }

  resurface(feet) {
    this.depth -= feet;
  }
}

class Depot {
  constructor() {
    this.stock = 0;
  }

  supply(pallets) {
    this.stock += pallets;
  }

  ship(pallets) {
    this.stock -= pallets;
  }

  deliver(pallets) {
    this.stock += pallets;
  }

  dispatch(pallets) {
    this.stock -= pallets;
  }

  produce(pallets) {
    this.stock += pallets;
  }

  distribute(pallets) {
    this.stock -= pallets;
  }
}

class Tram {
  constructor() {
    this.riders = 0;
  }

  board(people) {
    this.riders += people;
  }

  disembark(people) {
    this.riders -= people;
  }

  admit(people) {
    this.riders += people;
  }

  alight(people) {
    this.riders -= people;
  }

  embark(people) {
    this.riders += people;
  }

  evacuate(people) {
    this.riders -= people;
  }
}

class Odograph {
  constructor() {
    this.kilometers = 0;
  }

  drive(stretch) {
    this.kilometers += stretch;
  }

  rewind(stretch) {
    this.kilometers -= stretch;
  }

  ride(stretch) {
    this.kilometers += stretch;
  }

  undo(stretch) {
    this.kilometers -= stretch;
  }

  sail(stretch) {
    this.kilometers += stretch;
  }

  goBack(stretch) {
    this.kilometers -= stretch;
  }
}

class Officer {
  constructor() {
    this.rank = 1;
  }

  promote(steps) {
    this.rank += steps;
  }

  demote(steps) {
    this.rank -= steps;
  }

  advance(steps) {
    this.rank += steps;
  }

  degrade(steps) {
    this.rank -= steps;
  }

  upgrade(steps) {
    this.rank += steps;
  }

  downgrade(steps) {
    this.rank -= steps;
  }
}

class Wagon {
  constructor() {
    this.cargo = 0;
  }

  load(crates) {
    this.cargo += crates;
  }

  unload(crates) {
    this.cargo -= crates;
  }

  pack(crates) {
    this.cargo += crates;
  }

  unpack(crates) {
    this.cargo -= crates;
  }

  heap(crates) {
    this.cargo += crates;
  }

  drop(crates) {
    this.cargo -= crates;
  }
}

class Borrower {
  constructor() {
    this.debt = 0;
  }

  borrow(sum) {
    this.debt += sum;
  }

  repay(sum) {
    this.debt -= sum;
  }

  owe(sum) {
    this.debt += sum;
  }

  settle(sum) {
    this.debt -= sum;
  }

  lend(sum) {
    this.debt += sum;
  }

  payOff(sum) {
    this.debt -= sum;
  }
}

class Quiz {
  constructor() {
    this.points = 0;
  }

  reward(extra) {
    this.points += extra;
  }

  penalize(extra) {
    this.points -= extra;
  }

  award(extra) {
    this.points += extra;
  }

  fine(extra) {
    this.points -= extra;
  }

  grant(extra) {
    this.points += extra;
  }

  deduct(extra) {
    this.points -= extra;
  }
}

class Speaker {
  constructor() {
    this.loudness = 5;
  }

  amplify(notches) {
    this.loudness += notches;
  }

  soften(notches) {
    this.loudness -= notches;
  }

  intensify(notches) {
    this.loudness += notches;
  }

  lower(notches) {
    this.loudness -= notches;
  }

  boost(notches) {
    this.loudness += notches;
  }

  quieten(notches) {
    this.loudness -= notches;
  }
}

class Jug {
  constructor() {
    this.contents = 0;
  }

  fill(amount) {
    this.contents += amount;
  }

  pour(amount) {
    this.contents -= amount;
  }

  pourIn(amount) {
    this.contents += amount;
  }

  spill(amount) {
    this.contents -= amount;
  }

  refill(amount) {
    this.contents += amount;
  }

  sip(amount) {
    this.contents -= amount;
  }
}

class Puppy {
  constructor() {
    this.hunger = 0;
  }

  starve(bites) {
    this.hunger += bites;
  }

  feed(bites) {
    this.hunger -= bites;
  }

  crave(bites) {
    this.hunger += bites;
  }

  nourish(bites) {
    this.hunger -= bites;
  }

  want(bites) {
    this.hunger += bites;
  }

  sate(bites) {
    this.hunger -= bites;
  }
}
