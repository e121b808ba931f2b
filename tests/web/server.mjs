// A server of the given binary, with a data directory of its own, and the commands that work on it.
import { spawn, spawnSync } from 'node:child_process';

export class Server {
  /** Starts a server and waits for what its first start prints. */
  static async start(binary, dataDir) {
    const environment = {
      PATH: process.env.PATH,
      CODE_SUGGESTIONS__INSTANCE__DATA_DIR: dataDir,
      CODE_SUGGESTIONS__SERVER__LISTEN: '127.0.0.1:0',
      CODE_SUGGESTIONS__LOG__FORMAT: 'text',
      CODE_SUGGESTIONS__MODEL__AUTODETECT: 'false',
    };
    const child = spawn(binary, [], { env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
    let printed = '';
    await new Promise((resolve, reject) => {
      child.stdout.on('data', (data) => {
        printed += data;
        if (printed.includes('curl') && /sign_in\?link=\S+\s/.test(printed)) resolve();
      });
      child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${printed}`)));
    });
    child.removeAllListeners('exit');
    return Object.assign(new Server(), {
      binary,
      environment,
      child,
      url: printed.match(/http:\/\/127\.0\.0\.1:\d+/)[0],
      link: printed.match(/http\S+\/users\/sign_in\?link=\S+/)[0],
    });
  }

  /** Runs a command on the server's data directory; returns what it prints. */
  command(...parts) {
    const done = spawnSync(this.binary, parts, { env: this.environment, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${parts.join(' ')}: ${done.stderr}`);
    return done.stdout;
  }

  /** Stops the server and waits for its end. */
  async stop() {
    const ended = new Promise((resolve) => { this.child.on('exit', resolve); });
    this.child.kill('SIGTERM');
    await ended;
  }
}
