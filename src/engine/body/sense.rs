//! Knows what nobody writes, whatever the names say, and the one body that a name says outright.
//!
//! Asked for every body that is judged. These are rules of structure, not of words: a body that does nothing with what it
//! is given, that does what another function of the file does already, or that treats a list as a number.

use super::super::language::Family;
use super::super::symbols::is_keyword_text;
use super::super::words::stems;
use super::absent::is_absent;
use super::beside::is_ill_matched;
use super::fill::{Filled, Names, Pick};
use super::kinds::is_of_wrong_kind;
use super::locals::singular;
use super::members::{Value, of_type};
use super::misfit::is_misfit;
use super::question::{asks, is_question};

/// What speaks against a body, as a logarithm.
const EMPTY: f32 = -8.0;
const UNFIT: f32 = -6.0;
/// What no weight makes up for.
pub(super) const WRONG: f32 = -30.0;
const SAME: f32 = -2.5;
const IDLE: f32 = -2.0;
const SEVERAL: f32 = -3.5;

/// What speaks for a member that a function is called after.
const NAMED: f32 = 3.0;

/// The sum of what speaks against a body, less what speaks for it.
pub(super) fn against(
    names: &Names<'_, '_>,
    shape: &str,
    filled: &Filled<'_>,
    siblings: &[&str],
) -> f32 {
    let items: Vec<&str> = shape
        .split(' ')
        .map(|item| item.trim_start_matches('~'))
        .collect();
    let words = items
        .iter()
        .any(|item| item.chars().any(char::is_alphanumeric));
    let slots = items
        .iter()
        .any(|item| item.starts_with('$') && *item != "$S");
    let mut sum = 0.0;
    if !words || shape.starts_with("( void )") || shape.starts_with("* ( void )") {
        sum += EMPTY;
    }
    // Constants and what was handed in are rarely all that a function gives back.
    let given = matches!(items.as_slice(), ["return", "$0" | "$S"] | ["$0" | "$S"]);
    if !slots || given {
        sum += IDLE;
    }
    if gives_comparison(&items) && !asks(names) {
        sum += IDLE;
    }
    if items
        .windows(3)
        .any(|three| matches!(three, ["=", "-" | "+", _]))
    {
        sum += IDLE;
    }
    if takes_several_for_one(names, &items) && !asks(names) {
        sum += SEVERAL;
    }
    // What is turned round is called so.
    let turned = matches!(items.as_slice(), ["return", "-", ..]);
    if turned && !names.words.iter().any(|word| turns(word)) {
        sum += IDLE;
    }
    let with_itself = filled.lines.iter().any(|(_, line)| is_with_itself(line));
    if with_itself {
        sum += UNFIT;
    }
    let repeated = filled
        .lines
        .iter()
        .all(|(_, line)| siblings.contains(&line.trim()));
    if slots && repeated {
        sum += SAME;
    }
    if (!filled.own && is_absent(names, shape))
        || is_of_wrong_kind(names, shape, filled)
        || is_ill_matched(names, &items, filled)
    {
        sum += WRONG;
    }
    // Who is not asked says neither yes nor no.
    let says = |one: &str, other: &str| items.contains(&one) || items.contains(&other);
    if says("true", "True") && says("false", "False") && !is_question(names) {
        sum += IDLE;
    }
    // A question that the same answer always meets is not asked.
    let fixed = matches!(
        items.as_slice(),
        ["return", "true" | "false" | "True" | "False"]
    );
    let told = !names.head.parameters.is_empty() || !names.members.is_empty();
    if fixed && told && !filled.own {
        sum += EMPTY;
    }
    if is_unfit(names, &items, filled) || is_misfit(names, shape, filled) {
        sum += UNFIT;
    } else if takes_its_next(names, &items, filled) || gives_its_name(names, &items, filled) {
        sum += NAMED;
    }
    sum
}

