//! Describes a place in the text to the network: the tokens around it, and what speaks for each candidate.
//!
//! Called by the predictor and by training, so that the network is asked what it was taught.

use super::function::Head;
use super::history::History;
use super::language::Family;
use super::lexer::Kind;
use super::model::{Choice, EXTRA_ROWS, FACTS, NO_ROW, Rows, SLOTS, WORD_ROWS};
use super::number::from_count;
use super::predict::{Candidate, ORDER};
use super::request::Request;
use super::sequence::Token;
use super::symbols::{ShortHasher, Symbol, Symbols, index};

/// How many of the last tokens are read one by one.
const LAST: usize = 12;
/// The rows after the word rows: ranks of recency, kinds of names, families, places in a call, kinds of functions.
const RANK_ROWS: usize = 24;
const KIND_ROWS: usize = 8;
const LEVEL_ROW: usize = RANK_ROWS + KIND_ROWS + 8 + 24;

/// The parts of a request that stay as they are while tokens are chosen.
pub(crate) struct Scene<'r, 'v, 'a> {
    /// The token texts.
    pub(crate) symbols: &'r Symbols<'v, 'a>,
    /// The family of the language.
    pub(crate) family: Family,
    /// The enclosing function's name, its parameters and where they are.
    pub(crate) function: &'r Surroundings,
}

/// What is known of the enclosing function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// The hashes of the first and last word of its name.
    pub(crate) words: Vec<usize>,
    /// Its parameters.
    pub(crate) parameters: Vec<Symbol>,
    /// The first token below the cursor's line, and how its indent compares.
    pub(crate) below: Option<(Symbol, usize)>,
}

impl Surroundings {
    /// What a head and the text below say.
    pub(crate) fn of(request: &Request<'_, '_>, head: Option<&Head<'_>>) -> Self {
        let below = request.next_line();
        let Some(head) = head else {
            return Self {
                below,
                ..Self::default()
            };
        };
        let (first, last) = ends(head.name);
        let parameters = head
            .parameters
            .iter()
            .filter_map(|name| request.symbols.find(name))
            .collect();
        Self {
            words: vec![first, last],
            parameters,
            below,
        }
    }
}

fn row(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(NO_ROW)
}

/// The hashes of a name's first and last word.
pub(crate) fn ends(name: &str) -> (usize, usize) {
    let bytes = name.as_bytes();
    let boundary = |at: usize| {
        let (Some(before), Some(now)) = (bytes.get(at.wrapping_sub(1)), bytes.get(at)) else {
            return true;
        };
        *now == b'_'
            || *before == b'_'
            || (now.is_ascii_uppercase() && !before.is_ascii_uppercase())
    };
    let trimmed = bytes.iter().take_while(|byte| **byte == b'_').count();
    let first_end = (trimmed + 1..bytes.len())
        .find(|at| boundary(*at))
        .unwrap_or(bytes.len());
    let last_end = bytes.len()
        - bytes
            .iter()
            .rev()
            .take_while(|byte| **byte == b'_')
            .count()
            .min(bytes.len());
    let last_start = (0..last_end)
        .rev()
        .find(|at| boundary(*at) && bytes.get(*at) != Some(&b'_'))
        .unwrap_or(0);
    (
        hash(bytes.get(trimmed..first_end).unwrap_or(b"")),
        hash(bytes.get(last_start..last_end).unwrap_or(b"")),
    )
}

fn hash(word: &[u8]) -> usize {
    use std::hash::Hasher;
    let word = word
        .strip_suffix(b"s")
        .filter(|rest| rest.len() > 2)
        .unwrap_or(word);
    let mut hasher = ShortHasher::default();
    for byte in word {
        hasher.write_u8(byte.to_ascii_lowercase());
    }
    usize::try_from(hasher.finish() >> 7).unwrap_or(0) % WORD_ROWS
}

