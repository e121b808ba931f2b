//! Applications, passwords and sign-in links by command.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::{command_with, fails};
use crate::support::{Run, command};

fn listed(data_dir: &Path) -> Value {
    serde_json::from_str(&Run::ok(data_dir, &["application", "list", "--json"])).unwrap()
}

#[test]
fn applications_are_registered_with_the_places_of_editors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let editors = Run::ok(path, &["application", "add", "Editors"]);
    let own = "com.example.editor://done";
    Run::ok(path, &["application", "add", "Own", "--redirect-uri", own]);
    let rows = listed(path);
    assert_eq!(rows[0]["client_id"], editors.trim());
    assert_eq!(
        rows[0]["redirect_uris"],
        json!([
            "vscode://gitlab.gitlab-workflow/authentication",
            "http://127.0.0.1/api/oauth/gitlab/authorization",
        ])
    );
    assert_eq!(
        (&rows[1]["name"], &rows[1]["redirect_uris"]),
        (&json!("Own"), &json!([own]))
    );
    Run::ok(path, &["application", "remove", "1"]);
    let by_client_id = rows[1]["client_id"].as_str().unwrap();
    Run::ok(path, &["application", "remove", by_client_id]);
    assert_eq!(listed(path), json!([]));
    let line = fails(command(path, &["application", "remove", "1"]), 1);
    assert!(line.contains("no application has the ID 1"), "{line}");
    // A client id may begin so, and is no option.
    let line = fails(command(path, &["application", "remove", "-pEHT"]), 1);
    assert!(line.contains("no application has the ID -pEHT"), "{line}");
    for refused in ["http://editor.example/", "javascript://x/", "nonsense"] {
        let arguments = ["application", "add", "Bad", "--redirect-uri", refused];
        let run = Run::of(command(path, &arguments));
        assert_eq!(run.code, Some(2), "{run:#?}");
        assert!(run.stderr.contains(refused), "{run:#?}");
    }
}

fn with_input(mut command: Command, input: &str) -> (Option<i32>, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses before reading has closed its side.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(printed).unwrap())
}

#[test]
fn a_password_is_read_from_standard_input_and_shown_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    Run::ok(path, &["user", "add", "alice"]);
    let set = |name| command(path, &["user", "set", name, "--password"]);
    let (code, printed) = with_input(set("alice"), "correct horse\n");
    assert_eq!(code, Some(0), "{printed}");
    assert!(!printed.contains("horse"), "{printed}");
    let (code, printed) = with_input(set("alice"), "short\n");
    assert_eq!(code, Some(2), "{printed}");
    assert!(printed.contains("8 characters"), "{printed}");
    let (code, printed) = with_input(set("bob"), "correct horse\n");
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("bob"), "{printed}");
    let run = Run::of(command(path, &["user", "set", "alice"]));
    assert_eq!(run.code, Some(2), "nothing to set: {run:#?}");
    for entry in std::fs::read_dir(path).unwrap() {
        let kept = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&kept).contains("correct horse"));
    }
}

#[test]
fn a_sign_in_link_leads_to_the_external_url_and_only_when_there_are_pages() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let url = [("server.external_url", "https://host.example/code/")];
    let added = command_with(path, &url, &["user", "add", "alice"]);
    let added = Run::of(added).stdout;
    let begin = "https://host.example/code/users/sign_in?link=";
    assert!(added.contains(begin), "{added}");
    let link = command_with(path, &url, &["user", "sign-in-link", "alice"]);
    let link = Run::of(link).stdout;
    assert!(
        link.starts_with(begin) && !added.contains(link.trim()),
        "{link}"
    );
    let without = command_with(path, &[("web.enabled", "false")], &["user", "add", "bob"]);
    assert_eq!(Run::of(without).stdout, "user bob added\n");
    fails(command(path, &["user", "sign-in-link", "carol"]), 1);
}
