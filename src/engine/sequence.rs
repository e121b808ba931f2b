//! Holds the tokens of one request in a row, with links from each to the earlier places that look alike.
//!
//! Called once per request; the predictor walks the links instead of building n-gram tables, which costs nothing up
//! front and allows contexts of any length. The text above the cursor stands last, so that its end is the history.

use super::lexer::{Kind, Piece};
use super::symbols::{BREAK, NAME, NUMBER, ShortMap, Symbol, Symbols, TEXT, index, is_keyword};

/// No earlier place.
pub(crate) const NOWHERE: u32 = u32::MAX;
/// How many recent names are told apart.
pub(crate) const RECENT: usize = 40;
/// The rank of a name not among the recent ones.
pub(crate) const UNRANKED: u8 = u8::MAX;

/// Which text of the request a token comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// An open file.
    Context,
    /// The text below the cursor.
    Below,
    /// The text above the cursor.
    Above,
}

/// One token as the predictor sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// Its text.
    pub(crate) symbol: Symbol,
    /// Its text with names, numbers and prose blanked.
    pub(crate) blank: Symbol,
    /// What it is.
    pub(crate) kind: Kind,
    /// Whether blanks stand before it.
    pub(crate) space: bool,
}

/// The tokens of a request.
pub(crate) struct Sequence {
    /// All tokens.
    pub(crate) tokens: Vec<Token>,
    /// For each token the nearest earlier one with the same text.
    pub(crate) earlier: Vec<u32>,
    /// For each token the nearest earlier one that ends the same two blanked tokens.
    pub(crate) earlier_blank: Vec<u32>,
    /// For each name how many other names were used since its last use.
    pub(crate) rank: Vec<u8>,
    /// The names used last, latest first.
    pub(crate) recent: Vec<Symbol>,
    /// Where the text below starts.
    pub(crate) below_start: usize,
    /// Where the text above starts.
    pub(crate) above_start: usize,
    last: Vec<u32>,
    counts: Vec<u32>,
    last_blank: ShortMap<u64, u32>,
}

impl Sequence {
    /// An empty row.
    pub(crate) fn new() -> Self {
        Self {
            tokens: Vec::new(),
            earlier: Vec::new(),
            earlier_blank: Vec::new(),
            rank: Vec::new(),
            recent: Vec::with_capacity(RECENT + 1),
            below_start: 0,
            above_start: 0,
            last: Vec::new(),
            counts: Vec::new(),
            last_blank: ShortMap::default(),
        }
    }

    /// Appends a text.
    pub(crate) fn extend<'a>(
        &mut self,
        pieces: &[Piece<'a>],
        symbols: &mut Symbols<'_, 'a>,
        part: Part,
    ) {
        match part {
            Part::Context => {}
            Part::Below => self.below_start = self.tokens.len(),
            Part::Above => self.above_start = self.tokens.len(),
        }
        self.append(Token {
            symbol: BREAK,
            blank: BREAK,
            kind: Kind::Newline,
            space: false,
        });
        for piece in pieces {
            let symbol = symbols.of(piece);
            let blank = blank(symbol, piece.kind, piece.text);
            self.append(Token {
                symbol,
                blank,
                kind: piece.kind,
                space: piece.space,
            });
        }
    }

    /// The part a place belongs to.
    pub(crate) fn part(&self, at: usize) -> Part {
        if at >= self.above_start {
            Part::Above
        } else if at >= self.below_start {
            Part::Below
        } else {
            Part::Context
        }
    }

    /// The last place whose token has this text.
    pub(crate) fn last_of(&self, symbol: Symbol) -> u32 {
        self.last.get(index(symbol)).copied().unwrap_or(NOWHERE)
    }

    /// How often a text stands in the request.
    pub(crate) fn count(&self, symbol: Symbol) -> usize {
        self.counts
            .get(index(symbol))
            .map_or(0, |count| index(*count))
    }

    /// The last place that ends these two blanked tokens.
    pub(crate) fn last_blank(&self, before: Symbol, blank: Symbol) -> u32 {
        self.last_blank
            .get(&pair(before, blank))
            .copied()
            .unwrap_or(NOWHERE)
    }

    /// Appends one token.
    pub(crate) fn append(&mut self, token: Token) {
        let place = u32::try_from(self.tokens.len()).unwrap_or(NOWHERE);
        let slot = index(token.symbol);
        if self.last.len() <= slot {
            self.last.resize(slot + 1, NOWHERE);
            self.counts.resize(slot + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(slot) {
            *count += 1;
        }
        self.earlier
            .push(self.last.get(slot).copied().unwrap_or(NOWHERE));
        if let Some(last) = self.last.get_mut(slot) {
            *last = place;
        }
        let before = self.tokens.last().map_or(BREAK, |last| last.blank);
        let previous = self.last_blank.insert(pair(before, token.blank), place);
        self.earlier_blank.push(previous.unwrap_or(NOWHERE));
        let rank = if token.blank == NAME {
            touch(&mut self.recent, token.symbol)
        } else {
            UNRANKED
        };
        self.rank.push(rank);
        self.tokens.push(token);
    }
}

/// Moves a name to the front of the recent ones and says where it stood.
pub(crate) fn touch(recent: &mut Vec<Symbol>, name: Symbol) -> u8 {
    let found = recent.iter().position(|other| *other == name);
    match found {
        Some(at) => {
            recent.remove(at);
        }
        None if recent.len() >= RECENT => {
            recent.pop();
        }
        None => {}
    }
    recent.insert(0, name);
    found
        .and_then(|at| u8::try_from(at).ok())
        .unwrap_or(UNRANKED)
}

/// A token with what is particular to its file taken out.
pub(crate) fn blank(symbol: Symbol, kind: Kind, text: &str) -> Symbol {
    match kind {
        Kind::Word if is_keyword(symbol) => symbol,
        Kind::Word => NAME,
        Kind::Number if text.len() > 1 => NUMBER,
        Kind::Text if text.chars().next().is_some_and(char::is_alphanumeric) => TEXT,
        _ => symbol,
    }
}

fn pair(before: Symbol, blank: Symbol) -> u64 {
    (u64::from(before) << 32) | u64::from(blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_rank_by_recency() {
        let mut recent = Vec::new();
        for (name, rank) in [
            (1, UNRANKED),
            (2, UNRANKED),
            (1, 1),
            (1, 0),
            (3, UNRANKED),
            (2, 2),
        ] {
            assert_eq!(touch(&mut recent, name), rank, "{name}");
        }
    }
}
