//! Knows which shapes are near to one another: what is done with one operator is done with the others, and what holds no
//! word of a language is said alike in all of them.
//!
//! Called when the table is read, and for the shapes of the open file.

/// The shapes that differ in the one operator of arithmetic.
pub(super) fn kin(shape: &str) -> Vec<String> {
    for group in [["+=", "-=", "*=", "/="], ["+", "-", "*", "/"]] {
        let mut found = shape
            .split(' ')
            .filter(|item| group.contains(&item.trim_start_matches('~')));
        let (Some(one), None) = (found.next(), found.next()) else {
            continue;
        };
        if !one.starts_with('~') {
            continue;
        }
        let others = group
            .iter()
            .map(|other| format!("~{other}"))
            .filter(|other| other != one);
        return others
            .map(|other| {
                shape
                    .split(' ')
                    .map(|item| if item == one { other.as_str() } else { item })
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
    }
    Vec::new()
}

/// Whether a shape means the same in every language.
pub(super) fn travels(shape: &str) -> bool {
    let universal = [
        "return", "+=", "-=", "*=", "/=", "=", "+", "-", "*", "/", "*", ".", "0", "1", ">", "<",
        ">=", "<=",
    ];
    shape.split(' ').all(|item| {
        let text = item.trim_start_matches('~');
        text.starts_with('$') || universal.contains(&text)
    })
}
