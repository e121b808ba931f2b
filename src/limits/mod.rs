//! May this user do one more? Called by the handlers of limited endpoints after everything else has been checked.
//!
//! A window starts with a user's first counted request and lets exactly so many pass; nothing trickles back before it
//! ends, and refused requests neither count nor lengthen it. `governor` counts: its clock stands still, so its cells
//! never refill by themselves, and the state store below forgets a user's cells when the window is over. That gives a
//! fixed window from an algorithm made for a leaking one, with governor's atomicity.

mod window;

use std::{num::NonZeroU32, time::Duration};

use governor::{Quota, RateLimiter, clock, middleware::StateInformationMiddleware};

use crate::{clock::Clock, config::RateLimit};
use window::WindowStore;

/// Limit of one endpoint, per user.
#[derive(Debug)]
pub struct Limiter(Option<Counter>);

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

impl Limiter {
    /// A limiter that counts in this process.
    pub fn in_memory(limit: RateLimit, clock: &Clock) -> Self {
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

impl Decision {
    /// Whole seconds until the window ends, rounded up, at least one.
    pub fn retry_after(&self) -> u64 {
        let up = u64::from(self.resets_in.subsec_nanos() > 0);
        (self.resets_in.as_secs() + up).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(max: u32, period: Duration) -> (Limiter, Clock) {
        let clock = Clock::manual(1_000_000);
        let limit = RateLimit::new(NonZeroU32::new(max).unwrap(), period);
        (Limiter::in_memory(limit, &clock), clock)
    }

    fn passed(limiter: &Limiter, user: i64, requests: usize) -> usize {
        (0..requests)
            .filter(|_| limiter.check(user).unwrap().allowed)
            .count()
    }

    #[test]
    fn exactly_so_many_pass_in_a_window() {
        let (limiter, clock) = limiter(60, Duration::from_mins(1));
        assert_eq!(passed(&limiter, 1, 100), 60);
        clock.advance(Duration::from_millis(59_999));
        assert_eq!(passed(&limiter, 1, 100), 0, "nothing trickles back");
        clock.advance(Duration::from_millis(1));
        assert_eq!(passed(&limiter, 1, 100), 60);
    }

    #[test]
    fn a_window_starts_with_the_first_request() {
        let (limiter, clock) = limiter(2, Duration::from_secs(10));
        clock.advance(Duration::from_secs(7));
        assert_eq!(passed(&limiter, 1, 1), 1);
        clock.advance(Duration::from_secs(9));
        assert_eq!(passed(&limiter, 1, 5), 1);
        clock.advance(Duration::from_secs(1));
        assert_eq!(passed(&limiter, 1, 5), 2);
    }

    #[test]
    fn users_do_not_share_a_window() {
        let (limiter, _clock) = limiter(3, Duration::from_secs(10));
        assert_eq!(passed(&limiter, 1, 5), 3);
        assert_eq!(passed(&limiter, 2, 5), 3);
    }

    #[test]
    fn decisions_tell_what_is_left() {
        let (limiter, clock) = limiter(2, Duration::from_secs(10));
        let first = limiter.check(1).unwrap();
        assert_eq!((first.allowed, first.limit, first.remaining), (true, 2, 1));
        assert_eq!(
            (first.resets_in, first.retry_after()),
            (Duration::from_secs(10), 10)
        );
        clock.advance(Duration::from_millis(300));
        limiter.check(1).unwrap();
        let refused = limiter.check(1).unwrap();
        assert_eq!(
            (refused.allowed, refused.remaining, refused.retry_after()),
            (false, 0, 10)
        );
        clock.advance(Duration::from_millis(9_600));
        assert_eq!(limiter.check(1).unwrap().retry_after(), 1);
    }

    #[test]
    fn concurrent_requests_pass_as_often_as_allowed() {
        let (limiter, _clock) = limiter(60, Duration::from_mins(1));
        let total = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    total.fetch_add(passed(&limiter, 1, 50), std::sync::atomic::Ordering::SeqCst)
                });
            }
        });
        assert_eq!(total.into_inner(), 60);
    }

    #[test]
    fn zero_is_unlimited() {
        let unlimited =
            toml::from_str::<std::collections::HashMap<String, RateLimit>>("limit = \"0\"")
                .unwrap();
        let limiter = Limiter::in_memory(unlimited["limit"], &Clock::manual(0));
        assert_eq!(limiter.check(1), None);
    }

    #[test]
    fn windows_that_are_over_are_forgotten() {
        let (limiter, clock) = limiter(1, Duration::from_secs(10));
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
