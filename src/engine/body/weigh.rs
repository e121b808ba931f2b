//! Weighs the bodies that the learned shapes give with the names at hand.
//!
//! Called by the engine at the start of a body. A shape's weight is how usual it is, how strongly the words of the
//! names speak for it, and how well the names fill its slots.

use super::super::function::Head;
use super::super::hasher::ShortMap;
use super::super::language::{Family, Language};
use super::super::words::{overlap, stems};
use super::fill::{Filled, Line, Names};
use super::idea::idea;
use super::kin::kin;
use super::members::Member;
use super::misdeed::is_misdeed;
use super::owned::owned;
use super::rank::{self, Feature, Ranks};
use super::sense;
use super::table::{ShapeTable, log_share, own_count, row, words_of};
use super::whole::{Field, whole};

/// How much the learned weights and the rough ones count, and by how much the choice of none may exceed the best.
const LEARNED: f32 = 0.35;
const FIRST: f32 = 0.7;
const DOUBT: f32 = 5.0;
/// How many bodies are judged, and how many of them are handed on.
const JUDGED: usize = 40;
/// How many members are tried where a shape does not say which.
const CHOICES: usize = 3;
/// How strongly the words of a name must say whether something goes up or down, and how much a body counts otherwise.
const TOLD: f32 = 0.2;
const BLIND: f32 = 0.4;
/// How much a body counts that does what does not go with the names.
const AMISS: f32 = 0.5;
const KEPT: usize = 8;
/// From which share of the best on the next is as good a guess.
const EVEN: f32 = 0.7;

/// A body that may be written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Proposal {
    /// The shape it comes from.
    shape: String,
    /// Its lines without indent, each with its level below the body's own.
    pub(crate) lines: Vec<(usize, String)>,
    /// Its share of the weight of all proposals.
    pub(crate) share: f32,
    /// Whether functions of that name were seen to do this.
    pub(crate) told: bool,
}

/// What is to be written: the function, what surrounds it, and the shapes of the file's own functions.
pub(crate) struct Setting<'h, 'a> {
    /// The function.
    pub(crate) head: &'h Head<'a>,
    /// The members of its object.
    pub(crate) members: &'h [Member<'a>],
    /// The language.
    pub(crate) language: Language,
    /// The shapes of the file's own functions with the words of their names.
    pub(crate) own: &'h [(String, Vec<String>)],
    /// Whether the file ends statements with semicolons.
    pub(crate) semicolons: bool,
    /// Whether the file reaches members through the receiver though it need not.
    pub(crate) explicit: bool,
    /// Whether a name stands anywhere in the request.
    pub(crate) known: &'h dyn Fn(&str) -> bool,
    /// Whether a name stands in the file or in what is open beside it.
    pub(crate) mentioned: &'h dyn Fn(&str) -> bool,
    /// The names whose declarations say more than the kind of a member does: arrays of TypeScript, in Rust texts of their
    /// own, and whole numbers of C, Java and Go.
    pub(crate) declared: &'h [&'h str],
    /// The type whose methods stand here, in Rust, and its fields with what each begins with.
    pub(crate) fields: (&'h str, &'h [Field<'h>]),
    /// The words of the comment that speaks of the function.
    pub(crate) prose: &'h [String],
    /// The lines of the file's other functions, without blanks around them.
    pub(crate) siblings: &'h [&'h str],
    /// What the body that is begun calls its locals.
    pub(crate) locals: &'h [&'h str],
    /// How many lines the file has.
    pub(crate) lines: usize,
    /// Whether a body's lines go with what of it is there.
    pub(crate) fits: &'h dyn Fn(&[Line]) -> bool,
}

