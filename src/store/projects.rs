//! Projects and groups: their switches and their exclusion rules. Of the switches the one of the longest path decides; rules add
//! up from the outermost group to the project.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{Store, StoreError};

/// A project or group that something has been set for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Number, never used again.
    pub id: i64,
    /// Full path, such as `group/sub/project`, as it was first written.
    pub path: String,
    /// Its own switch; without one that of a group above it counts.
    pub code_suggestions: Option<bool>,
    /// Its own rules for files that are kept from suggestions, in their order.
    pub exclusion_rules: Vec<String>,
    /// Seconds since the epoch.
    pub created_at: i64,
}

/// What is to be set for a project or group; what is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ProjectChange {
    /// The switch.
    pub code_suggestions: Option<bool>,
    /// The rules, all of them.
    pub exclusion_rules: Option<Vec<String>>,
}

impl ProjectChange {
    /// Sets the switch alone.
    pub fn switch(on: bool) -> Self {
        Self {
            code_suggestions: Some(on),
            exclusion_rules: None,
        }
    }
}

/// What counts for a path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Governance {
    /// The project of that very path.
    pub own: Option<Project>,
    /// The switch that decides.
    pub code_suggestions: Option<bool>,
    /// All rules, outermost group first.
    pub exclusion_rules: Vec<String>,
}

/// A path that no project can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}': a path is written group/project")]
pub struct BadPath(String);

/// The path of a project or group, without slashes around it.
pub fn project_path(given: &str) -> Result<String, BadPath> {
    let path = given.trim_matches('/');
    if path.is_empty() || path.chars().any(char::is_whitespace) || path.contains("//") {
        return Err(BadPath(path.to_owned()));
    }
    Ok(path.to_owned())
}

impl Store {
    /// Sets something for a project or group, which is known from then on.
    pub async fn set_project(
        &self,
        path: String,
        change: ProjectChange,
        now: i64,
    ) -> Result<Project, StoreError> {
        self.with(move |connection| {
            let rules = change.exclusion_rules.map(|rules| rules.join("\n"));
            connection.execute(
                "INSERT INTO projects (path, code_suggestions, exclusion_rules, created_at)
                 VALUES (?1, ?2, coalesce(?3, ''), ?4)
                 ON CONFLICT (path) DO UPDATE SET
                     code_suggestions = coalesce(?2, code_suggestions),
                     exclusion_rules = coalesce(?3, exclusion_rules)",
                (&path, change.code_suggestions, rules, now),
            )?;
            Ok(connection.query_row(&format!("{SELECT} WHERE path = ?1"), [&path], read)?)
        })
        .await
    }

    /// Takes back whatever has been set for a project or group; returns its path as it was written.
    pub async fn remove_project(&self, path: String) -> Result<String, StoreError> {
        self.with(move |connection| {
            let removed = connection
                .query_row(
                    "DELETE FROM projects WHERE path = ?1 RETURNING path",
                    [&path],
                    |row| row.get(0),
                )
                .optional()?;
            removed.ok_or(StoreError::NoProject(path))
        })
        .await
    }

    /// What counts for a path; `None` if nothing has been set for it or a group above it.
    pub async fn governance(&self, path: String) -> Result<Option<Governance>, StoreError> {
        self.with(move |connection| {
            let line = lineage(connection, &path)?;
            if line.is_empty() {
                return Ok(None);
            }
            let mut governance = Governance::default();
            for project in line {
                governance.code_suggestions =
                    project.code_suggestions.or(governance.code_suggestions);
                governance
                    .exclusion_rules
                    .extend(project.exclusion_rules.iter().cloned());
                if project.path.eq_ignore_ascii_case(&path) {
                    governance.own = Some(project);
                }
            }
            Ok(Some(governance))
        })
        .await
    }

    /// The project with that number.
    pub async fn project(&self, id: i64) -> Result<Option<Project>, StoreError> {
        self.with(move |connection| {
            let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
            Ok(statement.query_row([id], read).optional()?)
        })
        .await
    }

    /// All projects and groups that something has been set for, by path.
    pub async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare(&format!("{SELECT} ORDER BY path"))?;
            let projects = statement.query_map([], read)?.collect::<Result<_, _>>()?;
            Ok(projects)
        })
        .await
    }
}

/// The groups above a path and the project itself, outermost first, as far as they are known.
fn lineage(connection: &Connection, path: &str) -> Result<Vec<Project>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE path = ?1"))?;
    let ends = path.match_indices('/').map(|(end, _)| end);
    let mut line = Vec::new();
    for end in ends.chain([path.len()]) {
        line.extend(statement.query_row([&path[..end]], read).optional()?);
    }
    Ok(line)
}

const SELECT: &str = "SELECT id, path, code_suggestions, exclusion_rules, created_at FROM projects";

fn read(row: &Row<'_>) -> rusqlite::Result<Project> {
    let rules: String = row.get(3)?;
    Ok(Project {
        id: row.get(0)?,
        path: row.get(1)?,
        code_suggestions: row.get(2)?,
        exclusion_rules: rules.lines().map(str::to_owned).collect(),
        created_at: row.get(4)?,
    })
}
