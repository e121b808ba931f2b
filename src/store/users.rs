//! Users. Names compare without case, as in GitLab.

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row};

use super::{NewToken, Store, StoreError, tokens};

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Number, never used again.
    pub id: i64,
    /// Name to sign in with.
    pub username: String,
    /// Whether the user administers the instance.
    pub admin: bool,
    /// Whether every token of the user is refused.
    pub blocked: bool,
    /// Whether the user may use Code Suggestions.
    pub code_suggestions: bool,
    /// Seconds since the epoch.
    pub created_at: i64,
}

/// A user to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Name to sign in with.
    pub username: String,
    /// Whether the user administers the instance.
    pub admin: bool,
    /// Seconds since the epoch.
    pub created_at: i64,
}

/// One of a user's switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserSwitch {
    /// Whether every token of the user is refused.
    Blocked,
    /// Whether the user may use Code Suggestions.
    CodeSuggestions,
}

impl Store {
    /// Makes a user.
    pub async fn add_user(&self, user: NewUser) -> Result<User, StoreError> {
        self.with(move |connection| {
            insert(connection, &user)?;
            find(connection, user.username)
        })
        .await
    }

    /// Makes the first user with a token, both or neither.
    pub async fn add_first_user(&self, user: NewUser, token: NewToken) -> Result<(), StoreError> {
        self.with(move |connection| {
            let transaction = connection.transaction()?;
            insert(&transaction, &user)?;
            tokens::insert(&transaction, token)?;
            Ok(transaction.commit()?)
        })
        .await
    }

    /// The user of that name.
    pub async fn user(&self, username: String) -> Result<User, StoreError> {
        self.with(move |connection| find(connection, username))
            .await
    }

    /// Whether there is any user.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        self.with(|connection| {
            Ok(
                connection
                    .query_row("SELECT EXISTS (SELECT 1 FROM users)", [], |row| row.get(0))?,
            )
        })
        .await
    }

    /// All users, oldest first.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        self.with(|connection| {
            let mut statement =
                connection.prepare(&format!("SELECT {COLUMNS} FROM users ORDER BY id"))?;
            let users = statement
                .query_map([], |row| read(row, 0))?
                .collect::<Result<_, _>>()?;
            Ok(users)
        })
        .await
    }

    /// Sets one of a user's switches.
    pub async fn switch_user(
        &self,
        username: String,
        switch: UserSwitch,
        on: bool,
    ) -> Result<User, StoreError> {
        let column = match switch {
            UserSwitch::Blocked => "blocked",
            UserSwitch::CodeSuggestions => "code_suggestions",
        };
        self.with(move |connection| {
            connection.execute(
                &format!("UPDATE users SET {column} = ?2 WHERE username = ?1"),
                (&username, on),
            )?;
            find(connection, username)
        })
        .await
    }
}

fn insert(connection: &Connection, user: &NewUser) -> Result<(), StoreError> {
    let made = connection.execute(
        "INSERT INTO users (username, admin, created_at) VALUES (?1, ?2, ?3)",
        (&user.username, user.admin, user.created_at),
    );
    match made {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(StoreError::UserExists(user.username.clone()))
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}

pub(super) const COLUMNS: &str = "users.id, users.username, users.admin, users.blocked, users.code_suggestions, users.created_at";

/// Reads [`COLUMNS`] that start at `first`.
pub(super) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(first)?,
        username: row.get(first + 1)?,
        admin: row.get(first + 2)?,
        blocked: row.get(first + 3)?,
        code_suggestions: row.get(first + 4)?,
        created_at: row.get(first + 5)?,
    })
}

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
