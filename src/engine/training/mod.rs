//! Learns the tables the engine ships with from folders of source files.
//!
//! Called by the training program only. Files are read in the order of their names and chance comes from a fixed seed,
//! so the same sources give the same tables. Only shapes and bodies are learned from the textbook too.

mod bodies;
mod cold;
mod examples;
mod gradient;
mod network;
mod shapes;
mod vocabulary;

pub use bodies::learn_bodies;
pub use network::{Report, learn_network, measure_network};
pub use shapes::learn_shapes;
pub use vocabulary::{learn_spacing, learn_strangers, learn_vocabulary};

/// What the names of the textbook's packages begin with.
const LESSONS: &str = "textbook-";

/// A file to learn from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name, whose part before `__` names its package.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// The package the file belongs to.
    fn package(&self) -> &str {
        self.name.split("__").next().unwrap_or("")
    }

    /// Whether the file belongs to the textbook beside the training program.
    fn is_lesson(&self) -> bool {
        self.name.starts_with(LESSONS)
    }
}

/// Chance from a fixed seed.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Chance that is the same in every run.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below another.
    pub(crate) fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % u64::try_from(below.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}
