//! Knows what a body reads or calls though nobody has given it a name: fields of elements, values, functions.
//!
//! Asked by `misdeed` for every body that is judged. What a file mentions anywhere counts as known.

use super::super::language::Family;
use super::super::symbols::is_keyword_text;
use super::super::words::stems;
use super::fill::Names;
use super::members::{Value, of_type};

/// What elements of any program have without the file saying so.
const OF_ALL: [&str; 8] = [
    "length",
    "size",
    "getKey",
    "getValue",
    "getClass",
    "getBytes",
    "getMessage",
    "getOrDefault",
];

/// Whether a body uses what neither the file nor a language has.
pub(super) fn is_unknown(names: &Names<'_, '_>, items: &[&str]) -> bool {
    reads_unknown_part(names, items)
        || uses_unknown_value(names, items)
        || calls_itself_without_object(names, items)
}

/// Whether a body reads a part of its elements that neither the file nor a language has.
fn reads_unknown_part(names: &Names<'_, '_>, items: &[&str]) -> bool {
    // `user_id` tells that a user has an `id`, and whoever looks for a `name` compares one.
    let told = |name: &str| {
        let told = stems(name);
        (names.parts.iter()).any(|words| words.last() == told.last())
    };
    items.windows(3).enumerate().any(|(at, three)| {
        let [of, "." | "->" | "&." | "?.", name] = three else {
            return false;
        };
        let called = items.get(at + 3) == Some(&"(");
        // Methods of elements are known of no type, but what only hands something out tells of a field.
        let part = !called || name.starts_with("get");
        of.starts_with("$V")
            && part
            && name.starts_with(|one: char| one.is_ascii_lowercase())
            && !OF_ALL.contains(name)
            && !names.is_mentioned(name)
            && !told(name)
    })
}

/// Whether a value is used that nothing in the file or the body has given a name.
fn uses_unknown_value(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let brought = [
        "abs",
        "bool",
        "dict",
        "float",
        "id",
        "int",
        "iota",
        "len",
        "list",
        "max",
        "min",
        "nullptr",
        "nil",
        "object",
        "repr",
        "reversed",
        "set",
        "sorted",
        "str",
        "string",
        "sum",
        "tuple",
        "type",
        "arguments",
        "console",
        "process",
        "window",
        "document",
        "std",
        "ok",
        "err",
    ];
    items.windows(2).enumerate().any(|(at, two)| {
        let ["return" | "=" | "in" | "(" | "," | "+=" | "-=", name] = two else {
            return false;
        };
        let next = items.get(at + 2).copied().unwrap_or("");
        let ends = matches!(next, "" | ")" | "," | ";" | "]") || next.starts_with('^');
        name.starts_with(|one: char| one.is_ascii_lowercase())
            && ends
            && of_type(name) == Value::Unknown
            && !is_keyword_text(name)
            && !brought.contains(name)
            && !is_defined(items, name)
            && !names.is_mentioned(name)
    })
}

/// Whether a body gives a name its value somewhere.
fn is_defined(items: &[&str], name: &str) -> bool {
    let item = |at: Option<usize>| at.and_then(|at| items.get(at)).copied().unwrap_or("");
    (0..items.len())
        .filter(|at| items.get(*at) == Some(&name))
        .any(|at| {
            let (before, after) = (item(at.checked_sub(1)), item(Some(at + 1)));
            let begun = matches!(
                before,
                "for"
                    | "const"
                    | "let"
                    | "var"
                    | "auto"
                    | "as"
                    | "lambda"
                    | "|"
                    | "func"
                    | "def"
                    | "mut"
                    | "_"
            );
            let given = matches!(after, "=" | ":=" | "in" | "of" | "=>" | ":" | "|");
            let typed =
                of_type(before) != Value::Unknown && before.starts_with(char::is_alphabetic);
            let handed = matches!(before, "(" | ",") && items.contains(&"=>");
            begun || given || typed || handed
        })
}

/// Whether a method calls a function of its own name as if it stood by itself.
fn calls_itself_without_object(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let through = [Family::Python, Family::Script, Family::Go, Family::Rust];
    let free = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| items.get(at)).copied();
        !matches!(before, Some("." | "::" | "?."))
    };
    names.head.receiver.is_some()
        && through.contains(&names.language.family)
        && items
            .windows(2)
            .enumerate()
            .any(|(at, two)| matches!(two, ["$F", "("]) && free(at))
}
