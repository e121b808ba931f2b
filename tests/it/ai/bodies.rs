//! What bodies the endpoints take, and which are a 422.

use serde_json::{Value, json};

use super::{
    COMPLETIONS, COMPONENTS, GENERATIONS, GitLab, SUGGESTIONS, component, file, second_version,
};

fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    body
}

fn without(mut body: Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent)
        .unwrap()
        .as_object_mut()
        .unwrap()
        .remove(name);
    body
}

fn long(count: usize) -> Value {
    "é".repeat(count).into()
}

#[tokio::test]
async fn bodies_of_the_second_version_are_checked() {
    let gitlab = GitLab::start().await;
    let server = gitlab.trusted_by(None).await;
    let good = || second_version("x");
    let item = json!({ "type": "file", "name": "b", "content": "c", "resolution_strategies": ["open_tabs"] });
    let accepted = [
        good(),
        with(good(), "/prompt_version", json!(1)),
        without(good(), "/prompt"),
        with(good(), "/unknown", json!({})),
        with(
            good(),
            "/project_path",
            format!(" {}\n", "é".repeat(255)).into(),
        ),
        with(good(), "/project_id", json!(-1)),
        with(good(), "/project_id", json!("7")),
        with(good(), "/context", json!([item])),
        with(good(), "/choices_count", json!(4)),
        with(good(), "/model_provider", json!("litellm")),
        with(good(), "/current_file/content_above_cursor", long(100_000)),
        with(good(), "/current_file/language_identifier", Value::Null),
        with(
            good(),
            "/model_metadata",
            json!({ "provider": "gitlab", "feature_setting": "code_completions" }),
        ),
        with(
            good(),
            "/model_metadata",
            json!({ "provider": "litellm", "name": "general", "endpoint": "http://x/v1" }),
        ),
    ];
    let named = with(good(), "/model_provider", json!("litellm"));
    let refused = [
        json!([]),
        without(good(), "/prompt_version"),
        with(good(), "/prompt_version", json!("2")),
        with(good(), "/prompt_version", json!(4)),
        with(good(), "/prompt", json!(3)),
        without(good(), "/current_file"),
        without(good(), "/current_file/file_name"),
        without(good(), "/current_file/content_below_cursor"),
        with(good(), "/current_file/content_below_cursor", Value::Null),
        with(good(), "/current_file/content_above_cursor", long(100_001)),
        with(good(), "/current_file/file_name", long(256)),
        with(good(), "/project_path", long(256)),
        with(good(), "/project_id", json!("x")),
        with(good(), "/context", Value::Null),
        with(good(), "/context", json!(vec![item; 101])),
        with(good(), "/context", json!([{ "type": "file", "name": "b" }])),
        with(good(), "/telemetry", Value::Null),
        with(good(), "/telemetry", json!([{ "requests": 1 }])),
        with(good(), "/stream", json!("maybe")),
        with(good(), "/model_provider", json!("unknown")),
        with(named, "/model_name", Value::Null),
        with(good(), "/model_name", long(51)),
        with(good(), "/model_metadata", json!({})),
        with(good(), "/model_metadata", json!("x")),
        with(
            good(),
            "/model_metadata",
            json!({ "provider": "litellm", "name": "unknown" }),
        ),
        with(
            good(),
            "/model_metadata",
            json!({ "provider": "litellm", "name": "gpt", "endpoint": "nowhere" }),
        ),
        with(
            good(),
            "/model_metadata",
            json!({ "provider": "litellm", "name": "gpt", "api_key": long(2_001) }),
        ),
    ];
    for (status, bodies) in [(200, &accepted[..]), (422, &refused[..])] {
        for body in bodies {
            let reply = gitlab.post(&server, COMPLETIONS, body).send().await;
            let shown: String = body.to_string().chars().take(200).collect();
            assert_eq!(reply.status, status, "{shown}: {}", reply.text());
        }
    }
    let refusal = gitlab
        .post(&server, GENERATIONS, &without(good(), "/prompt"))
        .send()
        .await;
    assert_eq!(refusal.status, 422, "a generation needs a prompt");
    for text in ["{", "[", "", "null", "{\"prompt_version\":2,", "\u{0}"] {
        let request = gitlab
            .asks(&server, COMPLETIONS, &gitlab.claims())
            .body("application/json", text);
        assert_eq!(request.send().await.status, 422, "{text}");
    }
    server.finish().await;
}

#[tokio::test]
async fn components_are_checked() {
    let gitlab = GitLab::start().await;
    let server = gitlab.trusted_by(None).await;
    let completion = |members| component("code_editor_completion", file("x", ""), members);
    let generation = |members| component("code_editor_generation", file("x", ""), members);
    let mut with_context = completion(json!({}));
    let context = json!({ "type": "code_context", "payload": { "type": "file", "name": "b", "content": "c" } });
    with_context["prompt_components"]
        .as_array_mut()
        .unwrap()
        .push(context.clone());
    let metadata = |metadata: Value| {
        with(
            completion(json!({})),
            "/prompt_components/0/metadata",
            metadata,
        )
    };
    let accepted = [
        completion(json!({})),
        with_context,
        completion(
            json!({ "model_provider": "vertex-ai", "model_name": null, "choices_count": 2 }),
        ),
        generation(json!({})),
        generation(json!({ "prompt_id": "code_suggestions/generations", "prompt_version": null })),
        generation(
            json!({ "prompt_enhancer": { "user_instruction": "x", "examples_array": null } }),
        ),
        metadata(json!({ "source": "GitLab EE", "version": "19.3.0" })),
    ];
    let refused = [
        json!({}),
        json!({ "prompt_components": [] }),
        json!({ "prompt_components": [context] }),
        json!({ "prompt_components": vec![completion(json!({}))["prompt_components"][0].clone(); 101] }),
        component("other", file("x", ""), json!({})),
        completion(json!({ "model_provider": "litellm" })),
        completion(json!({ "file_name": long(256) })),
        completion(json!({ "content_below_cursor": null })),
        generation(json!({ "prompt_id": "other" })),
        generation(json!({ "prompt_version": "9.9.9" })),
        generation(json!({ "prompt_enhancer": { "related_files": [3] } })),
        generation(json!({ "prompt": ["x"] })),
        metadata(json!({ "source": "GitLab EE" })),
    ];
    for (status, bodies) in [(200, &accepted[..]), (422, &refused[..])] {
        for body in bodies {
            for target in [COMPONENTS, SUGGESTIONS] {
                let reply = gitlab.post(&server, target, body).send().await;
                let shown: String = body.to_string().chars().take(200).collect();
                assert_eq!(reply.status, status, "{target}: {shown}: {}", reply.text());
            }
        }
    }
    server.finish().await;
}
