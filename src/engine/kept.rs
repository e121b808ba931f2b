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
