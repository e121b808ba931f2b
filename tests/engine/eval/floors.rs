//! The least that the small corpus must give: a few points below what it gave when they were last set.

use std::io::Write;

use super::tally::{Tally, share};

/// Language, next token, rest of line, precision of what is shown, characters saved; all in hundredths.
const FLOORS: [(&str, f64, f64, f64, f64); 7] = [
    ("py", 60.0, 31.0, 73.0, 11.0),
    ("rs", 68.0, 43.0, 89.0, 20.0),
    ("js", 48.0, 12.0, 59.0, 3.2),
    ("go", 61.0, 21.0, 73.0, 10.0),
    ("java", 60.0, 24.0, 71.0, 10.0),
    ("c", 54.0, 24.0, 70.0, 5.5),
    ("ruby", 42.0, 11.0, 52.0, 1.4),
];

/// Says which figures lie below their floors, and how many.
pub(crate) fn below(language: &str, tally: &Tally, out: &mut impl Write) -> usize {
    let Some((_, token, line, precise, saved)) = FLOORS.iter().find(|row| row.0 == language) else {
        return 0;
    };
    let figures = [
        ("next token", share(tally.token, tally.cursors), token),
        ("rest of line", share(tally.line, tally.cursors), line),
        (
            "precision when shown",
            share(tally.right, tally.shown),
            precise,
        ),
        ("characters saved", share(tally.saved, tally.typed), saved),
    ];
    let mut count = 0;
    for (name, figure, floor) in figures {
        if figure < *floor {
            let _ = writeln!(
                out,
                "{language}: {name} is {figure:.1}%, the floor is {floor:.1}%"
            );
            count += 1;
        }
    }
    count
}
