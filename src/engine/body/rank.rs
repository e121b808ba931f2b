//! Judges bodies by what is written and by the names around it, with weights learned from the functions of many packages.
//!
//! Called for the bodies that shapes give. The decision: a weight belongs to a pair, such as an operator and a word of
//! the function's name, and not to a shape as a whole, so that a rare verb and a rare shape still find each other. One
//! more choice stands for every body that no shape gives, so that the shares say how sure one can be.

use std::hash::Hasher;

use super::super::function::Outcome;
use super::super::hasher::ShortHasher;
use super::super::language::Family;
use super::super::number::from_count;
use super::super::symbols::is_keyword_text;
use super::super::words::stems;
use super::fill::{Filled, Names, Pick};
use super::idea::{gist, idea};
use super::locals::singular;
use super::members::Value;

/// How many weights there are; what is told apart by its hash shares them.
pub(crate) const WEIGHTS: usize = 1 << 18;

/// A feature: the place of its weight, and how strongly it is there.
pub(crate) type Feature = (usize, f32);

/// The learned weights.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranks {
    weights: Vec<f32>,
}

impl Ranks {
    /// Reads the compiled-in file: halves of single precision.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let (halves, _) = bytes.as_chunks::<2>();
        let weights = halves
            .iter()
            .map(|half| f32::from_bits(u32::from(u16::from_le_bytes(*half)) << 16));
        Self {
            weights: weights.collect(),
        }
    }

    /// The sum of the weights of some features.
    pub(crate) fn score(&self, features: &[Feature]) -> f32 {
        let weight = |place: usize| self.weights.get(place).copied().unwrap_or(0.0);
        features
            .iter()
            .map(|(place, strength)| weight(*place) * strength)
            .sum()
    }
}

/// Collects features under hashed names.
struct Notes {
    features: Vec<Feature>,
    family: u64,
}

impl Notes {
    fn note(&mut self, kind: u8, parts: &[&str]) {
        self.weigh(kind, parts, 1.0);
    }

    fn weigh(&mut self, kind: u8, parts: &[&str], strength: f32) {
        let mut hasher = ShortHasher::default();
        hasher.write_u8(kind);
        for part in parts {
            hasher.write(part.as_bytes());
            hasher.write_u8(0);
        }
        let place = usize::try_from(hasher.finish() >> 11).unwrap_or(0) % WEIGHTS;
        self.features.push((place, strength));
    }

    /// Notes something for all languages and for this one.
    fn both(&mut self, kind: u8, parts: &[&str]) {
        self.note(kind, parts);
        let family = char::from(b'0' + u8::try_from(self.family).unwrap_or(0)).to_string();
        let mut own = vec![family.as_str()];
        own.extend_from_slice(parts);
        self.note(kind + 100, &own);
    }
}

fn notes(family: Family) -> Notes {
    Notes {
        features: Vec::with_capacity(160),
        family: u64::try_from(family.index()).unwrap_or(0),
    }
}

/// The features of the choice that none of the bodies is right.
pub(crate) fn of_none(names: &Names<'_, '_>) -> Vec<Feature> {
    let mut notes = notes(names.language.family);
    notes.both(1, &[]);
    notes.both(2, &[outcome(names)]);
    notes.both(3, &[&count(names)]);
    // What is begun small is seldom more than what shapes give.
    let size = names.lines.checked_ilog2().unwrap_or(0).min(10).to_string();
    notes.note(5, &[&size]);
    notes.note(6, &[&size, &count(names)]);
    for word in &names.words {
        notes.note(4, &[word]);
    }
    notes.features
}

/// The features of a body.
pub(crate) fn of_body(names: &Names<'_, '_>, shape: &str, filled: &Filled<'_>) -> Vec<Feature> {
    let mut notes = notes(names.language.family);
    let items: Vec<&str> = shape
        .split(' ')
        .map(|item| item.trim_start_matches('~'))
        .collect();
    let verb = names.words.first().map_or("", String::as_str);
    let count = count(names);
    let outcome = outcome(names);
    let gist = gist(shape);
    notes.both(10, &[shape]);
    notes.note(11, &[&gist, verb]);
    notes.note(12, &[&gist, &count, outcome]);
    notes.note(9, &[&gist]);
    for word in &names.words {
        notes.note(8, &[&gist, word]);
    }
    for (place, name) in names.head.parameters.iter().enumerate().take(2) {
        let slot = format!("${place}");
        let several = if singular(name).is_some() {
            "several"
        } else {
            ""
        };
        notes.note(55, &[&gist, &slot, several]);
        for at in (0..items.len()).filter(|at| items.get(*at) == Some(&slot.as_str())) {
            let near = |at: Option<usize>| at.and_then(|at| items.get(at)).copied().unwrap_or("");
            let (before, after) = (near(at.checked_sub(1)), near(Some(at + 1)));
            notes.note(56, &[idea(before), idea(after), several]);
            for stem in stems(name) {
                notes.note(57, &[idea(before), idea(after), &stem]);
            }
        }
    }
    for (at, item) in items.iter().enumerate() {
        if items.iter().take(at).any(|other| other == item) {
            continue;
        }
        notes.both(13, &[item]);
        let item = &idea(item);
        notes.note(14, &[item, outcome]);
        notes.note(15, &[item, &count]);
        for word in &names.words {
            notes.note(16, &[item, word]);
        }
        notes.both(17, &[item, verb]);
        for word in names.prose {
            notes.note(18, &[item, word]);
        }
    }
    for pair in items.windows(2) {
        let [one, other] = pair else { continue };
        notes.both(20, &[one, other]);
        notes.note(21, &[idea(one), idea(other), verb]);
        notes.note(22, &[one, other, outcome]);
    }
    for pick in &filled.picks {
        pick_features(&mut notes, &items, pick, (verb, &gist));
    }
    general(&mut notes, names, &items, filled);
    notes.features
}

