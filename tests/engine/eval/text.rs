//! Reads the files that are asked about and finds places in them.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of a corpus.
pub(crate) struct File {
    /// Where it is; the part of its name before `__` is its package.
    pub(crate) path: PathBuf,
    /// What it holds.
    pub(crate) text: String,
}

/// Chance from a fixed seed, so that every run asks at the same places.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    pub(crate) fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

impl File {
    /// The files of a folder that are long enough, by name.
    pub(crate) fn all(folder: &Path, at_least: usize) -> Vec<Self> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        let read = |path: PathBuf| {
            let text = fs::read_to_string(&path).ok()?;
            (text.len() >= at_least).then_some(Self { path, text })
        };
        paths.into_iter().filter_map(read).collect()
    }

    /// The package the file belongs to.
    pub(crate) fn package(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        name.split("__").next().unwrap_or("").to_owned()
    }

    /// A random cursor in code: where a token starts, and the end of its line.
    pub(crate) fn place(&self, dice: &mut Dice) -> Option<(usize, usize)> {
        let text = &self.text;
        let is_python = self.path.extension().is_some_and(|ending| ending == "py");
        for _ in 0..50 {
            let at = dice.roll(text.len());
            let Some(before) = text.get(..at) else {
                continue;
            };
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            let length = text.get(start..)?.find('\n');
            let end = length.map_or(text.len(), |length| start + length);
            let line = text.get(start..end)?;
            let documented = is_python && before.matches("\"\"\"").count() % 2 == 1;
            let marks = ["#", "//", "*", "/*", "\"\"\"", "'''"];
            let prose = documented || marks.iter().any(|mark| line.trim_start().starts_with(mark));
            let tokens = starts(line);
            if prose || tokens.len() < 2 {
                continue;
            }
            let chosen = start + tokens.get(dice.roll(tokens.len()))?;
            return Some((chosen, end));
        }
        None
    }
}

/// Where tokens start in a line.
fn starts(line: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut before = ' ';
    for (at, now) in line.char_indices() {
        let word = |one: char| one == '_' || one.is_alphanumeric();
        let inside = (word(now) && word(before)) || (is_operator(now) && is_operator(before));
        if !now.is_whitespace() && !inside {
            found.push(at);
        }
        before = now;
    }
    found
}

fn is_operator(one: char) -> bool {
    "=<>!+-*/%&|^:.?".contains(one)
}

/// The first token of a text.
pub(crate) fn first_token(text: &str) -> &str {
    let text = text.trim();
    let cuts = starts(text);
    let end = cuts.get(1).copied().unwrap_or(text.len());
    text.get(..end).unwrap_or("").trim()
}

/// The first line of a text.
pub(crate) fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or("")
}
