//! Trains the network by gradient descent on examples made on the fly, on all cores, with the same result every time.
//!
//! Called by the training program. Written out by hand because the network is one hidden layer: what a library would
//! bring is more than what it would spare.

use std::fmt::Write as _;
use std::time::Instant;

use super::super::language::{Family, Language};
use super::super::model::{FACTS, HIDDEN, Model, Pass, WIDTH};
use super::super::predict::Outlook;
use super::super::spacing::Spacing;
use super::super::symbols::Vocabulary;
use super::examples::{Example, Maker};
use super::{Dice, Source};

/// How many workers share a step; fixed, so that the result does not depend on the machine.
const WORKERS: usize = 2;
/// How many examples each worker sees before a step.
const BATCH: usize = 400;

/// A gradient, in the shape of the model.
struct Gradient {
    model: Model,
    examples: usize,
    loss: f64,
    right: usize,
    hidden: Vec<f32>,
    query: Vec<f32>,
}

/// One worker: its sources, chance and memory.
struct Worker<'v> {
    maker: Maker<'v>,
    dice: Dice,
    pass: Pass,
    gradient: Gradient,
    families: Vec<Vec<usize>>,
}

/// What the optimizer remembers.
struct Adam {
    mean: Vec<Vec<f32>>,
    square: Vec<Vec<f32>>,
    step: i32,
}

/// Learns the network in a number of steps, or less if the seconds are over, and writes it in the form the model reads.
pub fn learn_network(
    sources: &[Source],
    vocabulary: &'static str,
    steps: usize,
    seconds: u64,
    report: &mut dyn FnMut(&str),
) -> Vec<u8> {
    let vocabulary = Vocabulary::new(vocabulary);
    let shared = vocabulary.size();
    let mut model = start(shared);
    let mut adam = Adam::new(&model);
    let started = Instant::now();
    let mut workers: Vec<Worker<'_>> = (0..WORKERS)
        .map(|at| Worker::new(&vocabulary, &model, sources, at))
        .collect();
    let (mut loss, mut right, mut seen) = (0.0, 0, 0);
    let mut step = 0;
    while step < steps && started.elapsed().as_secs() < seconds {
        std::thread::scope(|scope| {
            for worker in &mut workers {
                let model = &model;
                scope.spawn(move || worker.batch(model, sources));
            }
        });
        let mut all = workers.iter_mut();
        let Some(first) = all.next() else { break };
        for other in all {
            first.gradient.merge(&mut other.gradient);
        }
        loss += first.gradient.loss;
        right += first.gradient.right;
        seen += first.gradient.examples;
        let done =
            (part(step) / part(steps)).max(started.elapsed().as_secs_f32() / seconds_of(seconds));
        let rate = 0.004 * (1.0 - done).clamp(0.03, 1.0) * (part(step + 1) / 100.0).min(1.0);
        adam.step(&mut model, &mut first.gradient, rate);
        step += 1;
        if step % 200 == 0 {
            let mut line = String::new();
            let _ = write!(
                line,
                "step {step} seen {seen} loss {:.4} right {:.2}% {:.0}s",
                loss / f64::from(u32::try_from(seen).unwrap_or(1)),
                100.0 * part(right) / part(seen.max(1)),
                started.elapsed().as_secs_f32()
            );
            report(&line);
            (loss, right, seen) = (0.0, 0, 0);
        }
    }
    write(&model)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "only progress is measured with it"
)]
fn part(count: usize) -> f32 {
    count as f32
}

#[expect(
    clippy::cast_precision_loss,
    reason = "only progress is measured with it"
)]
fn seconds_of(seconds: u64) -> f32 {
    seconds as f32
}

/// A model of small numbers drawn by chance.
fn start(shared: usize) -> Model {
    let mut dice = Dice::new(7);
    let mut numbers = Vec::new();
    let spreads = [0.1, 0.05, 0.06, 0.0, 0.12, 0.0, 0.0];
    for (size, spread) in Model::sizes(shared).into_iter().zip(spreads) {
        numbers.extend((0..size).map(|_| (part(dice.roll(2001)) / 1000.0 - 1.0) * spread));
    }
    Model::of(shared, &numbers).unwrap_or_else(|| Model {
        shared,
        input: Vec::new(),
        output: Vec::new(),
        first: Vec::new(),
        bias: Vec::new(),
        second: Vec::new(),
        trust: Vec::new(),
        fact: Vec::new(),
    })
}

