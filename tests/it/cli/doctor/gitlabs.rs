//! The GitLab whose users these are, and the one behind.

use futures_util::future::join_all;
use serde_json::json;

use super::{findings, found, time_to_connect};
use crate::support::{Answer, FakeGateway, Recorded, Script, gitlab as ce};

/// A GitLab that asks whoever wants to know its version who they are.
fn strict(request: &Recorded) -> Answer {
    let known = request.field("authorization").is_some();
    match request.target() {
        "GET /api/v4/version" if known => ce::answer(request),
        "GET /api/v4/version" => Answer::json(401, &json!({ "message": "401 Unauthorized" })),
        target if target.starts_with("GET /api/v4/api/") => {
            Answer::json(404, &json!({ "error": "404 Not Found" }))
        }
        _ => ce::answer(request),
    }
}

fn recent(request: &Recorded) -> Answer {
    match request.target() {
        "GET /api/v4/version" => Answer::json(200, &json!({ "version": "18.7.0-ee" })),
        _ => ce::answer(request),
    }
}

fn scopeless(request: &Recorded) -> Answer {
    match request.target() {
        "GET /api/v4/version" => Answer::json(403, &json!({ "error": "insufficient_scope" })),
        _ => ce::answer(request),
    }
}

fn website(_: &Recorded) -> Answer {
    Answer::new(200, "text/html", "<h1>It works!</h1>")
}

/// What is to be found: settings besides, what answers, a token, then the status and words of the detail and the remedy.
type OfGitLab<'a> = (
    &'a str,
    Script,
    &'a [(&'a str, &'a str)],
    Option<&'a str>,
    (&'a str, &'a str, &'a str),
);

#[tokio::test]
async fn a_gitlab_is_reached_and_its_age_is_told() {
    let gitlab = FakeGateway::start().await;
    let url = gitlab.url();
    let beside = &[
        ("identity.kind", "gitlab"),
        ("identity.gitlab.url", url.as_str()),
    ][..];
    let before = &[
        ("identity.kind", "gitlab"),
        ("proxy.gitlab_url", url.as_str()),
    ][..];
    let local = &[("proxy.gitlab_url", url.as_str())][..];
    let alice = Some(ce::ALICE);
    let cases: Vec<OfGitLab<'_>> = vec![
        ("no token", strict, beside, None, ("ok", "--token", "")),
        (
            "older, beside",
            strict,
            beside,
            alice,
            ("ok", "is GitLab 16.7.4", ""),
        ),
        (
            "older, behind",
            strict,
            before,
            alice,
            ("warning", "told that it is 16.8.0", "16.8 or later"),
        ),
        (
            "recent, behind",
            recent,
            before,
            alice,
            ("ok", "is GitLab 18.7.0-ee", ""),
        ),
        (
            "a stranger's token",
            strict,
            beside,
            Some("glpat-stranger"),
            ("warning", "does not take the token", "made there"),
        ),
        (
            "too small a scope",
            scopeless,
            before,
            alice,
            ("warning", "does not tell this token", "scope api"),
        ),
        (
            "our own users' tokens are not shown to it",
            strict,
            local,
            Some("glpat-ours"),
            ("ok", "its own users alone", ""),
        ),
        (
            "another website",
            website,
            before,
            alice,
            ("failed", "answers 200", "this is no GitLab"),
        ),
    ];
    for (name, answers, settings, token, (status, detail, remedy)) in cases {
        let folder = tempfile::tempdir().unwrap();
        gitlab.follows(answers);
        gitlab.forget();
        let token: Vec<_> = token.iter().flat_map(|token| ["--token", token]).collect();
        let findings = findings(folder.path(), settings, &token).await;
        let finding = found(&findings, "GitLab");
        let text = |member: &str| finding[member].as_str().unwrap_or_default();
        assert_eq!(text("status"), status, "{name}: {finding}");
        assert!(text("detail").contains(detail), "{name}: {finding}");
        assert!(text("remedy").contains(remedy), "{name}: {finding}");
        assert_eq!(text("remedy").is_empty(), status == "ok", "{name}");
        let shown = gitlab.requests().into_iter().any(|asked| {
            let field = asked.field("authorization").unwrap_or_default();
            field.contains("ours")
        });
        assert!(!shown, "{name}");
    }
}

