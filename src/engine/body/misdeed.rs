//! Knows deeds that do not go with what a function is called or is given: many put as one, ones counted where an amount
//! was handed in, a round thing measured as if it were straight.
//!
//! Asked by `weigh` for every body that is judged. What the file's own functions do is never doubted here.

use super::super::language::Family;
use super::super::words::stems;
use super::amounts::is_misput;
use super::fill::{Filled, Names};
use super::idea::idea;
use super::locals::singular;
use super::many::is_misgathered;
use super::members::{Value, of_type};
use super::unknown::is_unknown;

/// The calls that put one thing into a list.
const PUTS: [&str; 6] = ["append", "push", "push_back", "add", "insert", "<<"];
/// What is asked of many things and is one number.
const FIGURES: [&str; 12] = [
    "total", "sum", "count", "averag", "avg", "mean", "max", "min", "numb", "siz", "length",
    "product",
];
/// How the number of circles is written.
const ROUND: [&str; 4] = ["PI", "Pi", "pi", "M_PI"];

/// Whether a body does what does not go with the function's name or its parameters.
pub(super) fn is_misdeed(names: &Names<'_, '_>, shape: &str, filled: &Filled<'_>) -> bool {
    let items: Vec<&str> = shape
        .split(' ')
        .map(|item| item.trim_start_matches('~'))
        .collect();
    puts_many_as_one(names, &items)
        || counts_ones_of_an_amount(names, &items)
        || gives_many_for_a_figure(names, &items, filled)
        || measures_round_as_straight(names, &items, filled)
        || calls_a_number(names, &items)
        || counts_what_is_summed(filled)
        || is_unknown(names, &items)
        || is_misput(names, &items, filled)
        || is_misgathered(names, &items, filled)
        || gives_to_nobody(names, filled)
        || takes_most_for_least(filled)
        || takes_full_for_empty(names, &items, filled)
        || takes_odd_for_even(names, &items)
        || puts_one_wrongly(names, &items, filled)
        || leaves_its_object(names, &items, filled)
        || squares_one_side(names, filled)
        || leaves_nothing_off(names, &items, filled)
}

/// The parameter that an item stands for.
fn parameter(item: &str) -> Option<usize> {
    item.strip_prefix('$')?.parse().ok()
}

fn has_word(words: &[String], wanted: &[&str]) -> bool {
    words.iter().any(|word| wanted.contains(&word.as_str()))
}

/// Whether several things are put into a list as if they were one.
fn puts_many_as_one(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let all = has_word(&names.own, &["all", "many", "extend", "several"]);
    (0..items.len()).any(|at| {
        let Some(place) = items.get(at).and_then(|item| parameter(item)) else {
            return false;
        };
        let before = |back: usize| at.checked_sub(back).and_then(|at| items.get(at)).copied();
        let put = match (before(1), before(2)) {
            (Some("<<"), _) => true,
            (Some("("), Some(call)) => PUTS.contains(&call) && items.get(at + 1) == Some(&")"),
            (Some(","), _) => {
                names.language.family == Family::Go
                    && items.contains(&"append")
                    && items.get(at + 1) == Some(&")")
            }
            _ => false,
        };
        let name = names.head.parameters.get(place).copied().unwrap_or("");
        let many = singular(name).is_some() || names.head.several.get(place) == Some(&true);
        // `add_songs(songs)` is as plain as `add_all(songs)`.
        let plainly = names.parts.get(place).is_some_and(|part| {
            let several = names.head.name.to_lowercase();
            names.own.ends_with(part) && several.ends_with(&name.to_lowercase())
        });
        put && (all || (many && plainly))
    })
}

/// Whether a body goes up or down by one and leaves the amount that it is handed.
fn counts_ones_of_an_amount(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let ([name], [of_its]) = (
        names.head.parameters.as_slice(),
        names.head.types.as_slice(),
    ) else {
        return false;
    };
    let amounts = [
        "amount",
        "by",
        "count",
        "degre",
        "delta",
        "distanc",
        "increment",
        "minut",
        "n",
        "number",
        "point",
        "quantity",
        "second",
        "step",
        "sum",
        "tim",
        "unit",
        "valu",
    ];
    let amount =
        of_type(of_its) == Value::Number || (of_its.is_empty() && has_word(&stems(name), &amounts));
    let used = items
        .iter()
        .any(|item| matches!(*item, "$0" | "$L0" | "$#") || item.starts_with("$K"));
    let ones = items.windows(2).any(|two| {
        matches!(
            two,
            ["+=" | "-=", "1"] | [_, "++" | "--"] | ["++" | "--", _]
        )
    });
    amount && ones && !used && !items.contains(&"for")
}

