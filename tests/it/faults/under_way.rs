//! Requests under way: how many there may be, that one does not hold up another, and that each ends when its client leaves.

use crate::support::{Answer, Connection, FakeGateway, TestServer, okc, soon};

#[tokio::test]
async fn more_requests_than_may_be_under_way_are_turned_away_at_once() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("gateway.max_in_flight", "2")
        .start()
        .await;
    gateway.hold();
    let busy = async {
        let mut first = gateway.next().await;
        let mut second = gateway.next().await;
        for request in [server.complete(&okc()), server.stream().reading_events()] {
            let reply = request.send().await.has_status(503);
            assert_eq!(reply.text(), r#"{"message":"503 Service Unavailable"}"#);
            let wait: u64 = reply.field("retry-after").unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait));
        }
        first.answer(&Answer::default()).await;
        second.answer(&Answer::default()).await;
    };
    let (one, two, ()) = tokio::join!(
        server.complete(&okc()).send(),
        server.complete(&okc()).send(),
        busy
    );
    one.has_status(200);
    two.has_status(200);
    gateway.answers(Answer::default());
    server.complete(&okc()).send().await.has_status(200);
    server.finish().await;
}

#[tokio::test]
async fn a_stream_keeps_its_place_until_its_end() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("gateway.max_in_flight", "1")
        .start()
        .await;
    gateway.hold();
    let upstream = async {
        let mut exchange = gateway.next().await;
        exchange.write(Answer::text_head()).await;
        exchange.chunk("abc").await;
        exchange
    };
    let (mut reply, mut exchange) = tokio::join!(server.stream().open(), upstream);
    reply.reaches("abc").await;
    gateway.answers(Answer::default());
    server.complete(&okc()).send().await.has_status(503);
    exchange.last_chunk().await;
    exchange.close();
    soon(reply.rest()).await.has_status(200);
    server.complete(&okc()).send().await.has_status(200);
    server.finish().await;
}

#[tokio::test]
async fn a_request_that_hangs_holds_up_nobody() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    gateway.hold();
    let upstream = async {
        let mut hanging = gateway.next().await;
        gateway.answers(Answer::default());
        server
            .complete(&okc())
            .bearer(&server.tokens.dave)
            .send()
            .await
            .has_status(200);
        hanging.answer(&Answer::default()).await;
    };
    let (reply, ()) = tokio::join!(server.complete(&okc()).send(), upstream);
    reply.has_status(200);
    server.finish().await;
}

#[tokio::test]
async fn a_client_that_leaves_before_the_answer_cancels_its_request() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    gateway.hold();
    for request in [
        server.complete(&okc()),
        server.stream().reading_events(),
        server.stream(),
    ] {
        // Old clients send an empty line behind a request (RFC 9112 section 2.2), others the next one.
        for behind in ["", "\r\n", "POST /api"] {
            let mut client = Connection::open(server.address).await;
            client
                .write([&request.bytes(), behind.as_bytes()].concat())
                .await;
            let mut exchange = gateway.next().await;
            drop(client);
            exchange.left().await;
        }
    }
    server.finish().await;
}

#[tokio::test]
async fn a_request_behind_another_is_answered_after_it() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    gateway.hold();
    let mut client = Connection::open(server.address).await;
    let request = server.complete(&okc()).bytes();
    client.write([&request[..], &request[..10]].concat()).await;
    let mut first = gateway.next().await;
    // While the first one waits, the rest of the second comes.
    client.write(&request[10..]).await;
    first.answer(&Answer::default()).await;
    client.reply().await.has_status(200);
    first.close();
    gateway.next().await.answer(&Answer::default()).await;
    client.reply().await.has_status(200);
    server.finish().await;
}

#[tokio::test]
async fn a_client_that_leaves_in_mid_stream_cancels_its_request() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    gateway.hold();
    for request in [server.stream().reading_events(), server.stream()] {
        let upstream = async {
            let mut exchange = gateway.next().await;
            exchange.write(Answer::text_head()).await;
            exchange.chunk("abc").await;
            exchange
        };
        let (mut reply, mut exchange) = tokio::join!(request.open(), upstream);
        reply.reaches("abc").await;
        // Both sides are silent now.
        reply.leave();
        exchange.left().await;
    }
    server.finish().await;
}

#[tokio::test]
async fn a_client_that_leaves_while_a_whole_answer_is_read_cancels_it() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    gateway.hold();
    let mut client = Connection::open(server.address).await;
    client.write(server.complete(&okc()).bytes()).await;
    let mut exchange = gateway.next().await;
    exchange
        .write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{")
        .await;
    drop(client);
    exchange.left().await;
    server.finish().await;
}

// More than all buffers on the way can hold; a stream that is fetched although nobody reads it gets there.
const TOO_MUCH: usize = 128 * 1024 * 1024;

#[tokio::test]
async fn what_a_client_does_not_read_is_not_fetched_and_ends() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("server.body_timeout", "300ms")
        .start()
        .await;
    gateway.hold();
    let upstream = async {
        let mut exchange = gateway.next().await;
        exchange.write(Answer::text_head()).await;
        exchange.chunk("abc").await;
        exchange
    };
    let (reply, mut exchange) = tokio::join!(server.stream().open(), upstream);
    let piece = "x".repeat(64 * 1024);
    let mut written = 0;
    while soon(exchange.try_chunk(&piece)).await {
        written += piece.len();
        assert!(written < TOO_MUCH);
    }
    let reply = soon(reply.rest()).await;
    assert!(!reply.whole);
    server.finish().await;
}
