//! Who leads what, until when: work that one process at a time does, whatever the machine.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::sql::{Columns, ROWS_MAX, ms, places, tuples};
use super::{Store, StoreError};

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

/// A lead as it stands, perhaps past its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    pub name: String,
    pub worker: WorkerId,
    pub until: DateTime<Utc>,
}

impl Store {
    /// Takes or keeps these leads until `lease_ms` after `now`, but those that another process holds. Returns what is held.
    pub async fn take_leads(
        &self,
        names: &[String],
        worker: &WorkerId,
        lease_ms: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<String>, StoreError> {
        // In order, so that two processes that want the same ones do not wait for each other.
        let mut names = names.to_vec();
        names.sort();
        names.dedup();
        let until = ms(now + TimeDelta::milliseconds(lease_ms.into()));
        let mut held = Vec::with_capacity(names.len());
        let mut tx = self.write().await?;
        for names in names.chunks(ROWS_MAX) {
            let sql = format!(
                "INSERT INTO leaders (name, host, pid, token, until) VALUES {} \
                 ON CONFLICT (name) DO UPDATE SET host = excluded.host, pid = excluded.pid, token = excluded.token, \
                 until = excluded.until WHERE leaders.token = excluded.token OR leaders.until <= $1 RETURNING name",
                tuples(2, names.len(), 5)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(ms(now));
            for name in names {
                query = query.bind(name.clone()).bind(worker.host.clone()).bind(i64::from(worker.pid));
                query = query.bind(worker.token.clone()).bind(until);
            }
            for row in query.fetch_all(tx.conn()).await? {
                held.push(row.text("name")?);
            }
        }
        tx.commit().await?;
        Ok(held)
    }

    /// All that this process still leads, it leads until `lease_ms` after `now`.
    pub async fn keep_leads(&self, worker: &WorkerId, lease_ms: u32, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE leaders SET until = $1 WHERE token = $2")
            .bind(ms(now + TimeDelta::milliseconds(lease_ms.into())))
            .bind(worker.token.as_str())
            .execute(tx.conn())
            .await?;
        tx.commit().await
    }

    /// Gives leads up, so that another need not wait for their end.
    pub async fn give_up_leads(&self, names: &[String], worker: &WorkerId) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for names in names.chunks(ROWS_MAX) {
            let sql = format!("DELETE FROM leaders WHERE token = $1 AND name IN ({})", places(2, names.len()));
            let query = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(worker.token.clone());
            names.iter().fold(query, |query, name| query.bind(name.clone())).execute(tx.conn()).await?;
        }
        tx.commit().await
    }

    /// All leads of a process: its own at its end, or those of a process that is known to be dead.
    pub async fn give_up_all_leads(&self, worker: &WorkerId) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM leaders WHERE token = $1").bind(worker.token.as_str()).execute(tx.conn()).await?;
        tx.commit().await
    }

    /// By name.
    pub async fn leads(&self) -> Result<Vec<Lead>, StoreError> {
        let rows = sqlx::query("SELECT * FROM leaders ORDER BY name").fetch_all(&self.pool).await?;
        let lead = |row: &AnyRow| {
            let worker = WorkerId { host: row.text("host")?, pid: row.count("pid")?, token: row.text("token")? };
            Ok(Lead { name: row.text("name")?, worker, until: row.instant("until")? })
        };
        rows.iter().map(lead).collect()
    }
}
