//! How suggestions are used: counted per day, user, language, model and editor, for the administrator of this server and nobody
//! else. Called by the handlers of completions (asked for, streamed) and of editors' events (shown, accepted, rejected).
//!
//! Counting adds to a table in memory; a task writes the sums down every few seconds and at the stop. No text of anybody's
//! ever gets here, and whatever clients send, the table and the database stay small.

mod tally;
mod words;

pub use words::{editor, language, language_of};

use std::{
    hash::{BuildHasher, RandomState},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use quick_cache::sync::Cache;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    store::{StoreError, UsageColumn, UsageStore, UsageSum},
};
use tally::Tally;

/// Time between two writings; so much is lost if the process is killed.
const PERIOD: Duration = Duration::from_secs(10);

/// Reports that are remembered, so that one that comes twice counts once.
const REMEMBERED: usize = 16_384;

/// Names of models that are told apart.
const MOST_MODELS: usize = 64;

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// What happened to a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// It was asked for.
    Requested,
    /// It was asked for, as a stream.
    Streamed,
    /// A user saw it.
    Shown,
    /// A user took it over.
    Accepted,
    /// A user dismissed it.
    Rejected,
}

/// What an event is counted under.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Number of the user; `None` is nobody in particular.
    pub user: Option<i64>,
    /// One of [`language`]'s words.
    pub language: &'static str,
    /// One of [`editor`]'s words.
    pub editor: &'static str,
    /// Name of the model, as whoever reports it writes it.
    pub model: Option<&'a str>,
}

/// Counts what happens to suggestions.
pub struct Usage {
    /// Nothing is kept without it.
    store: Option<UsageStore>,
    tally: Mutex<Tally>,
    full: Notify,
    reported: Cache<u64, ()>,
    hasher: RandomState,
    retention: i64,
    clock: Clock,
}

// === impl Event ===

impl Event {
    /// Its name in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Streamed => "streamed",
            Self::Shown => "shown",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

// === impl Usage ===

impl Usage {
    /// Counts in `folder`, kept for `retention` days; with 0 nothing is kept.
    pub async fn open(folder: &Path, retention: u32, clock: Clock) -> Result<Self, StoreError> {
        let store = match retention {
            0 => None,
            _ => Some(UsageStore::open(folder)?),
        };
        let models = match &store {
            Some(store) => {
                store
                    .models(i64::try_from(MOST_MODELS).unwrap_or(i64::MAX))
                    .await?
            }
            None => Vec::new(),
        };
        Ok(Self {
            store,
            tally: Mutex::new(Tally::new(models)),
            full: Notify::new(),
            reported: Cache::new(REMEMBERED),
            hasher: RandomState::new(),
            retention: retention.into(),
            clock,
        })
    }

    /// Counts an event.
    pub fn count(&self, event: Event, subject: &Subject<'_>) {
        if self.store.is_none() {
            return;
        }
        let day = self.clock.unix().div_euclid(DAY);
        let full = self.tally().count(day, event, subject);
        if full {
            self.full.notify_one();
        }
    }

    /// Whether an event of a suggestion with that identifier is new; two clients may report it, and one may repeat itself.
    pub fn is_new(&self, event: Event, tracking_id: &str) -> bool {
        let key = self.hasher.hash_one((event, tracking_id));
        let known = self.reported.get(&key).is_some();
        if !known {
            self.reported.insert(key, ());
        }
        !known
    }

    /// Writes down what has been counted. What cannot be written is kept for the next time.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        let rows = Arc::new(self.tally().take());
        if rows.is_empty() {
            return Ok(());
        }
        let written = store.add(Arc::clone(&rows)).await;
        if written.is_err() {
            self.tally().put_back(Arc::unwrap_or_clone(rows));
        }
        written
    }

    /// Sums of what has been written since a day, a group for each value of the column.
    pub async fn sums(&self, since: i64, column: UsageColumn) -> Result<Vec<UsageSum>, StoreError> {
        match &self.store {
            Some(store) => store.sums(since, vec![column]).await,
            None => Ok(Vec::new()),
        }
    }

