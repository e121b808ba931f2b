//! What handlers share: built once from the settings, and once more per serving thread for what a thread has of its own.

mod address;
mod build;
mod local;
mod probes;

pub use address::{address, note_address};
pub use build::{BuildError, key_source, route, route_to_gitlab};
pub use local::{Local, LostSecret};
pub use probes::{StreamProbe, StreamProbes};

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    auth::{Authenticator, OAuth, Sessions, gitlab::PublishedKeys},
    clock::Clock,
    config::{IdentityKind, Settings},
    exclusions::Exclusions,
    gateway::{Engines, Gateway, GatewayTokens, Issuers},
    ids::Instance,
    keys::{ServerSecret, SigningKeys},
    limits::{Limiter, MemoryLimiter, Redis},
    model::Models,
    store::{Governance, Kept, Store, StoreError, User},
    suggestions::Features,
    telemetry::{AccessLog, Metrics},
    upstream::{Clocks, Gate, Streaming, Tunnels},
    usage::{Event, Subject, Usage},
};

/// Project paths whose switch is kept at hand.
const KEPT_PROJECTS: usize = 16_384;

/// Users whose state is kept at hand.
const KEPT_USERS: usize = 16_384;

/// Longest path that can be a project's, in bytes.
const LONGEST_PATH: usize = 1024;

/// Everything that is the same for all serving threads.
pub struct Shared {
    /// The settings.
    pub settings: Settings,
    /// What this instance is.
    pub instance: Arc<Instance>,
    /// Users, tokens and projects.
    pub store: Arc<Store>,
    switch: Kept<(), bool>,
    users: Kept<i64, User>,
    /// What has been set for projects and groups.
    pub projects: Kept<String, Governed>,
    /// Who presents a token.
    pub auth: Authenticator,
    /// Who is signed in to the web pages.
    pub sessions: Sessions,
    /// What applications are issued.
    pub oauth: OAuth,
    /// Keys derived from the server's secret.
    pub secret: ServerSecret,
    /// Signs tokens.
    pub key: Arc<SigningKeys>,
    /// Limits per user.
    pub limits: Limits,
    /// Time.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Metrics,
    /// How suggestions are used.
    pub usage: Arc<Usage>,
    /// One line per request.
    pub access: AccessLog,
    gateway_tokens: Arc<GatewayTokens>,
    /// Only the built-in gateway needs them.
    engines: OnceLock<Arc<Engines>>,
    /// GitLab instances whose tokens the built-in gateway takes.
    pub issuers: Issuers,
    /// Model servers of the built-in gateway.
    pub models: Arc<Models>,
    gate: Gate,
    draining: AtomicBool,
    /// Streams that `doctor` sends to itself.
    pub probes: Arc<StreamProbes>,
    /// Keys that the GitLab behind publishes.
    pub keys_behind: Option<Arc<PublishedKeys>>,
}

/// Limits per user, one per endpoint.
pub struct Limits {
    /// For `completions`.
    pub completions: Limiter,
    /// For `direct_access`.
    pub direct_access: Limiter,
    /// For `connection_details`.
    pub connection_details: Limiter,
    /// For the collector of telemetry, over all senders.
    pub collector: MemoryLimiter,
    /// Where the first three are counted, if it is not this process.
    pub redis: Option<Arc<Redis>>,
}

/// What counts for a path, ready to be asked.
pub struct Governed {
    /// Number of the project of that very path.
    pub id: Option<i64>,
    /// The switch that decides; without one it is on.
    pub code_suggestions: Option<bool>,
    /// Files that are kept from suggestions.
    pub exclusions: Option<Exclusions>,
}

/// What a serving thread answers with.
pub struct App {
    shared: Arc<Shared>,
    /// Who writes the code.
    pub gateway: Gateway,
    /// The GitLab that everything else is passed on to.
    pub front: Option<Front>,
}

