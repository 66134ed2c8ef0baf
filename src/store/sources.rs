//! Sources: how each watched place behaved, round after round.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::sql::{Columns, ROWS_MAX, json, ms, ms_or_null, outside_or_null, places};
use super::{Store, StoreError};
use crate::model::{Health, SourceEvent, SourceId, Validators};

/// The health of a source and what its next visit needs.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceState {
    pub id: SourceId,
    pub last_attempt_at: Option<DateTime<Utc>>,
    pub last_success_at: Option<DateTime<Utc>>,
    /// When its list was last read whole, and not only found unchanged.
    pub last_read_at: Option<DateTime<Utc>>,
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
    pub health: Health,
}

impl SourceState {
    /// A source never visited.
    pub fn new(id: SourceId) -> Self {
        Self {
            id,
            last_attempt_at: None,
            last_success_at: None,
            last_read_at: None,
            next_due_at: None,
            failures_in_a_row: 0,
            fault: None,
            fault_since: None,
            items_last: None,
            newest_item_on: None,
            validators: BTreeMap::new(),
            health: Health::default(),
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

    /// Writes the state, and what is to be told of it, in one commit.
    pub async fn save_source_state(&self, state: &SourceState, events: &[SourceEvent]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO sources (id, last_attempt_at, last_success_at, next_due_at, failures_in_a_row, fault, \
             fault_since, items_last, newest_item_on, validators, last_read_at, health) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
             ON CONFLICT (id) DO UPDATE SET last_attempt_at = excluded.last_attempt_at, \
             last_success_at = excluded.last_success_at, next_due_at = excluded.next_due_at, \
             failures_in_a_row = excluded.failures_in_a_row, fault = excluded.fault, \
             fault_since = excluded.fault_since, items_last = excluded.items_last, \
             newest_item_on = excluded.newest_item_on, validators = excluded.validators, \
             last_read_at = excluded.last_read_at, health = excluded.health",
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
        .bind(ms_or_null(state.last_read_at))
        .bind(json(&state.health)?)
        .execute(tx.conn())
        .await?;
        for event in events {
            sqlx::query("INSERT INTO source_events (source, at, event) VALUES ($1, $2, $3)")
                .bind(event.source.as_str())
                .bind(ms(event.at))
                .bind(json(event)?)
                .execute(tx.conn())
                .await?;
        }
        tx.commit().await
    }

    /// What administrators were not told yet, the oldest first, by rows.
    pub async fn untold_events(&self) -> Result<Vec<(i64, SourceEvent)>, StoreError> {
        let rows = sqlx::query("SELECT id, event FROM source_events WHERE told_at IS NULL ORDER BY id");
        let event = |row: &AnyRow| Ok((row.int("id")?, row.json("event")?));
        rows.fetch_all(&self.pool).await?.iter().map(event).collect()
    }

    pub async fn events_told(&self, rows: &[i64], at: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for rows in rows.chunks(ROWS_MAX) {
            let sql = format!("UPDATE source_events SET told_at = $1 WHERE id IN ({})", places(2, rows.len()));
            let query = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(ms(at));
            rows.iter().fold(query, |query, row| query.bind(*row)).execute(tx.conn()).await?;
        }
        tx.commit().await
    }
}

fn state(row: &AnyRow) -> Result<SourceState, StoreError> {
    let day = row.text_or_null("newest_item_on")?;
    Ok(SourceState {
        id: row.parsed("id", SourceId::parse)?,
        last_attempt_at: row.instant_or_null("last_attempt_at")?,
        last_success_at: row.instant_or_null("last_success_at")?,
        last_read_at: row.instant_or_null("last_read_at")?,
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
        health: row.json("health")?,
    })
}
