//! Takes names apart into the words they are made of.
//!
//! Called wherever names are compared by meaning: the attribute `speed` and the function `increase_speed`, the list
//! `items` and the parameter `item`.

use std::hash::Hasher;

use super::hasher::ShortHasher;
use super::model::WORD_ROWS;

/// The hashes of a name's first and last word.
pub(crate) type Ends = [u16; 2];

/// The words of a name, lower-case, without the endings of grammar.
pub(crate) fn stems(name: &str) -> Vec<String> {
    split(name).iter().map(|word| stem(word)).collect()
}

/// The words of a name as it is written.
fn split(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut current = String::new();
    let characters: Vec<char> = name.chars().take(80).collect();
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let after = characters.get(at + 1);
        let starts = character.is_uppercase()
            && (before.is_some_and(|one| one.is_lowercase() || one.is_numeric())
                || after.is_some_and(|one| one.is_lowercase()));
        if (starts || !character.is_alphanumeric()) && !current.is_empty() {
            words.push(std::mem::take(&mut current));
        }
        if character.is_alphanumeric() {
            current.extend(character.to_lowercase());
        }
    }
    if !current.is_empty() {
        words.push(current);
    }
    words
}

fn stem(word: &str) -> String {
    let one = word.strip_suffix('s').filter(|one| {
        one.len() > 3 && (one.ends_with("er") || one.ends_with("ing") || one.ends_with("ed"))
    });
    let word = one.unwrap_or(word);
    let endings: [(&str, &str); 8] = [
        ("ies", "y"),
        ("ing", ""),
        ("sses", "ss"),
        ("xes", "x"),
        ("ed", ""),
        ("es", "e"),
        ("s", ""),
        ("er", ""),
    ];
    let mut stem = word.to_owned();
    for (ending, instead) in endings {
        let Some(rest) = word
            .strip_suffix(ending)
            .filter(|rest| rest.len() >= 3 && !rest.ends_with('s'))
        else {
            continue;
        };
        stem = format!("{rest}{instead}");
        break;
    }
    if stem.len() > 3 && stem.ends_with('e') {
        stem.pop();
    }
    stem
}

/// The hashes of a name's first and last word.
pub(crate) fn ends(name: &str) -> Ends {
    let bytes = name.as_bytes();
    let boundary = |at: usize| {
        let (Some(before), Some(now)) = (bytes.get(at.wrapping_sub(1)), bytes.get(at)) else {
            return true;
        };
        *now == b'_'
            || *before == b'_'
            || (now.is_ascii_uppercase() && !before.is_ascii_uppercase())
    };
    let trimmed = bytes.iter().take_while(|byte| **byte == b'_').count();
    let first_end = (trimmed + 1..bytes.len())
        .find(|at| boundary(*at))
        .unwrap_or(bytes.len());
    let last_end = bytes.len()
        - bytes
            .iter()
            .rev()
            .take_while(|byte| **byte == b'_')
            .count()
            .min(bytes.len());
    let last_start = (0..last_end)
        .rev()
        .find(|at| boundary(*at) && bytes.get(*at) != Some(&b'_'))
        .unwrap_or(0);
    [
        hash(bytes.get(trimmed..first_end).unwrap_or(b"")),
        hash(bytes.get(last_start..last_end).unwrap_or(b"")),
    ]
}

/// The hash of a word, the same for one thing and for several.
pub(crate) fn hash(word: &[u8]) -> u16 {
    let word = word
        .strip_suffix(b"s")
        .filter(|rest| rest.len() > 2)
        .unwrap_or(word);
    let mut hasher = ShortHasher::default();
    for byte in word {
        hasher.write_u8(byte.to_ascii_lowercase());
    }
    let place = usize::try_from(hasher.finish() >> 7).unwrap_or(0) % WORD_ROWS;
    u16::try_from(place).unwrap_or(0)
}

/// How many of the words of one name also stand in another, as a share of the longer one.
pub(crate) fn overlap(one: &[String], other: &[String]) -> f32 {
    let shared = one.iter().filter(|word| other.contains(word)).count();
    super::number::from_count(shared) / super::number::from_count(one.len().max(other.len()).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        for (name, words) in [
            ("increase_speed", "increas spe"),
            ("addItems", "add item"),
            ("HTTPServer", "http serv"),
            ("__init__", "init"),
            ("entries", "entry"),
            ("is_running", "is runn"),
            ("", ""),
        ] {
            assert_eq!(stems(name).join(" "), words, "{name}");
        }
    }

    #[test]
    fn lists_and_their_items_share_a_word() {
        assert!(overlap(&stems("items"), &stems("item")) > 0.99);
        assert!(overlap(&stems("total"), &stems("item")) < 0.01);
    }
}
