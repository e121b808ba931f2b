//! A small learned network that weighs everything that may come next.
//!
//! Called for every token the decoder considers. It reads the last tokens, where the line and the call they stand in
//! began, and the enclosing function's name; it scores the shared vocabulary and the names of the file in one go, the
//! latter by the words they are made of and by what the request's own text says for them.

use super::number::from_count;

/// How many places of the context are read.
pub(crate) const SLOTS: usize = 24;
/// How many rows may add up to one place or one name.
pub(crate) const ROWS: usize = 4;
/// How many facts a candidate brings from the request's own text.
pub(crate) const FACTS: usize = 80;
/// The width of an embedding.
pub(crate) const WIDTH: usize = 48;
/// The width of the hidden layer.
pub(crate) const HIDDEN: usize = 192;
/// How many rows stand for words that names are made of.
pub(crate) const WORD_ROWS: usize = 6144;
/// How many rows stand for anything else.
pub(crate) const EXTRA_ROWS: usize = 96;
/// How many numbers of a product are summed side by side; every width is a multiple of it.
const LANES: usize = 16;
/// No row.
pub(crate) const NO_ROW: u16 = u16::MAX;

/// The rows that add up to one place or one name.
pub(crate) type Rows = [u16; ROWS];

/// A candidate as the network sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    /// What it is made of.
    pub(crate) rows: Rows,
    /// What the request's own text says for it.
    pub(crate) facts: [f32; FACTS],
    /// Its place among the shared numbers, if it has one.
    pub(crate) shared: Option<usize>,
}

/// The learned numbers, in one row each for inputs and outputs.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// How many rows are shared symbols.
    pub(crate) shared: usize,
    /// What the context is read with, one row after the other.
    pub(crate) input: Vec<f32>,
    /// What candidates are compared with, the last number of a row being its bias.
    pub(crate) output: Vec<f32>,
    /// From the places to the hidden layer, by place, then by input number.
    pub(crate) first: Vec<f32>,
    /// The hidden layer's biases.
    pub(crate) bias: Vec<f32>,
    /// From the hidden layer to the width of an output row.
    pub(crate) second: Vec<f32>,
    /// From the hidden layer to the weights of the facts.
    pub(crate) trust: Vec<f32>,
    /// The weights of the facts where the hidden layer is silent.
    pub(crate) fact: Vec<f32>,
}

/// What one pass leaves behind; kept between passes to spare allocations.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    /// The input numbers.
    pub(crate) read: Vec<f32>,
    /// The hidden layer.
    pub(crate) hidden: [f32; HIDDEN],
    /// What outputs are compared with.
    pub(crate) query: [f32; WIDTH],
    /// The weights of the facts.
    pub(crate) trust: [f32; FACTS],
    /// The scores of the shared symbols, later their probabilities.
    pub(crate) shared: Vec<f32>,
    /// The scores of the choices, later their probabilities.
    pub(crate) choices: Vec<f32>,
}

impl Default for Pass {
    fn default() -> Self {
        Self {
            read: Vec::new(),
            hidden: [0.0; HIDDEN],
            query: [0.0; WIDTH],
            trust: [0.0; FACTS],
            shared: Vec::new(),
            choices: Vec::new(),
        }
    }
}

// === impl Model ===

impl Model {
    /// How many rows there are.
    pub(crate) fn rows(shared: usize) -> usize {
        shared + WORD_ROWS + EXTRA_ROWS
    }

    /// The sizes of the parts, in the order of the file.
    pub(crate) fn sizes(shared: usize) -> [usize; 7] {
        let rows = Self::rows(shared);
        [
            rows * WIDTH,
            rows * WIDTH,
            SLOTS * WIDTH * HIDDEN,
            HIDDEN,
            HIDDEN * WIDTH,
            HIDDEN * FACTS,
            FACTS,
        ]
    }

    /// Makes a model of its parts in the order of the file.
    pub(crate) fn of(shared: usize, numbers: &[f32]) -> Option<Self> {
        let mut from = 0;
        let mut parts = Vec::new();
        for size in Self::sizes(shared) {
            parts.push(numbers.get(from..from + size)?.to_vec());
            from += size;
        }
        let mut parts = parts.into_iter();
        Some(Self {
            shared,
            input: parts.next()?,
            output: parts.next()?,
            first: parts.next()?,
            bias: parts.next()?,
            second: parts.next()?,
            trust: parts.next()?,
            fact: parts.next()?,
        })
    }

    /// Reads the compiled-in file: halves of single precision, the most telling half of each number.
    pub(crate) fn read(shared: usize, bytes: &[u8]) -> Option<Self> {
        let (halves, _) = bytes.as_chunks::<2>();
        let numbers: Vec<f32> = halves
            .iter()
            .map(|half| f32::from_bits(u32::from(u16::from_le_bytes(*half)) << 16))
            .collect();
        Self::of(shared, &numbers)
    }

