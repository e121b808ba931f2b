//! Media types, malformed bodies, forms, queries and limits: part B of the case list and section 1.2 behind it.

use serde_json::{Value, json};

use super::{forwarded, from_json, read, request, with};
use crate::params::{CompletionRequest, EnabledRequest, Params, ParamsError};

const FORM: &str = "application/x-www-form-urlencoded";

fn limit(result: Result<Params, ParamsError>) -> Option<&'static str> {
    match result {
        Err(ParamsError::Limit(limit)) => Some(limit),
        Ok(_) => None,
        Err(other) => panic!("{other:?}"),
    }
}

/// The parameters as one JSON value.
fn value(params: &Params) -> Value {
    serde_json::from_slice(params.json()).unwrap()
}

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

#[test]
fn json_has_resource_limits() {
    let nested = |depth: usize| {
        format!(
            "{{\"a\":{}{}}}",
            "[".repeat(depth - 1),
            "]".repeat(depth - 1)
        )
    };
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let in_file = |depth: usize| format!("{{\"current_file\":{}}}", objects(depth - 1));
    let items = |count: usize| format!("[{}1]", "1,".repeat(count - 1));
    let members = |count: usize| {
        let members: Vec<_> = (0..count).map(|index| format!("\"m{index}\":0")).collect();
        format!("{{{}}}", members.join(","))
    };
    for (name, body, expected) in [
        ("32 deep", nested(32), None),
        ("33 deep", nested(33), Some("Parameters nested too deeply")),
        ("objects 32 deep", objects(32), None),
        (
            "objects 33 deep",
            objects(33),
            Some("Parameters nested too deeply"),
        ),
        ("file 32 deep", in_file(32), None),
        (
            "file 33 deep",
            in_file(33),
            Some("Parameters nested too deeply"),
        ),
        (
            "array 33 deep",
            format!("{}{}", "[".repeat(33), "]".repeat(33)),
            Some("Parameters nested too deeply"),
        ),
        (
            "unclosed",
            "[".repeat(1_000_000),
            Some("Parameters nested too deeply"),
        ),
        (
            "unclosed object",
            "{\"a\":".repeat(1_000_000),
            Some("Parameters nested too deeply"),
        ),
        (
            "closed",
            format!("{}{}", "[".repeat(500_000), "]".repeat(500_000)),
            Some("Parameters nested too deeply"),
        ),
        ("50,000 items", format!("{{\"a\":{}}}", items(50_000)), None),
        (
            "50,001 items",
            format!("{{\"a\":{}}}", items(50_001)),
            Some("Array parameter too large"),
        ),
        (
            "50,001 bare items",
            items(50_001),
            Some("Array parameter too large"),
        ),
        ("50,000 members", members(50_000), None),
        (
            "50,001 members",
            members(50_001),
            Some("Hash parameter too large"),
        ),
        (
            "50,001 inner members",
            format!("{{\"a\":{}}}", members(50_001)),
            Some("Hash parameter too large"),
        ),
        (
            "50,001 in file",
            format!("{{\"current_file\":{}}}", members(50_001)),
            Some("Hash parameter too large"),
        ),
        (
            "99,999 elements",
            format!("{{\"a\":{},\"b\":{}}}", items(49_998), items(49_999)),
            None,
        ),
        (
            "100,001 elements",
            format!("{{\"a\":{0},\"b\":{0}}}", items(50_000)),
            Some("Too many total parameters"),
        ),
        (
            "1,000 digits",
            format!("{{\"a\":-{}}}", "1".repeat(1_000)),
            None,
        ),
        (
            "1,001 digits",
            format!("{{\"a\":{}}}", "1".repeat(1_001)),
            Some("Numeric value too large"),
        ),
        (
            "1,001 inner digits",
            format!("{{\"a\":[{}]}}", "1".repeat(1_001)),
            Some("Numeric value too large"),
        ),
        (
            "long fraction",
            format!("{{\"a\":0.{}}}", "1".repeat(2_000)),
            None,
        ),
    ] {
        assert_eq!(limit(from_json(&body)), expected, "{name}");
        if body.starts_with('{') {
            assert_eq!(
                limit(read(Some(FORM), None, body.as_bytes())),
                expected,
                "{name}, sent as a form"
            );
        }
    }
}

#[test]
fn forms_are_nested_by_the_rules_of_rack() {
    for (form, expected) in [
        ("a=1", json!({"a": "1"})),
        ("a=1&a=2", json!({"a": "2"})),
        ("a=1& b=2&&c", json!({"a": "1", "b": "2", "c": null})),
        ("a=x%0Ay+z%2B%C3%A9", json!({"a": "x\ny z+é"})),
        ("a=b=c", json!({"a": "b=c"})),
        ("=1&[]=2&[=3", json!({})),
        ("a[b]=1&a[c]=2", json!({"a": {"b": "1", "c": "2"}})),
        ("a%5Bb%5D=1", json!({"a": {"b": "1"}})),
        (
            "a[b][c]=1&a[b][d]=2",
            json!({"a": {"b": {"c": "1", "d": "2"}}}),
        ),
        ("a[]=1&a[]=2", json!({"a": ["1", "2"]})),
        (
            "a[][b]=1&a[][c]=2&a[][b]=3",
            json!({"a": [{"b": "1", "c": "2"}, {"b": "3"}]}),
        ),
        ("a[][b][]=1&a[][b][]=2", json!({"a": [{"b": ["1", "2"]}]})),
        (
            "a[][b][c]=1&a[][b][d]=2&a[][b][c]=3",
            json!({"a": [{"b": {"c": "1", "d": "2"}}, {"b": {"c": "3"}}]}),
        ),
        ("a[][]=1&a[][]=2", json!({"a": [["1"], ["2"]]})),
        ("a[][][][]=1", json!({"a": [null]})),
        ("a[0][b]=1", json!({"a": {"0": {"b": "1"}}})),
        ("a[=1", json!({"a[": "1"})),
        ("a[b=1", json!({"a": {"b": "1"}})),
        ("[a]=1", json!({"a": "1"})),
        ("a]=1", json!({"a": "1"})),
        ("a[b]=1&a=2", json!({"a": "2"})),
        ("a&a[b]=2", json!({"a": {"b": "2"}})),
        ("a=1;b=2", json!({"a": "1;b=2"})),
    ] {
        let params = read(Some(FORM), None, form.as_bytes()).unwrap();
        assert_eq!(value(&params), expected, "{form}");
        let query = read(None, Some(form), b"").unwrap();
        assert_eq!(value(&query), expected, "?{form}");
    }
}

