//! Learns the shapes of bodies from the functions of the corpus.
//!
//! Called by the training program only. Writes the text form that the body model's table reads.

use std::collections::{BTreeMap, BTreeSet};

use super::super::body::{members, row, shape, words_of};
use super::super::function::{block_end, head_before};
use super::super::language::Language;
use super::super::lexer::{Kind, lex};
use super::super::symbols::is_keyword_text;
use super::Source;

/// Longer bodies say nothing of the words of their names.
const LONGEST: usize = 90;

#[derive(Default)]
struct Tally {
    count: usize,
    packages: BTreeSet<String>,
    words: BTreeMap<String, usize>,
}

/// Learns the shapes of bodies and writes them as text.
pub fn learn_shapes(sources: &[Source]) -> String {
    let mut shapes: BTreeMap<(usize, String), Tally> = BTreeMap::new();
    let mut marks: BTreeMap<String, Tally> = BTreeMap::new();
    for source in sources {
        let language = Language::of(&source.name);
        let package = source.name.split("__").next().unwrap_or("").to_owned();
        let (pieces, _) = lex(&source.text, language);
        for at in 1..pieces.len() {
            let opens = pieces
                .get(at)
                .is_some_and(|piece| piece.kind == Kind::Newline && piece.delta > 0);
            let Some(head) = opens.then(|| head_before(&pieces, at, language)).flatten() else {
                continue;
            };
            let Some(end) = block_end(&pieces, at) else {
                continue;
            };
            let words = words_of(&head);
            let body = pieces.get(at + 1..end).unwrap_or(&[]);
            if body.len() <= LONGEST {
                let used = body
                    .iter()
                    .filter(|piece| matches!(piece.kind, Kind::Word | Kind::Punct));
                let used: BTreeSet<&str> = used.map(|piece| piece.text).collect();
                for mark in used {
                    tally(marks.entry(mark.to_owned()).or_default(), &package, &words);
                }
            }
            let around = pieces
                .get(at.saturating_sub(3000)..(end + 1500).min(pieces.len()))
                .unwrap_or(&[]);
            let members = members(around, &head, language);
            if let Some(shape) = shape(body, &head, &members, language) {
                let row = row(
                    language.family,
                    head.parameters.len(),
                    head.receiver.is_some(),
                );
                tally(shapes.entry((row, shape)).or_default(), &package, &words);
            }
        }
    }
    write(shapes, marks)
}

fn tally(entry: &mut Tally, package: &str, words: &[String]) {
    entry.count += 1;
    if !entry.packages.contains(package) {
        entry.packages.insert(package.to_owned());
    }
    for word in words.iter().filter(|word| !word.contains([':', ' ', '\t'])) {
        *entry.words.entry(word.clone()).or_default() += 1;
    }
}

fn write(shapes: BTreeMap<(usize, String), Tally>, marks: BTreeMap<String, Tally>) -> String {
    let mut out = String::new();
    let mut rows: BTreeMap<usize, Vec<(String, Tally)>> = BTreeMap::new();
    let mut used: BTreeSet<String> = BTreeSet::new();
    for ((row, shape), tally) in shapes {
        if tally.packages.len() >= 2 || (tally.count >= 2 && is_general(&shape)) {
            rows.entry(row).or_default().push((shape, tally));
        }
    }
    for (row, mut list) in rows {
        list.sort_by(|one, other| other.1.count.cmp(&one.1.count).then(one.0.cmp(&other.0)));
        for (shape, tally) in list.into_iter().take(300) {
            used.extend(
                shape
                    .split(' ')
                    .map(|item| item.trim_start_matches('~').to_owned()),
            );
            let words = join(&tally.words, 1, 60);
            out.push_str(&format!(
                "shape\t{row}\t{}\t{shape}\t{words}\n",
                tally.count
            ));
        }
    }
    for (mark, tally) in marks {
        if used.contains(&mark) && tally.packages.len() >= 3 && !mark.contains('\t') {
            let words = join(&tally.words, 2, 400);
            out.push_str(&format!("mark\t{mark}\t{}\t{words}\n", tally.count));
        }
    }
    out
}

/// Whether a shape names nothing that only its own package has.
fn is_general(shape: &str) -> bool {
    let own =
        |item: &str| item.chars().next().is_some_and(char::is_alphabetic) && !is_keyword_text(item);
    !shape
        .split(' ')
        .any(|item| own(item.trim_start_matches('~')))
}

fn join(words: &BTreeMap<String, usize>, least: usize, most: usize) -> String {
    let mut list: Vec<(&String, &usize)> =
        words.iter().filter(|(_, count)| **count >= least).collect();
    list.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
    list.truncate(most);
    list.iter()
        .map(|(word, count)| format!("{word}:{count}"))
        .collect::<Vec<_>>()
        .join(" ")
}
