//! Sources: how each watched place behaved, round after round.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::any::AnyRow;

use super::sql::{Columns, json, ms_or_null, outside_or_null};
use super::{Store, StoreError};
use crate::model::{SourceId, Validators};

/// The health of a source and what its next visit needs.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceState {
    pub id: SourceId,
    pub last_attempt_at: Option<DateTime<Utc>>,
    pub last_success_at: Option<DateTime<Utc>>,
    pub next_due_at: Option<DateTime<Utc>>,
    pub failures_in_a_row: u32,
    /// What the last attempt failed on; `None` when it went well.
    pub fault: Option<String>,
    pub fault_since: Option<DateTime<Utc>>,
    /// How many items its last good visit listed.
    pub items_last: Option<u32>,
    /// The day of the newest item ever seen there: a feed that stopped is told from one that says nothing new.
    pub newest_item_on: Option<NaiveDate>,
    /// By the address that was asked.
    pub validators: BTreeMap<String, Validators>,
}

impl SourceState {
    /// A source never visited.
    pub fn new(id: SourceId) -> Self {
        Self {
            id,
            last_attempt_at: None,
            last_success_at: None,
            next_due_at: None,
            failures_in_a_row: 0,
            fault: None,
            fault_since: None,
            items_last: None,
            newest_item_on: None,
            validators: BTreeMap::new(),
        }
    }
}

impl Store {
    /// A source never visited gives a fresh state.
    pub async fn source_state(&self, id: &SourceId) -> Result<SourceState, StoreError> {
        let found =
            sqlx::query("SELECT * FROM sources WHERE id = $1").bind(id.as_str()).fetch_optional(&self.pool).await?;
        found.map_or_else(|| Ok(SourceState::new(id.clone())), |row| state(&row))
    }

    /// All sources ever visited, by id; some may be gone from sources.toml.
    pub async fn source_states(&self) -> Result<Vec<SourceState>, StoreError> {
        sqlx::query("SELECT * FROM sources ORDER BY id").fetch_all(&self.pool).await?.iter().map(state).collect()
    }

    pub async fn save_source_state(&self, state: &SourceState) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO sources (id, last_attempt_at, last_success_at, next_due_at, failures_in_a_row, fault, \
             fault_since, items_last, newest_item_on, validators) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT (id) DO UPDATE SET last_attempt_at = excluded.last_attempt_at, \
             last_success_at = excluded.last_success_at, next_due_at = excluded.next_due_at, \
             failures_in_a_row = excluded.failures_in_a_row, fault = excluded.fault, \
             fault_since = excluded.fault_since, items_last = excluded.items_last, \
             newest_item_on = excluded.newest_item_on, validators = excluded.validators",
        )
        .bind(state.id.as_str())
        .bind(ms_or_null(state.last_attempt_at))
        .bind(ms_or_null(state.last_success_at))
        .bind(ms_or_null(state.next_due_at))
        .bind(i64::from(state.failures_in_a_row))
        .bind(outside_or_null(state.fault.as_deref()))
        .bind(ms_or_null(state.fault_since))
        .bind(state.items_last.map(i64::from))
        .bind(state.newest_item_on.map(|day| day.to_string()))
        .bind(json(&state.validators)?)
        .execute(tx.conn())
        .await?;
        tx.commit().await
    }
}

fn state(row: &AnyRow) -> Result<SourceState, StoreError> {
    let day = row.text_or_null("newest_item_on")?;
    Ok(SourceState {
        id: row.parsed("id", SourceId::parse)?,
        last_attempt_at: row.instant_or_null("last_attempt_at")?,
        last_success_at: row.instant_or_null("last_success_at")?,
        next_due_at: row.instant_or_null("next_due_at")?,
        failures_in_a_row: row.count("failures_in_a_row")?,
        fault: row.text_or_null("fault")?,
        fault_since: row.instant_or_null("fault_since")?,
        items_last: row.int_or_null("items_last")?.and_then(|n| u32::try_from(n).ok()),
        newest_item_on: day
            .map(|day| day.parse())
            .transpose()
            .map_err(|why| StoreError::unreadable("newest_item_on", why))?,
        validators: row.json("validators")?,
    })
}
