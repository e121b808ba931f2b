//! Cases E10, E11, F04, I02 and I05: models that the settings choose, versions of the gateway's endpoints, features that are
//! switched off.

use serde_json::{Value, json};

use super::M401;
use crate::support::{
    Answer, CONNECTION_DETAILS, DIRECT_ACCESS, Expect, FakeGateway, TestServer, accepted, check,
    okc, okc_with, refused, row,
};

const GENERATION: &str = "/prompt_components/0/type";

/// A server that is told to use a model, with these further settings.
async fn with_model(gateway: &FakeGateway, settings: &[(&str, &str)]) -> TestServer {
    let builder = TestServer::builder()
        .gateway(gateway)
        .set("gateway.model.endpoint", "http://m/v1");
    settings
        .iter()
        .fold(builder, |builder, (key, value)| builder.set(key, value))
        .start()
        .await
}

fn generation() -> Value {
    okc_with(json!({ "intent": "generation" }))
}

#[tokio::test]
async fn e10_e11_a_completion_names_the_model_in_members_of_its_own() {
    let gateway = FakeGateway::start().await;
    let named = [("gateway.model.name", "codellama")];
    let full = [
        named[0],
        ("gateway.model.api_key", "tok"),
        ("gateway.model.identifier", "p/m"),
    ];
    let asked = accepted()
        .forwarding("/model_provider", "litellm")
        .forwarding("/prompt_version", 2)
        .forwarding("/prompt", Value::Null)
        .forwarding("/model_name", "codellama")
        .forwarding("/model_endpoint", "http://m/v1");
    let rows: [(_, &[_], _); 2] = [
        (
            "E10",
            &full,
            asked
                .clone()
                .forwarding("/model_api_key", "tok")
                .forwarding("/model_identifier", "p/m"),
        ),
        (
            "E11",
            &named,
            asked
                .dropping("/model_api_key")
                .dropping("/model_identifier"),
        ),
    ];
    for (id, settings, expect) in rows {
        let server = with_model(&gateway, settings).await;
        check(&gateway, vec![row(id, server.complete(&okc()), expect)]).await;
        server.finish().await;
    }
}

#[tokio::test]
async fn f04_a_generation_names_the_model_in_its_metadata() {
    let gateway = FakeGateway::start().await;
    let settings = [
        ("gateway.model.name", "mistral"),
        ("gateway.model.api_key", "token"),
        ("gateway.model.identifier", "provider/some-model"),
    ];
    let server = with_model(&gateway, &settings).await;
    let metadata = json!({
        "provider": "openai",
        "name": "mistral",
        "endpoint": "http://m/v1",
        "api_key": "token",
        "identifier": "provider/some-model",
    });
    let asked = accepted().forwarding("/model_metadata", metadata);
    // What a client says about the model is not heard beside it.
    let pushy = okc_with(json!({ "intent": "generation", "model_metadata": { "name": "gpt" } }));
    let rows = vec![
        row("F04", server.complete(&generation()), asked.clone()),
        row("decision 10", server.complete(&pushy), asked),
    ];
    check(&gateway, rows).await;
    server.finish().await;

    let server = with_model(&gateway, &settings[..1]).await;
    let asked = accepted()
        .forwarding("/model_metadata/api_key", Value::Null)
        .forwarding("/model_metadata/identifier", "");
    check(
        &gateway,
        vec![row(
            "F04 without key",
            server.complete(&generation()),
            asked,
        )],
    )
    .await;
    server.finish().await;
}

