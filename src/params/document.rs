//! From the bytes of a JSON body to the members of one object. Called by `Params` for every body, and again for the
//! JSON it makes of forms and queries.
//!
//! The parser goes over the text once and leaves every value as a slice of it; `current_file`, which holds nearly all
//! the text, is taken apart in that same pass.

use std::{str, sync::LazyLock};

use bytes::Bytes;
use memchr::memmem::Finder;
use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    error::ParamsError,
    limits, rewrite,
    scan::{self, Member, Span, Value},
};

/// The one member whose value is taken apart in the first pass.
pub(super) const CURRENT_FILE: &str = "current_file";

static UNICODE_ESCAPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\\u"));

/// A JSON object and its members, each name once.
#[derive(Clone)]
pub(super) struct Document {
    /// The text of the object; blanks may surround it.
    pub(super) text: Bytes,
    pub(super) members: Vec<Member>,
}

/// Collects the members of an object as spans of `text`.
#[derive(Clone, Copy)]
struct Members<'a> {
    text: &'a str,
    /// Whether this is the body itself.
    top: bool,
}

// === impl Document ===

impl Document {
    /// The object without members.
    pub(super) fn empty() -> Self {
        Self {
            text: Bytes::from_static(b"{}"),
            members: Vec::new(),
        }
    }

    /// Reads a JSON text; one that is no object has no members.
    pub(super) fn parse(text: Bytes) -> Result<Self, ParamsError> {
        let (text, members, untidy) = Self::split(text)?;
        if !untidy {
            return Ok(Self { text, members });
        }
        let tidied = rewrite::tidy(&text, &members);
        let (text, members, _) = Self::split(Bytes::from(tidied))?;
        Ok(Self { text, members })
    }

    /// Parses and inspects; the flag asks for the document to be tidied.
    fn split(text: Bytes) -> Result<(Bytes, Vec<Member>, bool), ParamsError> {
        let Ok(json) = str::from_utf8(&text) else {
            return Err(undecodable(&text));
        };
        let Some(members) = parse_object(json)? else {
            limits::check(&text)?;
            let Self { text, members } = Self::empty();
            return Ok((text, members, false));
        };
        let unicode_escapes = UNICODE_ESCAPE.find(&text).is_some();
        let findings = limits::inspect(&text, &members, unicode_escapes)?;
        if findings.unsound {
            return Err(ParamsError::Malformed);
        }
        Ok((text, members, findings.untidy))
    }
}

/// The members if the text is an object, `None` if it is some other JSON value.
fn parse_object(json: &str) -> Result<Option<Vec<Member>>, ParamsError> {
    let mut parser = serde_json::Deserializer::from_str(json);
    let first = scan::skip_blanks(json.as_bytes(), 0);
    let parsed = if json.as_bytes().get(first) == Some(&b'{') {
        Members {
            text: json,
            top: true,
        }
        .deserialize(&mut parser)
        .map(Some)
    } else {
        parser
            .deserialize_ignored_any(IgnoredAny)
            .map(|IgnoredAny| None)
    };
    match parsed.and_then(|members| parser.end().map(|()| members)) {
        Ok(members) => Ok(members),
        // A text that breaks a limit before it breaks the grammar is told of the limit.
        Err(_) => limits::check(json.as_bytes()).and(Err(ParamsError::InvalidJson)),
    }
}

/// Which fault comes first in a text that is not UTF-8: bytes outside of strings break the grammar as well.
fn undecodable(text: &[u8]) -> ParamsError {
    let lossy = String::from_utf8_lossy(text);
    match serde_json::from_str::<IgnoredAny>(&lossy) {
        Ok(_) => ParamsError::Malformed,
        Err(_) => ParamsError::InvalidJson,
    }
}

// === impl Members ===

impl Members<'_> {
    /// Where a part that the parser borrowed from the text lies in it.
    fn span(self, part: &str) -> Span {
        let start = part.as_ptr().addr() - self.text.as_ptr().addr();
        Span {
            start,
            end: start + part.len(),
        }
    }

    /// Whether the member whose name ends at `key_end` has an object as its value.
    fn object_follows(self, key_end: usize) -> bool {
        let text = self.text.as_bytes();
        let value = scan::skip_blanks(text, scan::skip_blanks(text, key_end) + 1);
        text.get(value) == Some(&b'{')
    }
}

impl<'de> DeserializeSeed<'de> for Members<'de> {
    type Value = Vec<Member>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'de> {
    type Value = Vec<Member>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(8);
        while let Some(key) = map.next_key::<&'de RawValue>()? {
            let quoted = self.span(key.get());
            let key = Span {
                start: quoted.start + 1,
                end: quoted.end - 1,
            };
            let split = self.top
                && *scan::name(key.of(self.text.as_bytes())) == *CURRENT_FILE.as_bytes()
                && self.object_follows(quoted.end);
            let value = if split {
                Value::Object(map.next_value_seed(Members { top: false, ..self })?)
            } else {
                Value::Raw(self.span(map.next_value::<&'de RawValue>()?.get()))
            };
            if members.len() > limits::MAX_MEMBERS {
                return Err(serde::de::Error::custom("too many members"));
            }
            members.push(Member::new(self.text.as_bytes(), key, value));
        }
        Ok(members)
    }
}
