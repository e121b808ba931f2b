//! `key rotate` and `key list` beside a running server.

use serde_json::Value;

use crate::support::{Program, Run, command, soon};

fn states(path: &std::path::Path) -> Vec<(String, String)> {
    let rows: Vec<Value> =
        serde_json::from_str(&Run::ok(path, &["key", "list", "--json"])).unwrap();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| (text(row, "id"), text(row, "state")))
        .collect()
}

async fn published(program: &Program) -> Vec<String> {
    let reply = program.request("GET", "/oauth/discovery/keys").send().await;
    let keys = reply.has_status(200).json();
    let keys = keys["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_rotated_key_is_published_by_the_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let program = Program::start(command(path, &[]));
    let first = published(&program).await;
    assert_eq!(first.len(), 1);

    let told = Run::ok(path, &["key", "rotate"]);
    let second = told.split(' ').next().unwrap().to_owned();
    assert!(
        told.contains("is published now and signs from 20"),
        "{told}"
    );
    soon(async { while published(&program).await != [first[0].clone(), second.clone()] {} }).await;
    let expected = [
        (first[0].clone(), "signing".to_owned()),
        (second.clone(), "waiting".to_owned()),
    ];
    assert_eq!(states(path), expected);
    let again = Run::of(command(path, &["key", "rotate"]));
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("is waiting already"), "{again:?}");

    let told = Run::ok(path, &["key", "rotate", "--now"]);
    let third = told.split(' ').next().unwrap().to_owned();
    soon(async { while published(&program).await != [first[0].clone(), third.clone()] {} }).await;
    let expected = [
        (first[0].clone(), "retiring".to_owned()),
        (third, "signing".to_owned()),
    ];
    assert_eq!(states(path), expected);
    assert_eq!(program.stop().code, Some(0));
}

#[test]
fn keys_that_others_read_keep_the_server_from_starting() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    Run::ok(folder.path(), &["key", "list"]);
    let key = other.path().join("given.pem");
    std::fs::copy(folder.path().join("signing-key.pem"), &key).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut serve = command(folder.path(), &[]);
    serve.env("CODE_SUGGESTIONS__INSTANCE__SIGNING_KEY_FILE", &key);
    let run = Run::of(serve);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("chmod 600"), "{run:?}");

    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let mut rotate = command(folder.path(), &["key", "rotate"]);
    rotate.env("CODE_SUGGESTIONS__INSTANCE__SIGNING_KEY_FILE", &key);
    let run = Run::of(rotate);
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("instance.published_key_files"),
        "{run:?}"
    );
}
