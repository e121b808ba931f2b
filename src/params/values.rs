//! Looking up parameters after coercion. Used where a typed request is made.

use bytes::Bytes;

use super::{
    check::Checked,
    escape,
    read::{Params, position},
    scan::{self, Item, Kind, Member, Value},
    split::{CONTEXT, CURRENT_FILE},
    text::Text,
};

/// Parameters after coercion.
#[derive(Clone, Copy)]
pub(super) struct Values<'a> {
    pub(super) params: &'a Params,
    pub(super) checked: &'a Checked,
}

/// A text that was found, and the bytes it is a part of.
pub(super) struct Found<'a> {
    source: &'a Bytes,
    content: &'a [u8],
}

// === impl Values ===

impl<'a> Values<'a> {
    /// The JSON spelling of a parameter.
    pub(super) fn raw(self, name: &str) -> Option<(&'a Bytes, &'a [u8])> {
        let place = self.params.position(name)?;
        self.at(place, None, &self.params.members().get(place)?.value)
    }

    /// A parameter, if it is a text.
    pub(super) fn text(self, name: &str) -> Option<Found<'a>> {
        let (source, raw) = self.raw(name)?;
        Found::within(source, raw)
    }

    /// A member of the current file, if it is a text.
    pub(super) fn field(self, name: &str) -> Option<Found<'a>> {
        let place = self.params.position(CURRENT_FILE)?;
        let Value::Object(members) = &self.params.members().get(place)?.value else {
            return None;
        };
        let field = position(self.params.json(), members, name)?;
        let (source, raw) = self.at(place, Some(field), &members.get(field)?.value)?;
        Found::within(source, raw)
    }

    /// The items of the context, nulls included, and the text they are a part of.
    pub(super) fn context(self) -> (&'a Bytes, &'a [Item]) {
        let given = self.params.json();
        if let Some(list) = self.checked.list() {
            return (&list.json, &list.items);
        }
        let member = self
            .params
            .position(CONTEXT)
            .and_then(|place| self.params.members().get(place));
        match member.map(|member| &member.value) {
            Some(Value::List(items)) => (given, items),
            _ => (given, &[]),
        }
    }

    fn at(
        self,
        member: usize,
        field: Option<usize>,
        value: &Value,
    ) -> Option<(&'a Bytes, &'a [u8])> {
        let given = self.params.json();
        match (self.checked.replacement(member, field), value) {
            (Some(json), _) => Some((json, json)),
            (None, Value::Raw(span)) => Some((given, span.of(given))),
            (None, Value::Object(_) | Value::List(_)) => None,
        }
    }
}

// === impl Found ===

impl<'a> Found<'a> {
    /// A member of an object in `source`, if it is a text.
    pub(super) fn member(source: &'a Bytes, members: &[Member], name: &str) -> Option<Self> {
        let Value::Raw(span) = members.get(position(source, members, name)?)?.value else {
            return None;
        };
        Self::within(source, span.of(source))
    }

    /// The content of a JSON string; other values have none.
    fn within(source: &'a Bytes, raw: &'a [u8]) -> Option<Self> {
        (Kind::of(raw) == Kind::Text).then(|| Self {
            source,
            content: scan::unquoted(raw),
        })
    }

    /// The text as a slice of its source.
    pub(super) fn text(&self) -> Text {
        Text::from_raw(self.source.slice_ref(self.content))
    }

    /// The text itself.
    pub(super) fn decode(&self) -> String {
        escape::decode(self.content).into_owned()
    }
}
