//! Part G: what of the gateway's answers reaches the client.

use serde_json::json;

use crate::support::{Answer, End, Expect, FakeGateway, TestServer, accepted, check, okc, row};

const BAD_GATEWAY: &str = r#"{"message":"502 Bad Gateway"}"#;

#[tokio::test]
async fn answers_reach_the_client_as_in_the_contract() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let asked = |status| Expect::status(status).asking_gateway(1);
    let spaced = "{ \"id\": \"1\",\n \"choices\": [] }";
    let refusal = json!({ "detail": "d", "error_code": "USAGE_QUOTA_EXCEEDED" });
    let cases = [
        (
            "G01",
            Answer::new(200, "application/json; charset=utf-8", spaced),
            accepted()
                .text(spaced)
                .field("content-type", "application/json; charset=utf-8"),
        ),
        // Decision 7: it concerns the credential of the server.
        (
            "G02",
            Answer::json(401, &json!({ "error": "Forbidden by auth provider" })),
            asked(502).json(BAD_GATEWAY).unmarked(),
        ),
        (
            "G03",
            Answer::json(422, &refusal),
            asked(422).json(&refusal.to_string()).unmarked(),
        ),
        // Decision 7: the status stays, the words are the server's.
        (
            "G04",
            Answer::new(503, "text/plain", "away"),
            asked(503)
                .json(r#"{"message":"503 Service Unavailable"}"#)
                .field("retry-after", "5")
                .unmarked(),
        ),
        (
            "G06",
            Answer::with(
                200,
                &[
                    ("Content-Type", "application/json"),
                    ("Cache-Control", "public, max-age=60"),
                ],
                "{}",
            ),
            accepted().without("cache-control"),
        ),
        // Decision 15: neither followed nor passed on.
        (
            "G08",
            Answer::with(302, &[("Location", "http://127.0.0.1:1/")], ""),
            asked(502).json(BAD_GATEWAY).without("location"),
        ),
    ];
    for (id, answer, expect) in cases {
        gateway.answers(answer);
        check(&gateway, vec![row(id, server.complete(&okc()), expect)]).await;
    }
    server.finish().await;
}

#[tokio::test]
async fn g05_events_reach_the_client_as_they_arrive() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    gateway.hold();
    let client = async {
        let reply = server.stream().reading_events().open().await;
        assert_eq!(reply.status(), 200);
        assert_eq!(
            reply.head.field("x-streaming-format").as_deref(),
            Some("sse")
        );
        reply
    };
    let upstream = async {
        let mut exchange = gateway.next().await;
        exchange.write(Answer::events_head()).await;
        exchange.chunk("event: stream_start\ndata: {}\n\n").await;
        exchange
    };
    let (mut reply, mut exchange) = tokio::join!(client, upstream);
    reply.reaches("stream_start").await;
    for text in ["one", "two"] {
        exchange
            .chunk(&format!("event: content_chunk\ndata: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}},\"index\":0}}]}}\n\n"))
            .await;
        reply.reaches(text).await;
    }
    exchange.chunk("event: stream_end\ndata: null\n\n").await;
    exchange.last_chunk().await;
    let reply = reply.rest().await.has_status(200);
    assert!(reply.text().ends_with("event: stream_end\ndata: null\n\n"));
    server.finish().await;
}

// Decision 7: 502 instead of the contract's 500.
#[tokio::test]
async fn g07_a_gateway_that_refuses_connections_is_a_bad_gateway() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    gateway.stop().await;
    for request in [server.complete(&okc()), server.stream().reading_events()] {
        let reply = request.send().await.has_status(502);
        assert_eq!(reply.text(), BAD_GATEWAY);
    }
    server.finish().await;
}

#[tokio::test]
async fn fields_of_the_gateway_are_passed_on_but_for_those_of_its_own() {
    let dropped = [
        "Set-Cookie",
        "Server",
        "X-Powered-By",
        "Via",
        "Access-Control-Allow-Origin",
        "Clear-Site-Data",
        "Refresh",
        "Keep-Alive",
        "X-Hop",
        "X-GitLab-Error-Origin",
    ];
    let mut fields = vec![
        ("Content-Type", "application/json"),
        ("X-Custom", "kept"),
        ("X-Content-Type-Options", "sniff"),
        ("Connection", "X-Hop"),
    ];
    fields.extend(dropped.map(|name| (name, "1")));
    let answer = Answer::with(200, &fields, "{}").then(End::Close);
    let gateway = FakeGateway::answering(answer).await;
    let server = TestServer::before(&gateway).await;
    let reply = server.complete(&okc()).send().await.has_status(200);
    for name in dropped {
        assert_eq!(reply.field(&name.to_lowercase()), None, "{name}");
    }
    assert_eq!(reply.field("x-custom").as_deref(), Some("kept"));
    assert_eq!(
        reply.field("x-content-type-options").as_deref(),
        Some("nosniff")
    );
    server.finish().await;
}
