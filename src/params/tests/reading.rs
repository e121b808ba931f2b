//! Media types, malformed bodies, queries and limits: part B of the case list and section 1.2 behind it.

use serde_json::json;

use super::{FORM, forwarded, from_json, limit, read, request, value, with};
use crate::params::{CompletionRequest, ParamsError, check_limits};

#[test]
fn media_types_decide_how_a_body_is_read() {
    let body = with(json!({})).to_string();
    let unsupported =
        |media_type: &str| Err(ParamsError::UnsupportedMediaType(media_type.to_owned()));
    for (id, content_type, expected) in [
        ("C01", Some("application/json"), Ok(2)),
        ("B05", Some("application/json; charset=utf-8"), Ok(2)),
        ("case", Some("Application/JSON;charset=UTF-8"), Ok(2)),
        ("blanks", Some(" application/json "), Ok(2)),
        ("B07", Some(FORM), Ok(2)),
        ("decision 3", None, Ok(2)),
        ("B06", Some("text/plain"), unsupported("text/plain")),
        (
            "parameters",
            Some("Text/Plain; charset=utf-8"),
            unsupported("text/plain"),
        ),
        (
            "vendor",
            Some("application/vnd.api+json"),
            unsupported("application/vnd.api+json"),
        ),
        ("empty", Some(""), unsupported("")),
        (
            "no boundary",
            Some("multipart/form-data"),
            Err(ParamsError::Malformed),
        ),
    ] {
        let read = read(content_type, None, body.as_bytes()).map(|params| params.members().len());
        assert_eq!(read, expected, "{id}");
    }
    let error = read(Some("text/plain"), None, b"x").unwrap_err();
    assert_eq!(
        error.to_string(),
        "The provided content-type 'text/plain' is not supported."
    );
    let error = read(Some(&"é".repeat(5_000)), None, b"x").unwrap_err();
    assert!(error.to_string().len() < 1_000);
}

#[test]
fn empty_bodies_have_no_parameters_under_any_media_type() {
    for content_type in [
        None,
        Some("application/json"),
        Some(FORM),
        Some("text/plain"),
        Some(""),
    ] {
        let params = read(content_type, None, b"").unwrap();
        assert_eq!(
            value(&params),
            json!({}),
            "B11, B12, decision 4: {content_type:?}"
        );
    }
}

#[test]
fn json_that_is_no_object_has_no_parameters() {
    for body in [
        "[1]",
        "\"x\"",
        "null",
        "3",
        " [ {\"current_file\": 1} ] ",
        "true",
    ] {
        assert_eq!(value(&from_json(body).unwrap()), json!({}), "{body}");
    }
}

#[test]
fn malformed_json_is_told_from_bad_characters() {
    for (body, error) in [
        (&b"{\"current_file\":"[..], ParamsError::InvalidJson),
        (b"{\"a\":1}x", ParamsError::InvalidJson),
        (b"{\"a\":1,}", ParamsError::InvalidJson),
        (b"{'a':1}", ParamsError::InvalidJson),
        (b"{\"a\":\"\x01\"}", ParamsError::InvalidJson),
        (b"{\"a\":\"\x00\"}", ParamsError::InvalidJson),
        (b"{\"a\":NaN}", ParamsError::InvalidJson),
        (b" ", ParamsError::InvalidJson),
        (b"\xEF\xBB\xBF{}", ParamsError::InvalidJson),
        (b"\xff\xfe{\x00}\x00", ParamsError::InvalidJson),
        (
            b"{\"current_file\":{\"file_name\":}}",
            ParamsError::InvalidJson,
        ),
        (
            b"{\"current_file\":{\"file_name\":1}",
            ParamsError::InvalidJson,
        ),
        (b"{\"a\":\"\xff\"}", ParamsError::Malformed),
        (b"{\"a\":\"\xed\xa0\x80\"}", ParamsError::Malformed),
        (b"{\"a\":\"\\u0000\"}", ParamsError::Malformed),
        (
            b"{\"current_file\":{\"file_name\":\"a\\u0000\"}}",
            ParamsError::Malformed,
        ),
        (
            b"{\"context\":[{\"name\":\"\\u0000\"}]}",
            ParamsError::Malformed,
        ),
        (
            b"{\"context\":[{\"name\":\"\\ud800\"}]}",
            ParamsError::Malformed,
        ),
        (b"{\"a\":\"\\udc00\\ud800\"}", ParamsError::Malformed),
        (b"{\"\\ud800\":1}", ParamsError::Malformed),
    ] {
        let shown = String::from_utf8_lossy(body);
        assert_eq!(
            read(Some("application/json"), None, body).err(),
            Some(error.clone()),
            "{shown}"
        );
        if body.starts_with(b"{") {
            assert_eq!(
                read(None, None, body).err(),
                Some(error),
                "decision 3: {shown}"
            );
        }
    }
}

