//! Counts of suggestions, a row for each day, user, language, model and editor. They have a file of their own: every write to
//! the main one empties what the server keeps at hand of it, and counts are written all day long.

use std::{path::Path, sync::Arc};

use rusqlite::{Row, Transaction, TransactionBehavior, types::Value};
use rusqlite_migration::{M, Migrations};

use super::{
    StoreError, opened,
    pool::{Pool, with},
};

const FILE_NAME: &str = "usage.sqlite3";

/// Rows of one user and day; what would make more is counted under [`OTHER`], so that no client fills the disk.
const MOST_ROWS: i64 = 256;

/// Stands for every language, model or editor that is not told apart.
pub const OTHER: &str = "other";

/// Numbers of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Suggestions that were asked for.
    pub requested: i64,
    /// Those of them that were streamed.
    pub streamed: i64,
    /// Suggestions that a user saw.
    pub shown: i64,
    /// Suggestions that a user took over.
    pub accepted: i64,
    /// Suggestions that a user dismissed.
    pub rejected: i64,
}

/// Counts and what they are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// Days since the epoch (UTC).
    pub day: i64,
    /// Number of the user; 0 is nobody in particular.
    pub user_id: i64,
    /// Language, in the gateway's words.
    pub language: &'static str,
    /// Name of the model.
    pub model: Arc<str>,
    /// Name of the editor.
    pub editor: &'static str,
    /// The numbers.
    pub counts: Counts,
}

/// What counts can be told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageColumn {
    /// Days since the epoch.
    Day,
    /// Number of the user.
    User,
    /// Language.
    Language,
    /// Name of the model.
    Model,
    /// Name of the editor.
    Editor,
}

/// Counts of a group of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageSum {
    /// What the group has in common, in the order of the columns asked for.
    pub key: Vec<Value>,
    /// The sums.
    pub counts: Counts,
}

/// The database of counts.
pub struct UsageStore {
    pool: Pool,
}

