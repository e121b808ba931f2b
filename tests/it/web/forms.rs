//! Requests that a foreign page could make a browser send, and what strangers put into names and queries.

use serde_json::json;

use super::{PREFERENCES, SESSION, SIGN_IN, TOKENS, administrator};
use crate::support::{Browser, COMPLETIONS, FORM, Request, TestServer, form, okc};

/// Every form, with fields that would change something.
const FORMS: &[(&str, &[(&str, &str)])] = &[
    (TOKENS, &[("name", "stolen"), ("scopes", "api")]),
    (PREFERENCES, &[("code_suggestions", "off")]),
    ("/admin", &[("code_suggestions", "off")]),
    ("/admin/users", &[("action", "add"), ("name", "mallory")]),
    (
        "/admin/projects",
        &[("path", "a/b"), ("code_suggestions", "off")],
    ),
    ("/users/sign_out", &[]),
    ("/oauth/authorize", &[("answer", "authorize")]),
];

#[tokio::test]
async fn a_form_needs_the_token_of_a_page_of_ours() {
    let server = TestServer::builder().start().await;
    let browser = administrator(&server).await;
    let other = Browser::signed_in(&server, "alice").await;
    other.get("/").await;
    browser.get("/").await;
    for (path, fields) in FORMS {
        for token in [
            None,
            Some(String::new()),
            Some("x".repeat(43)),
            Some(other.form_token()),
        ] {
            let mut fields = fields.to_vec();
            fields.extend(token.as_deref().map(|token| ("authenticity_token", token)));
            let request = browser.request("POST", path).body(FORM, form(&fields));
            let reply = request.send().await.has_status(403);
            assert!(reply.text().contains("Form refused"), "{path}");
        }
    }
    browser.get(TOKENS).await.has_status(200);
    assert_eq!(server.shared.store.users().await.unwrap().len(), 5);
    assert_eq!(server.shared.store.instance_switch().await.unwrap(), None);
    server.finish().await;
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused_whatever_it_carries() {
    let server = TestServer::builder().start().await;
    let browser = administrator(&server).await;
    browser.get("/").await;
    let with = |name: &str, value: &str| {
        let fields = [("path", "a/b"), ("code_suggestions", "off")];
        let request = browser.request("POST", "/admin/projects");
        request
            .header(name, value)
            .body(FORM, browser.form(&fields))
    };
    for (name, value) in [
        ("Origin", "https://evil.example"),
        ("Origin", "http://gitlab.test.evil.example"),
        ("Origin", "https://gitlab.test:444"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        let reply = with(name, value).send().await;
        assert_eq!(reply.status, 403, "{name}: {value}");
    }
    let text = browser.request("POST", "/admin/projects").body(
        "text/plain",
        browser.form(&[("path", "a"), ("code_suggestions", "off")]),
    );
    text.send().await.has_status(415);
    let projects = server.shared.store.projects().await.unwrap();
    assert!(
        projects
            .iter()
            .all(|project| project.path.starts_with("grp/"))
    );
    with("Origin", "http://gitlab.test")
        .send()
        .await
        .has_status(303);
    server.finish().await;
}

#[tokio::test]
async fn signing_in_needs_the_token_of_the_same_browser() {
    let server = TestServer::builder().start().await;
    let link = server.shared.sessions.make_link("alice").await.unwrap();
    let (browser, other) = (Browser::new(&server), Browser::new(&server));
    other.get(SIGN_IN).await;
    browser.get(SIGN_IN).await;
    let foreign = other.form(&[("link", &link)]);
    let request = browser.request("POST", SIGN_IN).body(FORM, foreign);
    request.send().await.has_status(403);
    browser
        .post(SIGN_IN, &[("link", &link)])
        .await
        .has_status(303);
    server.finish().await;
}

#[tokio::test]
async fn the_api_takes_a_session_only_with_its_form_token_and_only_for_suggestions() {
    let server = TestServer::builder()
        .set("limits.completions", "2/1m")
        .start()
        .await;
    let browser = Browser::signed_in(&server, "dave").await;
    browser.get("/-/playground").await.has_status(200);
    let asks = || browser.request("POST", COMPLETIONS).json(&okc());
    let token = browser.form_token();
    let with = |request: Request| request.header("X-CSRF-Token", &token);
    let other = Browser::signed_in(&server, "alice").await;
    other.get("/").await;
    for refused in [
        asks(),
        asks().header("X-CSRF-Token", ""),
        asks().header("X-CSRF-Token", &other.form_token()),
        asks().query(&format!("authenticity_token={token}")),
        with(server.request("POST", COMPLETIONS).json(&okc())),
        with(asks()).header("Origin", "https://evil.example"),
        with(asks()).header("Sec-Fetch-Site", "cross-site"),
        // Whoever presents a token is judged by the token.
        with(asks()).bearer("glpat-wrong"),
    ] {
        let reply = refused.send().await.has_status(401);
        assert_eq!(reply.json(), json!({ "message": "401 Unauthorized" }));
    }
    for path in [
        "/api/v4/user",
        "/api/v4/version",
        "/api/v4/personal_access_tokens/self",
        "/-/metrics",
    ] {
        let request = with(browser.request("GET", path)).header("X-Forwarded-For", "192.0.2.1");
        request.send().await.has_status(401);
    }
    // It counts like any other request of the user.
    let left = |reply: &crate::support::Reply| reply.field("ratelimit-remaining");
    let reply = with(asks()).send().await.has_status(200);
    assert_eq!(left(&reply).as_deref(), Some("1"));
    let by_token = server
        .request("POST", COMPLETIONS)
        .bearer(&server.tokens.dave);
    by_token.json(&okc()).send().await.has_status(200);
    with(asks()).send().await.has_status(429);
    // And a body may be as long as with a token.
    let mut long = okc();
    long["current_file"]["content_above_cursor"] = "x = 1\n".repeat(20_000).into();
    with(browser.request("POST", COMPLETIONS).json(&long))
        .send()
        .await
        .has_status(429);

    let store = &server.shared.store;
    let blocked = store.switch_user(
        "dave".into(),
        code_suggestions::store::UserSwitch::Blocked,
        true,
    );
    blocked.await.unwrap();
    with(asks()).send().await.has_status(401);
    assert!(browser.cookie(SESSION).is_some());
    server.finish().await;
}

/// What a page would run if it were not escaped.
const MARKUP: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'";

#[tokio::test]
async fn nothing_that_strangers_write_becomes_markup() {
    let server = TestServer::builder().start().await;
    let browser = administrator(&server).await;
    let encoded: String = form_urlencoded::byte_serialize(MARKUP.as_bytes()).collect();
    browser.get(TOKENS).await;
    let fields = [("name", MARKUP), ("scopes", "api")];
    let mut pages = vec![browser.post(TOKENS, &fields).await.has_status(201)];
    let store = &server.shared.store;
    let uid = store.add_application("uid".into(), MARKUP.into(), vec!["a://b".into()], 1);
    uid.await.unwrap();
    store
        .set_project(
            MARKUP.replace(' ', "_"),
            code_suggestions::store::ProjectChange::switch(false),
            1,
        )
        .await
        .unwrap();
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    for path in [
        TOKENS.to_owned(),
        format!("{TOKENS}?name={encoded}&scopes={encoded}&expires_at={encoded}&done={encoded}"),
        "/".to_owned(),
        format!("/?{encoded}"),
        format!("/admin/projects?done={encoded}"),
        format!("/admin/users?done={encoded}"),
        format!("/oauth/authorize?client_id={encoded}&redirect_uri={encoded}"),
        format!(
            "/oauth/authorize?client_id=uid&redirect_uri=a%3A%2F%2Fb&response_type=code&code_challenge_method=S256\
             &code_challenge={challenge}&state={encoded}"
        ),
    ] {
        pages.push(browser.get(&path).await);
    }
    for path in [
        format!("{SIGN_IN}?link={encoded}"),
        format!("{SIGN_IN}?return_to={encoded}"),
    ] {
        pages.push(Browser::new(&server).get(&path).await);
    }
    let stranger = Browser::new(&server);
    stranger.get(SIGN_IN).await;
    let fields = [
        ("username", MARKUP),
        ("password", MARKUP),
        ("return_to", MARKUP),
    ];
    pages.push(stranger.post(SIGN_IN, &fields).await.has_status(422));
    let mut echoed = 0;
    for page in pages {
        let text = page.text();
        assert!(text.starts_with("<!doctype html>"), "{text}");
        for markup in ["<script>", "<img", "onerror=alert(1)>'"] {
            assert!(!text.contains(markup), "{markup} in {text}");
        }
        echoed += usize::from(text.contains("&#60;script&#62;"));
    }
    assert!(echoed >= 6, "names are shown, escaped: {echoed}");
    server.finish().await;
}