#[test]
fn deeper_and_harmless_characters_pass() {
    for body in [
        r#"{"a":[[["\u0000"]]]}"#,
        r#"{"a":{"b":{"c":{"d":"\ud800"}}}}"#,
        r#"{"a":"\\u0000","b":"\ud83d\ude00\u0001"}"#,
        "{\"a\":\"\u{7f}\u{feff}\"}",
    ] {
        assert!(from_json(body).is_ok(), "{body}");
    }
}

/// A body, and the limit it exceeds.
type Row = (&'static str, String, Option<&'static str>);

fn assert_limits(rows: Vec<Row>) {
    for (name, body, expected) in rows {
        assert_eq!(limit(from_json(&body)), expected, "{name}");
        assert_eq!(
            check_limits(body.as_bytes()).is_err(),
            expected.is_some(),
            "{name}"
        );
        if body.starts_with('{') {
            let form = read(Some(FORM), None, body.as_bytes());
            assert_eq!(limit(form), expected, "{name}, sent as a form");
        }
    }
}

#[test]
fn json_is_limited_in_depth() {
    let too_deep = Some("Parameters nested too deeply");
    let arrays = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let nested = |depth: usize| format!("{{\"a\":{}}}", arrays(depth - 1));
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let file = |depth: usize| format!("{{\"current_file\":{}}}", objects(depth - 1));
    let context = |depth: usize| format!("{{\"context\":[{}]}}", objects(depth - 2));
    assert_limits(vec![
        ("32 deep", nested(32), None),
        ("33 deep", nested(33), too_deep),
        ("objects 32 deep", objects(32), None),
        ("objects 33 deep", objects(33), too_deep),
        ("file 32 deep", file(32), None),
        ("file 33 deep", file(33), too_deep),
        ("context 32 deep", context(32), None),
        ("context 33 deep", context(33), too_deep),
        (
            "odd context 32 deep",
            format!("{{\"context\":{}}}", arrays(31)),
            None,
        ),
        (
            "odd context 33 deep",
            format!("{{\"context\":{}}}", arrays(32)),
            too_deep,
        ),
        ("bare array 33 deep", arrays(33), too_deep),
        ("unclosed arrays", "[".repeat(1_000_000), too_deep),
        ("unclosed objects", "{\"a\":".repeat(1_000_000), too_deep),
        ("closed arrays", arrays(500_000), too_deep),
        (
            "context of arrays",
            format!("{{\"context\":{}}}", arrays(500_000)),
            too_deep,
        ),
    ]);
}

#[test]
fn json_is_limited_in_size() {
    let (array, hash) = (
        Some("Array parameter too large"),
        Some("Hash parameter too large"),
    );
    let (number, total) = (
        Some("Numeric value too large"),
        Some("Too many total parameters"),
    );
    let items = |count: usize| format!("[{}1]", "1,".repeat(count - 1));
    let members = |count: usize| {
        let members: Vec<_> = (0..count).map(|index| format!("\"m{index}\":0")).collect();
        format!("{{{}}}", members.join(","))
    };
    let within = |name: &str, value: &str| format!("{{\"{name}\":{value}}}");
    let two =
        |first: usize, second: usize| format!("{{\"a\":{},\"b\":{}}}", items(first), items(second));
    assert_limits(vec![
        ("50,000 items", within("a", &items(50_000)), None),
        ("50,001 items", within("a", &items(50_001)), array),
        ("50,001 bare items", items(50_001), array),
        (
            "50,001 odd items of context",
            within("context", &items(50_001)),
            array,
        ),
        (
            "50,001 items of context",
            within("context", &items(50_001).replace('1', "{}")),
            array,
        ),
        ("50,000 members", members(50_000), None),
        ("50,001 members", members(50_001), hash),
        ("200,000 members", members(200_000), hash),
        ("50,001 inner members", within("a", &members(50_001)), hash),
        (
            "50,001 in file",
            within("current_file", &members(50_001)),
            hash,
        ),
        (
            "50,001 in context",
            within("context", &format!("[{}]", members(50_001))),
            hash,
        ),
        ("100,000 elements", two(49_999, 49_999), None),
        ("100,001 elements", two(50_000, 49_999), total),
        (
            "1,000 digits",
            within("a", &format!("-{}", "1".repeat(1_000))),
            None,
        ),
        ("1,001 digits", within("a", &"1".repeat(1_001)), number),
        (
            "1,001 inner digits",
            within("a", &format!("[{}]", "1".repeat(1_001))),
            number,
        ),
        (
            "1,001 digits in file",
            format!("{{\"current_file\":{{\"a\":{}}}}}", "1".repeat(1_001)),
            number,
        ),
        (
            "long fraction",
            within("a", &format!("0.{}", "1".repeat(2_000))),
            None,
        ),
    ]);
}

