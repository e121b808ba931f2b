//! From a presented credential to a [`Caller`]. Called by the middleware for every request and by the commands that
//! make tokens. Tokens are known by a keyed digest only.

mod credentials;

pub use credentials::{Credentials, CredentialsError, Presented};

use std::sync::Arc;

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    clock::Clock,
    keys::{SecretsError, ServerSecret},
    store::{Digest, Kept, Scope, Scopes, Store, StoreError, StoredToken},
};

/// Prefix of personal access tokens, GitLab's own.
pub const TOKEN_PREFIX: &str = "glpat-";

/// Longer values are no tokens of ours and are refused before any work.
const LONGEST_TOKEN: usize = 4096;

/// Tokens whose records are kept at hand.
const KEPT_TOKENS: usize = 65_536;

/// Scopes that open Code Suggestions.
pub const CODE_SUGGESTIONS: Scopes = Scopes::of(&[Scope::Api, Scope::AiFeatures]);

/// Whoever made a request, known by a valid token.
pub type Caller = Arc<StoredToken>;

/// Why a credential is refused.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// None was given, or nobody knows it.
    #[error("no credential that anybody knows")]
    Unknown,
    /// It has expired.
    #[error("the token has expired")]
    Expired,
    /// It has been revoked.
    #[error("the token has been revoked")]
    Revoked,
    /// Its owner is blocked.
    #[error("the user is blocked")]
    Blocked,
    /// It may not be used for this.
    #[error("the token lacks the scope")]
    Scope,
    /// It cannot be checked now.
    #[error("the credential could not be checked")]
    Store(#[from] StoreError),
}

/// Knows tokens.
pub struct Authenticator {
    tokens: Kept<Digest, StoredToken>,
    secret: ServerSecret,
    clock: Clock,
}

impl Authenticator {
    /// An authenticator over the tokens in `store`.
    pub fn new(store: Arc<Store>, secret: ServerSecret, clock: Clock) -> Self {
        let tokens = Kept::new(store, clock.clone(), KEPT_TOKENS);
        Self {
            tokens,
            secret,
            clock,
        }
    }

    /// Who presents these credentials. What looks like a personal access token is looked up as one only; otherwise an
    /// OAuth token among them wins. Expiry, revocation and blocking are judged at every call, in this order.
    pub async fn authenticate(&self, presented: &Presented) -> Result<Caller, AuthError> {
        if let Some(token) = &presented.access_token
            && !presented.first.starts_with(TOKEN_PREFIX)
            && let Some(caller) = self.known(token).await?
            && caller.application.is_some()
        {
            return self.judged(caller);
        }
        match self.known(&presented.first).await? {
            Some(caller) if caller.application.is_none() => self.judged(caller),
            _ => Err(AuthError::Unknown),
        }
    }

    async fn known(&self, token: &str) -> Result<Option<Caller>, AuthError> {
        if token.is_empty() || token.len() > LONGEST_TOKEN {
            return Ok(None);
        }
        let digest = self.secret.digest(token);
        Ok(self
            .tokens
            .get(digest, async |store| store.token(digest).await)
            .await?)
    }

    fn judged(&self, caller: Caller) -> Result<Caller, AuthError> {
        if caller
            .expires_at
            .is_some_and(|expires_at| expires_at <= self.clock.unix())
        {
            return Err(AuthError::Expired);
        }
        if caller.revoked {
            return Err(AuthError::Revoked);
        }
        if caller.user.blocked {
            return Err(AuthError::Blocked);
        }
        Ok(caller)
    }
}

/// A new token and the digest to keep.
pub fn make_token(secret: &ServerSecret) -> Result<(String, Digest), SecretsError> {
    let mut random = [0; 20];
    rand::fill(&mut random).map_err(|_| SecretsError::Random)?;
    let token = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(random));
    let digest = secret.digest(&token);
    Ok((token, digest))
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
