interface Singer {
  id: number;
  name: string;
}

export class Choir {
  private singers: Singer[] = [];

  constructor(private readonly capacity: number) {}

  hire(singer: Singer): void {
    this.singers.push(singer);
  }

  fire(singer: Singer): void {
    this.singers = this.singers.filter((other) => other !== singer);
  }

  enroll(singer: Singer): void {
    this.singers.push(singer);
  }

  addAll(newcomers: Singer[]): void {
    this.singers.push(...newcomers);
  }

  isFull(): boolean {
    return this.singers.length >= this.capacity;
  }

  findById(id: number): Singer | undefined {
    return this.singers.find((singer) => singer.id === id);
  }

  findByName(name: string): Singer | undefined {
    return this.singers.find((singer) => singer.name === name);
  }

  removeById(id: number): void {
    this.singers = this.singers.filter((singer) => singer.id !== id);
  }
}

interface Line {
  price: number;
  quantity: number;
}

export class Order {
  private lines: Line[] = [];

  total(): number {
    return this.lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
  }

  getTotal(): number {
    return this.lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
  }
}

interface Entry {
  price: number;
}

export class Bill {
  private entries: Entry[] = [];

  total(): number {
    return this.entries.reduce((sum, entry) => sum + entry.price, 0);
  }

  getTotal(): number {
    return this.entries.reduce((sum, entry) => sum + entry.price, 0);
  }
}

export class Wallet {
  constructor(private cents: number) {}

  spend(amount: number): boolean {
    if (amount > this.cents) {
      return false;
    }
    this.cents -= amount;
    return true;
  }

  withdraw(amount: number): boolean {
    if (amount > this.cents) {
      return false;
    }
    this.cents -= amount;
    return true;
  }

  canAfford(price: number): boolean {
    return this.cents >= price;
  }
}

export class Spot {
  constructor(public x: number, public y: number) {}

  toString(): string {
    return `(${this.x}, ${this.y})`;
  }

  distanceTo(other: Spot): number {
    return Math.hypot(this.x - other.x, this.y - other.y);
  }
}

export class Ball {
  constructor(private radius: number) {}

  area(): number {
    return Math.PI * this.radius ** 2;
  }

  circumference(): number {
    return 2 * Math.PI * this.radius;
  }
}
