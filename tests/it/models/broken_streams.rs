//! Completions that are streamed from a model server that fails: whatever happens, the client reads whole lines in the form
//! of its contract, and an end only where the answer has one.

use serde_json::{Value, json};

use super::{faults::faults, question, server_with, sure};
use crate::support::{
    Answer, End, FakeModel, Reply, TestServer, openai_begun, openai_event, openai_stream,
};

/// What a stream of events tells.
struct Told {
    engine: String,
    text: String,
    has_end: bool,
}

/// Reads events as an editor does, which drops what breaks the form.
fn read(name: &str, reply: &Reply) -> Told {
    assert_eq!(reply.status, 200, "{name}: {}", reply.text());
    assert_eq!(
        reply.field("x-streaming-format").as_deref(),
        Some("sse"),
        "{name}"
    );
    let whole = reply.text();
    let mut events = whole.split_terminator("\n\n").map(|event| {
        let (kind, data) = event.split_once('\n').unwrap();
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        (kind.strip_prefix("event: ").unwrap(), data)
    });
    let (kind, start) = events.next().unwrap();
    assert_eq!(kind, "stream_start", "{name}: {whole}");
    assert!(start["metadata"]["region"].is_string(), "{name}: {whole}");
    let model = &start["metadata"]["model"];
    assert!(model["name"].is_string(), "{name}: {whole}");
    let mut told = Told {
        engine: model["engine"].as_str().unwrap().to_owned(),
        text: String::new(),
        has_end: false,
    };
    for (kind, data) in events {
        assert!(!told.has_end, "{name}: more after the end: {whole}");
        told.has_end = kind == "stream_end";
        if told.has_end {
            assert_eq!(data, Value::Null, "{name}");
            continue;
        }
        assert_eq!(kind, "content_chunk", "{name}: {whole}");
        assert_eq!(data["choices"][0]["index"], 0, "{name}: {whole}");
        told.text
            .push_str(data["choices"][0]["delta"]["content"].as_str().unwrap());
    }
    told
}

fn streamed(mut body: Value) -> Value {
    body["stream"] = true.into();
    body
}

#[tokio::test]
async fn what_fails_before_the_first_line_is_left_to_the_engine() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    for (name, answer) in faults() {
        let server = server_with(&model).await;
        model.answers(answer);
        let reply = server
            .complete(&streamed(sure()))
            .reading_events()
            .send()
            .await;
        let told = read(name, &reply);
        assert!(reply.whole && told.has_end, "{name}");
        assert_eq!(told.engine, "in-context", "{name}");
        assert_eq!(told.text, "\n        self.speed += increment", "{name}");
        let unsure = streamed(question("zzz", ""));
        let reply = server.complete(&unsure).reading_events().send().await;
        let told = read(name, &reply);
        assert_eq!((told.text.as_str(), told.has_end), ("", true), "{name}");
        let reply = server.complete(&unsure).send().await.has_status(200);
        assert_eq!(reply.text(), "", "{name}: text for whoever reads no events");
        server.finish().await;
    }
}

#[tokio::test]
async fn a_server_that_is_off_or_silent_is_left_to_the_engine() {
    for is_off in [true, false] {
        let model = FakeModel::openai(&["qwen2.5-coder"]).await;
        let server = TestServer::builder()
            .model(&model)
            .set("model.deadline", "1s")
            .start()
            .await;
        server.knows_model().await;
        model.answers(Answer::bytes("").then(End::Silence));
        if is_off {
            model.stop().await;
        }
        let reply = server
            .complete(&streamed(sure()))
            .reading_events()
            .send()
            .await;
        let told = read("silent", &reply);
        assert!(reply.whole && told.has_end);
        assert_eq!(told.engine, "in-context");
        server.finish().await;
    }
}

/// The head of a stream, a whole line and the beginning of another, and what comes then.
fn then(pieces: &[&str]) -> Answer {
    let begun = openai_event("\n    a = 1\n    secr");
    let pieces: Vec<&str> = [begun.as_str()]
        .into_iter()
        .chain(pieces.iter().copied())
        .collect();
    Answer::events(&pieces)
}

