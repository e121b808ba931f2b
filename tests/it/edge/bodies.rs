//! Bodies: how much is read of them, for whom, and for how long.

use serde_json::json;

use super::sent;
use crate::support::{COMPLETIONS, Connection, FakeGateway, TestServer, okc, okc_with};

const M401: &str = r#"{"message":"401 Unauthorized"}"#;

/// The head of a completion that announces a body so.
fn head(token: Option<&str>, announced: &str) -> String {
    let token = token.map_or_else(String::new, |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    format!(
        "POST {COMPLETIONS} HTTP/1.1\r\nHost: gitlab.test\r\nContent-Type: application/json\r\n{token}{announced}\r\n\r\n"
    )
}

#[tokio::test]
async fn a_body_that_is_announced_too_large_is_refused_at_once() {
    let server = TestServer::builder()
        .set("server.max_body_bytes", "100000")
        .start()
        .await;
    let (reply, mut connection) = sent(
        &server,
        head(Some(&server.tokens.api), "Content-Length: 100001"),
    )
    .await;
    let reply = reply.unwrap().has_status(413);
    assert_eq!(
        reply.text(),
        r#"{"message":"413 Request Entity Too Large"}"#
    );
    connection.ended().await;
    server.finish().await;
}

#[tokio::test]
async fn a_body_that_turns_out_too_large_is_refused() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("server.max_body_bytes", "1000")
        .start()
        .await;
    let chunk = format!("3e8\r\n{}\r\n", "x".repeat(1000));
    let request = head(Some(&server.tokens.api), "Transfer-Encoding: chunked");
    let (reply, mut connection) = sent(&server, format!("{request}{chunk}{chunk}")).await;
    reply.unwrap().has_status(413);
    connection.ended().await;

    let fits = okc_with(json!({ "pad": "x".repeat(1000 - 150) })).to_string();
    assert!(fits.len() <= 1000);
    server
        .post(COMPLETIONS)
        .body("application/json", fits)
        .send()
        .await
        .has_status(200);
    server.finish().await;
}

// Decision 14.
#[tokio::test]
async fn of_a_stranger_little_is_read() {
    let server = TestServer::builder().start().await;
    let unknown = Some("glpat-unknown");
    for token in [None, unknown] {
        let (reply, mut connection) = sent(&server, head(token, "Content-Length: 65537")).await;
        assert_eq!(reply.unwrap().has_status(401).text(), M401);
        connection.ended().await;

        let request = head(token, "Transfer-Encoding: chunked");
        let chunks = format!("8000\r\n{}\r\n", "x".repeat(0x8000)).repeat(3);
        let (reply, mut connection) = sent(&server, format!("{request}{chunks}")).await;
        assert_eq!(reply.unwrap().has_status(401).text(), M401);
        connection.ended().await;
    }
    // Within what is read, malformed JSON is told first.
    let malformed = format!("{{{}", "x".repeat(65_535));
    let request = server
        .request("POST", COMPLETIONS)
        .body("application/json", malformed);
    request.send().await.has_status(400);
    server.finish().await;
}

#[tokio::test]
async fn a_token_in_a_large_body_is_not_looked_for() {
    let server = TestServer::builder().start().await;
    let members = |size: usize| {
        okc_with(json!({ "pad": "x".repeat(size), "private_token": server.tokens.api }))
    };
    let request = server.request("POST", COMPLETIONS);
    request
        .clone()
        .json(&members(60_000))
        .send()
        .await
        .has_status(200);
    request.json(&members(66_000)).send().await.has_status(401);
    server.finish().await;
}

#[tokio::test]
async fn a_body_has_to_come_in_time() {
    let server = TestServer::builder()
        .set("server.body_timeout", "250ms")
        .start()
        .await;
    for (token, status) in [(Some(server.tokens.api.as_str()), 408), (None, 401)] {
        let mut connection = Connection::open(server.address).await;
        let head = head(token, "Content-Length: 100");
        connection.write(format!("{head}{{")).await;
        connection.reply().await.has_status(status);
        connection.ended().await;
    }
    server.finish().await;
}

#[tokio::test]
async fn a_body_that_breaks_off_reaches_no_gateway() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let body = okc().to_string();
    let announced = format!("Content-Length: {}", body.len() + 1);
    let mut connection = Connection::open(server.address).await;
    let head = head(Some(&server.tokens.api), &announced);
    connection.write(format!("{head}{body}")).await;
    connection.finish_writing().await;
    if let Some(reply) = connection.reply_or_end().await {
        assert_eq!(reply.status, 400);
    }
    assert_eq!(gateway.requests().len(), 0);
    server.finish().await;
}

#[tokio::test]
async fn what_was_not_read_is_no_request() {
    let server = TestServer::builder().start().await;
    let smuggled = "GET /-/health HTTP/1.1\r\nHost: gitlab.test\r\n\r\n".repeat(2000);
    let announced = format!("Content-Length: {}", smuggled.len());
    let (reply, mut connection) =
        sent(&server, format!("{}{smuggled}", head(None, &announced))).await;
    reply.unwrap().has_status(401);
    assert_eq!(connection.ended().await, "");
    server.finish().await;
}

#[tokio::test]
async fn whoever_waits_for_a_go_gets_one() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let body = okc().to_string();
    let announced = format!("Content-Length: {}\r\nExpect: 100-continue", body.len());
    let mut connection = Connection::open(server.address).await;
    connection
        .write(head(Some(&server.tokens.api), &announced))
        .await;
    assert_eq!(connection.reply().await.status, 100);
    connection.write(body).await;
    connection.reply().await.has_status(200);

    // And whoever is refused anyway does not.
    let announced = "Content-Length: 9000000\r\nExpect: 100-continue";
    let (reply, _) = sent(&server, head(Some(&server.tokens.api), announced)).await;
    reply.unwrap().has_status(413);
    server.finish().await;
}