/// Whether a function that is called after a figure gives back many things, none of them called so.
fn gives_many_for_a_figure(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    let divided = items.contains(&"/") && items.iter().any(|item| idea(item) == "=len");
    if divided && has_word(&names.own, &["total", "sum"]) {
        return true;
    }
    let ["return", _] = items else { return false };
    let many = |value| matches!(value, Value::List | Value::Collection | Value::Map);
    has_word(&names.own, &FIGURES)
        && filled
            .picks
            .iter()
            .any(|pick| !pick.kin && many(pick.value))
}

/// Whether the area or volume of something with a radius is reckoned without the number of circles.
fn measures_round_as_straight(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    let round = |words: &[String]| {
        words
            .iter()
            .any(|word| word.starts_with("radi") || word.starts_with("diamet"))
    };
    let members = names.members;
    let used = filled.picks.iter().any(|pick| round(pick.stems))
        || (members.len() < 5 && members.iter().any(|member| round(&member.stems)));
    let given = names.parts.iter().any(|words| round(words));
    let measured = ["area", "volum", "circumferenc", "perimet", "surfac"];
    has_word(&names.own, &measured)
        && (used || given)
        && !items
            .iter()
            .any(|item| ROUND.contains(item) || item.starts_with("3.1") || *item == "(")
}

/// Whether a plain number is asked to do something, in languages whose numbers do nothing.
fn calls_a_number(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let typed = [Family::C, Family::Java, Family::Go];
    let plain = |item: &str| {
        let of_its = parameter(item).and_then(|place| names.head.types.get(place));
        of_its.is_some_and(|of_its| {
            matches!(of_type(of_its), Value::Number | Value::Text | Value::Truth)
        })
    };
    let called = |two: &[&str]| matches!(two, [one, "("] if plain(one));
    typed.contains(&names.language.family)
        && (items.windows(2).any(called)
            || items.windows(4).any(|four| match four {
                [one, "." | "->", _, "("] => {
                    let of_its = parameter(one).and_then(|place| names.head.types.get(place));
                    of_its.is_some_and(|of_its| {
                        of_type(of_its) == Value::Number && of_its.starts_with(char::is_lowercase)
                    })
                }
                _ => false,
            }))
}

/// Whether a local that is called a count is given what it counts.
fn counts_what_is_summed(filled: &Filled<'_>) -> bool {
    filled.lines.iter().any(|(_, line)| {
        let plain = line.trim().trim_end_matches(';');
        let parts = [" += ", " -= ", " *= ", " /= "].map(|sign| plain.split_once(sign));
        let Some((count, given)) = parts.into_iter().flatten().next() else {
            return false;
        };
        let word = |text: &str| text.chars().all(|one| one.is_alphanumeric() || one == '_');
        count.starts_with("count")
            && word(count)
            && word(given)
            && given.starts_with(char::is_alphabetic)
            && !given.contains("count")
    })
}

/// Whether the last thing that is done is to give a parameter another value, which nobody sees.
fn gives_to_nobody(names: &Names<'_, '_>, filled: &Filled<'_>) -> bool {
    let Some((0, last)) = filled.lines.last() else {
        return false;
    };
    let head = names.head;
    let given = last.split_once(" = ").map_or("", |(name, _)| name);
    if given == "self" || given == "this" {
        return true;
    }
    let place = head.parameters.iter().position(|name| *name == given);
    place.is_some_and(|place| head.borrowed.get(place) != Some(&true))
}

/// Whether a function that asks whether something is full asks whether it is empty, or looks at its limit alone.
fn takes_full_for_empty(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    let turned = items.iter().any(|item| matches!(idea(item), "=not" | "!="));
    let empty = items.iter().any(|item| idea(item) == "=empty")
        || items
            .windows(2)
            .any(|two| matches!(two, ["==" | "===" | ">" | "!=" | "!==", "0"]));
    // What is full is at a limit, which no other number is.
    let at_random = items.windows(2).any(|two| match two {
        ["<" | ">" | "<=" | ">=", number] => {
            number.parse::<f32>().is_ok() && !number.starts_with("100")
        }
        _ => false,
    });
    let limit =
        |words: &[String]| has_word(words, &["capac", "capacity", "limit", "max", "maximum"]);
    let alone = matches!(filled.picks.as_slice(), [pick] if limit(pick.stems));
    has_word(&names.own, &["full"]) && ((empty && !turned) || at_random || alone)
}

