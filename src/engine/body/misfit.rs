//! Knows what no compiler takes and nobody throws: many things counted as one, functions that are not there, and
//! what was handed in thrown as if it were an error.
//!
//! Asked beside `sense` for every body that is judged; these rules read what the head declares of its parameters.

use super::super::language::Family;
use super::super::symbols::is_keyword_text;
use super::super::words::stems;
use super::fill::{Filled, Names};
use super::members::{Value, of_type};

/// What two numbers stand around; whether it may also stand between lists is left open.
const BETWEEN_NUMBERS: [&str; 8] = ["*", "/", "%", "-", "<", ">", "<=", ">="];
/// Functions that Script and Go bring along.
const BROUGHT: [&str; 21] = [
    "append",
    "cap",
    "clearTimeout",
    "close",
    "copy",
    "delete",
    "encodeURIComponent",
    "fetch",
    "isFinite",
    "isNaN",
    "len",
    "make",
    "max",
    "min",
    "new",
    "panic",
    "parseFloat",
    "parseInt",
    "require",
    "setInterval",
    "setTimeout",
];

/// Whether a body does what its parameters or its language do not let it do.
pub(super) fn is_misfit(names: &Names<'_, '_>, shape: &str, filled: &Filled<'_>) -> bool {
    let spaced: Vec<&str> = shape.split(' ').collect();
    counts_many_as_one(names, &spaced)
        || throws_what_it_was_given(names, &spaced)
        || (matches!(names.language.family, Family::Script | Family::Go)
            && calls_unknown(names, &spaced))
        || leaves_members_out(names, &spaced, filled)
        || rounds_what_is_straight(names, &spaced)
}

/// The parameter that an item stands for.
fn parameter(item: &str) -> Option<usize> {
    item.trim_start_matches('~').strip_prefix('$')?.parse().ok()
}

/// Whether an operator of numbers stands between something declared as many and something that is not.
fn counts_many_as_one(names: &Names<'_, '_>, spaced: &[&str]) -> bool {
    // A pointer may be moved on, but is no number then.
    let moves = names.language.family == Family::C && of_type(names.head.returns) != Value::Number;
    let many = |item: &str| {
        let place = parameter(item);
        place.is_some_and(|place| names.head.several.get(place) == Some(&true))
    };
    spaced.windows(3).enumerate().any(|(at, three)| {
        let [one, sign, other] = three else {
            return false;
        };
        let sign = sign.strip_prefix('~').filter(|_| other.starts_with('~'));
        let reached = spaced
            .get(at + 3)
            .is_some_and(|next| matches!(*next, "." | "->" | "[" | "("));
        let (one, other) = (many(one), many(other) && !reached);
        let counts = |sign| BETWEEN_NUMBERS.contains(&sign) || (sign == "+" && !moves);
        sign.is_some_and(counts) && one != other
    })
}

/// Whether a parameter is thrown that is not called like an error.
fn throws_what_it_was_given(names: &Names<'_, '_>, spaced: &[&str]) -> bool {
    let error = |word: &String| {
        [
            "err", "exc", "ex", "messag", "reason", "fail", "caus", "kind", "klass", "msg",
        ]
        .iter()
        .any(|beginning| word.starts_with(beginning))
    };
    spaced.windows(2).any(|two| {
        let [one, what] = two else { return false };
        let throws = matches!(one.trim_start_matches('~'), "raise" | "throw");
        let name = parameter(what).and_then(|place| names.head.parameters.get(place));
        throws && name.is_some_and(|name| !stems(name).iter().any(error))
    })
}

/// Whether a function is called that neither the file nor the language has.
fn calls_unknown(names: &Names<'_, '_>, spaced: &[&str]) -> bool {
    let items: Vec<&str> = spaced
        .iter()
        .map(|item| item.trim_start_matches('~'))
        .collect();
    items.iter().enumerate().any(|(at, item)| {
        let before = at.checked_sub(1).and_then(|at| items.get(at)).copied();
        let reached = matches!(
            before,
            Some("." | "?." | "new" | "function" | "func" | "->")
        );
        let small = item.starts_with(|first: char| first.is_ascii_lowercase());
        let called = spaced.get(at + 1) == Some(&"(");
        small
            && called
            && !reached
            && !is_keyword_text(item)
            && !BROUGHT.contains(item)
            && *item != names.head.name
            && !names.is_mentioned(item)
    })
}

/// Whether what describes an object of two or three members leaves one out that the name does not leave out.
fn leaves_members_out(names: &Names<'_, '_>, spaced: &[&str], filled: &Filled<'_>) -> bool {
    let members = names.members.len();
    let few = (2..=3).contains(&members) && filled.picks.len() < members;
    let plain = names.head.parameters.len() <= 1 && !names.has_kin();
    // What languages call by themselves where a text is wanted.
    let called = matches!(
        names.head.name,
        "fmt" | "String" | "toString" | "__repr__" | "__str__" | "to_s" | "inspect"
    );
    let told = spaced
        .iter()
        .any(|item| matches!(item.trim_start_matches('~'), "'{" | "'%" | "'#"));
    few && plain && (called || (told && !filled.picks.is_empty()))
}

/// Whether the number of circles is used where nothing is called like a part of one.
fn rounds_what_is_straight(names: &Names<'_, '_>, spaced: &[&str]) -> bool {
    let used = |item: &&str| matches!(item.trim_start_matches('~'), "PI" | "Pi" | "pi" | "M_PI");
    let round = |word: &String| {
        ["radi", "diamet", "circ", "angl", "degre", "sphere", "r"]
            .iter()
            .any(|part| word == part || (part.len() > 1 && word.starts_with(part)))
    };
    let members = names.members.iter().flat_map(|member| &member.stems);
    let mut words = members
        .chain(names.parts.iter().flatten())
        .chain(&names.own);
    spaced.iter().any(used) && !words.any(round)
}
