//! Properties that hold for every input.

use std::collections::HashSet;

use proptest::prelude::*;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

use super::{forwarded, from_json, read};
use crate::params::{CompletionRequest, Params};

/// JSON in which no object names a member twice.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Self;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut names = HashSet::new();
        while let Some((name, _)) = map.next_entry::<String, Self>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("repeated member"));
            }
        }
        Ok(self)
    }
}

/// Everything this room does with a request.
fn use_all(params: &Params) {
    let _ = (
        params.private_token(),
        params.access_token(),
        params.bearer_token(),
    );
    let params = params
        .clone()
        .with_default("format", "json")
        .unwrap_or_else(|_| params.clone());
    if let Ok(request) = CompletionRequest::from_params(params) {
        let body = request.forward(&[("prompt_version", "1")]);
        serde_json::from_slice::<Unique>(&body).unwrap();
        let _ = request.encoded_chars(&[]);
        for line in request.above.lines().chain(request.below.lines().rev()) {
            assert!(!line.contains('\n'));
        }
    }
}

/// Pieces that make up nearly valid requests.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\u0000",
            "\\ud800",
            "null",
            "true",
            "1e9",
            "-",
            " ",
            "é",
            "%",
            "%0",
            "&",
            "=",
            "[]",
            "\"current_file\":{",
            "\"file_name\":\"a.py\",",
            "\"content_above_cursor\":\"x\\ny\"",
            "\"context\":[{\"type\":\"file\",\"name\":1,\"content\":\"c\"}]",
            "\"prompt\":{}",
            "\"intent\":null",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,4}",
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i16>().prop_map(|half| Value::from(f64::from(half) / 2.0)),
        "([a-z\\\\\"\n\té😀<]|\\PC){0,12}".prop_map(Value::from),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 40, 6, |inner| {
        let name = prop_oneof![
            "[a-c\"\\\\é]{0,2}",
            prop::sample::select(vec![
                "prompt".to_owned(),
                "type".to_owned(),
                "access_token".to_owned()
            ])
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(crate::same_cases())]

    #[test]
    fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..200), kind in 0_usize..4) {
        let types = [Some("application/json"), Some("application/x-www-form-urlencoded"), None,
            Some("multipart/form-data; boundary=X")];
        if let Ok(params) = read(types[kind], None, &body) {
            use_all(&params);
        }
    }

    #[test]
    fn nearly_valid_requests_never_panic(pieces in prop::collection::vec(piece(), 0..24), kind in 0_usize..3) {
        let body = pieces.concat();
        let types = [Some("application/json"), Some("application/x-www-form-urlencoded"), None];
        let results = [read(types[kind], None, body.as_bytes()), read(None, Some(&body), b"")];
        results.iter().flatten().for_each(use_all);
        let object = format!("{{{body}}}");
        if let Ok(params) = from_json(&object) {
            use_all(&params);
        }
    }

    #[test]
    fn forwarded_texts_are_those_of_the_request(
        above in "([a-z\\\\\"\n\té😀<]|\\PC){0,80}",
        below in "([a-z\\\\\"\n\té😀<]|\\PC){0,80}",
        name in "\\PC{0,40}",
        items in prop::collection::vec(("[a-z/\"\\\\]{1,9}", "x([a-z\\\\\"\n\té😀<]|\\PC){0,40}"), 1..4),
        other in tree(),
        repeated in any::<bool>(),
    ) {
        let mut body = json!({
            "current_file": {"file_name": name, "content_above_cursor": above, "content_below_cursor": below},
            "context": items.iter().map(|(name, content)| json!({"type": "file", "name": name, "content": content}))
                .collect::<Value>(),
            "other": other,
        }).to_string();
        if repeated {
            body.insert_str(1, r#""current_file":{"file_name":1,"x":{"y":1,"y":2}},"other":[],"#);
        }
        let request = CompletionRequest::from_params(from_json(&body).unwrap()).unwrap();
        serde_json::from_slice::<Unique>(&request.forward(&[])).unwrap();
        let forwarded = forwarded(&request, &[]);
        prop_assert_eq!(&forwarded["current_file"], &json!({
            "file_name": name, "content_above_cursor": above, "content_below_cursor": below,
        }));
        prop_assert_eq!(request.above.decode(), above);
        prop_assert_eq!(request.below.decode(), below);
        prop_assert_eq!(&forwarded["other"], &without_withheld(other));
        prop_assert_eq!(request.context.len(), items.len());
        for (index, ((name, content), item)) in items.iter().zip(&request.context).enumerate() {
            let expected = json!({"type": "file", "name": name, "content": content});
            prop_assert_eq!(&forwarded["context"][index], &expected);
            prop_assert_eq!(item.name.decode(), name.as_str());
            prop_assert_eq!(item.content.decode(), content.as_str());
        }
    }

    #[test]
    fn every_spelling_of_a_tree_reads_the_same(tree in tree()) {
        let plain = json!({"a": tree});
        let params = from_json(&serde_json::to_string_pretty(&plain).unwrap()).unwrap();
        let read: Value = serde_json::from_slice(params.json()).unwrap();
        prop_assert_eq!(read, without_withheld(plain));
    }
}

fn without_withheld(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(without_withheld).collect(),
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, _)| !matches!(name.as_str(), "prompt" | "access_token"))
            .map(|(name, value)| (name, without_withheld(value)))
            .collect(),
        scalar => scalar,
    }
}
