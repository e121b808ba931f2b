//! From the bytes of a JSON body to the members of one object. Called by `Params` for every body, and again for the
//! JSON it makes of forms and queries.
//!
//! What comes out is tidy: UTF-8, within the limits, without repeated members and without harmful characters. Nothing
//! that reads it needs to ask again.

use bytes::Bytes;
use serde::de::IgnoredAny;

use super::{
    error::ParamsError,
    limits, rewrite,
    scan::{self, Member, Names},
    split::{self, Found},
};

/// A JSON object and its members, each name once.
#[derive(Clone)]
pub(super) struct Document {
    /// The text of the object; blanks may surround it.
    pub(super) text: Bytes,
    pub(super) members: Vec<Member>,
    pub(super) names: Names,
}

// === impl Document ===

impl Document {
    /// The object without members.
    pub(super) fn empty() -> Self {
        Self {
            text: Bytes::from_static(b"{}"),
            members: Vec::new(),
            names: Names::default(),
        }
    }

    /// Reads a JSON text; one that is no object has no members.
    pub(super) fn parse(text: Bytes) -> Result<Self, ParamsError> {
        let (document, untidy) = Self::read(text)?;
        if !untidy {
            return Ok(document);
        }
        let tidied = rewrite::tidy(&document.text, &document.members);
        Self::read(tidied.into()).map(|(document, _)| document)
    }

    /// Parses and inspects; the flag asks for the document to be tidied.
    fn read(text: Bytes) -> Result<(Self, bool), ParamsError> {
        let Ok(json) = simdutf8::basic::from_utf8(&text) else {
            return Err(undecodable(&text));
        };
        if text.get(scan::skip_blanks(&text, 0)) != Some(&b'{') {
            return is_json(json).map(|()| (Self::empty(), false));
        }
        let Some(Found {
            members,
            unicode_escapes,
        }) = split::members(json)
        else {
            return is_json(json).and(Err(ParamsError::InvalidJson));
        };
        let findings = limits::inspect(&text, &members, unicode_escapes)?;
        if findings.unsound {
            return Err(ParamsError::Malformed);
        }
        let document = Self {
            names: Names::of(&text, &members),
            text,
            members,
        };
        Ok((document, findings.untidy))
    }
}

/// Checks a text of which nothing is to be read. One that breaks a limit before it breaks the grammar is told of the
/// limit.
fn is_json(json: &str) -> Result<(), ParamsError> {
    limits::check(json.as_bytes())?;
    serde_json::from_str(json)
        .map(|IgnoredAny| ())
        .map_err(|_| ParamsError::InvalidJson)
}

/// Which fault comes first in a text that is not UTF-8: bytes outside of strings break the grammar as well.
fn undecodable(text: &[u8]) -> ParamsError {
    is_json(&String::from_utf8_lossy(text))
        .err()
        .unwrap_or(ParamsError::Malformed)
}
