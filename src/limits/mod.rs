//! May this user do one more? Called by the handlers of limited endpoints after everything else has been checked.
//!
//! A window starts with a user's first counted request and lets exactly so many pass; nothing trickles back before it
//! ends, and refused requests neither count nor lengthen it. Windows are this process's own, or those of all replicas in
//! Redis; while Redis is away each replica counts by itself, so that nobody is ever without a limit.

mod memory;
mod redis;
mod window;

use std::{sync::Arc, time::Duration};

pub use memory::MemoryLimiter;
pub use redis::{Redis, RedisError, RedisLimiter};

use crate::{clock::Clock, config::RateLimit};

/// Limit of one endpoint, per user.
#[derive(Debug)]
pub enum Limiter {
    /// This process counts.
    Memory(MemoryLimiter),
    /// All replicas count together.
    Redis(RedisLimiter),
}

/// What the limiter says of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Whether the request passes.
    pub allowed: bool,
    /// Requests per window.
    pub limit: u32,
    /// Requests left in this window.
    pub remaining: u32,
    /// Time until the window ends.
    pub resets_in: Duration,
}

impl Limiter {
    /// A limiter of that name; counts in Redis if there is one.
    pub fn new(
        name: &'static str,
        limit: RateLimit,
        redis: Option<&Arc<Redis>>,
        clock: &Clock,
    ) -> Self {
        match (redis, limit.get()) {
            (Some(redis), Some(limit)) => {
                Self::Redis(RedisLimiter::new(name, limit, Arc::clone(redis), clock))
            }
            _ => Self::Memory(MemoryLimiter::new(limit, clock)),
        }
    }

    /// Counts one request of a user; `None` when there is no limit.
    pub async fn check(&self, user: i64) -> Option<Decision> {
        match self {
            Self::Memory(limiter) => limiter.check(user),
            Self::Redis(limiter) => Box::pin(limiter.check(user)).await,
        }
    }
}

impl Decision {
    /// Whole seconds until the window ends, rounded up, at least one.
    pub fn retry_after(&self) -> u64 {
        let up = u64::from(self.resets_in.subsec_nanos() > 0);
        (self.resets_in.as_secs() + up).max(1)
    }
}
