//! Finds functions in a row of tokens: their names, parameters and bodies, without a grammar.
//!
//! Called by the body model, for the function under the cursor and for every function of a training file.

use super::language::{Block, Family, Language};
use super::lexer::{Kind, Piece};

/// A function as its head tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its parameters without the receiver.
    pub(crate) parameters: Vec<&'a str>,
    /// The name by which the body reaches the object, if there is one.
    pub(crate) receiver: Option<&'a str>,
    /// Where the name stands.
    pub(crate) start: usize,
    /// Where the body starts.
    pub(crate) body: usize,
    /// What the head says of the result.
    pub(crate) result: Outcome,
    /// The first word of the result's type, where there is one.
    pub(crate) returns: &'a str,
    /// The first name of the result's type, where there is one.
    pub(crate) made: &'a str,
    /// The last word of each parameter's type, empty where it has none.
    pub(crate) types: Vec<&'a str>,
    /// For each parameter whether it is handed over as a reference.
    pub(crate) borrowed: Vec<bool>,
    /// For each parameter whether it is declared as many things: an array, a list, or a pointer in C.
    pub(crate) several: Vec<bool>,
    /// Whether its class builds on another, where it has a class.
    pub(crate) derived: Option<bool>,
    /// What its class is called, where it has an object.
    pub(crate) class: &'a str,
}

/// What a head says of the value a function returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing.
    #[default]
    Unsaid,
    /// That there is none.
    Nothing,
    /// That it is true or false.
    Truth,
    /// That there is one.
    Value,
}

/// The words that stand before a parenthesis and a brace without naming a function.
const NOT_NAMES: [&str; 14] = [
    "if",
    "for",
    "while",
    "switch",
    "catch",
    "match",
    "return",
    "with",
    "elif",
    "else",
    "synchronized",
    "select",
    "unless",
    "loop",
];
/// How far back from a brace its head is looked for.
const REACH: usize = 90;

/// The function whose body starts right after a place, if one does.
pub(crate) fn head_before<'a>(
    pieces: &[Piece<'a>],
    end: usize,
    language: Language,
) -> Option<Head<'a>> {
    let head = head_ending(pieces, end, language)?;
    Some(Head { body: end, ..head })
}

fn head_ending<'a>(pieces: &[Piece<'a>], end: usize, language: Language) -> Option<Head<'a>> {
    let last = end.checked_sub(1)?;
    match language.block {
        Block::Colon => (pieces.get(last)?.text == ":").then_some(())?,
        Block::Brace => (pieces.get(last)?.text == "{").then_some(())?,
        Block::End => return ruby_head(pieces, end),
    }
    let mut at = last;
    loop {
        at = at.checked_sub(1).filter(|at| last - at < REACH)?;
        let piece = pieces.get(at)?;
        match piece.text {
            ")" if piece.kind == Kind::Punct => {
                let open = matching(pieces, at)?;
                let found = named(pieces, open, at, language);
                if found.is_some() || language.family != Family::Go {
                    return found;
                }
                // Go lists several results in parentheses of their own.
                at = open;
            }
            ";" | "{" | "}" | "=" | "return" => return None,
            // Nothing but the result's type stands between the parameters and the colon.
            ":" if language.block == Block::Colon => return None,
            _ => {}
        }
    }
}

