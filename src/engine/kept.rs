//! Keeps what was read of a file for the next request about it, since between two keystrokes hardly anything changes.
//!
//! Called by the engine before and after it reads a request. The decision: only what stands before the first changed
//! character is used again, and only for the same user and file, so what is kept can never show in anybody else's text.

use std::hash::Hasher;
use std::sync::{Mutex, PoisonError};

use super::Prompt;
use super::hasher::ShortHasher;
use super::lexer::{Kind, Mark, Piece};
use super::sequence::Sequence;
use super::symbols::Symbols;

/// How many files are kept at most; each takes about 30 bytes for every character that is read of it.
const FILES: usize = 32;

/// A token without its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    start: u32,
    length: u32,
    kind: Kind,
    space: bool,
    delta: i8,
    blank: bool,
}

/// What is kept of one file.
pub(crate) struct Kept {
    pub(crate) above: String,
    pub(crate) below: String,
    /// The hash of what else the reading depends on.
    pub(crate) others: u64,
    pub(crate) cuts: Vec<Cut>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) symbols: Symbols,
    pub(crate) sequence: Sequence,
}

/// What of a file can be used again.
pub(crate) struct Reused<'a> {
    /// The tokens before the mark.
    pub(crate) pieces: Vec<Piece<'a>>,
    /// The marks up to where the text is the same, the last being where it is read on.
    pub(crate) marks: Vec<Mark>,
    /// The token texts.
    pub(crate) symbols: Symbols,
    /// The tokens of all texts up to the mark.
    pub(crate) sequence: Sequence,
}

/// The files that are kept, the one used last at the end.
#[derive(Default)]
pub(crate) struct Shelf {
    files: Mutex<Vec<(String, Kept)>>,
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shelf").finish_non_exhaustive()
    }
}

impl Shelf {
    /// Takes out what is kept under a name.
    pub(crate) fn take(&self, session: &str) -> Option<Kept> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let at = files.iter().position(|(name, _)| name == session)?;
        Some(files.remove(at).1)
    }

    /// Puts back what was read last.
    pub(crate) fn put(&self, session: &str, kept: Kept) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|(name, _)| name != session);
        if files.len() >= FILES {
            files.remove(0);
        }
        files.push((session.to_owned(), kept));
    }
}

impl Cut {
    /// What is left of a token when its text goes.
    pub(crate) fn of(piece: &Piece<'_>) -> Self {
        let number = |count: usize| u32::try_from(count).unwrap_or(0);
        Self {
            start: number(piece.start),
            length: number(piece.text.len()),
            kind: piece.kind,
            space: piece.space,
            delta: piece.delta,
            blank: piece.blank,
        }
    }
}

impl Kept {
    /// What can be used again for a text that begins alike.
    pub(crate) fn reuse<'a>(
        mut self,
        above: &'a str,
        below: &str,
        others: u64,
    ) -> Option<Reused<'a>> {
        if self.others != others || self.below != below {
            return None;
        }
        let same = above
            .bytes()
            .zip(self.above.bytes())
            .take_while(|(one, other)| one == other)
            .count();
        let marks = self.marks.iter().take_while(|mark| mark.at <= same).count();
        self.marks.truncate(marks);
        let mark = self.marks.last()?;
        let length = self.sequence.above_start + 1 + mark.pieces;
        self.sequence.shorten(length)?;
        let cuts = self.cuts.get(..mark.pieces)?.iter();
        let pieces = cuts.map(|cut| {
            let start = usize::try_from(cut.start).ok()?;
            let end = start + usize::try_from(cut.length).ok()?;
            Some(Piece {
                text: above.get(start..end)?,
                kind: cut.kind,
                space: cut.space,
                delta: cut.delta,
                blank: cut.blank,
                start,
            })
        });
        Some(Reused {
            pieces: pieces.collect::<Option<_>>()?,
            marks: self.marks,
            symbols: self.symbols,
            sequence: self.sequence,
        })
    }
}

/// The hash of what the reading of a file depends on beside its own text.
pub(crate) fn others(prompt: &Prompt<'_>, context_chars: usize) -> u64 {
    let mut hasher = ShortHasher::default();
    hasher.write(prompt.file_name.as_bytes());
    hasher.write_u64(u64::try_from(context_chars).unwrap_or(0));
    for file in prompt.context {
        hasher.write_u64(u64::try_from(file.content.len()).unwrap_or(0));
        hasher.write(file.name.as_bytes());
        hasher.write(file.content.as_bytes());
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::super::request::Request;
    use super::super::{Engine, Options, Task};
    use super::*;

    /// A depth that no token has: it tells tokens that were kept from those that were read anew.
    const KEPT: i8 = 99;

    /// Two marks lie 1,500 characters and the rest of a line apart.
    const MOST_READ: usize = 1_600;

    /// For each keystroke the characters at the end of the text that were read anew, where all others were kept.
    fn read_anew(text: &str, typed: usize, context_chars: usize) -> Vec<usize> {
        let engine = Engine::new();
        let options = Options {
            task: Task::Completion,
            max_tokens: 64,
            choices: 1,
            context_chars,
            deadline: None,
        };
        let read = |at: usize, kept| {
            let prompt = Prompt {
                file_name: "store.py",
                above: &text[..at],
                below: "\n",
                context: &[],
                session: None,
                instruction: None,
            };
            let tables = (&engine.vocabulary, &engine.spacing);
            let request = Request::read(&prompt, &options, tables, kept);
            let anew = request.above.iter().position(|piece| piece.delta != KEPT);
            let anew = anew.and_then(|first| request.above.get(first));
            let characters = anew.map_or(0, |first| request.above_text.len() - first.start);
            (request.keep(others(&prompt, context_chars)), characters)
        };
        let begin = text.len() - typed;
        let keystrokes = (begin..text.len()).map(|at| {
            let (mut kept, _) = read(at, None);
            kept.cuts.iter_mut().for_each(|cut| cut.delta = KEPT);
            read(at + 1, Some(kept)).1
        });
        keystrokes.collect()
    }

    fn file_of_50_kb() -> String {
        let method = "    def load_NUMBER(self, path, strict):\n        entry = self.open(path)\n        self.entries[path] = entry\n        return entry\n\n";
        let methods: String = (0..400)
            .map(|number| method.replace("NUMBER", &number.to_string()))
            .collect();
        format!("class Store:\n{methods}    def last(self):\n        return self.entries[-1]")
    }

    #[test]
    fn typing_on_reads_only_the_end_of_the_file_again() {
        let text = file_of_50_kb();
        assert!(text.len() > 50_000);
        for characters in read_anew(&text, 30, 100_000) {
            assert!(
                (1..MOST_READ).contains(&characters),
                "{characters} of 50 kB"
            );
        }
    }

    #[test]
    fn what_is_read_of_a_long_file_moves_on_in_steps() {
        let text = file_of_50_kb();
        let keystrokes = read_anew(&text, 30, 16_000);
        let wholes = keystrokes
            .iter()
            .filter(|characters| **characters >= MOST_READ);
        assert!(wholes.count() <= 1, "{keystrokes:?}");
    }
}
