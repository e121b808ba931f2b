//! JSON string contents, read without decoding them: lengths, cuts, lines and checks work on the raw bytes between
//! the quotes. Called by `text`, `limits` and `rules`.
//!
//! Every function expects bytes that a JSON parser has accepted; on anything else the answer is useless but nothing
//! panics.

use std::{borrow::Cow, str};

use memchr::{memchr, memchr_iter, memchr3_iter, memrchr};

/// One escape sequence: how long it is, and what it stands for.
struct Escape {
    len: usize,
    /// `None` for half of a surrogate pair without its other half.
    char: Option<char>,
}

/// The four hexadecimal digits of a `\u` escape whose backslash is at `at`.
fn code_unit(raw: &[u8], at: usize) -> Option<u32> {
    if raw.get(at..at + 2)? != b"\\u" {
        return None;
    }
    let digits = str::from_utf8(raw.get(at + 2..at + 6)?).ok()?;
    u32::from_str_radix(digits, 16).ok()
}

/// Reads the escape whose backslash is at `at`.
fn escape_at(raw: &[u8], at: usize) -> Escape {
    let char = match raw.get(at + 1) {
        Some(b'u') => return unicode_escape_at(raw, at),
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(&other) => char::from(other),
        None => return Escape { len: 1, char: None },
    };
    Escape {
        len: 2,
        char: Some(char),
    }
}

/// Reads a `\u` escape, or two of them where they are a surrogate pair (RFC 8259, section 7).
fn unicode_escape_at(raw: &[u8], at: usize) -> Escape {
    let len = raw.len().saturating_sub(at).min(6);
    match (code_unit(raw, at), code_unit(raw, at + 6)) {
        (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
            let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            Escape {
                len: 12,
                char: char::from_u32(code),
            }
        }
        (Some(unit), _) => Escape {
            len,
            char: char::from_u32(unit),
        },
        (None, _) => Escape { len, char: None },
    }
}

/// The text that the raw bytes stand for.
pub(super) fn decode(raw: &[u8]) -> Cow<'_, str> {
    let Some(first) = memchr(b'\\', raw) else {
        return str::from_utf8(raw).map_or_else(|_| String::from_utf8_lossy(raw), Cow::Borrowed);
    };
    let mut text = String::with_capacity(raw.len());
    let mut push = |plain: &[u8], char: Option<char>| {
        match str::from_utf8(plain) {
            Ok(plain) => text.push_str(plain),
            Err(_) => text.push_str(&String::from_utf8_lossy(plain)),
        }
        text.extend(char);
    };
    let (mut start, mut next) = (0, Some(first));
    while let Some(at) = next {
        let escape = escape_at(raw, at);
        push(
            &raw[start..at],
            Some(escape.char.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
        start = at + escape.len;
        next = memchr(b'\\', &raw[start..]).map(|found| start + found);
    }
    push(&raw[start..], None);
    Cow::Owned(text)
}

/// Whether a byte begins a code point.
fn is_start(byte: u8) -> bool {
    !matches!(byte, 0x80..=0xBF)
}

/// The number of code points in bytes without escapes.
fn plain_chars(bytes: &[u8]) -> usize {
    // Sums that fit a byte are what the compiler can vectorise.
    let sum = |chunk: &[u8]| {
        chunk
            .iter()
            .map(|&byte| u8::from(is_start(byte)))
            .sum::<u8>()
    };
    bytes
        .chunks(usize::from(u8::MAX))
        .map(|chunk| usize::from(sum(chunk)))
        .sum()
}

/// The positions and lengths of all escapes.
fn escapes(raw: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut end = 0;
    memchr_iter(b'\\', raw).filter_map(move |at| {
        // The second backslash of a pair begins nothing.
        if at < end {
            return None;
        }
        let len = match raw.get(at + 1) {
            Some(b'u') | None => escape_at(raw, at).len,
            Some(_) => 2,
        };
        end = at + len;
        Some((at, len))
    })
}

/// The number of code points of the decoded text.
pub(super) fn chars(raw: &[u8]) -> usize {
    let surplus: usize = escapes(raw).map(|(_, len)| len - 1).sum();
    plain_chars(raw).saturating_sub(surplus)
}

/// Where the raw bytes can be cut so that `count` code points lie before the cut.
pub(super) fn offset_after(raw: &[u8], mut count: usize) -> usize {
    let ascii = raw.is_ascii();
    let chars = |plain: &[u8]| {
        if ascii {
            plain.len()
        } else {
            plain_chars(plain)
        }
    };
    let mut start = 0;
    for (at, len) in escapes(raw) {
        let here = chars(&raw[start..at]);
        if here >= count {
            break;
        }
        count -= here + 1;
        start = at + len;
    }
    let plain = raw.get(start..).unwrap_or_default();
    if ascii {
        return raw.len().min(start + count);
    }
    let starts = plain
        .iter()
        .enumerate()
        .filter(|&(_, &byte)| is_start(byte));
    let offset = starts.map(|(index, _)| index).nth(count);
    start + offset.unwrap_or(plain.len())
}

/// Whether the text holds neither a NUL character nor a lone surrogate.
pub(super) fn is_sound(raw: &[u8]) -> bool {
    let mut at = 0;
    while let Some(found) = memchr(b'\\', &raw[at..]) {
        at += found;
        let escape = escape_at(raw, at);
        if escape.char.is_none_or(|char| char == '\0') {
            return false;
        }
        at += escape.len;
    }
    true
}

/// Whether the text is empty or white space only, in the sense of Unicode.
pub(super) fn is_blank(raw: &[u8]) -> bool {
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        let (char, len) = match byte {
            b'\\' => {
                let Escape { char, len } = escape_at(raw, at);
                (char, len)
            }
            0..0x80 => (Some(char::from(byte)), 1),
            _ => plain_char_at(raw, at),
        };
        if !char.is_some_and(char::is_whitespace) {
            return false;
        }
        at += len;
    }
    true
}

