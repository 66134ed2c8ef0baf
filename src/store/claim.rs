//! The claim: rows taken for a relay, no faster than it may be given mails, whoever else takes rows for it.
//!
//! What a relay was given is counted from the ledger itself, in the transaction of the claim: a restart forgets
//! nothing, and several processes share one limit. It refuses to know what the limits are for.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::sql::{Columns, ms};
use super::{DigestId, Kind, Store, StoreError, WorkerId};
use crate::model::{DeliveryId, EditionId, EmailAddress, MemberId};

/// A row to send, held until the lease ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    pub delivery: DeliveryId,
    /// To be given back with the outcome.
    pub fence: i64,
    pub member: MemberId,
    pub email: EmailAddress,
    pub addressee: Value,
    pub digest: DigestId,
    pub message_id: String,
    /// This one included.
    pub attempts: u32,
    /// Not to be begun before.
    pub departs_at: DateTime<Utc>,
}

/// What a relay may be given now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    pub relay: String,
    pub steps: Option<Steps>,
    pub windows: Vec<Window>,
}

/// One mail after another, evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    pub between_us: i64,
    /// How far ahead of its step a row may be taken.
    pub ahead: TimeDelta,
}

/// No more than so many mails since then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub since: DateTime<Utc>,
    pub count_max: u32,
}

/// What a claim gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// Empty: none is due.
    Rows(Vec<Claimed>),
    /// The next step is not near yet.
    TooEarly { next: DateTime<Utc> },
    /// A window, by its place in the quota, is full as long as the mail that left then counts.
    Full { window: usize, until_forgotten: DateTime<Utc> },
}

