//! The vectors of the case list, part M, those of the contract's section 6, and the edge cases its rules name.

mod functions;

use bytes::Bytes;
use futures_executor::block_on;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::params::Params;

/// Enough code not to be small.
const BIG: &str = "a()\nb()\nc()\nd()\ne()\nf()\n";

/// Spelled as in the case list.
const VECTORS: &str = r##"[
 {"f":"a.py","a":"","b":"","r":"generation:small_file"},
 {"f":"a.py","a":"a\nb\nc\nd\n","b":"","r":"generation:small_file"},
 {"f":"a.py","a":"a\nb\nc\nd\ne\n","b":"","r":"completion"},
 {"f":"a.py","a":"a\nb\nc\n","b":"d\n","r":"generation:small_file"},
 {"f":"a.py","a":"a\nb\nc\n","b":"d\ne\n","r":"completion"},
 {"f":"a.py","a":"a()\nb()\nc()\nd()\ne()\nf()\n# write a function\n","b":"","r":"generation:comment"},
 {"f":"a.py","a":"a()\nb()\nc()\nd()\ne()\nf()\n# write a function\n\n","b":"","r":"generation:comment"},
 {"f":"a.py","a":"a()\nb()\nc()\nd()\ne()\nf()\n# write a function\nx = 1\n","b":"","r":"completion"},
 {"f":"a.py","a":"a()\nb()\nc()\nd()\ne()\nf()\n    # write a function\n    ","b":"","r":"generation:comment"},
 {"f":"a.py","a":"a()\nb()\nc()\nd()\ne()\nf()\nx = 1  # write a nice function\n","b":"","r":"completion"},
 {"f":"a.js","a":"a()\nb()\nc()\nd()\ne()\nf()\n// write a function\n","b":"","r":"generation:comment"},
 {"f":"a.js","a":"a()\nb()\nc()\nd()\ne()\nf()\n# write a function\n","b":"","r":"completion"},
 {"f":"a.sql","a":"a()\nb()\nc()\nd()\ne()\nf()\n-- select all the users\n","b":"","r":"generation:comment"},
 {"f":"a.erl","a":"a()\nb()\nc()\nd()\ne()\nf()\n% write a function\n","b":"","r":"generation:comment"},
 {"f":"a.vb","a":"a()\nb()\nc()\nd()\ne()\nf()\nREM write a function\n","b":"","r":"generation:comment"},
 {"f":"Makefile","a":"a()\nb()\nc()\nd()\ne()\nf()\n# build everything now\n","b":"","r":"generation:comment"},
 {"f":"src/deep/a.rs","a":"a()\nb()\nc()\nd()\ne()\nf()\n// write a function\n","b":"","r":"generation:comment"},
 {"f":"a.py","a":"# write a function\n","b":"","intent":"completion","r":"completion"},
 {"f":"a.py","a":"a()\nb()\nc()\nd()\ne()\nf()\n","b":"","intent":"generation","r":"generation:comment"},
 {"f":"a.py","a":"a()\nb()\nc()\nd()\ne()\nf()\n","b":"","generation_type":"empty_function","r":"generation:empty_function"},
 {"f":"a.py","a":"a()\nb()\nc()\nd()\ne()\nf()\n","b":"","user_instruction":"make it","r":"generation:none"},
 {"f":"a.py","a":"def a():\n  return 1\n\ndef b():\n  return 2\n\ndef c():\n  return 3\n\ndef d(x, y):\n\n","b":"","r":"generation:empty_function"},
 {"f":"a.py","a":"def a():\n  return 1\n\ndef b():\n  return 2\n\ndef c():\n  return 3\n\ndef d(x):\n","b":"  return 1\n","r":"completion"},
 {"f":"a.rb","a":"def a\n 1\nend\ndef b\n 2\nend\ndef c\n 3\nend\ndef d(x)\n","b":"end\n","r":"generation:empty_function"},
 {"f":"a.go","a":"package main\nfunc a() int {\nreturn 1\n}\nfunc b() int {\nreturn 2\n}\nfunc d(x int) int {\n","b":"}\n","r":"generation:empty_function"},
 {"f":"a.js","a":"a()\nb()\nc()\nd()\ne()\nf()\nconst f = (a, b) => {\n","b":"}\n","r":"generation:empty_function"},
 {"f":"a.ts","a":"a()\nb()\nc()\nd()\ne()\nf()\nfunction foo(a: string): number {\n","b":"}\n","r":"generation:empty_function"},
 {"f":"A.java","a":"a()\nb()\nc()\nd()\ne()\nf()\npublic int add(int a, int b) {\n","b":"}\n","r":"generation:empty_function"},
 {"f":"a.c","a":"a()\nb()\nc()\nd()\ne()\nf()\nint foo(int a) {\n","b":"}\n","r":"completion"}
]"##;

