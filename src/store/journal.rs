//! The journal (who did what), small settings kept beside the data, and who leads the schedule.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::sql::{Columns, json, ms};
use super::{Store, StoreError};

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

/// One running process.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WorkerId {
    pub host: String,
    pub pid: u32,
    /// Drawn at random when the process starts: a number used again is told apart.
    pub token: String,
}

impl WorkerId {
    /// This process, on the machine so named.
    pub fn new(host: &str) -> Self {
        let token: u128 = rand::random();
        Self { host: host.to_owned(), pid: std::process::id(), token: format!("{token:032x}") }
    }
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

    /// Takes or keeps the lead of `name` until `lease_ms` after `now`; false while another process holds it.
    pub async fn try_lead(
        &self,
        name: &str,
        worker: &WorkerId,
        lease_ms: u32,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let led = sqlx::query(
            "INSERT INTO leaders (name, host, pid, token, until) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (name) DO UPDATE SET host = excluded.host, pid = excluded.pid, token = excluded.token, \
             until = excluded.until WHERE leaders.token = excluded.token OR leaders.until <= $6",
        )
        .bind(name)
        .bind(worker.host.as_str())
        .bind(i64::from(worker.pid))
        .bind(worker.token.as_str())
        .bind(ms(now + TimeDelta::milliseconds(lease_ms.into())))
        .bind(ms(now))
        .execute(tx.conn())
        .await?
        .rows_affected();
        tx.commit().await?;
        Ok(led == 1)
    }

    /// Gives the lead up, so that another need not wait for the lease to end.
    pub async fn stop_leading(&self, name: &str, worker: &WorkerId) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM leaders WHERE name = $1 AND token = $2")
            .bind(name)
            .bind(worker.token.as_str())
            .execute(tx.conn())
            .await?;
        tx.commit().await
    }

    /// Who holds the lead of `name`, even when their lease has ended.
    pub async fn leader(&self, name: &str) -> Result<Option<(WorkerId, DateTime<Utc>)>, StoreError> {
        let row = sqlx::query("SELECT * FROM leaders WHERE name = $1").bind(name).fetch_optional(&self.pool).await?;
        let leader = |row: AnyRow| {
            let worker = WorkerId { host: row.text("host")?, pid: row.count("pid")?, token: row.text("token")? };
            Ok((worker, row.instant("until")?))
        };
        row.map(leader).transpose()
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
