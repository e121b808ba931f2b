//! Users: made, found, switched and removed. Names compare without case, as in GitLab.

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row};

use super::{
    NewSession, NewToken, Store, StoreError, User, sessions, tokens,
    user::{COLUMNS, find, read},
    writing,
};

/// The switches that make up [`User::code_suggestions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserSwitches {
    /// The administrator's.
    pub allowed: bool,
    /// The user's own.
    pub wanted: bool,
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
    /// Whether the user wants Code Suggestions.
    Wanted,
}

/// A name that no user can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}': a user name is 1 to 255 letters, digits, '_', '-' or '.', and begins with a letter or digit"
)]
pub struct BadUsername(String);

impl NewUser {
    /// A user of that name, if it can be one.
    pub fn try_new(username: String, admin: bool, created_at: i64) -> Result<Self, BadUsername> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let first = username.bytes().next();
        if username.len() <= 255
            && username.bytes().all(allowed)
            && first.is_some_and(|byte| byte.is_ascii_alphanumeric())
        {
            Ok(Self {
                username,
                admin,
                created_at,
            })
        } else {
            Err(BadUsername(username))
        }
    }
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

    /// Makes the first user with a token and a sign-in link, all or none.
    pub async fn add_first_user(
        &self,
        user: NewUser,
        token: NewToken,
        link: NewSession,
    ) -> Result<(), StoreError> {
        self.with(move |connection| {
            let transaction = writing(connection)?;
            insert(&transaction, &user)?;
            tokens::insert(&transaction, token)?;
            let user = find(&transaction, user.username)?;
            sessions::insert_link(&transaction, user.id, link)?;
            Ok(transaction.commit()?)
        })
        .await
    }

    /// The user of that name.
    pub async fn user(&self, username: String) -> Result<User, StoreError> {
        self.with(move |connection| find(connection, username))
            .await
    }

    /// Removes a user with everything that was made for them: tokens, sessions, links and grants.
    pub async fn remove_user(&self, username: String) -> Result<User, StoreError> {
        self.with(move |connection| {
            let transaction = writing(connection)?;
            let user = find(&transaction, username)?;
            transaction.execute("DELETE FROM users WHERE id = ?1", [user.id])?;
            transaction.commit()?;
            Ok(user)
        })
        .await
    }

    /// The user of that number, if there is one.
    pub async fn user_of_number(&self, id: i64) -> Result<Option<User>, StoreError> {
        self.with(move |connection| {
            let query = format!("SELECT {COLUMNS} FROM users WHERE id = ?1");
            Ok(connection
                .query_row(&query, [id], |row| read(row, 0))
                .optional()?)
        })
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

    /// Whether there is an administrator who is not blocked.
    pub async fn has_administrator(&self) -> Result<bool, StoreError> {
        self.with(|connection| {
            Ok(connection.query_row(
                "SELECT EXISTS (SELECT 1 FROM users WHERE admin AND NOT blocked)",
                [],
                |row| row.get(0),
            )?)
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

    /// All users with their switches, oldest first.
    pub async fn users_with_switches(&self) -> Result<Vec<(User, UserSwitches)>, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT {COLUMNS}, users.code_suggestions, users.wants_suggestions FROM users ORDER BY id"
            ))?;
            let users = statement
                .query_map([], |row| Ok((read(row, 0)?, read_switches(row, 6)?)))?
                .collect::<Result<_, _>>()?;
            Ok(users)
        })
        .await
    }

    /// The switches of a user.
    pub async fn switches_of(&self, user_id: i64) -> Result<UserSwitches, StoreError> {
        self.with(move |connection| {
            Ok(connection.query_row(
                "SELECT code_suggestions, wants_suggestions FROM users WHERE id = ?1",
                [user_id],
                |row| read_switches(row, 0),
            )?)
        })
        .await
    }

    /// Sets one of a user's switches. Blocking ends the user's sessions for good.
    pub async fn switch_user(
        &self,
        username: String,
        switch: UserSwitch,
        on: bool,
    ) -> Result<User, StoreError> {
        let column = match switch {
            UserSwitch::Blocked => "blocked",
            UserSwitch::CodeSuggestions => "code_suggestions",
            UserSwitch::Wanted => "wants_suggestions",
        };
        self.with(move |connection| {
            let transaction = writing(connection)?;
            transaction.execute(
                &format!("UPDATE users SET {column} = ?2 WHERE username = ?1"),
                (&username, on),
            )?;
            let user = find(&transaction, username)?;
            if user.blocked {
                sessions::end_all(&transaction, user.id)?;
            }
            transaction.commit()?;
            Ok(user)
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

fn read_switches(row: &Row<'_>, first: usize) -> rusqlite::Result<UserSwitches> {
    Ok(UserSwitches {
        allowed: row.get(first)?,
        wanted: row.get(first + 1)?,
    })
}
