//! Paths, each written once: the route table, the access line and the metrics take them from here.

/// Base path of the REST API.
pub const API: &str = "/api/v4";
/// Completions and generations.
pub const COMPLETIONS: &str = "/api/v4/code_suggestions/completions";
/// Whether a project may use Code Suggestions.
pub const ENABLED: &str = "/api/v4/code_suggestions/enabled";
/// Details for asking the gateway directly.
pub const DIRECT_ACCESS: &str = "/api/v4/code_suggestions/direct_access";
/// Details for telemetry.
pub const CONNECTION_DETAILS: &str = "/api/v4/code_suggestions/connection_details";
/// Tokens of GitLab 16.1 and 16.2.
pub const TOKENS: &str = "/api/v4/code_suggestions/tokens";
/// Whether the user is allowed, before GitLab 16.8.
pub const AI_ASSIST: &str = "/api/v4/ml/ai-assist";
/// The OpenAPI document.
pub const OPENAPI: &str = "/api/v4/code_suggestions/openapi.json";
/// Version of the instance.
pub const VERSION: &str = "/api/v4/version";
/// Version of the instance, newer name.
pub const METADATA: &str = "/api/v4/metadata";
/// Whoever asks.
pub const USER: &str = "/api/v4/user";
/// The token that asks.
pub const TOKEN_SELF: &str = "/api/v4/personal_access_tokens/self";
/// Events that editors report.
pub const TRACK_EVENT: &str = "/api/v4/usage_data/track_event";
/// GraphQL.
pub const GRAPHQL: &str = "/api/graphql";
/// Details of an OAuth token.
pub const TOKEN_INFO: &str = "/oauth/token/info";
/// Public keys.
pub const KEYS: &str = "/oauth/discovery/keys";
/// Where everything about identity is.
pub const OPENID: &str = "/.well-known/openid-configuration";
/// The same, by the name of RFC 8414.
pub const OAUTH_SERVER: &str = "/.well-known/oauth-authorization-server";
/// Health.
pub const HEALTH: &str = "/-/health";
/// Whether the process runs.
pub const LIVENESS: &str = "/-/liveness";
/// Whether requests can be served.
pub const READINESS: &str = "/-/readiness";
/// Metrics for Prometheus.
pub const METRICS: &str = "/-/metrics";
/// Built-in gateway: completions.
pub const AI_COMPLETIONS: &str = "/ai/v2/completions";
/// Built-in gateway: completions, longer name.
pub const AI_CODE_COMPLETIONS: &str = "/ai/v2/code/completions";
/// Built-in gateway: health.
pub const AI_HEALTH: &str = "/ai/monitoring/healthz";

/// Stands for every path that is no route.
pub const OTHER: &str = "other";

const ALL: &[&str] = &[
    COMPLETIONS,
    AI_COMPLETIONS,
    AI_CODE_COMPLETIONS,
    DIRECT_ACCESS,
    CONNECTION_DETAILS,
    ENABLED,
    TOKENS,
    OPENAPI,
    AI_ASSIST,
    VERSION,
    METADATA,
    USER,
    TOKEN_SELF,
    TRACK_EVENT,
    GRAPHQL,
    TOKEN_INFO,
    KEYS,
    OPENID,
    OAUTH_SERVER,
    HEALTH,
    LIVENESS,
    READINESS,
    METRICS,
    AI_HEALTH,
];

/// A path without its format suffix, and the suffix: the API takes `/completions.json` for `/completions`.
pub fn without_format(path: &str) -> Option<(&str, &str)> {
    let (stem, format) = path.rsplit_once('.')?;
    let plain = !format.is_empty() && format.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (plain && stem.starts_with(API) && template(stem) != OTHER).then_some((stem, format))
}

/// The template of the route that a canonical path leads to.
pub fn template(path: &str) -> &'static str {
    ALL.iter()
        .find(|route| **route == path)
        .copied()
        .unwrap_or(OTHER)
}
