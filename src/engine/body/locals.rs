//! Finds the names that a body gives to values of its own, and names new ones.
//!
//! Called when shapes are taken from bodies and when they are filled: what a local is called is no part of a shape.

use super::super::function::Head;
use super::super::language::{Family, Language};
use super::super::lexer::{Kind, Piece};
use super::super::symbols::is_keyword_text;
use super::members::Member;

/// The most locals of a shape.
const MOST: usize = 4;

/// The locals of a body in the order of their first use; none where there are too many for a shape.
pub(crate) fn locals<'a>(
    body: &[Piece<'a>],
    head: &Head<'a>,
    members: &[Member<'a>],
    language: Language,
) -> Option<Vec<&'a str>> {
    let mut found: Vec<&str> = Vec::new();
    for at in 0..body.len() {
        let Some(piece) = body.get(at).filter(|piece| piece.kind == Kind::Word) else {
            continue;
        };
        let taken = piece.text == "_"
            || found.contains(&piece.text)
            || head.parameters.contains(&piece.text)
            || head.receiver == Some(piece.text)
            || (is_keyword_text(piece.text) && !is_free(piece.text, language.family));
        let bare = matches!(language.family, Family::Java | Family::C);
        let member = bare && members.iter().any(|member| member.name == piece.text);
        if !taken && is_defined(body, at, member, language) {
            found.push(piece.text);
        }
    }
    (found.len() <= MOST).then_some(found)
}

/// Whether a word of one language is as good a name as any in another.
fn is_free(word: &str, family: Family) -> bool {
    family != Family::Script && matches!(word, "number" | "object" | "any")
}

/// Whether a name gets its value at a place.
fn is_defined(body: &[Piece<'_>], at: usize, member: bool, language: Language) -> bool {
    let text = |place: Option<usize>| {
        place
            .and_then(|place| body.get(place))
            .map_or("", |piece| piece.text)
    };
    let (before, after) = (text(at.checked_sub(1)), text(Some(at + 1)));
    if matches!(before, "." | "->" | "::" | "?." | "@" | "&.") {
        return false;
    }
    if language.family == Family::Script && matches!((before, after), ("(" | ",", ")" | ",")) {
        // One of the names between the parentheses before an arrow.
        let names = (at..at + 8).find(|at| text(Some(*at)) == ")");
        return names.is_some_and(|close| text(Some(close + 1)) == "=>");
    }
    let typed = at
        .checked_sub(1)
        .and_then(|at| body.get(at))
        .is_some_and(|before| {
            (before.kind == Kind::Word && !matches!(before.text, "return" | "in" | "not"))
                || matches!(before.text, ">" | "]" | "*" | "&")
        });
    let loose = matches!(
        language.family,
        Family::Python | Family::Ruby | Family::Other
    );
    match after {
        ":=" | "=>" => true,
        "=" => typed || (loose && !member && !matches!(before, "(" | ",")),
        ":" => typed && matches!(language.family, Family::Java | Family::C) && before != "case",
        ";" => typed && matches!(language.family, Family::Java | Family::C) && !member,
        "in" => matches!(before, "for" | "," | "&" | "("),
        "of" => matches!(before, "const" | "let" | "var"),
        "|" => matches!(before, "|" | "," | "&"),
        "," => match before {
            "for" => true,
            "|" => language.family == Family::Ruby || language.family == Family::Rust,
            _ => text(Some(at + 3)) == ":=",
        },
        _ => matches!(before, "as" | "lambda") && language.family == Family::Python,
    }
}

/// Whether a local may be called so in any program.
pub(super) fn is_common(name: &str) -> bool {
    let common = [
        "acc", "best", "copy", "count", "data", "entry", "found", "highest", "idx", "index",
        "item", "key", "kept", "largest", "last", "left", "letter", "line", "lowest", "match",
        "max", "message", "min", "name", "next", "node", "number", "one", "other", "out", "output",
        "part", "previous", "res", "result", "ret", "right", "smallest", "sum", "temp", "text",
        "tmp", "total", "value", "word",
    ];
    name.len() < 3 || common.contains(&name)
}

/// What one of several things is called.
pub(super) fn singular(several: &str) -> Option<String> {
    let several = several.trim_matches('_');
    let one = if let Some(rest) = several.strip_suffix("ies") {
        format!("{rest}y")
    } else if several.ends_with("sses") || several.ends_with("xes") || several.ends_with("ches") {
        several.strip_suffix("es")?.to_owned()
    } else {
        let rest = several.strip_suffix('s')?;
        rest.to_owned()
    };
    (one.len() > 1 && !one.ends_with('s')).then_some(one)
}

#[cfg(test)]
mod tests {
    use super::super::super::lexer::lex;
    use super::*;

    #[test]
    fn locals_are_found_in_every_language() {
        for (file, text, wanted) in [
            (
                "a.py",
                "total = 0\nfor v in values:\n    total += v\n",
                "total v",
            ),
            (
                "a.js",
                "let total = 0;\nfor (const v of values) {\n",
                "total v",
            ),
            (
                "a.go",
                "total := 0\nfor _, v := range values {\n",
                "total v",
            ),
            (
                "A.java",
                "int total = 0;\nfor (int v : values) {\n",
                "total v",
            ),
            (
                "a.js",
                "return values.reduce((sum, v) => sum + v, base);\n",
                "sum v",
            ),
            ("a.rb", "total = 0\nvalues.each do |v|\n", "total v"),
            (
                "a.go",
                "total := 0\nfor _, number := range values {\n",
                "total number",
            ),
            ("a.rs", "let mut total = 0;\nfor v in values {\n", "total v"),
            ("a.py", "self.total = 0\n", ""),
        ] {
            let language = Language::of(file);
            let (pieces, _) = lex(text, language);
            let found = locals(&pieces, &Head::default(), &[], language).unwrap_or_default();
            assert_eq!(found.join(" "), wanted, "{file}");
        }
    }

    #[test]
    fn elements_are_named_after_what_they_are_in() {
        for (several, one) in [
            ("values", Some("value")),
            ("entries", Some("entry")),
            ("boxes", Some("box")),
            ("data", None),
            ("class", None),
        ] {
            assert_eq!(singular(several).as_deref(), one, "{several}");
        }
    }
}