/// The code point at `at` and its length.
fn plain_char_at(raw: &[u8], at: usize) -> (Option<char>, usize) {
    let head = raw.get(at..raw.len().min(at + 4)).unwrap_or_default();
    let char = String::from_utf8_lossy(head).chars().next();
    (char, char.map_or(1, char::len_utf8))
}

/// The length of the line feed escape at `at`, if there is one.
fn line_feed_len(raw: &[u8], at: usize) -> Option<usize> {
    match raw.get(at + 1)? {
        b'n' => Some(2),
        b'u' if code_unit(raw, at) == Some(0x0A) => Some(6),
        _ => None,
    }
}

/// The first line feed, as start and end of its escape.
pub(super) fn first_line_feed(raw: &[u8]) -> Option<(usize, usize)> {
    let mut at = 0;
    while let Some(found) = memchr(b'\\', raw.get(at..)?) {
        at += found;
        if let Some(len) = line_feed_len(raw, at) {
            return Some((at, at + len));
        }
        at += 2;
    }
    None
}

/// The last line feed, as start and end of its escape.
pub(super) fn last_line_feed(raw: &[u8]) -> Option<(usize, usize)> {
    let mut end = raw.len();
    while let Some(at) = memrchr(b'\\', &raw[..end]) {
        let run = raw[..=at]
            .iter()
            .rev()
            .take_while(|&&byte| byte == b'\\')
            .count();
        // In an even run every backslash is escaped, and the character behind it is plain.
        if run % 2 == 1
            && let Some(len) = line_feed_len(raw, at)
        {
            return Some((at, at + len));
        }
        end = at + 1 - run;
    }
    None
}

/// An upper bound of `encoded_chars` that needs no look at the structure.
pub(super) fn encoded_chars_at_most(json: &[u8]) -> usize {
    json.len()
        + 5 * memchr3_iter(b'<', b'>', b'&', json).count()
        + 3 * memchr_iter(0xE2, json).count()
}

/// The number of characters of a JSON text once it is written anew without blanks and with `<`, `>`, `&`, U+2028 and
/// U+2029 as six-character escapes.
pub(super) fn encoded_chars(json: &[u8]) -> usize {
    encoded_chars_within(json, false)
}

/// `encoded_chars` for the content of a string, without its quotes.
pub(crate) fn encoded_content_chars(raw: &[u8]) -> usize {
    encoded_chars_within(raw, true)
}

