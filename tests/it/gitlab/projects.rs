//! Projects of GitLab: found with the caller's own token, unknown to whoever cannot read them, switched here.

use std::time::Duration;

use code_suggestions::store::ProjectChange;
use serde_json::json;

use super::beside;
use crate::support::{
    Answer, ENABLED, Expect, FakeGateway, Request, TestServer, check, gitlab as ce, okc_with,
    refused, row,
};

const M404: &str = r#"{"message":"404 Not Found"}"#;

fn enabled(server: &TestServer, token: &str, path: &str) -> Request {
    server
        .post(ENABLED)
        .bearer(token)
        .json(&json!({ "project_path": path }))
}

#[tokio::test]
async fn a_project_is_there_for_those_who_can_read_it() {
    let gitlab = ce::gitlab().await;
    let gateway = FakeGateway::start().await;
    let server = beside(&gitlab).start().await;
    let on = || Expect::status(200).json("200");
    let off = || refused(403, r#"{"message":"403 Forbidden"}"#);
    let unknown = || refused(404, M404);
    let rows = vec![
        row("readable", enabled(&server, ce::ALICE, "grp/on"), on()),
        row("another case", enabled(&server, ce::ALICE, "GRP/On"), on()),
        row(
            "switched off here",
            enabled(&server, ce::ALICE, "grp/off"),
            off(),
        ),
        row(
            "not readable",
            enabled(&server, ce::BOB, "grp/on"),
            unknown(),
        ),
        row(
            "not readable, off",
            enabled(&server, ce::BOB, "grp/off"),
            unknown(),
        ),
        row("unknown", enabled(&server, ce::ALICE, "no/such"), unknown()),
        row(
            "former path",
            enabled(&server, ce::ALICE, "grp/former"),
            unknown(),
        ),
        row(
            "a number is no path",
            enabled(&server, ce::ALICE, "7"),
            unknown(),
        ),
        row(
            "traversal",
            enabled(&server, ce::ALICE, "../user?x=/"),
            unknown(),
        ),
        row(
            "ai_features alone",
            enabled(&server, ce::AI, "grp/on"),
            on(),
        ),
        row(
            "ai_features alone, unknown",
            enabled(&server, ce::AI, "no/such"),
            unknown(),
        ),
    ];
    check(&gateway, rows).await;
    server
        .shared
        .store
        .set_project("grp".into(), ProjectChange::switch(false), 1)
        .await
        .unwrap();
    server
        .shared
        .store
        .set_project("Grp/off".into(), ProjectChange::switch(true), 1)
        .await
        .unwrap();
    server.advance(Duration::from_secs(1));
    let rows = vec![row(
        "a switch of its own",
        enabled(&server, ce::ALICE, "grp/off"),
        on(),
    )];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn projects_are_kept_per_user_and_asked_about_with_the_users_token() {
    let gitlab = ce::gitlab().await;
    let server = beside(&gitlab).start().await;
    enabled(&server, ce::ALICE, "grp/on")
        .send()
        .await
        .has_status(200);
    gitlab.forget();
    enabled(&server, ce::ALICE, "Grp/on")
        .send()
        .await
        .has_status(200);
    assert_eq!(gitlab.requests().len(), 0);
    enabled(&server, ce::BOB, "grp/on")
        .send()
        .await
        .has_status(404);
    let asked: Vec<_> = gitlab
        .requests()
        .iter()
        .filter(|asked| asked.target() == "GET /api/v4/projects/grp%2Fon")
        .map(|asked| asked.field("private-token").unwrap())
        .collect();
    assert_eq!(asked, [ce::BOB]);
    server.finish().await;
}

#[tokio::test]
async fn the_gateway_is_told_gitlabs_number_of_the_project() {
    let gitlab = ce::gitlab().await;
    let gateway = FakeGateway::start().await;
    let server = beside(&gitlab).gateway(&gateway).start().await;
    let number = async |token, path| {
        gateway.forget();
        let body = okc_with(json!({ "project_path": path }));
        server
            .complete(&body)
            .bearer(token)
            .send()
            .await
            .has_status(200);
        gateway.only_request().field("x-gitlab-project-id")
    };
    assert_eq!(number(ce::ALICE, "grp/on").await.as_deref(), Some("7"));
    assert_eq!(number(ce::BOB, "grp/on").await, None);
    assert_eq!(number(ce::ALICE, "no/such").await, None);
    server.finish().await;
}

#[tokio::test]
async fn without_gitlab_a_project_is_a_503_and_a_completion_goes_on() {
    let gitlab = ce::gitlab().await;
    let gateway = FakeGateway::start().await;
    let server = beside(&gitlab).gateway(&gateway).start().await;
    enabled(&server, ce::ALICE, "grp/on")
        .send()
        .await
        .has_status(200);
    gitlab.answers(Answer::new(500, "text/plain", ""));
    enabled(&server, ce::ALICE, "grp/other")
        .send()
        .await
        .has_status(503);
    let body = okc_with(json!({ "project_path": "grp/other" }));
    server
        .complete(&body)
        .bearer(ce::ALICE)
        .send()
        .await
        .has_status(200);
    // A token that GitLab refuses meanwhile is refused here too, and asked about anew.
    gitlab.answers(Answer::json(401, &json!({ "message": "401 Unauthorized" })));
    enabled(&server, ce::ALICE, "grp/third")
        .send()
        .await
        .has_status(401);
    enabled(&server, ce::ALICE, "grp/on")
        .send()
        .await
        .has_status(401);
    server.finish().await;
}
