//! Follows the error of an answer back through the network.
//!
//! Called by the training of the network for every example. Written out by hand because the network is one hidden
//! layer: what a library would bring is more than what it would spare.

use super::super::model::{FACTS, HIDDEN, Model, Pass, WIDTH, add_row, dot};
use super::super::number::from_count;
use super::examples::Example;

/// One in how many of the unlikely symbols an example looks at.
const TAIL: usize = 8;
/// Symbols at least this likely, or right, are looked at in every example.
const SURE: f32 = 2e-3;

/// A gradient, in the shape of the model.
pub(super) struct Gradient {
    /// See [`Model`] and the training loop.
    pub(super) model: Model,
    /// See [`Model`] and the training loop.
    pub(super) examples: usize,
    /// See [`Model`] and the training loop.
    pub(super) loss: f64,
    /// See [`Model`] and the training loop.
    pub(super) right: usize,
    /// See [`Model`] and the training loop.
    pub(super) query: [f32; WIDTH],
}

/// The parts of a model in the order of its file.
pub(super) fn parts(model: &mut Model) -> [&mut Vec<f32>; 7] {
    [
        &mut model.input,
        &mut model.output,
        &mut model.first,
        &mut model.bias,
        &mut model.second,
        &mut model.trust,
        &mut model.fact,
    ]
}

impl Gradient {
    /// Adds what one example says.
    pub(super) fn learn(&mut self, model: &Model, example: &Example<'_>, pass: &mut Pass) {
        self.examples += 1;
        let slot = match example.chosen {
            Some(place) => pass.choices.get_mut(place),
            None => pass.shared.get_mut(example.shared),
        };
        let Some(slot) = slot else { return };
        let chance = *slot;
        self.loss -= f64::from(chance.max(1e-9).ln());
        *slot -= 1.0;
        let highest = pass
            .choices
            .iter()
            .chain(&pass.shared)
            .copied()
            .fold(0.0_f32, f32::max);
        self.right += usize::from(chance >= highest && chance > 0.0);
        self.query.fill(0.0);
        let mut trust = [0.0_f32; FACTS];
        for (place, error) in pass.shared.iter().enumerate() {
            if error.abs() > SURE {
                self.output(model, pass, place, *error);
            } else if (place + self.examples).is_multiple_of(TAIL) {
                // The many unlikely symbols are heard in turn, each for all: ignored, they would gain weight unseen.
                self.output(model, pass, place, *error * from_count(TAIL));
            }
        }
        for (choice, error) in example.choices.iter().zip(&pass.choices) {
            if error.abs() > 1e-5 {
                for row in choice.rows.iter().filter(|row| **row != u16::MAX) {
                    self.output(model, pass, usize::from(*row), *error);
                }
                for (sum, fact) in trust.iter_mut().zip(&choice.facts) {
                    *sum += error * fact;
                }
            }
        }
        self.back(model, example, pass, &trust);
    }

    fn output(&mut self, model: &Model, pass: &Pass, row: usize, error: f32) {
        let (sums, weights) = (
            self.model.output.as_chunks_mut::<WIDTH>().0,
            model.output.as_chunks::<WIDTH>().0,
        );
        if let (Some(sums), Some(weights)) = (sums.get_mut(row), weights.get(row)) {
            add_row(sums, error, &pass.query);
            add_row(&mut self.query, error, weights);
        }
    }

    fn back(&mut self, model: &Model, example: &Example<'_>, pass: &Pass, trust: &[f32; FACTS]) {
        if let Some(last) = self.query.last_mut() {
            *last = 0.0;
        }
        for (sum, fact) in self.model.fact.iter_mut().zip(trust) {
            *sum += fact;
        }
        let mut hidden = [0.0_f32; HIDDEN];
        let query = (model.second.as_slice(), self.model.second.as_mut_slice());
        fold(&pass.hidden, &self.query, query, &mut hidden);
        let facts = (model.trust.as_slice(), self.model.trust.as_mut_slice());
        fold(&pass.hidden, trust, facts, &mut hidden);
        for (sum, error) in self.model.bias.iter_mut().zip(&hidden) {
            *sum += *error;
        }
        let weights = model.first.as_chunks::<HIDDEN>().0;
        let sums = self.model.first.as_chunks_mut::<HIDDEN>().0;
        let mut read = vec![0.0_f32; pass.read.len()];
        for (((number, row), sum), error) in pass.read.iter().zip(weights).zip(sums).zip(&mut read)
        {
            if *number != 0.0 {
                *error = dot(row, &hidden);
                add_row(sum, *number, &hidden);
            }
        }
        let inputs = self.model.input.as_chunks_mut::<WIDTH>().0;
        for (errors, slot) in read.as_chunks::<WIDTH>().0.iter().zip(&example.slots) {
            for row in slot {
                if let Some(sums) = inputs.get_mut(usize::from(*row)) {
                    add_row(sums, 1.0, errors);
                }
            }
        }
    }

    /// Takes over what another worker found, and empties it.
    pub(super) fn merge(&mut self, other: &mut Self) {
        self.examples += other.examples;
        self.loss += other.loss;
        self.right += other.right;
        (other.examples, other.loss, other.right) = (0, 0.0, 0);
        for (mine, theirs) in parts(&mut self.model)
            .into_iter()
            .zip(parts(&mut other.model))
        {
            for (sum, part) in mine.iter_mut().zip(theirs.iter_mut()) {
                *sum += *part;
                *part = 0.0;
            }
        }
    }
}

/// Follows an error back through a layer, to the numbers of the hidden layer that were not silent.
fn fold<const N: usize>(
    hidden: &[f32; HIDDEN],
    errors: &[f32; N],
    (weights, sums): (&[f32], &mut [f32]),
    back: &mut [f32; HIDDEN],
) {
    let rows = weights
        .as_chunks::<N>()
        .0
        .iter()
        .zip(sums.as_chunks_mut::<N>().0);
    for ((number, (row, sum)), back) in hidden.iter().zip(rows).zip(back) {
        if *number > 0.0 {
            *back += dot(row, errors);
            add_row(sum, *number, errors);
        }
    }
}
