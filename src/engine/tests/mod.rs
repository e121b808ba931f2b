//! Checks what the engine promises, with the tables it ships with.

mod comments;
mod deeds;
mod scripts;
mod wrong;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use super::{ContextFile, Engine, Options, Prompt, Suggestion, Task};

/// One for all tests, since each reads its tables anew.
static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::new);

fn prompt<'a>(file_name: &'a str, above: &'a str, below: &'a str) -> Prompt<'a> {
    Prompt {
        file_name,
        above,
        below,
        context: &[],
        session: None,
        instruction: None,
    }
}

fn options(task: Task, choices: usize) -> Options {
    Options {
        task,
        max_tokens: 64,
        choices,
        context_chars: 16_000,
        deadline: None,
    }
}

fn ask_all(
    file_name: &str,
    above: &str,
    below: &str,
    task: Task,
    choices: usize,
) -> Vec<Suggestion> {
    ENGINE.suggest(&prompt(file_name, above, below), &options(task, choices))
}

fn ask(file_name: &str, above: &str, below: &str) -> String {
    ask_all(file_name, above, below, Task::Completion, 1)
        .pop()
        .map_or_else(String::new, |one| one.text)
}

const CAR: &str = "class Car:\n    def __init__(self):\n        self.is_running = False\n        self.speed = 0\n    def increase_speed(self, increment):";

#[test]
fn documented_request_is_continued() {
    assert_eq!(ask("car.py", CAR, ""), "\n        self.speed += increment");
    assert_eq!(
        ask("car.py", &format!("{CAR}\n        "), ""),
        "self.speed += increment"
    );
}

/// Case, file, text above, text below, and what is to be written.
const BODIES: [(&str, &str, &str, &str, &str); 16] = [
    (
        "go guard",
        "a.go",
        "package a\n\nfunc find(name string) (*Pet, bool, error) {\n\tpet, err := lookup(name)\n\tif err != nil {",
        "\n\treturn pet, true, nil\n}\n",
        "\n\t\treturn nil, false, err\n\t}",
    ),
    (
        "py minus",
        "a.py",
        "class Account:\n    def __init__(self):\n        self.balance = 0\n\n    def decrease_balance(self, amount):",
        "",
        "\n        self.balance -= amount",
    ),
    (
        "py get",
        "a.py",
        "class Account:\n    def __init__(self):\n        self.balance = 0\n\n    def get_balance(self):",
        "",
        "\n        return self.balance",
    ),
    (
        "py set",
        "a.py",
        "class Account:\n    def __init__(self):\n        self.owner = ''\n\n    def set_owner(self, owner):",
        "",
        "\n        self.owner = owner",
    ),
    (
        "py init",
        "a.py",
        "class Person:\n    def __init__(self, name, age):",
        "",
        "\n        self.name = name\n        self.age = age",
    ),
    (
        "py list",
        "a.py",
        "class Cart:\n    def __init__(self):\n        self.items = []\n\n    def add_item(self, item):",
        "",
        "\n        self.items.append(item)",
    ),
    (
        "py free",
        "a.py",
        "def add(a, b):",
        "",
        "\n    return a + b",
    ),
    (
        "rb list",
        "a.rb",
        "class Cart\n  def initialize\n    @items = []\n  end\n\n  def add_item(item)",
        "",
        "\n    @items << item\n  end",
    ),
    (
        "js set",
        "a.js",
        "class User {\n  constructor() {\n    this.name = '';\n  }\n\n  setName(name) {",
        "\n  }\n}\n",
        "\n    this.name = name;",
    ),
    (
        "ts get",
        "a.ts",
        "class User {\n  private name: string;\n\n  getName(): string {\n    ",
        "\n  }\n}\n",
        "return this.name;",
    ),
    (
        "go plus",
        "a.go",
        "package a\n\ntype Counter struct {\n\tcount int\n}\n\nfunc (c *Counter) Increment(delta int) {",
        "",
        "\n\tc.count += delta\n}",
    ),
    (
        "go get",
        "a.go",
        "package a\n\ntype Counter struct {\n\tcount int\n}\n\nfunc (c *Counter) Count() int {",
        "\n}\n",
        "\n\treturn c.count",
    ),
    (
        "java new",
        "A.java",
        "public class Account {\n    private double balance;\n\n    public Account(double balance) {",
        "\n    }\n}\n",
        "\n        this.balance = balance;",
    ),
    (
        "java get",
        "A.java",
        "public class Account {\n    private double balance;\n\n    public double getBalance() {",
        "\n    }\n}\n",
        "\n        return balance;",
    ),
    (
        "rust plus",
        "a.rs",
        "struct Car {\n    speed: u32,\n}\n\nimpl Car {\n    fn increase_speed(&mut self, increment: u32) {",
        "\n    }\n}\n",
        "\n        self.speed += increment;",
    ),
    (
        "rust get",
        "a.rs",
        "struct Car {\n    speed: u32,\n}\n\nimpl Car {\n    fn speed(&self) -> u32 {",
        "\n    }\n}\n",
        "\n        self.speed",
    ),
];

