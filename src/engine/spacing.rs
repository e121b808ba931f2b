//! Knows between which tokens blanks usually stand.
//!
//! Asked by the decoder when the request's own text does not show it. Learned per family of languages, as pairs of
//! blanked tokens.

use super::hasher::ShortMap;
use super::language::Family;
use super::symbols::Symbol;

/// The usual blanks.
#[derive(Debug, Default)]
pub(crate) struct Spacing {
    pairs: ShortMap<u64, bool>,
}

/// The key of a pair of blanked tokens.
pub(crate) fn key(family: Family, before: Symbol, after: Symbol) -> u64 {
    let family = u64::try_from(family.index()).unwrap_or(0);
    (family << 48) | (u64::from(before) << 24) | u64::from(after)
}

impl Spacing {
    /// Reads entries of five bytes: family and answer, then the two tokens in low and high bytes.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let (entries, _) = bytes.as_chunks::<5>();
        let pairs = entries
            .iter()
            .map(|[head, low, high, low_after, high_after]| {
                let before = u64::from(u16::from_le_bytes([*low, *high]));
                let after = u64::from(u16::from_le_bytes([*low_after, *high_after]));
                (
                    (u64::from(head >> 1) << 48) | (before << 24) | after,
                    head & 1 == 1,
                )
            });
        Self {
            pairs: pairs.collect(),
        }
    }

    /// Whether blanks stand between two tokens; not, when the pair is unknown.
    pub(crate) fn is_spaced(&self, family: Family, before: Symbol, after: Symbol) -> bool {
        self.pairs
            .get(&key(family, before, after))
            .copied()
            .unwrap_or(false)
    }
}
