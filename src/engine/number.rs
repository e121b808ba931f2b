//! Turns counts into the fractions the model works with.
//!
//! Called by everything that weighs; the one place where precision is knowingly given up.

/// A count as a fraction's part.
#[expect(
    clippy::cast_precision_loss,
    reason = "a count beyond 2^24 weighs the same as its neighbour"
)]
pub(crate) fn from_count(count: usize) -> f32 {
    count as f32
}

/// A small signed number as a fraction's part.
pub(crate) fn from_small(number: i16) -> f32 {
    f32::from(number)
}
