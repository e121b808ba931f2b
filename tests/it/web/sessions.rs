//! Signing in and out, and everything that ends a session.

use std::time::Duration;

use code_suggestions::store::UserSwitch;

use super::{PASSWORD, SESSION, SIGN_IN, TOKENS, set_password};
use crate::support::{Browser, TestServer};

async fn try_password(browser: &Browser<'_>, name: &str, password: &str) -> u16 {
    browser.get(SIGN_IN).await;
    let fields = [("username", name), ("password", password)];
    browser.post(SIGN_IN, &fields).await.status
}

#[tokio::test]
async fn a_link_signs_in_once_and_only_by_its_button() {
    let server = TestServer::builder().start().await;
    let link = server.shared.sessions.make_link("alice").await.unwrap();
    let page = format!("{SIGN_IN}?link={link}");
    let browser = Browser::new(&server);
    for _ in 0..2 {
        let page = browser.get(&page).await.has_status(200);
        assert!(page.text().contains("Sign in as alice"), "{}", page.text());
    }
    let reply = browser
        .post(SIGN_IN, &[("link", &link)])
        .await
        .has_status(303);
    assert_eq!(reply.field("location").as_deref(), Some("/"));
    let home = browser.get("/").await.has_status(200).text();
    assert!(
        home.contains("alice") && home.contains("Sign out"),
        "{home}"
    );
    let other = Browser::new(&server);
    let used = other.get(&page).await.has_status(200).text();
    assert!(used.contains("has been used or has expired"), "{used}");
    other
        .post(SIGN_IN, &[("link", &link)])
        .await
        .has_status(422);
    server.finish().await;
}

#[tokio::test]
async fn a_link_expires_and_gives_way_to_a_newer_one() {
    let server = TestServer::builder().start().await;
    let make = async || server.shared.sessions.make_link("alice").await.unwrap();
    let (first, second) = (make().await, make().await);
    let browser = Browser::new(&server);
    browser.get(SIGN_IN).await;
    browser
        .post(SIGN_IN, &[("link", &first)])
        .await
        .has_status(422);
    server.advance(Duration::from_hours(24));
    browser
        .post(SIGN_IN, &[("link", &second)])
        .await
        .has_status(422);
    server.finish().await;
}

