// What the small HTTP servers of the test have in common.
import { createServer } from 'node:http';
import { once } from 'node:events';

/** Starts a server on a port of the system's choice; resolves to it and its URL. */
export async function listen(handler) {
  const server = createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

let nextPort = 20_000 + process.pid % 10_000;

/**
 * An address that is free. Its port is none of those that the system gives away by itself (on Linux they begin at 32768), so
 * that nobody gets it by chance before it is used, or between two uses.
 */
export async function freeAddress() {
  for (;;) {
    const port = nextPort++;
    const server = createServer();
    server.listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(() => true, () => false);
    if (!isFree) continue;
    await close(server);
    return `127.0.0.1:${port}`;
  }
}

export async function close(server) {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

export async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

export function sendJson(response, status, value) {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(value));
}
