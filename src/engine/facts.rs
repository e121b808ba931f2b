//! Describes a place in the text to the network: the tokens around it, and what speaks for each candidate.
//!
//! Called by the predictor and by training, so that the network is asked what it was taught.

use super::body::Value;
use super::candidate::{Candidate, ORDER};
use super::function::Outcome;
use super::history::History;
use super::language::Family;
use super::model::{Choice, EXTRA_ROWS, FACTS, NO_ROW, ROWS, Rows, SLOTS, WORD_ROWS};
use super::number::from_count;
use super::place::Place;
use super::surroundings::Surroundings;
use super::symbols::{Symbol, Symbols, index};

/// How many of the last tokens are read one by one.
const LAST: usize = 12;
/// The rows after the word rows: ranks of recency, kinds of names, families, places in a call, what stands below, and
/// the kind and progress of the function.
const RANK_ROWS: usize = 24;
const FAMILY_ROW: usize = RANK_ROWS + 8;
const CALL_ROW: usize = FAMILY_ROW + 8;
const LEVEL_ROW: usize = CALL_ROW + 24;
const OUTCOME_ROW: usize = LEVEL_ROW + 4;
const LINES_ROW: usize = OUTCOME_ROW + 4;
const PARAMETERS_ROW: usize = LINES_ROW + 5;

/// The parts of a request that stay as they are while tokens are chosen.
pub(crate) struct Scene<'r> {
    /// The token texts.
    pub(crate) symbols: &'r Symbols,
    /// The family of the language.
    pub(crate) family: Family,
    /// What is known of the enclosing function.
    pub(crate) function: &'r Surroundings,
}

fn row(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(NO_ROW)
}

