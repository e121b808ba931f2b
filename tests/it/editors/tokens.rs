//! The token that asks: revoked and replaced by itself.

use serde_json::{Value, json};

use crate::support::{COMPLETIONS, Request, TestServer, okc};

const SELF: &str = "/api/v4/personal_access_tokens/self";
const ROTATE: &str = "/api/v4/personal_access_tokens/self/rotate";

const REVOKED: &str = r#"{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}"#;

fn suggest(server: &TestServer, token: &str) -> Request {
    server
        .request("POST", COMPLETIONS)
        .bearer(token)
        .json(&okc())
}

async fn rotate(server: &TestServer, token: &str, body: &Value) -> Value {
    let request = server.request("POST", ROTATE).bearer(token).json(body);
    let reply = request.send().await.has_status(200);
    assert_eq!(reply.field("cache-control").as_deref(), Some("no-store"));
    reply.json()
}

#[tokio::test]
async fn a_token_revokes_itself() {
    let server = TestServer::builder().start().await;
    let delete = |token: &str| server.request("DELETE", SELF).bearer(token);
    let token = &server.tokens.dave;
    suggest(&server, token).send().await.has_status(200);
    let reply = delete(token).send().await.has_status(204);
    assert_eq!(reply.text(), "");
    let refused = suggest(&server, token).send().await.has_status(401);
    assert_eq!(refused.text(), REVOKED);
    delete(token).send().await.has_status(401);
    delete("glpat-unknown").send().await.has_status(401);
    delete(&server.tokens.read).send().await.has_status(204);
    let oauth = delete(&server.tokens.oauth).send().await.has_status(400);
    assert!(
        oauth
            .text()
            .contains("requires token type to be a personal access token")
    );
    server.finish().await;
}

#[tokio::test]
async fn a_token_is_replaced_by_a_new_one() {
    let server = TestServer::builder().start().await;
    let old = &server.tokens.dave;
    let rotated = rotate(&server, old, &json!({ "expires_at": "2026-12-24" })).await;
    let token = rotated["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("glpat-") && token != *old);
    let mut names: Vec<_> = rotated.as_object().unwrap().keys().collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "active",
            "created_at",
            "description",
            "expires_at",
            "granular",
            "id",
            "last_used_at",
            "name",
            "revoked",
            "scopes",
            "token",
            "user_id"
        ]
    );
    assert_eq!(
        (
            &rotated["expires_at"],
            &rotated["scopes"],
            &rotated["active"],
            &rotated["revoked"]
        ),
        (
            &json!("2026-12-24"),
            &json!(["api"]),
            &json!(true),
            &json!(false)
        )
    );
    assert_eq!(
        suggest(&server, old).send().await.has_status(401).text(),
        REVOKED
    );
    suggest(&server, &token).send().await.has_status(200);

    let week = rotate(&server, &token, &json!({})).await;
    assert_eq!(
        week["expires_at"], "2026-11-28",
        "a week when nothing is said"
    );
    server.finish().await;
}

#[tokio::test]
async fn a_replaced_token_that_comes_back_ends_its_family() {
    let server = TestServer::builder().start().await;
    let old = &server.tokens.dave;
    let newest = rotate(&server, old, &json!({})).await["token"]
        .as_str()
        .unwrap()
        .to_owned();
    suggest(&server, &newest).send().await.has_status(200);
    let again = server.request("POST", ROTATE).bearer(old).json(&json!({}));
    let refused = again.send().await.has_status(401);
    assert_eq!(refused.text(), REVOKED);
    suggest(&server, &newest).send().await.has_status(401);
    suggest(&server, &server.tokens.api)
        .send()
        .await
        .has_status(200);
    server.finish().await;
}

#[tokio::test]
async fn what_cannot_be_rotated_is_refused() {
    let server = TestServer::builder().start().await;
    let tokens = &server.tokens;
    let ask = |token: &str, date: Value| {
        let request = server.request("POST", ROTATE).bearer(token);
        request.json(&json!({ "expires_at": date }))
    };
    let far = "2027-11-22";
    for (token, date, status, text) in [
        (
            &tokens.api,
            json!("tomorrow"),
            400,
            r#"{"error":"expires_at is invalid"}"#,
        ),
        (
            &tokens.api,
            json!("2026-11-21"),
            400,
            r#"{"error":"expires_at must be in the future"}"#,
        ),
        (
            &tokens.api,
            json!(far),
            400,
            r#"{"error":"expires_at must be before 2027-11-21"}"#,
        ),
        (
            &tokens.oauth,
            json!("2026-12-24"),
            405,
            r#"{"message":"405 Method Not Allowed"}"#,
        ),
    ] {
        let reply = ask(token, date).send().await.has_status(status);
        assert_eq!(reply.text(), text);
    }
    let scope = ask(&tokens.read, Value::Null).send().await.has_status(403);
    assert_eq!(scope.json()["scope"], "api self_rotate");
    ask(&tokens.expired, Value::Null)
        .send()
        .await
        .has_status(401);
    server.request("POST", ROTATE).send().await.has_status(401);
    suggest(&server, &tokens.api).send().await.has_status(200);
    server.finish().await;
}
