//! What interrupts a string of JSON, found in 64 bytes at once. Called by the scanner, block after block.
//!
//! Vectors of bytes without a branch: the next escape in source code is nowhere that a processor could guess. Which backslashes
//! begin an escape is told by arithmetic on their bits, as simdjson does it (Langdale and Lemire, "Parsing Gigabytes of
//! JSON per Second", section 3.1.1).

use wide::u8x64;

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;

/// Every second bit, beginning with the second.
const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;

/// What is in a block, a bit for each byte, the first byte's lowest.
#[derive(Clone, Copy, Default)]
pub(super) struct Marks {
    /// Quotes that are not escaped, control characters, and what is escaped and is rare or has more to it: `/`, the `u` of
    /// `\u`, and everything that no escape is made of.
    pub(super) interrupts: u64,
    /// Whether the block ends with a backslash that escapes the first byte of the next one.
    pub(super) escapes_next: bool,
}

// === impl Marks ===

impl Marks {
    /// Looks at a block within a string; `escaped` tells whether its first byte is escaped.
    pub(super) fn of(block: &[u8; BLOCK], escaped: bool) -> Self {
        let bytes = u8x64::new(*block);
        let is = |byte: u8| bytes.simd_eq(u8x64::splat(byte));
        let (quotes, backslashes) = (is(b'"'), is(b'\\'));
        let controls = bytes.min(u8x64::splat(b' ' - 1)).simd_eq(bytes);
        let backslash_bits = backslashes.to_bitmask();
        if backslash_bits == 0 && !escaped {
            return Self {
                interrupts: (quotes | controls).to_bitmask(),
                escapes_next: false,
            };
        }
        // Two pairs of letters differ in one bit each.
        let f_or_n = (bytes | u8x64::splat(b'f' ^ b'n')).simd_eq(u8x64::splat(b'n'));
        let b_or_r = (bytes | u8x64::splat(b'b' ^ b'r')).simd_eq(u8x64::splat(b'r'));
        let plain = quotes | backslashes | f_or_n | b_or_r | is(b't');
        let (escaped, escapes_next) = escaped_by(backslash_bits, escaped);
        let unescaped = (quotes | controls).to_bitmask() & !escaped;
        Self {
            interrupts: unescaped | escaped & !plain.to_bitmask(),
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
                !b"\"\\bfnrt".contains(&byte)
            } else {
                byte == b'"' || byte < b' '
            };
            interrupts |= u64::from(odd) << place;
            escaped = !escaped && byte == b'\\';
        }
        (interrupts, escaped)
    }

    proptest! {
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
