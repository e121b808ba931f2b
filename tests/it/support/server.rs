//! A server on a port of its own, with settings, data directory, users and tokens of its own, made from the parts that the
//! program is made of. A test ends with [`TestServer::finish`], which drains it: connections that do not end fail the test.

use std::{collections::HashMap, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use code_suggestions::{
    auth::make_token,
    clock::Clock,
    config::{self, Sources},
    keys::SigningKey,
    server::{Bound, Stop, serve},
    state::{Local, Shared},
    store::{NewToken, NewUser, ProjectChange, UserSwitch},
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

use super::{COMPLETIONS, FakeGateway, FakeModel, Request, okc, soon};

/// The instance of the contract's cases.
pub(crate) const INSTANCE_ID: &str = "11111111-2222-3333-4444-555555555555";

/// Where the clock stands when a test begins: 2026-11-21 00:00 UTC.
pub(crate) const NOW: u64 = 1_795_219_200;

/// A running server.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) tokens: Tokens,
    pub(crate) shared: Arc<Shared>,
    pub(crate) stop: Stop,
    serving: JoinHandle<()>,
    folder: TempDir,
}

/// The tokens of the contract's cases.
pub(crate) struct Tokens {
    pub(crate) api: String,
    pub(crate) ai: String,
    pub(crate) read: String,
    pub(crate) user: String,
    pub(crate) expired: String,
    pub(crate) revoked: String,
    /// An OAuth access token of alice.
    pub(crate) oauth: String,
    pub(crate) bob: String,
    pub(crate) carol: String,
    /// Of another user who may use Code Suggestions.
    pub(crate) dave: String,
    /// Expired, of the blocked user and without a scope of use here: every check of the token fails.
    pub(crate) hopeless: String,
    /// Of the blocked user, without a scope of use here.
    pub(crate) carol_read: String,
    /// Of the user who is not entitled, without a scope of use here.
    pub(crate) bob_read: String,
}

/// A server in the making.
pub(crate) struct Builder {
    environment: HashMap<String, String>,
    clock: Clock,
}

impl TestServer {
    /// A server with the built-in gateway, limits off and a clock that stands still.
    pub(crate) fn builder() -> Builder {
        let builder = Builder {
            environment: HashMap::new(),
            clock: Clock::manual(NOW),
        };
        builder
            .set("server.listen", "127.0.0.1:0")
            .set("server.external_url", "http://gitlab.test")
            .set("instance.id", INSTANCE_ID)
            .set("instance.version", "19.3.0")
            // What runs on this machine is no matter of a test.
            .set("model.autodetect", "false")
            .set("limits.completions", "0")
            .set("limits.direct_access", "0")
            .set("limits.connection_details", "0")
            // Tables of failures are longer than its patience; tests of the breaker set it.
            .set("gateway.breaker_failures", "0")
            // A busy machine is not what tests are about; those of deadlines set them.
            .set("model.deadline", "1m")
            .set("model.generation.deadline", "1m")
    }

    /// A server in front of that gateway.
    pub(crate) async fn before(gateway: &FakeGateway) -> Self {
        Self::builder().gateway(gateway).start().await
    }

    pub(crate) fn request(&self, method: &'static str, target: &str) -> Request {
        Request::new(self.address, method, target)
    }

    /// A request to an endpoint of the API by alice.
    pub(crate) fn post(&self, target: &str) -> Request {
        self.request("POST", target).bearer(&self.tokens.api)
    }

    /// A request for a completion or generation by alice.
    pub(crate) fn complete(&self, body: &Value) -> Request {
        self.post(COMPLETIONS).json(body)
    }

    /// The contract's completion with `stream: true`.
    pub(crate) fn stream(&self) -> Request {
        let mut body = okc();
        body["stream"] = true.into();
        self.complete(&body)
    }

    /// Waits until the built-in gateway knows of a model server.
    #[track_caller]
    pub(crate) fn knows_model(&self) -> impl Future<Output = ()> {
        let models = Arc::clone(&self.shared.models);
        soon(async move {
            while !models.summary().contains("http://") {
                tokio::task::yield_now().await;
            }
        })
    }

    /// The data directory, which lives as long as the server.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// Stops accepting and lets running requests finish, without waiting for that.
    pub(crate) fn drain(&self) {
        self.shared.start_draining();
        self.stop.drain.cancel();
    }

    /// Drains the server and waits for its end.
    #[track_caller]
    pub(crate) fn finish(self) -> impl Future<Output = ()> {
        self.drain();
        soon(async move {
            self.serving.await.expect("the server ended by a panic");
        })
    }
}

impl Builder {
    /// Sets a key as it stands in the file of settings.
    pub(crate) fn set(mut self, key: &str, value: &str) -> Self {
        let name = key.to_uppercase().replace('.', "__");
        self.environment
            .insert(format!("CODE_SUGGESTIONS__{name}"), value.to_owned());
        self
    }

    /// Sets a variable that is no setting.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn gateway(self, gateway: &FakeGateway) -> Self {
        self.set("gateway.kind", "ai_gateway")
            .set("gateway.url", &gateway.url())
    }

    /// A server whose built-in gateway has that model server.
    pub(crate) fn model(self, model: &FakeModel) -> Self {
        self.set("model.url", &model.url())
    }

    pub(crate) async fn start(self) -> TestServer {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().display().to_string();
        let clock = self.clock.clone();
        let sources = Sources {
            file: None,
            environment: self.set("instance.data_dir", &data_dir).environment,
        };
        let settings = config::load(&sources).unwrap();
        let bound = Bound::bind(&settings.server, 1).unwrap();
        let local = Local::open(&settings).await.unwrap();
        lend_key(folder.path());
        number_users_from(folder.path(), FIRST_USER);
        let tokens = Tokens::make(&local).await;
        let shared = Shared::build(settings, local, bound.address, clock)
            .await
            .unwrap();
        for (path, on) in [("grp/on", true), ("grp/off", false)] {
            let change = ProjectChange::switch(on);
            let set = shared.store.set_project(path.into(), change, 1);
            set.await.unwrap();
        }
        // What was written above must not be taken for news by the first request.
        shared.clock.advance(Duration::from_secs(1));
        let listener = bound.listeners.into_iter().next().unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        let stop = Stop::default();
        let serving = tokio::spawn(serve(
            listener,
            bound.tls,
            shared.app().unwrap(),
            stop.clone(),
        ));
        TestServer {
            address: bound.address,
            tokens,
            shared,
            stop,
            serving,
            folder,
        }
    }
}