/// The outcome in the spelling of the case list.
fn outcome(task: Task<'_>) -> String {
    match task {
        Task::Completion => "completion".to_owned(),
        Task::Generation {
            trigger: Some(trigger),
            ..
        } => format!("generation:{}", trigger.as_str()),
        Task::Generation { trigger: None, .. } => "generation:none".to_owned(),
    }
}

/// The outcome for two texts and nothing else.
fn of(file_name: &str, above: &str, below: &str) -> String {
    let (above, below) = (&Text::from(above), &Text::from(below));
    let input = IntentInput {
        file_name,
        above,
        below,
        intent: None,
        generation_type: None,
        user_instruction: None,
    };
    outcome(detect(&input))
}

/// The outcome below six lines of code.
fn below_code(file_name: &str, line: &str, below: &str) -> String {
    of(file_name, &format!("{BIG}{line}"), below)
}

#[test]
fn vectors_of_the_case_list() {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(vectors.len(), 29);
    for (index, vector) in vectors.iter().enumerate() {
        let text = |name: &str| vector[name].as_str();
        let input = IntentInput {
            file_name: text("f").unwrap(),
            above: &Text::from(text("a").unwrap()),
            below: &Text::from(text("b").unwrap()),
            intent: text("intent").map(|intent| match intent {
                "completion" => Intent::Completion,
                _ => Intent::Generation,
            }),
            generation_type: text("generation_type").map(|_| GenerationType::EmptyFunction),
            user_instruction: text("user_instruction"),
        };
        assert_eq!(
            outcome(detect(&input)),
            text("r").unwrap(),
            "M{index:02}: {vector}"
        );
    }
}

#[test]
fn stated_wishes_have_an_order() {
    let instruction = || Some("make it");
    let comment = Some(GenerationType::Comment);
    let small = Some(GenerationType::SmallFile);
    for (intent, generation_type, user_instruction, expected) in [
        (
            Some(Intent::Completion),
            comment,
            instruction(),
            "completion",
        ),
        (
            Some(Intent::Generation),
            small,
            instruction(),
            "generation:none",
        ),
        (None, small, instruction(), "generation:none"),
        (
            Some(Intent::Generation),
            small,
            Some(" \n\u{3000}"),
            "generation:small_file",
        ),
        (
            Some(Intent::Generation),
            None,
            Some(""),
            "generation:comment",
        ),
        (None, None, Some(" \t"), "completion"),
        (None, small, None, "generation:small_file"),
    ] {
        let (above, below) = (&Text::from(BIG), &Text::default());
        let input = IntentInput {
            file_name: "a.py",
            above,
            below,
            intent,
            generation_type,
            user_instruction,
        };
        assert_eq!(outcome(detect(&input)), expected);
    }
    let (above, below) = (&Text::from(BIG), &Text::default());
    let input = IntentInput {
        file_name: "a.py",
        above,
        below,
        intent: None,
        generation_type: None,
        user_instruction: Some(" make it"),
    };
    assert_eq!(
        detect(&input),
        Task::Generation {
            trigger: None,
            instruction: Some(" make it")
        }
    );
}

#[test]
fn comments_above_the_cursor() {
    for (file_name, line, expected) in [
        ("a.py", "# write a function\n", true),
        ("a.py", "# write a function", true),
        ("a.py", "# write a function\r\n\r\n", true),
        ("a.py", "# write a function\n \t\n", true),
        ("a.py", "# write a function\n\n\n", false),
        ("a.py", "# write a function\n\n ", false),
        ("a.py", "# 123456789\n", true),
        ("a.py", "# 12345678\n", false),
        ("a.py", "# 12345678\r\n", false),
        ("a.py", "#1234567890\n", true),
        ("a.py", "#123456789\n", false),
        ("a.py", "# éééééééé\n", false),
        ("a.py", "# ééééééééé\n", true),
        ("a.py", "# 12345678 \n", true),
        ("a.py", "# 12345\r67890123\n", false),
        ("a.py", "# 12\r# 3456789012\n", true),
        ("a.py", "# TODO\n# a long comment line\n", false),
        ("a.py", "# a long comment line\n# TODO\n", true),
        ("a.py", "# a long comment line\n\n# TODO\n", false),
        ("a.py", "# a long comment line\nx()\n# TODO\n", false),
        ("a.py", "x = 1  # write a nice function\n", false),
        ("a.js", "# write a function\n", false),
        ("a.js", "/* write a function */\n", false),
        ("a.js", "\t// write a function\n", true),
        ("a.html", "<!-- write a nice table -->\n", false),
        ("a.html", "!-- write a nice table\n", true),
        ("a.css", "#header-element { color: red }\n", true),
        ("README.md", "# Installation guide\n", true),
        ("a.lua", "-- write a function\n", true),
        ("a.lua", "x = 1 -- write a function\n", true),
        ("a.lua", "  // write a function\n", true),
        ("a.lua", "x // write a function\n", false),
        ("a.lua", "call(#t)\n", false),
        ("Cargo.toml", "# write a function\n", false),
        ("A.PY", "// write a function\n", true),
        ("a.vb", "rem write a function\n", false),
        ("a.vb", "' write a function\n", true),
        ("a.vb", "REM write a function\n", true),
        ("a.ml", "// write a function\n", false),
        ("a.clj", "; write a function\n", true),
        ("a.f90", "! write a function\n", true),
    ] {
        let expected = if expected {
            "generation:comment"
        } else {
            "completion"
        };
        assert_eq!(
            below_code(file_name, line, ""),
            expected,
            "{file_name}: {line:?}"
        );
    }
}

