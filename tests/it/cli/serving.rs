//! `serve` as a process: what is printed and logged, signals, probes, and files that nobody else may read.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::{command_with, completion, fails};
use crate::support::{
    Answer, COMPLETIONS, Connection, FakeGateway, Program, Request, Run, command, okc_with, soon,
};

/// Every word of a text that looks like a token.
fn tokens(text: &str) -> Vec<&str> {
    text.split(|character: char| !(character.is_ascii_alphanumeric() || "-_".contains(character)))
        .filter(|word| word.starts_with("glpat-"))
        .collect()
}

#[tokio::test]
async fn the_first_start_prints_what_a_first_user_needs_and_no_other_start_does() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(command(folder.path(), &["serve"]));
    let address = program.address;
    program
        .request("GET", "/-/readiness")
        .send()
        .await
        .has_status(200);
    let run = program.stop();
    assert_eq!(run.code, Some(0), "{run:#?}");
    let found = tokens(&run.stdout);
    let token = found[0].to_owned();
    assert!(found.iter().all(|word| *word == token), "{run:#?}");
    assert!(
        run.stdout.contains(&format!("http://{address}")),
        "{run:#?}"
    );
    assert!(
        run.stdout.contains("curl") && run.stdout.contains(COMPLETIONS),
        "{run:#?}"
    );
    assert_eq!(tokens(&run.stderr), [] as [&str; 0], "never to the log");

    let program = Program::start(command(folder.path(), &[]));
    completion(program.request("POST", COMPLETIONS), &token)
        .send()
        .await
        .has_status(200);
    let run = program.stop();
    assert_eq!(tokens(&format!("{run:?}")), [] as [&str; 0]);
    assert!(!run.stdout.contains("curl"), "{run:#?}");
}

#[test]
fn a_log_in_json_is_collected_and_gets_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let run = Program::start(command_with(folder.path(), &[("log.format", "json")], &[])).stop();
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert_eq!(tokens(&format!("{run:?}")), [] as [&str; 0]);
    let token = Run::ok(folder.path(), &["token", "create", "--user", "root"]);
    assert!(token.starts_with("glpat-"));
}

/// Behind a gateway, at the finest level of the log.
async fn traced(path: &Path, gateway: &FakeGateway, grace: &str) -> (Program, String) {
    Run::ok(path, &["user", "add", "alice"]);
    let token = Run::ok(path, &["token", "create", "--user", "alice"]);
    let settings = [
        ("gateway.kind", "ai_gateway"),
        ("gateway.url", &gateway.url()),
        ("log.level", "trace"),
        ("log.format", "json"),
        ("server.shutdown_grace", grace),
    ];
    let program = Program::start(command_with(path, &settings, &[]));
    program
        .request("GET", "/-/readiness")
        .send()
        .await
        .has_status(200);
    (program, token.trim().to_owned())
}

#[tokio::test]
async fn the_log_holds_one_line_a_request_and_no_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = FakeGateway::start().await;
    let (program, token) = traced(folder.path(), &gateway, "10s").await;
    let body =
        okc_with(json!({ "user_instruction": "SECRETSOURCE", "project_path": "SECRETPROJECT" }));
    let asked = |target: &str| program.request("POST", target).bearer(&token).json(&body);
    asked(COMPLETIONS)
        .header("X-Request-Id", "my-id")
        .send()
        .await
        .has_status(200);
    asked("/SECRETPATH?private_token=SECRETQUERY")
        .send()
        .await
        .has_status(404);
    asked(COMPLETIONS)
        .bearer("SECRETTOKEN")
        .send()
        .await
        .has_status(401);
    asked(COMPLETIONS)
        .raw_body("{\"SECRETJSON")
        .send()
        .await
        .has_status(400);
    gateway.answers(Answer::json(
        200,
        &json!({ "choices": [{ "text": "SECRETANSWER" }] }),
    ));
    asked(COMPLETIONS).send().await.has_status(200);
    gateway.answers(Answer::new(500, "text/plain", "SECRETFAILURE"));
    asked(COMPLETIONS).send().await.has_status(502);
    let jwt = gateway.requests()[0].field("authorization").unwrap();
    let run = program.stop();
    assert_eq!(run.code, Some(0));
    let signature = jwt.rsplit('.').next().unwrap();
    for secret in ["SECRET", "secret_", &token, &token[6..], signature] {
        assert!(!run.stderr.contains(secret), "{secret} in {}", run.stderr);
    }
    let lines = run
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")));
    let (lines, others): (Vec<Value>, Vec<Value>) =
        lines.partition(|line: &Value| line["message"] == "request");
    assert_eq!(lines.len(), 7, "{lines:#?}");
    let failed = lines.iter().find(|line| line["status"] == 502).unwrap();
    let causes = others
        .iter()
        .filter(|line| line["request_id"] == failed["request_id"]);
    let told: Vec<_> = causes
        .map(|line| (&line["message"], &line["error"]))
        .collect();
    assert_eq!(
        told,
        [(
            &json!("no answer from the gateway"),
            &json!("the gateway answered 500 Internal Server Error")
        )],
        "a failure is logged once, under the request's identifier"
    );
    let line = lines
        .iter()
        .find(|line| line["request_id"] == "my-id")
        .unwrap();
    assert_eq!(
        (
            &line["route"],
            &line["method"],
            &line["status"],
            &line["upstream_status"]
        ),
        (
            &json!(COMPLETIONS),
            &json!("POST"),
            &json!(200),
            &json!(200)
        )
    );
    let unknown = lines.iter().find(|line| line["status"] == 404).unwrap();
    assert_eq!(unknown["route"], "other");
}

