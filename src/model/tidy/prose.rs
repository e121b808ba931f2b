//! Tells what a model says about code from code, by the look of a line. Asked before the first line of code of an answer
//! only: further in, sentences stand in comments and texts.

/// How models begin to talk.
const OPENINGS: &[&str] = &[
    "Sure",
    "Certainly",
    "Of course",
    "Here is",
    "Here's",
    "Here are",
    "I'm sorry",
    "I am sorry",
    "Sorry",
    "I cannot",
    "I can't",
    "I'm unable",
    "As an AI",
    "To complete",
    "The following",
    "The completed",
    "Below is",
    "Based on",
];

/// Fewest words of a sentence.
const WORDS: usize = 3;

/// Whether a line begins as models begin to talk.
pub(super) fn is_talk(line: &str) -> bool {
    let line = line.trim();
    let opens = |opening: &&str| {
        line.strip_prefix(*opening)
            .is_some_and(|rest| rest.starts_with([' ', ',', '!', '.', ':']))
    };
    OPENINGS.iter().any(opens) && (line.ends_with([':', '.', '!']) || words(line) > WORDS)
}

/// Whether a line is a sentence as people write them, without anything of code outside backticks.
pub(super) fn is_sentence(line: &str) -> bool {
    let line = line.trim();
    let plain: String = line.split('`').step_by(2).collect();
    line.starts_with(|first: char| first.is_uppercase())
        && line.ends_with([':', '.', '!', '?'])
        && words(line) >= WORDS
        && !plain.contains([
            '=', ';', '{', '}', '(', ')', '<', '>', '[', ']', '_', '#', '/', '\\', '"', '@',
        ])
}

fn words(line: &str) -> usize {
    line.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn talk_is_told_from_code() {
        for (line, talk) in [
            ("Sure! Here is the function:", true),
            ("Here's the completed code:", true),
            ("I'm sorry, but I can't help with that.", true),
            ("This adds the two numbers and returns their `sum()`.", true),
            ("The answer is below:", true),
            ("class Car:", false),
            ("Car car = new Car();", false),
            ("else:", false),
            ("return x.", false),
            ("Surely = 1", false),
            ("Sure", false),
            ("public void run() {", false),
            ("# Here is a comment:", false),
            ("SELECT name FROM users WHERE id = 1.", false),
            ("", false),
        ] {
            assert_eq!(is_talk(line) || is_sentence(line), talk, "{line}");
        }
    }
}
