//! Measures the engine on held-out files: tokens, lines, precision of what is shown, keystrokes saved, time.
//!
//! Run by hand: `cargo run --release --example engine-eval -- corpus/heldout [--cursors N] [--typing N] [--context]
//! [--at-least BYTES] [--only LANGUAGE] [--verbose]`.

#![expect(clippy::disallowed_methods, reason = "measures durations")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use code_suggestions::engine::{ContextFile, Engine, Options, Prompt, Suggestion, Task};

/// What was counted for one language.
#[derive(Default)]
struct Tally {
    cursors: usize,
    token: usize,
    line: usize,
    shown: usize,
    shown_right: usize,
    typed: usize,
    pressed: usize,
    times: Vec<f64>,
    bins: [(usize, usize); 10],
}

/// A small generator of random numbers, so that every run asks at the same places.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str, default: usize| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1))
            .and_then(|value| value.parse().ok())
            .unwrap_or(default)
    };
    let Some(root) = arguments.get(1) else { return };
    let context = arguments.iter().any(|argument| argument == "--context");
    let only = arguments
        .iter()
        .position(|argument| argument == "--only")
        .and_then(|at| arguments.get(at + 1));
    let verbose = arguments.iter().any(|argument| argument == "--verbose");
    let started = Instant::now();
    let engine = Engine::new();
    let loading = started.elapsed().as_secs_f64() * 1e3;
    let mut out = std::io::stdout();
    let _ = writeln!(out, "loaded in {loading:.2} ms");
    let _ = writeln!(
        out,
        "{:6} {:>7} {:>7} {:>7} {:>7} {:>9} {:>7} {:>7} {:>7}",
        "lang", "cursors", "token%", "line%", "shown%", "precise%", "saved%", "med ms", "p95 ms"
    );
    for language in ["py", "rs", "js", "go", "java", "c", "ruby"] {
        if only.is_some_and(|only| only != language) {
            continue;
        }
        let mut files = read(&Path::new(root).join(language));
        files.retain(|(_, text)| text.len() >= number("--at-least", 0));
        let mut tally = Tally::default();
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        for _ in 0..number("--cursors", 1000) {
            cursor(&engine, &files, &mut dice, context, verbose, &mut tally);
        }
        for _ in 0..number("--typing", 0) {
            typing(&engine, &files, &mut dice, &mut tally);
        }
        report(&mut out, language, &mut tally, verbose);
    }
}

fn read(folder: &Path) -> Vec<(PathBuf, String)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
        .into_iter()
        .filter_map(|path| fs::read_to_string(&path).ok().map(|text| (path, text)))
        .collect()
}

fn ask(
    engine: &Engine,
    name: &str,
    above: &str,
    below: &str,
    context: &[ContextFile<'_>],
    task: Task,
) -> Vec<Suggestion> {
    let prompt = Prompt {
        file_name: name,
        above,
        below,
        context,
        instruction: None,
    };
    engine.suggest(&prompt, &options(task))
}

fn options(task: Task) -> Options {
    Options {
        task,
        max_tokens: 64,
        choices: 1,
        context_chars: 64_000,
        deadline: None,
    }
}

/// Takes a random token start in code, removes the rest of its line and asks for it.
fn cursor(
    engine: &Engine,
    files: &[(PathBuf, String)],
    dice: &mut Dice,
    context: bool,
    verbose: bool,
    tally: &mut Tally,
) {
    let Some((path, text)) = files.get(dice.roll(files.len())) else {
        return;
    };
    let Some((at, end)) = place(path, text, dice) else {
        return;
    };
    let (Some(above), Some(wanted), Some(below)) =
        (text.get(..at), text.get(at..end), text.get(end..))
    else {
        return;
    };
    let name = path.to_string_lossy();
    let near = neighbours(files, path, context);
    let begun = Instant::now();
    let shown = ask(engine, &name, above, below, &near, Task::Completion);
    tally.times.push(begun.elapsed().as_secs_f64() * 1e3);
    let guess = ask(engine, &name, above, below, &near, Task::Generation);
    tally.cursors += 1;
    let first = |list: &[Suggestion]| {
        list.first()
            .map_or(String::new(), |one| head(&one.text).to_owned())
    };
    let prompt = Prompt {
        file_name: &name,
        above,
        below,
        context: &near,
        instruction: None,
    };
    let likeliest = engine
        .next_token(&prompt, &options(Task::Completion))
        .unwrap_or_default();
    tally.token += usize::from(first_token(&likeliest) == first_token(wanted));
    tally.line += usize::from(first(&guess).trim() == wanted.trim());
    if let Some(best) = guess.first() {
        let bin = (best.confidence * 10.0)
            .clamp(0.0, 9.0)
            .floor()
            .to_string()
            .bytes()
            .next()
            .map_or(0, |digit| usize::from(digit - b'0'));
        if let Some(entry) = tally.bins.get_mut(bin) {
            entry.0 += 1;
            entry.1 += usize::from(first(&guess).trim() == wanted.trim());
        }
    }
    if !shown.is_empty() {
        tally.shown += 1;
        tally.shown_right += usize::from(first(&shown).trim() == wanted.trim());
    }
    if verbose {
        let line = above.rsplit('\n').next().unwrap_or("");
        let confidence = guess.first().map_or(0.0, |one| one.confidence);
        let _ = writeln!(
            std::io::stdout(),
            "{line}⟦{}⟧ ⟨{}⟩ {confidence:.2}",
            wanted.trim_end(),
            first(&guess)
        );
    }
}

fn neighbours<'f>(
    files: &'f [(PathBuf, String)],
    path: &Path,
    context: bool,
) -> Vec<ContextFile<'f>> {
    if !context {
        return Vec::new();
    }
    let package = |path: &Path| {
        path.file_name().map(|name| {
            name.to_string_lossy()
                .split("__")
                .next()
                .unwrap_or("")
                .to_owned()
        })
    };
    let own = package(path);
    let near = files
        .iter()
        .filter(|(other, _)| other != path && package(other) == own)
        .take(4);
    near.map(|(_, text)| ContextFile {
        name: "open",
        content: text,
    })
    .collect()
}

