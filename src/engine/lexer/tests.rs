//! Texts and the tokens that they are cut into.

use super::*;

fn texts(text: &str, name: &str) -> Vec<String> {
    let (pieces, _) = lex(text, Language::of(name));
    pieces
        .iter()
        .map(|piece| match piece.kind {
            Kind::Newline => format!("NL{:+}", piece.delta),
            _ => piece.text.to_owned(),
        })
        .collect()
}

#[test]
fn line_ends_carry_the_change_of_indent() {
    assert_eq!(
        texts("if a:\n    b\n\nc += 1\n", "x.py"),
        ["NL+0", "if", "a", ":", "NL+1", "b", "NL-1", "c", "+=", "1"]
    );
}

#[test]
fn strings_and_comments_are_cut_into_words() {
    assert_eq!(
        texts("x = 'it is' # a b\ny", "x.py"),
        [
            "NL+0", "x", "=", "'", "it", "is", "'", "#", "a", "b", "NL+0", "y"
        ]
    );
}

#[test]
fn lifetimes_open_no_string() {
    assert_eq!(
        texts("&'a str, 'x'", "x.rs"),
        ["NL+0", "&", "'", "a", "str", ",", "'", "x", "'"]
    );
}

#[test]
fn last_empty_line_stays_open() {
    let (_, tail) = lex("def f():\n\n  ", Language::of("x.py"));
    assert_eq!(tail.open_line, Some("  "));
    assert!(tail.open_blank);
}
