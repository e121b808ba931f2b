//! Looking up parameters after coercion. Used where a typed request is made.

use bytes::Bytes;

use super::{
    check::Checked,
    document::CURRENT_FILE,
    escape,
    read::{Params, position},
    scan::{self, Kind, Value},
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
            (None, Value::Object(_)) => None,
        }
    }
}

// === impl Found ===

impl<'a> Found<'a> {
    /// The content of a JSON string; other values have none.
    pub(super) fn within(source: &'a Bytes, raw: &'a [u8]) -> Option<Self> {
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
