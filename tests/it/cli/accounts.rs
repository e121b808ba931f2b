//! Users, tokens and projects by command, beside a server that runs.

use std::path::Path;

use serde_json::{Value, json};

use super::{becomes, command_with, completion, fails};
use crate::support::{COMPLETIONS, ENABLED, Program, Run, command, soon};

#[track_caller]
fn listed(data_dir: &Path, what: &str) -> Vec<Value> {
    let text = Run::ok(data_dir, &[what, "list", "--json"]);
    match serde_json::from_str(&text) {
        Ok(Value::Array(rows)) => rows,
        other => panic!("{other:?} in {text}"),
    }
}

#[test]
fn users_are_added_listed_and_switched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    assert_eq!(listed(path, "user"), [] as [Value; 0]);
    Run::ok(path, &["user", "add", "alice"]);
    Run::ok(path, &["user", "add", "bob", "--admin"]);
    let switches = |row: usize| {
        let user = &listed(path, "user")[row];
        let names = ["username", "admin", "blocked", "code_suggestions"];
        json!(names.map(|name| user[name].clone()))
    };
    assert_eq!(switches(0), json!(["alice", false, false, true]));
    assert_eq!(switches(1), json!(["bob", true, false, true]));
    Run::ok(path, &["user", "block", "alice"]);
    Run::ok(path, &["user", "set", "bob", "--code-suggestions", "off"]);
    assert_eq!(switches(0), json!(["alice", false, true, true]));
    assert_eq!(switches(1), json!(["bob", true, false, false]));
    Run::ok(path, &["user", "unblock", "ALICE"]);
    Run::ok(path, &["user", "set", "bob", "--code-suggestions", "on"]);
    assert_eq!(switches(0), json!(["alice", false, false, true]));
    assert_eq!(switches(1), json!(["bob", true, false, true]));
    let table = Run::ok(path, &["user", "list"]);
    assert!(
        table.lines().count() == 3 && table.contains("alice"),
        "{table}"
    );
}

#[tokio::test]
async fn removing_a_user_ends_their_tokens_and_leaves_the_name_free() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let program = Program::start(command(path, &[]));
    Run::ok(path, &["user", "add", "alice"]);
    let token = Run::ok(path, &["token", "create", "--user", "alice"]);
    let version = || {
        program
            .request("GET", "/api/v4/version")
            .bearer(token.trim())
    };
    version().send().await.has_status(200);
    Run::ok(path, &["user", "remove", "ALICE"]);
    soon(async { while version().send().await.status != 401 {} }).await;
    let tokens = listed(path, "token");
    assert!(
        tokens.iter().all(|row| row["user"] != "alice"),
        "{tokens:?}"
    );
    let again = Run::of(command(path, &["user", "remove", "alice"]));
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(
        again.stderr.contains("no user is named 'alice'"),
        "{again:?}"
    );
    let number =
        |rows: &[Value]| rows.iter().find(|row| row["username"] == "alice").unwrap()["id"].as_i64();
    Run::ok(path, &["user", "add", "alice"]);
    assert_eq!(
        number(&listed(path, "user")),
        Some(3),
        "a number is never given twice"
    );
    program.stop();
}

#[test]
fn what_was_set_for_a_project_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    Run::ok(
        path,
        &["project", "set", "group/p", "--code-suggestions", "off"],
    );
    Run::ok(path, &["project", "remove", "/Group/P/"]);
    assert!(listed(path, "project").is_empty());
    let again = Run::of(command(path, &["project", "remove", "group/p"]));
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(
        again.stderr.contains("nothing has been set for 'group/p'"),
        "{again:?}"
    );
}

#[test]
fn tokens_are_shown_once_and_listed_without_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    Run::ok(path, &["user", "add", "alice"]);
    let create = ["token", "create", "--user", "alice"];
    let plain = Run::of(command(path, &create));
    let token = plain.stdout.trim_end_matches('\n');
    assert_eq!((plain.code, plain.stderr.as_str()), (Some(0), ""));
    assert!(token.starts_with("glpat-") && token.len() >= 26, "{token}");
    assert!(
        !token.contains(char::is_whitespace),
        "alone on standard output"
    );
    let more = [
        "--name",
        "editor",
        "--scopes",
        "ai_features,read_api",
        "--expires-at",
        "2099-12-31",
    ];
    Run::ok(path, &[&create[..], &more].concat());
    let rows = listed(path, "token");
    let shown = json!(rows).to_string();
    assert!(
        !shown.contains("glpat-") && !shown.contains(&token[6..]),
        "{shown}"
    );
    assert_eq!(
        (&rows[0]["user"], &rows[0]["scopes"]),
        (&json!("alice"), &json!(["api"]))
    );
    assert_eq!(rows[0]["expires_at"], Value::Null);
    assert_eq!(rows[1]["name"], "editor");
    assert_eq!(rows[1]["scopes"], json!(["read_api", "ai_features"]));
    assert_eq!(rows[1]["expires_at"], "2099-12-31");
    assert_eq!(rows[1]["revoked"], false);
    Run::ok(path, &["token", "revoke", &rows[1]["id"].to_string()]);
    assert_eq!(listed(path, "token")[1]["revoked"], true);
}

