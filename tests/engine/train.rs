//! Learns the engine's tables: `cargo run --release --features training --example engine-train -- corpus/train src/engine/tables [PART...]`.
//!
//! Without a part it learns all of them in their order: `words`, `strangers`, `spacing`, `shapes`, `bodies`, `network`. From
//! the corpus that `fetch.sh` gets it writes the tables of this repository, byte for byte: nothing depends on a clock, on the
//! number of cores, or on which of two threads is quicker. That takes about half an hour of two cores, of which the
//! network takes 23 minutes of a processor and the bodies of functions four. Words, strangers, spacing and network are learned from
//! the packages alone, so that a change of the textbook asks for `shapes bodies` only. To try something quicker,
//! `steps=N` shortens the network and `rounds=N` sets how often the corpus is gone through for `bodies` and `measure`.

use std::fs;
use std::io::Write;
use std::path::Path;

use code_suggestions::engine::training::{
    Source, learn_bodies, learn_network, learn_shapes, learn_spacing, learn_strangers,
    learn_vocabulary, measure_network,
};

/// How many steps the network takes.
const STEPS: u64 = 8000;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to, parts @ ..] = arguments.as_slice() else {
        return Ok(());
    };
    let number = |name: &str| {
        parts
            .iter()
            .find_map(|part| part.strip_prefix(name))
            .and_then(|value| value.parse().ok())
    };
    let sources = read(Path::new(from))?;
    let to = Path::new(to);
    fs::create_dir_all(to)?;
    let all = parts.iter().all(|part| part.contains('='));
    let named = |part: &str| parts.iter().any(|one| one == part);
    let has = |part: &str| all || named(part);
    if has("words") {
        fs::write(to.join("vocabulary.txt"), learn_vocabulary(&sources))?;
    }
    let words: &'static str = fs::read_to_string(to.join("vocabulary.txt"))?.leak();
    if has("strangers") {
        fs::write(to.join("strangers.txt"), learn_strangers(&sources, words))?;
    }
    if has("spacing") {
        fs::write(to.join("spacing.bin"), learn_spacing(&sources, words))?;
    }
    if has("shapes") {
        fs::write(to.join("shapes.tsv"), learn_shapes(&sources))?;
    }
    if has("bodies") {
        let shapes: &'static str = fs::read_to_string(to.join("shapes.tsv"))?.leak();
        let rounds = usize::try_from(number("rounds=").unwrap_or(1)).unwrap_or(1);
        let mut report = |line: &str| drop(writeln!(std::io::stdout(), "{line}"));
        let bytes = learn_bodies(&sources, (words, shapes), rounds, &mut report);
        fs::write(to.join("ranks.bin"), bytes)?;
    }
    if has("network") {
        let steps = usize::try_from(number("steps=").unwrap_or(STEPS)).unwrap_or(8000);
        let mut reports = 0;
        let mut report = |line: &str, so_far: &dyn Fn() -> Vec<u8>| {
            reports += 1;
            let _ = writeln!(std::io::stdout(), "{line}");
            if reports % 10 == 0 {
                let _ = fs::write(to.join("network.bin"), so_far());
            }
        };
        fs::write(
            to.join("network.bin"),
            learn_network(&sources, words, steps, &mut report),
        )?;
    }
    if named("measure") {
        let bytes = fs::read(to.join("network.bin"))?;
        let rounds = usize::try_from(number("rounds=").unwrap_or(100)).unwrap_or(100);
        write!(
            std::io::stdout(),
            "{}",
            measure_network(&sources, words, &bytes, rounds)
        )?;
    }
    Ok(())
}

fn read(root: &Path) -> std::io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for language in ["py", "rs", "js", "go", "java", "c", "ruby"] {
        let mut paths: Vec<_> = fs::read_dir(root.join(language))?
            .flatten()
            .map(|entry| entry.path())
            .collect();
        paths.sort();
        for path in paths {
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            sources.push(Source {
                name,
                text: fs::read_to_string(&path)?,
            });
        }
    }
    Ok(sources)
}