impl Scene<'_> {
    fn shared(&self) -> usize {
        self.symbols.shared()
    }

    fn extra(&self, place: usize) -> u16 {
        row(self.shared() + WORD_ROWS + place.min(EXTRA_ROWS - 1))
    }

    fn word(&self, hash: u16) -> u16 {
        row(self.shared() + usize::from(hash))
    }

    /// The rows of a token text.
    pub(crate) fn rows(&self, symbol: Symbol, recent: &[Symbol]) -> Rows {
        let mut rows = [NO_ROW; ROWS];
        if index(symbol) < self.shared() {
            rows[0] = row(index(symbol));
        } else {
            rows[0] = self.extra(RANK_ROWS + kind_of(self.symbols.text(symbol)));
            if let Some([first, last]) = self.symbols.ends(symbol) {
                rows[2] = self.word(first);
                rows[3] = if first == last {
                    NO_ROW
                } else {
                    self.word(last)
                };
            }
        }
        if let Some(rank) = recent.iter().position(|name| *name == symbol) {
            rows[1] = self.extra(rank.min(RANK_ROWS - 1));
        }
        rows
    }

    /// The places the network reads.
    pub(crate) fn slots(&self, history: &History<'_>, place: &Place) -> [Rows; SLOTS] {
        let mut slots = [[NO_ROW; ROWS]; SLOTS];
        for (steps, slot) in slots.iter_mut().take(LAST).enumerate() {
            if let Some(token) = history.back(steps) {
                *slot = self.rows(token.symbol, history.recent);
            }
        }
        let mut others = slots.iter_mut().skip(LAST);
        for token in [
            place.line,
            place.after,
            place.callee,
            place.above,
            place.higher,
        ] {
            if let (Some(slot), Some(token)) = (others.next(), token) {
                *slot = self.rows(token.symbol, history.recent);
            }
        }
        let function = self.function;
        let [first, last] = function
            .words
            .map_or([NO_ROW; 2], |words| words.map(|word| self.word(word)));
        let below = function.below.map_or([NO_ROW; ROWS], |(symbol, level)| {
            let mut rows = self.rows(symbol, history.recent);
            rows[1] = self.extra(LEVEL_ROW + level.min(3));
            rows
        });
        let mut prose = [[NO_ROW; ROWS]; 2];
        for (slot, word) in prose.iter_mut().flatten().zip(&function.prose) {
            *slot = self.word(*word);
        }
        let singles = [
            [
                self.extra(FAMILY_ROW + self.family.index()),
                self.extra(CALL_ROW + place.arguments.min(5) + 6 * place.bracket),
                NO_ROW,
                NO_ROW,
            ],
            [first, NO_ROW, NO_ROW, NO_ROW],
            [last, NO_ROW, NO_ROW, NO_ROW],
            below,
            prose[0],
            prose[1],
            self.kind_of_function(history),
        ];
        for (slot, rows) in others.zip(singles) {
            *slot = rows;
        }
        slots
    }

    /// The rows that say what kind of function the place is in, and how far it is.
    fn kind_of_function(&self, history: &History<'_>) -> Rows {
        let function = self.function;
        let Some(outcome) = function.outcome else {
            return [NO_ROW; ROWS];
        };
        let outcome = match outcome {
            Outcome::Unsaid => 0,
            Outcome::Nothing => 1,
            Outcome::Truth => 2,
            Outcome::Value => 3,
        };
        let lines = (function.lines + Place::lines(history)).min(4);
        let count = function.parameters.len().min(3) + 4 * usize::from(function.method);
        [
            self.extra(OUTCOME_ROW + outcome),
            self.extra(LINES_ROW + lines),
            self.extra(PARAMETERS_ROW + count),
            NO_ROW,
        ]
    }

    /// A candidate as the network sees it.
    pub(crate) fn choice(
        &self,
        candidate: &Candidate,
        history: &History<'_>,
        place: &Place,
    ) -> Choice {
        let mut facts = Facts::default();
        for (counts, chance) in [
            (&candidate.exact, candidate.by_words),
            (&candidate.shape, candidate.by_shape),
        ] {
            let order = counts.iter().rposition(|count| *count > 0.0).unwrap_or(0);
            if order > 0 {
                facts.set(order - 1, 1.0);
                facts.set(ORDER + order - 1, (chance + 1e-4).ln() / 4.0 + 1.0);
            }
            facts.skip(2 * ORDER);
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
        facts.set(bucket, 1.0);
        facts.skip(9);
        facts.add((candidate.chance + 1e-4).ln() / 4.0 + 1.0);
        add_uses(candidate.symbol, history, &mut facts);
        self.add_roles(candidate.symbol, history, &mut facts);
        self.add_kinship(candidate.symbol, place, &mut facts);
        let shared = index(candidate.symbol);
        Choice {
            rows: self.rows(candidate.symbol, history.recent),
            facts: facts.all,
            shared: (shared < self.shared()).then_some(shared),
        }
    }

    /// What a name is to the enclosing function.
    fn add_roles(&self, symbol: Symbol, history: &History<'_>, facts: &mut Facts) {
        let function = self.function;
        let parameter = function.parameters.iter().position(|one| *one == symbol);
        let written = history.chosen.iter().any(|token| token.symbol == symbol);
        let used = function.used.get(&symbol);
        let fresh = used.is_none() && !written;
        for place in 0..3 {
            facts.say(parameter.is_some_and(|at| at.min(2) == place));
        }
        facts.say(parameter.is_some() && fresh);
        let first_fresh = || {
            let unused = |one: &&Symbol| {
                !function.used.contains_key(*one)
                    && !history.chosen.iter().any(|token| token.symbol == **one)
            };
            function.parameters.iter().find(unused) == Some(&symbol)
        };
        facts.say(parameter.is_some() && fresh && first_fresh());
        facts.say(used.is_some_and(|used| used.given));
        facts.say(used.is_some_and(|used| used.given && used.times == 1) && !written);
        facts.say(used.is_some());
        facts.say(function.receiver == Some(symbol));
        facts.say(function.types.contains(&symbol));
        facts.say(written);
        facts.say(function.name == Some(symbol));
        let member = function.members.get(&symbol);
        facts.say(member.is_some() && fresh);
        let kind = member.map(|value| match value {
            Value::Unknown => 0,
            Value::Number => 1,
            Value::Text => 2,
            Value::List => 3,
            Value::Collection | Value::Map => 4,
            Value::Truth => 5,
        });
        for place in 0..6 {
            facts.say(kind == Some(place));
        }
    }

    /// What words a name shares with the names around the place.
    fn add_kinship(&self, symbol: Symbol, place: &Place, facts: &mut Facts) {
        let function = self.function;
        let Some([first, last]) = self.symbols.ends(symbol) else {
            return;
        };
        let is_part = |word: u16| word == first || word == last;
        facts.say(function.words.is_some_and(|words| is_part(words[0])));
        facts.say(function.words.is_some_and(|words| is_part(words[1])));
        facts.say(function.prose.iter().any(|word| is_part(*word)));
        let kin = |other: &Symbol| {
            *other != symbol
                && self
                    .symbols
                    .ends(*other)
                    .is_some_and(|words| words.iter().any(|word| is_part(*word)))
        };
        facts.say(function.parameters.iter().any(kin));
        facts.say(place.names.iter().any(kin));
        facts.say(place.names.contains(&symbol));
        facts.say(place.names.first() == Some(&symbol));
        facts.say(place.names.first().is_some_and(kin));
        facts.say(place.names.last().is_some_and(kin));
    }
}

/// How a name is used in the request.
fn add_uses(symbol: Symbol, history: &History<'_>, facts: &mut Facts) {
    let uses = history.sequence.uses(symbol);
    let share = |part: u32| from_count(index(part)) / from_count(index(uses.all).max(1));
    facts.add(from_count(index(uses.all) + 1).ln() / 4.0);
    facts.add(share(uses.linked));
    facts.add(share(uses.called));
}

/// The facts of one candidate, filled one after the other.
struct Facts {
    all: [f32; FACTS],
    at: usize,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            all: [0.0; FACTS],
            at: 0,
        }
    }
}

impl Facts {
    fn set(&mut self, ahead: usize, value: f32) {
        if let Some(fact) = self.all.get_mut(self.at + ahead) {
            *fact = value;
        }
    }

    fn skip(&mut self, count: usize) {
        self.at += count;
    }

    fn add(&mut self, value: f32) {
        self.set(0, value);
        self.at += 1;
    }

    fn say(&mut self, yes: bool) {
        self.add(if yes { 1.0 } else { 0.0 });
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
