//! The cursor in a function without a body. Called by intent detection for the languages of which the shape of a
//! function's head is known.
//!
//! Only one line above and one below the cursor are looked at, each as a shape to be found somewhere in it.

use crate::{params::Text, prompt::language::Language};

use super::{
    comment::trim,
    line::{
        ends_with, has_args, has_parentheses, name_end, name_start, spaces_end, spaces_start,
        token_end,
    },
};

/// Judges one line.
type Shape = fn(&str) -> bool;

/// Whether the cursor is in an empty function.
pub(super) fn is_empty(language: &Language, above: &Text, below: &Text) -> bool {
    let Some((opening, follow)) = shapes(language.name) else {
        return false;
    };
    let has_text = |line: &str| !trim(line).is_empty();
    let last = above.lines().rev().find(|line| has_text(line));
    if !last.is_some_and(|line| opening(trim(&line))) {
        return false;
    }
    let first = || below.lines().find(|line| has_text(line));
    below.is_blank() || first().is_some_and(|line| follow(trim(&line)))
}

/// What opens a function in a language, and what follows an empty one.
fn shapes(language: &str) -> Option<(Shape, Shape)> {
    Some(match language {
        "Python" => (python_opening, python_follow),
        "Ruby" => (ruby_opening, ruby_follow),
        "Go" => (go_opening, |line| {
            line.contains('}') || line.starts_with(')') || go_opening(line)
        }),
        "JavaScript" => (javascript_opening, |line| {
            line.contains('}') || javascript_opening(line)
        }),
        "TypeScript" => (typescript_opening, |line| {
            line.contains('}') || typescript_opening(line)
        }),
        "Java" => (java_opening, |line| {
            line.contains('}') || java_opening(line)
        }),
        "PHP" => (php_opening, |line| line.contains('}') || php_opening(line)),
        "C#" => (|line| line.contains('{'), csharp_follow),
        _ => return None,
    })
}

/// The position behind `def`, white space and a name, at the start of a line.
fn def_end(line: &[u8]) -> Option<usize> {
    let word_end = token_end(line, 0, "def")?;
    let name = spaces_end(line, word_end);
    if name == word_end {
        None
    } else {
        name_end(line, name)
    }
}

fn python_opening(line: &str) -> bool {
    let line = line.as_bytes();
    let colon = || {
        let open = token_end(line, def_end(line)?, "(")?;
        let close = open + line.get(open..)?.iter().position(|&byte| byte == b')')?;
        (*line.get(close + 1)? == b':').then_some(close + 2)
    };
    colon().is_some_and(|end| matches!(line.get(spaces_end(line, end)), None | Some(b'#')))
}

fn python_follow(line: &str) -> bool {
    let bytes = line.as_bytes();
    let arguments = || {
        let open = def_end(bytes).filter(|&end| bytes.get(end) == Some(&b'('))?;
        line.get(open + 1..)?.strip_suffix(':').map(trim)
    };
    let is_closed = |rest: &str| {
        rest.trim_end_matches(|char: char| char.is_ascii_whitespace())
            .ends_with(')')
    };
    arguments().is_some_and(|rest| {
        let returned = || {
            let name = name_start(rest.as_bytes(), rest.len())?;
            let arrow = spaces_start(rest.as_bytes(), name);
            rest.get(..arrow)?.strip_suffix("->")
        };
        rest.ends_with(')') || returned().is_some_and(is_closed)
    })
}

fn ruby_opening(line: &str) -> bool {
    let line = line.as_bytes();
    def_end(line).is_some_and(|name| match token_end(line, name, "(") {
        None => spaces_end(line, name) == line.len(),
        Some(open) => {
            let close = line
                .get(open..)
                .and_then(|rest| rest.iter().position(|&byte| byte == b')'));
            close.is_some_and(|close| open + close + 1 == line.len())
        }
    })
}

fn ruby_follow(line: &str) -> bool {
    line.starts_with("end")
        || line
            .match_indices("def")
            .any(|(at, _)| def_end(&line.as_bytes()[at..]).is_some())
}

fn go_opening(line: &str) -> bool {
    let mut rest = line;
    while let Some((_, after)) = rest.split_once("func") {
        match after.find('{') {
            None => return false,
            Some(0) => rest = after,
            Some(_) => return true,
        }
    }
    false
}

fn javascript_opening(line: &str) -> bool {
    let line = line.as_bytes();
    let function =
        |line: &[u8], open| after_named_function(line, open) || after_function(line, open);
    has_parentheses(line, function, before_brace) || has_args(line, after_assignment, before_arrow)
}

