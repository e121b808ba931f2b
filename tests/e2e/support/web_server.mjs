// Web servers with the recipes of config/gitlab, from Debian but for Traefik, which a package for Python holds. Each is given the least around its recipe that makes it run in a
// folder: where to listen, and that every other path is GitLab's.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { Child } from './child.mjs';
import { FakeKubernetes } from './fake_kubernetes.mjs';
import { Feed } from './feed.mjs';
import { parseYaml } from './yaml.mjs';

const RECIPES = new URL('../../../config/gitlab/', import.meta.url);
const START_TIMEOUT_MS = 60_000;

// The addresses that are written in the recipes.
const THIS_SERVER = '127.0.0.1:8080';
const GITLAB = '127.0.0.1:8181';

export class WebServer {
  url;
  /** What it prints. */
  output = new Feed();
  #child;
  #beside;

  /**
   * Starts the web server of that name at `address`. `root` is the path below which GitLab lives, `change` a function that
   * spoils the recipe.
   */
  static async start(name, folder, { address, gitlab, server, root = '', change = (recipe) => recipe }) {
    await mkdir(folder, { recursive: true });
    const { file, ending = '', arrange = ({ recipe }) => recipe, beside, command, isReady } = KINDS[name];
    const recipe = change(await readFile(new URL(file, RECIPES), 'utf8'))
      .replaceAll(THIS_SERVER, server)
      .replaceAll(GITLAB, gitlab)
      .replaceAll(/\/(api\/v4\/code_suggestions\/|ai\/[(v$])/g, `${root}/$1`);
    const config = join(folder, `${name}${ending}`);
    await writeFile(config, arrange({ recipe, address, gitlab, folder }));

    const started = new WebServer();
    started.url = `http://${address}`;
    started.#beside = await beside?.({ recipe, address, gitlab, server });
    const [program, ...words] = command(config, folder, address, started.#beside);
    started.#child = new Child(program, words, { cwd: folder, onLine: (line) => started.output.push(line) });
    const ended = started.#child.exit.then((how) => {
      throw new Error(`${name} has ended with ${how}: ${started.output.since().join('\n')}`);
    });
    // Looked at while it starts only.
    ended.catch(() => {});
    try {
      await Promise.race([ended, accepts(address, isReady)]);
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  async stop() {
    await this.#child.stop();
    await this.#beside?.stop();
  }
}

const KINDS = {
  nginx: {
    file: 'nginx.conf',
    arrange: ({ recipe, address, gitlab, folder }) => `
daemon off;
${process.getuid() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/pid;
error_log stderr warn;
events {}
http {
    access_log off;
    client_body_temp_path ${folder}/bodies;
    proxy_temp_path ${folder}/replies;
    fastcgi_temp_path ${folder}/unused;
    scgi_temp_path ${folder}/unused;
    uwsgi_temp_path ${folder}/unused;
    server {
        listen ${address};
        # As GitLab's own configuration says.
        client_max_body_size 0;
        ${recipe}
        location / { proxy_pass http://${gitlab}; }
    }
}`,
    command: (config, folder) => ['nginx', '-c', config, '-p', folder, '-e', 'stderr'],
  },
  apache: {
    file: 'apache.conf',
    arrange: ({ recipe, address, gitlab, folder }) => `
${['mpm_event', 'authz_core', 'proxy', 'proxy_http']
    .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
    .join('\n')}
ServerRoot ${folder}
ServerName gitlab.test
PidFile ${folder}/pid
ErrorLog "|$cat >&2"
LogLevel warn
DefaultRuntimeDir ${folder}
Listen ${address}
${process.getuid() === 0 ? 'User www-data\nGroup www-data' : ''}
<VirtualHost ${address}>
${recipe}
ProxyPass / http://${gitlab}/
</VirtualHost>`,
    command: (config) => ['apache2', '-D', 'FOREGROUND', '-f', config],
  },
  haproxy: {
    file: 'haproxy.cfg',
    arrange: ({ recipe, address }) => recipe.replace('bind :80', `bind ${address}`),
    command: (config) => ['haproxy', '-db', '-f', config],
  },
  caddy: {
    file: 'Caddyfile',
    arrange: ({ recipe, address }) =>
      `{\n\tadmin off\n\tauto_https off\n}\n${recipe.replace('gitlab.example.com', `http://${address}`)}`,
    command: (config) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', config],
  },
  traefik: {
    file: 'traefik.yaml',
    // A traefik.yaml in its folder it would take for its static configuration.
    ending: '-routes.yaml',
    arrange: ({ recipe, address }) =>
      recipe.replaceAll('gitlab.example.com', address.split(':')[0]),
    command: (config, folder, address) => [...traefik(address), `--providers.file.filename=${config}`],
    isReady: hasRoutes,
  },
  // Traefik as the controller of Ingress objects, which reads the annotations of nginx'.
  ingress: {
    file: 'ingress.yaml',
    beside: async ({ recipe, address, gitlab, server }) => {
      const [host] = address.split(':');
      const ours = await parseYaml(recipe.replaceAll('gitlab.example.com', host));
      const { ingressClassName } = ours.spec;
      const backend = { service: { name: 'gitlab', port: { number: 8181 } } };
      const theirs = {
        metadata: { name: 'gitlab' },
        spec: { ingressClassName, rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
      };
      return FakeKubernetes.start({ ingresses: [ours, theirs], services: { 'code-suggestions': server, gitlab } });
    },
    command: (config, folder, address, kubernetes) => [
      ...traefik(address), '--providers.kubernetesIngressNGINX=true', '--providers.kubernetesIngressNGINX.token=unread',
      `--providers.kubernetesIngressNGINX.endpoint=${kubernetes.url}`,
    ],
    isReady: hasRoutes,
  },
};

function traefik(address) {
  return [
    'traefik', `--entryPoints.web.address=${address}`, '--log.level=ERROR', '--providers.providersThrottleDuration=1ms',
    '--global.checkNewVersion=false', '--global.sendAnonymousUsage=false',
  ];
}

/** Traefik listens before it has read its routes. */
async function hasRoutes(address) {
  return (await fetch(`http://${address}/`)).status !== 404;
}

/** Resolves once somebody accepts connections there and is ready. */
async function accepts(address, isReady = async () => true) {
  const [host, port] = address.split(':');
  const until = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const socket = createConnection({ host, port });
    const connected = await new Promise((resolve) => {
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    });
    socket.destroy();
    if (connected && await isReady(address)) return;
    if (performance.now() > until) throw new Error(`nobody listens at ${address}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}
