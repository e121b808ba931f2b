//! Signing in to the web pages: a password or a one-time link becomes a session, and the cookie of a session its user.
//! Nothing is kept at hand: a page is rare, and a session that was ended or whose user was blocked is over with the next
//! request. Attempts are counted per name and address, so that nobody can lock a user out from elsewhere; tokens and
//! links play no part in it, since nobody guesses those.

use std::{
    net::IpAddr,
    sync::{Arc, LazyLock},
    time::Duration,
};

use tokio::sync::Semaphore;

use super::{
    Caller,
    passwords::{PasswordError, hash_password, is_password},
    random_text,
};
use crate::{
    clock::Clock,
    config::{RateLimit, WebSettings},
    keys::{SecretsError, ServerSecret},
    limits::MemoryLimiter,
    store::{Digest, NewSession, Scope, Scopes, Store, StoreError, StoredToken, User},
};

/// Attempts from one address in all, as a multiple of those per name: offices share an address, and so do all that a proxy
/// passes on.
const NAMES_PER_ADDRESS: u32 = 20;

/// Passwords that are checked at once: each takes 19 MiB and a core.
static CHECKS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

/// Longest value of a cookie or link that is looked at.
const LONGEST: usize = 128;

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Name or password is wrong, or the user is blocked: which of them is not told.
    #[error("user name or password is wrong")]
    Wrong,
    /// The link was never made, has been used, or has expired.
    #[error("the link is good for nothing")]
    Link,
    /// Too many attempts; the seconds after which to try again.
    #[error("too many attempts")]
    TooMany(u64),
    /// A password that cannot be taken.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No random numbers.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// Whoever a browser is signed in as.
#[derive(Debug, Clone)]
pub struct Session {
    /// The user, as of now.
    pub user: User,
    digest: Digest,
}

impl Session {
    /// The user as a caller of Code Suggestions, and of nothing else of the API.
    pub fn into_caller(self) -> Caller {
        Caller::from(Arc::new(StoredToken {
            // Numbers of tokens begin with 1.
            id: 0,
            name: "web session".into(),
            scopes: Scopes::of(&[Scope::AiFeatures]),
            created_at: self.user.created_at,
            expires_at: None,
            revoked: false,
            application: None,
            user: self.user,
        }))
    }
}

/// A session that has just begun.
#[derive(Debug)]
pub struct NewSignIn {
    /// What the browser is to carry.
    pub cookie: String,
    /// Who signed in.
    pub user: User,
}

/// Knows sessions.
pub struct Sessions {
    store: Arc<Store>,
    secret: ServerSecret,
    clock: Clock,
    lifetimes: (Duration, Duration),
    per_name: MemoryLimiter,
    per_address: MemoryLimiter,
}

/// A one-time link, and what to keep of it.
pub fn make_sign_in_link(
    secret: &ServerSecret,
    now: i64,
    lifetime: Duration,
) -> Result<(String, NewSession), SecretsError> {
    make(secret, now, lifetime)
}

impl Sessions {
    /// Sessions in `store`, with lifetimes and attempts as set.
    pub fn new(
        store: Arc<Store>,
        secret: ServerSecret,
        clock: Clock,
        settings: &WebSettings,
        attempts: RateLimit,
    ) -> Self {
        let per_address = match attempts.get() {
            None => attempts,
            Some((most, period)) => {
                let most = most.saturating_mul(NAMES_PER_ADDRESS.try_into().unwrap_or(most));
                RateLimit::new(most, period)
            }
        };
        Self {
            per_name: MemoryLimiter::new(attempts, &clock),
            per_address: MemoryLimiter::new(per_address, &clock),
            lifetimes: (settings.session_lifetime, settings.link_lifetime),
            store,
            secret,
            clock,
        }
    }

    /// Signs a user in by name and password.
    pub async fn sign_in(
        &self,
        username: &str,
        password: String,
        address: IpAddr,
    ) -> Result<NewSignIn, SignInError> {
        self.count_attempt(username, address)?;
        let known = self.store.user_and_password(username.to_owned()).await?;
        let (user, kept) = known.unzip();
        let right = checked(password, kept.flatten()).await;
        match user {
            Some(user) if right && !user.blocked => self.begin(user).await,
            _ => Err(SignInError::Wrong),
        }
    }

    /// Signs a user in by a one-time link.
    pub async fn sign_in_by_link(&self, link: &str) -> Result<NewSignIn, SignInError> {
        let digest = self.digest(link).ok_or(SignInError::Link)?;
        let (cookie, session) = make(&self.secret, self.clock.unix(), self.lifetimes.0)?;
        let user = self.store.use_sign_in_link(digest, session).await?;
        let user = user.ok_or(SignInError::Link)?;
        Ok(NewSignIn { cookie, user })
    }

