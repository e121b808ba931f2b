// What the language server writes to its log at debug level: entries of one or more lines, among
// them one for every HTTP request with its status. That log is the client's own view of the server.
import { Feed } from './feed.mjs';

const ENTRY = /^\d{4}-\d\d-\d\dT\S+ \[(\w+)\]: (.*)$/;
const ANSWERED = /^fetch: request to (\S+) returned HTTP (\d+)/;
const BROKEN = /^fetch: request to (\S+) threw an exception/;
const STACK_FRAME = /\n +at .*/g;
const UNCAUGHT = /^This error originated either by throwing/;

// Warnings that tell of a bad or missing answer. Most others are about the client's own machine.
const WARNING_ABOUT_SERVER = /Failed to (check|fetch|get|track)|Direct connection|GitLab cloud/;

export class LanguageServerLog {
  /** {level, text}; the text grows while lines of the same entry arrive. */
  entries = new Feed();
  /** {url, path, status}; status 0 is a request that got no answer. */
  requests = new Feed();
  #last = { level: 'none', text: '' };

  addLine(line) {
    const [, level, text] = ENTRY.exec(line) ?? [];
    if (level) {
      this.#add(level, text);
    } else if (UNCAUGHT.test(line)) {
      this.#add('error', line);
    } else {
      this.#last.text += `\n${line}`;
    }
  }

  close(reason) {
    this.entries.close(reason);
    this.requests.close(reason);
  }

  /** Error entries, and warnings about answers of the server, without the stack traces. */
  complaints(from = 0) {
    return this.entries
      .since(from)
      .filter(({ level, text }) =>
        level === 'error' || (level === 'warning' && WARNING_ABOUT_SERVER.test(text)))
      .map(({ level, text }) => `[${level}] ${text.replace(STACK_FRAME, '')}`);
  }

  #add(level, text) {
    this.#last = { level, text };
    this.entries.push(this.#last);
    const answered = ANSWERED.exec(text);
    const broken = BROKEN.exec(text);
    if (answered) this.#addRequest(answered[1], Number(answered[2]));
    if (broken) this.#addRequest(broken[1], 0);
  }

  #addRequest(url, status) {
    this.requests.push({ url, path: new URL(url).pathname, status });
  }
}