#[test]
fn projects_are_set_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    Run::ok(
        path,
        &["project", "set", "grp/on", "--code-suggestions", "on"],
    );
    Run::ok(
        path,
        &["project", "set", "/grp/off/", "--code-suggestions", "on"],
    );
    Run::ok(
        path,
        &["project", "set", "GRP/off", "--code-suggestions", "off"],
    );
    let rows: Vec<_> = listed(path, "project")
        .into_iter()
        .map(|row| (row["path"].clone(), row["code_suggestions"].clone()))
        .collect();
    assert_eq!(
        rows,
        [
            (json!("grp/off"), json!(false)),
            (json!("grp/on"), json!(true))
        ]
    );
}

#[test]
fn exclusion_rules_are_set_apart_from_the_switch() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let set = |arguments: &[&str]| {
        Run::ok(path, &[&["project", "set", "grp/p"], arguments].concat());
        let row = listed(path, "project").remove(0);
        (
            row["code_suggestions"].clone(),
            row["exclusion_rules"].clone(),
        )
    };
    let rules = json!(["*.env", "!example.env"]);
    assert_eq!(
        set(&["--exclude", "*.env", "--exclude", "!example.env"]),
        (Value::Null, rules.clone())
    );
    assert_eq!(set(&["--code-suggestions", "off"]), (json!(false), rules));
    let both = ["--exclude", "/secrets/", "--code-suggestions", "on"];
    assert_eq!(set(&both), (json!(true), json!(["/secrets/"])));
    assert_eq!(set(&["--no-exclude"]), (json!(true), json!([])));

    for (arguments, told) in [
        (&[][..], "--exclude"),
        (&["--exclude", "{a"], "{a"),
        (&["--exclude", "# no"], "# no"),
        (&["--exclude", "a", "--no-exclude"], "--no-exclude"),
    ] {
        let arguments = [&["project", "set", "grp/p"], arguments].concat();
        let run = Run::of(command(path, &arguments));
        assert_eq!(run.code, Some(2), "{run:#?}");
        assert!(run.stderr.contains(told), "{run:#?}");
    }
}

#[test]
fn what_cannot_be_done_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    Run::ok(path, &["user", "add", "alice"]);
    let create = |rest: &[&str]| {
        command(
            path,
            &[&["token", "create", "--user", "alice"], rest].concat(),
        )
    };
    let cases = [
        (command(path, &["user", "add", "ALICE"]), 1, "ALICE"),
        (
            command(path, &["user", "add", "not a name"]),
            2,
            "not a name",
        ),
        (command(path, &["user", "block", "bob"]), 1, "bob"),
        (
            command(path, &["token", "create", "--user", "bob"]),
            1,
            "bob",
        ),
        (command(path, &["token", "revoke", "99"]), 1, "99"),
        (
            command(path, &["project", "set", "a b", "--code-suggestions", "on"]),
            2,
            "a b",
        ),
    ];
    for (command, code, told) in cases {
        let line = fails(command, code);
        assert!(line.contains(told), "{line}");
    }
    for (key, value, told) in [
        ("--scopes", "root", "root"),
        ("--expires-at", "tomorrow", "YYYY-MM-DD"),
        ("--expires-at", "2026-02-30", "YYYY-MM-DD"),
        ("--expires-at", "2020-02-02", "has to be in the future"),
    ] {
        let run = Run::of(create(&[key, value]));
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:#?}");
        let (named, why) = (run.stderr.contains(value), run.stderr.contains(told));
        assert!(named && why, "{run:#?}");
    }
}

