//! Knows how many things become one: what is gone through, what is summed, and what sums are put together with.
//!
//! Asked by `misdeed` for every body that is judged. The decision: what is called one thing is not gone through as if it
//! were many, unless it is a text or its name stands for a collection.

use super::fill::{Filled, Names};
use super::idea::idea;
use super::locals::singular;
use super::members::Value;

/// Names of one thing that holds many.
const COLLECTIONS: [&str; 40] = [
    "acc",
    "all",
    "arr",
    "array",
    "batch",
    "board",
    "buf",
    "buffer",
    "chain",
    "collection",
    "data",
    "deck",
    "dict",
    "dictionary",
    "file",
    "graph",
    "grid",
    "group",
    "head",
    "input",
    "iter",
    "iterable",
    "list",
    "map",
    "matrix",
    "node",
    "object",
    "obj",
    "queue",
    "range",
    "root",
    "row",
    "sequence",
    "series",
    "set",
    "stack",
    "stream",
    "table",
    "tree",
    "vec",
];
/// Names of texts, whose letters are gone through but not reckoned with.
const TEXTS: [&str; 16] = [
    "content",
    "line",
    "message",
    "name",
    "paragraph",
    "password",
    "path",
    "phrase",
    "sentence",
    "source",
    "str",
    "string",
    "text",
    "title",
    "url",
    "word",
];
/// What is asked of many things.
const PASSES: [&str; 13] = [
    "map", "filter", "reduce", "forEach", "each", "iter", "sum", "inject", "select", "reject",
    "every", "some", "stream",
];
/// What makes one number of many.
const FIGURES: [&str; 4] = ["sum", "max", "min", "reduce"];

/// Whether a body gathers what is not many, or gathers it in another way than its name says.
pub(super) fn is_misgathered(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    goes_through_one(names, items)
        || sums_keys(names, items, filled)
        || reads_parts_of_keys(items, filled)
        || mixes_sum_with_count(items)
        || compares_without_length(names, items)
        || multiplies_for_a_total(names, items, filled)
}

/// Whether a parameter that is called one thing is gone through.
fn goes_through_one(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let head = names.head;
    (head.parameters.iter().enumerate()).any(|(place, name)| {
        let last = names.parts.get(place).and_then(|parts| parts.last());
        let last = last.map_or("", String::as_str);
        let typed = head
            .types
            .get(place)
            .is_some_and(|of_its| !of_its.is_empty());
        let one = name.len() > 2
            && !typed
            && head.several.get(place) != Some(&true)
            && singular(name).is_none()
            && !name.ends_with('s');
        let called = |list: &[&str]| list.iter().any(|word| *word == *name || *word == last);
        if !one || called(&COLLECTIONS) {
            return false;
        }
        let slot = format!("${place}");
        let text = called(&TEXTS);
        let reckons = items.windows(3).any(|three| match three {
            ["+=", element, _] => element.starts_with("$V"),
            [element, "<" | ">", best] => element.starts_with("$V") && best.starts_with("$V"),
            [call, "(", given] => FIGURES.contains(call) && *given == slot,
            _ => false,
        });
        (!text || reckons) && goes_through(items, &slot)
    })
}

/// Whether a body goes through what fills a slot.
fn goes_through(items: &[&str], slot: &str) -> bool {
    items.windows(3).any(|three| match three {
        ["in" | "of" | "range", given, after] => {
            *given == slot && (matches!(*after, ":" | ")" | "{" | "]") || after.starts_with('^'))
        }
        [given, ".", call] => *given == slot && PASSES.contains(call),
        [call, "(", given] => {
            *given == slot && (FIGURES.contains(call) || matches!(*call, "enumerate" | "sorted"))
        }
        [given, "[", "0"] => *given == slot && items.contains(&"for"),
        _ => false,
    })
}

/// Whether the keys of a table are summed or compared as if they were its values.
fn sums_keys(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    filled.picks.iter().any(|pick| {
        let before = |back: usize| {
            pick.at
                .checked_sub(back)
                .and_then(|at| items.get(at))
                .copied()
        };
        let alone = items.get(pick.at + 1) == Some(&")");
        pick.value == Value::Map
            && alone
            && before(1) == Some("(")
            && matches!(before(2), Some("sum" | "max" | "min"))
            && !names.own.iter().any(|word| word == "key")
    })
}

/// Whether what is gone through is the keys of a table, and parts of them are read.
fn reads_parts_of_keys(items: &[&str], filled: &Filled<'_>) -> bool {
    filled.picks.iter().any(|pick| {
        let before = pick.at.checked_sub(1).and_then(|at| items.get(at)).copied();
        let whole = matches!(items.get(pick.at + 1), Some(&(":" | ")" | "{")));
        let parts = items.windows(2).any(|two| {
            two.first().is_some_and(|one| one.starts_with("$V")) && two.get(1) == Some(&".")
        });
        pick.value == Value::Map && matches!(before, Some("in" | "of")) && whole && parts
    })
}

/// Whether the longest or the shortest is found without asking how long anything is.
fn compares_without_length(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let lengths = ["longest", "shortest"];
    let asked = (names.own.iter()).any(|word| lengths.contains(&word.as_str()));
    let compares = ["<", ">", "<=", ">=", "max", "min"];
    asked
        && items.iter().any(|item| compares.contains(item))
        && !items.iter().any(|item| idea(item) == "=len")
}

/// Whether a sum is put together with a count otherwise than for a mean.
fn mixes_sum_with_count(items: &[&str]) -> bool {
    let sums = items.iter().any(|item| *item == "sum" || *item == "reduce");
    let counts = items.iter().any(|item| idea(item) == "=len");
    let otherwise = items.iter().any(|item| matches!(*item, "*" | "-" | "%"));
    sums && counts && otherwise && !items.contains(&"/")
}

/// Whether a function that is called after a sum takes its elements times, from or through each other.
fn multiplies_for_a_total(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    let sums = ["sum", "tot", "total", "add"];
    let asked = names.own.iter().any(|word| sums.contains(&word.as_str()));
    let product = names.own.iter().any(|word| word.starts_with("prod"));
    asked
        && !product
        && filled.picks.is_empty()
        && items.windows(3).any(|three| match three {
            [one, "*" | "/" | "-" | "*=" | "/=" | "-=", other] => {
                one.starts_with("$V") && other.starts_with("$V")
            }
            _ => false,
        })
}
