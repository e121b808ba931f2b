//! Settings: read once at start from the compiled-in defaults, a file and the environment, then handed to
//! constructors. Nothing below the command line reads them a second time. `config/default.toml` documents every key.

mod check;
mod front;
mod identity;
mod load;
mod model;
mod rules;
mod values;

pub use front::FrontSettings;
pub use identity::{
    EntitlementRule, EntitlementSettings, GitLabSettings, IdentityKind, IdentitySettings,
};
pub use load::{DEFAULTS, SettingsError, Sources, load, shown};
pub use model::{FimTemplate, GenerationSettings, ModelKind, ModelServer, ModelSettings};
pub use values::{ConfigSecret, Origins, RateLimit};

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use ipnet::IpNet;
use serde::Deserialize;
use uuid::Uuid;
use values::{address, days, duration, list, networks, optional_address, optional_uuid, words};

/// Every setting of the server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Listening, sizes and clocks towards clients.
    pub server: ServerSettings,
    /// What this instance is.
    pub instance: InstanceSettings,
    /// Where users and tokens live.
    pub identity: IdentitySettings,
    /// The web pages.
    pub web: WebSettings,
    /// What editors get by OAuth 2.0.
    pub oauth: OAuthSettings,
    /// Who writes the code.
    pub gateway: GatewaySettings,
    /// The model behind the built-in gateway.
    pub model: ModelSettings,
    /// Requests per user.
    pub limits: LimitSettings,
    /// Projects without a switch of their own.
    pub projects: ProjectSettings,
    /// Figures for the administrator.
    pub usage: UsageSettings,
    /// The GitLab behind this server.
    pub proxy: FrontSettings,
    /// Logging.
    pub log: LogSettings,
    /// Metrics.
    pub metrics: MetricsSettings,
    /// Proxies on the way out, from the variables that all programs share.
    pub proxies: ProxySettings,
}

/// The variables `HTTPS_PROXY` (or `ALL_PROXY`) and `NO_PROXY`, in either case of letters; empty when not set.
#[derive(Debug, Clone, Default)]
pub struct ProxySettings {
    /// URL of the proxy for HTTPS.
    pub https: String,
    /// Hosts, domains and networks that are asked directly.
    pub no: String,
}

/// `[server]`: listening, sizes and clocks towards clients.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    /// Address and port to listen on.
    #[serde(deserialize_with = "address")]
    pub listen: SocketAddr,
    /// URL that clients use; derived from `listen` when absent.
    pub external_url: Option<String>,
    /// Proxies in front of this server, whose word on the client's address counts.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Origins of web pages whose scripts may ask.
    pub cors_origins: Origins,
    /// Serving threads; 0 is one per core.
    pub workers: usize,
    /// Largest request body in bytes.
    pub max_body_bytes: usize,
    /// Time for a request's head and for the first byte of a connection.
    #[serde(with = "duration")]
    pub header_timeout: Duration,
    /// Time for a request's body and for a client that does not read.
    #[serde(with = "duration")]
    pub body_timeout: Duration,
    /// Time that a kept-alive connection may be idle.
    #[serde(with = "duration")]
    pub idle_timeout: Duration,
    /// Time for running requests after the signal to stop.
    #[serde(with = "duration")]
    pub shutdown_grace: Duration,
    /// HTTPS.
    #[serde(default)]
    pub tls: TlsSettings,
}

impl ServerSettings {
    /// Whether that is the address of a proxy in front.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted_proxies
            .iter()
            .any(|net| net.contains(&address))
    }
}

/// `[server.tls]`: certificate and key for HTTPS, both or neither.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// PEM file with the certificate chain.
    pub cert_file: Option<PathBuf>,
    /// PEM file with the private key.
    pub key_file: Option<PathBuf>,
}

/// `[instance]`: what this instance is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceSettings {
    /// The instance switch.
    pub enabled: bool,
    /// UUID of the instance; made and stored when absent.
    #[serde(default, deserialize_with = "optional_uuid")]
    pub id: Option<Uuid>,
    /// GitLab version that is reported.
    pub version: String,
    /// `self-managed` or `saas`.
    pub realm: Realm,
    /// Folder of the database and the keys.
    pub data_dir: PathBuf,
    /// PEM file with the key that signs, instead of one in the data directory.
    pub signing_key_file: Option<PathBuf>,
    /// PEM files with keys that are published beside it.
    #[serde(deserialize_with = "list")]
    pub published_key_files: Vec<PathBuf>,
}

