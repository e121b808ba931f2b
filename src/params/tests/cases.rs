//! Parts C and D of the case list, and the rows about combination and coercion that go beyond it.

use serde_json::{Value, json};

use super::{forwarded, refusal, request, with, with_file};

const NOTHING: &str = "current_file is missing, current_file[file_name] is missing, \
    current_file[content_above_cursor] is missing";
const NO_FIELDS: &str =
    "current_file[file_name] is missing, current_file[content_above_cursor] is missing";

fn too_long(name: &str, limit: usize) -> String {
    format!("{name} {name} must be less than {limit} characters")
}

/// A case: its id, the body, and the message of the refusal.
type Refusal = (&'static str, Value, String);

fn assert_refused(cases: Vec<Refusal>) {
    for (id, body, message) in cases {
        assert_eq!(refusal(&body.to_string()), Some(message), "{id}");
    }
}

#[test]
fn refusals_of_plain_parameters_have_the_listed_messages() {
    let long_name = "x".repeat(256);
    assert_refused(vec![
        ("B09", json!([1]), NOTHING.into()),
        ("C02", json!({}), NOTHING.into()),
        ("C03", json!({"current_file": {}}), NO_FIELDS.into()),
        (
            "C04",
            json!({"current_file": {"file_name": "a.rb"}}),
            "current_file[content_above_cursor] is missing".into(),
        ),
        (
            "C05",
            with(json!({"current_file": []})),
            "current_file is invalid".into(),
        ),
        (
            "C07",
            with_file("file_name", json!(long_name)),
            too_long("current_file[file_name]", 255),
        ),
        (
            "C08",
            with_file("content_above_cursor", json!("x".repeat(400_001))),
            too_long("current_file[content_above_cursor]", 400_000),
        ),
        (
            "C09",
            with_file("content_below_cursor", json!("x".repeat(400_001))),
            too_long("current_file[content_below_cursor]", 400_000),
        ),
        (
            "C10",
            with(json!({"intent": "foo"})),
            "intent does not have a valid value".into(),
        ),
        (
            "C11",
            with(json!({"generation_type": "foo"})),
            "generation_type does not have a valid value".into(),
        ),
        (
            "C12",
            with(json!({"stream": "maybe"})),
            "stream is invalid".into(),
        ),
    ]);
}

#[test]
fn refusals_of_lists_and_combinations_have_the_listed_messages() {
    let long_name = "x".repeat(256);
    assert_refused(vec![
        (
            "C15",
            with(json!({"context": []})),
            "context is empty".into(),
        ),
        (
            "C16",
            with(json!({"context": [{"type": "file", "name": "main.go"}]})),
            "context[0][content] is missing, context[0][content] is empty".into(),
        ),
        (
            "C17",
            with(json!({"context": [{"name": "main.go", "content": "c"}]})),
            "context[0][type] is missing".into(),
        ),
        (
            "C18",
            with(json!({"context": [{"type": "file", "content": "c"}]})),
            "context[0][name] is missing, context[0][name] is empty".into(),
        ),
        (
            "C19",
            with(json!({"context": [{"type": "unknown", "name": "n", "content": "c"}]})),
            "context[0][type] does not have a valid value".into(),
        ),
        (
            "C20",
            with(json!({"context": "abc"})),
            "context is invalid".into(),
        ),
        (
            "C22",
            with(json!({"user_instruction": "x".repeat(600_001)})),
            too_long("user_instruction", 600_000),
        ),
        (
            "C23",
            with(json!({"project_path": ["a"]})),
            "project_path is invalid".into(),
        ),
        (
            "C26",
            json!({"current_file": {"file_name": {"a": 1}, "content_above_cursor": "b"}}),
            "current_file[file_name] is invalid".into(),
        ),
        (
            "D01",
            json!({"current_file": {"file_name": long_name}, "intent": "zz"}),
            format!(
                "{}, current_file[content_above_cursor] is missing, intent does not have a valid value",
                too_long("current_file[file_name]", 255)
            ),
        ),
    ]);
}

#[test]
fn listed_requests_are_accepted() {
    let context = json!([{"type": "file", "name": "n", "content": "c"}, {"type": "snippet", "name": "m", "content": "d"}]);
    let numbered = json!({"current_file": {"file_name": 12, "content_above_cursor": "b"}, "intent": "completion"});
    for (id, body, path, value) in [
        (
            "C01",
            with(json!({})),
            "/current_file/file_name",
            json!("a.rb"),
        ),
        (
            "C06",
            with_file("file_name", json!("x".repeat(255))),
            "/intent",
            json!("completion"),
        ),
        (
            "C13",
            with(json!({"stream": "true"})),
            "/stream",
            json!(true),
        ),
        ("C14", with(json!({})), "/stream", json!(false)),
        (
            "C21",
            with(json!({"context": context})),
            "/context",
            context,
        ),
        (
            "C24",
            with(json!({"project_path": "secret/hidden"})),
            "/project_path",
            json!("secret/hidden"),
        ),
        ("C25", numbered, "/current_file/file_name", json!("12")),
        ("C27", with(json!({"intent": null})), "/intent", json!(null)),
        (
            "C28",
            with(json!({"foo": {"bar": 1}})),
            "/foo",
            json!({"bar": 1}),
        ),
    ] {
        assert_eq!(
            forwarded(&request(&body), &[]).pointer(path),
            Some(&value),
            "{id}"
        );
    }
}

#[test]
fn inputs_that_broke_the_original_are_refused() {
    for (body, message) in [
        (
            with(json!({"current_file": "a"})),
            "current_file is invalid",
        ),
        (with(json!({"current_file": 1})), "current_file is invalid"),
        (
            with(json!({"current_file": true})),
            "current_file is invalid",
        ),
        (with(json!({"current_file": ""})), "current_file is invalid"),
        (
            with(json!({"current_file": [{"file_name": "a"}]})),
            "current_file is invalid",
        ),
        (
            with_file("file_name", json!(null)),
            "current_file[file_name] is empty",
        ),
        (with(json!({"context": [1]})), "context is invalid"),
        (with(json!({"context": ["text"]})), "context is invalid"),
        (with(json!({"context": [[]]})), "context is invalid"),
        (
            with(json!({"context": [{"type": "file", "name": "n", "content": "c"}, 1]})),
            "context is invalid",
        ),
        (
            with(json!({"context": [{}]})),
            "context[0][type] is missing, context[0][name] is missing, context[0][content] is missing",
        ),
    ] {
        assert_eq!(
            refusal(&body.to_string()).as_deref(),
            Some(message),
            "{body}"
        );
    }
}

#[test]
fn failures_combine_in_a_fixed_order() {
    for (body, message) in [
        (json!({"current_file": null}), NO_FIELDS.to_owned()),
        (json!({"current_file": false}), format!("current_file is invalid, {NO_FIELDS}")),
        (
            json!({"stream": [], "project_path": {}, "intent": "", "context": {}}),
            format!(
                "{NOTHING}, intent does not have a valid value, stream is invalid, project_path is invalid, \
                 context is invalid"
            ),
        ),
        (
            with(json!({"context": [{"type": "x", "name": "", "content": []}, {"name": {}, "content": " \n"}]})),
            "context[1][type] is missing, context[0][type] does not have a valid value, context[1][name] is invalid, \
             context[0][name] is empty, context[0][content] is invalid, context[1][content] is empty"
                .to_owned(),
        ),
        (
            with(json!({"context": [{}, {"type": "file"}]})),
            "context[0][type] is missing, context[0][name] is missing, context[1][name] is missing, \
             context[1][name] is empty, context[0][content] is missing, context[1][content] is missing, \
             context[1][content] is empty"
                .to_owned(),
        ),
        (
            with(json!({"context": [null, {"type": "file", "name": " ".repeat(256), "content": null}]})),
            format!("context[1][name] is empty, {}, context[1][content] is empty", too_long("context[1][name]", 255)),
        ),
        (
            with(json!({"context": [{"type": "file", "name": "n".repeat(256), "content": "c".repeat(600_001)}]})),
            format!("{}, {}", too_long("context[0][name]", 255), too_long("context[0][content]", 600_000)),
        ),
    ] {
        assert_eq!(refusal(&body.to_string()), Some(message), "{body}");
    }
}

#[test]
fn values_are_coerced() {
    for (body, path, value) in [
        (
            with_file("file_name", json!(3.5)),
            "/current_file/file_name",
            json!("3.5"),
        ),
        (
            with_file("file_name", json!(true)),
            "/current_file/file_name",
            json!("true"),
        ),
        (
            with_file("content_above_cursor", json!(7)),
            "/current_file/content_above_cursor",
            json!("7"),
        ),
        (
            with_file("content_above_cursor", json!(null)),
            "/current_file/content_above_cursor",
            json!(""),
        ),
        (
            with_file("content_below_cursor", json!(null)),
            "/current_file/content_below_cursor",
            json!(""),
        ),
        (
            with(json!({"project_path": 5})),
            "/project_path",
            json!("5"),
        ),
        (
            with(json!({"user_instruction": false})),
            "/user_instruction",
            json!("false"),
        ),
        (
            with(json!({"user_instruction": null})),
            "/user_instruction",
            json!(null),
        ),
        (
            with(json!({"generation_type": null})),
            "/generation_type",
            json!(null),
        ),
        (with(json!({"stream": null})), "/stream", json!(false)),
        (with(json!({"stream": ""})), "/stream", json!(false)),
        (with(json!({"stream": 1})), "/stream", json!(true)),
        (with(json!({"stream": 0})), "/stream", json!(false)),
        (with(json!({"stream": "Off"})), "/stream", json!(false)),
        (with(json!({"stream": "YES"})), "/stream", json!(true)),
        (
            with(
                json!({"context": [null, {"type": "file", "name": 1.5, "content": true, "x": [1]}]}),
            ),
            "/context",
            json!([{"type": "file", "name": "1.5", "content": "true", "x": [1]}]),
        ),
        (with(json!({"context": [null]})), "/context", json!([])),
        (
            with(json!({"context": [{"type": null, "name": "n", "content": "c"}]})),
            "/context",
            json!([{"type": null, "name": "n", "content": "c"}]),
        ),
    ] {
        assert_eq!(
            forwarded(&request(&body), &[]).pointer(path),
            Some(&value),
            "{body}"
        );
    }
    for stream in [
        json!(2),
        json!(1.0),
        json!(-1),
        json!(" true"),
        json!([]),
        json!({}),
    ] {
        assert_eq!(
            refusal(&with(json!({"stream": stream})).to_string()).as_deref(),
            Some("stream is invalid")
        );
    }
    for context in [json!(null), json!("")] {
        assert_eq!(
            refusal(&with(json!({"context": context})).to_string()).as_deref(),
            Some("context is empty")
        );
    }
}

#[test]
fn limits_count_code_points() {
    for (name, accepted) in [
        ("😀".repeat(255), true),
        ("😀".repeat(256), false),
        ("e\u{301}".repeat(127), true),
        ("e\u{301}".repeat(128), false),
    ] {
        assert_eq!(
            refusal(&with_file("file_name", json!(name)).to_string()).is_none(),
            accepted
        );
    }
    let escaped = |count: usize| {
        with(json!({}))
            .to_string()
            .replace("a.rb", &r"\ud83d\ude00\n\u00e9".repeat(count))
    };
    assert_eq!(refusal(&escaped(85)), None);
    assert!(refusal(&escaped(86)).is_some());
    assert_eq!(
        refusal(&with_file("content_above_cursor", json!("é".repeat(400_000))).to_string()),
        None
    );
}

#[test]
fn refusals_of_huge_lists_stay_small() {
    let body = with(json!({"context": vec![json!({}); 20_000]})).to_string();
    let message = refusal(&body).unwrap();
    assert!(message.starts_with("context[0][type] is missing, context[1][type] is missing, "));
    assert!(message.len() < 2_000, "{}", message.len());
}
