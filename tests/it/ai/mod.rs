//! The built-in gateway's own endpoints, asked by an editor with a token made here, and by a GitLab that signs its own.

mod bodies;
mod issuers;

use code_suggestions::keys::SigningKey;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Answer, DIRECT_ACCESS, FakeGateway, FakeModel, Reply, Request, TestServer};

const COMPLETIONS: &str = "/ai/v2/code/completions";
const GENERATIONS: &str = "/ai/v2/code/generations";
const COMPONENTS: &str = "/ai/v3/code/completions";
const SUGGESTIONS: &str = "/ai/v4/code/suggestions";
const USER_TOKEN: &str = "/ai/v1/code/user_access_token";

const ID: &str = "99999999-8888-7777-6666-555555555555";

/// Where the clocks of tests stand.
const NOW: i64 = 1_795_219_201;

/// A GitLab that publishes its key.
struct GitLab {
    fake: FakeGateway,
    key: SigningKey,
    _folder: TempDir,
}

impl GitLab {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::open(folder.path()).unwrap();
        let gitlab = Self {
            fake: FakeGateway::answering(Answer::new(404, "text/plain", "")).await,
            key,
            _folder: folder,
        };
        gitlab.says_keys_are_at(&format!("{}/oauth/discovery/keys", gitlab.fake.url()));
        gitlab.publishes(&[gitlab.key.public_jwk()]);
        gitlab
    }

    fn says_keys_are_at(&self, url: &str) {
        let document = json!({ "issuer": self.fake.url(), "jwks_uri": url });
        let answer = Answer::json(200, &document);
        self.fake
            .routes("GET /.well-known/openid-configuration", answer);
    }

    fn publishes(&self, keys: &[Value]) {
        let answer = Answer::json(200, &json!({ "keys": keys }));
        self.fake.routes("GET /oauth/discovery/keys", answer);
    }

    fn claims(&self) -> Value {
        json!({
            "iss": self.fake.url(), "aud": ["gitlab-ai-gateway"], "sub": ID, "iat": NOW, "nbf": NOW - 5, "exp": NOW + 3600,
            "gitlab_realm": "self-managed", "gitlab_instance_id": ID, "scopes": ["complete_code", "generate_code"],
        })
    }

    /// A request with a token that has these claims.
    fn asks(&self, server: &TestServer, target: &str, claims: &Value) -> Request {
        let token = self.key.sign(claims).unwrap();
        server
            .request("POST", target)
            .bearer(&token)
            .header("X-Gitlab-Authentication-Type", "oidc")
            .header("X-Gitlab-Realm", "self-managed")
            .header("X-Gitlab-Instance-Id", ID)
            .header("X-Gitlab-Global-User-Id", "somebody")
    }

    fn post(&self, server: &TestServer, target: &str, body: &Value) -> Request {
        self.asks(server, target, &self.claims()).json(body)
    }

    async fn trusted_by(&self, model: Option<&FakeModel>) -> TestServer {
        let builder = TestServer::builder().set("gateway.trusted_issuers", &self.fake.url());
        match model {
            None => builder.start().await,
            Some(model) => {
                let server = builder.model(model).start().await;
                server.knows_model().await;
                model.forget();
                server
            }
        }
    }
}

fn file(above: &str, below: &str) -> Value {
    json!({ "file_name": "a.py", "content_above_cursor": above, "content_below_cursor": below })
}

fn second_version(above: &str) -> Value {
    json!({ "prompt_version": 2, "prompt": "", "current_file": file(above, "") })
}

fn component(kind: &str, mut payload: Value, members: Value) -> Value {
    let Value::Object(members) = members else {
        panic!("members are an object");
    };
    for (name, value) in members {
        payload[name] = value;
    }
    json!({ "prompt_components": [{ "type": kind, "payload": payload }] })
}

