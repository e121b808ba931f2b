//! What the typed requests hold once their rules are met.

use serde_json::json;

use super::{from_json, request, with};
use crate::params::{
    ContextKind, DirectAccessRequest, EnabledRequest, GenerationType, Intent, Params,
};

#[test]
fn reading_can_wait_on_any_thread() {
    fn is_send<T: Send>(_: T) {}
    is_send(Params::read(None, None, bytes::Bytes::new()));
}

#[test]
fn typed_fields_are_filled() {
    let request = request(&with(json!({
        "intent": "generation", "generation_type": "small_file", "stream": "on", "project_path": "grp/on",
        "user_instruction": "make é", "choices_count": 9,
        "context": [null, {"type": "snippet", "name": "n", "content": 5}],
    })));
    assert_eq!(request.file_name, "a.rb");
    assert_eq!(
        (
            request.above.decode().as_ref(),
            request.below.decode().as_ref()
        ),
        ("x", "y")
    );
    assert_eq!(request.intent, Some(Intent::Generation));
    assert_eq!(request.generation_type, Some(GenerationType::SmallFile));
    assert!(request.stream);
    assert_eq!(request.project_path.as_deref(), Some("grp/on"));
    assert_eq!(request.user_instruction.as_deref(), Some("make é"));
    assert_eq!(request.choices_count, Some(4));
    let [item] = request.context.as_slice() else {
        panic!("one item")
    };
    assert_eq!(item.kind, Some(ContextKind::Snippet));
    assert_eq!(
        (item.name.decode().as_ref(), item.content.decode().as_ref()),
        ("n", "5")
    );
}

#[test]
fn choices_count_is_read_leniently() {
    for (given, read) in [
        (json!(1), Some(1)),
        (json!("3"), Some(3)),
        (json!(0), Some(1)),
        (json!(400), Some(4)),
        (json!(-2), None),
        (json!(1.5), None),
        (json!("many"), None),
        (json!([2]), None),
        (json!(null), None),
    ] {
        assert_eq!(
            request(&with(json!({"choices_count": given}))).choices_count,
            read,
            "{given}"
        );
    }
}

#[test]
fn project_requests_follow_their_tables() {
    for (id, body, enabled, direct) in [
        (
            "I08",
            json!({"project_path": []}),
            Err("project_path is invalid"),
            Err("project_path is invalid"),
        ),
        ("J05", json!({"project_path": ""}), Ok(""), Ok(Some(""))),
        ("J06", json!({}), Err("project_path is missing"), Ok(None)),
        (
            "number",
            json!({"project_path": 12}),
            Ok("12"),
            Ok(Some("12")),
        ),
        (
            "null",
            json!({"project_path": null}),
            Err("project_path is empty"),
            Ok(None),
        ),
        (
            "object",
            json!({"project_path": {"a": 1}}),
            Err("project_path is invalid"),
            Err("project_path is invalid"),
        ),
        (
            "camel case",
            json!({"projectPath": "grp/on"}),
            Err("project_path is missing"),
            Ok(None),
        ),
    ] {
        let params = from_json(&body.to_string()).unwrap();
        let found = EnabledRequest::from_params(&params).map(|request| request.project_path);
        let expected = enabled.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(found.map_err(|error| error.to_string()), expected, "{id}");
        let found = DirectAccessRequest::from_params(&params).map(|request| request.project_path);
        let expected = direct
            .map(|path| path.map(str::to_owned))
            .map_err(str::to_owned);
        assert_eq!(found.map_err(|error| error.to_string()), expected, "{id}");
    }
}

#[test]
fn debug_output_shows_no_text() {
    let request = request(&with(
        json!({"user_instruction": "secret words", "private_token": "secret"}),
    ));
    let shown = format!(
        "{request:?} {:?}",
        from_json(r#"{"private_token":"secret"}"#).unwrap()
    );
    assert!(
        !shown.contains("secret") && !shown.contains("a.rb"),
        "{shown}"
    );
}
