//! Identity in a GitLab: what that instance says of a token counts here, and so does what it shows a token of a project.
//! Called by [`Authenticator`](super::Authenticator) and by the handlers that look projects up. Answers are kept by digest
//! for a minute, questions about the same thing are one question, and a GitLab that is away refuses nobody: it is a 503.

mod answers;
mod client;
mod flights;
mod projects;
mod published;
mod tokens;

pub use client::{Client, Credential};
pub use projects::GitLabProject;
pub use published::{PublishedKeys, merge};

use std::{sync::Arc, time::Duration};

use client::Away;
use projects::Projects;
use tokens::Tokens;

use super::{AuthError, Caller, credentials::Presented};
use crate::{
    clock::Clock,
    config::{EntitlementRule, EntitlementSettings, IdentitySettings},
    keys::ServerSecret,
};

/// Time for everything that is asked about one token or one project.
const LIMIT: Duration = Duration::from_secs(5);

/// Users of GitLab who may use Code Suggestions.
#[derive(Debug, Clone)]
enum Entitlement {
    Everyone,
    /// Members of the group of that path.
    Group(String),
    Users(Vec<String>),
}

/// How long answers are kept.
#[derive(Debug, Clone, Copy)]
struct Periods {
    known: Duration,
    refused: Duration,
    /// What is added to `known` while GitLab is away.
    grace: Duration,
}

/// A GitLab that knows tokens and projects.
pub struct GitLab {
    tokens: Tokens,
    projects: Projects,
}

impl GitLab {
    /// Identity in the GitLab that `client` asks.
    pub fn new(
        client: Client,
        settings: &IdentitySettings,
        secret: ServerSecret,
        clock: Clock,
    ) -> Self {
        let client = Arc::new(client);
        let periods = Periods {
            known: settings.cache_ttl,
            refused: settings.negative_cache_ttl,
            grace: settings.grace.unwrap_or_default(),
        };
        let entitlement = Entitlement::from_settings(&settings.entitlement);
        Self {
            projects: Projects::new(Arc::clone(&client), periods, clock.clone()),
            tokens: Tokens::new((client, entitlement), periods, secret, clock),
        }
    }

    /// Who presents these credentials: what looks like a personal access token is asked about as one only, of the rest
    /// an OAuth token wins.
    pub(super) async fn authenticate(
        &self,
        presented: &Presented<'_>,
    ) -> Result<Caller, AuthError> {
        if let Some(token) = presented.access_token
            && !presented.first.starts_with(super::TOKEN_PREFIX)
        {
            match self.tokens.caller(Credential::oauth(token)).await {
                Err(AuthError::Unknown) => {}
                other => return other,
            }
        }
        self.tokens
            .caller(Credential::personal(presented.first))
            .await
    }

    /// The project of that full path, if its owner lets the caller read it.
    pub async fn project(
        &self,
        caller: &Caller,
        path: &str,
    ) -> Result<Option<Arc<GitLabProject>>, AuthError> {
        let credential = caller.credential.as_ref().ok_or(AuthError::Unknown)?;
        let found = self.projects.find(caller.user.id, credential, path).await;
        if let Err(AuthError::Unknown) = found {
            // GitLab has just refused a token that is kept as known.
            self.tokens.forget(credential);
        }
        found
    }
}

impl Entitlement {
    fn from_settings(settings: &EntitlementSettings) -> Self {
        match settings.rule {
            EntitlementRule::Everyone => Self::Everyone,
            EntitlementRule::Group => Self::Group(settings.group.clone().unwrap_or_default()),
            EntitlementRule::Users => Self::Users(settings.users.clone()),
        }
    }
}

impl From<Away> for AuthError {
    fn from(away: Away) -> Self {
        tracing::warn!(
            error = &away as &dyn std::error::Error,
            "GitLab could not be asked"
        );
        Self::Away
    }
}
