//! Heads: too large, too many fields, too slow, or asking for something other than an answer.

use super::{sent, status_of};
use crate::support::{Connection, FakeGateway, TestServer};

fn get(target: &str, fields: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: gitlab.test\r\n{fields}\r\n")
}

#[tokio::test]
async fn heads_beyond_the_limits_are_refused() {
    let server = TestServer::builder().start().await;
    let field = |length: usize| format!("X-Long: {}\r\n", "x".repeat(length));
    // The host is a field too.
    let fields = |count: usize| get("/-/health", &"X-Field: 1\r\n".repeat(count - 1));
    let long_target = format!("/-/health?{}", "x".repeat(9 * 1024));
    let mut failures = Vec::new();
    for (name, head, statuses) in [
        ("a field", get("/-/health", &field(70 * 1024)), [431, 0, 0]),
        (
            "endless",
            format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(400 * 1024)),
            [431, 0, 0],
        ),
        ("a hundred fields", fields(100), [200, 0, 0]),
        ("one more", fields(101), [431, 0, 0]),
        ("target", get(&long_target, ""), [414, 0, 0]),
        (
            "target beyond everything",
            get(&format!("/{}", "x".repeat(80 * 1024)), ""),
            [414, 431, 0],
        ),
    ] {
        let status = status_of(&server, head).await;
        if !statuses.contains(&status) {
            failures.push(format!("{name}: {status}"));
        }
    }
    assert!(failures.is_empty(), "{failures:?}");
    let fits = get("/-/health", &field(8 * 1024));
    assert_eq!(status_of(&server, fits).await, 200);
    server.finish().await;
}

#[tokio::test]
async fn a_head_has_to_come_in_time() {
    let server = TestServer::builder()
        .set("server.header_timeout", "250ms")
        .start()
        .await;
    for part in ["", "G", "GET / HTTP/1.1\r\nHost: gitlab.test\r\n"] {
        let mut connection = Connection::open(server.address).await;
        connection.write(part).await;
        if let Some(reply) = connection.reply_or_end().await {
            assert_eq!(reply.status, 408, "{part:?}");
        }
        connection.ended().await;
    }
    server.finish().await;
}

#[tokio::test]
async fn a_second_head_has_to_come_in_time_too() {
    let server = TestServer::builder()
        .set("server.header_timeout", "250ms")
        .start()
        .await;
    let mut connection = Connection::open(server.address).await;
    connection.write(get("/-/health", "")).await;
    connection.reply().await.has_status(200);
    connection.write("GET / HTTP/1.1\r\n").await;
    connection.ended().await;
    server.finish().await;
}

#[tokio::test]
async fn nothing_but_answers_is_to_be_had() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
    let http2 = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";
    for fields in [upgrade, http2] {
        let (reply, _) = sent(&server, get("/-/health", fields)).await;
        let reply = reply.unwrap().has_status(200);
        assert_eq!(reply.field("upgrade"), None);
    }
    let target = format!("{}/v2/code/completions", gateway.url());
    for method in ["GET", "TRACE", "CONNECT"] {
        let request = format!("{method} {target} HTTP/1.1\r\nHost: gitlab.test\r\n\r\n");
        let status = status_of(&server, request).await;
        assert!(matches!(status, 0 | 400..500), "{method}: {status}");
    }
    let connect = format!(
        "CONNECT {} HTTP/1.1\r\nHost: gitlab.test\r\n\r\n",
        gateway.url().trim_start_matches("http://")
    );
    let status = status_of(&server, connect).await;
    assert!(matches!(status, 0 | 400..500), "CONNECT: {status}");
    assert_eq!((gateway.requests().len(), gateway.connections()), (0, 0));
    server.finish().await;
}

#[tokio::test]
async fn what_a_client_says_of_itself_decides_nothing() {
    let server = TestServer::builder().start().await;
    for fields in [
        "X-Original-Url: /-/health\r\n",
        "X-Rewrite-Url: /-/health\r\n",
        "X-HTTP-Method-Override: POST\r\n",
        "X-Forwarded-User: root\r\n",
        "X-Gitlab-User-Id: 42\r\n",
    ] {
        let status = status_of(&server, get("/api/v4/user", fields)).await;
        assert_eq!(status, 401, "{fields}");
    }
    server.finish().await;
}

#[tokio::test]
async fn a_referer_and_a_credential_have_to_be_text() {
    let server = TestServer::builder().start().await;
    let head = |field: &[u8]| {
        let mut head = b"GET /api/v4/version HTTP/1.1\r\nHost: gitlab.test\r\n".to_vec();
        head.extend_from_slice(field);
        head.extend_from_slice(b"\r\n\r\n");
        head
    };
    for (field, status) in [
        (b"Referer: http://x/caf\xc3\xa9?a=%C3%A9".as_slice(), 401),
        (b"Referer: 100%", 401),
        (b"Referer: http://x/caf\xe9", 400),
        (b"Referer: http://x/%00", 400),
        (b"Referer: http://x/%ff", 400),
        (b"PRIVATE-TOKEN: caf\xc3\xa9", 401),
        (b"PRIVATE-TOKEN: caf\xe9", 400),
        (b"Authorization: Bearer caf\xe9", 400),
        (b"Authorization: Basic dQA6cA==", 400),
    ] {
        let given = String::from_utf8_lossy(field);
        assert_eq!(status_of(&server, head(field)).await, status, "{given}");
    }
    server.finish().await;
}
