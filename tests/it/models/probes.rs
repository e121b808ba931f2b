//! What a model server is found to be, each mistake with its remedy, and servers on this machine.

use std::time::Duration;

use code_suggestions::{
    config::{FimTemplate, ModelKind, ModelServer, ProxySettings},
    model::{detect, probe},
};
use serde_json::json;

use super::{question, told};
use crate::support::{Answer, End, FakeModel, TestServer, ollama_lines, soon};

const LIMIT: Duration = Duration::from_mins(1);

fn given(kind: ModelKind, url: &str, name: Option<&str>) -> ModelServer {
    ModelServer {
        kind,
        url: url.to_owned(),
        name: name.map(str::to_owned),
        api_key: None,
        template: FimTemplate::Auto,
        ca_file: None,
        proxies: ProxySettings::default(),
    }
}

fn port(model: &FakeModel) -> u16 {
    model.url().rsplit(':').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn each_kind_is_told_by_what_only_it_says() {
    let servers = [
        (
            FakeModel::openai(&["a", "b", "starcoder2-3b"]).await,
            ModelKind::OpenAi,
            "starcoder2-3b",
        ),
        (
            FakeModel::ollama(&["a", "my-coder+"]).await,
            ModelKind::Ollama,
            "a",
        ),
        (
            FakeModel::llama_server("x.gguf").await,
            ModelKind::LlamaServer,
            "x.gguf",
        ),
    ];
    for (server, kind, model) in &servers {
        let found = probe(&given(ModelKind::Auto, &server.url(), None), LIMIT)
            .await
            .unwrap();
        assert_eq!(
            (found.server.address.kind, found.server.model.as_str()),
            (*kind, *model)
        );
        assert!(found.server.fim.is_some() && !found.models.is_empty());
    }
}

#[tokio::test]
async fn a_model_named_by_its_file_is_shown_without_folders() {
    let path = "/srv/codellama/SmolLM2-135M.Q4_1.gguf";
    let fake = FakeModel::llama_server(path).await;
    for name in [None, Some(path), Some("SmolLM2-135M.Q4_1")] {
        let found = probe(&given(ModelKind::Auto, &fake.url(), name), LIMIT).await;
        let server = found.unwrap().server;
        assert_eq!(server.model, path, "what the server is asked for");
        assert_eq!(server.shown_model(), "SmolLM2-135M.Q4_1");
    }
    let fake = FakeModel::openai(&[path]).await;
    let found = probe(&given(ModelKind::Auto, &fake.url(), None), LIMIT).await;
    assert!(found.unwrap().server.fim.is_none(), "a folder is no family");
}

#[tokio::test]
async fn each_mistake_names_its_remedy() {
    let openai = FakeModel::openai(&["one", "two"]).await;
    let ollama = FakeModel::ollama(&["qwen2.5-coder:7b"]).await;
    let empty = FakeModel::ollama(&[]).await;
    let deeper = FakeModel::openai(&[]).await;
    deeper.routes("GET /llm/models", Answer::new(404, "text/plain", ""));
    deeper.routes(
        "GET /llm/v1/models",
        Answer::json(200, &json!({ "data": [] })),
    );
    deeper.answers(Answer::new(404, "text/plain", ""));
    let other = FakeModel::openai(&[]).await;
    other.routes("GET /v1/models", Answer::new(200, "text/html", "<html>"));
    other.answers(Answer::new(404, "text/plain", ""));
    let closed = FakeModel::openai(&[]).await;
    for path in ["/props", "/v1/models"] {
        closed.routes(&format!("GET {path}"), Answer::new(401, "text/plain", ""));
    }
    let loading = FakeModel::openai(&[]).await;
    let unready = json!({ "error": { "code": 503, "message": "Loading model", "type": "unavailable_error" } });
    loading.routes("GET /props", Answer::json(503, &unready));
    let (auto, url) = (ModelKind::Auto, |model: &FakeModel| model.url());
    let cases = [
        (
            given(auto, &url(&openai), None),
            "set model.name to one of: one, two",
        ),
        (
            given(auto, &url(&openai), Some("three")),
            "no model 'three'; set model.name to one that it has: one, two",
        ),
        (
            given(ModelKind::OpenAi, &format!("{}/llm", url(&deeper)), None),
            "/llm/v1\"",
        ),
        (
            given(auto, &format!("{}/v1/chat/completions", url(&other)), None),
            "/v1\"",
        ),
        (
            given(auto, &format!("{}/api/generate", url(&other)), None),
            "is a path of the API, not where it begins; set model.url = \"http://127.0.0.1:",
        ),
        (
            given(ModelKind::LlamaServer, &url(&ollama), None),
            "set model.kind = \"ollama\"",
        ),
        (given(auto, &url(&empty), None), "has no model; load one"),
        (
            given(auto, &url(&other), None),
            "not as a model server does",
        ),
        (given(auto, &url(&closed), None), "set model.api_key"),
        (
            given(auto, &url(&loading), None),
            "still loading its model; wait",
        ),
        (
            given(auto, "http://127.0.0.1:1", None),
            "start the model server, or mend model.url",
        ),
    ];
    for (given, remedy) in cases {
        let error = match probe(&given, LIMIT).await {
            Ok(found) => panic!("{remedy}: found {}", found.server.model),
            Err(error) => error.to_string(),
        };
        assert!(
            error.contains(remedy) && !error.contains('\n'),
            "{remedy}: {error}"
        );
    }
}

#[tokio::test]
async fn a_server_on_this_machine_is_found_and_used() {
    let chat = FakeModel::ollama(&["llama3.2"]).await;
    let coder = FakeModel::ollama(&["qwen2.5-coder:1.5b"]).await;
    coder.answers(ollama_lines(&["1"]));
    let ports = format!("{}, {}", port(&chat), port(&coder));
    let server = TestServer::builder()
        .set("model.autodetect", "true")
        .set("model.autodetect_ports", &ports)
        .start()
        .await;
    // On a busy machine 150 ms may be too few; it is looked again after a minute.
    let name = soon(async {
        loop {
            server.advance(Duration::from_secs(61));
            let (_, engine, name) = told(server.complete(&question("x = ", ""))).await;
            if engine == "ollama" {
                break name;
            }
        }
    });
    assert_eq!(name.await, "qwen2.5-coder:1.5b");
    let summary = server.shared.models.summary();
    assert!(
        summary.contains("qwen2.5-coder:1.5b (ollama at http://127.0.0.1:"),
        "{summary}"
    );
    assert!(summary.contains("found on this machine"), "{summary}");
    server.finish().await;
}

#[tokio::test]
async fn only_what_fills_in_the_middle_and_is_not_ourselves_is_found() {
    let chat = FakeModel::ollama(&["llama3.2"]).await;
    let silent = FakeModel::openai(&[]).await;
    for path in ["/props", "/api/tags", "/v1/models"] {
        silent.routes(&format!("GET {path}"), Answer::bytes("").then(End::Silence));
    }
    let own = FakeModel::ollama(&["qwen2.5-coder:1.5b"]).await;
    let ports = [port(&chat), port(&silent), port(&own), 1];
    let found = detect(&ports, port(&own), Duration::from_secs(1)).await;
    assert!(found.is_none());
    assert!(own.requests().is_empty(), "our own port is not asked");
}

#[tokio::test]
async fn without_a_server_there_is_the_engine() {
    let server = TestServer::builder().start().await;
    let summary = server.shared.models.summary();
    assert_eq!(
        summary,
        "Code is written by the engine in this binary; no model server is in use"
    );
    assert_eq!(told(server.complete(&super::sure())).await.1, "in-context");
    let model = FakeModel::openai(&["qwen2.5-coder"]).await;
    let server = TestServer::builder()
        .model(&model)
        .set("model.kind", "engine")
        .start()
        .await;
    assert_eq!(told(server.complete(&super::sure())).await.1, "in-context");
    assert!(model.requests().is_empty());
    server.finish().await;
}
