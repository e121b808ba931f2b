// Runs the scenarios one after the other: main.mjs BINARY LANGUAGE_SERVER_BUNDLE FOLDER_OF_PACKAGES
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { behindAiGateway } from './behind_ai_gateway.mjs';
import { standAlone } from './stand_alone.mjs';
import { Collector } from './support/collector.mjs';
import { Editor } from './support/editor.mjs';
import { Abandoned, Report } from './support/report.mjs';
import { Server } from './support/server.mjs';
import { behindNginxInFrontOfGitLab, inFrontOfGitLab } from './with_gitlab.mjs';

const SERVER_LINES_SHOWN = 40;

const [binary, bundle, cache] = process.argv.slice(2);
const report = new Report();
const folder = await mkdtemp(join(tmpdir(), 'code-suggestions-e2e-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

for (const scenario of [standAlone, behindAiGateway, inFrontOfGitLab, behindNginxInFrontOfGitLab]) await run(scenario);
process.exitCode = report.finish() ? 0 : 1;

/** Gives a scenario a server and a collector of its own, and ends whatever it has started. */
async function run(scenario) {
  const serverFolder = join(folder, scenario.name, 'server');
  await mkdir(serverFolder, { recursive: true });
  let server;
  /** `sections` are settings of a server of its own kind. */
  const makeServer = (sections) => (server = new Server(binary, serverFolder, sections));
  makeServer();
  const collector = await Collector.start();
  const editors = [];
  const startEditor = async (remote, options = {}) => {
    const editorFolder = join(folder, scenario.name, `editor-${editors.length + 1}`);
    const editor = new Editor(editorFolder, { trackingUrl: collector.url, ...options });
    editors.push(editor);
    await editor.start(bundle, remote);
    return editor;
  };

  const failedBefore = report.failed;
  console.log(`# ${scenario.name}`);
  try {
    await scenario({ report, server, makeServer, collector, startEditor, cache, folder: join(folder, scenario.name) });
  } catch (error) {
    if (!(error instanceof Abandoned)) await report.check(scenario.name, () => { throw error; });
  } finally {
    await Promise.all([...editors.map((editor) => editor.stop()), server.abort()]);
    await collector.stop();
  }
  if (report.failed > failedBefore) {
    show('last lines of the server', server.output.since().slice(-SERVER_LINES_SHOWN));
    editors.forEach((editor, i) => show(`complaints of editor ${i + 1}`, editor.log.complaints()));
  }
}

function show(title, texts) {
  console.log(`# ${title}:`);
  for (const line of texts.flatMap((text) => text.split('\n'))) console.log(`#   ${line}`);
}
