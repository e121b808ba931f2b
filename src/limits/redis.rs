//! Counts in Redis, for all replicas together: one script that decides and counts at once, by the clock of Redis.
//!
//! Each step waits for Redis for `limits.redis.timeout` at most. Redis that does not answer is left alone for [`REST`], in which
//! requests are counted in this process under the same limit; then one request connects again. The others wait for that one,
//! since whoever counted here meanwhile would pass beside the limit of all. A connection that has only ended, as it does when
//! Redis is started anew, is replaced at once for the same reason.

use std::{
    num::NonZeroU32,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use ::redis::{
    AsyncConnectionConfig, Client, IntoConnectionInfo, RedisError as Failure, Script,
    aio::MultiplexedConnection,
};
use tokio::{sync::watch, time::timeout};

use super::{Decision, memory::MemoryLimiter};
use crate::{clock::Clock, config::RateLimit};

/// Steps for which a request waits in all.
const MOST_STEPS: u32 = 3;

/// Time after which Redis is asked again when it has not answered.
const REST: Duration = Duration::from_secs(1);

/// Keys carry the version, so that replicas with another script count apart.
const VERSION: &str = "v1";

/// Whether the request passes, how many have in this window, and milliseconds until it ends.
///
/// A key without an end, which only something else can have left there, gets one.
const SCRIPT: &str = r"
local most, period = tonumber(ARGV[1]), tonumber(ARGV[2])
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = redis.call('PTTL', KEYS[1])
local passes = 0
if used < most then
    passes = 1
    used = redis.call('INCR', KEYS[1])
end
if left < 0 then
    redis.call('PEXPIRE', KEYS[1], period)
    left = period
end
return {passes, used, left}
";

/// What the script returns.
type Counted = (u8, u32, u64);

/// A Redis that several limits share.
pub struct Redis {
    client: Client,
    script: Script,
    prefix: String,
    patience: Duration,
    clock: Clock,
    state: Mutex<State>,
    /// Connections that have been made.
    connections: AtomicU64,
}

/// Why Redis cannot be used at all.
#[derive(Debug, thiserror::Error)]
#[error("limits.redis.url is not the URL of a Redis")]
pub struct RedisError(#[from] Failure);

enum State {
    Connected(Numbered),
    /// A request is connecting, or was when it was given up.
    Connecting {
        /// Closed when it is through.
        end: watch::Receiver<()>,
        /// Whether the outage has been logged.
        again: bool,
    },
    /// Not before this moment is it asked again.
    Away(Duration),
}

/// A connection with a number of its own: a failure may be news of an earlier one.
#[derive(Clone)]
struct Numbered {
    connection: MultiplexedConnection,
    number: u64,
}

/// What a request has to do for a connection.
enum Turn {
    /// Use this one.
    Use(Numbered),
    /// Do without.
    GoOn,
    /// Wait for the one that another request makes.
    Wait(watch::Receiver<()>),
    /// Make one, and let go of this when it is there or is not to be had.
    Connect { end: watch::Sender<()>, again: bool },
}

/// A limit whose windows all replicas know.
pub struct RedisLimiter {
    redis: Arc<Redis>,
    name: &'static str,
    max: NonZeroU32,
    period: Duration,
    meanwhile: MemoryLimiter,
}

// === impl Redis ===

impl Redis {
    /// The Redis at a URL (`redis://`, `rediss://` for TLS, or `redis+unix://`); keys begin with `prefix`, and a step takes
    /// `patience` at most. Connects with the first question.
    pub fn new(
        url: &str,
        prefix: &str,
        patience: Duration,
        clock: Clock,
    ) -> Result<Arc<Self>, RedisError> {
        Ok(Arc::new(Self {
            client: Client::open(url.into_connection_info()?)?,
            script: Script::new(SCRIPT),
            prefix: prefix.to_owned(),
            patience,
            state: Mutex::new(State::Away(Duration::ZERO)),
            connections: AtomicU64::new(0),
            clock,
        }))
    }

    /// Asks whether it is there; `Err` says why not.
    pub async fn ping(&self) -> Result<(), String> {
        let asked = async {
            let mut connection = self.connect().await?;
            ::redis::cmd("PING").exec_async(&mut connection).await
        };
        match timeout(self.patience * 2, asked).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err("no answer in time".to_owned()),
        }
    }

    async fn count(&self, key: &str, max: NonZeroU32, period: Duration) -> Option<Counted> {
        let counting = self.count_on_a_connection(key, max, period);
        match timeout(self.patience * MOST_STEPS, counting).await {
            Ok(counted) => counted,
            Err(_) => self.lost("no answer in time"),
        }
    }

    async fn count_on_a_connection(
        &self,
        key: &str,
        max: NonZeroU32,
        period: Duration,
    ) -> Option<Counted> {
        let period = u64::try_from(period.as_millis()).unwrap_or(u64::MAX);
        let mut question = self.script.key(key);
        question.arg(max.get()).arg(period);
        let mut is_first = true;
        loop {
            let mut numbered = self.connection().await?;
            let asked = question.invoke_async(&mut numbered.connection);
            match timeout(self.patience, asked).await {
                Ok(Ok(counted)) => return Some(counted),
                Ok(Err(error)) if is_first && error.is_connection_dropped() => {
                    is_first = false;
                    self.ended(numbered.number);
                }
                Ok(Err(error)) => return self.lost(&error.to_string()),
                Err(_) => return self.lost("no answer in time"),
            }
        }
    }

    /// The connection; `None` while there is none to be had.
    async fn connection(&self) -> Option<Numbered> {
        match self.turn() {
            Turn::Use(numbered) => Some(numbered),
            Turn::GoOn => None,
            Turn::Wait(mut end) => {
                // There is nothing to be told but the end, which is an error here.
                let _ended = timeout(self.patience, end.changed()).await;
                match &*self.state() {
                    State::Connected(numbered) => Some(numbered.clone()),
                    State::Connecting { .. } | State::Away(_) => None,
                }
            }
            Turn::Connect { end, again } => {
                let numbered = self.connected(again).await;
                drop(end);
                numbered
            }
        }
    }

    fn turn(&self) -> Turn {
        let mut state = self.state();
        let again = match &*state {
            State::Connected(numbered) => return Turn::Use(numbered.clone()),
            State::Connecting { end, .. } if end.has_changed().is_ok() => {
                return Turn::Wait(end.clone());
            }
            State::Away(until) if self.clock.monotonic() < *until => return Turn::GoOn,
            State::Connecting { again, .. } => *again,
            State::Away(until) => !until.is_zero(),
        };
        let (ends, end) = watch::channel(());
        *state = State::Connecting { end, again };
        Turn::Connect { end: ends, again }
    }

    async fn connected(&self, again: bool) -> Option<Numbered> {
        match timeout(self.patience, self.connect()).await {
            Ok(Ok(connection)) => {
                if again {
                    tracing::info!("Redis answers again: all replicas count together");
                }
                let number = self.connections.fetch_add(1, Ordering::Relaxed);
                let numbered = Numbered { connection, number };
                *self.state() = State::Connected(numbered.clone());
                Some(numbered)
            }
            Ok(Err(error)) => self.lost(&error.to_string()),
            Err(_) => self.lost("no connection in time"),
        }
    }

    async fn connect(&self) -> Result<MultiplexedConnection, Failure> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.patience))
            .set_response_timeout(Some(self.patience));
        self.client
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }

    /// The connection of that number has ended: the next one to ask connects.
    fn ended(&self, number: u64) {
        let mut state = self.state();
        if matches!(&*state, State::Connected(numbered) if numbered.number == number) {
            *state = State::Away(Duration::ZERO);
        }
    }

    fn lost<T>(&self, error: &str) -> Option<T> {
        let until = self.clock.monotonic() + REST;
        let before = std::mem::replace(&mut *self.state(), State::Away(until));
        let is_logged = matches!(
            before,
            State::Away(_) | State::Connecting { again: true, .. }
        );
        if !is_logged {
            tracing::warn!(
                error,
                "Redis does not answer: this process counts by itself"
            );
        }
        None
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl RedisLimiter ===

impl RedisLimiter {
    pub(super) fn new(
        name: &'static str,
        (max, period): (NonZeroU32, Duration),
        redis: Arc<Redis>,
        clock: &Clock,
    ) -> Self {
        Self {
            meanwhile: MemoryLimiter::new(RateLimit::new(max, period), clock),
            redis,
            name,
            max,
            period,
        }
    }

    pub(super) async fn check(&self, user: i64) -> Option<Decision> {
        let key = format!("{}:{VERSION}:{}:{user}", self.redis.prefix, self.name);
        let Some((passes, counted, left)) = self.redis.count(&key, self.max, self.period).await
        else {
            return self.meanwhile.check(user);
        };
        Some(Decision {
            allowed: passes == 1,
            limit: self.max.get(),
            remaining: self.max.get().saturating_sub(counted),
            resets_in: Duration::from_millis(left),
        })
    }
}

impl std::fmt::Debug for RedisLimiter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("RedisLimiter")
            .field("name", &self.name)
            .field("max", &self.max)
            .field("period", &self.period)
            .finish_non_exhaustive()
    }
}
