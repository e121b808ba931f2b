//! Learns the shapes of bodies from the functions of the corpus.
//!
//! Called by the training program only. Writes the text form that the body model's table reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::super::body::{Member, locals, members, row, shape, skip_prose, words_of};
use super::super::function::{Head, block_end, head_before};
use super::super::language::{Family, Language};
use super::super::lexer::{Kind, Piece, lex};
use super::super::number::from_count;
use super::super::symbols::is_keyword_text;
use super::super::words::stems;
use super::{LESSONS, Source};

/// Longer bodies say nothing of the words of their names.
const LONGEST: usize = 90;

/// The most that one package adds to a count: what is copied within a package is no custom.
const PER_PACKAGE: usize = 5;
/// How much each function of the textbook counts: libraries hold few of those that small programs are made of.
const LESSON: usize = 4;
/// The same for the use of operators, which is counted over many more functions.
const USES_PER_PACKAGE: usize = 3000;
/// How many words are kept with a shape, and with one that the textbook teaches, whose words were chosen.
const WORDS: usize = 60;
const TAUGHT: usize = 300;
/// How many occurrences are added on both sides, so that a few prove little.
const RARE: f32 = 0.6;
/// The family number under which the marks of all families but C are kept: C writes pointers with them.
const TOGETHER: usize = 9;

#[derive(Default)]
struct Tally {
    packages: BTreeMap<String, usize>,
    words: BTreeMap<String, usize>,
    /// For each local what it is called.
    locals: BTreeMap<usize, BTreeMap<String, usize>>,
}

impl Tally {
    fn add(&mut self, package: &str, words: &[String], most: usize) -> bool {
        let lesson = package.starts_with(LESSONS);
        let weight = if lesson { LESSON } else { 1 };
        let count = self.packages.entry(package.to_owned()).or_default();
        if *count >= most && !lesson {
            return false;
        }
        *count += weight;
        for word in words.iter().filter(|word| !word.contains([':', ' ', '\t'])) {
            *self.words.entry(word.clone()).or_default() += weight;
        }
        true
    }

    fn name(&mut self, locals: &[String]) {
        for (place, name) in locals.iter().enumerate() {
            let names = self.locals.entry(place).or_default();
            *names.entry(name.clone()).or_default() += 1;
        }
    }

    /// What each local is mostly called.
    fn names(&self) -> String {
        let most = |names: &BTreeMap<String, usize>| {
            let best = names
                .iter()
                .max_by(|one, other| one.1.cmp(other.1).then(other.0.cmp(one.0)));
            best.map_or(String::new(), |(name, _)| name.clone())
        };
        let names: Vec<String> = self.locals.values().map(most).collect();
        names.join(" ")
    }

    fn count(&self) -> usize {
        self.packages.values().sum()
    }
}

/// What is counted over the corpus.
#[derive(Default)]
struct Counts {
    shapes: BTreeMap<(usize, String), Tally>,
    marks: BTreeMap<(usize, String), Tally>,
    functions: BTreeMap<usize, Tally>,
}

/// Learns the shapes of bodies and writes them as text.
pub fn learn_shapes(sources: &[Source]) -> String {
    let mut counts = Counts::default();
    for source in sources {
        let language = Language::of(&source.name);
        let (pieces, _) = lex(&source.text, language);
        for at in 1..pieces.len() {
            let opens = pieces
                .get(at)
                .is_some_and(|piece| piece.kind == Kind::Newline && piece.delta > 0);
            if let Some(head) = opens.then(|| head_before(&pieces, at, language)).flatten() {
                counts.function(&pieces, at, &head, language, source.package());
            }
        }
    }
    write(counts)
}

