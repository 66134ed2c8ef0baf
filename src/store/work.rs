//! A piece of work on what was found: items, notices and corrections read and written in one commit.
//!
//! One at a time, whatever process or machine: what was read in it still stands when it is written. A round that writes
//! and a person who corrects never overwrite each other, and two rounds never make two notices of one item.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::AnyConnection;

use super::{Fingerprint, ItemRecord, Queue, Store, StoreError, StoredItem, Tx, items, journal, notices};
use crate::model::{Change, Correction, Notice, NoticeId, SourceId};

/// Dropped without [`NoticeWork::commit`], nothing happened.
pub struct NoticeWork {
    tx: Tx,
}

impl Store {
    /// Waits for its turn behind the other pieces of work.
    pub async fn notice_work(&self) -> Result<NoticeWork, StoreError> {
        Ok(NoticeWork { tx: self.write_in_turn(Queue::Notices).await? })
    }
}

impl NoticeWork {
    pub(super) fn conn(&mut self) -> &mut AnyConnection {
        self.tx.conn()
    }

    pub async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await
    }

    /// The rows of these keys in the source, the oldest first.
    pub async fn items_of_keys(&mut self, source: &SourceId, keys: &[&str]) -> Result<Vec<StoredItem>, StoreError> {
        items::of_keys(self.tx.conn(), source, keys).await
    }

    pub async fn items_of_notice(&mut self, notice: &NoticeId) -> Result<Vec<StoredItem>, StoreError> {
        items::of_notice(self.tx.conn(), notice).await
    }

    pub async fn item(&mut self, id: i64) -> Result<Option<StoredItem>, StoreError> {
        items::find(self.tx.conn(), id).await
    }

    pub async fn notice_of_item(&mut self, id: i64) -> Result<Option<NoticeId>, StoreError> {
        items::notice_of(self.tx.conn(), id).await
    }

    /// Items after the row `after` that were listed at or after `seen_from`, in order.
    pub async fn fingerprints_after(
        &mut self,
        after: i64,
        seen_from: DateTime<Utc>,
    ) -> Result<Vec<Fingerprint>, StoreError> {
        items::fingerprints(self.tx.conn(), after, seen_from, u32::MAX).await
    }

    /// The notice as it stands; a merged id gives the notice that took it in.
    pub async fn notice(&mut self, id: &NoticeId) -> Result<Option<Notice>, StoreError> {
        notices::find(self.tx.conn(), id).await
    }

    pub async fn corrections(&mut self, id: &NoticeId) -> Result<Vec<Correction>, StoreError> {
        notices::corrections(self.tx.conn(), id).await
    }

    /// Writes the notice under an id that no notice has or had, as revision 1. Returns it with that id.
    pub async fn create(&mut self, notice: Notice, at: DateTime<Utc>) -> Result<Notice, StoreError> {
        notices::create_anew(self.tx.conn(), notice, at).await
    }

    /// Writes the next revision, and what members are told of it.
    pub async fn revise(&mut self, notice: &Notice, told: &[Change], at: DateTime<Utc>) -> Result<(), StoreError> {
        notices::revise(self.tx.conn(), notice, told, at).await
    }

    /// Writes an item over the row `id`, or into a new row. Returns the row.
    pub async fn save_item(
        &mut self,
        id: Option<i64>,
        record: &ItemRecord,
        at: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        items::save(self.tx.conn(), id, record, at).await
    }

    /// These items, and their notices, were listed again at `now`.
    pub async fn touch_items(&mut self, ids: &[i64], now: DateTime<Utc>) -> Result<(), StoreError> {
        items::touch(self.tx.conn(), ids, now).await
    }

    /// Replaces an earlier correction of the same aspect.
    pub async fn correct(&mut self, id: &NoticeId, correction: &Correction) -> Result<(), StoreError> {
        notices::save_correction(self.tx.conn(), id, correction).await
    }

    pub async fn journal(
        &mut self,
        actor: &str,
        action: &str,
        subject: &str,
        detail: &Value,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        journal::write(self.tx.conn(), actor, action, subject, detail, at).await
    }
}
