//! Governor's state per user, kept for the length of one window. Sharded, so that users on different threads do not
//! wait for each other; swept when a shard has doubled, so that memory follows the users of the last window only.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use governor::{nanos::Nanos, state::StateStore};

use crate::clock::Clock;

const SHARDS: usize = 64;
const SMALLEST_SWEEP: usize = 128;

/// Windows of all users of one limit; clones share them.
#[derive(Debug, Clone)]
pub(super) struct WindowStore(Arc<Windows>);

#[derive(Debug)]
struct Windows {
    shards: Vec<Mutex<Shard>>,
    period: Duration,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Shard {
    windows: HashMap<i64, Window>,
    sweep_at: usize,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    /// Nanoseconds on the server's clock: a `Duration` takes twice the room, and there is a window for every user.
    ends: u64,
    cells: Nanos,
}

/// Nanoseconds; 584 years stand for everything longer.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl WindowStore {
    pub(super) fn new(period: Duration, clock: Clock) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self(Arc::new(Windows {
            shards,
            period,
            clock,
        }))
    }

    /// Time until the user's window ends.
    pub(super) fn remaining(&self, user: i64) -> Duration {
        let ends = self
            .shard(user)
            .windows
            .get(&user)
            .map_or(0, |window| window.ends);
        Duration::from_nanos(ends.saturating_sub(nanos(self.0.clock.lately())))
    }

    fn shard(&self, user: i64) -> MutexGuard<'_, Shard> {
        let index = usize::try_from(user.unsigned_abs() % SHARDS as u64).unwrap_or_default();
        self.0.shards[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0
            .shards
            .iter()
            .map(|shard| shard.lock().unwrap().windows.len())
            .sum()
    }
}

impl StateStore for WindowStore {
    type Key = i64;

    fn measure_and_replace<T, F, E>(&self, user: &i64, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let now = nanos(self.0.clock.lately());
        let mut shard = self.shard(*user);
        let running = shard
            .windows
            .get(user)
            .filter(|window| window.ends > now)
            .copied();
        let (outcome, cells) = measure(running.map(|window| window.cells))?;
        let ends = running.map_or(now.saturating_add(nanos(self.0.period)), |window| {
            window.ends
        });
        shard.windows.insert(*user, Window { ends, cells });
        shard.sweep(now);
        Ok(outcome)
    }
}

impl Shard {
    fn sweep(&mut self, now: u64) {
        if self.windows.len() < self.sweep_at.max(SMALLEST_SWEEP) {
            return;
        }
        self.windows.retain(|_, window| window.ends > now);
        self.windows.shrink_to(self.windows.len() * 2);
        self.sweep_at = self.windows.len() * 2;
    }
}
