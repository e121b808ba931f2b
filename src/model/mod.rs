//! Model servers behind the built-in gateway: one that is configured, or one that is found on this machine. Asked by
//! `gateway`; when no server answers, it turns to the engine.
//!
//! What is known of the servers, questions under way and the answers of the last seconds belong to all serving threads;
//! connections belong to one ([`ModelClient`]).

mod answer;
mod chat;
mod client;
mod error;
pub mod family;
mod flight;
mod memory;
mod probe;
mod server;
mod template;
pub mod tidy;
pub mod window;
mod written;

pub use chat::Brief;
pub use client::{ModelClient, Suggestions};
pub use error::ModelError;
pub use probe::{Found, ProbeError, detect, probe};
pub use server::{Fim, Server};
pub use written::Written;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicUsize},
    time::Duration,
};

use tokio::{sync::Semaphore, time::timeout};

use crate::{
    clock::Clock,
    config::{ModelServer, ModelSettings, Settings},
    params::{ContextItem, Text},
    upstream::Breaker,
};
use flight::Flights;
use memory::Memory;

/// How long the start waits for servers to say what they are, which is all the time that those on this machine get.
const START_TIME: Duration = Duration::from_millis(150);

/// Time that a configured server gets for each question of a probe.
const PROBE_TIME: Duration = Duration::from_secs(2);

/// Time after which a server that was not there is looked for again: a configured one, and any on this machine.
const AGAIN: Duration = Duration::from_secs(5);
const AGAIN_AROUND: Duration = Duration::from_mins(1);

/// Failures in a row after which a server is left alone, and for how long.
const FAILURES: u32 = 4;
const REST: Duration = Duration::from_secs(10);

/// A question about code.
#[derive(Clone)]
pub struct Ask {
    /// Who asks: a pseudonym.
    pub user: String,
    /// Path of the project.
    pub project: Option<String>,
    /// Name or path of the file.
    pub file_name: String,
    /// The text above the cursor.
    pub above: Text,
    /// The text below the cursor.
    pub below: Text,
    /// Code from other files.
    pub context: Vec<ContextItem>,
    /// How many different suggestions are wanted.
    pub choices: usize,
    /// What a generation is told; `None` asks for a completion.
    pub brief: Option<Brief>,
}

/// What a server is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Completions.
    Completion,
    /// Generations.
    Generation,
}

/// Model servers, as all serving threads know them.
pub struct Models {
    settings: ModelSettings,
    clock: Clock,
    own_port: u16,
    completion: Post,
    /// `None` if the server for completions does both.
    generation: Option<Post>,
    flights: Arc<Flights>,
    memory: Arc<Memory>,
}

/// A server that there may be, and what is known of it.
struct Post {
    given: Given,
    known: Mutex<Known>,
    breaker: Breaker,
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// Where a server is to be found.
enum Given {
    /// Nowhere.
    Nowhere,
    /// On this machine.
    Around,
    /// There.
    Server(ModelServer),
}

#[derive(Default)]
struct Known {
    server: Option<Arc<Server>>,
    /// Why there is none.
    trouble: Option<String>,
    looking: bool,
    next_look: Duration,
}

// === impl Models ===

impl Models {
    /// The servers that the settings name; `own_port` is the one that this server listens on.
    pub fn new(settings: &Settings, own_port: u16, clock: Clock) -> Arc<Self> {
        let proxies = &settings.proxies;
        let settings = &settings.model;
        let post = |given| Post::new(given, settings, &clock);
        let completion = match settings.completion_server(proxies) {
            Some(server) => Given::Server(server),
            None if settings.looks_around() => Given::Around,
            None => Given::Nowhere,
        };
        let generation = settings
            .generation_server(proxies)
            .map(|server| post(server.map_or(Given::Nowhere, Given::Server)));
        Arc::new(Self {
            completion: post(completion),
            generation,
            flights: Arc::default(),
            memory: Arc::new(Memory::new(clock.clone())),
            settings: settings.clone(),
            own_port,
            clock,
        })
    }

    /// Looks for the servers, for as long as a start may take; those that take longer are known later.
    pub async fn settle(self: &Arc<Self>) {
        let looks: Vec<_> = [Role::Completion, Role::Generation]
            .into_iter()
            .filter_map(|role| self.look(role))
            .collect();
        // Tasks go on by themselves when nobody waits for them.
        let all = async {
            for look in looks {
                drop(look.await);
            }
        };
        drop(timeout(START_TIME, all).await);
    }

