//! `gateway.kind = "gitlab"`: another GitLab is asked with one token for everybody, and cases K06 to K08.

use std::time::Duration;

use serde_json::json;

use super::M401;
use crate::support::{
    Answer, COMPLETIONS, DIRECT_ACCESS, Expect, FakeGateway, TestServer, accepted, check, okc,
    okc_with, refused, row,
};

const TOKENS: &str = "/api/v4/code_suggestions/tokens";

/// A server behind which another GitLab stands, with the token `up`.
async fn behind(gitlab: &FakeGateway) -> TestServer {
    TestServer::builder()
        .gateway(gitlab)
        .set("gateway.kind", "gitlab")
        .set("gateway.token", "up")
        .start()
        .await
}

#[tokio::test]
async fn completions_go_there_with_the_token_of_the_instance() {
    let gitlab = FakeGateway::start().await;
    let server = behind(&gitlab).await;
    let asked = accepted()
        .sending("authorization", "Bearer up")
        .not_sending("private-token")
        .not_sending("cookie")
        .not_sending("x-gitlab-global-user-id")
        .not_sending("x-gitlab-user-id")
        .not_sending("x-gitlab-instance-id")
        .sending("x-gitlab-language-server-version", "8.54.0")
        .forwarding("/current_file", okc()["current_file"].clone())
        .forwarding("/stream", false)
        .dropping("/private_token")
        .dropping("/access_token")
        .dropping("/model_name")
        .dropping("/prompt_components");
    let credentials = json!({ "private_token": server.tokens.api, "model_name": "x" });
    let rows = vec![
        row(
            "header",
            server
                .complete(&okc())
                .header("Cookie", "a=b")
                .header("X-Gitlab-Language-Server-Version", "8.54.0"),
            asked.clone(),
        ),
        row(
            "parameter",
            server
                .complete(&okc_with(credentials))
                .without("authorization")
                .header("X-Gitlab-Language-Server-Version", "8.54.0"),
            asked,
        ),
    ];
    check(&gitlab, rows).await;
    gitlab.forget();
    server.complete(&okc()).send().await.has_status(200);
    let request = gitlab.only_request();
    assert_eq!(
        request.target(),
        "POST /api/v4/code_suggestions/completions"
    );
    server.finish().await;
}

#[tokio::test]
async fn its_refusals_pass_but_for_that_of_our_token() {
    let gitlab = FakeGateway::start().await;
    let server = behind(&gitlab).await;
    let limit = json!({ "message": { "error": "too many" } });
    let once = |status| Expect::status(status).asking_gateway(1).unmarked();
    let cases = [
        (
            "429",
            Answer::json(429, &limit),
            once(429).json(&limit.to_string()),
        ),
        (
            "404",
            Answer::json(404, &json!({ "message": "404 Not Found" })),
            once(404),
        ),
        ("401", Answer::json(401, &json!({})), once(502)),
        ("500", Answer::json(500, &json!({})), once(502)),
    ];
    for (id, answer, expect) in cases {
        gitlab.answers(answer);
        check(&gitlab, vec![row(id, server.complete(&okc()), expect)]).await;
    }
    server.finish().await;
}

