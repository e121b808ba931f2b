//! Forms, by the nesting rules of Rack.

use serde_json::json;

use super::{FORM, forwarded, limit, read, value};
use crate::params::{CompletionRequest, EnabledRequest, ParamsError};

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
