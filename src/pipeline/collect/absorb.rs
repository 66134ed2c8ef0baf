//! What a visit found becomes notices: understood, told from what is known, written together.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::known::Known;
use super::place::{New, Place};
use super::visit::{Found, Seen};
use crate::model::{Kind, Source};
use crate::pipeline::App;
use crate::store::{ItemHead, StoreError, StoredItem};

/// What became of a source's items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Absorbed {
    /// Notices never seen before, by kind.
    pub new: BTreeMap<Kind, usize>,
    /// Items of notices that another site, or another item, had shown already.
    pub joined: usize,
    /// Notices that read differently now.
    pub changed: usize,
    pub unchanged: usize,
}

impl Absorbed {
    pub fn new_count(&self) -> usize {
        self.new.values().sum()
    }
}

/// Items written in one commit: one sync to disk for all of them.
const BATCH_ITEMS: usize = 50;

pub(in crate::pipeline) struct Absorber<'a> {
    app: &'a App,
    /// `None` until something new is found.
    known: Option<Known>,
}

impl<'a> Absorber<'a> {
    pub fn new(app: &'a App) -> Self {
        Self { app, known: None }
    }

    /// What is still listed was seen again.
    pub async fn touch(&self, seen: &[ItemHead], now: DateTime<Utc>) -> Result<(), StoreError> {
        let items: Vec<i64> = seen.iter().map(|head| head.id).collect();
        self.app.store.touch_items(&items, now).await
    }

    pub async fn absorb(
        &mut self,
        source: &Source,
        seen: Vec<Seen>,
        now: DateTime<Utc>,
    ) -> Result<Absorbed, StoreError> {
        let mut absorbed = Absorbed::default();
        let mut unchanged = Vec::new();
        let mut found = Vec::new();
        for seen in seen {
            match seen {
                Seen::Unchanged(head) => unchanged.push(head),
                Seen::Read(read) => found.push(*read),
            }
            if found.len() >= BATCH_ITEMS {
                self.write(source, std::mem::take(&mut found), now, &mut absorbed).await?;
            }
        }
        self.write(source, found, now, &mut absorbed).await?;
        absorbed.unchanged += unchanged.len();
        self.touch(&unchanged, now).await?;
        Ok(absorbed)
    }

    /// One commit. What could not be committed is forgotten, and read again when it is needed.
    async fn write(
        &mut self,
        source: &Source,
        found: Vec<Found>,
        now: DateTime<Utc>,
        absorbed: &mut Absorbed,
    ) -> Result<(), StoreError> {
        if found.is_empty() {
            return Ok(());
        }
        let mut known = match self.known.take() {
            Some(known) => known,
            None => Known::load(&self.app.store, now).await?,
        };
        let new = understood(self.app, source, found);
        let mut work = self.app.store.notice_work().await?;
        known.catch_up(&mut work, now).await?;
        // Read now, not when the round began: another process may have written them since.
        let keys: Vec<&str> = new.iter().map(New::key).collect();
        let mut rows: HashMap<String, Vec<StoredItem>> = HashMap::new();
        for row in work.items_of_keys(&source.id, &keys).await? {
            rows.entry(row.record.key.clone()).or_default().push(row);
        }
        let mut place = Place { app: self.app, source, work, known, now, absorbed, touched: Vec::new() };
        for new in new {
            let rows = rows.remove(new.key()).unwrap_or_default();
            place.put(new, &rows).await?;
        }
        let Place { mut work, known, touched, .. } = place;
        work.touch_items(&touched, now).await?;
        work.commit().await?;
        self.known = Some(known);
        Ok(())
    }
}

/// Fewer items are not worth another thread.
const ITEMS_FOR_A_THREAD: usize = 10;

/// Understands items on all processors: it is most of a first round's work. Their order stays.
fn understood(app: &App, source: &Source, found: Vec<Found>) -> Vec<New> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = found.len().div_ceil(processors).max(ITEMS_FOR_A_THREAD);
    let read =
        move |found: Vec<Found>| -> Vec<New> { found.into_iter().map(|one| New::read(app, source, one)).collect() };
    let mut shares: Vec<Vec<Found>> = Vec::new();
    let mut found = found.into_iter().peekable();
    while found.peek().is_some() {
        shares.push(found.by_ref().take(share).collect());
    }
    let Some(last) = shares.pop() else { return Vec::new() };
    std::thread::scope(|scope| {
        let others: Vec<_> = shares.into_iter().map(|share| scope.spawn(move || read(share))).collect();
        let last = read(last);
        // A panic is not ours to hide.
        let joined = others.into_iter().map(|other| other.join().unwrap_or_else(|why| std::panic::resume_unwind(why)));
        joined.flatten().chain(last).collect()
    })
}
