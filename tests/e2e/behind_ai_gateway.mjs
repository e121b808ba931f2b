// The server in front of an AI Gateway: what reaches the gateway, and how its answers reach the editor.
import { equal, match, ok } from 'node:assert/strict';
import {
  API, answered, beginGeneration, expectNoComplaints, expectSuggestion,
} from './expectations.mjs';
import {
  completionInPython, completionInTypeScript, generationInEmptyFunction, generationInPython, generationInSmallFile,
  wholePythonFile,
} from './samples.mjs';
import { TRIGGER } from './support/editor.mjs';
import { checkInstanceToken } from './support/instance_token.mjs';
import { completion, eventStream, FakeGateway } from './support/fake_gateway.mjs';
import { sendJson } from './support/http.mjs';

const USER_TOKEN_PATH = '/v1/code/user_access_token';
const DIRECT_PATH = '/v2/completions';
const COMPLETION_PATH = '/v2/code/completions';
const GENERATION_PATH = '/v4/code/suggestions';

const USER_TOKEN = 'user-token-of-the-gateway';
const OPEN_FILE = 'open.py';
const SUGGESTED = 'doors + amount';
const PIECES = ['def multiply(left, right):\n', '    result = left * right  # × é\n', '    return result\n'];

export async function behindAiGateway({ report, server, startEditor }) {
  const gateway = await FakeGateway.start();
  try {
    await behind({ report, server, startEditor, gateway });
  } finally {
    await gateway.stop();
  }
}

async function behind({ report, server, startEditor, gateway }) {
  const inAnHour = Math.floor(Date.now() / 1000) + 3600;
  gateway.on(USER_TOKEN_PATH, (response) =>
    sendJson(response, 200, { token: USER_TOKEN, expires_at: inAnHour }));
  for (const path of [DIRECT_PATH, COMPLETION_PATH]) {
    gateway.on(path, (response) => sendJson(response, 200, completion(SUGGESTED)));
  }

  const { editor, tokens } = await report.need('an editor is signed in', async () => {
    await server.start({ kind: 'ai_gateway', url: gateway.url, auth: 'self_signed' });
    await server.addUser('other');
    const made = {
      first: await server.createToken('first'),
      // Of somebody for whom no token of the gateway is kept.
      second: await server.createToken('second', 'other'),
    };
    const started = await startEditor();
    await started.open(wholePythonFile(OPEN_FILE));
    equal(await started.signIn(server.url, made.first), null);
    await started.engaged([]);
    return { editor: started, tokens: made };
  });

  await directConnection({ report, server, editor, gateway });
  await fourChoices({ report, editor, gateway });
  await generation({ report, server, editor, gateway });
  await otherGenerations({ report, editor, gateway });
  await report.check('the language server had nothing to complain about', () =>
    expectNoComplaints(editor));

  // The language server turns to the instance when the gateway itself does not answer it.
  gateway.on(DIRECT_PATH, (response) => sendJson(response, 503, { detail: 'Service Unavailable' }));
  await completionThroughInstance({ report, server, editor, gateway });
  await cancellation({ report, editor, gateway });

  await report.check('without tokens from the gateway, direct access is refused at once', async () => {
    gateway.on(USER_TOKEN_PATH, (response) => sendJson(response, 500, { detail: 'Internal Server Error' }));
    const from = editor.log.requests.mark;
    equal(await editor.signIn(server.url, tokens.second), null);
    await editor.log.requests.until('refusal', answered(`${API}/direct_access`, 403), { from });
  });
}

async function directConnection({ report, server, editor, gateway }) {
  await report.check('direct connections use a token of the gateway', async () => {
    await suggest(editor, 'direct.py');
    const tokenRequest = await gateway.request(USER_TOKEN_PATH);
    equal(tokenRequest.method, 'POST');
    equal(tokenRequest.body, '');
    await checkInstanceToken(tokenRequest, server.url);
    const { headers } = await gateway.request(DIRECT_PATH);
    equal(headers.authorization, `Bearer ${USER_TOKEN}`);
    for (const name of ['x-gitlab-instance-id', 'x-gitlab-realm', 'x-gitlab-global-user-id']) {
      equal(headers[name], tokenRequest.headers[name], `${name}, as in the request for the token`);
    }
  });
}

