//! Puts the state together from the settings: what all serving threads share, and each thread's own way to the gateway. Called
//! when the server starts, and by the commands for what they need of it.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, OnceLock, atomic::AtomicBool},
};

use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{App, Front, KEPT_PROJECTS, KEPT_USERS, Limits, Local, Shared, local::LostSecret};
use crate::{
    auth::{
        Authenticator, OAuth, Sessions,
        gitlab::{Client, GitLab, PublishedKeys},
    },
    clock::Clock,
    config::{GatewayKind, GatewaySettings, IdentityKind, Settings},
    gateway::{
        AiGateway, Builtin, Engines, Gateway, GatewayTokens, GitLabGateway, InstanceToken, Issuers,
    },
    ids::Instance,
    keys::{KeySource, SecretsError, ServerSecret, SigningKeys},
    limits::{Limiter, MemoryLimiter, Redis, RedisError},
    model::{ModelClient, Models},
    store::{Kept, Store, StoreError},
    telemetry::{self, AccessLog, Lines, Metrics, Wanted},
    upstream::{
        Breaker, Endpoint, EndpointError, Gate, ProxyVariables, Route, Streaming, TlsFiles,
        Tunnels, Upstream,
    },
    usage::Usage,
};

/// Why the server cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key cannot be had.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The secret of the tokens in the database is not there.
    #[error(transparent)]
    LostSecret(#[from] LostSecret),
    /// The gateway's URL or what belongs to it cannot be used.
    #[error("gateway: {0}")]
    Endpoint(#[from] EndpointError),
    /// GitLab's URL cannot be used.
    #[error("identity.gitlab.url: {0}")]
    GitLab(#[source] EndpointError),
    /// The URL of the GitLab behind cannot be used.
    #[error("proxy.gitlab_url: {0}")]
    Front(#[source] EndpointError),
    /// The URL of Redis cannot be used.
    #[error(transparent)]
    Redis(#[from] RedisError),
    /// The access log cannot be started.
    #[error("the access log cannot be started")]
    AccessLog(#[from] io::Error),
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
        let instance = Arc::new(instance(&settings, &store, bound).await?);
        let key = Arc::new(SigningKeys::open(key_source(&settings), clock.clone())?);
        let models = Models::new(&settings, bound.port(), clock.clone());
        if settings.gateway.kind == GatewayKind::Builtin {
            models.settle().await;
        }
        let retention = settings.usage.retention;
        let usage = Usage::open(&settings.instance.data_dir, retention, clock.clone()).await?;
        let usage = Arc::new(usage);
        let format = telemetry::log_format(&settings.log);
        let access = AccessLog::new(format, Lines::stderr()?, Wanted::by_level());
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
            probes: Arc::default(),
            limits: limits(&settings, &clock)?,
            settings,
            instance,
            store,
            secret,
            key,
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

/// What this instance is; its number is made at the first start.
async fn instance(
    settings: &Settings,
    store: &Store,
    bound: SocketAddr,
) -> Result<Instance, StoreError> {
    let id = match settings.instance.id {
        Some(id) => id.to_string(),
        None => {
            store
                .setting("instance_id", Uuid::new_v4().to_string())
                .await?
        }
    };
    let version = settings.instance.version.clone();
    let realm = settings.instance.realm.as_str();
    let mut instance = Instance::new(id, settings.external_url(bound), version, realm);
    instance.is_local_guess = settings.server.external_url.is_none() && bound.ip().is_unspecified();
    Ok(instance)
}

fn limits(settings: &Settings, clock: &Clock) -> Result<Limits, RedisError> {
    let given = &settings.limits;
    let redis = given
        .redis_url()
        .map(|url| Redis::new(url, &given.redis.prefix, given.redis.timeout, clock.clone()))
        .transpose()?;
    let limiter = |name, limit| Limiter::new(name, limit, redis.as_ref(), clock);
    Ok(Limits {
        completions: limiter("completions", given.completions),
        direct_access: limiter("direct_access", given.direct_access),
        connection_details: limiter("connection_details", given.connection_details),
        collector: MemoryLimiter::new(settings.usage.collector_limit, clock),
        redis,
    })
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
