//! The ledger: which mail is tried by whom, and what became of it.
//!
//! | from | to | cause |
//! |---|---|---|
//! | queued, deferred, uncertain | attempting | [`Store::claim`]: durable before it returns, so before DATA |
//! | attempting | sent, deferred, refused, uncertain | [`Store::record`], with the fence of the claim |
//! | attempting | queued (or what it was) | [`Store::release`]: never handed to SMTP |
//! | attempting | uncertain | [`Store::take_back`]: the lease ended or the process died |
//! | uncertain | sent, deferred, refused | [`Store::record`] of that very attempt, come late |
//! | deferred | refused | [`Store::refuse_deferred`]: a refusal that was put off until it was understood |
//! | deferred | expired | [`Store::expire`] |
//! | uncertain | held | [`Store::hold_uncertain`] |
//! | queued, deferred | the same, later | [`Store::put_off_domain`]: the domain says "later" to everybody |
//! | queued → skipped, deferred → expired, uncertain → held | | the member left, is suspended or erased |
//!
//! Each claim raises the row's fence: an answer that carries an older one is stale and changes nothing. It refuses to
//! know SMTP and retry policies.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::sql::{Columns, ROWS_MAX, ms, outside_or_null, places, tuples};
use super::{Store, StoreError, WorkerId};
use crate::model::{DeliveryId, DeliveryState, EditionId, MemberId};

/// What an attempt led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub delivery: DeliveryId,
    pub fence: i64,
    pub verdict: Verdict,
    /// The server's words, without the address.
    pub reply: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Sent,
    Refused,
    /// The server said "later".
    Deferred {
        next_at: DateTime<Utc>,
    },
    /// The connection was lost between DATA and its answer.
    Uncertain {
        next_at: DateTime<Utc>,
    },
}

/// A row whose worker is gone: whether its mail left is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    pub delivery: DeliveryId,
    pub member: MemberId,
    pub message_id: String,
}

impl Verdict {
    fn state(self) -> DeliveryState {
        match self {
            Self::Sent => DeliveryState::Sent,
            Self::Refused => DeliveryState::Refused,
            Self::Deferred { .. } => DeliveryState::Deferred,
            Self::Uncertain { .. } => DeliveryState::Uncertain,
        }
    }

    fn next_at(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Sent | Self::Refused => None,
            Self::Deferred { next_at } | Self::Uncertain { next_at } => Some(next_at),
        }
    }
}

impl Store {
    /// Writes outcomes in one commit. Returns the stale ones: another worker has taken those rows since.
    pub async fn record(&self, outcomes: &[Outcome], now: DateTime<Utc>) -> Result<Vec<DeliveryId>, StoreError> {
        if outcomes.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.write().await?;
        let mut done = HashSet::with_capacity(outcomes.len());
        for outcomes in outcomes.chunks(ROWS_MAX) {
            let sql = format!(
                "WITH v (id, fence, state, next_at, reply) AS (VALUES {}) \
                 UPDATE deliveries SET state = v.state, next_attempt_at = v.next_at, last_reply = CASE WHEN email IS NULL THEN NULL ELSE v.reply END, \
                 doubts = doubts + CASE WHEN v.state = 'uncertain' AND deliveries.state = 'attempting' THEN 1 ELSE 0 END, \
                 worker_host = NULL, worker_pid = NULL, worker_token = NULL, lease_until = NULL, updated_at = $1 \
                 FROM v WHERE deliveries.id = v.id AND deliveries.fence = v.fence \
                 AND deliveries.state IN ('attempting', 'uncertain') RETURNING deliveries.id AS id",
                tuples(2, outcomes.len(), 5)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(ms(now));
            for outcome in outcomes {
                query = query
                    .bind(outcome.delivery.0)
                    .bind(outcome.fence)
                    .bind(outcome.verdict.state().as_str())
                    .bind(outcome.verdict.next_at().map(ms))
                    .bind(outside_or_null(outcome.reply.as_deref()));
            }
            for row in query.fetch_all(tx.conn()).await? {
                done.insert(DeliveryId(row.int("id")?));
            }
        }
        tx.commit().await?;
        Ok(outcomes.iter().map(|outcome| outcome.delivery).filter(|id| !done.contains(id)).collect())
    }

    /// Gives back rows that were claimed and never handed to SMTP; stale ones are left alone.
    pub async fn release(&self, rows: &[(DeliveryId, i64)], now: DateTime<Utc>) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for rows in rows.chunks(ROWS_MAX) {
            let sql = format!(
                "WITH v (id, fence) AS (VALUES {}) UPDATE deliveries SET \
                 state = CASE WHEN doubts > 0 THEN 'uncertain' WHEN attempts > 1 THEN 'deferred' ELSE 'queued' END, \
                 attempts = attempts - 1, first_attempt_at = CASE WHEN attempts > 1 THEN first_attempt_at END, \
                 next_attempt_at = $1, worker_host = NULL, worker_pid = NULL, worker_token = NULL, lease_until = NULL, \
                 relay = NULL, departs_at = NULL, updated_at = $1 FROM v \
                 WHERE deliveries.id = v.id AND deliveries.fence = v.fence AND deliveries.state = 'attempting'",
                tuples(2, rows.len(), 2)
            );
            let query = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(ms(now));
            rows.iter().fold(query, |query, (id, fence)| query.bind(id.0).bind(*fence)).execute(tx.conn()).await?;
        }
        tx.commit().await
    }

