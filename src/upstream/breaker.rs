//! The circuit breaker of one upstream, shared by every client of it. After several failures in a row it refuses at once, so
//! that an upstream which is away costs its callers nothing; from then on one request in each pause goes through to see
//! whether it is back. It keeps no note of that request: one that is dropped or hangs cannot keep the breaker open.
//!
//! Away means no answer at all. A failure counts only if nothing has been answered since its request was let through, so an
//! upstream that leaves some requests hanging and answers others is not left alone.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
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
    /// Milliseconds on the clock up to which something has certainly been answered.
    answered_at: AtomicU64,
    /// Monotonic time of the next probe; read only while open.
    next_probe: Mutex<Duration>,
}

/// A request that was let through, by the time at which it was: milliseconds on the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass(u64);

/// Milliseconds between two notes of an answer, which all threads read.
const NOTED_EVERY: u64 = 1000;

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
            answered_at: AtomicU64::new(0),
            next_probe: Mutex::new(Duration::ZERO),
        }
    }

    /// Lets a request through, or says how long it has to wait.
    ///
    /// # Errors
    ///
    /// The time until the next probe, while the breaker is open.
    pub fn admit(&self) -> Result<Pass, Duration> {
        let pass = Pass(self.now());
        if !self.is_open() {
            return Ok(pass);
        }
        let now = self.clock.monotonic();
        let mut next_probe = self.lock();
        let wait = next_probe.saturating_sub(now);
        if !wait.is_zero() {
            return Err(wait);
        }
        *next_probe = now + self.pause;
        Ok(pass)
    }

    /// The upstream answered, whatever it said.
    pub fn succeeded(&self) {
        // Read first: the line is shared by all threads and written seldom.
        let now = self.now();
        let is_well = self.failures.load(Ordering::Relaxed) == 0;
        if is_well && now < self.answered_at.load(Ordering::Relaxed) + NOTED_EVERY {
            return;
        }
        // Noted first: a failure from before must not begin the next row.
        self.answered_at.store(now, Ordering::Release);
        if is_well {
            return;
        }
        let failures = self.failures.swap(0, Ordering::AcqRel);
        if self.threshold != 0 && failures >= self.threshold {
            tracing::info!(upstream = self.name, "answers again");
        }
    }

    /// The upstream did not answer a request, which counts unless it has answered another one since: those that it has left
    /// hanging fail for as long as they may wait, when it is long back.
    pub fn failed_since(&self, pass: Pass) {
        if self.answered_at.load(Ordering::Acquire) <= pass.0 {
            self.failed();
        }
    }

    /// The upstream did not answer a request that waited for seconds only.
    pub fn failed(&self) {
        if self.threshold == 0 {
            return;
        }
        // While it is open only probes set the time: requests from before, failing one by one, would put the next one off.
        if !self.is_open() {
            // Before the breaker is seen to be open, so that nobody reads an old one.
            *self.lock() = self.clock.monotonic() + self.pause;
        }
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

    fn now(&self) -> u64 {
        u64::try_from(self.clock.lately().as_millis()).unwrap_or(u64::MAX)
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
        breaker.admit().unwrap();
        breaker.failed();
        assert_eq!(breaker.admit(), Err(Duration::from_secs(5)));
    }

    #[test]
    fn requests_from_before_put_no_probe_off() {
        let (breaker, clock) = breaker(3);
        let old = breaker.admit().unwrap();
        for second in 0..8 {
            breaker.failed_since(old);
            let opened = second >= 2;
            assert_eq!(breaker.admit().is_err(), opened && second < 7, "{second}");
            clock.advance(Duration::from_secs(1));
        }
    }

    #[test]
    fn requests_from_before_an_answer_open_it_no_more() {
        let (breaker, clock) = breaker(3);
        let old = breaker.admit().unwrap();
        for _ in 0..3 {
            breaker.failed_since(old);
        }
        clock.advance(Duration::from_secs(5));
        breaker.admit().unwrap();
        breaker.succeeded();
        for _ in 0..10 {
            breaker.failed_since(old);
        }
        breaker.admit().unwrap();
        let old = breaker.admit().unwrap();
        // From now on nothing fails, and the answers end no row.
        for _ in 0..3 {
            clock.advance(Duration::from_millis(600));
            breaker.succeeded();
        }
        for _ in 0..10 {
            breaker.failed_since(old);
        }
        let new = breaker.admit().unwrap();
        for _ in 0..3 {
            breaker.failed_since(new);
        }
        assert!(breaker.admit().is_err());
    }

    #[test]
    fn one_request_in_each_pause_tries_again() {
        let (breaker, clock) = breaker(1);
        breaker.failed();
        clock.advance(Duration::from_secs(4));
        assert_eq!(breaker.admit(), Err(Duration::from_secs(1)));
        clock.advance(Duration::from_secs(1));
        assert!(breaker.admit().is_ok(), "the probe");
        // The probe says nothing, as when its client leaves: the next one goes through a pause later all the same.
        assert!(breaker.admit().is_err());
        clock.advance(Duration::from_secs(5));
        breaker.admit().unwrap();
        breaker.succeeded();
        breaker.admit().unwrap();
        assert!(breaker.admit().is_ok(), "closed again");
    }

    #[test]
    fn without_a_threshold_it_never_opens() {
        let (breaker, _clock) = breaker(0);
        for _ in 0..100 {
            breaker.failed();
        }
        breaker.admit().unwrap();
    }
}
