//! Makes the head of the function that a comment asks for, so that its body can be written like any other.
//!
//! Called for generations that nothing else answers. The decision: name and parameters are the comment's own words, types are
//! those of a function beside it, and nothing of it is shown unless the body is sure.

mod beside;
mod kind;
mod typed;
mod wish;

use super::Prompt;
use super::language::{Family, Language};
use super::symbols::is_keyword_text;
use beside::{LONGEST_LINE, Sibling, sibling};
use wish::{Inputs, Wish};

/// The least share of a body that is shown with its head.
const SURE: f32 = 0.6;

/// The same where the comment says by what and not what.
const SURE_BY: f32 = 0.9;

/// The most lines of a comment that are read.
const MOST_LINES: usize = 4;

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
        None if prompt.above.contains("\r\n") => format!("\r\n{indent}"),
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
    let like = sibling
        .as_ref()
        .filter(|sibling| sibling.is_like(&wish, language.family));
    let head = match like {
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
            // Not the form of a function that takes or gives something else.
            (
                "a.c",
                format!("int main(int argc, char **argv) {{\n    return 0;\n}}\n\n// a function that adds {add}\n"),
                "int add(int a, int b) {",
            ),
            (
                "a.go",
                format!("package main\n\nfunc dial(host string, port int) error {{\n\treturn nil\n}}\n\n// a function that adds {add}\n"),
                "func add(a int, b int) int {",
            ),
            (
                "a.rs",
                format!("fn is_near(a: i64, b: i64) -> bool {{\n    a == b\n}}\n\n// a function that adds {add}\n"),
                "fn add(a: i64, b: i64) -> i64 {",
            ),
            (
                "a.py",
                format!("def find(name: str, users: dict) -> bool:\n    return name in users\n\n# a function that adds {add}\n"),
                "def add(a, b):",
            ),
            (
                "a.py",
                format!("def dial(host, port):\n    return host\n\n# a function that adds {add}\n"),
                "def add(a, b):",
            ),
            (
                "a.js",
                format!("async function load(a, b) {{\n  return a;\n}}\n\n// a function that adds {add}\n"),
                "function add(a, b) {",
            ),
            (
                "a.py",
                format!("def half(left: float, right: float) -> float:\n    return left\n\n# a function that adds {add}\n"),
                "def add(left: float, right: float) -> float:",
            ),
            ("a.py", format!("x = 1\r\n# a function that adds {add}"), "\r\ndef add(a, b):"),
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
            // Types are the language's own, and stand where types do.
            (
                "a.go",
                format!("package main\n\nfunc isEven(number int64) bool {{\n\treturn number%2 == 0\n}}\n\n// {add}"),
                "func add(a int64, b int64) int64 {",
            ),
            (
                "a.go",
                format!("package main\n\nfunc double(x float64) float64 {{\n\treturn 2 * x\n}}\n\n// {add}"),
                "func add(a float64, b float64) float64 {",
            ),
            (
                "a.rs",
                format!("fn number(&self) {{\n    if (xs.len() as usize) > 3 {{\n    }}\n}}\n\n// {add}"),
                "fn add(a: i32, b: i32) -> i32 {",
            ),
            (
                "a.c",
                "// Write a function that squares a double\n".to_owned(),
                "int square(int n) {",
            ),
            (
                "a.cpp",
                "// a function that checks whether a number is even\n".to_owned(),
                "bool is_even(int number) {",
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
            (
                "A.java",
                "class A {\n    void run() {\n        // Write a function that adds two numbers\n",
                "",
            ),
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