    /// Whom a one-time link would sign in.
    pub async fn link_user(&self, link: &str) -> Result<Option<User>, StoreError> {
        match self.digest(link) {
            None => Ok(None),
            Some(digest) => {
                self.store
                    .sign_in_link_user(digest, self.clock.unix())
                    .await
            }
        }
    }

    /// A new one-time link for a user; earlier ones are good for nothing from then on.
    pub async fn make_link(&self, username: &str) -> Result<String, SignInError> {
        let (link, session) = make(&self.secret, self.clock.unix(), self.lifetimes.1)?;
        let username = username.to_owned();
        self.store.add_sign_in_link(username, session).await?;
        Ok(link)
    }

    /// The session that a cookie stands for.
    pub async fn session(&self, cookie: &str) -> Result<Option<Session>, StoreError> {
        let Some(digest) = self.digest(cookie) else {
            return Ok(None);
        };
        let user = self.store.session_user(digest, self.clock.unix()).await?;
        Ok(user.map(|user| Session { user, digest }))
    }

    /// Ends a session.
    pub async fn end(&self, session: &Session) -> Result<(), StoreError> {
        self.store.end_session(session.digest).await
    }

    /// Sets the password of whoever is signed in, who proves to know the old one if there is one. All other sessions end.
    pub async fn change_password(
        &self,
        session: &Session,
        old: String,
        new: String,
        address: IpAddr,
    ) -> Result<(), SignInError> {
        let username = session.user.username.to_string();
        let known = self.store.user_and_password(username.clone()).await?;
        if let Some(kept) = known.and_then(|(_, kept)| kept) {
            self.count_attempt(&username, address)?;
            if !checked(old, Some(kept)).await {
                return Err(SignInError::Wrong);
            }
        }
        let hash = blocking(move || hash_password(&new)).await;
        let hash = hash.unwrap_or(Err(PasswordError::Hash))?;
        self.store
            .set_password(username, hash, Some(session.digest))
            .await?;
        Ok(())
    }

    /// Whether a user has a password.
    pub async fn has_password(&self, user: &User) -> Result<bool, StoreError> {
        let known = self
            .store
            .user_and_password(user.username.to_string())
            .await?;
        Ok(known.is_some_and(|(_, password)| password.is_some()))
    }

    async fn begin(&self, user: User) -> Result<NewSignIn, SignInError> {
        let (cookie, session) = make(&self.secret, self.clock.unix(), self.lifetimes.0)?;
        self.store.add_session(user.id, session).await?;
        Ok(NewSignIn { cookie, user })
    }

    fn count_attempt(&self, username: &str, address: IpAddr) -> Result<(), SignInError> {
        // Whoever has one address of IPv6 has its whole network.
        let network = match address.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("{:x?}", &address.segments()[..4]),
        };
        let name = username.to_ascii_lowercase();
        let keys = [
            (&self.per_address, self.key(&network)),
            (&self.per_name, self.key(&format!("{network} {name}"))),
        ];
        for (limiter, key) in keys {
            if let Some(decision) = limiter.check(key)
                && !decision.allowed
            {
                return Err(SignInError::TooMany(decision.retry_after()));
            }
        }
        Ok(())
    }

    /// A number for text that strangers choose, which they cannot make collide.
    fn key(&self, text: &str) -> i64 {
        let digest = self.secret.digest(text);
        digest
            .first_chunk()
            .map_or(0, |bytes| i64::from_be_bytes(*bytes))
    }

    fn digest(&self, given: &str) -> Option<Digest> {
        let plausible = !given.is_empty() && given.len() <= LONGEST;
        plausible.then(|| self.secret.digest(given))
    }
}

/// What a browser or a link carries, and what to keep of it.
fn make(
    secret: &ServerSecret,
    now: i64,
    lifetime: Duration,
) -> Result<(String, NewSession), SecretsError> {
    let text = random_text::<32>()?;
    let session = NewSession {
        digest: secret.digest(&text),
        created_at: now,
        expires_at: now.saturating_add_unsigned(lifetime.as_secs()),
    };
    Ok((text, session))
}

async fn checked(password: String, kept: Option<String>) -> bool {
    blocking(move || is_password(&password, kept.as_deref()))
        .await
        .unwrap_or(false)
}

/// `None` if the work could not be done, which it always can unless the server is stopping.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let turn = CHECKS.acquire().await.ok()?;
    let work = move || {
        // Held by the work itself: whoever asked may have gone, and the work goes on.
        let _turn = turn;
        work()
    };
    tokio::task::spawn_blocking(work).await.ok()
}
