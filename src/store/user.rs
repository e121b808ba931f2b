//! A user as the other tables see one: the record and how it is read.

use rusqlite::{Connection, OptionalExtension, Row};
use smol_str::SmolStr;

use super::StoreError;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Number, never used again.
    pub id: i64,
    /// Name to sign in with.
    pub username: SmolStr,
    /// Whether the user administers the instance.
    pub admin: bool,
    /// Whether every token of the user is refused.
    pub blocked: bool,
    /// Whether the user gets Code Suggestions: an administrator allows it and the user wants it.
    pub code_suggestions: bool,
    /// Seconds since the epoch.
    pub created_at: i64,
}

pub(super) const COLUMNS: &str = "users.id, users.username, users.admin, users.blocked,
     (users.code_suggestions AND users.wants_suggestions), users.created_at";

/// Reads [`COLUMNS`] that start at `first`.
pub(super) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(first)?,
        username: text(row, first + 1)?,
        admin: row.get(first + 2)?,
        blocked: row.get(first + 3)?,
        code_suggestions: row.get(first + 4)?,
        created_at: row.get(first + 5)?,
    })
}

/// Reads a short text. Records are kept at hand by the ten thousand; up to 23 bytes take no memory of their own.
pub(super) fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<SmolStr> {
    Ok(row.get_ref(column)?.as_str()?.into())
}

/// The user of that name, in any case.
pub(super) fn find(connection: &Connection, username: String) -> Result<User, StoreError> {
    connection
        .query_row(
            &format!("SELECT {COLUMNS} FROM users WHERE username = ?1"),
            [&username],
            |row| read(row, 0),
        )
        .optional()?
        .ok_or(StoreError::NoUser(username))
}
