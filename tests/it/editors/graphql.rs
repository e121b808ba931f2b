//! The operations of editors, each in the words in which it is sent.

use serde_json::{Value, json};

use crate::support::{Request, TestServer};

const GRAPHQL: &str = "/api/graphql";

fn ask(server: &TestServer, name: &str, query: &str, variables: &Value) -> Request {
    let operation = json!({ "query": query, "variables": variables, "operationName": name });
    server.post(GRAPHQL).json(&operation)
}

#[tokio::test]
async fn operations_about_the_user_have_their_answers() {
    let server = TestServer::builder().start().await;
    let flags = [
        "advanced_context_resolver",
        "code_suggestions_context",
        "use_duo_context_exclusion",
        "duo_agentic_chat",
        "duo_workflow",
        "ai_user_model_switching",
        "use_duo_chat_ui_for_flow",
    ];
    let states: Vec<_> = flags
        .iter()
        .enumerate()
        .map(|(place, name)| json!({ "enabled": place < 3, "name": name }))
        .collect();
    let user = json!({ "id": "gid://gitlab/User/42", "username": "alice", "name": "alice", "avatarUrl": null, "webUrl": "http://gitlab.test/alice" });
    let cases = [
        (
            "suggestionsAvailable",
            "query suggestionsAvailable { currentUser { duoCodeSuggestionsAvailable } }",
            json!({}),
            json!({ "currentUser": { "duoCodeSuggestionsAvailable": true } }),
        ),
        (
            "featureFlagsEnabled",
            "query featureFlagsEnabled($names: [String!]!) { metadata { featureFlags(names: $names) { enabled name } } }",
            json!({ "names": flags }),
            json!({ "metadata": { "featureFlags": states } }),
        ),
        (
            "featureFlagEnabled",
            "query featureFlagEnabled($name: String!) { featureFlagEnabled(name: $name) }",
            json!({ "name": "code_suggestions_context" }),
            json!({ "featureFlagEnabled": true }),
        ),
        (
            "getDuoAvailableFeatures",
            "query getDuoAvailableFeatures { currentUser { duoChatAvailableFeatures codeSuggestionsContexts } }",
            json!({}),
            json!({ "currentUser": { "duoChatAvailableFeatures": [], "codeSuggestionsContexts": ["repository_xray", "open_tabs", "imports"] } }),
        ),
        (
            "getDuoChatAvailableFeatures",
            "query getDuoChatAvailableFeatures { currentUser { duoChatAvailableFeatures } }",
            json!({}),
            json!({ "currentUser": { "duoChatAvailableFeatures": [] } }),
        ),
        (
            "getUser",
            "query getUser { currentUser { id username name avatarUrl webUrl } }",
            json!({}),
            json!({ "currentUser": user }),
        ),
        (
            "",
            "{ metadata { enterprise kas { enabled version externalUrl externalK8sProxyUrl } } }",
            json!({}),
            json!({ "metadata": { "enterprise": true, "kas": { "enabled": false, "version": null, "externalUrl": null, "externalK8sProxyUrl": null } } }),
        ),
        (
            "chatAvailable",
            "query chatAvailable { currentUser { duoChatAvailable } }",
            json!({}),
            json!({ "currentUser": { "duoChatAvailable": false } }),
        ),
    ];
    answers(&server, &cases).await;
    server.finish().await;
}

