//! Part I: details for asking the gateway directly.

use std::time::Duration;

use code_suggestions::store::UserSwitch;
use serde_json::{Value, json};

use crate::support::{
    Answer, DIRECT_ACCESS, End, Expect, FakeGateway, TestServer, check, refused, row,
};

// Decision 7: every failure but a refusal of the gateway is this.
const DISABLED: &str = r#"{"message":"403 Forbidden - Direct connections are disabled"}"#;

fn token() -> Answer {
    Answer::json(200, &json!({ "token": "tt", "expires_at": 1_900_000_000 }))
}

#[tokio::test]
async fn i01_a_connection_is_handed_out() {
    let gateway = FakeGateway::answering(token()).await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("gateway.url", &format!("{}/", gateway.url()))
        .start()
        .await;
    let reply = server.post(DIRECT_ACCESS).send().await.has_status(201);
    let body = reply.json();
    assert_eq!(body["token"], "tt");
    assert_eq!(body["expires_at"], 1_900_000_000);
    assert_eq!(body["base_url"], gateway.url());
    assert_eq!(
        body["model_details"],
        json!({ "model_provider": "fireworks_ai", "model_name": "codestral-2508" })
    );
    let headers = body["headers"].as_object().unwrap();
    assert!(headers.values().all(Value::is_string), "{headers:?}");
    assert_eq!(headers["X-Gitlab-Authentication-Type"], "oidc");
    for name in [
        "x-gitlab-host-name",
        "x-gitlab-instance-id",
        "x-gitlab-realm",
        "x-gitlab-version",
        "x-gitlab-global-user-id",
        "x-gitlab-user-id",
        "x-gitlab-unit-primitive",
        "X-Gitlab-Is-Team-Member",
        "X-Gitlab-Model-Prompt-Cache-Enabled",
    ] {
        assert!(headers.contains_key(name), "{name} in {headers:?}");
    }
    for name in [
        "authorization",
        "content-type",
        "x-request-id",
        "user-agent",
    ] {
        let sent = headers.keys().any(|key| key.eq_ignore_ascii_case(name));
        assert!(!sent, "{name} in {headers:?}");
    }
    assert_eq!(reply.field("cache-control").as_deref(), Some("no-store"));
    server.finish().await;
}

#[tokio::test]
async fn i03_the_token_endpoint_is_asked_as_gitlab_asks_it() {
    let gateway = FakeGateway::answering(token()).await;
    let server = TestServer::before(&gateway).await;
    let asked = Expect::status(201)
        .asking_gateway(1)
        .sending("x-gitlab-unit-primitive", "complete_code")
        .sending("x-gitlab-authentication-type", "oidc")
        .sending("x-gitlab-user-id", "42")
        .sending("x-gitlab-host-name", "gitlab.test");
    check(
        &gateway,
        vec![row("I03", server.post(DIRECT_ACCESS), asked)],
    )
    .await;
    let request = gateway.only_request();
    assert_eq!(request.target(), "POST /v1/code/user_access_token");
    assert!(request.body.is_empty());
    assert!(
        request
            .field("authorization")
            .unwrap()
            .starts_with("Bearer ey")
    );
    server.finish().await;
}

