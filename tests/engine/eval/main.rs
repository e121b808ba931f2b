//! Measures the engine: next token, rest of the line, precision of what is shown, characters saved, time.
//!
//! Run as `cargo run --release --example engine-eval -- [DIRECTORY] [--cursors N] [--lines N] [--context]
//! [--at-least BYTES] [--only LANGUAGE] [--floors] [--verbose]`. Without a directory it goes through the small corpus
//! beside this file; `--floors` ends with an error if a figure lies below what it was when the floors were set.

#![expect(clippy::disallowed_methods, reason = "measures durations")]

mod ask;
mod floors;
mod tally;
mod text;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use ask::Asking;
use code_suggestions::engine::Engine;
use tally::Tally;
use text::{Dice, File};

/// The languages, by the names of their folders.
const LANGUAGES: [&str; 7] = ["py", "rs", "js", "go", "java", "c", "ruby"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)
    };
    let number = |name: &str, default: usize| {
        let value = value(name).and_then(|value| value.parse().ok());
        value.unwrap_or(default)
    };
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/heldout");
    let given = arguments.first().filter(|first| !first.starts_with("--"));
    let root = Path::new(given.map_or(own, String::as_str));
    let started = Instant::now();
    let engine = Engine::new();
    let mut out = std::io::stdout();
    let loading = started.elapsed().as_secs_f64() * 1e3;
    let _ = writeln!(out, "loaded in {loading:.2} ms\n{}", Tally::head());
    let mut below = 0;
    for language in LANGUAGES {
        if value("--only").is_some_and(|only| only != language) {
            continue;
        }
        let files = File::all(&root.join(language), number("--at-least", 0));
        let asking = Asking {
            engine: &engine,
            files: &files,
            context: has("--context"),
            verbose: has("--verbose"),
        };
        let mut tally = Tally::default();
        let mut dice = Dice::new();
        for _ in 0..number("--cursors", 400) {
            asking.cursor(&mut dice, &mut tally);
        }
        for _ in 0..number("--lines", 60) {
            asking.line(&mut dice, &mut tally);
        }
        let _ = writeln!(out, "{}", tally.row(language));
        if has("--verbose") {
            let _ = write!(out, "{}", tally.calibration());
        }
        if has("--floors") {
            below += floors::below(language, &tally, &mut out);
        }
    }
    if below == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
