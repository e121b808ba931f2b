//! The authorization server: codes, access tokens and refresh tokens (RFC 6749 with PKCE, RFC 7636, S256 only), revocation
//! (RFC 7009). Called by the consent page and the endpoints under `/oauth`. A code that comes back a second time has been
//! stolen by somebody, and so ends everything that was issued for it (RFC 6749 section 4.1.2).

use std::sync::Arc;

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::random_text;
use crate::{
    clock::Clock,
    config::OAuthSettings,
    keys::{SecretsError, ServerSecret},
    store::{
        Application, Digest, Grant, Issue, NewGrant, Scope, Scopes, Store, StoreError, Used, User,
        Voucher,
    },
};

/// What applications may ask for.
pub const APPLICATION_SCOPES: Scopes = Scopes::of(&[
    Scope::Api,
    Scope::ReadApi,
    Scope::ReadUser,
    Scope::AiFeatures,
]);

/// Seconds within which a refresh token that comes a second time means no theft: the windows of one editor wake up together
/// and all refresh at once. The late ones are refused, and no more.
const TOGETHER: i64 = 10;

/// Longest code, token or verifier that is looked at.
const LONGEST: usize = 512;

/// A refusal in the words of RFC 6749 sections 4.1.2.1 and 5.2.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// A parameter is missing, given twice or malformed; the text says which.
    #[error("{0}")]
    InvalidRequest(String),
    /// Nobody knows that client id.
    #[error("no application has that client id")]
    InvalidClient,
    /// The code or refresh token is good for nothing, or not in these hands.
    #[error("the grant is invalid")]
    InvalidGrant,
    /// The token is another application's.
    #[error("the token is another application's")]
    UnauthorizedClient,
    /// Neither a code nor a refresh token.
    #[error("unsupported grant type")]
    UnsupportedGrantType,
    /// Not a code.
    #[error("unsupported response type")]
    UnsupportedResponseType,
    /// A scope that applications cannot have.
    #[error("invalid scope")]
    InvalidScope,
    /// The user has said no.
    #[error("the user has denied it")]
    AccessDenied,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No random numbers.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// What a user allows an application.
#[derive(Debug)]
pub struct Approval<'a> {
    /// The application.
    pub application: &'a Application,
    /// Who allows it.
    pub user: &'a User,
    /// Where the code goes.
    pub redirect_uri: String,
    /// The challenge of the code.
    pub challenge: String,
    /// What is allowed.
    pub scopes: Scopes,
}

/// Tokens that have been issued.
pub struct Issued {
    /// The access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh_token: String,
    /// Seconds that the access token lives.
    pub expires_in: u64,
    /// Seconds since the epoch.
    pub created_at: i64,
    /// What it may be used for.
    pub scopes: Scopes,
}

/// Issues and revokes.
pub struct OAuth {
    store: Arc<Store>,
    secret: ServerSecret,
    clock: Clock,
    settings: OAuthSettings,
}

impl OAuth {
    /// An authorization server over the applications and grants in `store`.
    pub fn new(
        store: Arc<Store>,
        secret: ServerSecret,
        clock: Clock,
        settings: OAuthSettings,
    ) -> Self {
        Self {
            store,
            secret,
            clock,
            settings,
        }
    }

    /// The application with that client id.
    pub async fn application(&self, client_id: &str) -> Result<Application, OAuthError> {
        if client_id.is_empty() || client_id.len() > LONGEST {
            return Err(OAuthError::InvalidClient);
        }
        let known = self.store.application(client_id.to_owned()).await?;
        known.ok_or(OAuthError::InvalidClient)
    }

    /// A code for what a user has allowed.
    pub async fn approve(&self, approval: Approval<'_>) -> Result<String, OAuthError> {
        let code = random_text::<32>()?;
        let now = self.clock.unix();
        let grant = NewGrant {
            code: self.secret.digest(&code),
            application_id: approval.application.id,
            user_id: approval.user.id,
            redirect_uri: approval.redirect_uri,
            challenge: approval.challenge,
            scopes: approval.scopes,
            created_at: now,
            expires_at: now.saturating_add_unsigned(self.settings.code_lifetime.as_secs()),
        };
        self.store.add_grant(grant).await?;
        Ok(code)
    }

    /// Tokens for a code, which has to come from the application that it was made for, with the place that it was sent to
    /// and the verifier of its challenge.
    pub async fn exchange(
        &self,
        client_id: &str,
        code: &str,
        redirect_uri: &str,
        verifier: &str,
    ) -> Result<Issued, OAuthError> {
        let application = self.application(client_id).await?;
        let digest = self.digest(code)?;
        let code = self.store.code(digest).await?;
        let code = code.ok_or(OAuthError::InvalidGrant)?;
        if code.voucher.used_at.is_some() {
            self.end(&code.voucher.grant).await?;
            return Err(OAuthError::InvalidGrant);
        }
        if code.redirect_uri != redirect_uri || !meets(&code.challenge, verifier) {
            return Err(OAuthError::InvalidGrant);
        }
        self.issue(&application, code.voucher, Used::Code(digest))
            .await
    }

