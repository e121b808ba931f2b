//! Weighs what the words of one function's name say for shapes.
//!
//! Called for every shape that is weighed. The decision: what a word says of each operator is gathered once a request,
//! so that a shape costs no look-up but its own.

use super::super::symbols::index;
use super::table::{Known, Saying, ShapeTable};

/// The family number under which the marks of all families are kept together.
const TOGETHER: usize = 9;
/// How many occurrences the operators alone stand for.
const PSEUDO: f32 = 0.4;
/// The most that an operator alone says, as a logarithm.
const LOUDEST: f32 = 3.5;

/// A word of a function's name with what it says.
pub(super) struct Voice {
    /// Its number.
    pub(super) word: u32,
    /// How much it counts.
    pub(super) weight: f32,
    /// How often it was seen.
    seen: f32,
    /// For each mark how much likelier it makes it, as a logarithm.
    lifts: Vec<f32>,
}

impl ShapeTable {
    /// What some words say in a family; unknown words are left out.
    pub(super) fn voices(&self, words: &[String], family: usize) -> Vec<Voice> {
        let known = words.iter().filter_map(|word| {
            let number = *self.words.get(word.as_str())?;
            Some(Voice {
                word: number,
                // What a parameter is called says less of what is done than the function's own name does.
                weight: if word.starts_with('#') { 0.35 } else { 1.0 },
                seen: self.all_seen.get(&number).copied().unwrap_or(0.0),
                lifts: self.lifts(family, number),
            })
        });
        known.collect()
    }

    fn lifts(&self, family: usize, word: u32) -> Vec<f32> {
        let spread = |family: usize| {
            let mut lifts = vec![0.0; self.marks.len()];
            for (mark, lift) in self.lifts.get(&(family, word)).into_iter().flatten() {
                if let Some(slot) = lifts.get_mut(*mark) {
                    *slot = *lift;
                }
            }
            lifts
        };
        let mut lifts = spread(family);
        for (home, all) in lifts.iter_mut().zip(spread(TOGETHER)) {
            let all = 0.8 * all;
            let agrees = *home == 0.0 || (*home > 0.0) == (all > 0.0);
            if agrees && all.abs() > home.abs() {
                *home = all;
            }
            *home /= 10.0;
        }
        lifts
    }

    /// How often each word was seen in a row of the table.
    pub(super) fn seen(&self, row: usize, voices: &[Voice]) -> Vec<f32> {
        let seen = self.seen.get(row);
        let times = |voice: &Voice| seen.and_then(|seen| seen.get(&voice.word)).copied();
        voices
            .iter()
            .map(|voice| times(voice).unwrap_or(0.0))
            .collect()
    }

    /// How much likelier a word makes a shape, as a logarithm; how often the word and all were seen in its row is
    /// given.
    pub(super) fn evidence(&self, known: &Known, voice: &Voice, (seen, all): (f32, f32)) -> f32 {
        let expected = known.count * seen / all.max(1.0);
        let broad = self.kin_evidence(&known.saying, voice).exp();
        ((count_of(&known.words, voice.word) + PSEUDO * broad) / (expected + PSEUDO)).ln()
    }

    /// How much likelier a word makes what a shape says in any language, as a logarithm.
    pub(super) fn kin_evidence(&self, saying: &Saying, voice: &Voice) -> f32 {
        let broad = mark_evidence(&saying.marks, voice);
        let Some(gist) = saying.gist.and_then(|place| self.gists.get(place)) else {
            return broad;
        };
        let expected = gist.count * voice.seen / self.all_total.max(1.0);
        let found = gist.words.get(&voice.word).copied().unwrap_or(0.0);
        ((found + PSEUDO * broad.exp()) / (expected + PSEUDO)).ln()
    }

    /// What all words together say for what a shape says.
    pub(super) fn weighed(&self, saying: &Saying, voices: &[Voice]) -> f32 {
        let said = |voice: &Voice| voice.weight * self.kin_evidence(saying, voice);
        voices.iter().map(said).sum()
    }

    /// How much less likely a shape is without the words that usually come with it, as a logarithm.
    pub(super) fn missing(&self, known: &Known, present: &[Voice]) -> f32 {
        let mut sum = 0.0;
        for (word, count) in &known.words {
            let usual = count / (known.count + 4.0);
            let plain = self.plain.get(index(*word)).copied().unwrap_or(false);
            if plain && usual > 0.2 && !present.iter().any(|other| other.word == *word) {
                sum += (1.0 - usual).max(0.1).ln();
            }
        }
        sum
    }
}

/// How much likelier a word makes the most telling of some marks, as a logarithm.
fn mark_evidence(marks: &[usize], voice: &Voice) -> f32 {
    let mut strongest = 0.0_f32;
    for mark in marks {
        let lift = voice.lifts.get(*mark).copied().unwrap_or(0.0);
        if lift.abs() > strongest.abs() {
            strongest = lift;
        }
    }
    strongest.clamp(-LOUDEST, LOUDEST)
}

fn count_of(words: &[(u32, f32)], word: u32) -> f32 {
    words
        .binary_search_by_key(&word, |(word, _)| *word)
        .ok()
        .and_then(|at| words.get(at))
        .map_or(0.0, |(_, count)| *count)
}
