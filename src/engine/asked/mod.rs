//! Makes the head of the function that a comment asks for, so that its body can be written like any other.
//!
//! Called for generations that nothing else answers. The decision: name and parameters are the comment's own words, types are
//! those of a function beside it, and nothing of it is shown unless the body is sure.

mod typed;
mod wish;

use super::Prompt;
use super::language::{Family, Language};
use super::symbols::is_keyword_text;
use wish::{FUNCTION, Inputs, Wish};

/// Words that begin a line that is no function.
const STATEMENTS: [&str; 18] = [
    "if", "for", "while", "switch", "catch", "else", "match", "return", "with", "class", "elif",
    "try", "do", "unless", "case", "when", "loop", "except",
];

/// The least share of a body that is shown with its head.
const SURE: f32 = 0.6;

/// The same where the comment says by what and not what.
const SURE_BY: f32 = 0.9;

/// The most lines of a comment that are read.
const MOST_LINES: usize = 4;

/// The most bytes of a line that is a comment or a head: longer ones were not written by hand.
const LONGEST_LINE: usize = 200;

/// A function beside the cursor.
struct Sibling<'a> {
    /// Its head up to the name.
    before: &'a str,
    name: &'a str,
    /// Its head behind the name.
    behind: &'a str,
    /// Its parameters as they are written.
    parameters: Vec<&'a str>,
}

/// The head of a function that is asked for.
pub(crate) struct Asked {
    /// The text from the cursor to where the body begins.
    pub(crate) head: String,
    /// How it would be called with what it takes.
    call: String,
    /// The least share of a body that is shown with the head.
    least: f32,
}

/// The function that a comment right above the cursor asks for.
pub(crate) fn function(prompt: &Prompt<'_>) -> Option<Asked> {
    let language = Language::of(prompt.file_name);
    let rest = prompt.below.split('\n').next().unwrap_or("");
    if !rest.trim().is_empty() {
        return None;
    }
    let (indent, comment) = comment(prompt.above, &language)?;
    let typed = prompt.above.rsplit('\n').next()?;
    let missing = match indent.strip_prefix(typed) {
        Some(missing) => missing.to_owned(),
        None if typed.trim().is_empty() => return None,
        None => format!("\n{indent}"),
    };
    let wish = Wish::of(&comment)?;
    let sibling = sibling(prompt.above, indent, &language);
    let name = wish.written(sibling.as_ref(), &language);
    if !std::iter::once(&name)
        .chain(wish.inputs.names())
        .all(is_name)
    {
        return None;
    }
    let call = format!("{name}(");
    if [prompt.above, prompt.below]
        .iter()
        .any(|text| text.contains(&call))
    {
        return None;
    }
    let head = match sibling.as_ref().filter(|sibling| wish.takes(sibling)) {
        Some(Sibling { before, behind, .. }) => format!("{before}{name}{behind}"),
        None if !wish.plain => return None,
        None => {
            let untyped = wish.untyped(&name, prompt.file_name);
            let place = (prompt.above, indent);
            let file = (&language, prompt.file_name);
            match untyped {
                Some(head) if indent.is_empty() => head,
                Some(_) => return None,
                None => typed::head(&wish, &name, place, sibling.as_ref(), file)?,
            }
        }
    };
    let at = head.find(&call)?;
    let end = at + head[at..].find(')')?;
    Some(Asked {
        call: head[at..=end].to_owned(),
        head: format!("{missing}{head}"),
        least: if wish.by { SURE_BY } else { SURE },
    })
}

/// The comment that the cursor stands behind or right below, and its indent.
fn comment<'a>(above: &'a str, language: &Language) -> Option<(&'a str, String)> {
    let text = |line: &'a str| {
        let line = line.trim();
        let mut marks = language.line_comment.iter();
        marks.find_map(|mark| line.strip_prefix(mark))
    };
    let mut lines = above.rsplit('\n').peekable();
    lines.next_if(|typed| typed.trim().is_empty());
    let block: Vec<&str> = lines
        .take_while(|line| line.len() <= LONGEST_LINE && text(line).is_some())
        .take(MOST_LINES)
        .collect();
    let first = block.first()?;
    let indent = &first[..first.len() - first.trim_start().len()];
    let words: Vec<&str> = block.iter().rev().filter_map(|line| text(line)).collect();
    Some((indent, words.join(" ")))
}