impl UsageStore {
    /// Opens the database in `folder`, making both if need be.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(FILE_NAME);
        Ok(Self {
            pool: opened(folder, &path, &migrations(), 2)?,
        })
    }

    /// Adds counts to those that are there, all or none.
    pub async fn add(&self, rows: Arc<Vec<UsageRow>>) -> Result<(), StoreError> {
        with(&self.pool, move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for row in &*rows {
                add(&transaction, row)?;
            }
            Ok(transaction.commit()?)
        })
        .await
    }

    /// Forgets everything before a day.
    pub async fn sweep(&self, day: i64) -> Result<(), StoreError> {
        with(&self.pool, move |connection| {
            connection.execute("DELETE FROM usage WHERE day < ?1", [day])?;
            Ok(())
        })
        .await
    }

    /// Names of models that are counted, at most `most`.
    pub async fn models(&self, most: i64) -> Result<Vec<String>, StoreError> {
        with(&self.pool, move |connection| {
            let mut statement = connection
                .prepare("SELECT DISTINCT model FROM usage ORDER BY day DESC LIMIT ?1")?;
            let models = statement.query_map([most], |row| row.get(0))?;
            Ok(models.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Sums since a day, a group for each value of the columns.
    pub async fn sums(
        &self,
        since: i64,
        by: Vec<UsageColumn>,
    ) -> Result<Vec<UsageSum>, StoreError> {
        with(&self.pool, move |connection| {
            let columns: String = by.iter().flat_map(|column| [column.name(), ", "]).collect();
            let places = (1..=by.len()).map(|place| place.to_string());
            let order = places.collect::<Vec<_>>().join(", ");
            let grouped = if by.is_empty() {
                String::new()
            } else {
                format!("GROUP BY {order} ORDER BY {order}")
            };
            let mut statement = connection.prepare(&format!(
                "SELECT {columns} coalesce(sum(requested), 0), coalesce(sum(streamed), 0),
                        coalesce(sum(shown), 0), coalesce(sum(accepted), 0), coalesce(sum(rejected), 0)
                 FROM usage WHERE day >= ?1 {grouped}"
            ))?;
            let sums = statement.query_map([since], |row| read(row, by.len()))?;
            Ok(sums.collect::<Result<_, _>>()?)
        })
        .await
    }
}

impl UsageColumn {
    fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::User => "user_id",
            Self::Language => "language",
            Self::Model => "model",
            Self::Editor => "editor",
        }
    }
}

impl Counts {
    /// Adds others to these.
    pub fn add(&mut self, other: Self) {
        self.requested += other.requested;
        self.streamed += other.streamed;
        self.shown += other.shown;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
    }
}

fn add(transaction: &Transaction<'_>, row: &UsageRow) -> Result<(), StoreError> {
    let Counts {
        requested,
        streamed,
        shown,
        accepted,
        rejected,
    } = row.counts;
    let exists = "SELECT EXISTS (SELECT 1 FROM usage WHERE day = ?1 AND user_id = ?2 AND language = ?3 AND model = ?4 AND editor = ?5)";
    let key = (row.day, row.user_id, row.language, &*row.model, row.editor);
    let known: bool = transaction
        .prepare_cached(exists)?
        .query_row(key, |row| row.get(0))?;
    let full = !known && {
        let counted = "SELECT count(*) FROM usage WHERE day = ?1 AND user_id = ?2";
        let rows: i64 = transaction
            .prepare_cached(counted)?
            .query_row((row.day, row.user_id), |row| row.get(0))?;
        rows >= MOST_ROWS
    };
    let (language, model, editor) = if full {
        (OTHER, OTHER, OTHER)
    } else {
        (row.language, &*row.model, row.editor)
    };
    transaction
        .prepare_cached(
            "INSERT INTO usage (day, user_id, language, model, editor, requested, streamed, shown, accepted, rejected)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT DO UPDATE SET
                 requested = requested + excluded.requested,
                 streamed = streamed + excluded.streamed,
                 shown = shown + excluded.shown,
                 accepted = accepted + excluded.accepted,
                 rejected = rejected + excluded.rejected",
        )?
        .execute((
            row.day, row.user_id, language, model, editor, requested, streamed, shown, accepted, rejected,
        ))?;
    Ok(())
}

fn read(row: &Row<'_>, columns: usize) -> rusqlite::Result<UsageSum> {
    let key = (0..columns).map(|column| row.get(column));
    Ok(UsageSum {
        key: key.collect::<Result<_, _>>()?,
        counts: Counts {
            requested: row.get(columns)?,
            streamed: row.get(columns + 1)?,
            shown: row.get(columns + 2)?,
            accepted: row.get(columns + 3)?,
            rejected: row.get(columns + 4)?,
        },
    })
}

fn migrations() -> Migrations<'static> {
    Migrations::new(vec![M::up(include_str!("migrations/usage_001.sql"))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, UsageStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = UsageStore::open(folder.path()).unwrap();
        (folder, store)
    }

    fn row(day: i64, user_id: i64, model: &str, requested: i64) -> UsageRow {
        UsageRow {
            day,
            user_id,
            language: "python",
            model: model.into(),
            editor: "vscode",
            counts: Counts {
                requested,
                ..Counts::default()
            },
        }
    }

    async fn requested(
        store: &UsageStore,
        since: i64,
        by: &[UsageColumn],
    ) -> Vec<(Vec<Value>, i64)> {
        let sums = store.sums(since, by.to_vec()).await.unwrap();
        sums.into_iter()
            .map(|sum| (sum.key, sum.counts.requested))
            .collect()
    }

    #[test]
    fn migrations_are_sound() {
        migrations().validate().unwrap();
    }

    #[tokio::test]
    async fn counts_add_up_and_are_told_apart_by_columns() {
        let (folder, store) = store();
        store
            .add(Arc::new(vec![
                row(1, 7, "a", 2),
                row(2, 7, "a", 3),
                row(2, 8, "b", 4),
            ]))
            .await
            .unwrap();
        store.add(Arc::new(vec![row(2, 7, "a", 10)])).await.unwrap();
        drop(store);
        let store = UsageStore::open(folder.path()).unwrap();
        let (int, text) = (Value::Integer, |text: &str| Value::Text(text.to_owned()));
        assert_eq!(requested(&store, 0, &[]).await, [(vec![], 19)]);
        assert_eq!(
            requested(&store, 0, &[UsageColumn::Day]).await,
            [(vec![int(1)], 2), (vec![int(2)], 17)]
        );
        assert_eq!(
            requested(&store, 2, &[UsageColumn::User, UsageColumn::Model]).await,
            [(vec![int(7), text("a")], 13), (vec![int(8), text("b")], 4)]
        );
        assert_eq!(requested(&store, 3, &[]).await, [(vec![], 0)]);
        assert_eq!(store.models(1).await.unwrap().len(), 1);
        store.sweep(2).await.unwrap();
        assert_eq!(requested(&store, 0, &[]).await, [(vec![], 17)]);
    }

    #[tokio::test]
    async fn no_user_fills_the_disk() {
        let (_folder, store) = store();
        let rows = (0..MOST_ROWS + 50).map(|number| row(1, 7, &number.to_string(), 1));
        store
            .add(Arc::new(rows.chain([row(1, 8, "new", 1)]).collect()))
            .await
            .unwrap();
        let by_model = requested(&store, 0, &[UsageColumn::User, UsageColumn::Model]).await;
        let of = |model: &str| {
            let model = Value::Text(model.to_owned());
            let found = by_model.iter().find(|(key, _)| key[1] == model);
            found.map(|(_, requested)| *requested)
        };
        assert_eq!(
            (of("0"), of(OTHER), of("new")),
            (Some(1), Some(50), Some(1))
        );
        assert_eq!(by_model.len(), usize::try_from(MOST_ROWS).unwrap() + 2);
    }
}
