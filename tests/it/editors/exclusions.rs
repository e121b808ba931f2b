//! Files that are kept from suggestions: handed to editors and enforced here, whatever form the reply has.

use serde_json::{Value, json};

use crate::support::{
    Answer, DIRECT_ACCESS, Expect, FakeGateway, Request, TestServer, accepted, check, okc_with,
    refused, row,
};

use code_suggestions::store::ProjectChange;

async fn set(server: &TestServer, path: &str, switch: Option<bool>, rules: &[&str]) {
    let change = ProjectChange {
        code_suggestions: switch,
        exclusion_rules: Some(rules.iter().map(|rule| (*rule).to_owned()).collect()),
    };
    let store = &server.shared.store;
    store.set_project(path.into(), change, 1).await.unwrap();
    // What is kept at hand is renewed after a moment.
    server.advance(std::time::Duration::from_secs(1));
}

/// A completion in a file of the project that has rules.
fn body(file_name: &str, members: Value) -> Value {
    let mut body = okc_with(members);
    body["project_path"] = "grp/ruled/p".into();
    body["current_file"]["file_name"] = file_name.into();
    body
}

fn item(name: &str) -> Value {
    json!({ "type": "file", "name": name, "content": format!("content of {name}") })
}

async fn ruled(server: TestServer) -> TestServer {
    set(&server, "grp/ruled", None, &["*.env", "/config/secrets/"]).await;
    set(&server, "grp/ruled/p", None, &["!example.env"]).await;
    server
}

#[tokio::test]
async fn other_spellings_of_a_project_are_under_its_rules_too() {
    let gateway = FakeGateway::start().await;
    let server = ruled(TestServer::before(&gateway).await).await;
    for path in [
        "GRP/Ruled/p",
        "grp/ruled/p.git",
        "grp/ruled/p.git/ ",
        "/grp//ruled/./p/",
        " grp/ruled/ p ",
    ] {
        let mut body = body("prod.env", json!({}));
        body["project_path"] = path.into();
        let reply = server.complete(&body).send().await.has_status(200).json();
        assert_eq!(reply["choices"], json!([]), "{path}");
    }
    assert!(gateway.requests().is_empty());
    server.finish().await;
}

#[tokio::test]
async fn an_excluded_file_gets_no_suggestion_in_any_form_and_asks_nobody() {
    let gateway = FakeGateway::start().await;
    let server = ruled(TestServer::before(&gateway).await).await;
    for file in [
        "prod.env",
        "./a/../prod.env",
        "config/secrets/a.py",
        "config\\secrets\\a.py",
    ] {
        gateway.forget();
        let whole = server
            .complete(&body(file, json!({})))
            .send()
            .await
            .has_status(200);
        let document = whole.json();
        assert_eq!(document["choices"], json!([]), "{file}");
        assert_eq!(document["object"], "text_completion");
        let streamed = body(file, json!({ "stream": true }));
        let events = server
            .complete(&streamed)
            .reading_events()
            .send()
            .await
            .has_status(200);
        assert_eq!(events.field("x-streaming-format").as_deref(), Some("sse"));
        assert!(
            events.text().starts_with("event: stream_start\n"),
            "{}",
            events.text()
        );
        assert!(
            !events.text().contains("content_chunk"),
            "{}",
            events.text()
        );
        assert!(
            events.text().ends_with("event: stream_end\ndata: null\n\n"),
            "{}",
            events.text()
        );
        let text = server.complete(&streamed).send().await.has_status(200);
        assert_eq!(text.text(), "", "{file}");
        assert!(
            text.field("content-type")
                .unwrap()
                .starts_with("text/plain")
        );
        assert_eq!(gateway.requests().len(), 0, "{file}");
    }
    server.finish().await;
}

