//! Where users and tokens live, and what is checked of it: an existing GitLab is named by URL, and tokens do not leave this
//! machine unencrypted unless a setting says so. Read by `auth`.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;

use super::{
    rules::{certificate, http_url, is_loopback},
    values::{duration, list, optional_duration, words},
};

/// `[identity]`: where users and tokens live.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitySettings {
    /// The source of users and tokens.
    pub kind: IdentityKind,
    /// How long a token that GitLab knows is believed without asking again.
    #[serde(with = "duration")]
    pub cache_ttl: Duration,
    /// How long a token that GitLab refused is refused without asking again.
    #[serde(with = "duration")]
    pub negative_cache_ttl: Duration,
    /// How much longer a known token is believed while GitLab is away; not at all when absent.
    #[serde(default, with = "optional_duration")]
    pub grace: Option<Duration>,
    /// Where GitLab is.
    #[serde(default)]
    pub gitlab: GitLabSettings,
    /// Which of GitLab's users may use Code Suggestions.
    pub entitlement: EntitlementSettings,
}

/// `[identity.gitlab]`: where GitLab is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GitLabSettings {
    /// Base URL; `proxy.gitlab_url` when absent.
    pub url: Option<String>,
    /// Whether tokens may leave this machine unencrypted.
    #[serde(default)]
    pub allow_plain_http: bool,
    /// PEM file with roots to trust beside the platform's.
    pub ca_file: Option<PathBuf>,
}

/// `[identity.entitlement]`: which of GitLab's users may use Code Suggestions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitlementSettings {
    /// The rule.
    pub rule: EntitlementRule,
    /// Full path of the group whose members may, for the rule `group`.
    pub group: Option<String>,
    /// Names of the users who may, for the rule `users`.
    #[serde(default, deserialize_with = "list")]
    pub users: Vec<String>,
}

words! {
    /// Rules by which users of GitLab may use Code Suggestions.
    pub enum EntitlementRule {
        /// Everyone with a valid token.
        Everyone = "everyone",
        /// Members of a group, direct or inherited.
        Group = "group",
        /// The users of a list.
        Users = "users",
    }
}

words! {
    /// Sources of users and tokens.
    pub enum IdentityKind {
        /// The database in `instance.data_dir`.
        Local = "local",
        /// A GitLab.
        GitLab = "gitlab",
    }
}

/// One line per problem, each beginning with the key; the URL loses its trailing slash.
pub(super) fn problems(identity: &mut IdentitySettings, problems: &mut Vec<String>) {
    let gitlab = &mut identity.gitlab;
    // It counts for a GitLab behind this server too, wherever users live.
    if let Some(path) = &gitlab.ca_file
        && let Err(reason) = certificate(path)
    {
        let path = path.display();
        problems.push(format!("identity.gitlab.ca_file: {path}: {reason}"));
    }
    if identity.kind == IdentityKind::Local {
        return;
    }
    let key = "identity.gitlab.url";
    match &gitlab.url {
        None => problems.push(format!("{key}: needed when identity.kind is \"gitlab\"")),
        Some(url) => match gitlab_url(key, url, gitlab.allow_plain_http) {
            Ok(url) => gitlab.url = Some(url),
            Err(problem) => problems.push(problem),
        },
    }
    let entitlement = &identity.entitlement;
    let missing = match entitlement.rule {
        EntitlementRule::Group if entitlement.group.as_deref().is_none_or(str::is_empty) => "group",
        EntitlementRule::Users if entitlement.users.is_empty() => "users",
        _ => return,
    };
    problems.push(format!(
        "identity.entitlement.{missing}: needed when identity.entitlement.rule is \"{missing}\""
    ));
}

/// The base URL of a GitLab that stands under `key`, without a trailing slash.
pub(super) fn gitlab_url(key: &str, url: &str, allow_plain_http: bool) -> Result<String, String> {
    let host = http_url(url).map_err(|reason| format!("{key}: {reason}"))?;
    if url.starts_with("http:") && !allow_plain_http && !is_loopback(&host) {
        let section = key.rsplit_once('.').map_or(key, |(section, _)| section);
        return Err(format!(
            "{key}: '{url}' would send tokens unencrypted to another machine; \
             use https or set {section}.allow_plain_http = true"
        ));
    }
    Ok(url.trim_end_matches('/').to_owned())
}
