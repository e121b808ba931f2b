//! Weighs the bodies that the learned shapes give with the names at hand.
//!
//! Called by the engine at the start of a body. A shape's weight is how usual it is, how strongly the words of the
//! names speak for it, and how well the names fill its slots.

use super::super::function::Head;
use super::super::language::{Family, Language};
use super::super::words::overlap;
use super::fill::Names;
use super::members::Member;
use super::table::{ShapeTable, log_share, own_count, row, words_of};

/// The weight of all bodies that no shape gives.
const ELSEWHERE: f32 = -2.0;

/// A body that may be written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Proposal {
    /// Its lines without indent, each with its level below the body's own.
    pub(crate) lines: Vec<(usize, String)>,
    /// Its share of the weight of all proposals.
    pub(crate) share: f32,
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
}

/// The likeliest bodies, likeliest first.
pub(crate) fn propose(table: &ShapeTable, setting: &Setting<'_, '_>) -> Vec<Proposal> {
    let words = words_of(setting.head);
    let names = Names {
        head: setting.head,
        members: setting.members,
        language: setting.language,
        creates: words.first().is_some_and(|word| word == "init"),
        words,
        explicit: setting.explicit,
        semicolons: setting.semicolons,
        known: setting.known,
    };
    let mut weighed: Vec<(Vec<(usize, String)>, f32)> = Vec::new();
    weigh_learned(table, &names, setting, &mut weighed);
    let best = weighed
        .iter()
        .map(|(_, score)| *score)
        .fold(ELSEWHERE, f32::max);
    let rest = (ELSEWHERE - best).exp();
    let total: f32 = rest
        + weighed
            .iter()
            .map(|(_, score)| (score - best).exp())
            .sum::<f32>();
    weighed.sort_by(|one, other| other.1.total_cmp(&one.1));
    weighed
        .into_iter()
        .take(6)
        .map(|(lines, score)| Proposal {
            lines,
            share: (score - best).exp() / total,
        })
        .collect()
}

fn weigh_learned(
    table: &ShapeTable,
    names: &Names<'_, '_>,
    setting: &Setting<'_, '_>,
    weighed: &mut Vec<(Vec<(usize, String)>, f32)>,
) {
    let member = names.head.receiver.is_some();
    let numbers = table.numbers(&names.telling());
    let count = names.head.parameters.len();
    for family in Family::ALL {
        let home = family == names.language.family;
        let own_row = row(family, count, member);
        let total = table.total(own_row);
        for known in table.shapes(own_row) {
            if !home && !travels(known.shape) {
                continue;
            }
            let distance = if home { 0.0 } else { -2.5 };
            let place = (own_row, names.language.family.index());
            let missing = table.missing(known, &numbers);
            if let Some((lines, fit)) = names.fill(known.shape) {
                let evidence: f32 = numbers
                    .iter()
                    .map(|(word, weight)| weight * table.evidence(place, known, *word))
                    .sum();
                add(
                    weighed,
                    lines,
                    log_share(known.count, total) + evidence + missing + fit + distance,
                );
            }
            // What is done with one operator is done with its kin, only less often.
            for shape in kin(known.shape) {
                let Some((lines, fit)) = names.fill(&shape) else {
                    continue;
                };
                let marks: f32 = numbers
                    .iter()
                    .map(|(word, weight)| weight * table.mark_evidence(place.1, &shape, *word))
                    .sum();
                add(
                    weighed,
                    lines,
                    log_share(0.2 * known.count, total) + marks + fit + distance,
                );
            }
        }
    }
    let total = table.total(row(names.language.family, count, member));
    let home = names.language.family.index();
    let own = own_count(1, total);
    let base = log_share(own, total + own);
    for (shape, own_words) in setting.own {
        let alike = overlap(own_words, &names.words);
        let kin = kin(shape).into_iter().map(|kin| (kin, 0.3_f32.ln()));
        for (shape, distance) in std::iter::once((shape.clone(), 0.0)).chain(kin) {
            let Some((lines, fit)) = names.fill(&shape) else {
                continue;
            };
            let evidence: f32 = numbers
                .iter()
                .map(|(word, weight)| weight * table.mark_evidence(home, &shape, *word))
                .sum();
            add(weighed, lines, base + evidence + fit + alike + distance);
        }
    }
}

fn add(weighed: &mut Vec<(Vec<(usize, String)>, f32)>, lines: Vec<(usize, String)>, score: f32) {
    if let Some(known) = weighed.iter_mut().find(|(other, _)| *other == lines) {
        let (high, low) = (known.1.max(score), known.1.min(score));
        known.1 = high + (low - high).exp().ln_1p();
    } else {
        weighed.push((lines, score));
    }
}

/// The shapes that differ in the one operator of arithmetic.
fn kin(shape: &str) -> Vec<String> {
    for group in [["+=", "-=", "*=", "/="], ["+", "-", "*", "/"]] {
        let mut found = shape
            .split(' ')
            .filter(|item| group.contains(&item.trim_start_matches('~')));
        let (Some(one), None) = (found.next(), found.next()) else {
            continue;
        };
        if !one.starts_with('~') {
            continue;
        }
        let others = group
            .iter()
            .map(|other| format!("~{other}"))
            .filter(|other| other != one);
        return others
            .map(|other| {
                shape
                    .split(' ')
                    .map(|item| if item == one { other.as_str() } else { item })
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
    }
    Vec::new()
}

/// Whether a shape means the same in every language.
fn travels(shape: &str) -> bool {
    let universal = [
        "return", "+=", "-=", "*=", "/=", "=", "+", "-", "*", "/", "*", ".", "0", "1", ">", "<",
        ">=", "<=",
    ];
    shape.split(' ').all(|item| {
        let text = item.trim_start_matches('~');
        text.starts_with('$') || universal.contains(&text)
    })
}
