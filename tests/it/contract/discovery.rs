//! Part L: discovery, and the neighbouring endpoints that editors call.

use serde_json::{Value, json};

use super::M401;
use crate::support::{FakeGateway, Request, TestServer, check, refused, row};

#[tokio::test]
async fn l01_l02_keys_are_found_by_discovery() {
    let server = TestServer::builder().start().await;
    let get = async |path| server.request("GET", path).send().await.has_status(200);
    let document = get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["issuer"], "http://gitlab.test");
    assert_eq!(
        document["jwks_uri"],
        "http://gitlab.test/oauth/discovery/keys"
    );
    assert_eq!(
        document["id_token_signing_alg_values_supported"],
        json!(["RS256"])
    );
    let keys = get("/oauth/discovery/keys").await;
    let cached = keys.field("cache-control").unwrap();
    assert!(cached.contains("public") && cached.contains("max-age=86400"));
    let keys = keys.json();
    for key in keys["keys"].as_array().unwrap() {
        let mut names: Vec<_> = key.as_object().unwrap().keys().collect();
        names.sort_unstable();
        assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!((&key["use"], &key["alg"]), (&json!("sig"), &json!("RS256")));
    }
    let connector = get("/cloud_connector/keys").await;
    assert!(
        connector
            .field("cache-control")
            .unwrap()
            .contains("max-age=3600")
    );
    assert_eq!(connector.json(), keys);
    server.finish().await;
}

/// An AI Gateway asks for the document at the root of the host, whatever path the URL has that it is given.
#[tokio::test]
async fn below_a_path_keys_are_found_from_the_root_of_the_host() {
    let server = TestServer::builder()
        .set("server.external_url", "http://gitlab.test/sub/path")
        .start()
        .await;
    let get = async |path| server.request("GET", path).send().await;
    let below = get("/sub/path/.well-known/openid-configuration").await;
    let below = below.has_status(200).json();
    let keys = "/sub/path/oauth/discovery/keys";
    assert_eq!(below["jwks_uri"], format!("http://gitlab.test{keys}"));
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/openid%2Dconfiguration",
        "//.well-known/openid-configuration/",
        "/.well-known/openid-configuration?x=1",
    ] {
        let document = get(path).await.has_status(200).json();
        assert_eq!(document, below, "{path}");
    }
    let keys = get(keys).await.has_status(200).json();
    assert_eq!(keys["keys"], json!(server.shared.key.public_jwks()));
    for path in [
        "/",
        "/.well-known/openid-configuration/sub/path",
        "/.well-known/oauth-authorization-server",
        "/oauth/discovery/keys",
        "/api/v4/version",
        "/sub/.well-known/openid-configuration",
    ] {
        get(path).await.has_status(404);
    }
    server.finish().await;
}

