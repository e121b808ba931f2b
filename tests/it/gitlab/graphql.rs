//! GraphQL in front of a GitLab without Duo: the fields of Code Suggestions are filled in, and everything else is GitLab's,
//! byte for byte when it can be.

use serde_json::{Value, json};

use super::in_front;
use crate::support::{Answer, FakeGateway, Reply, TestServer, gitlab as ce};

async fn ask(server: &TestServer, body: &Value) -> Reply {
    let request = server.request("POST", "/api/graphql").bearer(ce::ALICE);
    request.json(body).send().await
}

/// What GitLab was asked last.
fn asked(gitlab: &FakeGateway) -> Value {
    let requests = gitlab.requests();
    let mut queries = requests
        .iter()
        .filter(|asked| asked.target() == "POST /api/graphql");
    queries.next_back().unwrap().json()
}

#[tokio::test]
async fn what_editors_ask_is_answered_although_gitlab_knows_no_duo() {
    let gitlab = ce::gitlab().await;
    let server = in_front(&gitlab).start().await;
    let contexts = json!(["repository_xray", "open_tabs", "imports"]);
    let cases = [
        (
            "suggestionsAvailable",
            json!({ "query": "query suggestionsAvailable { currentUser { duoCodeSuggestionsAvailable } }", "variables": {}, "operationName": "suggestionsAvailable" }),
            json!({ "currentUser": { "duoCodeSuggestionsAvailable": true } }),
        ),
        (
            "getDuoAvailableFeatures",
            json!({ "query": "query getDuoAvailableFeatures { currentUser { duoChatAvailableFeatures codeSuggestionsContexts } }" }),
            json!({ "currentUser": { "duoChatAvailableFeatures": [], "codeSuggestionsContexts": contexts } }),
        ),
        (
            "GetProjectDuoInfo",
            json!({
                "query": "query GetProjectDuoInfo($projectPath: ID!) { project(fullPath: $projectPath) { duoFeaturesEnabled duoContextExclusionSettings { exclusionRules } } }",
                "variables": { "projectPath": "grp/on" },
            }),
            json!({ "project": { "duoFeaturesEnabled": true, "duoContextExclusionSettings": { "exclusionRules": [] } } }),
        ),
        (
            "a project that is off here",
            json!({ "query": "{ project(fullPath: \"GRP/off\") { duoFeaturesEnabled } }" }),
            json!({ "project": { "duoFeaturesEnabled": false } }),
        ),
        (
            "a project that the caller cannot see",
            json!({ "query": "{ project(fullPath: \"no/such\") { id duoFeaturesEnabled } }" }),
            json!({ "project": null }),
        ),
        (
            "GetProjectsDuoEnabledStatusById",
            json!({
                "query": "query q($projectIds: [ID!]!) { projects(ids: $projectIds) { edges { node { id duoFeaturesEnabled } } nodes { duoFeaturesEnabled } } }",
                "variables": { "projectIds": ["gid://gitlab/Project/7", "gid://gitlab/Project/8"] },
            }),
            json!({ "projects": {
                "edges": [
                    { "node": { "id": "gid://gitlab/Project/7", "duoFeaturesEnabled": true } },
                    { "node": { "id": "gid://gitlab/Project/8", "duoFeaturesEnabled": false } },
                ],
                "nodes": [{ "duoFeaturesEnabled": true }, { "duoFeaturesEnabled": false }],
            } }),
        ),
        (
            "the older place",
            json!({ "query": "{ currentUser { ide { codeSuggestionsEnabled __typename } username } }" }),
            json!({ "currentUser": { "ide": { "codeSuggestionsEnabled": true, "__typename": "Ide" }, "username": "alice" } }),
        ),
    ];
    for (case, body, data) in cases {
        let reply = ask(&server, &body).await.has_status(200);
        assert_eq!(
            reply.json(),
            json!({ "data": data }),
            "{case}: {}",
            asked(&gitlab)
        );
        let content_type = reply.field("content-type").unwrap();
        assert!(content_type.starts_with("application/json"), "{case}");
    }
    server.finish().await;
}

