//! Backups of an SQLite database, taken beside a running daemon. A restored one knows that it is one.

use std::path::Path;

use chrono::{DateTime, Utc};
use sqlx::{ConnectOptions, Connection};

use super::life::{self, COPY_OF};
use super::sql::{Columns, ms};
use super::{Kind, Store, StoreError, open};

impl Store {
    /// Writes a whole, consistent copy that only its owner may read; `at` is civil time. An existing file is not
    /// overwritten.
    pub async fn backup(&self, path: &Path, at: DateTime<Utc>) -> Result<(), StoreError> {
        let failed = |why: String| StoreError::Backup { path: path.display().to_string(), why };
        if self.kind == Kind::Postgres {
            return Err(failed("la base est sur PostgreSQL : utilisez pg_dump".to_owned()));
        }
        // SQLite writes into a file that exists when it is empty: it is made private first.
        open::create_private(path).map_err(|why| {
            failed(match why.kind() {
                std::io::ErrorKind::AlreadyExists => {
                    "ce fichier existe déjà et n'est pas remplacé ; donnez-en un autre, daté par exemple".to_owned()
                }
                std::io::ErrorKind::NotFound => "ce dossier n'existe pas".to_owned(),
                std::io::ErrorKind::PermissionDenied => "ce dossier n'est pas permis en écriture".to_owned(),
                _ => crate::model::why_refused(&why),
            })
        })?;
        let written = self.copy_into(path, at).await;
        if written.is_err() {
            // A half-written copy is worse than none; the cause is what is reported.
            let _ = std::fs::remove_file(path);
        }
        written.map_err(|why| failed(why.to_string()))
    }

    async fn copy_into(&self, path: &Path, at: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query("VACUUM INTO $1").bind(path.display().to_string()).execute(&self.pool).await?;
        let url = open::file_url(path, open::Open::Existing)?;
        let mut copy = sqlx::any::AnyConnectOptions::from_url(&url)?.connect().await?;
        life::put(&mut copy, COPY_OF, ms(at)).await.map_err(|_| StoreError::Full)?;
        copy.close().await?;
        std::fs::File::open(path).and_then(|file| file.sync_all()).map_err(|_| StoreError::Full)
    }

    /// Whether the database holds no schema damage; for SQLite, `PRAGMA quick_check`.
    pub async fn is_sound(&self) -> Result<bool, StoreError> {
        match self.kind {
            Kind::Postgres => Ok(true),
            Kind::Sqlite => {
                let row = sqlx::query("PRAGMA quick_check(1)").fetch_one(&self.pool).await?;
                Ok(row.text("quick_check")? == "ok")
            }
        }
    }
}