/// The likeliest bodies, likeliest first.
pub(crate) fn propose(
    table: &ShapeTable,
    ranks: &Ranks,
    setting: &Setting<'_, '_>,
) -> Vec<Proposal> {
    let names = names(setting);
    let (candidates, none) = candidates(table, setting, &names);
    let score = |one: &Judged| LEARNED * ranks.score(&one.features) + FIRST * one.first + one.sense;
    let mut candidates = candidates;
    candidates.retain(|one| one.sense > 0.5 * sense::WRONG);
    let (amiss, candidates): (Vec<Judged>, Vec<Judged>) =
        candidates.into_iter().partition(|one| one.amiss);
    let scores: Vec<f32> = candidates.iter().map(score).collect();
    let none = LEARNED * ranks.score(&none);
    let best = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    // Where what the names speak for is no answer, something else is wanted that may not be among the others.
    let amiss = amiss.iter().map(|one| (score(one) - best).min(0.0).exp());
    let total: f32 = scores.iter().map(|score| (score - best).exp()).sum();
    let total = total + AMISS * amiss.fold(0.0, f32::max);
    // Most functions of large programs do something that no shape gives; those of small ones seldom do.
    let plausible = 1.0 / (1.0 + (none - DOUBT - best).exp());
    let shares = scores
        .iter()
        .map(|score| plausible * (score - best).exp() / total);
    let mut proposals: Vec<Proposal> = candidates
        .into_iter()
        .zip(shares)
        .filter_map(|(one, share)| {
            Some(Proposal {
                shape: one.shape,
                share: if one.blind { BLIND * share } else { share },
                lines: whole(setting.fields, owned(&names, one.lines))?,
                told: one.told,
            })
        })
        .collect();
    proposals.sort_by(|one, other| other.share.total_cmp(&one.share));
    proposals.truncate(KEPT);
    halve_guess(&mut proposals);
    proposals
}

/// Counts the best less where the next does the same to another member nearly as likely: which of them is meant is a guess.
fn halve_guess(proposals: &mut [Proposal]) {
    if let [best, next, ..] = proposals
        && best.shape == next.shape
        && best.lines.len() == 1
        && next.share > EVEN * best.share
    {
        best.share *= 0.5;
        next.share *= 0.5;
    }
}

/// A body with what is known of it.
pub(crate) struct Judged {
    /// The shape it comes from.
    shape: String,
    /// Its lines, each with its level below the body's own.
    pub(crate) lines: Vec<(usize, String)>,
    /// What the learned weights belong to.
    pub(crate) features: Vec<Feature>,
    /// Its first, rough weight.
    first: f32,
    /// What sense alone says against it.
    sense: f32,
    /// Whether it does what does not go with the names.
    amiss: bool,
    /// Whether it goes up or down though no word says which.
    blind: bool,
    /// Whether functions whose name ends like this one's were seen to do it.
    told: bool,
}

/// The bodies that shapes give, with their features, and those of the choice that none is right.
#[cfg(feature = "training")]
pub(crate) fn judged(table: &ShapeTable, setting: &Setting<'_, '_>) -> (Vec<Judged>, Vec<Feature>) {
    candidates(table, setting, &names(setting))
}

fn names<'h, 'a>(setting: &Setting<'h, 'a>) -> Names<'h, 'a> {
    let words = words_of(setting.head);
    let own = stems(setting.head.name);
    let members = setting.members.iter();
    Names {
        kinship: members.map(|member| overlap(&member.stems, &own)).collect(),
        parts: setting
            .head
            .parameters
            .iter()
            .map(|name| stems(name))
            .collect(),
        own,
        head: setting.head,
        members: setting.members,
        language: setting.language,
        creates: words.first().is_some_and(|word| word == "init"),
        words,
        explicit: setting.explicit,
        semicolons: setting.semicolons,
        known: setting.known,
        mentioned: setting.mentioned,
        declared: setting.declared,
        prose: setting.prose,
        locals: setting.locals,
        lines: setting.lines,
    }
}

