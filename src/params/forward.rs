//! The body that goes to the gateway: the client's parameters with what this server adds. Called by the gateway and the
//! model back ends.
//!
//! It is spliced from the bytes that arrived into one buffer; texts that are too long are cut in their JSON spelling,
//! so nothing is decoded or encoded again.

use super::{
    completion::CompletionRequest,
    escape,
    scan::{Member, Value},
    splice,
    split::CONTEXT,
    withheld::is_withheld,
};

/// Characters of each text around the cursor that a gateway accepts.
pub const MAX_CONTENT_CHARS: usize = 100_000;

// === impl CompletionRequest ===

impl CompletionRequest {
    /// The body for the gateway; `added` are further members as name and JSON, which win over the client's.
    #[must_use]
    pub fn forward(&self, added: &[(&str, &str)]) -> Vec<u8> {
        let text = self.params.json();
        let extra: usize = added
            .iter()
            .map(|(name, json)| name.len() + json.len() + 4)
            .sum();
        let mut out = Vec::with_capacity(text.len() + extra + 64);
        let is_added = |name: &[u8]| added.iter().any(|(added, _)| added.as_bytes() == name);
        let mut streamed = is_added(b"stream");
        out.push(b'{');
        for (place, member) in self.params.members().iter().enumerate() {
            let name = member.name(text);
            if is_withheld(&name) || is_added(&name) {
                continue;
            }
            streamed |= *name == *b"stream";
            let key = member.key.of(text);
            match (&self.retained, &member.value) {
                // A context of which nothing is left is none: gateways refuse an empty one.
                (Some(_), _) if *name == *CONTEXT.as_bytes() && self.context.is_empty() => {}
                (Some(json), _) if *name == *CONTEXT.as_bytes() => {
                    splice::member(&mut out, key, &[json]);
                }
                // Gateways take a list or nothing.
                (_, Value::Raw(span)) if *name == *b"telemetry" && span.of(text) == b"null" => {}
                (_, Value::Object(fields)) => {
                    splice::key(&mut out, key);
                    self.forward_file(&mut out, place, fields);
                }
                (_, value) => self.forward_value(&mut out, key, (place, None), value),
            }
        }
        if !streamed {
            splice::member(&mut out, b"stream", &[b"false"]);
        }
        for (index, (name, json)) in added.iter().enumerate() {
            if !added[index + 1..].iter().any(|(later, _)| later == name) {
                splice::member(&mut out, name.as_bytes(), &[json.as_bytes()]);
            }
        }
        splice::close(&mut out, b'}');
        out
    }

    /// The number of characters of the body for the gateway, as GitLab counts them.
    #[must_use]
    pub fn encoded_chars(&self, added: &[(&str, &str)]) -> usize {
        escape::encoded_chars(&self.forward(added))
    }

    fn forward_file(&self, out: &mut Vec<u8>, place: usize, fields: &[Member]) {
        let text = self.params.json();
        let mut has_below = false;
        out.push(b'{');
        for (index, field) in fields.iter().enumerate() {
            let key = field.key.of(text);
            let content = match &*field.name(text) {
                b"content_above_cursor" => self.above.last(MAX_CONTENT_CHARS),
                b"content_below_cursor" => {
                    has_below = true;
                    self.below.first(MAX_CONTENT_CHARS)
                }
                _ => {
                    self.forward_value(out, key, (place, Some(index)), &field.value);
                    continue;
                }
            };
            splice::member(out, key, &[b"\"", content, b"\""]);
        }
        if !has_below {
            splice::member(out, b"content_below_cursor", &[b"\"\""]);
        }
        splice::close(out, b'}');
        out.push(b',');
    }

    /// Writes a member as it is after coercion.
    fn forward_value(
        &self,
        out: &mut Vec<u8>,
        key: &[u8],
        place: (usize, Option<usize>),
        value: &Value,
    ) {
        splice::key(out, key);
        match self.checked.replacement(place.0, place.1) {
            Some(json) => out.extend_from_slice(json),
            None => splice::value(out, self.params.json(), value),
        }
        out.push(b',');
    }
}

/// Whether a body has more than `limit` characters as GitLab counts them, `extra` included; free for small bodies.
#[must_use]
pub fn is_over(body: &[u8], extra: usize, limit: usize) -> bool {
    // No character counts for more than six, and most bodies are far from the limit.
    body.len().saturating_mul(6).saturating_add(extra) > limit
        && escape::encoded_chars_at_most(body) + extra > limit
        && escape::encoded_chars(body) + extra > limit
}