#[tokio::test]
async fn a_stream_for_the_doctor_wants_a_ticket_that_only_the_data_directory_gives() {
    let server = TestServer::builder().start().await;
    let path = "/api/v4/code_suggestions/stream_probe";
    let ticket = |now| server.shared.secret.probe_ticket(now).unwrap();
    let now = server.shared.clock.unix();
    let good = ticket(now);
    let ask = |ticket: &str| {
        let request = server.request("GET", path).bearer(&server.tokens.api);
        request.header("X-Stream-Probe", ticket)
    };
    for forged in ["", "x", &ticket(now - 61), &ticket(now + 1), &good[1..]] {
        ask(forged).send().await.has_status(404);
    }
    server.request("GET", path).send().await.has_status(404);
    let answer = |word: &str| server.post(path).header("X-Stream-Probe-Word", word);
    for word in ["", "x", "00000000-0000-4000-8000-000000000000"] {
        answer(word).send().await.has_status(404);
    }
    server.post(path).send().await.has_status(404);

    let mut stream = ask(&good).open().await;
    assert_eq!(stream.status(), 200);
    stream.reaches("\n\n").await;
    assert!(
        !stream.text().contains("stream_end"),
        "it waits for an answer"
    );
    ask(&good).send().await.has_status(503);
    let mut words = Vec::new();
    while !stream.text().contains("stream_end") {
        let word = stream.text().rsplit("data: ").next().unwrap()[..36].to_owned();
        answer(&word).send().await.has_status(204);
        answer(&word).send().await.has_status(404);
        words.push(word);
        let events = stream.text().matches("event: ").count();
        while stream.text().matches("\n\n").count() == events {
            stream.more().await;
        }
    }
    assert_eq!(words.len(), 3);
    let reply = stream.rest().await;
    assert!(
        reply
            .text()
            .ends_with("event: stream_end\ndata: in time\n\n")
    );
    for (name, value) in [
        ("content-type", "text/event-stream; charset=utf-8"),
        ("x-accel-buffering", "no"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(reply.field(name).as_deref(), Some(value), "{name}");
    }
    answer(&words[2]).send().await.has_status(404);
    server.finish().await;
}

#[tokio::test]
async fn l03_l04_l05_the_instance_and_the_token_are_described() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let get = |path: &str, token: &str| server.request("GET", path).bearer(token);
    for path in ["/api/v4/version", "/api/v4/metadata"] {
        let version = get(path, &server.tokens.ai)
            .send()
            .await
            .has_status(200)
            .json();
        assert_eq!(version["version"], "19.3.0");
        assert!(version["revision"].is_string() && version["kas"].is_object());
        assert_eq!(version["enterprise"], true);
        let anonymous = server.request("GET", path);
        check(&gateway, vec![row("L04", anonymous, refused(401, M401))]).await;
    }
    let own = "/api/v4/personal_access_tokens/self";
    let token = get(own, &server.tokens.read)
        .send()
        .await
        .has_status(200)
        .json();
    assert_eq!(
        (&token["scopes"], &token["active"], &token["user_id"]),
        (&json!(["read_api"]), &json!(true), &json!(42))
    );
    get(own, &server.tokens.expired)
        .send()
        .await
        .has_status(401);
    let user = get("/api/v4/user", &server.tokens.user)
        .send()
        .await
        .has_status(200)
        .json();
    assert_eq!(
        (&user["id"], &user["username"]),
        (&json!(42), &json!("alice"))
    );
    get("/api/v4/user", &server.tokens.ai)
        .send()
        .await
        .has_status(403);
    server.finish().await;
}

