//! Counts what was asked and how it went, for one language.

use std::fmt::Write as _;

/// What was counted.
#[derive(Default)]
pub(crate) struct Tally {
    /// Cursors asked at.
    pub(crate) cursors: usize,
    /// Next tokens that were right.
    pub(crate) token: usize,
    /// Rests of lines that were right, shown or not.
    pub(crate) line: usize,
    /// Suggestions shown.
    pub(crate) shown: usize,
    /// Those that were right.
    pub(crate) right: usize,
    /// Characters of the lines that were typed.
    pub(crate) typed: usize,
    /// Characters that accepted suggestions brought, less a keystroke each.
    pub(crate) saved: usize,
    /// How long answers at new places took, in milliseconds.
    pub(crate) times: Vec<f64>,
    /// How long answers between keystrokes took.
    pub(crate) keystrokes: Vec<f64>,
    /// For each tenth of confidence how many lines had it, and how many were right.
    pub(crate) tenths: [(usize, usize); 10],
}

impl Tally {
    /// The titles of the columns.
    pub(crate) fn head() -> String {
        format!(
            "{:5} {:>7} {:>6} {:>6} {:>6} {:>8} {:>6} {:>7} {:>7} {:>7} {:>7}",
            "lang",
            "cursors",
            "token%",
            "line%",
            "shown%",
            "precise%",
            "saved%",
            "med ms",
            "p95 ms",
            "key med",
            "key p95"
        )
    }

    /// The figures as a line.
    pub(crate) fn row(&self, language: &str) -> String {
        format!(
            "{language:5} {:7} {:6.1} {:6.1} {:6.1} {:8.1} {:6.1} {:7.2} {:7.2} {:7.2} {:7.2}",
            self.cursors,
            share(self.token, self.cursors),
            share(self.line, self.cursors),
            share(self.shown, self.cursors),
            share(self.right, self.shown),
            share(self.saved, self.typed),
            percentile(&self.times, 50),
            percentile(&self.times, 95),
            percentile(&self.keystrokes, 50),
            percentile(&self.keystrokes, 95),
        )
    }

    /// How often lines of each confidence were right.
    pub(crate) fn calibration(&self) -> String {
        let mut lines = String::new();
        for (tenth, (all, right)) in self.tenths.iter().enumerate() {
            let _ = writeln!(
                lines,
                "  confidence 0.{tenth}: {all:5} right {:5.1}%",
                share(*right, *all)
            );
        }
        lines
    }
}

/// A part in hundredths of a whole.
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
pub(crate) fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

fn percentile(times: &[f64], percent: usize) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = sorted.len() * percent / 100;
    sorted.get(at).copied().unwrap_or(0.0)
}