#[tokio::test]
async fn sigterm_ends_with_0_whatever_is_connected() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = FakeGateway::start().await;
    let (program, token) = traced(folder.path(), &gateway, "300ms").await;
    let mut half = Connection::open(program.address).await;
    half.write("GET / HTTP/1.1\r\nHost: gitl").await;
    gateway.hold();
    let body = okc_with(json!({ "stream": true }));
    let request = program
        .request("POST", COMPLETIONS)
        .bearer(&token)
        .json(&body);
    let upstream = async {
        let mut exchange = gateway.next().await;
        exchange.write(Answer::text_head()).await;
        exchange.chunk("abc").await;
        exchange
    };
    let (mut reply, mut exchange) = tokio::join!(request.open(), upstream);
    reply.reaches("abc").await;
    program.terminate();
    // The stream outlasts the grace and is broken off, visibly.
    assert!(!soon(reply.rest()).await.whole);
    half.ended().await;
    exchange.left().await;
    let run = program.wait();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

#[tokio::test]
async fn a_running_stream_finishes_before_the_process_ends() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = FakeGateway::start().await;
    let (program, token) = traced(folder.path(), &gateway, "1h").await;
    gateway.hold();
    let body = okc_with(json!({ "stream": true }));
    let request = program
        .request("POST", COMPLETIONS)
        .bearer(&token)
        .json(&body);
    let upstream = async {
        let mut exchange = gateway.next().await;
        exchange.write(Answer::text_head()).await;
        exchange.chunk("abc").await;
        exchange
    };
    let (mut reply, mut exchange) = tokio::join!(request.open(), upstream);
    reply.reaches("abc").await;
    program.terminate();
    soon(async {
        while tokio::net::TcpStream::connect(program.address)
            .await
            .is_ok()
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
    exchange.chunk("def").await;
    exchange.last_chunk().await;
    assert_eq!(soon(reply.rest()).await.has_status(200).text(), "abcdef");
    assert_eq!(program.wait().code, Some(0));
}

#[tokio::test]
async fn the_level_counts_for_requests_too() {
    for (level, told) in [
        ("info", true),
        ("warn", false),
        ("warn,code_suggestions::access=info", true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let program = Program::start(command_with(folder.path(), &[("log.level", level)], &[]));
        let alive = program.request("GET", "/-/liveness").send().await;
        alive.has_status(200);
        let run = program.stop();
        assert_eq!(run.stderr.contains("/-/liveness"), told, "{level}: {run:?}");
    }
}

#[tokio::test]
async fn what_is_seldom_meant_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("gateway.url", "http://127.0.0.1:1")];
    let run = Program::start(command_with(folder.path(), &settings, &[])).stop();
    let told = run.stderr.contains("nobody is asked at gateway.url");
    assert!(told, "{run:?}");
    for (url, told) in [(Some("http://127.0.0.1:1"), true), (None, false)] {
        let mut late = vec![("model.deadline", "20s")];
        late.extend(url.map(|url| ("model.url", url)));
        let run = Program::start(command_with(folder.path(), &late, &[])).stop();
        let line = "model.deadline is 20s, and editors wait 5s";
        assert_eq!(run.stderr.contains(line), told, "{run:?}");
    }
    // A file is no folder.
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let told = fails(command(&file, &[]), 1);
    let wrong = format!("instance.data_dir: {}: ", file.display());
    assert!(told.contains(&wrong), "{told}");
}

