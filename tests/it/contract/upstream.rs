//! Parts E and F: what the gateway is sent, for a completion and for a generation.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::support::{
    Expect, FakeGateway, TestServer, accepted, check, okc, okc_with, okc_with_file, row,
};

const COMPLETE: &str = "POST /v2/code/completions";
const GENERATE: &str = "POST /v4/code/suggestions";

#[tokio::test]
async fn a_completion_is_sent_as_gitlab_sends_it() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let on = server
        .shared
        .store
        .governance("grp/on".into())
        .await
        .unwrap()
        .and_then(|governance| governance.own)
        .unwrap()
        .id
        .to_string();
    let above = format!("{}Z", "x".repeat(149_999));
    let below = format!("A{}", "x".repeat(149_999));
    let rows = vec![
        row("E01", server.complete(&okc()), completion()),
        row(
            "E02",
            server
                .complete(&okc())
                .header("User-Agent", "Foo/1")
                .header("X-Gitlab-Language-Server-Version", "7.0.0"),
            accepted().sending("x-gitlab-language-server-version", "7.0.0"),
        ),
        row("E03", server.complete(&okc()), identified()),
        row(
            "E04",
            server.complete(&okc_with(json!({ "project_path": "grp/on" }))),
            accepted().sending("x-gitlab-project-id", &on),
        ),
        row(
            "E05",
            server.complete(&okc_with(json!({ "project_path": "GRP/On" }))),
            accepted().sending("x-gitlab-project-id", &on),
        ),
        row(
            "E06",
            server
                .complete(&okc())
                .header("X-Gitlab-Client-Type", "ide")
                .header("Cookie", "a=b")
                .header("X-Foo", "1"),
            accepted()
                .not_sending("x-gitlab-client-type")
                .not_sending("cookie")
                .not_sending("x-foo"),
        ),
        row(
            "E07",
            server.complete(&okc_with_file(json!({ "content_above_cursor": above }))),
            accepted().forwarding("/current_file/content_above_cursor", &above[50_000..]),
        ),
        row(
            "E08",
            server.complete(&okc_with_file(json!({ "content_below_cursor": below }))),
            accepted().forwarding("/current_file/content_below_cursor", &below[..100_000]),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

fn completion() -> Expect {
    accepted()
        .forwarding("/current_file", okc()["current_file"].clone())
        .forwarding("/intent", "completion")
        .forwarding("/stream", false)
        .forwarding("/prompt_version", 1)
        .forwarding("/model_name", "codestral-2508")
        .forwarding("/model_provider", "fireworks_ai")
}

fn identified() -> Expect {
    accepted()
        .sending("x-gitlab-authentication-type", "oidc")
        .sending("content-type", "application/json")
        .sending(
            "x-gitlab-instance-id",
            "11111111-2222-3333-4444-555555555555",
        )
        .sending("x-gitlab-realm", "self-managed")
        .sending("x-gitlab-deployment-type", "self-managed")
        .sending("x-gitlab-host-name", "gitlab.test")
        .sending("x-gitlab-version", "19.3.0")
        .sending("x-gitlab-user-id", "42")
        .sending("x-gitlab-unit-primitive", "complete_code")
        .not_sending("x-gitlab-saas-namespace-ids")
}

#[tokio::test]
async fn e01_the_target_and_the_members_are_exactly_these() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    server.complete(&okc()).send().await.has_status(200);
    let request = gateway.only_request();
    assert_eq!(request.target(), COMPLETE);
    let mut expected = okc();
    for (name, value) in [
        ("stream", json!(false)),
        ("prompt_version", json!(1)),
        ("model_name", json!("codestral-2508")),
        ("model_provider", json!("fireworks_ai")),
    ] {
        expected[name] = value;
    }
    assert_eq!(request.json(), expected);
    server.finish().await;
}

#[tokio::test]
async fn e03_the_instance_proves_itself_with_a_token_of_its_own() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    server.complete(&okc()).send().await.has_status(200);
    let request = gateway.only_request();
    let authorization = request.field("authorization").unwrap();
    let jwt = authorization.strip_prefix("Bearer ").unwrap();
    assert_eq!(jwt.split('.').count(), 3, "{jwt}");
    for token in server.tokens.all() {
        assert!(!format!("{request:?}").contains(token));
    }
    let id = request.field("x-gitlab-global-user-id").unwrap();
    assert_eq!((id.len(), STANDARD.decode(&id).unwrap().len()), (44, 32));
    server.finish().await;
}

#[tokio::test]
async fn e09_pseudonyms_are_stable_and_of_one_user() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    for token in [&server.tokens.api, &server.tokens.ai, &server.tokens.dave] {
        let request = server.complete(&okc()).bearer(token);
        request.send().await.has_status(200);
    }
    let ids: Vec<_> = gateway
        .requests()
        .iter()
        .map(|request| request.field("x-gitlab-global-user-id").unwrap())
        .collect();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
    server.finish().await;
}

