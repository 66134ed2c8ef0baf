//! Approval: one transaction that freezes what each digest holds and fills the ledger, or leaves a draft.
//!
//! Rows are added batch by batch, so that an edition for 100,000 members is never held in memory.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::AssertSqlSafe;

use super::sql::{Columns, json, ms, name_of, tuples};
use super::{DigestId, Store, StoreError, Tx, editions};
use crate::model::{
    CohortId, EditionId, EditionState, EmailAddress, MemberId, OrganisationKind, SkipReason, TerritoryCode,
};

/// What one or many members are told, as it will be rendered; opaque here.
#[derive(Clone, Debug, PartialEq)]
pub struct FrozenDigest {
    pub content: Value,
    /// Of the content: the same is stored once for an edition.
    pub hash: String,
}

/// A row of the ledger to be.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryPlan {
    pub member: MemberId,
    pub email: EmailAddress,
    /// What the mail says of its reader (name, language, reasons…); opaque here.
    pub addressee: Value,
    /// The position given by [`Approval::freeze`]; in the list given to [`Store::approve_edition`].
    pub digest: Option<usize>,
    /// `Some`: recorded, and nothing is sent. Needed when there is no digest.
    pub skip: Option<SkipReason>,
    pub message_id: String,
    pub cohort: CohortId,
    pub territories: Vec<TerritoryCode>,
    pub organisation_kind: OrganisationKind,
}

/// An approval under way; dropped without [`Approval::commit`], the edition is still a draft.
pub struct Approval {
    tx: Tx,
    edition: EditionId,
    at: DateTime<Utc>,
    digests: Vec<DigestId>,
    by_hash: HashMap<String, usize>,
}

const COLUMNS: usize = 14;
/// SQLite looks for each parameter's name from the first one on: time grows with the square of a statement's length.
const PLANS_MAX: usize = 40;

impl Store {
    /// Refused when the edition is no draft.
    ///
    /// Every other writer waits until it is committed or dropped: call nothing that writes to the store in between.
    pub async fn begin_approval(&self, edition: EditionId, at: DateTime<Utc>) -> Result<Approval, StoreError> {
        let mut tx = self.write().await?;
        editions::change_state(tx.conn(), edition, EditionState::Draft, EditionState::Approved, at).await?;
        Ok(Approval { tx, edition, at, digests: Vec::new(), by_hash: HashMap::new() })
    }

    /// All of it at once, for small editions.
    pub async fn approve_edition(
        &self,
        edition: EditionId,
        at: DateTime<Utc>,
        frozen: &[FrozenDigest],
        rows: &[DeliveryPlan],
    ) -> Result<(), StoreError> {
        let mut approval = self.begin_approval(edition, at).await?;
        approval.fill(frozen, rows).await?;
        approval.commit().await
    }

    /// The sources of templates that an edition was approved with, as `(file name, source)`.
    pub async fn templates(&self, version: &str) -> Result<Option<Vec<(String, String)>>, StoreError> {
        let row = sqlx::query("SELECT sources FROM templates WHERE version = $1")
            .bind(version)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| row.json("sources")).transpose()
    }
}

impl Approval {
    /// All digests and rows at once, for small editions.
    pub async fn fill(&mut self, frozen: &[FrozenDigest], rows: &[DeliveryPlan]) -> Result<(), StoreError> {
        let mut positions = Vec::with_capacity(frozen.len());
        for digest in frozen {
            positions.push(self.freeze(digest).await?);
        }
        for rows in rows.chunks(PLANS_MAX) {
            let placed = |row: &DeliveryPlan| DeliveryPlan {
                digest: row.digest.and_then(|n| positions.get(n).copied()),
                ..row.clone()
            };
            self.add(&rows.iter().map(placed).collect::<Vec<_>>()).await?;
        }
        Ok(())
    }

