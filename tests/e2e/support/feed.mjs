// A list that only grows and can be waited on. Log lines, notifications and recorded requests are
// kept in feeds, so that a check looks at what came before it as well as at what is still to come.

// Far beyond what anything takes; a busy machine is no failure.
const DEFAULT_TIMEOUT_MS = 60_000;

export class Feed {
  #items = [];
  #waiting = new Set();
  #listeners = [];
  #closed = null;

  /** A position; items that come from now on are those `since` it. */
  get mark() {
    return this.#items.length;
  }

  since(mark = 0) {
    return this.#items.slice(mark);
  }

  /** Calls `listener` with every item from now on. */
  listen(listener) {
    this.#listeners.push(listener);
  }

  push(item) {
    this.#items.push(item);
    for (const listener of this.#listeners) listener(item);
    for (const waiter of [...this.#waiting]) waiter.offer(item);
  }

  /** No more items will come: whoever waits fails at once, not at its time limit. */
  close(reason) {
    this.#closed = reason;
    for (const waiter of [...this.#waiting]) waiter.fail(reason);
  }

  /** The first item since `from` that satisfies `predicate`. */
  until(what, predicate, { from = 0, timeout = DEFAULT_TIMEOUT_MS } = {}) {
    const found = this.since(from).find(predicate);
    if (found !== undefined) return Promise.resolve(found);
    if (this.#closed) return Promise.reject(new Error(`no ${what}: ${this.#closed}`));

    return new Promise((resolve, reject) => {
      const settle = (action) => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        action();
      };
      const fail = (reason) => settle(() => reject(new Error(`no ${what}: ${reason}`)));
      const waiter = {
        offer: (item) => predicate(item) && settle(() => resolve(item)),
        fail,
      };
      const timer = setTimeout(() => fail(`nothing within ${timeout / 1000} s`), timeout);
      this.#waiting.add(waiter);
    });
  }
}
