//! Receipts: what became of an edition's rows, and what came back.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::sql::{Columns, ms, places};
use super::{DigestId, Store, StoreError};
use crate::model::{
    CohortId, DeliveryId, DeliveryState, EditionId, EmailAddress, MemberId, OrganisationKind, SkipReason, TerritoryCode,
};

/// A row of the ledger as receipts show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeliveryRow {
    pub id: DeliveryId,
    pub edition: EditionId,
    pub member: MemberId,
    /// `None` once the member is erased.
    pub email: Option<EmailAddress>,
    pub digest: Option<DigestId>,
    pub state: DeliveryState,
    pub skipped_because: Option<SkipReason>,
    pub attempts: u32,
    /// How many times it was in doubt; above zero, the member may have received it more than once.
    pub doubts: u32,
    /// By which relay it was last tried.
    pub relay: Option<String>,
    /// What the server, or the system, last said.
    pub last_reply: Option<String>,
    pub message_id: String,
    pub cohort: CohortId,
    pub territories: Vec<TerritoryCode>,
    pub organisation_kind: OrganisationKind,
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

/// How many rows are in each state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub by_state: BTreeMap<DeliveryState, u64>,
    /// Rows that were in doubt at least once, whatever their state now.
    pub doubted: u64,
}

impl Counts {
    pub fn of(&self, state: DeliveryState) -> u64 {
        self.by_state.get(&state).copied().unwrap_or(0)
    }

    pub fn total(&self) -> u64 {
        self.by_state.values().sum()
    }

    /// Rows that are not in a final state.
    pub fn open(&self) -> u64 {
        self.by_state.iter().filter(|(state, _)| !state.is_final()).map(|(_, n)| n).sum()
    }
}

/// For the funders: how many members of one kind an edition reached.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Served {
    pub edition: EditionId,
    pub approved_at: DateTime<Utc>,
    pub digest: DigestId,
    pub cohort: CohortId,
    pub territories: Vec<TerritoryCode>,
    pub organisation_kind: OrganisationKind,
    pub members: u64,
}

/// What came back for a delivery: a bounce, a complaint, an automatic answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Returned {
    pub member: Option<MemberId>,
    pub delivery: Option<DeliveryId>,
    /// `hard`, `soft`, `auto-reply`, `complaint`, `unsubscribe`.
    pub kind: String,
    /// The enhanced status (RFC 3463), when given.
    pub status: Option<String>,
    /// The server's words.
    pub diagnostic: String,
    /// Of the message it was read from: the same message is recorded once.
    pub fingerprint: String,
    pub at: DateTime<Utc>,
}

impl Store {
    pub async fn delivery(&self, edition: EditionId, member: MemberId) -> Result<Option<DeliveryRow>, StoreError> {
        let row = sqlx::query("SELECT * FROM deliveries WHERE edition = $1 AND member = $2")
            .bind(edition.0)
            .bind(member.0)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(delivery).transpose()
    }

    pub async fn delivery_by_id(&self, id: DeliveryId) -> Result<Option<DeliveryRow>, StoreError> {
        let row = sqlx::query("SELECT * FROM deliveries WHERE id = $1").bind(id.0).fetch_optional(&self.pool).await?;
        row.as_ref().map(delivery).transpose()
    }

    pub async fn delivery_by_message_id(&self, message_id: &str) -> Result<Option<DeliveryRow>, StoreError> {
        let row = sqlx::query("SELECT * FROM deliveries WHERE message_id = $1 AND message_id <> '' ORDER BY id")
            .bind(message_id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(delivery).transpose()
    }

    /// Up to `limit` rows after an id (0 at first), in these states (none means all).
    pub async fn deliveries(
        &self,
        edition: EditionId,
        states: &[DeliveryState],
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let mut sql = "SELECT * FROM deliveries WHERE edition = $1 AND id > $2".to_owned();
        if !states.is_empty() {
            sql.push_str(&format!(" AND state IN ({})", places(4, states.len())));
        }
        sql.push_str(" ORDER BY id LIMIT $3");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(edition.0).bind(after.0).bind(i64::from(limit));
        let query = states.iter().fold(query, |query, state| query.bind(state.as_str()));
        query.fetch_all(&self.pool).await?.iter().map(delivery).collect()
    }

    /// Rows that were in doubt at least once: what receipts name.
    pub async fn doubted(&self, edition: EditionId) -> Result<Vec<DeliveryRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM deliveries WHERE edition = $1 AND doubts > 0 ORDER BY id");
        rows.bind(edition.0).fetch_all(&self.pool).await?.iter().map(delivery).collect()
    }

