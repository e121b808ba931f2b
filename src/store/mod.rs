//! Users, tokens, sessions, applications and project switches in one SQLite file, shared by the server and the commands that run beside it.
//! Called by `auth`, the handlers of projects and the command line. SQLite in WAL mode lets a command write while the
//! server reads; the server learns of such writes through [`Store::version`], and what it keeps at hand ([`Kept`]) is as fresh as the last write.

mod applications;
mod grants;
mod kept;
mod pool;
mod projects;
mod scopes;
mod sessions;
mod tokens;
mod usage;
mod user;
mod users;

pub use applications::Application;
pub use grants::{Code, Grant, Issue, NewGrant, Used, Voucher};
pub use kept::Kept;
pub use projects::{BadPath, Governance, Project, ProjectChange, project_path};
pub use scopes::{Scope, Scopes, UnknownScope};
pub use sessions::NewSession;
pub use tokens::{Digest, NewToken, Rotation, StoredToken};
pub use usage::{Counts, OTHER, UsageColumn, UsageRow, UsageStore, UsageSum};
pub use user::User;
pub use users::{BadUsername, NewUser, UserSwitch, UserSwitches};

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError, TryLockError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, TransactionBehavior,
};
use rusqlite_migration::{M, MigrationDefinitionError, Migrations};

use pool::{Pool, with};

const INSTANCE_SWITCH: &str = "instance_switch";

const FILE_NAME: &str = "code-suggestions.sqlite3";

