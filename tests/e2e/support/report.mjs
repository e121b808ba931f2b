// One line per check, and the count at the end.

export class Report {
  #passed = 0;
  #failed = 0;

  get failed() {
    return this.#failed;
  }

  /** Runs one check. Returns what it returns, or undefined after a failure, and goes on either way. */
  async check(name, body) {
    const began = performance.now();
    try {
      const value = await body();
      this.#passed += 1;
      const seconds = (performance.now() - began) / 1000;
      console.log(`ok    ${name} (${seconds.toFixed(1)} s)`);
      return value;
    } catch (error) {
      this.#failed += 1;
      const [first, ...more] = String(error.message ?? error).split('\n');
      console.log(`FAIL  ${name}: ${first}`);
      for (const line of more) console.log(`        ${line}`);
      return undefined;
    }
  }

  /** A check without which the rest of its scenario makes no sense. */
  async need(name, body) {
    const before = this.#failed;
    const value = await this.check(name, body);
    if (this.#failed > before) throw new Abandoned(name);
    return value;
  }

  /** Prints the count and says whether everything passed. */
  finish() {
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    return this.#failed === 0 && this.#passed > 0;
  }
}

/** Ends a scenario after a failed `need`, which has been reported already. */
export class Abandoned extends Error {}