fn parts(model: &mut Model) -> [&mut Vec<f32>; 7] {
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

/// The upper half of each number, rounded to the nearest.
fn write(model: &Model) -> Vec<u8> {
    let mut model = model.clone();
    let mut bytes = Vec::new();
    for part in parts(&mut model) {
        for number in part.iter() {
            let rounded = number.to_bits().wrapping_add(0x8000) >> 16;
            bytes.extend_from_slice(&u16::try_from(rounded).unwrap_or(0).to_le_bytes());
        }
    }
    bytes
}

impl<'v> Worker<'v> {
    fn new(vocabulary: &'v Vocabulary, model: &Model, sources: &[Source], at: usize) -> Self {
        let mut empty = model.clone();
        for part in parts(&mut empty) {
            part.fill(0.0);
        }
        let mut families = vec![Vec::new(); Family::ALL.len()];
        for (place, source) in sources.iter().enumerate() {
            if let Some(family) = families.get_mut(Language::of(&source.name).family.index()) {
                family.push(place);
            }
        }
        families.retain(|family| !family.is_empty());
        Self {
            families,
            maker: Maker {
                vocabulary,
                spacing: Spacing::default(),
                outlook: Outlook::default(),
            },
            dice: Dice::new(11 + u64::try_from(at).unwrap_or(0)),
            pass: Pass::default(),
            gradient: Gradient {
                model: empty,
                examples: 0,
                loss: 0.0,
                right: 0,
                hidden: Vec::new(),
                query: Vec::new(),
            },
        }
    }

    fn batch(&mut self, model: &Model, sources: &[Source]) {
        while self.gradient.examples < BATCH {
            let family = self.dice.roll(self.families.len());
            let Some(family) = self.families.get(family) else {
                return;
            };
            let Some(at) = family.get(self.dice.roll(family.len())).copied() else {
                return;
            };
            let Some(source) = sources.get(at) else {
                return;
            };
            let near = (self.dice.roll(3) == 0)
                .then(|| sources.get(at + 1))
                .flatten();
            let near = near.filter(|other| other.package() == source.package());
            let (pass, gradient) = (&mut self.pass, &mut self.gradient);
            self.maker
                .file(source, near, &mut self.dice, &mut |example| {
                    model.run(&example.slots, example.choices, pass);
                    gradient.learn(model, example, pass);
                });
        }
    }
}

impl Gradient {
    /// Adds what one example says.
    fn learn(&mut self, model: &Model, example: &Example<'_>, pass: &mut Pass) {
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
            }
        }
        for (choice, error) in example.choices.iter().zip(&pass.choices) {
            if error.abs() > 1e-4 {
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
    fn merge(&mut self, other: &mut Self) {
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

impl Adam {
    fn new(model: &Model) -> Self {
        let sizes = Model::sizes(model.shared);
        let empty = || sizes.iter().map(|size| vec![0.0; *size]).collect();
        Self {
            mean: empty(),
            square: empty(),
            step: 0,
        }
    }

    /// Moves the model against the gradient, and empties the gradient.
    fn step(&mut self, model: &mut Model, gradient: &mut Gradient, rate: f32) {
        self.step += 1;
        let scale = 1.0 / part(gradient.examples.max(1));
        let (first, second) = (
            1.0 - 0.9_f32.powi(self.step),
            1.0 - 0.999_f32.powi(self.step),
        );
        let memory = self.mean.iter_mut().zip(&mut self.square);
        for ((numbers, errors), (mean, square)) in parts(model)
            .into_iter()
            .zip(parts(&mut gradient.model))
            .zip(memory)
        {
            let memory = mean.iter_mut().zip(square.iter_mut());
            for ((number, error), (mean, square)) in
                numbers.iter_mut().zip(errors.iter_mut()).zip(memory)
            {
                let slope = *error * scale;
                *mean += 0.1 * (slope - *mean);
                *square += 0.001 * (slope * slope - *square);
                *number -= rate * (*mean / first) / ((*square / second).sqrt() + 1e-8);
                *error = 0.0;
            }
        }
        (gradient.examples, gradient.loss, gradient.right) = (0, 0.0, 0);
    }
}
