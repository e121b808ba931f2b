//! The program itself as a child process, with a data directory of its own and none of this process's settings.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
    thread::JoinHandle,
};

use super::Request;

/// What a command has left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A server that runs as a process of its own.
pub(crate) struct Program {
    pub(crate) address: SocketAddr,
    /// Everything up to the line that names the address, and what is printed with it.
    child: Child,
    stdout: BufReader<ChildStdout>,
    first_line: String,
    stderr: Option<JoinHandle<String>>,
}

/// The program with these arguments, for that data directory.
pub(crate) fn command(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_code-suggestions"));
    command
        .args(arguments)
        .env_clear()
        .env("CODE_SUGGESTIONS__INSTANCE__DATA_DIR", data_dir)
        .env("CODE_SUGGESTIONS__SERVER__LISTEN", "127.0.0.1:0")
        .env("CODE_SUGGESTIONS__MODEL__AUTODETECT", "false")
        // A busy machine is not what tests are about.
        .env("CODE_SUGGESTIONS__MODEL__DEADLINE", "1m")
        .stdin(Stdio::null());
    command
}

impl Run {
    /// Runs a command to its end.
    pub(crate) fn of(mut command: Command) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().unwrap();
        Self {
            code: status.code(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Runs a command that has to succeed, and returns what it printed.
    #[track_caller]
    pub(crate) fn ok(data_dir: &Path, arguments: &[&str]) -> String {
        let run = Self::of(command(data_dir, arguments));
        assert_eq!(run.code, Some(0), "{arguments:?}: {run:#?}");
        run.stdout
    }
}

impl Program {
    /// Starts the server and waits until it has printed its address.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            drop(stderr.read_to_string(&mut text));
            text
        });
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut first_line = String::new();
        stdout.read_line(&mut first_line).unwrap();
        let address = first_line.trim().rsplit('/').next().unwrap().parse();
        let Ok(address) = address else {
            drop(child.kill());
            drop(child.wait());
            panic!("no address in {first_line:?}: {}", stderr.join().unwrap());
        };
        Self {
            address,
            child,
            stdout,
            first_line,
            stderr: Some(stderr),
        }
    }

    pub(crate) fn request(&self, method: &'static str, target: &str) -> Request {
        Request::new(self.address, method, target)
    }

    /// The most memory that it has had so far, in kB.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.unwrap().trim().trim_end_matches(" kB");
        number.parse().unwrap()
    }

    /// Asks the server to stop.
    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Sends the server a signal, named as `kill` takes it.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits for the end; returns everything that was printed.
    pub(crate) fn wait(mut self) -> Run {
        let mut stdout = std::mem::take(&mut self.first_line);
        self.stdout.read_to_string(&mut stdout).unwrap();
        let code = self.child.wait().unwrap().code();
        let stderr = self.stderr.take().unwrap().join().unwrap();
        Run {
            code,
            stdout,
            stderr,
        }
    }

    /// Stops the server and waits for its end.
    pub(crate) fn stop(self) -> Run {
        self.terminate();
        self.wait()
    }
}

/// A test that fails must not leave the server behind.
impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
