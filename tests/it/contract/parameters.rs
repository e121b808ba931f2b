//! Parts C and D: which parameters of a completion pass, in which words others are refused, and what refusals cost.

use serde_json::{Value, json};

use super::{ALL_MISSING, TOO_OFTEN};
use crate::support::{
    COMPLETIONS, Expect, FakeGateway, TestServer, accepted, check, okc, okc_with, okc_with_file,
    refused, row,
};

fn error(text: &str) -> Expect {
    refused(400, &json!({ "error": text }).to_string())
}

#[tokio::test]
async fn the_current_file_is_checked() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let whole = |body: Value| server.complete(&body);
    let file = |members: Value| server.complete(&okc_with_file(members));
    let too_long = |name: &str, most: u32| {
        error(&format!(
            "current_file[{name}] current_file[{name}] must be less than {most} characters"
        ))
    };
    let rows = vec![
        row("C01", whole(okc()), accepted()),
        row("C02", whole(json!({})), refused(400, ALL_MISSING)),
        row(
            "C03",
            whole(okc_with(json!({ "current_file": {} }))),
            error(
                "current_file[file_name] is missing, current_file[content_above_cursor] is missing",
            ),
        ),
        row(
            "C04",
            whole(okc_with(json!({ "current_file": { "file_name": "a.rb" } }))),
            error("current_file[content_above_cursor] is missing"),
        ),
        row(
            "C05",
            whole(okc_with(json!({ "current_file": [] }))),
            error("current_file is invalid"),
        ),
        row(
            "C06",
            file(json!({ "file_name": "x".repeat(255) })),
            accepted(),
        ),
        row(
            "C07",
            file(json!({ "file_name": "x".repeat(256) })),
            too_long("file_name", 255),
        ),
        row(
            "C08",
            file(json!({ "content_above_cursor": "x".repeat(400_001) })),
            too_long("content_above_cursor", 400_000),
        ),
        row(
            "C09",
            file(json!({ "content_below_cursor": "x".repeat(400_001) })),
            too_long("content_below_cursor", 400_000),
        ),
        row(
            "C25",
            whole(okc_with(
                json!({ "current_file": { "file_name": 12, "content_above_cursor": "b" } }),
            )),
            accepted().forwarding("/current_file/file_name", "12"),
        ),
        row(
            "C26",
            whole(okc_with(
                json!({ "current_file": { "file_name": { "a": 1 }, "content_above_cursor": "b" } }),
            )),
            error("current_file[file_name] is invalid"),
        ),
        row(
            "text for an object",
            whole(okc_with(json!({ "current_file": "x" }))),
            error("current_file is invalid"),
        ),
        row(
            "null for a name",
            file(json!({ "file_name": null })),
            error("current_file[file_name] is empty"),
        ),
        row(
            "characters, not bytes",
            file(json!({ "file_name": "\u{1f600}".repeat(255) })),
            accepted(),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn other_parameters_are_checked() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let with = |members: Value| server.complete(&okc_with(members));
    let rows = vec![
        row(
            "C10",
            with(json!({ "intent": "foo" })),
            error("intent does not have a valid value"),
        ),
        row(
            "C11",
            with(json!({ "generation_type": "foo" })),
            error("generation_type does not have a valid value"),
        ),
        row(
            "C12",
            with(json!({ "stream": "maybe" })),
            error("stream is invalid"),
        ),
        row(
            "C13",
            with(json!({ "stream": "true" })),
            accepted().forwarding("/stream", true),
        ),
        row(
            "C14",
            with(json!({})),
            accepted().forwarding("/stream", false),
        ),
        row(
            "C22",
            with(json!({ "user_instruction": "x".repeat(600_001) })),
            error("user_instruction user_instruction must be less than 600000 characters"),
        ),
        row(
            "C23",
            with(json!({ "project_path": ["a"] })),
            error("project_path is invalid"),
        ),
        row(
            "C24",
            with(json!({ "project_path": "secret/hidden" })),
            accepted()
                .forwarding("/project_path", "secret/hidden")
                .not_sending("x-gitlab-project-id"),
        ),
        row(
            "C27",
            with(json!({ "intent": null })),
            accepted().forwarding("/prompt_components/0/type", "code_editor_generation"),
        ),
        row(
            "C28",
            with(json!({ "foo": { "bar": 1 } })),
            accepted().forwarding("/foo", json!({ "bar": 1 })),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn context_is_checked() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let with = |members: Value| server.complete(&okc_with(members));
    let item = |item: Value| with(json!({ "context": [item] }));
    let two = json!([
        { "type": "file", "name": "n", "content": "c" },
        { "type": "snippet", "name": "m", "content": "d" },
    ]);
    let rows = vec![
        row(
            "C15",
            with(json!({ "context": [] })),
            error("context is empty"),
        ),
        row(
            "C16",
            item(json!({ "type": "file", "name": "main.go" })),
            error("context[0][content] is missing, context[0][content] is empty"),
        ),
        row(
            "C17",
            item(json!({ "name": "main.go", "content": "c" })),
            error("context[0][type] is missing"),
        ),
        row(
            "C18",
            item(json!({ "type": "file", "content": "c" })),
            error("context[0][name] is missing, context[0][name] is empty"),
        ),
        row(
            "C19",
            item(json!({ "type": "unknown", "name": "n", "content": "c" })),
            error("context[0][type] does not have a valid value"),
        ),
        row(
            "C20",
            with(json!({ "context": "abc" })),
            error("context is invalid"),
        ),
        row(
            "C21",
            with(json!({ "context": two.clone() })),
            accepted().forwarding("/context", two),
        ),
        row(
            "items that are no objects",
            with(json!({ "context": ["text"] })),
            error("context is invalid"),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn failures_are_reported_together() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let body = json!({ "current_file": { "file_name": "x".repeat(256) }, "intent": "zz" });
    let rows = vec![
        row(
            "D01",
            server.complete(&body),
            error(
                "current_file[file_name] current_file[file_name] must be less than 255 characters, current_file[content_above_cursor] is missing, intent does not have a valid value",
            ),
        ),
        row(
            "D04",
            server
                .request("POST", COMPLETIONS)
                .body("application/json", "{\"current_file\":"),
            error("Invalid JSON format"),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn d02_an_invalid_request_is_told_so_also_when_the_limit_is_used_up() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("limits.completions", "60/1m")
        .start()
        .await;
    for _ in 0..60 {
        server.complete(&okc()).send().await.has_status(200);
    }
    let rows = vec![
        row(
            "D02",
            server.complete(&json!({})),
            refused(400, ALL_MISSING),
        ),
        row("after it", server.complete(&okc()), refused(429, TOO_OFTEN)),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn d03_invalid_requests_cost_nothing() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("limits.completions", "60/1m")
        .start()
        .await;
    for _ in 0..60 {
        server.complete(&json!({})).send().await.has_status(400);
    }
    check(
        &gateway,
        vec![row("D03", server.complete(&okc()), accepted())],
    )
    .await;
    server.finish().await;
}

#[tokio::test]
async fn limits_of_json_are_told_before_authentication() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let json = |body: String| {
        server
            .request("POST", COMPLETIONS)
            .body("application/json", body)
    };
    let nested = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let rows = vec![
        row(
            "depth",
            json(nested(40)),
            error("Parameters nested too deeply"),
        ),
        row(
            "digits",
            json(format!("{{\"a\":{}}}", "1".repeat(1001))),
            error("Numeric value too large"),
        ),
        row(
            "NUL",
            json(r#"{"project_path":"a\u0000b"}"#.into()),
            Expect::status(400)
                .text("Bad Request")
                .field("content-type", "text/plain"),
        ),
        row(
            "no UTF-8",
            server
                .request("POST", COMPLETIONS)
                .body("application/json", b"{\"project_path\":\"\xff\"}".to_vec()),
            Expect::status(400),
        ),
    ];
    check(&gateway, rows).await;
    let items = format!("{{\"a\":[{}1]}}", "1,".repeat(50_000));
    let rows = vec![row(
        "items, of a caller who is known",
        server.post(COMPLETIONS).body("application/json", items),
        error("Array parameter too large"),
    )];
    check(&gateway, rows).await;
    server.finish().await;
}
