//! Applications that may ask users for access by OAuth 2.0: editors, as a rule. All of them are public clients (RFC 6749
//! section 2.1), so there is no secret to keep.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{Store, StoreError, writing};

/// An application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Number, never used again.
    pub id: i64,
    /// What it calls itself by: the client id.
    pub uid: String,
    /// What users are shown.
    pub name: String,
    /// Where answers to it may be sent.
    pub redirect_uris: Vec<String>,
    /// Seconds since the epoch.
    pub created_at: i64,
}

impl Store {
    /// Keeps an application; returns its number.
    pub async fn add_application(
        &self,
        uid: String,
        name: String,
        redirect_uris: Vec<String>,
        now: i64,
    ) -> Result<i64, StoreError> {
        self.with(move |connection| {
            connection.execute(
                "INSERT INTO applications (uid, name, redirect_uris, created_at) VALUES (?1, ?2, ?3, ?4)",
                (uid, name, redirect_uris.join("\n"), now),
            )?;
            Ok(connection.last_insert_rowid())
        })
        .await
    }

    /// The application with that client id.
    pub async fn application(&self, uid: String) -> Result<Option<Application>, StoreError> {
        self.with(move |connection| {
            Ok(connection
                .query_row(&format!("{SELECT} WHERE uid = ?1"), [uid], read)
                .optional()?)
        })
        .await
    }

    /// All applications, oldest first.
    pub async fn applications(&self) -> Result<Vec<Application>, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare(&format!("{SELECT} ORDER BY id"))?;
            let applications = statement.query_map([], read)?.collect::<Result<_, _>>()?;
            Ok(applications)
        })
        .await
    }

    /// Removes the application with that number or client id; everything issued for it is revoked.
    pub async fn remove_application(
        &self,
        id: String,
        now: i64,
    ) -> Result<Application, StoreError> {
        self.with(move |connection| {
            let transaction = writing(connection)?;
            let application = find(&transaction, &id)?.ok_or(StoreError::NoApplication(id))?;
            transaction.execute(
                "UPDATE tokens SET revoked_at = coalesce(revoked_at, ?2) WHERE application = ?1",
                (&application.uid, now),
            )?;
            transaction.execute("DELETE FROM applications WHERE id = ?1", [application.id])?;
            transaction.commit()?;
            Ok(application)
        })
        .await
    }
}

fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<Application>> {
    connection
        .query_row(
            &format!("{SELECT} WHERE uid = ?1 OR CAST(id AS TEXT) = ?1"),
            [id],
            read,
        )
        .optional()
}

const SELECT: &str = "SELECT id, uid, name, redirect_uris, created_at FROM applications";

fn read(row: &Row<'_>) -> rusqlite::Result<Application> {
    let redirect_uris: String = row.get(3)?;
    Ok(Application {
        id: row.get(0)?,
        uid: row.get(1)?,
        name: row.get(2)?,
        redirect_uris: redirect_uris.lines().map(str::to_owned).collect(),
        created_at: row.get(4)?,
    })
}