#[tokio::test]
async fn aliases_fragments_variables_and_directives_are_kept() {
    let gitlab = ce::gitlab().await;
    let server = in_front(&gitlab).start().await;
    let query = r#"
        query first { metadata { version } }
        query second($path: ID!, $with: Boolean!, $never: Boolean = false, $unused: String, $text: String = "a\"b") {
          me: currentUser { ...User on: duoCodeSuggestionsAvailable __typename }
          again: currentUser { ... @include(if: $with) { there: codeSuggestionsContexts } skipped: duoCodeSuggestionsAvailable @skip(if: $with) }
          one: project(fullPath: $path) { ...Project @include(if: $with) name }
          two: project(fullPath: $path) { never: duoFeaturesEnabled @include(if: $never) }
          echo(text: $text)
          __typename
        }
        fragment User on CurrentUser { id ... on CurrentUser { duoCodeSuggestionsAvailable } }
        fragment Project on Project { ...Deeper path: fullPath }
        fragment Deeper on Project { switch: duoFeaturesEnabled settings: duoContextExclusionSettings { ...Rules __typename } }
        fragment Rules on DuoContextExclusionSettings { rules: exclusionRules }
    "#;
    let body = json!({
        "query": query,
        "operationName": "second",
        "variables": { "path": "grp/off", "with": true, "unused": "x" },
        "extensions": { "kept": 1 },
    });
    let reply = ask(&server, &body).await.has_status(200).json();
    assert_eq!(
        reply,
        json!({ "data": {
            "me": { "id": "gid://gitlab/User/42", "duoCodeSuggestionsAvailable": true, "on": true, "__typename": "CurrentUser" },
            "again": { "there": ["repository_xray", "open_tabs", "imports"] },
            "one": {
                "switch": false,
                "settings": { "rules": [], "__typename": "DuoContextExclusionSettings" },
                "path": "grp/off",
                "name": "off",
            },
            "two": {},
            "echo": "a\"b",
            "__typename": "Query",
        } })
    );
    let asked = asked(&gitlab);
    assert_eq!(
        (&asked["operationName"], &asked["extensions"]["kept"]),
        (&json!("second"), &json!(1))
    );
    let rest = asked["query"].as_str().unwrap();
    assert!(!rest.contains("duo") && !rest.contains("$unused"), "{rest}");
    server.finish().await;
}

