//! Editions: unique by cohorts and occurrence, one open draft at a time, moved only along the drawn arrows.

use chrono::{DateTime, NaiveDateTime, Utc};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::sql::{Columns, json, ms, name_of};
use super::{Store, StoreError};
use crate::model::{CohortId, Edition, EditionId, EditionState, Origin};

#[derive(Clone, Debug, PartialEq)]
pub struct NewEdition {
    /// In any order.
    pub cohorts: Vec<CohortId>,
    /// In the schedule's local time.
    pub occurrence: NaiveDateTime,
    pub origin: Origin,
    pub as_of: DateTime<Utc>,
    pub trial: bool,
    /// What the whole edition shares (template version, an administrator's word, what was dropped or pinned); opaque.
    pub frame: serde_json::Value,
    /// Random: no other edition has it, even one of the same number in a database restored from a backup.
    pub nonce: String,
}

/// The answer to a wish for an edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    New(EditionId),
    /// This occurrence has its edition already: nothing is issued twice.
    Exists(EditionId),
    /// A draft for one of these cohorts is still open: approve or cancel it first.
    DraftOpen(EditionId),
}

impl Store {
    pub async fn create_edition(&self, new: &NewEdition, at: DateTime<Utc>) -> Result<Created, StoreError> {
        let mut tx = self.write().await?;
        let id = match insert(tx.conn(), new, at).await? {
            Created::New(id) => id,
            other => return Ok(other),
        };
        // What puts a mistake right waits for no draft, and keeps no other from being made.
        if new.origin != Origin::Correction
            && let Some(open) = claim_cohorts(tx.conn(), id, new).await?
        {
            return Ok(Created::DraftOpen(open));
        }
        tx.commit().await?;
        Ok(Created::New(id))
    }

    pub async fn edition(&self, id: EditionId) -> Result<Option<Edition>, StoreError> {
        let row = sqlx::query("SELECT * FROM editions WHERE id = $1").bind(id.0).fetch_optional(&self.pool).await?;
        row.as_ref().map(edition).transpose()
    }

    /// The newest first.
    pub async fn editions(&self) -> Result<Vec<Edition>, StoreError> {
        let rows = sqlx::query("SELECT * FROM editions ORDER BY id DESC").fetch_all(&self.pool).await?;
        rows.iter().map(edition).collect()
    }

    pub async fn frame(&self, id: EditionId) -> Result<serde_json::Value, StoreError> {
        let row = sqlx::query("SELECT frame FROM editions WHERE id = $1").bind(id.0).fetch_optional(&self.pool).await?;
        row.ok_or(StoreError::NoSuchEdition(id))?.json("frame")
    }

    /// Only a draft's frame can change: later, one Message-ID would carry two texts.
    pub async fn save_frame(&self, id: EditionId, frame: &serde_json::Value) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query("UPDATE editions SET frame = $1 WHERE id = $2 AND state = 'draft'")
            .bind(json(frame)?)
            .bind(id.0)
            .execute(tx.conn())
            .await?;
        if done.rows_affected() == 0 {
            return Err(refusal(tx.conn(), id, EditionState::Draft).await?);
        }
        tx.commit().await
    }

    /// As [`Store::save_frame`], unless somebody changed it since `before` was read; false then.
    pub async fn swap_frame(
        &self,
        id: EditionId,
        before: &serde_json::Value,
        after: &serde_json::Value,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let row = sqlx::query("SELECT frame, state FROM editions WHERE id = $1").bind(id.0);
        let row = row.fetch_optional(tx.conn()).await?.ok_or(StoreError::NoSuchEdition(id))?;
        if row.word::<EditionState>("state")? != EditionState::Draft {
            return Err(refusal(tx.conn(), id, EditionState::Approved).await?);
        }
        if row.json::<serde_json::Value>("frame")? != *before {
            return Ok(false);
        }
        let done = sqlx::query("UPDATE editions SET frame = $1 WHERE id = $2 AND state = 'draft' AND frame = $3")
            .bind(json(after)?)
            .bind(id.0)
            .bind(row.text("frame")?)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// Compare and set: refused when the edition is not (any more) in `from`, or no arrow leads from there to `to`.
    ///
    /// A draft is approved by [`Store::begin_approval`] only.
    pub async fn move_edition(
        &self,
        id: EditionId,
        from: EditionState,
        to: EditionState,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if !from.may_become(to) || to == EditionState::Approved {
            return Err(StoreError::MoveRefused { edition: id, from, to });
        }
        let mut tx = self.write().await?;
        change_state(tx.conn(), id, from, to, at).await?;
        tx.commit().await
    }
}

