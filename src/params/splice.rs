//! Putting JSON together from parts that are JSON already. Called wherever a body is written.

use super::scan::{Item, Member, Value};

/// Writes the name of a member, given as it stands between its quotes.
pub(crate) fn key(out: &mut Vec<u8>, key: &[u8]) {
    out.push(b'"');
    out.extend_from_slice(key);
    out.extend_from_slice(b"\":");
}

/// Writes a member from its name and the parts of its value, with a comma behind it.
pub(crate) fn member(out: &mut Vec<u8>, name: &[u8], value: &[&[u8]]) {
    key(out, name);
    for part in value {
        out.extend_from_slice(part);
    }
    out.push(b',');
}

/// Ends an object or array, in place of the comma behind its last part.
pub(crate) fn close(out: &mut Vec<u8>, bracket: u8) {
    if out.last() == Some(&b',') {
        out.pop();
    }
    out.push(bracket);
}

/// Writes a value as it was found in `text`.
pub(super) fn value(out: &mut Vec<u8>, text: &[u8], value: &Value) {
    match value {
        Value::Raw(span) => out.extend_from_slice(span.of(text)),
        Value::Object(members) => object(out, text, members),
        Value::List(items) => list(out, text, items),
    }
}

/// Writes an object from its members as they were found in `text`.
pub(super) fn object(out: &mut Vec<u8>, text: &[u8], members: &[Member]) {
    out.push(b'{');
    for member in members {
        key(out, member.key.of(text));
        value(out, text, &member.value);
        out.push(b',');
    }
    close(out, b'}');
}

fn list(out: &mut Vec<u8>, text: &[u8], items: &[Item]) {
    out.push(b'[');
    for item in items {
        match item {
            Some(members) => object(out, text, members),
            None => out.extend_from_slice(b"null"),
        }
        out.push(b',');
    }
    close(out, b']');
}
