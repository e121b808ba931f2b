//! What servers of OpenAI's API write besides the plainest answer: errors as successes, empty choices, usage, comments,
//! ends that are told in several ways.

use serde_json::json;

use super::{question, server_with, told};
use crate::support::{Answer, FakeModel, ollama_raw, openai_event};

const STOP: &str =
    "data: {\"choices\":[{\"index\":0,\"text\":\"\",\"finish_reason\":\"stop\"}]}\n\n";
const DONE: &str = "data: [DONE]\n\n";

/// One document with these choices.
fn document(choices: &serde_json::Value) -> Answer {
    Answer::json(
        200,
        &json!({ "id": "cmpl-1", "object": "text_completion", "choices": choices }),
    )
}

fn events(pieces: &[&str]) -> Answer {
    Answer::events(pieces)
}

/// An answer, and what it says; `None` is a failure, after which the engine is asked.
type Row = (&'static str, Answer, Option<&'static str>);

const SAID: Option<&str> = Some("1 + é");

fn documents() -> Vec<Row> {
    let error = json!({ "message": "secret", "type": "invalid_request_error", "param": null, "code": null });
    vec![
        (
            "error object",
            Answer::json(200, &json!({ "error": error })),
            None,
        ),
        (
            "vLLM's older error",
            Answer::json(
                200,
                &json!({ "object": "error", "message": "secret", "code": 400 }),
            ),
            None,
        ),
        (
            "error beside choices",
            Answer::json(200, &json!({ "error": error, "choices": [] })),
            None,
        ),
        (
            "error of null",
            Answer::json(
                200,
                &json!({ "error": null, "choices": [{ "text": "1 + é" }] }),
            ),
            SAID,
        ),
        ("no choices", document(&json!([])), Some("")),
        (
            "text of null",
            document(&json!([{ "index": 0, "text": null, "finish_reason": "stop" }])),
            Some(""),
        ),
        (
            "choices of null",
            Answer::json(200, &json!({ "choices": null })),
            None,
        ),
        ("no reason", document(&json!([{ "text": "1 + é" }])), SAID),
        (
            "length, one line",
            document(&json!([{ "text": "1 + é", "finish_reason": "length" }])),
            SAID,
        ),
        (
            "length, half a line",
            document(&json!([{ "text": "1 + é\ny = som", "finish_reason": "length" }])),
            SAID,
        ),
    ]
}

fn streams() -> Vec<Row> {
    let one = openai_event("1 + é");
    let one = one.as_str();
    let (first, rest) = one.split_at(one.len() - 9);
    let usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}}\n\n";
    let with_usage = one.replace("\"usage\":null", "\"usage\":{\"total_tokens\":1}");
    let crlf = one.replace('\n', "\r\n");
    vec![
        ("usage at the end", events(&[one, STOP, usage, DONE]), SAID),
        ("usage first", events(&[usage, one, STOP, DONE]), SAID),
        (
            "usage in every chunk",
            events(&[&with_usage, STOP, DONE]),
            SAID,
        ),
        (
            "comments",
            events(&[
                ": ping\n\n",
                one,
                ":\n\n",
                ": OPENROUTER PROCESSING\n\n",
                STOP,
                DONE,
            ]),
            SAID,
        ),
        (
            "other lines",
            events(&["id: 1\nretry: 9\nevent: message\n", one, STOP, DONE]),
            SAID,
        ),
        (
            "carriage returns",
            events(&[&crlf, "data: [DONE]\r\n\r\n"]),
            SAID,
        ),
        (
            "no blank",
            events(&[&one.replace("data: ", "data:"), "data:[DONE]\n\n"]),
            SAID,
        ),
        (
            "split anywhere",
            events(&[first, rest, "da", "ta: [DO", "NE]\n\n"]),
            SAID,
        ),
        ("reason, but no [DONE]", events(&[one, STOP]), SAID),
        ("[DONE], but no reason", events(&[one, DONE]), SAID),
        ("neither", events(&[one]), None),
        (
            "text of null in a chunk",
            events(&["data: {\"choices\":[{\"text\":null}]}\n\n", one, DONE]),
            SAID,
        ),
        (
            "ended by an error",
            events(&[one, &STOP.replace("stop", "error"), DONE]),
            None,
        ),
        (
            "aborted",
            events(&[one, &STOP.replace("stop", "abort"), DONE]),
            None,
        ),
        ("nothing but the end", events(&[DONE]), Some("")),
    ]
}

#[tokio::test]
async fn answers_are_understood_in_every_form() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    for (name, answer, said) in documents().into_iter().chain(streams()) {
        let server = server_with(&model).await;
        model.answers(answer);
        let (texts, engine, _) = told(server.complete(&question("x = ", ""))).await;
        match said {
            Some(said) => {
                assert_eq!(texts.concat(), said, "{name}");
                assert_eq!(
                    (engine.as_str(), texts.len()),
                    ("openai", usize::from(!said.is_empty())),
                    "{name}"
                );
            }
            None => assert_eq!(engine, "in-context", "{name}: {texts:?}"),
        }
        server.finish().await;
    }
}

/// Ollama's API reference, "Streaming" and "Errors that occur while streaming".
#[tokio::test]
async fn ollamas_lines_are_understood_in_every_form() {
    let line = |text: &str| json!({ "model": "m", "response": text, "done": false }).to_string();
    let last = |text: &str, reason: &str| {
        json!({ "model": "m", "response": text, "done": true, "done_reason": reason }).to_string()
    };
    let error = json!({ "error": "secret" }).to_string();
    let thinking =
        json!({ "model": "m", "response": "", "thinking": "Hm.", "done": false }).to_string();
    let model = FakeModel::ollama(&["qwen2.5-coder:1.5b"]).await;
    for (name, answer, said) in [
        (
            "text in the last line",
            ollama_raw(&[&line("1 +"), &last(" 2", "stop")]),
            Some("1 + 2"),
        ),
        (
            "half a line",
            ollama_raw(&[&line("1 + 2\ny = so"), &last("", "length")]),
            Some("1 + 2"),
        ),
        (
            "thinking",
            ollama_raw(&[&thinking, &line("1 + 2"), &last("", "stop")]),
            Some("1 + 2"),
        ),
        (
            "blank lines",
            ollama_raw(&["", &line("1 + 2"), "\r", &last("", "stop")]),
            Some("1 + 2"),
        ),
        (
            "error in midstream",
            ollama_raw(&[&line("1 +"), &error]),
            None,
        ),
        ("no end", ollama_raw(&[&line("1 +")]), None),
        (
            "an error alone",
            Answer::json(200, &json!({ "error": "secret" })),
            None,
        ),
        (
            "a document",
            Answer::json(200, &json!({ "response": "1 + 2", "done": true })),
            Some("1 + 2"),
        ),
        (
            "loaded and nothing said",
            ollama_raw(&[&last("", "load")]),
            Some(""),
        ),
    ] {
        let server = server_with(&model).await;
        model.answers(answer);
        let (texts, engine, _) = told(server.complete(&question("x = ", "\n"))).await;
        let expected = said.map_or("in-context", |_| "ollama");
        assert_eq!(engine, expected, "{name}: {texts:?}");
        assert_eq!(texts.concat(), said.unwrap_or_default(), "{name}");
        server.finish().await;
    }
}
