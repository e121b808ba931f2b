//! A project by its number or path, and everything that this server has not.

use crate::support::{FakeGateway, TestServer, check, refused, row};

const UNKNOWN: &str = r#"{"message":"404 Project Not Found"}"#;

#[tokio::test]
async fn a_known_project_is_described_by_number_and_by_path() {
    let server = TestServer::builder().start().await;
    let get = |id: &str| {
        let target = format!("/api/v4/projects/{id}");
        server.request("GET", &target).bearer(&server.tokens.read)
    };
    let by_path = get("grp%2Fon").send().await.has_status(200).json();
    let id = by_path["id"].as_i64().unwrap();
    for (name, expected) in [
        ("name", "on"),
        ("path_with_namespace", "grp/on"),
        ("name_with_namespace", "grp / on"),
        ("web_url", "http://gitlab.test/grp/on"),
    ] {
        assert_eq!(by_path[name], expected);
    }
    assert_eq!(by_path["namespace"]["full_path"], "grp");
    for spelling in [
        id.to_string(),
        "GRP%2fOn".to_owned(),
        "grp%2F%6Fn".to_owned(),
    ] {
        assert_eq!(
            get(&spelling).send().await.has_status(200).json(),
            by_path,
            "{spelling}"
        );
    }
    server.finish().await;
}

#[tokio::test]
async fn what_is_not_here_is_not_found_in_gitlabs_words() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let get = |target: &str| server.request("GET", target).bearer(&server.tokens.api);
    let no_route = r#"{"error":"404 Not Found"}"#;
    let rows = vec![
        row("number", get("/api/v4/projects/999"), refused(404, UNKNOWN)),
        row(
            "path",
            get("/api/v4/projects/no%2Fsuch"),
            refused(404, UNKNOWN),
        ),
        row(
            "dots",
            get("/api/v4/projects/grp%2Fon.json"),
            refused(404, UNKNOWN),
        ),
        row(
            "quotes",
            get("/api/v4/projects/'%20OR%201=1"),
            refused(404, UNKNOWN),
        ),
        row("group", get("/api/v4/projects/grp"), refused(404, UNKNOWN)),
        row(
            "below",
            get("/api/v4/projects/1/issues"),
            refused(404, no_route),
        ),
        row("list", get("/api/v4/projects"), refused(404, no_route)),
        row("issues", get("/api/v4/issues"), refused(404, no_route)),
        row(
            "agents",
            get("/api/v4/ai/duo_workflows/ws"),
            refused(404, no_route),
        ),
        row(
            "counter",
            server.post("/api/v4/usage_data/increment_counter"),
            refused(404, no_route),
        ),
        row(
            "stranger",
            server.request("GET", "/api/v4/projects/grp%2Fon"),
            refused(401, r#"{"message":"401 Unauthorized"}"#),
        ),
    ];
    check(&gateway, rows).await;
    let scope = get("/api/v4/projects/grp%2Fon").bearer(&server.tokens.ai);
    let scope = scope.send().await.has_status(403);
    assert_eq!(scope.json()["scope"], "api read_api");
    server.finish().await;
}