#[tokio::test]
async fn a_generation_is_sent_as_gitlab_sends_it() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let python = json!({
        "current_file": {
            "file_name": "test.py",
            "content_above_cursor": "def is_even(n: int) ->\n# A function that outputs the first 20 fibonacci numbers\n",
        },
    });
    let context = json!([
        { "type": "file", "name": "m.go", "content": "package m" },
        { "type": "snippet", "name": "f", "content": "func f(){}" },
    ]);
    let mut instructed = okc_with(json!({ "user_instruction": "make it" }));
    instructed.as_object_mut().unwrap().remove("intent");
    let rows = vec![
        row("F01", server.complete(&python), generation()),
        row(
            "F02",
            server.complete(&okc_with(
                json!({ "intent": "generation", "context": context }),
            )),
            accepted()
                .forwarding(
                    enhancer("/related_files"),
                    json!(["<file_content file_name=\"m.go\">\npackage m\n</file_content>\n"]),
                )
                .forwarding(
                    enhancer("/related_snippets"),
                    json!(["<snippet_content name=\"f\">\nfunc f(){}\n</snippet_content>\n"]),
                ),
        ),
        row(
            "F03",
            server.complete(&instructed),
            accepted()
                .forwarding("/prompt_components/0/type", "code_editor_generation")
                .forwarding(enhancer("/user_instruction"), "make it"),
        ),
        row(
            "F05",
            server.complete(&cut(60_000)),
            accepted()
                .forwarding(
                    enhancer("/trimmed_content_above_cursor"),
                    "x".repeat(50_000),
                )
                .forwarding(enhancer("/trimmed_content_below_cursor"), ""),
        ),
        row(
            "F06",
            server.complete(&cut(49_995)),
            accepted().forwarding(enhancer("/trimmed_content_below_cursor"), "01234"),
        ),
    ];
    check(&gateway, rows).await;
    gateway.forget();
    server.complete(&python).send().await.has_status(200);
    assert_eq!(gateway.only_request().target(), GENERATE);
    server.finish().await;
}

fn generation() -> Expect {
    let payload =
        |member: &str| -> &'static str { format!("/prompt_components/0/payload{member}").leak() };
    accepted()
        .sending("x-gitlab-unit-primitive", "generate_code")
        .forwarding("/prompt_components/0/type", "code_editor_generation")
        .forwarding(payload("/language_identifier"), "Python")
        .forwarding(payload("/stream"), false)
        .forwarding(payload("/prompt_id"), "code_suggestions/generations")
        .forwarding(payload("/prompt_version"), "^1.0.0")
        .forwarding(
            enhancer("/user_instruction"),
            "Generate the best possible code based on instructions.",
        )
        .forwarding(enhancer("/examples_array/0/trigger_type"), "comment")
        .forwarding(enhancer("/examples_array/1/trigger_type"), "comment")
        .dropping(enhancer("/examples_array/2"))
        .forwarding(enhancer("/related_files"), json!([]))
        .forwarding(enhancer("/related_snippets"), json!([]))
        .forwarding(enhancer("/libraries"), json!([]))
}

fn enhancer(member: &str) -> &'static str {
    format!("/prompt_components/0/payload/prompt_enhancer{member}").leak()
}

fn cut(above: usize) -> serde_json::Value {
    json!({
        "current_file": {
            "file_name": "a.rb",
            "content_above_cursor": "x".repeat(above),
            "content_below_cursor": "0123456789",
        },
        "intent": "generation",
    })
}

#[tokio::test]
async fn what_a_client_may_not_choose_is_not_forwarded() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let names = [
        "model_metadata",
        "model_endpoint",
        "model_api_key",
        "model_identifier",
        "prompt",
        "prompt_components",
        "base_url",
        "api_base",
        "private_token",
        "bearer_token",
        "job_token",
    ];
    let mut body = okc_with(json!({ "model_provider": "mine", "model_name": "mine" }));
    for name in names {
        body[name] = server.tokens.api.clone().into();
    }
    let item = json!({ "type": "file", "name": "n", "content": "c", "model_endpoint": "http://x", "api_base": "http://x" });
    body["context"] = json!([item]);
    let mut expect = completion()
        .dropping("/context/0/model_endpoint")
        .dropping("/context/0/api_base");
    for name in names {
        expect = expect.dropping(format!("/{name}").leak());
    }
    check(
        &gateway,
        vec![row("decision 10", server.complete(&body), expect)],
    )
    .await;
    server.finish().await;
}

#[tokio::test]
async fn clients_can_neither_replace_nor_remove_fields_of_the_server() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let mut request = server.complete(&okc()).header(
        "Connection",
        "X-Gitlab-Instance-Id, X-Gitlab-Realm, Authorization",
    );
    for name in [
        "X-Gitlab-Instance-Id",
        "X-Gitlab-Realm",
        "X-Gitlab-Global-User-Id",
        "X-Gitlab-User-Id",
        "X-Gitlab-Version",
        "X-Gitlab-Host-Name",
        "X-Forwarded-For",
        "X-Original-Url",
        "X-Gitlab-Anything",
    ] {
        request = request.header(name, "evil");
    }
    let expect = identified()
        .not_sending("x-forwarded-for")
        .not_sending("x-original-url")
        .not_sending("x-gitlab-anything");
    check(&gateway, vec![row("section 8", request, expect)]).await;
    server.finish().await;
}
