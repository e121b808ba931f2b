// The part of an editor: starts the language server, gives it settings and documents, and asks for
// suggestions the way the VS Code extension does.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Child } from './child.mjs';
import { Feed } from './feed.mjs';
import { JsonRpc } from './json_rpc.mjs';
import { LanguageServerLog } from './language_server_log.mjs';

// As the language server counts them; the final protocol counts from 1.
export const TRIGGER = { explicit: 0, automatic: 1 };

// Loading the language server is work for the processor, which others may use too.
const START_TIMEOUT_MS = 120_000;

const SIGNED_IN = /^\[auth\]: Successfully reconfigured/;
const NO_TOKEN = /No token provided/;

export class Editor {
  log = new LanguageServerLog();
  /** How each attempt to sign in ended: null, or the message that a user would see. */
  #signIns = new Feed();
  #child;
  #rpc;
  #home;
  #workspace;
  #options;

  /** `trackingUrl` is where the editor sends its telemetry, `projectPath` the project that it is told to work in. */
  constructor(folder, { trackingUrl, projectPath }) {
    this.#home = join(folder, 'home');
    this.#workspace = join(folder, 'workspace');
    this.#options = { trackingUrl, projectPath };
  }

  /** `remote` is the git remote of the workspace, if it is to be a clone of a project. */
  async start(bundle, remote) {
    await mkdir(this.#home, { recursive: true });
    await mkdir(this.#workspace, { recursive: true });
    if (remote) await makeClone(this.#workspace, remote);
    this.#launch(bundle);
    await this.#initialize();
  }

  get notifications() {
    return this.#rpc.notifications;
  }

  /**
   * Tells the language server where the instance is and waits for its verdict on the token: null, or
   * the message that a user would see. The same pair again changes nothing and gets no verdict.
   */
  async signIn(baseUrl, token) {
    const from = this.#signIns.mark;
    this.#rpc.notify('workspace/didChangeConfiguration', { settings: this.#settings(baseUrl, token) });
    const { message } = await this.#signIns.until('verdict on the token', () => true, { from });
    // After a refusal the language server forgets the token and tries without one. What is
    // configured before that is done would be lost.
    if (message) await this.#signIns.until('second verdict', isAboutNoToken, { from });
    return message;
  }

  /** Asks for a check of credentials; resolves to the ids of the engaged checks, those of chat left out. */
  async validate(baseUrl, token) {
    const features = await this.#rpc.request(
      '$/gitlab/validateConfiguration',
      this.#settings(baseUrl, token),
    );
    return features
      .filter(({ featureId }) => featureId !== 'chat')
      .flatMap((feature) => engagedIds(feature));
  }

  /** Waits until the checks of Code Suggestions that are engaged are exactly these. */
  engaged(ids, { from = 0 } = {}) {
    const wanted = ids.join();
    const what = `state of Code Suggestions with these checks engaged: ${wanted || 'none'}`;
    return this.notifications.until(
      what,
      ({ method, params }) =>
        method === '$/gitlab/featureStateChange' &&
        engagedIds(codeSuggestions(params)).join() === wanted,
      { from },
    );
  }

  /** Opens a document and makes it the active one; resolves to its cursor. */
  async open({ name, languageId, above, below = '' }) {
    const path = join(this.#workspace, name);
    await writeFile(path, above + below);
    const uri = pathToFileURL(path).href;
    const textDocument = { uri, languageId, version: 1, text: above + below };
    this.#rpc.notify('textDocument/didOpen', { textDocument });
    this.#rpc.notify('$/gitlab/didChangeDocumentInActiveEditor', uri);
    const lines = above.split('\n');
    return { uri, position: { line: lines.length - 1, character: lines.at(-1).length } };
  }

  /** Asks for suggestions at a document's cursor. */
  beginSuggestion({ uri, position }, triggerKind = TRIGGER.automatic) {
    const { reply, cancel } = this.#rpc.begin('textDocument/inlineCompletion', {
      textDocument: { uri },
      position,
      context: { triggerKind },
    });
    return { items: reply.then((result) => result.items), cancel };
  }

  suggest(cursor, triggerKind) {
    return this.beginSuggestion(cursor, triggerKind).items;
  }

  /** Waits for an update of a stream that satisfies `predicate`. */
  async streamed(streamId, what, predicate) {
    const { params } = await this.notifications.until(
      what,
      ({ method, params }) =>
        method === 'streamingCompletionResponse' && params.id === streamId && predicate(params),
    );
    return params;
  }

  /** All texts of a stream so far, oldest first. */
  streamTexts(streamId) {
    return this.notifications
      .since()
      .filter(({ method, params }) =>
        method === 'streamingCompletionResponse' && params.id === streamId && params.completion)
      .map(({ params }) => params.completion);
  }

  /** The user takes a suggestion over: it becomes part of the document. */
  accept({ uri }, { above, below = '' }, { insertText, command }) {
    this.#rpc.notify('textDocument/didChange', {
      textDocument: { uri, version: 2 },
      contentChanges: [{ text: above + insertText + below }],
    });
    const [trackingId] = command.arguments;
    this.#rpc.notify('$/gitlab/telemetry', {
      category: 'code_suggestions',
      action: 'suggestion_accepted',
      context: { trackingId, optionId: 1 },
    });
  }

  async stop() {
    await this.#child?.stop();
  }

  #launch(bundle) {
    this.#child = new Child(process.execPath, [bundle, '--stdio'], {
      cwd: this.#home,
      onLine: (line) => this.log.addLine(line),
      rawOutput: true,
    });
    this.#rpc = new JsonRpc(this.#child.output, this.#child.input);
    this.#observeSignIns();
    this.#child.exit.then((how) => {
      const reason = `the language server has ended (${how})`;
      this.#rpc.close(reason);
      this.#signIns.close(reason);
      this.log.close(reason);
    });
  }

  async #initialize() {
    const client = { name: 'Visual Studio Code', version: '1.99.0' };
    const params = {
      processId: process.pid,
      clientInfo: client,
      capabilities: {},
      rootUri: null,
      workspaceFolders: [{ uri: pathToFileURL(this.#workspace).href, name: 'workspace' }],
      initializationOptions: {
        ide: { ...client, vendor: 'Microsoft Corporation' },
        extension: { name: 'GitLab Workflow', version: '6.63.0' },
      },
    };
    await this.#rpc.request('initialize', params, { timeout: START_TIMEOUT_MS });
    this.#rpc.notify('initialized', {});
  }

  #observeSignIns() {
    this.log.entries.listen(({ text }) => {
      if (SIGNED_IN.test(text)) this.#signIns.push({ message: null });
    });
    this.#rpc.notifications.listen(({ method, params }) => {
      if (method === '$/gitlab/token/check') this.#signIns.push(params);
    });
  }

  #settings(baseUrl, token) {
    return {
      baseUrl,
      token,
      logLevel: 'debug',
      openTabsContext: true,
      ...(this.#options.projectPath && { projectPath: this.#options.projectPath }),
      codeCompletion: { enabled: true, enableSecretRedaction: true },
      featureFlags: { streamCodeGenerations: true },
      telemetry: {
        enabled: true,
        trackingUrl: this.#options.trackingUrl,
        actions: [{ action: 'suggestion_accepted' }, { action: 'suggestion_rejected' }],
      },
    };
  }
}

/** The stream that an answer announces, or undefined if it is an ordinary suggestion. */
export function streamIdOf(items) {
  const command = items[0]?.command;
  return command?.command === 'gitlab.ls.startStreaming' ? command.arguments[0] : undefined;
}

function isAboutNoToken({ message }) {
  return NO_TOKEN.test(message);
}

function codeSuggestions([features]) {
  return features.find(({ featureId }) => featureId === 'code_suggestions');
}

function engagedIds(feature) {
  return (feature?.engagedChecks ?? []).map(({ checkId }) => checkId);
}

/** The least that passes for a clone: the language server reads the remotes from .git/config. */
async function makeClone(folder, remote) {
  const git = join(folder, '.git');
  await mkdir(join(git, 'refs', 'heads'), { recursive: true });
  await mkdir(join(git, 'objects'), { recursive: true });
  await writeFile(join(git, 'HEAD'), 'ref: refs/heads/main\n');
  await writeFile(
    join(git, 'config'),
    `[core]\n\trepositoryformatversion = 0\n\tbare = false\n[remote "origin"]\n\turl = ${remote}\n` +
      '\tfetch = +refs/heads/*:refs/remotes/origin/*\n',
  );
}
