//! Says which token comes next, from what came next wherever the text looked alike.
//!
//! Called by the decoder for every token it considers. Two views are asked: the same words (nested n-grams), and the
//! same shape with names blanked, which answers with "the name used k names ago". Both walk the links of
//! [`Sequence`]; nothing is tabulated.

use super::candidate::{Candidate, ORDER};
use super::facts::Scene;
use super::history::History;
use super::lexer::Kind;
use super::model::{Choice, Model, Pass};
use super::number::{from_count, from_small};
use super::place::Place;
use super::sequence::{NOWHERE, Part, Sequence, Token, UNRANKED};
use super::symbols::{NAME, NUMBER, Symbol, TEXT, index, is_blank};

/// How many candidates from the request's own text the network sees.
const KEPT: usize = 48;
/// How much of a say the counts alone get, by the length of the longest match: what has stood here word for word will
/// most likely stand here again, whatever files elsewhere look like.
const PLAIN_SHARE: [f32; ORDER + 1] = [0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.2, 0.3, 0.4];
/// Shared symbols less likely than this are no candidates.
const FAINT: f32 = 0.004;
/// The most earlier places looked at for one token.
const WALK: usize = 1500;

/// The candidates for one place.
#[derive(Default)]
pub(crate) struct Outlook {
    /// The tokens that may come next.
    pub(crate) candidates: Vec<Candidate>,
    choices: Vec<Choice>,
    pass: Pass,
    slots: Vec<u32>,
    used: Vec<Symbol>,
    /// The weight of new names after the same shape.
    fresh: [f32; ORDER + 1],
}

impl Outlook {
    /// Gathers and weighs everything that may come next.
    pub(crate) fn look(
        &mut self,
        history: &History<'_>,
        scene: &Scene<'_>,
        more: &[Symbol],
        model: &Model,
    ) {
        self.gather(history, scene, more);
        let slots = scene.slots(history, &Place::find(history, scene.symbols));
        model.run(&slots, &self.choices, &mut self.pass);
        let longest = self
            .candidates
            .iter()
            .map(Candidate::longest)
            .max()
            .unwrap_or(0);
        let share = PLAIN_SHARE.get(longest).copied().unwrap_or(0.0);
        let learned = (1.0 - share) / self.reserve();
        for (candidate, chance) in self.candidates.iter_mut().zip(&self.pass.choices) {
            candidate.chance = learned * chance + share * candidate.chance;
        }
        for place in 0..self.pass.shared.len() {
            let chance = self.pass.shared.get(place).copied().unwrap_or(0.0);
            let Ok(symbol) = Symbol::try_from(place) else {
                break;
            };
            let foreign =
                scene.symbols.is_stranger(symbol) && history.sequence.uses(symbol).all == 0;
            if chance > FAINT
                && !is_blank(symbol)
                && !foreign
                && let Some(candidate) = self.candidate(symbol, scene.symbols.kind(symbol))
            {
                candidate.chance = learned * chance;
            }
        }
        self.candidates
            .sort_by(|one, other| other.chance.total_cmp(&one.chance));
    }

    /// Makes a candidate at least so likely, at the cost of the others.
    pub(crate) fn expect(&mut self, symbol: Symbol, chance: f32) {
        let Some(at) = self.candidates.iter().position(|one| one.symbol == symbol) else {
            return;
        };
        let before = self.candidates[at].chance;
        if before >= chance {
            return;
        }
        let rest = (1.0 - chance) / (1.0 - before).max(0.01);
        for candidate in &mut self.candidates {
            candidate.chance *= rest;
        }
        self.candidates[at].chance = chance;
        self.candidates
            .sort_by(|one, other| other.chance.total_cmp(&one.chance));
    }

    /// What is left for names that can be written: a name that nothing has shown cannot be, so its chances fall to the
    /// others, unless it is nearly sure.
    fn reserve(&self) -> f32 {
        let fresh = self.pass.shared.get(index(NAME)).copied().unwrap_or(0.0);
        1.0 - fresh.min(1.0 - fresh).max(0.0)
    }

    /// Gathers what the request's own text offers, and describes it to the network.
    pub(crate) fn gather(
        &mut self,
        history: &History<'_>,
        scene: &Scene<'_>,
        more: &[Symbol],
    ) -> &[Choice] {
        self.reset();
        self.walk_words(history);
        self.walk_shapes(history);
        self.weigh();
        self.forget_all_but(KEPT);
        for symbol in history
            .recent
            .iter()
            .chain(&scene.function.parameters)
            .chain(more)
        {
            self.candidate(*symbol, Kind::Word);
        }
        let place = Place::find(history, scene.symbols);
        self.choices.clear();
        for candidate in &self.candidates {
            self.choices.push(scene.choice(candidate, history, &place));
        }
        &self.choices
    }

    fn forget_all_but(&mut self, kept: usize) {
        self.candidates.truncate(kept);
        for symbol in self.used.drain(..) {
            if let Some(slot) = self.slots.get_mut(index(symbol)) {
                *slot = NOWHERE;
            }
        }
        for (place, candidate) in self.candidates.iter().enumerate() {
            if let (Some(slot), Ok(place)) = (
                self.slots.get_mut(index(candidate.symbol)),
                u32::try_from(place),
            ) {
                *slot = place;
            }
            self.used.push(candidate.symbol);
        }
    }

    fn reset(&mut self) {
        for symbol in self.used.drain(..) {
            if let Some(slot) = self.slots.get_mut(index(symbol)) {
                *slot = NOWHERE;
            }
        }
        self.candidates.clear();
        self.fresh = [0.0; ORDER + 1];
    }

