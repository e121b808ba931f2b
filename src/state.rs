//! What handlers share: built once from the settings, and once more per serving thread for what a thread has of its own.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{
    auth::{
        Authenticator, OAuth, Sessions,
        gitlab::{Client, GitLab, PublishedKeys},
    },
    clock::Clock,
    config::{GatewayKind, GatewaySettings, IdentityKind, Settings},
    exclusions::Exclusions,
    gateway::{
        AiGateway, Builtin, Engines, Gateway, GatewayTokens, GitLabGateway, InstanceToken, Issuers,
    },
    ids::Instance,
    keys::{KeySource, SecretsError, ServerSecret, SigningKeys},
    limits::Limiter,
    model::{ModelClient, Models},
    store::{Governance, Kept, Store, StoreError, User},
    suggestions::Features,
    telemetry::{self, AccessLog, Metrics},
    upstream::{
        Breaker, Clocks, Endpoint, EndpointError, Gate, ProxyVariables, Route, Streaming, TlsFiles,
        Tunnels, Upstream,
    },
    usage::{Event, Subject, Usage},
};

/// Project paths whose switch is kept at hand.
const KEPT_PROJECTS: usize = 16_384;

/// Users whose state is kept at hand.
const KEPT_USERS: usize = 16_384;

/// Longest path that can be a project's, in bytes.
const LONGEST_PATH: usize = 1024;

