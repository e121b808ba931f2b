// JSON-RPC over a pair of streams with the header framing of the Language Server Protocol.
import { Feed } from './feed.mjs';

const HEADER_END = '\r\n\r\n';

export class JsonRpc {
  /** Everything the other side says by itself, as {method, params}. */
  notifications = new Feed();
  #replies = new Feed();
  #output;
  #unread = Buffer.alloc(0);
  #lastId = 0;

  constructor(input, output) {
    this.#output = output;
    input.on('data', (chunk) => this.#receive(chunk));
  }

  /** Sends a request; `reply` resolves to its result and `cancel` withdraws it. Options as in `Feed.until`. */
  begin(method, params, options) {
    const id = ++this.#lastId;
    this.#send({ id, method, params });
    const reply = this.#replies
      .until(`reply to ${method}`, (message) => message.id === id, options)
      .then(({ error, result }) => {
        if (error) throw new Error(`${method}: ${error.message}`);
        return result;
      });
    return { reply, cancel: () => this.notify('$/cancelRequest', { id }) };
  }

  request(method, params, options) {
    return this.begin(method, params, options).reply;
  }

  notify(method, params) {
    this.#send({ method, params });
  }

  close(reason) {
    this.notifications.close(reason);
    this.#replies.close(reason);
  }

  #send(message) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#output.write(`Content-Length: ${Buffer.byteLength(body)}${HEADER_END}${body}`);
  }

  #receive(chunk) {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    for (;;) {
      const headerEnd = this.#unread.indexOf(HEADER_END);
      if (headerEnd < 0) return;
      const header = this.#unread.toString('latin1', 0, headerEnd);
      const start = headerEnd + HEADER_END.length;
      const end = start + Number(/content-length: *(\d+)/i.exec(header)[1]);
      if (this.#unread.length < end) return;
      const message = JSON.parse(this.#unread.toString('utf8', start, end));
      this.#unread = this.#unread.subarray(end);
      this.#dispatch(message);
    }
  }

  #dispatch(message) {
    if (message.method === undefined) {
      this.#replies.push(message);
      return;
    }
    this.notifications.push({ method: message.method, params: message.params });
    // The language server also asks (to watch files, to show a message); "nothing" answers them all.
    if (message.id !== undefined) this.#send({ id: message.id, result: null });
  }
}
