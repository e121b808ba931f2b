//! Tokens: what they are given for, what they open, and how they end.

use std::time::Duration;

use code_suggestions::store::UserSwitch;
use serde_json::json;

use super::{
    EDITOR, OTHER, VSCODE, code, exchange, exchange_fields, post, refresh, refused, server, text,
    tokens,
};
use crate::support::{Browser, COMPLETIONS, TestServer, okc};

/// Whether an access token opens completions.
async fn opens(server: &TestServer, tokens: &serde_json::Value) -> bool {
    server.advance(Duration::from_millis(20));
    let request = server.request("POST", COMPLETIONS);
    let request = request.bearer(text(tokens, "access_token")).json(&okc());
    request.send().await.status == 200
}

#[tokio::test]
async fn a_code_becomes_tokens_that_open_what_editors_need() {
    let server = server().await;
    let tokens = tokens(&server).await;
    assert_eq!(
        (
            &tokens["token_type"],
            &tokens["expires_in"],
            &tokens["created_at"],
            &tokens["scope"]
        ),
        (
            &json!("Bearer"),
            &json!(7200),
            &json!(server.shared.clock.unix()),
            &json!("api")
        )
    );
    assert!(
        text(&tokens, "access_token").len() >= 43 && text(&tokens, "refresh_token").len() >= 43
    );
    assert!(opens(&server, &tokens).await);
    let get = |path| {
        server
            .request("GET", path)
            .bearer(text(&tokens, "access_token"))
    };
    let user = get("/api/v4/user").send().await.has_status(200).json();
    assert_eq!(user["username"], "alice");
    let info = get("/oauth/token/info").send().await.has_status(200).json();
    assert_eq!(
        (&info["scope"], &info["application"]["uid"]),
        (&json!(["api"]), &json!(EDITOR))
    );
    let about = get("/oauth/userinfo").send().await.has_status(200).json();
    assert_eq!(
        (&about["sub"], &about["nickname"]),
        (&json!("42"), &json!("alice"))
    );
    server
        .request("GET", "/oauth/userinfo")
        .send()
        .await
        .has_status(401);
    server.advance(Duration::from_hours(2));
    assert!(!opens(&server, &tokens).await, "expired");
    server.finish().await;
}

#[tokio::test]
async fn a_code_is_bound_to_application_place_and_verifier() {
    let server = server().await;
    let browser = Browser::signed_in(&server, "alice").await;
    let code = code(&browser, VSCODE).await;
    let with = |name: &'static str, value: &str| {
        let mut fields = exchange_fields(&code).to_vec();
        fields.retain(|(given, _)| *given != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
        post(&server, "/oauth/token", &fields)
    };
    for (name, value, status, error) in [
        ("client_id", OTHER, 400, "invalid_grant"),
        ("client_id", "nobody", 401, "invalid_client"),
        ("client_id", "", 400, "invalid_request"),
        (
            "redirect_uri",
            "vscode://gitlab.gitlab-workflow/other",
            400,
            "invalid_grant",
        ),
        ("redirect_uri", "", 400, "invalid_request"),
        (
            "code_verifier",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            400,
            "invalid_grant",
        ),
        ("code_verifier", "short", 400, "invalid_grant"),
        ("code_verifier", &super::challenge(), 400, "invalid_grant"),
        ("code_verifier", "", 400, "invalid_request"),
        ("code", "wrong", 400, "invalid_grant"),
        ("code", "", 400, "invalid_request"),
        ("grant_type", "password", 400, "unsupported_grant_type"),
        ("grant_type", "", 400, "invalid_request"),
    ] {
        let body = refused(with(name, value), status, error).await;
        if error == "invalid_grant" {
            let told = body["error_description"].as_str().unwrap();
            assert!(
                told.starts_with("The provided authorization grant is invalid, expired, revoked")
            );
        }
    }
    let unknown = with("client_id", "nobody").send().await;
    assert!(
        unknown
            .field("www-authenticate")
            .unwrap()
            .starts_with("Bearer realm=\"Doorkeeper\"")
    );
    let twice = [&exchange_fields(&code)[..], &[("code", "another")]].concat();
    refused(
        post(&server, "/oauth/token", &twice),
        400,
        "invalid_request",
    )
    .await;
    exchange(&server, &code).send().await.has_status(200);
    server.finish().await;
}

