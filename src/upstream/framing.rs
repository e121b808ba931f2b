//! Where the body of an answer ends: after so many bytes, with the last chunk (RFC 9112, section 7.1), or with the
//! connection. Called by the body with what has been read.
//!
//! Chunks are read by the letter of the grammar; sizes with signs or line ends that are half of one are how two readers are
//! brought to see different messages in the same bytes.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr;

use super::WireError;

/// Longest line with the size of a chunk, with its extensions.
const LONGEST_LINE: usize = 4 * 1024;
/// Most bytes of the fields behind the last chunk, and most fields.
const LARGEST_TRAILER: usize = 16 * 1024;
const MOST_FIELDS: usize = 100;

/// How much is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// So many bytes.
    Length(u64),
    /// Chunks.
    Chunks(Chunk),
    /// Everything up to the end of the connection.
    UntilEnd,
}

/// What stands next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunk {
    /// The line with a size.
    Size,
    /// So many bytes of data.
    Data(u64),
    /// The line end behind the data.
    DataEnd,
    /// Fields behind the last chunk, and the empty line.
    Trailer,
    /// Nothing.
    Done,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Some of the body.
    Data(Bytes),
    /// Nothing before more is read.
    More,
    /// The end.
    End,
}

impl Framing {
    /// Chunks of which none has been read.
    pub(super) fn chunks() -> Self {
        Self::Chunks(Chunk::Size)
    }

    /// Takes the next piece of the body off what has been read.
    pub(super) fn take(&mut self, unread: &mut BytesMut) -> Result<Piece, WireError> {
        match self {
            Self::Length(0) => Ok(Piece::End),
            Self::Length(left) => Ok(take_data(left, unread)),
            Self::UntilEnd if unread.is_empty() => Ok(Piece::More),
            Self::UntilEnd => Ok(Piece::Data(unread.split().freeze())),
            Self::Chunks(chunk) => chunk.take(unread),
        }
    }

    /// Whether the body has come to its end.
    pub(super) fn is_done(self) -> bool {
        matches!(self, Self::Length(0) | Self::Chunks(Chunk::Done))
    }

    /// Bytes that are certainly still to come, as far as that is known.
    pub(super) fn left(self) -> usize {
        match self {
            Self::Length(left) | Self::Chunks(Chunk::Data(left)) => {
                usize::try_from(left).unwrap_or(usize::MAX)
            }
            Self::Chunks(_) | Self::UntilEnd => 0,
        }
    }
}

impl Chunk {
    fn take(&mut self, unread: &mut BytesMut) -> Result<Piece, WireError> {
        loop {
            match self {
                Self::Size => match size(unread)? {
                    None => return Ok(Piece::More),
                    Some(0) => *self = Self::Trailer,
                    Some(size) => *self = Self::Data(size),
                },
                Self::Data(0) => *self = Self::DataEnd,
                Self::Data(left) => return Ok(take_data(left, unread)),
                Self::DataEnd => match unread.get(..2) {
                    Some(b"\r\n") => {
                        unread.advance(2);
                        *self = Self::Size;
                    }
                    None if unread.is_empty() || unread.starts_with(b"\r") => {
                        return Ok(Piece::More);
                    }
                    _ => return Err(WireError::Malformed("a chunk is longer than it says")),
                },
                Self::Trailer => {
                    if !skip_trailer(unread)? {
                        return Ok(Piece::More);
                    }
                    *self = Self::Done;
                }
                Self::Done => return Ok(Piece::End),
            }
        }
    }
}

fn take_data(left: &mut u64, unread: &mut BytesMut) -> Piece {
    let most = usize::try_from(*left).unwrap_or(usize::MAX);
    let length = most.min(unread.len());
    if length == 0 {
        return Piece::More;
    }
    *left = left.saturating_sub(u64::try_from(length).unwrap_or(u64::MAX));
    Piece::Data(unread.split_to(length).freeze())
}

/// Takes the line with the size of a chunk; extensions mean nothing here.
fn size(unread: &mut BytesMut) -> Result<Option<u64>, WireError> {
    const WRONG: WireError = WireError::Malformed("a chunk has no size");
    let Some(end) = memchr(b'\n', unread) else {
        let hopeless = unread.len() > LONGEST_LINE || !unread.iter().copied().all(is_line);
        return if hopeless { Err(WRONG) } else { Ok(None) };
    };
    let line = unread[..end].strip_suffix(b"\r").ok_or(WRONG)?;
    let digits = line
        .iter()
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    let (digits, rest) = line.split_at(digits);
    let extended = matches!(rest.trim_ascii_start().first(), None | Some(b';'));
    let sound = extended && line.len() <= LONGEST_LINE && line.iter().copied().all(is_text);
    if !sound || digits.is_empty() || digits.len() > 16 {
        return Err(WRONG);
    }
    let digits = std::str::from_utf8(digits).map_err(|_| WRONG)?;
    let size = u64::from_str_radix(digits, 16).map_err(|_| WRONG)?;
    unread.advance(end + 1);
    Ok(Some(size))
}

/// Whether a byte may stand in a line: no control characters but tabs.
fn is_text(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7F)
}

/// Whether a byte may stand in a line whose end has not come.
fn is_line(byte: u8) -> bool {
    is_text(byte) || byte == b'\r'
}

