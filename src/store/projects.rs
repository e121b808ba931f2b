//! Project and group switches. A switch of a group counts for everything below it; the longest path decides.

use rusqlite::{OptionalExtension, Row};

use super::{Store, StoreError};

/// A project or group that has a switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Number, never used again.
    pub id: i64,
    /// Full path, such as `group/sub/project`, as it was first written.
    pub path: String,
    /// The switch.
    pub code_suggestions: bool,
    /// Seconds since the epoch.
    pub created_at: i64,
}

impl Store {
    /// Sets the switch of a project or group, which is known from then on.
    pub async fn set_project(
        &self,
        path: String,
        on: bool,
        now: i64,
    ) -> Result<Project, StoreError> {
        self.with(move |connection| {
            connection.execute(
                "INSERT INTO projects (path, code_suggestions, created_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (path) DO UPDATE SET code_suggestions = excluded.code_suggestions",
                (&path, on, now),
            )?;
            Ok(connection.query_row(&format!("{SELECT} WHERE path = ?1"), [&path], read)?)
        })
        .await
    }

    /// The project of that path, or the nearest group above it that has a switch.
    pub async fn governing_project(&self, path: String) -> Result<Option<Project>, StoreError> {
        self.with(move |connection| {
            let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE path = ?1"))?;
            let mut rest = path.as_str();
            loop {
                if let Some(project) = statement.query_row([rest], read).optional()? {
                    return Ok(Some(project));
                }
                match rest.rsplit_once('/') {
                    Some((group, _)) => rest = group,
                    None => return Ok(None),
                }
            }
        })
        .await
    }

    /// All projects and groups that have a switch, by path.
    pub async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare(&format!("{SELECT} ORDER BY path"))?;
            let projects = statement.query_map([], read)?.collect::<Result<_, _>>()?;
            Ok(projects)
        })
        .await
    }
}

const SELECT: &str = "SELECT id, path, code_suggestions, created_at FROM projects";

fn read(row: &Row<'_>) -> rusqlite::Result<Project> {
    Ok(Project {
        id: row.get(0)?,
        path: row.get(1)?,
        code_suggestions: row.get(2)?,
        created_at: row.get(3)?,
    })
}
