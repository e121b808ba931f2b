// Receives the usage events that the language server would otherwise send to GitLab's own collector.
import { Feed } from './feed.mjs';
import { close, listen, readBody, sendJson } from './http.mjs';

export class Collector {
  url;
  /** {action, context}; the context is what the language server knows about the suggestion. */
  #events = new Feed();
  #server;

  static async start() {
    const collector = new Collector();
    const { server, url } = await listen((request, response) => collector.#receive(request, response));
    collector.#server = server;
    collector.url = url;
    return collector;
  }

  /** Waits for an event; the language server sends what it has every 5 s. */
  event(action, predicate = () => true) {
    return this.#events.until(
      `event ${action}`,
      (event) => event.action === action && predicate(event.context),
    );
  }

  stop() {
    return close(this.#server);
  }

  async #receive(request, response) {
    const { data } = JSON.parse(await readBody(request));
    sendJson(response, 200, {});
    for (const event of data) this.#events.push({ action: event.se_ac, context: contextOf(event) });
  }
}

function contextOf({ cx }) {
  if (!cx) return {};
  const envelope = JSON.parse(Buffer.from(cx, 'base64url').toString('utf8'));
  const own = envelope.data.find(({ schema }) => schema.includes('/code_suggestions_context/'));
  return own?.data ?? {};
}
