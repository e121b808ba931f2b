//! Part K: the token endpoint of GitLab 16.1 and 16.2 when this server issues; `another_gitlab` has K06 to K08.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use super::{M401, M404, SCOPE};
use crate::support::{FakeGateway, TestServer, check, refused, row};

const TOKENS: &str = "/api/v4/code_suggestions/tokens";
const AI_ASSIST: &str = "/api/v4/ml/ai-assist";

#[tokio::test]
async fn k01_k02_a_token_is_issued() {
    let server = TestServer::builder().start().await;
    let now = server.shared.clock.unix();
    let reply = server.post(TOKENS).send().await.has_status(201);
    assert_eq!(reply.field("cache-control").as_deref(), Some("no-store"));
    let body = reply.json();
    let mut members: Vec<_> = body.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["access_token", "created_at", "expires_in"]);
    assert_eq!(
        (&body["expires_in"], &body["created_at"]),
        (&json!(3600), &json!(now))
    );

    let token = body["access_token"].as_str().unwrap();
    let header = decode_header(token).unwrap();
    assert_eq!(header.alg, Algorithm::RS256);
    assert_eq!((header.typ.as_deref(), header.kid), (Some("JWT"), None));
    let claims = verified(&server, token).await;
    assert_eq!(claims["aud"], "gitlab-code-suggestions");
    assert_eq!(claims["iss"], "http://gitlab.test");
    assert_eq!(claims["gitlab_realm"], "self-managed");
    assert_eq!(claims["iat"], now);
    assert_eq!(claims["exp"], now + 3600);
    assert_eq!(claims["nbf"], now - 5);
    assert!(claims.get("sub").is_none() && claims.get("scopes").is_none());
    server.finish().await;
}

/// The claims, if one of the published keys has signed them.
async fn verified(server: &TestServer, token: &str) -> Value {
    let keys = server
        .request("GET", "/oauth/discovery/keys")
        .send()
        .await
        .json();
    let mut validation = Validation::new(Algorithm::RS256);
    // The test's clock is not that of the library.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = keys["keys"].as_array().unwrap().iter().find_map(|key| {
        let text = |name: &str| key[name].as_str().unwrap();
        let key = DecodingKey::from_rsa_components(text("n"), text("e")).unwrap();
        decode::<Value>(token, &key, &validation).ok()
    });
    claims.expect("signed with a published key").claims
}

#[tokio::test]
async fn k03_to_k05_refusals_come_in_the_order_of_the_contract() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let anonymous = || server.request("POST", TOKENS);
    let bob = || server.post(TOKENS).bearer(&server.tokens.bob);
    let rows = vec![
        row("K03", anonymous(), refused(401, M401)),
        row("K05", bob(), refused(401, M401)),
        row(
            "scope",
            server.post(TOKENS).bearer(&server.tokens.read),
            refused(403, SCOPE),
        ),
    ];
    check(&gateway, rows).await;
    server.shared.store.switch_instance(false).await.unwrap();
    server.advance(Duration::from_secs(1));
    let rows = vec![
        row("K04", server.post(TOKENS), refused(404, M404)),
        row("off, K03", anonymous(), refused(401, M401)),
        row("off, K05", bob(), refused(404, M404)),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn a_token_outlives_the_switch() {
    let server = TestServer::builder().start().await;
    let body = server.post(TOKENS).send().await.has_status(201).json();
    server.shared.store.switch_instance(false).await.unwrap();
    server.advance(Duration::from_secs(1));
    server.post(TOKENS).send().await.has_status(404);
    // Whoever holds the token verifies it with the published keys, which do not depend on the switch.
    let claims = verified(&server, body["access_token"].as_str().unwrap()).await;
    assert!(claims["exp"].as_i64().unwrap() > server.shared.clock.unix());
    server.finish().await;
}

#[tokio::test]
async fn ai_assist_tells_who_may() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let ask = |token: &str| server.request("GET", AI_ASSIST).bearer(token);
    let rows = vec![
        row(
            "alice",
            ask(&server.tokens.read),
            refused(200, r#"{"user_is_allowed":true}"#),
        ),
        row(
            "bob",
            ask(&server.tokens.bob),
            refused(200, r#"{"user_is_allowed":false}"#),
        ),
        row(
            "nobody",
            server.request("GET", AI_ASSIST),
            refused(401, M401),
        ),
    ];
    check(&gateway, rows).await;
    server.shared.store.switch_instance(false).await.unwrap();
    server.advance(Duration::from_secs(1));
    let off = row("off", ask(&server.tokens.api), refused(404, M404));
    check(&gateway, vec![off]).await;
    server.finish().await;
}
