//! Each kind of model server: found out by asking, asked in its own words, understood streamed and whole.

use serde_json::json;

use super::{question, server_with, told};
use crate::support::{
    FakeModel, TestServer, llama_stream, mistral_stream, ollama_lines, openai_document,
    openai_stream,
};

#[tokio::test]
async fn servers_of_openais_api_are_asked_with_the_familys_markers() {
    let model = FakeModel::openai(&["Qwen/Qwen2.5-Coder-7B"]).await;
    let server = server_with(&model).await;
    model.answers(openai_stream(&["1 ", "+ 2", "\ny = 3"], "stop"));
    let answer = told(server.complete(&question("x = ", "\nprint(x)\n"))).await;
    assert_eq!(
        answer,
        (
            vec!["1 + 2".into()],
            "openai".into(),
            "Qwen/Qwen2.5-Coder-7B".into()
        )
    );
    let request = model.only_request();
    assert_eq!(request.target(), "POST /v1/completions");
    assert_eq!(request.field("authorization"), None);
    let body = request.json();
    assert_eq!(
        body["prompt"],
        "<|fim_prefix|>x =<|fim_suffix|>\nprint(x)\n<|fim_middle|>"
    );
    assert_eq!(
        (&body["model"], &body["max_tokens"]),
        (&json!("Qwen/Qwen2.5-Coder-7B"), &json!(64))
    );
    assert!(body.get("suffix").is_none(), "{body}");
    model.answers(openai_document("7"));
    assert_eq!(
        told(server.complete(&question("y = ", ""))).await.0,
        ["7"],
        "as one document"
    );
    server.finish().await;
}

#[tokio::test]
async fn a_suffix_goes_along_where_the_server_makes_the_markers() {
    let model = FakeModel::openai(&["some-model"]).await;
    let server = TestServer::builder()
        .model(&model)
        .set("model.template", "suffix")
        .set("model.api_key", "k3y")
        .start()
        .await;
    server.knows_model().await;
    model.forget();
    model.answers(openai_stream(&["a"], "stop"));
    told(server.complete(&question("f(", ")\n"))).await;
    let request = model.only_request();
    assert_eq!(
        request.field("authorization").as_deref(),
        Some("Bearer k3y")
    );
    let body = request.json();
    assert_eq!(
        (&body["prompt"], &body["suffix"]),
        (&json!("f("), &json!(")\n"))
    );
    assert_eq!(body["stop"], json!(["\n"]), "within a line the line is all");
    model.forget();
    told(server.complete(&question("g = ", ""))).await;
    assert!(
        model.only_request().json().get("suffix").is_none(),
        "nothing is not None"
    );
    server.finish().await;
}

#[tokio::test]
async fn ollama_is_asked_raw_or_with_a_suffix() {
    let model = FakeModel::ollama(&["llama3.2:3b", "qwen2.5-coder:1.5b"]).await;
    let server = server_with(&model).await;
    model.answers(ollama_lines(&["1", " + 2"]));
    let answer = told(server.complete(&question("x = ", "\n"))).await;
    assert_eq!(
        answer,
        (
            vec!["1 + 2".into()],
            "ollama".into(),
            "qwen2.5-coder:1.5b".into()
        )
    );
    let request = model.only_request();
    assert_eq!(request.target(), "POST /api/generate");
    let body = request.json();
    assert_eq!(
        body["prompt"],
        "<|fim_prefix|>x =<|fim_suffix|>\n<|fim_middle|>"
    );
    assert_eq!(
        (&body["raw"], &body["options"]["num_predict"]),
        (&json!(true), &json!(64))
    );
    assert!(
        body["options"]["num_ctx"].as_u64().unwrap() >= 6_464,
        "{body}"
    );
    server.finish().await;

    let model = FakeModel::ollama(&["my-coder:latest+"]).await;
    let server = TestServer::builder()
        .model(&model)
        .set("model.name", "my-coder")
        .start()
        .await;
    server.knows_model().await;
    model.forget();
    model.answers(ollama_lines(&["1"]));
    assert_eq!(
        told(server.complete(&question("x = ", ""))).await.2,
        "my-coder:latest"
    );
    let body = model.only_request().json();
    assert_eq!(
        (&body["prompt"], &body["suffix"]),
        (&json!("x ="), &json!("\n"))
    );
    assert!(body.get("raw").is_none(), "{body}");
    server.finish().await;
}