/// Whether a function that is called after even numbers asks for odd ones, or the other way round.
fn takes_odd_for_even(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let (even, odd) = (
        has_word(&names.own, &["even"]),
        has_word(&names.own, &["odd"]),
    );
    if even == odd {
        return false;
    }
    let compared = ["<", ">", "<=", ">="];
    let other = !items.contains(&"%") && items.iter().any(|item| compared.contains(item));
    other
        || items.windows(4).any(|four| {
            let ["%", "2", sign, rest @ ("0" | "1")] = four else {
                return false;
            };
            let same = matches!(*sign, "==" | "===");
            (same == (*rest == "0")) != even
        })
}

/// Whether one thing is put into a list as if it were many, or into a member that is called like it.
fn puts_one_wrongly(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    let head = names.head;
    let typed = [Family::Java, Family::Go, Family::Rust, Family::C];
    let typed = typed.contains(&names.language.family);
    filled.picks.iter().any(|pick| {
        let [link, call, "(", rest @ ..] = items.get(pick.at + 1..).unwrap_or(&[]) else {
            return false;
        };
        let rest = rest.strip_prefix(&["..."]).unwrap_or(rest);
        let place = rest.first().and_then(|item| match item.strip_prefix("$L") {
            Some(place) => place.parse().ok(),
            None => parameter(item),
        });
        let Some((place, name)) =
            place.and_then(|place| Some((place, *head.parameters.get(place)?)))
        else {
            return false;
        };
        let spread = matches!(*call, "extend" | "concat" | "addAll") || items.contains(&"...");
        let one = singular(pick.name).as_deref() == Some(name)
            || (typed && head.several.get(place) == Some(&false) && singular(name).is_none());
        let same = PUTS.contains(call) && pick.name == name && singular(name).is_none();
        *link == "." && ((spread && one) || same)
    })
}

/// Whether a method that is called after a member reckons with what it is handed alone.
fn leaves_its_object(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    let reckons = matches!(
        items,
        ["return", one, "+" | "-" | "*" | "/", other]
            if parameter(one).is_some() && parameter(other).is_some()
    );
    reckons && names.has_kin() && filled.picks.is_empty()
}

/// Whether an area is reckoned from one of two sides.
fn squares_one_side(names: &Names<'_, '_>, filled: &Filled<'_>) -> bool {
    let sides = names.members.iter().filter(|member| {
        let straight = ["width", "height", "length", "bas", "depth"];
        has_word(&member.stems, &straight) && !matches!(member.value, Value::List | Value::Map)
    });
    let squared = filled.lines.iter().any(|(_, line)| {
        let parts: Vec<&str> = line.trim_end_matches(';').split(' ').collect();
        parts
            .windows(3)
            .any(|three| matches!(three, [one, "*", other] if one == other))
    });
    has_word(&names.own, &["area"]) && squared && sides.count() > 1
}

/// Whether a function that tells what is left tells all there is.
fn leaves_nothing_off(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    let less = ["left", "remain", "fre", "free", "rest"];
    let told = |words: &[String]| has_word(words, &less);
    let [pick] = filled.picks.as_slice() else {
        return false;
    };
    matches!(items, ["return", _]) && told(&names.own) && !told(pick.stems)
}

/// Whether what is called the least is given what is more, or the other way round.
fn takes_most_for_least(filled: &Filled<'_>) -> bool {
    let turned = |line: &str, sign: &str, wrong: &[&str]| {
        let asked = line.trim().strip_prefix("if").unwrap_or("");
        asked.split_once(sign).is_some_and(|(_, best)| {
            let end = |one: char| !one.is_alphanumeric() && one != '_';
            let name = best.split(end).next().unwrap_or("");
            let kept = format!("{name} = ");
            let mut lines = filled.lines.iter();
            let best = stems(name);
            lines.any(|(_, line)| line.starts_with(&kept))
                && wrong.iter().any(|word| best.contains(&(*word).to_owned()))
        })
    };
    let least = ["lowest", "min", "minimum", "smallest", "least"];
    let most = ["highest", "max", "maximum", "largest", "biggest", "most"];
    (filled.lines.iter()).any(|(_, line)| turned(line, " > ", &least) || turned(line, " < ", &most))
}
