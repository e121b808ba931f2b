//! In front of a GitLab: what is not this server's passes through untouched in both directions, and what is this server's
//! cannot be reached in the GitLab behind.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::in_front;
use crate::support::{Answer, End, FakeGateway, TestServer, gitlab as ce};

#[tokio::test]
async fn requests_and_answers_pass_untouched() {
    let gitlab = FakeGateway::answering(Answer::with(
        299,
        &[
            ("Content-Type", "application/x-odd"),
            ("Set-Cookie", "_gitlab_session=1; path=/"),
            ("Set-Cookie", "known=2"),
            ("Content-Range", "bytes 2-4/10"),
            ("ETag", "W/\"x\""),
            ("Server", "nginx"),
            ("X-Request-Id", "theirs"),
            ("X-Frame-Options", "DENY"),
            ("Location", "/elsewhere"),
        ],
        "llo",
    ))
    .await;
    let server = in_front(&gitlab).start().await;
    let reply = server
        .request(
            "PATCH",
            "/group/project/-/raw/a%20b?x=%2F&y[]=1&private_token=t",
        )
        .header("Cookie", "_gitlab_session=0")
        .header("Range", "bytes=2-4")
        .header("If-None-Match", "W/\"x\"")
        .header("X-CSRF-Token", "c")
        .header("Authorization", "Basic eDp5")
        .body("application/x-odd", &b"\x00\xff\r\n\r\n"[..])
        .send()
        .await
        .has_status(299);
    assert_eq!(reply.body, b"llo");
    let expected = [
        ("content-type", "application/x-odd"),
        ("set-cookie", "_gitlab_session=1; path=/, known=2"),
        ("content-range", "bytes 2-4/10"),
        ("content-length", "3"),
        ("etag", "W/\"x\""),
        ("server", "nginx"),
        ("x-request-id", "theirs"),
        ("x-frame-options", "DENY"),
        ("location", "/elsewhere"),
    ];
    for (name, value) in expected {
        assert_eq!(reply.field(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(reply.field("x-gitlab-meta"), None);
    let asked = gitlab.only_request();
    assert_eq!(
        asked.target(),
        "PATCH /group/project/-/raw/a%20b?x=%2F&y[]=1&private_token=t"
    );
    assert_eq!(asked.body, b"\x00\xff\r\n\r\n");
    for (name, value) in [
        ("host", "gitlab.test"),
        ("cookie", "_gitlab_session=0"),
        ("range", "bytes=2-4"),
        ("if-none-match", "W/\"x\""),
        ("x-csrf-token", "c"),
        ("authorization", "Basic eDp5"),
        ("content-length", "6"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("x-forwarded-proto", "http"),
    ] {
        assert_eq!(asked.field(name).as_deref(), Some(value), "{name}");
    }
    server.finish().await;
}

#[tokio::test]
async fn gitlabs_own_pages_and_endpoints_are_gitlabs() {
    let gitlab = FakeGateway::answering(Answer::new(200, "text/plain", "GitLab's")).await;
    let server = in_front(&gitlab).start().await;
    for (method, target) in [
        ("GET", "/"),
        ("GET", "/api/v4/user"),
        ("GET", "/api/v4/personal_access_tokens/self"),
        ("GET", "/oauth/token/info"),
        ("POST", "/oauth/token"),
        ("GET", "/.well-known/openid-configuration"),
        ("GET", "/-/user_settings/personal_access_tokens?name=x"),
        ("GET", "/api/v4/projects/1"),
        ("GET", "/api/v3/projects"),
        ("GET", "/api/v4/version"),
        ("GET", "/api/v4/metadata"),
        ("GET", "/api/graphql"),
        ("POST", "/api/v4/usage_data/track_event"),
        ("PROPFIND", "/group/project.wiki"),
        ("GET", "/ai"),
        ("GET", "/group/project/"),
    ] {
        gitlab.forget();
        let reply = server.request(method, target).send().await.has_status(200);
        assert_eq!(reply.text(), "GitLab's", "{target}");
        assert_eq!(gitlab.only_request().target(), format!("{method} {target}"));
    }
    gitlab.forget();
    for target in [
        "/-/health",
        "/-/liveness",
        "/-/readiness",
        "/-/metrics",
        "/ai/monitoring/healthz",
    ] {
        let reply = server.request("GET", target).send().await.has_status(200);
        assert_ne!(reply.text(), "GitLab's", "{target}");
    }
    assert_eq!(gitlab.requests().len(), 0);
    server.finish().await;
}

#[tokio::test]
async fn an_answer_that_can_be_read_in_two_ways_does_not_pass() {
    let gitlab = FakeGateway::start().await;
    let server = in_front(&gitlab).start().await;
    for fields in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        gitlab.answers(Answer::bytes(answer).then(End::Close));
        let reply = server.request("GET", "/group/project").send().await;
        assert_eq!(
            (reply.status, reply.text().as_str()),
            (502, r#"{"message":"502 Bad Gateway"}"#),
            "{fields}"
        );
    }
    server.finish().await;
}

const KEYS: &str = "/oauth/discovery/keys";

/// The names of the published keys, and how long they may be kept.
async fn published(server: &TestServer) -> (Value, String) {
    let reply = server.request("GET", KEYS).send().await.has_status(200);
    let cached = reply.field("cache-control").unwrap();
    let keys = reply.json()["keys"].take();
    (keys, cached.split(',').next().unwrap().to_owned())
}

#[tokio::test]
async fn keys_of_gitlab_and_ours_are_published_together() {
    let gitlab = FakeGateway::start().await;
    let server = in_front(&gitlab).start().await;
    let ours = server.shared.key.public_jwks();
    let rsa = json!({ "kty": "RSA", "kid": "theirs", "use": "sig", "alg": "RS256", "n": "AQ", "e": "AQAB" });
    let curve = json!({ "kty": "EC", "crv": "P-256", "x": "AQ", "y": "Ag" });
    let with = |key: &Value, name: &str, value: &str| {
        let mut key = key.clone();
        key[name] = value.into();
        key
    };
    let set = json!({ "keys": [
        with(&rsa, "d", "secret"), rsa, with(&rsa, "kid", "again"), with(&curve, "d", "secret"), curve,
        ours[0], with(&rsa, "kid", ours[0]["kid"].as_str().unwrap()),
        { "kty": "oct", "kid": "shared", "k": "secret" }, 3, {}, null,
    ] });
    let target = format!("GET {KEYS}");
    gitlab.routes(&target, Answer::json(200, &set));
    let expected = json!([ours[0], rsa, curve]);
    let day = || "max-age=86400".to_owned();
    let all = join_all((0..8).map(|_| published(&server))).await;
    for published in all {
        assert_eq!(published, (expected.clone(), day()));
    }
    assert_eq!(gitlab.asked(&target).len(), 1, "one question for all");
    assert_eq!(gitlab.asked(&target)[0].field("authorization"), None);

    server.advance(Duration::from_secs(59));
    gitlab.routes(&target, Answer::json(200, &json!({ "keys": [] })));
    assert_eq!(published(&server).await.0, expected);
    server.advance(Duration::from_secs(1));
    assert_eq!(published(&server).await, (json!(ours), day()));
    assert_eq!(gitlab.asked(&target).len(), 2);
    server.finish().await;
}

#[tokio::test]
async fn without_keys_of_gitlab_ours_are_published_for_a_short_while() {
    let gitlab = FakeGateway::start().await;
    let server = in_front(&gitlab).start().await;
    let alone = || {
        (
            json!(server.shared.key.public_jwks()),
            "max-age=10".to_owned(),
        )
    };
    let target = format!("GET {KEYS}");
    let long = json!({ "keys": [], "x": "x".repeat(300 * 1024) });
    for answer in [
        Answer::json(502, &json!({})),
        Answer::new(200, "text/html", "<h1>It works!</h1>"),
        Answer::json(200, &json!({ "keys": 3 })),
        Answer::json(200, &long),
        Answer::bytes("nothing of HTTP\r\n\r\n").then(End::Close),
    ] {
        gitlab.forget();
        gitlab.routes(&target, answer);
        assert_eq!(published(&server).await, alone());
        assert_eq!(published(&server).await, alone());
        assert_eq!(gitlab.asked(&target).len(), 1, "it has just failed");
        server.advance(Duration::from_secs(10));
    }
    let key = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AQ" });
    gitlab.routes(&target, Answer::json(200, &json!({ "keys": [key] })));
    let (keys, cached) = published(&server).await;
    assert_eq!((&keys[1], cached.as_str()), (&key, "max-age=86400"));
    server.advance(Duration::from_mins(1));
    gitlab.stop().await;
    assert_eq!(published(&server).await, alone());
    server.finish().await;
}

#[tokio::test]
async fn what_is_ours_is_unreachable_behind_in_every_spelling() {
    let gitlab = FakeGateway::answering(Answer::new(200, "text/plain", "GitLab's")).await;
    let server = in_front(&gitlab).start().await;
    for target in [
        "/api/v4/code_suggestions/completions",
        "/api/v4/code_suggestions/completions/",
        "/api/v4/code_suggestions/completions?x=/",
        "//api/v4/code_suggestions//completions",
        "/%61pi/v4/code_suggestions/completions",
        "/api/v4/code%5fsuggestions/completions",
        "/api/v4/code%255fsuggestions/completions",
        "/api%2Fv4%2Fcode_suggestions%2Fcompletions",
        "/api/v4/x/../code_suggestions/completions",
        "/api/v4/x/%2e%2e/code_suggestions/completions",
        "/api/v4/x/..%2Fcode_suggestions/completions",
        "/api/v4/./code_suggestions/completions",
        "/API/V4/Code_Suggestions/Completions",
        "/api/v4/code_suggestions/completions.json",
        "/api/v4/code_suggestions/completions.json.json",
        "/api/v4/code_suggestions/completions;a=b",
        "/api/v4/code_suggestions/unknown",
        "/api/v4/code_suggestions",
        "http://gitlab.test/api/v4/code_suggestions/completions",
        "http://gitlab.test/api/v4/user",
        "/-/metrics.json",
        "/ai/v2/completions",
    ] {
        for method in ["GET", "POST", "PUT"] {
            let reply = server.request(method, target).raw_body("{}").send().await;
            assert!(
                matches!(reply.status, 400 | 401 | 404 | 405),
                "{method} {target}: {} {}",
                reply.status,
                reply.text()
            );
        }
    }
    assert_eq!(gitlab.requests().len(), 0, "{:#?}", gitlab.requests());
    server.finish().await;
}

#[tokio::test]
async fn an_editor_works_through_the_server_in_front() {
    let gitlab = ce::gitlab().await;
    let gateway = FakeGateway::start().await;
    let server = in_front(&gitlab).gateway(&gateway).start().await;
    let get = |path: &str| server.request("GET", path).bearer(ce::ALICE);
    let own = get("/api/v4/personal_access_tokens/self")
        .send()
        .await
        .has_status(200);
    assert_eq!(own.json()["scopes"][0], "api");
    server
        .complete(&crate::support::okc())
        .bearer(ce::ALICE)
        .send()
        .await
        .has_status(200);
    assert_eq!(gateway.requests().len(), 1);
    server.finish().await;
}

#[tokio::test]
async fn the_version_is_lifted_for_editors_and_only_as_far_as_they_need() {
    let gitlab = ce::gitlab().await;
    let server = in_front(&gitlab).start().await;
    let get = |path: &str| server.request("GET", path).bearer(ce::ALICE);
    let agent = "gitlab-language-server:8.54.0 (Visual Studio Code:1.99.0)";
    for path in ["/api/v4/version", "/api/v4/metadata.json"] {
        let lifted = get(path)
            .header("User-Agent", agent)
            .send()
            .await
            .has_status(200)
            .json();
        assert_eq!(lifted, json!({ "version": "16.8.0", "revision": "abc" }));
        let plain = get(path)
            .header("User-Agent", "curl/8")
            .send()
            .await
            .has_status(200);
        assert_eq!(plain.json()["version"], "16.7.4");
    }
    for version in ["16.8.0", "17.11.1-ee", "18.0.0-pre", "no version"] {
        let body = format!("{{\"version\": \"{version}\" }}");
        gitlab.answers(Answer::new(200, "application/json", &body));
        let reply = get("/api/v4/version")
            .header("User-Agent", agent)
            .send()
            .await
            .has_status(200);
        assert_eq!(reply.text(), body);
    }
    gitlab.answers(Answer::json(401, &json!({ "message": "401 Unauthorized" })));
    get("/api/v4/version")
        .header("User-Agent", agent)
        .send()
        .await
        .has_status(401);
    server.finish().await;
}

#[tokio::test]
async fn events_of_editors_are_taken_here_and_those_of_gitlabs_pages_there() {
    let gitlab = ce::gitlab().await;
    let server = in_front(&gitlab).start().await;
    let event = |event: &str| {
        let body = json!({ "event": event });
        server
            .request("POST", "/api/v4/usage_data/track_event")
            .json(&body)
    };
    let editor = event("code_suggestion_shown_in_ide")
        .bearer(ce::ALICE)
        .header("X-Gitlab-Language-Server-Version", "8.54.0");
    assert_eq!(editor.send().await.has_status(200).text(), "{}");
    gitlab.forget();
    event("i_code_review")
        .header("Cookie", "_gitlab_session=1")
        .send()
        .await
        .has_status(401);
    assert_eq!(
        gitlab.only_request().target(),
        "POST /api/v4/usage_data/track_event"
    );
    server.finish().await;
}