#[test]
fn a_database_without_the_key_of_its_tokens_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let key = path.join("server.key");
    Run::ok(path, &["user", "add", "alice"]);
    let old = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    Run::ok(path, &["user", "list"]);
    assert_ne!(
        std::fs::read(&key).unwrap(),
        old,
        "without tokens it is made anew"
    );

    Run::ok(path, &["token", "create", "--user", "alice"]);
    let right = std::fs::read(&key).unwrap();
    for (fault, content) in [("missing", None), ("another database", Some(&old))] {
        drop(std::fs::remove_file(&key));
        if let Some(content) = content {
            write_private(&key, content);
        }
        for arguments in [
            &[][..],
            &["user", "list"],
            &["token", "create", "--user", "alice"],
        ] {
            let told = fails(command(path, arguments), 1);
            assert!(told.contains(&key.display().to_string()), "{told}");
            assert!(
                told.contains(fault) && told.contains("the 1 tokens"),
                "{told}"
            );
            assert!(told.contains("token revoke --all"), "{told}");
        }
        let doctor = Run::of(command(path, &["doctor"]));
        assert_eq!(doctor.code, Some(1), "{doctor:?}");
        assert!(
            doctor.stdout.contains("✗ data") && doctor.stdout.contains(fault),
            "{doctor:?}"
        );
        assert_eq!(key.exists(), content.is_some(), "no key is made meanwhile");
    }
    let gitlab = [
        ("identity.kind", "gitlab"),
        ("identity.gitlab.url", "https://gitlab.test"),
    ];
    let elsewhere = Run::of(command_with(path, &gitlab, &["project", "list"]));
    assert_eq!(elsewhere.code, Some(0), "{elsewhere:?}");
    write_private(&key, &right);
    Run::ok(path, &["user", "list"]);

    std::fs::remove_file(&key).unwrap();
    assert_eq!(
        Run::ok(path, &["token", "revoke", "--all"]),
        "1 tokens revoked\n"
    );
    let tokens = listed(path, "token");
    assert_eq!(tokens[0]["revoked"], true);
    Run::ok(path, &["token", "create", "--user", "alice"]);
    assert_ne!(std::fs::read(&key).unwrap(), right);
}

fn write_private(path: &Path, content: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, content).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn whoever_takes_the_last_administrator_away_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for arguments in [
        &["user", "add", "alice"][..],
        &["user", "add", "root", "--admin"],
        &["user", "add", "dora", "--admin"],
    ] {
        Run::ok(path, arguments);
    }
    for (arguments, told) in [
        (["user", "remove", "alice"], ""),
        (["user", "block", "dora"], ""),
        (["user", "block", "root"], "root was the last administrator"),
        (["user", "unblock", "root"], ""),
        (
            ["user", "remove", "root"],
            "root was the last administrator",
        ),
    ] {
        let run = Run::of(command(path, &arguments));
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stderr.contains(told), "{arguments:?}: {run:?}");
        assert_eq!(
            run.stderr.is_empty(),
            told.is_empty(),
            "{arguments:?}: {run:?}"
        );
    }
}

#[test]
fn a_data_directory_that_cannot_be_used_is_told_in_one_line() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let line = fails(command(file.path(), &["user", "list"]), 1);
    assert!(line.contains(&file.path().display().to_string()), "{line}");
}

#[tokio::test]
async fn commands_take_effect_on_the_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let program = Program::start(command_with(path, &[("limits.completions", "0")], &[]));
    Run::ok(path, &["user", "add", "alice"]);
    let token = Run::ok(path, &["token", "create", "--user", "alice"]);
    let token = token.trim();
    let asked = || completion(program.request("POST", COMPLETIONS), token);
    let enabled = || {
        let body = json!({ "project_path": "grp/project" });
        program.request("POST", ENABLED).bearer(token).json(&body)
    };
    becomes(asked(), 200).await;
    Run::ok(path, &["user", "block", "alice"]);
    becomes(asked(), 403).await;
    Run::ok(path, &["user", "unblock", "alice"]);
    becomes(asked(), 200).await;
    Run::ok(path, &["user", "set", "alice", "--code-suggestions", "off"]);
    becomes(asked(), 401).await;
    Run::ok(path, &["user", "set", "alice", "--code-suggestions", "on"]);
    becomes(asked(), 200).await;
    enabled().send().await.has_status(200);
    Run::ok(
        path,
        &["project", "set", "grp", "--code-suggestions", "off"],
    );
    becomes(enabled(), 403).await;
    Run::ok(
        path,
        &["project", "set", "grp/project", "--code-suggestions", "on"],
    );
    becomes(enabled(), 200).await;
    let tokens = listed(path, "token");
    let id = tokens.iter().find(|row| row["user"] == "alice").unwrap()["id"].to_string();
    Run::ok(path, &["token", "revoke", &id]);
    becomes(asked(), 401).await;
    assert_eq!(program.stop().code, Some(0));
}

#[test]
fn users_and_tokens_of_a_gitlab_are_not_managed_here() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("identity.kind", "gitlab"),
        ("identity.gitlab.url", "https://gitlab.test"),
    ];
    for arguments in [
        &["user", "list"][..],
        &["user", "add", "alice"],
        &["token", "create", "--user", "alice"],
        &["token", "revoke", "1"],
    ] {
        let told = fails(command_with(folder.path(), &settings, arguments), 2);
        assert!(
            told.contains("live in GitLab at https://gitlab.test"),
            "{told}"
        );
    }
    let set = ["project", "set", "grp/p", "--code-suggestions", "off"];
    let run = Run::of(command_with(folder.path(), &settings, &set));
    assert_eq!(run.code, Some(0), "{run:#?}");
}
