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
/// The public keys of this server alone, where [`KEYS`] is GitLab's.
pub const OWN_KEYS: &str = "/api/v4/code_suggestions/keys";
/// A stream that `doctor` sends to itself.
pub const STREAM_PROBE: &str = "/api/v4/code_suggestions/stream_probe";
/// Field with what entitles to one.
pub const PROBE_TICKET: &str = "x-stream-probe";
/// Field with what its first piece says.
pub const PROBE_WORD: &str = "x-stream-probe-word";
/// What its last piece says when the first was read before it.
pub const PROBE_IN_TIME: &str = "in time";
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
/// A new token for the one that asks.
pub const ROTATE_SELF: &str = "/api/v4/personal_access_tokens/self/rotate";
/// A project by its number or its path.
pub const PROJECT: &str = "/api/v4/projects/{id}";
/// Events that editors report.
pub const TRACK_EVENT: &str = "/api/v4/usage_data/track_event";
/// Telemetry of editors, by the name that their trackers know.
pub const COLLECTOR: &str = "/com.snowplowanalytics.snowplow/tp2";
/// GraphQL.
pub const GRAPHQL: &str = "/api/graphql";
/// Where users allow applications to act for them.
pub const AUTHORIZE: &str = "/oauth/authorize";
/// Tokens for applications.
pub const TOKEN: &str = "/oauth/token";
/// The end of an application's token.
pub const REVOKE: &str = "/oauth/revoke";
/// Details of a token for its application.
pub const INTROSPECT: &str = "/oauth/introspect";
/// Whose token that is.
pub const USER_INFO: &str = "/oauth/userinfo";
/// Details of an OAuth token.
pub const TOKEN_INFO: &str = "/oauth/token/info";
/// Public keys.
pub const KEYS: &str = "/oauth/discovery/keys";
/// The same, by the name under which GitLab 19 has the keys of its tokens for gateways.
pub const CONNECTOR_KEYS: &str = "/cloud_connector/keys";
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
/// Built-in gateway: generations.
pub const AI_GENERATIONS: &str = "/ai/v2/code/generations";
/// Built-in gateway: both, third version.
pub const AI_COMPONENTS: &str = "/ai/v3/code/completions";
/// Built-in gateway: both, fourth version.
pub const AI_SUGGESTIONS: &str = "/ai/v4/code/suggestions";
/// Built-in gateway: tokens for editors.
pub const AI_USER_TOKEN: &str = "/ai/v1/code/user_access_token";
/// Built-in gateway: its models.
pub const AI_MODELS: &str = "/ai/v1/models/definitions";
/// Everything else below the built-in gateway.
pub const AI_REST: &str = "/ai/{*path}";
/// Built-in gateway: health.
pub const AI_HEALTH: &str = "/ai/monitoring/healthz";

/// Web page: how to connect an editor.
pub const HOME: &str = "/";
/// Web page: sign in.
pub const SIGN_IN: &str = "/users/sign_in";
/// Form: sign out.
pub const SIGN_OUT: &str = "/users/sign_out";
/// Web page: the user's access tokens. Editors open it.
pub const ACCESS_TOKENS: &str = "/-/user_settings/personal_access_tokens";
/// Web page: the user's preferences.
pub const PREFERENCES: &str = "/-/profile/preferences";
/// Web page: suggestions in the browser.
pub const PLAYGROUND: &str = "/-/playground";
/// Web page: the instance, for administrators.
pub const ADMIN: &str = "/admin";
/// Web page: users.
pub const ADMIN_USERS: &str = "/admin/users";
/// Web page: switches of projects.
pub const ADMIN_PROJECTS: &str = "/admin/projects";
/// How suggestions are used, for administrators.
pub const ADMIN_USAGE: &str = "/admin/usage";
/// Style sheet of the web pages.
pub const STYLE: &str = "/-/assets/app.css";
/// Script of the web pages.
pub const SCRIPT: &str = "/-/assets/app.js";
/// Icon of the web pages.
pub const ICON: &str = "/-/assets/icon.svg";

/// The address of a one-time link at the server with that URL.
pub fn sign_in_link(url: &str, link: &str) -> String {
    format!("{url}{SIGN_IN}?link={link}")
}

/// Stands for every path that is passed on to the GitLab behind.
pub const GITLAB: &str = "gitlab";

/// Stands for every path that is no route.
pub const OTHER: &str = "other";

const ALL: &[&str] = &[
    COMPLETIONS,
    AI_COMPLETIONS,
    AI_CODE_COMPLETIONS,
    AI_GENERATIONS,
    AI_COMPONENTS,
    AI_SUGGESTIONS,
    AI_USER_TOKEN,
    AI_MODELS,
    DIRECT_ACCESS,
    CONNECTION_DETAILS,
    ENABLED,
    TOKENS,
    OPENAPI,
    OWN_KEYS,
    STREAM_PROBE,
    AI_ASSIST,
    VERSION,
    METADATA,
    USER,
    TOKEN_SELF,
    ROTATE_SELF,
    TRACK_EVENT,
    COLLECTOR,
    GRAPHQL,
    AUTHORIZE,
    TOKEN,
    REVOKE,
    INTROSPECT,
    USER_INFO,
    TOKEN_INFO,
    KEYS,
    CONNECTOR_KEYS,
    OPENID,
    OAUTH_SERVER,
    HEALTH,
    LIVENESS,
    READINESS,
    METRICS,
    AI_HEALTH,
    HOME,
    SIGN_IN,
    SIGN_OUT,
    ACCESS_TOKENS,
    PREFERENCES,
    PLAYGROUND,
    ADMIN,
    ADMIN_USERS,
    ADMIN_PROJECTS,
    ADMIN_USAGE,
    STYLE,
    SCRIPT,
    ICON,
];

/// What stands before the number or path of a project.
const PROJECTS: &str = "/api/v4/projects/";

/// A path without its format suffix, and the suffix: the API takes `/completions.json` for `/completions`. Names of projects
/// may have dots in them and keep them.
pub fn without_format(path: &str) -> Option<(&str, &str)> {
    let (stem, format) = path.rsplit_once('.')?;
    let plain = !format.is_empty() && format.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let route = template(stem);
    let takes_formats = route != OTHER && route != PROJECT;
    (plain && stem.starts_with(API) && takes_formats).then_some((stem, format))
}

/// The template of the route that a canonical path leads to.
pub fn template(path: &str) -> &'static str {
    if let Some(route) = ALL.iter().find(|route| **route == path) {
        return route;
    }
    match path.strip_prefix(PROJECTS) {
        Some(id) if !id.is_empty() && !id.contains('/') => PROJECT,
        _ => OTHER,
    }
}

/// Everything below this is this server's, also what is no route.
const CODE_SUGGESTIONS: &str = "/api/v4/code_suggestions";

/// What this server answers in front of a GitLab, besides [`CODE_SUGGESTIONS`] and its gateway. Of the last four it answers only
/// what GitLab cannot, and passes on the rest.
const IN_FRONT: &[&str] = &[
    AI_ASSIST,
    HEALTH,
    LIVENESS,
    READINESS,
    METRICS,
    COLLECTOR,
    KEYS,
    GRAPHQL,
    VERSION,
    METADATA,
    TRACK_EVENT,
];

/// Whether a canonical path is this server's in front of a GitLab.
pub fn is_ours_in_front(path: &str) -> bool {
    let below = path.strip_prefix(CODE_SUGGESTIONS);
    let is_gateways = path.starts_with("/ai/") && template(path) != OTHER;
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        || is_gateways
        || IN_FRONT.contains(&path)
}
