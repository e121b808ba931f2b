//! A Redis of a test's own.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// A Redis of this test's own, behind a socket in a folder of its own.
#[derive(Debug)]
pub(crate) struct RedisServer {
    child: Child,
    folder: tempfile::TempDir,
}

// === impl RedisServer ===

impl RedisServer {
    /// Starts one; `None` where Redis is not installed, which `REQUIRE_REDIS` forbids.
    pub(crate) fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Self {
            child: Self::spawn(folder.path())?,
            folder,
        };
        server.ready();
        Some(server)
    }

    fn spawn(folder: &Path) -> Option<Child> {
        let spawned = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--unixsocket", "socket"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn();
        if spawned.is_err() && std::env::var_os("REQUIRE_REDIS").is_none() {
            return None;
        }
        Some(spawned.expect("redis-server starts"))
    }

    fn ready(&mut self) {
        let output = BufReader::new(self.child.stdout.take().unwrap());
        let is_ready =
            |line: &str| line.contains("ready to accept") || line.contains("Ready to accept");
        assert!(output.lines().any(|line| is_ready(&line.unwrap())));
    }

    pub(crate) fn url(&self) -> String {
        format!(
            "redis+unix://{}",
            self.folder.path().join("socket").display()
        )
    }

    pub(crate) fn end(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn start_again(&mut self) {
        self.child = Self::spawn(self.folder.path()).unwrap();
        self.ready();
    }

    /// Every window ends so much sooner.
    pub(crate) async fn advance(&self, by: Duration) {
        let client = ::redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let script = "for _, key in ipairs(redis.call('KEYS', '*')) do
            redis.call('PEXPIRE', key, redis.call('PTTL', key) - tonumber(ARGV[1]))
        end";
        let script = ::redis::Script::new(script);
        let millis = u64::try_from(by.as_millis()).unwrap();
        let (): () = script
            .arg(millis)
            .invoke_async(&mut connection)
            .await
            .unwrap();
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
