//! The learned shapes of bodies, and how strongly the words of names speak for each.
//!
//! Read once when the engine starts; written by training. The text form has one shape a line:
//! family, parameters, member or free, count, shape, words with counts, separated by tabs.

use super::super::function::{Head, Outcome};
use super::super::hasher::ShortMap;
use super::super::language::Family;
use super::super::number::from_count;
use super::super::words::stems;
use super::idea::gist;

/// The family number under which the marks of all families are kept together.
const TOGETHER: usize = 9;
/// How many occurrences the operators alone stand for.
const PSEUDO: f32 = 0.4;
/// Functions with more parameters than this are taken together.
const PARAMETERS: usize = 3;

/// A shape and what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// The shape.
    pub(crate) shape: &'static str,
    /// How often it was seen.
    pub(crate) count: f32,
    /// How often each word stood in the names of its functions, the words as numbers.
    words: Vec<(u32, f32)>,
    /// What its locals are called.
    pub(crate) locals: Vec<&'static str>,
    /// The place of what it says in any language.
    gist: usize,
}

/// What is known of all shapes that say the same in their languages.
#[derive(Debug, Default)]
struct Gist {
    count: f32,
    words: ShortMap<u32, f32>,
}

/// The shapes of all families.
#[derive(Debug, Default)]
pub(crate) struct ShapeTable {
    rows: Vec<Vec<Known>>,
    words: ShortMap<&'static str, u32>,
    /// For each word whether it is one of a name, and not a mark of what kind of function it is.
    plain: Vec<bool>,
    /// How often each word was seen, for each row.
    seen: Vec<ShortMap<u32, f32>>,
    totals: Vec<f32>,
    /// What shapes say, over all languages and numbers of parameters.
    gists: Vec<Gist>,
    gist_places: std::collections::HashMap<String, usize>,
    all_seen: ShortMap<u32, f32>,
    all_total: f32,
    /// For each operator or call of a family, how strongly the words of names speak for it.
    marks: ShortMap<(usize, &'static str), Vec<(u32, f32)>>,
}

/// The words that speak for a body: those of the function's name, and those of its parameters with a mark.
pub(crate) fn words_of(head: &Head<'_>) -> Vec<String> {
    let mut words = stems(head.name);
    let created = head.receiver == Some("this")
        && head.result == Outcome::Unsaid
        && head.name.starts_with(char::is_uppercase);
    if let Some(first) = words.first_mut()
        && (created || matches!(first.as_str(), "init" | "constructor" | "initializ" | "new"))
    {
        "init".clone_into(first);
        words.truncate(1);
        words.push("=new".to_owned());
    } else {
        words.push("=old".to_owned());
    }
    if let Some(derived) = head.derived {
        words.push(if derived { "=derived" } else { "=base" }.to_owned());
    }
    match head.result {
        Outcome::Unsaid => {}
        Outcome::Nothing => words.push("=nothing".to_owned()),
        Outcome::Truth => words.push("=truth".to_owned()),
        Outcome::Value => words.push("=value".to_owned()),
    }
    if let Some(beginning) = words
        .first()
        .and_then(|verb| verb.get(..3))
        .map(|verb| format!("{verb}-"))
    {
        words.push(beginning);
    }
    for parameter in head.parameters.iter().take(2) {
        words.extend(stems(parameter).into_iter().map(|word| format!("#{word}")));
    }
    words.dedup();
    words
}

/// The row of a kind of function.
pub(crate) fn row(family: Family, parameters: usize, member: bool) -> usize {
    (family.index() * (PARAMETERS + 1) + parameters.min(PARAMETERS)) * 2 + usize::from(member)
}

impl ShapeTable {
    /// Reads the text form; lines that are no shape are passed over.
    pub(crate) fn read(text: &'static str) -> Self {
        let mut table = Self::default();
        for line in text.lines() {
            let fields: Vec<&'static str> = line.split('\t').collect();
            match fields.as_slice() {
                ["shape", row, count, shape, words, locals] => {
                    table.read_shape((row, count), shape, words, locals);
                }
                ["mark", family, mark, words] => table.read_mark(family, mark, words),
                _ => {}
            }
        }
        table
    }

    fn read_shape(
        &mut self,
        (row, count): (&str, &str),
        shape: &'static str,
        words: &'static str,
        locals: &'static str,
    ) {
        let (Ok(row), Ok(count)) = (row.parse::<usize>(), count.parse::<f32>()) else {
            return;
        };
        if row >= 1024 {
            return;
        }
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
            self.seen.resize_with(row + 1, ShortMap::default);
            self.totals.resize(row + 1, 0.0);
        }
        let words = self.read_words(words);
        if let Some(seen) = self.seen.get_mut(row) {
            for (word, times) in &words {
                *seen.entry(*word).or_default() += times;
            }
        }
        if let Some(total) = self.totals.get_mut(row) {
            *total += count;
        }
        let gist = self.add_to_gist(shape, count, &words);
        if let Some(known) = self.rows.get_mut(row) {
            known.push(Known {
                shape,
                count,
                words,
                locals: locals.split(' ').filter(|name| !name.is_empty()).collect(),
                gist,
            });
        }
    }

    fn add_to_gist(&mut self, shape: &str, count: f32, words: &[(u32, f32)]) -> usize {
        let next = self.gists.len();
        let place = *self.gist_places.entry(gist(shape)).or_insert(next);
        if place == next {
            self.gists.push(Gist::default());
        }
        if let Some(gist) = self.gists.get_mut(place) {
            gist.count += count;
            for (word, times) in words {
                *gist.words.entry(*word).or_default() += times;
                *self.all_seen.entry(*word).or_default() += times;
            }
        }
        self.all_total += count;
        place
    }

