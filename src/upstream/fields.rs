//! Fields of a request as text, for requests that go out all day with hardly a difference: copying a text costs a fiftieth
//! of composing a map. Made by the gateways; HTTP/1.1 sends the text, HTTP/2 has a map made of it.

use bytes::Bytes;
use hyper::{
    HeaderMap,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
};

/// Fields of a request, each name once.
#[derive(Clone, Default)]
pub struct Fields(Vec<u8>);

impl Fields {
    /// A copy with room for so many bytes more.
    #[must_use]
    pub fn with_room(&self, room: usize) -> Self {
        let mut text = Vec::with_capacity(self.0.len() + room);
        text.extend_from_slice(&self.0);
        Self(text)
    }

    /// Adds a field. A value that is none is left out rather than sent in pieces.
    pub fn push(&mut self, name: &HeaderName, value: impl AsRef<[u8]>) {
        let (name, value) = (name.as_str().as_bytes(), value.as_ref());
        // RFC 9110 section 5.5: nothing that could end the field.
        if value.iter().any(u8::is_ascii_control) {
            return;
        }
        self.0.reserve(name.len() + value.len() + 4);
        for part in [name, b": ", value, b"\r\n"] {
            self.0.extend_from_slice(part);
        }
    }
}

/// The fields as they stand in a head of HTTP/1.1.
impl From<Fields> for Bytes {
    fn from(fields: Fields) -> Self {
        fields.0.into()
    }
}

/// Such a text as a map.
pub(super) fn map(text: &[u8]) -> HeaderMap {
    let lines = text.split(|byte| *byte == b'\n');
    let mut map = HeaderMap::new();
    for line in lines.filter_map(|line| line.strip_suffix(b"\r")) {
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or_default());
        let name = HeaderName::from_bytes(name);
        let value = HeaderValue::from_bytes(value.strip_prefix(b": ").unwrap_or_default());
        if let (Ok(name), Ok(mut value)) = (name, value) {
            value.set_sensitive(name == AUTHORIZATION);
            map.insert(name, value);
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use hyper::header::{ACCEPT, USER_AGENT};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_and_map_say_the_same() {
        let mut fields = Fields::default();
        fields.push(&USER_AGENT, "a: b, c");
        fields.push(&ACCEPT, "");
        fields.push(&AUTHORIZATION, "Bearer x");
        let text = Bytes::from(fields);
        assert_eq!(
            &text[..],
            b"user-agent: a: b, c\r\naccept: \r\nauthorization: Bearer x\r\n"
        );
        let map = map(&text);
        assert_eq!(
            (map.len(), &map[USER_AGENT], &map[ACCEPT]),
            (3, &"a: b, c".parse().unwrap(), &"".parse().unwrap())
        );
        assert!(map[AUTHORIZATION].is_sensitive() && !map[ACCEPT].is_sensitive());
    }

    proptest! {
        #![proptest_config(crate::same_cases())]

        #[test]
        fn no_value_ends_its_field(values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..4)) {
            let mut fields = Fields::default();
            for value in &values {
                fields.push(&USER_AGENT, value);
            }
            let sent = values.iter().filter(|value| !value.iter().any(u8::is_ascii_control)).count();
            let lines = fields.0.iter().filter(|byte| matches!(byte, b'\r' | b'\n' | 0)).count();
            prop_assert_eq!(lines, 2 * sent);
        }
    }
}
