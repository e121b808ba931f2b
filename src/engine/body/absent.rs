//! Knows what a body takes for granted though the file has none of it: C++ in C, packages that are not imported, and texts
//! that nobody wrote.
//!
//! Asked by `sense` for every body that is judged. What the file's own functions do is never doubted here.

use super::super::language::Family;
use super::super::words::stems;
use super::fill::Names;

/// Words that C++ has and C has not.
const OF_CPP: [&str; 34] = [
    "::",
    "auto",
    "catch",
    "cerr",
    "cin",
    "class",
    "const_cast",
    "cout",
    "delete",
    "dynamic_cast",
    "endl",
    "explicit",
    "friend",
    "make_shared",
    "make_unique",
    "namespace",
    "new",
    "noexcept",
    "nullptr",
    "operator",
    "override",
    "private",
    "protected",
    "public",
    "reinterpret_cast",
    "static_cast",
    "std",
    "template",
    "this",
    "throw",
    "try",
    "typename",
    "using",
    "virtual",
];
/// What is reached into without being imported.
const AT_HAND: [&str; 12] = [
    "arguments",
    "cls",
    "console",
    "crate",
    "document",
    "exports",
    "module",
    "process",
    "self",
    "super",
    "this",
    "window",
];
/// The headers of C and C++ with what they bring.
const HEADERS: [(&[&str], &[&str]); 10] = [
    (
        &["math", "cmath"],
        &["M_PI", "fabs", "hypot", "pow", "sqrt"],
    ),
    (
        &["stdexcept"],
        &[
            "domain_error",
            "invalid_argument",
            "length_error",
            "logic_error",
            "out_of_range",
            "overflow_error",
            "range_error",
            "runtime_error",
            "underflow_error",
        ],
    ),
    (
        &["algorithm"],
        &["any_of", "copy", "count_if", "find", "find_if", "sort"],
    ),
    (&["numeric"], &["accumulate", "iota"]),
    (&["iostream", "ostream"], &["cerr", "cout", "endl"]),
    (&["memory"], &["make_shared", "make_unique"]),
    (&["string", "sstream", "iostream"], &["to_string"]),
    (
        &["string", "cstring"],
        &["memcpy", "memset", "strcat", "strcmp", "strcpy", "strlen"],
    ),
    (
        &["stdlib", "cstdlib"],
        &["atoi", "calloc", "exit", "free", "malloc", "realloc"],
    ),
    (
        &["stdio", "cstdio"],
        &["fopen", "fprintf", "printf", "puts", "snprintf"],
    ),
];

/// Whether a body uses what neither the file nor its language has.
pub(super) fn is_absent(names: &Names<'_, '_>, shape: &str) -> bool {
    let items: Vec<&str> = shape
        .split(' ')
        .map(|item| item.trim_start_matches('~'))
        .collect();
    let missing = match names.language.family {
        Family::C => {
            (names.language.plain_c && is_cpp(names, &items)) || needs_header(names, &items)
        }
        Family::Python => names_unknown(names, &items),
        Family::Rust | Family::Java => items.contains(&"HashMap") && !names.is_mentioned("HashMap"),
        _ => false,
    };
    missing || needs_package(names, &items) || says_what_nobody_said(names, &items)
}

/// Whether a body is of C++ in a file of C.
fn is_cpp(names: &Names<'_, '_>, items: &[&str]) -> bool {
    // A header may be of either.
    let signs = ["class", "namespace", "public", "std", "template", "virtual"];
    if signs.iter().any(|sign| names.is_mentioned(sign)) {
        return false;
    }
    let truth = ["true", "false", "bool"];
    let truths = truth.iter().chain(&["stdbool"]);
    let has_truth = truths.into_iter().any(|word| names.is_mentioned(word));
    let each = items.contains(&"for") && items.contains(&":") && !items.contains(&"?");
    let called = items.windows(3).any(|three| match three {
        ["." | "->", name, "("] => *name == names.head.name || !names.is_mentioned(name),
        ["return", "{", _] => true,
        _ => false,
    });
    let caught = items.windows(2).any(|two| matches!(two, ["[", "&" | "="]));
    each || called
        || caught
        || items.iter().any(|item| OF_CPP.contains(item))
        || (!has_truth && items.iter().any(|item| truth.contains(item)))
}

/// Whether a body uses what a header brings that the file does not include.
fn needs_header(names: &Names<'_, '_>, items: &[&str]) -> bool {
    items.iter().enumerate().any(|(at, item)| {
        let before = at.checked_sub(1).and_then(|at| items.get(at));
        let free = !matches!(before, Some(&("." | "->")));
        let known = || names.is_mentioned(item);
        free && HEADERS.iter().any(|(headers, brought)| {
            brought.contains(item)
                && !known()
                && !headers.iter().any(|header| names.is_mentioned(header))
        })
    })
}

/// Whether a body names a class that Python does not bring along and the file does not know.
fn names_unknown(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let brought = |item: &str| {
        let errors = [
            "Error",
            "Exception",
            "Iteration",
            "Interrupt",
            "Exit",
            "Warning",
        ];
        matches!(
            item,
            "True" | "False" | "None" | "NotImplemented" | "Ellipsis"
        ) || errors.iter().any(|error| item.ends_with(error))
    };
    items.iter().enumerate().any(|(at, item)| {
        let linked = at.checked_sub(1).and_then(|at| items.get(at)) == Some(&".");
        let class = item.starts_with(|first: char| first.is_ascii_uppercase());
        class && !linked && !brought(item) && !names.is_mentioned(item)
    })
}

/// Whether a body reaches into a package that the file does not name.
fn needs_package(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let rust = names.language.family == Family::Rust;
    let at_hand = |item: &str| {
        AT_HAND.contains(&item)
            || matches!(item, "std" | "core" | "alloc" | "str" | "char")
            || (rust
                && item.starts_with(['u', 'i', 'f'])
                && item.ends_with(['2', '4', '6', '8', 'e']))
    };
    items.iter().enumerate().any(|(at, item)| {
        let before = at.checked_sub(1).and_then(|at| items.get(at));
        let linked = matches!(before, Some(&("." | "->" | "::" | "?." | "&." | "@")));
        let reaches = |at: usize| match items.get(at + 1) {
            Some(&".") => true,
            Some(&"::") => rust,
            _ => false,
        };
        // What stands by itself somewhere is a value of the body's own.
        let package = || {
            let mut places = items.iter().enumerate().filter(|(_, other)| *other == item);
            places.all(|(at, _)| reaches(at))
        };
        item.starts_with(|first: char| first.is_ascii_lowercase())
            && reaches(at)
            && !linked
            && !at_hand(item)
            && package()
            && !names.is_mentioned(item)
    })
}

/// Whether a text of a body holds a word that stands neither in the file nor in the names of the function.
fn says_what_nobody_said(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let members = || names.members.iter().flat_map(|member| &member.stems);
    let given = || names.parts.iter().flatten().chain(&names.own);
    let known = |word: &String| {
        let mut all = members().chain(given()).chain(names.prose);
        all.any(|other| other == word)
    };
    let texts = items.iter().filter_map(|item| item.strip_prefix('\''));
    let mut words = texts.filter(|text| text.len() > 1 && text.starts_with(char::is_alphabetic));
    // Who greets says hello.
    let greets = names
        .own
        .iter()
        .any(|word| word == "greet" || word == "hello");
    words.any(|word| {
        let said = names.is_mentioned(word) || (greets && word == "Hello");
        !said && !stems(word).iter().all(known)
    })
}
