//! What becomes of answers, case by case, and what holds for any answer in any pieces.

use proptest::prelude::*;

use super::*;
use crate::model::family;

fn whole(place: &Place, writer: Writer, answer: &str, is_cut: bool) -> String {
    let mut tidy = Tidy::new(place.clone(), writer, family::all_tokens().collect());
    let mut text = tidy.push(answer);
    text.push_str(&tidy.finish(is_cut));
    text
}

#[track_caller]
fn check(writer: Writer, rows: &[(&str, &str, &str, &str, &str)]) {
    for (name, above, below, answer, shown) in rows {
        let place = Place::new("a.py", above, below);
        assert_eq!(whole(&place, writer, answer, false), *shown, "{name}");
    }
}

#[test]
fn completions_end_where_the_thought_ends() {
    check(
        Writer::Completion,
        &[
            ("rest of a line", "x = ", "\n", "1 + 2\ny = 3\n", "1 + 2"),
            (
                "body",
                "def f(a):",
                "\n",
                "\n    return a\n\ndef g():\n    pass",
                "\n    return a",
            ),
            (
                "dedent",
                "def f():\n    ",
                "",
                "a = 1\n    b = 2\nc = 3",
                "a = 1\n    b = 2",
            ),
            ("three blank lines", "", "", "a = 1\n\n\n\nb = 2", "a = 1"),
            (
                "two blank lines",
                "",
                "",
                "a = 1\n\n\nb = 2",
                "a = 1\n\n\nb = 2",
            ),
            ("fence", "", "", "a = 1\n```\nThat is it.", "a = 1"),
            (
                "in fences",
                "",
                "",
                "```python\na = 1\n```\nThat is it.",
                "a = 1",
            ),
            (
                "repeated line",
                "",
                "",
                "total = 1\ntotal = 1\ntotal = 1",
                "total = 1",
            ),
            (
                "line above again",
                "import collections\n",
                "",
                "import collections\nx",
                "",
            ),
            (
                "else belongs to it",
                "if a:",
                "",
                "\n    b()\nelse:\n    c()\nd()",
                "\n    b()\nelse:\n    c()",
            ),
            (
                "next statement",
                "# add",
                "",
                "\ndef add(a, b):\n    return a + b\n\nmain()",
                "\ndef add(a, b):\n    return a + b",
            ),
            (
                "bracket belongs to it",
                "if (a) {",
                "\nnext();",
                "\n    b();\n}\nmore();",
                "\n    b();\n}",
            ),
            (
                "talk",
                "def f():\n    ",
                "",
                "I'm sorry, but I can't help with that.",
                "",
            ),
            ("blanks only", "x", "", "   \n\n  ", ""),
            ("nothing", "x", "", "", ""),
        ],
    );
}

#[test]
fn what_follows_is_not_written_again() {
    check(
        Writer::Completion,
        &[
            ("bracket", "f(", ")\n", "a, b)", "a, b"),
            ("one line only", "f(", ")\n", "a, b\nc", "a, b"),
            ("own bracket", "f(", ")\n", "g(x)", "g(x)"),
            ("blank before the rest", "f(", "b)\n", "a, ", "a, "),
            (
                "next line",
                "x = 1\n",
                "\nreturn x\n",
                "y = 2\nreturn x\nz",
                "y = 2",
            ),
            (
                "next line at once",
                "x = 1\n",
                "\nreturn x\n",
                "return x",
                "",
            ),
            (
                "end of the block",
                "void f() {\n    ",
                "\n}\n",
                "g();\n}\n",
                "g();",
            ),
            (
                "bracket of its own",
                "void f() {\n",
                "\n}\n",
                "if (a) {\n  b();\n}\nc();",
                "if (a) {\n  b();\n}\nc();",
            ),
        ],
    );
}

#[test]
fn blanks_are_not_doubled() {
    check(
        Writer::Completion,
        &[
            ("after a sign", "x = ", "", " 1", "1"),
            ("after a sign, without", "x = ", "", "1", "1"),
            (
                "indentation",
                "def f():\n    ",
                "",
                "    return 1",
                "return 1",
            ),
            (
                "deeper indentation",
                "def f():\n  ",
                "",
                "    return 1",
                "  return 1",
            ),
            (
                "no indentation",
                "def f():\n    ",
                "",
                "return 1",
                "return 1",
            ),
            (
                "tabulator",
                "def f():\n\t",
                "",
                "\treturn 1\n\tx",
                "return 1\n\tx",
            ),
        ],
    );
}

