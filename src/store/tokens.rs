//! Access tokens. Only a keyed digest of each is kept, so the file lets nobody in.

use rusqlite::{Connection, OptionalExtension, Row};
use smol_str::SmolStr;

use super::{Scopes, Store, StoreError, User, grants, user, writing};

/// HMAC-SHA-256 of a token under the server's key.
pub type Digest = [u8; 32];

/// A token and its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// Number, never used again.
    pub id: i64,
    /// What its owner calls it.
    pub name: SmolStr,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Seconds since the epoch.
    pub created_at: i64,
    /// Seconds since the epoch from which it is refused.
    pub expires_at: Option<i64>,
    /// Whether it has been revoked.
    pub revoked: bool,
    /// Application that an OAuth access token was made for; a personal access token has none.
    pub application: Option<String>,
    /// Its owner.
    pub user: User,
}

/// A token to be kept.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Name of its owner.
    pub username: String,
    /// Digest of the token.
    pub digest: Digest,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Seconds since the epoch.
    pub created_at: i64,
    /// Seconds since the epoch from which it is refused.
    pub expires_at: Option<i64>,
    /// Application that an OAuth access token is made for; a personal access token has none.
    pub application: Option<String>,
}

/// What takes the place of a token.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// Number of the token that is replaced.
    pub id: i64,
    /// Digest of the new token.
    pub digest: Digest,
    /// Seconds since the epoch.
    pub now: i64,
    /// Seconds since the epoch from which the new token is refused.
    pub expires_at: i64,
}

impl Store {
    /// Keeps a token; returns its number.
    pub async fn add_token(&self, token: NewToken) -> Result<i64, StoreError> {
        self.with(move |connection| insert(connection, token)).await
    }

    /// The token with that digest, expired and revoked ones included.
    pub async fn token(&self, digest: Digest) -> Result<Option<StoredToken>, StoreError> {
        self.with(move |connection| {
            let mut statement =
                connection.prepare_cached(&format!("{SELECT} WHERE tokens.digest = ?1"))?;
            Ok(statement.query_row([digest], read).optional()?)
        })
        .await
    }