/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused a statement.
    #[error("the database refused a statement")]
    Database(#[from] rusqlite::Error),
    /// The file is none that SQLite can use.
    #[error("{path}: cannot be used as the database")]
    Unusable {
        /// The file.
        path: String,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The schema is one that this version does not know.
    #[error(
        "{path}: was made by a newer version of code-suggestions; run that one, or put the copy from before it back"
    )]
    Newer {
        /// The file.
        path: String,
    },
    /// The schema could not be brought up to date.
    #[error("the database could not be brought up to date")]
    Migration(#[from] rusqlite_migration::Error),
    /// The database took too long, as a disk that hangs does; what was to be written may be written later.
    #[error("the database did not answer within {0:?}")]
    Late(Duration),
    /// The file is gone, or is not the one that was opened: what commands write is not read here any more.
    #[error("{path}: is not the file that was opened; start the server anew")]
    Replaced {
        /// The file.
        path: String,
    },
    /// Part of the file is not what SQLite wrote there.
    #[error("{path}: is damaged; put a copy from before in its place and start the server anew")]
    Damaged {
        /// The file.
        path: String,
    },
    /// No connection could be had.
    #[error("no connection to the database: {0}")]
    Connection(String),
    /// The folder of the database cannot be used.
    #[error("instance.data_dir: {path}: {source}")]
    Folder {
        /// The folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A user of that name exists.
    #[error("user '{0}' exists already")]
    UserExists(String),
    /// No user has that name.
    #[error("no user is named '{0}'")]
    NoUser(String),
    /// Nothing has been set for a project or group of that path.
    #[error("nothing has been set for '{0}'")]
    NoProject(String),
    /// No token has that number.
    #[error("no token has the ID {0}")]
    NoToken(i64),
    /// No application has that number or client id.
    #[error("no application has the ID {0}")]
    NoApplication(String),
}

/// The database.
pub struct Store {
    pool: Pool,
    path: PathBuf,
    /// The file that was opened under that path.
    opened: Option<FileId>,
    /// A connection that only watches: SQLite counts the commits of *other* connections for it.
    watch: Mutex<Connection>,
    version: AtomicI64,
    looked_at: AtomicU64,
    /// Whether some statement has met a page that no SQLite wrote. Only reading all of them would find it sooner.
    damaged: AtomicBool,
}

/// Least time between two looks at whether somebody else has written. The clock that it is measured by may be 10 ms behind.
const FRESHNESS: Duration = Duration::from_millis(10);

/// Connections to the database at `path`, which is made, brought up to date and kept from other users of the machine.
fn opened(
    folder: &Path,
    path: &Path,
    migrations: &Migrations<'_>,
    connections: usize,
) -> Result<Pool, StoreError> {
    make_folder(folder)?;
    let _alone = alone_in(folder);
    let mut first = pool::open(path).map_err(|source| StoreError::Unusable {
        path: path.display().to_string(),
        source,
    })?;
    migrations
        .to_latest(&mut first)
        .map_err(|error| match error {
            rusqlite_migration::Error::MigrationDefinition(
                MigrationDefinitionError::DatabaseTooFarAhead,
            ) => StoreError::Newer {
                path: path.display().to_string(),
            },
            other => other.into(),
        })?;
    restrict(path).map_err(|source| StoreError::Folder {
        path: path.display().to_string(),
        source,
    })?;
    pool::pool(path, connections)
}

impl Store {
    /// Opens the database in `folder`, making both if need be.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(FILE_NAME);
        let pool = opened(folder, &path, &migrations(), 4)?;
        let watch = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        pool::limit_pages(&watch)?;
        Ok(Self {
            pool,
            opened: file_id(&path),
            path,
            watch: Mutex::new(watch),
            version: AtomicI64::new(0),
            looked_at: AtomicU64::new(0),
            damaged: AtomicBool::new(false),
        })
    }

    /// A number that changes when somebody else has written: what the caller keeps at hand is old then. Asked on demand
    /// rather than by a timer: an idle server does nothing, and a command that has returned is seen by the next request.
    pub fn version(&self, now: Duration) -> i64 {
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let last = self.looked_at.load(Ordering::Relaxed);
        let fresh = u64::try_from(FRESHNESS.as_millis()).unwrap_or_default();
        if now >= last.saturating_add(fresh) {
            // Another thread that is looking just now spares this one the look.
            let watch = match self.watch.try_lock() {
                Ok(watch) => Some(watch),
                Err(TryLockError::Poisoned(poisoned)) => Some(PoisonError::into_inner(poisoned)),
                Err(TryLockError::WouldBlock) => None,
            };
            if watch.is_some_and(|watch| self.look(&watch)) {
                self.looked_at.store(now, Ordering::Relaxed);
            }
        }
        self.version.load(Ordering::Acquire)
    }

    /// Looks whether somebody has written; `false` when the database does not say. Whoever looks holds the lock until the
    /// answer is in place, so that an older one never comes after it.
    fn look(&self, watch: &Connection) -> bool {
        let version = watch.query_row("PRAGMA data_version", [], |row| row.get(0));
        if let Ok(version) = version {
            self.version.store(version, Ordering::Release);
        }
        version.is_ok()
    }

    /// The stored value of `key`, which is `initial` from now on if there was none.
    pub async fn setting(&self, key: &'static str, initial: String) -> Result<String, StoreError> {
        self.with(move |connection| {
            const KNOWN: &str = "SELECT value FROM settings WHERE key = ?1";
            // Nobody has to wait for another writer to learn what is stored already.
            let known = connection.query_row(KNOWN, [key], |row| row.get(0));
            if let Some(known) = known.optional()? {
                return Ok(known);
            }
            connection.execute(
                "INSERT OR IGNORE INTO settings (key, value) VALUES (?1, ?2)",
                (key, initial),
            )?;
            Ok(connection.query_row(KNOWN, [key], |row| row.get(0))?)
        })
        .await
    }

    /// Stores a value in place of whatever `key` had.
    pub async fn set_setting(&self, key: &'static str, value: String) -> Result<(), StoreError> {
        self.with(move |connection| {
            connection.execute(
                "INSERT INTO settings (key, value) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key, value),
            )?;
            Ok(())
        })
        .await
    }

    /// Sets the instance's own switch, which counts besides the one in the settings.
    pub async fn switch_instance(&self, on: bool) -> Result<(), StoreError> {
        let word = if on { "on" } else { "off" };
        self.set_setting(INSTANCE_SWITCH, word.to_owned()).await
    }

    /// The instance's own switch, if it has ever been set.
    pub async fn instance_switch(&self) -> Result<Option<bool>, StoreError> {
        self.with(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT value = 'on' FROM settings WHERE key = ?1")?;
            Ok(statement
                .query_row([INSTANCE_SWITCH], |row| row.get(0))
                .optional()?)
        })
        .await
    }

    /// Whether the database answers, is still in its place and has never been found damaged, for the readiness probe.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let (path, opened) = (self.path.clone(), self.opened);
        if self.damaged.load(Ordering::Relaxed) {
            let path = path.display().to_string();
            return Err(StoreError::Damaged { path });
        }
        self.with(move |connection| {
            connection
                .query_row("SELECT 1", [], |_| Ok(()))
                .optional()?;
            if file_id(&path) == opened {
                Ok(())
            } else {
                let path = path.display().to_string();
                Err(StoreError::Replaced { path })
            }
        })
        .await
    }

    async fn with<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (done, has_written) = with(&self.pool, move |connection| {
            let changes = connection.total_changes();
            let done = work(connection);
            Ok((done, connection.total_changes() != changes))
        })
        .await?;
        // What is written here counts for the very next request, not only for the next look.
        if has_written {
            let watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
            self.look(&watch);
        }
        if done.as_ref().is_err_and(StoreError::is_damage) {
            self.damaged.store(true, Ordering::Relaxed);
        }
        done
    }
}

impl StoreError {
    /// Whether SQLite has met what it did not write.
    fn is_damage(&self) -> bool {
        let Self::Database(error) = self else {
            return false;
        };
        matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        )
    }
}

/// A transaction that writes, from its beginning: one that reads first and finds another writer in its way is not made to wait,
/// but fails.
fn writing(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn migrations() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("migrations/001_users_tokens_projects.sql")),
        M::up(include_str!("migrations/002_sign_in_and_oauth.sql")),
        M::up(include_str!("migrations/003_exclusions_families.sql")),
    ])
}

/// The folder holds keys and digests: nobody but its owner looks inside. One that exists keeps its mode.
fn make_folder(folder: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| StoreError::Folder {
        path: folder.display().to_string(),
        source,
    })
}

/// The folder, locked until it is dropped: of several processes that begin at once one makes the tables, and the others find
/// them; of several that change its keys each finds what the one before has left. Where folders cannot be locked, nobody waits.
pub(crate) fn alone_in(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// What a file is known by, whatever its name becomes.
type FileId = (u64, u64);

/// `None` where there is no such file, or files are not known so.
fn file_id(path: &Path) -> Option<FileId> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let file = std::fs::metadata(path).ok()?;
        Some((file.dev(), file.ino()))
    }
    #[cfg(not(unix))]
    {
        let _unknown = path;
        None
    }
}

fn restrict(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}

#[cfg(test)]
mod tests;
