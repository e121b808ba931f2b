// A scripted Kubernetes API: it lists the objects that it was given, and whoever watches sees no change.
import { close, listen, sendJson } from './http.mjs';

const NAMESPACE = 'default';

/** Whose listing each path ends in. */
const KINDS = {
  ingresses: ['networking.k8s.io/v1', 'Ingress'],
  ingressclasses: ['networking.k8s.io/v1', 'IngressClass'],
  services: ['v1', 'Service'],
  endpointslices: ['discovery.k8s.io/v1', 'EndpointSlice'],
  secrets: ['v1', 'Secret'],
  configmaps: ['v1', 'ConfigMap'],
  nodes: ['v1', 'Node'],
  namespaces: ['v1', 'Namespace'],
};

export class FakeKubernetes {
  url;
  #server;

  /** `ingresses` are Ingress objects, `services` says at which address ("IP:port") each name is found. */
  static async start({ ingresses, services }) {
    const objects = {
      ingresses: ingresses.map((ingress) => named('ingresses', ingress.metadata.name, ingress)),
      ingressclasses: [named('ingressclasses', 'nginx', { spec: { controller: 'k8s.io/ingress-nginx' } })],
      services: Object.entries(services).map(([name, address]) => named('services', name, {
        spec: { type: 'ClusterIP', clusterIP: '10.0.0.1', ports: [{ name: 'http', protocol: 'TCP', port: portOf(ingresses, name), targetPort: Number(address.split(':')[1]) }] },
      })),
      endpointslices: Object.entries(services).map(([name, address]) => named('endpointslices', `${name}-1`, {
        metadata: { labels: { 'kubernetes.io/service-name': name } },
        addressType: 'IPv4',
        endpoints: [{ addresses: [address.split(':')[0]], conditions: { ready: true, serving: true } }],
        ports: [{ name: 'http', protocol: 'TCP', port: Number(address.split(':')[1]) }],
      })),
    };
    const kubernetes = new FakeKubernetes();
    const { server, url } = await listen((request, response) => answer(objects, request, response));
    kubernetes.#server = server;
    kubernetes.url = url;
    return kubernetes;
  }

  stop() {
    return close(this.#server);
  }
}

function named(plural, name, object) {
  const [apiVersion, kind] = KINDS[plural];
  const metadata = { name, namespace: NAMESPACE, uid: `${plural}-${name}`, resourceVersion: '1', ...object.metadata };
  return { ...object, apiVersion, kind, metadata };
}

/** The port of a Service is what Ingresses say of it. */
function portOf(ingresses, service) {
  const backends = ingresses.flatMap(({ spec }) => spec.rules.flatMap(({ http }) => http.paths.map(({ backend }) => backend.service)));
  return backends.find(({ name }) => name === service).port.number;
}

function answer(objects, request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://kubernetes');
  if (pathname === '/version') return sendJson(response, 200, { major: '1', minor: '33', gitVersion: 'v1.33.0' });
  const plural = pathname.split('/').at(-1);
  const known = KINDS[plural];
  // Objects by their name, and the lists that come as a watch, which clients then do without.
  if (!known || request.method !== 'GET' || searchParams.has('sendInitialEvents')) {
    return sendJson(response, 422, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Invalid', code: 422 });
  }
  if (searchParams.get('watch')) {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    return response.flushHeaders();
  }
  const [apiVersion, kind] = known;
  return sendJson(response, 200, { kind: `${kind}List`, apiVersion, metadata: { resourceVersion: '1' }, items: objects[plural] ?? [] });
}
