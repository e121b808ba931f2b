//! Counts in this process, on `governor`: its clock stands still, so its cells never refill by themselves, and the state store
//! forgets a user's cells when the window is over. That gives a fixed window from an algorithm made for a leaking one,
//! with governor's atomicity.

use std::{num::NonZeroU32, time::Duration};

use governor::{Quota, RateLimiter, clock, middleware::StateInformationMiddleware};

use super::{Decision, window::WindowStore};
use crate::{clock::Clock, config::RateLimit};

/// A limit whose windows only this process knows.
#[derive(Debug)]
pub struct MemoryLimiter(Option<Counter>);

type Cells = RateLimiter<i64, WindowStore, StoppedClock, StateInformationMiddleware>;

#[derive(Debug)]
struct Counter {
    cells: Cells,
    windows: WindowStore,
    max: NonZeroU32,
}

/// A clock at which it is always the same moment.
#[derive(Debug, Clone, Copy)]
struct StoppedClock;

impl MemoryLimiter {
    /// A limiter without any window yet.
    pub fn new(limit: RateLimit, clock: &Clock) -> Self {
        Self(
            limit
                .get()
                .map(|(max, period)| Counter::new(max, period, clock.clone())),
        )
    }

    /// Counts one request of a user; `None` when there is no limit.
    pub fn check(&self, user: i64) -> Option<Decision> {
        self.0.as_ref().map(|counter| counter.check(user))
    }
}

impl Counter {
    fn new(max: NonZeroU32, period: Duration, clock: Clock) -> Self {
        // With the clock stopped the period of one cell plays no part; it only has to be more than nothing.
        let quota = Quota::with_period(Duration::from_nanos(1))
            .unwrap_or_else(|| Quota::per_second(max))
            .allow_burst(max);
        let windows = WindowStore::new(period, clock);
        let cells = Cells::new(quota, windows.clone(), StoppedClock);
        Self {
            cells,
            windows,
            max,
        }
    }

    fn check(&self, user: i64) -> Decision {
        let outcome = self.cells.check_key(&user);
        Decision {
            allowed: outcome.is_ok(),
            limit: self.max.get(),
            remaining: outcome.map_or(0, |state| state.remaining_burst_capacity()),
            resets_in: self.windows.remaining(user),
        }
    }
}

impl clock::Clock for StoppedClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_that_are_over_are_forgotten() {
        let clock = Clock::manual(0);
        let limit = RateLimit::new(NonZeroU32::MIN, Duration::from_secs(10));
        let limiter = MemoryLimiter::new(limit, &clock);
        for round in 0..10 {
            for user in 0..10_000 {
                limiter.check(round * 10_000 + user);
            }
            clock.advance(Duration::from_secs(11));
        }
        let kept = limiter.0.unwrap().windows.len();
        assert!(kept < 30_000, "{kept} windows kept of 100,000 users seen");
    }
}