/// The way to the GitLab behind this server.
pub struct Front {
    /// The client for it.
    pub upstream: Streaming,
    /// Connections that have changed to another protocol.
    pub tunnels: Tunnels,
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl Shared {
    /// How long each part of an exchange with the gateway may take.
    pub fn clocks(&self) -> Clocks {
        let settings = &self.settings.gateway;
        Clocks {
            connect: settings.connect_timeout,
            response: settings.response_timeout,
            idle: settings.idle_timeout,
            whole: settings.stream_timeout,
        }
    }

    /// What stands before every request to the gateway.
    pub fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// Whether there are web pages, and with them sign-in and consent. Where users live in a GitLab, it has those.
    pub fn has_pages(&self) -> bool {
        self.settings.web.enabled && self.settings.identity.kind == IdentityKind::Local
    }

    /// Whether a GitLab's web server leads some paths here, and everything else is GitLab's.
    pub fn is_beside_gitlab(&self) -> bool {
        let settings = &self.settings;
        settings.identity.kind == IdentityKind::GitLab && settings.proxy.gitlab_url.is_none()
    }

    /// No new requests are wanted: probes learn it from here.
    pub fn start_draining(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    /// Whether the server is stopping.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// Whether the instance gives suggestions at all: by its settings and by its own switch.
    pub async fn is_enabled(&self) -> Result<bool, StoreError> {
        if !self.settings.instance.enabled {
            return Ok(false);
        }
        let switch = self
            .switch
            .get((), async |store| store.instance_switch().await)
            .await?;
        Ok(switch.is_none_or(|on| *on))
    }

    /// Whether suggestions are still given to a user who has a token for the built-in gateway. What a GitLab thinks of its
    /// users is not known without their own tokens: there such a token is good for its hour.
    pub async fn still_serves(&self, user_id: i64) -> Result<bool, StoreError> {
        if !self.is_enabled().await? {
            return Ok(false);
        }
        if self.settings.identity.kind == IdentityKind::GitLab {
            return Ok(true);
        }
        let look_up = async |store: &Store| store.user_of_number(user_id).await;
        let user = self.users.get(user_id, look_up).await?;
        Ok(user.is_some_and(|user| !user.blocked && user.code_suggestions))
    }

    /// What this instance gives.
    pub fn features(&self) -> Features {
        Features {
            completions: self.settings.gateway.code_completions,
            generations: self.settings.gateway.code_generations,
        }
    }

    /// What has been set for a path or the groups above it; `None` if nothing has.
    pub async fn governed(&self, path: &str) -> Result<Option<Arc<Governed>>, StoreError> {
        if path.trim().is_empty() || path.len() > LONGEST_PATH {
            return Ok(None);
        }
        let path = path.trim_matches('/');
        // Most paths are written as they are looked up, and need no copy to be found.
        if !path.bytes().any(|byte| byte.is_ascii_uppercase())
            && let Some(known) = self.projects.at_hand(path)
        {
            return Ok(known);
        }
        let path = path.to_ascii_lowercase();
        self.projects
            .get(path.clone(), async |store| {
                Ok(store.governance(path).await?.map(Governed::from))
            })
            .await
    }

    /// Counts what happened to a suggestion, for the metrics and for the administrator's figures.
    pub fn count_usage(&self, event: Event, subject: &Subject<'_>) {
        self.metrics.suggestion(event.as_str(), subject.editor);
        self.usage.count(event, subject);
    }

    /// The pseudonym of a user; it is made in less time than it would take to look it up.
    pub fn global_user_id(&self, user_id: i64) -> String {
        self.secret.global_user_id(&self.instance.id, user_id)
    }
}

impl From<Governance> for Governed {
    fn from(governance: Governance) -> Self {
        Self {
            id: governance.own.map(|project| project.id),
            code_suggestions: governance.code_suggestions,
            exclusions: Exclusions::compile(governance.exclusion_rules),
        }
    }
}
