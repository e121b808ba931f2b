interface Part {
  label: string;
  weight: number;
}

export class Crate {
  private parts: Part[] = [];

  constructor(private owner: string) {}

  add(part: Part): void {
    this.parts.push(part);
  }

  totalWeight(): number {
    return this.parts.reduce((sum, part) => sum + part.weight, 0);
  }

  heavy(limit: number): Part[] {
    return this.parts.filter((part) => part.weight > limit);
  }

  labels(): string[] {
    return this.parts.map((part) => part.label);
  }
}

export function evenNumbers(values: number[]): number[] {
  return values.filter((value) => value % 2 === 0);
}

export function doubleAll(values: number[]): number[] {
  return values.map((value) => value * 2);
}

export function average(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function above(values: number[], limit: number): number[] {
  return values.filter((value) => value > limit);
}
