//! A GitLab that uses this server as its AI Gateway: whose tokens are taken, and what it is answered.

use std::time::Duration;

use code_suggestions::keys::SigningKey;
use serde_json::{Value, json};

use super::{
    COMPLETIONS, COMPONENTS, GENERATIONS, GitLab, ID, NOW, SUGGESTIONS, USER_TOKEN, component,
    file, second_version,
};
use crate::support::{Answer, End, FakeModel, chat_stream, openai_stream};

const TALK: &[&str] = &["```python\n", "def add(a, b):\n    return a", " + b\n```"];
const CODE: &str = "def add(a, b):\n    return a + b";

#[tokio::test]
async fn a_trusted_gitlab_gets_completions_and_generations() {
    let gitlab = GitLab::start().await;
    let model = FakeModel::openai(&["qwen2.5-coder-instruct"]).await;
    let server = gitlab.trusted_by(Some(&model)).await;
    let ask = |target, body: &Value| {
        gitlab
            .post(&server, target, body)
            .header("X-Gitlab-Enabled-Feature-Flags", "one,two")
    };
    model.answers(openai_stream(&["1 + 2"], "stop"));
    let reply = ask(COMPLETIONS, &second_version("x = "))
        .send()
        .await
        .has_status(200)
        .json();
    let expected = json!({
        "id": "id",
        "model": { "engine": "openai", "name": "qwen2.5-coder-instruct", "lang": "python", "region": "local" },
        "experiments": [], "object": "text_completion", "created": NOW,
        "choices": [{ "text": "1 + 2", "index": 0, "finish_reason": "length" }],
        "metadata": { "enabled_feature_flags": ["one", "two"] },
    });
    assert_eq!(reply, expected);
    let mut streamed = second_version("y = ");
    streamed["stream"] = true.into();
    let reply = ask(COMPLETIONS, &streamed).send().await.has_status(200);
    assert_eq!(reply.text(), "1 + 2", "bare text");
    assert_eq!(reply.field("x-streaming-format"), None);
    model.answers(chat_stream(TALK));
    let reply = ask(GENERATIONS, &second_version("# add\n"))
        .send()
        .await
        .has_status(200)
        .json();
    assert_eq!(reply["choices"][0]["text"], CODE);
    let body = component("code_editor_completion", file("z = ", ""), json!({}));
    model.answers(openai_stream(&["3"], "stop"));
    for target in [COMPONENTS, SUGGESTIONS] {
        let reply = ask(target, &body).send().await.has_status(200).json();
        let told =
            json!({ "engine": "openai", "name": "qwen2.5-coder-instruct", "lang": "python" });
        assert_eq!(
            reply["choices"],
            json!([{ "text": "3", "index": 0, "finish_reason": "length" }])
        );
        assert_eq!(
            (&reply["model"], &reply["metadata"]["model"]),
            (&told, &told)
        );
        assert_eq!(reply["metadata"]["timestamp"], NOW);
    }
    server.finish().await;
}

#[tokio::test]
async fn the_enhancer_of_a_gitlab_is_told_to_the_model() {
    let gitlab = GitLab::start().await;
    let model = FakeModel::openai(&["qwen2.5-coder-instruct"]).await;
    let server = gitlab.trusted_by(Some(&model)).await;
    model.answers(chat_stream(TALK));
    let enhancer = json!({
        "examples_array": [{ "example": "EXAMPLE", "response": "RESPONSE", "trigger_type": "comment" }],
        "related_files": ["FILE"], "related_snippets": ["SNIPPET"], "libraries": ["LIBRARY"],
        "trimmed_content_above_cursor": "", "trimmed_content_below_cursor": "",
        "user_instruction": "Add two numbers.",
    });
    let members = json!({
        "stream": true, "prompt_id": "code_suggestions/generations", "prompt_version": "^1.0.0", "prompt_enhancer": enhancer,
    });
    let body = component("code_editor_generation", file("# add\n", ""), members);
    let reply = gitlab
        .post(&server, SUGGESTIONS, &body)
        .send()
        .await
        .has_status(200);
    assert_eq!(reply.field("x-streaming-format").as_deref(), Some("sse"));
    let text = reply.text();
    assert!(
        text.starts_with("event: stream_start\n")
            && text.ends_with("event: stream_end\ndata: null\n\n"),
        "{text}"
    );
    let system = model.only_request().json();
    let (system, user) = (
        &system["messages"][0]["content"],
        &system["messages"][1]["content"],
    );
    assert_eq!(user, "Add two numbers.");
    for part in [
        "EXAMPLE",
        "RESPONSE",
        "FILE",
        "SNIPPET",
        "LIBRARY",
        "# add\n{{cursor}}",
    ] {
        assert!(
            system.as_str().unwrap().contains(part),
            "{part} in {system}"
        );
    }
    server.finish().await;
}