#[tokio::test]
async fn operations_about_projects_have_their_answers() {
    let server = TestServer::builder().start().await;
    let on = server
        .shared
        .store
        .governance("grp/on".into())
        .await
        .unwrap();
    let id = format!("gid://gitlab/Project/{}", on.unwrap().own.unwrap().id);
    let path = json!({ "projectPath": "grp/on" });
    let cases = [
        (
            "GetProjectDuoInfo",
            "query GetProjectDuoInfo($projectPath: ID!) { project(fullPath: $projectPath) { duoFeaturesEnabled } }",
            path.clone(),
            json!({ "project": { "duoFeaturesEnabled": true } }),
        ),
        (
            "GetProjectDuoInfo",
            "query GetProjectDuoInfo($projectPath: ID!) { project(fullPath: $projectPath) { duoFeaturesEnabled duoContextExclusionSettings { exclusionRules } } }",
            json!({ "projectPath": "grp/off" }),
            json!({ "project": { "duoFeaturesEnabled": false, "duoContextExclusionSettings": { "exclusionRules": [] } } }),
        ),
        (
            "getProject",
            "query getProject($projectPath: ID!) { project(fullPath: $projectPath) { id } }",
            path.clone(),
            json!({ "project": { "id": id } }),
        ),
        (
            "GetProjectsDuoEnabledStatusById",
            "query GetProjectsDuoEnabledStatusById($projectIds: [ID!]!) { projects(ids: $projectIds) { edges { node { id duoFeaturesEnabled } } } }",
            json!({ "projectIds": [id, "gid://gitlab/Project/999"] }),
            json!({ "projects": { "edges": [{ "node": { "id": id, "duoFeaturesEnabled": true } }] } }),
        ),
        (
            "getProjectData",
            "query getProjectData($projectPath: ID!, $rootNamespacePath: ID!) { project(fullPath: $projectPath) { id duoAgenticChatAvailable namespace { id fullPath } } rootNamespace: namespace(fullPath: $rootNamespacePath) { id } }",
            json!({ "projectPath": "grp/on", "rootNamespacePath": "grp" }),
            json!({ "project": { "id": id, "duoAgenticChatAvailable": false, "namespace": { "id": "gid://gitlab/Group/0", "fullPath": "grp" } }, "rootNamespace": { "id": "gid://gitlab/Group/0" } }),
        ),
        (
            "agenticChatAvailable",
            "query agenticChatAvailable($projectPath: ID!) { project(fullPath: $projectPath) { duoAgenticChatAvailable } }",
            path.clone(),
            json!({ "project": { "duoAgenticChatAvailable": false } }),
        ),
        (
            "GetProject",
            "query GetProject($namespaceWithPath: ID!) { project(fullPath: $namespaceWithPath) { id name description fullPath webUrl group { id } } }",
            json!({ "namespaceWithPath": "grp/on" }),
            json!({ "project": { "id": id, "name": "on", "description": null, "fullPath": "grp/on", "webUrl": "http://gitlab.test/grp/on", "group": { "id": "gid://gitlab/Group/0" } } }),
        ),
        (
            "GetProject",
            "query GetProject($projectPath: ID!) { project(fullPath: $projectPath) { duoFeaturesEnabled } }",
            path,
            json!({ "project": { "duoFeaturesEnabled": true } }),
        ),
        (
            "GetProjectDuoInfo",
            "query GetProjectDuoInfo($projectPath: ID!) { project(fullPath: $projectPath) { id duoFeaturesEnabled } }",
            json!({ "projectPath": "nobody/knows" }),
            json!({ "project": { "id": "gid://gitlab/Project/0", "duoFeaturesEnabled": true } }),
        ),
    ];
    answers(&server, &cases).await;
    server.finish().await;
}

/// Asks each operation by its name, with its variables, and expects its data and nothing else.
async fn answers(server: &TestServer, cases: &[(&str, &str, Value, Value)]) {
    for (name, query, variables, data) in cases {
        let reply = ask(server, name, query, variables)
            .send()
            .await
            .has_status(200);
        let content_type = reply.field("content-type").unwrap();
        assert!(content_type.starts_with("application/json"));
        assert_eq!(reply.json(), json!({ "data": data }), "{name}");
    }
}

#[tokio::test]
async fn what_is_asked_for_in_vain_is_an_error_without_data() {
    let server = TestServer::builder().start().await;
    let chat = "mutation chat($question: String!) { aiAction(input: { chat: { content: $question } }) { requestId } }";
    for (name, query, variables) in [
        ("x", "query x { currentUser { id noSuchField } }", json!({})),
        ("x", "query x { currentUser { id } nothing }", json!({})),
        ("chat", chat, json!({ "question": "?" })),
        (
            "s",
            "subscription s { aiCompletionResponse { content } }",
            json!({}),
        ),
        ("other", "query x { currentUser { id } }", json!({})),
        (
            "x",
            "query x($p: ID!) { project(fullPath: $p) { id } }",
            json!({}),
        ),
        (
            "x",
            "query x($p: ID!) { project(fullPath: $p) { id } }",
            json!({ "p": { "a": [1] } }),
        ),
        ("x", "", json!({})),
    ] {
        let reply = ask(&server, name, query, &variables)
            .send()
            .await
            .has_status(200);
        let answer = reply.json();
        assert!(
            answer["errors"][0]["message"].is_string(),
            "{query}: {answer}"
        );
        assert_eq!(answer.get("data"), None, "{query}: {answer}");
    }
    let field = "query x { currentUser { noSuchField } }";
    let answer = ask(&server, "x", field, &json!({})).send().await.json();
    let error = &answer["errors"][0];
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("noSuchField") && message.contains("CurrentUser"),
        "{message}"
    );
    assert_eq!(error["locations"], json!([{ "line": 1, "column": 25 }]));
    server.finish().await;
}

