//! The consent page: whom it believes, what it says back, and that nobody says yes in a user's place.

use super::{EDITOR, VSCODE, answer, asked, challenge, code, exchange, server};
use crate::support::{Browser, form};

async fn page(browser: &Browser<'_>, changed: &[(&'static str, &str)]) -> crate::support::Reply {
    let challenge = challenge();
    let query = form(&asked(changed, &challenge));
    browser.get(&format!("/oauth/authorize?{query}")).await
}

#[tokio::test]
async fn an_unknown_application_or_place_gets_a_page_and_never_a_redirect() {
    let server = server().await;
    let signed_in = Browser::signed_in(&server, "alice").await;
    for browser in [&signed_in, &Browser::new(&server)] {
        for (name, value, status) in [
            ("client_id", "nobody", 401),
            ("client_id", "", 401),
            ("redirect_uri", "https://evil.example/", 400),
            ("redirect_uri", "vscode://evil/authentication", 400),
            (
                "redirect_uri",
                "javascript://gitlab.gitlab-workflow/authentication",
                400,
            ),
            (
                "redirect_uri",
                "http://127.0.0.1@evil.example/api/oauth/gitlab/authorization",
                400,
            ),
            ("redirect_uri", "", 400),
        ] {
            let reply = page(browser, &[(name, value)]).await.has_status(status);
            assert_eq!(reply.field("location"), None, "{name}={value}");
        }
        let query = form(&asked(&[], &challenge()));
        let twice = format!("/oauth/authorize?{query}&redirect_uri=https://evil.example/");
        browser.get(&twice).await.has_status(400);
    }
    server.finish().await;
}

#[tokio::test]
async fn what_is_asked_wrongly_is_told_to_the_application() {
    let server = server().await;
    let browser = Browser::signed_in(&server, "alice").await;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "", "unsupported_response_type"),
        ("scope", "sudo", "invalid_scope"),
        ("scope", "api write_repository", "invalid_scope"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "too-short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
    ] {
        let reply = page(&browser, &[(name, value)]).await.has_status(303);
        let location = reply.field("location").unwrap();
        assert!(
            location.starts_with(&format!("{VSCODE}?error=")),
            "{location}"
        );
        assert_eq!(
            answer(&reply, "error").as_deref(),
            Some(error),
            "{name}={value}"
        );
        assert_eq!(answer(&reply, "state").as_deref(), Some("st a/te"));
        assert_eq!(answer(&reply, "code"), None);
    }
    server.finish().await;
}

#[tokio::test]
async fn a_stranger_signs_in_first_and_comes_back() {
    let server = server().await;
    let browser = Browser::new(&server);
    let led = page(&browser, &[]).await.has_status(303);
    let location = led.field("location").unwrap();
    assert!(
        location.starts_with("/users/sign_in?return_to=%2Foauth%2Fauthorize"),
        "{location}"
    );
    browser.get(&location).await.has_status(200);
    let link = server.shared.sessions.make_link("alice").await.unwrap();
    let back = format!("/oauth/authorize?{}", form(&asked(&[], &challenge())));
    let fields = [("link", link.as_str()), ("return_to", back.as_str())];
    let reply = browser
        .post("/users/sign_in", &fields)
        .await
        .has_status(303);
    assert_eq!(reply.field("location"), Some(back.clone()));
    browser.get(&back).await.has_status(200);
    server.finish().await;
}

#[tokio::test]
async fn the_page_says_who_asks_for_what_and_where_the_answer_goes() {
    let server = server().await;
    let browser = Browser::signed_in(&server, "alice").await;
    for (redirect_uri, place) in [
        (VSCODE, "vscode:"),
        (
            "http://127.0.0.1:63342/api/oauth/gitlab/authorization",
            "http://127.0.0.1:63342",
        ),
    ] {
        let shown = page(&browser, &[("redirect_uri", redirect_uri)])
            .await
            .has_status(200);
        let text = shown.text();
        for part in [
            "Authorize Editors?",
            "alice",
            "Ask for code suggestions",
            place,
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        // Browsers hold the redirect after the form against the policy of the page.
        let policy = shown.field("content-security-policy").unwrap();
        assert!(
            policy.contains(&format!("form-action 'self' {place};")),
            "{policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    }
    server.finish().await;
}

#[tokio::test]
async fn only_the_users_own_word_makes_a_code() {
    let server = server().await;
    let browser = Browser::signed_in(&server, "alice").await;
    page(&browser, &[]).await.has_status(200);
    let challenge = challenge();
    let decide = |changed: &[(&'static str, &'static str)], said: &'static str| {
        let changed = changed.to_vec();
        let fields = [&asked(&changed, &challenge)[..], &[("answer", said)]].concat();
        let fields: Vec<(String, String)> = fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let browser = &browser;
        async move {
            let fields: Vec<_> = fields
                .iter()
                .map(|(a, b)| (a.as_str(), b.as_str()))
                .collect();
            browser.post("/oauth/authorize", &fields).await
        }
    };
    for said in ["deny", "", "yes"] {
        let denied = decide(&[], said).await.has_status(303);
        assert_eq!(answer(&denied, "error").as_deref(), Some("access_denied"));
        assert_eq!(answer(&denied, "state").as_deref(), Some("st a/te"));
    }
    // What the form sends back is checked anew.
    decide(&[("redirect_uri", "https://evil.example/")], "authorize")
        .await
        .has_status(400);
    decide(&[("client_id", "nobody")], "authorize")
        .await
        .has_status(401);
    let scope = decide(&[("scope", "sudo")], "authorize")
        .await
        .has_status(303);
    assert_eq!(answer(&scope, "error").as_deref(), Some("invalid_scope"));
    assert!(
        server
            .shared
            .store
            .grants_of(42, 0)
            .await
            .unwrap()
            .is_empty()
    );
    let said = decide(&[], "authorize").await.has_status(303);
    let location = said.field("location").unwrap();
    assert!(
        location.starts_with(&format!("{VSCODE}?code=")),
        "{location}"
    );
    assert!(location.ends_with("&state=st+a%2Fte"), "{location}");
    server.finish().await;
}

#[tokio::test]
async fn jetbrains_editors_wait_on_any_port_and_send_their_parameters_in_the_query() {
    let server = server().await;
    let browser = Browser::signed_in(&server, "alice").await;
    let waits = "http://127.0.0.1:63342/api/oauth/gitlab/authorization";
    let code = code(&browser, waits).await;
    let query = form(&[
        ("client_id", EDITOR),
        ("redirect_uri", waits),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("code_verifier", super::VERIFIER),
    ]);
    // Another port than the one the code was sent to is another place.
    exchange(&server, &code).send().await.has_status(400);
    let request = server.request("POST", &format!("/oauth/token?{query}"));
    let tokens = request
        .body("application/json", "")
        .send()
        .await
        .has_status(200)
        .json();
    assert_eq!(tokens["token_type"], "Bearer");
    server.finish().await;
}
