//! Connections to one database, and work with them on threads that may block. Called by everything in this room.
//!
//! Each use is one change of threads. A pool that asks its connections whether they are well before it hands them out makes it
//! two, and that is most of what looking up a token costs; a file in reach of the process is asked by the work itself.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use deadpool::{
    Runtime,
    managed::{self, Metrics, RecycleError, RecycleResult},
};
use deadpool_sync::SyncWrapper;
use rusqlite::Connection;
use tokio::time::timeout;

use super::StoreError;

/// What a connection keeps of the database in memory, in kB. The kernel keeps it too, and the server the records that it has
/// asked for: SQLite's own measure, 2 MB, would be more than all of those.
pub(super) const PAGE_CACHE: i64 = 64;

/// Time that a statement waits for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest that work on the database takes, waiting for a connection and for other writers included.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections to a database that has been brought up to date.
pub(super) type Pool = managed::Pool<Opener>;

/// Opens the connections of a pool.
pub(super) struct Opener {
    path: PathBuf,
}

impl managed::Manager for Opener {
    type Type = SyncWrapper<Connection>;
    type Error = rusqlite::Error;

    async fn create(&self) -> rusqlite::Result<Self::Type> {
        let path = self.path.clone();
        SyncWrapper::new(Runtime::Tokio1, move || open(&path)).await
    }

    async fn recycle(
        &self,
        connection: &mut Self::Type,
        _: &Metrics,
    ) -> RecycleResult<rusqlite::Error> {
        match connection.try_lock() {
            Ok(_idle) => Ok(()),
            // Work on it panicked, or goes on although nobody waits for it any more: it is left to end by itself.
            Err(_) => Err(RecycleError::message("the connection is of no use")),
        }
    }
}

/// Connections to the database at `path`, made when they are needed; so many are handed out at once.
pub(super) fn pool(path: &Path, size: usize) -> Result<Pool, StoreError> {
    let path = path.to_owned();
    Pool::builder(Opener { path })
        .max_size(size)
        .build()
        .map_err(|error| StoreError::Connection(error.to_string()))
}

/// Does some work with a connection, on a thread where it may block.
pub(super) async fn with<T, F>(pool: &Pool, work: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
{
    within(PATIENCE, pool, work).await
}

pub(super) async fn within<T, F>(limit: Duration, pool: &Pool, work: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
{
    let done = async {
        let connection = pool
            .get()
            .await
            .map_err(|error| StoreError::Connection(error.to_string()))?;
        connection
            .interact(work)
            .await
            .map_err(|error| StoreError::Connection(error.to_string()))?
    };
    timeout(limit, done)
        .await
        .map_err(|_| StoreError::Late(limit))?
}

/// A connection with the settings that all have.
pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    limit_pages(&connection)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// Keeps a connection to [`PAGE_CACHE`]. All connections of a process may fill what any of them leaves free (SQLite is built with
/// `SQLITE_ENABLE_MEMORY_MANAGEMENT`), so one that hardly reads counts as much as the others.
pub(super) fn limit_pages(connection: &Connection) -> rusqlite::Result<()> {
    // A negative number is in kB, a positive one in pages.
    connection.pragma_update(None, "cache_size", -PAGE_CACHE)
}
