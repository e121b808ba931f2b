//! Gives an object of Rust the fields that it cannot be made without.
//!
//! Called for the bodies that are handed on: a shape knows the fields that are handed in, the file knows the others. One
//! that begins empty is written so; a body that leaves out any other is not handed on.

use super::super::language::{Family, Language};
use super::super::lexer::{Kind, Piece};
use super::fill::Line;

/// A field of an object: its name, and the value it begins with where its type has an empty one.
pub(crate) type Field<'a> = (&'a str, Option<&'static str>);

/// The fields that a file declares for the struct of Rust whose methods stand around a place, and what it is called.
pub(crate) fn fields<'a>(
    pieces: &[Piece<'a>],
    at: usize,
    language: Language,
) -> (&'a str, Vec<Field<'a>>) {
    let rust = language.family == Family::Rust;
    let above = pieces.get(..at).filter(|_| rust);
    let Some(name) = above.and_then(implemented) else {
        return ("", Vec::new());
    };
    (name, declared(pieces, name))
}

/// The type that the last `impl` of a text is for.
fn implemented<'a>(pieces: &[Piece<'a>]) -> Option<&'a str> {
    let at = pieces.iter().rposition(|piece| piece.text == "impl")?;
    let mut depth = 0_usize;
    let mut name = None;
    for piece in pieces.get(at + 1..)? {
        match piece.text {
            "<" => depth += 1,
            ">" => depth = depth.saturating_sub(1),
            "{" | "where" => break,
            "for" => name = None,
            text if depth == 0 && piece.kind == Kind::Word && name.is_none() => name = Some(text),
            _ => {}
        }
    }
    name
}

/// The fields of a struct.
fn declared<'a>(pieces: &[Piece<'a>], name: &str) -> Vec<Field<'a>> {
    let begins = |two: &[Piece<'a>]| matches!(two, [one, other] if one.text == "struct" && other.text == name);
    let Some(at) = pieces.windows(2).position(begins) else {
        return Vec::new();
    };
    let rest = pieces.get(at + 2..).unwrap_or(&[]);
    let open = rest
        .iter()
        .position(|piece| matches!(piece.text, "{" | ";" | "("));
    let Some(open) = open.filter(|at| rest.get(*at).is_some_and(|piece| piece.text == "{")) else {
        return Vec::new();
    };
    let mut depth = 0_usize;
    let mut found = Vec::new();
    let inside = rest.get(open + 1..).unwrap_or(&[]);
    for (at, piece) in inside.iter().enumerate() {
        match piece.text {
            "{" | "(" | "[" | "<" => depth += 1,
            "}" if depth == 0 => break,
            "}" | ")" | "]" | ">" => depth = depth.saturating_sub(1),
            ":" if depth == 0 => {
                let of_its = inside.get(at + 1).map_or("", |piece| piece.text);
                let name = at.checked_sub(1).and_then(|at| inside.get(at));
                let name = name.filter(|piece| piece.kind == Kind::Word);
                found.extend(name.map(|piece| (piece.text, begun(of_its))));
            }
            _ => {}
        }
    }
    found
}

/// What a value of a type begins with.
fn begun(of_its: &str) -> Option<&'static str> {
    match of_its {
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128"
        | "isize" => Some("0"),
        "f32" | "f64" => Some("0.0"),
        "bool" => Some("false"),
        "String" => Some("String::new()"),
        "Vec" => Some("Vec::new()"),
        "VecDeque" => Some("VecDeque::new()"),
        "HashMap" => Some("HashMap::new()"),
        "HashSet" => Some("HashSet::new()"),
        "BTreeMap" => Some("BTreeMap::new()"),
        "BTreeSet" => Some("BTreeSet::new()"),
        "Option" => Some("None"),
        _ => None,
    }
}

