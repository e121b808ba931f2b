//! The one pass of the parser over a JSON object: checks its grammar and gives its members as spans. Called by
//! `document`.
//!
//! Values stay unread, except those that hold nearly all the text of a request: `current_file` and the items of
//! `context` are taken apart on the way, so that no later step has to go over them again.

use std::{cell::Cell, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    limits,
    scan::{self, Item, Member, Span, Value},
};

/// The member that is an object and taken apart.
pub(super) const CURRENT_FILE: &str = "current_file";
/// The member that is a list of objects and taken apart.
pub(super) const CONTEXT: &str = "context";

/// One pass over a text.
struct Pass<'a> {
    text: &'a str,
    /// Whether lists are taken apart. The parser reads the odd items of one more strictly than the grammar asks.
    lists: bool,
    /// Members and items that may still be found; a text with more is over the limits anyway.
    budget: Cell<usize>,
}

/// Reads an object: the whole text if `top`, else a part of it.
#[derive(Clone, Copy)]
struct Object<'p, 'a> {
    pass: &'p Pass<'a>,
    top: bool,
}

/// Reads a list; gives nothing if an item is neither an object nor null.
#[derive(Clone, Copy)]
struct List<'p, 'a> {
    pass: &'p Pass<'a>,
}

/// Reads one item of a list; gives nothing if it is neither an object nor null.
#[derive(Clone, Copy)]
struct ListItem<'p, 'a> {
    pass: &'p Pass<'a>,
}

/// How to go on with the value of a member.
enum Split {
    Object,
    /// A list that begins here.
    List(usize),
    No,
}

/// The members of the object that `text` is, `None` if it is none or has too many.
pub(super) fn members(text: &str) -> Option<Vec<Member>> {
    pass(text, true).or_else(|| pass(text, false))
}

fn pass(text: &str, lists: bool) -> Option<Vec<Member>> {
    let pass = Pass {
        text,
        lists,
        budget: Cell::new(limits::MAX_ELEMENTS + 1),
    };
    let mut parser = serde_json::Deserializer::from_str(text);
    let members = Object {
        pass: &pass,
        top: true,
    }
    .deserialize(&mut parser)
    .ok()?;
    parser.end().ok()?;
    Some(members)
}

// === impl Pass ===

impl Pass<'_> {
    /// Where a part that the parser borrowed from the text lies in it.
    fn span(&self, part: &str) -> Span {
        let start = part.as_ptr().addr() - self.text.as_ptr().addr();
        Span {
            start,
            end: start + part.len(),
        }
    }

    fn spend<E: Error>(&self) -> Result<(), E> {
        let left = self
            .budget
            .get()
            .checked_sub(1)
            .ok_or_else(|| E::custom("too many elements"))?;
        self.budget.set(left);
        Ok(())
    }

    /// Decides by the name, and by the first byte of the value behind it.
    fn split(&self, name: &[u8], name_end: usize) -> Split {
        let text = self.text.as_bytes();
        let start = scan::skip_blanks(text, scan::skip_blanks(text, name_end) + 1);
        match text.get(start) {
            Some(b'{') if name == CURRENT_FILE.as_bytes() => Split::Object,
            Some(b'[') if name == CONTEXT.as_bytes() && self.lists => Split::List(start),
            _ => Split::No,
        }
    }
}

// === impl Object ===

impl<'de> DeserializeSeed<'de> for Object<'_, 'de> {
    type Value = Vec<Member>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, 'de> {
    type Value = Vec<Member>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Self { pass, top } = self;
        let text = pass.text.as_bytes();
        let mut members = Vec::with_capacity(if top { 8 } else { 4 });
        while let Some(name) = map.next_key::<&'de RawValue>()? {
            pass.spend()?;
            let quoted = pass.span(name.get());
            let key = Span {
                start: quoted.start + 1,
                end: quoted.end - 1,
            };
            let split = if top {
                pass.split(&scan::name(key.of(text)), quoted.end)
            } else {
                Split::No
            };
            let value = match split {
                Split::Object => Value::Object(map.next_value_seed(Self { pass, top: false })?),
                Split::List(start) => match map.next_value_seed(List { pass })? {
                    Some(items) => Value::List(items),
                    None => Value::Raw(Span {
                        start,
                        end: scan::value_end(text, start),
                    }),
                },
                Split::No => Value::Raw(pass.span(map.next_value::<&'de RawValue>()?.get())),
            };
            members.push(Member::new(text, key, value));
        }
        Ok(members)
    }
}

// === impl List ===

impl<'de> DeserializeSeed<'de> for List<'_, 'de> {
    type Value = Option<Vec<Item>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, 'de> {
    type Value = Option<Vec<Item>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let (mut items, mut odd) = (Vec::new(), false);
        while let Some(item) = seq.next_element_seed(ListItem { pass: self.pass })? {
            self.pass.spend()?;
            match item {
                Some(item) if !odd => items.push(item),
                _ => odd = true,
            }
        }
        Ok((!odd).then_some(items))
    }
}

// === impl ListItem ===

impl<'de> DeserializeSeed<'de> for ListItem<'_, 'de> {
    type Value = Option<Item>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ListItem<'_, 'de> {
    type Value = Option<Item>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Object {
            pass: self.pass,
            top: false,
        }
        .visit_map(map)
        .map(|members| Some(Some(members)))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Some(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}
