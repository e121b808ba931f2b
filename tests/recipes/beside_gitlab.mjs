// One web server with its recipe between clients, a GitLab and the server.
import { equal, match, ok } from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { completion, eventStream, FakeGateway } from '../e2e/support/fake_gateway.mjs';
import { FakeGitLab, TOKEN } from '../e2e/support/fake_gitlab.mjs';
import { freeAddress, sendJson } from '../e2e/support/http.mjs';
import { Server } from '../e2e/support/server.mjs';
import { WebServer } from '../e2e/support/web_server.mjs';
import { ask, begin } from './client.mjs';

const COMPLETIONS = '/api/v4/code_suggestions/completions';
const MIB = 1024 * 1024;
const SUGGESTED = 'doors + amount';

/** Other spellings of the path, which these web servers take for the same one, and the others for one of GitLab's. */
const SPELLINGS = {
  everywhere: [`${COMPLETIONS}?x=1`, `${COMPLETIONS}/`, `${COMPLETIONS}.json`, '/api/v4/code_suggestions//completions'],
  decoded: ['/api/v4/code%5Fsuggestions/completions', '/%61pi/v4/code_suggestions/completions'],
};
const DECODE = ['nginx', 'apache', 'caddy', 'traefik', 'ingress'];

/** Those that close on a client that is still sending, whatever it has been answered. */
const HASTY = ['caddy', 'traefik', 'ingress'];

export async function besideGitLab({ report, binary, folder, name, root, change, look = everything }) {
  await mkdir(join(folder, 'server'), { recursive: true });
  const gitlab = await FakeGitLab.start({ root });
  const gateway = await FakeGateway.start();
  const [address, listen] = [await freeAddress(), await freeAddress()];
  const server = new Server(binary, join(folder, 'server'), {
    server: { listen, external_url: `http://${address}${root}` },
    identity: { kind: 'gitlab' },
    'identity.gitlab': { url: `${gitlab.url}${root}` },
    limits: { completions: '0' },
  });
  let webServer;
  try {
    await server.start({ kind: 'ai_gateway', url: gateway.url, auth: 'none' });
    webServer = await WebServer.start(name, join(folder, 'web'), {
      address, gitlab: gitlab.address, server: listen, root, change,
    });
    const at = (path) => `${webServer.url}${root}${path}`;
    await look({ report, name, at, gateway, root, server, webServer });
  } catch (error) {
    throw new Error([error.message, ...(webServer?.output.since() ?? [])].join('\n'));
  } finally {
    await webServer?.stop();
    await server.abort();
    await Promise.all([gateway.stop(), gitlab.stop()]);
  }
}

/** nginx without what makes its recipe one, and deaf to what the server itself says of buffering. */
export async function bufferedByNginx({ report, binary, folder }) {
  const spoilt = (recipe) => recipe
    .replaceAll('proxy_buffering off;', 'proxy_ignore_headers X-Accel-Buffering;')
    .replaceAll('proxy_http_version 1.1;', 'proxy_http_version 1.0;');
  await besideGitLab({
    report, binary, folder, name: 'nginx', root: '', change: spoilt,
    look: ({ server }) => report.check('nginx that buffers: doctor says so, and what to do', async () => {
      const { streams } = await server.findings();
      equal(streams.status, 'warning', streams.detail);
      match(streams.remedy, /proxy_buffering off/);
    }),
  });
}

async function everything({ report, name, at, gateway, root, server, webServer }) {
  await requests({ report, name, at, gateway });
  await streams({ report, name, at, gateway });
  await bodies({ report, name, at, gateway, root });
  await report.check(`${name}: doctor finds this server by way of it, and streams that arrive piece by piece`, async () => {
    const found = await server.findings();
    equal(found['external URL'].status, 'ok', found['external URL'].detail);
    equal(found.streams.status, 'ok', found.streams.detail);
  });
  const said = webServer.output.since().filter((line) => /\b(error|emerg|crit|alert)\b/i.test(line) && !EXPECTED.test(line));
  equal(said.join('\n'), '', 'what the web server complains about');
}

function asked(more = {}, above = 'self.doors = self.') {
  return JSON.stringify({
    current_file: { file_name: 'car.py', content_above_cursor: above, content_below_cursor: '' },
    intent: 'completion', ...more,
  });
}

/** What they say of a client that has left, and of a body that is too long. */
const EXPECTED = /AH01110: error reading response|aborting with incomplete response|intended to send too large body/;

const HEADERS = { 'Content-Type': 'application/json', 'PRIVATE-TOKEN': TOKEN };

