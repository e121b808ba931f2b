//! Part B: methods, spellings of a path, and media types.

use serde_json::json;

use super::ALL_MISSING;
use crate::support::{
    Answer, COMPLETIONS, DIRECT_ACCESS, Expect, FakeGateway, TestServer, accepted, check, okc,
    refused, row,
};

const NO_ROUTE: &str = r#"{"error":"404 Not Found"}"#;

#[tokio::test]
async fn paths_and_media_types_are_read_as_in_the_contract() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let get = |method, target| server.request(method, target).bearer(&server.tokens.api);
    let okc = || okc().to_string();
    let typed =
        |content_type: &str, body: String| server.post(COMPLETIONS).body(content_type, body);
    let rows = vec![
        row("B01", get("GET", COMPLETIONS), refused(404, NO_ROUTE)),
        row(
            "B02",
            server.request("OPTIONS", COMPLETIONS),
            Expect::status(204).text("").field("allow", "OPTIONS, POST"),
        ),
        row(
            "B03",
            server
                .post("/api/v4/code_suggestions/completions/")
                .body("application/json", okc()),
            accepted(),
        ),
        row(
            "B04",
            server
                .post("/api/v4/code_suggestions/nothing")
                .body("application/json", okc()),
            refused(404, NO_ROUTE),
        ),
        row(
            "B05",
            typed("application/json; charset=utf-8", okc()),
            accepted(),
        ),
        row(
            "B06",
            typed("text/plain", okc()),
            refused(
                415,
                r#"{"error":"The provided content-type 'text/plain' is not supported."}"#,
            ),
        ),
        // Decision 3: accepted, since this is what the documented curl sends.
        row(
            "B07",
            typed("application/x-www-form-urlencoded", okc()),
            accepted(),
        ),
        row(
            "B08",
            typed("application/json", r#"{"current_file":"#.into()),
            refused(400, r#"{"error":"Invalid JSON format"}"#),
        ),
        row(
            "B09",
            typed("application/json", "[1]".into()),
            refused(400, ALL_MISSING),
        ),
        row(
            "B10",
            typed(
                "application/x-www-form-urlencoded",
                "current_file[file_name]=a.rb&current_file[content_above_cursor]=x%0Ay&intent=completion&stream=true"
                    .into(),
            ),
            accepted()
                .forwarding("/current_file/content_above_cursor", "x\ny")
                .forwarding("/stream", true),
        ),
        row(
            "B11",
            typed("application/json", String::new()),
            refused(400, ALL_MISSING),
        ),
        row(
            "decision 3, no content type",
            server.post(COMPLETIONS).raw_body(okc()),
            accepted(),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn every_spelling_of_a_path_is_one_path() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let get = |method, target| server.request(method, target).bearer(&server.tokens.api);
    let okc = || okc().to_string();
    let rows = vec![
        row("PUT", get("PUT", COMPLETIONS), refused(404, NO_ROUTE)),
        row(
            "doubled slashes",
            server
                .post("//api/v4//code_suggestions/completions")
                .body("application/json", okc()),
            accepted(),
        ),
        row(
            "another case",
            server.post("/api/v4/code_suggestions/Completions"),
            refused(404, NO_ROUTE),
        ),
        row(
            "format suffix",
            server
                .post("/api/v4/code_suggestions/completions.json")
                .body("application/json", okc()),
            accepted().forwarding("/format", "json"),
        ),
        row(
            "version 3",
            get("GET", "/api/v3/version"),
            refused(
                410,
                r#"{"error":"API V3 is no longer supported. Use API V4 instead."}"#,
            ),
        ),
        row(
            "malformed percent sign",
            get("GET", "/api/v4/%zz"),
            Expect::status(400)
                .text("Bad Request")
                .field("content-type", "text/plain"),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn parameters_may_stand_in_the_query_and_the_body_wins() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let rows = vec![row(
        "query",
        server
            .complete(&okc())
            .query("telemetry=a&intent=generation"),
        accepted()
            .forwarding("/telemetry", "a")
            .forwarding("/intent", "completion"),
    )];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn direct_access_needs_neither_body_nor_content_type() {
    let token = json!({ "token": "tt", "expires_at": 1_900_000_000 });
    let gateway = FakeGateway::answering(Answer::json(200, &token)).await;
    let server = TestServer::before(&gateway).await;
    let rows = vec![row(
        "B12",
        server.post(DIRECT_ACCESS),
        Expect::status(201).asking_gateway(1),
    )];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn heads_have_no_body_and_every_reply_its_common_fields() {
    let server = TestServer::builder().start().await;
    let reply = server.request("HEAD", COMPLETIONS).send().await;
    assert_eq!((reply.status, reply.text().as_str()), (404, ""));
    for (method, target) in [
        ("GET", "/nothing"),
        ("OPTIONS", COMPLETIONS),
        ("GET", "/-/health"),
    ] {
        let reply = server.request(method, target).send().await;
        let id = reply.field("x-request-id").unwrap();
        assert_eq!(
            reply.field("x-frame-options").as_deref(),
            Some("SAMEORIGIN")
        );
        assert_eq!(
            reply.field("x-content-type-options").as_deref(),
            Some("nosniff")
        );
        assert_eq!(
            reply.field("x-gitlab-meta").unwrap(),
            format!(r#"{{"correlation_id":"{id}","version":"1"}}"#)
        );
    }
    server.finish().await;
}
