// The server on its own, with the gateway that is built into it: what a developer does who enters
// URL and token into an editor, and what an administrator switches meanwhile.
import { equal, match, ok } from 'node:assert/strict';
import {
  API, answered, expectGeneration, expectNoComplaints, expectSuggestion,
} from './expectations.mjs';
import {
  completionInPython, completionInTypeScript, generationInPython, wholePythonFile,
} from './samples.mjs';
import { TRIGGER } from './support/editor.mjs';
import { oauthToken } from './support/oauth.mjs';

const PROJECT = 'group/project';
const OTHER_PROJECT = 'group/without-suggestions';
const RULED_PROJECT = 'group/with-rules';
const UNKNOWN_TOKEN = 'glpat-AAAAAAAAAAAAAAAAAAAA';
const COLLECTED = '"route":"/com.snowplowanalytics.snowplow/tp2","status":200';
const TOKEN_REFUSED = /Token is invalid or expired/;

export async function standAlone({ report, server, collector, startEditor }) {
  await report.need('the server starts and prints its address', () => server.start());
  const tokens = await report.need('tokens are made on the command line', () => makeTokens(server));
  const startClone = (project) => startEditor(`${server.url}/${project}.git`);

  const editor = await report.need('the language server starts', () => startClone(PROJECT));
  await useSuggestions({ report, server, editor, collector, token: tokens.first });
  await restart({ report, server, editor });
  await report.check('the language server had nothing to complain about', () =>
    expectNoComplaints(editor));

  await report.check('a project that is switched off has no Code Suggestions', async () => {
    await server.setProjectSwitch(OTHER_PROJECT, 'off');
    const clone = await startClone(OTHER_PROJECT);
    await clone.open(wholePythonFile('in_other_project.py'));
    equal(await clone.signIn(server.url, tokens.first), null);
    await clone.engaged(['duo-disabled-for-project']);
  });

  await excludeFiles({ report, server, startEditor, token: tokens.second });

  const second = await report.need('a second editor starts', () => startClone(PROJECT));
  await switchUser({ report, server, editor: second, tokens });
  await refuseTokens({ report, server, editor: second, tokens });
  await withOauthToken({ report, server, editor: second });
  await withoutDirectAccess({ report, server, editor: second, tokens });
}

async function makeTokens(server) {
  const tokens = {};
  for (const name of ['first', 'second', 'revoked']) {
    tokens[name] = await server.createToken(`e2e-${name}`);
    match(tokens[name], /^glpat-\S+$/, 'the token must stand alone on standard output');
  }
  return tokens;
}

async function useSuggestions({ report, server, editor, collector, token }) {
  const requests = editor.log.requests;
  await report.need('the token is accepted', async () => {
    equal(await editor.signIn(server.url, token), null, 'message about the token');
    await requests.until('token check', answered('/api/v4/personal_access_tokens/self', 200));
    equal((await editor.validate(server.url, token)).join(), '', 'checks of the credentials');
  });
  await report.check('the version is fetched', () =>
    requests.until('answer', answered('/api/v4/version', 200)));
  await report.need('Code Suggestions are available', async () => {
    await editor.open(wholePythonFile('other.py'));
    await editor.engaged([]);
  });

  await report.check('a completion is shown as the user types', () =>
    expectSuggestion(editor, completionInPython('automatic.py')));
  await report.check('it comes over the direct connection', async () => {
    await requests.until('direct access', answered(`${API}/direct_access`, 201));
    await expectDirectConnection(editor, server);
  });
  await report.check('completions are shown when asked for', () =>
    expectSuggestion(editor, completionInTypeScript('explicit.ts'), TRIGGER.explicit));
  await report.check('a generation is streamed', () =>
    expectGeneration(editor, generationInPython('generation.py')));

  await report.check('shown and accepted suggestions are reported to the server', async () => {
    // Two suggestions until here, each of them shown and then accepted.
    let missing = 4;
    const reported = answered('/api/v4/usage_data/track_event', 200);
    await requests.until('fourth report', (request) => reported(request) && --missing === 0);
  });
  await report.check('usage events carry the connection details', async () => {
    await requests.until('answer', answered(`${API}/connection_details`, 201));
    const event = await collector.event('suggestion_loaded', (context) => context.is_direct_connection);
    match(event.context.gitlab_instance_id ?? '', /\S/, 'instance id');
    equal(event.context.gitlab_realm, 'self-managed');
  });
}

async function restart({ report, server, editor }) {
  await report.need('the server stops when told to, with an editor connected', () => server.stop());
  await report.check('what was used is in the figures, for the user and the editor', async () => {
    const rows = await server.usage();
    const row = (wanted) => rows.find(({ language }) => language === wanted) ?? {};
    for (const language of ['python', 'ts']) {
      const { user, editor: name, requested, shown, accepted } = row(language);
      equal(`${user} ${name}`, 'root vscode', language);
      ok(requested >= 1 && shown >= 1 && accepted >= 1, `${language}: ${JSON.stringify(row(language))}`);
    }
    ok(row('python').streamed >= 1, `the generation: ${JSON.stringify(rows)}`);
  });
  await report.need('the server starts again on its data', () => server.start());
  await report.check('the editor goes on with its direct connection after a restart', async () => {
    const from = editor.log.requests.mark;
    await expectSuggestion(editor, completionInPython('after_restart.py'));
    await expectDirectConnection(editor, server, from);
    const asked = editor.log.requests.since(from).filter(answered(`${API}/direct_access`));
    equal(asked.length, 0, 'requests for direct access');
  });
}

