//! Knows which values cannot stand beside each other: a length and a list, an object and a number, a text where a number
//! is to be printed.
//!
//! Asked by `sense` for every body that is judged. These rules need what heads and members tell of kinds.

use super::super::language::Family;
use super::fill::{Filled, Names, Pick};
use super::idea::idea;
use super::members::{Value, of_type};

/// Signs that stand between two values of one kind.
const BETWEEN: [&str; 12] = [
    "<", ">", "<=", ">=", "==", "!=", "===", "!==", "+", "-", "*", "/",
];

/// Whether a body puts values of different kinds beside each other.
pub(super) fn is_ill_matched(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    compares_length_with_list(items, filled)
        || takes_object_for_value(names, items)
        || puts_part_to_whole(names, items, filled)
        || prints_otherwise(names.language.family, filled)
}

fn keeps(pick: &Pick<'_>) -> bool {
    matches!(pick.value, Value::List | Value::Collection | Value::Map)
}

/// Whether how many there are is compared with a list, or a number is asked how many it is.
fn compares_length_with_list(items: &[&str], filled: &Filled<'_>) -> bool {
    let item = |at: Option<usize>| at.and_then(|at| items.get(at)).copied().unwrap_or("");
    filled.picks.iter().any(|pick| {
        let (before, after) = (item(pick.at.checked_sub(1)), item(Some(pick.at + 1)));
        let reached = matches!(after, "." | "->" | "[" | "(" | "?." | "&.");
        let beside = match pick.at.checked_sub(2) {
            Some(at) if BETWEEN.contains(&before) => items.get(at).copied(),
            _ => None,
        };
        // `len(x) < y` and `x.size() < y` end in a parenthesis, `x.length < y` in a word.
        let counted = beside.is_some_and(|end| end == ")" || idea(end) == "=len")
            && items.iter().take(pick.at).any(|item| idea(item) == "=len");
        keeps(pick) && !reached && counted
    })
}

/// Whether an object that is handed in stands beside a plain value.
fn takes_object_for_value(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let head = names.head;
    let of_its = |item: &str| {
        let place = item.strip_prefix('$')?.parse::<usize>().ok()?;
        head.types
            .get(place)
            .copied()
            .filter(|of_its| !of_its.is_empty())
    };
    let plain =
        |of_its: &str| matches!(of_type(of_its), Value::Number | Value::Truth | Value::Text);
    let object = |of_its: &str| {
        of_type(of_its) == Value::Unknown
            && of_its.len() > 1
            && of_its.starts_with(|one: char| one.is_uppercase())
    };
    let typed = matches!(
        names.language.family,
        Family::Script | Family::Java | Family::Go
    );
    typed
        && items.windows(3).any(|three| {
            let [one, sign, other] = three else {
                return false;
            };
            let (Some(one), Some(other)) = (of_its(one), of_its(other)) else {
                return false;
            };
            BETWEEN.contains(sign)
                && ((object(one) && plain(other)) || (plain(one) && object(other)))
        })
}

/// Whether a number with a fraction is put to a member that holds whole numbers.
fn puts_part_to_whole(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    let typed = [Family::C, Family::Java, Family::Go];
    let fraction = |item: &str| {
        let place = item
            .strip_prefix('$')
            .and_then(|place| place.parse::<usize>().ok());
        let of_its = place.and_then(|place| names.head.types.get(place));
        matches!(of_its, Some(&("double" | "float" | "float64" | "float32")))
    };
    typed.contains(&names.language.family)
        && filled.picks.iter().any(|pick| {
            let [sign, given, ..] = items.get(pick.at + 1..).unwrap_or(&[]) else {
                return false;
            };
            matches!(*sign, "=" | "+=" | "-=")
                && fraction(given)
                && names.declared.contains(&pick.name)
        })
}

/// Whether a number is printed as a text, or a text as a number, where the form says of what kind each value is.
fn prints_otherwise(family: Family, filled: &Filled<'_>) -> bool {
    if !matches!(family, Family::Go | Family::C | Family::Java) {
        return false;
    }
    filled.lines.iter().any(|(_, line)| {
        let Some((form, given)) = form_of(line) else {
            return false;
        };
        let kinds = form.split('%').skip(1).map(|rest| {
            let kind = rest.trim_start_matches(|one: char| !one.is_alphabetic());
            kind.trim_start_matches(['l', 'z', 'h']).chars().next()
        });
        kinds.zip(given.split(", ")).any(|(kind, value)| {
            let name = value.rsplit(['.', '>']).next().unwrap_or("");
            let pick = filled.picks.iter().find(|pick| pick.name == name);
            match (kind, pick.map(|pick| pick.value)) {
                (Some('s' | 'q'), Some(Value::Number)) => family != Family::Java,
                (Some('d' | 'f' | 'i' | 'u'), Some(Value::Text)) => true,
                _ => false,
            }
        })
    })
}

/// The form in a call that prints, and what is printed in it.
fn form_of(line: &str) -> Option<(&str, &str)> {
    let (call, rest) = line.split_once('"')?;
    let (form, given) = rest.split_once("\", ")?;
    let prints = call.to_ascii_lowercase();
    (prints.contains("printf") || prints.contains("format"))
        .then(|| (form, given.trim_end_matches([')', ';'])))
}
