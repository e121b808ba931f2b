//! What interrupts a string of JSON, found in 64 bytes at once. Called by the scanner, once for a text.
//!
//! Vectors of bytes without a branch: the next escape in source code is nowhere that a processor could guess. Which backslashes
//! begin an escape is told by arithmetic on their bits, as simdjson does it (Langdale and Lemire, "Parsing Gigabytes of
//! JSON per Second", section 3.1.1).

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x64};

/// Bytes that are looked at together.
const BLOCK: usize = 64;

/// Every second bit, beginning with the second.
const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;

/// What interrupts the strings of a text, a bit for each byte: quotes that are not escaped, control characters, and what is
/// escaped and is rare in source code or has more to it: `b`, `f`, `r`, `/`, the `u` of `\u`, and everything that no escape
/// is made of. A backslash between two strings spoils what follows, but no text with such a one is JSON.
pub(super) struct Marks(Vec<u64>);

// === impl Marks ===

impl Marks {
    /// Looks at a text, with the widest vectors this processor has.
    pub(super) fn of(text: &[u8]) -> Self {
        dispatch!(Level::new(), simd => Self::seen(simd, text))
    }

    /// The place of the first interruption at `at` or behind it, perhaps the end of the text.
    pub(super) fn next(&self, at: usize) -> Option<usize> {
        let mut block = at / BLOCK;
        let mut bits = self.0.get(block)? & u64::MAX << (at % BLOCK);
        while bits == 0 {
            block += 1;
            bits = *self.0.get(block)?;
        }
        Some(block * BLOCK + usize::try_from(bits.trailing_zeros()).unwrap_or_default())
    }

    #[expect(
        clippy::inline_always,
        reason = "compiled once for each width, inside of what `dispatch` calls"
    )]
    #[inline(always)]
    fn seen<S: Simd>(simd: S, text: &[u8]) -> Self {
        let (blocks, rest) = text.as_chunks();
        let mut marks = Vec::with_capacity(blocks.len() + 1);
        let mut escaped = false;
        for block in blocks {
            marks.push(interrupts(simd, block, &mut escaped));
        }
        if !rest.is_empty() {
            // Blanks interrupt nothing.
            let mut last = [b' '; BLOCK];
            last[..rest.len()].copy_from_slice(rest);
            marks.push(interrupts(simd, &last, &mut escaped));
        }
        Self(marks)
    }
}

/// What interrupts strings in a block; `escaped` tells whether its first byte is escaped, and then whether the byte behind
/// its last one is.
#[expect(
    clippy::inline_always,
    reason = "compiled once for each width, inside of what `dispatch` calls"
)]
#[inline(always)]
fn interrupts<S: Simd>(simd: S, block: &[u8; BLOCK], escaped: &mut bool) -> u64 {
    let bytes = u8x64::simd_from(simd, *block);
    let is = |byte: u8| bytes.simd_eq(u8x64::splat(simd, byte));
    let (quotes, backslashes) = (is(b'"'), is(b'\\'));
    let ends = quotes | bytes.simd_lt(u8x64::splat(simd, b' '));
    let backslash_bits = backslashes.to_bitmask();
    if backslash_bits == 0 && !*escaped {
        return ends.to_bitmask();
    }
    let plain = quotes | backslashes | is(b'n') | is(b't');
    let (by_backslashes, escapes_next) = escaped_by(backslash_bits, *escaped);
    *escaped = escapes_next;
    ends.to_bitmask() & !by_backslashes | by_backslashes & !plain.to_bitmask()
}

/// The bytes that backslashes escape, where `first` tells whether the first byte is escaped already; and whether the byte
/// behind the last one is.
fn escaped_by(backslashes: u64, first: bool) -> (u64, bool) {
    let first = u64::from(first);
    let beginning = backslashes & !first;
    // In each row of backslashes every second one is escaped, from whichever bit the row begins on: the difference carries
    // through the row and leaves its parity behind it.
    let behind = beginning << 1 | ODD;
    let parity = behind.wrapping_sub(beginning) ^ ODD;
    let escaped = parity ^ (backslashes | first);
    (escaped, (parity & backslashes) >> 63 != 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, byte by byte.
    fn slowly(text: &[u8]) -> Vec<usize> {
        let (mut interrupts, mut escaped) = (Vec::new(), false);
        for (place, &byte) in text.iter().enumerate() {
            let odd = if escaped {
                !b"\"\\nt".contains(&byte)
            } else {
                byte == b'"' || byte < b' '
            };
            interrupts.extend(odd.then_some(place));
            escaped = !escaped && byte == b'\\';
        }
        interrupts
    }

    proptest! {
        #![proptest_config(crate::same_cases())]

        #[test]
        fn all_bytes_are_judged_as_one_by_one(
            text in prop::collection::vec(prop_oneof![
                4 => Just(b'\\'),
                3 => prop::sample::select(b"\"/bfnrtu0\n ".to_vec()),
                1 => any::<u8>(),
            ], 0..4 * BLOCK),
        ) {
            let marks = Marks::of(&text);
            let mut found = Vec::new();
            while let Some(place) = marks.next(found.last().map_or(0, |last| last + 1)) {
                found.push(place);
            }
            // A backslash at the very end escapes what is not there.
            found.retain(|place| *place < text.len());
            prop_assert_eq!(found, slowly(&text));
        }

        #[test]
        fn what_is_plain_is_passed_over(blanks in 0..3 * BLOCK, from in 0..4 * BLOCK) {
            let text = [&*vec![b' '; blanks], b"\""].concat();
            let expected = (from <= blanks).then_some(blanks);
            prop_assert_eq!(Marks::of(&text).next(from), expected);
        }
    }
}