/// A random cursor in code: a token start, and the end of its line.
fn place(path: &Path, text: &str, dice: &mut Dice) -> Option<(usize, usize)> {
    let path_is_python = path.extension().is_some_and(|ending| ending == "py");
    for _ in 0..50 {
        let at = dice.roll(text.len());
        let start = text.get(..at)?.rfind('\n').map_or(0, |at| at + 1);
        let end = text
            .get(start..)?
            .find('\n')
            .map_or(text.len(), |at| start + at);
        let line = text.get(start..end)?;
        let trimmed = line.trim_start();
        let before = text.get(..start)?;
        let documented = path_is_python && before.matches("\"\"\"").count() % 2 == 1;
        let prose = documented
            || ["#", "//", "*", "/*", "\"\"\"", "'''"]
                .iter()
                .any(|mark| trimmed.starts_with(mark));
        let tokens = starts(line);
        if prose || tokens.len() < 2 {
            continue;
        }
        let chosen = start + tokens.get(dice.roll(tokens.len()))?;
        return Some((chosen, end));
    }
    None
}

/// Where tokens start in a line.
fn starts(line: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut before = ' ';
    for (at, now) in line.char_indices() {
        let word = |one: char| one == '_' || one.is_alphanumeric();
        let inside = (word(now) && word(before)) || (is_operator(now) && is_operator(before));
        let starts = !now.is_whitespace() && !inside;
        if starts {
            found.push(at);
        }
        before = now;
    }
    found
}

fn is_operator(one: char) -> bool {
    "=<>!+-*/%&|^:.?".contains(one)
}

fn first_token(text: &str) -> String {
    let text = text.trim();
    let cuts = starts(text);
    let end = cuts.get(1).copied().unwrap_or(text.len());
    text.get(..end).unwrap_or("").trim().to_owned()
}

fn head(text: &str) -> &str {
    text.split('\n').next().unwrap_or("")
}

/// Types one random line key by key, accepting a suggestion whenever it is the rest of the line.
fn typing(engine: &Engine, files: &[(PathBuf, String)], dice: &mut Dice, tally: &mut Tally) {
    let Some((path, text)) = files.get(dice.roll(files.len())) else {
        return;
    };
    let Some((at, end)) = place(path, text, dice) else {
        return;
    };
    let start = text
        .get(..at)
        .and_then(|above| above.rfind('\n'))
        .map_or(0, |at| at + 1);
    let Some(line) = text.get(start..end) else {
        return;
    };
    let indent = line.len() - line.trim_start().len();
    let wanted = line.trim();
    tally.typed += wanted.chars().count();
    let mut position = start + indent;
    while position < start + indent + wanted.len() {
        let (Some(above), Some(rest), Some(below)) = (
            text.get(..position),
            text.get(position..end),
            text.get(end..),
        ) else {
            return;
        };
        let shown = ask(
            engine,
            &path.to_string_lossy(),
            above,
            below,
            &[],
            Task::Completion,
        );
        tally.pressed += 1;
        if shown
            .first()
            .is_some_and(|one| head(&one.text).trim_end() == rest.trim_end())
        {
            break;
        }
        position += rest.chars().next().map_or(1, char::len_utf8);
    }
}

fn report(out: &mut impl Write, language: &str, tally: &mut Tally, verbose: bool) {
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    tally.times.sort_by(f64::total_cmp);
    let time = |percent: usize| {
        tally
            .times
            .get(tally.times.len() * percent / 100)
            .copied()
            .unwrap_or(0.0)
    };
    let saved = if tally.typed == 0 {
        0.0
    } else {
        100.0 - share(tally.pressed, tally.typed)
    };
    let _ = writeln!(
        out,
        "{language:6} {:7} {:7.1} {:7.1} {:7.1} {:9.1} {saved:7.1} {:7.2} {:7.2}",
        tally.cursors,
        share(tally.token, tally.cursors),
        share(tally.line, tally.cursors),
        share(tally.shown, tally.cursors),
        share(tally.shown_right, tally.shown),
        time(50),
        time(95),
    );
    if verbose {
        for (at, (all, right)) in tally.bins.iter().enumerate() {
            let _ = writeln!(
                out,
                "  confidence 0.{at}: {all:5} right {:5.1}%",
                share(*right, *all)
            );
        }
    }
}