    /// What is used, in one sentence.
    pub fn summary(&self) -> String {
        let completion = self.completion.described(Role::Completion);
        match (&self.generation, completion) {
            (Some(generation), completion) => {
                let generation = generation.described(Role::Generation);
                let name = |described: Option<String>| {
                    described.unwrap_or_else(|| "the engine in this binary".to_owned())
                };
                format!(
                    "Completions are written by {}, generations by {}",
                    name(completion),
                    name(generation)
                )
            }
            (None, Some(server)) => {
                format!("Code is written by {server}, else by the engine in this binary")
            }
            (None, None) => {
                "Code is written by the engine in this binary; no model server is in use".to_owned()
            }
        }
    }

    fn post(&self, role: Role) -> &Post {
        match (role, &self.generation) {
            (Role::Generation, Some(post)) => post,
            _ => &self.completion,
        }
    }

    /// The server for a role, if it is known; looks for it again when it is time to.
    fn server(self: &Arc<Self>, role: Role) -> Option<Arc<Server>> {
        let known = self.post(role).known().server.clone();
        if known.is_none() {
            drop(self.look(role));
        }
        known.filter(|server| role == Role::Generation || server.fim.is_some())
    }

    /// The server is not what it was: it is to be asked again what it is.
    fn forget(&self, role: Role) {
        let mut known = self.post(role).known();
        known.server = None;
        known.next_look = self.clock.monotonic() + AGAIN;
    }

    /// Remembers a failure of the server, and tells the log.
    fn noted(&self, role: Role, error: ModelError) -> ModelError {
        if error.is_fault() {
            self.post(role).breaker.failed();
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "no answer of the model server"
            );
        }
        error
    }

    /// Starts to look for a server, unless it is not time to or somebody looks already.
    fn look(self: &Arc<Self>, role: Role) -> Option<tokio::task::JoinHandle<()>> {
        let post = self.post(role);
        let now = self.clock.monotonic();
        let mut known = post.known();
        let has_own = role == Role::Completion || self.generation.is_some();
        let is_due = !known.looking && known.server.is_none() && now >= known.next_look;
        if !has_own || !is_due || matches!(post.given, Given::Nowhere) {
            return None;
        }
        known.looking = true;
        drop(known);
        let models = Arc::clone(self);
        Some(tokio::spawn(async move {
            let found = models
                .post(role)
                .find(&models.settings, models.own_port)
                .await;
            models.settled(role, found);
        }))
    }

    fn settled(&self, role: Role, found: Result<Option<Found>, ProbeError>) {
        let post = self.post(role);
        let mut known = post.known();
        known.looking = false;
        let again = if matches!(post.given, Given::Around) {
            AGAIN_AROUND
        } else {
            AGAIN
        };
        known.next_look = self.clock.monotonic() + again;
        match found {
            Ok(Some(found)) => {
                let server = found.server;
                if server.fim.is_none() && role == Role::Completion {
                    tracing::warn!(
                        model = server.shown_model(),
                        url = server.address.url,
                        "the model is one for chat and cannot fill in the middle: the engine answers completions; \
                         if it can, set model.template"
                    );
                }
                known.trouble = None;
                known.server = Some(Arc::new(server));
                drop(known);
                tracing::info!(used = post.described(role), "a model server is in use");
            }
            Ok(None) => tracing::debug!("no model server on this machine"),
            Err(error) => {
                let trouble = error.to_string();
                // The same again every few seconds helps nobody.
                if known.trouble.as_ref() != Some(&trouble) {
                    tracing::warn!(
                        trouble,
                        "the model server cannot be used; the engine answers"
                    );
                    known.trouble = Some(trouble);
                }
            }
        }
    }
}

// === impl Post ===

impl Post {
    fn new(given: Given, settings: &ModelSettings, clock: &Clock) -> Self {
        Self {
            given,
            known: Mutex::default(),
            breaker: Breaker::new("model server", FAILURES, REST, clock.clone()),
            places: Arc::new(Semaphore::new(settings.max_in_flight)),
            waiting: AtomicUsize::new(0),
        }
    }

    async fn find(
        &self,
        settings: &ModelSettings,
        own_port: u16,
    ) -> Result<Option<Found>, ProbeError> {
        match &self.given {
            Given::Nowhere => Ok(None),
            Given::Around => Ok(detect(&settings.autodetect_ports, own_port, START_TIME).await),
            Given::Server(server) => probe(server, PROBE_TIME).await.map(Some),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn described(&self, role: Role) -> Option<String> {
        let known = self.known();
        let server = known.server.as_ref()?;
        let place = match self.given {
            Given::Around => ", found on this machine",
            _ => "",
        };
        let limits = if role == Role::Completion && server.fim.is_none() {
            " for generations only"
        } else {
            ""
        };
        let (kind, url) = (server.address.kind.as_str(), &server.address.url);
        let model = server.shown_model();
        Some(format!("{model}{limits} ({kind} at {url}{place})"))
    }
}