/// What a slot was filled with, and what stands around it.
fn pick_features(notes: &mut Notes, items: &[&str], pick: &Pick<'_>, (verb, gist): (&str, &str)) {
    let item = |at: Option<usize>| at.and_then(|at| items.get(at)).copied().unwrap_or("");
    let (before, slot) = (item(pick.at.checked_sub(1)), item(Some(pick.at)));
    let (after, later) = (item(Some(pick.at + 1)), item(Some(pick.at + 2)));
    let value = match pick.value {
        Value::Unknown => "unknown",
        Value::Number => "number",
        Value::Text => "text",
        Value::List => "list",
        Value::Collection => "collection",
        Value::Map => "map",
        Value::Truth => "truth",
    };
    let kin = if pick.kin { "kin" } else { "" };
    notes.both(30, &[value, before, after]);
    notes.both(31, &[value, after, later]);
    notes.note(32, &[value, slot, kin]);
    notes.note(33, &[value, after, verb]);
    notes.note(34, &[value, verb]);
    notes.note(35, &[slot, kin, before, after]);
    for stem in pick.stems {
        notes.note(36, &[stem, after]);
        notes.note(37, &[stem, before]);
        notes.note(38, &[stem, verb]);
        notes.note(58, &[stem, gist]);
    }
    if pick.members > 1 {
        notes.weigh(39, &[slot, kin], from_count(pick.members).ln());
    }
}

/// What can be said of any body.
fn general(notes: &mut Notes, names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) {
    let parameters = names.head.parameters.len();
    let used = |place: usize| {
        let (plain, like) = (format!("${place}"), format!("$L{place}"));
        items
            .iter()
            .any(|item| *item == plain || *item == like || item.contains('#'))
    };
    let unused = (0..parameters).filter(|place| !used(*place)).count();
    notes.note(40, &[&unused.min(3).to_string()]);
    let lone = |what: &str| {
        items.len() == 2 && items.first() == Some(&"return") && items.get(1) == Some(&what)
    };
    if lone("$0") {
        notes.note(41, &[]);
    }
    let members = !filled.picks.is_empty();
    let method = names.head.receiver.is_some();
    let constant = parameters == unused && !members;
    notes.note(
        42,
        &[
            if constant { "constant" } else { "" },
            if method { "method" } else { "" },
        ],
    );
    let about = filled.picks.iter().any(|pick| pick.kin);
    let could = names.has_kin();
    notes.note(
        43,
        &[
            if about { "named" } else { "" },
            if could { "could" } else { "" },
        ],
    );
    let strange = items
        .iter()
        .filter(|item| item.chars().next().is_some_and(char::is_alphabetic))
        .filter(|item| !is_keyword_text(item) && !(names.known)(item))
        .count();
    notes.note(44, &[&strange.min(4).to_string()]);
    notes.note(45, &[&filled.lines.len().min(8).to_string()]);
    notes.weigh(46, &[], from_count(items.len()) / 8.0);
    notes.weigh(
        47,
        &[if filled.home { "home" } else { "away" }],
        filled.prior / 4.0,
    );
    notes.weigh(48, &[], filled.fit / 4.0);
    notes.weigh(49, &[], filled.named / 4.0);
    notes.note(50, &[if filled.own { "own" } else { "" }]);
    notes.weigh(51, &[], filled.alike);
}

fn count(names: &Names<'_, '_>) -> String {
    let method = if names.head.receiver.is_some() {
        "m"
    } else {
        ""
    };
    format!("{}{method}", names.head.parameters.len().min(3))
}

fn outcome(names: &Names<'_, '_>) -> &'static str {
    match names.head.result {
        Outcome::Unsaid => "unsaid",
        Outcome::Nothing => "nothing",
        Outcome::Truth => "truth",
        Outcome::Value => "value",
    }
}
