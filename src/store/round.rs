//! A part of a round: items with their notices, written together in one commit.

use chrono::{DateTime, Utc};

use super::{ItemRecord, Store, StoreError, items, notices};
use crate::model::{Change, Notice};

/// One item found, and what becomes of its notice.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemWrite {
    /// `Some` for an item known by its row; `None` finds it by source, key and campaign year, or makes it.
    pub id: Option<i64>,
    pub record: ItemRecord,
    pub notice: NoticeWrite,
}

#[derive(Clone, Debug, PartialEq)]
pub enum NoticeWrite {
    /// It says what it said: only seen again.
    Same,
    /// Never seen before: revision 1.
    New(Box<Notice>),
    /// The next revision, and the changes that members are told of (none when nothing is announced).
    Revised { notice: Box<Notice>, announced: Vec<Change> },
}

impl Store {
    /// Writes all of them or none, in order, in one commit. Returns the items' ids in the same order.
    ///
    /// Call it every few dozen items: one sync to disk for all.
    pub async fn save_round_part(&self, writes: &[ItemWrite], at: DateTime<Utc>) -> Result<Vec<i64>, StoreError> {
        let mut tx = self.write().await?;
        let mut ids = Vec::with_capacity(writes.len());
        for write in writes {
            match &write.notice {
                NoticeWrite::Same => notices::touch(tx.conn(), std::slice::from_ref(&write.record.notice), at).await?,
                NoticeWrite::New(notice) => notices::create(tx.conn(), notice, at).await?,
                NoticeWrite::Revised { notice, announced } => {
                    notices::revise(tx.conn(), notice, announced, at).await?;
                }
            }
            ids.push(items::save(tx.conn(), write.id, &write.record, at).await?);
        }
        tx.commit().await?;
        Ok(ids)
    }
}
