// Runs the commands of the README: blocks marked "sh server" start a process that keeps running, blocks marked "sh run"
// must succeed, and where a block of JSON follows, the answer must have that shape and those suggestions.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = process.cwd();
const folder = mkdtempSync(path.join(tmpdir(), "code-suggestions-readme-"));
const port = 8080;

// The README's paths are the defaults; the data directory alone is moved, so that nobody's own is touched.
const environment = {
  ...process.env,
  CODE_SUGGESTIONS__INSTANCE__DATA_DIR: path.join(folder, "data"),
  CODE_SUGGESTIONS__MODEL__AUTODETECT: "false",
};

function blocks(text) {
  return [...text.matchAll(/^```(\S+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(([, language, mark, body]) => ({
    language,
    mark,
    body,
  }));
}

async function startServer(command) {
  const server = spawn("sh", ["-c", `exec ${command}`], {
    cwd: root,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  const first = new Promise((resolve, reject) => {
    server.stdout.on("data", (data) => {
      printed += data;
      if (printed.includes("glpat-") && printed.trimEnd().endsWith("}'")) resolve();
    });
    server.on("exit", (code) => reject(new Error(`${command} ended with ${code}: ${printed}`)));
  });
  await first;
  return { server, printed };
}

// The blocks are run in shells of their own, but for a reader they are one: what is exported holds for those that follow.
let exported = "";

function run(command) {
  exported += command.match(/^export .*\n/gm)?.join("") ?? "";
  const done = spawnSync("bash", ["-euo", "pipefail", "-c", exported + command], { cwd: root, env: environment, encoding: "utf8" });
  assert.equal(done.status, 0, `${command}\nended with ${done.status}: ${done.stderr}`);
  return done.stdout;
}

function sameShape(shown, given, place) {
  assert.equal(typeof given, typeof shown, place);
  if (shown === null || typeof shown !== "object") return;
  assert.deepEqual(Object.keys(given).sort(), Object.keys(shown).sort(), place);
  for (const key of Object.keys(shown)) sameShape(shown[key], given[key], `${place}.${key}`);
}

function compare(shown, given) {
  sameShape(shown, given, "answer");
  assert.deepEqual(
    given.choices.map((choice) => choice.text),
    shown.choices.map((choice) => choice.text),
    "the README shows another suggestion than the server makes",
  );
}

let passed = 0;
let running;
try {
  let answer;
  for (const block of blocks(readFileSync("README.md", "utf8"))) {
    if (block.mark === "server") {
      running = await startServer(block.body.trim());
      environment.TOKEN = running.printed.match(/glpat-[A-Za-z0-9_-]+/)[0];
      assert.match(running.printed, new RegExp(`http://127.0.0.1:${port}`));
      // What the server prints for pasting must work as well.
      const pasted = running.printed.slice(running.printed.indexOf("curl "));
      assert.ok(JSON.parse(run(pasted)).choices.length > 0, "the printed request gets no suggestion");
      passed += 2;
    } else if (block.mark === "run") {
      answer = run(block.body);
      passed += 1;
    } else if (block.language === "json") {
      compare(JSON.parse(block.body), JSON.parse(answer));
      passed += 1;
    }
    if (block.mark && block.body.includes('"stream": true')) {
      assert.match(answer, /^event: stream_start\n/);
      assert.match(answer, /event: stream_end\ndata: null\n\n$/);
    }
  }
} finally {
  running?.server.removeAllListeners("exit");
  running?.server.kill("SIGTERM");
  if (running) await new Promise((resolve) => running.server.on("exit", resolve));
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, 0 failed`);