    /// Tokens for a refresh token, which is used up by that.
    pub async fn refresh(
        &self,
        client_id: &str,
        refresh_token: &str,
    ) -> Result<Issued, OAuthError> {
        let application = self.application(client_id).await?;
        let digest = self.digest(refresh_token)?;
        let voucher = self.store.refresh_token(digest).await?;
        let voucher = voucher.ok_or(OAuthError::InvalidGrant)?;
        if let Some(used_at) = voucher.used_at {
            if self.clock.unix() - used_at > TOGETHER {
                self.end(&voucher.grant).await?;
            }
            return Err(OAuthError::InvalidGrant);
        }
        self.issue(&application, voucher, Used::Refresh(digest))
            .await
    }

    /// Revokes an access or refresh token, and with it everything that was issued for the same grant. One that nobody
    /// knows needs no revoking (RFC 7009 section 2.2).
    pub async fn revoke(&self, token: &str, client_id: Option<&str>) -> Result<(), OAuthError> {
        let Ok(digest) = self.digest(token) else {
            return Ok(());
        };
        let Some(grant) = self.grant_of(digest).await? else {
            return Ok(());
        };
        if client_id.is_some_and(|client_id| client_id != grant.application) {
            return Err(OAuthError::UnauthorizedClient);
        }
        self.end(&grant).await
    }

    async fn grant_of(&self, digest: Digest) -> Result<Option<Grant>, StoreError> {
        match self.store.grant_of_token(digest).await? {
            Some(grant) => Ok(Some(grant)),
            None => Ok(self
                .store
                .refresh_token(digest)
                .await?
                .map(|voucher| voucher.grant)),
        }
    }

    async fn issue(
        &self,
        application: &Application,
        voucher: Voucher,
        used: Used,
    ) -> Result<Issued, OAuthError> {
        let (now, grant) = (self.clock.unix(), voucher.grant);
        let good = grant.application == application.uid
            && !grant.revoked
            && !grant.user.blocked
            && now < voucher.expires_at;
        if !good {
            return Err(OAuthError::InvalidGrant);
        }
        let (access_token, refresh_token) = (random_text::<32>()?, random_text::<32>()?);
        let lifetime = self.settings.access_token_lifetime.as_secs();
        let refresh_lifetime = self.settings.refresh_token_lifetime.as_secs();
        let issue = Issue {
            access: self.secret.digest(&access_token),
            refresh: self.secret.digest(&refresh_token),
            now,
            access_expires_at: now.saturating_add_unsigned(lifetime),
            refresh_expires_at: now.saturating_add_unsigned(refresh_lifetime),
        };
        if !self.store.issue(used, issue).await? {
            // Somebody else was faster with the same code. Which of the two is the thief cannot be told.
            if matches!(used, Used::Code(_)) {
                self.end(&grant).await?;
            }
            return Err(OAuthError::InvalidGrant);
        }
        Ok(Issued {
            access_token,
            refresh_token,
            expires_in: lifetime,
            created_at: now,
            scopes: grant.scopes,
        })
    }

    async fn end(&self, grant: &Grant) -> Result<(), OAuthError> {
        Ok(self.store.revoke_grant(grant.id, self.clock.unix()).await?)
    }

    fn digest(&self, given: &str) -> Result<Digest, OAuthError> {
        if given.is_empty() || given.len() > LONGEST {
            return Err(OAuthError::InvalidGrant);
        }
        Ok(self.secret.digest(given))
    }
}

/// Whether that can be a challenge made by S256: base64 of 32 bytes (RFC 7636 section 4.2).
pub fn is_challenge(challenge: &str) -> bool {
    URL_SAFE_NO_PAD
        .decode(challenge)
        .is_ok_and(|bytes| bytes.len() == digest::SHA256_OUTPUT_LEN)
}

fn meets(challenge: &str, verifier: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let made = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(plain)
        && verify_slices_are_equal(made.as_bytes(), challenge.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636 appendix B.
    #[test]
    fn a_verifier_meets_the_challenge_that_was_made_of_it() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(is_challenge(challenge) && meets(challenge, verifier));
        for wrong in ["", "short", challenge, &verifier.to_uppercase()] {
            assert!(!meets(challenge, wrong), "{wrong}");
        }
        // The plain method, which takes the challenge itself, is none.
        assert!(!meets(verifier, verifier));
        for wrong in ["", "x", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=", "!"] {
            assert!(!is_challenge(wrong), "{wrong}");
        }
    }
}
