//! The body for the gateway: rows E07, E08, E10, E11 of the case list, and what is withheld.

use serde_json::{Value, json};

use super::{forwarded, from_json, request, with, with_file};
use crate::params::{CompletionRequest, is_over};

#[test]
fn e07_text_above_keeps_its_end() {
    for (unit, spelling) in [
        ("a", "a"),
        ("é", "é"),
        ("\n", r"\n"),
        ("é", r"\u00e9"),
        ("😀", r"\ud83d\ude00"),
    ] {
        let body = with(json!({}))
            .to_string()
            .replace("\"x\"", &format!("\"{}Z\"", spelling.repeat(149_999)));
        let request = CompletionRequest::from_params(from_json(&body).unwrap()).unwrap();
        assert_eq!(request.above.chars(), 150_000);
        let body = forwarded(&request, &[]);
        let above = body["current_file"]["content_above_cursor"]
            .as_str()
            .unwrap();
        assert_eq!(above, format!("{}Z", unit.repeat(99_999)));
    }
}

#[test]
fn e08_text_below_keeps_its_start() {
    let request = request(&with_file(
        "content_below_cursor",
        json!(format!("A{}", "é\n".repeat(75_000))),
    ));
    let body = forwarded(&request, &[]);
    let below = body["current_file"]["content_below_cursor"]
        .as_str()
        .unwrap();
    assert!(below.starts_with('A'));
    assert_eq!(below.chars().count(), 100_000);
}

#[test]
fn telemetry_that_is_none_is_left_out() {
    let body =
        |telemetry: Value| forwarded(&request(&with(json!({ "telemetry": telemetry }))), &[]);
    assert_eq!(body(json!(null)).get("telemetry"), None);
    assert_eq!(body(json!([1]))["telemetry"], json!([1]));
}

#[test]
fn e10_and_e11_added_members_win() {
    let request = request(&with(
        json!({"model_provider": "mine", "prompt": "mine", "prompt_version": 9, "x": 1}),
    ));
    let added = [
        ("model_provider", "\"litellm\""),
        ("prompt_version", "2"),
        ("prompt", "null"),
        ("model_name", "\"codellama\""),
        ("model_endpoint", "\"http://m/v1\""),
        ("model_api_key", "\"tok\""),
        ("model_identifier", "\"p/m\""),
    ];
    let expected = with(json!({
        "stream": false, "model_provider": "litellm", "prompt_version": 2, "prompt": null, "model_name": "codellama",
        "model_endpoint": "http://m/v1", "model_api_key": "tok", "model_identifier": "p/m", "x": 1,
    }));
    assert_eq!(forwarded(&request, &added), expected, "E10");
    let body = forwarded(&request, &added[..5]);
    assert_eq!(
        (body.get("model_api_key"), body.get("model_identifier")),
        (None, None),
        "E11"
    );
    let stream = forwarded(
        &request,
        &[
            ("stream", "true"),
            ("x", "2"),
            ("x", "3"),
            ("current_file", "{}"),
        ],
    );
    assert_eq!(
        (&stream["stream"], &stream["x"], &stream["current_file"]),
        (&json!(true), &json!(3), &json!({}))
    );
}

#[test]
fn what_a_client_may_not_choose_is_withheld_everywhere() {
    let names = [
        "model_metadata",
        "model_endpoint",
        "model_api_key",
        "model_provider",
        "model_name",
        "model_identifier",
        "role_arn",
        "prompt",
        "prompt_components",
        "base_url",
        "api_base",
        "api_key",
        "private_token",
        "access_token",
        "bearer_token",
        "job_token",
        "deploy_token",
        "feed_token",
        "runner_token",
    ];
    for name in names {
        let secret = json!({"nested": "secret"});
        let mut body = with(json!({
            "context": [{"type": "file", "name": "n", "content": "c", name: secret, "m": {name: 1, "k": 2}}],
            "foo": {"bar": [[{name: secret}]], "kept": name},
            name: secret,
        }));
        body["current_file"][name] = secret;
        let escaped = body.to_string().replace(
            &format!("\"{name}\":"),
            &format!("\"\\u00{:x}{}\":", name.as_bytes()[0], &name[1..]),
        );
        for body in [body.to_string(), escaped] {
            let request = CompletionRequest::from_params(from_json(&body).unwrap()).unwrap();
            let expected = with(json!({
                "stream": false, "foo": {"bar": [[{}]], "kept": name},
                "context": [{"type": "file", "name": "n", "content": "c", "m": {"k": 2}}],
            }));
            assert_eq!(forwarded(&request, &[]), expected, "{name}");
        }
    }
}

#[test]
fn the_order_of_the_request_is_kept() {
    let body = r#"{ "z" : 1, "current_file" : {"content_above_cursor":"a" , "x":[ 1 ],"file_name":"f"}, "b":1e5 }"#;
    let request = CompletionRequest::from_params(from_json(body).unwrap()).unwrap();
    let expected = r#"{"z":1,"current_file":{"content_above_cursor":"a","x":[ 1 ],"file_name":"f","content_below_cursor":""},"b":1e5,"stream":false,"prompt_version":1}"#;
    assert_eq!(
        String::from_utf8(request.forward(&[("prompt_version", "1")])).unwrap(),
        expected
    );
}

#[test]
fn encoded_characters_are_those_of_the_body() {
    let request = request(&with_file("content_above_cursor", json!("<é\n\u{2028}")));
    let plain = r#"{"current_file":{"content_above_cursor":"","content_below_cursor":"y","file_name":"a.rb"},"intent":"completion","stream":false}"#;
    assert_eq!(request.encoded_chars(&[]), plain.len() + 6 + 1 + 2 + 6);
    assert_eq!(
        request.encoded_chars(&[("a", "\"&\"")]),
        plain.len() + 15 + r#","a":"""#.len() + 6
    );
}

#[test]
fn only_bodies_beyond_the_limit_are_over() {
    for (pad, extra, over) in [
        ("x".repeat(700_000), 0, true),
        ("x".repeat(600_000 - 200), 0, false),
        ("x".repeat(600_000 - 200), 200, true),
        ("<".repeat(99_000), 0, false),
        ("<".repeat(100_000), 0, true),
        ("é".repeat(400_000), 0, false),
        ("\u{2028}".repeat(100_000), 0, true),
        ("\n".repeat(290_000), 0, false),
        ("\n".repeat(300_000), 0, true),
    ] {
        let request = request(&with(json!({"pad": pad})));
        assert_eq!(
            is_over(&request.forward(&[]), extra, 600_000),
            over,
            "H04: {}",
            pad.len()
        );
        assert_eq!(request.encoded_chars(&[]) + extra > 600_000, over);
    }
    let full = "x".repeat(400_000);
    let mut body = with_file("content_above_cursor", json!(full));
    body["current_file"]["content_below_cursor"] = Value::String(full);
    assert!(!is_over(&request(&body).forward(&[]), 0, 600_000), "H06");
}
