//! Connections that are kept: used again only when that is safe, and never a reason for a client to see a failure.

use super::BAD_GATEWAY;
use crate::support::{Answer, End, FakeGateway, TestServer, okc};

#[tokio::test]
async fn a_connection_is_used_again_after_a_whole_answer() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    for _ in 0..3 {
        server.complete(&okc()).send().await.has_status(200);
    }
    gateway.answers(Answer::events(&["event: stream_end\ndata: null\n\n"]));
    for _ in 0..3 {
        server
            .stream()
            .reading_events()
            .send()
            .await
            .has_status(200);
    }
    assert_eq!(gateway.connections(), 1);
    server.finish().await;
}

#[tokio::test]
async fn a_kept_connection_that_has_ended_is_not_noticed() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    gateway.hold();
    for _ in 0..5 {
        let upstream = async {
            let mut exchange = gateway.next().await;
            exchange.answer(&Answer::default()).await;
            exchange.close();
        };
        let (reply, ()) = tokio::join!(server.complete(&okc()).send(), upstream);
        reply.has_status(200);
    }
    server.finish().await;
}

/// Has a connection kept, and then asks again: the second question arrives on it.
async fn second_on_kept(
    gateway: &FakeGateway,
    server: &TestServer,
    answers: &[&str],
) -> (crate::support::Reply, usize) {
    server.complete(&okc()).send().await.has_status(200);
    gateway.forget();
    gateway.hold();
    let upstream = async {
        for (index, answer) in answers.iter().enumerate() {
            let mut exchange = gateway.next().await;
            assert_eq!(exchange.request.connection, index);
            exchange.write(answer).await;
            exchange.close();
        }
    };
    let (reply, ()) = tokio::join!(server.complete(&okc()).send(), upstream);
    (reply, gateway.requests().len())
}

const WHOLE: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

#[tokio::test]
async fn a_kept_connection_that_ends_without_a_byte_is_replaced_once() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let (reply, asked) = second_on_kept(&gateway, &server, &["", WHOLE]).await;
    reply.has_status(200);
    assert_eq!(asked, 2);
    server.finish().await;
}

#[tokio::test]
async fn nothing_is_asked_a_third_time() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let (reply, asked) = second_on_kept(&gateway, &server, &["", ""]).await;
    assert_eq!(
        (reply.has_status(502).text().as_str(), asked),
        (BAD_GATEWAY, 2)
    );
    server.finish().await;
}

#[tokio::test]
async fn an_answer_that_has_begun_is_not_asked_for_again() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    server.complete(&okc()).send().await.has_status(200);
    gateway.forget();
    gateway.answers(Answer::bytes("HTTP/1.1 20").then(End::Close));
    server.complete(&okc()).send().await.has_status(502);
    assert_eq!(gateway.requests().len(), 1);
    server.finish().await;
}

#[tokio::test]
async fn statuses_are_no_reason_to_ask_again() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    server.complete(&okc()).send().await.has_status(200);
    for status in [429, 500, 503, 504] {
        gateway.forget();
        gateway.answers(Answer::new(status, "text/plain", ""));
        assert!(server.complete(&okc()).send().await.status >= 429);
        assert_eq!(gateway.requests().len(), 1, "{status}");
    }
    server.finish().await;
}

#[tokio::test]
async fn bytes_behind_an_answer_are_nobodys_answer() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let poison =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n\"poison\"";
    gateway.answers(Answer::bytes(format!("{WHOLE}{poison}")));
    for _ in 0..5 {
        let reply = server.complete(&okc()).send().await.has_status(200);
        assert_eq!(reply.text(), "{}");
    }
    server.finish().await;
}

#[tokio::test]
async fn a_connection_that_the_gateway_ends_is_not_kept() {
    let close = Answer::with(
        200,
        &[
            ("Connection", "close"),
            ("Content-Type", "application/json"),
        ],
        "{}",
    );
    let gateway = FakeGateway::answering(close.then(End::Close)).await;
    let server = TestServer::before(&gateway).await;
    for _ in 0..3 {
        server.complete(&okc()).send().await.has_status(200);
    }
    assert_eq!((gateway.connections(), gateway.requests().len()), (3, 3));
    server.finish().await;
}
