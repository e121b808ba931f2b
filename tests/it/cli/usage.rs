//! The command `usage`: figures of a server that has run, and run again.

use serde_json::{Value, json};

use super::{command_with, completion, fails};
use crate::support::{COMPLETIONS, Program, Run, command};

const TODAY: [&str; 2] = ["--by", "user,language,editor"];

fn shown(path: &std::path::Path, arguments: &[&str]) -> Value {
    let arguments = [&["usage", "--json"], arguments].concat();
    serde_json::from_str(&Run::ok(path, &arguments)).unwrap()
}

#[tokio::test]
async fn figures_outlive_the_server_and_are_shown_in_three_forms() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    Run::ok(path, &["user", "add", "alice"]);
    let token = Run::ok(path, &["token", "create", "--user", "alice"]);
    for id in [
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "0f8fad5b-d9cb-469f-a165-70867728950e",
    ] {
        let report = json!({
            "event": "code_suggestion_accepted_in_ide",
            "additional_properties": { "unique_tracking_id": id, "language": "ruby", "ide_name": "Neovim" },
        });
        let program = Program::start(command_with(path, &[], &[]));
        let asked = completion(program.request("POST", COMPLETIONS), token.trim());
        asked.send().await.has_status(200);
        let track = program.request("POST", "/api/v4/usage_data/track_event");
        track
            .bearer(token.trim())
            .json(&report)
            .send()
            .await
            .has_status(200);
        assert_eq!(program.stop().code, Some(0));
    }
    let row = |editor, requested, accepted| {
        json!({ "user": "alice", "language": "ruby", "editor": editor, "requested": requested, "streamed": 0,
            "shown": 0, "accepted": accepted, "rejected": 0 })
    };
    assert_eq!(
        shown(path, &TODAY),
        json!([row("neovim", 0, 2), row("other", 2, 0)])
    );
    let by_day = shown(path, &[]);
    // Midnight may come in between.
    let sum = |name: &str| {
        let days = by_day.as_array().unwrap().iter();
        days.map(|day| day[name].as_i64().unwrap()).sum::<i64>()
    };
    assert_eq!((sum("requested"), sum("accepted")), (2, 2));
    assert_eq!(by_day[0]["day"].as_str().unwrap().len(), "2026-11-21".len());
    assert_eq!(shown(path, &["--since", "2999-01-01"]), json!([]));

    let csv = Run::ok(path, &["usage", "--csv", "--by", "editor,user"]);
    assert_eq!(
        csv,
        "editor,user,requested,streamed,shown,accepted,rejected\nneovim,alice,0,0,0,2,0\nother,alice,2,0,0,0,0\n"
    );
    let table = Run::ok(path, &["usage", "--by", "language"]);
    let lines: Vec<_> = table.lines().collect();
    assert!(
        lines[0].starts_with("LANGUAGE  REQUESTED") && lines[1].starts_with("ruby"),
        "{table}"
    );
    let none = Run::ok(path, &["usage", "--since", "2999-01-01"]);
    assert_eq!(none, "no figures since 2999-01-01\n");
}

#[test]
fn what_cannot_be_shown_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let off = command_with(path, &[("usage.retention", "0")], &["usage"]);
    assert!(fails(off, 2).contains("usage.retention"));
    for arguments in [
        ["--by", "colour"],
        ["--since", "tomorrow"],
        ["--json", "--csv"],
    ] {
        let run = Run::of(command(path, &[&["usage"], &arguments[..]].concat()));
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:#?}");
    }
}
