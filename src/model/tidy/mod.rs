//! Makes an answer of a model fit to be inserted: no special tokens, no fences, no prose, nothing that stands below the
//! cursor already, and an end where the thought ends. Used for whole answers and for streams alike, line by line, so that the
//! pieces of a stream always add up to what the whole would have been.
//!
//! The rules look back, never forward: a line is decided when its end has come.

mod overlap;
mod place;
mod prose;
#[cfg(test)]
mod tests;

pub use place::{Place, Position};

/// Most lines of a completion, and most bytes of any answer.
const MOST_LINES: usize = 16;
const MOST_BYTES: usize = 64 * 1024;

/// Blank lines in a row that end an answer.
const BLANK_LINES: usize = 3;

/// Shortest text whose third appearance is taken for a loop.
const LOOP_LENGTH: usize = 8;

/// Shortest beginning of a special token that is taken off the very end.
const TOKEN_BEGINNING: usize = 4;

/// What kind of model writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// One that fills in the middle, for a completion.
    Completion,
    /// One that fills in the middle, for a generation: as many lines as it likes.
    Filling,
    /// One that talks: fences and introductions are to be expected.
    Chat,
}

/// What the lines of an answer stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    Nothing,
    /// What a model thinks before it answers.
    Thought,
    /// Between fences.
    Fence,
}

/// An answer on its way.
pub struct Tidy {
    place: Place,
    writer: Writer,
    tokens: Vec<&'static str>,
    /// The line that has not ended yet.
    line: String,
    wrapping: Wrapping,
    /// What every line is moved to the right by.
    shift: Option<String>,
    /// Line breaks before the next text.
    breaks: usize,
    /// Lines that were given out, without blanks around them.
    lines: Vec<String>,
    bytes: usize,
    is_first: bool,
    is_done: bool,
}

// === impl Tidy ===

impl Tidy {
    /// An answer of such a writer to be inserted at a place; `tokens` are never shown.
    pub fn new(place: Place, writer: Writer, tokens: Vec<&'static str>) -> Self {
        let begins_anew = writer == Writer::Chat && place.position() == Position::Behind;
        Self {
            place,
            writer,
            tokens,
            line: String::new(),
            wrapping: Wrapping::Nothing,
            shift: None,
            breaks: usize::from(begins_anew),
            lines: Vec::new(),
            bytes: 0,
            is_first: true,
            is_done: false,
        }
    }

    /// The text that may be shown with the next piece.
    pub fn push(&mut self, piece: &str) -> String {
        let mut shown = String::new();
        for part in piece.split_inclusive('\n') {
            if self.is_done {
                break;
            }
            let known = self.line.len();
            self.line.push_str(part.trim_end_matches('\n'));
            let is_over = self.ends_in_token(known);
            if is_over || part.ends_with('\n') {
                let line = std::mem::take(&mut self.line);
                self.end_line(&line, &mut shown);
            }
            self.is_done |= is_over || self.bytes + self.line.len() > MOST_BYTES;
        }
        shown
    }

    /// The text that may be shown at the end; `is_cut` if the model was stopped by its limit of tokens.
    pub fn finish(&mut self, is_cut: bool) -> String {
        let mut shown = String::new();
        let mut line = std::mem::take(&mut self.line);
        // Half a line is worth showing only where there is no other.
        if self.is_done || (is_cut && !self.lines.is_empty()) {
            self.is_done = true;
            return shown;
        }
        self.cut_token_beginning(&mut line);
        self.end_line(&line, &mut shown);
        self.is_done = true;
        shown
    }

    /// Whether nothing more will be shown, whatever comes.
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// Cuts the line at the first special token, if there is one. None ends in the `known` bytes: those are not searched
    /// again, since a line may come byte by byte.
    fn ends_in_token(&mut self, known: usize) -> bool {
        let room = MOST_BYTES - self.bytes.min(MOST_BYTES);
        let longest = self.tokens.iter().map(|token| token.len()).max();
        let from = known.saturating_sub(longest.unwrap_or_default());
        let from = self.line.floor_char_boundary(from);
        let ends = |token: &&str| {
            let at = from + self.line[from..].find(token)?;
            (at + token.len() <= room).then_some(at)
        };
        let first = self.tokens.iter().filter_map(ends).min();
        if let Some(at) = first {
            self.line.truncate(at);
        }
        first.is_some()
    }

    fn cut_token_beginning(&self, line: &mut String) {
        let beginnings = self.tokens.iter().flat_map(|token| {
            let ends = token
                .char_indices()
                .skip(TOKEN_BEGINNING)
                .map(|(end, _)| end);
            ends.map(|end| &token[..end])
        });
        if let Some(longest) = beginnings
            .filter(|beginning| line.ends_with(beginning))
            .max_by_key(|b| b.len())
        {
            line.truncate(line.len() - longest.len());
        }
    }

