//! The grammar of JSON (RFC 8259), checked in one pass over the bytes. Called by `split`, which takes bodies apart on the
//! way, and for answers of which nothing is read.
//!
//! Source code in JSON has an escape every dozen bytes, so strings are not searched from one to the next: 64 bytes at a time
//! are looked at together, without a branch, and what interrupts a string is kept as a bit for each. Depth is the limits' concern;
//! nothing here recurses.

mod block;

use super::{
    error::ParamsError,
    escape,
    scan::{self, Kind, Span},
};
use block::Marks;

/// A place in a text, up to which it is JSON.
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    marks: Marks,
    /// The containers that are open: whether each is an object.
    open: Vec<bool>,
    unicode_escapes: bool,
}

/// Whether this is one JSON value, with blanks around it or not.
#[must_use]
pub fn is_json(text: &[u8]) -> bool {
    let one = || {
        let mut scanner = Scanner::new(text);
        scanner.blanks();
        scanner.value()?;
        scanner.end()
    };
    simdutf8::basic::from_utf8(text).is_ok() && one().is_some()
}

/// The text that is the member `inner` of the member `outer` of a JSON value, if there is such a one.
///
/// # Errors
///
/// `ParamsError::InvalidJson` if it is no JSON value.
pub fn text_within(text: &[u8], outer: &str, inner: &str) -> Result<Option<String>, ParamsError> {
    let mut found = None;
    let mut scanner = Scanner::new(text);
    let mut one = || {
        scanner.blanks();
        scanner.members(|scanner, name| {
            if name.of(text) != outer.as_bytes() {
                return scanner.value().map(drop);
            }
            scanner.members(|scanner, name| {
                let value = scanner.value()?;
                if name.of(text) == inner.as_bytes() {
                    found = Some(value);
                }
                Some(())
            })
        })?;
        scanner.end()
    };
    let is_one = simdutf8::basic::from_utf8(text).is_ok() && one().is_some();
    if !is_one {
        return Err(ParamsError::InvalidJson);
    }
    let raw = found.map(|span| span.of(text));
    let raw = raw.filter(|raw| Kind::of(raw) == Kind::Text);
    Ok(raw.map(|raw| escape::decode(scan::unquoted(raw)).into_owned()))
}

// === impl Scanner ===

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            marks: Marks::of(text),
            open: Vec::new(),
            unicode_escapes: false,
        }
    }

    /// The place in the text.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Whether a `\u` escape has been passed.
    pub(super) fn has_unicode_escapes(&self) -> bool {
        self.unicode_escapes
    }

    /// The next byte.
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Passes the next byte, which has been looked at.
    pub(super) fn pass(&mut self) {
        self.at += 1;
    }

    /// Passes blanks.
    pub(super) fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The end of the text, perhaps behind blanks.
    pub(super) fn end(&mut self) -> Option<()> {
        self.blanks();
        (self.at == self.text.len()).then_some(())
    }

    /// Passes the name of a member, the colon and blanks; gives what stands between the quotes.
    pub(super) fn name(&mut self) -> Option<Span> {
        if self.peek()? != b'"' {
            return None;
        }
        let name = self.string()?;
        self.blanks();
        if self.peek()? != b':' {
            return None;
        }
        self.pass();
        self.blanks();
        Some(name)
    }

    /// Passes a value.
    pub(super) fn value(&mut self) -> Option<Span> {
        let start = self.at;
        loop {
            let first = self.peek()?;
            let begun = matches!(first, b'{' | b'[') && self.opened(first == b'{')?;
            if !begun && !matches!(first, b'{' | b'[') {
                self.scalar()?;
            }
            if !begun && !self.next_of_container()? {
                let end = self.at;
                return Some(Span { start, end });
            }
        }
    }

    /// Passes an object and has `pass` pass each of its values; any other value is passed as it is.
    fn members(&mut self, mut pass: impl FnMut(&mut Self, Span) -> Option<()>) -> Option<()> {
        if self.peek()? != b'{' {
            return self.value().map(drop);
        }
        self.pass();
        self.blanks();
        let mut more = self.peek()? != b'}';
        if !more {
            self.pass();
        }
        while more {
            let name = self.name()?;
            pass(self, name)?;
            self.blanks();
            let next = self.peek()?;
            self.pass();
            more = next == b',';
            if !more && next != b'}' {
                return None;
            }
            if more {
                self.blanks();
            }
        }
        Some(())
    }

    /// Passes the opening bracket of a container; whether a value follows.
    fn opened(&mut self, object: bool) -> Option<bool> {
        self.pass();
        self.blanks();
        let empty = self.peek()? == if object { b'}' } else { b']' };
        if empty {
            self.pass();
            return Some(false);
        }
        self.open.push(object);
        if object {
            self.name()?;
        }
        Some(true)
    }

    /// Passes what follows a value in the containers that are open; whether a value follows.
    fn next_of_container(&mut self) -> Option<bool> {
        while let Some(&object) = self.open.last() {
            self.blanks();
            match (self.peek()?, object) {
                (b',', _) => {
                    self.pass();
                    self.blanks();
                    if object {
                        self.name()?;
                    }
                    return Some(true);
                }
                (b'}', true) | (b']', false) => {
                    self.pass();
                    self.open.pop();
                }
                _ => return None,
            }
        }
        Some(false)
    }

    fn scalar(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => None,
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word).then(|| {
            self.at += word.len();
        })
    }

    fn number(&mut self) -> Option<()> {
        if self.peek()? == b'-' {
            self.pass();
        }
        if self.peek()? == b'0' {
            self.pass();
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.pass();
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.pass();
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.pass();
            }
            self.digits()?;
        }
        Some(())
    }

    /// Passes at least one digit.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    /// Passes the string whose opening quote is next; gives what stands between the quotes.
    fn string(&mut self) -> Option<Span> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            let found = self.marks.next(at)?;
            match self.text.get(found)? {
                b'"' => {
                    self.at = found + 1;
                    return Some(Span { start, end: found });
                }
                b'/' | b'b' | b'f' | b'r' => at = found + 1,
                b'u' => {
                    self.unicode_escapes = true;
                    let digits = self.text.get(found + 1..found + 5)?;
                    if !digits.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                    at = found + 5;
                }
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests;
