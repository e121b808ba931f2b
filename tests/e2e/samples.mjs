// Source files with a cursor, each made so that its continuation follows from the file itself, and
// so that the language server takes it for a completion, or for a generation, as its name says.

/** A whole file, open beside the one that is worked on. */
export function wholePythonFile(name) {
  const above = `class Book:
    def __init__(self, title):
        self.title = title
        self.pages = 0
        self.chapters = 1

    def add_pages(self, count):
        self.pages = self.pages + count
        return self.pages
`;
  return { name, languageId: 'python', above };
}

/** Cursor behind `self.doors = self.` in the last of three methods of the same form. */
export function completionInPython(name) {
  const above = `class Car:
    def __init__(self, owner):
        self.owner = owner
        self.speed = 0
        self.wheels = 4
        self.doors = 5

    def increase_speed(self, amount):
        self.speed = self.speed + amount
        return self.speed

    def increase_wheels(self, amount):
        self.wheels = self.wheels + amount
        return self.wheels

    def increase_doors(self, amount):
        self.doors = self.`;
  return { name, languageId: 'python', above };
}

/** Cursor in the last of three functions of the same form, with more of the file below it. */
export function completionInTypeScript(name) {
  const above = `interface Settings {
  width: number;
  height: number;
  depth: number;
}

export function readWidth(settings: Settings): number {
  const width = settings.width;
  return width;
}

export function readHeight(settings: Settings): number {
  const height = settings.height;
  return height;
}

export function readDepth(settings: Settings): number {
  const depth = settings.`;
  const below = `
  return depth;
}
`;
  return { name, languageId: 'typescript', above, below };
}

/** Cursor below a comment that says what to write, after two functions made to such a comment. */
export function generationInPython(name) {
  const above = `# Write a function that adds two numbers
def add(left, right):
    result = left + right
    return result


# Write a function that subtracts two numbers
def subtract(left, right):
    result = left - right
    return result


# Write a function that multiplies two numbers
`;
  return { name, languageId: 'python', above };
}

/** Cursor in the empty body of a function, after two functions of the same form. */
export function generationInEmptyFunction(name) {
  const above = `function add(left, right) {
  const result = left + right;
  return result;
}

function subtract(left, right) {
  const result = left - right;
  return result;
}

function multiply(left, right) {
  `;
  return { name, languageId: 'javascript', above, below: '\n}\n' };
}

/** Cursor at the end of a file that has hardly begun. */
export function generationInSmallFile(name) {
  const above = `import collections

counter = collections.Counter()
`;
  return { name, languageId: 'python', above };
}

/**
 * Throws unless `text` can stand at the cursor: it is not blank, has no markers of a model in it, does
 * not repeat what is already on the line, and its first word is one that the file knows.
 */
export function expectContinuation(text, { above, below = '' }) {
  const [firstWord] = /\w+/.exec(text) ?? [];
  const line = above.split('\n').at(-1).trim();
  const shown = JSON.stringify(text);
  if (!firstWord) throw new Error(`the suggestion ${shown} has no word in it`);
  if (/<\|.*?\|>|<fim_|```/.test(text)) throw new Error(`the suggestion ${shown} has markers in it`);
  if (line && text.trimStart().startsWith(line)) throw new Error(`the suggestion ${shown} repeats the line`);
  const known = new Set((above + below).match(/\w+/g));
  if (!known.has(firstWord)) throw new Error(`the suggestion ${shown} has nothing to do with the file`);
}
