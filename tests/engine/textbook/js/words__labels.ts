interface Stamp {
  country: string;
  value: number;
}

export function findByCountry(stamps: Stamp[], country: string): Stamp | undefined {
  return stamps.find((stamp) => stamp.country === country);
}

export function withValue(stamps: Stamp[], value: number): Stamp[] {
  return stamps.filter((stamp) => stamp.value === value);
}

export function countries(stamps: Stamp[]): string[] {
  return stamps.map((stamp) => stamp.country);
}

export class Album {
  private stamps: Stamp[] = [];

  totalValue(): number {
    return this.stamps.reduce((sum, stamp) => sum + stamp.value, 0);
  }

  find(country: string): Stamp | undefined {
    return this.stamps.find((stamp) => stamp.country === country);
  }

  isEmpty(): boolean {
    return this.stamps.length === 0;
  }
}

export class Tile {
  constructor(private long: number, private wide: number) {}

  area(): number {
    return this.long * this.wide;
  }

  perimeter(): number {
    return 2 * (this.long + this.wide);
  }
}