/// The place of the bracket that opens what a bracket closes.
fn matching(pieces: &[Piece<'_>], close: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = close;
    loop {
        let piece = pieces.get(at)?;
        if piece.kind == Kind::Punct {
            match piece.text {
                ")" | "]" | "}" => depth += 1,
                "(" | "[" | "{" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        if depth == 0 {
            return Some(at);
        }
        at = at.checked_sub(1).filter(|at| close - at < 400)?;
    }
}

fn named<'a>(
    pieces: &[Piece<'a>],
    open: usize,
    close: usize,
    language: Language,
) -> Option<Head<'a>> {
    let mut at = open.checked_sub(1)?;
    if pieces.get(at)?.text == ">" {
        // The type parameters of a generic function stand between its name and its parameters.
        while pieces.get(at)?.text != "<" {
            at = at.checked_sub(1)?;
        }
        at = at.checked_sub(1)?;
    }
    let arrow = pieces.get(close + 1).is_some_and(|next| next.text == "=>");
    if arrow || matches!(pieces.get(at)?.text, "function" | "=" | "async") {
        while matches!(pieces.get(at)?.text, "function" | "=" | "async") {
            at = at.checked_sub(1)?;
        }
    }
    let name = pieces
        .get(at)
        .filter(|piece| piece.kind == Kind::Word && !NOT_NAMES.contains(&piece.text))?;
    let before = at
        .checked_sub(1)
        .and_then(|at| pieces.get(at))
        .map_or("", |piece| piece.text);
    let told = match language.family {
        Family::Python => before == "def",
        Family::Rust => before == "fn",
        Family::Go => matches!(before, "func" | ")"),
        _ => !matches!(before, "if" | "&&" | "||" | "!" | "return" | "else" | "new"),
    };
    if !told {
        return None;
    }
    if matches!(before, "." | "->") || (matches!(before, "new" | "=" | "(" | ",") && !arrow) {
        return None;
    }
    let mut head = Head {
        name: name.text,
        start: at,
        ..Head::default()
    };
    read_parameters(pieces.get(open + 1..close)?, language, &mut head);
    set_receiver(pieces, at, language, &mut head);
    (head.result, head.returns) = outcome(pieces, (at, close), language.family);
    head.made = made(pieces, (at, close), language.family);
    head.derived = derived(pieces, at);
    head.class = class(pieces, at, &head, language.family);
    Some(head)
}

/// What the class is called whose object a function belongs to.
fn class<'a>(pieces: &[Piece<'a>], name: usize, head: &Head<'a>, family: Family) -> &'a str {
    if head.receiver.is_none() {
        return "";
    }
    let upto = pieces.get(..name).unwrap_or(&[]);
    let word = |piece: &&Piece<'a>| piece.kind == Kind::Word;
    let found = match family {
        // The receiver's type ends its parentheses.
        Family::Go => upto.iter().rev().take(6).find(word),
        Family::Rust => {
            let begins = |piece: &Piece<'_>| piece.kind == Kind::Word && piece.text == "impl";
            let line = upto.iter().rposition(begins);
            let line = line.and_then(|at| upto.get(at..)).unwrap_or(&[]).iter();
            let head = line.take_while(|piece| piece.text != "{" && piece.kind != Kind::Newline);
            head.filter(word).last()
        }
        _ => {
            let begins = |piece: &Piece<'_>| {
                piece.kind == Kind::Word && matches!(piece.text, "class" | "struct" | "record")
            };
            let line = upto.iter().rposition(begins);
            line.and_then(|at| upto.get(at + 1)).filter(word)
        }
    };
    found.map_or("", |piece| piece.text)
}