#[test]
fn line_ends_are_those_of_the_file() {
    let place = Place::new("a.c", "int a;\r\nint f() {", "");
    let shown = whole(&place, Writer::Completion, "\n  return 1;\r\n}", false);
    assert_eq!(shown, "\r\n  return 1;\r\n}");
}

#[test]
fn special_tokens_are_never_shown() {
    let place = Place::new("a.py", "x = ", "");
    for token in family::all_tokens() {
        let shown = whole(&place, Writer::Filling, &format!("1{token}2\n3"), false);
        assert_eq!(shown, "1", "{token}");
    }
    let cut = |answer| whole(&place, Writer::Completion, answer, true);
    assert_eq!(cut("1<|fim_pre"), "1", "the beginning of one at the end");
    assert_eq!(cut("a <"), "a <");
}

#[test]
fn what_is_said_before_code_is_no_code_below_a_blank_line_either() {
    for (above, answer, shown) in [
        ("def f():", "\nHere is the code:\n    a = 1", ""),
        (
            "def f():",
            "\n```python\n    a = 1\n```\nDone.",
            "\n    a = 1",
        ),
        ("x = 1\n", "\nSure! Here you are:\ny = 2", ""),
        ("def f():\n    \"\"\"", "Here is a sum.\n", "Here is a sum."),
        (
            "def f():\n    \"\"\"",
            "\n    The following is summed up.",
            "\n    The following is summed up.",
        ),
        (
            "def f():\n    \"\"\"Adds.\"\"\"",
            "\nHere is the code:\n    a = 1",
            "",
        ),
    ] {
        let place = Place::new("a.py", above, "");
        let answer = whole(&place, Writer::Completion, answer, false);
        assert_eq!(answer, shown, "{above:?}");
    }
}

#[test]
fn what_a_model_thinks_is_not_shown() {
    for (file, answer) in [
        ("a.py", "<think>\nfirst = 1\nWait.\n</think>\n\nx = 1"),
        ("a.py", "<think>\n\n</think>\n```python\nx = 1\n```"),
        ("a.py", "<think>x = 2</think>\nx = 1"),
        ("a.md", "<think>\nHm.\n</think>\n\nx = 1"),
    ] {
        let place = Place::new(file, "", "");
        let shown = whole(&place, Writer::Chat, answer, false);
        assert_eq!(shown.trim(), "x = 1", "{answer:?}");
    }
    let place = Place::new("a.py", "", "");
    assert_eq!(whole(&place, Writer::Chat, "<think>\nx = 2\nHm", true), "");
    let further_in = "x = [\n    \"\",\n<think>\n]";
    assert_eq!(whole(&place, Writer::Chat, further_in, false), further_in);
    let place = Place::new("a.py", "x = ", "");
    assert_eq!(whole(&place, Writer::Completion, "<think>\nHm.", false), "");
}

#[test]
fn half_a_line_is_shown_only_alone() {
    let place = Place::new("a.py", "def f():", "");
    let shown = |is_cut| {
        whole(
            &place,
            Writer::Completion,
            "\n    a = 1\n    b = some_fu",
            is_cut,
        )
    };
    assert_eq!(shown(true), "\n    a = 1");
    assert_eq!(shown(false), "\n    a = 1\n    b = some_fu");
    let place = Place::new("a.py", "x = ", "");
    assert_eq!(
        whole(&place, Writer::Completion, "some_fu", true),
        "some_fu"
    );
}

