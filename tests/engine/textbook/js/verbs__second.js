class Village {
  constructor() {
    this.people = 10;
  }

  grow(count) {
    this.people += count;
  }

  shrink(count) {
    this.people -= count;
  }

  settle(count) {
    this.people += count;
  }

  abandon(count) {
    this.people -= count;
  }

  thrive(count) {
    this.people += count;
  }

  leave(count) {
    this.people -= count;
  }
}

class Clock {
  constructor() {
    this.minutes = 0;
  }

  wait(more) {
    this.minutes += more;
  }

  skip(more) {
    this.minutes -= more;
  }

  delay(more) {
    this.minutes += more;
  }

  hurry(more) {
    this.minutes -= more;
  }

  postpone(more) {
    this.minutes += more;
  }

  shorten(more) {
    this.minutes -= more;
  }
}

class Cargo {
  constructor() {
    this.weight = 0;
  }

  add(kilos) {
    this.weight += kilos;
  }

  subtract(kilos) {
    this.weight -= kilos;
  }

  gain(kilos) {
    this.weight += kilos;
  }

  shed(kilos) {
    this.weight -= kilos;
  }

  increase(kilos) {
    this.weight += kilos;
  }

  decrease(kilos) {
    this.weight -= kilos;
  }
}

class Shelter {
  constructor() {
    this.animals = [];
  }

  adopt(animal) {
    this.animals.push(animal);
  }

  release(animal) {
    this.animals = this.animals.filter((other) => other !== animal);
  }

  accept(animal) {
    this.animals.push(animal);
  }

  surrender(animal) {
    this.animals = this.animals.filter((other) => other !== animal);
  }

  house(animal) {
    this.animals.push(animal);
  }

  free(animal) {
    this.animals = this.animals.filter((other) => other !== animal);
  }
}

class Flowerbed {
  constructor() {
    this.bulbs = [];
  }

  plant(bulb) {
    this.bulbs.push(bulb);
  }

  uproot(bulb) {
    this.bulbs = this.bulbs.filter((other) => other !== bulb);
  }

  sow(bulb) {
    this.bulbs.push(bulb);
  }

  pull(bulb) {
    this.bulbs = this.bulbs.filter((other) => other !== bulb);
  }

  bury(bulb) {
    this.bulbs.push(bulb);
  }

  digUp(bulb) {
    this.bulbs = this.bulbs.filter((other) => other !== bulb);
  }
}

class Letter {
  constructor() {
    this.readers = [];
  }

  subscribe(reader) {
    this.readers.push(reader);
  }

  unsubscribe(reader) {
    this.readers = this.readers.filter((other) => other !== reader);
  }

  signUp(reader) {
    this.readers.push(reader);
  }

  signOff(reader) {
    this.readers = this.readers.filter((other) => other !== reader);
  }

  enroll(reader) {
    this.readers.push(reader);
  }

  drop(reader) {
    this.readers = this.readers.filter((other) => other !== reader);
  }
}

class Hostel {
  constructor() {
    this.lodgers = [];
  }

  checkIn(lodger) {
    this.lodgers.push(lodger);
  }

  checkOut(lodger) {
    this.lodgers = this.lodgers.filter((other) => other !== lodger);
  }

  lodge(lodger) {
    this.lodgers.push(lodger);
  }

  evict(lodger) {
    this.lodgers = this.lodgers.filter((other) => other !== lodger);
  }

  admit(lodger) {
    this.lodgers.push(lodger);
  }

  expel(lodger) {
    this.lodgers = this.lodgers.filter((other) => other !== lodger);
  }
}

class Diary {
  constructor() {
    this.meetings = [];
  }

  schedule(meeting) {
    this.meetings.push(meeting);
  }

  cancel(meeting) {
    this.meetings = this.meetings.filter((other) => other !== meeting);
  }

  book(meeting) {
    this.meetings.push(meeting);
  }

  unschedule(meeting) {
    this.meetings = this.meetings.filter((other) => other !== meeting);
  }

  arrange(meeting) {
    this.meetings.push(meeting);
  }

  callOff(meeting) {
    this.meetings = this.meetings.filter((other) => other !== meeting);
  }
}

class Page {
  constructor() {
    this.labels = [];
  }

  tag(label) {
    this.labels.push(label);
  }

  untag(label) {
    this.labels = this.labels.filter((other) => other !== label);
  }

  pin(label) {
    this.labels.push(label);
  }

  unpin(label) {
    this.labels = this.labels.filter((other) => other !== label);
  }

  stick(label) {
    this.labels.push(label);
  }

  peel(label) {
    this.labels = this.labels.filter((other) => other !== label);
  }
}

class Army {
  constructor() {
    this.soldiers = [];
  }

  enlist(soldier) {
    this.soldiers.push(soldier);
  }

  discharge(soldier) {
    this.soldiers = this.soldiers.filter((other) => other !== soldier);
  }

  recruit(soldier) {
    this.soldiers.push(soldier);
  }

  dismiss(soldier) {
    this.soldiers = this.soldiers.filter((other) => other !== soldier);
  }

  draft(soldier) {
    this.soldiers.push(soldier);
  }

  lose(soldier) {
    this.soldiers = this.soldiers.filter((other) => other !== soldier);
  }
}

class Net {
  constructor() {
    this.fishes = [];
  }

  catch(fish) {
    this.fishes.push(fish);
  }

  release(fish) {
    this.fishes = this.fishes.filter((other) => other !== fish);
  }

  collect(fish) {
    this.fishes.push(fish);
  }

  free(fish) {
    this.fishes = this.fishes.filter((other) => other !== fish);
  }

  gather(fish) {
    this.fishes.push(fish);
  }

  letGo(fish) {
    this.fishes = this.fishes.filter((other) => other !== fish);
  }
}
