export class Gauge {
  private unit: string;
  private values: number[];

  constructor(unit: string) {
    this.unit = unit;
    this.values = [];
  }

  add(value: number): void {
    this.values.push(value);
  }
}

export class Club {
  private name: string;
  private members: string[];

  constructor(name: string) {
    this.name = name;
    this.members = [];
  }

  join(member: string): void {
    this.members.push(member);
  }
}

export class Berth {
  private limit: number;
  private boats: string[];

  constructor(limit: number) {
    this.limit = limit;
    this.boats = [];
  }

  isCrowded(): boolean {
    return this.boats.length >= this.limit;
  }

  hasPlace(): boolean {
    return this.boats.length < this.limit;
  }

  moor(boat: string): void {
    this.boats.push(boat);
  }

  release(boat: string): void {
    this.boats = this.boats.filter((other) => other !== boat);
  }
}

export function larger(one: number, other: number): number {
  return one > other ? one : other;
}

export function mayRide(height: number, minimum: number): boolean {
  return height >= minimum;
}

export function odds(numbers: number[]): number[] {
  return numbers.filter((number) => number % 2 !== 0);
}
