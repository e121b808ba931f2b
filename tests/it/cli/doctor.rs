//! `doctor` against gateways that are as they should be, and against the mistakes that people make.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::command_with;
use crate::support::{
    Answer, End, FakeGateway, FakeModel, Program, Recorded, Run, Script, command, ollama_lines,
};

const EVENTS: [&str; 3] = [
    "event: stream_start\ndata: {\"metadata\":{}}\n\n",
    "event: content_chunk\ndata: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"index\":0}]}\n\n",
    "event: stream_end\ndata: null\n\n",
];

/// Runs the command while the gateway of this test goes on answering.
async fn doctor(folder: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Run {
    let arguments: Vec<&str> = [&["doctor"], arguments].concat();
    let command = command_with(folder, settings, &arguments);
    tokio::task::spawn_blocking(move || Run::of(command))
        .await
        .unwrap()
}

async fn findings(folder: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Vec<Value> {
    let run = doctor(folder, settings, &[&["--json"], arguments].concat()).await;
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:#?}"))
}

#[track_caller]
fn found<'a>(findings: &'a [Value], check: &str) -> &'a Value {
    let found = findings.iter().find(|finding| finding["check"] == check);
    found.unwrap_or_else(|| panic!("no {check} in {findings:#?}"))
}

/// The gateway, as long as nothing is wrong with it.
fn healthy(request: &Recorded) -> Answer {
    match request.target() {
        "GET /monitoring/healthz" => Answer::json(200, &json!({})),
        "POST /v2/code/completions" => Answer::json(
            200,
            &json!({ "model": { "name": "codestral" }, "choices": [{ "text": "hi" }] }),
        ),
        "POST /v4/code/suggestions" => Answer::events(&EVENTS),
        _ => Answer::json(404, &json!({ "detail": "Not Found" })),
    }
}

#[tokio::test]
async fn a_sound_instance_has_nothing_to_mend() {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().to_owned();
    let program = Program::start(command(&path, &[]));
    let token = Run::ok(&path, &["token", "create", "--user", "root"]);
    let url = format!("http://{}", program.address);
    let settings = [("server.external_url", url.as_str())];
    let arguments = ["--token", token.trim()];
    let findings = findings(&path, &settings, &arguments).await;
    for finding in &findings {
        assert_eq!(finding["status"], "ok", "{findings:#?}");
        assert_eq!(finding["remedy"], Value::Null);
    }
    let names: Vec<_> = findings.iter().map(|finding| &finding["check"]).collect();
    assert_eq!(
        names,
        [
            "settings",
            "data",
            "keys",
            "token",
            "external URL",
            "gateway",
            "completion",
            "streamed generation",
            "clock"
        ]
    );
    let whose = found(&findings, "token")["detail"].as_str().unwrap();
    assert!(whose.contains("root"), "{whose}");
    assert_eq!(program.stop().code, Some(0));
}

#[tokio::test]
async fn a_sound_gateway_is_reached_asked_and_streamed_from() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = FakeGateway::start().await;
    gateway.follows(healthy);
    let url = gateway.url();
    let settings = [("gateway.kind", "ai_gateway"), ("gateway.url", &url)];
    let run = doctor(folder.path(), &settings, &[]).await;
    assert_eq!(run.code, Some(0), "{run:#?}");
    for line in [
        "✓ gateway: http",
        "✓ completion: codestral answered in",
        "✓ streamed generation: 1 pieces in",
        "! external URL: ",
        "- token: give one with --token",
    ] {
        assert!(run.stdout.contains(line), "{line} in {}", run.stdout);
    }
}

/// One that lives below `/ai`.
fn below_ai(request: &Recorded) -> Answer {
    match request.target() {
        "GET /ai/monitoring/healthz" => Answer::json(200, &json!({})),
        _ => Answer::json(404, &json!({})),
    }
}

/// One that is there and answers every question so.
fn answering(request: &Recorded, status: u16, body: &Value) -> Answer {
    match request.target() {
        "GET /monitoring/healthz" => Answer::json(200, &json!({})),
        _ => Answer::json(status, body),
    }
}

fn refusing(request: &Recorded) -> Answer {
    answering(
        request,
        401,
        &json!({ "error": "Forbidden by auth provider" }),
    )
}

fn unprocessable(request: &Recorded) -> Answer {
    answering(request, 422, &json!({ "detail": "Validation error" }))
}

fn failing(request: &Recorded) -> Answer {
    answering(request, 500, &json!({}))
}

fn late(request: &Recorded) -> Answer {
    match request.target() {
        "GET /monitoring/healthz" => {
            Answer::with(200, &[("Date", "Sat, 01 Jan 2028 00:00:00 GMT")], "{}")
        }
        _ => healthy(request),
    }
}

fn cut(request: &Recorded) -> Answer {
    match request.target() {
        "POST /v4/code/suggestions" => {
            let begun = [Answer::events_head(), b"5\r\nevent\r\n".to_vec()].concat();
            Answer::bytes(begun).then(End::Close)
        }
        _ => healthy(request),
    }
}

/// A mistake: its name, what answers, the URL and further settings, the finding that tells of it, and words of its remedy.
type Case<'a> = (
    &'a str,
    Script,
    &'a str,
    &'a [(&'a str, &'a str)],
    &'a str,
    &'a str,
);

