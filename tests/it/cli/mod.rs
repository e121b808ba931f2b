//! The program as operators meet it: settings, commands beside a running server, the first start, signals and probes.

mod accounts;
mod applications;
mod doctor;
mod keys;
mod serving;
mod settings;
mod usage;

use std::{path::Path, process::Command};

use crate::support::{Request, Run, command, okc, soon};

/// The program with settings besides arguments.
fn command_with(data_dir: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = command(data_dir, arguments);
    for (key, value) in settings {
        let name = key.to_uppercase().replace('.', "__");
        command.env(format!("CODE_SUGGESTIONS__{name}"), value);
    }
    command
}

/// A command that has to fail, with one line that says why and nothing on standard output.
#[track_caller]
fn fails(command: Command, code: i32) -> String {
    let shown = format!("{command:?}");
    let run = Run::of(command);
    assert_eq!(run.code, Some(code), "{shown}: {run:#?}");
    assert_eq!(
        (run.stdout.as_str(), run.stderr.lines().count()),
        ("", 1),
        "{shown}: {run:#?}"
    );
    run.stderr
}

/// The contract's completion with that token.
fn completion(request: Request, token: &str) -> Request {
    request.bearer(token).json(&okc())
}

/// Waits until a request is answered so: what a command has written is seen soon, not at once.
#[track_caller]
fn becomes(request: Request, status: u16) -> impl Future<Output = ()> {
    soon(async move {
        while request.send().await.status != status {
            tokio::task::yield_now().await;
        }
    })
}