/// A request by the editor to which `direct_access` has given a token.
async fn editor(server: &TestServer, target: &str) -> Request {
    let details = server
        .post(DIRECT_ACCESS)
        .send()
        .await
        .has_status(201)
        .json();
    let mut request = server
        .request("POST", target)
        .bearer(details["token"].as_str().unwrap());
    for (name, value) in details["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    request
}

#[track_caller]
fn refused(reply: &Reply, status: u16, body: &Value) {
    assert_eq!((reply.status, &reply.json()), (status, body));
}

#[tokio::test]
async fn checks_come_in_order() {
    let gitlab = GitLab::start().await;
    let server = gitlab.trusted_by(None).await;
    let no_header = json!({ "error": "No authorization header presented" });
    for target in [COMPLETIONS, "/ai/nothing", "/ai/v1/models/x"] {
        let reply = server.request("POST", target).send().await;
        refused(&reply, 401, &no_header);
    }
    let user = editor(&server, "/ai/nothing").await;
    refused(&user.send().await, 404, &json!({ "detail": "Not Found" }));
    let mut scopeless = gitlab.claims();
    scopeless["scopes"] = json!([]);
    let asks = |target| gitlab.asks(&server, target, &scopeless);
    let get = server.request("GET", COMPLETIONS);
    let get = get.bearer(&gitlab.key.sign(&scopeless).unwrap());
    let get = get
        .header("X-Gitlab-Authentication-Type", "oidc")
        .header("X-Gitlab-Realm", "self-managed")
        .header("X-Gitlab-Instance-Id", ID);
    let reply = get.send().await;
    refused(&reply, 405, &json!({ "detail": "Method Not Allowed" }));
    assert_eq!(reply.field("allow").as_deref(), Some("POST"));
    let invalid = json!({ "detail": "Validation error" });
    refused(
        &asks(COMPLETIONS).json(&json!({})).send().await,
        422,
        &invalid,
    );
    let typed = asks(COMPLETIONS).body("text/plain", second_version("x").to_string());
    refused(&typed.send().await, 422, &invalid);
    let component = component("code_editor_completion", file("x", ""), json!({}));
    for (target, body, detail) in [
        (
            COMPLETIONS,
            second_version("x"),
            "Unauthorized to access code completions",
        ),
        (
            GENERATIONS,
            second_version("x"),
            "Unauthorized to access code generations",
        ),
        (
            COMPONENTS,
            component.clone(),
            "Unauthorized to access code suggestions",
        ),
        (
            SUGGESTIONS,
            component,
            "Unauthorized to access code suggestions",
        ),
        (
            USER_TOKEN,
            json!({}),
            "Unauthorized to create user access token",
        ),
    ] {
        let reply = asks(target).json(&body).send().await;
        refused(&reply, 403, &json!({ "detail": detail }));
    }
    server.finish().await;
}

#[tokio::test]
async fn editors_may_ask_for_completions_alone() {
    let server = TestServer::builder().start().await;
    let ask = async |target: &'static str, body: Value| {
        editor(&server, target).await.json(&body).send().await
    };
    for target in [COMPLETIONS, "/ai/v2/completions"] {
        let reply = ask(target, second_version("x"))
            .await
            .has_status(200)
            .json();
        assert_eq!(reply["object"], "text_completion");
    }
    assert_eq!(ask(GENERATIONS, second_version("x")).await.status, 403);
    assert_eq!(ask(USER_TOKEN, json!({})).await.status, 403);
    for kind in ["code_editor_completion", "code_editor_generation"] {
        let body = component(kind, file("x", ""), json!({}));
        assert_eq!(ask(COMPONENTS, body.clone()).await.status, 403);
        assert_eq!(ask(SUGGESTIONS, body).await.status, 403);
    }
    server.finish().await;
}

#[tokio::test]
async fn identity_fields_agree_with_the_token() {
    let server = TestServer::builder().start().await;
    let good = editor(&server, COMPLETIONS)
        .await
        .json(&second_version("x"));
    good.send().await.has_status(200);
    for (name, text) in [
        ("X-Gitlab-Realm", "Header mismatch 'X-Gitlab-Realm'"),
        (
            "X-Gitlab-Instance-Id",
            "Header mismatch 'X-Gitlab-Instance-Id'",
        ),
        (
            "X-Gitlab-Global-User-Id",
            "Header mismatch 'X-Gitlab-Global-User-Id'",
        ),
        (
            "X-Gitlab-Authentication-Type",
            "Invalid authentication token type - only OIDC is supported",
        ),
    ] {
        let other = good.clone().without(name);
        refused(&other.clone().send().await, 401, &json!({ "error": text }));
        refused(
            &other.header(name, "other").send().await,
            401,
            &json!({ "error": text }),
        );
    }
    let with = |value: &str| {
        good.clone()
            .without("authorization")
            .header("Authorization", value)
    };
    for (value, text) in [
        ("Basic eDp5", "Invalid authorization header"),
        ("Bearer", "Invalid authorization header"),
        ("Bearer a.b.c", "Forbidden by auth provider"),
        (
            &format!("Bearer {}", "a".repeat(5_000)),
            "Forbidden by auth provider",
        ),
    ] {
        refused(&with(value).send().await, 401, &json!({ "error": text }));
    }
    server.advance(std::time::Duration::from_secs(3601));
    refused(
        &good.send().await,
        401,
        &json!({ "error": "Forbidden by auth provider" }),
    );
    server.finish().await;
}

#[tokio::test]
async fn what_is_open_needs_no_token() {
    let gitlab = GitLab::start().await;
    let server = gitlab.trusted_by(None).await;
    let get = |target| server.request("GET", target).send();
    assert_eq!(
        get("/ai/monitoring/healthz").await.has_status(200).text(),
        "{}"
    );
    let models = get("/ai/v1/models/definitions")
        .await
        .has_status(200)
        .json();
    assert_eq!(models["models"][0]["identifier"], "code_suggestions");
    assert_eq!(
        models["unit_primitives"][0]["feature_setting"],
        "code_completions"
    );
    let preflight = server
        .request("OPTIONS", COMPLETIONS)
        .header("Origin", "https://ide.example")
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization");
    let reply = preflight.send().await.has_status(200);
    assert_eq!(
        reply.field("access-control-allow-methods").as_deref(),
        Some("POST")
    );
    assert_eq!(reply.field("access-control-allow-credentials"), None);
    let any = |reply: Reply| reply.field("access-control-allow-origin").as_deref() == Some("*");
    assert!(any(reply));
    let asked = || gitlab.post(&server, COMPLETIONS, &second_version("x"));
    let page = |request: Request| request.header("Origin", "https://ide.example");
    assert!(any(page(asked()).send().await.has_status(200)));
    assert!(!any(asked().send().await.has_status(200)));
    let stranger = page(server.request("POST", COMPLETIONS)).send().await;
    assert!(any(stranger.has_status(401)));
    server.finish().await;
}

#[tokio::test]
async fn behind_another_gateway_there_is_none() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    for target in [COMPLETIONS, SUGGESTIONS, "/ai/v1/models/definitions"] {
        let method = if target.ends_with("definitions") {
            "GET"
        } else {
            "POST"
        };
        let reply = server.request(method, target).send().await;
        assert_eq!(
            (reply.status, reply.text().as_str()),
            (404, r#"{"error":"404 Not Found"}"#)
        );
    }
    server.finish().await;
}
