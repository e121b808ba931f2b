// A scripted GitLab CE: its answers about tokens, users and projects, its GraphQL without Duo, and for every other path an answer that
// tells what arrived there.
import { Feed } from './feed.mjs';
import { close, listen, readBody, sendJson } from './http.mjs';

export const TOKEN = 'glpat-of-alice-in-gitlab';
const USER = { id: 42, username: 'alice', name: 'Alice', state: 'active', locked: false, bot: false, created_at: '2020-01-02T03:04:05.678Z' };
const PROJECT = { id: 7, path_with_namespace: 'group/project' };
const REFUSED = { message: '401 Unauthorized' };

export class FakeGitLab {
  url;
  /** {method, path, headers, body} */
  requests = new Feed();
  #server;
  #graphql;
  #root;
  #version;

  /** `root` is the path below which it lives, `graphql` what answers {query, variables, operationName}. */
  static async start({ root = '', version = '16.7.4', graphql } = {}) {
    const gitlab = new FakeGitLab();
    const { server, url } = await listen((request, response) => gitlab.#receive(request, response));
    Object.assign(gitlab, { url });
    gitlab.#server = server;
    gitlab.#root = root;
    gitlab.#version = version;
    gitlab.#graphql = graphql;
    return gitlab;
  }

  get address() {
    return new URL(this.url).host;
  }

  stop() {
    return close(this.#server);
  }

  async #receive(request, response) {
    const { method, url: target, headers } = request;
    const record = { method, path: target, headers, body: await readBody(request) };
    this.requests.push(record);
    const path = target.slice(this.#root.length).split('?')[0];
    const [status, answer] = (await this.#known(path, record)) ?? [200, {
      gitlab: `${method} ${target}`, length: record.body.length, headers,
    }];
    sendJson(response, status, answer);
  }

  async #known(path, { headers, body }) {
    const token = headers['private-token'] ?? headers.authorization?.replace('Bearer ', '');
    const isTheirs = token === TOKEN;
    switch (path) {
      case '/api/v4/personal_access_tokens/self':
        return isTheirs ? [200, {
          id: 5, name: 'editor', revoked: false, active: true, scopes: ['api'], user_id: USER.id,
          created_at: '2026-01-01T00:00:00.000Z', expires_at: null,
        }] : [401, REFUSED];
      case '/oauth/token/info':
        return [401, {
          error: 'invalid_token', error_description: 'The access token is invalid', state: 'unauthorized',
        }];
      case '/api/v4/user':
        return isTheirs ? [200, USER] : [401, REFUSED];
      case '/api/v4/version':
      case '/api/v4/metadata':
        return isTheirs ? [200, { version: this.#version, revision: 'abc' }] : [401, REFUSED];
      case '/api/v4/projects/group%2Fproject':
        return isTheirs ? [200, PROJECT] : [401, REFUSED];
      case '/api/graphql':
        if (!this.#graphql) return undefined;
        return isTheirs ? [200, await this.#graphql(JSON.parse(body))] : [401, { errors: [{ message: 'Invalid token' }] }];
      default:
        return undefined;
    }
  }
}