async function fourChoices({ report, editor, gateway }) {
  await report.check('four choices are asked for and shown when the user asks', async () => {
    const texts = ['settings.depth;', 'settings.width;', 'settings.height;', '0;'];
    gateway.on(DIRECT_PATH, (response) => sendJson(response, 200, completion(...texts)));
    const from = gateway.requests.mark;
    const cursor = await editor.open(completionInTypeScript('explicit.ts'));
    const items = await editor.suggest(cursor, TRIGGER.explicit);
    const { choices_count: wanted } = JSON.parse((await gateway.request(DIRECT_PATH, from)).body);
    equal(wanted, 4);
    equal(items.map(({ insertText }) => insertText).join(), texts.join());
  });
  gateway.on(DIRECT_PATH, (response) => sendJson(response, 200, completion(SUGGESTED)));
}

async function otherGenerations({ report, editor, gateway }) {
  const cases = [
    ['an empty function', 'empty_function', generationInEmptyFunction('empty_function.js')],
    ['a small file', 'small_file', generationInSmallFile('small_file.py')],
  ];
  for (const [what, type, document] of cases) {
    await report.check(`${what} is filled in by a generation`, async () => {
      gateway.on(GENERATION_PATH, (response) => {
        const send = eventStream(response);
        send('content_chunk', { choices: [{ index: 0, delta: { content: SUGGESTED } }] });
        send('stream_end', null);
        send.end();
      });
      const from = gateway.requests.mark;
      const streamId = await beginGeneration(editor, document);
      const request = await gateway.request(GENERATION_PATH, from);
      equal(JSON.parse(request.body).generation_type, type);
      await editor.streamed(streamId, 'end of the stream', ({ done }) => done);
      equal(editor.streamTexts(streamId).at(-1), SUGGESTED);
    });
  }
}

async function generation({ report, server, editor, gateway }) {
  const document = generationInPython('generation.py');
  const opened = new Promise((resolve) => {
    gateway.on(GENERATION_PATH, (response) => resolve(eventStream(response)));
  });

  await report.check('a generation passes through event by event', async () => {
    const streamId = await beginGeneration(editor, document);
    await gateway.request(GENERATION_PATH);
    const send = await opened;
    send('stream_start', {
      metadata: { model: { engine: 'fake', name: 'fake-model' }, region: 'local', timestamp: 1_700_000_000 },
    });
    let text = '';
    for (const piece of PIECES) {
      // The next event is sent only when this one has been seen, so none can have been held back.
      text += piece;
      send('content_chunk', { choices: [{ index: 0, delta: { content: piece } }] });
      const soFar = text;
      await editor.streamed(streamId, 'this piece', (update) => update.completion === soFar);
    }
    send('stream_end', null);
    send.end();
    await editor.streamed(streamId, 'end of the stream', ({ done }) => done);
    equal(editor.streamTexts(streamId).at(-1), text);
  });
  await report.check('the gateway can check who asks for a generation, and is told what to write', async () => {
    const request = await gateway.request(GENERATION_PATH);
    await checkInstanceToken(request, server.url);
    const body = JSON.parse(request.body);
    equal(body.stream, true);
    const [component] = body.prompt_components ?? [];
    equal(component?.type, 'code_editor_generation');
    match(JSON.stringify(component.payload), /multiplies two numbers/);
  });
}

async function completionThroughInstance({ report, server, editor, gateway }) {
  await report.check('a completion through the instance reaches the gateway', async () => {
    const document = completionInPython('through_instance.py');
    await suggest(editor, document.name);
    const request = await gateway.request(COMPLETION_PATH);
    await checkInstanceToken(request, server.url);
    const { current_file: file, context } = JSON.parse(request.body);
    equal(file.content_above_cursor, document.above);
    equal(file.file_name, document.name);
    const tabs = (context ?? []).map(({ name }) => name.split('/').at(-1));
    ok(tabs.includes(OPEN_FILE), `other open files must be sent as context, these were: ${tabs}`);
  });
}

async function cancellation({ report, editor, gateway }) {
  await report.check('an editor that goes away cancels the request at the gateway', async () => {
    const from = gateway.requests.mark;
    gateway.on(COMPLETION_PATH, () => {});
    const suggestion = editor.beginSuggestion(await editor.open(completionInPython('cancelled.py')));
    // How the language server answers a request that it was told to drop is its own affair.
    const dropped = suggestion.items.catch(() => []);
    const request = await gateway.request(COMPLETION_PATH, from);
    suggestion.cancel();
    await gateway.aborted.until('end of the request at the gateway', (r) => r === request);
    await dropped;
  });
}

/** Asks for a completion and expects the very text that the gateway gave. */
async function suggest(editor, name) {
  const [item] = await expectSuggestion(editor, completionInPython(name));
  ok(item.insertText === SUGGESTED, `shown was ${JSON.stringify(item.insertText)}`);
}
