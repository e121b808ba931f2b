// Checks the server in front of llama.cpp's server: main.mjs BINARY PYTHON LLAMA_SERVER
//
// The model is small and says what it likes, so its answers are judged by their form.
import { equal, match, ok } from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Abandoned, Report } from '../e2e/support/report.mjs';
import { Server } from '../e2e/support/server.mjs';
import { LlamaServer } from './llama_server.mjs';

const MODEL = 'SmolLM2-135M-Instruct.Q4_1';
const MODEL_WITH_MARKERS = 'markers';
const ABOVE = 'class Car:\n    def __init__(self):\n        self.speed = 0\n\n    def increase_speed(self, increment):\n        ';
// Tokens of the model, and of the family that it is asked as.
const MARKER = /<\|(im_start|im_end|endoftext)\|>|<(reponame|repo_name|file_sep|filename|endoftext|fim_(prefix|suffix|middle))>/;
// Slow machines are no failure: the model gets longer than an editor would wait.
const PATIENCE = { deadline: '100s', max_tokens: 24 };
const GENERATION = { deadline: '100s', max_tokens: 48 };

const [binary, ...llamaServer] = process.argv.slice(2);
const report = new Report();
const folder = await mkdtemp(join(tmpdir(), 'code-suggestions-model-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

for (const scenario of [modelForChat, modelWithMarkers, askedAsOpenAi]) await run(scenario);
process.exitCode = report.finish() ? 0 : 1;

/** SmolLM2 as it is: it can talk, and cannot fill in the middle. */
async function modelForChat({ start }) {
  const { model, server, token } = await start({});
  await report.check('doctor says what the model cannot do', async () => {
    const lines = await server.doctor();
    const has = (text) => ok(lines.some((line) => line.includes(text)), lines.join('\n'));
    has(`${MODEL} (llama_server at ${model.url}) is a model for chat and cannot fill in the middle`);
    has('✓ completion: ');
    has('✓ streamed generation: ');
  });
  await report.check('the engine answers completions', async () => {
    const { model: by } = await (await ask(server, token, {})).json();
    equal(by.engine, 'in-context');
  });
  await report.check('the model writes a generation', async () => {
    const answer = await (await ask(server, token, { intent: 'generation', stream: false })).json();
    equal(answer.model.name, MODEL);
    expectCode(answer.choices[0].text);
  });
  await report.check('the model writes a generation, streamed', async () => {
    const answer = await ask(server, token, { intent: 'generation', stream: true });
    match(answer.headers.get('content-type'), /^text\/event-stream/);
    const text = await answer.text();
    match(text, /^event: stream_start\n/);
    match(text, /\nevent: stream_end\ndata: null\n\n$/);
    const data = [...text.matchAll(/^event: content_chunk\ndata: (.*)$/gm)];
    expectCode(data.map(([, json]) => JSON.parse(json).choices[0].delta.content).join(''));
  });
  await report.check('a client that leaves frees the model', async () => {
    const leaving = new AbortController();
    const from = model.output.mark;
    const answer = await ask(server, token, { intent: 'generation', stream: true }, leaving.signal);
    await answer.body.getReader().read();
    leaving.abort();
    await model.output.until('free place', (line) => /cancel task|release: /.test(line), { from });
  });
}

/** The same model with markers: its server is asked to fill in the middle. */
async function modelWithMarkers({ start }) {
  const { server, token } = await start({ markers: true });
  await report.check('doctor finds nothing to mend', async () => {
    const lines = await server.doctor();
    const good = `✓ model server: ${MODEL_WITH_MARKERS} (llama_server at`;
    ok(lines.some((line) => line.startsWith(good)), lines.join('\n'));
    ok(!lines.some((line) => line.startsWith('✗')), lines.join('\n'));
  });
  await report.check('the model fills in the middle', () =>
    expectFilled(server, token, 'llama_server'));
  await report.check('several suggestions are different ones', async () => {
    const answer = await (await ask(server, token, { choices_count: 4, above: '# Names of colours:\nnames = [' })).json();
    const texts = answer.choices.map(({ text }) => text.trim());
    equal(new Set(texts).size, texts.length);
    texts.forEach(expectCode);
  });
  await report.check('a completion as events ends as it should', async () => {
    const text = await (await ask(server, token, { stream: true })).text();
    match(text, /event: stream_end\ndata: null\n\n$/);
  });
}

/** The same server by OpenAI's API, with the markers written by us. */
async function askedAsOpenAi({ start }) {
  const { server, token } = await start({ markers: true, model: { kind: 'openai', template: 'starcoder' } });
  await report.check('the model fills in the middle by OpenAI\'s API', () =>
    expectFilled(server, token, 'openai'));
}

/** Of several questions the model answers most, and each with code. */
async function expectFilled(server, token, engine) {
  const beginnings = [ABOVE, '# Names of colours:\nnames = ["red", "green", ', 'def greet(name):\n    print("Hello, '];
  const engines = [];
  for (const above of beginnings) {
    const answer = await (await ask(server, token, { above })).json();
    engines.push(answer.model.engine);
    for (const { text } of answer.choices) expectCode(text);
  }
  ok(engines.every((name) => name === engine), engines.join());
}

function expectCode(text) {
  ok(text.trim() !== '', 'an empty text');
  ok(!MARKER.test(text) && !text.includes('```'), JSON.stringify(text));
}

function ask(server, token, { intent = 'completion', stream = false, above = ABOVE, choices_count }, signal) {
  return fetch(`${server.url}/api/v4/code_suggestions/completions`, {
    method: 'POST',
    signal,
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      'X-Supports-Sse-Streaming': 'true',
    },
    body: JSON.stringify({
      current_file: { file_name: 'car.py', content_above_cursor: above, content_below_cursor: '\n' },
      intent,
      stream,
      choices_count,
    }),
  });
}

/** Gives a scenario what starts its two servers, and ends them. */
async function run(scenario) {
  const running = [];
  const start = async ({ markers = false, model = {} }) => {
    const place = join(folder, scenario.name);
    await mkdir(place);
    const llama = new LlamaServer(llamaServer, place, markers);
    running.push(() => llama.stop());
    await llama.start();
    const server = new Server(binary, place, {
      model: { ...PATIENCE, url: llama.url, ...model },
      'model.generation': GENERATION,
    });
    running.push(() => server.abort());
    await server.start();
    return { model: llama, server, token: await server.createToken('test') };
  };
  console.log(`# ${scenario.name}`);
  try {
    await scenario({ start });
  } catch (error) {
    if (!(error instanceof Abandoned)) await report.check(scenario.name, () => { throw error; });
  } finally {
    await Promise.all(running.map((stop) => stop()));
  }
}
