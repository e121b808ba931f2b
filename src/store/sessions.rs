//! Who is signed in to the web pages, and what one signs in with: passwords and one-time links. Called by `auth` and the
//! command line. Of sessions and links only keyed digests are kept, of passwords only what argon2 makes of them.

use rusqlite::{Connection, OptionalExtension};

use super::{Digest, Store, StoreError, User, user, writing};

/// A session or link to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewSession {
    /// Digest of what the browser or the link carries.
    pub digest: Digest,
    /// Seconds since the epoch.
    pub created_at: i64,
    /// Seconds since the epoch from which it is refused.
    pub expires_at: i64,
}

impl Store {
    /// Keeps a session of a user; those that have expired are forgotten.
    pub async fn add_session(&self, user_id: i64, session: NewSession) -> Result<(), StoreError> {
        self.with(move |connection| insert(connection, user_id, session))
            .await
    }

    /// The user of a session, unless it has expired or its user is blocked.
    pub async fn session_user(&self, digest: Digest, now: i64) -> Result<Option<User>, StoreError> {
        self.with(move |connection| holder(connection, "sessions", digest, now))
            .await
    }

    /// Ends a session.
    pub async fn end_session(&self, digest: Digest) -> Result<(), StoreError> {
        self.with(move |connection| {
            connection.execute("DELETE FROM sessions WHERE digest = ?1", [digest])?;
            Ok(())
        })
        .await
    }

    /// Keeps a one-time link for a user, whose earlier links are good for nothing from then on.
    pub async fn add_sign_in_link(
        &self,
        username: String,
        link: NewSession,
    ) -> Result<User, StoreError> {
        self.with(move |connection| {
            let transaction = writing(connection)?;
            let user = user::find(&transaction, username)?;
            insert_link(&transaction, user.id, link)?;
            transaction.commit()?;
            Ok(user)
        })
        .await
    }

    /// The user of a link, unless it has been used or has expired or its user is blocked.
    pub async fn sign_in_link_user(
        &self,
        digest: Digest,
        now: i64,
    ) -> Result<Option<User>, StoreError> {
        self.with(move |connection| holder(connection, "sign_in_links", digest, now))
            .await
    }

    /// Makes a session of a link, which is used up by that; `None` if the link is good for nothing.
    pub async fn use_sign_in_link(
        &self,
        link: Digest,
        session: NewSession,
    ) -> Result<Option<User>, StoreError> {
        self.with(move |connection| {
            let transaction = writing(connection)?;
            let Some(user) = holder(&transaction, "sign_in_links", link, session.created_at)?
            else {
                return Ok(None);
            };
            transaction.execute("DELETE FROM sign_in_links WHERE digest = ?1", [link])?;
            insert(&transaction, user.id, session)?;
            transaction.commit()?;
            Ok(Some(user))
        })
        .await
    }

    /// The user of that name, with what is kept of the password if there is one.
    pub async fn user_and_password(
        &self,
        username: String,
    ) -> Result<Option<(User, Option<String>)>, StoreError> {
        self.with(move |connection| {
            let user = match user::find(connection, username) {
                Err(StoreError::NoUser(_)) => return Ok(None),
                other => other?,
            };
            let password = connection.query_row(
                "SELECT password FROM users WHERE id = ?1",
                [user.id],
                |row| row.get(0),
            )?;
            Ok(Some((user, password)))
        })
        .await
    }

    /// Sets what is kept of a user's password and ends the user's sessions, all but the one of `keep`.
    pub async fn set_password(
        &self,
        username: String,
        password: String,
        keep: Option<Digest>,
    ) -> Result<User, StoreError> {
        self.with(move |connection| {
            let transaction = writing(connection)?;
            let user = user::find(&transaction, username)?;
            transaction.execute(
                "UPDATE users SET password = ?2 WHERE id = ?1",
                (user.id, password),
            )?;
            transaction.execute(
                "DELETE FROM sessions WHERE user_id = ?1 AND digest IS NOT ?2",
                (user.id, keep),
            )?;
            transaction.commit()?;
            Ok(user)
        })
        .await
    }
}

fn insert(connection: &Connection, user_id: i64, session: NewSession) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM sessions WHERE expires_at <= ?1",
        [session.created_at],
    )?;
    connection.execute(
        "INSERT INTO sessions (digest, user_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        (
            session.digest,
            user_id,
            session.created_at,
            session.expires_at,
        ),
    )?;
    Ok(())
}

pub(super) fn insert_link(
    connection: &Connection,
    user_id: i64,
    link: NewSession,
) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM sign_in_links WHERE user_id = ?1 OR expires_at <= ?2",
        (user_id, link.created_at),
    )?;
    connection.execute(
        "INSERT INTO sign_in_links (digest, user_id, expires_at) VALUES (?1, ?2, ?3)",
        (link.digest, user_id, link.expires_at),
    )?;
    Ok(())
}

/// Ends everything that a user is signed in by.
pub(super) fn end_all(connection: &Connection, user_id: i64) -> Result<(), StoreError> {
    for table in ["sessions", "sign_in_links"] {
        connection.execute(
            &format!("DELETE FROM {table} WHERE user_id = ?1"),
            [user_id],
        )?;
    }
    Ok(())
}

fn holder(
    connection: &Connection,
    table: &str,
    digest: Digest,
    now: i64,
) -> Result<Option<User>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {} FROM {table} JOIN users ON users.id = {table}.user_id
         WHERE {table}.digest = ?1 AND {table}.expires_at > ?2 AND NOT users.blocked",
        user::COLUMNS
    ))?;
    Ok(statement
        .query_row((digest, now), |row| user::read(row, 0))
        .optional()?)
}
