// A scripted AI Gateway. It records every request, and answers each path as the test says at the moment.
import { Feed } from './feed.mjs';
import { close, listen, readBody, sendJson } from './http.mjs';

export class FakeGateway {
  url;
  /** {method, path, headers, body} */
  requests = new Feed();
  /** Those of them whose connection was closed before they had been answered. */
  aborted = new Feed();
  #answers = new Map();
  #server;

  static async start() {
    const gateway = new FakeGateway();
    const { server, url } = await listen((request, response) => gateway.#receive(request, response));
    gateway.#server = server;
    gateway.url = url;
    return gateway;
  }

  /** From now on requests for `path` are answered by `answer(response)`. */
  on(path, answer) {
    this.#answers.set(path, answer);
  }

  request(path, from) {
    return this.requests.until(`request for ${path} at the gateway`, (r) => r.path === path, { from });
  }

  stop() {
    return close(this.#server);
  }

  async #receive(request, response) {
    const { method, url: path, headers } = request;
    const record = { method, path, headers, body: await readBody(request) };
    response.on('close', () => {
      if (!response.writableFinished) this.aborted.push(record);
    });
    this.requests.push(record);
    const answer = this.#answers.get(path);
    if (answer) answer(response);
    else sendJson(response, 404, { detail: 'Not Found' });
  }
}

/** A reply of the completion endpoints. */
export function completion(...texts) {
  return {
    id: 'id',
    model: { engine: 'fake', name: 'fake-model', lang: 'python' },
    object: 'text_completion',
    created: 1_700_000_000,
    choices: texts.map((text, index) => ({ text, index, finish_reason: 'length' })),
  };
}

/** Writes the head of an event stream; returns the function that sends one event, with `end` on it. */
export function eventStream(response) {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'X-Streaming-Format': 'sse',
  });
  response.flushHeaders();
  const send = (event, data) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  return Object.assign(send, { end: () => response.end() });
}