    fn end_line(&mut self, raw: &str, shown: &mut String) {
        if self.bytes + raw.len() > MOST_BYTES {
            self.is_done = true;
            return;
        }
        let plain = raw.replace('\r', "");
        if self.is_passed_over(&plain) {
            return;
        }
        let line = self.placed(&plain);
        let is_first = std::mem::replace(&mut self.is_first, false);
        if line.trim().is_empty() {
            self.breaks += 1;
            let alone = self.place.position() == Position::Inside;
            self.is_done = alone || self.breaks > BLANK_LINES + usize::from(is_first);
            return;
        }
        if self.is_end(&line, is_first) {
            self.is_done = true;
            return;
        }
        let line = match self.place.position() {
            Position::Inside => overlap::without(&line, &self.place.rest).to_owned(),
            _ => line.trim_end().to_owned(),
        };
        self.show(&line, shown);
    }

    fn show(&mut self, line: &str, shown: &mut String) {
        if line.trim().is_empty() {
            self.is_done = true;
            return;
        }
        for _ in 0..self.breaks {
            shown.push_str(if self.place.crlf { "\r\n" } else { "\n" });
        }
        shown.push_str(line);
        self.breaks = 1;
        self.bytes += line.len() + 1;
        self.lines.push(line.trim().to_owned());
        self.is_done = self.place.position() == Position::Inside
            || self.bytes > MOST_BYTES
            || (self.writer == Writer::Completion && self.lines.len() >= MOST_LINES);
    }

    /// Fences and what is thought and said before the first code; sets the end at a closing fence.
    fn is_passed_over(&mut self, line: &str) -> bool {
        let begins = self.lines.is_empty();
        let fenced = self.wrapping == Wrapping::Fence;
        let starts = line.trim_start().starts_with("<think>");
        let thinks = begins && !fenced && (starts || self.wrapping == Wrapping::Thought);
        if thinks && self.writer == Writer::Chat {
            self.wrapping = if line.contains("</think>") {
                Wrapping::Nothing
            } else {
                Wrapping::Thought
            };
            return true;
        }
        if self.place.is_prose {
            return false;
        }
        if line.trim_start().starts_with("```") {
            let opens = begins && !fenced;
            if opens {
                self.wrapping = Wrapping::Fence;
            }
            self.is_done = !opens;
            return true;
        }
        if !begins || fenced {
            return false;
        }
        match self.writer {
            Writer::Chat => {
                line.trim().is_empty() || prose::is_sentence(line) || prose::is_talk(line)
            }
            Writer::Completion | Writer::Filling => {
                let may_talk = self.place.position() != Position::Inside && !self.place.opens_text;
                let talks = thinks || (may_talk && prose::is_talk(line));
                self.is_done = talks;
                talks
            }
        }
    }

    /// A line where it belongs: the first without the blanks that stand before the cursor, all of them moved to the
    /// right if the model began at the margin.
    fn placed(&mut self, line: &str) -> String {
        if self.writer == Writer::Chat {
            let margin = || self.place.margin();
            let shift = self.shift.get_or_insert_with(|| {
                if line.starts_with([' ', '\t']) {
                    String::new()
                } else {
                    margin()
                }
            });
            let moved = if line.trim().is_empty() {
                String::new()
            } else {
                format!("{shift}{line}")
            };
            return if self.is_first && self.place.position() == Position::Blank {
                without_common(&moved, &self.place.blanks).to_owned()
            } else {
                moved
            };
        }
        if self.is_first {
            return without_common(line, &self.place.blanks).to_owned();
        }
        line.to_owned()
    }

    /// Whether a line does not belong to the answer any more.
    fn is_end(&self, line: &str, is_first: bool) -> bool {
        let text = line.trim();
        if self.is_repeated(text) || self.place.stands_below(line, is_first, &self.lines) {
            return true;
        }
        if self.writer != Writer::Completion || is_first {
            return false;
        }
        self.place.is_left(line, self.lines.is_empty())
    }

    fn is_repeated(&self, text: &str) -> bool {
        if !text.contains(char::is_alphanumeric) {
            return false;
        }
        let before = self
            .lines
            .last()
            .map_or(self.place.line_above.as_str(), String::as_str);
        let times = self.lines.iter().filter(|line| *line == text).count();
        // One word on a line, such as `pass` or `end`, may well stand twice.
        if text.len() >= LOOP_LENGTH {
            text == before || times >= 2
        } else {
            times >= LOOP_LENGTH
        }
    }
}

/// Text without the blanks at its start that `blanks` has too.
fn without_common<'a>(text: &'a str, blanks: &str) -> &'a str {
    let common = text
        .bytes()
        .zip(blanks.bytes())
        .take_while(|(one, other)| one == other)
        .count();
    &text[common..]
}
