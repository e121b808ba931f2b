//! Looks back from a place over its line: where it began, what call it stands in, which names it has used.
//!
//! Read for every place the network is asked about.

use super::history::History;
use super::lexer::Kind;
use super::sequence::Token;
use super::symbols::{NAME, Symbol, Symbols};

/// Where the line and the brackets around a place began, and the names between.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// The first token of the line.
    pub(crate) line: Option<Token>,
    /// The one after it.
    pub(crate) after: Option<Token>,
    /// The first token of the line above.
    pub(crate) above: Option<Token>,
    /// The token before the innermost open bracket.
    pub(crate) callee: Option<Token>,
    /// How many commas stand between that bracket and the place.
    pub(crate) arguments: usize,
    /// Which bracket it is, 0 for none.
    pub(crate) bracket: usize,
    /// The first token of the line above that one.
    pub(crate) higher: Option<Token>,
    /// The names of the line, the last first.
    pub(crate) names: Vec<Symbol>,
}

impl Place {
    /// Looks back from the end of a history.
    pub(crate) fn find(history: &History<'_>, symbols: &Symbols) -> Self {
        let mut found = Self::default();
        let mut depth = 0_usize;
        let mut lines = 0_usize;
        let mut previous: Option<Token> = None;
        let mut second: Option<Token> = None;
        let mut enclosed = false;
        for steps in 0..100 {
            let Some(token) = history.back(steps).copied() else {
                break;
            };
            match token.kind {
                Kind::Newline => {
                    match lines {
                        0 => (found.line, found.after) = (previous, second),
                        1 => found.above = previous,
                        _ => {
                            found.higher = previous;
                            break;
                        }
                    }
                    lines += 1;
                }
                Kind::Word if lines == 0 && token.blank == NAME => found.names.push(token.symbol),
                Kind::Punct => match symbols.text(token.symbol) {
                    ")" | "]" | "}" => depth += 1,
                    open @ ("(" | "[" | "{") if depth == 0 && !enclosed => {
                        enclosed = true;
                        found.callee = history.back(steps + 1).copied();
                        found.bracket = match open {
                            "(" => 1,
                            "[" => 2,
                            _ => 3,
                        };
                    }
                    "(" | "[" | "{" => depth = depth.saturating_sub(1),
                    "," if depth == 0 && !enclosed => found.arguments += 1,
                    _ => {}
                },
                _ => {}
            }
            second = previous;
            previous = Some(token);
        }
        if !enclosed {
            found.arguments = 0;
        }
        found
    }

    /// How many lines were begun since the cursor.
    pub(crate) fn lines(history: &History<'_>) -> usize {
        let ends = history.chosen.iter();
        ends.filter(|token| token.kind == Kind::Newline).count()
    }
}
