//! Writes what a loop does whose sum, greatest or least is begun above it and used below it.
//!
//! Called beside the bodies. The decision: nothing is learned here, as the lines around the loop say all of it: a total
//! that begins at nothing takes every element, and a best that begins at the first takes each that beats it.

use super::cold::{Body, closing, enclosing};
use super::function::Head;
use super::language::{Block, Family};
use super::lexer::{is_word, width};
use super::request::Request;
use super::words::stems;

/// How sure such a line is. The training sources hold 21 loops of this kind: 9 go on with it to the letter, 4 do the same
/// with a call (`min = Math.min(min, value)`).
const AS_SAID: f32 = 0.6;
/// How many lines above a loop its values may begin, and how many below they may be used.
const NEAR: usize = 6;

/// The line or two that belong at the beginning of the loop that the cursor has just entered.
pub(crate) fn gathered(request: &Request<'_, '_>) -> Option<Body> {
    let family = request.language.family;
    let clear = request.prefix.is_empty() && request.remainder.is_empty();
    if !clear || request.tail.comment || request.tail.quote.is_some() {
        return None;
    }
    let mut lines = request.above_text.lines().rev();
    if request.tail.open_line.is_some() {
        lines.next();
    }
    let line = lines.next()?;
    let outer = line.get(..line.len() - line.trim_start().len())?;
    let head = enclosing(request)?;
    let (element, list) = element(line.trim(), family, &head)?;
    if !is_open(request, outer) {
        return None;
    }
    let numbers = has_numbers(&head, list, line, family);
    let before = lines.take(NEAR).take_while(|line| {
        let begun = line.trim();
        begun.is_empty() || line.starts_with(outer) && !begun.ends_with([':', '{'])
    });
    let used = |name: &str| {
        let mut below = request.below_text.lines().take(2 * NEAR);
        below.any(|line| words(line).any(|word| word == name))
    };
    let mut begun = before
        .filter_map(|line| begun(line.trim(), list))
        .filter(|(name, _)| used(name));
    let (name, start) = begun.next().filter(|_| begun.next().is_none())?;
    let said = Said {
        name,
        element: &element,
        own: stems(head.name),
    };
    let loose = matches!(family, Family::Python | Family::Script | Family::Ruby);
    let body = match (start, said.by_length()) {
        (Start::Nothing, _) if numbers => said.summed(family, list)?,
        (Start::First, None) if numbers => said.beaten(family, "")?,
        (Start::First, Some(_)) | (Start::Empty, Some("longest")) if loose || !numbers => {
            said.beaten(family, length(family)?)?
        }
        _ => return None,
    };
    Some(Body {
        text: place(request, outer, &body),
        share: AS_SAID,
        fresh: false,
        told: false,
    })
}

/// The value that a loop gathers, its element, and what its function is called.
struct Said<'s> {
    name: &'s str,
    element: &'s str,
    own: Vec<String>,
}