fn encoded_chars_within(json: &[u8], mut quoted: bool) -> usize {
    let (mut count, mut at) = (0, 0);
    while let Some(&byte) = json.get(at) {
        let mut len = 1;
        count += match byte {
            b'"' => {
                quoted = !quoted;
                1
            }
            b' ' | b'\t' | b'\n' | b'\r' if !quoted => 0,
            b'<' | b'>' | b'&' => 6,
            0x80..=0xBF => 0,
            0xE2 if matches!(json.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])) => 6,
            b'\\' => {
                let escape = escape_at(json, at);
                len = escape.len;
                escape.char.map_or(1, encoded_len)
            }
            _ => 1,
        };
        at += len;
    }
    count
}

/// How many characters the encoder spends on one that was escaped in the source.
fn encoded_len(char: char) -> usize {
    match char {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => 6,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_escape_is_decoded_counted_and_cut_as_one_character() {
        for (raw, text) in [
            (r"", ""),
            (r"plain", "plain"),
            (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r"\u00e9\u4E2D", "é中"),
            (r"\ud83d\ude00!", "😀!"),
            (r"é\n中😀", "é\n中😀"),
            (r"\\n\\\n", "\\n\\\n"),
            (r"\\u0041", "\\u0041"),
        ] {
            assert_eq!(decode(raw.as_bytes()), text);
            let count = text.chars().count();
            assert_eq!(chars(raw.as_bytes()), count, "{raw}");
            for cut in 0..=count + 1 {
                let offset = offset_after(raw.as_bytes(), cut);
                let head: String = text.chars().take(cut).collect();
                let tail: String = text.chars().skip(cut).collect();
                assert_eq!(decode(&raw.as_bytes()[..offset]), head, "{raw} at {cut}");
                assert_eq!(decode(&raw.as_bytes()[offset..]), tail, "{raw} at {cut}");
            }
        }
    }

    #[test]
    fn nul_and_lone_surrogates_are_unsound() {
        for (raw, sound) in [
            (r"plain\n", true),
            (r"\\u0000", true),
            (r"\u0000", false),
            (r"\u0001", true),
            (r"\ud83d\ude00", true),
            (r"\ud83d", false),
            (r"\ud83dx", false),
            (r"\ud83d\n", false),
            (r"\ud83d\u0041", false),
            (r"\ude00", false),
            (r"\ude00\ud83d", false),
        ] {
            assert_eq!(is_sound(raw.as_bytes()), sound, "{raw}");
        }
    }

    #[test]
    fn line_feeds_are_told_from_escaped_backslashes() {
        for (raw, first, last) in [
            (r"", None, None),
            (r"ab", None, None),
            (r"a\nb", Some(1), Some(1)),
            (r"a\nb\nc", Some(1), Some(4)),
            (r"a\\nb", None, None),
            (r"a\\\nb", Some(3), Some(3)),
            (r"a\u000ab\u000A", Some(1), Some(8)),
            (r"a\\u000a", None, None),
            (r"\t\n\t", Some(2), Some(2)),
        ] {
            assert_eq!(
                first_line_feed(raw.as_bytes()).map(|(at, _)| at),
                first,
                "{raw}"
            );
            assert_eq!(
                last_line_feed(raw.as_bytes()).map(|(at, _)| at),
                last,
                "{raw}"
            );
        }
    }

    #[test]
    fn encoded_characters_follow_the_escaping_encoder() {
        for (json, count) in [
            (r#"{"a":"b"}"#, 9),
            (r#"{ "a" : [ 1, 2 ] }"#, 11),
            (r#""<>&""#, 20),
            (r#"" a b ""#, 7),
            (r#""\u00e9é""#, 4),
            (r#""\ud83d\ude00😀""#, 4),
            ("\"\u{2028}\u{2029}\u{2027}\"", 15),
            (r#""\u2028\u003c\u0001\u000a\/""#, 23),
            (r#""\n\"\\""#, 8),
        ] {
            assert_eq!(encoded_chars(json.as_bytes()), count, "{json}");
            assert!(encoded_chars_at_most(json.as_bytes()) >= count, "{json}");
        }
    }
}
