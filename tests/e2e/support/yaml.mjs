// YAML, read by what Debian's Python has for it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const PROGRAM = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.argv[1])))';

/** The one document of a text. */
export async function parseYaml(text) {
  const { stdout } = await promisify(execFile)('/usr/bin/python3', ['-c', PROGRAM, text]);
  return JSON.parse(stdout);
}
