//! The stop: running requests finish, nothing else delays the end, and what outlasts the grace is visibly broken off.

use tokio::net::TcpStream;

use crate::support::{Answer, COMPLETIONS, Connection, FakeGateway, TestServer, okc, soon};

/// A server whose clocks are of no help: only the stop can end its connections in time.
async fn patient(gateway: &FakeGateway) -> TestServer {
    TestServer::builder()
        .gateway(gateway)
        .set("server.header_timeout", "1h")
        .set("server.idle_timeout", "1h")
        .set("server.body_timeout", "1h")
        .start()
        .await
}

#[tokio::test]
async fn silent_idle_and_half_sent_connections_delay_nothing() {
    let gateway = FakeGateway::start().await;
    let server = patient(&gateway).await;
    let health = server.request("GET", "/-/health").bytes();
    let silent = Connection::open(server.address).await;
    let mut idle = Connection::open(server.address).await;
    idle.write(&health).await;
    idle.reply().await.has_status(200);
    let mut half = Connection::open(server.address).await;
    half.write(&health).await;
    half.reply().await.has_status(200);
    half.write("GET / HTTP/1.1\r\nHost: gitl").await;
    let mut first_half = Connection::open(server.address).await;
    first_half.write("GET / HTTP/1.1\r\nHost: gitl").await;
    let half_a_body = |fields: &str| {
        format!(
            "POST {COMPLETIONS} HTTP/1.1\r\nHost: gitlab.test\r\nContent-Type: application/json\r\nContent-Length: 500\r\n{fields}\r\n{{"
        )
    };
    let token = format!("Private-Token: {}\r\n", server.tokens.api);
    let mut half_body = Connection::open(server.address).await;
    half_body.write(half_a_body(&token)).await;
    let mut strangers = Connection::open(server.address).await;
    strangers.write(half_a_body("")).await;
    // By the time that another connection has been answered, these have been accepted.
    server
        .request("GET", "/-/health")
        .send()
        .await
        .has_status(200);
    server.finish().await;
    for mut connection in [silent, idle, half, first_half] {
        connection.ended().await;
    }
    half_body.reply().await.has_status(408);
    strangers.reply().await.has_status(401);
}

#[tokio::test]
async fn a_running_stream_finishes() {
    let gateway = FakeGateway::start().await;
    let server = patient(&gateway).await;
    gateway.hold();
    let upstream = async {
        let mut exchange = gateway.next().await;
        exchange.write(Answer::text_head()).await;
        exchange.chunk("abc").await;
        exchange
    };
    let (mut reply, mut exchange) = tokio::join!(server.stream().reading_events().open(), upstream);
    reply.reaches("abc").await;
    server.drain();
    soon(async {
        while TcpStream::connect(server.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    exchange.chunk("def").await;
    reply.reaches("def").await;
    exchange.last_chunk().await;
    let reply = soon(reply.rest()).await.has_status(200);
    assert!(reply.text().ends_with("event: stream_end\ndata: null\n\n"));
    server.finish().await;
}

#[tokio::test]
async fn a_running_request_is_answered_and_its_connection_ends() {
    let gateway = FakeGateway::start().await;
    let server = patient(&gateway).await;
    gateway.hold();
    let mut connection = Connection::open(server.address).await;
    connection.write(server.complete(&okc()).bytes()).await;
    let mut exchange = gateway.next().await;
    server.drain();
    exchange.answer(&Answer::default()).await;
    connection.reply().await.has_status(200);
    connection.ended().await;
    server.finish().await;
}

#[tokio::test]
async fn what_outlasts_the_grace_is_broken_off() {
    let gateway = FakeGateway::start().await;
    let server = patient(&gateway).await;
    gateway.hold();
    let upstream = async {
        let mut exchange = gateway.next().await;
        exchange.write(Answer::text_head()).await;
        exchange.chunk("abc").await;
        exchange
    };
    let (mut reply, mut exchange) = tokio::join!(server.stream().open(), upstream);
    reply.reaches("abc").await;
    server.drain();
    server.stop.abort.cancel();
    let reply = soon(reply.rest()).await;
    assert!(!reply.whole, "{}", reply.text());
    exchange.left().await;
    server.finish().await;
}