#[tokio::test]
async fn models_that_a_gitlab_names_are_not_asked() {
    let gitlab = GitLab::start().await;
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let other = FakeModel::openai(&["codestral"]).await;
    let server = gitlab.trusted_by(Some(&model)).await;
    model.answers(openai_stream(&["1"], "stop"));
    let mut body = second_version("x = ");
    let named = json!({
        "model_provider": "litellm", "model_name": "codestral", "model_endpoint": other.url(), "model_api_key": "theirs",
        "model_identifier": "custom_openai/codestral",
        "model_metadata": { "provider": "litellm", "name": "codestral", "endpoint": other.url(), "api_key": "theirs" },
    });
    for (name, value) in named.as_object().unwrap() {
        body[name] = value.clone();
    }
    gitlab
        .post(&server, COMPLETIONS, &body)
        .send()
        .await
        .has_status(200);
    assert_eq!(model.only_request().field("authorization"), None);
    assert!(other.requests().is_empty());
    server.finish().await;
}

#[tokio::test]
async fn a_gitlab_gives_its_editors_tokens() {
    let gitlab = GitLab::start().await;
    let server = gitlab.trusted_by(None).await;
    let asks = || gitlab.asks(&server, USER_TOKEN, &gitlab.claims());
    let reply = asks().send().await.has_status(200).json();
    assert_eq!(reply["expires_at"], NOW + 3600);
    let token = reply["token"].as_str().unwrap();
    let ask = |target, body: &Value| {
        let request = server.request("POST", target).bearer(token);
        request
            .header("X-Gitlab-Authentication-Type", "oidc")
            .header("X-Gitlab-Realm", "self-managed")
            .header("X-Gitlab-Instance-Id", ID)
            .header("X-Gitlab-Global-User-Id", "somebody")
            .json(body)
            .send()
    };
    ask(COMPLETIONS, &second_version("x")).await.has_status(200);
    assert_eq!(
        ask(USER_TOKEN, &json!({})).await.status,
        403,
        "a user makes none"
    );
    let nobody = asks().without("X-Gitlab-Global-User-Id").send().await;
    assert_eq!(
        nobody.json(),
        json!({ "detail": "Missing X-Gitlab-Global-User-Id header" })
    );
    server.finish().await;
}

