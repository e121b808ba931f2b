//! Part F of the case list, and the payloads of the contract's sections 7 and 8.

use bytes::Bytes;
use futures_executor::block_on;
use serde_json::{Value, json};

use super::*;
use crate::{
    params::{Params, is_over},
    prompt::intent::{IntentInput, Task, detect},
};

fn request(body: &Value) -> CompletionRequest {
    let body = Bytes::from(body.to_string());
    CompletionRequest::from_params(
        block_on(Params::read(Some(b"application/json"), None, body)).unwrap(),
    )
    .unwrap()
}

fn file(name: &str, above: &str, below: &str) -> Value {
    json!({"current_file": {"file_name": name, "content_above_cursor": above, "content_below_cursor": below}})
}

/// A request with further members.
fn with(mut change: Value) -> Value {
    let mut body = file("a.rb", "x", "y");
    body.as_object_mut()
        .unwrap()
        .append(change.as_object_mut().unwrap());
    body
}

/// The body for the gateway of a request that asks for a generation.
fn generated(request: &CompletionRequest) -> Value {
    let Task::Generation {
        trigger,
        instruction,
    } = detect(&IntentInput::from(request))
    else {
        panic!("a generation");
    };
    let components = generation(request, trigger, instruction);
    serde_json::from_slice(&request.forward(&[("prompt_components", &components)])).unwrap()
}

fn component(body: &Value) -> Value {
    let mut body = generated(&request(body));
    assert_eq!(body["prompt_components"].as_array().unwrap().len(), 1);
    body["prompt_components"][0].take()
}

#[test]
fn f01_a_comment_is_answered_with_examples() {
    let above =
        "def is_even(n: int) ->\n# A function that outputs the first 20 fibonacci numbers\n";
    let component = component(&file("test.py", above, ""));
    assert_eq!(component["type"], "code_editor_generation");
    let payload = &component["payload"];
    let enhancer = &payload["prompt_enhancer"];
    let examples = enhancer["examples_array"].as_array().unwrap();
    assert_eq!(examples.len(), 2);
    assert!(
        examples
            .iter()
            .all(|example| example["trigger_type"] == "comment" && example["response"].is_string())
    );
    let expected = json!({
        "file_name": "test.py", "content_above_cursor": above, "content_below_cursor": "",
        "language_identifier": "Python", "stream": false,
        "prompt_id": "code_suggestions/generations", "prompt_version": "^1.0.0",
        "prompt_enhancer": {
            "examples_array": examples, "trimmed_content_above_cursor": above, "trimmed_content_below_cursor": "",
            "related_files": [], "related_snippets": [], "libraries": [],
            "user_instruction": "Generate the best possible code based on instructions.",
        },
    });
    assert_eq!(payload, &expected);
}

#[test]
fn f02_context_is_tagged() {
    let component = component(&with(json!({"intent": "generation", "context": [
        {"type": "file", "name": "m.go", "content": "package m"},
        {"type": "snippet", "name": "f", "content": "func f(){}"},
        {"type": null, "name": "n", "content": "neither"},
        {"type": "file", "name": "\"<\n", "content": "a\n</file_content>"},
    ]})));
    let enhancer = &component["payload"]["prompt_enhancer"];
    assert_eq!(
        enhancer["related_files"],
        json!([
            "<file_content file_name=\"m.go\">\npackage m\n</file_content>\n",
            "<file_content file_name=\"\"<\n\">\na\n</file_content>\n</file_content>\n",
        ])
    );
    assert_eq!(
        enhancer["related_snippets"],
        json!(["<snippet_content name=\"f\">\nfunc f(){}\n</snippet_content>\n"])
    );
}

#[test]
fn f03_the_users_instruction_is_passed_on() {
    let component = component(&with(
        json!({"user_instruction": "make \"it\"\n", "stream": true}),
    ));
    assert_eq!(
        component["payload"]["prompt_enhancer"]["user_instruction"],
        "make \"it\"\n"
    );
    assert_eq!(component["payload"]["stream"], true);
    let examples = component["payload"]["prompt_enhancer"]["examples_array"]
        .as_array()
        .unwrap();
    assert_eq!(examples.len(), 4);
}

#[test]
fn f04_model_metadata_is_the_servers() {
    let request = request(&with(
        json!({"model_metadata": {"endpoint": "http://evil"}}),
    ));
    let metadata = json!({
        "provider": "openai", "name": "mistral", "endpoint": "http://m/v1", "api_key": "token",
        "identifier": "provider/some-model",
    });
    let added = [("model_metadata", &*metadata.to_string())];
    let body: Value = serde_json::from_slice(&request.forward(&added)).unwrap();
    assert_eq!(body["model_metadata"], metadata);
}

