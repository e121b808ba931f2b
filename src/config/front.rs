//! The GitLab that everything else is passed on to, and the clocks of what passes through. Read by `state`.

use std::time::Duration;

use serde::Deserialize;

use super::{IdentitySettings, identity::gitlab_url, values::duration};

/// `[proxy]`: the GitLab behind this server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontSettings {
    /// Base URL of the GitLab that gets every path which is not this server's.
    pub gitlab_url: Option<String>,
    /// Whether what passes through may leave this machine unencrypted.
    pub allow_plain_http: bool,
    /// Time for a connection to it.
    #[serde(with = "duration")]
    pub connect_timeout: Duration,
    /// Longest silence of what passes through, in either direction.
    #[serde(with = "duration")]
    pub idle_timeout: Duration,
}

/// One line per problem, each beginning with the key. Users live in the GitLab behind unless another is named.
pub(super) fn problems(
    proxy: &mut FrontSettings,
    identity: &mut IdentitySettings,
    problems: &mut Vec<String>,
) {
    let Some(url) = &proxy.gitlab_url else {
        return;
    };
    match gitlab_url("proxy.gitlab_url", url, proxy.allow_plain_http) {
        Ok(url) => {
            if identity.gitlab.url.is_none() {
                identity.gitlab.url = Some(url.clone());
                identity.gitlab.allow_plain_http |= proxy.allow_plain_http;
            }
            proxy.gitlab_url = Some(url);
        }
        Err(problem) => problems.push(problem),
    }
}