fn typescript_opening(line: &str) -> bool {
    let bytes = line.as_bytes();
    let generic =
        (0..bytes.len()).find(|&at| bytes[at] == b'<' && after_function_or_name(bytes, at));
    let after_generic = |bytes: &[u8], open: usize| {
        let end = spaces_start(bytes, open);
        generic.is_some_and(|start| start + 1 < end) && ends_with(bytes, end, ">")
    };
    let function = |bytes: &[u8], open: usize| {
        after_function_or_name(bytes, open) || after_generic(bytes, open)
    };
    has_args(bytes, function, before_typed_brace)
        || has_args(bytes, |_, _| true, before_typed_arrow)
        || takes_callback(line).unwrap_or(false)
}

/// Whether a named function without a result takes a callback without a result as its last argument.
fn takes_callback(line: &str) -> Option<bool> {
    let bytes = line.as_bytes();
    let open = (0..bytes.len()).find(|&at| bytes[at] == b'(' && after_named_function(bytes, at))?;
    let arguments = line.get(open..)?;
    let mut callbacks = arguments
        .match_indices("callback:")
        .map(|(at, word)| at + word.len());
    let callback = callbacks.find(|&end| token_end(arguments.as_bytes(), end, "(").is_some())?;
    let ending =
        |line: &[u8], end: usize| tokens_follow(line, end, &["=>", "void", ")", ":", "void", "{"]);
    Some(has_parentheses(
        arguments.as_bytes().get(callback..)?,
        |_, _| true,
        ending,
    ))
}

fn java_opening(line: &str) -> bool {
    has_args(line.as_bytes(), after_two_names, before_brace)
}

fn php_opening(line: &str) -> bool {
    let line = line.as_bytes();
    has_parentheses(line, after_spaced_function, before_typed_brace)
        || has_args(line, after_function, before_brace)
}

fn csharp_follow(line: &str) -> bool {
    line.contains(['{', '}']) || has_args(line.as_bytes(), after_two_names, |_, _| true)
}

/// Whether the tokens follow at `at`, with or without white space between them.
fn tokens_follow(line: &[u8], at: usize, tokens: &[&str]) -> bool {
    tokens
        .iter()
        .try_fold(at, |at, token| token_end(line, at, token))
        .is_some()
}

fn before_brace(line: &[u8], at: usize) -> bool {
    tokens_follow(line, at, &["{"])
}

fn before_arrow(line: &[u8], at: usize) -> bool {
    tokens_follow(line, at, &["=>", "{"])
}

/// Whether a brace follows, perhaps after a colon and the name of a type.
fn before_typed_brace(line: &[u8], at: usize) -> bool {
    let typed = || name_end(line, spaces_end(line, token_end(line, at, ":")?));
    before_brace(line, at) || typed().is_some_and(|end| before_brace(line, end))
}

/// Whether an arrow and a brace follow, perhaps after a colon with the name of a type right behind it.
fn before_typed_arrow(line: &[u8], at: usize) -> bool {
    let typed = || name_end(line, token_end(line, at, ":")?);
    before_arrow(line, at) || typed().is_some_and(|end| before_arrow(line, end))
}

/// Whether `function` stands before `at`.
fn after_function(line: &[u8], at: usize) -> bool {
    ends_with(line, spaces_start(line, at), "function")
}

/// The start of a name before `at` and of the white space before that name.
fn name_before(line: &[u8], at: usize) -> Option<(usize, usize)> {
    let start = name_start(line, spaces_start(line, at))?;
    Some((spaces_start(line, start), start))
}

/// Whether `function`, white space and a name stand before `at`.
fn after_named_function(line: &[u8], at: usize) -> bool {
    name_before(line, at).is_some_and(|(end, name)| end < name && ends_with(line, end, "function"))
}

/// Whether `function` stands before `at`, with white space and perhaps a name between.
fn after_spaced_function(line: &[u8], at: usize) -> bool {
    after_named_function(line, at) || spaces_start(line, at) < at && after_function(line, at)
}

/// Whether `function` stands before `at`, perhaps with a name between, which may even be joined to it.
fn after_function_or_name(line: &[u8], at: usize) -> bool {
    let joined = |(_, start)| {
        let name = line.get(start..at).unwrap_or_default();
        name.windows("function".len())
            .any(|part| part == b"function")
    };
    after_function(line, at)
        || after_named_function(line, at)
        || name_before(line, at).is_some_and(joined)
}

/// Whether a name and an equals sign stand before `at`.
fn after_assignment(line: &[u8], at: usize) -> bool {
    let sign = spaces_start(line, at);
    ends_with(line, sign, "=") && name_start(line, spaces_start(line, sign - 1)).is_some()
}

/// Whether two names stand before `at`.
fn after_two_names(line: &[u8], at: usize) -> bool {
    name_before(line, at).is_some_and(|(end, name)| end < name && name_start(line, end).is_some())
}