#[test]
fn new_functions_get_bodies_in_every_language() {
    let failed: Vec<(&str, String)> = BODIES
        .iter()
        .map(|(case, file, above, below, wanted)| (*case, ask(file, above, below), *wanted))
        .filter(|(_, got, wanted)| got != wanted)
        .map(|(case, got, _)| (case, got))
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn repeated_code_is_continued() {
    let above = "let one = open(\"one\");\nconnect(one, logger);\nlet two = open(\"two\");\nconnect(two, logger);\nlet three = open(\"three\");\nconnect(three, ";
    let below = "\nlet four = open(\"four\");\nconnect(four, logger);\n";
    assert_eq!(ask("a.js", above, below), "logger);");
}

const READERS: &str = "export function readWidth(settings: Settings): number {\n  const width = settings.width;\n  return width;\n}\n\n\
    export function readHeight(settings: Settings): number {\n  const height = settings.height;\n  return height;\n}\n\n\
    export function readDepth(settings: Settings): number {\n  const depth = settings.";

#[test]
fn members_are_called_like_the_values_that_the_file_takes_from_them() {
    let settings =
        "interface Settings {\n  width: number;\n  height: number;\n  depth: number;\n}\n\n";
    let above = format!("{settings}{READERS}");
    let text = ask("a.ts", &above, "\n  return depth;\n}\n");
    assert_eq!(text, "depth;");
    assert_eq!(ask("a.ts", &above, "").lines().next(), Some("depth;"));
}

#[test]
fn behind_a_dot_stands_a_name() {
    for (file, above) in [
        ("a.js", "const a = b.c;\nconst d = b."),
        ("a.py", "a = b.c\nd = b."),
        ("a.java", "int a = b.c;\nint d = b."),
        ("a.ts", READERS),
    ] {
        for one in ask_all(file, above, "", Task::Generation, 4) {
            assert!(
                one.text.starts_with(char::is_alphanumeric),
                "{file}: {:?}",
                one.text
            );
        }
    }
}

#[test]
fn half_typed_names_are_finished() {
    let above = "def run(connection):\n    connection.open()\n    connection.send(1)\n    connection.send(2)\n    conn";
    let shown = ask_all(
        "a.py",
        above,
        "\n    connection.close()\n",
        Task::Generation,
        1,
    );
    assert!(
        shown
            .first()
            .is_some_and(|one| one.text.starts_with("ection.")),
        "{shown:?}"
    );
}

#[test]
fn hopeless_places_are_met_with_silence() {
    for (case, above, below) in [
        ("nothing", "", ""),
        ("blanks", "   \n\n\t ", "\n"),
        ("inside a word", "let value = conn", "ection.open();\n"),
        ("noise", "qwzx vbnm plok\nzzxy ", ""),
    ] {
        assert_eq!(ask("a.rs", above, below), "", "{case}");
    }
}

#[test]
fn odd_input_is_survived() {
    let long = "word ".repeat(400_000);
    let rows = [
        "\0\0\0",
        "\u{1F600} = \u{1F600}\u{1F600}",
        "a = 'open",
        "# comment ",
        "\"\"\"doc\n  text ",
        "x = [",
        ")))",
        "}}}\n}",
        "\r\n\r\n",
        "def f(a,\r\n      b):\r\n",
        "\u{feff}import os\n",
        "e\u{301}e\u{301} = ",
        "func (",
        "fn f<",
        "@",
        "@items.",
        "'",
        "/*",
        "${",
        "a\u{2028}b",
        &long,
    ];
    for above in rows {
        for below in ["", ")", "\n}\n", "\u{1F600}"] {
            for file in [
                "a.py", "a.rb", "a.go", "a.rs", "A.java", "a.ts", "a.c", "", "x",
            ] {
                if above.len() > 100 && !(below.is_empty() && file.len() < 3) {
                    continue;
                }
                let shown = ask_all(file, above, below, Task::Generation, 4);
                assert!(
                    shown
                        .iter()
                        .all(|one| (0.0..=1.0).contains(&one.confidence)),
                    "{above:.40?} {file}"
                );
            }
        }
    }
}

#[test]
fn carriage_returns_are_kept() {
    let above = CAR.replace('\n', "\r\n");
    assert_eq!(
        ask("car.py", &above, ""),
        "\r\n        self.speed += increment"
    );
}

#[test]
fn tabs_are_followed() {
    let above = CAR.replace("    ", "\t");
    assert_eq!(ask("car.py", &above, ""), "\n\t\tself.speed += increment");
}

#[test]
fn brackets_are_balanced_against_what_follows() {
    let above = "class User {\n  constructor() {\n    this.name = '';\n  }\n\n  setName(name) {";
    for (below, closes) in [("\n  }\n}\n", 0), ("\n}\n", 1), ("", 1)] {
        for one in ask_all("a.js", above, below, Task::Generation, 4) {
            let opened = one.text.matches('{').count();
            assert_eq!(
                one.text.matches('}').count(),
                opened + closes,
                "{:?} before {below:?}",
                one.text
            );
        }
    }
}

#[test]
fn what_follows_the_cursor_is_not_repeated() {
    let above = "foo(alpha, beta);\nfoo(alpha, beta);\nfoo(alpha, beta);\nfoo(alpha, ";
    assert_eq!(ask("a.js", above, ");\nfoo(alpha, beta);\n"), "beta");
}

#[test]
fn choices_differ() {
    let shown = ENGINE.guess(&prompt("car.py", CAR, ""), &options(Task::Generation, 4));
    assert!(shown.len() > 1 && shown.len() <= 4);
    for (at, one) in shown.iter().enumerate() {
        assert!(
            shown
                .iter()
                .skip(at + 1)
                .all(|other| other.text != one.text)
        );
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a deadline has to lie before now"
)]
fn a_passed_deadline_ends_the_work() {
    let deadline = Instant::now().checked_sub(Duration::from_secs(1));
    let options = Options {
        deadline,
        ..options(Task::Completion, 1)
    };
    assert!(
        ENGINE
            .suggest(&prompt("car.py", CAR, ""), &options)
            .is_empty()
    );
}

#[test]
fn open_files_help() {
    let text = "invoice = load_invoice_archive(path, strict=True)\n".repeat(3);
    let context = [ContextFile {
        name: "b.py",
        content: &text,
    }];
    let asked = |context| {
        let prompt = Prompt {
            file_name: "a.py",
            above: "import os\n\ninvoice = load_invoice_archive(",
            below: "\n",
            context,
            session: None,
            instruction: None,
        };
        let options = Options {
            task: Task::Generation,
            max_tokens: 64,
            choices: 1,
            context_chars: 16_000,
            deadline: None,
        };
        let shown = ENGINE.guess(&prompt, &options);
        shown.first().map(|one| one.text.clone())
    };
    assert_eq!(asked(&context).as_deref(), Some("path, strict=True)"));
    assert_ne!(asked(&[]).as_deref(), Some("path, strict=True)"));
}

#[test]
fn what_is_kept_between_keystrokes_changes_no_answer() {
    let engine = Engine::new();
    let method = "    def load_NUMBER(self, path, strict):\n        entry = self.open(path)\n        self.entries[path] = entry\n        return entry\n\n";
    let mut text =
        "class Store:\n    def __init__(self):\n        self.entries = {}\n\n".to_owned();
    for number in 0..40 {
        text.push_str(&method.replace("NUMBER", &number.to_string()));
    }
    let start = text.len() - 150;
    let options = Options {
        task: Task::Generation,
        max_tokens: 64,
        choices: 2,
        context_chars: 16_000,
        deadline: None,
    };
    // The cursor goes on, back, and on again, as when somebody mends what he has typed.
    let places = (start..start + 30).chain([start - 3000, start + 40, start + 41]);
    for at in places {
        let ask = |session| {
            let prompt = Prompt {
                file_name: "store.py",
                above: &text[..at],
                below: "\n",
                context: &[],
                session,
                instruction: None,
            };
            engine.suggest(&prompt, &options)
        };
        assert_eq!(ask(Some("alice store.py")), ask(None), "at {at}");
    }
}