#[test]
fn malformed_forms_are_refused() {
    for form in [
        &b"a=1&a[b]=2"[..],
        b"a=1&a[]=2",
        b"a[]=1&a[b]=2",
        b"a[b]=1&a[]=2",
        b"a=%",
        b"a=%4",
        b"a=%zz",
        b"a=%+1",
        b"%ff=1",
        b"a=%ff",
        b"a=\xff",
        b"a=%00",
        b"a[b][c]=%00",
    ] {
        let shown = String::from_utf8_lossy(form);
        assert_eq!(
            read(Some(FORM), None, form).err(),
            Some(ParamsError::Malformed),
            "{shown}"
        );
        if let Ok(query) = std::str::from_utf8(form) {
            assert_eq!(
                read(None, Some(query), b"").err(),
                Some(ParamsError::Malformed),
                "?{shown}"
            );
        }
    }
    assert!(read(Some(FORM), None, b"a[b][c][d]=%00").is_ok());
    let deep = format!("a{}=1", "[b]".repeat(40_000));
    assert_eq!(
        limit(read(Some(FORM), None, deep.as_bytes())),
        Some("Parameters nested too deeply")
    );
    let deep = format!("a{}=1", "[][b]".repeat(40_000));
    assert_eq!(
        limit(read(Some(FORM), None, deep.as_bytes())),
        Some("Parameters nested too deeply")
    );
    let many = "a[]=1&".repeat(50_001);
    assert_eq!(
        limit(read(Some(FORM), None, many.as_bytes())),
        Some("Array parameter too large")
    );
}

#[test]
fn forms_make_whole_requests() {
    let form = "current_file[file_name]=a.rb&current_file[content_above_cursor]=x%0Ay&intent=completion&stream=true\
        &context[][type]=file&context[][name]=n&context[][content]=c";
    let request =
        CompletionRequest::from_params(read(Some(FORM), None, form.as_bytes()).unwrap()).unwrap();
    let body = forwarded(&request, &[]);
    assert_eq!(body["current_file"]["content_above_cursor"], "x\ny", "B10");
    assert_eq!(body["stream"], true, "B10");
    assert_eq!(
        body["context"],
        json!([{"type": "file", "name": "n", "content": "c"}])
    );
    for (form, message) in [
        ("context=", "context is empty"),
        ("context[0][type]=file", "context is invalid"),
    ] {
        let form = format!("current_file[file_name]=a&current_file[content_above_cursor]=b&{form}");
        let params = read(Some(FORM), None, form.as_bytes()).unwrap();
        assert_eq!(
            CompletionRequest::from_params(params)
                .unwrap_err()
                .to_string(),
            message
        );
    }
    let project = read(Some(FORM), None, b"project_path=grp%2Fon").unwrap();
    assert_eq!(
        EnabledRequest::from_params(&project).unwrap().project_path,
        "grp/on",
        "J07"
    );
}

#[test]
fn multipart_forms_are_read() {
    let part = |disposition: &str, text: &str| {
        format!("--X\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{text}\r\n")
    };
    let body = format!(
        "{}{}{}{}--X--\r\n",
        part("name=\"current_file[file_name]\"", "a.rb"),
        part("name=\"current_file[content_above_cursor]\"", "x\ny"),
        part("name=\"stream\"", "1"),
        part("name=\"upload\"; filename=\"f.txt\"", "text"),
    );
    let content_type = Some("Multipart/Form-Data; boundary=X");
    let params = read(content_type, None, body.as_bytes()).unwrap();
    let forwarded = forwarded(&CompletionRequest::from_params(params).unwrap(), &[]);
    assert_eq!(forwarded["current_file"]["content_above_cursor"], "x\ny");
    assert_eq!(forwarded["stream"], true);
    assert_eq!(forwarded["upload"], json!({"filename": "f.txt"}));

    let file = part(
        "name=\"current_file[file_name]\"; filename=\"f.txt\"",
        "text",
    ) + "--X--\r\n";
    let refusal =
        CompletionRequest::from_params(read(content_type, None, file.as_bytes()).unwrap())
            .unwrap_err();
    assert!(
        refusal
            .to_string()
            .starts_with("current_file[file_name] is invalid, "),
        "{refusal}"
    );

    for broken in [
        "",
        "--X\r\n",
        "junk",
        &body[..body.len() - 8],
        &part("name=\"a\"", "x").repeat(5_000),
    ] {
        let body = format!("{broken} ");
        assert_eq!(
            read(content_type, None, body.as_bytes()).err(),
            Some(ParamsError::Malformed),
            "{}",
            broken.len()
        );
    }
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