/// Whether what is given back is a comparison.
fn gives_comparison(items: &[&str]) -> bool {
    let signs = ["==", "===", "!=", "!==", "<", ">", "<=", ">="];
    items.first() == Some(&"return")
        && items.iter().any(|item| signs.contains(item))
        && !items.contains(&"?")
}

/// Whether a function of several things alone, which no type calls a number, treats them as one number.
fn takes_several_for_one(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let ([name], [of_its]) = (
        names.head.parameters.as_slice(),
        names.head.types.as_slice(),
    ) else {
        return false;
    };
    let signs = ["%", "<", ">", "<=", ">=", "==", "==="];
    // What is done to all of them is done to each.
    let each = names
        .words
        .iter()
        .any(|word| matches!(word.as_str(), "all" | "each" | "every"));
    names.head.receiver.is_none()
        && singular(name).is_some()
        && of_type(of_its) != Value::Number
        && items.windows(2).any(|two| match two {
            ["$0", sign] => signs.contains(sign) || (each && matches!(*sign, "*" | "+" | "/")),
            ["-", "$0"] => true,
            _ => false,
        })
}

/// Whether a word says that a value is turned round.
fn turns(word: &str) -> bool {
    ["neg", "minus", "oppos", "invert", "revers", "flip"]
        .iter()
        .any(|beginning| word.starts_with(beginning))
}

/// Whether a body reaches for fields without names that are not there, or treats a member as what it is not.
fn is_unfit(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    let unnamed = items
        .windows(3)
        .any(|three| matches!(three, ["$S", ".", number] if number.starts_with(|one: char| one.is_ascii_digit())));
    let family = names.language.family;
    let loose = matches!(family, Family::Python | Family::Ruby | Family::Other);
    let misused = filled
        .picks
        .iter()
        .any(|pick| is_misused(names, items, pick));
    let called = items.windows(2).any(|two| matches!(two, ["$S", "("]));
    let bare = !names.members.is_empty() && is_made_bare(names, items);
    let borrowed = family == Family::Rust && is_misborrowed(names, items);
    // A method of the object that the file does not have belongs to another object, unless it may come from its class.
    let unknown = names.head.derived != Some(true)
        && items.windows(4).any(|four| {
            let [one, link, name, "("] = four else {
                return false;
            };
            let own =
                matches!((*one, *link), ("$S", ".")) || (is_self(names, one) && *link == "::");
            own && !name.starts_with('$') && !has(names, name)
        });
    let foreign = is_foreign(names, items);
    let apart = family == Family::Go && is_misparted(names.head.returns, items);
    let guarded = items
        .iter()
        .any(|item| matches!(*item, "synchronized" | "unsafe"));
    (unnamed && !names.members.is_empty())
        || reaches_unknown(names, items)
        || guarded
        || apart
        || misused
        || called
        || bare
        || borrowed
        || unknown
        || (foreign && !loose)
}

/// Whether a name starts with a capital and the file does not know it: it belongs to another program, unless it is
/// reached through something that is known.
fn is_foreign(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let brought = ["System", "Math", "Err", "String", "Vec", "HashMap", "Error"];
    let known =
        |item: &str| brought.contains(&item) || is_keyword_text(item) || names.is_mentioned(item);
    items.iter().enumerate().any(|(at, item)| {
        let of = match at.checked_sub(2).and_then(|from| items.get(from..at)) {
            Some([of, "."]) => *of,
            _ => "",
        };
        let reached = of.starts_with(char::is_alphabetic) && known(of);
        item.starts_with(|one: char| one.is_uppercase())
            && item.len() > 1
            && !reached
            && !known(item)
    })
}

/// Whether a body reads a field that neither the file nor a language has.
fn reaches_unknown(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let given = ["length", "size", "out", "first", "second"];
    let small = |item: &str| item.starts_with(|one: char| one.is_lowercase());
    items.windows(3).enumerate().any(|(at, three)| match three {
        [of, ".", name] => {
            let called = items.get(at + 3) == Some(&"(");
            small(of)
                && small(name)
                && !called
                && !given.contains(name)
                && !names.is_mentioned(name)
        }
        _ => false,
    })
}

