//! One way to go on: what the decoder has chosen so far, and what of it is still open.
//!
//! Grown by the decoder, looked at by whoever judges or writes its text.

use super::request::Request;
use super::sequence::Token;
use super::symbols::Symbol;

/// One way to go on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path {
    /// The chosen tokens.
    pub(crate) tokens: Vec<Token>,
    /// The logarithm of its probability.
    pub(crate) score: f32,
    /// The names used last.
    pub(crate) recent: Vec<Symbol>,
    /// The brackets it opened and did not close.
    pub(crate) open: Vec<u8>,
    /// How many brackets of the text above it closed.
    pub(crate) closed: usize,
    /// Whether it stands inside a string.
    pub(crate) quoted: bool,
    /// Whether it came to a line end or to what follows the cursor.
    pub(crate) done: bool,
}

impl Path {
    /// The way that has not begun.
    pub(crate) fn start(request: &Request<'_, '_>) -> Self {
        Self {
            recent: request.sequence.recent.clone(),
            quoted: request.tail.quote.is_some(),
            ..Self::default()
        }
    }
}
