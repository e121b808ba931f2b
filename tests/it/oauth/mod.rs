//! OAuth 2.0 for editors through the real router: a consent that is given and not given, tokens and their ends, and every way
//! in which somebody else could try to get them.

mod consent;
mod tokens;

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::support::{Browser, FORM, Reply, Request, TestServer, form};

/// Where VS Code waits for answers.
const VSCODE: &str = "vscode://gitlab.gitlab-workflow/authentication";

/// Client id of the application that editors use here.
const EDITOR: &str = "editor-client-id";

/// Another application.
const OTHER: &str = "other-client-id";

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, VERIFIER.as_bytes()))
}

/// A server that knows both applications.
async fn server() -> TestServer {
    let server = TestServer::builder().start().await;
    let redirects = code_suggestions::auth::EDITOR_REDIRECTS.map(str::to_owned);
    for (uid, name) in [(EDITOR, "Editors"), (OTHER, "Other")] {
        let store = &server.shared.store;
        let added = store.add_application(uid.into(), name.into(), redirects.to_vec(), 1);
        added.await.unwrap();
    }
    server
}

/// What an editor asks for, with some parameters replaced or, where empty, left out.
fn asked<'a>(
    changed: &[(&'static str, &'a str)],
    challenge: &'a str,
) -> Vec<(&'static str, &'a str)> {
    let mut asked = vec![
        ("client_id", EDITOR),
        ("redirect_uri", VSCODE),
        ("response_type", "code"),
        ("state", "st a/te"),
        ("scope", "api"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changed {
        asked.retain(|(given, _)| given != name);
        if !value.is_empty() {
            asked.push((name, value));
        }
    }
    asked
}

/// A code that the user of the browser gives an editor.
async fn code(browser: &Browser<'_>, redirect_uri: &str) -> String {
    let challenge = challenge();
    let asked = asked(&[("redirect_uri", redirect_uri)], &challenge);
    let page = format!("/oauth/authorize?{}", form(&asked));
    browser.get(&page).await.has_status(200);
    let fields = [&asked[..], &[("answer", "authorize")]].concat();
    let reply = browser
        .post("/oauth/authorize", &fields)
        .await
        .has_status(303);
    answer(&reply, "code").unwrap()
}

/// A parameter of the answer that goes back through the browser.
fn answer(reply: &Reply, name: &str) -> Option<String> {
    let location = reply.field("location").unwrap();
    let (_, query) = location.split_once('?').unwrap();
    form_urlencoded::parse(query.as_bytes())
        .find(|(given, _)| given == name)
        .map(|(_, value)| value.into_owned())
}

/// A request to an endpoint for applications.
fn post(server: &TestServer, path: &str, fields: &[(&str, &str)]) -> Request {
    server.request("POST", path).body(FORM, form(fields))
}

/// A code for tokens.
fn exchange(server: &TestServer, code: &str) -> Request {
    post(server, "/oauth/token", &exchange_fields(code))
}

fn exchange_fields(code: &str) -> [(&'static str, &str); 5] {
    [
        ("client_id", EDITOR),
        ("redirect_uri", VSCODE),
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", VERIFIER),
    ]
}

/// A refresh token for others.
fn refresh(server: &TestServer, token: &str) -> Request {
    let fields = [
        ("client_id", EDITOR),
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
    ];
    post(server, "/oauth/token", &fields)
}

/// Tokens for a code of alice.
async fn tokens(server: &TestServer) -> Value {
    let browser = Browser::signed_in(server, "alice").await;
    let code = code(&browser, VSCODE).await;
    exchange(server, &code).send().await.has_status(200).json()
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} in {tokens}"))
}

/// A refusal of that kind.
async fn refused(request: Request, status: u16, error: &str) -> Value {
    let reply = request.send().await.has_status(status);
    assert_eq!(reply.field("cache-control").as_deref(), Some("no-store"));
    let body = reply.json();
    assert_eq!(body["error"], error, "{body}");
    assert!(body["error_description"].is_string(), "{body}");
    body
}
