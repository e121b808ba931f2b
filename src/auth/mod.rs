//! From a presented credential to a [`Caller`], from a cookie to a [`Session`], and what applications are issued. Called
//! by the middleware for every request, by the web pages and by the commands that make tokens. Tokens are known by a keyed
//! digest only, or by what a GitLab says of them.

mod applications;
mod caller;
mod credentials;
pub mod gitlab;
mod oauth;
mod passwords;
mod sessions;

pub use applications::{EDITOR_REDIRECTS, is_redirect_uri, may_redirect};
pub use caller::Caller;
pub use credentials::{Credentials, CredentialsError, Presented};
pub use oauth::{APPLICATION_SCOPES, Approval, Issued, OAuth, OAuthError, is_challenge};
pub use passwords::{PasswordError, hash_password};
pub use sessions::{NewSignIn, Session, Sessions, SignInError, make_sign_in_link};

use std::sync::Arc;

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use gitlab::GitLab;

use crate::{
    clock::Clock,
    keys::{SecretsError, ServerSecret},
    store::{Digest, Kept, Scope, Scopes, Store, StoreError, StoredToken},
};

/// Prefix of personal access tokens, GitLab's own.
pub const TOKEN_PREFIX: &str = "glpat-";

/// Longer values, and others than ASCII, are no tokens of ours and are refused before any work.
const LONGEST_TOKEN: usize = 4096;

/// Most tokens kept at hand that do not exist, in about 5 MB.
const KEPT_TOKENS: usize = 65_536;

/// So many times as many are kept that do exist, in 250 bytes each.
const MORE_FOUND: u32 = 16;

/// Scopes that open Code Suggestions.
pub const CODE_SUGGESTIONS: Scopes = Scopes::of(&[Scope::Api, Scope::AiFeatures]);

/// Why a credential is refused.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// None was given, or nobody knows it.
    #[error("no credential that anybody knows")]
    Unknown,
    /// It has expired.
    #[error("the token has expired")]
    Expired,
    /// It has been revoked; its number if it is one of ours.
    #[error("the token has been revoked")]
    Revoked(Option<i64>),
    /// Its owner is blocked.
    #[error("the user is blocked")]
    Blocked,
    /// It may not be used for this.
    #[error("the token lacks the scope")]
    Scope,
    /// Its owner's account is in no state to use it, in GitLab's words.
    #[error("the account of the user is not active")]
    Account(Arc<str>),
    /// It cannot be checked now.
    #[error("the credential could not be checked")]
    Store(#[from] StoreError),
    /// The GitLab that knows it cannot be asked now.
    #[error("GitLab could not be asked")]
    Away,
}

impl AuthError {
    /// Whether nothing is known of the credential, good or bad.
    pub fn is_undecided(&self) -> bool {
        matches!(self, Self::Store(_) | Self::Away)
    }
}

/// Knows tokens.
pub struct Authenticator {
    source: Source,
    clock: Clock,
}

/// Where users and tokens live.
enum Source {
    /// In the database of this server.
    Local(Box<LocalTokens>),
    /// In a GitLab.
    GitLab(Box<GitLab>),
}

struct LocalTokens {
    tokens: Kept<Digest, StoredToken>,
    secret: ServerSecret,
}

impl Authenticator {
    /// An authenticator over the tokens in `store`.
    pub fn new(store: Arc<Store>, secret: ServerSecret, clock: Clock) -> Self {
        let tokens = Kept::with_more_found(store, clock.clone(), KEPT_TOKENS, MORE_FOUND);
        Self {
            source: Source::Local(Box::new(LocalTokens { tokens, secret })),
            clock,
        }
    }

    /// An authenticator that asks a GitLab.
    pub fn with_gitlab(gitlab: GitLab, clock: Clock) -> Self {
        Self {
            source: Source::GitLab(Box::new(gitlab)),
            clock,
        }
    }

    /// The GitLab that knows users, tokens and projects, if one does.
    pub fn gitlab(&self) -> Option<&GitLab> {
        match &self.source {
            Source::Local(_) => None,
            Source::GitLab(gitlab) => Some(gitlab),
        }
    }

    /// Who presents these credentials. What looks like a personal access token is looked up as one only; otherwise an
    /// OAuth token among them wins. Expiry, revocation and blocking are judged at every call, in this order.
    pub async fn authenticate(&self, presented: &Presented<'_>) -> Result<Caller, AuthError> {
        let caller = match &self.source {
            Source::Local(local) => local.find(presented).await?,
            Source::GitLab(gitlab) => Box::pin(gitlab.authenticate(presented)).await?,
        };
        self.judged(caller)
    }

    /// The access token of an application, if that is one of ours and is good for something.
    pub async fn access_token(&self, token: &str) -> Result<Option<Caller>, AuthError> {
        let Source::Local(local) = &self.source else {
            return Ok(None);
        };
        let known = local.known(token).await?;
        Ok(known
            .filter(|caller| caller.application.is_some())
            .and_then(|caller| self.judged(caller).ok()))
    }

    fn judged(&self, caller: Caller) -> Result<Caller, AuthError> {
        if caller
            .expires_at
            .is_some_and(|expires_at| expires_at <= self.clock.unix())
        {
            return Err(AuthError::Expired);
        }
        if caller.revoked {
            return Err(AuthError::Revoked(Some(caller.id)));
        }
        if caller.user.blocked {
            return Err(AuthError::Blocked);
        }
        Ok(caller)
    }
}

impl LocalTokens {
    async fn find(&self, presented: &Presented<'_>) -> Result<Caller, AuthError> {
        if let Some(token) = presented.access_token
            && !presented.first.starts_with(TOKEN_PREFIX)
            && let Some(caller) = self.known(token).await?
            && caller.application.is_some()
        {
            return Ok(caller);
        }
        match self.known(presented.first).await? {
            Some(caller) if caller.application.is_none() => Ok(caller),
            _ => Err(AuthError::Unknown),
        }
    }

    async fn known(&self, token: &str) -> Result<Option<Caller>, AuthError> {
        if token.is_empty() || token.len() > LONGEST_TOKEN || !token.is_ascii() {
            return Ok(None);
        }
        let digest = self.secret.digest(token);
        let known = self
            .tokens
            .get(digest, async |store| store.token(digest).await)
            .await?;
        Ok(known.map(Caller::from))
    }
}

/// A new token and the digest to keep.
pub fn make_token(secret: &ServerSecret) -> Result<(String, Digest), SecretsError> {
    let token = format!("{TOKEN_PREFIX}{}", random_text::<20>()?);
    let digest = secret.digest(&token);
    Ok((token, digest))
}

/// So many random bytes as text of letters, digits, `-` and `_`.
pub fn random_text<const BYTES: usize>() -> Result<String, SecretsError> {
    let mut random = [0; BYTES];
    rand::fill(&mut random).map_err(|_| SecretsError::Random)?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}

/// Whether a token may be used for what needs one of `accepted`.
pub fn require_scope(caller: &Caller, accepted: Scopes) -> Result<(), AuthError> {
    if caller.scopes.intersects(accepted) {
        Ok(())
    } else {
        Err(AuthError::Scope)
    }
}

#[cfg(test)]
mod tests;
