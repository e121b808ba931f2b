//! Knows which amounts are put to which: a share is no amount, and what is sold brings its price.
//!
//! Asked by `misdeed` for every body that is judged.

use super::fill::{Filled, Names};

/// Words for parts of a whole, by which one multiplies.
const SHARES: [&str; 6] = ["rat", "rate", "ratio", "percent", "pct", "factor"];
/// Words for what something costs.
const PRICES: [&str; 6] = ["pric", "cost", "fee", "fe", "amount", "sum"];

fn has_word(words: &[String], wanted: &[&str]) -> bool {
    words.iter().any(|word| wanted.contains(&word.as_str()))
}

/// Whether a body puts to an amount what is none, or takes a price from what it is paid into.
pub(super) fn is_misput(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    adds_a_share(names, items, filled) || pays_for_what_is_sold(names, items, filled)
}

/// The words of the parameter or member that an item stands for.
fn words<'n>(
    names: &'n Names<'_, '_>,
    filled: &Filled<'n>,
    items: &[&str],
    at: usize,
) -> &'n [String] {
    let item = items.get(at).copied().unwrap_or("");
    let place = item
        .strip_prefix('$')
        .and_then(|place| place.parse::<usize>().ok());
    if let Some(given) = place.and_then(|place| names.parts.get(place)) {
        return given;
    }
    let mut picks = filled.picks.iter();
    picks
        .find(|pick| pick.at == at)
        .map_or(&[], |pick| pick.stems)
}

/// Whether a share is put to an amount, or taken from one.
fn adds_a_share(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    (1..items.len()).any(|at| {
        if !matches!(items.get(at), Some(&("+" | "-" | "+=" | "-="))) {
            return false;
        }
        let (one, other) = (
            words(names, filled, items, at - 1),
            words(names, filled, items, at + 1),
        );
        // In `a * b + c` the sign does not stand between the two.
        let apart = |at: Option<usize>| {
            let near = at.and_then(|at| items.get(at)).copied().unwrap_or("");
            matches!(near, "*" | "/")
        };
        !one.is_empty()
            && !other.is_empty()
            && !apart(at.checked_sub(2))
            && !apart(Some(at + 2))
            && has_word(one, &SHARES) != has_word(other, &SHARES)
    })
}

/// Whether the price of what is sold is taken from a member.
fn pays_for_what_is_sold(names: &Names<'_, '_>, items: &[&str], filled: &Filled<'_>) -> bool {
    let sells = has_word(&names.own, &["sell", "sold"]);
    sells
        && filled.picks.iter().any(|pick| {
            items.get(pick.at + 1) == Some(&"-=")
                && has_word(words(names, filled, items, pick.at + 2), &PRICES)
        })
}
