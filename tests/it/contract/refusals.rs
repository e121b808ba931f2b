//! Which refusal wins: requests that break two rules at once, pair by pair, in the order of section 3 of the contract.

use serde_json::json;

use super::{ALL_MISSING, BLOCKED, M401, M404, SCOPE, TOO_OFTEN};
use crate::support::{
    CONNECTION_DETAILS, DIRECT_ACCESS, ENABLED, Expect, FakeGateway, TestServer, check, okc,
    refused, row,
};

#[tokio::test]
async fn the_earlier_rule_wins() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let tokens = &server.tokens;
    let malformed = || server.complete(&json!({})).raw_body("{\"a\":");
    let no_json = refused(400, r#"{"error":"Invalid JSON format"}"#);
    let text = || server.complete(&json!({})).body("text/plain", "x");
    let not_supported = Expect::status(415);
    let invalid = || server.complete(&json!({}));
    let rows = vec![
        row(
            "malformed, no token",
            malformed().anonymous(),
            no_json.clone(),
        ),
        row(
            "malformed, unknown token",
            malformed().bearer("unknown"),
            no_json.clone(),
        ),
        row(
            "malformed, expired token",
            malformed().bearer(&tokens.expired),
            no_json.clone(),
        ),
        row(
            "malformed, scope",
            malformed().bearer(&tokens.read),
            no_json,
        ),
        row(
            "media type, no token",
            text().anonymous(),
            not_supported.clone(),
        ),
        row(
            "media type, blocked",
            text().bearer(&tokens.carol),
            not_supported,
        ),
        row(
            "expired, blocked, scope",
            invalid().bearer(&tokens.hopeless),
            Expect::status(401),
        ),
        row(
            "blocked, scope",
            invalid().bearer(&tokens.carol_read),
            refused(403, BLOCKED),
        ),
        row(
            "scope, not entitled",
            invalid().bearer(&tokens.bob_read),
            refused(403, SCOPE).unmarked(),
        ),
        row(
            "not entitled, parameters",
            invalid().bearer(&tokens.bob),
            refused(401, M401).marked(),
        ),
        row(
            "scope, parameters",
            invalid().bearer(&tokens.read),
            refused(403, SCOPE),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn the_switch_wins_over_entitlement_and_parameters() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("instance.enabled", "false")
        .start()
        .await;
    let tokens = &server.tokens;
    let off = || refused(404, M404).marked();
    let rows = vec![
        row(
            "scope, switch",
            server.complete(&okc()).bearer(&tokens.read),
            refused(403, SCOPE).unmarked(),
        ),
        row(
            "switch, not entitled",
            server.complete(&okc()).bearer(&tokens.bob),
            off(),
        ),
        row("switch, parameters", server.complete(&json!({})), off()),
        row("enabled", server.post(ENABLED).json(&json!({})), off()),
        row("direct_access", server.post(DIRECT_ACCESS), off()),
        row("connection_details", server.post(CONNECTION_DETAILS), off()),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn parameters_win_over_the_limit_and_the_limit_over_size() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("limits.completions", "1/1m")
        .start()
        .await;
    server.complete(&okc()).send().await.has_status(200);
    let large = crate::support::okc_with(json!({ "pad": "x".repeat(700_000) }));
    let rows = vec![
        row(
            "parameters, limit",
            server.complete(&json!({})),
            refused(400, ALL_MISSING),
        ),
        row(
            "limit, size",
            server.complete(&large),
            refused(429, TOO_OFTEN).marked(),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn refused_requests_count_against_no_limit() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("limits.completions", "1/1m")
        .start()
        .await;
    let tokens = &server.tokens;
    let refusals = [
        server.complete(&okc()).anonymous(),
        server.complete(&okc()).bearer(&tokens.expired),
        server.complete(&okc()).bearer(&tokens.read),
        server.complete(&json!({})),
        server.complete(&okc()).raw_body("{"),
        server.complete(&okc()).body("text/plain", "x"),
    ];
    for request in refusals {
        assert!(request.send().await.status >= 400);
    }
    server.complete(&okc()).send().await.has_status(200);
    server.complete(&okc()).send().await.has_status(429);
    server.finish().await;
}