async function requests({ report, name, at, gateway }) {
  gateway.on('/v2/code/completions', (response) => sendJson(response, 200, completion(SUGGESTED)));
  const complete = (path) => ask(at(path), { method: 'POST', headers: HEADERS, body: asked() });
  const isSuggestion = ({ status, body }) => status === 200 && JSON.parse(body).choices?.[0].text === SUGGESTED;

  await report.check(`${name}: a completion`, async () => {
    const answer = await complete(COMPLETIONS);
    ok(isSuggestion(answer), `${answer.status} ${answer.body}`);
  });
  await report.check(`${name}: without a token, and with a wrong one, the refusal is this server's`, async () => {
    for (const token of ['', 'glpat-wrong']) {
      const headers = { ...HEADERS, 'PRIVATE-TOKEN': token };
      const { status, body, headers: fields } = await ask(at(COMPLETIONS), { method: 'POST', headers, body: asked() });
      equal(status, 401, body);
      ok(fields['x-gitlab-meta'], 'answered by this server');
    }
  });
  await report.check(`${name}: the gateway of this server is found below /ai/v`, async () => {
    const { headers: fields, body } = await ask(at('/ai/v2/completions'), { method: 'POST', body: '{}' });
    ok(fields['x-gitlab-meta'], `answered by this server, not ${body}`);
  });
  await report.check(`${name}: every other path is GitLab's`, async () => {
    for (const path of ['/', '/api/v4/projects/1', '/api/v4/code_suggestions_more', '/ai/project', '/ai/vision', '/ai/v5/-/tree', '/group/project/-/raw/main/a%20b']) {
      const { status, body } = await ask(at(path));
      equal(status, 200, path);
      match(JSON.parse(body).gitlab, /^GET /, path);
    }
  });
  await report.check(`${name}: other spellings of the path`, async () => {
    for (const path of SPELLINGS.everywhere) {
      const answer = await complete(path);
      ok(isSuggestion(answer), `${path}: ${answer.status} ${answer.body}`);
    }
    for (const path of SPELLINGS.decoded) {
      const answer = await complete(path);
      if (DECODE.includes(name)) ok(isSuggestion(answer), `${path}: ${answer.status} ${answer.body}`);
      else match(JSON.parse(answer.body).gitlab, /^POST /, path);
    }
  });
}

async function streams({ report, name, at, gateway }) {
  /** Asks for a stream; resolves to the answer and to what sends the events of it. */
  const generate = async () => {
    const opened = new Promise((resolve) => {
      gateway.on('/v4/code/suggestions', (response) => resolve(eventStream(response)));
    });
    const answer = begin(at(COMPLETIONS), {
      method: 'POST', headers: { ...HEADERS, 'X-Supports-Sse-Streaming': 'true' }, body: asked({ intent: 'generation', stream: true }),
    });
    const refused = answer.ended.then((text) => { throw new Error(`no stream: ${text}`); });
    refused.catch(() => {});
    return { answer, send: await Promise.race([opened, refused]) };
  };
  await report.check(`${name}: a stream arrives event by event`, async () => {
    const { answer, send } = await generate();
    for (const piece of ['first', 'second', 'third']) {
      // The next one is sent only when this one has been seen, so none can have been held back.
      send('content_chunk', { choices: [{ index: 0, delta: { content: piece } }] });
      await answer.text.until(`event ${piece}`, (text) => text.includes(piece));
    }
    send('stream_end', null);
    send.end();
    await answer.text.until('end of the stream', (text) => text.includes('stream_end'));
    await answer.ended;
    const { headers: fields } = await answer.head;
    match(fields['content-type'], /^text\/event-stream/);
  });
  await report.check(`${name}: a client that leaves ends its request at the gateway`, async () => {
    const from = gateway.aborted.mark;
    const { answer, send } = await generate();
    send('content_chunk', { choices: [{ index: 0, delta: { content: 'first' } }] });
    await answer.text.until('event', (text) => text.includes('first'));
    answer.leave();
    // Some notice only when they have something to pass on.
    const more = setInterval(() => send('content_chunk', { choices: [{ index: 0, delta: { content: 'more' } }] }), 20);
    await gateway.aborted.until('end at the gateway', () => true, { from }).finally(() => clearInterval(more));
  });
}

async function bodies({ report, name, at, gateway, root }) {
  const post = (path, body) => ask(at(path), { method: 'POST', headers: HEADERS, body });
  await report.check(`${name}: the longest text that is allowed`, async () => {
    const above = 'x = 1\n'.repeat(66_000);
    const from = gateway.requests.mark;
    const { status, body } = await post(COMPLETIONS, asked({}, above));
    equal(status, 200, body);
    const request = await gateway.request('/v2/code/completions', from);
    ok(above.endsWith(JSON.parse(request.body).current_file.content_above_cursor), 'the end of the text arrives');
  });
  await report.check(`${name}: a body that just fits is read, a longer one is refused`, async () => {
    const sized = (size) => asked().padEnd(size);
    const fits = await post(COMPLETIONS, sized(8 * MIB));
    equal(fits.status, 200, fits.body);
    // Which of the two is met depends on how much the kernel had taken by then.
    const closed = (error) => HASTY.includes(name) && ['ECONNRESET', 'EPIPE'].includes(error.code);
    const resets = (error) => ({ status: closed(error) ? 413 : error.message });
    const longer = await post(COMPLETIONS, sized(8 * MIB + 1)).catch(resets);
    equal(longer.status, 413);
  });
  await report.check(`${name}: what is uploaded to GitLab has no other limit than before`, async () => {
    const { status, body } = await post('/group/project/uploads', 'x'.repeat(24 * MIB));
    equal(status, 200);
    const { gitlab, length } = JSON.parse(body);
    equal(`${gitlab} ${length}`, `POST ${root}/group/project/uploads ${24 * MIB}`);
  });
}
