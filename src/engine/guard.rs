//! Writes what a Go function gives back where a call has failed: nothing of its other results, and the error.
//!
//! Called beside the bodies, in a guard and where one is due. The decision: the head says what is given back, so nothing is
//! learned here but how often that is what is written.

use super::cold::{Body, closing, enclosing};
use super::function::Head;
use super::language::Family;
use super::lexer::{Kind, Piece};
use super::request::Request;

/// How often the error is given back as it is, counted over 2,056 guards of the training sources.
const AS_IT_IS: f32 = 0.59;

/// How often a whole guard like this stands below a call that may fail: where the guard above gives back the error as it is
/// (1,195 such calls), and where there is none above (554).
const AS_BEFORE: f32 = 0.7;
const FIRST: f32 = 0.47;
/// How many lines a file may have whose first guard is written.
const SMALL: usize = 60;

/// The block of a guard that the cursor has just entered, or a whole one below a call that may fail.
pub(crate) fn guarded(request: &Request<'_, '_>) -> Option<Body> {
    let clear = request.prefix.is_empty() && request.remainder.is_empty();
    if request.language.family != Family::Go || !clear {
        return None;
    }
    begun(request).or_else(|| due(request))
}

/// A whole guard on the line below the call that may fail.
fn due(request: &Request<'_, '_>) -> Option<Body> {
    let there = request.tail.open_line?;
    let line = request.above_text.trim_end().rsplit('\n').next()?;
    let outer = line.get(..line.len() - line.trim_start().len())?;
    // What is not begun here is more often looked at in another way.
    let assigned = line.split_once(" := ");
    let (given, call) = assigned.filter(|_| there == outer && !outer.is_empty())?;
    let error = given.trim().rsplit(", ").next()?;
    let named = error == "err" && call.ends_with(')') && !call.starts_with("range ");
    let next = request
        .below_text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty());
    // What is looked at below already is not looked at twice.
    if !named || next.is_some_and(|next| next.contains(error)) {
        return None;
    }
    let share = match before(request.above_text) {
        Some(true) => AS_BEFORE,
        None if request.above_text.lines().count() < SMALL => FIRST,
        _ => return None,
    };
    let results = results(request, error)?;
    let (feed, unit) = (if request.crlf { "\r\n" } else { "\n" }, &request.unit);
    Some(Body {
        text: format!("if {error} != nil {{{feed}{outer}{unit}return {results}{feed}{outer}}}"),
        share,
        fresh: false,
        told: false,
    })
}

/// Whether the nearest guard above gives back the error as it is.
fn before(above: &str) -> Option<bool> {
    let (_, below) = above.rsplit_once("if err != nil {")?;
    let line = below.lines().nth(1).unwrap_or("").trim();
    Some(line.starts_with("return ") && line.ends_with(" err"))
}

/// The block of a guard that the cursor has just entered.
fn begun(request: &Request<'_, '_>) -> Option<Body> {
    let [.., error, unlike, nil, brace] = request.above.as_slice() else {
        return None;
    };
    let fails = unlike.text == "!=" && nil.text == "nil" && brace.text == "{";
    if !fails || error.kind != Kind::Word || !error.text.to_ascii_lowercase().contains("err") {
        return None;
    }
    let line = request.above_text.get(..brace.start)?.rsplit('\n').next()?;
    let outer = line.get(..line.len() - line.trim_start().len())?;
    let rest = request
        .below_text
        .lines()
        .find(|line| !line.trim().is_empty());
    let indent = |line: &str| line.len() - line.trim_start().len();
    if rest.is_some_and(|rest| indent(rest) > outer.len()) {
        return None;
    }
    let results = results(request, error.text)?;
    let inner = format!("{outer}{}", request.unit);
    let feed = if request.crlf { "\r\n" } else { "\n" };
    let start = match request.tail.open_line {
        Some(there) => inner.strip_prefix(there).unwrap_or("").to_owned(),
        None => format!("{feed}{inner}"),
    };
    let mut text = format!("{start}return {results}");
    if let Some(end) = closing(request, outer) {
        text.push_str(feed);
        text.push_str(outer);
        text.push_str(end);
    }
    Some(Body {
        text,
        share: AS_IT_IS,
        fresh: false,
        told: false,
    })
}