/// Why the server cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key cannot be had.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The gateway's URL or what belongs to it cannot be used.
    #[error("gateway: {0}")]
    Endpoint(#[from] EndpointError),
    /// GitLab's URL cannot be used.
    #[error("identity.gitlab.url: {0}")]
    GitLab(#[source] EndpointError),
    /// The URL of the GitLab behind cannot be used.
    #[error("proxy.gitlab_url: {0}")]
    Front(#[source] EndpointError),
    /// The access log cannot be started.
    #[error("the access log cannot be started")]
    AccessLog(#[from] io::Error),
}

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
    pub collector: Limiter,
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

/// The store and the keys in the data directory: all that commands need.
pub struct Local {
    /// Users, tokens and projects.
    pub store: Arc<Store>,
    /// Keys derived from the server's secret.
    pub secret: ServerSecret,
}

impl Local {
    /// Opens both, making them if need be.
    pub fn open(settings: &Settings) -> Result<Self, BuildError> {
        let folder = &settings.instance.data_dir;
        let store = Arc::new(Store::open(folder)?);
        Ok(Self {
            store,
            secret: ServerSecret::open(folder)?,
        })
    }
}

fn authenticator(
    settings: &Settings,
    store: &Arc<Store>,
    secret: &ServerSecret,
    clock: &Clock,
) -> Result<Authenticator, BuildError> {
    let identity = &settings.identity;
    match (identity.kind, &identity.gitlab.url) {
        (IdentityKind::GitLab, Some(url)) => {
            let route = route_to_gitlab(settings);
            let client = Client::new(url, route, clock.clone()).map_err(BuildError::GitLab)?;
            let gitlab = GitLab::new(client, identity, secret.clone(), clock.clone());
            Ok(Authenticator::with_gitlab(gitlab, clock.clone()))
        }
        // The check of the settings has seen to it that GitLab has a URL.
        (IdentityKind::Local | IdentityKind::GitLab, _) => Ok(Authenticator::new(
            Arc::clone(store),
            secret.clone(),
            clock.clone(),
        )),
    }
}

impl Shared {
    /// Puts the server together; `bound` is the address that it listens on.
    pub async fn build(
        settings: Settings,
        local: Local,
        bound: SocketAddr,
        clock: Clock,
    ) -> Result<Arc<Self>, BuildError> {
        let Local { store, secret } = local;
        let id = match settings.instance.id {
            Some(id) => id.to_string(),
            None => {
                store
                    .setting("instance_id", Uuid::new_v4().to_string())
                    .await?
            }
        };
        let url = settings.external_url(bound);
        let version = settings.instance.version.clone();
        let instance = Arc::new(Instance::new(
            id,
            url,
            version,
            settings.instance.realm.as_str(),
        ));
        let key = Arc::new(SigningKeys::open(key_source(&settings), clock.clone())?);
        let limiter = |limit| Limiter::in_memory(limit, &clock);
        let limits = Limits {
            completions: limiter(settings.limits.completions),
            direct_access: limiter(settings.limits.direct_access),
            connection_details: limiter(settings.limits.connection_details),
            collector: limiter(settings.usage.collector_limit),
        };
        let models = Models::new(&settings, bound.port(), clock.clone());
        if settings.gateway.kind == GatewayKind::Builtin {
            models.settle().await;
        }
        let retention = settings.usage.retention;
        let usage = Usage::open(&settings.instance.data_dir, retention, clock.clone()).await?;
        let usage = Arc::new(usage);
        let access = AccessLog::start(telemetry::log_format(&settings.log), io::stderr())?;
        let keys_behind = settings
            .proxy
            .gitlab_url
            .as_deref()
            .map(|url| PublishedKeys::new(url, route_to_gitlab(&settings), clock.clone()));
        Ok(Arc::new(Self {
            keys_behind: keys_behind.transpose().map_err(BuildError::Front)?,
            switch: Kept::new(Arc::clone(&store), clock.clone(), 1),
            users: Kept::new(Arc::clone(&store), clock.clone(), KEPT_USERS),
            projects: Kept::new(Arc::clone(&store), clock.clone(), KEPT_PROJECTS),
            auth: authenticator(&settings, &store, &secret, &clock)?,
            sessions: Sessions::new(
                Arc::clone(&store),
                secret.clone(),
                clock.clone(),
                &settings.web,
                settings.limits.sign_in,
            ),
            oauth: OAuth::new(
                Arc::clone(&store),
                secret.clone(),
                clock.clone(),
                settings.oauth.clone(),
            ),
            gateway_tokens: Arc::new(GatewayTokens::new(InstanceToken::new(
                Arc::clone(&key),
                Arc::clone(&instance),
                clock.clone(),
            ))),
            engines: OnceLock::new(),
            issuers: Issuers::new(&settings, clock.clone()),
            models,
            gate: gate(&settings.gateway, &clock),
            metrics: Metrics::default(),
            usage,
            draining: AtomicBool::new(false),
            settings,
            instance,
            store,
            secret,
            key,
            limits,
            clock,
            access,
        }))
    }

    /// The part of one serving thread.
    pub fn app(self: &Arc<Self>) -> Result<Arc<App>, BuildError> {
        let settings = &self.settings.gateway;
        let gateway = match (settings.kind, &settings.url) {
            (GatewayKind::AiGateway, Some(url)) => self.ai_gateway(url)?,
            (GatewayKind::GitLab, Some(url)) => self.gitlab_gateway(url)?,
            // The check of the settings has seen to it that there is a URL.
            (GatewayKind::Builtin | GatewayKind::AiGateway | GatewayKind::GitLab, _) => {
                Gateway::Builtin(Box::new(Builtin::new(
                    (
                        Arc::clone(self.engines.get_or_init(Engines::for_this_machine)),
                        Arc::clone(&self.gate.in_flight),
                    ),
                    ModelClient::new(Arc::clone(&self.models)),
                    self.settings.model.clone(),
                    Arc::clone(&self.instance),
                    Arc::clone(&self.key),
                    self.clock.clone(),
                )))
            }
        };
        Ok(Arc::new(App {
            shared: Arc::clone(self),
            gateway,
            front: self.front()?,
        }))
    }

    fn front(&self) -> Result<Option<Front>, BuildError> {
        let proxy = &self.settings.proxy;
        let Some(url) = &proxy.gitlab_url else {
            return Ok(None);
        };
        let endpoint = Endpoint::new(url, route_to_gitlab(&self.settings))
            .map_err(BuildError::Front)?
            .without_http2();
        Ok(Some(Front {
            upstream: Streaming::new(endpoint, proxy.connect_timeout, proxy.idle_timeout),
            tunnels: Tunnels::default(),
        }))
    }

    fn ai_gateway(&self, url: &str) -> Result<Gateway, BuildError> {
        Ok(Gateway::AiGateway(Box::new(AiGateway::new(
            url.to_owned(),
            self.upstream(url)?,
            &self.settings.gateway,
            Arc::clone(&self.gateway_tokens),
            Arc::clone(&self.instance),
            self.clock.clone(),
        ))))
    }

    fn gitlab_gateway(&self, url: &str) -> Result<Gateway, BuildError> {
        Ok(Gateway::GitLab(Box::new(GitLabGateway::new(
            self.upstream(url)?,
            &self.settings.gateway,
            Arc::clone(&self.gateway_tokens),
            self.clock.clone(),
        ))))
    }

    fn upstream(&self, url: &str) -> Result<Upstream, BuildError> {
        let endpoint = Endpoint::new(url, route(&self.settings))?;
        Ok(Upstream::new(endpoint, self.clocks(), self.gate()))
    }

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
        let path = path.trim_matches('/').to_ascii_lowercase();
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

    /// The pseudonym of a user.
    pub fn global_user_id(&self, user_id: i64) -> String {
        self.secret.global_user_id(&self.instance.id, user_id)
    }
}

/// Where the signing keys are.
pub fn key_source(settings: &Settings) -> KeySource {
    let instance = &settings.instance;
    match &instance.signing_key_file {
        Some(file) => KeySource::Files(file.clone(), instance.published_key_files.clone()),
        None => KeySource::Folder(instance.data_dir.clone()),
    }
}

fn gate(settings: &GatewaySettings, clock: &Clock) -> Gate {
    Gate {
        in_flight: Arc::new(Semaphore::new(settings.max_in_flight)),
        breaker: Arc::new(Breaker::new(
            "gateway",
            settings.breaker_failures,
            settings.breaker_pause,
            clock.clone(),
        )),
    }
}

/// How the gateway is reached.
pub fn route(settings: &Settings) -> Route<'_> {
    let gateway = &settings.gateway;
    Route {
        tls: TlsFiles {
            roots: gateway.ca_file.as_deref(),
            client: gateway
                .client_cert_file
                .as_deref()
                .zip(gateway.client_key_file.as_deref()),
        },
        proxy: proxy(settings),
    }
}

/// How a GitLab is reached, the one with the users and the one behind.
pub fn route_to_gitlab(settings: &Settings) -> Route<'_> {
    Route {
        tls: TlsFiles {
            roots: settings.identity.gitlab.ca_file.as_deref(),
            client: None,
        },
        proxy: proxy(settings),
    }
}

fn proxy(settings: &Settings) -> ProxyVariables<'_> {
    ProxyVariables {
        https: &settings.proxies.https,
        no: &settings.proxies.no,
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
