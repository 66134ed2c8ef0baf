//! Relays that are left alone for a while, and domains whose mails are put off: why rows of an open edition wait.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::any::AnyRow;

use super::sql::{Columns, ms, outside};
use super::{Store, StoreError};
use crate::model::EditionId;

/// A relay that rests, or whose last rest is over and was not yet followed by a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resting {
    pub relay: String,
    /// How many times in a row.
    pub rests: u32,
    pub until: DateTime<Utc>,
    pub why: String,
}

/// Rows of one reason that are not due yet, though nobody has tried them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutOff {
    pub why: String,
    pub rows: u64,
    pub next_at: DateTime<Utc>,
}

/// When the mails to a domain may go on, one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    pub domain: String,
    pub until: DateTime<Utc>,
    /// Between two mails from then on.
    pub between: TimeDelta,
    pub why: String,
}

impl Store {
    pub async fn resting_relays(&self) -> Result<Vec<Resting>, StoreError> {
        let rows = sqlx::query("SELECT name, rests, rests_until, why FROM relays ORDER BY name").fetch_all(&self.pool);
        let resting = |row: &AnyRow| {
            Ok(Resting {
                relay: row.text("name")?,
                rests: row.count("rests")?,
                until: row.instant("rests_until")?,
                why: row.text("why")?,
            })
        };
        rows.await?.iter().map(resting).collect()
    }

    pub async fn rest_relay(&self, resting: &Resting) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO relays (name, rests, rests_until, why) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET \
             rests = excluded.rests, rests_until = excluded.rests_until, why = excluded.why",
        )
        .bind(resting.relay.as_str())
        .bind(i64::from(resting.rests))
        .bind(ms(resting.until))
        .bind(outside(&resting.why))
        .execute(tx.conn())
        .await?;
        tx.commit().await
    }

    /// It took a mail.
    pub async fn wake_relay(&self, relay: &str) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM relays WHERE name = $1").bind(relay).execute(tx.conn()).await?;
        tx.commit().await
    }

    /// The waiting rows of a domain are due one by one from then on; others are not touched. Returns how many.
    pub async fn put_off_domain(
        &self,
        edition: EditionId,
        later: &Later,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "WITH due AS (SELECT id, ROW_NUMBER() OVER (ORDER BY next_attempt_at, id) - 1 AS n FROM deliveries \
             WHERE edition = $1 AND state IN ('queued', 'deferred') AND email LIKE $2 ESCAPE '\\' \
             AND (state = 'queued' OR next_attempt_at < $3)) \
             UPDATE deliveries SET next_attempt_at = $3 + $4 * due.n, updated_at = $5, \
             last_reply = CASE WHEN state = 'queued' THEN $6 ELSE last_reply END \
             FROM due WHERE deliveries.id = due.id AND state IN ('queued', 'deferred')",
        )
        .bind(edition.0)
        .bind(format!("%@{}", later.domain.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")))
        .bind(ms(later.until))
        .bind(later.between.num_milliseconds())
        .bind(ms(now))
        .bind(outside(&later.why))
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    /// Rows that wait although nobody has tried them, by reason; the most of a kind first.
    pub async fn put_off(&self, edition: EditionId, now: DateTime<Utc>) -> Result<Vec<PutOff>, StoreError> {
        let rows = sqlx::query(
            "SELECT last_reply, COUNT(*) AS n, MIN(next_attempt_at) AS next_at FROM deliveries \
             WHERE edition = $1 AND state = 'queued' AND next_attempt_at > $2 AND last_reply IS NOT NULL \
             GROUP BY last_reply ORDER BY n DESC, last_reply",
        )
        .bind(edition.0)
        .bind(ms(now))
        .fetch_all(&self.pool)
        .await?;
        let put_off = |row: &AnyRow| {
            Ok(PutOff {
                why: row.text("last_reply")?,
                rows: u64::try_from(row.int("n")?).unwrap_or(0),
                next_at: row.instant("next_at")?,
            })
        };
        rows.iter().map(put_off).collect()
    }
}
