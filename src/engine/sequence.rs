//! Holds the tokens of one request in a row, with links from each to the earlier places that look alike.
//!
//! Called once per request; the predictor walks the links instead of building n-gram tables, which costs nothing up
//! front and allows contexts of any length. The text above the cursor stands last, so that its end is the history.

use super::hasher::ShortMap;
use super::lexer::{Kind, Piece};
use super::symbols::{BREAK, NAME, NUMBER, Symbol, Symbols, TEXT, index, is_keyword};

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

/// How often a text stands in a request, and where.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Uses {
    /// How often at all.
    pub(crate) all: u32,
    /// How often as part of something, behind a dot or an arrow.
    pub(crate) linked: u32,
    /// How often as what is called.
    pub(crate) called: u32,
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
    counts: Vec<Uses>,
    last_blank: ShortMap<u64, u32>,
    /// For each token what it was counted as, to be taken back.
    roles: Vec<Role>,
    /// The recent names at the marks of the text above, with the length of the row there.
    snapshots: Vec<(usize, Vec<Symbol>)>,
}

/// What a token has added to the counts of uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    None,
    Linked,
    /// It made the token before it one that is called.
    Calls,
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
            roles: Vec::new(),
            snapshots: Vec::new(),
        }
    }

    /// Appends a text.
    pub(crate) fn extend(&mut self, pieces: &[Piece<'_>], symbols: &mut Symbols, part: Part) {
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
        self.extend_on(pieces, symbols, &[]);
    }

    /// Appends the tokens that follow those of the last text, the first of them at the start of a line.
    pub(crate) fn extend_on(
        &mut self,
        pieces: &[Piece<'_>],
        symbols: &mut Symbols,
        marks: &[usize],
    ) {
        let mut marks = marks.iter().peekable();
        let mut before = "";
        for (at, piece) in pieces.iter().enumerate() {
            while marks.next_if(|mark| **mark <= at).is_some() {
                self.snapshot();
            }
            let symbol = symbols.of(piece);
            let blank = blank(symbol, piece.kind, piece.text);
            self.append(Token {
                symbol,
                blank,
                kind: piece.kind,
                space: piece.space,
            });
            self.note_use(before, piece.text);
            before = piece.text;
        }
        if marks.next().is_some() {
            self.snapshot();
        }
    }

    fn snapshot(&mut self) {
        self.snapshots
            .push((self.tokens.len(), self.recent.clone()));
    }

    /// Takes tokens back from the end until a snapshot is met; `None` if there is none at that length.
    pub(crate) fn shorten(&mut self, length: usize) -> Option<()> {
        let at = self.snapshots.iter().position(|(at, _)| *at == length)?;
        while self.tokens.len() > length {
            self.take_back()?;
        }
        self.snapshots.truncate(at + 1);
        self.recent.clone_from(&self.snapshots.get(at)?.1);
        Some(())
    }

    fn take_back(&mut self) -> Option<()> {
        let token = self.tokens.pop()?;
        let earlier = self.earlier.pop()?;
        let earlier_blank = self.earlier_blank.pop()?;
        self.rank.pop();
        let before = self.tokens.last().copied();
        let slot = index(token.symbol);
        *self.last.get_mut(slot)? = earlier;
        let uses = self.counts.get_mut(slot)?;
        uses.all = uses.all.saturating_sub(1);
        match self.roles.pop()? {
            Role::None => {}
            Role::Linked => uses.linked = uses.linked.saturating_sub(1),
            Role::Calls => {
                let called = self.counts.get_mut(index(before?.symbol))?;
                called.called = called.called.saturating_sub(1);
            }
        }
        let pair = pair(before.map_or(BREAK, |last| last.blank), token.blank);
        if earlier_blank == NOWHERE {
            self.last_blank.remove(&pair);
        } else {
            self.last_blank.insert(pair, earlier_blank);
        }
        Some(())
    }

    /// Counts how the last tokens are used.
    fn note_use(&mut self, before: &str, text: &str) {
        let (steps, role) = match (before, text) {
            (_, "(") => (2, Role::Calls),
            ("." | "->" | "::" | "?." | "@", _) => (1, Role::Linked),
            _ => return,
        };
        let place = self.tokens.len().checked_sub(steps);
        let symbol = place
            .and_then(|at| self.tokens.get(at))
            .map(|token| token.symbol);
        let Some(uses) = symbol.and_then(|symbol| self.counts.get_mut(index(symbol))) else {
            return;
        };
        match role {
            Role::Calls => uses.called += 1,
            _ => uses.linked += 1,
        }
        if let Some(last) = self.roles.last_mut() {
            *last = role;
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

    /// How often a text stands in the request, and where.
    pub(crate) fn uses(&self, symbol: Symbol) -> Uses {
        self.counts.get(index(symbol)).copied().unwrap_or_default()
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
            self.counts.resize(slot + 1, Uses::default());
        }
        if let Some(count) = self.counts.get_mut(slot) {
            count.all += 1;
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
        self.roles.push(Role::None);
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
