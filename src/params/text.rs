//! `Text`: a text of the request, kept as the bytes it arrived in. Read by every later stage, from intent detection to
//! the gateway.
//!
//! Texts reach 400,000 characters and most requests look only at their ends, so nothing is decoded before it is asked
//! for, and cuts are slices of the original.

use std::{borrow::Cow, fmt};

use bytes::Bytes;

use super::escape;

/// A text of the request in its JSON spelling, without the quotes.
#[derive(Clone, Default)]
pub struct Text {
    raw: Bytes,
}

/// The lines of a text, decoded one at a time; a line feed at the very end begins no further line.
#[derive(Clone)]
pub struct Lines<'a> {
    rest: &'a [u8],
}

/// A line of a text, in its JSON spelling.
#[derive(Clone, Copy)]
pub struct Line<'a>(&'a [u8]);

// === impl Text ===

impl Text {
    /// Takes the bytes between the quotes of a JSON string that a parser has accepted.
    pub(super) fn from_raw(raw: Bytes) -> Self {
        Self { raw }
    }

    /// Takes part of a text in its JSON spelling; `None` if the part begins or ends within a character.
    #[must_use]
    pub fn from_spelling(raw: &[u8]) -> Option<Self> {
        let quoted = [b"\"", raw, b"\""].concat();
        serde_json::from_slice::<serde::de::IgnoredAny>(&quoted).ok()?;
        Some(Self {
            raw: Bytes::copy_from_slice(raw),
        })
    }

    /// The JSON spelling, without the quotes.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The number of code points, counted at each call.
    #[must_use]
    pub fn chars(&self) -> usize {
        escape::chars(&self.raw)
    }

    /// Whether the text has more than `limit` code points, for free where its bytes are no more than that.
    #[must_use]
    pub fn is_longer_than(&self, limit: usize) -> bool {
        self.raw.len() > limit && self.chars() > limit
    }

    /// Whether the text is empty or white space only.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        escape::is_blank(&self.raw)
    }

    /// The text itself, borrowed unless it holds escapes.
    #[must_use]
    pub fn decode(&self) -> Cow<'_, str> {
        escape::decode(&self.raw)
    }

    /// The first `limit` code points, borrowed unless they hold escapes.
    #[must_use]
    pub fn decode_first(&self, limit: usize) -> Cow<'_, str> {
        escape::decode(self.first(limit))
    }

    /// The last `limit` code points, borrowed unless they hold escapes.
    #[must_use]
    pub fn decode_last(&self, limit: usize) -> Cow<'_, str> {
        escape::decode(self.last(limit))
    }

    /// The JSON spelling of the first `limit` code points.
    #[must_use]
    pub fn first(&self, limit: usize) -> &[u8] {
        if self.raw.len() <= limit {
            return &self.raw;
        }
        &self.raw[..escape::offset_after(&self.raw, limit)]
    }

    /// The JSON spelling of the last `limit` code points.
    #[must_use]
    pub fn last(&self, limit: usize) -> &[u8] {
        if self.raw.len() <= limit {
            return &self.raw;
        }
        let surplus = self.chars().saturating_sub(limit);
        &self.raw[escape::offset_after(&self.raw, surplus)..]
    }

    /// The lines as they are spelled, for whoever does not need to decode all of them.
    pub fn spelled_lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut lines = self.lines();
        std::iter::from_fn(move || lines.next_spelled())
    }

    /// The lines, from either end.
    #[must_use]
    pub fn lines(&self) -> Lines<'_> {
        Lines { rest: &self.raw }
    }
}

/// Source code is not for logs: only its size is shown.
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.raw.len())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let mut raw = serde_json::Value::from(text).to_string();
        raw.pop();
        Self {
            raw: Bytes::from(raw).slice(1..),
        }
    }
}

// === impl Line ===

impl<'a> Line<'a> {
    /// What follows the spaces that the line begins with, if no character of the first `length` is spelled by an escape or
    /// lies beyond ASCII.
    #[must_use]
    pub fn plain_start(self, length: usize) -> Option<&'a [u8]> {
        let start = self.0.iter().position(|byte| *byte != b' ')?;
        let rest = &self.0[start..];
        let plain = |byte: &u8| byte.is_ascii_graphic() && *byte != b'\\';
        let first = rest.first().is_some_and(plain);
        let others = rest.iter().take(length).all(|byte| *byte != b'\\');
        (first && others).then_some(rest)
    }

    /// The line itself.
    #[must_use]
    pub fn decode(self) -> Cow<'a, str> {
        escape::decode(self.0)
    }
}

// === impl Lines ===

impl<'a> Lines<'a> {
    fn next_spelled(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let (end, next) =
            escape::first_line_feed(self.rest).unwrap_or((self.rest.len(), self.rest.len()));
        let line = &self.rest[..end];
        self.rest = &self.rest[next..];
        Some(Line(line))
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_spelled().map(Line::decode)
    }
}

impl DoubleEndedIterator for Lines<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let last = escape::last_line_feed(self.rest);
        let end = last
            .filter(|&(_, end)| end == self.rest.len())
            .map_or(self.rest.len(), |(start, _)| start);
        let start = escape::last_line_feed(&self.rest[..end]).map_or(0, |(_, end)| end);
        let line = &self.rest[start..end];
        self.rest = &self.rest[..start];
        Some(escape::decode(line))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn raw(raw: &'static str) -> Text {
        Text::from_raw(Bytes::from_static(raw.as_bytes()))
    }

    #[test]
    fn lines_end_at_line_feeds_only() {
        for (text, lines) in [
            (raw(""), &[][..]),
            (raw(r"a"), &["a"]),
            (raw(r"a\n"), &["a"]),
            (raw(r"a\n\n"), &["a", ""]),
            (raw(r"\na\r\nb\u000Ac\\n"), &["", "a\r", "b", "c\\n"]),
        ] {
            assert_eq!(text.lines().collect::<Vec<_>>(), lines);
            let mut reversed: Vec<_> = text.lines().rev().collect();
            reversed.reverse();
            assert_eq!(reversed, lines);
        }
    }

    #[test]
    fn blank_means_unicode_white_space() {
        for (text, blank) in [
            ("", true),
            (" \n\t", true),
            ("\u{a0}\u{3000}", true),
            ("\\", false),
            ("\n x", false),
            ("é", false),
        ] {
            assert_eq!(Text::from(text).is_blank(), blank, "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(crate::same_cases())]

        #[test]
        fn agrees_with_decoded_text(text in "([a-c\\\\\"\n\r\té😀<]|\\PC){0,60}", limit in 0_usize..70) {
            let encoded = Text::from(text.as_str());
            prop_assert_eq!(encoded.decode(), text.as_str());
            prop_assert_eq!(encoded.chars(), text.chars().count());
            prop_assert_eq!(encoded.is_longer_than(limit), text.chars().count() > limit);
            let first: String = text.chars().take(limit).collect();
            prop_assert_eq!(escape::decode(encoded.first(limit)), first);
            let last: String = text.chars().skip(text.chars().count().saturating_sub(limit)).collect();
            prop_assert_eq!(escape::decode(encoded.last(limit)), last);
            let lines: Vec<String> = text.split_inclusive('\n').map(|line| line.trim_end_matches('\n').to_owned()).collect();
            prop_assert_eq!(encoded.lines().collect::<Vec<_>>(), lines.clone());
            let mut reversed: Vec<_> = encoded.lines().rev().collect();
            reversed.reverse();
            prop_assert_eq!(reversed, lines);
        }
    }
}