impl Store {
    /// Takes up to `limit` rows that are due, whatever relay they go by.
    pub async fn claim(
        &self,
        edition: EditionId,
        worker: &WorkerId,
        lease_ms: u32,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Claimed>, StoreError> {
        match self.claim_for(&Quota::default(), edition, worker, lease_ms, limit, now).await? {
            Claim::Rows(rows) => Ok(rows),
            Claim::TooEarly { .. } | Claim::Full { .. } => Ok(Vec::new()),
        }
    }

    /// Takes up to `limit` rows that are due, for `lease_ms`, as the quota lets it; none unless the edition is `sending`.
    ///
    /// `now` is real time here and in all that concerns the ledger, whatever `--now` says.
    pub async fn claim_for(
        &self,
        quota: &Quota,
        edition: EditionId,
        worker: &WorkerId,
        lease_ms: u32,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Claim, StoreError> {
        let mut tx = self.write().await?;
        let room = match room(tx.conn(), self.kind, quota, limit, now).await? {
            Ok(room) => room,
            Err(closed) => return Ok(closed),
        };
        let skip_locked = match self.kind {
            Kind::Sqlite => "",
            Kind::Postgres => "FOR UPDATE SKIP LOCKED",
        };
        let sql = format!(
            "WITH due AS MATERIALIZED (SELECT d.id, d.next_attempt_at FROM deliveries AS d \
             WHERE d.edition = $1 AND d.state IN ('queued', 'deferred', 'uncertain') AND d.next_attempt_at <= $2 \
             AND EXISTS (SELECT 1 FROM editions AS e WHERE e.id = $1 AND e.state = 'sending') \
             AND NOT EXISTS (SELECT 1 FROM members AS m WHERE m.id = d.member AND m.state IN ('left', 'suspended', 'erased')) \
             ORDER BY d.next_attempt_at, d.id LIMIT $3 {skip_locked}), \
             steps AS (SELECT id, ROW_NUMBER() OVER (ORDER BY next_attempt_at, id) - 1 AS n FROM due) \
             UPDATE deliveries SET state = 'attempting', fence = fence + 1, attempts = attempts + 1, worker_host = $4, \
             worker_pid = $5, worker_token = $6, lease_until = $7, next_attempt_at = NULL, relay = $8, \
             departs_at = $9 + ($10 * steps.n) / 1000, \
             first_attempt_at = COALESCE(first_attempt_at, $2), updated_at = $2 FROM steps WHERE deliveries.id = steps.id \
             RETURNING deliveries.id AS id, fence, member, email, addressee, digest, message_id, attempts, departs_at"
        );
        let relay = Some(quota.relay.clone()).filter(|relay| !relay.is_empty());
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(edition.0)
            .bind(ms(now))
            .bind(i64::from(room.rows))
            .bind(worker.host.as_str())
            .bind(i64::from(worker.pid))
            .bind(worker.token.as_str())
            .bind(ms(now + TimeDelta::milliseconds(lease_ms.into())))
            .bind(relay)
            .bind(ms(room.first))
            .bind(quota.steps.map_or(0, |steps| steps.between_us))
            .fetch_all(tx.conn())
            .await?;
        let mut claimed = rows.iter().map(claimed).collect::<Result<Vec<_>, _>>()?;
        tx.commit().await?;
        claimed.sort_by_key(|row| (row.departs_at, row.delivery));
        Ok(Claim::Rows(claimed))
    }

    /// How many mails the relay was given since then.
    pub async fn departures(&self, relay: &str, since: DateTime<Utc>) -> Result<u32, StoreError> {
        let mut conn = self.pool.acquire().await?;
        departures(&mut conn, relay, since).await
    }

    /// The mail that keeps a full window full: the window has room once this one does not count any more.
    pub async fn fills(&self, relay: &str, window: Window) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut conn = self.pool.acquire().await?;
        let count = departures(&mut conn, relay, window.since).await?;
        match count.checked_sub(window.count_max) {
            None => Ok(None),
            Some(over) => Ok(Some(nth_departure(&mut conn, relay, window.since, over).await?)),
        }
    }
}

struct Room {
    rows: u32,
    first: DateTime<Utc>,
}

/// How many rows the quota lets be taken, and when the first of them leaves; or why none.
async fn room(
    conn: &mut AnyConnection,
    kind: Kind,
    quota: &Quota,
    limit: u32,
    now: DateTime<Utc>,
) -> Result<Result<Room, Claim>, StoreError> {
    let mut room = Room { rows: limit, first: now };
    if kind == Kind::Postgres && (quota.steps.is_some() || !quota.windows.is_empty()) {
        // Two that count at once would both find the last place free. SQLite writes one at a time.
        sqlx::query("SELECT 1 AS held FROM (SELECT pg_advisory_xact_lock(7094103)) AS waiting")
            .fetch_all(&mut *conn)
            .await?;
    }
    for (place, window) in quota.windows.iter().enumerate() {
        let count = departures(conn, &quota.relay, window.since).await?;
        if let Some(over) = count.checked_sub(window.count_max) {
            let until_forgotten = nth_departure(conn, &quota.relay, window.since, over).await?;
            return Ok(Err(Claim::Full { window: place, until_forgotten }));
        }
        room.rows = room.rows.min(window.count_max - count);
    }
    if let Some(steps) = quota.steps {
        // Rounded up: a step of less than a millisecond more is no haste.
        let between = TimeDelta::milliseconds((steps.between_us + 999) / 1000);
        let last = last_departure(conn, &quota.relay).await?;
        // A clock that was set back must not keep everybody waiting.
        let next = last.map_or(now, |last| last.min(now + steps.ahead) + between);
        room.first = next.max(now);
        let ahead_us = (now + steps.ahead - room.first).num_microseconds().unwrap_or(0);
        if ahead_us < 0 {
            return Ok(Err(Claim::TooEarly { next }));
        }
        let near = ahead_us / steps.between_us.max(1) + 1;
        room.rows = room.rows.min(u32::try_from(near).unwrap_or(u32::MAX));
    }
    Ok(Ok(room))
}

async fn departures(conn: &mut AnyConnection, relay: &str, since: DateTime<Utc>) -> Result<u32, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS n FROM deliveries WHERE relay = $1 AND departs_at > $2")
        .bind(relay)
        .bind(ms(since))
        .fetch_one(conn)
        .await?;
    row.count("n")
}

/// The `n`th, from 0, of those since then.
async fn nth_departure(
    conn: &mut AnyConnection,
    relay: &str,
    since: DateTime<Utc>,
    n: u32,
) -> Result<DateTime<Utc>, StoreError> {
    let row = sqlx::query(
        "SELECT departs_at FROM deliveries WHERE relay = $1 AND departs_at > $2 ORDER BY departs_at LIMIT 1 OFFSET $3",
    )
    .bind(relay)
    .bind(ms(since))
    .bind(i64::from(n))
    .fetch_optional(conn)
    .await?;
    row.map_or(Ok(since), |row| row.instant("departs_at"))
}

async fn last_departure(conn: &mut AnyConnection, relay: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let sql = "SELECT departs_at FROM deliveries WHERE relay = $1 AND departs_at IS NOT NULL ORDER BY departs_at DESC LIMIT 1";
    let row = sqlx::query(sql).bind(relay).fetch_optional(conn).await?;
    row.map(|row| row.instant("departs_at")).transpose()
}

fn claimed(row: &AnyRow) -> Result<Claimed, StoreError> {
    Ok(Claimed {
        delivery: DeliveryId(row.int("id")?),
        fence: row.int("fence")?,
        member: MemberId(row.int("member")?),
        email: row.parsed("email", EmailAddress::parse)?,
        addressee: row.json("addressee")?,
        digest: DigestId(row.int("digest")?),
        message_id: row.text("message_id")?,
        attempts: row.count("attempts")?,
        departs_at: row.instant("departs_at")?,
    })
}