words! {
    /// Where an instance belongs, in the gateway's words.
    pub enum Realm {
        /// Run by its users.
        SelfManaged = "self-managed",
        /// GitLab.com.
        Saas = "saas",
    }
}

/// `[web]`: the web pages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebSettings {
    /// Whether there are any.
    pub enabled: bool,
    /// Time that a browser stays signed in.
    #[serde(with = "duration")]
    pub session_lifetime: Duration,
    /// Time that a one-time sign-in link is good for.
    #[serde(with = "duration")]
    pub link_lifetime: Duration,
}

/// `[oauth]`: lifetimes of what applications are issued.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuthSettings {
    /// Of a code.
    #[serde(with = "duration")]
    pub code_lifetime: Duration,
    /// Of an access token.
    #[serde(with = "duration")]
    pub access_token_lifetime: Duration,
    /// Of a refresh token.
    #[serde(with = "duration")]
    pub refresh_token_lifetime: Duration,
}

/// `[gateway]`: who writes the code.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own in the file"
)]
pub struct GatewaySettings {
    /// The kind of gateway.
    pub kind: GatewayKind,
    /// Base URL of the gateway.
    pub url: Option<String>,
    /// Whether plain HTTP may leave this machine.
    pub allow_plain_http: bool,
    /// PEM file with roots to trust beside the platform's.
    pub ca_file: Option<PathBuf>,
    /// PEM file with a certificate chain to show to the gateway.
    pub client_cert_file: Option<PathBuf>,
    /// PEM file with its key.
    pub client_key_file: Option<PathBuf>,
    /// How the server proves itself.
    pub auth: GatewayAuth,
    /// Token for `static`.
    pub token: Option<ConfigSecret>,
    /// File with the token for `static`.
    pub token_file: Option<PathBuf>,
    /// Time for a connection.
    #[serde(with = "duration")]
    pub connect_timeout: Duration,
    /// Time from the request to the response headers.
    #[serde(with = "duration")]
    pub response_timeout: Duration,
    /// Time between two pieces of a body.
    #[serde(with = "duration")]
    pub idle_timeout: Duration,
    /// Time for a whole stream.
    #[serde(with = "duration")]
    pub stream_timeout: Duration,
    /// Requests under way at once.
    pub max_in_flight: usize,
    /// Failures in a row after which the gateway is no longer asked; 0 means never.
    pub breaker_failures: u32,
    /// Time between two tries while it is not asked.
    #[serde(with = "duration")]
    pub breaker_pause: Duration,
    /// Whether `direct_access` hands out connections.
    pub direct_access: bool,
    /// GitLab instances whose tokens the built-in gateway takes.
    #[serde(deserialize_with = "list")]
    pub trusted_issuers: Vec<String>,
    /// Whether completions are given.
    pub code_completions: bool,
    /// Whether generations are given.
    pub code_generations: bool,
    /// Version of the gateway's endpoint for completions.
    pub completions_api: CompletionsApi,
    /// Version of the gateway's endpoint for generations.
    pub generations_api: GenerationsApi,
    /// Model that the gateway is to use.
    #[serde(default)]
    pub model: GatewayModelSettings,
}

words! {
    /// Kinds of gateway.
    pub enum GatewayKind {
        /// The gateway in this binary.
        Builtin = "builtin",
        /// GitLab's AI Gateway.
        AiGateway = "ai_gateway",
        /// Another GitLab.
        GitLab = "gitlab",
    }
}

words! {
    /// Ways to prove ourselves to a gateway.
    pub enum GatewayAuth {
        /// A JWT signed with our own key.
        SelfSigned = "self_signed",
        /// The configured token.
        Static = "static",
        /// Nothing.
        None = "none",
    }
}

words! {
    /// Endpoints of the AI Gateway for completions.
    pub enum CompletionsApi {
        /// `/v2/code/completions`.
        V2 = "v2",
        /// `/v4/code/suggestions`.
        V4 = "v4",
    }
}

words! {
    /// Endpoints of the AI Gateway for generations.
    pub enum GenerationsApi {
        /// `/v2/code/generations`, for gateways of GitLab 16.11 to 17.4.
        V2 = "v2",
        /// `/v3/code/completions`, for gateways of GitLab 17.
        V3 = "v3",
        /// `/v4/code/suggestions`, since GitLab 17.8.
        V4 = "v4",
    }
}

