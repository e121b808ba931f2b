//! Follows the error of an answer back through the network.
//!
//! Called by the training of the network for every example. Written out by hand because the network is one hidden
//! layer: what a library would bring is more than what it would spare.

use super::super::model::{FACTS, HIDDEN, Model, Pass, WIDTH};
use super::super::number::from_count;
use super::examples::Example;

/// One in how many of the unlikely symbols an example looks at.
const TAIL: usize = 8;

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
    pub(super) hidden: Vec<f32>,
    /// See [`Model`] and the training loop.
    pub(super) query: Vec<f32>,
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
        self.query.clear();
        self.query.resize(WIDTH, 0.0);
        let mut trust = [0.0_f32; FACTS];
        for (place, error) in pass.shared.iter().enumerate() {
            if error.abs() > 1e-4 {
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
        let range = row * WIDTH..(row + 1) * WIDTH;
        let (Some(sums), Some(weights)) = (
            self.model.output.get_mut(range.clone()),
            model.output.get(range),
        ) else {
            return;
        };
        for (sum, query) in sums.iter_mut().zip(&pass.query) {
            *sum += error * query;
        }
        for (sum, weight) in self.query.iter_mut().zip(weights) {
            *sum += error * weight;
        }
    }

    fn back(&mut self, model: &Model, example: &Example<'_>, pass: &Pass, trust: &[f32; FACTS]) {
        if let Some(last) = self.query.last_mut() {
            *last = 0.0;
        }
        for (sum, fact) in self.model.fact.iter_mut().zip(trust) {
            *sum += fact;
        }
        self.hidden.clear();
        self.hidden.resize(HIDDEN, 0.0);
        fold(
            &pass.hidden,
            &self.query,
            (&model.second, &mut self.model.second),
            &mut self.hidden,
        );
        fold(
            &pass.hidden,
            trust,
            (&model.trust, &mut self.model.trust),
            &mut self.hidden,
        );
        for ((sum, error), hidden) in self
            .model
            .bias
            .iter_mut()
            .zip(&mut self.hidden)
            .zip(&pass.hidden)
        {
            if *hidden <= 0.0 {
                *error = 0.0;
            }
            *sum += *error;
        }
        let (weights, _) = model.first.as_chunks::<HIDDEN>();
        let (sums, _) = self.model.first.as_chunks_mut::<HIDDEN>();
        let mut read = vec![0.0_f32; pass.read.len()];
        let hidden: &[f32; HIDDEN] = match self.hidden.as_slice().try_into() {
            Ok(hidden) => hidden,
            Err(_) => return,
        };
        for (((number, row), sum), error) in pass.read.iter().zip(weights).zip(sums).zip(&mut read)
        {
            if *number == 0.0 {
                continue;
            }
            let mut total = [0.0_f32; 8];
            for ((weight, sum), hidden) in row
                .chunks_exact(8)
                .zip(sum.chunks_exact_mut(8))
                .zip(hidden.chunks_exact(8))
            {
                for at in 0..8 {
                    total[at] += weight[at] * hidden[at];
                    sum[at] += number * hidden[at];
                }
            }
            *error = total.iter().sum();
        }
        for (errors, slot) in read.chunks_exact(WIDTH).zip(&example.slots) {
            for row in slot.iter().filter(|row| **row != u16::MAX) {
                let from = usize::from(*row) * WIDTH;
                let Some(sums) = self.model.input.get_mut(from..from + WIDTH) else {
                    continue;
                };
                for (sum, error) in sums.iter_mut().zip(errors) {
                    *sum += error;
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

fn fold(hidden: &[f32], errors: &[f32], (weights, sums): (&[f32], &mut [f32]), back: &mut [f32]) {
    let width = errors.len();
    let rows = weights
        .chunks_exact(width)
        .zip(sums.chunks_exact_mut(width));
    for ((number, (row, sum)), back) in hidden.iter().zip(rows).zip(back) {
        if *number > 0.0 {
            for ((weight, sum), error) in row.iter().zip(sum).zip(errors) {
                *back += weight * error;
                *sum += number * error;
            }
        }
    }
}