    /// What each mail says of its reader, as frozen; erased members have none.
    pub async fn addressees(&self, edition: EditionId) -> Result<HashMap<DeliveryId, Value>, StoreError> {
        let rows = sqlx::query("SELECT id, addressee FROM deliveries WHERE edition = $1 AND addressee IS NOT NULL");
        let rows = rows.bind(edition.0).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((DeliveryId(row.int("id")?), row.json("addressee")?))).collect()
    }

    pub async fn deliveries_of_member(&self, member: MemberId) -> Result<Vec<DeliveryRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM deliveries WHERE member = $1 ORDER BY id").bind(member.0);
        rows.fetch_all(&self.pool).await?.iter().map(delivery).collect()
    }

    pub async fn counts(&self, edition: EditionId) -> Result<Counts, StoreError> {
        let rows = sqlx::query(
            "SELECT state, COUNT(*) AS n, COUNT(CASE WHEN doubts > 0 THEN 1 END) AS doubted \
             FROM deliveries WHERE edition = $1 GROUP BY state",
        )
        .bind(edition.0)
        .fetch_all(&self.pool)
        .await?;
        let mut counts = Counts::default();
        for row in rows {
            counts.by_state.insert(row.word("state")?, u64::try_from(row.int("n")?).unwrap_or(0));
            counts.doubted += u64::try_from(row.int("doubted")?).unwrap_or(0);
        }
        Ok(counts)
    }

    /// What editions approved in `from..to` reached, trials apart.
    pub async fn served(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Served>, StoreError> {
        let rows = sqlx::query(
            "SELECT d.edition, e.approved_at, d.digest, d.cohort, d.territories, d.organisation_kind, COUNT(*) AS members \
             FROM deliveries AS d JOIN editions AS e ON e.id = d.edition \
             WHERE e.trial = 0 AND e.approved_at >= $1 AND e.approved_at < $2 AND d.state = 'sent' \
             GROUP BY d.edition, e.approved_at, d.digest, d.cohort, d.territories, d.organisation_kind \
             ORDER BY d.edition, d.digest, d.cohort, d.territories, d.organisation_kind",
        )
        .bind(ms(from))
        .bind(ms(to))
        .fetch_all(&self.pool)
        .await?;
        let served = |row: &AnyRow| {
            Ok(Served {
                edition: EditionId(row.int("edition")?),
                approved_at: row.instant("approved_at")?,
                digest: DigestId(row.int("digest")?),
                cohort: CohortId(row.text("cohort")?),
                territories: row.json("territories")?,
                organisation_kind: row.word("organisation_kind")?,
                members: u64::try_from(row.int("members")?).unwrap_or(0),
            })
        };
        rows.iter().map(served).collect()
    }

    /// Different people that editions approved in `from..to` reached, trials apart; the erased count, without a name.
    pub async fn people_served(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "SELECT COUNT(DISTINCT d.member) AS n FROM deliveries AS d JOIN editions AS e ON e.id = d.edition \
             WHERE e.trial = 0 AND e.approved_at >= $1 AND e.approved_at < $2 AND d.state = 'sent'",
        );
        let row = row.bind(ms(from)).bind(ms(to)).fetch_one(&self.pool).await?;
        Ok(u64::try_from(row.int("n")?).unwrap_or(0))
    }

    /// False when this message was recorded before.
    pub async fn save_returned(&self, returned: &Returned) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done = super::returns::insert(tx.conn(), returned).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// The oldest first.
    pub async fn returned_by_member(&self, member: MemberId) -> Result<Vec<Returned>, StoreError> {
        let rows = sqlx::query("SELECT * FROM returns WHERE member = $1 ORDER BY id").bind(member.0);
        rows.fetch_all(&self.pool).await?.iter().map(returned).collect()
    }

    pub async fn returned_for_edition(&self, edition: EditionId) -> Result<Vec<Returned>, StoreError> {
        let rows = sqlx::query(
            "SELECT r.* FROM returns AS r JOIN deliveries AS d ON d.id = r.delivery WHERE d.edition = $1 ORDER BY r.id",
        );
        rows.bind(edition.0).fetch_all(&self.pool).await?.iter().map(returned).collect()
    }
}

fn delivery(row: &AnyRow) -> Result<DeliveryRow, StoreError> {
    let state: DeliveryState = row.word("state")?;
    let email = row.text_or_null("email")?;
    let skip = row.text_or_null("skip_reason")?;
    Ok(DeliveryRow {
        id: DeliveryId(row.int("id")?),
        edition: EditionId(row.int("edition")?),
        member: MemberId(row.int("member")?),
        email: email
            .map(|email| EmailAddress::parse(&email))
            .transpose()
            .map_err(|why| StoreError::unreadable("email", why))?,
        digest: row.int_or_null("digest")?.map(DigestId),
        state,
        skipped_because: skip.map(|reason| super::sql::word("skip_reason", reason)).transpose()?,
        attempts: row.count("attempts")?,
        doubts: row.count("doubts")?,
        relay: row.text_or_null("relay")?,
        last_reply: row.text_or_null("last_reply")?,
        message_id: row.text("message_id")?,
        cohort: CohortId(row.text("cohort")?),
        territories: row.json("territories")?,
        organisation_kind: row.word("organisation_kind")?,
        next_attempt_at: row.instant_or_null("next_attempt_at")?,
        updated_at: row.instant("updated_at")?,
    })
}

pub(super) fn returned(row: &AnyRow) -> Result<Returned, StoreError> {
    Ok(Returned {
        member: row.int_or_null("member")?.map(MemberId),
        delivery: row.int_or_null("delivery")?.map(DeliveryId),
        kind: row.text("kind")?,
        status: row.text_or_null("status")?,
        diagnostic: row.text("diagnostic")?,
        fingerprint: row.text("fingerprint")?,
        at: row.instant("at")?,
    })
}