#[test]
fn queries_lie_under_the_body() {
    let params = read(
        Some("application/json"),
        Some("a=1&b=2&c[d]=3"),
        br#" {"a":"body","e":[1]} "#,
    )
    .unwrap();
    assert_eq!(
        value(&params),
        json!({"a": "body", "b": "2", "c": {"d": "3"}, "e": [1]})
    );
    let params = read(Some("application/json"), Some("a=1"), b" {} ").unwrap();
    assert_eq!(value(&params), json!({"a": "1"}));
    let params = read(Some(FORM), Some("a=1&b=2"), b"b=3").unwrap();
    assert_eq!(value(&params), json!({"a": "1", "b": "3"}));
    let params = read(
        Some("application/json"),
        Some("\u{61}=1&b=%5C%22"),
        br#"{"\u0061":null}"#,
    )
    .unwrap();
    assert_eq!(value(&params), json!({"a": null, "b": "\\\""}));
    let params = read(Some("application/json"), Some("a=1&a"), br#"{"a":null}"#).unwrap();
    assert_eq!(value(&params), json!({"a": null}));
    let params = read(
        None,
        Some("private_token=t%2Ba"),
        with(json!({})).to_string().as_bytes(),
    )
    .unwrap();
    assert_eq!(params.private_token().as_deref(), Some("t+a"), "A04");
    let body = forwarded(&CompletionRequest::from_params(params).unwrap(), &[]);
    assert_eq!(body.get("private_token"), None, "A04");
}

#[test]
fn defaults_do_not_replace_what_was_given() {
    let params = from_json(r#"{"a":1}"#)
        .unwrap()
        .with_default("format", "json")
        .unwrap();
    assert_eq!(value(&params), json!({"a": 1, "format": "json"}));
    let params = from_json(r#"{"format":"\n"}"#)
        .unwrap()
        .with_default("format", "json")
        .unwrap();
    assert_eq!(value(&params), json!({"format": "\n"}));
    let request = request(&with(json!({})));
    assert_eq!(forwarded(&request, &[]).get("format"), None);
}

#[test]
fn repeated_members_count_once() {
    for (body, expected) in [
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
        (r#"{"a":1,"\u0061":2}"#, r#"{"\u0061":2}"#),
        (
            r#"{"a":{"b":1,"c":[{"d":1,"d":2}],"b":3}}"#,
            r#"{"a":{"b":3,"c":[{"d":2}]}}"#,
        ),
        (
            r#"{"current_file":"x","current_file":{"file_name":"a","file_name":"b"}}"#,
            r#"{"current_file":{"file_name":"b"}}"#,
        ),
        (
            r#"{"current_file":{"file_name":"a"},"current_file":null}"#,
            r#"{"current_file":null}"#,
        ),
    ] {
        assert_eq!(from_json(body).unwrap().json(), expected, "{body}");
    }
}

#[test]
fn credentials_are_read_as_text() {
    let params =
        from_json(r#"{"private_token":"a\u002db","access_token":12,"bearer_token":["x"]}"#)
            .unwrap();
    assert_eq!(params.private_token().as_deref(), Some("a-b"));
    assert_eq!(params.access_token().as_deref(), Some("12"));
    assert_eq!(params.bearer_token(), None);
    assert_eq!(params.text("missing"), None);
}
