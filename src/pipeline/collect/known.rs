//! The items that a new one may be the same as: those listed lately, by what tells them apart.
//!
//! Loaded when a round first has something new, never by a round that has not. What other processes add is caught up with
//! before each piece of work, so that two machines do not make two notices of one call.

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::{Fingerprint as Row, NoticeWork, Store, StoreError};
use crate::understand::sameness::{Fingerprint, Sameness, SamenessIndex, compare};

/// What no list showed for longer is over, and its next campaign is another notice anyway.
const LISTED_DAYS_MAX: i64 = 400;
/// Read at a time: their text form is not kept.
const BATCH_ROWS: u32 = 1_000;

#[derive(Default)]
pub(super) struct Known {
    index: SamenessIndex<usize>,
    items: Vec<(i64, Fingerprint)>,
    /// The last row read.
    last: i64,
}

impl Known {
    /// Reads what is stored, batch by batch.
    pub async fn load(store: &Store, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let mut known = Self::default();
        loop {
            let rows = store.fingerprints_after(known.last, listed_from(now), BATCH_ROWS).await?;
            let is_last = rows.len() < BATCH_ROWS as usize;
            known.take(rows);
            if is_last {
                return Ok(known);
            }
        }
    }

    /// What was written since, by whomever.
    pub async fn catch_up(&mut self, work: &mut NoticeWork, now: DateTime<Utc>) -> Result<(), StoreError> {
        let rows = work.fingerprints_after(self.last, listed_from(now)).await?;
        self.take(rows);
        Ok(())
    }

    fn take(&mut self, rows: Vec<Row>) {
        for row in rows {
            self.last = row.item;
            if let Some(fingerprint) = parse(&row.sameness) {
                self.remember(row.item, fingerprint);
            }
        }
    }

    pub fn remember(&mut self, item: i64, fingerprint: Fingerprint) {
        self.index.add(self.items.len(), &fingerprint);
        self.items.push((item, fingerprint));
        self.last = self.last.max(item);
    }

    /// The rows of items that show the same notice, the likeliest first.
    pub fn same(&self, fingerprint: &Fingerprint) -> Vec<i64> {
        let candidates = self.index.candidates(fingerprint);
        let known = candidates.into_iter().filter_map(|n| self.items.get(n));
        known.filter(|(_, known)| compare(known, fingerprint) == Sameness::Same).map(|(item, _)| *item).collect()
    }
}

fn listed_from(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::days(LISTED_DAYS_MAX)
}

pub(super) fn parse(sameness: &str) -> Option<Fingerprint> {
    serde_json::from_str(sameness).ok()
}
