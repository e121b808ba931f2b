//! Chooses the words that every request shares, and learns where blanks usually stand between tokens.
//!
//! Called by the training program before anything that depends on the numbers of words.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::language::{Family, Language};
use super::super::lexer::{Kind, lex};
use super::super::sequence::blank;
use super::super::symbols::{Symbols, Vocabulary, closer, index, is_keyword_text};
use super::Source;

/// How many words each family adds.
const PER_FAMILY: usize = 800;
/// How many packages make a word known beyond the one that uses it most.
const KNOWN_BY: usize = 8;
/// How many pairs are kept.
const PAIRS: usize = 9000;

/// The shared words, one a line: for each family those that stand in the most packages.
pub fn learn_vocabulary(sources: &[Source]) -> String {
    let mut seen: BTreeMap<(usize, String), (BTreeSet<String>, usize)> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_lesson()) {
        let language = Language::of(&source.name);
        let (pieces, _) = lex(&source.text, language);
        for piece in pieces {
            let prose = piece.kind == Kind::Text
                && piece.text.bytes().any(|byte| byte.is_ascii_alphanumeric());
            let kept = !matches!(piece.kind, Kind::Newline | Kind::Close)
                && !prose
                && piece.text.len() < 24;
            if !kept || is_keyword_text_quick(piece.text) || !piece.text.is_ascii() {
                continue;
            }
            let entry = seen
                .entry((language.family.index(), piece.text.to_owned()))
                .or_default();
            if !entry.0.contains(source.package()) {
                entry.0.insert(source.package().to_owned());
            }
            entry.1 += 1;
        }
    }
    let mut words: BTreeSet<String> = BTreeSet::new();
    for family in Family::ALL {
        let mut list: Vec<(usize, usize, &String)> = seen
            .iter()
            .filter(|((owner, _), _)| *owner == family.index())
            .map(|((_, word), (packages, count))| (packages.len() * count, *count, word))
            .collect();
        list.sort_by(|one, other| other.cmp(one));
        words.extend(
            list.into_iter()
                .take(PER_FAMILY)
                .map(|(_, _, word)| word.clone()),
        );
    }
    words.retain(|word| !is_keyword_text(word));
    let mut text = words.into_iter().collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

fn is_keyword_text_quick(text: &str) -> bool {
    text.contains(char::is_whitespace) || text.is_empty()
}

/// Those of the shared words that stand hardly anywhere but in one package, one a line.
pub fn learn_strangers(sources: &[Source], vocabulary: &str) -> String {
    let name = |word: &&str| word.starts_with(|one: char| one.is_alphabetic());
    let mut seen: BTreeMap<&str, BTreeMap<&str, usize>> = vocabulary
        .lines()
        .filter(name)
        .map(|word| (word, BTreeMap::new()))
        .collect();
    for source in sources.iter().filter(|source| !source.is_lesson()) {
        let (pieces, _) = lex(&source.text, Language::of(&source.name));
        for piece in pieces.iter().filter(|piece| piece.kind == Kind::Word) {
            if let Some(packages) = seen.get_mut(piece.text) {
                *packages.entry(source.package()).or_default() += 1;
            }
        }
    }
    seen.retain(|_, packages| {
        let all: usize = packages.values().sum();
        let most = packages.values().copied().max().unwrap_or(0);
        packages.len() < KNOWN_BY && most * 10 >= all * 9
    });
    let mut text = seen.into_keys().collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

/// Where blanks usually stand, in the form the spacing table reads.
pub fn learn_spacing(sources: &[Source], vocabulary: &'static str) -> Vec<u8> {
    let vocabulary = Arc::new(Vocabulary::new(vocabulary));
    let mut seen: BTreeMap<(usize, usize, usize), (usize, usize)> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_lesson()) {
        let language = Language::of(&source.name);
        let (pieces, _) = lex(&source.text, language);
        let mut symbols = Symbols::new(&vocabulary);
        let mut before = usize::MAX;
        for piece in &pieces {
            let symbol = if piece.kind == Kind::Close {
                closer(piece.text).unwrap_or(0)
            } else {
                symbols.of(piece)
            };
            let now = index(blank(symbol, piece.kind, piece.text));
            if piece.kind != Kind::Newline && before < vocabulary.size() && now < vocabulary.size()
            {
                let entry = seen
                    .entry((language.family.index(), before, now))
                    .or_default();
                entry.0 += usize::from(piece.space);
                entry.1 += 1;
            }
            before = now;
        }
    }
    let mut list: Vec<_> = seen.into_iter().collect();
    list.sort_by(|one, other| other.1.1.cmp(&one.1.1).then(one.0.cmp(&other.0)));
    let mut bytes = Vec::new();
    for ((family, before, after), (spaced, all)) in list.into_iter().take(PAIRS) {
        let head = u8::try_from(family * 2 + usize::from(spaced * 2 > all)).unwrap_or(0);
        bytes.push(head);
        bytes.extend_from_slice(&u16::try_from(before).unwrap_or(0).to_le_bytes());
        bytes.extend_from_slice(&u16::try_from(after).unwrap_or(0).to_le_bytes());
    }
    bytes
}