#[test]
fn small_files_have_fewer_than_five_lines_of_code() {
    for (file_name, above, below, expected) in [
        (
            "a.py",
            "# a\n\n# b\n \n#c\n# d\na\nb\nc\nd\n",
            "",
            "generation:small_file",
        ),
        ("a.py", "a\n\n#\nb\nc\nd\r\n\r\ne", "", "completion"),
        ("a.py", "a\nb\nc\nd", "e", "completion"),
        ("a.py", "", "a\nb\nc\nd\ne\n", "completion"),
        ("a.py", "a\nb\nc\nd\n\u{a0}\n", "", "generation:small_file"),
        ("a.ml", "// a\n// b\n# c\n(* d *)\n-- e\n", "", "completion"),
        (
            "a.css",
            "#a {\nb -- c\n",
            "a\nb\nc\nd # e",
            "generation:small_file",
        ),
    ] {
        assert_eq!(
            of(file_name, above, below),
            expected,
            "{file_name}: {above:?} {below:?}"
        );
    }
}

#[test]
fn long_lines_take_time_in_proportion() {
    for (file_name, part) in [
        ("a.ts", "function a<b(callback: ("),
        ("a.ts", "callback: ()"),
        ("a.js", "function a("),
        ("a.js", ") "),
        ("A.java", "a a("),
        ("a.php", "function ("),
        ("a.go", "func"),
        ("a.rb", "def "),
        ("a.py", "#\r"),
        ("a.lua", "\\"),
    ] {
        let line = part.repeat(400_000 / part.len());
        let _ = below_code(file_name, &format!("{line} {{"), &line);
        let lines = format!("{part}\n").repeat(200_000 / part.len());
        let _ = below_code(file_name, &lines, &lines);
    }
}

/// A JSON string in which every character is escaped.
fn escaped(text: &str) -> String {
    let units: Vec<_> = text
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04X}"))
        .collect();
    format!("\"{}\"", units.concat())
}

fn code() -> impl Strategy<Value = String> {
    let pieces = vec![
        "\n",
        "\n\n",
        "\r\n",
        " ",
        "\t",
        "\u{a0}",
        "é",
        "\\",
        "\"",
        "# write a function",
        "// write a function",
        "-- x",
        "REM ",
        "def d(x):",
        "def d(x)",
        "end",
        "func f() {",
        "function f(a) {",
        "f = (a) => {",
        "callback: (",
        ") => void): void {",
        "int f(int a) {",
        "{",
        "}",
        "(",
        ")",
        "<T>",
        ":",
        "x = 1",
        "\\n",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(crate::same_cases())]

    #[test]
    fn code_is_told_by_its_first_characters_as_by_the_whole_line(
        line in "[ \t]{0,3}[#/;%!\\\\\"x\u{a0}é-]{0,4}[ -~]{0,5}",
        extension in prop::sample::select(vec!["py", "rs", "sql", "html", "erl", "vb", "ml", "none"]),
        slashes_escaped in any::<bool>(),
    ) {
        let comment = language::of(&format!("a.{extension}")).comment;
        let mut spelled = serde_json::to_string(&line).unwrap();
        if slashes_escaped {
            spelled = spelled.replace('/', "\\/");
        }
        let text = Text::from_spelling(&spelled.as_bytes()[1..spelled.len() - 1]).unwrap();
        for (spelled, decoded) in text.spelled_lines().zip(text.lines()) {
            if let Some(code) = comment::is_plain_code(spelled, comment) {
                let expected = !comment::is_blank(&decoded) && !comment::is_comment(&decoded, comment);
                prop_assert_eq!(code, expected, "{:?}", decoded);
            }
        }
    }
}

proptest! {
    #![proptest_config(crate::same_cases())]

    #[test]
    fn the_spelling_of_a_text_does_not_matter(
        above in code(),
        below in code(),
        extension in prop::sample::select(vec!["py", "rb", "go", "js", "ts", "java", "php", "cs", "vb", "html", "css"]),
    ) {
        let file_name = format!("a.{extension}");
        let body = format!(
            "{{\"current_file\":{{\"file_name\":\"{file_name}\",\"content_above_cursor\":{},\"content_below_cursor\":{}}}}}",
            escaped(&above), escaped(&below),
        );
        let params = block_on(Params::read(Some(b"application/json"), None, Bytes::from(body))).unwrap();
        let request = CompletionRequest::from_params(params).unwrap();
        prop_assert_eq!(outcome(detect(&IntentInput::from(&request))), of(&file_name, &above, &below));
    }
}
