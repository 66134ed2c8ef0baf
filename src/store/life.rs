//! The life of a database: beats counted as mails leave, by which an older copy is known, and what is held after one.
//!
//! A copy made by [`Store::backup`] carries a mark. One made by `cp` or `pg_dump` does not: but it has fewer beats than the
//! machine that wrote the original remembers. It refuses to know where the machine remembers.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::sql::{Columns, ms};
use super::{Store, StoreError, Tx};
use crate::model::EditionId;

/// Which database, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// Drawn at random with the first beat.
    pub id: String,
    pub beats: i64,
}

/// The stretch of civil time of which a restored database knows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// When the copy was taken, or the last beat it knows of.
    pub from: DateTime<Utc>,
    /// When it was noticed.
    pub until: DateTime<Utc>,
}

/// The mark that only copies carry.
pub(super) const COPY_OF: &str = "copy-taken-at";
const ID: &str = "life.id";
const BEATS: &str = "life.beats";
/// Civil time of the last beat.
const BEAT_AT: &str = "life.beat-at";
const GAP_FROM: &str = "restored.from";
const GAP_UNTIL: &str = "restored.until";

impl Store {
    /// `None` before the first beat.
    pub async fn life(&self) -> Result<Option<Life>, StoreError> {
        let Some(id) = self.meta(ID).await? else { return Ok(None) };
        Ok(Some(Life { id, beats: self.meta_number(BEATS).await?.unwrap_or(0) }))
    }

    /// One beat more, durable before it returns.
    pub async fn beat(&self, civil: DateTime<Utc>) -> Result<Life, StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(ID)
            .bind(format!("{:032x}", rand::random::<u128>()))
            .execute(tx.conn())
            .await?;
        sqlx::query(
            "INSERT INTO meta (name, value) VALUES ($1, '1') \
             ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)",
        )
        .bind(BEATS)
        .execute(tx.conn())
        .await?;
        put(tx.conn(), BEAT_AT, ms(civil)).await?;
        let id = sqlx::query("SELECT value FROM meta WHERE name = $1").bind(ID).fetch_one(tx.conn()).await?;
        let beats = sqlx::query("SELECT value FROM meta WHERE name = $1").bind(BEATS).fetch_one(tx.conn()).await?;
        let life = Life { id: id.text("value")?, beats: number(BEATS, &beats.text("value")?)? };
        tx.commit().await?;
        Ok(life)
    }

    /// When the backup that this database was restored from was taken; `None` when it is none, or once
    /// [`Store::hold_after_restore`] was called.
    pub async fn restored_from(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.meta_instant(COPY_OF).await
    }

    /// The last instant of which this database knows that mails left.
    pub async fn last_beat_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.meta_instant(BEAT_AT).await
    }

    /// The database is an older one: every open edition waits for a person, those under way are paused, and the mark is
    /// gone. `beats_min` is what the machine remembers. Returns the editions held.
    pub async fn hold_after_restore(
        &self,
        gap: Gap,
        beats_min: i64,
        now: DateTime<Utc>,
    ) -> Result<Vec<EditionId>, StoreError> {
        let beats = self.meta_number(BEATS).await?.unwrap_or(0).max(beats_min);
        let mut tx = self.write().await?;
        let held = hold_open_editions(&mut tx, now).await?;
        put(tx.conn(), GAP_FROM, ms(gap.from)).await?;
        put(tx.conn(), GAP_UNTIL, ms(gap.until)).await?;
        put(tx.conn(), BEATS, beats).await?;
        sqlx::query("DELETE FROM meta WHERE name = $1").bind(COPY_OF).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(held)
    }

    /// What the database does not know of, when it was ever restored.
    pub async fn gap(&self) -> Result<Option<Gap>, StoreError> {
        let (from, until) = (self.meta_instant(GAP_FROM).await?, self.meta_instant(GAP_UNTIL).await?);
        Ok(from.zip(until).map(|(from, until)| Gap { from, until }))
    }

    /// A person has looked: this edition may go on.
    pub async fn release_edition(&self, id: EditionId) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE editions SET held_since = NULL WHERE id = $1").bind(id.0).execute(tx.conn()).await?;
        tx.commit().await
    }

    async fn meta_number(&self, name: &str) -> Result<Option<i64>, StoreError> {
        self.meta(name).await?.map(|value| number(name, &value)).transpose()
    }

    async fn meta_instant(&self, name: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(self.meta_number(name).await?.and_then(DateTime::from_timestamp_millis))
    }
}

async fn hold_open_editions(tx: &mut Tx, now: DateTime<Utc>) -> Result<Vec<EditionId>, StoreError> {
    let rows = sqlx::query(
        "UPDATE editions SET held_since = $1, state = CASE WHEN state IN ('approved', 'sending') THEN 'paused' ELSE state END \
         WHERE state IN ('draft', 'approved', 'sending', 'paused') RETURNING id",
    )
    .bind(ms(now))
    .fetch_all(tx.conn())
    .await?;
    let mut held = rows.iter().map(|row| Ok(EditionId(row.int("id")?))).collect::<Result<Vec<_>, StoreError>>()?;
    held.sort();
    Ok(held)
}

pub(super) async fn put(conn: &mut AnyConnection, name: &str, value: i64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value.to_string())
    .execute(conn)
    .await?;
    Ok(())
}

fn number(name: &str, value: &str) -> Result<i64, StoreError> {
    value.parse().map_err(|why| StoreError::unreadable(name, why))
}

#[cfg(test)]
impl Store {
    /// An edition's frame that nothing can read.
    pub async fn break_frame_for_tests(&self, id: EditionId) {
        sqlx::query("UPDATE editions SET frame = '{}' WHERE id = $1").bind(id.0).execute(&self.pool).await.unwrap();
    }

    /// The database as it was when it had so many beats and this edition was approved.
    pub async fn rewind_for_tests(&self, id: EditionId, beats: i64) {
        let mut tx = self.write().await.unwrap();
        put(tx.conn(), BEATS, beats).await.unwrap();
        for sql in [
            "UPDATE editions SET state = 'approved', finished_at = NULL WHERE id = $1",
            "UPDATE deliveries SET state = 'queued', attempts = 0, fence = 0, next_attempt_at = 0 WHERE edition = $1",
        ] {
            sqlx::query(sql).bind(id.0).execute(tx.conn()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}