#[tokio::test]
async fn tokens_that_are_not_quite_right_are_refused() {
    let gitlab = GitLab::start().await;
    let server = gitlab.trusted_by(None).await;
    let body = second_version("x");
    let refusal = async |claims: &Value| {
        let reply = gitlab
            .asks(&server, COMPLETIONS, claims)
            .json(&body)
            .send()
            .await;
        assert_eq!(reply.status, 401, "{claims}");
        reply.json()["error"].as_str().unwrap().to_owned()
    };
    for (name, value) in [
        ("exp", json!(NOW)),
        ("nbf", json!(NOW + 60)),
        ("aud", json!("other")),
        ("iss", json!("https://gitlab.example")),
        ("sub", Value::Null),
    ] {
        let mut claims = gitlab.claims();
        claims[name] = value;
        assert_eq!(
            refusal(&claims).await,
            "Forbidden by auth provider",
            "{name}"
        );
    }
    for (name, field) in [
        ("gitlab_realm", "X-Gitlab-Realm"),
        ("gitlab_instance_id", "X-Gitlab-Instance-Id"),
        ("sub", "X-Gitlab-Instance-Id"),
    ] {
        let mut claims = gitlab.claims();
        claims[name] = json!("other");
        assert_eq!(
            refusal(&claims).await,
            format!("Header mismatch '{field}'"),
            "{name}"
        );
    }
    let mut silent = gitlab.claims();
    silent.as_object_mut().unwrap().remove("gitlab_realm");
    let reply = gitlab
        .asks(&server, COMPLETIONS, &silent)
        .json(&body)
        .send()
        .await;
    assert_eq!(
        reply.status, 200,
        "what a token does not say is not compared"
    );
    server.finish().await;
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_for_a_new_one() {
    let gitlab = GitLab::start().await;
    let server = gitlab.trusted_by(None).await;
    let body = second_version("x");
    let fetched = || gitlab.fake.asked("GET /oauth/discovery/keys").len();
    for _ in 0..3 {
        gitlab
            .post(&server, COMPLETIONS, &body)
            .send()
            .await
            .has_status(200);
    }
    assert_eq!(fetched(), 1);
    let folder = tempfile::tempdir().unwrap();
    let new = SigningKey::open(folder.path()).unwrap();
    let with_new = || {
        gitlab
            .post(&server, COMPLETIONS, &body)
            .bearer(&new.sign(&gitlab.claims()).unwrap())
    };
    assert_eq!(
        with_new().send().await.status,
        401,
        "nobody knows that key, and it is too early to ask"
    );
    gitlab.publishes(&[gitlab.key.public_jwk(), new.public_jwk()]);
    server.advance(Duration::from_mins(1));
    with_new().send().await.has_status(200);
    assert_eq!(fetched(), 2);
    gitlab
        .post(&server, COMPLETIONS, &body)
        .send()
        .await
        .has_status(200);
    let folder = tempfile::tempdir().unwrap();
    let strange = SigningKey::open(folder.path()).unwrap();
    for _ in 0..3 {
        let token = strange.sign(&gitlab.claims()).unwrap();
        let reply = gitlab
            .post(&server, COMPLETIONS, &body)
            .bearer(&token)
            .send()
            .await;
        assert_eq!(reply.status, 401);
    }
    assert_eq!(fetched(), 2, "strangers do not make us ask");
    server.finish().await;
}

#[tokio::test]
async fn keys_from_elsewhere_or_from_nowhere_are_none() {
    let body = second_version("x");
    let elsewhere = GitLab::start().await;
    let gitlab = GitLab::start().await;
    gitlab.says_keys_are_at(&format!("{}/oauth/discovery/keys", elsewhere.fake.url()));
    let server = gitlab.trusted_by(None).await;
    assert_eq!(
        gitlab.post(&server, COMPLETIONS, &body).send().await.status,
        401
    );
    assert!(elsewhere.fake.requests().is_empty());
    server.finish().await;
    for answer in [
        Answer::new(500, "text/plain", "x"),
        Answer::with(302, &[("Location", "/x")], ""),
        Answer::new(200, "text/html", "<html>"),
        Answer::json(200, &json!({ "keys": [] })),
        Answer::bytes("garbage\r\n\r\n").then(End::Close),
    ] {
        let gitlab = GitLab::start().await;
        gitlab.fake.routes("GET /oauth/discovery/keys", answer);
        let server = gitlab.trusted_by(None).await;
        assert_eq!(
            gitlab.post(&server, COMPLETIONS, &body).send().await.status,
            401
        );
        gitlab.publishes(&[gitlab.key.public_jwk()]);
        server.advance(Duration::from_secs(10));
        gitlab
            .post(&server, COMPLETIONS, &body)
            .send()
            .await
            .has_status(200);
        server.finish().await;
    }
}

#[tokio::test]
async fn without_the_setting_no_gitlab_is_trusted() {
    let gitlab = GitLab::start().await;
    let server = crate::support::TestServer::builder().start().await;
    let reply = gitlab
        .post(&server, COMPLETIONS, &second_version("x"))
        .send()
        .await;
    assert_eq!(reply.status, 401);
    assert!(gitlab.fake.requests().is_empty());
    server.finish().await;
}
