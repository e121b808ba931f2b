//! What interrupts a string of JSON, found in 64 bytes at once. Called by the scanner, block after block.
//!
//! Vectors of bytes without a branch: the next escape in source code is nowhere that a processor could guess. Which backslashes
//! begin an escape is told by arithmetic on their bits, as simdjson does it (Langdale and Lemire, "Parsing Gigabytes of
//! JSON per Second", section 3.1.1).

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x64};

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;

/// Every second bit, beginning with the second.
const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;

/// What is in a block, a bit for each byte, the first byte's lowest.
#[derive(Clone, Copy, Default)]
pub(super) struct Marks {
    /// Quotes that are not escaped, control characters, and what is escaped and is rare in source code or has more to it:
    /// `b`, `f`, `r`, `/`, the `u` of `\u`, and everything that no escape is made of.
    pub(super) interrupts: u64,
    /// Whether the block ends with a backslash that escapes the first byte of the next one.
    pub(super) escapes_next: bool,
}

// === impl Marks ===

impl Marks {
    /// Looks at a block within a string, with the widest vectors this processor has; `escaped` tells whether its first byte
    /// is escaped.
    pub(super) fn of(block: &[u8; BLOCK], escaped: bool) -> Self {
        dispatch!(Level::new(), simd => Self::seen(simd, block, escaped))
    }

    #[expect(
        clippy::inline_always,
        reason = "compiled once for each width, inside of what `dispatch` calls"
    )]
    #[inline(always)]
    fn seen<S: Simd>(simd: S, block: &[u8; BLOCK], escaped: bool) -> Self {
        let bytes = u8x64::simd_from(simd, *block);
        let is = |byte: u8| bytes.simd_eq(u8x64::splat(simd, byte));
        let (quotes, backslashes) = (is(b'"'), is(b'\\'));
        let ends = quotes | bytes.simd_lt(u8x64::splat(simd, b' '));
        let backslash_bits = backslashes.to_bitmask();
        if backslash_bits == 0 && !escaped {
            return Self {
                interrupts: ends.to_bitmask(),
                escapes_next: false,
            };
        }
        let plain = quotes | backslashes | is(b'n') | is(b't');
        let (escaped, escapes_next) = escaped_by(backslash_bits, escaped);
        Self {
            interrupts: ends.to_bitmask() & !escaped | escaped & !plain.to_bitmask(),
            escapes_next,
        }
    }
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
    fn slowly(block: &[u8], mut escaped: bool) -> (u64, bool) {
        let mut interrupts = 0;
        for (place, &byte) in block.iter().enumerate() {
            let odd = if escaped {
                !b"\"\\nt".contains(&byte)
            } else {
                byte == b'"' || byte < b' '
            };
            interrupts |= u64::from(odd) << place;
            escaped = !escaped && byte == b'\\';
        }
        (interrupts, escaped)
    }

    proptest! {
        #![proptest_config(crate::same_cases())]

        #[test]
        fn all_bytes_are_judged_as_one_by_one(
            bytes in prop::collection::vec(prop_oneof![
                4 => Just(b'\\'),
                3 => prop::sample::select(b"\"/bfnrtu0\n ".to_vec()),
                1 => any::<u8>(),
            ], BLOCK),
            escaped in any::<bool>(),
        ) {
            let marks = Marks::of(bytes.first_chunk().unwrap(), escaped);
            prop_assert_eq!((marks.interrupts, marks.escapes_next), slowly(&bytes, escaped));
        }
    }
}