#[tokio::test]
async fn errors_are_short_and_do_not_repeat_the_query() {
    let server = TestServer::builder().start().await;
    let secret = "my_secret_code ".repeat(500);
    let name = "x".repeat(9000);
    for query in [
        format!("{{ currentUser {{ id }} }} \"{secret}"),
        format!("{{ currentUser {{ {secret} "),
        format!("{{ {name} }}"),
        format!("query q($a: {name}) {{ currentUser {{ id }} }}"),
        format!("{{ ...{name} }}"),
    ] {
        let reply = ask(&server, "", &query, &json!({}))
            .send()
            .await
            .has_status(200);
        let text = reply.text();
        assert!(text.len() < 2048 && !text.contains("my_secret"), "{text}");
    }
    let broken = ask(&server, "", "{\n  currentUser {", &json!({}))
        .send()
        .await;
    assert_eq!(
        broken.json(),
        json!({ "errors": [{
            "message": "Parse error at line 2, column 16",
            "locations": [{ "line": 2, "column": 16 }],
        }] })
    );
    server.finish().await;
}

#[tokio::test]
async fn the_schema_tells_about_itself() {
    let server = TestServer::builder().start().await;
    let query = "query I { __schema { queryType { name } mutationType { name } } __type(name: \"CurrentUser\") { name fields { name } } }";
    let answer = ask(&server, "I", query, &json!({}))
        .send()
        .await
        .has_status(200)
        .json();
    assert_eq!(
        answer["data"]["__schema"],
        json!({ "queryType": { "name": "Query" }, "mutationType": null })
    );
    let fields = answer["data"]["__type"]["fields"].as_array().unwrap();
    assert!(
        fields
            .iter()
            .any(|field| field["name"] == "duoCodeSuggestionsAvailable")
    );
    server.finish().await;
}

#[tokio::test]
async fn a_list_of_operations_gets_a_list_of_answers() {
    let server = TestServer::builder().start().await;
    let user = json!({ "query": "{ currentUser { username } }" });
    let named = json!({
        "query": "query A { metadata { enterprise } } query B($name: String!) { featureFlagEnabled(name: $name) }",
        "operationName": "B",
        "variables": { "name": "code_suggestions_context" },
    });
    let list = json!([user, { "query": "{ nothing }" }, named]);
    let reply = server.post(GRAPHQL).json(&list).send().await;
    let answers = reply.has_status(200).json();
    let alice = json!({ "data": { "currentUser": { "username": "alice" } } });
    assert_eq!(answers[0], alice);
    assert!(answers[1]["errors"][0]["message"].is_string(), "{answers}");
    assert_eq!(
        answers[2],
        json!({ "data": { "featureFlagEnabled": true } })
    );
    assert_eq!(answers.as_array().unwrap().len(), 3);
    let one = server.post(GRAPHQL).json(&json!([user])).send().await;
    assert_eq!(one.has_status(200).json(), json!([alice]));

    let strangers = server.request("POST", GRAPHQL).json(&json!([user, user]));
    let nobody = json!({ "data": { "currentUser": null } });
    let answers = strangers.send().await.has_status(200).json();
    assert_eq!(answers, json!([nobody, nobody]));

    let padded =
        json!({ "query": format!("{{ currentUser {{ username }} }}{}", " ".repeat(3_000)) });
    for (many, taken) in [
        (vec![user.clone(); 20], true),
        (vec![user; 21], false),
        (vec![padded.clone(); 3], true),
        (vec![padded; 4], false),
    ] {
        let reply = server.post(GRAPHQL).json(&json!(many)).send().await;
        let answer = reply.has_status(200).json();
        assert_eq!(answer.is_array(), taken, "{}: {answer}", many.len());
        let told = &answer["errors"][0]["message"];
        assert!(taken || told == "Query too large", "{answer}");
    }
    server.finish().await;
}

#[tokio::test]
async fn only_what_is_posted_is_an_operation() {
    let server = TestServer::builder().start().await;
    let query = "/api/graphql?query=%7BcurrentUser%7Bid%7D%7D";
    let get = server.request("GET", query).bearer(&server.tokens.api);
    assert_eq!(
        get.send().await.has_status(404).text(),
        r#"{"error":"404 Not Found"}"#
    );
    for body in [
        "[]",
        "[1]",
        "[[{\"query\":\"{currentUser{id}}\"}]]",
        "1",
        "null",
        "{}",
        "{\"query\":1}",
        "",
        "\u{0}",
    ] {
        let reply = server
            .post(GRAPHQL)
            .body("application/json", body)
            .send()
            .await;
        let answer = reply.has_status(400).json();
        assert!(answer["errors"][0]["message"].is_string(), "{body}");
    }
    server.finish().await;
}