#[tokio::test]
async fn l06_an_oauth_token_is_described_and_a_personal_one_is_not() {
    let server = TestServer::builder().start().await;
    let info = |token: &str| server.request("GET", "/oauth/token/info").bearer(token);
    let described = info(&server.tokens.oauth)
        .send()
        .await
        .has_status(200)
        .json();
    assert_eq!(described["resource_owner_id"], 42);
    assert_eq!(described["scope"], json!(["api"]));
    assert_eq!(described["scopes"], described["scope"]);
    let refused = info(&server.tokens.api).send().await.has_status(401);
    assert_eq!(
        refused.json(),
        json!({
            "error": "invalid_token",
            "error_description": "The access token is invalid",
            "state": "unauthorized",
        })
    );
    let challenge = refused.field("www-authenticate").unwrap();
    assert!(
        challenge.starts_with(r#"Bearer realm="Doorkeeper", error="invalid_token""#),
        "{challenge}"
    );
    server.finish().await;
}

#[tokio::test]
async fn l07_to_l10_graphql_answers_what_editors_ask() {
    let server = TestServer::builder().start().await;
    let tokens = &server.tokens;
    let ask = |query: &str| {
        server
            .request("POST", "/api/graphql")
            .json(&json!({ "query": query }))
    };
    let available = "{ currentUser { duoCodeSuggestionsAvailable } }";
    let alice = |query| ask(query).bearer(&tokens.api);
    let cases: [(&str, Request, Value); 6] = [
        (
            "L07",
            alice(available),
            json!({ "currentUser": { "duoCodeSuggestionsAvailable": true } }),
        ),
        (
            "L08",
            ask(available).bearer(&tokens.bob),
            json!({ "currentUser": { "duoCodeSuggestionsAvailable": false } }),
        ),
        (
            "L09",
            alice(r#"{ project(fullPath:"grp/off"){ duoFeaturesEnabled } }"#),
            json!({ "project": { "duoFeaturesEnabled": false } }),
        ),
        (
            "L10",
            alice(r#"{ metadata { featureFlags(names:["no_such_flag"]) { name enabled } } }"#),
            json!({ "metadata": { "featureFlags": [] } }),
        ),
        ("no token", ask(available), json!({ "currentUser": null })),
        (
            "chat is off",
            alice("{ currentUser { duoChatAvailable codeSuggestionsContexts } }"),
            json!({ "currentUser": {
                "duoChatAvailable": false,
                "codeSuggestionsContexts": ["repository_xray", "open_tabs", "imports"],
            } }),
        ),
    ];
    for (id, request, data) in cases {
        let reply = request.send().await.has_status(200);
        assert_eq!(reply.json(), json!({ "data": data }), "{id}");
    }
    let wrong = ask(available).bearer("wrong").send().await.has_status(401);
    assert_eq!(wrong.text(), r#"{"errors":[{"message":"Invalid token"}]}"#);
    server.finish().await;
}

#[tokio::test]
async fn graphql_has_caps_and_no_mutations() {
    let server = TestServer::builder().start().await;
    let ask = |body: &Value| {
        server
            .request("POST", "/api/graphql")
            .bearer(&server.tokens.api)
            .json(body)
    };
    let field = "currentUser { duoCodeSuggestionsAvailable }";
    let aliases: String = (0..300).flat_map(|_| [" a: ", field]).collect();
    let numbered = (0..300).fold(String::new(), |all, n| format!("{all} a{n}: {field}"));
    let names = vec!["\"x\""; 21].join(",");
    for query in [
        "mutation { anything }".to_owned(),
        format!("{{ {aliases} }}"),
        format!("{{ {numbered} }}"),
        format!("{{ {}{} }}", "currentUser { ".repeat(40), "}".repeat(40)),
        format!("{{ currentUser {{ id }} }} # {}", "x".repeat(10_000)),
        format!("{{ metadata {{ featureFlags(names: [{names}]) {{ name }} }} }}"),
        "{".to_owned(),
    ] {
        let reply = ask(&json!({ "query": query })).send().await;
        let answer = reply.has_status(200).json();
        assert!(
            answer["errors"][0]["message"].is_string(),
            "{query}: {answer}"
        );
        assert!(answer.get("data").is_none(), "{query}: {answer}");
    }
    let one = json!({ "query": "{ metadata { version } }" });
    let batch = ask(&json!(vec![one; 21])).send().await;
    let answer = batch.has_status(200).json();
    assert!(answer["errors"][0]["message"].is_string(), "{answer}");
    server.finish().await;
}

#[tokio::test]
async fn probes_are_open_and_metrics_are_for_this_machine() {
    let server = TestServer::builder().start().await;
    let get = |path| server.request("GET", path);
    for path in [
        "/-/health",
        "/-/liveness",
        "/-/readiness",
        "/ai/monitoring/healthz",
    ] {
        get(path).send().await.has_status(200);
    }
    let metrics = get("/-/metrics").send().await.has_status(200);
    assert!(metrics.text().ends_with("# EOF\n"));
    // What a proxy on this machine passes on comes from somewhere else.
    let passed_on = get("/-/metrics").header("X-Forwarded-For", "192.0.2.1");
    passed_on.send().await.has_status(401);
    passed_on
        .bearer(&server.tokens.api)
        .send()
        .await
        .has_status(403);
    server.finish().await;
}
