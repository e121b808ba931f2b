//! Figures for the administrator: what the server counts by itself, what editors report, and what nobody can make it count.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use code_suggestions::store::{UsageColumn, UsageStore};
use rusqlite::types::Value as Cell;
use serde_json::{Value, json};

use crate::support::{
    Answer, DIRECT_ACCESS, FakeGateway, Request, TestServer, okc, okc_with, okc_with_file,
};

const TRACK: &str = "/api/v4/usage_data/track_event";
const COLLECTOR: &str = "/com.snowplowanalytics.snowplow/tp2";
const AGENT: &str = "gitlab-language-server:8.54.0 (Visual Studio Code:1.99.0)";
const ID: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

/// A row in a few words: `user language model editor: requested streamed shown accepted rejected`.
async fn figures(server: &TestServer) -> Vec<String> {
    server.shared.usage.flush().await.unwrap();
    let store = UsageStore::open(server.folder()).unwrap();
    let by = vec![
        UsageColumn::User,
        UsageColumn::Language,
        UsageColumn::Model,
        UsageColumn::Editor,
    ];
    let sums = store.sums(0, by).await.unwrap().into_iter();
    let cell = |cell: &Cell| match cell {
        Cell::Integer(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    sums.map(|sum| {
        let key: Vec<_> = sum.key.iter().map(cell).collect();
        let n = sum.counts;
        let counts = [n.requested, n.streamed, n.shown, n.accepted, n.rejected];
        format!(
            "{}: {}",
            key.join(" "),
            counts.map(|count| count.to_string()).join(" ")
        )
    })
    .collect()
}

async fn collecting() -> TestServer {
    TestServer::builder()
        .set("usage.collector", "true")
        .start()
        .await
}

fn report(event: &str, id: &str) -> Value {
    json!({
        "event": event,
        "project_id": 7,
        "additional_properties": {
            "unique_tracking_id": id, "timestamp": "2026-11-21T00:00:00.000Z", "language": "python", "suggestion_size": 3,
            "branch_name": "secret-branch", "model_name": "codestral-2508", "model_engine": "fireworks",
            "ide_name": "Visual Studio Code", "ide_vendor": "Microsoft Corporation", "ide_version": null,
        },
    })
}

fn tracked(action: &str, id: &str, context: &Value) -> Value {
    let editor =
        json!({ "ide_name": "PyCharm", "ide_vendor": "JetBrains", "extension_name": "GitLab Duo" });
    let contexts = json!({
        "schema": "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0",
        "data": [
            { "schema": "iglu:com.gitlab/ide_extension_version/jsonschema/1-1-0", "data": editor },
            { "schema": "iglu:com.gitlab/code_suggestions_context/jsonschema/3-8-0", "data": context },
        ],
    });
    let encoded = URL_SAFE_NO_PAD.encode(contexts.to_string());
    json!({ "e": "se", "se_ca": "code_suggestions", "se_ac": action, "se_la": id, "p": "app", "tna": "gl", "cx": encoded })
}

fn payload(events: &[Value]) -> Value {
    json!({ "schema": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4", "data": events })
}

fn collect(server: &TestServer, body: &Value) -> Request {
    server.request("POST", COLLECTOR).json(body)
}

#[tokio::test]
async fn suggestions_that_are_asked_for_are_counted_by_the_server() {
    let answer = json!({ "id": "x", "model": { "engine": "e", "name": "codestral-2508" }, "choices": [{ "text": "t" }] });
    let gateway = FakeGateway::answering(Answer::json(200, &answer)).await;
    let server = TestServer::before(&gateway).await;
    let agent = |request: Request| request.header("User-Agent", AGENT);
    for _ in 0..2 {
        agent(server.complete(&okc())).send().await.has_status(200);
    }
    let python = okc_with_file(json!({ "file_name": "a.py" }));
    server
        .complete(&python)
        .bearer(&server.tokens.dave)
        .send()
        .await
        .has_status(200);
    agent(server.stream().reading_events())
        .send()
        .await
        .has_status(200);
    gateway.answers(Answer::json(500, &json!({})));
    agent(server.complete(&okc())).send().await.has_status(502);
    server
        .complete(&okc())
        .anonymous()
        .send()
        .await
        .has_status(401);
    assert_eq!(
        figures(&server).await,
        [
            "42 ruby codestral-2508 vscode: 3 1 0 0 0",
            "42 ruby unknown vscode: 1 0 0 0 0",
            "45 python codestral-2508 other: 1 0 0 0 0",
        ]
    );
    let metrics = server.request("GET", "/-/metrics").send().await.text();
    for line in [
        r#"code_suggestions_suggestions_total{event="requested",editor="vscode"} 4"#,
        r#"code_suggestions_suggestions_total{event="streamed",editor="vscode"} 1"#,
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
    server.finish().await;
}

#[tokio::test]
async fn direct_connections_are_counted_for_their_user() {
    let server = TestServer::builder().start().await;
    let details = server
        .post(DIRECT_ACCESS)
        .send()
        .await
        .has_status(201)
        .json();
    let request = server
        .request("POST", "/ai/v2/completions")
        .header("User-Agent", AGENT);
    let request = request.bearer(details["token"].as_str().unwrap());
    let headers = details["headers"].as_object().unwrap().iter();
    let request = headers.fold(request, |request, (name, value)| {
        request.header(name, value.as_str().unwrap())
    });
    request
        .json(&okc_with(json!({ "prompt_version": 1 })))
        .send()
        .await
        .has_status(200);
    let model = concat!("code-suggestions-", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        figures(&server).await,
        [format!("42 ruby {model} vscode: 1 0 0 0 0")]
    );
    let metrics = server.request("GET", "/-/metrics").send().await.text();
    let asked = r#"code_suggestions_gateway_requests_total{outcome="empty"} 1"#;
    assert!(metrics.contains(asked), "{metrics}");
    server.finish().await;
}

#[tokio::test]
async fn reports_of_editors_are_counted_once_for_their_user() {
    let server = collecting().await;
    for (event, id) in [
        ("code_suggestion_shown_in_ide", ID),
        ("code_suggestion_shown_in_ide", ID),
        ("code_suggestion_accepted_in_ide", ID),
        (
            "code_suggestion_rejected_in_ide",
            "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        ),
        ("code_suggestion_rejected_in_ide", "no uuid"),
        ("some_agent_event", ID),
    ] {
        let reply = server
            .post(TRACK)
            .json(&report(event, id))
            .send()
            .await
            .has_status(200);
        assert_eq!(reply.text(), "{}");
    }
    // The same suggestion, reported by the tracker of the same editor a moment later.
    let known = tracked(
        "suggestion_shown",
        ID,
        &json!({ "language": "python", "model_name": "codestral-2508" }),
    );
    collect(&server, &payload(&[known]))
        .send()
        .await
        .has_status(200);
    assert_eq!(
        figures(&server).await,
        // No answer of this server has borne that name.
        ["42 python other vscode: 0 0 1 1 1"]
    );
    server.finish().await;
}

#[tokio::test]
async fn nothing_that_is_reported_makes_trouble() {
    let server = TestServer::builder().start().await;
    let track = |body: Value| server.post(TRACK).json(&body);
    for (body, status) in [
        (json!({}), 400),
        (json!({ "event": null }), 400),
        (json!({ "event": "code_suggestion_shown_in_ide" }), 200),
        (
            json!({ "event": "code_suggestion_shown_in_ide", "additional_properties": null }),
            200,
        ),
        (
            json!({ "event": "code_suggestion_shown_in_ide", "additional_properties": "x" }),
            400,
        ),
        (
            json!({ "event": "code_suggestion_shown_in_ide", "additional_properties": { "language": ["x"], "model_name": 1 } }),
            200,
        ),
        (
            json!({ "event": "code_suggestion_shown_in_ide", "additional_properties": {
            "unique_tracking_id": ID, "language": "</script>", "model_name": "DROP TABLE usage; --", "ide_name": "x".repeat(10_000) } }),
            200,
        ),
        (json!({ "event": ["code_suggestion_shown_in_ide"] }), 400),
    ] {
        let reply = track(body.clone()).send().await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text());
    }
    track(report("code_suggestion_shown_in_ide", ID))
        .anonymous()
        .send()
        .await
        .has_status(401);
    track(report("code_suggestion_shown_in_ide", ID))
        .bearer(&server.tokens.read)
        .send()
        .await
        .has_status(403);
    assert_eq!(
        figures(&server).await,
        // Those that name no suggestion are not counted: they could be any number.
        ["42 other other other: 0 0 1 0 0"]
    );
    server.finish().await;
}

#[tokio::test]
async fn telemetry_is_taken_only_if_it_is_wanted() {
    let server = TestServer::builder().start().await;
    let reply = collect(&server, &payload(&[])).send().await;
    assert_eq!(reply.has_status(404).text(), r#"{"error":"404 Not Found"}"#);
    server.finish().await;

    let server = collecting().await;
    let streamed =
        json!({ "language": "typescript", "model_name": "never-seen", "is_streaming": true });
    let id = |n: u32| format!("0f8fad5b-d9cb-469f-a165-{n:012}");
    let mut events: Vec<_> = [
        "requested",
        "loaded",
        "shown",
        "accepted",
        "cancelled",
        "error",
    ]
    .iter()
    .map(|action| tracked(&format!("suggestion_{action}"), ID, &streamed))
    .collect();
    events.push(tracked("suggestion_rejected", &id(1), &json!({})));
    // None of these is an event of a suggestion.
    let broken = |name: &str, value: Value| {
        let mut event = tracked("suggestion_shown", &id(2), &streamed);
        event[name] = value;
        event
    };
    events.extend([
        broken("e", "pv".into()),
        broken("se_ca", "gitlab_quick_chat".into()),
        broken("se_la", "no uuid".into()),
        broken("se_ac", 1.into()),
        broken("cx", "%%%".into()),
        broken("cx", URL_SAFE_NO_PAD.encode("{\"data\":[]}").into()),
        json!({}),
    ]);
    collect(&server, &payload(&events))
        .send()
        .await
        .has_status(200);
    assert_eq!(
        figures(&server).await,
        [
            "0 other unknown jetbrains: 0 0 0 0 1",
            "0 ts other jetbrains: 0 0 1 1 0"
        ]
    );
    server.finish().await;
}

#[tokio::test]
async fn strangers_cost_little() {
    let server = TestServer::builder()
        .set("usage.collector", "true")
        .set("usage.collector_limit", "7/1m")
        .start()
        .await;
    let many: Vec<_> = (0..500).map(|n| json!({ "e": "se", "se_la": n })).collect();
    let send = |body: String| {
        server
            .request("POST", COLLECTOR)
            .body("application/json", body)
    };
    for (body, status) in [
        ("{".to_owned(), 400),
        ("[]".to_owned(), 400),
        (
            json!({ "schema": "iglu:evil/x/jsonschema/1-0-0", "data": [] }).to_string(),
            400,
        ),
        (json!({ "schema": 1, "data": {} }).to_string(), 400),
        (format!("{}{}", "[".repeat(5000), "]".repeat(5000)), 400),
        (payload(&many).to_string(), 200),
        (" ".repeat(300_000), 413),
        (payload(&[]).to_string(), 429),
    ] {
        let reply = send(body).send().await;
        assert_eq!(reply.status, status, "{}", reply.text());
    }
    server.complete(&okc()).send().await.has_status(200);
    server.advance(std::time::Duration::from_mins(1));
    send(payload(&[]).to_string()).send().await.has_status(200);
    server.finish().await;
}

#[tokio::test]
async fn no_text_of_anybodys_is_kept() {
    let server = collecting().await;
    let secret = "SECRET_TEXT";
    let above = format!("{secret} = 1\nprint(");
    let body = okc_with_file(
        json!({ "file_name": format!("{secret}.py"), "content_above_cursor": above }),
    );
    server.complete(&body).send().await.has_status(200);
    let mut event = report("code_suggestion_shown_in_ide", secret);
    event["additional_properties"]["branch_name"] = secret.into();
    event["additional_properties"]["language"] = secret.into();
    event["additional_properties"]["ide_name"] = secret.into();
    server.post(TRACK).json(&event).send().await.has_status(200);
    server.shared.usage.flush().await.unwrap();
    let mut read = 0;
    for entry in std::fs::read_dir(server.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains("usage.sqlite3") {
            let bytes = std::fs::read(&path).unwrap();
            assert!(
                !bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes()),
                "{path:?}"
            );
            read += bytes.len();
        }
    }
    assert!(read > 0);
    server.finish().await;
}

#[tokio::test]
async fn without_retention_there_are_metrics_and_nothing_else() {
    let server = TestServer::builder()
        .set("usage.retention", "0")
        .start()
        .await;
    server.complete(&okc()).send().await.has_status(200);
    server.shared.usage.flush().await.unwrap();
    let metrics = server.request("GET", "/-/metrics").send().await.text();
    assert!(
        metrics.contains(r#"event="requested",editor="other"} 1"#),
        "{metrics}"
    );
    assert!(!server.folder().join("usage.sqlite3").exists());
    server.finish().await;
}