fn candidates(
    table: &ShapeTable,
    setting: &Setting<'_, '_>,
    names: &Names<'_, '_>,
) -> (Vec<Judged>, Vec<Feature>) {
    let mut heap = Heap::default();
    weigh_learned(table, names, &mut heap);
    weigh_own(table, names, setting, &mut heap);
    let mut weighed = heap.bodies;
    weighed.retain(|one| (setting.fits)(&one.filled.lines));
    weighed.sort_by(|one, other| other.score.total_cmp(&one.score));
    weighed.truncate(JUDGED);
    let judged = weighed.into_iter().map(|one| Judged {
        features: rank::of_body(names, &one.shape, &one.filled),
        first: one.score,
        sense: sense::against(names, &one.shape, &one.filled, setting.siblings),
        amiss: !one.filled.own && is_misdeed(names, &one.shape, &one.filled),
        blind: is_blind(table, names, &one.shape),
        told: names
            .own
            .last()
            .is_some_and(|word| table.tells(&one.shape, word)),
        lines: one.filled.lines,
        shape: one.shape,
    });
    (judged.collect(), rank::of_none(names))
}

/// A filled shape and its first, rough weight.
struct Weighed<'n> {
    shape: String,
    filled: Filled<'n>,
    score: f32,
}

/// Bodies, each once: those that differ in nothing but blanks count together.
#[derive(Default)]
struct Heap<'n> {
    bodies: Vec<Weighed<'n>>,
    places: ShortMap<Vec<u8>, usize>,
}

fn weigh_learned<'n>(table: &ShapeTable, names: &'n Names<'_, '_>, heap: &mut Heap<'n>) {
    let member = names.head.receiver.is_some();
    let voices = table.voices(&names.telling(), names.language.family.index());
    let count = names.head.parameters.len();
    for family in Family::ALL {
        let home = family == names.language.family;
        let own_row = row(family, count, member);
        let total = table.total(own_row);
        let seen = table.seen(own_row, &voices);
        let distance = if home { 0.0 } else { -2.5 };
        let shapes = table.shapes(own_row).iter();
        for known in shapes.filter(|known| home || known.travels) {
            let missing = table.missing(known, &voices);
            let several = home && known.shape.contains("$A") && names.members.len() > 1;
            for other in 0..if several { CHOICES } else { 1 } {
                let Some(filled) = names.fill(known.shape, &known.locals, other) else {
                    break;
                };
                let evidence: f32 = voices
                    .iter()
                    .zip(&seen)
                    .map(|(voice, seen)| {
                        voice.weight * table.evidence(known, voice, (*seen, total))
                    })
                    .sum();
                let filled = Filled {
                    prior: log_share(known.count, total),
                    named: evidence + missing,
                    home,
                    ..filled
                };
                heap.add(known.shape.to_owned(), filled, distance);
            }
            // What is done with one operator is done with its kin, only less often.
            for (shape, saying) in &known.kin {
                let Some(filled) = names.fill(shape, &known.locals, 0) else {
                    continue;
                };
                let filled = Filled {
                    prior: log_share(0.2 * known.count, total),
                    named: table.weighed(saying, &voices),
                    home,
                    ..filled
                };
                heap.add(shape.clone(), filled, distance);
            }
        }
    }
}

fn weigh_own<'n>(
    table: &ShapeTable,
    names: &'n Names<'_, '_>,
    setting: &Setting<'_, '_>,
    heap: &mut Heap<'n>,
) {
    let (count, member) = (names.head.parameters.len(), names.head.receiver.is_some());
    let voices = table.voices(&names.telling(), names.language.family.index());
    let total = table.total(row(names.language.family, count, member));
    let own = own_count(1, total);
    let base = log_share(own, total + own);
    for (shape, own_words) in setting.own {
        let alike = overlap(own_words, &names.words);
        let kin = kin(shape).into_iter().map(|kin| (kin, 0.3_f32.ln()));
        for (shape, distance) in std::iter::once((shape.clone(), 0.0)).chain(kin) {
            let Some(filled) = names.fill(&shape, &[], 0) else {
                continue;
            };
            let evidence = table.weighed(&table.saying(&shape), &voices);
            let filled = Filled {
                prior: base + distance,
                named: evidence + alike,
                home: true,
                own: true,
                alike,
                ..filled
            };
            heap.add(shape, filled, 0.0);
        }
    }
}

