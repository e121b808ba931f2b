// Tries every recipe: main.mjs BINARY
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Report } from '../e2e/support/report.mjs';
import { bufferedByNginx, besideGitLab } from './beside_gitlab.mjs';
import { settingsOfYaml } from './settings_of_yaml.mjs';

const [binary] = process.argv.slice(2);
const report = new Report();
const folder = await mkdtemp(join(tmpdir(), 'code-suggestions-recipes-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

for (const name of ['nginx', 'apache', 'haproxy', 'caddy', 'traefik', 'ingress']) {
  for (const root of ['', '/gitlab']) {
    const title = root ? `${name} below ${root}` : name;
    console.log(`# ${title}`);
    await report.check(`${title}: everything starts and ends`, () =>
      besideGitLab({ report, binary, folder: join(folder, title.replaceAll(/\W/g, '-')), name, root }));
  }
}
await report.check('nginx that buffers: everything starts and ends', () =>
  bufferedByNginx({ report, binary, folder: join(folder, 'buffered') }));
console.log('# YAML');
await settingsOfYaml({ report, binary, folder });
process.exitCode = report.finish() ? 0 : 1;