    /// Forgets what is older than it may be.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        match &self.store {
            Some(store) => {
                let today = self.clock.unix().div_euclid(DAY);
                store.sweep(today - self.retention).await
            }
            None => Ok(()),
        }
    }

    /// Writes and sweeps until told to stop; who stops writes a last time when nothing is counted any more.
    pub async fn keep(self: Arc<Self>, stop: CancellationToken) {
        let mut swept = None;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(PERIOD) => {}
                () = self.full.notified() => {}
            }
            let today = self.clock.unix().div_euclid(DAY);
            let done = async {
                self.flush().await?;
                if swept != Some(today) {
                    self.sweep().await?;
                    swept = Some(today);
                }
                Ok::<_, StoreError>(())
            };
            if let Err(error) = done.await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    error,
                    "usage could not be written; it is kept for the next time"
                );
            }
        }
    }

    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(model: &str) -> Subject<'_> {
        Subject {
            user: Some(7),
            language: "python",
            editor: "vscode",
            model: Some(model),
        }
    }

    async fn usage(folder: &Path, retention: u32, clock: &Clock) -> Usage {
        Usage::open(folder, retention, clock.clone()).await.unwrap()
    }

    async fn requested(usage: &Usage) -> Vec<i64> {
        let store = usage.store.as_ref().unwrap();
        let sums = store.sums(0, vec![UsageColumn::Day]).await.unwrap();
        sums.iter().map(|sum| sum.counts.requested).collect()
    }

    #[tokio::test]
    async fn counts_are_written_in_one_go_and_outlive_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::manual(100 * 86_400);
        let first = usage(folder.path(), 2, &clock).await;
        for _ in 0..3 {
            first.count(Event::Requested, &subject("m"));
        }
        assert_eq!(
            requested(&first).await,
            [0; 0],
            "not on the way of a request"
        );
        first.flush().await.unwrap();
        assert_eq!(requested(&first).await, [3]);
        drop(first);
        let second = usage(folder.path(), 2, &clock).await;
        second.count(Event::Requested, &subject("m"));
        second.flush().await.unwrap();
        second.flush().await.unwrap();
        assert_eq!(requested(&second).await, [4]);

        clock.advance(Duration::from_hours(24));
        second.count(Event::Requested, &subject("m"));
        second.flush().await.unwrap();
        clock.advance(Duration::from_hours(24));
        second.sweep().await.unwrap();
        assert_eq!(requested(&second).await, [4, 1]);
        clock.advance(Duration::from_hours(24));
        second.sweep().await.unwrap();
        assert_eq!(requested(&second).await, [1]);
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_kept_for_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let usage = usage(folder.path(), 2, &Clock::manual(1)).await;
        usage.count(Event::Requested, &subject("m"));
        let file = folder.path().join("usage.sqlite3");
        let other = rusqlite::Connection::open(file).unwrap();
        other
            .execute_batch("ALTER TABLE usage RENAME TO away")
            .unwrap();
        assert!(usage.flush().await.is_err());
        usage.count(Event::Requested, &subject("m"));
        other
            .execute_batch("ALTER TABLE away RENAME TO usage")
            .unwrap();
        usage.flush().await.unwrap();
        assert_eq!(requested(&usage).await, [2]);
    }

    #[tokio::test]
    async fn without_retention_nothing_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let usage = usage(folder.path(), 0, &Clock::manual(1)).await;
        usage.count(Event::Requested, &subject("m"));
        usage.flush().await.unwrap();
        usage.sweep().await.unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_report_counts_once() {
        let folder = tempfile::tempdir().unwrap();
        let usage = usage(folder.path(), 0, &Clock::manual(1)).await;
        assert!(usage.is_new(Event::Shown, "a"));
        assert!(!usage.is_new(Event::Shown, "a"));
        assert!(usage.is_new(Event::Accepted, "a") && usage.is_new(Event::Shown, "b"));
    }
}
