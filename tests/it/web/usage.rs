//! The page with the figures on how suggestions are used.

use serde_json::json;

use super::administrator;
use crate::support::{Browser, TestServer, okc};

const USAGE: &str = "/admin/usage";

fn report(event: &str, id: u32) -> serde_json::Value {
    json!({
        "event": event,
        "additional_properties": {
            "unique_tracking_id": format!("0f8fad5b-d9cb-469f-a165-{id:012}"), "language": "ruby", "model_name": "m<1>", "ide_name": "Neovim",
        },
    })
}

#[tokio::test]
async fn administrators_see_plots_and_tables() {
    let server = TestServer::builder().start().await;
    server.complete(&okc()).send().await.has_status(200);
    for (event, id) in [("shown", 1), ("shown", 2), ("accepted", 1)] {
        let body = report(&format!("code_suggestion_{event}_in_ide"), id);
        let track = server.post("/api/v4/usage_data/track_event").json(&body);
        track.send().await.has_status(200);
    }
    let root = administrator(&server).await;
    let page = root.get(USAGE).await.has_status(200).text();
    for expected in [
        "Asked for 1, of them streamed 0; shown 2, accepted 1 (50% of those shown), dismissed 0.",
        "<title>2026-11-21: 2</title>",
        "<td class=\"name\">ruby</td><td>1</td><td>0</td><td>2</td><td>1</td><td>0</td>",
        "From 2026-10-23 to 2026-11-21",
        "aria-current=\"page\">Usage</a>",
    ] {
        assert!(page.contains(expected), "{expected} not in {page}");
    }
    for (by, name) in [("user", "alice"), ("editor", "neovim"), ("model", "other")] {
        let page = root
            .get(&format!("{USAGE}?days=365&by={by}"))
            .await
            .has_status(200);
        let row = format!("<td class=\"name\">{name}</td>");
        assert!(page.text().contains(&row), "{row} not in {}", page.text());
    }
    let odd = root
        .get("/admin/usage?days=-1&by=%3Cscript%3E&days=x")
        .await
        .has_status(200);
    assert!(!odd.text().contains("<script>"), "{}", odd.text());
    server.finish().await;
}

#[tokio::test]
async fn figures_are_for_administrators_and_may_be_none() {
    let server = TestServer::builder()
        .set("usage.retention", "0")
        .start()
        .await;
    let alice = Browser::signed_in(&server, "alice").await;
    alice.get(USAGE).await.has_status(403);
    Browser::new(&server).get(USAGE).await.has_status(303);
    let root = administrator(&server).await;
    let page = root.get(USAGE).await.has_status(200).text();
    assert!(
        page.contains("usage.retention") && !page.contains("<svg class=\"plot"),
        "{page}"
    );
    server.finish().await;
}