#[tokio::test]
async fn what_breaks_off_later_has_no_end() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let begun = || openai_begun(&["\n    a = 1\n    secr"]);
    let error =
        "data: {\"error\":{\"message\":\"secret\",\"type\":\"server_error\",\"code\":500}}\n\n";
    for (name, answer) in [
        ("cut", begun().then(End::Close)),
        ("reset", begun().then(End::Reset)),
        ("no end", then(&[])),
        ("error", then(&[error, "data: [DONE]\n\n"])),
        (
            "error as an event",
            then(&["event: error\ndata: {\"message\":\"secret\"}\n\n"]),
        ),
        ("garbage", then(&["data: {secret\n\n"])),
        (
            "another document",
            then(&["data: {\"detail\":\"secret\"}\n\n"]),
        ),
        (
            "other types",
            then(&["data: {\"choices\":[{\"text\":7}]}\n\n"]),
        ),
    ] {
        let server = server_with(&model).await;
        model.answers(answer);
        for events in [true, false] {
            let mut request = server.complete(&streamed(question("def f():", "")));
            if events {
                request = request.reading_events();
            }
            let reply = request.send().await;
            assert!(!reply.whole, "{name}: {}", reply.text());
            let text = if events {
                let told = read(name, &reply);
                assert!(!told.has_end, "{name}: {}", reply.text());
                told.text
            } else {
                reply.text()
            };
            assert_eq!(text, "\n    a = 1", "{name}: no half of a line");
        }
        server.finish().await;
    }
}

const SLOW: &str = "slow after the first line";

#[tokio::test]
async fn what_ends_early_has_an_end() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let stream = |texts: &[&str]| openai_stream(texts, "stop");
    let begun = || openai_begun(&["\n    a = 1\n    b ="]);
    for (name, answer, text) in [
        (SLOW, begun().then(End::Silence), "\n    a = 1"),
        (
            "a token within a line",
            stream(&["\n    a = 1<|fim", "_pad|>2\n    b = 3"]),
            "\n    a = 1",
        ),
        (
            "a token between lines",
            stream(&["\n    a = 1\n<|file_", "sep|>b.py\nx"]),
            "\n    a = 1",
        ),
        ("a token first", stream(&["<|endoftext|>", "x = 1"]), ""),
        (
            "half a token at the limit",
            openai_stream(&["\n    a = 1<|fim_mi"], "length"),
            "\n    a = 1",
        ),
        (
            "prose first",
            stream(&["Sure! Here is", " the code:\n    a = 1"]),
            "",
        ),
        (
            "prose below a blank line",
            stream(&["\nHere is the", " code:\n    a = 1"]),
            "",
        ),
        (
            "a fence at the end",
            stream(&["\n    a = 1\n```\nThis sets a."]),
            "\n    a = 1",
        ),
        (
            "limit of tokens",
            openai_stream(&["\n    a = 1\n    b = some_f"], "length"),
            "\n    a = 1",
        ),
        ("nothing", stream(&[]), ""),
    ] {
        // One of them ends only with its time, and the others have as much as they need.
        let deadline = if name == SLOW { "2s" } else { "1m" };
        let server = TestServer::builder()
            .model(&model)
            .set("model.deadline", deadline)
            .start()
            .await;
        server.knows_model().await;
        model.answers(answer);
        let request = server.complete(&streamed(question("def f():", "")));
        let reply = request.reading_events().send().await;
        let told = read(name, &reply);
        assert!(reply.whole && told.has_end, "{name}: {}", reply.text());
        assert_eq!(
            (told.engine.as_str(), told.text.as_str()),
            ("openai", text),
            "{name}"
        );
        server.finish().await;
    }
    let events = json!({ "choices": [{ "text": "x", "finish_reason": "stop" }] });
    let server = server_with(&model).await;
    model.answers(Answer::json(200, &events));
    let reply = server
        .complete(&streamed(question("y = ", "")))
        .reading_events()
        .send()
        .await;
    assert_eq!(read("a document", &reply).text, "x");
    server.finish().await;
}
