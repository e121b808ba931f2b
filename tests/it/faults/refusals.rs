//! Statuses with which a gateway refuses: what concerns the request passes to the client, what concerns the server does not.

use serde_json::json;

use crate::support::{Answer, Expect, FakeGateway, TestServer, check, okc, row};

fn asked(status: u16) -> Expect {
    Expect::status(status).asking_gateway(1).unmarked()
}

#[tokio::test]
async fn refusals_pass_with_their_words_if_those_are_json() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let quota = json!({ "detail": { "error_code": "USAGE_QUOTA_EXCEEDED" } }).to_string();
    let large = json!({ "detail": "x".repeat(70_000) }).to_string();
    let typed = |status, content_type: &str, body: &str| Answer::new(status, content_type, body);
    let cases = [
        (
            "402",
            typed(402, "application/json", &quota),
            asked(402).json(&quota),
        ),
        (
            "403",
            typed(403, "application/json", &quota),
            asked(403).json(&quota),
        ),
        (
            "413",
            typed(413, "application/json", &quota),
            asked(413).json(&quota),
        ),
        (
            "422",
            typed(422, "application/json", &quota),
            asked(422).json(&quota),
        ),
        (
            "422, JSON of another name",
            typed(422, "application/problem+json", &quota),
            asked(422).json(&quota),
        ),
        (
            "422, JSON called text",
            typed(422, "text/plain", &quota),
            asked(422).json(&quota),
        ),
        (
            "422, a number called text",
            typed(422, "text/plain", "42"),
            asked(422).json(r#"{"message":"422 Unprocessable Entity"}"#),
        ),
        (
            "422, no JSON",
            typed(422, "text/html", "<html>"),
            Expect::json(asked(422), r#"{"message":"422 Unprocessable Entity"}"#),
        ),
        (
            "422, called JSON",
            typed(422, "application/json", "<html>"),
            asked(422).json(r#"{"message":"422 Unprocessable Entity"}"#),
        ),
        (
            "422, too large",
            typed(422, "application/json", &large),
            asked(422).json(r#"{"message":"422 Unprocessable Entity"}"#),
        ),
        (
            "404",
            typed(404, "text/plain", "no"),
            asked(404).json(r#"{"message":"404 Not Found"}"#),
        ),
        (
            "429",
            Answer::with(
                429,
                &[("Content-Type", "application/json"), ("Retry-After", "17")],
                &quota,
            ),
            asked(429).json(&quota).field("retry-after", "17"),
        ),
        (
            "429, compressed",
            Answer::with(
                429,
                &[
                    ("Content-Type", "application/json"),
                    ("Content-Encoding", "gzip"),
                    ("Retry-After", "17"),
                ],
                "\u{1f}x",
            ),
            asked(429)
                .json(r#"{"message":"429 Too Many Requests"}"#)
                .field("retry-after", "17"),
        ),
    ];
    for (id, answer, expect) in cases {
        gateway.answers(answer);
        let rows = vec![
            row(id, server.complete(&okc()), expect.clone()),
            row("streamed", server.stream().reading_events(), expect.clone()),
            row("streamed as text", server.stream(), expect),
        ];
        check(&gateway, rows).await;
    }
    server.finish().await;
}

#[tokio::test]
async fn a_gateway_that_is_away_says_when_to_come_back() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let away = |wait: &str| Answer::with(503, &[("Retry-After", wait)], "");
    let unavailable = |wait: &str| {
        asked(503)
            .json(r#"{"message":"503 Service Unavailable"}"#)
            .field("retry-after", wait)
    };
    let cases = [
        ("as told", away("120"), unavailable("120")),
        ("within reason", away("86400"), unavailable("300")),
        ("at least a second", away("0"), unavailable("1")),
        (
            "a date",
            away("Wed, 21 Oct 2026 07:28:00 GMT"),
            unavailable("5"),
        ),
        (
            "nothing told",
            Answer::new(503, "text/plain", "x"),
            unavailable("5"),
        ),
        (
            "compressed",
            Answer::with(
                503,
                &[("Retry-After", "7"), ("Content-Encoding", "br")],
                "\u{1f}x",
            ),
            unavailable("7"),
        ),
        (
            "504",
            Answer::new(504, "text/html", "<html>"),
            asked(504)
                .json(r#"{"message":"504 Gateway Timeout"}"#)
                .field("retry-after", "5"),
        ),
        (
            "504 within reason",
            Answer::with(504, &[("Retry-After", "86400")], ""),
            asked(504).field("retry-after", "300"),
        ),
    ];
    for (id, answer, expect) in cases {
        gateway.answers(answer);
        let rows = vec![
            row(id, server.complete(&okc()), expect.clone()),
            row("streamed", server.stream().reading_events(), expect),
        ];
        check(&gateway, rows).await;
    }
    server.finish().await;
}

#[tokio::test]
async fn an_answer_may_say_that_it_is_not_compressed() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    for word in ["identity", "Identity"] {
        let fields = [
            ("Content-Type", "application/json"),
            ("Content-Encoding", word),
        ];
        gateway.answers(Answer::with(200, &fields, r#"{"choices":[]}"#));
        let reply = server.complete(&okc()).send().await.has_status(200);
        assert_eq!(reply.text(), r#"{"choices":[]}"#, "{word}");
    }
    server.finish().await;
}

#[tokio::test]
async fn a_gateway_that_refuses_the_server_does_not_send_clients_away() {
    let gateway = FakeGateway::answering(Answer::with(
        401,
        &[
            ("WWW-Authenticate", "Bearer"),
            ("Content-Type", "application/json"),
        ],
        "{}",
    ))
    .await;
    let server = TestServer::before(&gateway).await;
    let expect = asked(502)
        .json(r#"{"message":"502 Bad Gateway"}"#)
        .without("www-authenticate");
    let rows = vec![
        row("whole", server.complete(&okc()), expect.clone()),
        row("events", server.stream().reading_events(), expect.clone()),
        row("text", server.stream(), expect),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}