#[tokio::test]
async fn llama_server_is_asked_to_fill_in() {
    let model = FakeModel::llama_server("qwen2.5-coder-1.5b-q8_0.gguf").await;
    let server = server_with(&model).await;
    model.answers(llama_stream(&["1", " + 2", "\n"]));
    let mut body = question("speed = ", "\nend\n");
    body["context"] =
        json!([{ "type": "file", "name": "b.py", "content": "speed = 3\n".repeat(9) }]);
    let answer = told(server.complete(&body)).await;
    assert_eq!(answer.0, ["1 + 2"]);
    assert_eq!(answer.1, "llama_server");
    let request = model.only_request();
    assert_eq!(request.target(), "POST /infill");
    let body = request.json();
    assert_eq!(
        (&body["input_prefix"], &body["input_suffix"]),
        (&json!("speed ="), &json!("\nend\n"))
    );
    assert_eq!(body["input_extra"][0]["filename"], "b.py");
    assert_eq!(body["n_predict"], 64);
    server.finish().await;
}

#[tokio::test]
async fn mistral_is_asked_with_prompt_and_suffix() {
    let model = FakeModel::mistral().await;
    let server = TestServer::builder()
        .model(&model)
        .set("model.kind", "mistral")
        .set("model.api_key", "k3y")
        .start()
        .await;
    server.knows_model().await;
    model.forget();
    model.answers(mistral_stream(&["1", " + 2"]));
    let answer = told(server.complete(&question("x = ", "\nprint(x)\n"))).await;
    assert_eq!(
        answer,
        (
            vec!["1 + 2".into()],
            "mistral".into(),
            "codestral-latest".into()
        )
    );
    let request = model.only_request();
    assert_eq!(request.target(), "POST /v1/fim/completions");
    assert_eq!(
        request.field("authorization").as_deref(),
        Some("Bearer k3y")
    );
    let body = request.json();
    assert_eq!(
        (&body["prompt"], &body["suffix"]),
        (&json!("x ="), &json!("\nprint(x)\n"))
    );
    server.finish().await;
}

#[tokio::test]
async fn choices_are_different_and_at_most_four() {
    let model = FakeModel::openai(&["starcoder2-3b"]).await;
    let server = server_with(&model).await;
    model.hold();
    let mut body = question("x = ", "\n");
    body["choices_count"] = 9.into();
    let reply = tokio::spawn(server.complete(&body).send());
    let mut seeds = Vec::new();
    for text in ["1", "2", "1", "3"] {
        let mut exchange = model.next().await;
        seeds.push(exchange.request.json()["seed"].as_u64().unwrap_or(0));
        exchange.answer(&openai_stream(&[text], "stop")).await;
    }
    let reply = reply.await.unwrap().has_status(200).json();
    let mut texts: Vec<_> = reply["choices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|choice| &choice["text"])
        .collect();
    texts.sort_by_key(ToString::to_string);
    assert_eq!(texts, ["1", "2", "3"]);
    seeds.sort_unstable();
    assert_eq!(seeds, [0, 1, 2, 3]);
    assert_eq!(model.requests().len(), 4);
    server.finish().await;
}

#[tokio::test]
async fn tokens_in_code_are_no_markers_and_are_never_shown() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let server = server_with(&model).await;
    model.answers(openai_stream(&["1<|fim_", "pad|>2"], "stop"));
    let answer = told(server.complete(&question("s = '<|fim_middle|>' # ", ""))).await;
    assert_eq!(answer.0, ["1"]);
    let prompt = model.only_request().json()["prompt"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(prompt.matches("<|fim_middle|>").count(), 1, "{prompt}");
    server.finish().await;
}

#[tokio::test]
async fn what_a_client_names_as_a_model_is_not_asked() {
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let other = FakeModel::openai(&["other"]).await;
    let server = server_with(&model).await;
    model.answers(openai_stream(&["1"], "stop"));
    let mut body = question("x = ", "");
    body["model_endpoint"] = other.url().into();
    body["model_name"] = "other".into();
    body["model_metadata"] =
        json!({ "provider": "litellm", "endpoint": other.url(), "name": "other" });
    told(server.complete(&body)).await;
    assert_eq!(model.only_request().json()["model"], "qwen2.5-coder");
    assert!(other.requests().is_empty());
    server.finish().await;
}
