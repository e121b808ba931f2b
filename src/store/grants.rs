//! What users have allowed applications: a grant each time, and the codes and tokens issued for it (RFC 6749 section 4.1 and
//! 6). Called by `auth`. A code and a refresh token are used up in the same transaction that keeps what is given for them,
//! so that no two requests are given something for the same one.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{Digest, Scopes, Store, StoreError, User, user, writing};

/// Seconds that an access token stays listed as expired before it is forgotten.
const REMEMBERED: i64 = 30 * 24 * 3600;

/// A grant to be kept, with the code that stands for it.
#[derive(Debug, Clone)]
pub struct NewGrant {
    /// Digest of the code.
    pub code: Digest,
    /// Number of the application.
    pub application_id: i64,
    /// Number of the user.
    pub user_id: i64,
    /// Where the code is sent.
    pub redirect_uri: String,
    /// The challenge that the code's verifier has to meet (RFC 7636 section 4.2).
    pub challenge: String,
    /// What is allowed.
    pub scopes: Scopes,
    /// Seconds since the epoch.
    pub created_at: i64,
    /// Seconds since the epoch from which the code is refused.
    pub expires_at: i64,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Number, never used again.
    pub id: i64,
    /// Client id of the application.
    pub application: String,
    /// Name of the application.
    pub application_name: String,
    /// What is allowed.
    pub scopes: Scopes,
    /// Seconds since the epoch.
    pub created_at: i64,
    /// Whether it has been revoked.
    pub revoked: bool,
    /// Who has allowed it.
    pub user: User,
}

/// A code or refresh token, used ones included.
#[derive(Debug, Clone)]
pub struct Voucher {
    /// The grant that it stands for.
    pub grant: Grant,
    /// Seconds since the epoch from which it is refused.
    pub expires_at: i64,
    /// Seconds since the epoch at which it was used.
    pub used_at: Option<i64>,
}

/// A code, with what binds it.
#[derive(Debug, Clone)]
pub struct Code {
    /// Its grant and state.
    pub voucher: Voucher,
    /// Where it was sent.
    pub redirect_uri: String,
    /// The challenge that its verifier has to meet.
    pub challenge: String,
}

/// What a code or refresh token is used up for.
#[derive(Debug, Clone, Copy)]
pub struct Issue {
    /// Digest of the access token.
    pub access: Digest,
    /// Digest of the refresh token.
    pub refresh: Digest,
    /// Seconds since the epoch.
    pub now: i64,
    /// Seconds since the epoch from which the access token is refused.
    pub access_expires_at: i64,
    /// Seconds since the epoch from which the refresh token is refused.
    pub refresh_expires_at: i64,
}

/// What is used up for new tokens.
#[derive(Debug, Clone, Copy)]
pub enum Used {
    /// A code.
    Code(Digest),
    /// A refresh token.
    Refresh(Digest),
}

impl Store {
    /// Keeps a grant with its code; grants for which nothing is valid any more are forgotten.
    pub async fn add_grant(&self, new: NewGrant) -> Result<(), StoreError> {
        self.with(move |connection| {
            let transaction = writing(connection)?;
            sweep(&transaction, new.created_at)?;
            transaction.execute(
                "INSERT INTO oauth_grants (application_id, user_id, scopes, created_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                (
                    new.application_id,
                    new.user_id,
                    new.scopes.to_string(),
                    new.created_at,
                    new.expires_at,
                ),
            )?;
            transaction.execute(
                "INSERT INTO oauth_codes (digest, grant_id, redirect_uri, challenge, expires_at)
                 VALUES (?1, last_insert_rowid(), ?2, ?3, ?4)",
                (new.code, new.redirect_uri, new.challenge, new.expires_at),
            )?;
            Ok(transaction.commit()?)
        })
        .await
    }

    /// The code with that digest.
    pub async fn code(&self, digest: Digest) -> Result<Option<Code>, StoreError> {
        self.with(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS}, voucher.expires_at, voucher.used_at, voucher.redirect_uri, voucher.challenge
                 FROM oauth_codes AS voucher JOIN oauth_grants ON oauth_grants.id = voucher.grant_id {JOINS}
                 WHERE voucher.digest = ?1"
            );
            let read = |row: &Row<'_>| {
                Ok(Code {
                    voucher: read_voucher(row)?,
                    redirect_uri: row.get(14)?,
                    challenge: row.get(15)?,
                })
            };
            Ok(connection.query_row(&sql, [digest], read).optional()?)
        })
        .await
    }

    /// The refresh token with that digest.
    pub async fn refresh_token(&self, digest: Digest) -> Result<Option<Voucher>, StoreError> {
        self.with(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS}, voucher.expires_at, voucher.used_at
                 FROM refresh_tokens AS voucher JOIN oauth_grants ON oauth_grants.id = voucher.grant_id {JOINS}
                 WHERE voucher.digest = ?1"
            );
            Ok(connection.query_row(&sql, [digest], read_voucher).optional()?)
        })
        .await
    }

    /// The grant that an access token was issued for.
    pub async fn grant_of_token(&self, digest: Digest) -> Result<Option<Grant>, StoreError> {
        self.with(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM oauth_grants {JOINS} JOIN tokens ON tokens.grant_id = oauth_grants.id
                 WHERE tokens.digest = ?1"
            );
            Ok(connection.query_row(&sql, [digest], read).optional()?)
        })
        .await
    }

    /// Uses up a code or refresh token for new tokens; `false`, and nothing is issued, if it has been used before or its
    /// grant has been revoked.
    pub async fn issue(&self, used: Used, issue: Issue) -> Result<bool, StoreError> {
        let (table, digest) = match used {
            Used::Code(digest) => ("oauth_codes", digest),
            Used::Refresh(digest) => ("refresh_tokens", digest),
        };
        self.with(move |connection| {
            let transaction = writing(connection)?;
            let grant: Option<i64> = transaction
                .query_row(
                    &format!(
                        "UPDATE {table} SET used_at = ?2 WHERE digest = ?1 AND used_at IS NULL
                           AND (SELECT revoked_at FROM oauth_grants WHERE id = grant_id) IS NULL
                         RETURNING grant_id"
                    ),
                    (digest, issue.now),
                    |row| row.get(0),
                )
                .optional()?;
            let Some(grant) = grant else {
                return Ok(false);
            };
            insert(&transaction, grant, issue)?;
            transaction.commit()?;
            Ok(true)
        })
        .await
    }

    /// Revokes a grant for good, with everything issued for it.
    pub async fn revoke_grant(&self, id: i64, now: i64) -> Result<(), StoreError> {
        self.with(move |connection| {
            let transaction = writing(connection)?;
            revoke(&transaction, id, now)?;
            Ok(transaction.commit()?)
        })
        .await
    }

    /// Revokes a grant of that user, and of nobody else.
    pub async fn revoke_grant_of(&self, user_id: i64, id: i64, now: i64) -> Result<(), StoreError> {
        self.with(move |connection| {
            let transaction = writing(connection)?;
            let found: bool = transaction.query_row(
                "SELECT EXISTS (SELECT 1 FROM oauth_grants WHERE id = ?1 AND user_id = ?2)",
                (id, user_id),
                |row| row.get(0),
            )?;
            if found {
                revoke(&transaction, id, now)?;
            }
            Ok(transaction.commit()?)
        })
        .await
    }

    /// The grants of a user that are good for something, oldest first.
    pub async fn grants_of(&self, user_id: i64, now: i64) -> Result<Vec<Grant>, StoreError> {
        self.with(move |connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT {COLUMNS} FROM oauth_grants {JOINS}
                 WHERE oauth_grants.user_id = ?1 AND oauth_grants.revoked_at IS NULL AND oauth_grants.expires_at > ?2
                   AND EXISTS (SELECT 1 FROM refresh_tokens WHERE grant_id = oauth_grants.id)
                 ORDER BY oauth_grants.id"
            ))?;
            let grants = statement
                .query_map((user_id, now), read)?
                .collect::<Result<_, _>>()?;
            Ok(grants)
        })
        .await
    }
}

