//! Trains the network by gradient descent on examples made on the fly, on all cores, with the same result every time.
//!
//! Called by the training program. A fixed number of workers share every step whatever the machine, and no clock is asked, so
//! the result is the same.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use super::super::language::{Family, Language};
use super::super::model::{Model, Pass, WIDTH};
use super::super::predict::Outlook;
use super::super::spacing::Spacing;
use super::super::symbols::Vocabulary;
use super::examples::Maker;
use super::gradient::{Gradient, parts};
use super::{Dice, Source};

/// How many workers share a step; fixed, so that the result does not depend on the machine.
const WORKERS: usize = 2;
/// How many examples each worker sees before a step.
const BATCH: usize = 150;
/// The length of the longest step.
const RATE: f32 = 0.003;

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

/// Is told now and then how training goes, and may ask for what there is.
pub type Report<'r> = dyn FnMut(&str, &dyn Fn() -> Vec<u8>) + 'r;

/// Learns the network and writes it in the form the model reads.
pub fn learn_network(
    sources: &[Source],
    vocabulary: &'static str,
    steps: usize,
    report: &mut Report<'_>,
) -> Vec<u8> {
    let (vocabulary, spacing) = (Arc::new(Vocabulary::new(vocabulary)), Spacing::default());
    let shared = vocabulary.size();
    let mut model = start(shared);
    let mut adam = Adam::new(&model);
    #[expect(clippy::disallowed_methods, reason = "measures its own duration")]
    let started = Instant::now();
    let mut workers: Vec<Worker<'_>> = (0..WORKERS)
        .map(|at| Worker::new((&vocabulary, &spacing), &model, sources, at))
        .collect();
    let (mut loss, mut right, mut seen) = (0.0, 0, 0);
    for step in 0..steps {
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
        let left = (1.0 - part(step) / part(steps)).clamp(0.03, 1.0);
        let rate = RATE * left * (part(step + 1) / 100.0).min(1.0);
        adam.step(&mut model, &mut first.gradient, rate);
        if step % 100 == 99 {
            let mut line = String::new();
            let _ = write!(
                line,
                "step {} seen {seen} loss {:.4} right {:.2}% {:.0}s",
                step + 1,
                loss / f64::from(u32::try_from(seen).unwrap_or(1)),
                100.0 * part(right) / part(seen.max(1)),
                started.elapsed().as_secs_f32()
            );
            report(&line, &|| write(&model));
            (loss, right, seen) = (0.0, 0, 0);
        }
    }
    write(&model)
}

/// Says how often the likeliest token is the right one, and how surprising the right one is, for each folder.
pub fn measure_network(
    sources: &[Source],
    vocabulary: &'static str,
    bytes: &[u8],
    rounds: usize,
) -> String {
    let (vocabulary, spacing) = (Arc::new(Vocabulary::new(vocabulary)), Spacing::default());
    let Some(model) = Model::read(vocabulary.size(), bytes) else {
        return String::new();
    };
    let mut worker = Worker::new((&vocabulary, &spacing), &model, sources, 5);
    let mut out = String::new();
    for family in worker.families.clone() {
        let (mut seen, mut right, mut loss, mut plain) = (0_usize, 0_usize, 0.0_f32, 0_usize);
        for _ in 0..rounds {
            let Some(source) = family
                .get(worker.dice.roll(family.len()))
                .and_then(|at| sources.get(*at))
            else {
                break;
            };
            let (maker, pass) = (&mut worker.maker, &mut worker.pass);
            maker.file(source, None, &mut worker.dice, &mut |example| {
                model.run(&example.slots, example.choices, pass);
                let chance = example.chosen.map_or_else(
                    || pass.shared.get(example.shared),
                    |at| pass.choices.get(at),
                );
                let chance = chance.copied().unwrap_or(0.0);
                let highest = pass
                    .choices
                    .iter()
                    .chain(&pass.shared)
                    .copied()
                    .fold(0.0_f32, f32::max);
                seen += 1;
                right += usize::from(chance >= highest && chance > 0.0);
                plain += usize::from(example.chosen == Some(0));
                loss -= chance.max(1e-9).ln();
            });
        }
        let name = family
            .first()
            .and_then(|at| sources.get(*at))
            .map_or("", |source| source.package());
        let _ = writeln!(
            out,
            "{name:24} {seen:6} right {:.2}% plain {:.2}% loss {:.4}",
            100.0 * part(right) / part(seen.max(1)),
            100.0 * part(plain) / part(seen.max(1)),
            loss / part(seen.max(1))
        );
    }
    out
}

#[expect(
    clippy::cast_precision_loss,
    reason = "only progress is measured with it"
)]
fn part(count: usize) -> f32 {
    count as f32
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
    fn new(
        (vocabulary, spacing): (&'v Arc<Vocabulary>, &'v Spacing),
        model: &Model,
        sources: &[Source],
        at: usize,
    ) -> Self {
        let mut empty = model.clone();
        for part in parts(&mut empty) {
            part.fill(0.0);
        }
        let mut families = vec![Vec::new(); Family::ALL.len()];
        let packages = sources.iter().enumerate();
        for (place, source) in packages.filter(|(_, source)| !source.is_lesson()) {
            if let Some(family) = families.get_mut(Language::of(&source.name).family.index()) {
                family.push(place);
            }
        }
        families.retain(|family| !family.is_empty());
        Self {
            families,
            maker: Maker {
                vocabulary,
                spacing,
                outlook: Outlook::default(),
            },
            dice: Dice::new(11 + u64::try_from(at).unwrap_or(0)),
            pass: Pass::default(),
            gradient: Gradient {
                model: empty,
                examples: 0,
                loss: 0.0,
                right: 0,
                query: [0.0; WIDTH],
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
