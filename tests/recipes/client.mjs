// Requests whose paths go out as they are written, each on a connection of its own.
import { request as send } from 'node:http';
import { Feed } from '../e2e/support/feed.mjs';

/** Begins a request; its answer is `head`, then ever longer `text`, then `ended`. */
export function begin(url, { method = 'GET', headers = {}, body = '' } = {}) {
  const [, host, path] = /^http:\/\/([^/]+)(.*)$/.exec(url);
  const [hostname, port] = host.split(':');
  const text = new Feed();
  const sent = send({ hostname, port, path, method, headers, agent: false });
  const head = new Promise((resolve, reject) => {
    sent.on('response', resolve).on('error', reject);
  });
  const ended = head.then((response) => new Promise((resolve, reject) => {
    let soFar = '';
    response.setEncoding('utf8');
    response.on('data', (piece) => {
      soFar += piece;
      text.push(soFar);
    });
    response.on('end', () => resolve(soFar)).on('error', reject);
  }));
  const begun = head.then(({ statusCode, headers: fields }) => ({ status: statusCode, headers: fields }));
  // Whoever waits for either learns of it; a request that is left has nobody.
  begun.catch(() => {});
  ended.catch((error) => text.close(error.message));
  sent.end(body);
  return { text, ended, head: begun, leave: () => sent.destroy() };
}

/** The whole answer. */
export async function ask(url, options) {
  const { head, ended } = begin(url, options);
  const [{ status, headers }, body] = await Promise.all([head, ended]);
  return { status, headers, body };
}