#[tokio::test]
async fn excluded_context_stays_here_and_the_rest_goes_on() {
    let gateway = FakeGateway::start().await;
    let server = ruled(TestServer::before(&gateway).await).await;
    let with = |items: &[Value]| body("a.rb", json!({ "context": items, "telemetry": "t" }));
    let (kept, hidden) = (
        item("file:///home/u/p/b.rb"),
        item("file:///home/u/p/prod.env"),
    );
    let also_hidden = item("file:///home/u/p/config/secrets/k.rb");
    let rows = vec![
        row(
            "some",
            server.complete(&with(&[hidden.clone(), kept.clone(), also_hidden.clone()])),
            accepted()
                .forwarding("/context", json!([kept]))
                .forwarding("/telemetry", "t")
                .forwarding("/current_file/content_above_cursor", "x"),
        ),
        row(
            "all",
            server.complete(&with(&[hidden.clone(), also_hidden])),
            accepted().dropping("/context"),
        ),
        row(
            "none",
            server.complete(&with(&[kept.clone(), item("a/example.env")])),
            accepted().forwarding("/context", json!([kept, item("a/example.env")])),
        ),
        row(
            "another project",
            server.complete(&okc_with(
                json!({ "context": [hidden], "project_path": "grp/on" }),
            )),
            accepted().forwarding("/context", json!([hidden])),
        ),
        row(
            "an exception",
            server.complete(&body("example.env", json!({}))),
            accepted(),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn excluded_context_reaches_no_prompt_of_a_generation() {
    let gateway = FakeGateway::start().await;
    let server = ruled(TestServer::before(&gateway).await).await;
    let context = [item("prod.env"), item("b.rb")];
    let body = body(
        "a.rb",
        json!({ "context": context, "intent": "generation" }),
    );
    server.complete(&body).send().await;
    let sent = String::from_utf8(gateway.only_request().body).unwrap();
    assert!(
        sent.contains("content of b.rb") && !sent.contains("content of prod.env"),
        "{sent}"
    );
    server.finish().await;
}

#[tokio::test]
async fn direct_connections_do_not_lead_around_the_rules() {
    let token = json!({ "token": "tt", "expires_at": 1_900_000_000 });
    let gateway = FakeGateway::answering(Answer::json(200, &token)).await;
    let server = ruled(TestServer::before(&gateway).await).await;
    let ask = |path: &str| {
        server
            .post(DIRECT_ACCESS)
            .json(&json!({ "project_path": path }))
    };
    let disabled = r#"{"message":"403 Forbidden - Direct connections are disabled"}"#;
    let rows = vec![
        row("rules", ask("grp/ruled/p"), refused(403, disabled)),
        row(
            "no rules",
            ask("grp/on"),
            Expect::status(201).asking_gateway(1),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;

    let server = ruled(TestServer::builder().start().await).await;
    let ask = server
        .post(DIRECT_ACCESS)
        .json(&json!({ "project_path": "grp/ruled/p" }));
    let details = ask.send().await.has_status(201).json();
    let direct = |file: &str| {
        let request = server.request("POST", "/ai/v2/completions");
        let request = request.bearer(details["token"].as_str().unwrap());
        let request = request.header("X-Gitlab-Authentication-Type", "oidc");
        let headers = details["headers"].as_object().unwrap();
        let with = |request: Request, (name, value): (&String, &Value)| {
            request.header(name, value.as_str().unwrap())
        };
        let above = "doors = 5\nwheels = 4\nprint(doors)\nprint(wheels)\nprint(";
        let mut body = body(file, json!({}));
        body["current_file"]["content_above_cursor"] = above.into();
        body["prompt_version"] = 1.into();
        headers.iter().fold(request, with).json(&body)
    };
    let excluded = direct("prod.env").send().await.has_status(200);
    assert_eq!(excluded.json()["choices"], json!([]));
    let answered = direct("a.py").send().await.has_status(200);
    assert_ne!(
        answered.json()["choices"],
        json!([]),
        "the engine answers this one"
    );
    server.finish().await;
}

#[tokio::test]
async fn editors_are_told_the_rules() {
    let server = ruled(TestServer::builder().start().await).await;
    let query = "query GetProjectDuoInfo($projectPath: ID!) { project(fullPath: $projectPath) \
                 { duoFeaturesEnabled duoContextExclusionSettings { exclusionRules } } }";
    let rules = async |path: &str| {
        let operation = json!({ "query": query, "variables": { "projectPath": path }, "operationName": "GetProjectDuoInfo" });
        let reply = server.post("/api/graphql").json(&operation).send().await;
        reply.has_status(200).json()["data"]["project"].clone()
    };
    let told = |rules: Value| json!({ "duoFeaturesEnabled": true, "duoContextExclusionSettings": { "exclusionRules": rules } });
    let all = json!(["*.env", "/config/secrets/", "!example.env"]);
    assert_eq!(rules("GRP/Ruled/p").await, told(all));
    let of_the_group = json!(["*.env", "/config/secrets/"]);
    assert_eq!(rules("grp/ruled/other").await, told(of_the_group));
    assert_eq!(rules("elsewhere/p").await, told(json!([])));
    set(&server, "grp/ruled", Some(true), &[]).await;
    assert_eq!(rules("grp/ruled/p").await, told(json!(["!example.env"])));
    server.finish().await;
}
