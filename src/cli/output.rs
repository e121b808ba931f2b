//! What commands print: results to standard output, problems to standard error, lists as tables or JSON.

use std::io::{self, Write};

use serde_json::Value;

/// Prints a line to standard output. A reader that has gone away ends nothing but the printing.
pub(super) fn line(text: &str) {
    let _printed = writeln!(io::stdout(), "{text}");
}

/// Prints a problem to standard error.
pub(super) fn problem(text: &str) {
    let _printed = writeln!(io::stderr(), "code-suggestions: {text}");
}

/// Prints rows with a head, as aligned columns or as a JSON array of objects.
pub(super) fn list(head: &[&str], rows: &[Vec<Value>], json: bool) {
    if json {
        let objects: Vec<Value> = rows
            .iter()
            .map(|row| {
                head.iter()
                    .map(|name| (*name).to_owned())
                    .zip(row.iter().cloned())
                    .collect()
            })
            .collect();
        line(&Value::Array(objects).to_string());
        return;
    }
    let mut table = vec![
        head.iter()
            .map(|name| (*name).to_uppercase())
            .collect::<Vec<_>>(),
    ];
    let plain = |value| on_one_line(&shown(value));
    table.extend(rows.iter().map(|row| row.iter().map(plain).collect()));
    let widths: Vec<usize> = (0..head.len())
        .map(|column| {
            table
                .iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or_default()
        })
        .collect();
    for row in &table {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        line(cells.join("  ").trim_end());
    }
}

/// Prints rows with a head as comma-separated values (RFC 4180); nothing is left empty.
pub(super) fn csv(head: &[&str], rows: &[Vec<Value>]) {
    line(&head.join(","));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|value| cell(&shown(value))).collect();
        line(&cells.join(","));
    }
}

/// A cell, in quotes where it needs them; what a spreadsheet would take for a formula is made text.
fn cell(text: &str) -> String {
    let text = match text.chars().next() {
        Some('=' | '+' | '-' | '@') if text.len() > 1 => format!("'{text}"),
        _ => text.to_owned(),
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// A cell of a table, in which names that users have chosen neither begin a line nor command the terminal.
fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_text_and_nothing_else() {
        for (text, expected) in [
            ("python", "python"),
            ("-", "-"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }

    #[test]
    fn a_name_stays_on_its_line() {
        for (text, expected) in [
            ("caf\u{e9} 1", "caf\u{e9} 1"),
            ("a\n9  root", "a\\n9  root"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
        ] {
            assert_eq!(on_one_line(text), expected);
        }
    }
}
