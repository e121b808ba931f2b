//! The tokens before a place: those of the request, then those already chosen.
//!
//! Read by everything that predicts.

use super::candidate::ORDER;
use super::sequence::{Sequence, Token};
use super::symbols::Symbol;

/// The history of one hypothesis: the request's tokens and those already chosen.
pub(crate) struct History<'s> {
    /// The request.
    pub(crate) sequence: &'s Sequence,
    /// What was chosen after it.
    pub(crate) chosen: &'s [Token],
    /// The names used last, latest first.
    pub(crate) recent: &'s [Symbol],
}

impl History<'_> {
    /// The token that stands some places before the end.
    pub(crate) fn back(&self, steps: usize) -> Option<&Token> {
        let chosen = self.chosen.len();
        if steps < chosen {
            return self.chosen.get(chosen - 1 - steps);
        }
        let tokens = &self.sequence.tokens;
        tokens
            .len()
            .checked_sub(1 + steps - chosen)
            .and_then(|at| tokens.get(at))
    }

    /// How many tokens before a place of the request are like those before the next one.
    pub(crate) fn matched(&self, at: usize, same: impl Fn(&Token, &Token) -> bool) -> usize {
        let mut length = 0;
        while length < ORDER {
            let Some(place) = at
                .checked_sub(length)
                .and_then(|place| self.sequence.tokens.get(place))
            else {
                break;
            };
            let Some(mine) = self.back(length) else { break };
            if !same(place, mine) {
                break;
            }
            length += 1;
        }
        length
    }
}
