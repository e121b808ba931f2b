//! A model server that fails: the engine answers completions if it is sure, else they are empty; whoever wanted a generation
//! is told.

use serde_json::json;

use super::{question, server_with, sure, told};
use crate::support::{
    Answer, End, FakeModel, TestServer, chunk, openai_begun, openai_event, openai_stream,
};

/// A stream that says it is an error in the middle, as vLLM does.
fn error_in_midstream() -> Answer {
    let mut bytes =
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            .to_vec();
    bytes.extend(chunk(&openai_event("half ")));
    bytes.extend(chunk(
        "data: {\"error\":{\"message\":\"secret code\",\"code\":500}}\n\ndata: [DONE]\n\n",
    ));
    bytes.extend(b"0\r\n\r\n");
    Answer::bytes(bytes)
}

pub(super) fn faults() -> Vec<(&'static str, Answer)> {
    let ok = |kind, body| Answer::new(200, kind, body);
    vec![
        ("500", Answer::new(500, "text/plain", "x")),
        (
            "400",
            Answer::json(400, &json!({ "error": "suffix is not supported" })),
        ),
        (
            "401",
            Answer::json(401, &json!({ "error": "Unauthorized" })),
        ),
        ("429", Answer::with(429, &[("Retry-After", "7")], "")),
        ("redirect", Answer::with(302, &[("Location", "/")], "")),
        ("garbage", Answer::bytes("garbage\r\n\r\n").then(End::Close)),
        ("HTML", ok("text/html", "<html>")),
        ("no JSON", ok("application/json", "{")),
        ("other JSON", ok("application/json", "{\"detail\":\"x\"}")),
        (
            "error as success",
            ok("application/json", "{\"error\":\"no\"}"),
        ),
        ("nothing of a stream", ok("text/event-stream", "")),
        ("cut in midstream", openai_begun(&["half"]).then(End::Close)),
        (
            "reset in midstream",
            openai_begun(&["half"]).then(End::Reset),
        ),
        ("no end", openai_stream_without_end()),
        ("error in midstream", error_in_midstream()),
        ("reset", Answer::bytes("").then(End::Reset)),
    ]
}

/// Whole chunks, but the model never said that it was done.
fn openai_stream_without_end() -> Answer {
    let mut bytes =
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            .to_vec();
    bytes.extend(chunk(&openai_event("half")));
    bytes.extend(b"0\r\n\r\n");
    Answer::bytes(bytes)
}

#[tokio::test]
async fn completions_go_to_the_engine_or_stay_empty() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    for (name, answer) in faults() {
        let server = server_with(&model).await;
        model.answers(answer);
        let (texts, engine, _) = told(server.complete(&sure())).await;
        assert_eq!(engine, "in-context", "{name}");
        assert_eq!(texts, ["\n        self.speed += increment"], "{name}");
        let (texts, engine, _) = told(server.complete(&question("zzz", ""))).await;
        assert_eq!((texts.len(), engine.as_str()), (0, "in-context"), "{name}");
        server.finish().await;
    }
}

#[tokio::test]
async fn a_slow_server_is_not_waited_for() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let server = TestServer::builder()
        .model(&model)
        .set("model.deadline", "1s")
        .start()
        .await;
    server.knows_model().await;
    model.answers(Answer::bytes("").then(End::Silence));
    let (_, engine, _) = told(server.complete(&sure())).await;
    assert_eq!(engine, "in-context");
    model.clients_left(1).await;
    model.answers(openai_begun(&["self", ".speed"]).then(End::Silence));
    let (_, engine, _) = told(server.complete(&sure())).await;
    assert_eq!(engine, "in-context", "half an answer is none");
    model.clients_left(2).await;
    server.finish().await;
}