    /// Refusals that were put off turn out to be meant for their recipients; rows taken again since are left alone.
    pub async fn refuse_deferred(&self, rows: &[(DeliveryId, i64)], now: DateTime<Utc>) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for rows in rows.chunks(ROWS_MAX) {
            let sql = format!(
                "WITH v (id, fence) AS (VALUES {}) UPDATE deliveries SET state = 'refused', next_attempt_at = NULL, \
                 updated_at = $1 FROM v \
                 WHERE deliveries.id = v.id AND deliveries.fence = v.fence AND deliveries.state = 'deferred'",
                tuples(2, rows.len(), 2)
            );
            let query = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(ms(now));
            rows.iter().fold(query, |query, (id, fence)| query.bind(id.0).bind(*fence)).execute(tx.conn()).await?;
        }
        tx.commit().await
    }

    /// What servers said of the rows that are put off, each answer once.
    pub async fn deferred_replies(&self, edition: EditionId) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT last_reply FROM deliveries \
             WHERE edition = $1 AND state = 'deferred' AND last_reply IS NOT NULL",
        )
        .bind(edition.0)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| row.text("last_reply")).collect()
    }

    /// Who holds rows of the edition: the caller finds out which of those on its own machine are dead.
    pub async fn workers(&self, edition: EditionId) -> Result<Vec<WorkerId>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT worker_host AS host, worker_pid AS pid, worker_token AS token FROM deliveries \
             WHERE edition = $1 AND state = 'attempting'",
        )
        .bind(edition.0)
        .fetch_all(&self.pool)
        .await?;
        let worker =
            |row: &AnyRow| Ok(WorkerId { host: row.text("host")?, pid: row.count("pid")?, token: row.text("token")? });
        rows.iter().map(worker).collect()
    }

    /// Rows in flight whose lease ended, or that a dead worker held, become uncertain and due at once.
    pub async fn take_back(
        &self,
        edition: EditionId,
        dead: &[WorkerId],
        now: DateTime<Utc>,
    ) -> Result<Vec<TakenBack>, StoreError> {
        let mut held_by_dead = String::new();
        if !dead.is_empty() {
            held_by_dead = format!(" OR worker_token IN ({})", places(3, dead.len()));
        }
        let sql = format!(
            "UPDATE deliveries SET state = 'uncertain', doubts = doubts + 1, next_attempt_at = $2, lease_until = NULL, \
             worker_host = NULL, worker_pid = NULL, worker_token = NULL, updated_at = $2, \
             last_reply = 'envoi interrompu : la réponse du serveur n''est pas connue' \
             WHERE edition = $1 AND state = 'attempting' AND (lease_until <= $2{held_by_dead}) \
             RETURNING id, member, message_id"
        );
        let mut tx = self.write().await?;
        let query = sqlx::query(AssertSqlSafe(sql)).bind(edition.0).bind(ms(now));
        let rows = dead.iter().fold(query, |query, worker| query.bind(worker.token.as_str())).fetch_all(tx.conn());
        let rows = rows.await?;
        tx.commit().await?;
        let taken = |row: &AnyRow| {
            Ok(TakenBack {
                delivery: DeliveryId(row.int("id")?),
                member: MemberId(row.int("member")?),
                message_id: row.text("message_id")?,
            })
        };
        rows.iter().map(taken).collect()
    }

    /// Deferred rows first tried at or before `first_tried_by` are given up. Returns how many.
    pub async fn expire(
        &self,
        edition: EditionId,
        first_tried_by: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "UPDATE deliveries SET state = 'expired', next_attempt_at = NULL, updated_at = $1 \
             WHERE edition = $2 AND state = 'deferred' AND first_attempt_at <= $3",
        )
        .bind(ms(now))
        .bind(edition.0)
        .bind(ms(first_tried_by))
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    /// Uncertain rows are not tried again. Returns how many.
    pub async fn hold_uncertain(&self, edition: EditionId, doubts: u32, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "UPDATE deliveries SET state = 'held', next_attempt_at = NULL, updated_at = $1 \
             WHERE edition = $2 AND state = 'uncertain' AND doubts >= $3",
        )
        .bind(ms(now))
        .bind(edition.0)
        .bind(i64::from(doubts))
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    /// When there will next be something to do: a row due (long past: at once), or a lease that ends. `None`: never.
    pub async fn next_due(&self, edition: EditionId) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query(
            "SELECT MIN(COALESCE(next_attempt_at, lease_until)) AS due FROM deliveries WHERE edition = $1 \
             AND state IN ('queued', 'attempting', 'deferred', 'uncertain')",
        )
        .bind(edition.0)
        .fetch_one(&self.pool)
        .await?;
        row.instant_or_null("due")
    }

    /// A sending edition whose rows are all final is sent; true when this call made it so.
    pub async fn finish_if_done(&self, edition: EditionId, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        close_rows_of_the_gone(tx.conn(), edition, at).await?;
        let done = sqlx::query(
            "UPDATE editions SET state = 'sent', finished_at = $1 WHERE id = $2 AND state = 'sending' \
             AND NOT EXISTS (SELECT 1 FROM deliveries WHERE edition = $2 \
             AND state IN ('queued', 'attempting', 'deferred', 'uncertain'))",
        )
        .bind(ms(at))
        .bind(edition.0)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }
}

