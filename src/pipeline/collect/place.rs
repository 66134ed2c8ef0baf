//! Where an item belongs: a notice never seen, one that another item shows, or a revision of its own.
//!
//! All of it within one piece of work of the store: the corrections, items and notices that are read here still stand
//! when the commit comes.

use chrono::{DateTime, Utc};

use super::absorb::Absorbed;
use super::known::{Known, parse};
use super::visit::Found;
use crate::model::{Change, Notice, NoticeId, Source, Understanding};
use crate::pipeline::notices::piece;
use crate::pipeline::{App, entries};
use crate::store::{ItemRecord, NoticeWork, StoreError, StoredItem};
use crate::understand::sameness::{CampaignYear, Fingerprint, Sameness, compare};
use crate::understand::{Input, Piece, Standing, assemble};

/// An item understood, on its way to a notice.
pub(super) struct New {
    found: Found,
    understanding: Understanding,
    fingerprint: Fingerprint,
}

impl New {
    pub fn read(app: &App, source: &Source, found: Found) -> Self {
        let input = Input::of(&found.item, source);
        let understanding = entries::understand(&app.reader, &found.item, source);
        let fingerprint = Fingerprint::of(&input, &understanding);
        Self { found, understanding, fingerprint }
    }

    pub fn key(&self) -> &str {
        self.found.item.key()
    }

    fn piece(&self) -> Piece<'_> {
        Piece { item: &self.found.item, understanding: &self.understanding }
    }

    fn year(&self) -> Option<i32> {
        self.fingerprint.year().map(|year| match year {
            CampaignYear::Written(year) | CampaignYear::Dated(year) => year,
        })
    }

    /// The row it is written to: over `stored`, or one more campaign of the same address.
    fn record(self, notice: NoticeId, stored: Option<&StoredItem>, rows: &[StoredItem]) -> ItemRecord {
        let (campaign_year, campaign_nth) = match stored {
            Some(stored) => (stored.record.campaign_year, stored.record.campaign_nth),
            None => {
                let year = self.year();
                let of_that_year = rows.iter().filter(|row| row.record.campaign_year == year);
                (year, of_that_year.map(|row| row.record.campaign_nth + 1).max().unwrap_or(0))
            }
        };
        let New { found, understanding, fingerprint } = self;
        ItemRecord {
            source: found.item.source.clone(),
            key: found.item.key().to_owned(),
            campaign_year,
            campaign_nth,
            url: found.item.url.clone(),
            list_hash: found.list_hash,
            content_hash: found.content_hash,
            notice,
            sameness: serde_json::to_string(&fingerprint).unwrap_or_default(),
            item: found.item,
            understanding,
            detail_validators: found.detail_validators,
        }
    }
}

pub(super) struct Place<'a> {
    pub app: &'a App,
    pub source: &'a Source,
    pub work: NoticeWork,
    pub known: Known,
    pub now: DateTime<Utc>,
    pub absorbed: &'a mut Absorbed,
    /// Rows whose notices were seen again.
    pub touched: Vec<i64>,
}

