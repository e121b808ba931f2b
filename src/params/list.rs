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
    scan::{self, Kind, Member, Span, Value},
    splice,
};

/// The items of a list that passed, as members of objects within `text`.
#[derive(Clone)]
pub(super) struct List {
    pub(super) text: Bytes,
    pub(super) items: Vec<Vec<Member>>,
    /// Whether `text` is the list written anew, with coerced values.
    pub(super) rewritten: bool,
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

/// The members of each item, `None` where it is null.
type Items = Vec<Option<Vec<Member>>>;

/// Holds the value at `span` against the rules of a list.
pub(super) fn check<'a>(
    text: &Bytes,
    span: Span,
    fields: &'a [Rule],
) -> Result<List, Vec<ListFailure<'a>>> {
    let items = items(text, span).map_err(|failure| vec![ListFailure::Whole(failure)])?;
    let mut failures = Vec::new();
    let mut coerced = Coerced::new();
    for field in fields {
        check_field(text, &items, field, &mut failures, &mut coerced);
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    if coerced.is_empty() && items.iter().all(Option::is_some) {
        let items = items.into_iter().flatten().collect();
        return Ok(List {
            text: text.clone(),
            items,
            rewritten: false,
        });
    }
    let text = write(text, &items, &coerced);
    let spans = scan::items(
        &text,
        Span {
            start: 0,
            end: text.len(),
        },
    );
    let items = spans
        .into_iter()
        .map(|item| scan::members(&text, item))
        .collect();
    Ok(List {
        text,
        items,
        rewritten: true,
    })
}

fn items(text: &[u8], span: Span) -> Result<Items, Failure> {
    let raw = span.of(text);
    match Kind::of(raw) {
        Kind::Array => {}
        Kind::Null => return Err(Failure::Empty),
        Kind::Text if raw == b"\"\"" => return Err(Failure::Empty),
        _ => return Err(Failure::Invalid),
    }
    let spans = scan::items(text, span);
    if spans.is_empty() {
        return Err(Failure::Empty);
    }
    let members = |item: Span| match Kind::of(item.of(text)) {
        Kind::Object => Ok(Some(scan::members(text, item))),
        Kind::Null => Ok(None),
        _ => Err(Failure::Invalid),
    };
    spans.into_iter().map(members).collect()
}

/// Checks one field of every item.
fn check_field<'a>(
    text: &[u8],
    items: &Items,
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
fn write(text: &[u8], items: &Items, coerced: &Coerced) -> Bytes {
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
                (None, Value::Object(_)) => b"{}",
            };
            splice::member(&mut out, member.key.of(text), &[value]);
        }
        splice::close(&mut out, b'}');
        out.push(b',');
    }
    splice::close(&mut out, b']');
    out.into()
}