impl Said<'_> {
    /// The line that adds an element, if nothing says that only a part of it counts.
    fn summed(&self, family: Family, list: &str) -> Option<Vec<(usize, String)>> {
        let sums = ["total", "sum", "acc", "subtotal"];
        let name = stems(self.name);
        if !name.iter().any(|word| sums.contains(&word.as_str())) {
            return None;
        }
        let plain = [
            "total", "sum", "acc", "subtotal", "averag", "mean", "avg", "comput", "calculat",
            "calc", "get", "of", "the", "all", "list", "array", "valu", "numb", "int", "float",
            "up", "add", "find", "and",
        ];
        let parts: Vec<String> = stems(self.element).into_iter().chain(stems(list)).collect();
        let told = |word: &String| plain.contains(&word.as_str()) || parts.contains(word);
        let end = end(family);
        (name.iter().all(told) && self.own.iter().all(told))
            .then(|| vec![(0, format!("{} += {}{end}", self.name, self.element))])
    }

    /// The word that says that the length of an element is what counts.
    fn by_length(&self) -> Option<&'static str> {
        let mut words = stems(self.name).into_iter().chain(self.own.clone());
        words.find_map(|word| {
            let lengths = ["longest", "shortest"];
            lengths.into_iter().find(|length| word == *length)
        })
    }

    /// The lines that keep an element if it, or its length, beats the best so far.
    fn beaten(&self, family: Family, length: &str) -> Option<Vec<(usize, String)>> {
        let most = [
            "max", "maximum", "highest", "largest", "biggest", "greatest", "most", "hottest",
            "warmest", "tallest", "longest",
        ];
        let least = [
            "min", "minimum", "lowest", "smallest", "least", "coldest", "cheapest", "shortest",
        ];
        let words: Vec<String> = stems(self.name)
            .into_iter()
            .chain(self.own.clone())
            .collect();
        let said = |list: &[&str]| {
            let mut list = list.iter().flat_map(|word| stems(word));
            list.any(|word| words.contains(&word))
        };
        let sign = match (said(&most), said(&least)) {
            (true, false) => ">",
            (false, true) => "<",
            _ => return None,
        };
        let (name, element, end) = (self.name, self.element, end(family));
        let kept = (1, format!("{name} = {element}{end}"));
        let by = |name: &str| match length {
            "" => name.to_owned(),
            call if call.starts_with('.') => format!("{name}{call}"),
            call => format!("{call}({name})"),
        };
        let asked = format!("{} {sign} {}", by(element), by(name));
        match family {
            Family::Python => Some(vec![(0, format!("if {asked}:")), kept]),
            Family::Go => Some(vec![
                (0, format!("if {asked} {{")),
                kept,
                (0, "}".to_owned()),
            ]),
            Family::Script | Family::Java | Family::C => Some(vec![
                (0, format!("if ({asked}) {{")),
                kept,
                (0, "}".to_owned()),
            ]),
            Family::Ruby => Some(vec![(0, format!("{name} = {element} if {asked}"))]),
            _ => None,
        }
    }
}

/// How a language asks for the length of a text.
fn length(family: Family) -> Option<&'static str> {
    match family {
        Family::Python | Family::Go => Some("len"),
        Family::Script | Family::Ruby => Some(".length"),
        Family::Java => Some(".length()"),
        _ => None,
    }
}

/// What ends a statement.
fn end(family: Family) -> &'static str {
    match family {
        Family::Script | Family::Java | Family::C | Family::Rust => ";",
        _ => "",
    }
}

/// The words of a line.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|one: char| !is_word(one))
}

/// Whether a text is one name.
fn is_name(text: &str) -> bool {
    text.starts_with(|one: char| one.is_alphabetic() || one == '_') && text.chars().all(is_word)
}

/// What stands for an element in a loop with this head, and the list it is of.
fn element<'l>(line: &'l str, family: Family, head: &Head<'l>) -> Option<(String, &'l str)> {
    if family == Family::Ruby {
        let (list, name) = line.strip_suffix('|')?.split_once(".each do |")?;
        return (is_name(name) && is_name(list)).then(|| (name.to_owned(), list));
    }
    let bare = line.strip_prefix("for")?.trim_start();
    let found = match family {
        Family::Python => bare.strip_suffix(':')?.split_once(" in "),
        Family::Rust => bare.strip_suffix('{')?.trim_end().split_once(" in "),
        Family::Go => {
            let named = bare.strip_prefix("_, ")?.strip_suffix('{')?.trim_end();
            named.split_once(" := range ")
        }
        Family::Script | Family::Java | Family::C => {
            let inside = bare.strip_prefix('(')?.strip_suffix('{')?.trim_end();
            let inside = inside.strip_suffix(')')?;
            if inside.contains(';') {
                return counted(inside, family, head);
            }
            let parts = inside.split_once(if family == Family::Script {
                " of "
            } else {
                " : "
            });
            parts.map(|(name, list)| (name.rsplit([' ', '&']).next().unwrap_or(""), list))
        }
        _ => None,
    };
    let (name, list) = found?;
    let list = list.trim().trim_start_matches('&');
    let list = list.strip_suffix(".iter()").unwrap_or(list);
    (is_name(name) && is_name(list)).then(|| (name.to_owned(), list))
}