#[tokio::test]
async fn the_mistakes_that_people_make_are_named() {
    let gateway = FakeGateway::start().await;
    let url = gateway.url();
    let below = format!("{url}/ai");
    let plain = format!("write gateway.url = \"{url}\"");
    let secure = url.replace("http:", "https:");
    let model = &[
        ("gateway.model.name", "codestral"),
        ("gateway.model.endpoint", "http://m:8000"),
    ][..];
    let none = &[][..];
    let cases: Vec<Case<'_>> = vec![
        ("missing /ai", below_ai, &url, none, "gateway", &below),
        ("one /ai too much", healthy, &below, none, "gateway", &url),
        ("no TLS there", healthy, &secure, none, "gateway", &plain),
        (
            "no gateway",
            healthy,
            "http://127.0.0.1:1",
            none,
            "gateway",
            "nothing listens there",
        ),
        (
            "another issuer is trusted",
            refusing,
            &url,
            none,
            "completion",
            "AIGW_GITLAB_URL=http://",
        ),
        (
            "the model is not known",
            unprocessable,
            &url,
            model,
            "completion",
            "does not know the model 'codestral'",
        ),
        (
            "the model fails",
            failing,
            &url,
            model,
            "completion",
            "AIGW_CUSTOM_MODELS__ENABLED=true",
        ),
        (
            "missing /v1",
            healthy,
            &url,
            model,
            "model endpoint",
            "http://m:8000/v1",
        ),
        ("the clock is off", late, &url, none, "clock", "NTP"),
        (
            "a stream breaks off",
            cut,
            &url,
            none,
            "streamed generation",
            "whose model fails",
        ),
    ];
    for (name, answers, url, more, check, remedy) in cases {
        let folder = tempfile::tempdir().unwrap();
        gateway.follows(answers);
        let settings = [
            &[
                ("gateway.kind", "ai_gateway"),
                ("gateway.url", url),
                ("gateway.connect_timeout", "1s"),
            ],
            more,
        ]
        .concat();
        let findings = findings(folder.path(), &settings, &[]).await;
        let finding = found(&findings, check);
        let told = finding["remedy"].as_str().unwrap_or_default();
        assert!(told.contains(remedy), "{name}: {findings:#?}");
        assert_ne!(finding["status"], "ok", "{name}");
    }
}

#[tokio::test]
async fn mistakes_about_model_servers_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let ollama = FakeModel::ollama(&["qwen2.5-coder:1.5b", "llama3.2:3b"]).await;
    ollama.answers(ollama_lines(&["1"]));
    let url = ollama.url();
    let finding = async |settings: &[(&'static str, &str)]| {
        let settings: Vec<_> = settings
            .iter()
            .copied()
            .chain([("model.url", url.as_str())])
            .collect();
        let findings = findings(folder.path(), &settings, &[]).await;
        let finding = found(&findings, "model server");
        let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        (text("status"), text("detail"), text("remedy"))
    };
    let (status, detail, remedy) = finding(&[]).await;
    assert_eq!((status.as_str(), remedy.as_str()), ("ok", ""), "{detail}");
    assert!(
        detail.starts_with("qwen2.5-coder:1.5b (ollama at http://"),
        "{detail}"
    );
    let cases = [
        (
            "model.name",
            "codellama",
            "set model.name to one that it has: qwen2.5-coder:1.5b, llama3.2:3b",
        ),
        ("model.name", "llama3.2:3b", "set model.template"),
        ("model.kind", "llama_server", "set model.kind = \"ollama\""),
    ];
    for (key, value, expected) in cases {
        let (status, _, remedy) = finding(&[(key, value)]).await;
        assert_eq!(status, "warning", "{key} = {value}: {remedy}");
        assert!(remedy.contains(expected), "{key} = {value}: {remedy}");
    }
}

#[tokio::test]
async fn another_gitlab_is_known_by_its_version() {
    let folder = tempfile::tempdir().unwrap();
    let gitlab = FakeGateway::start().await;
    let url = gitlab.url();
    let mut settings = vec![("gateway.kind", "gitlab"), ("gateway.url", url.as_str())];
    let without = findings(folder.path(), &settings, &[]).await;
    assert!(
        found(&without, "gateway")["remedy"]
            .as_str()
            .unwrap()
            .contains("gateway.token")
    );

    gitlab.follows(|request| match request.target() {
        "GET /api/v4/version" => Answer::json(200, &json!({ "version": "18.7.0-ee" })),
        "POST /api/v4/code_suggestions/completions" if request.json()["stream"] == true => {
            Answer::events(&EVENTS)
        }
        _ => Answer::json(200, &json!({ "choices": [{ "text": "hi" }] })),
    });
    settings.push(("gateway.token", "up"));
    let sound = findings(folder.path(), &settings, &[]).await;
    let detail = found(&sound, "gateway")["detail"].as_str().unwrap();
    assert!(detail.ends_with("is GitLab 18.7.0-ee"), "{detail}");
    assert_eq!(found(&sound, "completion")["status"], "ok");
    assert_eq!(found(&sound, "streamed generation")["status"], "ok");

    gitlab.answers(Answer::json(401, &json!({ "message": "401 Unauthorized" })));
    let refused = findings(folder.path(), &settings, &[]).await;
    let remedy = found(&refused, "gateway")["remedy"].as_str().unwrap();
    assert!(remedy.contains("scope api"), "{remedy}");
    assert_eq!(found(&refused, "completion")["status"], "skipped");
}

#[tokio::test]
async fn wrong_settings_are_findings_too() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("gateway.kind", "ai_gateway")];
    let run = doctor(folder.path(), &settings, &["--json"]).await;
    assert_eq!(run.code, Some(1), "{run:#?}");
    let findings: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(findings[0]["status"], "failed");
    assert!(
        findings[0]["detail"]
            .as_str()
            .unwrap()
            .contains("gateway.url: needed")
    );
    let stranger = doctor(folder.path(), &[], &["--token", "glpat-unknown", "--json"]).await;
    let findings: Vec<Value> = serde_json::from_str(&stranger.stdout).unwrap();
    let remedy = found(&findings, "token")["remedy"].as_str().unwrap();
    assert!(remedy.contains("token create"), "{remedy}");
}