/// What the function around the cursor gives back when it fails.
fn results(request: &Request<'_, '_>, error: &str) -> Option<String> {
    let head = enclosing(request)?;
    let inside = request.above.get(head.body..)?;
    if inside.iter().any(|piece| piece.text == "func") {
        return None;
    }
    let groups = promised(&request.above, &head)?;
    let (last, others) = groups.split_last()?;
    let others = others.iter().map(|group| nothing(group));
    let mut values: Vec<&str> = others.collect::<Option<_>>()?;
    if !matches!(last.as_slice(), [.., name] if *name == "error") {
        return None;
    }
    values.push(error);
    Some(values.join(", "))
}

/// The words of each result's type, the names of results left out.
fn promised<'a>(above: &[Piece<'a>], head: &Head<'a>) -> Option<Vec<Vec<&'a str>>> {
    let mut depth = 0_usize;
    let mut groups: Vec<Vec<&str>> = Vec::new();
    let mut closed = false;
    for piece in above.get(head.start + 1..head.body.checked_sub(1)?)? {
        match piece.text {
            "(" if depth == 0 && closed => groups.clear(),
            ")" if depth == 1 && !closed => closed = true,
            "," if closed && depth <= 1 => {
                groups.push(Vec::new());
                continue;
            }
            text if closed && !matches!((depth, text), (0 | 1, ")")) => {
                if groups.is_empty() {
                    groups.push(Vec::new());
                }
                groups.last_mut()?.push(text);
            }
            _ => {}
        }
        match piece.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    if groups.iter().any(|group| named(group)) {
        let mut kind: Vec<&str> = Vec::new();
        for group in groups.iter_mut().rev() {
            // Of names in a row only the last one has the type.
            if group.len() > 1 {
                kind = group.get(1..)?.to_vec();
            }
            group.clone_from(&kind);
        }
    }
    Some(groups)
}

/// Whether a result has a name before its type.
fn named(group: &[&str]) -> bool {
    let word = |text: &&str| text.starts_with(|one: char| one.is_alphabetic() || one == '_');
    let starts = |text: &&str| matches!(*text, "*" | "[") || word(text);
    let types = ["map", "chan", "func", "interface", "struct"];
    matches!(group, [one, two, ..] if word(one) && starts(two) && !types.contains(one))
}

/// The value of a type that stands for nothing.
fn nothing(group: &[&str]) -> Option<&'static str> {
    match group {
        [
            "error" | "any" | "interface" | "map" | "chan" | "func" | "*",
            ..,
        ]
        | ["[", "]", ..] => Some("nil"),
        ["string"] => Some("\"\""),
        ["bool"] => Some("false"),
        [
            "int" | "int8" | "int16" | "int32" | "int64" | "uint" | "uint8" | "uint16" | "uint32"
            | "uint64" | "float32" | "float64" | "byte" | "rune" | "uintptr",
        ] => Some("0"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::function::head_before;
    use super::super::language::Language;
    use super::super::lexer::lex;
    use super::*;

    #[test]
    fn results_are_read_from_heads() {
        for (head, wanted) in [
            ("func f() error {", "error"),
            ("func f(a int) ([]byte, error) {", "[ ] byte|error"),
            ("func (s *S) f(a, b int) (n int, err error) {", "int|error"),
            ("func f() (a, b string, err error) {", "string|string|error"),
            (
                "func f(g func(int) bool) (map[string]int, error) {",
                "map [ string ] int|error",
            ),
            ("func f(a int) {", ""),
        ] {
            let language = Language::of("a.go");
            let (pieces, _) = lex(head, language);
            let found = head_before(&pieces, pieces.len(), language).unwrap();
            let groups = promised(&pieces, &found).unwrap();
            let groups: Vec<String> = groups.iter().map(|group| group.join(" ")).collect();
            assert_eq!(groups.join("|"), wanted, "{head}");
        }
    }
}
