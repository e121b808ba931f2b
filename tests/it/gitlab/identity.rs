//! Tokens that GitLab knows: which are let in, with which words the others are refused, how often GitLab is asked, and
//! what happens while it is away.

use std::time::Duration;

use serde_json::json;

use super::beside;
use crate::support::{
    Answer, CONNECTION_DETAILS, DIRECT_ACCESS, ENABLED, End, Expect, FakeGateway, Request,
    TestServer, check, gitlab as ce, okc, refused, row,
};

const M401: &str = r#"{"message":"401 Unauthorized"}"#;
const M503: &str = r#"{"message":"503 Service Unavailable"}"#;

fn details(server: &TestServer, token: &str) -> Request {
    server.post(CONNECTION_DETAILS).bearer(token)
}

#[tokio::test]
async fn beside_a_gitlab_a_gateway_is_led_to_keys_that_are_not_gitlabs() {
    let gitlab = ce::gitlab().await;
    let server = beside(&gitlab).start().await;
    let get = async |path| server.request("GET", path).send().await.has_status(200);
    let document = get("/.well-known/openid-configuration").await.json();
    let path = "/api/v4/code_suggestions/keys";
    assert_eq!(document["jwks_uri"], format!("http://gitlab.test{path}"));
    let keys = get(path).await.json();
    assert_eq!(keys["keys"], json!(server.shared.key.public_jwks()));
    assert_eq!(gitlab.requests().len(), 0);
    server.finish().await;
}

#[tokio::test]
async fn beside_a_gitlab_below_a_path_a_gateway_is_led_to_keys_below_it() {
    let gitlab = ce::gitlab().await;
    let server = beside(&gitlab)
        .set("server.external_url", "http://gitlab.test/gitlab")
        .start()
        .await;
    let get = async |path| Request::new(server.address, "GET", path).send().await;
    let discovery = get("/.well-known/openid-configuration").await;
    let path = "/gitlab/api/v4/code_suggestions/keys";
    assert_eq!(
        discovery.has_status(200).json()["jwks_uri"],
        format!("http://gitlab.test{path}")
    );
    get(path).await.has_status(200);
    server.finish().await;
}

