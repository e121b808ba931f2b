//! Part H: how many requests pass, and how large they may be.

use std::time::Duration;

use serde_json::json;

use super::TOO_OFTEN;
use crate::support::{
    Answer, CONNECTION_DETAILS, DIRECT_ACCESS, Expect, FakeGateway, Request, TestServer, accepted,
    check, okc, okc_with, refused, row,
};

const TOO_LARGE: &str = r#"{"message":"413 Request Entity Too Large"}"#;

async fn limited(gateway: &FakeGateway) -> TestServer {
    TestServer::builder()
        .gateway(gateway)
        .set("limits.completions", "60/1m")
        .set("limits.direct_access", "10/5m")
        .set("limits.connection_details", "10/1m")
        .start()
        .await
}

async fn use_up(request: Request, times: usize, status: u16) {
    for _ in 0..times {
        request.send().await.has_status(status);
    }
}

#[tokio::test]
async fn the_sixty_first_completion_of_a_user_is_refused() {
    let gateway = FakeGateway::start().await;
    let server = limited(&gateway).await;
    use_up(server.complete(&okc()), 60, 200).await;
    // Decision 2: the time that is left, not the period.
    let refused = |seconds: &str| {
        refused(429, TOO_OFTEN)
            .field("retry-after", seconds)
            .field("ratelimit-limit", "60")
            .field("ratelimit-remaining", "0")
            .marked()
    };
    let alice = || server.complete(&okc());
    check(&gateway, vec![row("H01", alice(), refused("60"))]).await;
    server.advance(Duration::from_millis(10_500));
    let rows = vec![
        row("H01, later", alice(), refused("50")),
        row("H02", alice().bearer(&server.tokens.dave), accepted()),
        row("H03", alice().bearer(&server.tokens.oauth), refused("50")),
        row(
            "H03, other spelling",
            server
                .post("/api/v4//code_suggestions/completions.json")
                .json(&okc()),
            refused("50"),
        ),
    ];
    check(&gateway, rows).await;
    server.advance(Duration::from_millis(49_499));
    check(
        &gateway,
        vec![row("the last moment", alice(), refused("1"))],
    )
    .await;
    server.advance(Duration::from_millis(1));
    check(&gateway, vec![row("a new window", alice(), accepted())]).await;
    server.finish().await;
}

#[tokio::test]
async fn replies_tell_what_is_left() {
    let gateway = FakeGateway::start().await;
    let server = limited(&gateway).await;
    let reset = server.shared.clock.unix() + 60;
    let expect = |left: &str| {
        accepted()
            .field("ratelimit-limit", "60")
            .field("ratelimit-remaining", left)
            .field("ratelimit-reset", &reset.to_string())
            .without("retry-after")
    };
    let rows = vec![
        row("first", server.complete(&okc()), expect("59")),
        row("second", server.complete(&okc()), expect("58")),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn exactly_as_many_pass_at_once_as_are_allowed() {
    let gateway = FakeGateway::start().await;
    let server = limited(&gateway).await;
    let requests = (0..80).map(|_| server.complete(&okc()).send());
    let replies = futures_util::future::join_all(requests).await;
    let with = |status| {
        replies
            .iter()
            .filter(|reply| reply.status == status)
            .count()
    };
    assert_eq!((with(200), with(429)), (60, 20));
    assert_eq!(gateway.requests().len(), 60);
    server.finish().await;
}

#[tokio::test]
async fn h07_the_eleventh_connection_details_are_refused() {
    let gateway = FakeGateway::start().await;
    let server = limited(&gateway).await;
    use_up(server.post(CONNECTION_DETAILS), 10, 201).await;
    server.advance(Duration::from_secs(20));
    // Decision 2: the time that is left.
    let expect = refused(429, TOO_OFTEN)
        .field("retry-after", "40")
        .unmarked();
    let request = server.post(CONNECTION_DETAILS);
    check(&gateway, vec![row("H07", request, expect)]).await;
    server.finish().await;
}

// Decision 1: 10 in 300 s.
#[tokio::test]
async fn the_eleventh_direct_access_is_refused() {
    let token = json!({ "token": "tt", "expires_at": 1_900_000_000 });
    let gateway = FakeGateway::answering(Answer::json(200, &token)).await;
    let server = limited(&gateway).await;
    use_up(server.post(DIRECT_ACCESS), 10, 201).await;
    let rows = vec![row(
        "decision 1",
        server.post(DIRECT_ACCESS),
        refused(429, TOO_OFTEN)
            .field("retry-after", "300")
            .unmarked(),
    )];
    check(&gateway, rows).await;
    assert_eq!(
        server.complete(&okc()).send().await.status,
        200,
        "limits are of one endpoint"
    );
    server.finish().await;
}

#[tokio::test]
async fn sizes_are_limited_as_in_the_contract() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let large = |intent: &str| {
        server.complete(&json!({
            "current_file": {
                "file_name": "a.rb",
                "content_above_cursor": "x".repeat(400_000),
                "content_below_cursor": "y".repeat(400_000),
            },
            "intent": intent,
        }))
    };
    let rows = vec![
        row(
            "H04",
            server.complete(&okc_with(json!({ "pad": "x".repeat(700_000) }))),
            refused(413, TOO_LARGE).marked(),
        ),
        row("H05", large("generation"), refused(413, TOO_LARGE).marked()),
        row("H06", large("completion"), accepted()),
        row(
            "more than the server reads",
            server.complete(&json!({})).raw_body("x".repeat(8_388_609)),
            Expect::status(413).json(TOO_LARGE).unmarked(),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}
