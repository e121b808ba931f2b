// What the scenarios expect of an editor session, and the predicates for it.
import { ok } from 'node:assert/strict';
import { expectContinuation } from './samples.mjs';
import { streamIdOf } from './support/editor.mjs';

export const API = '/api/v4/code_suggestions';

/** A predicate for requests of the language server's log. */
export function answered(path, status) {
  return (request) => request.path === path && (status === undefined || request.status === status);
}

/**
 * Opens a document and asks for suggestions at its cursor. Every one of them must continue the document;
 * the first is taken over: left as it is, the document would be context for the next request, a copy
 * of whose text ends at the very cursor.
 */
export async function expectSuggestion(editor, document, triggerKind) {
  const cursor = await editor.open(document);
  const items = await editor.suggest(cursor, triggerKind);
  ok(items.length > 0, 'no suggestion');
  for (const { insertText } of items) expectContinuation(insertText, document);
  editor.accept(cursor, document, items[0]);
  return items;
}

/** Opens a document that makes the language server start a stream; resolves to the stream's id. */
export async function beginGeneration(editor, document) {
  const items = await editor.suggest(await editor.open(document));
  const streamId = streamIdOf(items);
  ok(streamId, `the language server did not stream, it answered ${JSON.stringify(items)}`);
  return streamId;
}

/** Lets a generation run to its end; it must continue the document, and text once shown must stay. */
export async function expectGeneration(editor, document) {
  const streamId = await beginGeneration(editor, document);
  await editor.streamed(streamId, 'end of the stream', ({ done }) => done);
  const texts = editor.streamTexts(streamId);
  expectContinuation(texts.at(-1) ?? '', document);
  texts.slice(1).forEach((text, i) => ok(text.startsWith(texts[i]), 'the text changed on the way'));
}

/** Nothing in the language server's log, and no failed request, for which the server is to blame. */
export function expectNoComplaints(editor) {
  const refused = editor.log.requests
    .since()
    // One of the two token checks fails by design: the token is of the other kind.
    .filter(({ path, status }) => !(status >= 200 && status < 300) && path !== '/oauth/token/info')
    .map(({ path, status }) => `${path} answered ${status || 'nothing'}`);
  const all = [...editor.log.complaints(), ...refused];
  if (all.length > 0) throw new Error(`${all.length} complaints\n${all.join('\n')}`);
}