impl Counts {
    fn function(
        &mut self,
        pieces: &[Piece<'_>],
        at: usize,
        head: &Head<'_>,
        language: Language,
        package: &str,
    ) {
        let Some(end) = block_end(pieces, at) else {
            return;
        };
        let words = words_of(head);
        let body = pieces.get(at + 1..end).unwrap_or(&[]);
        if body.len() <= LONGEST {
            let used = body
                .iter()
                .filter(|piece| matches!(piece.kind, Kind::Word | Kind::Punct));
            let used: BTreeSet<&str> = used.map(|piece| piece.text).collect();
            let home = language.family.index();
            let together = (language.family != Family::C).then_some(TOGETHER);
            for family in [Some(home), together].into_iter().flatten() {
                self.functions
                    .entry(family)
                    .or_default()
                    .add(package, &words, USES_PER_PACKAGE);
                for mark in &used {
                    let tally = self.marks.entry((family, (*mark).to_owned())).or_default();
                    tally.add(package, &words, USES_PER_PACKAGE);
                }
            }
        }
        let around = pieces
            .get(at.saturating_sub(3000)..(end + 1500).min(pieces.len()))
            .unwrap_or(&[]);
        let members = members(around, head, language);
        if let Some(shape) = shape(body, head, &members, language) {
            let row = row(
                language.family,
                head.parameters.len(),
                head.receiver.is_some(),
            );
            let found = locals(skip_prose(body), head, &members, language).unwrap_or_default();
            let named = found.iter().map(|local| relation(local, head, &members));
            let named: Vec<String> = named.collect();
            let tally = self.shapes.entry((row, shape)).or_default();
            if tally.add(package, &words, PER_PACKAGE) {
                tally.name(&named);
            }
        }
    }
}

fn write(counts: Counts) -> String {
    let mut out = String::new();
    let mut rows: BTreeMap<usize, Vec<(String, Tally)>> = BTreeMap::new();
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    for ((row, shape), tally) in counts.shapes {
        let general = tally.count() >= 3 && shape.split(' ').count() <= 12 && is_general(&shape);
        let lesson = tally.packages.keys().any(|name| name.starts_with(LESSONS));
        let texts = shape
            .split(' ')
            .any(|item| item.trim_start_matches('~').starts_with('\''));
        if tally.packages.len() >= if texts { 3 } else { 2 } || general || lesson {
            rows.entry(row).or_default().push((shape, tally));
        }
    }
    for (row, mut list) in rows {
        list.sort_by(|one, other| {
            other
                .1
                .count()
                .cmp(&one.1.count())
                .then(one.0.cmp(&other.0))
        });
        for (shape, tally) in list.into_iter().take(300) {
            for item in shape.split(' ') {
                *uses
                    .entry(item.trim_start_matches('~').to_owned())
                    .or_default() += 1;
            }
            let lesson = tally.packages.keys().any(|name| name.starts_with(LESSONS));
            let words = join(&tally.words, if lesson { TAUGHT } else { WORDS });
            let (count, names) = (tally.count(), tally.names());
            let _ = writeln!(out, "shape\t{row}\t{count}\t{shape}\t{words}\t{names}");
        }
    }
    for ((family, mark), tally) in &counts.marks {
        let operator = !mark.starts_with(|first: char| first.is_alphanumeric() || first == '_');
        let common = uses.get(mark).copied().unwrap_or(0);
        if common >= if operator { 1 } else { 3 } && tally.packages.len() >= 3 {
            let Some(all) = counts.functions.get(family) else {
                continue;
            };
            let words = lifts(tally, all, if operator { 300 } else { 30 });
            if !words.is_empty() {
                let _ = writeln!(out, "mark\t{family}\t{mark}\t{words}");
            }
        }
    }
    out
}

/// What a local is called: a name of its own, or what one element of a parameter or of a member is called.
fn relation(local: &str, head: &Head<'_>, members: &[Member<'_>]) -> String {
    let own = stems(local);
    let place = head.parameters.iter().position(|name| stems(name) == own);
    if let Some(place) = place {
        return format!("*{place}");
    }
    let many = |member: &Member<'_>| member.stems == own && member.name != local;
    if members.iter().any(many) {
        return "*m".to_owned();
    }
    local.to_owned()
}

/// The words that speak for or against a mark, with ten times the logarithm of how strongly.
fn lifts(mark: &Tally, all: &Tally, most: usize) -> String {
    let (count, total) = (from_count(mark.count()), from_count(all.count().max(1)));
    let mut list: Vec<(f32, f32, &String)> = Vec::new();
    for (word, seen) in &all.words {
        let found = from_count(mark.words.get(word).copied().unwrap_or(0));
        let expected = count * from_count(*seen) / total;
        let strength = ((found + RARE) / (expected + RARE)).ln();
        if strength.abs() > 0.6 && (found >= 2.0 || expected > 2.0) {
            list.push((
                strength,
                found.max(expected).min(20.0).sqrt() * strength.abs(),
                word,
            ));
        }
    }
    list.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.2.cmp(other.2)));
    list.truncate(most);
    list.iter()
        .map(|(lift, _, word)| format!("{word}:{:.0}", lift * 10.0))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a shape names nothing that only its own package has.
fn is_general(shape: &str) -> bool {
    let own =
        |item: &str| item.chars().next().is_some_and(char::is_alphabetic) && !is_keyword_text(item);
    !shape
        .split(' ')
        .any(|item| own(item.trim_start_matches('~')))
}

fn join(words: &BTreeMap<String, usize>, most: usize) -> String {
    let mut list: Vec<(&String, &usize)> = words.iter().collect();
    list.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
    list.truncate(most);
    list.iter()
        .map(|(word, count)| format!("{word}:{count}"))
        .collect::<Vec<_>>()
        .join(" ")
}
