//! The grammar of JSON (RFC 8259), checked in one pass over the bytes. Called by `split`, which takes bodies apart on the
//! way, and for answers of which nothing is read.
//!
//! Source code in JSON has an escape every dozen bytes, so strings are not searched from one to the next: 64 bytes at a time
//! are looked at once, without a branch, and what interrupts a string is kept as a bit for each. That halves the time of a
//! general parser. Depth is the limits' concern; nothing here recurses.

use super::scan::Span;

/// Bytes that are looked at together.
const BLOCK: usize = 64;

/// A place in a text, up to which it is JSON.
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// Number of the block that was looked at last, and a bit for each byte in it that interrupts a string.
    block: usize,
    interrupts: u64,
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
    std::str::from_utf8(text).is_ok() && one().is_some()
}

/// A bit for each quote, backslash and control character, the first byte's lowest.
fn interrupts(block: &[u8; BLOCK]) -> u64 {
    // One byte for each first, which the compiler makes vector instructions of; the product gathers eight of them.
    let mut found = [0_u8; BLOCK];
    for (found, &byte) in found.iter_mut().zip(block) {
        *found = u8::from(byte == b'"') | u8::from(byte == b'\\') | u8::from(byte < b' ');
    }
    let (words, _) = found.as_chunks::<8>();
    words.iter().rev().fold(0, |bits, word| {
        let gathered = u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits << 8 | gathered
    })
}

/// The bits of a block from one place on.
fn from(bits: u64, place: usize) -> u64 {
    bits & u64::MAX << (place % BLOCK)
}

// === impl Scanner ===

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            block: usize::MAX,
            interrupts: 0,
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
            let block = at / BLOCK;
            if block != self.block {
                self.look(block)?;
            }
            let (begin, end) = (block * BLOCK, (block + 1) * BLOCK);
            let mut ahead = from(self.interrupts, at - begin);
            at = end;
            while ahead != 0 {
                let found = begin + usize::try_from(ahead.trailing_zeros()).unwrap_or_default();
                match self.text.get(found)? {
                    b'\\' => {
                        let behind = self.escape_end(found)?;
                        if behind >= end {
                            at = behind;
                            break;
                        }
                        ahead = from(ahead, behind - begin);
                    }
                    b'"' => {
                        self.at = found + 1;
                        return Some(Span { start, end: found });
                    }
                    _ => return None,
                }
            }
        }
    }

    /// The position behind the escape at `at`.
    fn escape_end(&mut self, at: usize) -> Option<usize> {
        match self.text.get(at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(at + 2),
            b'u' => {
                self.unicode_escapes = true;
                let digits = self.text.get(at + 2..at + 6)?;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(at + 6)
            }
            _ => None,
        }
    }

    /// Looks at a block; the last one is filled up with blanks.
    fn look(&mut self, block: usize) -> Option<()> {
        let rest = self.text.get(block * BLOCK..)?;
        self.interrupts = match rest.first_chunk() {
            Some(whole) => interrupts(whole),
            None if rest.is_empty() => return None,
            None => {
                let mut filled = [b' '; BLOCK];
                filled.get_mut(..rest.len())?.copy_from_slice(rest);
                interrupts(&filled)
            }
        };
        self.block = block;
        Some(())
    }
}

#[cfg(test)]
mod tests;