impl<'n> Heap<'n> {
    fn add(&mut self, shape: String, filled: Filled<'n>, distance: f32) {
        let score = filled.prior + filled.named + filled.fit + distance;
        let next = self.bodies.len();
        let place = *self.places.entry(bare(&filled.lines)).or_insert(next);
        let Some(known) = self.bodies.get_mut(place) else {
            self.bodies.push(Weighed {
                shape,
                filled,
                score,
            });
            return;
        };
        let (high, low) = (known.score.max(score), known.score.min(score));
        let own = known.filled.own || filled.own;
        let home = known.filled.home || filled.home;
        let alike = known.filled.alike.max(filled.alike);
        if score > known.score {
            known.shape = shape;
            known.filled = filled;
        }
        known.filled.own = own;
        known.filled.home = home;
        known.filled.alike = alike;
        known.score = high + (low - high).exp().ln_1p();
    }
}

/// What goes up or seeks the most, and its opposite.
const OPPOSITES: [(&str, &str); 4] = [
    ("~+= ~$", "~-= ~$"),
    ("~-= ~$", "~+= ~$"),
    ("~< ~$V", "~> ~$V"),
    ("~> ~$V", "~< ~$V"),
];

/// Whether a body goes up or down though no word of the function's name says which of the two.
fn is_blind(table: &ShapeTable, names: &Names<'_, '_>, shape: &str) -> bool {
    let lead = |own: &str, against: &str| {
        let mut told = names.telling();
        told.retain(|word| is_of_name(word));
        let told = table.voices(&told, names.language.family.index());
        let (own, against) = (table.saying(own), table.saying(against));
        told.iter()
            .map(|voice| table.kin_evidence(&own, voice) - table.kin_evidence(&against, voice))
            .sum::<f32>()
    };
    if let Some((sign, other)) = OPPOSITES.into_iter().find(|(sign, _)| shape.contains(sign)) {
        return lead(shape, &shape.replace(sign, other)) < TOLD;
    }
    // What is handed one thing for its list keeps it, unless the name says that it goes.
    match moved(shape) {
        Some(true) => lead(&put("append"), &put("remove")) < -TOLD,
        Some(false) => lead(&put("remove"), &put("append")) < TOLD,
        None => false,
    }
}

/// The plainest body that does something to a list with what it is handed.
fn put(call: &str) -> String {
    format!("$A . {call} ( $0 )")
}

/// Whether a body of one line puts what it is handed into a list, or takes it out of one.
fn moved(shape: &str) -> Option<bool> {
    let items: Vec<&str> = shape
        .split(' ')
        .map(|item| item.trim_start_matches('~'))
        .collect();
    let given = |item: &&str| matches!(*item, "$0" | "$L0");
    if items.contains(&"return") || !items.iter().any(given) {
        return None;
    }
    let says = |idea_of: &str| items.iter().any(|item| idea(item) == idea_of);
    let keeps_others = says("!=") && items.contains(&"filter");
    match (says("=put"), says("=drop") || keeps_others) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// Whether a word is one of the function's own name, as it stands there.
fn is_of_name(word: &str) -> bool {
    !word.starts_with(['=', '#']) && !word.ends_with('-')
}

/// The lines of a body without blanks, each after its level.
fn bare(lines: &[Line]) -> Vec<u8> {
    let mut bare = Vec::with_capacity(64);
    for (level, line) in lines {
        bare.push(u8::try_from(*level).unwrap_or(u8::MAX));
        bare.extend(line.bytes().filter(|byte| *byte != b' '));
        bare.push(b'\n');
    }
    bare
}
