//! Generations: the conversation that asks for them, and what is told of the answer, whole and line by line.

use serde_json::{Value, json};

use super::{question, server_with, told};
use crate::support::{
    Answer, End, FakeModel, TestServer, chat_stream, ollama_lines, openai_begun, openai_stream,
};

fn generation(above: &str, below: &str) -> Value {
    let mut body = question(above, below);
    body["intent"] = "generation".into();
    body
}

const TALK: &[&str] = &[
    "Sure! Here",
    " is the code:\n\n```py",
    "thon\ndef add(a, b):\n",
    "    return a + b\n`",
    "``\nThis adds the two.",
];
const CODE: &str = "def add(a, b):\n    return a + b";

#[tokio::test]
async fn a_model_is_told_what_gitlabs_gateway_tells() {
    let model = FakeModel::openai(&["qwen2.5-coder-instruct"]).await;
    let server = server_with(&model).await;
    model.answers(chat_stream(TALK));
    let mut body = generation("# add two numbers\n", "\nmain()\n");
    body["user_instruction"] = "Add two numbers.".into();
    body["context"] = json!([
        { "type": "file", "name": "b.py", "content": "FILE" },
        { "type": "snippet", "name": "part", "content": "SNIPPET" },
    ]);
    let answer = told(server.complete(&body)).await;
    assert_eq!(
        answer,
        (
            vec![CODE.into()],
            "openai".into(),
            "qwen2.5-coder-instruct".into()
        )
    );
    let request = model.only_request();
    assert_eq!(request.target(), "POST /v1/chat/completions");
    let body = request.json();
    assert_eq!(body["max_tokens"], 512);
    let (system, user) = (&body["messages"][0], &body["messages"][1]);
    assert_eq!(
        (&system["role"], &user["role"]),
        (&json!("system"), &json!("user"))
    );
    assert_eq!(user["content"], "Add two numbers.");
    let system = system["content"].as_str().unwrap();
    for part in [
        "# add two numbers\n{{cursor}}\nmain()",
        "<file_content file_name=\"b.py\">\nFILE\n</file_content>",
        "<snippet_content name=\"part\">\nSNIPPET\n</snippet_content>",
        "<examples>",
    ] {
        assert!(system.contains(part), "{part} in {system}");
    }
    server.finish().await;
}

#[tokio::test]
async fn streams_go_on_line_by_line() {
    let model = FakeModel::openai(&["qwen2.5-coder-instruct"]).await;
    let server = server_with(&model).await;
    let mut body = generation("# add two numbers\n", "");
    body["stream"] = true.into();
    model.hold();
    let reply = tokio::spawn(server.complete(&body).reading_events().open());
    let mut exchange = model.next().await;
    exchange.write(Answer::events_head()).await;
    let event = |text: &str| {
        format!(
            "data: {}\n\n",
            json!({ "choices": [{ "delta": { "content": text } }] })
        )
    };
    exchange.chunk(&event(&TALK[..3].concat())).await;
    let mut reply = reply.await.unwrap();
    assert_eq!(reply.status(), 200);
    reply.reaches("def add(a, b):").await;
    exchange.chunk(&event(&TALK[3..].concat())).await;
    exchange.left().await;
    let reply = reply.rest().await.has_status(200);
    let text = reply.text();
    assert!(
        text.contains("\"engine\":\"openai\",\"name\":\"qwen2.5-coder-instruct\""),
        "{text}"
    );
    assert_eq!(text.matches("content_chunk").count(), 2, "{text}");
    assert!(
        text.contains("\\n    return a + b") && !text.contains("adds"),
        "{text}"
    );
    assert!(
        text.ends_with("event: stream_end\ndata: null\n\n"),
        "{text}"
    );
    server.finish().await;
}

#[tokio::test]
async fn the_deadline_ends_an_answer_after_its_last_whole_line() {
    let model = FakeModel::openai(&["starcoder2-3b"]).await;
    let server = TestServer::builder()
        .model(&model)
        .set("model.generation.deadline", "2s")
        .start()
        .await;
    server.knows_model().await;
    let begun = || openai_begun(&["def add(a, b):\n    return a", " + b\n", "\ndef su"]);
    let mut body = generation("# add two numbers\n", "");
    model.answers(begun().then(End::Silence));
    assert_eq!(told(server.complete(&body)).await.0, [CODE]);
    model.clients_left(1).await;
    body["stream"] = true.into();
    let reply = server.complete(&body).reading_events().send().await;
    let text = reply.has_status(200).text();
    assert!(
        text.contains("return a + b") && !text.contains("def su"),
        "{text}"
    );
    assert!(
        text.ends_with("event: stream_end\ndata: null\n\n"),
        "{text}"
    );
    model.clients_left(2).await;
    model.answers(openai_begun(&["def ad"]).then(End::Silence));
    server
        .complete(&body)
        .reading_events()
        .send()
        .await
        .has_status(504);
    server.finish().await;
}

