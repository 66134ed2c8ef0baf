//! The journal (who did what), and small settings kept beside the data.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::sql::{Columns, json, ms};
use super::{Queue, Store, StoreError};

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JournalEntry {
    pub id: i64,
    pub at: DateTime<Utc>,
    /// An administrator's address, `cli`, `daemon`, or a member's subject.
    pub actor: String,
    pub action: String,
    /// `member:12`, `notice:n2ab34cd`, `edition:7`, `source:paris`.
    pub subject: String,
    pub detail: serde_json::Value,
}

impl Store {
    pub async fn journal(
        &self,
        actor: &str,
        action: &str,
        subject: &str,
        detail: &serde_json::Value,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        write(tx.conn(), actor, action, subject, detail, at).await?;
        tx.commit().await
    }

    /// Writes down that the subject is about to do what may be done once in a while: `false`, and nothing written, when it
    /// did since `since`, unless it is on record that this failed. Of many at once, one may.
    pub async fn journal_once(
        &self,
        subject: &str,
        action: &str,
        failed: &str,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write_in_turn(Queue::Links).await?;
        let last = sqlx::query(
            "SELECT action FROM journal WHERE subject = $1 AND action IN ($2, $3) AND at > $4 ORDER BY id DESC LIMIT 1",
        );
        let last = last.bind(subject).bind(action).bind(failed).bind(ms(since)).fetch_optional(tx.conn()).await?;
        if last.map(|row| row.text("action")).transpose()?.is_some_and(|last| last == action) {
            return Ok(false);
        }
        write(tx.conn(), subject, action, subject, &serde_json::Value::Null, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The newest first.
    pub async fn journal_entries(&self, limit: u32) -> Result<Vec<JournalEntry>, StoreError> {
        let rows = sqlx::query("SELECT * FROM journal ORDER BY id DESC LIMIT $1").bind(i64::from(limit));
        rows.fetch_all(&self.pool).await?.iter().map(entry).collect()
    }

    /// All about one subject, the oldest first.
    pub async fn journal_about(&self, subject: &str) -> Result<Vec<JournalEntry>, StoreError> {
        let rows = sqlx::query("SELECT * FROM journal WHERE subject = $1 ORDER BY id").bind(subject);
        rows.fetch_all(&self.pool).await?.iter().map(entry).collect()
    }

    pub async fn meta(&self, name: &str) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("SELECT value FROM meta WHERE name = $1").bind(name).fetch_optional(&self.pool).await?;
        row.map(|row| row.text("value")).transpose()
    }

    pub async fn set_meta(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(value)
        .execute(tx.conn())
        .await?;
        tx.commit().await
    }

    /// The value kept under a name, which is this one when there was none: of several that ask at once, the first's.
    pub async fn meta_or(&self, name: &str, value: &str) -> Result<String, StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(value)
            .execute(tx.conn())
            .await?;
        let row = sqlx::query("SELECT value FROM meta WHERE name = $1").bind(name).fetch_one(tx.conn()).await?;
        tx.commit().await?;
        row.text("value")
    }
}

/// Writes down what the same transaction does.
pub(super) async fn write(
    conn: &mut AnyConnection,
    actor: &str,
    action: &str,
    subject: &str,
    detail: &serde_json::Value,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO journal (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)")
        .bind(ms(at))
        .bind(actor)
        .bind(action)
        .bind(subject)
        .bind(json(detail)?)
        .execute(conn)
        .await?;
    Ok(())
}

fn entry(row: &AnyRow) -> Result<JournalEntry, StoreError> {
    Ok(JournalEntry {
        id: row.int("id")?,
        at: row.instant("at")?,
        actor: row.text("actor")?,
        action: row.text("action")?,
        subject: row.text("subject")?,
        detail: row.json("detail")?,
    })
}