#[tokio::test]
async fn a_code_expires() {
    let server = server().await;
    let browser = Browser::signed_in(&server, "alice").await;
    let code = code(&browser, VSCODE).await;
    server.advance(Duration::from_mins(5));
    refused(exchange(&server, &code), 400, "invalid_grant").await;
    server.finish().await;
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_was_issued_for_it() {
    let server = server().await;
    let browser = Browser::signed_in(&server, "alice").await;
    let code = code(&browser, VSCODE).await;
    let tokens = exchange(&server, &code).send().await.has_status(200).json();
    assert!(opens(&server, &tokens).await);
    refused(exchange(&server, &code), 400, "invalid_grant").await;
    assert!(!opens(&server, &tokens).await);
    refused(
        refresh(&server, text(&tokens, "refresh_token")),
        400,
        "invalid_grant",
    )
    .await;
    server.finish().await;
}

#[tokio::test]
async fn of_many_that_come_with_one_code_at_once_one_at_most_is_served() {
    let server = server().await;
    let browser = Browser::signed_in(&server, "alice").await;
    let code = code(&browser, VSCODE).await;
    let asked: Vec<_> = (0..8).map(|_| exchange(&server, &code).send()).collect();
    let mut successes = 0;
    for reply in futures_util::future::join_all(asked).await {
        successes += usize::from(reply.status == 200);
        assert!(matches!(reply.status, 200 | 400), "{}", reply.text());
    }
    assert_eq!(successes, 1);
    server.finish().await;
}

#[tokio::test]
async fn a_refresh_token_is_used_once_for_the_next_two() {
    let server = server().await;
    let first = tokens(&server).await;
    let refreshed = refresh(&server, text(&first, "refresh_token"));
    let second = refreshed.send().await.has_status(200).json();
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_ne!(second["access_token"], first["access_token"]);
    assert!(opens(&server, &second).await);
    // Another window of the same editor, which woke up at the same time.
    refused(refreshed.clone(), 400, "invalid_grant").await;
    assert!(opens(&server, &second).await);
    let other = [
        ("client_id", OTHER),
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&second, "refresh_token")),
    ];
    refused(post(&server, "/oauth/token", &other), 400, "invalid_grant").await;
    // Much later it is somebody else, and nobody knows who was first.
    server.advance(Duration::from_mins(1));
    refused(refreshed, 400, "invalid_grant").await;
    assert!(!opens(&server, &second).await);
    refused(
        refresh(&server, text(&second, "refresh_token")),
        400,
        "invalid_grant",
    )
    .await;
    server.finish().await;
}

#[tokio::test]
async fn a_refresh_token_ends_with_time_and_its_user() {
    let server = server().await;
    let first = tokens(&server).await;
    let store = &server.shared.store;
    for (blocked, status) in [(true, 400), (false, 200)] {
        let switch = store.switch_user("alice".into(), UserSwitch::Blocked, blocked);
        switch.await.unwrap();
        let reply = refresh(&server, text(&first, "refresh_token")).send().await;
        reply.has_status(status);
    }
    let second = tokens(&server).await;
    server.advance(Duration::from_hours(90 * 24));
    refused(
        refresh(&server, text(&second, "refresh_token")),
        400,
        "invalid_grant",
    )
    .await;
    server.finish().await;
}

#[tokio::test]
async fn revoking_either_token_ends_both() {
    let server = server().await;
    for name in ["access_token", "refresh_token"] {
        let tokens = tokens(&server).await;
        let revoke = |client_id| {
            let fields = [("token", text(&tokens, name)), ("client_id", client_id)];
            post(&server, "/oauth/revoke", &fields)
        };
        refused(revoke(OTHER), 403, "unauthorized_client").await;
        assert!(opens(&server, &tokens).await);
        for _ in 0..2 {
            let revoked = revoke(EDITOR).send().await.has_status(200);
            assert_eq!(revoked.json(), json!({}));
        }
        assert!(!opens(&server, &tokens).await, "{name}");
        refused(
            refresh(&server, text(&tokens, "refresh_token")),
            400,
            "invalid_grant",
        )
        .await;
    }
    let unknown = post(&server, "/oauth/revoke", &[("token", "unknown")]);
    unknown.send().await.has_status(200);
    // A personal access token is none of this endpoint's business.
    let personal = post(&server, "/oauth/revoke", &[("token", &server.tokens.api)]);
    personal.send().await.has_status(200);
    server.advance(Duration::from_secs(1));
    server.complete(&okc()).send().await.has_status(200);
    refused(post(&server, "/oauth/revoke", &[]), 400, "invalid_request").await;
    server.finish().await;
}