#[test]
fn chat_is_code_alone() {
    check(
        Writer::Chat,
        &[
            (
                "plain",
                "# add\n",
                "",
                "def add(a, b):\n    return a + b\n",
                "def add(a, b):\n    return a + b",
            ),
            ("fences", "# add\n", "", "```python\nx = 1\n```", "x = 1"),
            (
                "introduction and explanation",
                "# add\n",
                "",
                "Sure! Here is the code:\n\n```python\nx = 1\n```\n\nThis sets x.",
                "x = 1",
            ),
            (
                "refusal",
                "# add\n",
                "",
                "I'm sorry, but I can't help with that.",
                "",
            ),
            ("behind a comment", "# add", "", "x = 1", "\nx = 1"),
            (
                "moved to the cursor",
                "class A:\n    # add\n    ",
                "",
                "def f():\n    pass",
                "def f():\n        pass",
            ),
            (
                "indented already",
                "class A:\n    # add\n    ",
                "",
                "    def f():\n        pass",
                "def f():\n        pass",
            ),
            ("body", "def f():", "", "return 1", "\n    return 1"),
            ("loop", "#\n", "", "value = 1\nvalue = 1", "value = 1"),
            (
                "stands below",
                "#\n",
                "\nmain()\n",
                "x = 1\nmain()",
                "x = 1",
            ),
        ],
    );
    let place = Place::new("README.md", "# Title\n", "");
    let text = "Run this command now:\n\n```sh\nmake\n```\n\nThat is all there is.";
    assert_eq!(
        whole(&place, Writer::Chat, text, false),
        text,
        "prose is what belongs there"
    );
}

#[test]
fn answers_without_end_end() {
    let place = Place::new("a.py", "", "");
    let endless = |line: &dyn Fn(usize) -> String| {
        let mut tidy = Tidy::new(place.clone(), Writer::Filling, Vec::new());
        let mut bytes = 0;
        for number in 0..1_000_000 {
            bytes += tidy.push(&line(number)).len();
            if tidy.is_done() {
                return bytes;
            }
        }
        panic!("it goes on for ever");
    };
    assert!(endless(&|number| format!("value_{number} = {number}\n")) <= MOST_BYTES);
    assert_eq!(endless(&|_| "word ".to_owned()), 0, "one line");
    assert_eq!(endless(&|_| "\n".to_owned()), 0, "no line");
}

fn writers() -> impl Strategy<Value = Writer> {
    prop_oneof![
        Just(Writer::Completion),
        Just(Writer::Filling),
        Just(Writer::Chat)
    ]
}

fn texts() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        "[a-c ]{0,4}",
        "\\PC{0,3}",
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("    ".to_owned()),
        Just("```".to_owned()),
        Just(")".to_owned()),
        Just("<|fim_prefix|>".to_owned()),
        Just("[SUFFIX]".to_owned()),
        Just("<fim_".to_owned()),
        Just("Here is it:".to_owned()),
    ];
    proptest::collection::vec(parts, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(crate::same_cases())]

    #[test]
    fn pieces_add_up_to_the_whole(
        (above, below, answer) in (texts(), texts(), texts()),
        cuts in proptest::collection::vec(0_usize..100, 0..10),
        writer in writers(),
        is_cut: bool,
    ) {
        let place = Place::new("a.py", &above, &below);
        let expected = whole(&place, writer, &answer, is_cut);
        let mut tidy = Tidy::new(place, writer, family::all_tokens().collect());
        let mut cuts: Vec<_> = cuts.into_iter().filter(|cut| answer.is_char_boundary(*cut)).collect();
        cuts.sort_unstable();
        let mut shown = String::new();
        let mut begin = 0;
        for cut in cuts.into_iter().chain([answer.len()]) {
            shown.push_str(&tidy.push(&answer[begin..cut]));
            begin = cut;
        }
        shown.push_str(&tidy.finish(is_cut));
        prop_assert_eq!(shown, expected);
    }

    #[test]
    fn whatever_comes_is_fit_to_be_shown(
        (above, below, answer) in (texts(), texts(), texts()),
        writer in writers(),
    ) {
        let place = Place::new("a.py", &above, &below);
        let shown = whole(&place, writer, &answer, false);
        for token in family::all_tokens() {
            prop_assert!(!shown.contains(token), "{token} in {shown:?}");
        }
        prop_assert!(!shown.ends_with('\n'));
        prop_assert!(shown.is_empty() || !shown.trim().is_empty());
        prop_assert!(!shown.contains("\n\n\n\n"));
    }
}

/// Whoever searched the line anew with every piece would read gigabytes here.
#[test]
fn a_long_line_may_come_byte_by_byte() {
    let place = Place::new("a.py", "x = ", "\n");
    let mut tidy = Tidy::new(place, Writer::Completion, family::all_tokens().collect());
    let mut shown = String::new();
    for piece in std::iter::repeat_n("é", 30_000).chain(["<|endo", "ftext|>", "y"]) {
        shown.push_str(&tidy.push(piece));
    }
    assert!(tidy.is_done());
    assert_eq!(shown, "é".repeat(30_000));
}