#[tokio::test]
async fn mistakes_about_a_gitlab_are_named() {
    let gitlab = FakeGateway::start().await;
    gitlab.follows(strict);
    let url = gitlab.url();
    let api = format!("{url}/api/v4");
    let secure = url.replace("http:", "https:");
    let both = format!("{secure}/api/v4/");
    let cases = ["identity.gitlab.url", "proxy.gitlab_url"].map(|key| {
        let right = format!("write {key} = \"{url}\"");
        [
            (key, api.as_str(), right.clone()),
            (key, secure.as_str(), right.clone()),
            (key, both.as_str(), right),
            (
                key,
                "http://127.0.0.1:1",
                "nothing listens there".to_owned(),
            ),
        ]
    });
    let look = async |(key, wrong, remedy): (&str, &str, String)| {
        let folder = tempfile::tempdir().unwrap();
        let settings = [
            ("identity.kind", "gitlab"),
            ("proxy.connect_timeout", time_to_connect(wrong)),
            (key, wrong),
        ];
        let findings = findings(folder.path(), &settings, &["--token", ce::ALICE]).await;
        let finding = found(&findings, "GitLab");
        assert_eq!(finding["status"], "failed", "{key} = {wrong}: {finding}");
        let told = finding["remedy"].as_str().unwrap();
        assert!(told.contains(&remedy), "{key} = {wrong}: {finding}");
    };
    // Each waits for a handshake that does not come.
    join_all(cases.into_iter().flatten().map(look)).await;
    let asked = gitlab.asked("GET /api/v4/version");
    assert!(!asked.is_empty());
    for guess in asked {
        assert_eq!(
            guess.field("authorization"),
            None,
            "the token went to a guess"
        );
    }
}

#[tokio::test]
async fn two_gitlabs_are_looked_at_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let (users, behind) = (ce::gitlab().await, FakeGateway::start().await);
    behind.follows(strict);
    let (users, behind_url) = (users.url(), behind.url());
    let settings = [
        ("identity.kind", "gitlab"),
        ("identity.gitlab.url", users.as_str()),
        ("proxy.gitlab_url", behind_url.as_str()),
    ];
    let findings = findings(folder.path(), &settings, &["--token", ce::ALICE]).await;
    let detail = |name: &str| {
        found(&findings, name)["detail"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(detail("GitLab"), format!("{users} is GitLab 16.7.4"));
    let told = detail("GitLab behind");
    assert!(
        told.contains(&behind_url) && told.contains("alone"),
        "{told}"
    );
    let asked = behind.asked("GET /api/v4/version");
    assert!(
        asked
            .iter()
            .all(|asked| asked.field("authorization").is_none())
    );
}

#[tokio::test]
async fn remedies_for_tokens_of_a_gitlab_are_sought_there() {
    let gitlab = ce::gitlab().await;
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("identity.kind", "gitlab"),
        ("identity.gitlab.url", &gitlab.url()),
        ("model.kind", "engine"),
    ];
    let rule = [
        ("identity.entitlement.rule", "users"),
        ("identity.entitlement.users", "bob"),
    ];
    let others = [&settings[..], &rule].concat();
    for (token, settings, status, remedy) in [
        (ce::ALICE, &settings[..], "ok", ""),
        (ce::AI, &settings, "warning", "make one in GitLab"),
        (ce::READ_USER, &settings, "failed", "make one in GitLab"),
        (ce::EXPIRED, &settings, "failed", "make another in GitLab"),
        (ce::REVOKED, &settings, "failed", "make another in GitLab"),
        (ce::BLOCKED, &settings, "failed", "unblocked in GitLab"),
        (ce::ALICE, &others, "failed", "identity.entitlement"),
    ] {
        let findings = findings(folder.path(), settings, &["--token", token]).await;
        let finding = found(&findings, "token");
        assert_eq!(finding["status"], status, "{token}: {finding}");
        let said = finding["remedy"].as_str().unwrap_or_default();
        assert!(said.contains(remedy), "{token}: {finding}");
    }
}