/// Whether an item stands for the type of the object in Rust.
fn is_self(names: &Names<'_, '_>, item: &str) -> bool {
    item == "Self" || (item == "$R" && names.head.made == "Self")
}

/// Whether the file knows a function of a name, or derives it.
fn has(names: &Names<'_, '_>, name: &str) -> bool {
    names.is_mentioned(name) || (name == "default" && names.is_mentioned("Default"))
}

/// Whether an object that has named fields is made without them.
fn is_made_bare(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let rest = items.strip_prefix(&["return"]).unwrap_or(items);
    match rest {
        [one] | [one, "(", ..] | [one, "{", "}"] => is_self(names, one),
        _ => false,
    }
}

/// Whether a field is made with a value of another kind than it holds.
fn is_made_of(value: Value, with: &str) -> bool {
    let number = with.starts_with(|one: char| one.is_ascii_digit());
    match value {
        Value::Number => matches!(with, "Vec" | "HashMap" | "String" | "true" | "false"),
        Value::Truth => number || matches!(with, "Vec" | "HashMap" | "String"),
        Value::List => number || matches!(with, "HashMap" | "String" | "true" | "false"),
        Value::Map => number || matches!(with, "Vec" | "String" | "true" | "false"),
        Value::Text => number || matches!(with, "Vec" | "HashMap" | "true" | "false"),
        _ => false,
    }
}

/// Whether a line takes a thing from itself, or puts it to itself: nothing or a constant. Only its square means something.
fn is_with_itself(line: &str) -> bool {
    [" + ", " - ", " / ", " % "].iter().any(|sign| {
        line.split_once(sign).is_some_and(|(before, after)| {
            let left = before.rsplit([' ', '(']).next().unwrap_or("");
            let right = after.split([' ', ')', ';']).next().unwrap_or("");
            left == right && left.contains(char::is_alphabetic)
        })
    })
}

/// Whether a function without parameters gives just the member that it is called after.
fn gives_its_name(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    let [pick] = filled.picks.as_slice() else {
        return false;
    };
    matches!(items, ["return", _])
        && names.head.parameters.is_empty()
        && pick.stems == stems(names.head.name)
}

/// Whether a member is given the parameter that is called like it, only new.
fn takes_its_next(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    let ([pick], [parameter]) = (filled.picks.as_slice(), names.parts.as_slice()) else {
        return false;
    };
    let next = matches!(parameter.split_first(), Some((first, rest)) if first == "new" && rest == pick.stems);
    next && matches!(items, [_, "=", "$0"])
}