    /// Scores everything and turns the scores into probabilities.
    pub(crate) fn run(&self, slots: &[Rows; SLOTS], choices: &[Choice], pass: &mut Pass) {
        self.read_context(slots, pass);
        pass.shared.clear();
        let (rows, _) = self.output.as_chunks::<WIDTH>();
        pass.shared.extend(
            rows.iter()
                .take(self.shared)
                .map(|row| dot(&pass.query, row)),
        );
        pass.choices.clear();
        for choice in choices {
            let base = match choice.shared {
                Some(place) => pass.shared.get(place).copied().unwrap_or(0.0),
                None => choice
                    .rows
                    .iter()
                    .filter_map(|row| rows.get(usize::from(*row)))
                    .map(|row| dot(&pass.query, row))
                    .sum(),
            };
            let facts = dot(&pass.trust, &choice.facts);
            let rank = if choice.shared.is_some() {
                self.extra(choice, &pass.query)
            } else {
                0.0
            };
            pass.choices.push(base + facts + rank);
        }
        // A choice that is also a shared symbol takes that symbol's place.
        for choice in choices {
            if let Some(slot) = choice.shared.and_then(|place| pass.shared.get_mut(place)) {
                *slot = f32::NEG_INFINITY;
            }
        }
        normalize(pass);
    }

    /// The score a shared symbol draws from the rows beside its own.
    fn extra(&self, choice: &Choice, query: &[f32; WIDTH]) -> f32 {
        let (rows, _) = self.output.as_chunks::<WIDTH>();
        let beside = choice
            .rows
            .iter()
            .skip(1)
            .filter_map(|row| rows.get(usize::from(*row)));
        beside.map(|row| dot(query, row)).sum()
    }

    /// Runs the layers that read the context.
    pub(crate) fn read_context(&self, slots: &[Rows; SLOTS], pass: &mut Pass) {
        let (rows, _) = self.input.as_chunks::<WIDTH>();
        pass.read.clear();
        pass.read.resize(SLOTS * WIDTH, 0.0);
        for (sums, slot) in pass.read.chunks_mut(WIDTH).zip(slots) {
            for row in slot.iter().filter_map(|row| rows.get(usize::from(*row))) {
                for (sum, part) in sums.iter_mut().zip(row) {
                    *sum += part;
                }
            }
        }
        pass.hidden.fill(0.0);
        for (sum, bias) in pass.hidden.iter_mut().zip(&self.bias) {
            *sum = *bias;
        }
        add_rows(&pass.read, &self.first, &mut pass.hidden);
        for number in &mut pass.hidden {
            *number = number.max(0.0);
        }
        pass.query.fill(0.0);
        add_rows(&pass.hidden, &self.second, &mut pass.query);
        // The last number of a query meets the biases of the rows.
        if let Some(last) = pass.query.last_mut() {
            *last = 1.0;
        }
        for (sum, fact) in pass.trust.iter_mut().zip(&self.fact) {
            *sum = *fact;
        }
        add_rows(&pass.hidden, &self.trust, &mut pass.trust);
    }
}

/// The product of two rows, in lanes that a processor adds at once.
#[inline]
pub(crate) fn dot<const N: usize>(one: &[f32; N], other: &[f32; N]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (ours, theirs) = (one.as_chunks::<LANES>().0, other.as_chunks::<LANES>().0);
    for (ours, theirs) in ours.iter().zip(theirs) {
        for (sum, (one, other)) in sums.iter_mut().zip(ours.iter().zip(theirs)) {
            *sum += one * other;
        }
    }
    sums.iter().sum()
}

/// Adds a multiple of a row to another.
#[inline]
pub(crate) fn add_row<const N: usize>(to: &mut [f32; N], by: f32, row: &[f32; N]) {
    for (sum, part) in to.iter_mut().zip(row) {
        *sum += by * part;
    }
}

/// Adds the rows of a layer, each by the number that is read at its place.
fn add_rows<const N: usize>(numbers: &[f32], rows: &[f32], to: &mut [f32; N]) {
    for (number, row) in numbers.iter().zip(rows.as_chunks::<N>().0) {
        if *number != 0.0 {
            add_row(to, *number, row);
        }
    }
}

fn normalize(pass: &mut Pass) {
    let scores = || pass.shared.iter().chain(&pass.choices);
    let highest = scores().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut total = from_count(0);
    for score in pass.shared.iter_mut().chain(&mut pass.choices) {
        *score = exponential(*score - highest);
        total += *score;
    }
    let scale = 1.0 / total.max(1e-20);
    for score in pass.shared.iter_mut().chain(&mut pass.choices) {
        *score *= scale;
    }
}

/// The exponential of a number that is at most nothing, quick enough for thousands a token.
fn exponential(number: f32) -> f32 {
    if number < -20.0 {
        return 0.0;
    }
    let part = 1.0 + number / 1024.0;
    let mut power = part;
    for _ in 0..10 {
        power *= power;
    }
    power
}
