//! The one pass over a JSON object: checks its grammar and gives its members as spans. Called by `document`.
//!
//! Values stay unread, except those that hold nearly all the text of a request: `current_file` and the items of
//! `context` are taken apart on the way, so that no later step has to go over them again.

use super::{
    grammar::Scanner,
    limits,
    scan::{self, Item, Member, Span, Value},
};

/// The member that is an object and taken apart.
pub(super) const CURRENT_FILE: &str = "current_file";
/// The member that is a list of objects and taken apart.
pub(super) const CONTEXT: &str = "context";

/// One pass over a text.
struct Pass<'a> {
    text: &'a [u8],
    scanner: Scanner<'a>,
    /// Whether lists are taken apart.
    lists: bool,
    /// Members and items that may still be found; a text with more is over the limits anyway.
    budget: usize,
}

/// The members of an object.
pub(super) struct Found {
    pub(super) members: Vec<Member>,
    /// Whether there are `\u` escapes anywhere.
    pub(super) unicode_escapes: bool,
}

/// The members of the object that `text` is, `None` if it is none or has too many.
pub(super) fn members(text: &str) -> Option<Found> {
    // A list that is too long to be taken apart is left as it is, for the limits to refuse.
    pass(text.as_bytes(), true).or_else(|| pass(text.as_bytes(), false))
}

fn pass(text: &[u8], lists: bool) -> Option<Found> {
    let mut pass = Pass {
        text,
        scanner: Scanner::new(text),
        lists,
        budget: limits::MAX_ELEMENTS + 1,
    };
    pass.scanner.blanks();
    if pass.scanner.peek()? != b'{' {
        return None;
    }
    let members = pass.object(true)?;
    pass.scanner.end()?;
    Some(Found {
        members,
        unicode_escapes: pass.scanner.has_unicode_escapes(),
    })
}

// === impl Pass ===