#[tokio::test]
async fn who_does_not_read_events_gets_text() {
    let model = FakeModel::ollama(&["qwen2.5-coder:7b"]).await;
    let server = server_with(&model).await;
    model.answers(chat_stream(TALK));
    let mut body = generation("# add two numbers\n", "");
    body["stream"] = true.into();
    let reply = server.complete(&body).send().await.has_status(200);
    assert_eq!(reply.text(), CODE);
    assert_eq!(model.only_request().target(), "POST /v1/chat/completions");
    server.finish().await;
}

#[tokio::test]
async fn a_model_that_does_not_talk_goes_on_with_the_text() {
    let model = FakeModel::openai(&["starcoder2-3b"]).await;
    let server = server_with(&model).await;
    model.answers(openai_stream(
        &["def add(a, b):\n    return a", " + b\n"],
        "stop",
    ));
    let answer = told(server.complete(&generation("# add two numbers\n", ""))).await;
    assert_eq!(answer.0, [CODE]);
    let request = model.only_request();
    assert_eq!(request.target(), "POST /v1/completions");
    assert_eq!(request.json()["max_tokens"], 512);
    server.finish().await;

    let model = FakeModel::openai(&["Qwen2.5-Coder-7B"]).await;
    let server = server_with(&model).await;
    model.routes(
        "POST /v1/chat/completions",
        Answer::json(400, &json!({ "message": "no chat template" })),
    );
    model.answers(openai_stream(&["x = 1\n"], "stop"));
    assert_eq!(
        told(server.complete(&generation("# set\n", ""))).await.0,
        ["x = 1"]
    );
    server.finish().await;
}

#[tokio::test]
async fn generations_may_have_a_model_of_their_own() {
    let small = FakeModel::ollama(&["qwen2.5-coder:1.5b"]).await;
    let large = FakeModel::openai(&["gpt-x"]).await;
    let server = TestServer::builder()
        .model(&small)
        .set("model.api_key", "small-key")
        .set("model.generation.url", &large.url())
        .set("model.generation.name", "gpt-x")
        .start()
        .await;
    crate::support::soon(async {
        while server.shared.models.summary().matches("http://").count() < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    small.answers(ollama_lines(&["1"]));
    large.answers(chat_stream(TALK));
    let (small_one, large_one) = (question("x = ", ""), generation("# add two numbers\n", ""));
    assert_eq!(
        told(server.complete(&small_one)).await.2,
        "qwen2.5-coder:1.5b"
    );
    assert_eq!(told(server.complete(&large_one)).await.2, "gpt-x");
    let asked = large.asked("POST /v1/chat/completions");
    assert_eq!(
        asked[0].field("authorization"),
        None,
        "a key stays with its server"
    );
    server.finish().await;
}

#[tokio::test]
async fn a_model_for_chat_writes_generations_only() {
    let model = FakeModel::openai(&["llama-3.1-8b"]).await;
    let server = server_with(&model).await;
    model.answers(chat_stream(TALK));
    assert_eq!(
        told(server.complete(&question("x = ", ""))).await.1,
        "in-context"
    );
    assert!(model.requests().is_empty());
    assert_eq!(
        told(server.complete(&generation("# add two numbers\n", "")))
            .await
            .0,
        [CODE]
    );
    server.finish().await;
}

#[tokio::test]
async fn a_client_that_leaves_takes_its_question_along() {
    let model = FakeModel::openai(&["qwen2.5-coder-instruct"]).await;
    let server = server_with(&model).await;
    model.hold();
    let mut body = generation("# add two numbers\n", "");
    body["stream"] = true.into();
    let reply = tokio::spawn(server.complete(&body).open());
    let mut exchange = model.next().await;
    exchange.write(Answer::events_head()).await;
    exchange
        .chunk("data: {\"choices\":[{\"delta\":{\"content\":\"a = 1\\n\"}}]}\n\n")
        .await;
    reply.await.unwrap().leave();
    exchange.left().await;
    let unanswered = tokio::spawn(server.complete(&body).open());
    let mut exchange = model.next().await;
    unanswered.abort();
    exchange.left().await;
    server.finish().await;
}
