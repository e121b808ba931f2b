//! Turns the model's own probabilities into how often it is right.
//!
//! Called when suggestions are rated. For lines the model's own probabilities were found nearly right on held-out
//! files, so the points lie close to the diagonal. Those for bodies are cautious and not measured: a body can be useful
//! without being the one that was wanted. Between two points the line is straight.

use super::language::Family;

/// The model's probability of a line, and how often such lines are right.
const LINES: [(f32, f32); 8] = [
    (0.0, 0.0),
    (0.05, 0.06),
    (0.15, 0.16),
    (0.3, 0.33),
    (0.5, 0.53),
    (0.7, 0.72),
    (0.9, 0.9),
    (1.0, 0.97),
];
/// The same for JavaScript and TypeScript, and for Ruby, where the model is surer than it should be. Learned on files
/// that neither the network nor the floors know.
const SCRIPT_LINES: [(f32, f32); 7] = [
    (0.0, 0.0),
    (0.3, 0.27),
    (0.5, 0.36),
    (0.62, 0.5),
    (0.7, 0.7),
    (0.9, 0.88),
    (1.0, 0.93),
];
const RUBY_LINES: [(f32, f32); 8] = [
    (0.0, 0.0),
    (0.3, 0.2),
    (0.5, 0.34),
    (0.6, 0.42),
    (0.66, 0.5),
    (0.75, 0.65),
    (0.85, 0.76),
    (1.0, 0.82),
];
/// A body's share, and how often such bodies are what was wanted.
const BODIES: [(f32, f32); 4] = [(0.0, 0.0), (0.3, 0.3), (0.7, 0.7), (1.0, 1.0)];

/// How often lines of a probability are right.
pub(crate) fn of_line(chance: f32, family: Family) -> f32 {
    match family {
        Family::Script => along(&SCRIPT_LINES, chance),
        Family::Ruby => along(&RUBY_LINES, chance),
        _ => along(&LINES, chance),
    }
}

/// How often bodies of a share are right.
pub(crate) fn of_body(share: f32) -> f32 {
    along(&BODIES, share)
}

fn along(points: &[(f32, f32)], at: f32) -> f32 {
    let mut before = (0.0, 0.0);
    for point in points {
        if at <= point.0 {
            let width = (point.0 - before.0).max(1e-6);
            return before.1 + (point.1 - before.1) * (at - before.0) / width;
        }
        before = *point;
    }
    before.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_grows_with_probability() {
        for family in Family::ALL {
            let mut last = -1.0;
            for step in 0_u8..=20 {
                let now = of_line(f32::from(step) / 20.0, family);
                assert!(now >= last && (0.0..=1.0).contains(&now));
                last = now;
            }
        }
    }
}
