//! Finding one's way in JSON that a parser has accepted: where values end, what an object holds. Called by `limits`,
//! `rewrite`, `rules` and `completion`.
//!
//! Nothing here checks syntax again; on other input the spans are useless but nothing panics.

use std::borrow::Cow;

use memchr::memchr2_iter;

use super::escape;

/// A stretch of the document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// The name as written, without its quotes.
    pub(super) key: Span,
    /// Whether the name is spelled with escapes.
    escaped: bool,
    pub(super) value: Value,
}

/// The names that an object may have, a bit for each: most of what is asked for is not there, and costs a look.
#[derive(Clone, Copy, Default)]
pub(super) struct Names(u64);

/// The value of a member.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A value that has not been looked into.
    Raw(Span),
    /// An object whose members are known.
    Object(Vec<Member>),
    /// An array whose items are known.
    List(Vec<Item>),
}

/// The members of an item of a list, `None` where it is null.
pub(super) type Item = Option<Vec<Member>>;

/// What a value is, told by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    False,
    True,
    Number,
    Text,
    Array,
    Object,
}

// === impl Span ===

impl Span {
    /// The bytes of this stretch.
    pub(super) fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

// === impl Member ===

impl Member {
    /// A member of which name and value have been found.
    pub(super) fn new(text: &[u8], key: Span, value: Value) -> Self {
        Self {
            key,
            escaped: key.of(text).contains(&b'\\'),
            value,
        }
    }

    /// The name with its escapes resolved.
    pub(super) fn name<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        let raw = self.key.of(text);
        if self.escaped {
            name(raw)
        } else {
            Cow::Borrowed(raw)
        }
    }

    /// Whether this is the name, in whatever spelling.
    pub(super) fn is_named(&self, text: &[u8], wanted: &str) -> bool {
        // Most names differ in length from most that are wanted.
        if !self.escaped && self.key.end - self.key.start != wanted.len() {
            return false;
        }
        let raw = self.key.of(text);
        raw == wanted.as_bytes() || self.escaped && *name(raw) == *wanted.as_bytes()
    }
}

// === impl Names ===

impl Names {
    /// The names of these members.
    pub(super) fn of(text: &[u8], members: &[Member]) -> Self {
        let bits = members.iter().map(|member| {
            if member.escaped {
                // A name that is spelled in another way may be any.
                u64::MAX
            } else {
                Self::bit(member.key.of(text))
            }
        });
        Self(bits.fold(0, |all, bit| all | bit))
    }

    /// Whether there may be a member of this name.
    pub(super) fn may_have(self, name: &str) -> bool {
        self.0 & Self::bit(name.as_bytes()) != 0
    }

    fn bit(name: &[u8]) -> u64 {
        let first = name.first().copied().unwrap_or_default();
        let last = name.last().copied().unwrap_or_default();
        let place = name.len() + 2 * (usize::from(first) + usize::from(last));
        1 << (place % 64)
    }
}

// === impl Kind ===

impl Kind {
    /// The kind of a value that stands alone in `raw`.
    pub(super) fn of(raw: &[u8]) -> Self {
        match raw.first() {
            Some(b'"') => Self::Text,
            Some(b'{') => Self::Object,
            Some(b'[') => Self::Array,
            Some(b't') => Self::True,
            Some(b'f') => Self::False,
            Some(b'-' | b'0'..=b'9') => Self::Number,
            _ => Self::Null,
        }
    }
}

/// A member name, given as written between its quotes, with its escapes resolved.
pub(super) fn name(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.contains(&b'\\') {
        Cow::Owned(escape::decode(raw).into_owned().into_bytes())
    } else {
        Cow::Borrowed(raw)
    }
}

/// The content of a JSON string, without its quotes.
pub(super) fn unquoted(raw: &[u8]) -> &[u8] {
    raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default()
}

/// Skips blanks.
pub(super) fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// The position behind the string whose opening quote is at `at`.
pub(super) fn string_end(text: &[u8], at: usize) -> usize {
    let content = text.get(at + 1..).unwrap_or_default();
    let mut next = 0;
    for found in memchr2_iter(b'"', b'\\', content) {
        if found < next {
            continue;
        }
        if content[found] == b'"' {
            return at + found + 2;
        }
        // What an escape begins with is no quote that ends the string.
        next = found + 2;
    }
    text.len()
}

