// The server under test: its folder, its settings file, its process, and its commands.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Child, cleanEnvironment } from './child.mjs';
import { Feed } from './feed.mjs';
import { freeAddress } from './http.mjs';

const COMMAND_TIMEOUT_MS = 60_000;
const ENDED = 'the server has ended with';
const run = promisify(execFile);

/** The address in a line that the server prints when it is ready, if this is that line. */
function printedUrl(line) {
  return /listens on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
}

export class Server {
  /** Every line that the server has printed, over all its starts. */
  output = new Feed();
  url;
  #binary;
  #folder;
  #gateway = {};
  #more;
  #child;

  /** `more` holds further sections of the settings. */
  constructor(binary, folder, more = {}) {
    this.#binary = binary;
    this.#folder = folder;
    this.#more = more;
  }

  /**
   * Starts the server and waits for its address. Later starts keep that of the first, since an editor goes on using the
   * same URL.
   */
  async start(gateway = this.#gateway) {
    this.#gateway = gateway;
    const listen = this.url ? new URL(this.url).host : await freeAddress();
    await writeFile(this.#configFile, toml({
      server: { listen },
      instance: { data_dir: join(this.#folder, 'data') },
      // What runs on this machine is no matter of a test.
      model: { autodetect: false },
      gateway,
      usage: { collector: true },
      ...this.#more,
    }));

    const from = this.output.mark;
    this.#child = new Child(this.#binary, ['--config', this.#configFile], {
      cwd: this.#folder,
      onLine: (line) => this.output.push(line),
    });
    this.#child.exit.then((how) => this.output.push(`${ENDED} ${how}`));

    const isVerdict = (line) => printedUrl(line) || line.startsWith(ENDED);
    const line = await this.output.until('line with the address', isVerdict, { from });
    if (line.startsWith(ENDED)) throw new Error(this.output.since(from).reverse().join('\n'));
    this.url = printedUrl(line);
  }

  /** Ends the server; anything but a clean exit is an error. */
  async stop() {
    const how = await this.#child.stop();
    if (how !== 0) throw new Error(`the server ended with ${how}, not with 0`);
  }

  /** Ends the server at the end of a scenario, whatever state it is in. */
  async abort() {
    await this.#child?.stop();
  }

  async addUser(name) {
    await this.#command('user', 'add', name);
  }

  async createToken(name, user = 'root') {
    const { stdout } = await this.#command('token', 'create', '--user', user, '--name', name);
    return stdout.trim();
  }

  /** A link that signs root in once. */
  async createLink() {
    const { stdout } = await this.#command('user', 'sign-in-link', 'root');
    return stdout.trim();
  }

  /** Registers an application with the redirects of editors; resolves to its client id. */
  async addApplication(name) {
    const { stdout } = await this.#command('application', 'add', name);
    return stdout.trim();
  }

  async revokeToken(name) {
    const { stdout } = await this.#command('token', 'list', '--json');
    const token = JSON.parse(stdout).find((entry) => entry.name === name);
    if (!token) throw new Error(`token list --json does not show the token ${name}: ${stdout}`);
    await this.#command('token', 'revoke', String(token.id));
  }

  async setUserSwitch(value) {
    await this.#command('user', 'set', 'root', '--code-suggestions', value);
  }

  async setProjectSwitch(path, value) {
    await this.#command('project', 'set', path, '--code-suggestions', value);
  }

  /** Keeps the files that a rule matches from suggestions. */
  async exclude(path, rule) {
    await this.#command('project', 'set', path, '--exclude', rule);
  }

  /** The figures that the server has written, a row for each editor and language of each user. */
  async usage() {
    const { stdout } = await this.#command('usage', '--json', '--by', 'user,language,editor');
    return JSON.parse(stdout);
  }

  /** What `doctor` finds, a line each. */
  async doctor() {
    // It exits with 1 if something is wrong, which is for the caller to judge.
    const { stdout } = await this.#command('doctor').catch((failed) => failed);
    return stdout.split('\n');
  }

  /** What doctor finds, by the name of what it looked at. */
  async findings() {
    const { stdout } = await this.#command('doctor', '--json').catch((failed) => failed);
    return Object.fromEntries(JSON.parse(stdout).map((finding) => [finding.check, finding]));
  }

  get #configFile() {
    return join(this.#folder, 'config.toml');
  }

  #command(...args) {
    return run(this.#binary, ['--config', this.#configFile, ...args], {
      cwd: this.#folder,
      env: cleanEnvironment(this.#folder),
      timeout: COMMAND_TIMEOUT_MS,
    });
  }
}

/** Sections of plain values; JSON and TOML write those alike. */
function toml(sections) {
  return Object.entries(sections)
    .map(([section, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
      return [`[${section}]`, ...lines, ''].join('\n');
    })
    .join('\n');
}
