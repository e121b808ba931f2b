//! Time. Every room that judges by time asks a [`Clock`], so that tests move time instead of waiting for it. Wall-clock
//! time is used for dates that people set; periods run on monotonic time, which steps of the wall clock do not touch.

use std::{
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use rustix::time::{ClockId, clock_gettime};
use tokio::{
    task::coop::unconstrained,
    time::{Sleep, sleep_until},
};

/// Clocks that cost less to ask because they stand still between two ticks of the kernel, where there are such.
#[cfg(target_os = "linux")]
const WALL: ClockId = ClockId::RealtimeCoarse;
#[cfg(target_os = "linux")]
const MONOTONIC: ClockId = ClockId::MonotonicCoarse;
#[cfg(not(target_os = "linux"))]
const WALL: ClockId = ClockId::Realtime;
#[cfg(not(target_os = "linux"))]
const MONOTONIC: ClockId = ClockId::Monotonic;

/// A source of time, cheap to clone.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clocks.
    #[default]
    System,
    /// A clock that stands still until it is moved: milliseconds since the epoch.
    Manual(Arc<AtomicU64>),
}

impl Clock {
    /// A clock that stands at `unix` seconds.
    pub fn manual(unix: u64) -> Self {
        Self::Manual(Arc::new(AtomicU64::new(unix * 1000)))
    }

    /// Moves a manual clock forward; the machine's clock goes its own way.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(millis) = self {
            millis.fetch_add(millis_of(by), Ordering::SeqCst);
        }
    }

    /// Wall-clock time since the epoch.
    pub fn since_epoch(&self) -> Duration {
        match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "the one place that reads the clock"
            )]
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
            Self::Manual(millis) => Duration::from_millis(millis.load(Ordering::SeqCst)),
        }
    }

    /// Wall-clock seconds since the epoch.
    pub fn unix(&self) -> i64 {
        match self {
            // A second may begin a tick late, which costs a fifth of asking when exactly it does.
            Self::System => clock_gettime(WALL).tv_sec,
            Self::Manual(_) => i64::try_from(self.since_epoch().as_secs()).unwrap_or(i64::MAX),
        }
    }

    /// Monotonic time since some fixed point in the past, another than that of [`Clock::monotonic`]; a few milliseconds
    /// behind at most. For what is asked several times a request and judged in longer periods.
    pub fn lately(&self) -> Duration {
        match self {
            Self::System => {
                let time = clock_gettime(MONOTONIC);
                let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
                Duration::new(time.tv_sec.unsigned_abs(), nanos)
            }
            Self::Manual(_) => self.since_epoch(),
        }
    }

    /// Monotonic time since some fixed point in the past.
    pub fn monotonic(&self) -> Duration {
        match self {
            Self::System => start().elapsed(),
            Self::Manual(_) => self.since_epoch(),
        }
    }
}

/// A timer for deadlines of which hardly one ever comes: it is moved only when it fires too early, so that a deadline that
/// is put off all the time costs no more than a look.
#[derive(Debug, Default)]
pub struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Waits for `deadline`; an earlier call may have asked for another.
    pub fn poll_at(
        &mut self,
        deadline: tokio::time::Instant,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let timer = self
            .0
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() > deadline {
            timer.as_mut().reset(deadline);
        }
        loop {
            // A flood of bytes uses the task's budget up, and a timer that needs some of it would never be looked at.
            let mut unbudgeted = unconstrained(timer.as_mut());
            ready!(Pin::new(&mut unbudgeted).poll(context));
            if tokio::time::Instant::now() >= deadline {
                return Poll::Ready(());
            }
            timer.as_mut().reset(deadline);
        }
    }
}

fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    *START.get_or_init(Instant::now)
}

fn millis_of(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// `2026-11-21T10:00:00.000Z` for seconds since the epoch, the form of GitLab's REST API.
pub fn iso8601(unix: i64) -> String {
    jiff::Timestamp::from_second(unix).map_or_else(
        |_| String::new(),
        |time| time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
    )
}

/// `2026-11-21T10:00:00.123Z` for time since the epoch, the form of log lines.
pub fn iso8601_millis(since_epoch: Duration) -> String {
    let seconds = i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX);
    let time = jiff::Timestamp::new(seconds, since_epoch.subsec_nanos().cast_signed());
    time.map_or_else(
        |_| String::new(),
        |time| time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
    )
}