/// Sets the state, when it still is `from`; frees the cohorts of a draft.
pub(super) async fn change_state(
    conn: &mut AnyConnection,
    id: EditionId,
    from: EditionState,
    to: EditionState,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE editions SET state = $1, approved_at = CASE WHEN $1 = 'approved' THEN $2 ELSE approved_at END, \
         finished_at = CASE WHEN $1 IN ('sent', 'cancelled') THEN $2 ELSE finished_at END WHERE id = $3 AND state = $4",
    )
    .bind(to.as_str())
    .bind(ms(at))
    .bind(id.0)
    .bind(from.as_str())
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Err(refusal(conn, id, to).await?);
    }
    if from == EditionState::Draft {
        sqlx::query("DELETE FROM drafts WHERE edition = $1").bind(id.0).execute(conn).await?;
    }
    Ok(())
}

async fn refusal(conn: &mut AnyConnection, id: EditionId, to: EditionState) -> Result<StoreError, StoreError> {
    let row = sqlx::query("SELECT state FROM editions WHERE id = $1").bind(id.0).fetch_optional(conn).await?;
    Ok(match row {
        Some(row) => StoreError::MoveRefused { edition: id, from: row.word("state")?, to },
        None => StoreError::NoSuchEdition(id),
    })
}

async fn insert(conn: &mut AnyConnection, new: &NewEdition, at: DateTime<Utc>) -> Result<Created, StoreError> {
    let made = sqlx::query(
        "INSERT INTO editions (cohorts, occurrence, state, trial, as_of, frame, created_at, origin, nonce) \
         VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7, $8) ON CONFLICT (cohorts, occurrence, trial) DO NOTHING RETURNING id",
    )
    .bind(cohorts_key(&new.cohorts))
    .bind(occurrence_key(new.occurrence))
    .bind(i64::from(new.trial))
    .bind(ms(new.as_of))
    .bind(json(&new.frame)?)
    .bind(ms(at))
    .bind(name_of(&new.origin)?)
    .bind(new.nonce.as_str())
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(row) = made {
        return Ok(Created::New(EditionId(row.int("id")?)));
    }
    let row = sqlx::query("SELECT id FROM editions WHERE cohorts = $1 AND occurrence = $2 AND trial = $3")
        .bind(cohorts_key(&new.cohorts))
        .bind(occurrence_key(new.occurrence))
        .bind(i64::from(new.trial))
        .fetch_one(conn)
        .await?;
    Ok(Created::Exists(EditionId(row.int("id")?)))
}

/// Takes the cohorts for this draft; gives the draft that has one of them already.
async fn claim_cohorts(
    conn: &mut AnyConnection,
    id: EditionId,
    new: &NewEdition,
) -> Result<Option<EditionId>, StoreError> {
    // A trial's draft is in nobody's way, and nobody's in its. In order, so that two processes that want the same cohorts
    // do not wait for each other.
    let prefix = if new.trial { "trial:" } else { "" };
    for cohort in cohorts_key(&new.cohorts).split(',') {
        let cohort = format!("{prefix}{cohort}");
        let taken = sqlx::query("INSERT INTO drafts (cohort, edition) VALUES ($1, $2) ON CONFLICT (cohort) DO NOTHING")
            .bind(cohort.clone())
            .bind(id.0)
            .execute(&mut *conn)
            .await?;
        if taken.rows_affected() == 0 {
            let sql = sqlx::query("SELECT edition FROM drafts WHERE cohort = $1").bind(cohort);
            return Ok(Some(EditionId(sql.fetch_one(conn).await?.int("edition")?)));
        }
    }
    Ok(None)
}

/// Cohort ids hold no comma.
fn cohorts_key(cohorts: &[CohortId]) -> String {
    let mut ids: Vec<_> = cohorts.iter().map(CohortId::as_str).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.join(",")
}

const OCCURRENCE: &str = "%Y-%m-%dT%H:%M:%S";

fn occurrence_key(occurrence: NaiveDateTime) -> String {
    occurrence.format(OCCURRENCE).to_string()
}

fn parse_occurrence(text: &str) -> Result<NaiveDateTime, StoreError> {
    NaiveDateTime::parse_from_str(text, OCCURRENCE).map_err(|why| StoreError::unreadable("occurrence", why))
}

pub(super) fn edition(row: &AnyRow) -> Result<Edition, StoreError> {
    let cohorts = row.text("cohorts")?;
    Ok(Edition {
        id: EditionId(row.int("id")?),
        cohorts: cohorts.split(',').filter(|id| !id.is_empty()).map(|id| CohortId(id.to_owned())).collect(),
        occurrence: parse_occurrence(&row.text("occurrence")?)?,
        state: row.word("state")?,
        trial: row.flag("trial")?,
        as_of: row.instant("as_of")?,
        created_at: row.instant("created_at")?,
        approved_at: row.instant_or_null("approved_at")?,
        finished_at: row.instant_or_null("finished_at")?,
        origin: row.word("origin")?,
        held_since: row.instant_or_null("held_since")?,
        nonce: row.text("nonce")?,
    })
}