    /// What all its digests share, as it is approved; it speaks from `as_of` on. Refused when somebody changed it since
    /// `read` was: what is approved is what was planned.
    pub async fn keep_frame(&mut self, as_of: DateTime<Utc>, read: &Value, frame: &Value) -> Result<(), StoreError> {
        let row = sqlx::query("SELECT frame FROM editions WHERE id = $1").bind(self.edition.0);
        if row.fetch_one(self.tx.conn()).await?.json::<Value>("frame")? != *read {
            return Err(StoreError::EditedMeanwhile(self.edition));
        }
        sqlx::query("UPDATE editions SET frame = $1, as_of = $2 WHERE id = $3")
            .bind(json(frame)?)
            .bind(ms(as_of))
            .bind(self.edition.0)
            .execute(self.tx.conn())
            .await?;
        Ok(())
    }

    /// The templates it is approved with; each version is kept once.
    pub async fn keep_templates(&mut self, version: &str, sources: &[(String, String)]) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO templates (version, sources) VALUES ($1, $2) ON CONFLICT (version) DO NOTHING")
            .bind(version)
            .bind(json(sources)?)
            .execute(self.tx.conn())
            .await?;
        Ok(())
    }

    /// Stores a digest, once for each hash; its position is what rows name it by.
    pub async fn freeze(&mut self, digest: &FrozenDigest) -> Result<usize, StoreError> {
        if let Some(known) = self.by_hash.get(&digest.hash) {
            return Ok(*known);
        }
        let row = sqlx::query("INSERT INTO digests (edition, hash, content) VALUES ($1, $2, $3) RETURNING id")
            .bind(self.edition.0)
            .bind(digest.hash.as_str())
            .bind(json(&digest.content)?)
            .fetch_one(self.tx.conn())
            .await?;
        let position = self.digests.len();
        self.digests.push(DigestId(row.int("id")?));
        self.by_hash.insert(digest.hash.clone(), position);
        Ok(position)
    }

    pub async fn add(&mut self, rows: &[DeliveryPlan]) -> Result<(), StoreError> {
        for rows in rows.chunks(PLANS_MAX) {
            self.add_some(rows).await?;
        }
        Ok(())
    }

    async fn add_some(&mut self, rows: &[DeliveryPlan]) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO deliveries (edition, member, email, addressee, digest, message_id, cohort, territories, \
             organisation_kind, state, skip_reason, next_attempt_at, updated_at, attempts) VALUES {}",
            tuples(1, rows.len(), COLUMNS)
        );
        // Full batches share one prepared statement; the last, shorter one is not worth keeping.
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == PLANS_MAX);
        for row in rows {
            let digest = row.digest.and_then(|n| self.digests.get(n));
            // Without anything to say there is nothing to send, whatever the plan says.
            let skip = row.skip.or(digest.is_none().then_some(SkipReason::NothingToSay));
            query = query
                .bind(self.edition.0)
                .bind(row.member.0)
                .bind(row.email.expose())
                .bind(json(&row.addressee)?)
                .bind(digest.map(|id| id.0))
                .bind(row.message_id.as_str())
                .bind(row.cohort.as_str())
                .bind(json(&row.territories)?)
                .bind(name_of(&row.organisation_kind)?)
                .bind(if skip.is_some() { "skipped" } else { "queued" })
                .bind(skip.map(|reason| name_of(&reason)).transpose()?)
                .bind(skip.is_none().then_some(0_i64))
                .bind(ms(self.at))
                .bind(0_i64);
        }
        query.execute(self.tx.conn()).await?;
        Ok(())
    }

    /// The edition is approved, with all its rows.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        // Somebody may have left, or been erased, between the plan and now.
        super::ledger::close_rows_of_the_gone(self.tx.conn(), self.edition, self.at).await?;
        sqlx::query(
            "UPDATE deliveries SET email = NULL, addressee = NULL, message_id = '' WHERE edition = $1 \
             AND member IN (SELECT id FROM members WHERE state = 'erased')",
        )
        .bind(self.edition.0)
        .execute(self.tx.conn())
        .await?;
        self.tx.commit().await
    }
}