/** Editors learn the rules with the project; the server goes by them whatever an editor does. */
async function excludeFiles({ report, server, startEditor, token }) {
  await server.exclude(RULED_PROJECT, '*_secret.py');
  const editor = await report.need('an editor whose telemetry comes here opens a project with rules', async () => {
    const options = { trackingUrl: server.url, projectPath: RULED_PROJECT };
    const started = await startEditor(`${server.url}/${RULED_PROJECT}.git`, options);
    await started.open(wholePythonFile('open.py'));
    equal(await started.signIn(server.url, token), null);
    await started.engaged([]);
    return started;
  });
  await report.check('an excluded file has no suggestions', async () => {
    const cursor = await editor.open(completionInPython('cars_secret.py'));
    const items = await editor.suggest(cursor, TRIGGER.explicit);
    equal(items.length, 0, `shown: ${JSON.stringify(items)}`);
  });
  await report.check('any other file has them', () =>
    expectSuggestion(editor, completionInPython('cars.py')));
  await report.check('telemetry that an editor is told to send here is taken', () =>
    server.output.until('telemetry', (line) => line.includes(COLLECTED)));
}

/** The language server asks about the user only after a change of the token, hence the second one. */
async function switchUser({ report, server, editor, tokens }) {
  await report.need('the second editor is signed in', async () => {
    await editor.open(wholePythonFile('second.py'));
    equal(await editor.signIn(server.url, tokens.first), null);
    await editor.engaged([]);
  });
  await report.check('a user who is switched off has no Code Suggestions', async () => {
    await server.setUserSwitch('off');
    const from = editor.notifications.mark;
    equal(await editor.signIn(server.url, tokens.second), null);
    await editor.engaged(['code-suggestions-no-license'], { from });
    const engaged = await editor.validate(server.url, tokens.second);
    ok(engaged.includes('code-suggestions-no-license'), `engaged: ${engaged}`);
  });
  await report.check('a user who is switched on again has them back', async () => {
    await server.setUserSwitch('on');
    const from = editor.notifications.mark;
    equal(await editor.signIn(server.url, tokens.first), null);
    await editor.engaged([], { from });
  });
}

async function refuseTokens({ report, server, editor, tokens }) {
  await report.check('a revoked token is reported as invalid', async () => {
    equal(await editor.signIn(server.url, tokens.revoked), null);
    equal(await editor.signIn(server.url, tokens.first), null);
    await server.revokeToken('e2e-revoked');
    await expectTokenRefused(server, editor, tokens.revoked);
  });
  await report.check('an unknown token is reported as invalid', () =>
    expectTokenRefused(server, editor, UNKNOWN_TOKEN));
  await report.check('a good token after a bad one is accepted', async () => {
    const from = editor.notifications.mark;
    equal(await editor.signIn(server.url, tokens.first), null);
    await editor.engaged([], { from });
  });
}

async function withOauthToken({ report, server, editor }) {
  await report.check('an OAuth token of the sign-in with the browser opens everything', async () => {
    const token = await oauthToken(server.url, await server.createLink(), await server.addApplication('Editors'));
    const from = editor.notifications.mark;
    const requests = editor.log.requests.mark;
    equal(await editor.signIn(server.url, token), null);
    await editor.engaged([], { from });
    await editor.log.requests.until('check', answered('/oauth/token/info', 200), { from: requests });
    await expectSuggestion(editor, completionInPython('oauth.py'));
  });
}

async function withoutDirectAccess({ report, server, editor, tokens }) {
  await report.need('the server starts with direct access switched off', async () => {
    await server.stop();
    await server.start({ direct_access: false });
  });
  await report.check('completions then come through the instance', async () => {
    equal(await editor.signIn(server.url, tokens.second), null);
    const from = editor.log.requests.mark;
    await expectSuggestion(editor, completionInPython('through_instance.py'));
    const requests = editor.log.requests.since(from);
    ok(requests.some(answered(`${API}/direct_access`, 403)), 'direct access must answer 403');
    ok(requests.some(answered(`${API}/completions`, 200)), 'no completion from the instance');
  });
}

async function expectDirectConnection(editor, server, from = 0) {
  const request = await editor.log.requests.until(
    'completion over the direct connection',
    ({ path, status }) => path.endsWith('/v2/completions') && status === 200,
    { from },
  );
  equal(new URL(request.url).origin, server.url, 'the direct connection leads to the server');
}

async function expectTokenRefused(server, editor, token) {
  const from = editor.notifications.mark;
  match((await editor.signIn(server.url, token)) ?? 'accepted', TOKEN_REFUSED);
  await editor.engaged(['authentication-required'], { from });
}
