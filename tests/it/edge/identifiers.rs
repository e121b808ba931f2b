//! Identifiers of requests, and that nothing of a request but its identifier comes back in a refusal.

use serde_json::json;

use crate::support::{
    Answer, COMPLETIONS, DIRECT_ACCESS, End, FakeGateway, TestServer, okc, okc_with_file,
};

#[tokio::test]
async fn a_plain_identifier_is_taken_and_any_other_replaced() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let given = |id: &str| server.complete(&okc()).header("X-Request-Id", id);
    let longest = "x".repeat(64);
    for id in ["abc-1.2_X", "1", &longest] {
        gateway.forget();
        let reply = given(id).send().await.has_status(200);
        assert_eq!(reply.field("x-request-id").as_deref(), Some(id));
        let sent = gateway.only_request().field("x-request-id");
        assert_eq!(sent.as_deref(), Some(id), "towards the gateway");
    }
    let too_long = "x".repeat(65);
    for id in ["", "a b", "a;b", "\u{e9}", "{\"a\":1}", &too_long] {
        gateway.forget();
        let reply = given(id).send().await.has_status(200);
        let made = reply.field("x-request-id").unwrap();
        let hexadecimal = made.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(made.len() == 32 && hexadecimal, "{id:?} became {made:?}");
        assert_eq!(gateway.only_request().field("x-request-id"), Some(made));
    }
    server.finish().await;
}

#[tokio::test]
async fn the_gateways_identifier_is_its_own() {
    let fields = [
        ("Content-Type", "application/json"),
        ("X-Request-Id", "theirs"),
    ];
    let gateway = FakeGateway::answering(Answer::with(200, &fields, "{}")).await;
    let server = TestServer::before(&gateway).await;
    let request = server.complete(&okc()).header("X-Request-Id", "ours");
    let reply = request.send().await.has_status(200);
    assert_eq!(reply.field("x-request-id").as_deref(), Some("ours"));
    server.finish().await;
}

#[tokio::test]
async fn refusals_hold_nothing_of_the_request() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("limits.direct_access", "1/5m")
        .start()
        .await;
    gateway.answers(
        Answer::bytes("HTTP/1.1 200 OK\r\nX-Secret: SECRETHEAD\r\nbroken").then(End::Close),
    );
    let secret = "SECRETSOURCE".repeat(100);
    let body =
        okc_with_file(json!({ "content_above_cursor": secret, "file_name": "SECRETNAME.rb" }));
    let request = || server.complete(&body);
    let invalid = okc_with_file(json!({ "content_above_cursor": [secret], "file_name": secret }));
    let refused = [
        request().bearer("glpat-SECRETTOKEN"),
        request().bearer(&server.tokens.expired),
        request().bearer(&server.tokens.revoked),
        request().bearer(&server.tokens.read),
        request().bearer(&server.tokens.bob),
        request().bearer(&server.tokens.carol),
        request().header("Authorization", "Bearer SECRETTOKEN"),
        request().query("access_token=SECRETTOKEN"),
        request().raw_body(format!("{{\"a\":\"{secret}")),
        server.complete(&invalid),
        server.post("/SECRETPATH?a=SECRETQUERY"),
        server.post("/%ffSECRETPATH"),
        request(),
        server.stream().reading_events(),
        server.post(DIRECT_ACCESS),
        server.post(DIRECT_ACCESS),
    ];
    for request in refused {
        let reply = request.send().await;
        let shown = format!("{:?} {}", reply.head, reply.text());
        assert!(reply.status >= 400, "{shown}");
        assert!(
            !shown.contains("SECRET") && !shown.contains("rust"),
            "{shown}"
        );
        for token in server.tokens.all() {
            assert!(!shown.contains(token), "{shown}");
        }
        assert!(
            reply.body.len() < 2048,
            "{} bytes: {shown}",
            reply.body.len()
        );
    }
    server.finish().await;
}

// Section 2 of the promises: under 2 kB, whatever the size of the request.
#[tokio::test]
async fn refusals_are_short_whatever_the_request() {
    let server = TestServer::builder().start().await;
    let items: Vec<_> = (0..5000).map(|_| json!({ "content": "c" })).collect();
    let mut body = okc();
    body["context"] = items.into();
    let cases = [
        ("many faults", server.complete(&body), 400),
        (
            "a long media type",
            server
                .post(COMPLETIONS)
                .body(&format!("text/{}", "x".repeat(10_000)), "x"),
            415,
        ),
    ];
    for (name, request, status) in cases {
        let reply = request.send().await.has_status(status);
        assert!(
            reply.body.len() < 2048,
            "{name}: {} bytes",
            reply.body.len()
        );
    }
    server.finish().await;
}