#[tokio::test]
async fn gitlabs_tokens_open_the_api_and_refusals_keep_gitlabs_words() {
    let gitlab = ce::gitlab().await;
    let gateway = FakeGateway::start().await;
    let server = beside(&gitlab).gateway(&gateway).start().await;
    let ask = |token| details(&server, token);
    let described = |text: &str| {
        let body = json!({ "error": "invalid_token", "error_description": text }).to_string();
        refused(401, &body).field(
            "www-authenticate",
            &format!(
                r#"Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="{text}""#
            ),
        )
    };
    let expired = "Token is expired. You can either do re-authorization or token refresh.";
    let revoked = "Token was revoked. You have to re-authorize from the user.";
    let scope = r#"{"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token.","scope":"ai_features api read_api"}"#;
    let blocked = r#"{"message":"403 Forbidden - Your account has been blocked."}"#;
    let pending = r#"{"message":"403 Forbidden - Your account is pending approval from your administrator and hence blocked."}"#;
    let opened = || Expect::status(201);
    let rows = vec![
        row("personal", ask(ce::ALICE), opened()),
        row(
            "PRIVATE-TOKEN",
            server
                .post(CONNECTION_DETAILS)
                .anonymous()
                .header("PRIVATE-TOKEN", ce::ALICE),
            opened(),
        ),
        row("OAuth", ask(ce::OAUTH), opened()),
        row("the bot of a project", ask(ce::BOT), opened()),
        row("ai_features alone", ask(ce::AI), opened()),
        row("another prefix", ask(ce::OTHER_PREFIX), opened()),
        row("scope", ask(ce::READ_USER), refused(403, scope)),
        row("expired", ask(ce::EXPIRED), described(expired)),
        row("revoked", ask(ce::REVOKED), described(revoked)),
        row("OAuth, expired", ask(ce::OAUTH_EXPIRED), described(expired)),
        row("OAuth, revoked", ask(ce::OAUTH_REVOKED), described(revoked)),
        row("blocked", ask(ce::BLOCKED), refused(403, blocked)),
        row("pending", ask(ce::PENDING), refused(403, pending)),
        row("unknown", ask("glpat-nobody"), refused(401, M401)),
        row("none", ask("").anonymous(), refused(401, M401)),
        row(
            "OAuth as PRIVATE-TOKEN",
            server
                .post(CONNECTION_DETAILS)
                .anonymous()
                .header("PRIVATE-TOKEN", ce::OAUTH),
            refused(401, M401),
        ),
        row(
            "completion",
            server.complete(&okc()).bearer(ce::ALICE),
            Expect::status(200).asking_gateway(1),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn the_user_is_the_one_that_gitlab_names() {
    let gitlab = ce::gitlab().await;
    let gateway = FakeGateway::start().await;
    let server = beside(&gitlab).gateway(&gateway).start().await;
    let user = async |token| {
        gateway.forget();
        server
            .complete(&okc())
            .bearer(token)
            .send()
            .await
            .has_status(200);
        gateway.only_request().field("x-gitlab-user-id")
    };
    assert_eq!(user(ce::ALICE).await.as_deref(), Some("42"));
    assert_eq!(user(ce::OAUTH).await.as_deref(), Some("42"));
    assert_eq!(user(ce::BOB).await.as_deref(), Some("43"));
    let own = server.request("GET", "/api/v4/user").bearer(ce::BOB);
    assert_eq!(own.send().await.has_status(200).json()["username"], "bob");
    server.finish().await;
}

#[tokio::test]
async fn gitlab_is_told_the_token_and_nothing_else_of_the_request() {
    let gitlab = ce::gitlab().await;
    let server = beside(&gitlab).start().await;
    let request = details(&server, ce::ALICE)
        .header("Cookie", "session=secret")
        .header("X-Forwarded-For", "192.0.2.1")
        .header("User-Agent", "editor");
    request.send().await.has_status(201);
    let mut paths = Vec::new();
    for question in gitlab.requests() {
        let mut names: Vec<_> = question
            .head
            .fields
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "host", "private-token", "user-agent"]);
        paths.push(question.target().to_owned());
    }
    assert_eq!(
        paths,
        [
            "GET /api/v4/personal_access_tokens/self",
            "GET /api/v4/user"
        ]
    );
    server.finish().await;
}

#[tokio::test]
async fn what_cannot_be_a_token_is_refused_unasked() {
    let gitlab = ce::gitlab().await;
    let server = beside(&gitlab).start().await;
    let long = "x".repeat(2000);
    for token in [
        "two words",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln",
        "<script>",
        &long,
    ] {
        details(&server, token).send().await.has_status(401);
    }
    assert_eq!(gitlab.requests().len(), 0);
    server.finish().await;
}

#[tokio::test]
async fn answers_are_kept_for_a_minute_and_refusals_shorter() {
    let gitlab = ce::gitlab().await;
    let server = beside(&gitlab).start().await;
    let asked = async |token, after| {
        server.advance(Duration::from_secs(after));
        gitlab.forget();
        details(&server, token).send().await;
        gitlab.requests().len()
    };
    assert_eq!(asked(ce::ALICE, 0).await, 2);
    assert_eq!(asked(ce::ALICE, 59).await, 0);
    assert_eq!(asked(ce::ALICE, 1).await, 2);
    // An unknown token with GitLab's prefix is one question, one without may be of either kind.
    assert_eq!(asked("glpat-nobody", 0).await, 1);
    assert_eq!(asked("glpat-nobody", 9).await, 0);
    assert_eq!(asked("glpat-nobody", 1).await, 1);
    assert_eq!(asked("nobody", 0).await, 2);
    server.finish().await;
}

#[tokio::test]
async fn a_kept_token_is_refused_from_its_expiry_on() {
    let gitlab = ce::gitlab().await;
    let server = beside(&gitlab)
        .set("identity.cache_ttl", "10d")
        .start()
        .await;
    let day = Duration::from_hours(24);
    details(&server, ce::TODAY).send().await.has_status(201);
    details(&server, ce::OAUTH).send().await.has_status(201);
    server.advance(Duration::from_secs(7300));
    gitlab.forget();
    details(&server, ce::OAUTH).send().await.has_status(401);
    details(&server, ce::TODAY).send().await.has_status(201);
    server.advance(day);
    let refused = details(&server, ce::TODAY).send().await.has_status(401);
    assert_eq!(refused.json()["error"], "invalid_token");
    assert_eq!(gitlab.requests().len(), 0);
    server.finish().await;
}

#[tokio::test]
async fn questions_about_one_token_are_one_question() {
    let gitlab = ce::gitlab().await;
    gitlab.hold();
    let server = beside(&gitlab).start().await;
    let asking: Vec<_> = (0..20)
        .map(|_| tokio::spawn(details(&server, ce::ALICE).send()))
        .collect();
    let mut question = gitlab.next().await;
    gitlab.follows(ce::answer);
    let answer = ce::answer(&question.request);
    question.answer(&answer).await;
    question.close();
    for reply in asking {
        reply.await.unwrap().has_status(201);
    }
    let targets: Vec<_> = gitlab
        .requests()
        .iter()
        .map(|asked| asked.target().to_owned())
        .collect();
    assert_eq!(
        targets,
        [
            "GET /api/v4/personal_access_tokens/self",
            "GET /api/v4/user"
        ]
    );
    server.finish().await;
}

#[tokio::test]
async fn a_token_that_cannot_be_checked_is_a_503_and_not_remembered() {
    for (case, answer) in [
        ("error", Answer::new(500, "text/plain", "oops")),
        ("too many", Answer::json(429, &json!({}))),
        (
            "redirect",
            Answer::with(302, &[("Location", "/users/sign_in")], ""),
        ),
        ("sign-in page", Answer::new(200, "text/html", "<html>")),
        ("firewall", Answer::new(403, "text/html", "<html>")),
        ("not found", Answer::new(404, "text/html", "<html>")),
        (
            "cut",
            Answer::bytes("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{").then(End::Close),
        ),
        ("reset", Answer::bytes("").then(End::Reset)),
        (
            "endless",
            Answer::new(200, "application/json", &"x".repeat(300_000)),
        ),
        (
            "another user",
            Answer::json(
                200,
                &json!({ "id": 1, "name": "x", "scopes": ["api"], "user_id": 1, "username": "x" }),
            ),
        ),
    ] {
        let gitlab = FakeGateway::answering(answer).await;
        let server = beside(&gitlab).start().await;
        let reply = details(&server, ce::ALICE).send().await;
        if case == "another user" {
            // One answer to both questions is one user.
            reply.has_status(201);
            server.finish().await;
            continue;
        }
        assert_eq!((reply.status, reply.text().as_str()), (503, M503), "{case}");
        assert!(reply.field("retry-after").is_some(), "{case}");
        gitlab.follows(ce::answer);
        details(&server, ce::ALICE).send().await.has_status(201);
        server.finish().await;
    }
}

#[tokio::test]
async fn a_name_that_graphql_does_not_tell_is_a_503_and_not_an_empty_one() {
    let gitlab = ce::gitlab().await;
    let server = beside(&gitlab)
        .set("identity.entitlement.rule", "users")
        .set("identity.entitlement.users", "alice")
        .start()
        .await;
    for (case, answer) in [
        ("too many", Answer::new(429, "text/plain", "Retry later\n")),
        ("error", Answer::new(500, "text/plain", "oops")),
        ("sign-in page", Answer::new(200, "text/html", "<html>")),
        ("firewall", Answer::new(403, "text/html", "<html>")),
    ] {
        gitlab.routes("POST /api/graphql", answer);
        let reply = details(&server, ce::AI).send().await;
        assert_eq!(reply.status, 503, "{case}");
        server.advance(Duration::from_secs(10));
    }
    let told = json!({ "data": { "currentUser": { "username": "alice" } } });
    gitlab.routes("POST /api/graphql", Answer::json(200, &told));
    details(&server, ce::AI).send().await.has_status(201);
    server.finish().await;
}

#[tokio::test]
async fn a_gitlab_that_hangs_costs_five_seconds() {
    let gitlab = FakeGateway::answering(Answer::bytes("").then(End::Silence)).await;
    let server = beside(&gitlab).start().await;
    let begun = tokio::time::Instant::now();
    details(&server, ce::ALICE).send().await.has_status(503);
    let took = begun.elapsed();
    assert!((4..30).contains(&took.as_secs()), "{took:?}");
    server.finish().await;
}

#[tokio::test]
async fn known_tokens_outlast_gitlab_for_their_time_and_their_grace() {
    for (grace, after, status) in [
        (None, 59, 201),
        (None, 61, 503),
        (Some("10m"), 659, 201),
        (Some("10m"), 661, 503),
    ] {
        let gitlab = ce::gitlab().await;
        let mut builder = beside(&gitlab);
        if let Some(grace) = grace {
            builder = builder.set("identity.grace", grace);
        }
        let server = builder.start().await;
        details(&server, ce::ALICE).send().await.has_status(201);
        gitlab.answers(Answer::new(502, "text/plain", ""));
        server.advance(Duration::from_secs(after));
        let reply = details(&server, ce::ALICE).send().await;
        assert_eq!(reply.status, status, "{grace:?} after {after} s");
        // Nobody is let in for the first time meanwhile.
        details(&server, ce::BOB).send().await.has_status(503);
        server.finish().await;
    }
}

#[tokio::test]
async fn a_token_in_its_grace_is_refused_once_gitlab_says_so() {
    let gitlab = ce::gitlab().await;
    let server = beside(&gitlab).set("identity.grace", "10m").start().await;
    details(&server, ce::ALICE).send().await.has_status(201);
    gitlab.answers(Answer::json(401, &json!({ "message": "401 Unauthorized" })));
    server.advance(Duration::from_secs(61));
    details(&server, ce::ALICE).send().await.has_status(401);
    server.finish().await;
}

#[tokio::test]
async fn who_may_use_code_suggestions_is_a_rule() {
    let not_entitled = || refused(401, M401).marked();
    let opened = || Expect::status(201);
    for (rule, key, value, bob) in [
        ("everyone", "identity.entitlement.users", "carol", opened()),
        (
            "group",
            "identity.entitlement.group",
            "grp/editors",
            not_entitled(),
        ),
        (
            "users",
            "identity.entitlement.users",
            "Alice, carol",
            not_entitled(),
        ),
    ] {
        let gitlab = ce::gitlab().await;
        let gateway = FakeGateway::start().await;
        let server = beside(&gitlab)
            .set("identity.entitlement.rule", rule)
            .set(key, value)
            .start()
            .await;
        let rows = vec![
            row("alice", details(&server, ce::ALICE), opened()),
            row("bob", details(&server, ce::BOB), bob),
        ];
        check(&gateway, rows).await;
        if rule == "group" {
            let asked = gitlab.requests().iter().any(|question| {
                question.target() == "GET /api/v4/groups/grp%2Feditors/members/all/42"
                    && question.field("private-token").as_deref() == Some(ce::ALICE)
            });
            assert!(asked, "the group is asked with the caller's own token");
        }
        server.finish().await;
    }
}

#[tokio::test]
async fn limits_count_gitlabs_users() {
    let gitlab = ce::gitlab().await;
    let server = beside(&gitlab)
        .set("limits.direct_access", "1/5m")
        .start()
        .await;
    let ask = |token| server.post(DIRECT_ACCESS).bearer(token).send();
    ask(ce::ALICE).await.has_status(201);
    ask(ce::OAUTH).await.has_status(429);
    ask(ce::BOB).await.has_status(201);
    server.finish().await;
}

#[tokio::test]
async fn a_guesser_holds_nobody_up() {
    let gitlab = ce::gitlab().await;
    let server = beside(&gitlab)
        .set("identity.negative_cache_ttl", "1h")
        .start()
        .await;
    details(&server, ce::ALICE).send().await.has_status(201);
    gitlab.forget();
    for number in 0..50 {
        details(&server, &format!("glpat-guess-{number}"))
            .send()
            .await
            .has_status(401);
    }
    gitlab.hold();
    details(&server, ce::ALICE).send().await.has_status(201);
    server
        .post(ENABLED)
        .bearer("glpat-guess-1")
        .json(&json!({}))
        .send()
        .await
        .has_status(401);
    server.finish().await;
}

#[tokio::test]
async fn tokens_and_projects_of_gitlab_are_gitlabs_business() {
    let gitlab = ce::gitlab().await;
    let server = beside(&gitlab).start().await;
    for (method, target) in [
        ("DELETE", "/api/v4/personal_access_tokens/self"),
        ("POST", "/api/v4/personal_access_tokens/self/rotate"),
        ("GET", "/api/v4/projects/grp%2Fon"),
    ] {
        let request = server.request(method, target).bearer(ce::ALICE);
        let reply = request.send().await.has_status(404);
        assert_eq!(reply.text(), r#"{"error":"404 Not Found"}"#, "{target}");
    }
    server.finish().await;
}
