// A child process: its output as lines, its end as a promise, and no survivors when the test ends.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const STOP_TIMEOUT_MS = 60_000;
const running = new Set();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => process.exit(1));
}

/** Nothing of the caller's environment but what a program needs to run: no proxy, no settings. */
export function cleanEnvironment(folder) {
  return { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' };
}

export class Child {
  #process;
  #exit;

  /** `onLine` gets every line of standard error and, unless `rawOutput` is set, of standard output. */
  constructor(command, args, { cwd, onLine, rawOutput = false }) {
    this.#process = spawn(command, args, { cwd, env: cleanEnvironment(cwd) });
    running.add(this.#process);
    const streams = [this.#process.stderr];
    if (!rawOutput) streams.push(this.#process.stdout);
    for (const input of streams) createInterface({ input }).on('line', onLine);

    this.#process.stdin.on('error', () => {});
    this.#exit = new Promise((resolve) => {
      this.#process.on('error', (error) => resolve(`not started: ${error.message}`));
      this.#process.on('close', (code, signal) => resolve(signal ?? code));
    }).finally(() => running.delete(this.#process));
  }

  get input() {
    return this.#process.stdin;
  }

  get output() {
    return this.#process.stdout;
  }

  /** Resolves to the exit status, the signal's name, or why the program did not start. */
  get exit() {
    return this.#exit;
  }

  /** Asks the process to end and returns how it did; one that does not listen is killed. */
  async stop() {
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const result = await this.#exit;
    clearTimeout(timer);
    return result;
  }
}