#[tokio::test]
async fn a_password_signs_in_and_wrong_ones_are_all_told_the_same() {
    let server = TestServer::builder().start().await;
    set_password(&server).await;
    let browser = Browser::new(&server);
    browser.get(SIGN_IN).await;
    let mut told = Vec::new();
    for (name, password) in [
        ("alice", "wrong password"),
        ("nobody", "wrong password"),
        ("bob", "has no password"),
        ("", ""),
    ] {
        let fields = [("username", name), ("password", password)];
        let reply = browser.post(SIGN_IN, &fields).await.has_status(422);
        assert!(reply.text().contains("User name or password is wrong."));
        told.push(
            reply
                .text()
                .replace(&format!("value=\"{name}\" autoc"), "autoc"),
        );
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(try_password(&browser, "ALICE", PASSWORD).await, 303);
    browser.get(TOKENS).await.has_status(200);
    server.finish().await;
}

#[tokio::test]
async fn attempts_are_limited_per_name_and_tokens_and_links_are_not() {
    let server = TestServer::builder()
        .set("limits.sign_in", "3/10m")
        .start()
        .await;
    set_password(&server).await;
    let browser = Browser::new(&server);
    for _ in 0..3 {
        assert_eq!(try_password(&browser, "alice", "wrong password").await, 422);
    }
    browser.get(SIGN_IN).await;
    let fields = [("username", "Alice"), ("password", PASSWORD)];
    let refused = browser.post(SIGN_IN, &fields).await.has_status(429);
    assert_eq!(refused.field("retry-after").as_deref(), Some("600"));
    assert_eq!(try_password(&browser, "bob", "wrong password").await, 422);
    // Neither good nor bad tokens have to do with it, and a link is a way in.
    for token in [&server.tokens.api, "glpat-wrong"] {
        let user = server.request("GET", "/api/v4/user").bearer(token);
        let status = if token == "glpat-wrong" { 401 } else { 200 };
        user.send().await.has_status(status);
    }
    Browser::signed_in(&server, "alice").await;
    server.advance(Duration::from_mins(10));
    assert_eq!(try_password(&browser, "alice", PASSWORD).await, 303);
    server.finish().await;
}

#[tokio::test]
async fn attempts_behind_a_proxy_are_limited_per_client_whatever_it_claims() {
    let start = async |trusted: &str| {
        let server = TestServer::builder()
            .set("limits.sign_in", "1/10m")
            .set("server.trusted_proxies", trusted);
        server.start().await
    };
    let attempt = async |server: &TestServer, addresses: &str| {
        let browser = Browser::new(server).forwarded_for(addresses);
        try_password(&browser, "alice", "wrong password").await
    };
    let server = start("127.0.0.0/8").await;
    set_password(&server).await;
    assert_eq!(attempt(&server, "203.0.113.9").await, 422);
    assert_eq!(attempt(&server, "203.0.113.9").await, 429);
    // Another client is not held up, and the first does not become another by what it says of itself.
    assert_eq!(attempt(&server, "203.0.113.10").await, 422);
    for claim in ["198.51.100.1", "127.0.0.1", "203.0.113.11, 127.0.0.1"] {
        let addresses = format!("{claim}, 203.0.113.9");
        assert_eq!(attempt(&server, &addresses).await, 429, "{claim}");
    }
    server.finish().await;

    let server = start("10.0.0.0/8").await;
    set_password(&server).await;
    assert_eq!(attempt(&server, "203.0.113.9").await, 422);
    assert_eq!(attempt(&server, "203.0.113.10").await, 429);
    server.finish().await;
}

#[tokio::test]
async fn attempts_are_limited_per_address_over_all_names() {
    let server = TestServer::builder()
        .set("limits.sign_in", "1/10m")
        .start()
        .await;
    let browser = Browser::new(&server);
    for number in 0..20 {
        let name = format!("user{number}");
        assert_eq!(try_password(&browser, &name, "wrong password").await, 422);
    }
    assert_eq!(
        try_password(&browser, "another", "wrong password").await,
        429
    );
    server.finish().await;
}

#[tokio::test]
async fn a_session_ends_with_signing_out_time_blocking_and_a_new_password() {
    let server = TestServer::builder().start().await;
    let sign_in = async || Browser::signed_in(&server, "alice").await;
    let is_in = async |browser: &Browser<'_>| browser.get(TOKENS).await.status == 200;

    let browser = sign_in().await;
    let cookie = browser.cookie(SESSION).unwrap();
    browser.get("/").await;
    browser.post("/users/sign_out", &[]).await.has_status(303);
    assert_eq!(browser.cookie(SESSION), None);
    browser.set_cookie(SESSION, &cookie);
    assert!(
        !is_in(&browser).await,
        "a cookie that was kept is good for nothing"
    );

    let browser = sign_in().await;
    server.advance(Duration::from_hours(7 * 24 - 1));
    assert!(is_in(&browser).await);
    server.advance(Duration::from_hours(1));
    assert!(!is_in(&browser).await, "expired");

    let browser = sign_in().await;
    for on in [true, false] {
        let store = &server.shared.store;
        let blocked = store.switch_user("alice".into(), UserSwitch::Blocked, on);
        blocked.await.unwrap();
        assert!(!is_in(&browser).await, "blocked, and for good");
    }

    let browser = sign_in().await;
    set_password(&server).await;
    assert!(!is_in(&browser).await, "another password");
    server.finish().await;
}

#[tokio::test]
async fn a_blocked_user_cannot_sign_in() {
    let server = TestServer::builder().start().await;
    let browser = Browser::new(&server);
    let kept = code_suggestions::auth::hash_password(PASSWORD).unwrap();
    let store = &server.shared.store;
    store
        .set_password("carol".into(), kept, None)
        .await
        .unwrap();
    assert_eq!(try_password(&browser, "carol", PASSWORD).await, 422);
    let link = server.shared.sessions.make_link("carol").await.unwrap();
    browser
        .post(SIGN_IN, &[("link", &link)])
        .await
        .has_status(422);
    server.finish().await;
}

#[tokio::test]
async fn a_session_is_a_new_secret_of_which_the_database_knows_nothing() {
    let server = TestServer::builder().start().await;
    let browser = Browser::new(&server);
    browser.set_cookie(SESSION, "chosen-by-somebody-else");
    browser.sign_in("alice").await;
    let cookie = browser.cookie(SESSION).unwrap();
    assert!(cookie.len() >= 43 && cookie != "chosen-by-somebody-else");
    for entry in std::fs::read_dir(server.folder()).unwrap() {
        let kept = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&kept).contains(&cookie));
    }
    server.finish().await;
}

#[tokio::test]
async fn whoever_is_not_signed_in_comes_back_after_it_and_nowhere_else() {
    let server = TestServer::builder().start().await;
    set_password(&server).await;
    let browser = Browser::new(&server);
    let wanted = format!("{TOKENS}?name=A+B&scopes=api");
    let led = browser.get(&wanted).await.has_status(303);
    let location = led.field("location").unwrap();
    assert!(
        location.starts_with("/users/sign_in?return_to=%2F-%2F"),
        "{location}"
    );
    let page = browser.get(&location).await.has_status(200).text();
    assert!(
        page.contains("value=\"/-/user_settings/personal_access_tokens?name=A+B&#38;scopes=api\""),
        "{page}"
    );
    for (return_to, place) in [
        (wanted.as_str(), wanted.as_str()),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/nowhere", "/"),
    ] {
        let browser = Browser::new(&server);
        browser.get(SIGN_IN).await;
        let fields = [
            ("username", "alice"),
            ("password", PASSWORD),
            ("return_to", return_to),
        ];
        let reply = browser.post(SIGN_IN, &fields).await.has_status(303);
        assert_eq!(
            reply.field("location").as_deref(),
            Some(place),
            "{return_to}"
        );
        let query = form_urlencoded::byte_serialize(return_to.as_bytes()).collect::<String>();
        let reply = browser.get(&format!("{SIGN_IN}?return_to={query}")).await;
        assert_eq!(
            reply.field("location").as_deref(),
            Some(place),
            "{return_to}"
        );
    }
    server.finish().await;
}