impl Scene<'_, '_, '_> {
    fn shared(&self) -> usize {
        self.symbols.shared()
    }

    fn extra(&self, place: usize) -> u16 {
        row(self.shared() + WORD_ROWS + place.min(EXTRA_ROWS - 1))
    }

    /// The rows of a token text.
    pub(crate) fn rows(&self, symbol: Symbol, recent: &[Symbol]) -> Rows {
        let mut rows = [NO_ROW; super::model::ROWS];
        let text = self.symbols.text(symbol);
        if index(symbol) < self.shared() {
            rows[0] = row(index(symbol));
        } else {
            let (first, last) = ends(text);
            rows[0] = self.extra(RANK_ROWS + kind_of(text));
            rows[2] = row(self.shared() + first);
            rows[3] = if first == last {
                NO_ROW
            } else {
                row(self.shared() + last)
            };
        }
        if let Some(rank) = recent.iter().position(|name| *name == symbol) {
            rows[1] = self.extra(rank.min(RANK_ROWS - 1));
        }
        rows
    }

    /// The places the network reads.
    pub(crate) fn slots(&self, history: &History<'_>) -> [Rows; SLOTS] {
        let mut slots = [[NO_ROW; super::model::ROWS]; SLOTS];
        for (steps, slot) in slots.iter_mut().take(LAST).enumerate() {
            if let Some(token) = history.back(steps) {
                *slot = self.rows(token.symbol, history.recent);
            }
        }
        let beginning = Beginning::find(history, self);
        let mut others = slots.iter_mut().skip(LAST);
        for token in [beginning.line, beginning.after, beginning.callee] {
            if let (Some(slot), Some(token)) = (others.next(), token) {
                *slot = self.rows(token.symbol, history.recent);
            }
        }
        if let Some(slot) = others.next() {
            slot[0] = self.extra(RANK_ROWS + KIND_ROWS + self.family.index());
            slot[1] = self.extra(
                RANK_ROWS + KIND_ROWS + 8 + beginning.arguments.min(5) + 6 * beginning.bracket,
            );
        }
        if let Some(slot) = others.next() {
            for (place, word) in slot.iter_mut().zip(&self.function.words) {
                *place = row(self.shared() + word);
            }
        }
        if let (Some(slot), Some(token)) = (others.next(), beginning.above) {
            *slot = self.rows(token.symbol, history.recent);
        }
        if let (Some(slot), Some((symbol, level))) = (others.next(), self.function.below) {
            *slot = self.rows(symbol, history.recent);
            slot[1] = self.extra(LEVEL_ROW + level.min(3));
        }
        slots
    }

    /// A candidate as the network sees it.
    pub(crate) fn choice(&self, candidate: &Candidate, history: &History<'_>) -> Choice {
        let mut facts = [0.0; FACTS];
        let mut at = 0;
        for (counts, chance) in [
            (&candidate.exact, candidate.by_words),
            (&candidate.shape, candidate.by_shape),
        ] {
            let order = counts.iter().rposition(|count| *count > 0.0).unwrap_or(0);
            if order > 0 {
                set(&mut facts, at + order - 1, 1.0);
                set(
                    &mut facts,
                    at + ORDER + order - 1,
                    (chance + 1e-4).ln() / 4.0 + 1.0,
                );
            }
            at += 2 * ORDER;
        }
        let rank = history
            .recent
            .iter()
            .position(|name| *name == candidate.symbol);
        let bucket = match rank {
            None => 8,
            Some(rank @ 0..=3) => rank,
            Some(4..=5) => 4,
            Some(6..=8) => 5,
            Some(9..=15) => 6,
            Some(_) => 7,
        };
        set(&mut facts, at + bucket, 1.0);
        at += 9;
        let count = history.sequence.count(candidate.symbol);
        set(&mut facts, at, from_count(count + 1).ln() / 4.0);
        set(
            &mut facts,
            at + 1,
            if self.function.parameters.contains(&candidate.symbol) {
                1.0
            } else {
                0.0
            },
        );
        set(&mut facts, at + 2, self.kinship(candidate.symbol));
        set(
            &mut facts,
            at + 3,
            (candidate.chance + 1e-4).ln() / 4.0 + 1.0,
        );
        let shared = index(candidate.symbol);
        Choice {
            rows: self.rows(candidate.symbol, history.recent),
            facts,
            shared: (shared < self.shared()).then_some(shared),
        }
    }

    /// Whether a name shares a word with the enclosing function's.
    fn kinship(&self, symbol: Symbol) -> f32 {
        if index(symbol) < self.shared() || self.function.words.is_empty() {
            return 0.0;
        }
        let (first, last) = ends(self.symbols.text(symbol));
        let shares = self.function.words.contains(&first) || self.function.words.contains(&last);
        if shares { 1.0 } else { 0.0 }
    }
}

fn set(facts: &mut [f32; FACTS], at: usize, value: f32) {
    if let Some(fact) = facts.get_mut(at) {
        *fact = value;
    }
}

fn kind_of(text: &str) -> usize {
    let first = text.bytes().next().unwrap_or(b' ');
    let upper = first.is_ascii_uppercase();
    match first {
        b'0'..=b'9' => 0,
        _ if upper && text.len() > 1 && !text.bytes().any(|byte| byte.is_ascii_lowercase()) => 1,
        _ if upper => 2,
        b'_' => 3,
        b'a'..=b'z' if text.contains('_') => 4,
        b'a'..=b'z' if text.bytes().any(|byte| byte.is_ascii_uppercase()) => 5,
        b'a'..=b'z' => 6,
        _ => 7,
    }
}

/// Where the line and the brackets around a place began.
#[derive(Default)]
struct Beginning {
    line: Option<Token>,
    after: Option<Token>,
    above: Option<Token>,
    callee: Option<Token>,
    arguments: usize,
    bracket: usize,
}

impl Beginning {
    fn find(history: &History<'_>, scene: &Scene<'_, '_, '_>) -> Self {
        let mut found = Self::default();
        let mut depth = 0_usize;
        let mut lines = 0_usize;
        let mut previous: Option<Token> = None;
        let mut second: Option<Token> = None;
        let mut enclosed = false;
        for steps in 0..80 {
            let Some(token) = history.back(steps).copied() else {
                break;
            };
            match token.kind {
                Kind::Newline => {
                    if lines == 0 {
                        (found.line, found.after) = (previous, second);
                    } else {
                        found.above = previous;
                        break;
                    }
                    lines += 1;
                }
                Kind::Punct => match scene.symbols.text(token.symbol) {
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
}
