// The YAML files: whether they are YAML, whether the settings in them are settings, and whether the paths are all there are.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseYaml } from '../e2e/support/yaml.mjs';

const RECIPES = new URL('../../config/gitlab/', import.meta.url);
const PREFIX = 'CODE_SUGGESTIONS__';
const run = promisify(execFile);

export async function settingsOfYaml({ report, binary, folder }) {
  await report.check('docker-compose.yaml: every setting is one, and together they are right', async () => {
    const { services } = await read('docker-compose.yaml');
    const { environment, ports, volumes } = services['code-suggestions'];
    const names = Object.keys(environment);
    ok(names.length > 3 && names.every((name) => name.startsWith(PREFIX)), names.join());
    await mkdir(join(folder, 'compose'), { recursive: true });
    const check = (more) => run(binary, ['config', 'check'], {
      cwd: join(folder, 'compose'), env: { PATH: process.env.PATH, ...environment, ...more },
    });
    await check({});
    // Names that are none are found by this check.
    await check({ [`${PREFIX}SERVER__LISTENS`]: 'x' }).then(
      () => { throw new Error('an unknown setting is taken'); },
      (error) => equal(error.code, 2),
    );
    deepEqual(ports, ['8080:8080']);
    ok(volumes.length === 1 && environment[`${PREFIX}PROXY__GITLAB_URL`] === 'http://gitlab');
  });
  await report.check('ingress.yaml: every path of this server leads to it', async () => {
    const { spec } = await read('ingress.yaml');
    const given = spec.rules[0].http.paths.map(({ path, pathType, backend }) => {
      equal(pathType, 'Prefix');
      equal(backend.service.name, 'code-suggestions');
      return path.replace(/\/$/, '');
    });
    const { stdout } = await run(binary, ['openapi']);
    const ours = Object.keys(JSON.parse(stdout).paths).filter((path) => /^\/(api\/v4\/code_suggestions\/|ai\/v)/.test(path));
    ok(ours.length > 5, ours.join());
    for (const path of ours) {
      // A prefix counts by whole segments (networking.k8s.io/v1, PathType).
      ok(given.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)), `${path} is not led here`);
    }
  });
  await report.check('traefik.yaml: a router for this server, one for GitLab, and both services', async () => {
    const { http } = await read('traefik.yaml');
    const { code_suggestions: ours, gitlab } = http.routers;
    for (const paths of ['PathPrefix(`/api/v4/code_suggestions/`)', 'PathRegexp(`^/ai/v[1-4]/`)']) ok(ours.rule.includes(paths), paths);
    ok(ours.priority > gitlab.priority);
    for (const { service } of [ours, gitlab]) ok(http.services[service].loadBalancer.servers[0].url);
    equal(http.services[ours.service].loadBalancer.responseForwarding.flushInterval, '-1ms');
  });
}

/** The one document in a file. */
async function read(name) {
  return parseYaml(await readFile(new URL(name, RECIPES), 'utf8'));
}
