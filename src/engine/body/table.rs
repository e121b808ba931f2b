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
use super::kin::{kin, travels};

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
    pub(super) words: Vec<(u32, f32)>,
    /// What its locals are called.
    pub(crate) locals: Vec<&'static str>,
    /// What it says in any language.
    pub(super) saying: Saying,
    /// The shapes that differ from it in the one operator of arithmetic.
    pub(crate) kin: Vec<(String, Saying)>,
    /// Whether it means the same in every language.
    pub(crate) travels: bool,
}

/// What a shape says: its operators and calls, and what all of it means in any language.
#[derive(Clone, Debug, Default)]
pub(crate) struct Saying {
    /// The numbers of its marks, in their order.
    pub(super) marks: Vec<usize>,
    /// The place of its meaning, if any shape of the table has it.
    pub(super) gist: Option<usize>,
}

/// What is known of all shapes that say the same in their languages.
#[derive(Debug, Default)]
pub(super) struct Gist {
    pub(super) count: f32,
    pub(super) words: ShortMap<u32, f32>,
}

/// The shapes of all families.
#[derive(Debug, Default)]
pub(crate) struct ShapeTable {
    rows: Vec<Vec<Known>>,
    pub(super) words: ShortMap<&'static str, u32>,
    /// For each word whether it is one of a name, and not a mark of what kind of function it is.
    pub(super) plain: Vec<bool>,
    /// How often each word was seen, for each row.
    pub(super) seen: Vec<ShortMap<u32, f32>>,
    totals: Vec<f32>,
    /// What shapes say, over all languages and numbers of parameters.
    pub(super) gists: Vec<Gist>,
    gist_places: std::collections::HashMap<String, usize>,
    pub(super) all_seen: ShortMap<u32, f32>,
    pub(super) all_total: f32,
    /// The numbers of operators and calls.
    pub(super) marks: ShortMap<&'static str, usize>,
    /// For each word of a family the marks it speaks for, and how strongly.
    pub(super) lifts: ShortMap<(usize, u32), Vec<(usize, f32)>>,
}

/// The words that speak for a body: those of the function's name, and those of its parameters with a mark.
pub(crate) fn words_of(head: &Head<'_>) -> Vec<String> {
    let mut words = stems(head.name);
    // What `list_add` does to its list is said by the words behind the object's.
    let object = head.receiver.map(stems).unwrap_or_default();
    if words.len() > object.len() && words.starts_with(&object) {
        words.drain(..object.len());
    }
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
    // `hours_to_minutes` and `minutes_to_hours` have the same words.
    let into = words.iter().position(|word| word == "to");
    if let Some(what) = into.and_then(|at| words.get(at + 1)) {
        words.push(format!("=to-{what}"));
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
        table.link();
        table
    }

    /// Finds what each shape says, and its kin, once all marks and meanings are known.
    fn link(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        for known in rows.iter_mut().flatten() {
            known.saying = self.saying(known.shape);
            let kin = kin(known.shape).into_iter();
            known.kin = kin
                .map(|shape| (shape.clone(), self.saying(&shape)))
                .collect();
        }
        self.rows = rows;
    }

    /// What a shape says, be it in the table or not.
    pub(crate) fn saying(&self, shape: &str) -> Saying {
        let items = shape.split(' ').map(|item| item.trim_start_matches('~'));
        Saying {
            marks: items
                .filter_map(|item| self.marks.get(item).copied())
                .collect(),
            gist: self.gist_places.get(&gist(shape)).copied(),
        }
    }

    /// Whether a function with this word in its name was seen to do what a shape does, in any language.
    pub(crate) fn tells(&self, shape: &str, word: &str) -> bool {
        let word = self.words.get(word);
        let gist = self
            .saying(shape)
            .gist
            .and_then(|place| self.gists.get(place));
        word.zip(gist)
            .is_some_and(|(word, gist)| gist.words.contains_key(word))
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
        self.add_to_gist(shape, count, &words);
        if let Some(known) = self.rows.get_mut(row) {
            known.push(Known {
                shape,
                count,
                words,
                locals: locals.split(' ').filter(|name| !name.is_empty()).collect(),
                saying: Saying::default(),
                kin: Vec::new(),
                travels: travels(shape),
            });
        }
    }

    fn add_to_gist(&mut self, shape: &str, count: f32, words: &[(u32, f32)]) {
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
    }

    fn read_mark(&mut self, family: &str, mark: &'static str, words: &'static str) {
        let Ok(family) = family.parse::<usize>() else {
            return;
        };
        let next = self.marks.len();
        let number = *self.marks.entry(mark).or_insert(next);
        for (word, lift) in self.read_words(words) {
            let lifts = self.lifts.entry((family, word)).or_default();
            lifts.push((number, lift));
        }
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
