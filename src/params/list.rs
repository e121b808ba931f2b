//! A list of objects against the rules for its items. Called by `check`.
//!
//! Failures are told field by field, then rule by rule, then by index. An item that is null counts as a place but is
//! not passed on, as no gateway accepts it.

use std::collections::HashMap;

use bytes::Bytes;

use super::{
    read::position,
    rules::Rule,
    scalar::{Failure, Verdict},
    scan::{self, Item, Member, Span, Value},
    splice,
};

/// A list that was written anew, with coerced values: its JSON, and the items as members within that.
#[derive(Clone)]
pub(super) struct List {
    pub(super) json: Bytes,
    pub(super) items: Vec<Item>,
}

/// Something wrong with a list or one of its items.
pub(super) enum ListFailure<'a> {
    Whole(Failure),
    Item {
        failure: Failure,
        index: usize,
        field: &'a Rule,
    },
}

/// Coerced values by item and member.
type Coerced = HashMap<(usize, usize), String>;

/// Holds a value against the rules of a list; gives the list if it had to be written anew.
pub(super) fn check<'a>(
    text: &[u8],
    value: &Value,
    fields: &'a [Rule],
) -> Result<Option<List>, Vec<ListFailure<'a>>> {
    let items = items(text, value).map_err(|failure| vec![ListFailure::Whole(failure)])?;
    let mut failures = Vec::new();
    let mut coerced = Coerced::new();
    for field in fields {
        check_field(text, items, field, &mut failures, &mut coerced);
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    if coerced.is_empty() && items.iter().all(Option::is_some) {
        return Ok(None);
    }
    let json = write(text, items, &coerced);
    let objects = scan::items(
        &json,
        Span {
            start: 0,
            end: json.len(),
        },
    )
    .into_iter();
    let items = objects
        .map(|item| Some(scan::members(&json, item)))
        .collect();
    Ok(Some(List { json, items }))
}

/// The items; an array that was not taken apart has some that are no objects.
fn items<'a>(text: &[u8], value: &'a Value) -> Result<&'a [Item], Failure> {
    match value {
        Value::List(items) if items.is_empty() => Err(Failure::Empty),
        Value::List(items) => Ok(items),
        Value::Raw(span) if matches!(span.of(text), b"null" | b"\"\"") => Err(Failure::Empty),
        Value::Raw(_) | Value::Object(_) => Err(Failure::Invalid),
    }
}

/// Checks one field of every item.
fn check_field<'a>(
    text: &[u8],
    items: &[Item],
    field: &'a Rule,
    failures: &mut Vec<ListFailure<'a>>,
    coerced: &mut Coerced,
) {
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(members) = item else {
            continue;
        };
        let place = position(text, members, field.name);
        let verdict = match place
            .and_then(|place| members.get(place))
            .map(|member| &member.value)
        {
            Some(Value::Raw(span)) => Verdict::on(field, span.of(text)),
            _ => Verdict::failed(absent(field, members)),
        };
        found.extend(verdict.failures.into_iter().map(|failure| (failure, index)));
        if let Some((place, json)) = place.zip(verdict.coerced) {
            coerced.insert((index, place), json);
        }
    }
    found.sort_unstable();
    failures.extend(found.into_iter().map(|(failure, index)| ListFailure::Item {
        failure,
        index,
        field,
    }));
}

/// What an absent field fails: one that may not be blank counts as blank too, unless the item has no member at all.
fn absent(field: &Rule, members: &[Member]) -> Vec<Failure> {
    match (field.required, field.blank || members.is_empty()) {
        (false, _) => Vec::new(),
        (true, true) => vec![Failure::Missing],
        (true, false) => vec![Failure::Missing, Failure::Empty],
    }
}

/// Writes the list anew, without nulls and with coerced values.
fn write(text: &[u8], items: &[Item], coerced: &Coerced) -> Bytes {
    let mut out = vec![b'['];
    for (index, item) in items.iter().enumerate() {
        let Some(members) = item else {
            continue;
        };
        out.push(b'{');
        for (place, member) in members.iter().enumerate() {
            let value = match (coerced.get(&(index, place)), &member.value) {
                (Some(json), _) => json.as_bytes(),
                (None, Value::Raw(span)) => span.of(text),
                (None, _) => b"null",
            };
            splice::member(&mut out, member.key.of(text), &[value]);
        }
        splice::close(&mut out, b'}');
        out.push(b',');
    }
    splice::close(&mut out, b']');
    out.into()
}
