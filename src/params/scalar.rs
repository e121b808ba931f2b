//! One parameter against one rule: the coercion of its value, and what it fails. Called by `check`.

use super::{
    escape, number,
    rules::{Rule, Shape},
    scan::{self, Kind},
};

/// What can be wrong with one parameter; in the order in which the messages stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Failure {
    Missing,
    Invalid,
    Empty,
    NotListed,
    TooLong,
}

/// The outcome for one parameter.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) failures: Vec<Failure>,
    /// The JSON spelling after coercion, where it differs from the given one.
    pub(super) coerced: Option<String>,
}

// === impl Failure ===

impl Failure {
    /// The message for a parameter of this full name.
    pub(super) fn message(self, name: &str, limit: usize) -> String {
        match self {
            Self::Missing => format!("{name} is missing"),
            Self::Invalid => format!("{name} is invalid"),
            Self::Empty => format!("{name} is empty"),
            Self::NotListed => format!("{name} does not have a valid value"),
            Self::TooLong => format!("{name} {name} must be less than {limit} characters"),
        }
    }
}

// === impl Verdict ===

impl Verdict {
    pub(super) fn failed(failures: Vec<Failure>) -> Self {
        Self {
            failures,
            coerced: None,
        }
    }

    /// Whether nothing failed and nothing changed.
    pub(super) fn is_plain(&self) -> bool {
        self.failures.is_empty() && self.coerced.is_none()
    }

    /// Judges a text or boolean parameter, given in its JSON spelling.
    pub(super) fn on(rule: &Rule, raw: &[u8]) -> Self {
        match rule.shape {
            Shape::Boolean => Self::on_boolean(raw),
            _ => Self::on_text(rule, raw),
        }
    }

    fn on_boolean(raw: &[u8]) -> Self {
        let coerced = match raw {
            b"true" | b"false" => return Self::default(),
            b"null" | b"\"\"" | b"0" => "false",
            b"1" => "true",
            _ if Kind::of(raw) == Kind::Text => {
                match spelled_boolean(&escape::decode(scan::unquoted(raw))) {
                    Some(true) => "true",
                    Some(false) => "false",
                    None => return Self::failed(vec![Failure::Invalid]),
                }
            }
            _ => return Self::failed(vec![Failure::Invalid]),
        };
        Self {
            failures: Vec::new(),
            coerced: Some(coerced.to_owned()),
        }
    }

    fn on_text(rule: &Rule, raw: &[u8]) -> Self {
        match Kind::of(raw) {
            Kind::Null if rule.nullable => Self::default(),
            Kind::Null => Self::failed(vec![Failure::Empty]),
            Kind::Array | Kind::Object => Self::failed(vec![Failure::Invalid]),
            Kind::Text => Self::failed(text_failures(rule, scan::unquoted(raw))),
            Kind::Number | Kind::True | Kind::False => {
                let text = number::to_text(raw);
                let failures = text_failures(rule, text.as_bytes());
                Self {
                    failures,
                    coerced: Some(format!("\"{text}\"")),
                }
            }
        }
    }
}

/// What a text fails, given as it stands between its quotes.
fn text_failures(rule: &Rule, content: &[u8]) -> Vec<Failure> {
    let mut failures = Vec::new();
    if !rule.blank && escape::is_blank(content) {
        failures.push(Failure::Empty);
    }
    if !rule.values.is_empty() && !rule.values.contains(&&*escape::decode(content)) {
        failures.push(Failure::NotListed);
    }
    // A text has no more characters than bytes, so most need not be counted.
    if content.len() > rule.limit && escape::chars(content) > rule.limit {
        failures.push(Failure::TooLong);
    }
    failures
}

/// The boolean words, in lower case, upper case or with a capital letter.
fn spelled_boolean(text: &str) -> Option<bool> {
    let lower = text.to_ascii_lowercase();
    let tail_is_lower = text.chars().skip(1).all(|char| !char.is_ascii_uppercase());
    if !tail_is_lower && text != text.to_ascii_uppercase() {
        return None;
    }
    match lower.as_str() {
        "1" | "true" | "t" | "yes" | "y" | "on" => Some(true),
        "0" | "false" | "f" | "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans_have_many_spellings() {
        for word in [
            "1", "true", "True", "TRUE", "t", "T", "yes", "Yes", "YES", "y", "Y", "on", "On", "ON",
        ] {
            assert_eq!(spelled_boolean(word), Some(true), "{word}");
        }
        for word in [
            "0", "false", "False", "FALSE", "f", "F", "no", "No", "NO", "n", "N", "off", "Off",
            "OFF",
        ] {
            assert_eq!(spelled_boolean(word), Some(false), "{word}");
        }
        for word in [
            "", "2", "1.0", "maybe", " true", "tRUE", "TRue", "oN", "oFf", "yES", "nil",
        ] {
            assert_eq!(spelled_boolean(word), None, "{word}");
        }
    }
}
