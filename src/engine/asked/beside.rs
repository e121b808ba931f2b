//! The function beside a comment, whose form the function that is asked for takes over where both are of one kind.
//!
//! Nothing is parsed but one line: what stands before the name, the parameters, and what follows them.

use super::super::language::{Family, Language};
use super::kind::{self, Kind};
use super::wish::{FUNCTION, Inputs, Wish};

/// The most bytes of a line that is a comment or a head: longer ones were not written by hand.
pub(super) const LONGEST_LINE: usize = 200;

/// Words that begin a line that is no function.
const STATEMENTS: [&str; 18] = [
    "if", "for", "while", "switch", "catch", "else", "match", "return", "with", "class", "elif",
    "try", "do", "unless", "case", "when", "loop", "except",
];

/// Names that two things of one kind have where nothing else tells them apart.
const PAIRS: [(&str, &str); 6] = [
    ("left", "right"),
    ("first", "second"),
    ("one", "two"),
    ("one", "other"),
    ("lhs", "rhs"),
    ("this", "that"),
];

/// Words of types that are numbers, texts, and truths in some language.
const NUMBERS: [&str; 7] = ["int", "uint", "float", "double", "long", "number", "size"];
const TEXTS: [&str; 3] = ["str", "string", "text"];
const TRUTHS: [&str; 2] = ["bool", "boolean"];

/// A function beside the cursor.
pub(super) struct Sibling<'a> {
    /// Its head up to the name.
    pub(super) before: &'a str,
    pub(super) name: &'a str,
    /// Its head behind the name.
    pub(super) behind: &'a str,
    /// Its parameters as they are written.
    parameters: Vec<&'a str>,
}

/// The function nearest above the cursor at its indent.
pub(super) fn sibling<'a>(
    above: &'a str,
    indent: &str,
    language: &Language,
) -> Option<Sibling<'a>> {
    let mut lines = above.lines().rev().take(400);
    lines.find_map(|line| Sibling::of(line.strip_prefix(indent)?.trim_end(), language.family))
}

/// What kind of value a type is for, if it is one of the plain ones.
fn of_type(name: &str) -> Option<Kind> {
    let name = name.trim_start_matches(['&', '*']).to_ascii_lowercase();
    let name = name.rsplit([':', '.']).next()?;
    let bits = name.trim_end_matches(|one: char| one.is_ascii_digit());
    let stem = bits.strip_suffix("_t").unwrap_or(bits);
    if NUMBERS.contains(&stem) || matches!(stem, "i" | "u" | "f" | "usize" | "isize") {
        Some(Kind::Number)
    } else if TEXTS.contains(&stem) {
        Some(Kind::Text)
    } else {
        TRUTHS.contains(&stem).then_some(Kind::Truth)
    }
}

// === impl Sibling ===

impl<'a> Sibling<'a> {
    /// The function that a line is the head of.
    pub(super) fn of(line: &'a str, family: Family) -> Option<Self> {
        if line.len() > LONGEST_LINE {
            return None;
        }
        let is_head =
            line.ends_with([':', '{']) || family == Family::Ruby && line.starts_with("def ");
        let starts = line.starts_with(|one: char| one.is_alphabetic());
        let first = line.split(|one: char| !one.is_alphanumeric()).next()?;
        if !is_head || !starts || STATEMENTS.contains(&first) {
            return None;
        }
        let is_name = |one: char| one.is_alphanumeric() || one == '_';
        line.match_indices('(').find_map(|(open, _)| {
            let before = line[..open].trim_end_matches(is_name);
            let name = &line[before.len()..open];
            // A receiver of Go stands before the name.
            if name.is_empty() || FUNCTION.contains(&name) || before.is_empty() {
                return None;
            }
            let end = open + line[open..].find(')')?;
            let parameters = line[open + 1..end].split(',').map(str::trim);
            Some(Self {
                before,
                name,
                behind: &line[open..],
                parameters: parameters
                    .filter(|one| !matches!(*one, "" | "self" | "&self" | "&mut self" | "this"))
                    .collect(),
            })
        })
    }

