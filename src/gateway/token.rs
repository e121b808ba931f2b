//! Tokens that are used more than once: the one with which the instance proves itself to a gateway, and those that a gateway
//! makes for users. A signature costs a millisecond and a question to the gateway many, which is more than everything else
//! about a request, so each serves until half its life is over.

use std::{
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::http::HeaderValue;
use quick_cache::sync::Cache;
use secrecy::SecretString;
use tokio::time::timeout;

use super::{DirectAccess, GatewayError};
use crate::{
    clock::Clock,
    ids::Instance,
    keys::{Claims, SecretsError, SigningKeys},
    upstream::UpstreamError,
};

/// Users whose token is kept; more take turns.
const KEPT_USERS: usize = 20_000;

/// Time for a token, waiting on somebody else's question included: every completion of an editor waits for it.
pub(super) const TOKEN_TIME: Duration = Duration::from_secs(3);

/// The tokens of one process, shared by its serving threads.
pub struct GatewayTokens {
    /// The instance's own.
    pub instance: InstanceToken,
    users: Cache<i64, Arc<Fresh<SecretString>>>,
    connection: Cache<(), Arc<Fresh<DirectAccess>>>,
}

/// Something that a gateway has made, and until when it is good.
pub(super) struct Fresh<T> {
    pub(super) value: T,
    made_at: i64,
    pub(super) expires_at: i64,
}

impl GatewayTokens {
    /// Nobody has a token yet.
    pub fn new(instance: InstanceToken) -> Self {
        Self {
            instance,
            users: Cache::new(KEPT_USERS),
            connection: Cache::new(1),
        }
    }

    /// The token of a user.
    pub(super) async fn user<E>(
        &self,
        user_id: i64,
        now: i64,
        make: impl AsyncFnOnce() -> Result<Fresh<SecretString>, E>,
    ) -> Result<Arc<Fresh<SecretString>>, E> {
        fresh(&self.users, user_id, now, make).await
    }

    /// The connection that all users share.
    pub(super) async fn connection<E>(
        &self,
        now: i64,
        make: impl AsyncFnOnce() -> Result<Fresh<DirectAccess>, E>,
    ) -> Result<Arc<Fresh<DirectAccess>>, E> {
        fresh(&self.connection, (), now, make).await
    }
}

/// What is kept under `key`, made by `make` unless it is good for more than half its life. Editors ask three times at once:
/// whoever comes while it is being made waits for that one.
async fn fresh<K, T, E>(
    cache: &Cache<K, Arc<Fresh<T>>>,
    key: K,
    now: i64,
    make: impl AsyncFnOnce() -> Result<Fresh<T>, E>,
) -> Result<Arc<Fresh<T>>, E>
where
    K: Hash + Eq + Clone,
{
    cache.remove_if(&key, |kept| !kept.is_fresh(now));
    cache
        .get_or_insert_async(&key, async { make().await.map(Arc::new) })
        .await
}

/// Ends a question about a token that takes too long.
pub(super) async fn in_time<T>(
    limit: Duration,
    question: impl Future<Output = Result<T, GatewayError>>,
) -> Result<T, GatewayError> {
    Box::pin(timeout(limit, question))
        .await
        .unwrap_or_else(|_| Err(UpstreamError::ResponseTimeout(limit).into()))
}

impl<T> Fresh<T> {
    pub(super) fn new(value: T, made_at: i64, expires_at: i64) -> Self {
        Self {
            value,
            made_at,
            expires_at,
        }
    }

    /// Whether more than half of its life is left. A clock that was set back must not keep what is from the future in use.
    fn is_fresh(&self, now: i64) -> bool {
        let life = self.expires_at.saturating_sub(self.made_at);
        self.made_at <= now && self.expires_at.saturating_sub(now) > life / 2
    }
}

/// Seconds for which a token is used; it lives twice as long.
const USED_FOR: i64 = 1800;

/// Signs tokens of the instance.
pub struct InstanceToken {
    key: Arc<SigningKeys>,
    instance: Arc<Instance>,
    clock: Clock,
    current: Mutex<Option<Signed>>,
}

/// A token of the instance.
struct Signed {
    value: HeaderValue,
    at: i64,
    /// Keys that were there when it was signed.
    keys: u64,
}

impl InstanceToken {
    /// A source of tokens signed with `key`.
    pub fn new(key: Arc<SigningKeys>, instance: Arc<Instance>, clock: Clock) -> Self {
        Self {
            key,
            instance,
            clock,
            current: Mutex::new(None),
        }
    }

    /// Value of `Authorization` with a token that is good now.
    pub fn authorization(&self) -> Result<HeaderValue, SecretsError> {
        let now = self.clock.unix();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back must not keep a token from the future in use.
        let keys = self.key.generation();
        if let Some(signed) = &*current
            && signed.keys == keys
            && (signed.at..signed.at + USED_FOR).contains(&now)
        {
            return Ok(signed.value.clone());
        }
        let instance = &self.instance;
        let claims = Claims::new(&instance.external_url, &instance.id, instance.realm, now);
        let text = format!("Bearer {}", self.key.sign(&claims)?);
        let mut value = HeaderValue::from_str(&text).map_err(|_| SecretsError::Random)?;
        value.set_sensitive(true);
        *current = Some(Signed {
            value: value.clone(),
            at: now,
            keys,
        });
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::keys::KeySource;

    #[test]
    fn a_token_is_signed_again_at_half_its_life() {
        let folder = tempfile::tempdir().unwrap();
        let key = Arc::new(
            SigningKeys::open(
                KeySource::Folder(folder.path().to_owned()),
                Clock::manual(0),
            )
            .unwrap(),
        );
        let instance = Arc::new(Instance::new(
            "id".into(),
            "http://host".into(),
            "18.7.0".into(),
            "self-managed",
        ));
        let clock = Clock::manual(1_000_000);
        let token = InstanceToken::new(key, instance, clock.clone());
        let first = token.authorization().unwrap();
        clock.advance(Duration::from_secs(1799));
        assert_eq!(token.authorization().unwrap(), first);
        clock.advance(Duration::from_secs(1));
        assert_ne!(token.authorization().unwrap(), first);
    }
}
