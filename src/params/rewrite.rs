//! Writes a JSON document anew without repeated members and without the names that are withheld. Called by `document`
//! for the rare body that has either, so that no later stage need think of them.

use std::{borrow::Cow, collections::HashMap};

use super::{
    scan::{self, Kind, Member, Value},
    splice,
    withheld::is_withheld,
};

/// The document as an object in which every member is unique: the last one given, in the place of the first.
///
/// The limits on depth have been checked, so the recursion is bounded. Names of the top level are all kept, as
/// credentials are still to be read from there.
pub(super) fn tidy(text: &[u8], members: &[Member]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    write_members(text, members, true, &mut out);
    out
}

fn write_members(text: &[u8], members: &[Member], top: bool, out: &mut Vec<u8>) {
    out.push(b'{');
    let kept = unique(text, members)
        .into_iter()
        .filter(|(name, _)| top || !is_withheld(name));
    for (_, member) in kept {
        splice::key(out, member.key.of(text));
        write_value(text, &member.value, out);
        out.push(b',');
    }
    splice::close(out, b'}');
}

fn write_value(text: &[u8], value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(members) => write_members(text, members, false, out),
        Value::List(items) => write_array(items, out, |item, out| match item {
            Some(members) => write_members(text, members, false, out),
            None => out.extend_from_slice(b"null"),
        }),
        Value::Raw(span) => match Kind::of(span.of(text)) {
            Kind::Object => write_members(text, &scan::members(text, *span), false, out),
            Kind::Array => write_array(&scan::items(text, *span), out, |item, out| {
                write_value(text, &Value::Raw(*item), out);
            }),
            _ => out.extend_from_slice(span.of(text)),
        },
    }
}

fn write_array<T>(items: &[T], out: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    out.push(b'[');
    for item in items {
        write(item, out);
        out.push(b',');
    }
    splice::close(out, b']');
}

fn unique<'a>(text: &'a [u8], members: &'a [Member]) -> Vec<(Cow<'a, [u8]>, &'a Member)> {
    let mut places: HashMap<Cow<'_, [u8]>, usize> = HashMap::with_capacity(members.len());
    let mut kept: Vec<(Cow<'_, [u8]>, &Member)> = Vec::with_capacity(members.len());
    for member in members {
        let name = member.name(text);
        if let Some(&place) = places.get(&name) {
            kept[place].1 = member;
        } else {
            places.insert(name.clone(), kept.len());
            kept.push((name, member));
        }
    }
    kept
}
