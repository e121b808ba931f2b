//! In front of a GitLab: what is not this server's passes through untouched in both directions, and what is this server's
//! cannot be reached in the GitLab behind.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::in_front;
use crate::support::{
    Answer, Builder, Connection, End, FakeGateway, Framing, Piece, Request, TestServer, Wire,
    gitlab as ce, soon,
};

/// A server in front of whatever listens at that address.
fn before(address: std::net::SocketAddr) -> Builder {
    TestServer::builder()
        .set("identity.kind", "gitlab")
        .set("proxy.gitlab_url", &format!("http://{address}"))
}

/// Accepts one connection.
async fn accepted(listener: &TcpListener) -> Wire {
    soon(async { Wire::new(listener.accept().await.unwrap().0) }).await
}

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

#[tokio::test]
async fn bodies_go_on_piece_by_piece_in_both_directions_without_a_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = before(listener.local_addr().unwrap())
        .set("server.max_body_bytes", "1024")
        .start()
        .await;
    let mut client = Connection::open(server.address).await;
    client
        .write("POST /upload HTTP/1.1\r\nHost: gitlab.test\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\nTE: trailers\r\n\r\n5\r\nfirst\r\n")
        .await;
    let mut gitlab = accepted(&listener).await;
    let head = soon(gitlab.head()).await.unwrap().unwrap();
    let mut framing = head.framing(Framing::Ended);
    assert_eq!(framing, Framing::Chunks);
    assert_eq!(
        soon(gitlab.piece(&mut framing)).await,
        Piece::Data(b"first".to_vec())
    );
    // More than a request of the API may have.
    let big = "x".repeat(300_000);
    client
        .write(format!("{:x}\r\n{big}\r\n0\r\nX-Sum: 9\r\n\r\n", big.len()))
        .await;
    let mut received = 0;
    while received < big.len() {
        match soon(gitlab.piece(&mut framing)).await {
            Piece::Data(data) => received += data.len(),
            other => panic!("{other:?}"),
        }
    }
    let end = soon(gitlab.through("\r\n\r\n")).await;
    assert!(end.contains("0\r\nx-sum: 9\r\n"), "{end:?}");
    gitlab
        .write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Total\r\n\r\n3\r\none\r\n")
        .await
        .unwrap();
    let first = soon(client.through("one\r\n")).await;
    assert!(first.contains("3\r\none\r\n"), "{first:?}");
    gitlab
        .write(b"3\r\ntwo\r\n0\r\nX-Total: 2\r\n\r\n")
        .await
        .unwrap();
    let rest = soon(client.through("\r\n\r\n")).await;
    assert_eq!(rest, "3\r\ntwo\r\n0\r\nx-total: 2\r\n\r\n");
    server.finish().await;
}

#[tokio::test]
async fn a_client_that_waits_to_be_asked_for_its_body_is_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = before(listener.local_addr().unwrap()).start().await;
    let mut client = Connection::open(server.address).await;
    client
        .write("PUT /pack HTTP/1.1\r\nHost: gitlab.test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        .await;
    assert_eq!(
        soon(client.through("\r\n\r\n")).await,
        "HTTP/1.1 100 Continue\r\n\r\n"
    );
    client.write("pack").await;
    let mut gitlab = accepted(&listener).await;
    let head = soon(gitlab.head()).await.unwrap().unwrap();
    assert_eq!(head.field("expect"), None);
    let mut framing = head.framing(Framing::Ended);
    assert_eq!(
        soon(gitlab.piece(&mut framing)).await,
        Piece::Data(b"pack".to_vec())
    );
    gitlab
        .write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(client.reply().await.status, 201);
    server.finish().await;
}

#[tokio::test]
async fn a_web_socket_echoes_and_ends_with_the_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = before(listener.local_addr().unwrap())
        .set("server.idle_timeout", "1s")
        .set("server.header_timeout", "1s")
        .start()
        .await;
    let mut client = Connection::open(server.address).await;
    client
        .write("GET /-/cable HTTP/1.1\r\nHost: gitlab.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Protocol: actioncable-v1-json\r\n\r\n")
        .await;
    let mut gitlab = accepted(&listener).await;
    let head = soon(gitlab.head()).await.unwrap().unwrap();
    assert_eq!(head.field("upgrade").as_deref(), Some("websocket"));
    assert_eq!(head.field("connection").as_deref(), Some("upgrade"));
    assert_eq!(head.field("sec-websocket-key").as_deref(), Some("x"));
    gitlab
        .write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\nhello")
        .await
        .unwrap();
    let opened = soon(client.through("hello")).await;
    assert!(opened.starts_with("HTTP/1.1 101 "), "{opened}");
    assert!(opened.contains("sec-websocket-accept: y\r\n"), "{opened}");
    for number in 0..3 {
        let text = format!("\u{0}binary {number}\u{1}");
        client.write(&text).await;
        assert_eq!(soon(gitlab.through("\u{1}")).await, text);
        gitlab.write(text.as_bytes()).await.unwrap();
        assert_eq!(soon(client.through("\u{1}")).await, text);
    }
    // Neither side says anything any more: the server does not wait for its grace.
    server.finish().await;
    client.ended().await;
}