impl Place<'_> {
    /// `rows`: what its address showed so far, the latest last.
    pub async fn put(&mut self, new: New, rows: &[StoredItem]) -> Result<(), StoreError> {
        let Some(stored) = rows.last() else { return self.first_time(new, rows, None).await };
        let was = &stored.record;
        if was.content_hash == new.found.content_hash && was.list_hash == new.found.list_hash {
            // Another process was quicker.
            self.absorbed.unchanged += 1;
            self.touched.push(stored.id);
            return Ok(());
        }
        // A file that an administrator keeps is one notice, whatever is changed in it.
        if new.found.item.fields.stated.is_some() {
            return self.again(new, stored, Sameness::Same).await;
        }
        let sameness = parse(&was.sameness).map_or(Sameness::Unsure, |before| compare(&before, &new.fingerprint));
        match sameness {
            // The address is used again: what it showed before stays as it was.
            Sameness::NextCampaign | Sameness::Different => self.first_time(new, rows, Some(&was.notice)).await,
            Sameness::Same | Sameness::Unsure => self.again(new, stored, sameness).await,
        }
    }

    /// An item that reads differently: a revision of its notice.
    async fn again(&mut self, new: New, stored: &StoredItem, sameness: Sameness) -> Result<(), StoreError> {
        let Some(previous) = self.work.notice(&stored.record.notice).await? else {
            return self.first_time(new, std::slice::from_ref(stored), None).await;
        };
        let items = self.work.items_of_notice(&previous.id).await?;
        let pieces: Vec<Piece<'_>> =
            items.iter().map(|item| if item.id == stored.id { new.piece() } else { piece(item) }).collect();
        let next = self.assembled(&previous, &pieces).await?;
        if next.revision == previous.revision {
            self.absorbed.unchanged += 1;
        } else {
            // Another site that disagrees is no news; the one that leads is, when it surely speaks of the same call.
            let leads = items.first().is_none_or(|item| item.id == stored.id);
            let is_news = leads && sameness == Sameness::Same;
            let told = if is_news { self.changes(&previous, &items, stored, &next).await? } else { Vec::new() };
            self.work.revise(&next, &told, self.now).await?;
            self.absorbed.changed += 1;
        }
        self.save(new, previous.id, Some(stored), &[]).await
    }

    /// What the site changed, and not what is read better today than when it was stored: both sides are read by today's
    /// reader and by today's entry of sources.toml.
    async fn changes(
        &mut self,
        previous: &Notice,
        items: &[StoredItem],
        stored: &StoredItem,
        next: &Notice,
    ) -> Result<Vec<Change>, StoreError> {
        let old = &stored.record.item;
        let understanding = entries::understand(&self.app.reader, old, self.source);
        let old = Piece { item: old, understanding: &understanding };
        let pieces: Vec<Piece<'_>> =
            items.iter().map(|item| if item.id == stored.id { old } else { piece(item) }).collect();
        let before = self.assembled(previous, &pieces).await?;
        Ok(before.changes_to(next, self.now))
    }

    /// An item unknown so far: it shows a notice that another item shows, or a new one. Never `not`: its address showed
    /// another call there.
    async fn first_time(&mut self, new: New, rows: &[StoredItem], not: Option<&NoticeId>) -> Result<(), StoreError> {
        let Some(previous) = self.same(&new.fingerprint, not).await? else {
            let standing = Standing::new(self.now);
            let Some(notice) = assemble(&standing, &[new.piece()]) else { return Ok(()) };
            let notice = self.work.create(notice, self.now).await?;
            *self.absorbed.new.entry(notice.kind).or_default() += 1;
            return self.save(new, notice.id, None, rows).await;
        };
        let items = self.work.items_of_notice(&previous.id).await?;
        let pieces: Vec<Piece<'_>> = items.iter().map(piece).chain([new.piece()]).collect();
        let next = self.assembled(&previous, &pieces).await?;
        if next.revision != previous.revision {
            self.work.revise(&next, &[], self.now).await?;
        }
        self.absorbed.joined += 1;
        self.save(new, previous.id, None, rows).await
    }

    /// The notice that another item already shows.
    async fn same(&mut self, of: &Fingerprint, not: Option<&NoticeId>) -> Result<Option<Notice>, StoreError> {
        for row in self.known.same(of) {
            if let Some(id) = self.work.notice_of_item(row).await?
                && let Some(notice) = self.work.notice(&id).await?
                && not != Some(&notice.id)
            {
                return Ok(Some(notice));
            }
        }
        Ok(None)
    }

    async fn assembled(&mut self, previous: &Notice, pieces: &[Piece<'_>]) -> Result<Notice, StoreError> {
        let corrections = self.work.corrections(&previous.id).await?;
        let standing = Standing { last_seen: self.now, ..Standing::of(previous, &corrections) };
        Ok(assemble(&standing, pieces).unwrap_or_else(|| previous.clone()))
    }

    async fn save(
        &mut self,
        new: New,
        notice: NoticeId,
        stored: Option<&StoredItem>,
        rows: &[StoredItem],
    ) -> Result<(), StoreError> {
        let fingerprint = new.fingerprint.clone();
        let record = new.record(notice, stored, rows);
        let row = self.work.save_item(stored.map(|stored| stored.id), &record, self.now).await?;
        self.known.remember(row, fingerprint);
        self.touched.push(row);
        Ok(())
    }
}
