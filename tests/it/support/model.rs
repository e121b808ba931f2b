//! Model servers as they speak on the wire: what each kind says about itself, and its answers, whole and streamed.

use std::ops::Deref;

use serde_json::{Value, json};

use super::{
    FakeGateway,
    gateway::{Answer, LAST_CHUNK, chunk},
};

/// A scripted model server.
#[derive(Debug)]
pub(crate) struct FakeModel(FakeGateway);

impl Deref for FakeModel {
    type Target = FakeGateway;

    fn deref(&self) -> &FakeGateway {
        &self.0
    }
}

impl FakeModel {
    async fn new(routes: &[(&str, Value)]) -> Self {
        let fake = FakeGateway::start().await;
        let missing = || Answer::json(404, &json!({ "error": "not found" }));
        for path in ["/props", "/api/tags", "/models", "/v1/models"] {
            fake.routes(&format!("GET {path}"), missing());
        }
        for (target, body) in routes {
            fake.routes(target, Answer::json(200, body));
        }
        Self(fake)
    }

    /// vLLM, LM Studio and the like, with these models.
    pub(crate) async fn openai(models: &[&str]) -> Self {
        Self::new(&[("GET /v1/models", listed(models))]).await
    }

    /// Ollama with these models, of which those with `+` at the end can insert.
    pub(crate) async fn ollama(models: &[&str]) -> Self {
        let names = models.iter().map(|name| name.trim_end_matches('+'));
        let tags: Vec<Value> = names
            .map(|name| json!({ "name": name, "model": name }))
            .collect();
        let inserts = models.iter().any(|name| name.ends_with('+'));
        let abilities = if inserts {
            json!(["completion", "insert"])
        } else {
            json!(["completion", "tools"])
        };
        let routes = [
            ("GET /api/tags", json!({ "models": tags })),
            (
                "POST /api/show",
                json!({ "template": "{{ .Prompt }}", "capabilities": abilities }),
            ),
            ("GET /v1/models", listed(models)),
        ];
        Self::new(&routes).await
    }

    /// llama-server, whose model fills in the middle.
    pub(crate) async fn llama_server(model: &str) -> Self {
        let routes = [
            (
                "GET /props",
                json!({ "default_generation_settings": {}, "total_slots": 1 }),
            ),
            ("GET /api/tags", json!({ "models": [{ "name": model }] })),
            ("GET /v1/models", listed(&[model])),
        ];
        let fake = Self::new(&routes).await;
        fake.answers(llama_document("x"));
        fake
    }

    /// Mistral's API.
    pub(crate) async fn mistral() -> Self {
        let models = ["mistral-large-latest", "codestral-latest"];
        Self::new(&[("GET /v1/models", listed(&models))]).await
    }
}

fn listed(models: &[&str]) -> Value {
    let data: Vec<Value> = models
        .iter()
        .map(|id| json!({ "id": id.trim_end_matches('+'), "object": "model", "owned_by": "x" }))
        .collect();
    json!({ "object": "list", "data": data })
}

fn stream(content_type: &str, pieces: impl IntoIterator<Item = String>) -> Vec<u8> {
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for piece in pieces {
        bytes.extend(chunk(&piece));
    }
    bytes
}

fn events(events: &[Value]) -> impl Iterator<Item = String> {
    events.iter().map(|event| format!("data: {event}\n\n"))
}

fn whole(mut bytes: Vec<u8>) -> Answer {
    bytes.extend(LAST_CHUNK);
    Answer::bytes(bytes)
}

/// One event of OpenAI's completions.
pub(crate) fn openai_event(text: &str) -> String {
    let event = json!({
        "id": "cmpl-1", "object": "text_completion", "created": 1,
        "model": "m", "choices": [{ "index": 0, "text": text, "logprobs": null, "finish_reason": null }],
    });
    format!("data: {event}\n\n")
}

/// OpenAI's completions, streamed: the texts, the reason for the end, usage, and the mark of the end.
pub(crate) fn openai_stream(texts: &[&str], reason: &str) -> Answer {
    let mut pieces: Vec<String> = texts.iter().map(|text| openai_event(text)).collect();
    let last = json!({ "choices": [{ "index": 0, "text": "", "finish_reason": reason }] });
    let usage = json!({ "choices": [], "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 } });
    pieces.extend(events(&[last, usage]));
    pieces.push("data: [DONE]\n\n".to_owned());
    whole(stream("text/event-stream; charset=utf-8", pieces))
}

/// The head of a stream and some of its events, without an end.
pub(crate) fn openai_begun(texts: &[&str]) -> Answer {
    Answer::bytes(stream(
        "text/event-stream",
        texts.iter().map(|text| openai_event(text)),
    ))
}

/// OpenAI's completions as one document, for servers that do not stream.
pub(crate) fn openai_document(text: &str) -> Answer {
    Answer::json(
        200,
        &json!({ "object": "text_completion", "choices": [{ "index": 0, "text": text, "finish_reason": "stop" }] }),
    )
}

/// A chat, streamed; Mistral streams its completions in this form too.
pub(crate) fn chat_stream(texts: &[&str]) -> Answer {
    let first =
        json!({ "choices": [{ "index": 0, "delta": { "role": "assistant", "content": null } }] });
    let mut pieces: Vec<String> = events(&[first]).collect();
    pieces.extend(texts.iter().map(|text| {
        let event = json!({ "object": "chat.completion.chunk", "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }] });
        format!("data: {event}\n\n")
    }));
    let last = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] });
    pieces.extend(events(&[last]));
    pieces.push("data: [DONE]\n\n".to_owned());
    whole(stream("text/event-stream", pieces))
}

/// Ollama's lines.
pub(crate) fn ollama_lines(texts: &[&str]) -> Answer {
    let mut lines: Vec<String> = texts
        .iter()
        .map(|text| format!("{}\n", json!({ "model": "m", "created_at": "2026-01-01T00:00:00Z", "response": text, "done": false })))
        .collect();
    lines.push(format!("{}\n", json!({ "model": "m", "response": "", "done": true, "done_reason": "stop", "eval_count": 3 })));
    whole(stream("application/x-ndjson", lines))
}

/// llama-server's events, which know no `[DONE]`.
pub(crate) fn llama_stream(texts: &[&str]) -> Answer {
    let mut pieces: Vec<Value> = texts
        .iter()
        .map(|text| json!({ "index": 0, "content": text, "tokens": [1], "stop": false, "id_slot": -1 }))
        .collect();
    pieces.push(json!({ "index": 0, "content": "", "stop": true, "stop_type": "eos", "tokens_predicted": 3, "truncated": false }));
    whole(stream("text/event-stream", events(&pieces)))
}

/// llama-server's answer as one document.
pub(crate) fn llama_document(text: &str) -> Answer {
    Answer::json(
        200,
        &json!({ "content": text, "stop": true, "stop_type": "limit", "tokens_predicted": 1 }),
    )
}