    /// How much likelier a word makes what a shape says in any language, as a logarithm.
    fn gist_evidence(&self, place: usize, broad: f32, word: u32) -> f32 {
        let Some(gist) = self.gists.get(place) else {
            return broad;
        };
        let seen = self.all_seen.get(&word).copied().unwrap_or(0.0);
        let expected = gist.count * seen / self.all_total.max(1.0);
        let found = gist.words.get(&word).copied().unwrap_or(0.0);
        ((found + PSEUDO * broad.exp()) / (expected + PSEUDO)).ln()
    }

    /// The same for a shape that may not be in the table.
    pub(crate) fn kin_evidence(&self, family: usize, shape: &str, word: u32) -> f32 {
        let broad = self.mark_evidence(family, shape, word);
        self.gist_places
            .get(&gist(shape))
            .map_or(broad, |place| self.gist_evidence(*place, broad, word))
    }

    fn read_mark(&mut self, family: &str, mark: &'static str, words: &'static str) {
        let Ok(family) = family.parse::<usize>() else {
            return;
        };
        let words = self.read_words(words);
        self.marks.insert((family, mark), words);
    }

    fn read_words(&mut self, text: &'static str) -> Vec<(u32, f32)> {
        let mut words = Vec::new();
        for entry in text.split(' ') {
            let Some((word, count)) = entry.rsplit_once(':') else {
                continue;
            };
            let Ok(count) = count.parse::<f32>() else {
                continue;
            };
            let next = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
            let plain = &mut self.plain;
            let number = *self.words.entry(word).or_insert_with(|| {
                plain.push(!word.starts_with('=') && !word.ends_with('-'));
                next
            });
            words.push((number, count));
        }
        words.sort_unstable_by_key(|(word, _)| *word);
        words
    }

    /// The shapes of a kind of function.
    pub(crate) fn shapes(&self, row: usize) -> &[Known] {
        self.rows.get(row).map_or(&[], Vec::as_slice)
    }

    /// How many functions a row was learned from.
    pub(crate) fn total(&self, row: usize) -> f32 {
        self.totals.get(row).copied().unwrap_or(0.0)
    }

    /// The numbers of words and how much each counts; unknown words are left out.
    pub(crate) fn numbers(&self, words: &[String]) -> Vec<(u32, f32)> {
        // What a parameter is called says less of what is done than the function's own name does.
        let weight = |word: &String| if word.starts_with('#') { 0.35 } else { 1.0 };
        words
            .iter()
            .filter_map(|word| Some((*self.words.get(word.as_str())?, weight(word))))
            .collect()
    }

    /// How much likelier a word makes a shape, as a logarithm.
    pub(crate) fn evidence(&self, (row, family): (usize, usize), known: &Known, word: u32) -> f32 {
        let seen = self
            .seen
            .get(row)
            .and_then(|seen| seen.get(&word))
            .copied()
            .unwrap_or(0.0);
        let expected = known.count * seen / self.total(row).max(1.0);
        let broad = self.mark_evidence(family, known.shape, word);
        let broad = self.gist_evidence(known.gist, broad, word).exp();
        ((count_of(&known.words, word) + PSEUDO * broad) / (expected + PSEUDO)).ln()
    }

    /// How much less likely a shape is without the words that usually come with it, as a logarithm.
    pub(crate) fn missing(&self, known: &Known, present: &[(u32, f32)]) -> f32 {
        let mut sum = 0.0;
        for (word, count) in &known.words {
            let usual = count / (known.count + 4.0);
            let plain = self
                .plain
                .get(super::super::symbols::index(*word))
                .copied()
                .unwrap_or(false);
            if plain && usual > 0.2 && !present.iter().any(|(other, _)| other == word) {
                sum += (1.0 - usual).max(0.1).ln();
            }
        }
        sum
    }

    /// How much likelier a word makes the most telling operator of a shape, as a logarithm.
    pub(crate) fn mark_evidence(&self, family: usize, shape: &str, word: u32) -> f32 {
        let mut strongest = 0.0_f32;
        for item in shape.split(' ') {
            let mark = item.trim_start_matches('~');
            let lift = |family: usize| {
                self.marks
                    .get(&(family, mark))
                    .map_or(0.0, |words| count_of(words, word))
            };
            let home = lift(family);
            let all = 0.8 * lift(TOGETHER);
            let agrees = home == 0.0 || (home > 0.0) == (all > 0.0);
            let lift = if agrees && all.abs() > home.abs() {
                all
            } else {
                home
            } / 10.0;
            if lift.abs() > strongest.abs() {
                strongest = lift;
            }
        }
        strongest.clamp(-3.5, 3.5)
    }
}

fn count_of(words: &[(u32, f32)], word: u32) -> f32 {
    words
        .binary_search_by_key(&word, |(word, _)| *word)
        .ok()
        .and_then(|at| words.get(at))
        .map_or(0.0, |(_, count)| *count)
}

/// The logarithm of a share, never of nothing.
pub(crate) fn log_share(part: f32, whole: f32) -> f32 {
    ((part + 0.01) / (whole + 1.0)).ln()
}

/// How many occurrences in the open file weigh as much as the whole table.
pub(crate) const OWN_WEIGHT: usize = 4;

/// A count from the open file, weighed against the table.
pub(crate) fn own_count(times: usize, total: f32) -> f32 {
    from_count(times * OWN_WEIGHT) * (1.0 + total / 200.0)
}
