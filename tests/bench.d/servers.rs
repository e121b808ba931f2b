//! The servers under test: nginx as the base, and this server with and without a token of its own for the gateway. Both
//! get one worker per core, write an access log to a file, know the same tokens and count requests.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tokio::time::Instant;

use crate::{Outcome, process::Process};

const LONGEST_START: Duration = Duration::from_mins(2);

/// What servers are started with.
pub(crate) struct Setup {
    /// The program of this server.
    pub(crate) program: PathBuf,
    /// Where everything is kept while the run lasts.
    pub(crate) folder: PathBuf,
    /// Where the gateway is.
    pub(crate) gateway: SocketAddr,
}

/// The servers that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The base.
    Nginx,
    /// This server with `gateway.auth = "none"`.
    Plain,
    /// This server with `gateway.auth = "self_signed"`.
    Signed,
    /// This server in front of a GitLab.
    Front,
}

/// A running server.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Where it passes everything on.
    pub(crate) front: SocketAddr,
    /// What it runs in.
    pub(crate) process: Process,
    /// How long it took from its start to its first answer.
    pub(crate) start_time: Duration,
    kind: Kind,
}

impl Setup {
    /// Where this server keeps its data.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The settings of this server.
    pub(crate) fn settings(&self, kind: Kind, address: SocketAddr) -> Outcome<PathBuf> {
        let auth = match kind {
            Kind::Signed => "self_signed",
            Kind::Plain | Kind::Nginx | Kind::Front => "none",
        };
        let front = match kind {
            Kind::Front => format!(
                "\n[identity]\nkind = \"gitlab\"\n\n[proxy]\ngitlab_url = \"http://{}\"\n",
                self.gateway
            ),
            _ => String::new(),
        };
        let text = format!(
            "[server]\nlisten = \"{address}\"\n\n[instance]\ndata_dir = '{data}'\n\n\
             [gateway]\nkind = \"ai_gateway\"\nurl = \"http://{gateway}\"\nauth = \"{auth}\"\n\
             max_in_flight = 100000\nidle_timeout = \"600s\"\nstream_timeout = \"600s\"\n\n\
             [limits]\ncompletions = \"1000000000/1m\"\n{front}",
            data = self.data().display(),
            gateway = self.gateway,
        );
        let path = self.folder.join(format!("{kind:?}.toml"));
        fs::write(&path, text)?;
        Ok(path)
    }

    /// Starts a server and waits for its first answer.
    pub(crate) fn start(&self, kind: Kind) -> Outcome<Server> {
        self.start_below(kind, "")
    }

    /// Starts a server below another command, such as a profiler.
    pub(crate) fn start_below(&self, kind: Kind, above: &str) -> Outcome<Server> {
        let address = free_address()?;
        let (mut command, front) = match kind {
            Kind::Nginx => {
                let front = free_address()?;
                (self.nginx(address, front)?, front)
            }
            Kind::Plain | Kind::Signed | Kind::Front => (self.ours(kind, address, above)?, address),
        };
        let begun = Instant::now();
        let mut process = Process::start(&mut command)?;
        while !is_ready(kind, address) {
            if process.has_ended()? || begun.elapsed() > LONGEST_START {
                let folder = self.folder.display();
                return Err(format!("{kind:?} does not start; see its log in {folder}").into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(Server {
            address,
            front,
            process,
            start_time: begun.elapsed(),
            kind,
        })
    }

    fn nginx(&self, address: SocketAddr, front: SocketAddr) -> Outcome<Command> {
        let workers = std::thread::available_parallelism()?.to_string();
        let text = include_str!("nginx.conf")
            .replace("@WORKERS@", &workers)
            .replace("@FOLDER@", &self.folder.display().to_string())
            .replace("@LISTEN@", &address.to_string())
            .replace("@FRONT@", &front.to_string())
            .replace("@GATEWAY@", &self.gateway.to_string());
        let path = self.folder.join("nginx.conf");
        fs::write(&path, text)?;
        let mut command = Command::new("nginx");
        command
            .arg("-c")
            .arg(path)
            .arg("-p")
            .arg(&self.folder)
            .stderr(log(&self.folder, "nginx")?);
        Ok(command)
    }

    fn ours(&self, kind: Kind, address: SocketAddr, above: &str) -> Outcome<Command> {
        let settings = self.settings(kind, address)?;
        let mut words = above.split_whitespace();
        let mut command = match words.next() {
            None => Command::new(&self.program),
            Some(first) => {
                let mut command = Command::new(first);
                command.args(words).arg(&self.program);
                command
            }
        };
        command
            .arg("--config")
            .arg(settings)
            .stdout(log(&self.folder, "announcement")?)
            .stderr(log(&self.folder, "access")?);
        Ok(command)
    }

    /// Runs a command of this server; returns what it prints.
    pub(crate) fn command(&self, words: &[&str]) -> Outcome<String> {
        let settings = self.settings(Kind::Plain, free_address()?)?;
        let output = Command::new(&self.program)
            .args(words)
            .arg("--config")
            .arg(settings)
            .output()?;
        if !output.status.success() {
            let problem = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("{}: {problem}", words.join(" ")).into());
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }
}

impl Server {
    /// Where a completion is asked for.
    pub(crate) const COMPLETIONS: &'static str = "/api/v4/code_suggestions/completions";

    /// Where a stream is asked for.
    pub(crate) fn streams(&self) -> &'static str {
        match self.kind {
            Kind::Nginx => "/streams",
            Kind::Plain | Kind::Signed | Kind::Front => Self::COMPLETIONS,
        }
    }
}

fn log(folder: &Path, name: &str) -> Outcome<File> {
    let path = folder.join(format!("{name}.log"));
    Ok(File::options().create(true).append(true).open(path)?)
}

fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

fn is_ready(kind: Kind, address: SocketAddr) -> bool {
    // nginx has no probe: what it refuses, it can also answer.
    let ready = match kind {
        Kind::Nginx => "HTTP/1.1 401",
        Kind::Plain | Kind::Signed | Kind::Front => "HTTP/1.1 200",
    };
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        let request =
            format!("GET /-/readiness HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        io::Result::Ok(answer == ready.as_bytes())
    };
    ask().unwrap_or(false)
}