const CLOSE: &str = "UPDATE deliveries SET next_attempt_at = NULL, updated_at = $2, \
                     skip_reason = CASE state WHEN 'queued' THEN $3 ELSE skip_reason END, \
                     state = CASE state WHEN 'queued' THEN 'skipped' WHEN 'deferred' THEN 'expired' ELSE 'held' END \
                     WHERE state IN ('queued', 'deferred', 'uncertain')";

/// The waiting rows of one member reach their end; those in flight get there when their answer comes.
pub(super) async fn close_rows(
    conn: &mut AnyConnection,
    member: MemberId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sql = format!("{CLOSE} AND member = $1");
    sqlx::query(AssertSqlSafe(sql)).bind(member.0).bind(ms(now)).bind(reason.to_owned()).execute(conn).await?;
    Ok(())
}

/// The waiting rows of an edition whose members left, were suspended or erased reach their end.
pub(super) async fn close_rows_of_the_gone(
    conn: &mut AnyConnection,
    edition: EditionId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for (states, reason) in [("'left', 'erased'", "left"), ("'suspended'", "suspended")] {
        let sql = format!(
            "{CLOSE} AND edition = $1 AND member IN (SELECT id FROM members WHERE state IN ('left', 'suspended', 'erased') \
             AND state IN ({states}))"
        );
        sqlx::query(AssertSqlSafe(sql)).bind(edition.0).bind(ms(now)).bind(reason).execute(&mut *conn).await?;
    }
    Ok(())
}