/// The function nearest above the cursor at its indent.
fn sibling<'a>(above: &'a str, indent: &str, language: &Language) -> Option<Sibling<'a>> {
    above.lines().rev().take(400).find_map(|line| {
        let line = line.strip_prefix(indent)?.trim_end();
        if line.len() > LONGEST_LINE {
            return None;
        }
        let is_head = line.ends_with([':', '{'])
            || language.family == Family::Ruby && line.starts_with("def ");
        let starts = line.starts_with(|one: char| one.is_alphabetic());
        let first = line.split(|one: char| !one.is_alphanumeric()).next()?;
        if !is_head || !starts || STATEMENTS.contains(&first) {
            return None;
        }
        let is_name = |one: char| one.is_alphanumeric() || one == '_';
        line.match_indices('(').find_map(|(open, _)| {
            let before = line[..open].trim_end_matches(is_name);
            let name = &line[before.len()..open];
            // A receiver of Go stands before the name.
            if name.is_empty() || FUNCTION.contains(&name) || before.is_empty() {
                return None;
            }
            let end = open + line[open..].find(')')?;
            let parameters = line[open + 1..end].split(',').map(str::trim);
            Some(Sibling {
                before,
                name,
                behind: &line[open..],
                parameters: parameters
                    .filter(|one| !matches!(*one, "" | "self" | "&self" | "&mut self" | "this"))
                    .collect(),
            })
        })
    })
}

/// Whether a word can name something.
#[expect(clippy::ptr_arg, reason = "called for items of lists")]
fn is_name(word: &String) -> bool {
    let kind = matches!(word.as_str(), "double" | "string" | "number" | "print");
    !word.starts_with(|first: char| first.is_ascii_digit()) && (kind || !is_keyword_text(word))
}

// === impl Asked ===

impl Asked {
    /// Whether a body of such a share is shown; one that only asks for the same again never is.
    pub(crate) fn takes(&self, body: &str, share: f32) -> bool {
        share >= self.least && !body.contains(&self.call)
    }
}

// === impl Wish ===

impl Wish {
    /// The name as the file writes names.
    fn written(&self, sibling: Option<&Sibling<'_>>, language: &Language) -> String {
        let camel = matches!(language.family, Family::Script | Family::Go | Family::Java);
        let pascal =
            sibling.is_some_and(|one| one.name.starts_with(|first: char| first.is_uppercase()));
        if !camel && !pascal {
            return self.name.join("_");
        }
        let mut name = String::new();
        for (at, word) in self.name.iter().enumerate() {
            let (first, rest) = word.split_at(1.min(word.len()));
            let capital = at > 0 || pascal;
            name.push_str(&if capital {
                first.to_uppercase()
            } else {
                first.to_owned()
            });
            name.push_str(rest);
        }
        name
    }

    /// Whether a function like the sibling takes what is asked for.
    fn takes(&self, sibling: &Sibling<'_>) -> bool {
        match &self.inputs {
            Inputs::Alike(_) => sibling.parameters.len() == 2,
            Inputs::Named(names) => {
                sibling.parameters.len() == names.len()
                    && names
                        .iter()
                        .zip(&sibling.parameters)
                        .all(|(name, parameter)| {
                            let mut words =
                                parameter.split(|one: char| !one.is_alphanumeric() && one != '_');
                            words.any(|word| word.eq_ignore_ascii_case(name))
                        })
            }
        }
    }