    /// All tokens, oldest first.
    pub async fn tokens(&self) -> Result<Vec<StoredToken>, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare(&format!("{SELECT} ORDER BY tokens.id"))?;
            let tokens = statement.query_map([], read)?.collect::<Result<_, _>>()?;
            Ok(tokens)
        })
        .await
    }

    /// The personal access tokens of a user, newest first.
    pub async fn tokens_of(&self, user_id: i64) -> Result<Vec<StoredToken>, StoreError> {
        self.with(move |connection| {
            let mut statement = connection.prepare(&format!(
                "{SELECT} WHERE tokens.user_id = ?1 AND tokens.application IS NULL ORDER BY tokens.id DESC"
            ))?;
            let tokens = statement
                .query_map([user_id], read)?
                .collect::<Result<_, _>>()?;
            Ok(tokens)
        })
        .await
    }

    /// Revokes a personal access token of that user, and of nobody else.
    pub async fn revoke_token_of(&self, user_id: i64, id: i64, now: i64) -> Result<(), StoreError> {
        self.with(move |connection| {
            let found = connection.execute(
                "UPDATE tokens SET revoked_at = coalesce(revoked_at, ?3)
                 WHERE id = ?1 AND user_id = ?2 AND application IS NULL",
                (id, user_id, now),
            )?;
            if found == 0 {
                return Err(StoreError::NoToken(id));
            }
            Ok(())
        })
        .await
    }

    /// Revokes a token for good. One that is revoked already stays as it is. With the access token of an application ends
    /// the grant that it was issued for: its refresh token would only be used for another.
    pub async fn revoke_token(&self, id: i64, now: i64) -> Result<(), StoreError> {
        self.with(move |connection| {
            let transaction = writing(connection)?;
            let grant: Option<Option<i64>> = transaction
                .query_row(
                    "UPDATE tokens SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1 RETURNING grant_id",
                    (id, now),
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(grant) = grant.ok_or(StoreError::NoToken(id))? {
                grants::revoke(&transaction, grant, now)?;
            }
            Ok(transaction.commit()?)
        })
        .await
    }

    /// Revokes a token and puts a new one of the same owner, name and scopes in its place. One that is revoked already has
    /// been replaced before, so that two parties hold it: the whole family is revoked then, and there is no new token.
    pub async fn rotate_token(
        &self,
        rotation: Rotation,
    ) -> Result<Option<StoredToken>, StoreError> {
        self.with(move |connection| {
            let Rotation {
                id,
                digest,
                now,
                expires_at,
            } = rotation;
            let transaction = writing(connection)?;
            let revoked = transaction.execute(
                "UPDATE tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
                (id, now),
            )?;
            if revoked == 0 {
                revoke_family(&transaction, id, now)?;
                transaction.commit()?;
                return Ok(None);
            }
            transaction.execute(
                "INSERT INTO tokens (user_id, digest, name, scopes, created_at, expires_at, family)
                 SELECT user_id, ?2, name, scopes, ?3, ?4, coalesce(family, id) FROM tokens WHERE id = ?1",
                (id, digest, now, expires_at),
            )?;
            let select = format!("{SELECT} WHERE tokens.digest = ?1");
            let token = transaction.query_row(&select, [digest], read)?;
            transaction.commit()?;
            Ok(Some(token))
        })
        .await
    }

    /// How many tokens are good at `now`, refresh tokens of applications included.
    pub async fn good_tokens(&self, now: i64) -> Result<i64, StoreError> {
        self.with(move |connection| {
            Ok(connection.query_row(
                "SELECT (SELECT count(*) FROM tokens
                         WHERE revoked_at IS NULL AND coalesce(expires_at > ?1, true))
                      + (SELECT count(*) FROM refresh_tokens JOIN oauth_grants ON oauth_grants.id = grant_id
                         WHERE revoked_at IS NULL AND used_at IS NULL AND refresh_tokens.expires_at > ?1)",
                [now],
                |row| row.get(0),
            )?)
        })
        .await
    }

    /// Revokes every token for good, and with them what applications could get others for; returns how many tokens that were.
    pub async fn revoke_all_tokens(&self, now: i64) -> Result<usize, StoreError> {
        self.with(move |connection| {
            let transaction = writing(connection)?;
            let revoked = transaction.execute(
                "UPDATE tokens SET revoked_at = ?1 WHERE revoked_at IS NULL",
                [now],
            )?;
            transaction.execute(
                "UPDATE oauth_grants SET revoked_at = ?1 WHERE revoked_at IS NULL",
                [now],
            )?;
            transaction.commit()?;
            Ok(revoked)
        })
        .await
    }

    /// Revokes every token that came from the same first one.
    pub async fn revoke_family(&self, id: i64, now: i64) -> Result<(), StoreError> {
        self.with(move |connection| revoke_family(connection, id, now))
            .await
    }
}

fn revoke_family(connection: &Connection, id: i64, now: i64) -> Result<(), StoreError> {
    connection.execute(
        "WITH first AS (SELECT coalesce(family, id) AS id FROM tokens WHERE id = ?1)
         UPDATE tokens SET revoked_at = coalesce(revoked_at, ?2)
         WHERE id IN (SELECT id FROM first) OR family IN (SELECT id FROM first)",
        (id, now),
    )?;
    Ok(())
}

pub(super) fn insert(connection: &Connection, token: NewToken) -> Result<i64, StoreError> {
    let user = user::find(connection, token.username)?;
    connection.execute(
        "INSERT INTO tokens (user_id, digest, name, scopes, created_at, expires_at, application)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            user.id,
            token.digest,
            token.name,
            token.scopes.to_string(),
            token.created_at,
            token.expires_at,
            token.application,
        ),
    )?;
    Ok(connection.last_insert_rowid())
}

const SELECT: &str =
    "SELECT tokens.id, tokens.name, tokens.scopes, tokens.created_at, tokens.expires_at, tokens.revoked_at IS NOT NULL,
            tokens.application,
            users.id, users.username, users.admin, users.blocked,
            (users.code_suggestions AND users.wants_suggestions), users.created_at
     FROM tokens JOIN users ON users.id = tokens.user_id";

fn read(row: &Row<'_>) -> rusqlite::Result<StoredToken> {
    let scopes: String = row.get(2)?;
    Ok(StoredToken {
        id: row.get(0)?,
        name: user::text(row, 1)?,
        scopes: Scopes::stored(&scopes),
        created_at: row.get(3)?,
        expires_at: row.get(4)?,
        revoked: row.get(5)?,
        application: row.get(6)?,
        user: user::read(row, 7)?,
    })
}