#[tokio::test]
async fn i04_with_direct_connections_off_nothing_is_counted_or_asked() {
    let gateway = FakeGateway::answering(token()).await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("gateway.direct_access", "false")
        .set("limits.direct_access", "1/5m")
        .start()
        .await;
    let rows = vec![
        row(
            "I04",
            server.post(DIRECT_ACCESS),
            refused(403, DISABLED).unmarked(),
        ),
        row(
            "I04 again",
            server.post(DIRECT_ACCESS),
            refused(403, DISABLED).unmarked(),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn a_token_serves_its_user_until_half_its_life_is_over() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let now = server.shared.clock.unix();
    let made = |text: &str, expires_at: i64| {
        Answer::json(200, &json!({ "token": text, "expires_at": expires_at }))
    };
    let handed_out = async |token: &str| {
        let request = server.post(DIRECT_ACCESS).bearer(token);
        let body = request.send().await.has_status(201).json();
        (
            body["token"].as_str().unwrap().to_owned(),
            body["expires_at"].clone(),
        )
    };
    gateway.answers(made("first", now + 3600));
    let first = ("first".to_owned(), json!(now + 3600));
    assert_eq!(handed_out(&server.tokens.api).await, first);
    gateway.answers(made("second", now + 7200));
    // The same user with another credential is the same user; another user is not.
    assert_eq!(handed_out(&server.tokens.oauth).await, first);
    assert_eq!(handed_out(&server.tokens.dave).await.0, "second");
    assert_eq!(gateway.requests().len(), 2);
    server.advance(Duration::from_secs(1799));
    assert_eq!(handed_out(&server.tokens.api).await, first);
    server.advance(Duration::from_secs(1));
    assert_eq!(handed_out(&server.tokens.api).await.0, "second");
    assert_eq!(gateway.requests().len(), 3);
    server.finish().await;
}

#[tokio::test]
async fn an_editor_that_asks_three_times_at_once_costs_one_token() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    gateway.hold();
    let ask = || server.post(DIRECT_ACCESS).send();
    let answer = async {
        let mut exchange = gateway.next().await;
        let now = server.shared.clock.unix();
        gateway.answers(Answer::json(500, &json!({})));
        let token = json!({ "token": "tt", "expires_at": now + 3600 });
        exchange.answer(&Answer::json(200, &token)).await;
        // The exchange stays open: a connection that ends is not the matter of this test.
        exchange
    };
    let (first, second, third, _exchange) = tokio::join!(ask(), ask(), ask(), answer);
    for reply in [first, second, third] {
        assert_eq!(reply.has_status(201).json()["token"], "tt");
    }
    assert_eq!(gateway.requests().len(), 1);
    server.finish().await;
}

#[tokio::test]
async fn refusals_of_the_token_endpoint_are_told() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let quota = json!({
        "detail": "d",
        "error": "usage_limit_error",
        "error_code": "quota_exceeded",
        "message": "Usage quota has been exceeded",
    });
    let asked = |status, body| {
        Expect::status(status)
            .json(body)
            .unmarked()
            .asking_gateway(1)
    };
    // By whose clock a token has expired is for the editor and the gateway to say (GitLab 19.3 copies the date).
    let expired = json!({ "token": "tt", "expires_at": server.shared.clock.unix() - 1 });
    let cases = [
        (
            "I06",
            Answer::json(402, &quota),
            asked(
                402,
                r#"{"message":"Token creation failed","error_description":"Usage quota has been exceeded","error_code":"quota_exceeded","error":"usage_limit_error"}"#,
            ),
        ),
        // I07 by decision 7: the credential of the server is refused, which is no fault of the client.
        (
            "I07",
            Answer::json(401, &json!({ "detail": "Unauthorized" })),
            asked(403, DISABLED),
        ),
        (
            "text for a body",
            Answer::new(422, "text/plain", "no"),
            asked(
                422,
                r#"{"message":"Token creation failed","error_description":null,"error_code":null,"error":null}"#,
            ),
        ),
        (
            "500",
            Answer::new(500, "text/plain", "x"),
            asked(403, DISABLED),
        ),
        (
            "503",
            Answer::new(503, "text/plain", "x"),
            asked(403, DISABLED),
        ),
        (
            "302",
            Answer::with(302, &[("Location", "/")], ""),
            asked(403, DISABLED),
        ),
        (
            "no token",
            Answer::json(200, &json!({})),
            asked(403, DISABLED),
        ),
        (
            "no JSON",
            Answer::new(200, "text/html", "<html>"),
            asked(403, DISABLED),
        ),
        (
            "garbage",
            Answer::bytes("garbage\r\n\r\n").then(End::Close),
            asked(403, DISABLED),
        ),
        (
            "cut",
            Answer::bytes("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{").then(End::Close),
            asked(403, DISABLED),
        ),
        (
            "an expired token",
            Answer::json(200, &expired),
            Expect::status(201).asking_gateway(1),
        ),
    ];
    for (id, answer, expect) in cases {
        gateway.answers(answer);
        check(&gateway, vec![row(id, server.post(DIRECT_ACCESS), expect)]).await;
    }
    let lists = server
        .post(DIRECT_ACCESS)
        .json(&json!({ "project_path": [] }));
    let invalid = refused(400, r#"{"error":"project_path is invalid"}"#);
    check(&gateway, vec![row("I08", lists, invalid)]).await;
    server.finish().await;
}

#[tokio::test]
async fn a_silent_or_absent_token_endpoint_is_a_quick_refusal() {
    let gateway = FakeGateway::answering(Answer::bytes("").then(End::Silence)).await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("gateway.response_timeout", "200ms")
        .start()
        .await;
    let reply = server.post(DIRECT_ACCESS).send().await.has_status(403);
    assert_eq!(reply.text(), DISABLED);
    gateway.clients_left(1).await;
    gateway.stop().await;
    let reply = server.post(DIRECT_ACCESS).send().await.has_status(403);
    assert_eq!(reply.text(), DISABLED);
    server.finish().await;
}

#[tokio::test]
async fn the_built_in_gateway_answers_the_connection_that_it_hands_out() {
    let server = TestServer::builder().start().await;
    let details = server
        .post(DIRECT_ACCESS)
        .send()
        .await
        .has_status(201)
        .json();
    assert_eq!(details["base_url"], "http://gitlab.test/ai");
    let token = details["token"].as_str().unwrap();
    let mut request = server.request("POST", "/ai/v2/completions").bearer(token);
    for (name, value) in details["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    let request = request.json(&crate::support::okc_with(json!({ "prompt_version": 1 })));
    request.send().await.has_status(200);
    let stranger = request.without("x-gitlab-global-user-id").send().await;
    assert_eq!(
        stranger.has_status(401).text(),
        r#"{"error":"Header mismatch 'X-Gitlab-Global-User-Id'"}"#
    );
    // A minted token opens the gateway and nothing else.
    server
        .complete(&crate::support::okc())
        .bearer(token)
        .send()
        .await
        .has_status(401);
    server.finish().await;
}

#[tokio::test]
async fn blocks_and_switches_end_a_direct_connection_before_its_time() {
    let server = TestServer::builder().start().await;
    let store = &server.shared.store;
    let reply = server.post(DIRECT_ACCESS).send().await;
    let details = reply.has_status(201).json();
    let body = crate::support::okc_with(json!({ "prompt_version": 1 }));
    let mut request = server
        .request("POST", "/ai/v2/completions")
        .bearer(details["token"].as_str().unwrap());
    for (name, value) in details["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    let request = request.json(&body);
    let alice = |switch, on| store.switch_user("alice".to_owned(), switch, on);
    let answers = async |status| {
        server.advance(Duration::from_secs(1));
        request.clone().send().await.has_status(status)
    };
    answers(200).await;
    alice(UserSwitch::Blocked, true).await.unwrap();
    assert_eq!(
        answers(401).await.text(),
        r#"{"error":"Forbidden by auth provider"}"#
    );
    alice(UserSwitch::Blocked, false).await.unwrap();
    answers(200).await;
    alice(UserSwitch::CodeSuggestions, false).await.unwrap();
    answers(401).await;
    alice(UserSwitch::CodeSuggestions, true).await.unwrap();
    store.switch_instance(false).await.unwrap();
    answers(401).await;
    store.switch_instance(true).await.unwrap();
    answers(200).await;
    server.finish().await;
}
