//! Connections that carry several requests, each judged anew.

use super::sent;
use crate::support::{COMPLETIONS, Connection, ENABLED, FakeGateway, TestServer, okc};

#[tokio::test]
async fn a_connection_carries_one_request_after_the_other() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let mut connection = Connection::open(server.address).await;
    let requests = [
        (server.complete(&okc()), 200),
        (server.complete(&okc()).anonymous(), 401),
        (server.complete(&okc()).bearer(&server.tokens.bob), 401),
        (server.complete(&okc()).body("text/plain", "x"), 415),
        (server.post("/nothing"), 404),
        (server.stream(), 200),
        (server.post(ENABLED).body("application/json", "{"), 400),
        (server.complete(&okc()), 200),
    ];
    for (request, status) in requests {
        connection.write(request.bytes()).await;
        connection.reply().await.has_status(status);
    }
    server.finish().await;
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let mut connection = Connection::open(server.address).await;
    let ids = ["one", "two", "three", "four"];
    let mut bytes = Vec::new();
    for (index, id) in ids.iter().enumerate() {
        let request = if index % 2 == 0 {
            server.complete(&okc())
        } else {
            server.request("GET", "/-/health")
        };
        bytes.extend(request.header("X-Request-Id", id).bytes());
    }
    connection.write(bytes).await;
    for id in ids {
        let reply = connection.reply().await.has_status(200);
        assert_eq!(reply.field("x-request-id").as_deref(), Some(id));
    }
    server.finish().await;
}

#[tokio::test]
async fn an_idle_connection_ends() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("server.header_timeout", "1h")
        .set("server.idle_timeout", "250ms")
        .start()
        .await;
    // One that is answered at once, and one for which somebody else is asked.
    for request in [server.request("GET", "/-/health"), server.complete(&okc())] {
        let mut connection = Connection::open(server.address).await;
        connection.write(request.bytes()).await;
        connection.reply().await.has_status(200);
        assert_eq!(connection.ended().await, "");
    }
    server.finish().await;
}

#[tokio::test]
async fn the_clock_of_a_head_says_nothing_to_an_idle_connection() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("server.header_timeout", "250ms")
        .set("server.idle_timeout", "1h")
        .start()
        .await;
    for request in [server.request("GET", "/-/health"), server.complete(&okc())] {
        let mut kept = Connection::open(server.address).await;
        kept.write(request.bytes()).await;
        kept.reply().await.has_status(200);
        // The end of one that is silent from now on tells when the time for a head is over.
        Connection::open(server.address).await.ended().await;
        kept.write(request.bytes()).await;
        kept.reply().await.has_status(200);
    }
    server.finish().await;
}

#[tokio::test]
async fn a_client_that_wants_the_end_gets_it() {
    let server = TestServer::builder().start().await;
    let request = server
        .request("GET", "/-/health")
        .header("Connection", "close");
    let (reply, mut connection) = sent(&server, request.bytes()).await;
    reply.unwrap().has_status(200);
    connection.ended().await;
    let old = "GET /-/health HTTP/1.0\r\n\r\n";
    let (reply, mut connection) = sent(&server, old).await;
    reply.unwrap().has_status(200);
    connection.ended().await;
    server.finish().await;
}

#[tokio::test]
async fn a_stream_to_an_old_client_has_no_chunks() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let mut body = okc();
    body["stream"] = true.into();
    let body = body.to_string();
    let bytes = format!(
        "POST {COMPLETIONS} HTTP/1.0\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        server.tokens.api,
        body.len()
    );
    let (reply, _) = sent(&server, bytes).await;
    let reply = reply.unwrap().has_status(200);
    assert_eq!(
        (reply.field("transfer-encoding"), reply.text().as_str()),
        (None, "hi")
    );
    server.finish().await;
}
