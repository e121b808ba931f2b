//! Part A: who is let in, with which credential in which place.

use serde_json::json;

use super::{BLOCKED, M401, M404, SCOPE};
use crate::support::{
    COMPLETIONS, DIRECT_ACCESS, ENABLED, Expect, FakeGateway, TestServer, accepted, check, okc,
    okc_with, refused, row,
};

const EXPIRED: &str = "Token is expired. You can either do re-authorization or token refresh.";
const REVOKED: &str = "Token was revoked. You have to re-authorize from the user.";

#[tokio::test]
async fn credentials_are_judged_as_in_the_contract() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let tokens = &server.tokens;
    let okc = || server.complete(&okc());
    let rows = vec![
        row(
            "A01",
            okc().anonymous(),
            refused(401, M401).without("www-authenticate").unmarked(),
        ),
        row("A02", okc().bearer("nonsense"), refused(401, M401)),
        row(
            "A03",
            okc().anonymous().header("PRIVATE-TOKEN", &tokens.api),
            accepted(),
        ),
        row(
            "A04",
            okc()
                .anonymous()
                .query(&format!("private_token={}", tokens.api)),
            accepted().dropping("/private_token"),
        ),
        row(
            "A05",
            okc()
                .anonymous()
                .header("Authorization", &format!("bearer {}", tokens.api)),
            accepted(),
        ),
        row("A06", okc().bearer(&tokens.ai), accepted()),
        row("A07", okc().bearer(&tokens.oauth), accepted()),
        row(
            "A07, in the other field",
            okc().anonymous().header("PRIVATE-TOKEN", &tokens.oauth),
            refused(401, M401),
        ),
        row(
            "A08",
            okc().bearer(&tokens.read),
            refused(403, SCOPE).without("www-authenticate"),
        ),
        row("A09", okc().bearer(&tokens.expired), invalid_token(EXPIRED)),
        row("A10", okc().bearer(&tokens.revoked), invalid_token(REVOKED)),
        row(
            "A11",
            okc().bearer(&tokens.bob),
            refused(401, M401).marked(),
        ),
        row("A12", okc().bearer(&tokens.carol), refused(403, BLOCKED)),
        row(
            "A13",
            server.complete(&json!({})).anonymous(),
            refused(401, M401).unmarked(),
        ),
        row(
            "A14",
            server.complete(&json!({})).bearer(&tokens.bob),
            refused(401, M401).marked(),
        ),
        row(
            "A17",
            server.post(DIRECT_ACCESS).bearer(&tokens.read),
            refused(403, SCOPE),
        ),
        row(
            "A18",
            server
                .post(ENABLED)
                .bearer(&tokens.bob)
                .json(&json!({ "project_path": "grp/on" })),
            refused(401, M401).marked(),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

fn invalid_token(description: &str) -> Expect {
    let body = json!({ "error": "invalid_token", "error_description": description });
    let challenge = format!(
        r#"Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="{description}""#
    );
    refused(401, &body.to_string()).field("www-authenticate", &challenge)
}

#[tokio::test]
async fn the_instance_switch_comes_after_authentication() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("instance.enabled", "false")
        .start()
        .await;
    let rows = vec![
        row("A15", server.complete(&okc()), refused(404, M404).marked()),
        row(
            "A16",
            server.complete(&okc()).anonymous(),
            refused(401, M401).unmarked(),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn credentials_in_other_places_do_not_count() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let token = &server.tokens.api;
    let okc = || server.complete(&okc()).anonymous();
    let with = |name: &str, value: &str| okc().header(name, value);
    let rows = vec![
        row(
            "basic",
            with("Authorization", &format!("Basic {token}")),
            refused(401, M401),
        ),
        row("job token", with("JOB-TOKEN", token), refused(401, M401)),
        row(
            "look-alike",
            with("PRIVATE_TOKEN", token),
            refused(401, M401),
        ),
        row(
            "cookie",
            with("Cookie", &format!("private_token={token}")),
            refused(401, M401),
        ),
        row(
            "part of a token",
            okc().bearer(&token[..token.len() - 1]),
            refused(401, M401),
        ),
        row(
            "more than a token",
            okc().bearer(&format!("{token} x")),
            refused(401, M401),
        ),
        row("empty", okc().bearer(""), refused(401, M401)),
        row(
            "over-long",
            okc().bearer(&"x".repeat(5000)),
            refused(401, M401),
        ),
        row(
            "twice, one of them right",
            okc().bearer(token).header("Authorization", "Bearer wrong"),
            Expect::status(400),
        ),
        row(
            "header and parameter",
            okc().bearer(token).query(&format!("access_token={token}")),
            refused(
                400,
                r#"{"error":"invalid_request","error_description":"Both Authorization header and payload includes access token."}"#,
            )
            .without("www-authenticate"),
        ),
        row(
            "in the body",
            server
                .request("POST", COMPLETIONS)
                .json(&okc_with(json!({ "access_token": token }))),
            accepted().dropping("/access_token"),
        ),
        row(
            "text other than ASCII",
            okc().bearer("caf\u{e9}"),
            refused(401, M401),
        ),
        row(
            "wrong in the body wins over the header",
            okc()
                .header("PRIVATE-TOKEN", token)
                .json(&okc_with(json!({ "private_token": "wrong" }))),
            refused(401, M401),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn nobody_acts_for_another() {
    const SUDO: &str = r#"{"message":"403 Forbidden - Must be admin to use sudo"}"#;
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let tokens = &server.tokens;
    let okc = || server.complete(&okc());
    let rows = vec![
        row("header", okc().header("Sudo", "bob"), refused(403, SUDO)),
        row("query", okc().query("sudo=bob"), refused(403, SUDO)),
        row(
            "body",
            server.complete(&okc_with(json!({ "sudo": 2 }))),
            refused(403, SUDO),
        ),
        row("nobody", okc().header("Sudo", ""), accepted()),
        row(
            "before the scope",
            okc().bearer(&tokens.read).header("Sudo", "bob"),
            refused(403, SUDO),
        ),
        row(
            "after the user",
            okc().bearer(&tokens.carol).header("Sudo", "bob"),
            refused(403, BLOCKED),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}
