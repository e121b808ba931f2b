//! Knows whether a function answers a question, by its head and the words of its name.
//!
//! Asked by `sense` and `kinds`: what only compares or looks up is an answer, not a deed.

use super::super::function::Outcome;
use super::fill::Names;

/// Words of names that ask whether something is there, besides those that ask for any truth.
const ASKING: [&str; 13] = [
    "avail", "find", "hav", "includ", "know", "known", "lookup", "memb", "own", "present",
    "search", "seen", "visit",
];

/// Whether a function answers a question, so that a comparison may be what it returns.
pub(super) fn asks(names: &Names<'_, '_>) -> bool {
    let questions = [
        "is", "has", "can", "should", "equal", "eq", "sam", "contain", "match", "valid", "need",
        "exist", "compar", "less", "great", "empty", "check", "lt", "gt", "ne", "le", "ge", "was",
        "do", "in", "at", "any", "all", "support", "allow",
    ];
    let asked = |word: &String| {
        let bare = word.trim_start_matches(['=', '#']);
        questions.contains(&bare)
    };
    names.head.result == Outcome::Truth || names.words.iter().take(3).any(asked)
}

/// Whether a function's name or head says that it answers a question.
pub(super) fn is_question(names: &Names<'_, '_>) -> bool {
    let mut words = names.words.iter().take(3);
    // A verb in the third person states something: `contains`, `owns`.
    let name = names.head.name;
    let end = name.find(|one: char| !one.is_ascii_lowercase());
    let verb = name.get(..end.unwrap_or(name.len())).unwrap_or("");
    let states = verb.len() > 1 && verb.ends_with('s') && !verb.ends_with("ss");
    states || asks(names) || words.any(|word| ASKING.contains(&word.as_str()))
}
