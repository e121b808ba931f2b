//! The pages for administrators, and that they are for nobody else.

use std::time::Duration;

use super::administrator;
use crate::support::{Browser, COMPLETIONS, FakeGateway, TestServer, okc};

const USERS: &str = "/admin/users";

#[tokio::test]
async fn nobody_else_gets_there() {
    let server = TestServer::builder().start().await;
    let alice = Browser::signed_in(&server, "alice").await;
    let home = alice.get("/").await.text();
    assert!(!home.contains("/admin"), "{home}");
    for path in ["/admin", USERS, "/admin/projects"] {
        alice.get(path).await.has_status(403);
        alice.get("/").await;
        let fields = [
            ("action", "add"),
            ("name", "mallory"),
            ("path", "a"),
            ("code_suggestions", "off"),
        ];
        alice.post(path, &fields).await.has_status(403);
        Browser::new(&server).get(path).await.has_status(303);
    }
    assert_eq!(server.shared.store.users().await.unwrap().len(), 4);
    server.finish().await;
}

#[tokio::test]
async fn a_user_is_added_with_a_link_and_blocked_with_everything() {
    let server = TestServer::builder().start().await;
    let root = administrator(&server).await;
    root.get(USERS).await.has_status(200);
    let act = async |action: &str, name: &str| {
        root.post(USERS, &[("action", action), ("name", name)])
            .await
    };
    let added = act("add", "erin").await.has_status(201).text();
    let marker = "http://gitlab.test/users/sign_in?link=";
    let link = added
        .split(marker)
        .nth(1)
        .unwrap_or_else(|| panic!("{added}"));
    let link = link.split('<').next().unwrap();
    assert!(!root.get(USERS).await.text().contains(marker), "shown once");
    let erin = Browser::new(&server);
    erin.get("/users/sign_in").await;
    erin.post("/users/sign_in", &[("link", link)])
        .await
        .has_status(303);
    erin.get("/-/playground").await.has_status(200);
    let again = act("add", "ERIN").await.has_status(422).text();
    assert!(again.contains("exists already"), "{again}");
    act("add", "not a name").await.has_status(422);
    act("block", "nobody").await.has_status(404);
    act("promote", "erin").await.has_status(400);
    let own = act("block", "Root").await.has_status(422).text();
    assert!(own.contains("cannot block yourself"), "{own}");

    let asks = async || {
        server.advance(Duration::from_secs(1));
        server.complete(&okc()).send().await.status
    };
    for (action, name, status) in [
        ("off", "alice", 401),
        ("on", "alice", 200),
        ("block", "alice", 403),
        ("unblock", "alice", 200),
    ] {
        act(action, name).await.has_status(303);
        assert_eq!(asks().await, status, "{action}");
    }
    act("block", "erin").await.has_status(303);
    erin.get("/-/playground").await.has_status(303);
    server.finish().await;
}

#[tokio::test]
async fn switches_of_instance_and_projects_are_set() {
    let server = TestServer::builder().start().await;
    let root = administrator(&server).await;
    root.get("/admin").await.has_status(200);
    let asks = async || {
        server.advance(Duration::from_secs(1));
        server.complete(&okc()).send().await.status
    };
    for (word, status) in [("off", 404), ("on", 200)] {
        root.post("/admin", &[("code_suggestions", word)])
            .await
            .has_status(303);
        assert_eq!(asks().await, status);
    }
    for word in ["off", "on"] {
        let fields = [("path", "/new/project/"), ("code_suggestions", word)];
        root.post("/admin/projects", &fields).await.has_status(303);
        let projects = server.shared.store.projects().await.unwrap();
        let project = projects
            .iter()
            .find(|project| project.path == "new/project");
        assert_eq!(
            project.and_then(|project| project.code_suggestions),
            Some(word == "on")
        );
    }
    let fields = [("path", "a b"), ("code_suggestions", "on")];
    root.post("/admin/projects", &fields).await.has_status(422);
    server.finish().await;
}

#[tokio::test]
async fn the_gateway_is_asked_for_a_suggestion() {
    let gateway = FakeGateway::start().await;
    let server = TestServer::before(&gateway).await;
    let root = administrator(&server).await;
    let shown = root.get("/admin").await.has_status(200).text();
    assert!(shown.contains(&gateway.url()), "{shown}");
    let checked = root
        .post("/admin", &[("action", "check")])
        .await
        .has_status(200)
        .text();
    assert!(checked.contains("The gateway answers"), "{checked}");
    assert_eq!(gateway.requests().len(), 1);
    gateway.answers(crate::support::Answer::new(500, "text/plain", "broken"));
    let checked = root
        .post("/admin", &[("action", "check")])
        .await
        .has_status(200)
        .text();
    assert!(checked.contains("no answer"), "{checked}");
    // Nobody's limit pays for it, and nobody else can ask.
    server
        .request("POST", COMPLETIONS)
        .send()
        .await
        .has_status(401);
    server.finish().await;
}
