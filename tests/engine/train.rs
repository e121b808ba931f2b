//! Learns the engine's tables: `cargo run --release --features training --example engine-train -- corpus/train src/engine/tables PART...`.
//!
//! The parts are `words`, `strangers`, `spacing`, `shapes`, `bodies` and `network`, in this order; the network takes `steps=N`,
//! `seconds=N`, and `continue` to go on from what is there. What depends on the words must be learned again after them.

use std::fs;
use std::io::Write;
use std::path::Path;

use code_suggestions::engine::training::{
    Course, Source, learn_bodies, learn_network, learn_shapes, learn_spacing, learn_strangers,
    learn_vocabulary, measure_network,
};

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
    let has = |part: &str| parts.iter().any(|one| one == part);
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
        let rounds = usize::try_from(number("rounds=").unwrap_or(2)).unwrap_or(2);
        let mut report = |line: &str| drop(writeln!(std::io::stdout(), "{line}"));
        let bytes = learn_bodies(&sources, (words, shapes), rounds, &mut report);
        fs::write(to.join("ranks.bin"), bytes)?;
    }
    if has("network") {
        let from = has("continue")
            .then(|| fs::read(to.join("network.bin")))
            .transpose()?;
        let course = Course {
            steps: usize::try_from(number("steps=").unwrap_or(8000)).unwrap_or(8000),
            seconds: number("seconds=").unwrap_or(36_000),
            rate: if has("continue") { 0.0015 } else { 0.003 },
            from: from.as_deref(),
        };
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
            learn_network(&sources, words, &course, &mut report),
        )?;
    }
    if has("measure") {
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
