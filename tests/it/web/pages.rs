//! What each page does, what all of them carry, and where they live.

use std::time::Duration;

use super::{PASSWORD, PREFERENCES, SIGN_IN, TOKENS};
use crate::support::{Browser, COMPLETIONS, Reply, TestServer, okc};

/// The token that a page shows.
fn shown_token(page: &Reply) -> String {
    let text = page.text();
    let begin = text.find("glpat-").unwrap_or_else(|| panic!("{text}"));
    let token = &text[begin..];
    token.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn every_page_says_what_a_browser_may_do_there() {
    let server = TestServer::builder().start().await;
    let browser = Browser::signed_in(&server, "alice").await;
    for path in [
        "/",
        TOKENS,
        PREFERENCES,
        "/-/playground",
        "/admin",
        "/oauth/authorize",
    ] {
        let page = browser.get(path).await;
        let field = |name| page.field(name).unwrap_or_default();
        let policy = field("content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(
            !policy.contains("unsafe") && !policy.contains("http:"),
            "{policy}"
        );
        assert_eq!(field("x-frame-options"), "DENY", "{path}");
        assert_eq!(field("cache-control"), "no-store", "{path}");
        assert_eq!(field("referrer-policy"), "same-origin", "{path}");
        assert_eq!(field("content-type"), "text/html; charset=utf-8", "{path}");
        let text = page.text();
        for foreign in ["src=\"http", "href=\"http", "style=\"", "onclick"] {
            assert!(!text.contains(foreign), "{path}: {foreign}");
        }
    }
    server.finish().await;
}

#[tokio::test]
async fn a_token_is_made_shown_once_used_and_revoked() {
    let server = TestServer::builder().start().await;
    let browser = Browser::signed_in(&server, "alice").await;
    let filled = browser
        .get(&format!(
            "{TOKENS}?name=GitLab+Workflow+Extension&scopes=api,nonsense"
        ))
        .await
        .has_status(200)
        .text();
    assert!(
        filled.contains("value=\"GitLab Workflow Extension\""),
        "{filled}"
    );
    assert!(filled.contains("value=\"api\" checked"), "{filled}");
    assert!(!filled.contains("value=\"read_api\" checked") && !filled.contains("nonsense"));
    assert_eq!(
        server.shared.store.tokens_of(42).await.unwrap().len(),
        6,
        "looking makes none"
    );

    let fields = [
        ("name", "Laptop"),
        ("scopes", "api"),
        ("scopes", "read_user"),
        ("expires_at", "2026-12-01"),
    ];
    let made = browser.post(TOKENS, &fields).await.has_status(201);
    let token = shown_token(&made);
    let asks = || {
        server
            .request("POST", COMPLETIONS)
            .bearer(&token)
            .json(&okc())
    };
    asks().send().await.has_status(200);
    let stored = server.shared.store.tokens_of(42).await.unwrap().remove(0);
    assert_eq!(
        (stored.name.as_str(), stored.scopes.to_string().as_str()),
        ("Laptop", "api,read_user")
    );
    let again = browser.get(TOKENS).await.text();
    assert!(
        again.contains("Laptop") && again.contains("2026-12-01"),
        "{again}"
    );
    assert!(!again.contains("glpat-"), "shown once");

    let id = stored.id.to_string();
    // Of somebody else's token nobody learns anything here, and it stays.
    let other = Browser::signed_in(&server, "dave").await;
    other.get(TOKENS).await;
    other
        .post(TOKENS, &[("action", "revoke"), ("id", &id)])
        .await
        .has_status(404);
    asks().send().await.has_status(200);
    browser
        .post(TOKENS, &[("action", "revoke"), ("id", &id)])
        .await
        .has_status(303);
    server.advance(Duration::from_secs(1));
    asks().send().await.has_status(401);
    assert!(!browser.get(TOKENS).await.text().contains("Laptop"));
    server.finish().await;
}

#[tokio::test]
async fn a_token_that_cannot_be_made_is_explained() {
    let server = TestServer::builder().start().await;
    let browser = Browser::signed_in(&server, "alice").await;
    browser.get(TOKENS).await;
    let long = "x".repeat(256);
    for (fields, told) in [
        (
            vec![("name", ""), ("scopes", "api")],
            "Give the token a name.",
        ),
        (
            vec![("name", " "), ("scopes", "api")],
            "Give the token a name.",
        ),
        (
            vec![("name", long.as_str()), ("scopes", "api")],
            "Give the token a name.",
        ),
        (vec![("name", "n")], "Choose what"),
        (
            vec![("name", "n"), ("scopes", "write_repository")],
            "Choose what",
        ),
        (
            vec![("name", "n"), ("scopes", "api"), ("expires_at", "soon")],
            "YYYY-MM-DD",
        ),
        (
            vec![
                ("name", "n"),
                ("scopes", "api"),
                ("expires_at", "2026-11-21"),
            ],
            "in the future",
        ),
    ] {
        let page = browser.post(TOKENS, &fields).await.has_status(422).text();
        assert!(
            page.contains(told) && !page.contains("glpat-"),
            "{fields:?}: {page}"
        );
    }
    server.finish().await;
}

#[tokio::test]
async fn a_users_own_switch_counts_besides_the_administrators() {
    let server = TestServer::builder().start().await;
    let browser = Browser::signed_in(&server, "alice").await;
    let asks = async || {
        server.advance(Duration::from_secs(1));
        server.complete(&okc()).send().await.status
    };
    let own = async |word| {
        browser.get(PREFERENCES).await.has_status(200);
        browser
            .post(PREFERENCES, &[("code_suggestions", word)])
            .await
            .has_status(303);
    };
    let allowed = async |on| {
        let switch = code_suggestions::store::UserSwitch::CodeSuggestions;
        let store = &server.shared.store;
        store.switch_user("alice".into(), switch, on).await.unwrap();
    };
    assert_eq!(asks().await, 200);
    own("off").await;
    assert_eq!(asks().await, 401);
    own("on").await;
    assert_eq!(asks().await, 200);
    allowed(false).await;
    assert_eq!(asks().await, 401);
    own("on").await;
    assert_eq!(
        asks().await,
        401,
        "nobody allows himself what an administrator does not"
    );
    let page = browser.get(PREFERENCES).await.text();
    assert!(
        page.contains("An administrator has switched them off"),
        "{page}"
    );
    own("off").await;
    allowed(true).await;
    assert_eq!(
        asks().await,
        401,
        "nor is anybody given what he does not want"
    );
    browser
        .post(PREFERENCES, &[("code_suggestions", "perhaps")])
        .await
        .has_status(400);
    server.finish().await;
}

#[tokio::test]
async fn a_password_is_set_and_changed_by_whoever_knows_it() {
    let server = TestServer::builder().start().await;
    let browser = Browser::signed_in(&server, "alice").await;
    let elsewhere = Browser::signed_in(&server, "alice").await;
    browser.get(PREFERENCES).await;
    let set = async |old: &str, new: &str| {
        let fields = [
            ("action", "password"),
            ("old_password", old),
            ("new_password", new),
        ];
        browser.post(PREFERENCES, &fields).await
    };
    let short = set("", "short").await.has_status(422);
    assert!(short.text().contains("8 characters"), "{}", short.text());
    set("", PASSWORD).await.has_status(303);
    elsewhere.get(TOKENS).await.has_status(303);
    browser.get(PREFERENCES).await.has_status(200);
    let wrong = set("wrong password", "another password")
        .await
        .has_status(422);
    assert!(wrong.text().contains("present password is wrong"));
    set(PASSWORD, "another password").await.has_status(303);
    elsewhere.get(SIGN_IN).await;
    let fields = [("username", "alice"), ("password", "another password")];
    elsewhere.post(SIGN_IN, &fields).await.has_status(303);
    server.finish().await;
}

#[tokio::test]
async fn pages_live_below_the_path_of_the_external_url() {
    let server = TestServer::builder()
        .set("server.external_url", "https://gitlab.test/code")
        .start()
        .await;
    let browser = Browser::below(&server, "/code");
    let page = browser.get(SIGN_IN).await.has_status(200);
    assert!(
        page.field("set-cookie")
            .unwrap()
            .contains("; Path=/code; HttpOnly; SameSite=Lax; Secure")
    );
    for found in [
        "href=\"/code/-/assets/app.css?v=",
        "action=\"/code/users/sign_in\"",
    ] {
        assert!(page.text().contains(found), "{found} in {}", page.text());
    }
    let led = browser.get(TOKENS).await.has_status(303);
    let location = led.field("location").unwrap();
    assert!(
        location.starts_with("/code/users/sign_in?return_to=%2F-%2F"),
        "{location}"
    );
    let link = server.shared.sessions.make_link("alice").await.unwrap();
    let request = browser
        .request("POST", SIGN_IN)
        .header("Origin", "https://gitlab.test");
    let fields = [("link", link.as_str()), ("return_to", TOKENS)];
    let reply = request
        .body(crate::support::FORM, browser.form(&fields))
        .send()
        .await;
    assert_eq!(
        reply.has_status(303).field("location").unwrap(),
        format!("/code{TOKENS}")
    );
    for path in ["/", TOKENS, PREFERENCES, "/-/playground"] {
        let text = browser.get(path).await.text();
        for link in text
            .split("href=\"")
            .skip(1)
            .chain(text.split("action=\"").skip(1))
        {
            let link = link.split('"').next().unwrap();
            assert!(
                link.starts_with("/code/") || link == "#content",
                "{path}: {link}"
            );
        }
    }
    server.request("GET", SIGN_IN).send().await.has_status(404);
    server.finish().await;
}

#[tokio::test]
async fn assets_are_named_by_what_they_hold_and_kept() {
    let server = TestServer::builder().start().await;
    let home = Browser::new(&server).get("/").await.text();
    for (path, content_type) in [
        ("/-/assets/app.css", "text/css; charset=utf-8"),
        ("/-/assets/app.js", "text/javascript; charset=utf-8"),
        ("/-/assets/icon.svg", "image/svg+xml"),
    ] {
        assert!(home.contains(&format!("{path}?v=")), "{path} in {home}");
        let asset = server.request("GET", path).send().await.has_status(200);
        assert_eq!(asset.field("content-type").as_deref(), Some(content_type));
        assert!(asset.field("cache-control").unwrap().contains("immutable"));
    }
    server.finish().await;
}

#[tokio::test]
async fn without_pages_there_is_nothing_of_them() {
    let server = TestServer::builder()
        .set("web.enabled", "false")
        .start()
        .await;
    for path in [
        "/",
        SIGN_IN,
        TOKENS,
        "/admin",
        "/oauth/authorize",
        "/-/assets/app.css",
    ] {
        server.request("GET", path).send().await.has_status(404);
    }
    server
        .request("POST", "/oauth/token")
        .send()
        .await
        .has_status(404);
    let found = server
        .request("GET", "/.well-known/openid-configuration")
        .send()
        .await;
    let found = found.has_status(200).json();
    assert!(
        found["jwks_uri"].is_string() && found["token_endpoint"].is_null(),
        "{found}"
    );
    server.finish().await;
}
