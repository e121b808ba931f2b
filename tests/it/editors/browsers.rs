//! Editors in a browser: preflights, and which pages may read a reply.

use crate::support::{COMPLETIONS, Reply, TestServer, okc};

const PAGE: &str = "https://x.ide.example";

async fn server() -> TestServer {
    let origins = "https://*.ide.example,https://tools.example:8443";
    let builder = TestServer::builder().set("server.cors_origins", origins);
    builder.start().await
}

fn allowed(reply: &Reply) -> Option<String> {
    assert_eq!(reply.field("access-control-allow-credentials"), None);
    reply.field("access-control-allow-origin")
}

#[tokio::test]
async fn preflights_are_answered_without_asking_anybody() {
    let server = server().await;
    let preflight = |origin: &str, target: &str| {
        let request = server.request("OPTIONS", target).header("Origin", origin);
        let request = request.header("Access-Control-Request-Method", "POST");
        request.header(
            "Access-Control-Request-Headers",
            "authorization,content-type",
        )
    };
    for target in [
        COMPLETIONS,
        "/api/graphql",
        "/ai/v2/completions",
        "/oauth/token/info",
        "/api/v4/nothing",
    ] {
        let reply = preflight(PAGE, target).send().await.has_status(204);
        assert_eq!(allowed(&reply).as_deref(), Some(PAGE), "{target}");
        assert!(
            reply
                .field("access-control-allow-methods")
                .unwrap()
                .contains("DELETE")
        );
        assert_eq!(
            reply.field("access-control-allow-headers").as_deref(),
            Some("authorization,content-type")
        );
        assert_eq!(
            reply.field("access-control-max-age").as_deref(),
            Some("7200")
        );
        assert_eq!(reply.field("vary").as_deref(), Some("Origin"));
    }
    for origin in [
        "https://evil.example",
        "null",
        "https://ide.example",
        "http://x.ide.example",
    ] {
        let reply = preflight(origin, COMPLETIONS).send().await.has_status(204);
        assert_eq!(allowed(&reply), None, "{origin}");
        assert_eq!(
            reply.field("access-control-allow-methods"),
            None,
            "{origin}"
        );
    }
    let page = preflight(PAGE, "/-/metrics").send().await;
    assert_eq!(
        (page.status, allowed(&page)),
        (404, None),
        "not for scripts"
    );
    server.finish().await;
}

#[tokio::test]
async fn only_pages_that_may_ask_can_read_a_reply() {
    let server = server().await;
    let complete = |origin: &str| server.complete(&okc()).header("Origin", origin);
    for origin in [PAGE, "https://tools.example:8443", "http://gitlab.test"] {
        let reply = complete(origin).send().await.has_status(200);
        assert_eq!(allowed(&reply).as_deref(), Some(origin));
        let exposed = reply.field("access-control-expose-headers").unwrap();
        assert!(
            exposed.contains("X-Streaming-Format"),
            "editors tell streams apart by it"
        );
    }
    let refused = complete(PAGE).anonymous().send().await.has_status(401);
    assert_eq!(
        allowed(&refused).as_deref(),
        Some(PAGE),
        "a refusal can be read too"
    );
    for origin in ["https://evil.example", "null", ""] {
        let reply = complete(origin).send().await.has_status(200);
        assert_eq!(
            (allowed(&reply), reply.field("vary").as_deref()),
            (None, Some("Origin"))
        );
    }
    let plain = server.complete(&okc()).send().await.has_status(200);
    assert_eq!(
        (allowed(&plain), plain.field("vary").as_deref()),
        (None, Some("Origin"))
    );
    server.finish().await;

    let server = TestServer::builder().start().await;
    let reply = server
        .complete(&okc())
        .header("Origin", PAGE)
        .send()
        .await
        .has_status(200);
    assert_eq!(allowed(&reply), None, "nobody unless it is set");
    let plain = server.complete(&okc()).send().await.has_status(200);
    assert_eq!(plain.field("vary"), None);
    server.finish().await;
}

#[tokio::test]
async fn every_page_may_read_identity_and_public_keys() {
    let server = TestServer::builder().start().await;
    for target in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/oauth/discovery/keys",
        "/cloud_connector/keys",
        "/api/v4/code_suggestions/keys",
    ] {
        let ask = |method: &'static str| server.request(method, target).header("Origin", PAGE);
        let reply = ask("GET").send().await.has_status(200);
        assert_eq!(allowed(&reply).as_deref(), Some("*"), "{target}");
        let plain = server.request("GET", target).send().await;
        assert_eq!(plain.body, reply.body, "{target}");

        let options = ask("OPTIONS").send().await.has_status(204);
        assert_eq!(
            (options.text().as_str(), options.field("allow").as_deref()),
            ("", Some("OPTIONS, GET, HEAD")),
            "{target}"
        );
        let preflight = ask("OPTIONS").header("Access-Control-Request-Method", "GET");
        let preflight = preflight.send().await.has_status(204);
        assert_eq!(allowed(&preflight).as_deref(), Some("*"), "{target}");
        assert!(preflight.field("access-control-allow-methods").is_some());
    }
    server.finish().await;
}