    /// Whether what is asked for takes and gives what this function does, so that it can have its form.
    pub(super) fn is_like(&self, wish: &Wish, family: Family) -> bool {
        self.takes(wish, family) && self.gives(wish, family)
    }

    /// The types of the parameters, as far as they have any.
    pub(super) fn types(&self, family: Family) -> Vec<&'a str> {
        let declared = |one: &&'a str| declared(one, family).1;
        self.parameters.iter().filter_map(declared).collect()
    }

    /// The type of what it gives, if the head names one.
    pub(super) fn result(&self, family: Family) -> Option<&'a str> {
        let found = match family {
            Family::C | Family::Java => self.before.split_whitespace().next_back(),
            _ => {
                let end = self.behind.find(')')?;
                let rest = self.behind[end + 1..].trim_end_matches([':', '{', ' ']);
                let rest = rest.trim_start_matches([' ', '-', '>', ':']);
                (!rest.is_empty()).then_some(rest)
            }
        };
        found.filter(|found| *found != "void")
    }

    fn takes(&self, wish: &Wish, family: Family) -> bool {
        let pairs = || self.parameters.iter().map(|one| declared(one, family));
        match &wish.inputs {
            Inputs::Alike(thing) => {
                let [(one, first), (other, second)] = pairs().collect::<Vec<_>>()[..] else {
                    return false;
                };
                // Go names the type of several once.
                let first = first.or(second.filter(|_| family == Family::Go));
                match (first, second) {
                    (Some(first), Some(second)) => first == second && is_of(first, thing),
                    (None, None) => is_pair(one, other),
                    _ => false,
                }
            }
            Inputs::Named(names) => {
                self.parameters.len() == names.len()
                    && names.iter().zip(&self.parameters).all(|(name, written)| {
                        let mut words =
                            written.split(|one: char| !one.is_alphanumeric() && one != '_');
                        words.any(|word| word.eq_ignore_ascii_case(name))
                    })
            }
        }
    }

    /// Whether it gives what is asked for, where both are known. What waits for something else is another thing.
    fn gives(&self, wish: &Wish, family: Family) -> bool {
        if self.before.contains("async ") {
            return false;
        }
        let kinds = kind::kinds(&wish.inputs, &wish.things);
        let wanted = kinds.and_then(|kinds| kind::result(wish, &kinds));
        let Some(wanted) = wanted else {
            return true;
        };
        let is_typed = matches!(family, Family::C | Family::Java | Family::Go | Family::Rust);
        match self.result(family) {
            Some(found) => match of_type(found) {
                // C tells truths by numbers.
                Some(Kind::Number) if family == Family::C => wanted != Kind::Text,
                found => found == Some(wanted),
            },
            None => !is_typed,
        }
    }
}

/// Name and type of a parameter.
fn declared(written: &str, family: Family) -> (&str, Option<&str>) {
    let plain = written.split('=').next().unwrap_or(written).trim();
    if let Some((name, kind)) = plain.split_once(':') {
        return (name.trim(), Some(kind.trim()));
    }
    match family {
        Family::Go => match plain.split_once(' ') {
            Some((name, kind)) => (name, Some(kind.trim())),
            None => (plain, None),
        },
        Family::C | Family::Java => match plain.rfind([' ', '*', '&']) {
            Some(at) => (&plain[at + 1..], Some(plain[..=at].trim())),
            None => (plain, None),
        },
        _ => (plain, None),
    }
}

/// Whether a type is for the things that a comment speaks of.
fn is_of(name: &str, thing: &str) -> bool {
    let thing = kind::one(thing);
    match kind::of_noun(thing) {
        Some(wanted) => of_type(name) == Some(wanted),
        None => name
            .trim_start_matches(['&', '*'])
            .eq_ignore_ascii_case(thing),
    }
}

/// Whether two names are those of any two things.
fn is_pair(one: &str, other: &str) -> bool {
    let stem = |name: &str| {
        name.trim_end_matches(|one: char| one.is_ascii_digit())
            .len()
    };
    let short = one.len() <= 2 && other.len() <= 2;
    let counted = stem(one) < one.len() && one[..stem(one)] == other[..stem(other)];
    short || counted || PAIRS.contains(&(one, other))
}