/// Whether several values are returned where one is promised.
fn is_misparted(returns: &str, items: &[&str]) -> bool {
    let mut depth = 0;
    let parted = items.iter().any(|item| {
        match *item {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        *item == "," && depth == 0
    });
    items.first() == Some(&"return") && parted && !matches!(returns, "" | "(")
}

/// Whether a member is given out as a reference though a value is promised, or the other way round.
fn is_misborrowed(names: &Names<'_, '_>, items: &[&str]) -> bool {
    let handed = |item: &str, borrowed: bool| {
        let place = item
            .strip_prefix('$')
            .and_then(|place| place.parse::<usize>().ok());
        place.and_then(|place| names.head.borrowed.get(place)) == Some(&borrowed)
    };
    let twice = items
        .windows(2)
        .any(|two| matches!(two, ["&", one] if handed(one, true)));
    let never = items.windows(3).any(
        |three| matches!(three, ["contains" | "contains_key", "(", one] if handed(one, false)),
    );
    if twice || never {
        return true;
    }
    let member = |item: &&str| matches!(*item, "$O" | "$A" | "$B" | "$L0");
    let promised = names.head.returns == "&";
    match items {
        ["return", one] if member(one) => promised,
        ["return", "&", one] if member(one) => !promised,
        [
            "return",
            one,
            ".",
            "clone" | "to_owned" | "to_string",
            "(",
            ")",
        ] if member(one) => promised,
        _ => false,
    }
}

/// Whether what a language brings along has no method of a name that others of its kind have.
fn lacks(family: Family, value: Value, method: &str) -> bool {
    let list: &[&str] = match family {
        Family::Python => &[
            "add", "discard", "get", "set", "push", "update", "keys", "length",
        ],
        Family::Script => &[
            "add", "size", "has", "get", "set", "delete", "append", "remove",
        ],
        Family::Java => &["put", "containsKey", "push", "append", "length", "keySet"],
        Family::Rust => &[
            "count",
            "insert_with",
            "push_str",
            "contains_key",
            "add",
            "size",
        ],
        Family::Ruby => &["key?", "append_to", "keys", "add", "contains", "remove"],
        _ => &[],
    };
    let table: &[&str] = match family {
        Family::Python => &[
            "append", "push", "add", "remove", "insert", "sort", "length",
        ],
        Family::Script => &["push", "pop", "shift", "filter", "map", "includes", "find"],
        Family::Java => &["push", "append", "containsValueOf"],
        Family::Rust => &["push", "pop", "first", "last", "contains"],
        Family::Ruby => &["push", "pop", "<<", "contains"],
        _ => &[],
    };
    match value {
        Value::List => list.contains(&method),
        Value::Map => table.contains(&method) || (method == "length" && family == Family::Script),
        _ => false,
    }
}

/// Whether a member is treated as what it is not.
fn is_misused(names: &Names<'_, '_>, items: &[&str], pick: &Pick<'_>) -> bool {
    let family = names.language.family;
    let loose = matches!(family, Family::Python | Family::Ruby | Family::Other);
    let item = |at: usize| items.get(at).copied().unwrap_or("");
    let (after, later, call) = (item(pick.at + 1), item(pick.at + 2), item(pick.at + 3));
    let before = pick.at.checked_sub(1).map_or("", item);
    let keeps = matches!(pick.value, Value::List | Value::Collection | Value::Map);
    let plain = matches!(pick.value, Value::Number | Value::Truth);
    let counts = ["+=", "-=", "*=", "/=", "++", "--", "+", "-", "*", "/"];
    let counted = counts.contains(&after);
    let linked = matches!(after, "." | "->");
    let given = names
        .head
        .parameters
        .iter()
        .enumerate()
        .any(|(place, name)| {
            later == format!("${place}") && stems(name) == pick.stems && *name != pick.name
        });
    let promised = of_type(names.head.returns);
    let returned = before == "return" && after.is_empty();
    let other = promised != pick.value
        && !(keeps && matches!(promised, Value::List | Value::Collection | Value::Map));
    let taken = pick.at.checked_sub(2).map_or("", item) == "delete";
    (linked && lacks(family, pick.value, later))
        || (pick.value == Value::Map && after == "[" && family == Family::Script)
        || matches!(before, "throw" | "raise")
        || (after == ":" && family == Family::Rust && is_made_of(pick.value, later))
        || (taken && before == "(" && pick.value != Value::Collection)
        || (plain && before == "(" && pick.at.checked_sub(2).map_or("", item) == "len")
        || (keeps && counted && !(loose && after == "+="))
        || (plain && ((linked && call == "(") || after == "["))
        || (pick.value == Value::Text && after == "[" && !loose && family != Family::C)
        || (pick.value == Value::List && linked && family == Family::Go)
        || (keeps && linked && call != "(" && family == Family::Python)
        || (keeps && matches!(after, "==" | "===") && (!loose || later.parse::<u32>().is_ok()))
        || (keeps && after == "=" && given)
        || (pick.value == Value::Truth && counted)
        || (pick.value == Value::Number
            && after == "="
            && matches!(
                later,
                "null"
                    | "undefined"
                    | "None"
                    | "nil"
                    | "true"
                    | "false"
                    | "True"
                    | "False"
                    | "["
                    | "{"
            ))
        || (returned && promised != Value::Unknown && pick.value != Value::Unknown && other)
}
