//! Knows what a shape does with the members that fill it, and which values let it be done.
//!
//! Asked for every member that may fill a slot; what is done is found once for a shape.

use super::members::Value;

/// What a shape does with what fills it.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent fact of a shape"
)]
pub(super) struct Deeds {
    adds: bool,
    keeps: bool,
    inside: bool,
    searches: bool,
    /// Whether it reaches for more than one member.
    pub(super) several: bool,
}

impl Deeds {
    /// What is done in a shape.
    pub(super) fn of(shape: &str) -> Self {
        let mut deeds = Self {
            several: shape.contains("$B"),
            ..Self::default()
        };
        let mut before = "";
        let items = || shape.split(' ').map(|item| item.trim_start_matches('~'));
        for (item, next) in items().zip(items().skip(1).chain([""])) {
            match item {
                // What stands beside a text is put to it.
                "+" if matches!(before, "\"" | "'" | "`") || matches!(next, "\"" | "'" | "`") => {}
                "+=" | "-=" | "*=" | "/=" | "++" | "--" | "+" | "-" => deeds.adds = true,
                "append" | "push" | "<<" | "add" | "insert" | "put" | "pop" | "len" => {
                    deeds.keeps = true;
                }
                "in" => deeds.searches = true,
                _ => {}
            }
            deeds.inside |= matches!(before, "$O" | "$A" | "$B" | "$L0")
                && matches!(item, "[" | "." | "<<" | "(" | "?." | "->");
            before = item;
        }
        deeds
    }

    /// How well the value a member holds goes with what is done.
    pub(super) fn fit(self, value: Value) -> f32 {
        let Self { adds, keeps, .. } = self;
        match value {
            Value::Number | Value::Truth if self.searches || self.inside => -4.0,
            Value::Number if adds => 1.0,
            Value::Number if keeps => -4.0,
            Value::Text if adds => -1.5,
            Value::Collection | Value::Map if keeps => 1.5,
            Value::Collection | Value::Map if adds => -3.0,
            Value::Truth if adds || keeps => -3.0,
            Value::Text if keeps => -3.0,
            _ => 0.0,
        }
    }
}
