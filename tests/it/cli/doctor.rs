//! `doctor` against gateways that are as they should be, and against the mistakes that people make.

use std::path::{Path, PathBuf};

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::command_with;
use crate::support::{
    Answer, End, FakeGateway, FakeModel, Program, Recorded, Run, Script, command, gitlab as ce,
    ollama_lines,
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

/// A GitLab that asks whoever wants to know its version who they are.
fn strict(request: &Recorded) -> Answer {
    let known = request.field("authorization").is_some();
    match request.target() {
        "GET /api/v4/version" if known => ce::answer(request),
        "GET /api/v4/version" => Answer::json(401, &json!({ "message": "401 Unauthorized" })),
        target if target.starts_with("GET /api/v4/api/") => {
            Answer::json(404, &json!({ "error": "404 Not Found" }))
        }
        _ => ce::answer(request),
    }
}

fn recent(request: &Recorded) -> Answer {
    match request.target() {
        "GET /api/v4/version" => Answer::json(200, &json!({ "version": "18.7.0-ee" })),
        _ => ce::answer(request),
    }
}

fn scopeless(request: &Recorded) -> Answer {
    match request.target() {
        "GET /api/v4/version" => Answer::json(403, &json!({ "error": "insufficient_scope" })),
        _ => ce::answer(request),
    }
}

fn website(_: &Recorded) -> Answer {
    Answer::new(200, "text/html", "<h1>It works!</h1>")
}

/// What is to be found: settings besides, what answers, a token, then the status and words of the detail and the remedy.
type OfGitLab<'a> = (
    &'a str,
    Script,
    &'a [(&'a str, &'a str)],
    Option<&'a str>,
    (&'a str, &'a str, &'a str),
);

#[tokio::test]
async fn a_gitlab_is_reached_and_its_age_is_told() {
    let gitlab = FakeGateway::start().await;
    let url = gitlab.url();
    let beside = &[
        ("identity.kind", "gitlab"),
        ("identity.gitlab.url", url.as_str()),
    ][..];
    let before = &[
        ("identity.kind", "gitlab"),
        ("proxy.gitlab_url", url.as_str()),
    ][..];
    let local = &[("proxy.gitlab_url", url.as_str())][..];
    let alice = Some(ce::ALICE);
    let cases: Vec<OfGitLab<'_>> = vec![
        ("no token", strict, beside, None, ("ok", "--token", "")),
        (
            "older, beside",
            strict,
            beside,
            alice,
            ("ok", "is GitLab 16.7.4", ""),
        ),
        (
            "older, behind",
            strict,
            before,
            alice,
            ("warning", "told that it is 16.8.0", "16.8 or later"),
        ),
        (
            "recent, behind",
            recent,
            before,
            alice,
            ("ok", "is GitLab 18.7.0-ee", ""),
        ),
        (
            "a stranger's token",
            strict,
            beside,
            Some("glpat-stranger"),
            ("warning", "does not take the token", "made there"),
        ),
        (
            "too small a scope",
            scopeless,
            before,
            alice,
            ("warning", "does not tell this token", "scope api"),
        ),
        (
            "our own users' tokens are not shown to it",
            strict,
            local,
            Some("glpat-ours"),
            ("ok", "its own users alone", ""),
        ),
        (
            "another website",
            website,
            before,
            alice,
            ("failed", "answers 200", "this is no GitLab"),
        ),
    ];
    for (name, answers, settings, token, (status, detail, remedy)) in cases {
        let folder = tempfile::tempdir().unwrap();
        gitlab.follows(answers);
        gitlab.forget();
        let token: Vec<_> = token.iter().flat_map(|token| ["--token", token]).collect();
        let findings = findings(folder.path(), settings, &token).await;
        let finding = found(&findings, "GitLab");
        let text = |member: &str| finding[member].as_str().unwrap_or_default();
        assert_eq!(text("status"), status, "{name}: {finding}");
        assert!(text("detail").contains(detail), "{name}: {finding}");
        assert!(text("remedy").contains(remedy), "{name}: {finding}");
        assert_eq!(text("remedy").is_empty(), status == "ok", "{name}");
        let shown = gitlab.requests().into_iter().any(|asked| {
            let field = asked.field("authorization").unwrap_or_default();
            field.contains("ours")
        });
        assert!(!shown, "{name}");
    }
}

#[tokio::test]
async fn mistakes_about_a_gitlab_are_named() {
    let gitlab = FakeGateway::start().await;
    gitlab.follows(strict);
    let url = gitlab.url();
    let api = format!("{url}/api/v4");
    let secure = url.replace("http:", "https:");
    let both = format!("{secure}/api/v4/");
    let cases = ["identity.gitlab.url", "proxy.gitlab_url"].map(|key| {
        let right = format!("write {key} = \"{url}\"");
        [
            (key, api.as_str(), right.clone()),
            (key, secure.as_str(), right.clone()),
            (key, both.as_str(), right),
            (
                key,
                "http://127.0.0.1:1",
                "nothing listens there".to_owned(),
            ),
        ]
    });
    let look = async |(key, wrong, remedy): (&str, &str, String)| {
        let folder = tempfile::tempdir().unwrap();
        let settings = [
            ("identity.kind", "gitlab"),
            ("proxy.connect_timeout", "1s"),
            (key, wrong),
        ];
        let findings = findings(folder.path(), &settings, &["--token", ce::ALICE]).await;
        let finding = found(&findings, "GitLab");
        assert_eq!(finding["status"], "failed", "{key} = {wrong}: {finding}");
        let told = finding["remedy"].as_str().unwrap();
        assert!(told.contains(&remedy), "{key} = {wrong}: {finding}");
    };
    // Each waits for a handshake that does not come.
    join_all(cases.into_iter().flatten().map(look)).await;
    let asked = gitlab.asked("GET /api/v4/version");
    assert!(!asked.is_empty());
    for guess in asked {
        assert_eq!(
            guess.field("authorization"),
            None,
            "the token went to a guess"
        );
    }
}

#[tokio::test]
async fn two_gitlabs_are_looked_at_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let (users, behind) = (ce::gitlab().await, FakeGateway::start().await);
    behind.follows(strict);
    let (users, behind_url) = (users.url(), behind.url());
    let settings = [
        ("identity.kind", "gitlab"),
        ("identity.gitlab.url", users.as_str()),
        ("proxy.gitlab_url", behind_url.as_str()),
    ];
    let findings = findings(folder.path(), &settings, &["--token", ce::ALICE]).await;
    let detail = |name: &str| {
        found(&findings, name)["detail"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(detail("GitLab"), format!("{users} is GitLab 16.7.4"));
    let told = detail("GitLab behind");
    assert!(
        told.contains(&behind_url) && told.contains("alone"),
        "{told}"
    );
    let asked = behind.asked("GET /api/v4/version");
    assert!(
        asked
            .iter()
            .all(|asked| asked.field("authorization").is_none())
    );
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
