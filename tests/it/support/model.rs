//! Model servers as they speak on the wire: what each kind says about itself, and its answers, whole and streamed. Written after
//! the documentation that stands at each; llama-server alone is tried for real elsewhere.

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

    /// vLLM, LM Studio and the like, with these models: OpenAI's API reference, "List models"; vLLM 0.11, "OpenAI-Compatible
    /// Server"; LM Studio 0.4, "OpenAI Compatible Endpoints", "Models".
    pub(crate) async fn openai(models: &[&str]) -> Self {
        Self::new(&[("GET /v1/models", listed(models))]).await
    }

    /// Ollama with these models, of which those with `+` at the end can insert: Ollama's API reference (OpenAPI document 0.1.0),
    /// "List models" and "Show model details".
    pub(crate) async fn ollama(models: &[&str]) -> Self {
        let names = models.iter().map(|name| name.trim_end_matches('+'));
        let tags: Vec<Value> = names
            .map(|name| {
                json!({
                    "name": name, "model": name, "modified_at": "2025-10-03T23:34:03.409490317-07:00", "size": 3_338_801_804_u64,
                    "digest": "a2af6cc3eb7f", "details": { "format": "gguf", "family": "x", "parameter_size": "1.5B" },
                })
            })
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

    /// llama-server, whose model fills in the middle: llama.cpp, `tools/server/README.md`, "GET /props" and "GET /v1/models".
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

    /// Mistral's API (OpenAPI document 1.0.0), "List Models".
    pub(crate) async fn mistral() -> Self {
        let mut list = listed(&["mistral-large-latest", "codestral-latest"]);
        list["data"][0]["capabilities"] =
            json!({ "completion_chat": true, "completion_fim": false });
        list["data"][1]["capabilities"] =
            json!({ "completion_chat": true, "completion_fim": true });
        Self::new(&[("GET /v1/models", list)]).await
    }
}

fn listed(models: &[&str]) -> Value {
    let data: Vec<Value> = models
        .iter()
        .map(|id| json!({ "id": id.trim_end_matches('+'), "object": "model", "created": 1, "owned_by": "x" }))
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

/// One event of OpenAI's completions: its API reference, "The completion object"; vLLM 0.11 adds `stop_reason` to each choice
/// and `usage`, both null until the end.
pub(crate) fn openai_event(text: &str) -> String {
    let event = json!({
        "id": "cmpl-1", "object": "text_completion", "created": 1,
        "model": "m", "choices": [{ "index": 0, "text": text, "logprobs": null, "finish_reason": null, "stop_reason": null }],
        "usage": null,
    });
    format!("data: {event}\n\n")
}

/// OpenAI's completions, streamed: the texts, the reason for the end, usage (`stream_options.include_usage`), and the mark of
/// the end.
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

/// A chat, streamed: OpenAI's API reference, "The chat completion chunk object". vLLM begins with an empty content, others with
/// null.
pub(crate) fn chat_stream(texts: &[&str]) -> Answer {
    let first = json!({
        "object": "chat.completion.chunk",
        "choices": [{ "index": 0, "delta": { "role": "assistant", "content": null }, "finish_reason": null }],
    });
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

/// Mistral's completions, streamed: its API reference, "FIM Completion" (`CompletionChunk`). The reason and the usage come with
/// the last text.
pub(crate) fn mistral_stream(texts: &[&str]) -> Answer {
    let chunk = |delta: Value, reason: Value| {
        json!({
            "id": "5b35cc2e", "object": "chat.completion.chunk", "created": 1, "model": "codestral-latest",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": reason }],
        })
    };
    let mut chunks = vec![chunk(
        json!({ "role": "assistant", "content": "" }),
        Value::Null,
    )];
    for (number, text) in texts.iter().enumerate() {
        let is_last = number + 1 == texts.len();
        let reason = if is_last { json!("stop") } else { Value::Null };
        chunks.push(chunk(json!({ "content": text }), reason));
    }
    if let Some(last) = chunks.last_mut() {
        last["usage"] = json!({ "prompt_tokens": 8, "completion_tokens": 9, "total_tokens": 17 });
    }
    let mut pieces: Vec<String> = events(&chunks).collect();
    pieces.push("data: [DONE]\n\n".to_owned());
    whole(stream("text/event-stream; charset=utf-8", pieces))
}

/// Ollama's lines: its API reference, "Generate a response" and "Streaming".
pub(crate) fn ollama_lines(texts: &[&str]) -> Answer {
    let mut lines: Vec<String> = texts
        .iter()
        .map(|text| format!("{}\n", json!({ "model": "m", "created_at": "2026-01-01T00:00:00Z", "response": text, "done": false })))
        .collect();
    lines.push(format!("{}\n", json!({
        "model": "m", "created_at": "2026-01-01T00:00:00Z", "response": "", "done": true, "done_reason": "stop",
        "total_duration": 174_560_334, "load_duration": 101_397_084, "prompt_eval_count": 11,
        "prompt_eval_duration": 13_074_791, "eval_count": 3, "eval_duration": 52_479_709,
    })));
    whole(stream("application/x-ndjson", lines))
}

/// Lines of Ollama as they are.
pub(crate) fn ollama_raw(lines: &[&str]) -> Answer {
    let lines = lines.iter().map(|line| format!("{line}\n"));
    whole(stream("application/x-ndjson", lines))
}

/// llama-server's events, which know no `[DONE]`: llama.cpp, `tools/server/README.md`, "POST /completion".
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