impl Pass<'_> {
    fn spend(&mut self) -> Option<()> {
        self.budget = self.budget.checked_sub(1)?;
        Some(())
    }

    /// Reads the object that begins here: the whole text if `top`, else a part of it.
    fn object(&mut self, top: bool) -> Option<Vec<Member>> {
        let mut members = Vec::with_capacity(if top { 8 } else { 4 });
        self.scanner.pass();
        self.scanner.blanks();
        if self.scanner.peek()? == b'}' {
            self.scanner.pass();
            return Some(members);
        }
        loop {
            let key = self.scanner.name()?;
            self.spend()?;
            let value = self.member_value(top, key)?;
            members.push(Member::new(self.text, key, value));
            if !self.goes_on(b'}')? {
                return Some(members);
            }
        }
    }

    /// Reads the value of a member; its name and its first byte decide how.
    fn member_value(&mut self, top: bool, key: Span) -> Option<Value> {
        let first = self.scanner.peek()?;
        if top && matches!(first, b'{' | b'[') {
            match &*scan::name(key.of(self.text)) {
                b"current_file" if first == b'{' => return self.object(false).map(Value::Object),
                b"context" if first == b'[' && self.lists => return self.list(),
                _ => {}
            }
        }
        self.scanner.value().map(Value::Raw)
    }

    /// Reads the list that begins here; it stays whole if an item is neither an object nor null.
    fn list(&mut self) -> Option<Value> {
        let start = self.scanner.at();
        let (mut items, mut odd): (Vec<Item>, _) = (Vec::new(), false);
        self.scanner.pass();
        self.scanner.blanks();
        let mut more = self.scanner.peek()? != b']';
        if !more {
            self.scanner.pass();
        }
        while more {
            match self.scanner.peek()? {
                b'{' => items.push(Some(self.object(false)?)),
                first => {
                    self.scanner.value()?;
                    odd |= first != b'n';
                    items.push(None);
                }
            }
            self.spend()?;
            more = self.goes_on(b']')?;
        }
        let end = self.scanner.at();
        Some(if odd {
            Value::Raw(Span { start, end })
        } else {
            Value::List(items)
        })
    }

    /// Passes what follows a member or an item: a comma, after which another one has to come, or the closing bracket.
    fn goes_on(&mut self, bracket: u8) -> Option<bool> {
        self.scanner.blanks();
        let next = self.scanner.peek()?;
        self.scanner.pass();
        if next == b',' {
            self.scanner.blanks();
        }
        (next == b',' || next == bracket).then_some(next == b',')
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use proptest::prelude::*;
    use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
    use serde_json::value::RawValue;

    use super::*;

    /// The members of an object in order, as a general parser finds them.
    struct Parsed(Vec<(String, String)>);

    impl<'de> Deserialize<'de> for Parsed {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(Members)
        }
    }

    struct Members;

    impl<'de> Visitor<'de> for Members {
        type Value = Parsed;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parsed, A::Error> {
            let mut members = Vec::new();
            while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                let name = name.get();
                members.push((name[1..name.len() - 1].to_owned(), value.get().to_owned()));
            }
            Ok(Parsed(members))
        }
    }

    fn parsed(text: &str) -> Option<Vec<(String, String)>> {
        serde_json::from_str::<Parsed>(text)
            .ok()
            .map(|parsed| parsed.0)
    }

    /// The same by this room; what was taken apart is compared part by part.
    fn compare(text: &str) {
        let found = members(text).map(|found| found.members);
        let parsed = parsed(text);
        assert_eq!(found.is_some(), parsed.is_some(), "{text}");
        compare_members(
            text,
            &found.unwrap_or_default(),
            &parsed.unwrap_or_default(),
        );
    }

    fn compare_members(text: &str, found: &[Member], parsed: &[(String, String)]) {
        assert_eq!(found.len(), parsed.len(), "{text}");
        for (member, (name, value)) in found.iter().zip(parsed) {
            assert_eq!(member.key.of(text.as_bytes()), name.as_bytes());
            match &member.value {
                Value::Raw(span) => assert_eq!(span.of(text.as_bytes()), value.as_bytes()),
                Value::Object(members) => {
                    compare_members(text, members, &self::parsed(value).unwrap());
                }
                Value::List(items) => {
                    let parsed: Vec<&RawValue> = serde_json::from_str(value).unwrap();
                    assert_eq!(items.len(), parsed.len());
                    for (item, value) in items.iter().zip(parsed) {
                        match item {
                            None => assert_eq!(value.get(), "null"),
                            Some(members) => {
                                compare_members(text, members, &self::parsed(value.get()).unwrap());
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn only_current_file_and_context_are_taken_apart() {
        let kind = |text: &str| match &members(text).unwrap().members[0].value {
            Value::Raw(_) => "raw",
            Value::Object(_) => "object",
            Value::List(_) => "list",
        };
        for (text, expected) in [
            (r#"{"current_file":{"a":1}}"#, "object"),
            (r#"{"current\u005ffile":{}}"#, "object"),
            (r#"{"current_file":[]}"#, "raw"),
            (r#"{"current_file":1}"#, "raw"),
            (r#"{"context":[]}"#, "list"),
            (r#"{"context":[{},null]}"#, "list"),
            (r#"{"context":[{},1]}"#, "raw"),
            (r#"{"context":[[]]}"#, "raw"),
            (r#"{"context":{}}"#, "raw"),
            (r#"{"other":{"current_file":{}}}"#, "raw"),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn unicode_escapes_are_noticed() {
        for (text, noticed) in [
            (r#"{"a":"\u0041"}"#, true),
            (r#"{"\u0041":1}"#, true),
            (r#"{"a":{"b":["\u0041"]}}"#, true),
            (r#"{"a":"\\u0041\n"}"#, false),
        ] {
            assert_eq!(members(text).unwrap().unicode_escapes, noticed, "{text}");
        }
    }

    fn piece() -> impl Strategy<Value = String> {
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"a\":",
            "\"current_file\":{",
            "\"context\":[",
            "{\"b\":1}",
            "null",
            "1",
            "\"x\"",
            " ",
            "\\",
            "true",
            "\"c\":[1,{}]",
        ])
        .prop_map(str::to_owned)
    }

    fn member() -> impl Strategy<Value = String> {
        let name = prop::sample::select(vec!["a", "current_file", "context", "\\u0061", ""]);
        let value = prop::sample::select(vec![
            "1",
            " null",
            "\"x\\n\"",
            "{}",
            "[]",
            "{ \"b\" : [1] , \"c\":{}}",
            "[{\"d\":2}, null ,{}]",
            "[1,{}]",
            "[null]",
        ]);
        (name, value).prop_map(|(name, value)| format!("\"{name}\" : {value} "))
    }

    proptest! {
        #![proptest_config(crate::same_cases())]

        #[test]
        fn finds_what_a_general_parser_finds(found in prop::collection::vec(member(), 0..6)) {
            compare(&format!(" {{{}}}\n", found.join(",")));
        }

        #[test]
        fn refuses_what_a_general_parser_refuses(pieces in prop::collection::vec(piece(), 0..14)) {
            compare(&format!("{{{}", pieces.concat()));
        }
    }
}