    /// The head in a language whose parameters have no types.
    fn untyped(&self, name: &str, file_name: &str) -> Option<String> {
        let parameters = match &self.inputs {
            Inputs::Named(names) => names.join(", "),
            Inputs::Alike(_) => "a, b".to_owned(),
        };
        let ending = file_name.rsplit('.').next()?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "py" => format!("def {name}({parameters}):"),
            "rb" => format!("def {name}({parameters})"),
            "js" | "mjs" | "cjs" | "jsx" => format!("function {name}({parameters}) {{"),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(file_name: &str, above: &str, below: &str) -> Option<String> {
        let prompt = Prompt {
            file_name,
            above,
            below,
            context: &[],
            session: None,
            instruction: None,
        };
        function(&prompt).map(|asked| asked.head)
    }

    #[test]
    fn heads_are_made_of_the_words_of_the_comment() {
        for (words, head) in [
            ("Write a function that adds two numbers", "def add(a, b):"),
            (
                "write a simple function to multiply 2 values",
                "def multiply(a, b):",
            ),
            ("Function that reverses a string.", "def reverse(string):"),
            (
                "create a function that returns the sum of two numbers",
                "def sum(a, b):",
            ),
            (
                "Write a function to compute the average of a list of grades",
                "def average(grades):",
            ),
            (
                "a function that checks whether a number is even",
                "def is_even(number):",
            ),
            (
                "Make a function called fullName that joins two names",
                "def fullName(a, b):",
            ),
            ("define a method that copies the file", "def copy(file):"),
            (
                "implement a function that pushes an item to the queue",
                "def push(item, queue):",
            ),
        ] {
            assert_eq!(
                asked("a.py", &format!("# {words}\n"), "").as_deref(),
                Some(head),
                "{words}"
            );
        }
    }

    #[test]
    fn heads_follow_the_language_and_the_function_beside() {
        let add = "two numbers";
        for (file, above, head) in [
            ("a.rb", format!("# a function that adds {add}\n"), "def add(a, b)"),
            ("a.js", format!("// a function that adds {add}\n"), "function add(a, b) {"),
            ("a.js", format!("// a function that adds {add}"), "\nfunction add(a, b) {"),
            (
                "a.go",
                format!("func Add(x, y int) int {{\n\treturn x + y\n}}\n\n// multiply {add}\n"),
                "func Multiply(x, y int) int {",
            ),
            (
                "a.go",
                format!("func (c *Calc) Add(x, y int) int {{\n\treturn x + y\n}}\n\n// multiply {add}\n"),
                "func (c *Calc) Multiply(x, y int) int {",
            ),
            (
                "a.rs",
                format!("pub fn add(x: i32, y: i32) -> i32 {{\n    x + y\n}}\n\n// Subtracts {add}.\n"),
                "pub fn subtract(x: i32, y: i32) -> i32 {",
            ),
            (
                "A.java",
                format!("class A {{\n    int add(int x, int y) {{\n        return x + y;\n    }}\n\n    // subtract {add}\n"),
                "    int subtract(int x, int y) {",
            ),
            (
                "a.py",
                "class A:\n    def raise_speed(self, amount):\n        self.speed += amount\n\n    # lower by the amount\n    ".to_owned(),
                "def lower(self, amount):",
            ),
        ] {
            assert_eq!(asked(file, &above, "").as_deref(), Some(head), "{file} {above:?}");
        }
    }

    #[test]
    fn types_follow_from_the_words_and_from_the_file() {
        let add = "Write a function that adds two numbers\n";
        for (file, above, head) in [
            (
                "a.ts",
                format!("// {add}"),
                "function add(a: number, b: number): number {",
            ),
            (
                "a.ts",
                format!("export function half(x: number): number {{\n  return x / 2;\n}}\n\n// {add}"),
                "export function add(a: number, b: number): number {",
            ),
            (
                "a.go",
                format!("package main\n\n// {add}"),
                "func add(a int, b int) int {",
            ),
            (
                "a.go",
                format!("package main\n\nfunc half(x float64) float64 {{\n\treturn x / 2\n}}\n\n// {add}"),
                "func add(a float64, b float64) float64 {",
            ),
            (
                "a.rs",
                "// a function that returns the sum of a list of numbers\n".to_owned(),
                "fn sum(numbers: &[i32]) -> i32 {",
            ),
            (
                "a.rs",
                "pub fn half(x: f64) -> f64 {\n    x / 2.0\n}\n\n// a function that divides two numbers\n".to_owned(),
                "pub fn divide(a: f64, b: f64) -> f64 {",
            ),
            (
                "a.c",
                "// a function that checks whether a number is even\n".to_owned(),
                "int is_even(int number) {",
            ),
            (
                "A.java",
                format!("class A {{\n    // {add}"),
                "    public static int add(int a, int b) {",
            ),
            (
                "A.java",
                format!("class A {{\n    double half(double x) {{\n        return x / 2;\n    }}\n\n    // {add}"),
                "    double add(double a, double b) {",
            ),
        ] {
            assert_eq!(asked(file, &above, "").as_deref(), Some(head), "{file} {above:?}");
        }
    }

    #[test]
    fn other_comments_ask_for_no_function() {
        for (file, above, below) in [
            ("a.py", "# Copyright 2024 Jane Doe\n", ""),
            ("a.py", "# write rows to a file\n", ""),
            ("a.py", "# Write a function that adds two numbers\nx", ""),
            (
                "a.py",
                "# Write a function that adds two numbers\n",
                "x = 1\n",
            ),
            (
                "a.py",
                "# Write a function that adds two numbers\n",
                "\ndef add(a, b):\n    return a + b\n",
            ),
            ("a.py", "# Write a function that adds \u{e9}t\u{e9}s\n", ""),
            ("a.py", "# Write a function that imports 3\n", ""),
            ("a.py", "# a function that greets\n", ""),
            ("a.py", "# This function adds two numbers\n", ""),
            (
                "a.py",
                &format!("# a function that {}s two numbers\n", "add".repeat(100_000)),
                "",
            ),
            (
                "a.go",
                &format!("f {} {{\n// add two numbers\n", "a(".repeat(200_000)),
                "",
            ),
            ("a.py", "    # Write a function that adds two numbers\n", ""),
            ("a.go", "// Write a function that adds two numbers\n", ""),
            ("a.java", "// Write a function that adds two numbers\n", ""),
            ("a.ts", "// Write a function that sorts users\n", ""),
            ("a.ts", "// Write a function that prints a number\n", ""),
            ("a.rs", "// Write a function that joins two strings\n", ""),
            (
                "a.c",
                "// Write a function that returns the sum of a list of numbers\n",
                "",
            ),
            ("a.py", "\u{2192}(\u{2192}): {\n#\n# \n", ""),
            ("", "", ""),
        ] {
            assert_eq!(asked(file, above, below), None, "{above:?}");
        }
    }
}