fn insert(connection: &Connection, grant: i64, issue: Issue) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO tokens (user_id, digest, name, scopes, created_at, expires_at, application, grant_id)
         SELECT oauth_grants.user_id, ?2, applications.name, oauth_grants.scopes, ?3, ?4, applications.uid, oauth_grants.id
         FROM oauth_grants JOIN applications ON applications.id = oauth_grants.application_id
         WHERE oauth_grants.id = ?1",
        (grant, issue.access, issue.now, issue.access_expires_at),
    )?;
    connection.execute(
        "INSERT INTO refresh_tokens (digest, grant_id, expires_at) VALUES (?1, ?2, ?3)",
        (issue.refresh, grant, issue.refresh_expires_at),
    )?;
    connection.execute(
        "UPDATE oauth_grants SET expires_at = ?2 WHERE id = ?1",
        (grant, issue.refresh_expires_at.max(issue.access_expires_at)),
    )?;
    Ok(())
}

pub(super) fn revoke(connection: &Connection, id: i64, now: i64) -> rusqlite::Result<()> {
    for sql in [
        "UPDATE oauth_grants SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1",
        "UPDATE tokens SET revoked_at = coalesce(revoked_at, ?2) WHERE grant_id = ?1",
    ] {
        connection.execute(sql, (id, now))?;
    }
    Ok(())
}

fn sweep(connection: &Connection, now: i64) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM tokens WHERE application IS NOT NULL AND expires_at <= ?1",
        "DELETE FROM oauth_grants WHERE expires_at <= ?1",
        "DELETE FROM refresh_tokens WHERE expires_at <= ?1",
    ] {
        connection.execute(sql, [now - REMEMBERED])?;
    }
    Ok(())
}

const COLUMNS: &str = "oauth_grants.id, applications.uid, applications.name, oauth_grants.scopes, oauth_grants.created_at,
     oauth_grants.revoked_at IS NOT NULL, users.id, users.username, users.admin, users.blocked,
     (users.code_suggestions AND users.wants_suggestions), users.created_at";

const JOINS: &str = "JOIN applications ON applications.id = oauth_grants.application_id
     JOIN users ON users.id = oauth_grants.user_id";

/// Reads [`COLUMNS`].
fn read(row: &Row<'_>) -> rusqlite::Result<Grant> {
    let scopes: String = row.get(3)?;
    Ok(Grant {
        id: row.get(0)?,
        application: row.get(1)?,
        application_name: row.get(2)?,
        scopes: Scopes::stored(&scopes),
        created_at: row.get(4)?,
        revoked: row.get(5)?,
        user: user::read(row, 6)?,
    })
}

/// Reads [`COLUMNS`], expiry and use.
fn read_voucher(row: &Row<'_>) -> rusqlite::Result<Voucher> {
    Ok(Voucher {
        grant: read(row)?,
        expires_at: row.get(12)?,
        used_at: row.get(13)?,
    })
}