/// Takes the fields behind the last chunk and the empty line; whether they were there whole. Nobody asked for them, so
/// they go no further.
fn skip_trailer(unread: &mut BytesMut) -> Result<bool, WireError> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    match httparse::parse_headers(unread, &mut fields) {
        Ok(httparse::Status::Complete((length, _))) if length <= LARGEST_TRAILER => {
            unread.advance(length);
            Ok(true)
        }
        Ok(httparse::Status::Partial) if unread.len() <= LARGEST_TRAILER => Ok(false),
        _ => Err(WireError::Malformed("what follows the last chunk is wrong")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Everything that can be taken, and whether the end was among it.
    fn drain(
        framing: &mut Framing,
        unread: &mut BytesMut,
        out: &mut Vec<u8>,
    ) -> Result<bool, WireError> {
        loop {
            match framing.take(unread)? {
                Piece::Data(data) => out.extend_from_slice(&data),
                Piece::More => return Ok(false),
                Piece::End => return Ok(true),
            }
        }
    }

    /// The body in `bytes`, whether it is whole, and how many bytes stand behind it.
    fn read(mut framing: Framing, bytes: &[u8]) -> Result<(Vec<u8>, bool, usize), WireError> {
        let (mut unread, mut out) = (BytesMut::from(bytes), Vec::new());
        let whole = drain(&mut framing, &mut unread, &mut out)?;
        Ok((out, whole, unread.len()))
    }

    #[test]
    fn chunks_are_read_by_the_letter() {
        for (bytes, body, behind) in [
            ("0\r\n\r\n", "", 0),
            ("2\r\nab\r\n0\r\n\r\n", "ab", 0),
            ("2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", "abcde", 0),
            ("0000A\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0),
            ("2;name=value\r\nab\r\n0;x\r\n\r\n", "ab", 0),
            ("2 ; x\r\nab\r\n0\r\n\r\n", "ab", 0),
            ("0\r\nX-Trailer: 1\r\nY: 2\r\n\r\n", "", 0),
            ("1\r\n\r\r\n0\r\n\r\nHTTP/1.1 200 OK", "\r", 15),
        ] {
            let (found, whole, left) = read(Framing::chunks(), bytes.as_bytes()).unwrap();
            assert_eq!(
                (found.as_slice(), whole, left),
                (body.as_bytes(), true, behind),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn chunks_that_are_none_are_refused() {
        for bytes in [
            "\r\n",
            "x\r\n",
            "-1\r\n",
            "+1\r\n",
            "0x1\r\na\r\n",
            " 1\r\na\r\n",
            "1\na\r\n",
            "1 1\r\na\r\n",
            "1,\r\na\r\n",
            "1;a\nb\r\n",
            "1;a\rb\r\n",
            "1;a\0\r\n",
            "1\r\nab\r\n",
            "1\r\na\n0\r\n\r\n",
            "1\r\na\rb",
            "10000000000000000\r\n",
            "0\r\nno field\r\n\r\n",
            "0\r\nX : 1\r\n\r\n",
            "0\r\n X: 1\r\n\r\n",
        ] {
            assert!(
                read(Framing::chunks(), bytes.as_bytes()).is_err(),
                "{bytes:?}"
            );
        }
        let long = format!("1;{}", "x".repeat(LONGEST_LINE));
        assert!(read(Framing::chunks(), long.as_bytes()).is_err());
        let long = format!("0\r\nX: {}", "x".repeat(LARGEST_TRAILER));
        assert!(read(Framing::chunks(), long.as_bytes()).is_err());
    }

    #[test]
    fn what_is_cut_is_not_whole() {
        let whole = "3;x\r\nabc\r\n1\r\nd\r\n0\r\nX: 1\r\n\r\n";
        for end in 0..whole.len() {
            let (_, ended, _) = read(Framing::chunks(), &whole.as_bytes()[..end]).unwrap();
            assert!(!ended, "{end}");
        }
        for (framing, bytes, ended) in [
            (Framing::Length(3), "ab", false),
            (Framing::Length(3), "abc", true),
            (Framing::Length(0), "", true),
            (Framing::UntilEnd, "abc", false),
        ] {
            assert_eq!(
                read(framing, bytes.as_bytes()).unwrap().1,
                ended,
                "{framing:?}"
            );
        }
    }

    #[test]
    fn no_more_is_taken_than_the_length_says() {
        let (body, whole, behind) = read(Framing::Length(2), b"abHTTP").unwrap();
        assert_eq!((body.as_slice(), whole, behind), (&b"ab"[..], true, 4));
    }

    proptest! {
        #![proptest_config(crate::same_cases())]

        #[test]
        fn it_does_not_matter_how_the_bytes_come(
            chunks in prop::collection::vec(("[ -~\r\n]{1,20}", "(;[a-z=]{0,5})?"), 0..5),
            behind in "[ -~]{0,5}",
            cuts in prop::collection::vec(1_usize..7, 0..60),
        ) {
            let body: String = chunks.iter().map(|(data, _)| data.as_str()).collect();
            let bytes: Vec<String> = chunks
                .iter()
                .map(|(data, extension)| format!("{:X}{extension}\r\n{data}\r\n", data.len()))
                .collect();
            let bytes = format!("{}0\r\n\r\n{behind}", bytes.concat());
            let (mut framing, mut unread, mut out) = (Framing::chunks(), BytesMut::new(), Vec::new());
            let (mut rest, mut ended) = (bytes.as_bytes(), false);
            for cut in cuts.into_iter().chain([usize::MAX]) {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                unread.extend_from_slice(now);
                ended = drain(&mut framing, &mut unread, &mut out).unwrap();
                rest = later;
            }
            prop_assert!(ended && framing.is_done());
            prop_assert_eq!(out, body.into_bytes());
            prop_assert_eq!(&unread[..], behind.as_bytes());
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), nearly in "[0-9a-f;\r\n ]{0,40}") {
            for bytes in [&bytes[..], nearly.as_bytes()] {
                if let Ok((body, _, behind)) = read(Framing::chunks(), bytes) {
                    prop_assert!(body.len() + behind <= bytes.len());
                }
            }
        }
    }
}