/// `2026-11-21` for seconds since the epoch.
pub fn iso_date(unix: i64) -> String {
    jiff::Timestamp::from_second(unix).map_or_else(
        |_| String::new(),
        |time| time.strftime("%Y-%m-%d").to_string(),
    )
}

/// Seconds since the epoch of 00:00 UTC of a date written `2026-11-21`.
pub fn parse_date(text: &str) -> Option<i64> {
    let date: jiff::civil::Date = text.parse().ok()?;
    // The parser also takes dates with a time behind them, which would be cut off in silence here.
    if text.len() != 10 {
        return None;
    }
    Some(
        date.to_zoned(jiff::tz::TimeZone::UTC)
            .ok()?
            .timestamp()
            .as_second(),
    )
}

/// Seconds since the epoch of a time written `2026-11-21T10:00:00.000Z`, or with an offset.
pub fn parse_iso8601(text: &str) -> Option<i64> {
    let time: jiff::Timestamp = text.parse().ok()?;
    Some(time.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_both_ways() {
        assert_eq!(parse_date("2026-11-21"), Some(1_795_219_200));
        assert_eq!(iso_date(1_795_219_200), "2026-11-21");
        assert_eq!(iso8601(1_795_219_201), "2026-11-21T00:00:01.000Z");
        assert_eq!(
            iso8601_millis(Duration::from_millis(1_795_219_201_023)),
            "2026-11-21T00:00:01.023Z"
        );
        for wrong in [
            "",
            "2026-13-01",
            "2026-02-30",
            "tomorrow",
            "2026-11-21T10:00",
        ] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_flood_does_not_keep_an_alarm_from_firing() {
        use std::future::poll_fn;
        use tokio::sync::mpsc;

        let (sender, mut flood) = mpsc::unbounded_channel();
        let mut alarm = Alarm::default();
        sender.send(()).unwrap();
        let past = tokio::time::Instant::now() - Duration::from_secs(1);
        poll_fn(|context| {
            while flood.poll_recv(context).is_ready() {
                sender.send(()).unwrap();
            }
            assert!(
                alarm.poll_at(past, context).is_ready(),
                "the budget is spent"
            );
            Poll::Ready(())
        })
        .await;
    }

    #[tokio::test(start_paused = true)]
    async fn an_alarm_goes_by_the_deadline_it_was_asked_for_last() {
        use std::future::poll_fn;
        use tokio::time::Instant;

        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let mut alarm = Alarm::default();
        for seconds in [5, 90, 60] {
            let polled = poll_fn(|context| Poll::Ready(alarm.poll_at(at(seconds), context))).await;
            assert!(polled.is_pending());
        }
        poll_fn(|context| alarm.poll_at(at(60), context)).await;
        assert_eq!(begun.elapsed().as_secs(), 60);
        poll_fn(|context| alarm.poll_at(at(61), context)).await;
        assert_eq!(begun.elapsed().as_secs(), 61);
    }

    #[test]
    fn the_machines_clocks_agree() {
        let clock = Clock::System;
        let precise = || i64::try_from(clock.since_epoch().as_secs()).unwrap();
        let (before, coarse, after) = (precise(), clock.unix(), precise());
        // A second may begin a tick late.
        assert!(
            (before - 1..=after).contains(&coarse),
            "{coarse} is not from {before} to {after}"
        );
        let (before, begun) = (clock.lately(), clock.monotonic());
        while clock.lately() == before {
            assert!(
                clock.monotonic().saturating_sub(begun) < Duration::from_mins(1),
                "it stands still"
            );
        }
    }

    #[test]
    fn manual_time_moves_only_when_told() {
        let clock = Clock::manual(100);
        let other = clock.clone();
        clock.advance(Duration::from_millis(1500));
        assert_eq!(other.unix(), 101);
        assert_eq!(other.monotonic(), Duration::from_millis(101_500));
    }
}