    fn candidate(&mut self, symbol: Symbol, kind: Kind) -> Option<&mut Candidate> {
        let slot = index(symbol);
        if self.slots.len() <= slot {
            self.slots.resize(slot + 1, NOWHERE);
        }
        let known = self.slots.get(slot).copied().unwrap_or(NOWHERE);
        if known != NOWHERE {
            return self.candidates.get_mut(index(known));
        }
        let place = u32::try_from(self.candidates.len()).ok()?;
        if let Some(entry) = self.slots.get_mut(slot) {
            *entry = place;
        }
        self.used.push(symbol);
        self.candidates.push(Candidate {
            symbol,
            kind,
            exact: [0.0; ORDER + 1],
            shape: [0.0; ORDER + 1],
            spaced: 0.0,
            by_words: 0.0,
            by_shape: 0.0,
            chance: 0.0,
        });
        self.candidates.last_mut()
    }

    fn walk_words(&mut self, history: &History<'_>) {
        let Some(last) = history.back(0) else { return };
        let sequence = history.sequence;
        let mut at = sequence.last_of(last.symbol);
        for _ in 0..WALK {
            if at == NOWHERE {
                break;
            }
            let place = index(at);
            if let Some(next) = sequence.tokens.get(place + 1) {
                let length = history.matched(place, |one, other| one.symbol == other.symbol);
                let weight = weight(sequence, place);
                if let Some(candidate) = self.candidate(next.symbol, next.kind) {
                    add(&mut candidate.exact, length, weight);
                    candidate.spaced += sign(next.space) * weight * from_count(length * length);
                }
            }
            at = sequence.earlier.get(place).copied().unwrap_or(NOWHERE);
        }
    }

    fn walk_shapes(&mut self, history: &History<'_>) {
        let (Some(last), Some(before)) = (history.back(0), history.back(1)) else {
            return;
        };
        let sequence = history.sequence;
        let mut at = sequence.last_blank(before.blank, last.blank);
        for _ in 0..WALK {
            if at == NOWHERE {
                break;
            }
            let place = index(at);
            if let Some(next) = sequence.tokens.get(place + 1) {
                let length = history.matched(place, |one, other| one.blank == other.blank);
                let weight = weight(sequence, place);
                self.vote(history, (place + 1, *next), (length, weight));
            }
            at = sequence
                .earlier_blank
                .get(place)
                .copied()
                .unwrap_or(NOWHERE);
        }
    }

    fn vote(
        &mut self,
        history: &History<'_>,
        (place, next): (usize, Token),
        (length, weight): (usize, f32),
    ) {
        let symbol = if next.blank == NAME {
            let rank = history
                .sequence
                .rank
                .get(place)
                .copied()
                .unwrap_or(UNRANKED);
            let Some(name) = history.recent.get(usize::from(rank)) else {
                add(&mut self.fresh, length, weight);
                return;
            };
            *name
        } else if next.blank == TEXT || next.blank == NUMBER {
            add(&mut self.fresh, length, weight);
            return;
        } else {
            next.symbol
        };
        if let Some(candidate) = self.candidate(symbol, next.kind) {
            add(&mut candidate.shape, length, weight);
            candidate.spaced += sign(next.space) * weight * from_count(length);
        }
    }

    /// Blends both views, each by escape from the longest context to the shortest.
    fn weigh(&mut self) {
        let (exact, certain) = self.escape(|candidate| &candidate.exact, 0.0);
        let (shape, likely) = self.escape(|candidate| &candidate.shape, 1.0);
        let words = certain / (certain + 0.8 * likely + 0.01);
        for (candidate, (by_words, by_shape)) in
            self.candidates.iter_mut().zip(exact.iter().zip(&shape))
        {
            candidate.by_words = *by_words;
            candidate.by_shape = *by_shape;
            candidate.chance = words * by_words + (1.0 - words) * by_shape;
        }
        self.candidates
            .sort_by(|one, other| other.chance.total_cmp(&one.chance));
    }

    fn escape(
        &self,
        view: impl Fn(&Candidate) -> &[f32; ORDER + 1],
        fresh: f32,
    ) -> (Vec<f32>, f32) {
        let mut chances = vec![0.0; self.candidates.len()];
        let mut sure = 0.0;
        for order in 1..=ORDER {
            let mut total = fresh * self.fresh.iter().skip(order).sum::<f32>();
            let mut distinct = if total > 0.0 { 1.0 } else { 0.0 };
            let counts: Vec<f32> = self
                .candidates
                .iter()
                .map(|one| view(one).iter().skip(order).sum())
                .collect();
            for count in counts.iter().filter(|count| **count > 0.0) {
                total += count;
                distinct += 1.0;
            }
            if total <= 0.0 {
                break;
            }
            let back = 0.3 * distinct / (1.0 + from_count(order) * 0.3);
            for (chance, count) in chances.iter_mut().zip(&counts) {
                *chance = (count + back * *chance) / (total + back);
            }
            sure = from_count(order) * total / (total + back);
        }
        (chances, sure)
    }
}

fn weight(sequence: &Sequence, place: usize) -> f32 {
    let distance = match sequence.part(place) {
        Part::Above => sequence.tokens.len() - place,
        Part::Below => 400 + place - sequence.below_start,
        Part::Context => return 0.25,
    };
    0.3 + 0.7 / (1.0 + from_count(distance) / 500.0)
}

fn add(counts: &mut [f32; ORDER + 1], length: usize, weight: f32) {
    if let Some(count) = counts.get_mut(length.min(ORDER)) {
        *count += weight;
    }
}

fn sign(space: bool) -> f32 {
    from_small(if space { 1 } else { -1 })
}
