//! Putting JSON together from parts that are JSON already. Called wherever a body is written.

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