/// Whether the class around a place names another that it builds on.
fn derived(pieces: &[Piece<'_>], at: usize) -> Option<bool> {
    let class = pieces
        .get(..at)?
        .iter()
        .rposition(|piece| piece.kind == Kind::Word && piece.text == "class")?;
    let line = pieces
        .get(class + 2..)?
        .iter()
        .take(12)
        .take_while(|piece| piece.kind != Kind::Newline);
    let mut line = line.map(|piece| piece.text).peekable();
    let first = line.peek().copied().unwrap_or("");
    let bare = matches!(first, "(" | "<" | ":");
    Some(
        (bare
            && line
                .nth(1)
                .is_some_and(|next| next != ")" && next != "object"))
            || line.any(|text| text == "extends"),
    )
}

/// Reads the type of the result, before the name or after the parameters.
fn outcome<'a>(
    pieces: &[Piece<'a>],
    (name, close): (usize, usize),
    family: Family,
) -> (Outcome, &'a str) {
    let before = name.checked_sub(1).and_then(|at| pieces.get(at));
    let mut after = pieces.get(close + 1..).unwrap_or(&[]).iter();
    let mark = after.next().map_or("", |piece| piece.text);
    let told = match (family, mark) {
        (Family::Java | Family::C, _) => before,
        (Family::Go | Family::Rust, "{") => return (Outcome::Nothing, ""),
        (Family::Go, _) => pieces.get(close + 1),
        (Family::Rust | Family::Python, "->") | (Family::Script, ":") => after.next(),
        _ => None,
    };
    let told = told
        .filter(|piece| piece.kind != Kind::Newline)
        .map(|piece| piece.text);
    let outcome = match told {
        None | Some("public" | "private" | "protected" | "explicit" | ";" | "}") => Outcome::Unsaid,
        Some("void" | "None") => Outcome::Nothing,
        Some("bool" | "boolean") => Outcome::Truth,
        Some(_) => Outcome::Value,
    };
    let typed = matches!(outcome, Outcome::Truth | Outcome::Value);
    (outcome, told.filter(|_| typed).unwrap_or(""))
}

/// The first name of the result's type, wherever the language writes it.
fn made<'a>(pieces: &[Piece<'a>], (name, close): (usize, usize), family: Family) -> &'a str {
    let word = |piece: &&Piece<'a>| piece.kind == Kind::Word;
    let found = match family {
        Family::Java | Family::C => name
            .checked_sub(1)
            .and_then(|at| pieces.get(at))
            .filter(word),
        Family::Go | Family::Rust | Family::Script => pieces
            .get(close + 1..)
            .unwrap_or(&[])
            .iter()
            .take(6)
            .take_while(|piece| piece.text != "{" && piece.text != "=>")
            .find(word),
        _ => None,
    };
    let plain = [
        "public",
        "private",
        "protected",
        "static",
        "void",
        "explicit",
    ];
    found
        .map(|piece| piece.text)
        .filter(|text| !plain.contains(text))
        .unwrap_or("")
}

/// Gives the head its receiver where the language does not list it among the parameters.
fn set_receiver<'a>(pieces: &[Piece<'a>], at: usize, language: Language, head: &mut Head<'a>) {
    match language.family {
        Family::Go => {
            let group = at
                .checked_sub(1)
                .filter(|at| pieces.get(*at).is_some_and(|piece| piece.text == ")"));
            let open = group.and_then(|close| matching(pieces, close));
            head.receiver = open
                .and_then(|open| pieces.get(open + 1))
                .map(|piece| piece.text);
        }
        Family::Script => {
            let before = at
                .checked_sub(1)
                .and_then(|at| pieces.get(at))
                .map_or("", |piece| piece.text);
            let free = matches!(before, "function" | "const" | "let" | "var" | "static");
            head.receiver = (!free && pieces.get(at).is_some_and(|name| name.text != "function"))
                .then_some("this");
        }
        Family::C if !head.parameters.is_empty() && points_to_object(pieces, at) => {
            head.receiver = Some(head.parameters.remove(0));
            head.types.remove(0);
            head.borrowed.remove(0);
            head.several.remove(0);
        }
        Family::Java | Family::C => head.receiver = Some("this"),
        _ => {}
    }
}

/// Whether a function outside of any class takes a pointer to an object first, which is C's way of writing methods.
fn points_to_object(pieces: &[Piece<'_>], name: usize) -> bool {
    let before = name.checked_sub(1).and_then(|at| pieces.get(at));
    let mut first = pieces.get(name + 2..).unwrap_or(&[]).iter();
    let mut pointer = false;
    let mut object = false;
    for piece in first
        .by_ref()
        .take_while(|piece| !matches!(piece.text, "," | ")"))
    {
        pointer |= piece.text == "*";
        let plain = matches!(
            piece.text,
            "const" | "struct" | "char" | "void" | "int" | "unsigned" | "float" | "double" | "long"
        );
        object |= piece.kind == Kind::Word && !plain && !pointer;
    }
    let level = || {
        let upto = pieces.get(..name).unwrap_or(&[]).iter();
        upto.map(|piece| i32::from(piece.delta)).sum::<i32>()
    };
    pointer && object && before.is_none_or(|before| before.text != "::") && level() <= 0
}

fn read_parameters<'a>(pieces: &[Piece<'a>], language: Language, head: &mut Head<'a>) {
    let mut depth = 0_i32;
    let mut group: Vec<&Piece<'a>> = Vec::new();
    for piece in pieces {
        match piece.text {
            "(" | "[" | "{" | "<" => depth += 1,
            ")" | "]" | "}" | ">" => depth -= 1,
            ">>" => depth -= 2,
            "," if depth <= 0 => {
                add_parameter(&group, language, head);
                group.clear();
                continue;
            }
            _ => {}
        }
        group.push(piece);
    }
    add_parameter(&group, language, head);
}