/// The lines of a body in which an object that is made has all its fields; none where one cannot be given.
pub(super) fn whole(
    (name, fields): (&str, &[Field<'_>]),
    mut lines: Vec<Line>,
) -> Option<Vec<Line>> {
    let makes = |line: &str| {
        let (made, rest) = line.split_once(" {")?;
        let own = made == "Self" || made == name;
        (own && !line.contains("..")).then(|| (made.to_owned(), rest.trim().to_owned()))
    };
    let Some((at, (made, rest))) = (lines.iter().enumerate())
        .find_map(|(at, (_, line))| Some((at, makes(line)?)))
        .filter(|_| !fields.is_empty())
    else {
        return Some(lines);
    };
    if !rest.is_empty() {
        let Some(inside) = rest.strip_suffix('}').map(str::trim) else {
            return Some(lines);
        };
        let named: Vec<&str> = inside.split(',').map(name_of).collect();
        let missing = missing(fields, &named)?;
        let parts = [inside.to_owned()]
            .into_iter()
            .filter(|inside| !inside.is_empty());
        let parts: Vec<String> = parts.chain(missing).collect();
        let line = format!("{made} {{ {} }}", parts.join(", "));
        lines.get_mut(at)?.1 = line;
        return Some(lines);
    }
    let level = lines.get(at)?.0;
    let inside = lines.iter().skip(at + 1).take_while(|line| line.0 > level);
    if inside.clone().any(|(_, line)| line.contains("..")) {
        return Some(lines);
    }
    let named: Vec<&str> = inside.clone().map(|(_, line)| name_of(line)).collect();
    let end = at + 1 + inside.count();
    let missing = missing(fields, &named)?;
    let added = missing
        .into_iter()
        .map(|field| (level + 1, format!("{field},")));
    lines.splice(end..end, added);
    Some(lines)
}

/// The name of a field that is given a value.
fn name_of(part: &str) -> &str {
    part.split([':', ',']).next().unwrap_or("").trim()
}

/// The fields that are not named, each with its value; none where one has no empty value.
fn missing(fields: &[Field<'_>], named: &[&str]) -> Option<Vec<String>> {
    let missing = fields.iter().filter(|(name, _)| !named.contains(name));
    missing
        .map(|(name, begun)| Some(format!("{name}: {}", (*begun)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::lexer::lex;
    use super::*;

    fn made(file: &str, lines: &[&str]) -> Option<String> {
        let language = Language::of("a.rs");
        let (pieces, _) = lex(file, language);
        let (name, fields) = fields(&pieces, pieces.len(), language);
        let levels = |line: &&str| (line.len() - line.trim_start().len()) / 4;
        let lines = lines
            .iter()
            .map(|line| (levels(line), line.trim().to_owned()));
        let lines = whole((name, &fields), lines.collect())?;
        let lines = lines
            .iter()
            .map(|(level, line)| format!("{}{line}", "    ".repeat(*level)));
        Some(lines.collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn objects_are_made_whole_or_not_at_all() {
        let cat = "pub struct Cat<'a> {\n    pub(crate) name: &'a str,\n    lives: u8,\n    toys: Vec<(u8, String)>,\n    home: House,\n}\n\nimpl<'a> Cat<'a> {\n";
        let dog = "struct Dog {\n    name: String,\n    bones: Vec<u8>,\n    good: bool,\n}\n\nimpl fmt::Display for Other {}\n\nimpl From<u8> for Dog {\n";
        for (file, lines, wanted) in [
            (
                cat,
                &["Self { name, home }"][..],
                Some("Self { name, home, lives: 0, toys: Vec::new() }"),
            ),
            (cat, &["Self { name }"], None),
            (
                cat,
                &["Self {", "    name,", "    home: House::new(),", "}"],
                Some(
                    "Self {|    name,|    home: House::new(),|    lives: 0,|    toys: Vec::new(),|}",
                ),
            ),
            (
                dog,
                &["Dog { name: \"Rex\".into(), bones: vec![], good: true }"],
                Some("Dog { name: \"Rex\".into(), bones: vec![], good: true }"),
            ),
            (
                dog,
                &["Self { ..Self::default() }"],
                Some("Self { ..Self::default() }"),
            ),
            (
                dog,
                &["Self { name }"],
                Some("Self { name, bones: Vec::new(), good: false }"),
            ),
            (dog, &["self.name = name;"], Some("self.name = name;")),
            ("", &["Self { name }"], Some("Self { name }")),
        ] {
            assert_eq!(made(file, lines).as_deref(), wanted, "{lines:?}");
        }
    }
}
