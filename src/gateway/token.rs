//! The token with which the instance proves itself, signed once and used until half its life is over: a signature costs
//! a millisecond, which is more than everything else about a request.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderValue;

use crate::{
    clock::Clock,
    ids::Instance,
    keys::{Claims, SecretsError, SigningKey},
};

/// Seconds for which a token is used; it lives twice as long.
const USED_FOR: i64 = 1800;

/// Signs tokens of the instance.
pub struct InstanceToken {
    key: Arc<SigningKey>,
    instance: Arc<Instance>,
    clock: Clock,
    current: Mutex<Option<(HeaderValue, i64)>>,
}

impl InstanceToken {
    /// A source of tokens signed with `key`.
    pub fn new(key: Arc<SigningKey>, instance: Arc<Instance>, clock: Clock) -> Self {
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
        if let Some((value, signed_at)) = &*current
            && (*signed_at..*signed_at + USED_FOR).contains(&now)
        {
            return Ok(value.clone());
        }
        let instance = &self.instance;
        let claims = Claims::new(&instance.external_url, &instance.id, instance.realm, now);
        let text = format!("Bearer {}", self.key.sign(&claims)?);
        let mut value = HeaderValue::from_str(&text).map_err(|_| SecretsError::Random)?;
        value.set_sensitive(true);
        *current = Some((value.clone(), now));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_token_is_signed_again_at_half_its_life() {
        let folder = tempfile::tempdir().unwrap();
        let key = Arc::new(SigningKey::open(folder.path()).unwrap());
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
