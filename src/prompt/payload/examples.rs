//! The worked examples that are put into the prompt of a generation. Called by the payload.
//!
//! How many there are for a language and trigger is fixed by the interface; `{{cursor}}` marks the cursor as it does
//! in the prompts of the gateway.

use crate::{
    params::{Text, splice},
    prompt::intent::Trigger::{self, Comment, EmptyFunction},
};

/// Code with a cursor in it, and what belongs there.
struct Example {
    trigger: Trigger,
    code: &'static str,
    response: &'static str,
}

const fn example(trigger: Trigger, code: &'static str, response: &'static str) -> Example {
    Example {
        trigger,
        code,
        response,
    }
}

static RUBY: &[Example] = &[
    example(
        Comment,
        "class Temperature\n  # Convert degrees Celsius to Fahrenheit\n  {{cursor}}\nend",
        "def self.to_fahrenheit(celsius)\n    celsius * 9.0 / 5 + 32\n  end",
    ),
    example(
        Comment,
        "# Count how often each word occurs in a text, without regard to case\n{{cursor}}",
        "def word_counts(text)\n  text.downcase.scan(/\\w+/).tally\nend",
    ),
    example(
        EmptyFunction,
        "def leap_year?(year)\n  {{cursor}}\nend",
        "(year % 4).zero? && (year % 100 != 0 || (year % 400).zero?)",
    ),
    example(
        EmptyFunction,
        "def initials(name)\n  {{cursor}}\nend",
        "name.split.map { |part| part[0].upcase }.join",
    ),
];

static TYPESCRIPT: &[Example] = &[
    example(
        Comment,
        "// Group items by the result of a function\n{{cursor}}",
        "function groupBy<T>(items: T[], key: (item: T) => string): Record<string, T[]> {\n  const groups: Record<string, T[]> = {};\n  for (const item of items) {\n    (groups[key(item)] ??= []).push(item);\n  }\n  return groups;\n}",
    ),
    example(
        Comment,
        "interface Point {\n  x: number;\n  y: number;\n}\n\n// Distance between two points\n{{cursor}}",
        "function distance(a: Point, b: Point): number {\n  return Math.hypot(a.x - b.x, a.y - b.y);\n}",
    ),
    example(
        EmptyFunction,
        "function clamp(value: number, low: number, high: number): number {\n  {{cursor}}\n}",
        "return Math.min(Math.max(value, low), high);",
    ),
    example(
        EmptyFunction,
        "const isBlank = (text: string): boolean => {\n  {{cursor}}\n};",
        "return text.trim().length === 0;",
    ),
];

static PYTHON: &[Example] = &[
    example(
        Comment,
        "# Read a file of numbers, one a line, and return their mean\n{{cursor}}",
        "def mean_of_file(path):\n    with open(path) as file:\n        numbers = [float(line) for line in file if line.strip()]\n    return sum(numbers) / len(numbers)",
    ),
    example(
        Comment,
        "class Stack:\n    def __init__(self):\n        self._items = []\n\n    # Return the top item without removing it, None if there is none\n    {{cursor}}",
        "def peek(self):\n        return self._items[-1] if self._items else None",
    ),
    example(
        EmptyFunction,
        "def chunks(items, size):\n    {{cursor}}",
        "for start in range(0, len(items), size):\n        yield items[start:start + size]",
    ),
    example(
        EmptyFunction,
        "def is_palindrome(text):\n    {{cursor}}",
        "letters = [char.lower() for char in text if char.isalnum()]\n    return letters == letters[::-1]",
    ),
];

static GO: &[Example] = &[
    example(
        Comment,
        "package main\n\n// Sum adds up all values of a map\n{{cursor}}",
        "func Sum(values map[string]int) int {\n\ttotal := 0\n\tfor _, value := range values {\n\t\ttotal += value\n\t}\n\treturn total\n}",
    ),
    example(
        Comment,
        "type Queue struct {\n\titems []string\n}\n\n// Pop removes the first item; ok is false if there is none\n{{cursor}}",
        "func (q *Queue) Pop() (item string, ok bool) {\n\tif len(q.items) == 0 {\n\t\treturn \"\", false\n\t}\n\titem, q.items = q.items[0], q.items[1:]\n\treturn item, true\n}",
    ),
    example(
        EmptyFunction,
        "func abs(n int) int {\n\t{{cursor}}\n}",
        "if n < 0 {\n\t\treturn -n\n\t}\n\treturn n",
    ),
    example(
        EmptyFunction,
        "func contains(items []string, wanted string) bool {\n\t{{cursor}}\n}",
        "for _, item := range items {\n\t\tif item == wanted {\n\t\t\treturn true\n\t\t}\n\t}\n\treturn false",
    ),
];

static JAVASCRIPT: &[Example] = &[
    example(
        Comment,
        "// Wait for a number of milliseconds\n{{cursor}}",
        "function wait(milliseconds) {\n  return new Promise((resolve) => setTimeout(resolve, milliseconds));\n}",
    ),
    example(
        Comment,
        "// Remove repeated entries from a list and keep their order\n{{cursor}}",
        "const unique = (list) => [...new Set(list)];",
    ),
    example(
        Comment,
        "const prices = { apple: 3, pear: 4 };\n\n// Total price of a list of fruit, unknown fruit is free\n{{cursor}}",
        "function total(fruit) {\n  return fruit.reduce((sum, name) => sum + (prices[name] ?? 0), 0);\n}",
    ),
    example(
        EmptyFunction,
        "function capitalize(word) {\n  {{cursor}}\n}",
        "return word.charAt(0).toUpperCase() + word.slice(1);",
    ),
    example(
        EmptyFunction,
        "const range = (start, end) => {\n  {{cursor}}\n};",
        "return Array.from({ length: end - start }, (_, index) => start + index);",
    ),
];

/// The examples of a language as code and answer; those of one trigger, or all of them without a trigger.
pub fn of(
    language: &str,
    trigger: Option<Trigger>,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    chosen(language, trigger).map(|example| (example.code, example.response))
}

fn chosen(language: &str, trigger: Option<Trigger>) -> impl Iterator<Item = &'static Example> {
    let examples: &[Example] = match language {
        "Ruby" => RUBY,
        "TypeScript" => TYPESCRIPT,
        "Python" => PYTHON,
        "Go" => GO,
        "JavaScript" => JAVASCRIPT,
        _ => &[],
    };
    examples
        .iter()
        .filter(move |example| trigger.is_none_or(|trigger| trigger == example.trigger))
}

/// The same as a JSON array.
pub(super) fn json(language: &str, trigger: Option<Trigger>) -> String {
    let mut out = vec![b'['];
    for example in chosen(language, trigger) {
        out.push(b'{');
        let members = [
            ("example", example.code),
            ("response", example.response),
            ("trigger_type", example.trigger.as_str()),
        ];
        for (name, value) in members {
            splice::member(
                &mut out,
                name.as_bytes(),
                &[b"\"", Text::from(value).raw(), b"\""],
            );
        }
        splice::close(&mut out, b'}');
        out.push(b',');
    }
    splice::close(&mut out, b']');
    String::from_utf8(out).unwrap_or_default()
}