#[tokio::test]
async fn what_is_left_of_its_limits_is_left_to_everybody_and_told_to_nobody() {
    let gitlab = FakeGateway::start().await;
    let server = behind(&gitlab).await;
    let fields = [
        ("Content-Type", "application/json"),
        ("Retry-After", "17"),
        ("RateLimit-Limit", "60"),
        ("RateLimit-Name", "throttle_authenticated_api"),
        ("RateLimit-Observed", "59"),
        ("RateLimit-Remaining", "1"),
        ("RateLimit-Reset", "1795219260"),
        ("RateLimit-ResetTime", "Sat, 21 Nov 2026 00:01:00 GMT"),
        ("X-Other", "1"),
    ];
    for (status, target) in [(200, COMPLETIONS), (429, COMPLETIONS), (201, TOKENS)] {
        gitlab.answers(Answer::with(status, &fields, r#"{"choices":[]}"#));
        let asked = server.post(target).json(&okc()).send().await;
        let reply = asked.has_status(status);
        let told = reply.head.fields.iter().map(|(name, _)| name.as_str());
        let limits: Vec<_> = told.filter(|name| name.starts_with("ratelimit")).collect();
        assert!(limits.is_empty(), "{status}: {limits:?}");
        if status == 429 {
            assert_eq!(reply.field("retry-after").as_deref(), Some("17"));
        }
    }
    server.finish().await;

    let server = TestServer::builder()
        .gateway(&gitlab)
        .set("gateway.kind", "gitlab")
        .set("gateway.token", "up")
        .set("limits.completions", "9/1m")
        .start()
        .await;
    gitlab.answers(Answer::with(200, &fields, r#"{"choices":[]}"#));
    let reply = server.complete(&okc()).send().await.has_status(200);
    assert_eq!(reply.field("ratelimit-limit").as_deref(), Some("9"));
    server.finish().await;
}

#[tokio::test]
async fn its_streams_take_the_form_that_the_client_reads() {
    let gitlab = FakeGateway::start().await;
    let server = behind(&gitlab).await;
    let events = [
        "event: stream_start\ndata: {\"metadata\":{}}\n\n",
        "event: content_chunk\ndata: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"index\":0}]}\n\n",
        "event: stream_end\ndata: null\n\n",
    ];
    gitlab.answers(Answer::events(&events));
    let reply = server
        .stream()
        .header("X-Supports-Sse-Streaming", "true")
        .send()
        .await
        .has_status(200);
    assert_eq!(reply.text(), events.concat());
    assert!(reply.whole);
    assert_eq!(
        gitlab
            .only_request()
            .field("x-supports-sse-streaming")
            .as_deref(),
        Some("true")
    );
    let text = server.stream().send().await.has_status(200);
    assert_eq!(text.text(), "hi");
    server.finish().await;
}

#[tokio::test]
async fn a_direct_connection_is_made_once_for_everybody() {
    let gitlab = FakeGateway::start().await;
    let server = behind(&gitlab).await;
    let now = server.shared.clock.unix();
    let connection = json!({
        "base_url": "https://cloud.example.com/ai",
        "token": "direct",
        "expires_at": now + 3600,
        "headers": { "X-Gitlab-Realm": "saas" },
        "model_details": { "model_provider": "p", "model_name": "m" },
    });
    gitlab.answers(Answer::json(201, &connection));
    let ask = |token: &str| server.post(DIRECT_ACCESS).bearer(token).send();
    assert_eq!(
        ask(&server.tokens.api).await.has_status(201).json(),
        connection
    );
    assert_eq!(
        ask(&server.tokens.dave).await.has_status(201).json(),
        connection
    );
    let request = gitlab.only_request();
    assert_eq!(
        request.target(),
        "POST /api/v4/code_suggestions/direct_access"
    );
    assert_eq!(request.field("authorization").as_deref(), Some("Bearer up"));

    server.advance(Duration::from_mins(30));
    for status in [401, 403, 404, 422, 429, 500, 503] {
        gitlab.answers(Answer::json(status, &json!({ "message": "no" })));
        ask(&server.tokens.api).await.has_status(403);
    }
    gitlab.answers(Answer::json(201, &json!({ "base_url": 1 })));
    ask(&server.tokens.api).await.has_status(403);
    server.finish().await;
}

#[tokio::test]
async fn k06_to_k08_the_token_endpoint_is_passed_on() {
    let gitlab = FakeGateway::start().await;
    let token = json!({ "access_token": "jwt", "expires_in": 3600, "created_at": 1 });
    gitlab.answers(Answer::json(201, &token));
    let server = behind(&gitlab).await;
    let passed_on = Expect::status(201)
        .json(&token.to_string())
        .asking_gateway(1)
        .sending("authorization", "Bearer up");
    let bob = server.post(TOKENS).bearer(&server.tokens.bob);
    let rows = vec![
        row("K06", server.post(TOKENS), passed_on),
        row("not entitled", bob, refused(401, M401)),
    ];
    check(&gitlab, rows).await;
    server.shared.store.switch_instance(false).await.unwrap();
    server.advance(Duration::from_secs(1));
    let off = row("K07", server.post(TOKENS), refused(401, M401));
    check(&gitlab, vec![off]).await;
    server.finish().await;

    let without = TestServer::builder()
        .gateway(&gitlab)
        .set("gateway.kind", "gitlab")
        .start()
        .await;
    let rows = vec![
        row("K08", without.post(TOKENS), refused(401, M401)),
        row("completion", without.complete(&okc()), Expect::status(502)),
    ];
    check(&gitlab, rows).await;
    without.finish().await;
}

#[tokio::test]
async fn the_token_request_goes_out_as_another_instances_does() {
    let gitlab = FakeGateway::start().await;
    let server = behind(&gitlab).await;
    server.post(TOKENS).send().await;
    let request = gitlab.only_request();
    assert_eq!(request.target(), "POST /api/v4/code_suggestions/tokens");
    assert!(request.body.is_empty());
    let agent = request.field("user-agent").unwrap();
    assert!(agent.starts_with("gitlab-workhorse"), "{agent}");
    server.finish().await;
}