#[tokio::test]
async fn a_server_that_goes_away_and_comes_back_is_used_again() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let server = server_with(&model).await;
    model.answers(Answer::new(500, "text/plain", "x"));
    for number in 0..4 {
        told(server.complete(&question(&format!("x{number} = "), ""))).await;
    }
    assert_eq!(model.requests().len(), 4);
    told(server.complete(&question("y = ", ""))).await;
    assert_eq!(model.requests().len(), 4, "it is left alone");
    model.answers(openai_stream(&["1"], "stop"));
    server.advance(std::time::Duration::from_secs(11));
    assert_eq!(
        told(server.complete(&question("z = ", ""))).await.1,
        "openai"
    );
    server.finish().await;
}

#[tokio::test]
async fn streams_that_break_off_count_against_the_server() {
    let model = FakeModel::openai(&["starcoder2-3b"]).await;
    let server = server_with(&model).await;
    let mut body = question("# add\n", "");
    body["intent"] = "generation".into();
    body["stream"] = true.into();
    model.answers(openai_begun(&["a = 1\n", "b = "]).then(End::Close));
    for _ in 0..4 {
        let reply = server.complete(&body).reading_events().send().await;
        assert_eq!(
            (reply.status, reply.whole),
            (200, false),
            "{}",
            reply.text()
        );
    }
    server
        .complete(&body)
        .reading_events()
        .send()
        .await
        .has_status(503);
    assert_eq!(model.requests().len(), 4, "it is left alone");
    server.finish().await;
}

#[tokio::test]
async fn a_server_that_comes_up_later_is_found() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    model.routes("GET /v1/models", Answer::new(500, "text/plain", "starting"));
    let server = TestServer::builder().model(&model).start().await;
    model.answers(openai_stream(&["1"], "stop"));
    assert_eq!(
        told(server.complete(&question("x = ", ""))).await.1,
        "in-context"
    );
    let list = json!({ "data": [{ "id": "qwen2.5-coder" }] });
    model.routes("GET /v1/models", Answer::json(200, &list));
    server.advance(std::time::Duration::from_mins(1));
    told(server.complete(&question("x = ", ""))).await;
    server.knows_model().await;
    assert_eq!(
        told(server.complete(&question("x = ", ""))).await.1,
        "openai"
    );
    server.finish().await;
}

#[tokio::test]
async fn generations_that_fail_are_errors() {
    let model = FakeModel::openai(&["qwen2.5-coder-instruct"]).await;
    for (name, answer) in faults() {
        let server = server_with(&model).await;
        model.answers(answer);
        let mut body = question("# add two numbers\n", "");
        body["intent"] = "generation".into();
        for streamed in [false, true] {
            body["stream"] = streamed.into();
            let reply = server.complete(&body).reading_events().send().await;
            let expected = if name == "429" { 503 } else { 502 };
            assert_eq!(
                reply.status,
                expected,
                "{name}, streamed: {streamed}: {}",
                reply.text()
            );
            assert!(
                !reply.text().contains("half") && !reply.text().contains("secret"),
                "{name}"
            );
            if name == "429" {
                assert_eq!(reply.field("retry-after").as_deref(), Some("7"));
            }
        }
        server.finish().await;
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_seen_to() {
    let model = FakeModel::openai(&["qwen2.5-coder-instruct"]).await;
    let server = server_with(&model).await;
    let mut body = question("# add two numbers\n", "");
    body["intent"] = "generation".into();
    body["stream"] = true.into();
    for end in [End::Close, End::Reset] {
        model.hold();
        let reply = tokio::spawn(server.complete(&body).reading_events().open());
        let mut exchange = model.next().await;
        exchange.write(Answer::events_head()).await;
        exchange
            .chunk("data: {\"choices\":[{\"delta\":{\"content\":\"a = 1\\nb\"}}]}\n\n")
            .await;
        let mut reply = reply.await.unwrap();
        assert_eq!(reply.status(), 200);
        reply.reaches("a = 1").await;
        match end {
            End::Reset => exchange.reset(),
            _ => exchange.close(),
        }
        let reply = reply.rest().await;
        assert!(
            !reply.whole && !reply.text().contains("stream_end"),
            "{}",
            reply.text()
        );
    }
    server.finish().await;
}
