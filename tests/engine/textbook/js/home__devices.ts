export class Radio {
  private station: string;
  private loudness: number = 10;
  private playing: boolean = false;

  constructor(station: string) {
    this.station = station;
  }

  turnUp(by: number): void {
    this.loudness += by;
  }

  turnDown(by: number): void {
    this.loudness -= by;
  }

  turnOn(): void {
    this.playing = true;
  }

  turnOff(): void {
    this.playing = false;
  }

  toggle(): void {
    this.playing = !this.playing;
  }

  isPlaying(): boolean {
    return this.playing;
  }

  getStation(): string {
    return this.station;
  }

  setStation(station: string): void {
    this.station = station;
  }
}

export class Truck {
  private pace: number = 0;

  constructor(private brand: string, private tonnes: number) {}

  speedUp(amount: number): void {
    this.pace += amount;
  }

  brake(amount: number): void {
    this.pace -= amount;
  }

  load(weight: number): void {
    this.tonnes += weight;
  }

  unload(weight: number): void {
    this.tonnes -= weight;
  }

  stop(): void {
    this.pace = 0;
  }

  isMoving(): boolean {
    return this.pace > 0;
  }

  getBrand(): string {
    return this.brand;
  }
}

export class Crate<T> {
  private things: T[] = [];

  add(thing: T): void {
    this.things.push(thing);
  }

  addThing(thing: T): void {
    this.things.push(thing);
  }

  remove(thing: T): void {
    this.things = this.things.filter((other) => other !== thing);
  }

  takeLast(): T | undefined {
    return this.things.pop();
  }

  has(thing: T): boolean {
    return this.things.includes(thing);
  }

  count(): number {
    return this.things.length;
  }

  isEmpty(): boolean {
    return this.things.length === 0;
  }

  clear(): void {
    this.things = [];
  }
}

export class Directory {
  private entries = new Map<string, Entry>();
  private guests: Guest[] = [];

  register(name: string, entry: Entry): void {
    this.entries.set(name, entry);
  }

  lookup(name: string): Entry | undefined {
    return this.entries.get(name);
  }

  knows(name: string): boolean {
    return this.entries.has(name);
  }

  forget(name: string): void {
    this.entries.delete(name);
  }

  findGuest(id: number): Guest | undefined {
    return this.guests.find((guest) => guest.id === id);
  }
}

export function add(first: number, second: number): number {
  return first + second;
}

export function subtract(first: number, second: number): number {
  return first - second;
}

export function multiply(first: number, second: number): number {
  return first * second;
}

export function divide(first: number, second: number): number {
  return first / second;
}

export function square(value: number): number {
  return value * value;
}

export function isEven(value: number): boolean {
  return value % 2 === 0;
}

export function sum(values: number[]): number {
  let total = 0;
  for (const value of values) {
    total += value;
  }
  return total;
}

export function average(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function greet(person: string): string {
  return `Hello, ${person}!`;
}

export class Box {
  constructor(private depth: number, private breadth: number) {}

  area(): number {
    return this.depth * this.breadth;
  }

  perimeter(): number {
    return 2 * (this.depth + this.breadth);
  }

  describe(): string {
    return `${this.depth} x ${this.breadth}`;
  }
}

export class Walker {
  constructor(private first: string, private last: string) {}

  fullName(): string {
    return `${this.first} ${this.last}`;
  }

  initials(): string {
    return this.first[0] + this.last[0];
  }
}