#[tokio::test]
async fn what_does_not_touch_our_fields_passes_byte_for_byte() {
    let gitlab = ce::gitlab().await;
    let server = in_front(&gitlab).start().await;
    for body in [
        r#"{ "query" : "query duoCodeSuggestionsAvailable { metadata{version} }","variables":{ } }"#,
        r#"{"query":"{ metadata { version } } # duoFeaturesEnabled"}"#,
        r#"{"query":"{ echo(text: \"duoFeaturesEnabled\") }"}"#,
        r#"{"query":"mutation { x { duoFeaturesEnabled } }"}"#,
        r#"{"query":"{ group { projects { nodes { duoFeaturesEnabled } } } }"}"#,
        r#"{"query":"{ currentUser { duoChatAvailable } }"}"#,
        r#"{"query":"{ currentUser { duoCodeSuggestionsAvailable }"}"#,
        r#"[{"query":"{ currentUser { username } }", "operationName": null}]"#,
        r#"{"query":"query a { currentUser { duoCodeSuggestionsAvailable } } query b { echo }"}"#,
        r#"{"query":"{ ...F } fragment F on Query { ...F currentUser { duoCodeSuggestionsAvailable } }"}"#,
        "duoCodeSuggestionsAvailable",
        "",
    ] {
        gitlab.answers(Answer::json(200, &json!({ "data": { "theirs": 1.50 } })));
        gitlab.forget();
        let request = server.request("POST", "/api/graphql").bearer(ce::ALICE);
        let reply = request
            .body("application/json", body)
            .send()
            .await
            .has_status(200);
        assert_eq!(reply.text(), r#"{"data":{"theirs":1.5}}"#);
        let asked = gitlab.only_request();
        assert_eq!(String::from_utf8_lossy(&asked.body), body);
    }
    // Forms with files, and what is longer than anything with our fields.
    for (content_type, body) in [
        (
            "multipart/form-data; boundary=x",
            "--x\r\n\r\nduoFeaturesEnabled".to_owned(),
        ),
        (
            "application/json",
            format!(
                r#"{{"query":"{{ currentUser {{ duoCodeSuggestionsAvailable }} }} #{}"}}"#,
                "x".repeat(300_000)
            ),
        ),
    ] {
        gitlab.forget();
        let request = server.request("POST", "/api/graphql").bearer(ce::ALICE);
        request
            .body(content_type, body.clone())
            .send()
            .await
            .has_status(200);
        assert_eq!(String::from_utf8_lossy(&gitlab.only_request().body), body);
    }
    server.finish().await;
}

#[tokio::test]
async fn gitlabs_refusals_are_gitlabs() {
    let gitlab = ce::gitlab().await;
    let server = in_front(&gitlab).start().await;
    let available = "{ currentUser { duoCodeSuggestionsAvailable } }";
    let request = server
        .request("POST", "/api/graphql")
        .json(&json!({ "query": available }));
    // A token that is no good, and none at all: this server has nothing to say of either.
    let refused = request
        .clone()
        .bearer("glpat-wrong")
        .send()
        .await
        .has_status(401);
    assert_eq!(
        refused.text(),
        r#"{"errors":[{"message":"Invalid token"}]}"#
    );
    gitlab.forget();
    request.send().await;
    assert_eq!(gitlab.only_request().json()["query"], available);
    // Another mistake in the same operation.
    let body = json!({ "query": "{ currentUser { duoCodeSuggestionsAvailable noSuchField } }" });
    let reply = ask(&server, &body).await.has_status(200).json();
    assert_eq!(
        reply["errors"][0]["message"],
        "Field 'noSuchField' doesn't exist on type 'CurrentUser'"
    );
    assert!(reply.get("data").is_none(), "{reply}");
    gitlab.answers(Answer::new(503, "text/html", "<html>"));
    let reply = ask(&server, &json!({ "query": available })).await;
    assert_eq!((reply.status, reply.text().as_str()), (503, "<html>"));
    server.finish().await;
}

#[tokio::test]
async fn a_gitlab_with_chat_answers_for_its_chat_itself() {
    let gitlab = ce::gitlab().await;
    let server = in_front(&gitlab).start().await;
    let body =
        json!({ "query": "{ currentUser { duoChatAvailableFeatures codeSuggestionsContexts } }" });
    ask(&server, &body).await.has_status(200);
    gitlab.answers(Answer::json(
        200,
        &json!({ "data": { "currentUser": { "duoChatAvailableFeatures": ["include_file_context"] } } }),
    ));
    gitlab.forget();
    let reply = ask(&server, &body).await.has_status(200).json();
    assert_eq!(
        reply["data"]["currentUser"]["duoChatAvailableFeatures"],
        json!(["include_file_context"])
    );
    assert_eq!(
        reply["data"]["currentUser"]["codeSuggestionsContexts"][1],
        "open_tabs"
    );
    assert_eq!(gitlab.requests().len(), 1);
    server.finish().await;
}

#[tokio::test]
async fn a_list_of_operations_is_filled_in_one_by_one() {
    let gitlab = ce::gitlab().await;
    let server = in_front(&gitlab).start().await;
    let ours = json!({ "query": "query a { currentUser { duoCodeSuggestionsAvailable username } }", "operationName": "a" });
    let theirs = json!({ "query": "{ currentUser { username } }" });
    let chat =
        json!({ "query": "{ currentUser { duoChatAvailableFeatures codeSuggestionsContexts } }" });
    let unknown = json!({ "query": "{ currentUser { duoCodeSuggestionsAvailable nothing } }" });
    let body = json!([ours, theirs, chat, unknown]);
    let reply = ask(&server, &body).await.has_status(200).json();
    let contexts = json!(["repository_xray", "open_tabs", "imports"]);
    let user = json!({ "data": { "currentUser": { "username": "alice" } } });
    assert_eq!(
        reply[0]["data"]["currentUser"],
        json!({ "duoCodeSuggestionsAvailable": true, "username": "alice" })
    );
    assert_eq!(reply[1], user);
    assert_eq!(
        reply[2]["data"]["currentUser"],
        json!({ "duoChatAvailableFeatures": [], "codeSuggestionsContexts": contexts })
    );
    let message = reply[3]["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("'nothing'"), "{message}");
    assert_eq!(reply.as_array().unwrap().len(), 4);
    let again = asked(&gitlab);
    let again = again.as_array().unwrap().len();
    assert_eq!(again, 1, "what has been answered is not asked again");

    for (case, body) in [
        ("none of ours", json!([theirs, theirs])),
        ("empty", json!([])),
        ("not all operations", json!([ours, 1])),
    ] {
        gitlab.answers(Answer::json(200, &json!(["as it is"])));
        let reply = ask(&server, &body).await.has_status(200).json();
        assert_eq!(reply, json!(["as it is"]), "{case}");
        assert_eq!(asked(&gitlab), body, "{case}");
    }
    for wrong in [json!([user]), user, json!("text")] {
        gitlab.answers(Answer::json(200, &wrong));
        let reply = ask(&server, &json!([ours, theirs])).await.has_status(200);
        assert_eq!(
            reply.json(),
            wrong,
            "an answer that answers something else is GitLab's"
        );
    }
    server.finish().await;
}

#[tokio::test]
async fn whoever_is_not_entitled_is_told_so() {
    let gitlab = ce::gitlab().await;
    let server = in_front(&gitlab)
        .set("identity.entitlement.rule", "users")
        .set("identity.entitlement.users", "bob")
        .start()
        .await;
    let body = json!({ "query": "{ currentUser { duoCodeSuggestionsAvailable codeSuggestionsContexts } }" });
    let reply = ask(&server, &body).await.has_status(200).json();
    assert_eq!(
        reply["data"]["currentUser"],
        json!({ "duoCodeSuggestionsAvailable": false, "codeSuggestionsContexts": [] })
    );
    server.finish().await;
}

#[tokio::test]
async fn fragments_that_multiply_are_left_to_gitlab() {
    let gitlab = ce::gitlab().await;
    let server = in_front(&gitlab).start().await;
    let levels = (0..30).map(|level| {
        let next = level + 1;
        format!(" fragment F{level} on Query {{ ...F{next} ...F{next} }}")
    });
    let mut query: String = std::iter::once("{ ...F0 }".to_owned())
        .chain(levels)
        .collect();
    query.push_str(" fragment F30 on Query { currentUser { duoCodeSuggestionsAvailable } }");
    gitlab.answers(Answer::json(200, &json!({ "errors": [] })));
    gitlab.forget();
    ask(&server, &json!({ "query": query }))
        .await
        .has_status(200);
    assert_eq!(gitlab.only_request().json()["query"], query);
    server.finish().await;
}
