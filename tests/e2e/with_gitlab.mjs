// A GitLab CE without Code Suggestions, and the server in front of it; then nginx with its recipe before both.
import { equal, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { API, answered, expectGeneration, expectSuggestion } from './expectations.mjs';
import { completionInPython, completionInTypeScript, generationInPython, wholePythonFile } from './samples.mjs';
import { TRIGGER } from './support/editor.mjs';
import { FakeGitLab, TOKEN } from './support/fake_gitlab.mjs';
import { graphqlOfCe } from './support/graphql_of_ce.mjs';
import { freeAddress } from './support/http.mjs';
import { WebServer } from './support/web_server.mjs';

const PROJECT = 'group/project';
const OLD = '16.7.4';
const NEW = '18.7.0';
/** Fields that no CE has. */
const OURS = /duoCodeSuggestionsAvailable|codeSuggestionsContexts|codeSuggestionsEnabled|duoFeaturesEnabled|duoContextExclusionSettings/;
/** What a language server says of parts that are not Code Suggestions to a GitLab without them. */
const OF_OTHER_PARTS = /chat|api status|AgentPlatform/i;

/** Editor, this server, a GitLab of today. */
export async function inFrontOfGitLab({ report, makeServer, startEditor, cache }) {
  const gitlab = await FakeGitLab.start({ version: NEW, graphql: graphqlOfCe(cache, NEW) });
  try {
    const server = makeServer({ identity: { kind: 'gitlab' }, proxy: { gitlab_url: gitlab.url } });
    await report.need('the server starts in front of a GitLab', () => server.start());
    const editor = await use({ report, server, gitlab, startEditor, url: server.url });
    await report.check('a completion comes over the direct connection, by the same way', () =>
      expectDirectConnection(editor, server.url));
    await report.check('the language server had nothing to complain about', () => {
      const complaints = editor.log.complaints().filter((text) => !OF_OTHER_PARTS.test(text));
      equal(complaints.join('\n'), '');
    });
    await switchOff({ report, server, startEditor, url: server.url });
  } finally {
    await gitlab.stop();
  }
}

/** Editor, nginx with its recipe, this server, a GitLab whose version alone would keep Code Suggestions off. */
export async function behindNginxInFrontOfGitLab({ report, makeServer, startEditor, cache, folder }) {
  const gitlab = await FakeGitLab.start({ version: OLD, graphql: graphqlOfCe(cache, OLD) });
  const [address, listen] = [await freeAddress(), await freeAddress()];
  let nginx;
  try {
    const server = makeServer({
      server: { listen, external_url: `http://${address}` }, identity: { kind: 'gitlab' }, proxy: { gitlab_url: gitlab.url },
    });
    await report.need('the server starts in front of a GitLab', () => server.start());
    nginx = await report.need('nginx starts with its recipe', () =>
      WebServer.start('nginx', join(folder, 'nginx'), { address, gitlab: listen, server: listen }));
    await use({ report, server, gitlab, startEditor, url: nginx.url });
  } finally {
    await nginx?.stop();
    await gitlab.stop();
  }
}

async function use({ report, server, gitlab, startEditor, url }) {
  const editor = await report.need('an editor is signed in with a token of that GitLab', async () => {
    const options = { projectPath: PROJECT };
    const started = await startEditor(`${url}/${PROJECT}.git`, options);
    await started.open(wholePythonFile('open.py'));
    equal(await started.signIn(url, TOKEN), null, 'message about the token');
    equal((await started.validate(url, TOKEN)).join(), '', 'checks of the credentials');
    return started;
  });
  await report.need('Code Suggestions are available, and for the project', () => editor.engaged([]));
  await report.check('a completion is shown as the user types', () =>
    expectSuggestion(editor, completionInPython('automatic.py')));
  await report.check('completions are shown when asked for', () =>
    expectSuggestion(editor, completionInTypeScript('explicit.ts'), TRIGGER.explicit));
  await report.check('a generation is streamed', () =>
    expectGeneration(editor, generationInPython('generation.py')));
  await report.check('GitLab was asked for what is its own, and never for what it does not know', () => {
    const asked = gitlab.requests.since();
    ok(asked.some(({ path }) => path === '/api/v4/personal_access_tokens/self'), 'the token');
    const documents = asked.filter(({ path }) => path === '/api/graphql').map(({ body }) => body);
    ok(documents.some((body) => body.includes('fullPath')), 'the project');
    equal(documents.filter((body) => OURS.test(body)).join('\n'), '', 'fields that it does not have');
    equal(asked.filter(({ path }) => path.startsWith(API)).length, 0, 'requests for suggestions');
  });
  return editor;
}

async function expectDirectConnection(editor, url) {
  await editor.log.requests.until('direct access', answered(`${API}/direct_access`, 201));
  const isDirect = ({ path, status }) => path.endsWith('/v2/completions') && status === 200;
  const request = await editor.log.requests.until('completion over the direct connection', isDirect);
  equal(new URL(request.url).origin, url);
}

async function switchOff({ report, server, startEditor, url }) {
  await report.check('a project that is switched off here has no Code Suggestions', async () => {
    await server.setProjectSwitch(PROJECT, 'off');
    const clone = await startEditor(`${url}/${PROJECT}.git`, { projectPath: PROJECT });
    await clone.open(wholePythonFile('off.py'));
    equal(await clone.signIn(url, TOKEN), null);
    await clone.engaged(['duo-disabled-for-project']);
  });
}
