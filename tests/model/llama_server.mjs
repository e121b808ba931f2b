// llama.cpp's server, with the model as it is or with markers, as a process of its own.
import { Child } from '../e2e/support/child.mjs';
import { Feed } from '../e2e/support/feed.mjs';

export class LlamaServer {
  output = new Feed();
  url;
  #child;
  #command;
  #place;
  #markers;

  /** `command` is an interpreter and its script; the process works in `place`. */
  constructor(command, place, markers) {
    this.#command = command;
    this.#place = place;
    this.#markers = markers;
  }

  async start() {
    const [python, script] = this.#command;
    this.#child = new Child(python, [script, ...(this.#markers ? [this.#place] : [])], {
      cwd: this.#place,
      onLine: (line) => this.output.push(line),
    });
    this.#child.exit.then((how) => this.output.close(`llama.cpp's server has ended with ${how}`));
    const isUrl = (line) => line.startsWith('http://');
    this.url = await this.output.until('URL of the model server', isUrl, { timeout: 120_000 });
  }

  async stop() {
    await this.#child?.stop();
  }
}
