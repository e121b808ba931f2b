//! Part J: the switch of a project, and what editors put into their telemetry.

use serde_json::{Value, json};

use super::M404;
use crate::support::{
    CONNECTION_DETAILS, ENABLED, Expect, FakeGateway, TestServer, check, okc, refused, row,
};

#[tokio::test]
async fn projects_are_looked_up_as_in_the_contract() {
    let gateway = FakeGateway::start().await;
    // Decision 13: only so is a project that nobody knows unknown.
    let server = TestServer::builder()
        .gateway(&gateway)
        .set("projects.unknown", "reject")
        .start()
        .await;
    let path = |path: Value| server.post(ENABLED).json(&json!({ "project_path": path }));
    let on = || Expect::status(200).json("200");
    let rows = vec![
        row("J01", path("grp/on".into()), on()),
        row(
            "J02",
            path("grp/off".into()),
            refused(403, r#"{"message":"403 Forbidden"}"#),
        ),
        row(
            "J03",
            path("secret/hidden".into()),
            refused(404, M404).unmarked(),
        ),
        row("J04", path("no/such".into()), refused(404, M404)),
        row("J05", path("".into()), refused(404, M404)),
        row(
            "J06",
            server.post(ENABLED).json(&json!({})),
            refused(400, r#"{"error":"project_path is missing"}"#),
        ),
        row(
            "J07",
            server
                .post(ENABLED)
                .body("application/x-www-form-urlencoded", "project_path=grp%2Fon"),
            on(),
        ),
        row("another case", path("GRP/On".into()), on()),
        row("blanks", path("  ".into()), refused(404, M404)),
        row("a number", path(7.into()), refused(404, M404)),
        row(
            "a list",
            path(json!(["grp/on"])),
            refused(400, r#"{"error":"project_path is invalid"}"#),
        ),
        row(
            "null",
            path(Value::Null),
            refused(400, r#"{"error":"project_path is empty"}"#),
        ),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn unknown_projects_are_enabled_unless_set_otherwise() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let path = |path: &str| server.post(ENABLED).json(&json!({ "project_path": path }));
    let rows = vec![
        row(
            "decision 13",
            path("no/such"),
            Expect::status(200).json("200"),
        ),
        row("empty", path(""), refused(404, M404)),
        row("off", path("grp/off"), Expect::status(403)),
    ];
    check(&gateway, rows).await;
    server.finish().await;
}

#[tokio::test]
async fn j08_connection_details_have_exactly_these_members() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let reply = server.post(CONNECTION_DETAILS).send().await.has_status(201);
    let mut details = reply.json();
    let id = details["global_user_id"].take();
    assert_eq!(
        details,
        json!({
            "instance_id": "11111111-2222-3333-4444-555555555555",
            "instance_version": "19.3.0",
            "realm": "self-managed",
            "global_user_id": null,
            "host_name": "gitlab.test",
            "feature_enablement_type": "",
            "saas_duo_pro_namespace_ids": [],
        })
    );
    // J09: the pseudonym is the one that the gateway is told.
    server.complete(&okc()).send().await.has_status(200);
    let told = gateway.only_request().field("x-gitlab-global-user-id");
    assert_eq!(id.as_str(), told.as_deref());
    server.finish().await;
}