#[tokio::test]
async fn generations_may_have_a_model_of_their_own() {
    let gateway = FakeGateway::start().await;
    let settings = [
        ("gateway.model.name", "codestral"),
        ("gateway.model.generation.provider", "gitlab"),
        ("gateway.model.generation.identifier", "claude_sonnet"),
    ];
    let server = with_model(&gateway, &settings).await;
    let pinned = json!({
        "provider": "gitlab",
        "feature_setting": "code_generations",
        "identifier": "claude_sonnet",
    });
    let rows = vec![
        row(
            "completion",
            server.complete(&okc()),
            accepted().forwarding("/model_name", "codestral"),
        ),
        row(
            "generation",
            server.complete(&generation()),
            accepted().forwarding("/model_metadata", pinned),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn a_model_that_gitlab_hosts_is_named_by_its_identifier() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("gateway.model.provider", "gitlab")
        .set("gateway.model.identifier", "codestral_2508_fireworks")
        .start()
        .await;
    let asked = accepted()
        .forwarding("/model_provider", "gitlab")
        .forwarding("/model_name", "codestral_2508_fireworks")
        .forwarding("/prompt_version", 1)
        .dropping("/model_endpoint");
    check(
        &gateway,
        vec![row("hosted", server.complete(&okc()), asked)],
    )
    .await;
    server.finish().await;
}

#[tokio::test]
async fn each_version_of_the_endpoints_is_asked_in_its_own_form() {
    let gateway = FakeGateway::start().await;
    let cases: [(&str, &str, &Value, &str, Expect); 4] = [
        (
            "gateway.completions_api",
            "v4",
            &okc(),
            "POST /v4/code/suggestions",
            accepted()
                .forwarding(GENERATION, "code_editor_completion")
                .forwarding("/prompt_components/0/payload/content_above_cursor", "x")
                .forwarding("/prompt_components/0/payload/language_identifier", "Ruby")
                .forwarding("/model_metadata/name", "codestral")
                .dropping("/prompt_version")
                .sending("x-gitlab-unit-primitive", "complete_code"),
        ),
        (
            "gateway.generations_api",
            "v3",
            &generation(),
            "POST /v3/code/completions",
            accepted()
                .forwarding(GENERATION, "code_editor_generation")
                .forwarding("/model_metadata/name", "codestral")
                .sending("x-gitlab-unit-primitive", "generate_code"),
        ),
        (
            "gateway.generations_api",
            "v2",
            &generation(),
            "POST /v2/code/generations",
            accepted()
                .forwarding("/prompt_id", "code_suggestions/generations")
                .forwarding("/prompt_version", 2)
                .forwarding("/prompt", "")
                .forwarding("/model_provider", "litellm")
                .forwarding("/model_name", "codestral")
                .dropping("/prompt_components"),
        ),
        (
            "gateway.generations_api",
            "v4",
            &generation(),
            "POST /v4/code/suggestions",
            accepted().forwarding(GENERATION, "code_editor_generation"),
        ),
    ];
    for (key, version, body, target, expect) in cases {
        let settings = [("gateway.model.name", "codestral"), (key, version)];
        let server = with_model(&gateway, &settings).await;
        check(&gateway, vec![row(version, server.complete(body), expect)]).await;
        gateway.forget();
        server.complete(body).send().await.has_status(200);
        assert_eq!(gateway.only_request().target(), target);
        server.finish().await;
    }
}

#[tokio::test]
async fn i02_a_connection_to_a_self_hosted_model_has_no_details_of_it() {
    let token = Answer::json(200, &json!({ "token": "tt", "expires_at": 1_900_000_000 }));
    let gateway = FakeGateway::answering(token).await;
    let server = with_model(&gateway, &[("gateway.model.name", "codestral")]).await;
    let body = server
        .post(DIRECT_ACCESS)
        .send()
        .await
        .has_status(201)
        .json();
    assert!(body.get("model_details").is_none(), "{body}");
    server.finish().await;
}

#[tokio::test]
async fn i05_a_feature_that_is_switched_off_is_refused() {
    let gateway = FakeGateway::start().await;
    let builder = || {
        TestServer::builder()
            .gateway(&gateway)
            .set("limits.direct_access", "1/5m")
    };
    let server = builder()
        .set("gateway.code_completions", "false")
        .start()
        .await;
    let refusal = || refused(401, M401);
    let rows = vec![
        row("I05", server.post(DIRECT_ACCESS), refusal().unmarked()),
        row("4.3 row 5", server.complete(&okc()), refusal().marked()),
        row("only that kind", server.complete(&generation()), accepted()),
        row(
            "section 7",
            server.post(CONNECTION_DETAILS),
            refusal().unmarked(),
        ),
        // Counted before it was refused.
        row(
            "section 5 row 4",
            server.post(DIRECT_ACCESS),
            Expect::status(429),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;

    let server = builder()
        .set("gateway.code_generations", "false")
        .start()
        .await;
    let rows = vec![
        row(
            "generation",
            server.complete(&generation()),
            refusal().marked(),
        ),
        row("completion", server.complete(&okc()), accepted()),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}
