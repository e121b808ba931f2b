//! Server-sent events as editors read them (WHATWG HTML, section 9.2): three event names, JSON in ASCII so that no split of
//! the bytes can hurt a character, LF line ends. Writes events, and turns raw text into events and events into text.

use std::fmt::Write;

use bytes::Bytes;
use serde::Deserialize;

/// A comment line, which readers skip; keeps idle connections open.
pub const KEEP_ALIVE: Bytes = Bytes::from_static(b": keep-alive\n\n");

/// Longest line of events that is waited for.
const LONGEST_LINE: usize = 1024 * 1024;

/// Region in metadata; editors refuse metadata without one.
pub(crate) const REGION: &str = "local";

/// The event that begins a stream.
pub fn stream_start(engine: &str, name: &str, timestamp: i64) -> Bytes {
    let mut event =
        String::from("event: stream_start\ndata: {\"metadata\":{\"model\":{\"engine\":");
    push_ascii_json(&mut event, engine);
    event.push_str(",\"name\":");
    push_ascii_json(&mut event, name);
    // Writing to a string does not fail.
    let _written = write!(
        event,
        "}},\"region\":\"{REGION}\",\"timestamp\":{timestamp}}}}}\n\n"
    );
    event.into()
}

/// An event with a piece of text.
pub fn content_chunk(text: &str) -> Bytes {
    let mut event = String::with_capacity(text.len() + 80);
    event
        .push_str("event: content_chunk\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":");
    push_ascii_json(&mut event, text);
    event.push_str("}}]}\n\n");
    event.into()
}

const STREAM_END_NAME: &str = "stream_end";

/// The event that ends a stream.
pub const STREAM_END: Bytes = Bytes::from_static(b"event: stream_end\ndata: null\n\n");

fn push_ascii_json(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(character),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    let _written = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// A stream that is no text or no events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stream is malformed")]
pub struct Malformed;

/// Joins characters that were split between pieces.
#[derive(Debug, Default)]
pub struct Utf8Joiner {
    rest: Vec<u8>,
}

impl Utf8Joiner {
    /// The whole characters that there are with the next piece.
    pub fn push(&mut self, piece: &[u8]) -> Result<String, Malformed> {
        self.rest.extend_from_slice(piece);
        let whole = match std::str::from_utf8(&self.rest) {
            Ok(_) => self.rest.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Err(Malformed),
        };
        let after = self.rest.split_off(whole);
        let text = std::mem::replace(&mut self.rest, after);
        String::from_utf8(text).map_err(|_| Malformed)
    }

    /// Whether no part of a character is left over.
    pub fn finish(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Malformed)
        }
    }
}

/// Reads the text out of events, whatever the pieces they come in.
#[derive(Debug, Default)]
pub struct TextReader {
    line: Vec<u8>,
    event: String,
    data: String,
    after_cr: bool,
    ended: bool,
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Delta,
}

#[derive(Deserialize)]
struct Delta {
    /// Null in the last pieces of some.
    content: Option<String>,
}

