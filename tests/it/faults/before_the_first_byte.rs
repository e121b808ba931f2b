//! Until the first byte has gone to the client, every failure is an answer of the server's own, for streams too.

use tokio::net::TcpListener;

use super::{BAD_GATEWAY, TIMEOUT};
use crate::support::{Answer, End, FakeGateway, Request, TestServer, okc};

const OK: &str = "HTTP/1.1 200 OK\r\n";

/// The ways in which a completion is asked for.
fn asked(server: &TestServer) -> [(&'static str, Request); 3] {
    [
        ("whole", server.complete(&okc())),
        ("events", server.stream().reading_events()),
        ("text", server.stream()),
    ]
}

async fn check(server: &TestServer, gateway: &FakeGateway, cases: Vec<(&str, Answer)>, body: &str) {
    let mut failures = Vec::new();
    for (name, answer) in cases {
        gateway.answers(answer);
        for (form, request) in asked(server) {
            let reply = request.send().await;
            let json = reply.field("content-type").as_deref() == Some("application/json");
            if !reply.whole || reply.text() != body || !json {
                failures.push(format!("{name}, {form}: {} {}", reply.status, reply.text()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn what_is_no_answer_is_a_bad_gateway() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let close = |bytes: &str| Answer::bytes(bytes).then(End::Close);
    let cases = vec![
        ("hangs up", close("")),
        ("resets", Answer::bytes("").then(End::Reset)),
        ("garbage", close("garbage garbage garbage\r\n\r\n")),
        ("another protocol", close("SSH-2.0-OpenSSH_9.9\r\n")),
        ("half a head", close("HTTP/1.1 200 OK\r\nContent-Ty")),
        (
            "a field with a NUL",
            close(&format!("{OK}X-A: a\0b\r\n\r\n{{}}")),
        ),
        (
            "a head too large",
            close(&format!("{OK}X-A: {}\r\n\r\n{{}}", "a".repeat(300_000))),
        ),
        (
            "lengths that disagree",
            close(&format!(
                "{OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}} "
            )),
        ),
        (
            "a length that is none",
            close(&format!("{OK}Content-Length: x\r\n\r\n{{}}")),
        ),
        (
            "other protocol",
            Answer::bytes(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
            )
            .then(End::Silence),
        ),
    ];
    check(&server, &gateway, cases, BAD_GATEWAY).await;
    server.finish().await;
}

#[tokio::test]
async fn a_body_that_breaks_off_before_its_first_byte_is_a_bad_gateway() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let events = String::from_utf8(Answer::events_head()).unwrap();
    let cases = vec![
        ("ends", Answer::bytes(events.clone()).then(End::Close)),
        ("resets", Answer::bytes(events.clone()).then(End::Reset)),
        (
            "half a chunk head",
            Answer::bytes(format!("{events}5")).then(End::Close),
        ),
        (
            "no chunk",
            Answer::bytes(format!("{events}zz\r\nhello\r\n")).then(End::Close),
        ),
        (
            "less than announced",
            Answer::bytes(format!(
                "{OK}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n"
            ))
            .then(End::Close),
        ),
    ];
    check(&server, &gateway, cases, BAD_GATEWAY).await;
    server.finish().await;
}

#[tokio::test]
async fn answers_that_nobody_asked_for_are_a_bad_gateway() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let html = "<html><body>Please sign in</body></html>";
    let with = |name, value, body| {
        Answer::with(
            200,
            &[("Content-Type", "application/json"), (name, value)],
            body,
        )
    };
    let events = String::from_utf8(Answer::events_head()).unwrap();
    let compressed_events = events.replace("\r\n\r\n", "\r\nContent-Encoding: gzip\r\n\r\n");
    let cases = vec![
        ("a page", Answer::new(200, "text/html; charset=utf-8", html)),
        ("compressed", with("Content-Encoding", "gzip", "\u{1f}x")),
        (
            "compressed events",
            Answer::bytes(format!("{compressed_events}3\r\nabc\r\n0\r\n\r\n")),
        ),
        ("no JSON", Answer::new(200, "application/json", "{\"id\":")),
        ("nothing", Answer::bytes("HTTP/1.1 204 No Content\r\n\r\n")),
        ("moved", Answer::with(301, &[("Location", "/")], "")),
        ("moved for now", Answer::with(307, &[("Location", "/")], "")),
        (
            "500",
            Answer::new(500, "application/json", "{\"detail\":\"x\"}"),
        ),
        ("502", Answer::new(502, "text/html", html)),
        ("501", Answer::new(501, "text/plain", "")),
        ("999", Answer::new(999, "text/plain", "")),
        (
            "too large",
            Answer::new(
                200,
                "application/json",
                &format!("\"{}\"", "x".repeat(5 << 20)),
            ),
        ),
    ];
    check(&server, &gateway, cases, BAD_GATEWAY).await;
    server.finish().await;
}

#[tokio::test]
async fn without_length_and_chunks_only_whole_json_is_relayed() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let json =
        format!("{OK}Content-Type: application/json\r\n\r\n{{\"choices\":[{{\"text\":\"hi\"}}]");
    gateway.answers(Answer::bytes(format!("{json}}}")).then(End::Close));
    server.complete(&okc()).send().await.has_status(200);
    let streamed = server.stream().send().await.has_status(200);
    assert_eq!(streamed.text(), "hi");
    let text = format!("{OK}Content-Type: text/event-stream\r\n\r\nhalf a sug");
    let cases = vec![
        ("JSON, cut", Answer::bytes(json).then(End::Close)),
        ("text, perhaps cut", Answer::bytes(text).then(End::Close)),
    ];
    check(&server, &gateway, cases, BAD_GATEWAY).await;
    server.finish().await;
}

#[tokio::test]
async fn whole_answers_that_are_cut_are_a_bad_gateway() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let json = "Content-Type: application/json\r\n";
    let cases = [
        (
            "fewer bytes than announced",
            format!("{OK}{json}Content-Length: 99\r\n\r\n{{}}"),
        ),
        (
            "half a chunk",
            format!("{OK}{json}Transfer-Encoding: chunked\r\n\r\n5\r\n{{}}"),
        ),
        (
            "no last chunk",
            format!("{OK}{json}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n"),
        ),
        (
            "no chunk",
            format!("{OK}{json}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\nxx\r\n"),
        ),
        (
            "a refusal, cut",
            format!("HTTP/1.1 422 No\r\n{json}Content-Length: 99\r\n\r\n{{}}"),
        ),
    ];
    for (name, bytes) in cases {
        for end in [End::Close, End::Reset] {
            gateway.answers(Answer::bytes(bytes.clone()).then(end));
            let reply = server.complete(&okc()).send().await;
            assert_eq!(
                (reply.status, reply.text().as_str()),
                (502, BAD_GATEWAY),
                "{name}, {end:?}"
            );
        }
    }
    server.finish().await;
}

#[tokio::test]
async fn a_silent_gateway_is_a_timeout() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("gateway.response_timeout", "250ms")
        .set("gateway.idle_timeout", "250ms")
        .start()
        .await;
    let silent = |bytes: &[u8]| Answer::bytes(bytes).then(End::Silence);
    let cases = vec![
        ("no head", silent(b"")),
        ("half a head", silent(b"HTTP/1.1 200 OK\r\nContent-")),
        (
            "only interim answers",
            silent(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        ),
        ("no body", silent(&Answer::events_head())),
    ];
    check(&server, &gateway, cases, TIMEOUT).await;
    gateway.clients_left(12).await;
    server.finish().await;
}

#[tokio::test]
async fn a_whole_answer_that_falls_silent_is_a_timeout() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("gateway.idle_timeout", "250ms")
        .start()
        .await;
    let bytes = format!("{OK}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{{}}");
    gateway.answers(Answer::bytes(bytes).then(End::Silence));
    let reply = server.complete(&okc()).send().await.has_status(504);
    assert_eq!(reply.text(), TIMEOUT);
    gateway.clients_left(1).await;
    server.finish().await;
}

#[tokio::test]
async fn interim_answers_are_passed_over() {
    let interim = "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n";
    let body = r#"{"choices":[]}"#;
    let answer = format!(
        "{interim}{OK}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let gateway = FakeGateway::answering(Answer::bytes(answer)).await;
    let server = TestServer::before(&gateway).await;
    let reply = server.complete(&okc()).send().await.has_status(200);
    assert_eq!((reply.text().as_str(), reply.field("link")), (body, None));
    server.finish().await;
}

#[tokio::test]
async fn a_connection_that_takes_too_long_is_none() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let server = TestServer::builder()
        .set("gateway.kind", "ai_gateway")
        .set("gateway.url", &url)
        .set("gateway.connect_timeout", "50ms")
        .start()
        .await;
    for (form, request) in asked(&server) {
        let reply = request.send().await;
        assert_eq!(
            (reply.status, reply.text().as_str()),
            (502, BAD_GATEWAY),
            "{form}"
        );
    }
    server.finish().await;
}

#[tokio::test]
async fn with_the_gateway_away_refusals_work_as_ever() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    gateway.stop().await;
    let okc = server.complete(&okc());
    okc.send().await.has_status(502);
    okc.clone().anonymous().send().await.has_status(401);
    okc.clone()
        .bearer(&server.tokens.bob)
        .send()
        .await
        .has_status(401);
    okc.raw_body("{").send().await.has_status(400);
    server
        .request("GET", "/-/readiness")
        .send()
        .await
        .has_status(200);
    server.finish().await;
}