/// Gives the data directory a signing key that all tests share: making one takes longer than most tests.
fn lend_key(folder: &Path) {
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR")).join("signing-key");
    std::fs::create_dir_all(&shared).unwrap();
    drop(SigningKey::open(&shared).unwrap());
    for entry in std::fs::read_dir(shared).unwrap() {
        let key = entry.unwrap();
        // Drafts of another process come and go.
        if key.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        std::fs::copy(key.path(), folder.join(key.file_name())).unwrap();
    }
}

/// Number of alice.
const FIRST_USER: i64 = 42;

/// The number of the next user, which the store gives out by itself.
fn number_users_from(folder: &Path, first: i64) {
    let database = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "sqlite3"))
        .unwrap();
    let database = rusqlite::Connection::open(database).unwrap();
    database
        .execute(
            "INSERT INTO sqlite_sequence (name, seq) VALUES ('users', ?1)",
            [first - 1],
        )
        .unwrap();
}

impl Tokens {
    async fn make(local: &Local) -> Self {
        let store = &local.store;
        for name in ["alice", "bob", "carol", "dave"] {
            let user = NewUser {
                username: name.into(),
                admin: false,
                created_at: 1,
            };
            store.add_user(user).await.unwrap();
        }
        let switches = [
            ("bob", UserSwitch::CodeSuggestions, false),
            ("carol", UserSwitch::Blocked, true),
        ];
        for (name, switch, on) in switches {
            store.switch_user(name.into(), switch, on).await.unwrap();
        }
        let yesterday = i64::try_from(NOW).unwrap() - 86_400;
        let (revoked, id) = make(local, "alice", "api", None).await;
        store.revoke_token(id, 1).await.unwrap();
        let token = async |user, scopes, expires| make(local, user, scopes, expires).await.0;
        Self {
            api: token("alice", "api", None).await,
            ai: token("alice", "ai_features", None).await,
            read: token("alice", "read_api", None).await,
            user: token("alice", "read_user", None).await,
            expired: token("alice", "api", Some(yesterday)).await,
            revoked,
            oauth: make_oauth(local).await,
            bob: token("bob", "api", None).await,
            carol: token("carol", "api", None).await,
            dave: token("dave", "api", None).await,
            hopeless: token("carol", "read_api", Some(yesterday)).await,
            carol_read: token("carol", "read_api", None).await,
            bob_read: token("bob", "read_api", None).await,
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> [&str; 13] {
        [
            &self.api,
            &self.ai,
            &self.read,
            &self.user,
            &self.expired,
            &self.revoked,
            &self.oauth,
            &self.bob,
            &self.carol,
            &self.dave,
            &self.hopeless,
            &self.carol_read,
            &self.bob_read,
        ]
    }
}

async fn make(local: &Local, user: &str, scopes: &str, expires_at: Option<i64>) -> (String, i64) {
    let (token, digest) = make_token(&local.secret).unwrap();
    let new = NewToken {
        username: user.to_owned(),
        digest,
        name: scopes.to_owned(),
        scopes: scopes.parse().unwrap(),
        created_at: 1,
        expires_at,
        application: None,
    };
    let id = local.store.add_token(new).await.unwrap();
    (token, id)
}

async fn make_oauth(local: &Local) -> String {
    let token = "0123456789abcdef".repeat(4);
    let new = NewToken {
        username: "alice".to_owned(),
        digest: local.secret.digest(&token),
        name: "oauth".to_owned(),
        scopes: "api".parse().unwrap(),
        created_at: 1,
        expires_at: Some(i64::try_from(NOW).unwrap() + 7200),
        application: Some("editor".to_owned()),
    };
    local.store.add_token(new).await.unwrap();
    token
}