impl TextReader {
    /// Whether the event has come that ends a stream. Without it the text may be any part of what was to come.
    pub fn finish(&self) -> Result<(), Malformed> {
        // An empty line behind the last event is not always sent.
        if self.ended || self.event == STREAM_END_NAME {
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    /// The text of the events that are complete with the next piece.
    pub fn push(&mut self, piece: &[u8]) -> Result<String, Malformed> {
        let mut text = String::new();
        for &byte in piece {
            let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
            match byte {
                b'\n' if after_cr => {}
                b'\n' | b'\r' => self.end_line(&mut text)?,
                _ if self.line.len() >= LONGEST_LINE => return Err(Malformed),
                _ => self.line.push(byte),
            }
        }
        Ok(text)
    }

    fn end_line(&mut self, text: &mut String) -> Result<(), Malformed> {
        let line = String::from_utf8(std::mem::take(&mut self.line)).map_err(|_| Malformed)?;
        if line.is_empty() {
            return self.dispatch(text);
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event),
            "data" if self.data.len() > LONGEST_LINE => return Err(Malformed),
            "data" => {
                if !self.data.is_empty() {
                    self.data.push('\n');
                }
                self.data.push_str(value);
            }
            // Comments and fields that mean nothing here.
            _ => {}
        }
        Ok(())
    }

    fn dispatch(&mut self, text: &mut String) -> Result<(), Malformed> {
        let event = std::mem::take(&mut self.event);
        let data = std::mem::take(&mut self.data);
        self.ended |= event == STREAM_END_NAME;
        if event == "content_chunk" {
            let chunk: Chunk = serde_json::from_str(&data).map_err(|_| Malformed)?;
            for choice in chunk.choices {
                text.push_str(&choice.delta.content.unwrap_or_default());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8], cuts: &[usize]) -> String {
        let mut reader = TextReader::default();
        let mut text = String::new();
        let mut begin = 0;
        for &cut in cuts.iter().chain([&bytes.len()]) {
            let end = cut.clamp(begin, bytes.len());
            text.push_str(&reader.push(&bytes[begin..end]).unwrap());
            begin = end;
        }
        text
    }

    #[test]
    fn events_are_ascii_json() {
        let event = content_chunk("caf\u{e9} \u{1f600}\n\"x\"\u{2028}\u{7f}");
        assert_eq!(
            event,
            "event: content_chunk\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\
             \"caf\\u00e9 \\ud83d\\ude00\\n\\\"x\\\"\\u2028\\u007f\"}}]}\n\n"
        );
        let start = stream_start("e", "n", 7);
        let data = std::str::from_utf8(&start)
            .unwrap()
            .lines()
            .nth(1)
            .unwrap()
            .strip_prefix("data: ")
            .unwrap();
        let data: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(data["metadata"]["region"], "local");
        assert_eq!(data["metadata"]["timestamp"], 7);
    }

    #[test]
    fn the_gateways_own_form_is_read() {
        let events = "event: stream_start\r\ndata: {\"metadata\": {}}\r\n\r\n: ping\r\n\r\nevent: content_chunk\r\n\
                      data: {\"choices\": [{\"delta\": {\"content\": \"a\\n\"}, \"index\": 0}]}\r\n\r\n\
                      event: stream_end\r\ndata: null\r\n\r\n";
        assert_eq!(read(events.as_bytes(), &[]), "a\n");
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        for events in [
            "event: content_chunk\ndata: [DONE]\n\n",
            "event: content_chunk\ndata: \u{0}\n\n",
        ] {
            assert_eq!(
                TextReader::default().push(events.as_bytes()),
                Err(Malformed),
                "{events}"
            );
        }
        assert_eq!(TextReader::default().push(b"data: \xff\n"), Err(Malformed));
        let mut reader = TextReader::default();
        let line = format!("data: {}\n", "x".repeat(1000));
        let ended = (0..2000).find_map(|_| reader.push(line.as_bytes()).err());
        assert_eq!(ended, Some(Malformed), "an event that does not end");
        assert_eq!(Utf8Joiner::default().push(b"\xff"), Err(Malformed));
    }

    proptest! {
        #![proptest_config(crate::same_cases())]

        #[test]
        fn text_survives_events_in_any_pieces(texts: Vec<String>, cuts in proptest::collection::vec(0usize..2000, 0..8)) {
            let mut bytes = stream_start("e", "n", 1).to_vec();
            for text in &texts {
                bytes.extend_from_slice(&content_chunk(text));
            }
            bytes.extend_from_slice(&STREAM_END);
            prop_assert!(bytes.is_ascii());
            let mut cuts = cuts;
            cuts.sort_unstable();
            prop_assert_eq!(read(&bytes, &cuts), texts.concat());
        }

        #[test]
        fn characters_survive_any_split(text: String, cuts in proptest::collection::vec(0usize..200, 0..8)) {
            let mut joiner = Utf8Joiner::default();
            let mut joined = String::new();
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut begin = 0;
            for cut in cuts.into_iter().chain([text.len()]) {
                let end = cut.clamp(begin, text.len());
                joined.push_str(&joiner.push(&text.as_bytes()[begin..end]).unwrap());
                begin = end;
            }
            prop_assert!(joiner.finish().is_ok());
            prop_assert_eq!(joined, text);
        }

        #[test]
        fn arbitrary_bytes_do_not_panic(bytes: Vec<u8>) {
            let _read = TextReader::default().push(&bytes);
        }
    }
}
