//! One token that may come next, and what speaks for it.
//!
//! Gathered by the prediction, described to the network by the facts.

use super::lexer::Kind;
use super::symbols::Symbol;

/// The longest context told apart.
pub(crate) const ORDER: usize = 8;
/// By how much a match of shapes counts for less than one of words.
const BLANKED: usize = 2;

/// A token that may come next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    /// Its text.
    pub(crate) symbol: Symbol,
    /// What it is.
    pub(crate) kind: Kind,
    /// The weight of its occurrences after the same words, by length of the match.
    pub(crate) exact: [f32; ORDER + 1],
    /// The weight of its occurrences after the same shape, by length of the match.
    pub(crate) shape: [f32; ORDER + 1],
    /// How much more often it stood after blanks than not.
    pub(crate) spaced: f32,
    /// Its probability after the same words.
    pub(crate) by_words: f32,
    /// Its probability after the same shape.
    pub(crate) by_shape: f32,
    /// Its probability.
    pub(crate) chance: f32,
}

impl Candidate {
    /// The length of the longest match that speaks for it; names blanked, a match says less.
    pub(crate) fn longest(&self) -> usize {
        let longest =
            |counts: &[f32; ORDER + 1]| counts.iter().rposition(|count| *count > 0.0).unwrap_or(0);
        longest(&self.exact).max(longest(&self.shape).saturating_sub(BLANKED))
    }
}
