//! Requests whose framing can be read in two ways (RFC 9112 sections 6 and 11.2): one of the two readings is an attack.

use super::{sent, status_of};
use crate::support::{COMPLETIONS, FakeGateway, TestServer, okc};

#[tokio::test]
async fn ambiguous_framing_is_refused() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let body = okc().to_string();
    let length = body.len();
    let chunked = format!("{length:x}\r\n{body}\r\n0\r\n\r\n");
    let request = |fields: &str, body: &str| {
        format!(
            "POST {COMPLETIONS} HTTP/1.1\r\nHost: gitlab.test\r\nContent-Type: application/json\r\nAuthorization: Bearer {}\r\n{fields}\r\n\r\n{body}",
            server.tokens.api
        )
    };
    let cases = [
        (
            "two lengths",
            request(
                &format!("Content-Length: {length}\r\nContent-Length: 3"),
                &body,
            ),
        ),
        (
            "a list of lengths",
            request(&format!("Content-Length: {length}, 3"), &body),
        ),
        (
            "a signed length",
            request(&format!("Content-Length: +{length}"), &body),
        ),
        ("a negative length", request("Content-Length: -1", &body)),
        (
            "a length in hexadecimal",
            request(&format!("Content-Length: 0x{length:x}"), &body),
        ),
        (
            "an unknown coding",
            request("Transfer-Encoding: gzip, chunked", &chunked),
        ),
        (
            "chunks not last",
            request("Transfer-Encoding: chunked, gzip", &chunked),
        ),
        (
            "no coding",
            request("Transfer-Encoding: identity", &chunked),
        ),
        (
            "a folded field",
            request(&format!("X-A: 1\r\n 2\r\nContent-Length: {length}"), &body),
        ),
        (
            "a blank before the colon",
            request(&format!("Content-Length : {length}"), &body),
        ),
        (
            "a NUL in a field",
            request(&format!("X-A: a\0b\r\nContent-Length: {length}"), &body),
        ),
        (
            "no chunks",
            request("Transfer-Encoding: chunked", "xyz\r\nabc\r\n0\r\n\r\n"),
        ),
        (
            "a chunk that is too long",
            request(
                "Transfer-Encoding: chunked",
                "ffffffffffffffffff\r\nabc\r\n0\r\n\r\n",
            ),
        ),
        (
            "a chunk with more than it says",
            request("Transfer-Encoding: chunked", "2\r\n{\"x\r\n0\r\n\r\n"),
        ),
        (
            "chunks in HTTP/1.0",
            request("Transfer-Encoding: chunked", &chunked).replacen("HTTP/1.1", "HTTP/1.0", 1),
        ),
    ];
    let mut failures = Vec::new();
    for (name, bytes) in cases {
        let status = status_of(&server, bytes).await;
        if !matches!(status, 0 | 400 | 411 | 501 | 505) {
            failures.push(format!("{name}: {status}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(gateway.requests().len(), 0);
    server.finish().await;
}

#[tokio::test]
async fn chunks_in_chunks_and_hosts_in_doubt_are_refused() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let body = okc().to_string();
    let length = format!("Content-Length: {}", body.len());
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let twice = "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked";
    let cases = [
        ("Host: gitlab.test", length.as_str(), &body, 200),
        ("Host: gitlab.test", twice, &chunked, 400),
        ("Host: a.test\r\nHost: b.test", &length, &body, 400),
        ("X-Host: gitlab.test", &length, &body, 400),
    ];
    for (host, framing, body, status) in cases {
        let request = format!(
            "POST {COMPLETIONS} HTTP/1.1\r\n{host}\r\nContent-Type: application/json\r\nAuthorization: Bearer {}\r\n{framing}\r\n\r\n{body}",
            server.tokens.api
        );
        assert_eq!(
            status_of(&server, request).await,
            status,
            "{host}, {framing}"
        );
    }
    assert_eq!(gateway.requests().len(), 1);
    server.finish().await;
}

#[tokio::test]
async fn length_and_chunks_together_end_the_connection() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let body = okc().to_string();
    let bytes = format!(
        "POST {COMPLETIONS} HTTP/1.1\r\nHost: gitlab.test\r\nContent-Type: application/json\r\nAuthorization: Bearer {}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\nGET /-/health HTTP/1.1\r\nHost: gitlab.test\r\n\r\n",
        server.tokens.api,
        body.len()
    );
    let (reply, mut connection) = sent(&server, bytes).await;
    if let Some(reply) = reply {
        assert!(matches!(reply.status, 200 | 400), "{}", reply.status);
    }
    assert_eq!(
        connection.ended().await,
        "",
        "nothing behind it is a request"
    );
    server.finish().await;
}

#[tokio::test]
async fn what_is_no_http_ends_without_harm() {
    let server = TestServer::builder().start().await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
        b"garbage\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n\r\nnothing\r\n\r\n",
        b"GET  /  HTTP/1.1\r\n\r\n",
        b"G\xc3\x89T / HTTP/1.1\r\n\r\n",
    ] {
        let status = status_of(&server, bytes).await;
        assert!(matches!(status, 0 | 400..500 | 505), "{bytes:?}: {status}");
    }
    server
        .request("GET", "/-/health")
        .send()
        .await
        .has_status(200);
    server.finish().await;
}
