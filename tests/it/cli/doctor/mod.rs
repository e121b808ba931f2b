//! `doctor` against instances that are as they should be, and against the mistakes that people make.

mod gateways;
mod gitlabs;
mod streams;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::command_with;
use crate::support::{Answer, End, FakeModel, Program, Run, command, ollama_lines};

/// Runs the command while the gateway of this test goes on answering.
async fn doctor(folder: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Run {
    let arguments: Vec<&str> = [&["doctor"], arguments].concat();
    let mut command = command_with(folder, settings, &arguments);
    // One that is away: nothing here is asked through it.
    command.env("HTTP_PROXY", "http://127.0.0.1:1");
    tokio::task::spawn_blocking(move || Run::of(command))
        .await
        .unwrap()
}

async fn findings(folder: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Vec<Value> {
    let run = doctor(folder, settings, &[&["--json"], arguments].concat()).await;
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:#?}"))
}

/// Time to connect in: little where a handshake has to be waited for in vain, and else as much as a busy machine needs.
fn time_to_connect(url: &str) -> &'static str {
    if url.starts_with("https:") {
        "2s"
    } else {
        "1m"
    }
}

#[track_caller]
fn found<'a>(findings: &'a [Value], check: &str) -> &'a Value {
    let found = findings.iter().find(|finding| finding["check"] == check);
    found.unwrap_or_else(|| panic!("no {check} in {findings:#?}"))
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
            "streams",
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
async fn an_instance_that_is_switched_off_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let engine = ("model.kind", "engine");
    let remedy = async |settings: &[(&'static str, &str)]| {
        let run = doctor(folder.path(), settings, &["--json"]).await;
        let findings: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
        let finding = found(&findings, "switch");
        assert_eq!((run.code, &finding["status"]), (Some(1), &json!("failed")));
        finding["remedy"].clone()
    };
    let by_setting = remedy(&[engine, ("instance.enabled", "false")]).await;
    assert_eq!(by_setting, "set instance.enabled = true");
    let switch = |way: &'static str| {
        let arguments = ["instance", "set", "--code-suggestions", way];
        Run::ok(folder.path(), &arguments);
    };
    switch("off");
    let by_command = remedy(&[engine]).await;
    assert_eq!(
        by_command,
        "code-suggestions instance set --code-suggestions on"
    );
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
    let late = [
        ("model.url", url.as_str()),
        ("model.deadline", "5s"),
        ("model.generation.deadline", "20s"),
    ];
    let findings_of_late = findings(folder.path(), &late, &[]).await;
    let told: Vec<_> = findings_of_late
        .iter()
        .filter(|finding| finding["check"] == "model deadline")
        .map(|finding| (&finding["status"], finding["detail"].as_str().unwrap()))
        .collect();
    let warning = json!("warning");
    assert_eq!(
        told,
        [
            (&warning, "model.deadline is 5s, and editors wait 5s"),
            (
                &warning,
                "model.generation.deadline is 20s, and editors wait 15s"
            ),
        ]
    );
    for (answer, deadline, expected) in [
        (
            Answer::bytes("").then(End::Silence),
            "300ms",
            "the model is too slow for editors",
        ),
        (Answer::json(401, &json!({})), "1m", "set model.api_key"),
        (Answer::json(429, &json!({})), "1m", "try again in a moment"),
        (
            Answer::json(500, &json!({})),
            "1m",
            "the log of the model server",
        ),
    ] {
        ollama.routes("POST /v1/chat/completions", answer);
        let settings = [
            ("model.url", url.as_str()),
            ("model.generation.deadline", deadline),
        ];
        let findings = findings(folder.path(), &settings, &[]).await;
        let finding = found(&findings, "streamed generation");
        assert_eq!(finding["status"], "failed", "{expected}");
        assert!(
            finding["remedy"].as_str().unwrap().contains(expected),
            "{finding}"
        );
    }
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

#[tokio::test]
async fn a_redis_that_counts_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let away = [
        ("limits.kind", "redis"),
        ("limits.redis.url", "redis://:hunter2@127.0.0.1:1"),
    ];
    let findings = findings(folder.path(), &away, &[]).await;
    let redis = found(&findings, "Redis");
    assert_eq!(redis["status"], "warning", "{redis}");
    assert!(!redis.to_string().contains("hunter2"), "{redis}");
    let remedy = redis["remedy"].as_str().unwrap();
    assert!(remedy.contains("limits.redis.url"), "{remedy}");
}