/// `[gateway.model]` and `[gateway.model.generation]`: a model that the AI Gateway is to use instead of its own choice.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayModelSettings {
    /// Who provides the model; `openai` when only other keys are given.
    pub provider: Option<ModelProvider>,
    /// Model family, by the gateway's name.
    pub name: Option<String>,
    /// Base URL of the model server.
    pub endpoint: Option<String>,
    /// Key of the model server.
    pub api_key: Option<ConfigSecret>,
    /// File with the key.
    pub api_key_file: Option<PathBuf>,
    /// Model at the server (`provider/model`), or one that GitLab hosts.
    pub identifier: Option<String>,
    /// Another model for generations.
    pub generation: Option<Box<GatewayModelSettings>>,
}

impl GatewayModelSettings {
    /// Who provides the model; `None` leaves the choice to the gateway.
    pub fn provider(&self) -> Option<ModelProvider> {
        let given = self.name.is_some()
            || self.endpoint.is_some()
            || self.api_key.is_some()
            || self.api_key_file.is_some()
            || self.identifier.is_some();
        self.provider.or(given.then_some(ModelProvider::Openai))
    }
}

words! {
    /// Providers of models, in the gateway's words.
    pub enum ModelProvider {
        /// A model server of one's own.
        Openai = "openai",
        /// The same, as GitLab before 18 called it.
        Litellm = "litellm",
        /// A model that GitLab hosts.
        Gitlab = "gitlab",
    }
}

/// `[limits]`: requests per user and period.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSettings {
    /// Where requests are counted.
    pub kind: LimitKind,
    /// For `completions`.
    pub completions: RateLimit,
    /// For `direct_access`.
    pub direct_access: RateLimit,
    /// For `connection_details`.
    pub connection_details: RateLimit,
    /// For signing in with a password, per user name and address.
    pub sign_in: RateLimit,
    /// Where the first three are counted for several replicas.
    pub redis: RedisSettings,
}

impl LimitSettings {
    /// URL of the Redis that counts, if one does.
    pub fn redis_url(&self) -> Option<&str> {
        let url = self.redis.url.as_ref().map(ConfigSecret::expose);
        url.filter(|_| self.kind == LimitKind::Redis)
    }
}

/// `[limits.redis]`: a Redis that replicas share.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedisSettings {
    /// Its URL, which may hold a password.
    pub url: Option<ConfigSecret>,
    /// What its keys begin with.
    pub prefix: String,
    /// Time for each step of a question to it.
    #[serde(with = "duration")]
    pub timeout: Duration,
}

words! {
    /// Places where requests are counted.
    pub enum LimitKind {
        /// This process.
        Memory = "memory",
        /// A Redis that replicas share.
        Redis = "redis",
    }
}

/// `[projects]`: projects without a switch of their own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectSettings {
    /// How an unknown project is treated.
    pub unknown: UnknownProject,
}

words! {
    /// How a project that nobody has set a switch for is treated.
    pub enum UnknownProject {
        /// As enabled.
        Allow = "allow",
        /// As unknown.
        Reject = "reject",
    }
}

/// `[usage]`: figures on how suggestions are used.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsageSettings {
    /// Days that figures are kept; with 0 none are.
    #[serde(with = "days")]
    pub retention: u32,
    /// Whether editors may send their telemetry here.
    pub collector: bool,
    /// Requests to the collector, over all senders.
    pub collector_limit: RateLimit,
}

/// `[log]`: level and format.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// Level or filter.
    pub level: String,
    /// Format; chosen by where the log goes when absent.
    pub format: Option<LogFormat>,
}

words! {
    /// Forms of a log line.
    pub enum LogFormat {
        /// For people.
        Text = "text",
        /// One JSON object a line.
        Json = "json",
    }
}

/// `[metrics]`: a separate address for Prometheus.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsSettings {
    /// Address; the main one serves `/-/metrics` when absent.
    #[serde(default, deserialize_with = "optional_address")]
    pub listen: Option<SocketAddr>,
}

impl Settings {
    /// The URL that clients use, without a trailing slash. `bound` is the address that the listener really got.
    pub fn external_url(&self, bound: SocketAddr) -> String {
        let scheme = if self.server.tls.cert_file.is_some() {
            "https"
        } else {
            "http"
        };
        match &self.server.external_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            // An address that means "every interface" is not one that a client can enter.
            None if bound.ip().is_unspecified() => format!("{scheme}://localhost:{}", bound.port()),
            None => format!("{scheme}://{bound}"),
        }
    }
}
