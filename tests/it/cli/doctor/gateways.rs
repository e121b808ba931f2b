//! Gateways: those that are sound, and what is told of the others.

use serde_json::{Value, json};

use super::{doctor, findings, found, time_to_connect};
use crate::support::{Answer, End, FakeGateway, Recorded, Script};

const EVENTS: [&str; 3] = [
    "event: stream_start\ndata: {\"metadata\":{}}\n\n",
    "event: content_chunk\ndata: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"index\":0}]}\n\n",
    "event: stream_end\ndata: null\n\n",
];

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
            Answer::with(200, &[("Date", "Mon, 01 Jan 2001 00:00:00 GMT")], "{}")
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

/// A page for people.
fn website(_: &Recorded) -> Answer {
    Answer::new(200, "text/html", "<html>welcome</html>")
}

fn redirecting(_: &Recorded) -> Answer {
    Answer::with(301, &[("Location", "https://gateway.test/")], "")
}

fn unrouted(request: &Recorded) -> Answer {
    answering(request, 404, &json!({ "detail": "Not Found" }))
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

/// Holds what is told of each mistake against it.
async fn assert_named(gateway: &FakeGateway, cases: &[Case<'_>]) {
    for (name, answers, url, more, check, remedy) in cases {
        let folder = tempfile::tempdir().unwrap();
        gateway.follows(*answers);
        let settings = [
            &[
                ("gateway.kind", "ai_gateway"),
                ("gateway.url", *url),
                ("gateway.connect_timeout", time_to_connect(url)),
            ],
            *more,
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
async fn mistakes_about_the_url_are_named() {
    let gateway = FakeGateway::start().await;
    let url = gateway.url();
    let below = format!("{url}/ai");
    let endpoint = format!("{url}/v2/code/completions");
    let (right, right_below) = (format!("= \"{url}\""), format!("= \"{below}\""));
    let plain = format!("write gateway.url = \"{url}\"");
    let secure = url.replace("http:", "https:");
    let away = "http://127.0.0.1:1";
    let cases = [
        (
            "missing /ai",
            below_ai as Script,
            url.as_str(),
            below.as_str(),
        ),
        ("one /ai too much", healthy, &below, &right),
        ("the path of an endpoint", healthy, &endpoint, &right),
        ("that and no /ai", below_ai, &endpoint, &right_below),
        ("a web page", website, &url, "this is no AI Gateway"),
        (
            "a redirect",
            redirecting,
            &url,
            "redirects are not followed",
        ),
        ("no TLS there", healthy, &secure, &plain),
        ("no gateway", healthy, away, "nothing listens there"),
    ];
    let cases = cases.map(|(name, answers, url, remedy)| {
        let none = &[][..];
        (name, answers, url, none, "gateway", remedy)
    });
    assert_named(&gateway, &cases).await;
}

/// A model server of one's own, as the gateway is told of it.
const OWN_MODEL: &[(&str, &str)] = &[
    ("gateway.model.name", "codestral"),
    ("gateway.model.endpoint", "http://m:8000"),
];

#[tokio::test]
async fn the_mistakes_that_people_make_are_named() {
    let gateway = FakeGateway::start().await;
    let url = gateway.url();
    let none = &[][..];
    let beside = &[
        ("identity.kind", "gitlab"),
        ("identity.gitlab.url", "http://127.0.0.1:1"),
    ];
    let cases: Vec<Case<'_>> = vec![
        (
            "another issuer is trusted",
            refusing,
            &url,
            none,
            "completion",
            "AIGW_GITLAB_URL=http://",
        ),
        (
            "another issuer is trusted, and this one has a URL with a path",
            refusing,
            &url,
            &[("server.external_url", "http://gitlab.test/sub/path")],
            "completion",
            "AIGW_GITLAB_URL=http://gitlab.test/sub/path, see to it that it reaches http://gitlab.test/.well-known/openid-configuration",
        ),
        (
            "GitLab's keys are trusted and not ours beside it",
            refusing,
            &url,
            beside,
            "completion",
            "the address of this server itself",
        ),
        (
            "completions live elsewhere",
            unrouted,
            &url,
            none,
            "completion",
            "gateway.completions_api",
        ),
        (
            "the model fails",
            failing,
            &url,
            OWN_MODEL,
            "completion",
            "AIGW_CUSTOM_MODELS__ENABLED=true",
        ),
        (
            "missing /v1",
            healthy,
            &url,
            OWN_MODEL,
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
    assert_named(&gateway, &cases).await;
}

#[tokio::test]
async fn models_that_the_gateway_does_not_know_are_named() {
    let gateway = FakeGateway::start().await;
    let url = gateway.url();
    let hosted = &[
        ("gateway.model.provider", "gitlab"),
        ("gateway.model.identifier", "codestral_2507_fireworks"),
    ][..];
    let for_generations = &[
        ("gateway.model.generation.provider", "gitlab"),
        ("gateway.model.generation.identifier", "claude_3_haiku"),
    ][..];
    let cases = [
        (
            "the model is not known",
            OWN_MODEL,
            "completion",
            "does not know the model 'codestral'",
        ),
        (
            "the hosted model is not known",
            hosted,
            "completion",
            "does not know the model 'codestral_2507_fireworks' or the form of the request: check gateway.model.identifier",
        ),
        (
            "the hosted model is not known for generations either",
            hosted,
            "streamed generation",
            "check gateway.model.identifier",
        ),
        (
            "a model of its own for generations is not known",
            for_generations,
            "streamed generation",
            "'claude_3_haiku' or the form of the request: check gateway.model.generation.identifier",
        ),
        (
            "the model of today is not known",
            &[][..],
            "completion",
            "name one in [gateway.model]",
        ),
    ];
    let cases = cases.map(|(name, model, check, remedy)| {
        let answers = unprocessable as Script;
        (name, answers, url.as_str(), model, check, remedy)
    });
    assert_named(&gateway, &cases).await;
}

#[tokio::test]
async fn a_url_that_nobody_asks_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let findings = findings(folder.path(), &[("gateway.url", "http://127.0.0.1:1")], &[]).await;
    let finding = found(&findings, "gateway");
    assert_eq!(finding["status"], "warning");
    let remedy = finding["remedy"].as_str().unwrap();
    assert!(remedy.contains("gateway.kind = \"ai_gateway\""), "{remedy}");
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
