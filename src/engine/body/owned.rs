//! Makes a text of its own out of one that is only lent, where an object of Rust keeps it.
//!
//! Called for the bodies that are handed on. Shapes do not tell `String` from `&str`; the head and the members do.

use super::super::language::Family;
use super::fill::{Line, Names};
use super::members::Value;

/// The lines of a body, with what is lent made its own.
pub(super) fn owned(names: &Names<'_, '_>, lines: Vec<Line>) -> Vec<Line> {
    if names.language.family != Family::Rust || !names.is_mentioned("String") {
        return lines;
    }
    let lent = lent(names);
    let own = |(level, line): Line| {
        let made = |line: String, name: &&str| own_line(names, &line, name);
        (level, lent.iter().fold(line, made))
    };
    lines.into_iter().map(own).collect()
}

/// The parameters that are texts which are only lent.
pub(super) fn lent<'a>(names: &Names<'_, 'a>) -> Vec<&'a str> {
    let head = names.head;
    let kinds = head.types.iter().zip(&head.borrowed);
    let lent = head.parameters.iter().zip(kinds);
    let lent = lent.filter(|(_, (of_type, borrowed))| **of_type == "str" && **borrowed);
    lent.map(|(name, _)| *name).collect()
}

/// A line in which a text that is lent is made its own where a member keeps it.
fn own_line(names: &Names<'_, '_>, line: &str, name: &str) -> String {
    let how = if names.is_mentioned("to_owned") {
        "to_owned"
    } else {
        "to_string"
    };
    let value = format!("{name}.{how}()");
    let keeps = |field: &str, value: Value| {
        let mut members = names.members.iter();
        let told = value != Value::Text || names.declared.contains(&field);
        told && members.any(|member| member.name == field && member.value == value)
    };
    if let Some((field, given)) = line
        .strip_prefix("self.")
        .and_then(|rest| rest.split_once(" = "))
        && given == format!("{name};")
        && keeps(field, Value::Text)
    {
        return format!("self.{field} = {value};");
    }
    if let Some((list, given)) = line
        .strip_prefix("self.")
        .and_then(|rest| rest.split_once(".push("))
        && given == format!("{name});")
        && keeps(list, Value::List)
    {
        return format!("self.{list}.push({value});");
    }
    if let Some((table, given)) = line
        .strip_prefix("self.")
        .and_then(|rest| rest.split_once(".insert("))
        && let Some(given) = given.strip_suffix(");")
        && (keeps(table, Value::Map) || keeps(table, Value::Collection))
    {
        let parts = given.split(", ");
        let made: Vec<&str> = parts
            .map(|part| if part == name { &value } else { part })
            .collect();
        return format!("self.{table}.insert({});", made.join(", "));
    }
    if !keeps(name, Value::Text) {
        return line.to_owned();
    }
    // A field of an object that is made, alone on its line or beside others.
    let fields: Vec<String> = line
        .split(", ")
        .map(|part| own_field(part, name, &value))
        .collect();
    fields.join(", ")
}

/// A part of a list of fields in which the field of a name is given a value.
fn own_field(part: &str, name: &str, value: &str) -> String {
    let (before, rest) = part
        .rsplit_once("{ ")
        .map_or(("", part), |(before, rest)| (before, rest));
    let (field, after) = rest
        .split_once(" }")
        .map_or((rest, ""), |(field, _)| (field, " }"));
    let (field, comma) = field
        .strip_suffix(',')
        .map_or((field, ""), |field| (field, ","));
    if field != name && field != format!("{name}: {name}") {
        return part.to_owned();
    }
    let before = if before.is_empty() && !part.starts_with("{ ") {
        String::new()
    } else {
        format!("{before}{{ ")
    };
    format!("{before}{name}: {value}{comma}{after}")
}