#[test]
fn f05_and_f06_trimmed_texts_share_their_room() {
    for (above, below, above_left, below_left) in [
        (60_000, "0123456789", 50_000, ""),
        (49_995, "0123456789", 49_995, "01234"),
        (3, "0123", 3, "0123"),
    ] {
        let body = file("a.css", &"é".repeat(above), below);
        let body = with(json!({"current_file": body["current_file"], "intent": "generation"}));
        let component = component(&body);
        let enhancer = &component["payload"]["prompt_enhancer"];
        assert_eq!(
            enhancer["trimmed_content_above_cursor"]
                .as_str()
                .unwrap()
                .chars()
                .count(),
            above_left
        );
        assert_eq!(enhancer["trimmed_content_below_cursor"], below_left);
    }
}

#[test]
fn long_texts_are_cut_in_the_component_but_counted_whole() {
    let texts = file(
        "a.css",
        &format!("{}Z", "<\n".repeat(80_000)),
        &format!("A{}", "é".repeat(150_000)),
    );
    let request = request(&with(
        json!({"intent": "generation", "current_file": texts["current_file"]}),
    ));
    let payload = &generated(&request)["prompt_components"][0]["payload"];
    let above = payload["content_above_cursor"].as_str().unwrap();
    let below = payload["content_below_cursor"].as_str().unwrap();
    assert_eq!(
        (above.chars().count(), below.chars().count()),
        (100_000, 100_000)
    );
    assert!(above.ends_with('Z') && below.starts_with('A'));
    assert_eq!(uncut_chars(&request), 30_001 * 6 + 30_000 * 2 + 50_001);
}

#[test]
fn h05_refusals_look_at_the_uncut_texts() {
    let full = "x".repeat(400_000);
    for (below, over) in [(full.as_str(), true), ("", false)] {
        let file = file("a.py", &full, below);
        let request = request(&with(
            json!({"intent": "generation", "current_file": file["current_file"]}),
        ));
        let components = generation(&request, Some(Trigger::Comment), None);
        let body = request.forward(&[("prompt_components", &components)]);
        assert_eq!(is_over(&body, uncut_chars(&request), 600_000), over);
        assert!(!is_over(&body, 0, 600_000));
    }
    let short = request(&with(json!({"intent": "generation"})));
    assert_eq!(uncut_chars(&short), 0);
}

#[test]
fn context_beyond_its_limit_is_dropped_from_the_prompt_only() {
    let item = |chars: usize| json!({"type": "file", "name": "n", "content": "é".repeat(chars)});
    for (sizes, kept) in [
        (vec![500_000], 1),
        (vec![500_001], 0),
        (vec![250_000, 250_000], 2),
        (vec![250_000, 250_001, 1], 1),
    ] {
        let items: Vec<_> = sizes.into_iter().map(item).collect();
        let request = request(&with(json!({"intent": "generation", "context": items})));
        let body = generated(&request);
        let related = &body["prompt_components"][0]["payload"]["prompt_enhancer"]["related_files"];
        assert_eq!(related.as_array().unwrap().len(), kept);
        assert_eq!(body["context"].as_array().unwrap().len(), items.len());
    }
}

#[test]
fn instructions_follow_the_trigger() {
    for (generation_type, start) in [
        (
            "comment",
            "Generate the best possible code based on instructions.",
        ),
        ("small_file", SMALL_FILE_INSTRUCTION),
        ("empty_function", EMPTY_FUNCTION_INSTRUCTION),
    ] {
        let component = component(&with(json!({"generation_type": generation_type})));
        let instruction = component["payload"]["prompt_enhancer"]["user_instruction"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(instruction, start);
        assert_eq!(
            instruction.lines().count(),
            if generation_type == "comment" { 1 } else { 2 }
        );
    }
}

#[test]
fn examples_are_as_many_as_agreed() {
    for (language, comments, functions) in [
        ("Ruby", 2, 2),
        ("TypeScript", 2, 2),
        ("Python", 2, 2),
        ("Go", 2, 2),
        ("JavaScript", 3, 2),
        ("Rust", 0, 0),
    ] {
        let count = |trigger| {
            let examples: Vec<Value> =
                serde_json::from_str(&examples::json(language, trigger)).unwrap();
            assert!(
                examples
                    .iter()
                    .all(|example| example["example"].as_str().unwrap().contains("{{cursor}}"))
            );
            examples.len()
        };
        assert_eq!(count(Some(Trigger::Comment)), comments, "{language}");
        assert_eq!(count(Some(Trigger::EmptyFunction)), functions, "{language}");
        assert_eq!(count(Some(Trigger::SmallFile)), 0, "{language}");
        assert_eq!(count(None), comments + functions, "{language}");
    }
}

#[test]
fn completion_payloads_are_plain_and_without_nulls() {
    let body = json!({"current_file": {"file_name": "a.unknown", "content_above_cursor": null}, "stream": true});
    let components: Value = serde_json::from_str(&completion_v4(&request(&body))).unwrap();
    let expected = json!([{"type": "code_editor_completion", "payload": {
        "file_name": "a.unknown", "content_above_cursor": "", "content_below_cursor": "", "language_identifier": "",
        "stream": true,
    }}]);
    assert_eq!(components, expected);
    assert!(
        !generated(&request(&body))["prompt_components"]
            .to_string()
            .contains("null")
    );
}
