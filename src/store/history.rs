//! History: what was shown, or may have been shown, to each member. Ids only: contents are shared and read once.
//!
//! 100,000 members with 100 editions are ten million rows: each member's come as one short text, out of an index.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::AssertSqlSafe;

use super::sql::{Columns, ROWS_MAX, places};
use super::{FrozenDigest, Store, StoreError};
use crate::model::{EditionId, MemberId};

/// A frozen digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DigestId(pub i64);

/// One digest that a member was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    pub digest: DigestId,
    pub edition: EditionId,
    pub as_of: DateTime<Utc>,
}

impl Store {
    pub async fn frozen_digest(&self, id: DigestId) -> Result<Option<FrozenDigest>, StoreError> {
        let row = sqlx::query("SELECT hash, content FROM digests WHERE id = $1").bind(id.0);
        let Some(row) = row.fetch_optional(&self.pool).await? else { return Ok(None) };
        Ok(Some(FrozenDigest { content: row.json("content")?, hash: row.text("hash")? }))
    }

    /// The contents of these digests; ids that do not exist are left out.
    pub async fn digests(&self, ids: &[DigestId]) -> Result<HashMap<DigestId, Value>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(ROWS_MAX) {
            let sql = format!("SELECT id, content FROM digests WHERE id IN ({})", places(1, ids.len()));
            let query = ids.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| query.bind(id.0));
            for row in query.fetch_all(&self.pool).await? {
                found.insert(DigestId(row.int("id")?), row.json("content")?);
            }
        }
        Ok(found)
    }

    /// All digests frozen for an edition.
    pub async fn digests_of_edition(&self, edition: EditionId) -> Result<HashMap<DigestId, Value>, StoreError> {
        let rows = sqlx::query("SELECT id, content FROM digests WHERE edition = $1").bind(edition.0);
        let mut found = HashMap::new();
        for row in rows.fetch_all(&self.pool).await? {
            found.insert(DigestId(row.int("id")?), row.json("content")?);
        }
        Ok(found)
    }

    /// What each member was shown in editions that were no trial, the oldest first; members without any are left out.
    ///
    /// Sent, in flight, in doubt or held after a doubt all count: "new" means never shown, and who may have seen a
    /// notice is not told that it is new.
    pub async fn histories(&self, members: &[MemberId]) -> Result<HashMap<MemberId, Vec<Shown>>, StoreError> {
        let editions = self.shown_editions().await?;
        let mut all = HashMap::with_capacity(members.len());
        for members in members.chunks(ROWS_MAX) {
            let sql = format!(
                "SELECT member, string_agg(CAST(edition AS TEXT) || ':' || CAST(digest AS TEXT), ',') AS shown \
                 FROM deliveries WHERE member IN ({}) AND digest IS NOT NULL \
                 AND (state IN ('sent', 'attempting', 'uncertain', 'held') OR doubts > 0) GROUP BY member",
                places(1, members.len())
            );
            let query = members.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| query.bind(id.0));
            for row in query.fetch_all(&self.pool).await? {
                let mut shown: Vec<_> =
                    row.text("shown")?.split(',').filter_map(|pair| shown(pair, &editions)).collect();
                shown.sort_by_key(|shown| (shown.as_of, shown.edition));
                if !shown.is_empty() {
                    all.insert(MemberId(row.int("member")?), shown);
                }
            }
        }
        Ok(all)
    }

    async fn shown_editions(&self) -> Result<HashMap<EditionId, DateTime<Utc>>, StoreError> {
        let rows = sqlx::query("SELECT id, as_of FROM editions WHERE trial = 0").fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((EditionId(row.int("id")?), row.instant("as_of")?))).collect()
    }
}

/// `edition:digest`; `None` for a trial.
fn shown(pair: &str, editions: &HashMap<EditionId, DateTime<Utc>>) -> Option<Shown> {
    let (edition, digest) = pair.split_once(':')?;
    let edition = EditionId(edition.parse().ok()?);
    Some(Shown { digest: DigestId(digest.parse().ok()?), edition, as_of: *editions.get(&edition)? })
}