fn add_parameter<'a>(group: &[&Piece<'a>], language: Language, head: &mut Head<'a>) {
    let until = group
        .iter()
        .position(|piece| piece.text == "=")
        .unwrap_or(group.len());
    let words = || {
        group
            .iter()
            .take(until)
            .filter(|piece| piece.kind == Kind::Word)
    };
    let name = match language.family {
        Family::Java | Family::C => words().next_back().filter(|_| words().count() > 1),
        _ => words().find(|piece| {
            !matches!(
                piece.text,
                "mut" | "public" | "private" | "readonly" | "ref" | "const"
            )
        }),
    };
    let Some(name) = name else { return };
    match name.text {
        "self" => head.receiver = Some("self"),
        "cls" if language.family == Family::Python => {}
        other => {
            let of_type = match language.family {
                Family::Java | Family::C => words().rev().nth(1),
                _ => words().next_back().filter(|last| last.text != other),
            };
            head.borrowed
                .push(group.iter().any(|piece| piece.text == "&"));
            head.several.push(
                group
                    .iter()
                    .any(|piece| is_many(piece.text, language.family)),
            );
            head.parameters.push(other);
            head.types.push(of_type.map_or("", |piece| piece.text));
        }
    }
}

/// Whether a word or a sign in a parameter's declaration makes it many things.
fn is_many(text: &str, family: Family) -> bool {
    match text {
        "[" => family != Family::Python,
        "*" | "vector" | "array" | "list" | "deque" | "span" => family == Family::C,
        "List" | "ArrayList" | "LinkedList" | "Collection" | "Set" => family == Family::Java,
        "Vec" | "VecDeque" | "HashSet" => family == Family::Rust,
        "Array" | "ReadonlyArray" => family == Family::Script,
        _ => false,
    }
}

fn ruby_head<'a>(pieces: &[Piece<'a>], end: usize) -> Option<Head<'a>> {
    let line = pieces
        .get(..end)?
        .iter()
        .rposition(|piece| piece.kind == Kind::Newline)
        .map_or(0, |at| at + 1);
    let line_pieces = pieces.get(line..end)?;
    let def = line_pieces
        .iter()
        .position(|piece| piece.text == "def")
        .filter(|at| *at < 2)?;
    let mut at = def + 1;
    let class_method = line_pieces.get(at)?.text == "self";
    if class_method {
        at += 2;
    }
    let name = line_pieces
        .get(at)
        .filter(|piece| piece.kind == Kind::Word)?;
    let mut head = Head {
        name: name.text,
        start: line + at,
        ..Head::default()
    };
    head.receiver = (!class_method).then_some("@");
    let language = Language::of("x.rb");
    let rest = line_pieces.get(at + 1..)?;
    let open = rest.iter().position(|piece| piece.text == "(");
    let inside = open.and_then(|open| rest.get(open + 1..rest.len().saturating_sub(1)));
    let bare = rest
        .iter()
        .skip_while(|piece| matches!(piece.text, "?" | "!" | "=") && !piece.space)
        .count();
    head.derived = derived(pieces, line);
    head.class = class(pieces, line, &head, Family::Ruby);
    read_parameters(
        inside.unwrap_or_else(|| rest.get(rest.len() - bare..).unwrap_or(&[])),
        language,
        &mut head,
    );
    Some(head)
}

/// The end of the block that starts at a place with a deeper line.
pub(crate) fn block_end(pieces: &[Piece<'_>], start: usize) -> Option<usize> {
    let first = pieces
        .get(start)
        .filter(|piece| piece.kind == Kind::Newline && piece.delta > 0)?;
    let mut level = i32::from(first.delta);
    for (at, piece) in pieces.iter().enumerate().skip(start + 1) {
        if piece.kind == Kind::Newline {
            level += i32::from(piece.delta);
            if level <= 0 {
                return Some(at);
            }
        }
    }
    Some(pieces.len())
}

#[cfg(test)]
mod tests;