/// The server with a way to take the end of a terminal: as usual, or as under `nohup`.
fn minding_hang_ups(folder: &Path, how: &str) -> Command {
    let usual = command(folder, &[]);
    let mut command = Command::new("/usr/bin/env");
    command
        .arg(how)
        .arg(usual.get_program())
        .env_clear()
        .envs(
            usual
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdin(Stdio::null());
    command
}

#[tokio::test]
async fn the_end_of_the_terminal_stops_the_server_unless_it_is_to_outlive_it() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(minding_hang_ups(folder.path(), "--default-signal=HUP"));
    program.signal("-HUP");
    assert_eq!(program.wait().code, Some(0));
    let program = Program::start(minding_hang_ups(folder.path(), "--ignore-signal=HUP"));
    program.signal("-HUP");
    let alive = program.request("GET", "/-/liveness").send().await;
    alive.has_status(200);
    assert_eq!(program.stop().code, Some(0));
}

#[tokio::test]
async fn a_log_that_nobody_reads_holds_nobody_up_and_ends_nothing() {
    const FULL: usize = 64 * 1024;
    for gone in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let (reader, mut writer) = std::io::pipe().unwrap();
        let reader = if gone {
            drop(reader);
            None
        } else {
            writer.write_all(&vec![b'x'; FULL]).unwrap();
            Some(reader)
        };
        let mut child = command(folder.path(), &[])
            .stdout(Stdio::piped())
            .stderr(writer)
            .spawn()
            .unwrap();
        let mut printed = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut printed).unwrap();
        let address = printed.trim().rsplit('/').next().unwrap().parse().unwrap();
        for _ in 0..3 {
            let alive = Request::new(address, "GET", "/-/liveness").send().await;
            alive.has_status(200);
        }
        let stopped = Command::new("kill").arg(child.id().to_string()).status();
        assert!(stopped.unwrap().success());
        let code = tokio::task::spawn_blocking(move || child.wait().unwrap().code());
        assert_eq!(
            soon(code).await.unwrap(),
            Some(0),
            "the reader is gone: {gone}"
        );
        drop(reader);
    }
}

#[test]
fn a_database_of_a_newer_version_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    Run::ok(folder.path(), &["user", "list"]);
    let file = folder.path().join("code-suggestions.sqlite3");
    let database = rusqlite::Connection::open(&file).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    let told = fails(command(folder.path(), &[]), 1);
    assert!(
        told.contains(&file.display().to_string()) && told.contains("newer version"),
        "{told}"
    );
}

#[tokio::test]
async fn healthcheck_tells_by_its_code() {
    let folder = tempfile::tempdir().unwrap();
    let told = fails(command(folder.path(), &["healthcheck"]), 1);
    assert!(told.contains("port 0"), "{told}");
    let early = Run::of(command(folder.path(), &["user", "add", "alice"]));
    assert!(
        early.stderr.contains("port that the server prints"),
        "{early:?}"
    );
    let program = Program::start(command(folder.path(), &[]));
    let listen = program.address.to_string();
    let checks = || {
        let named = [("server.listen", listen.as_str())];
        let by_name = command_with(folder.path(), &named, &["healthcheck"]);
        [by_name, command(folder.path(), &["healthcheck"])]
    };
    for check in checks() {
        let run = Run::of(check);
        assert_eq!(run.code, Some(0), "{run:#?}");
    }
    let link = Run::ok(folder.path(), &["user", "sign-in-link", "alice"]);
    let start = format!("http://{listen}/users/sign_in?link=");
    assert!(link.starts_with(&start), "{link}");
    assert_eq!(program.stop().code, Some(0));
    for check in checks() {
        fails(check, 1);
    }
}

#[test]
fn an_address_that_is_taken_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let line = fails(
        command_with(folder.path(), &[("server.listen", &address)], &[]),
        1,
    );
    assert!(
        line.contains("server.listen") && line.contains(&address),
        "{line}"
    );
}

#[test]
fn nobody_else_reads_keys_and_database() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new");
    assert_eq!(Program::start(command(&data, &[])).stop().code, Some(0));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let mut keys = Vec::new();
    for entry in std::fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
        if path
            .extension()
            .is_some_and(|end| end == "key" || end == "pem")
        {
            keys.push(path);
        }
    }
    assert!(!keys.is_empty());
    for key in keys {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        let line = fails(command(&data, &[]), 1);
        assert!(line.contains(&key.display().to_string()), "{line}");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn the_database_lets_nobody_in() {
    let folder = tempfile::tempdir().unwrap();
    Run::ok(folder.path(), &["user", "add", "alice"]);
    let token = Run::ok(folder.path(), &["token", "create", "--user", "alice"]);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let secret = token.trim().trim_start_matches("glpat-").as_bytes();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
}
