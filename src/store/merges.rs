//! Notices taken for one, and told apart again. An id that was given resolves for ever, either way.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::sql::{Columns, ROWS_MAX, places};
use super::{NoticeWork, Store, StoreError};
use crate::model::NoticeId;

impl Store {
    /// Merged ids, the notices that took them in, and the revision that the merge left these at: what they announced
    /// before belongs to another history.
    pub async fn aliases(&self) -> Result<HashMap<NoticeId, (NoticeId, u32)>, StoreError> {
        let sql = "SELECT id, merged_into, COALESCE(merged_revision, 1) AS revision FROM notices \
                   WHERE merged_into IS NOT NULL";
        let rows = sqlx::query(sql).fetch_all(&self.pool).await?;
        let alias = |row: &AnyRow| {
            Ok((NoticeId(row.text("id")?), (NoticeId(row.text("merged_into")?), row.count("revision")?)))
        };
        rows.iter().map(alias).collect()
    }
}

impl NoticeWork {
    /// `from` becomes a name of `into`: its items go over and, where `into` has none, copies of its corrections. Its own
    /// stay for the day it is told apart again.
    pub async fn merge(&mut self, from: &NoticeId, into: &NoticeId) -> Result<(), StoreError> {
        let conn = self.conn();
        for id in [from, into] {
            let row = sqlx::query("SELECT id FROM notices WHERE id = $1 AND merged_into IS NULL").bind(id.as_str());
            if row.fetch_optional(&mut *conn).await?.is_none() || from == into {
                return Err(StoreError::NoSuchNotice(id.clone()));
            }
        }
        for sql in [
            "UPDATE items SET notice = $2 WHERE notice = $1",
            "UPDATE notices SET merged_into = $2, merged_revision = NULL WHERE id = $1 OR merged_into = $1",
            "INSERT INTO corrections (notice, aspect, correction) SELECT $2, aspect, correction FROM corrections AS old \
             WHERE old.notice = $1 AND NOT EXISTS (SELECT 1 FROM corrections AS new WHERE new.notice = $2 AND new.aspect = old.aspect)",
            "UPDATE notices SET first_seen = (SELECT MIN(first_seen) FROM notices WHERE id IN ($1, $2)) WHERE id = $2",
        ] {
            sqlx::query(sql).bind(from.as_str()).bind(into.as_str()).execute(&mut *conn).await?;
        }
        Ok(())
    }

    /// What was merged into `into` since it was last sealed was merged at this revision.
    pub async fn seal_merge(&mut self, into: &NoticeId, revision: u32) -> Result<(), StoreError> {
        let sql = "UPDATE notices SET merged_revision = $2 WHERE merged_into = $1 AND merged_revision IS NULL";
        sqlx::query(sql).bind(into.as_str()).bind(i64::from(revision)).execute(self.conn()).await?;
        Ok(())
    }

    /// The merged id `from` is a notice again, with the items that were found as it. The copies of its corrections are
    /// taken off the notice it was merged into.
    pub async fn unmerge(&mut self, from: &NoticeId, into: &NoticeId) -> Result<(), StoreError> {
        let conn = self.conn();
        for sql in [
            "UPDATE notices SET merged_into = NULL, merged_revision = NULL WHERE id = $1 AND merged_into = $2",
            "UPDATE items SET notice = $1 WHERE found_as = $1 AND notice = $2",
            "DELETE FROM corrections WHERE notice = $2 AND EXISTS (SELECT 1 FROM corrections AS own \
             WHERE own.notice = $1 AND own.aspect = corrections.aspect AND own.correction = corrections.correction)",
        ] {
            sqlx::query(sql).bind(from.as_str()).bind(into.as_str()).execute(&mut *conn).await?;
        }
        Ok(())
    }

    /// These items are another notice's, as if they had been found so.
    pub async fn give_items(&mut self, rows: &[i64], notice: &NoticeId) -> Result<(), StoreError> {
        give(self.conn(), rows, notice).await
    }
}

async fn give(conn: &mut AnyConnection, rows: &[i64], notice: &NoticeId) -> Result<(), StoreError> {
    for rows in rows.chunks(ROWS_MAX) {
        let sql = format!("UPDATE items SET notice = $1, found_as = $1 WHERE id IN ({})", places(2, rows.len()));
        let query = sqlx::query(AssertSqlSafe(sql)).bind(notice.as_str().to_owned());
        rows.iter().fold(query, |query, row| query.bind(*row)).execute(&mut *conn).await?;
    }
    Ok(())
}
