//! The circuit breaker of one upstream, shared by every client of it. After several failures in a row it refuses at once, so
//! that an upstream which is away costs its callers nothing; from then on one request in each pause goes through to see
//! whether it is back. It keeps no note of that request: one that is dropped or hangs cannot keep the breaker open.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use crate::clock::Clock;

/// Counts failures in a row and decides who may go through.
#[derive(Debug)]
pub struct Breaker {
    name: &'static str,
    /// Failures in a row that open it; 0 never does.
    threshold: u32,
    pause: Duration,
    clock: Clock,
    failures: AtomicU32,
    /// Monotonic time of the next probe; read only while open.
    next_probe: Mutex<Duration>,
}

impl Breaker {
    /// A closed breaker: `threshold` failures in a row open it, then one request in each `pause` goes through.
    /// `name` says in the log what it protects.
    pub fn new(name: &'static str, threshold: u32, pause: Duration, clock: Clock) -> Self {
        Self {
            name,
            threshold,
            pause,
            clock,
            failures: AtomicU32::new(0),
            next_probe: Mutex::new(Duration::ZERO),
        }
    }

    /// Lets a request through, or says how long it has to wait.
    ///
    /// # Errors
    ///
    /// The time until the next probe, while the breaker is open.
    pub fn admit(&self) -> Result<(), Duration> {
        if !self.is_open() {
            return Ok(());
        }
        let now = self.clock.monotonic();
        let mut next_probe = self.lock();
        let wait = next_probe.saturating_sub(now);
        if !wait.is_zero() {
            return Err(wait);
        }
        *next_probe = now + self.pause;
        Ok(())
    }

    /// The upstream answered, whatever it said.
    pub fn succeeded(&self) {
        // Read first: the line is shared by all threads and written only when something changes.
        if self.failures.load(Ordering::Relaxed) == 0 {
            return;
        }
        let failures = self.failures.swap(0, Ordering::AcqRel);
        if self.threshold != 0 && failures >= self.threshold {
            tracing::info!(upstream = self.name, "answers again");
        }
    }

    /// The upstream did not answer.
    pub fn failed(&self) {
        if self.threshold == 0 {
            return;
        }
        // The time is set before the breaker is seen to be open, so that nobody reads an old one.
        *self.lock() = self.clock.monotonic() + self.pause;
        let before = self.failures.fetch_add(1, Ordering::AcqRel);
        if before.saturating_add(1) == self.threshold {
            tracing::warn!(
                upstream = self.name,
                failures = self.threshold,
                "does not answer; requests are refused, one is tried from time to time"
            );
        }
    }

    /// Whether requests are being refused.
    pub fn is_open(&self) -> bool {
        self.threshold != 0 && self.failures.load(Ordering::Acquire) >= self.threshold
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Duration> {
        self.next_probe
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker(threshold: u32) -> (Breaker, Clock) {
        let clock = Clock::manual(1_000_000);
        let pause = Duration::from_secs(5);
        (
            Breaker::new("gateway", threshold, pause, clock.clone()),
            clock,
        )
    }

    #[test]
    fn failures_in_a_row_open_it() {
        let (breaker, _clock) = breaker(3);
        for _ in 0..2 {
            breaker.failed();
        }
        breaker.succeeded();
        for _ in 0..2 {
            breaker.failed();
        }
        assert_eq!(breaker.admit(), Ok(()));
        breaker.failed();
        assert_eq!(breaker.admit(), Err(Duration::from_secs(5)));
    }

    #[test]
    fn one_request_in_each_pause_tries_again() {
        let (breaker, clock) = breaker(1);
        breaker.failed();
        clock.advance(Duration::from_secs(4));
        assert_eq!(breaker.admit(), Err(Duration::from_secs(1)));
        clock.advance(Duration::from_secs(1));
        assert_eq!(breaker.admit(), Ok(()), "the probe");
        // The probe says nothing, as when its client leaves: the next one goes through a pause later all the same.
        assert!(breaker.admit().is_err());
        clock.advance(Duration::from_secs(5));
        assert_eq!(breaker.admit(), Ok(()));
        breaker.succeeded();
        assert_eq!(breaker.admit(), Ok(()));
        assert_eq!(breaker.admit(), Ok(()), "closed again");
    }

    #[test]
    fn without_a_threshold_it_never_opens() {
        let (breaker, _clock) = breaker(0);
        for _ in 0..100 {
            breaker.failed();
        }
        assert_eq!(breaker.admit(), Ok(()));
    }
}
