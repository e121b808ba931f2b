//! The grammar against tables and against `serde_json`, which decides what JSON is.

use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::*;

/// What a general parser says.
fn is_accepted(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok() && serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

#[track_caller]
fn agree(text: &[u8]) {
    let shown = String::from_utf8_lossy(text);
    assert_eq!(is_json(text), is_accepted(text), "{shown:?}");
    let found = text_within(text, "a", "c");
    assert_eq!(found.is_ok(), is_accepted(text), "{shown:?}");
}

const HARD: &[&str] = &[
    "",
    " ",
    "{}",
    " { } ",
    "[]",
    "[[]]",
    "[{}]",
    "{\"a\":{}}",
    "{\"a\":[]}",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{,}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{\"a\":1 \"b\":2}",
    "{1:2}",
    "{a:1}",
    "[}",
    "{]",
    "[1}",
    "{\"a\":1]",
    "[",
    "{",
    "]",
    "}",
    "[[",
    "[1",
    "{\"a\":1",
    "{\"a\":1}}",
    "[]]",
    "1 2",
    "0",
    "-0",
    "-",
    "+1",
    "01",
    "-01",
    "1.",
    ".5",
    "1.5",
    "1e",
    "1e+",
    "1e+5",
    "1E-05",
    "1.e5",
    "1e5.5",
    "0x1",
    "1_0",
    "1e999",
    "NaN",
    "Infinity",
    "true",
    "True",
    "tru",
    "truex",
    "nullnull",
    "false",
    "null",
    "\"",
    "\"\"",
    "\"a",
    "\"\\\"",
    "\"\\",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u123\"",
    "\"\\u12g4\"",
    "\"\\u+123\"",
    "\"\\uD800\"",
    "\"\\u0000\"",
    "\"\\/\\b\\f\\n\\r\\t\"",
    "\"\t\"",
    "\"\n\"",
    "\"\u{1f}\"",
    "\"\u{7f}\"",
    "\"\u{0}\"",
    "'a'",
    "\u{feff}1",
    "\u{a0}1",
    "\u{b}1",
    "\u{c}1",
    "[1]//",
    "/**/1",
    "\"é\"",
    "[\"a\",\"b\"]",
    "\r\n\t 1 \r\n\t",
];

#[test]
fn agrees_with_a_general_parser_on_what_is_hard() {
    for text in HARD {
        agree(text.as_bytes());
    }
    agree(&"[".repeat(5000).into_bytes());
    agree(&["[".repeat(5000), "]".repeat(5000)].concat().into_bytes());
    for bytes in [
        &b"\"\xff\""[..],
        b"\"\xc3\"",
        b"\"\xed\xa0\x80\"",
        b"\xff",
        b"\"\xc3\xa9\"",
    ] {
        agree(bytes);
    }
}

#[test]
fn agrees_wherever_a_block_ends() {
    for pad in 0..140 {
        for tail in [
            "\"",
            "\\\"\"",
            "\\\\\"",
            "\\n\"",
            "\\u00e9\"",
            "\n\"",
            "",
            "\\",
            "\\u00e",
            "é\"",
            "\",1]",
        ] {
            agree(format!("\"{}{tail}", "x".repeat(pad)).as_bytes());
            agree(format!("[\"{}{tail}]", "x".repeat(pad)).as_bytes());
        }
    }
}

#[test]
fn every_byte_is_judged() {
    for byte in 0..=u8::MAX {
        agree(&[b'"', byte, b'"']);
        agree(&[b'"', b'\\', byte, b'"']);
        agree(&[byte]);
        agree(&[b'[', b'1', byte, b'1', b']']);
    }
}

#[test]
fn a_text_is_found_in_its_place() {
    for (text, found) in [
        (r#"{"model":{"name":"m"}}"#, Some("m")),
        (
            r#" { "id" : 1 , "model" : { "engine":"x", "name" : "\u00e9\n" } , "x":[{}] } "#,
            Some("é\n"),
        ),
        (
            r#"{"a":{"name":"x"},"model":{"a":{"name":"x"},"b":"name"}}"#,
            None,
        ),
        (r#"{"model":{"name":null}}"#, None),
        (r#"{"model":"name"}"#, None),
        (r#"{"model":{}}"#, None),
        (r#"{"name":"m"}"#, None),
        ("{}", None),
        ("[]", None),
    ] {
        let text = text_within(text.as_bytes(), "model", "name");
        assert_eq!(text.unwrap().as_deref(), found);
    }
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\"a\"",
            "\"a\":",
            "\\",
            "\\\"",
            "\\u00e9",
            "\\ud83d",
            "\\n",
            "null",
            "true",
            "1",
            "-",
            "0",
            ".",
            "e",
            "+",
            " ",
            "\n",
            "\t",
            "é",
            "\u{1}",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,4}",
    ]
}

fn tree() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "([a-z\\\\\"\n\té😀\u{1}]|\\PC){0,90}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::vec(("[a-c\"\\\\é]{0,9}", inner), 0..5)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(crate::same_cases())]

    #[test]
    fn agrees_on_nearly_valid_texts(pieces in prop::collection::vec(piece(), 0..30)) {
        agree(pieces.concat().as_bytes());
    }

    #[test]
    fn agrees_on_arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..150)) {
        agree(&bytes);
    }

    #[test]
    fn agrees_on_trees_and_on_what_a_change_makes_of_them(
        tree in tree(),
        pretty in any::<bool>(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let text = if pretty { serde_json::to_vec_pretty(&tree) } else { serde_json::to_vec(&tree) };
        let mut text = text.unwrap();
        prop_assert!(is_json(&text));
        let found = text_within(&text, "a", "c").unwrap();
        prop_assert_eq!(found.as_deref(), tree["a"]["c"].as_str());
        let place = place.index(text.len());
        let kept = std::mem::replace(&mut text[place], byte);
        agree(&text);
        text[place] = kept;
        text.remove(place);
        agree(&text);
        text.truncate(place);
        agree(&text);
    }
}
