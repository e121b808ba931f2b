//! The circuit breaker: a gateway that is away is not asked for a while, and is found again when it is back.

use std::time::Duration;

use super::BAD_GATEWAY;
use crate::support::{DIRECT_ACCESS, FakeGateway, TestServer, okc};

const UNAVAILABLE: &str = r#"{"message":"503 Service Unavailable"}"#;

async fn server(gateway: &FakeGateway) -> TestServer {
    TestServer::builder()
        .gateway(gateway)
        .set("gateway.breaker_failures", "3")
        .set("gateway.breaker_pause", "5s")
        .start()
        .await
}

async fn asked(server: &TestServer, status: u16, body: &str) {
    let reply = server.complete(&okc()).send().await.has_status(status);
    assert_eq!(reply.text(), body);
}

#[tokio::test]
async fn a_gateway_that_is_away_is_left_alone_and_found_again() {
    let gateway = FakeGateway::start().await;
    let server = server(&gateway).await;
    gateway.stop().await;
    for _ in 0..3 {
        asked(&server, 502, BAD_GATEWAY).await;
    }
    let refused = server.complete(&okc()).send().await.has_status(503);
    assert_eq!(refused.text(), UNAVAILABLE);
    assert_eq!(refused.field("retry-after").as_deref(), Some("5"));
    // Whoever has no business here is told so as ever, and editors get their quick refusal.
    server
        .complete(&okc())
        .bearer("nonsense")
        .send()
        .await
        .has_status(401);
    server.post(DIRECT_ACCESS).send().await.has_status(403);

    // The probe fails, and everybody else is refused for another pause.
    server.advance(Duration::from_secs(5));
    asked(&server, 502, BAD_GATEWAY).await;
    asked(&server, 503, UNAVAILABLE).await;

    gateway.start_again();
    asked(&server, 503, UNAVAILABLE).await;
    assert_eq!(gateway.connections(), 0);
    server.advance(Duration::from_secs(5));
    for _ in 0..3 {
        server.complete(&okc()).send().await.has_status(200);
    }
    server.finish().await;
}

#[tokio::test]
async fn answers_of_any_status_keep_it_closed() {
    let gateway = FakeGateway::start().await;
    let server = server(&gateway).await;
    for status in [500, 503, 429, 401, 302] {
        gateway.answers(crate::support::Answer::new(status, "text/plain", "x"));
        for _ in 0..4 {
            server.complete(&okc()).send().await;
        }
    }
    assert_eq!(gateway.requests().len(), 20);
    server.finish().await;
}

#[tokio::test]
async fn a_gateway_that_hangs_is_found_out_though_clients_give_up_first() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("gateway.breaker_failures", "2")
        .set("gateway.response_timeout", "1ms")
        .start()
        .await;
    gateway.hold();
    for _ in 0..2 {
        server.complete(&okc()).send().await.has_status(504);
    }
    asked(&server, 503, UNAVAILABLE).await;
    server.finish().await;
}
