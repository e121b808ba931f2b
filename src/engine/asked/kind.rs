//! Knows of what kind the things are that a comment speaks of, and what comes of what is done to them.
//!
//! Asked for the types of a head, and for whether the function beside it is of the same kind. A word that says nothing of a
//! kind has none.

use super::wish::{Inputs, Wish};

/// What a comment calls a number, a text, and a collection.
const NUMBERS: [&str; 8] = [
    "number", "integer", "int", "value", "float", "digit", "n", "double",
];
const TEXTS: [&str; 6] = ["string", "text", "word", "sentence", "name", "str"];
const LISTS: [&str; 4] = ["list", "array", "slice", "vector"];
/// Functions that make one number of many, and one of a text.
const REDUCE: [&str; 12] = [
    "sum", "add", "total", "max", "maximum", "min", "minimum", "largest", "smallest", "biggest",
    "product", "multiply",
];
const COUNT: [&str; 3] = ["count", "length", "size"];

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    Numbers,
    Truth,
}

/// What each thing is, by what it is called.
pub(super) fn kinds(inputs: &Inputs, things: &[String]) -> Option<Vec<Kind>> {
    let names = match inputs {
        Inputs::Alike(thing) => {
            let kind = of_noun(one(thing))?;
            return Some(vec![kind; 2]);
        }
        Inputs::Named(names) => names,
    };
    let in_list = things.iter().any(|word| LISTS.contains(&word.as_str()));
    let [name] = names.as_slice() else {
        return names.iter().map(|name| of_noun(name)).collect();
    };
    let several = one(name) != name;
    match of_noun(one(name))? {
        Kind::Number if several || in_list => Some(vec![Kind::Numbers]),
        kind if !several && !in_list => Some(vec![kind]),
        _ => None,
    }
}

pub(super) fn one(noun: &str) -> &str {
    noun.strip_suffix('s')
        .filter(|one| one.len() > 1)
        .unwrap_or(noun)
}

pub(super) fn of_noun(noun: &str) -> Option<Kind> {
    if NUMBERS.contains(&noun) {
        Some(Kind::Number)
    } else {
        TEXTS.contains(&noun).then_some(Kind::Text)
    }
}

/// What comes out, by what is done to what.
pub(super) fn result(wish: &Wish, kinds: &[Kind]) -> Option<Kind> {
    let first = wish.name.first()?.as_str();
    let says = |list: &[&str]| wish.name.iter().any(|word| list.contains(&word.as_str()));
    if first == "is" || first == "has" {
        return Some(Kind::Truth);
    }
    if matches!(first, "print" | "show" | "log" | "greet") {
        return None;
    }
    if says(&COUNT) {
        return Some(Kind::Number);
    }
    match kinds {
        [Kind::Numbers] => says(&REDUCE).then_some(Kind::Number),
        [kind, ..] => Some(*kind),
        [] => None,
    }
}