/// The same for a loop that counts up to the length of a list.
fn counted<'l>(inside: &'l str, family: Family, head: &Head<'l>) -> Option<(String, &'l str)> {
    let mut parts = inside.split(';').map(str::trim);
    let (begun, until) = (parts.next()?, parts.next()?);
    let place = begun.split_once(" = ")?.0.rsplit(' ').next()?;
    let limit = until.strip_prefix(place)?.trim_start().strip_prefix('<')?;
    let limit = limit.trim();
    let list = match family {
        Family::C => {
            let several = head.parameters.iter().zip(&head.several);
            let mut several = several.filter(|(_, several)| **several);
            let (list, _) = several.next().filter(|_| several.next().is_none())?;
            *list
        }
        _ => limit.strip_suffix(".length")?,
    };
    (is_name(place) && is_name(list)).then(|| (format!("{list}[{place}]"), list))
}

/// Whether nothing stands in the loop yet.
fn is_open(request: &Request<'_, '_>, outer: &str) -> bool {
    let mut below = request
        .below_text
        .lines()
        .filter(|line| !line.trim().is_empty());
    let next = below.next().unwrap_or("");
    let indent = next.get(..next.len() - next.trim_start().len());
    width(indent.unwrap_or("")) <= width(outer)
}

/// Whether a list is handed in and holds numbers, as far as the head or the loop says.
fn has_numbers(head: &Head<'_>, list: &str, line: &str, family: Family) -> bool {
    let Some(place) = head.parameters.iter().position(|name| *name == list) else {
        return false;
    };
    let numbers = [
        "int", "long", "short", "double", "float", "Integer", "Long", "Double", "Float", "number",
        "size_t", "float64", "float32", "int64", "int32", "i32", "i64", "u32", "u64", "f32", "f64",
        "usize",
    ];
    let of_its = head.types.get(place).copied().unwrap_or("");
    let told = numbers.contains(&of_its) || words(line).any(|word| numbers.contains(&word));
    match family {
        Family::Python | Family::Script | Family::Ruby => {
            of_its.is_empty() || told || matches!(of_its, "list" | "Array")
        }
        _ => told,
    }
}

/// What a value is before a loop.
#[derive(Clone, Copy)]
enum Start {
    /// Nought.
    Nothing,
    /// The first of the list.
    First,
    /// A text without letters.
    Empty,
}

/// A name that a line gives its first value, and what that is.
fn begun<'l>(line: &'l str, list: &str) -> Option<(&'l str, Start)> {
    let line = line.trim_end_matches(';');
    let (name, value) = line.split_once(" := ").or_else(|| line.split_once(" = "))?;
    let name = name.rsplit(' ').next().filter(|name| is_name(name))?;
    let value = value.trim();
    let first = [
        format!("{list}[0]"),
        format!("{list}.get(0)"),
        format!("{list}.first"),
    ];
    if matches!(value, "0" | "0.0" | "0." | "0.0f" | "0L") {
        Some((name, Start::Nothing))
    } else if matches!(value, "\"\"" | "''") {
        Some((name, Start::Empty))
    } else {
        (first.contains(&value.to_owned())).then_some((name, Start::First))
    }
}

/// The lines at the cursor.
fn place(request: &Request<'_, '_>, outer: &str, lines: &[(usize, String)]) -> String {
    let feed = if request.crlf { "\r\n" } else { "\n" };
    let there = request.tail.open_line;
    let deeper = there.filter(|there| width(there) > width(outer));
    let inner = deeper.map_or_else(|| format!("{outer}{}", request.unit), str::to_owned);
    let mut text = String::new();
    for (at, (level, line)) in lines.iter().enumerate() {
        let indent = format!("{inner}{}", request.unit.repeat(*level));
        if let Some(there) = there.filter(|_| at == 0) {
            text.push_str(indent.strip_prefix(there).unwrap_or(""));
        } else {
            text.push_str(feed);
            text.push_str(&indent);
        }
        text.push_str(line);
    }
    let braces = request.language.block == Block::Brace;
    if let Some(end) = closing(request, outer).filter(|_| braces) {
        text.push_str(feed);
        text.push_str(outer);
        text.push_str(end);
    }
    text
}