#[tokio::test]
async fn an_editor_is_disconnected_by_its_user_and_by_removing_the_application() {
    let server = server().await;
    let page = "/-/user_settings/personal_access_tokens";
    let first = tokens(&server).await;
    let browser = Browser::signed_in(&server, "alice").await;
    let shown = browser.get(page).await.text();
    assert!(
        shown.contains("Connected editors") && shown.contains("Editors"),
        "{shown}"
    );
    let grant = server
        .shared
        .store
        .grants_of(42, 0)
        .await
        .unwrap()
        .remove(0);
    let id = grant.id.to_string();
    let fields = [("action", "disconnect"), ("id", id.as_str())];
    let other = Browser::signed_in(&server, "dave").await;
    other.get(page).await;
    other.post(page, &fields).await;
    assert!(opens(&server, &first).await, "not by somebody else");
    browser.post(page, &fields).await.has_status(303);
    assert!(!opens(&server, &first).await);

    let second = tokens(&server).await;
    let store = &server.shared.store;
    store.remove_application(EDITOR.into(), 1).await.unwrap();
    assert!(!opens(&server, &second).await);
    refused(
        refresh(&server, text(&second, "refresh_token")),
        401,
        "invalid_client",
    )
    .await;
    server.finish().await;
}

#[tokio::test]
async fn a_token_is_described_to_its_own_application_alone() {
    let server = server().await;
    let own = tokens(&server).await;
    let ask = |bearer: &str, token: &str| {
        post(&server, "/oauth/introspect", &[("token", token)]).bearer(bearer)
    };
    let access = text(&own, "access_token");
    let described = ask(access, access).send().await.has_status(200).json();
    assert_eq!(
        (
            &described["active"],
            &described["scope"],
            &described["client_id"],
            &described["username"]
        ),
        (&json!(true), &json!("api"), &json!(EDITOR), &json!("alice"))
    );
    let inactive = json!({ "active": false });
    for token in [
        "unknown",
        &server.tokens.oauth,
        &server.tokens.api,
        text(&own, "refresh_token"),
    ] {
        let described = ask(access, token).send().await.has_status(200).json();
        assert_eq!(described, inactive, "{token}");
    }
    for bearer in [server.tokens.api.as_str(), "unknown"] {
        ask(bearer, access).send().await.has_status(401);
    }
    server.finish().await;
}

#[tokio::test]
async fn hostile_requests_get_definite_answers() {
    let server = server().await;
    let post = |content_type: &str, body: Vec<u8>| {
        let request = server.request("POST", "/oauth/token");
        request.body(content_type, body).send()
    };
    let form = crate::support::FORM;
    for (content_type, body, status) in [
        (form, b"%zz=%ff&\xff=\x00".to_vec(), 400),
        (form, vec![b'&'; 60_000], 400),
        (form, vec![b'x'; 70_000], 401),
        (
            form,
            format!("client_id={}", "x".repeat(60_000)).into(),
            400,
        ),
        ("application/json", b"{\"client_id\":[[[[".to_vec(), 400),
        ("application/json", vec![b'['; 60_000], 400),
        (
            "application/json",
            b"{\"client_id\":{\"a\":1}}".to_vec(),
            400,
        ),
        ("text/xml", b"<x/>".to_vec(), 415),
    ] {
        let reply = post(content_type, body.clone()).await;
        assert_eq!(reply.status, status, "{content_type}: {}", reply.text());
        assert!(reply.body.len() < 2048);
    }
    server
        .request("GET", "/oauth/token")
        .send()
        .await
        .has_status(404);
    server.finish().await;
}

#[tokio::test]
async fn the_discovery_document_names_what_there_is() {
    let server = server().await;
    let found = server
        .request("GET", "/.well-known/openid-configuration")
        .send()
        .await;
    let found = found.has_status(200).json();
    for (name, value) in [
        ("response_types_supported", json!(["code"])),
        (
            "grant_types_supported",
            json!(["authorization_code", "refresh_token"]),
        ),
        ("code_challenge_methods_supported", json!(["S256"])),
        ("token_endpoint_auth_methods_supported", json!(["none"])),
        (
            "scopes_supported",
            json!(["api", "read_api", "read_user", "ai_features"]),
        ),
    ] {
        assert_eq!(found[name], value, "{name}");
    }
    for (name, method) in [
        ("authorization_endpoint", "GET"),
        ("token_endpoint", "POST"),
        ("revocation_endpoint", "POST"),
        ("introspection_endpoint", "POST"),
        ("userinfo_endpoint", "GET"),
    ] {
        let url = text(&found, name);
        let path = url.strip_prefix("http://gitlab.test").unwrap();
        let reply = server.request(method, path).send().await;
        assert_ne!(reply.status, 404, "{name}");
    }
    server.finish().await;
}
