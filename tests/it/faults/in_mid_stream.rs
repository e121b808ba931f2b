//! After the first byte a failure can only be shown by breaking the transfer off: no client may take it for the end.

use std::io::ErrorKind;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Answer, End, FakeGateway, Request, TestServer, soon};

const EVENT: &str =
    "event: content_chunk\ndata: {\"choices\":[{\"delta\":{\"content\":\"abc\"},\"index\":0}]}\n\n";

/// Every pair of what the client reads and what the gateway writes.
fn forms(server: &TestServer) -> [(&'static str, Request, Vec<u8>, &'static str); 4] {
    let events = || server.stream().reading_events();
    [
        ("events as events", events(), Answer::events_head(), EVENT),
        ("text as events", events(), Answer::text_head(), "abc"),
        (
            "events as text",
            server.stream(),
            Answer::events_head(),
            EVENT,
        ),
        ("text as text", server.stream(), Answer::text_head(), "abc"),
    ]
}

/// Streams that begin well and go on with `more`.
async fn check(server: &TestServer, gateway: &FakeGateway, name: &str, more: &[u8], end: End) {
    for (form, request, mut answer, first) in forms(server) {
        answer.extend(format!("{:x}\r\n{first}\r\n", first.len()).into_bytes());
        answer.extend_from_slice(more);
        gateway.answers(Answer::bytes(answer).then(end));
        let reply = request.send().await;
        assert_eq!(reply.status, 200, "{name}, {form}");
        assert!(
            reply.text().contains("abc"),
            "{name}, {form}: {}",
            reply.text()
        );
        assert!(
            !reply.whole,
            "{name}, {form}: taken for whole: {}",
            reply.text()
        );
        assert!(
            !reply.text().contains("stream_end"),
            "{name}, {form}: {}",
            reply.text()
        );
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_broken_off() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let cases: [(&str, &[u8]); 4] = [
        ("between two chunks", b""),
        ("in a chunk", b"ff\r\nab"),
        ("in the head of a chunk", b"f"),
        ("before the very last line", b"0\r\n"),
    ];
    for (name, more) in cases {
        check(&server, &gateway, name, more, End::Close).await;
    }
    check(
        &server,
        &gateway,
        "no chunk",
        b"zz\r\nabc\r\n0\r\n\r\n",
        End::Keep,
    )
    .await;
    server.finish().await;
}

#[tokio::test]
async fn a_stream_to_a_client_without_chunks_is_broken_off() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let request = String::from_utf8(server.stream().bytes()).unwrap();
    let old = request.replacen("HTTP/1.1", "HTTP/1.0", 1);
    for (last, whole) in [(&b"0\r\n\r\n"[..], true), (b"", false)] {
        let text = [&Answer::text_head(), &b"3\r\nabc\r\n"[..], last].concat();
        gateway.answers(Answer::bytes(text).then(End::Close));
        let mut client = TcpStream::connect(server.address).await.unwrap();
        client.write_all(old.as_bytes()).await.unwrap();
        let mut reply = Vec::new();
        let ended = soon(client.read_to_end(&mut reply)).await;
        assert!(reply.ends_with(b"\r\n\r\nabc"), "{whole}: {reply:?}");
        // Nothing but the end tells where the answer ends: a cut is no end.
        let kind = ended.map(|_| ()).map_err(|error| error.kind());
        let expected = if whole {
            Ok(())
        } else {
            Err(ErrorKind::ConnectionReset)
        };
        assert_eq!(kind, expected);
    }
    server.finish().await;
}

#[tokio::test]
async fn a_stream_of_fewer_bytes_than_announced_is_broken_off() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 99\r\n\r\nabc";
    gateway.answers(Answer::bytes(head).then(End::Close));
    for request in [server.stream(), server.stream().reading_events()] {
        let reply = request.send().await;
        assert_eq!(reply.status, 200);
        assert!(
            !reply.whole && reply.text().contains("abc"),
            "{}",
            reply.text()
        );
    }
    server.finish().await;
}

// A reset may overtake what was sent before it, so the gateway resets when the client has that.
#[tokio::test]
async fn a_stream_that_is_reset_is_broken_off() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    for (form, request, head, first) in forms(&server) {
        gateway.hold();
        let upstream = async {
            let mut exchange = gateway.next().await;
            exchange.write(&head).await;
            exchange.chunk(first).await;
            exchange
        };
        let (mut reply, exchange) = tokio::join!(request.open(), upstream);
        reply.reaches("abc").await;
        exchange.reset();
        let reply = soon(reply.rest()).await;
        assert!(!reply.whole, "{form}: {}", reply.text());
    }
    server.finish().await;
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_broken_off() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("gateway.idle_timeout", "250ms")
        .start()
        .await;
    check(&server, &gateway, "silent", b"", End::Silence).await;
    check(
        &server,
        &gateway,
        "silent in a chunk",
        b"ff\r\nab",
        End::Silence,
    )
    .await;
    gateway.clients_left(8).await;
    server.finish().await;
}

#[tokio::test]
async fn a_stream_that_takes_too_long_as_a_whole_is_broken_off() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("gateway.stream_timeout", "300ms")
        .start()
        .await;
    check(&server, &gateway, "too long", b"", End::Silence).await;
    gateway.clients_left(4).await;
    server.finish().await;
}

#[tokio::test]
async fn text_that_is_none_is_broken_off() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let mut answer = Answer::text_head();
    answer.extend(b"3\r\nabc\r\n2\r\n\xc3\x28\r\n0\r\n\r\n");
    gateway.answers(Answer::bytes(answer));
    for request in [server.stream(), server.stream().reading_events()] {
        let reply = request.send().await;
        assert!(!reply.whole, "{}", reply.text());
    }
    server.finish().await;
}