/// The position behind the value that begins at `at`.
pub(super) fn value_end(text: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => at = string_end(text, at),
            b'{' | b'[' => {
                depth += 1;
                at += 1;
                continue;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            _ => at = scalar_end(text, at),
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The position behind the number or word that begins at `at`; always beyond `at`.
pub(super) fn scalar_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at + 1..).unwrap_or_default();
    let more = rest
        .iter()
        .position(|byte| !matches!(byte, b'a'..=b'z' | b'E' | b'+' | b'-' | b'.' | b'0'..=b'9'));
    at + 1 + more.unwrap_or(rest.len())
}

/// The members of the object at `span`, in order.
pub(super) fn members(text: &[u8], span: Span) -> Vec<Member> {
    let mut members = Vec::with_capacity(4);
    let mut at = skip_blanks(text, span.start + 1);
    while text.get(at) == Some(&b'"') {
        let key_end = string_end(text, at);
        let key = Span {
            start: at + 1,
            end: key_end.saturating_sub(1),
        };
        let start = skip_blanks(text, skip_blanks(text, key_end) + 1);
        let end = value_end(text, start);
        members.push(Member::new(text, key, Value::Raw(Span { start, end })));
        at = skip_blanks(text, skip_blanks(text, end) + 1);
    }
    members
}

/// The items of the array at `span`, in order.
pub(super) fn items(text: &[u8], span: Span) -> Vec<Span> {
    let mut items = Vec::new();
    let mut start = skip_blanks(text, span.start + 1);
    while start < span.end && text.get(start) != Some(&b']') {
        let end = value_end(text, start);
        items.push(Span { start, end });
        start = skip_blanks(text, skip_blanks(text, end) + 1);
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Span {
        Span {
            start: 0,
            end: text.len(),
        }
    }

    #[test]
    fn members_are_found_whatever_their_spelling() {
        let text = r#" { "a" : 1 ,"b\u0063":{"x":["}",{}],"y":"\\"}, "d":"\"," ,"e":-1.5E+3,"f":[],"g":true} "#;
        let start = 1;
        let found: Vec<_> = members(
            text.as_bytes(),
            Span {
                start,
                end: text.len() - 1,
            },
        )
        .iter()
        .map(|member| {
            let Value::Raw(value) = member.value else {
                panic!("raw value")
            };
            (
                member.name(text.as_bytes()).into_owned(),
                value.of(text.as_bytes()).to_owned(),
            )
        })
        .collect();
        let expected = [
            ("a", "1"),
            ("bc", r#"{"x":["}",{}],"y":"\\"}"#),
            ("d", r#""\",""#),
            ("e", "-1.5E+3"),
            ("f", "[]"),
            ("g", "true"),
        ];
        let expected: Vec<_> = expected
            .iter()
            .map(|(key, value)| (key.as_bytes().to_owned(), value.as_bytes().to_owned()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn no_name_that_is_there_is_passed_over() {
        let text = br#"{"private_token":"x","b\u0063":1,"":2}"#;
        let span = Span {
            start: 0,
            end: text.len(),
        };
        let all = members(text, span);
        let names = Names::of(text, &all);
        assert!(
            ["private_token", "bc", ""]
                .iter()
                .all(|name| names.may_have(name))
        );
        let plain = Names::of(text, &all[..1]);
        assert!(plain.may_have("private_token") && !plain.may_have("sudo"));
        assert!(!Names::default().may_have("private_token"));
    }

    #[test]
    fn items_are_found() {
        for (text, expected) in [
            ("[]", &[][..]),
            ("[ ]", &[]),
            ("[1]", &["1"]),
            (
                r#"[ 1 ,"],", [2,[3]] , {"a":[]},null]"#,
                &["1", r#""],""#, "[2,[3]]", r#"{"a":[]}"#, "null"],
            ),
        ] {
            let found: Vec<_> = items(text.as_bytes(), whole(text))
                .iter()
                .map(|span| span.of(text.as_bytes()))
                .collect();
            let expected: Vec<_> = expected.iter().map(|item| item.as_bytes()).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn broken_input_ends() {
        for text in [
            "[",
            "[1",
            "[\"",
            "{\"a\":",
            "{\"a\"",
            "[,,,",
            "{\"a\":}",
            "[}",
            "[]]",
            "\"",
            "[\u{1}\u{1}",
        ] {
            let _ = items(text.as_bytes(), whole(text));
            let _ = members(text.as_bytes(), whole(text));
        }
    }
}
