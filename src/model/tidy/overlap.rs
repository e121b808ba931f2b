//! Takes off the end of a line what the text behind the cursor begins with. Models that fill in the middle of a line often
//! write its end a second time.
//!
//! Brackets and quotes are taken off only where the line has one too many: `f(x)` before `)` is whole as it is.

/// The line without what `rest`, the text behind the cursor, says again.
pub(super) fn without<'a>(line: &'a str, rest: &str) -> &'a str {
    let text = line.trim_end();
    let mut begins = text.char_indices().map(|(at, _)| at);
    begins
        .find(|at| {
            let tail = &text[*at..];
            rest.starts_with(tail) && is_surplus(text, *at, rest)
        })
        .map_or(line, |at| &text[..at])
}

fn is_surplus(line: &str, at: usize, rest: &str) -> bool {
    let (head, tail) = line.split_at(at);
    if tail.starts_with(is_word) {
        return tail == rest && !head.ends_with(is_word);
    }
    let odd = |quote: char| line.matches(quote).count() % 2 == 1;
    let quotes = ['"', '\'', '`'];
    quotes
        .iter()
        .all(|quote| !tail.contains(*quote) || odd(*quote))
        && unopened(line) >= unopened(tail)
}

/// Closing brackets that nothing in the text opens.
fn unopened(text: &str) -> usize {
    let (mut open, mut unopened) = (0_usize, 0);
    for letter in text.chars() {
        match letter {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' if open > 0 => open -= 1,
            ')' | ']' | '}' => unopened += 1,
            _ => {}
        }
    }
    unopened
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn only_what_is_there_already_is_taken_off() {
        for (line, rest, kept) in [
            ("a, b)", ")", "a, b"),
            ("a, b):", "):", "a, b"),
            ("a, b)", "):", "a, b"),
            ("g(y)", ")", "g(y)"),
            ("g(y))", ")", "g(y)"),
            ("g(y))", "))", "g(y)"),
            ("hello\"", "\"", "hello"),
            ("\"x\"", "\"", "\"x\""),
            ("x + 1;", ";", "x + 1"),
            ("max", "x", "max"),
            ("a + total", "total", "a + "),
            ("subtotal", "total", "subtotal"),
            ("x, ", "y)", "x, "),
            ("(x) {", ") {", "(x) {"),
            ("", ")", ""),
            ("é)", ")", "é"),
        ] {
            assert_eq!(without(line, rest), kept, "{line:?} before {rest:?}");
        }
    }
}