#[tokio::test]
async fn a_change_of_protocol_that_nobody_asked_for_is_a_502() {
    let answer =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    let gitlab = FakeGateway::answering(Answer::bytes(answer)).await;
    let server = in_front(&gitlab).start().await;
    server.request("GET", "/group").send().await.has_status(502);
    server.finish().await;
}

#[tokio::test]
async fn faults_of_gitlab_are_never_a_whole_answer() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    let gitlab = FakeGateway::answering(Answer::bytes(cut).then(End::Close)).await;
    let server = in_front(&gitlab)
        .set("proxy.idle_timeout", "1s")
        .start()
        .await;
    let reply = server.request("GET", "/page").send().await;
    assert_eq!((reply.status, reply.whole), (200, false));
    gitlab.answers(Answer::bytes("garbage\r\n\r\n").then(End::Close));
    server.request("GET", "/page").send().await.has_status(502);
    gitlab.answers(Answer::bytes("").then(End::Silence));
    server.request("GET", "/page").send().await.has_status(504);
    gitlab.answers(
        Answer::bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").then(End::Silence),
    );
    let reply = server.request("GET", "/page").send().await;
    assert_eq!((reply.status, reply.whole), (200, false));
    gitlab.stop().await;
    server.request("GET", "/page").send().await.has_status(502);
    server.finish().await;
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_request_behind() {
    let gitlab = FakeGateway::answering(
        Answer::bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
            .then(End::Silence),
    )
    .await;
    let server = in_front(&gitlab).start().await;
    let mut transfer = server.request("GET", "/long/poll").open().await;
    transfer.reaches("x").await;
    transfer.leave();
    gitlab.clients_left(1).await;
    gitlab.answers(Answer::bytes("").then(End::Silence));
    let mut client = Connection::open(server.address).await;
    client
        .write("GET /jobs/request HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    soon(async {
        while gitlab.requests().len() < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    drop(client);
    gitlab.clients_left(2).await;
    server.finish().await;
}

#[tokio::test]
async fn connections_are_kept_and_stale_ones_are_invisible() {
    let gitlab = FakeGateway::answering(Answer::new(200, "text/plain", "x")).await;
    let server = in_front(&gitlab).start().await;
    for _ in 0..5 {
        server.request("GET", "/page").send().await.has_status(200);
    }
    assert_eq!(gitlab.connections(), 1);
    // Its last answer on that connection is followed by its end.
    gitlab.answers(Answer::new(200, "text/plain", "x").then(End::Close));
    for _ in 0..5 {
        server.request("GET", "/page").send().await.has_status(200);
        server
            .request("POST", "/form")
            .raw_body("a=b")
            .send()
            .await
            .has_status(200);
    }
    server.finish().await;
}

#[tokio::test]
async fn a_gitlab_below_a_path_is_reached_below_it() {
    let gitlab = FakeGateway::answering(Answer::new(200, "text/plain", "x")).await;
    let server = TestServer::builder()
        .set("identity.kind", "gitlab")
        .set("server.external_url", "https://host.test/gitlab")
        .set("proxy.gitlab_url", &format!("{}/gitlab/", gitlab.url()))
        .start()
        .await;
    let get = |target| Request::new(server.address, "GET", target);
    get("/gitlab/group/project?x=1")
        .send()
        .await
        .has_status(200);
    get("/gitlab/").send().await.has_status(200);
    let asked = gitlab.requests();
    assert_eq!(asked[0].target(), "GET /gitlab/group/project?x=1");
    assert_eq!(
        asked[0].field("x-forwarded-proto").as_deref(),
        Some("https")
    );
    assert_eq!(asked[1].target(), "GET /gitlab/");
    get("/other").send().await.has_status(404);
    get("/gitlab/api/v4/code_suggestions/completions")
        .send()
        .await
        .has_status(404);
    get("/gitlab/-/readiness").send().await.has_status(200);
    assert_eq!(gitlab.requests().len(), 2);
    server.finish().await;
}
