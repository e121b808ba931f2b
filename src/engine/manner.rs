//! Reads the manner of a file: what its functions do, how it ends statements, and how it reaches members.
//!
//! Called for the setting of a body, which is to look as if the same hand wrote it.

use super::body::{found, shape, words_of};
use super::function::{block_end, head_before};
use super::language::{Family, Language};
use super::lexer::{Kind, Piece};
use super::request::Request;

/// The names declared as `names: string[]` in TypeScript, as `name: String` in Rust, and as whole numbers in C, Java and Go.
pub(crate) fn declared<'a>(around: &[Piece<'a>], language: Language) -> Vec<&'a str> {
    let told = |four: &[Piece<'a>]| match (language.family, four) {
        (Family::Script, [name, colon, of_type, open, ..]) if colon.text == ":" => {
            (of_type.kind == Kind::Word && open.text == "[").then_some(name.text)
        }
        (Family::Rust, [name, colon, of_type, open, ..]) if colon.text == ":" => {
            let own = of_type.text == "String" && !matches!(open.text, "::" | ".");
            own.then_some(name.text)
        }
        (Family::C | Family::Java, [of_type, name, end, ..]) => {
            (is_whole(of_type.text) && matches!(end.text, ";" | "=")).then_some(name.text)
        }
        (Family::Go, [line, name, of_type, end]) => {
            let field = line.kind == Kind::Newline && end.kind == Kind::Newline;
            (field && is_whole(of_type.text)).then_some(name.text)
        }
        _ => None,
    };
    around.windows(4).filter_map(told).collect()
}

/// Whether a type is one of whole numbers.
fn is_whole(of_type: &str) -> bool {
    let types = [
        "int", "long", "short", "unsigned", "size_t", "int64", "int32", "uint", "uint64",
    ];
    types.contains(&of_type)
}

/// The lines of the functions of a text; what a constructor does is only where things begin.
pub(crate) fn siblings(text: &str) -> impl Iterator<Item = &str> {
    let mut begins = false;
    text.lines()
        .rev()
        .take(600)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .filter_map(move |line| {
            let line = line.trim();
            let head = line.ends_with([':', '{']) || line.starts_with("def ");
            if head {
                let words = ["__init__", "constructor", "initialize", " new("];
                begins = words.iter().any(|word| line.contains(word));
            }
            (!head && !begins && line.len() > 3).then_some(line)
        })
}

/// The shapes of the functions that the file already has.
pub(crate) fn own_shapes(
    request: &Request<'_, '_>,
    around: &[Piece<'_>],
) -> Vec<(String, Vec<String>)> {
    let mut own = Vec::new();
    for at in 1..around.len() {
        let opens = around
            .get(at)
            .is_some_and(|piece| piece.kind == Kind::Newline && piece.delta > 0);
        let Some(head) = opens
            .then(|| head_before(around, at, request.language))
            .flatten()
        else {
            continue;
        };
        let Some(end) = block_end(around, at).filter(|end| end - at < 44) else {
            continue;
        };
        let known = found(
            around.get(at.saturating_sub(1500)..end).unwrap_or(&[]),
            &head,
            request.language,
        );
        if let Some(shape) = shape(
            around.get(at + 1..end).unwrap_or(&[]),
            &head,
            &known,
            request.language,
        ) {
            own.push((shape, words_of(&head)));
        }
        if own.len() >= 40 {
            break;
        }
    }
    own
}

/// Whether the file ends statements with semicolons.
pub(crate) fn ends_statements(pieces: &[Piece<'_>]) -> bool {
    let mut ended = 0_usize;
    let mut bare = 0_usize;
    for pair in pieces.windows(2) {
        let [one, next] = pair else { continue };
        if next.kind == Kind::Newline {
            ended += usize::from(one.text == ";");
            bare += usize::from(matches!(one.kind, Kind::Word | Kind::Number) || one.text == ")");
        }
    }
    ended >= bare
}

/// Whether the file reaches members through the receiver though it need not.
pub(crate) fn explicit(pieces: &[Piece<'_>]) -> bool {
    pieces.windows(3).filter(|three| matches!(three, [one, link, next] if one.text == "this" && matches!(link.text, "." | "->") && next.kind == Kind::Word)).count() > 2
}
