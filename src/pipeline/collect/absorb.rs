//! What a visit found becomes notices: understood, told from what is known, written together.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::visit::{Found, Seen};
use crate::model::{Correction, Kind, Notice, NoticeId, Source, Understanding};
use crate::pipeline::notices::piece;
use crate::pipeline::{App, Trouble};
use crate::store::{ItemHead, ItemRecord, ItemWrite, NoticeWrite, StoredItem};
use crate::understand::sameness::{CampaignYear, Fingerprint, Sameness, SamenessIndex, compare};
use crate::understand::{Input, Piece, Standing, assemble};

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

pub(super) struct Absorber<'a> {
    app: &'a App,
    /// Every known item, for the index below to point at.
    known: Vec<(NoticeId, Fingerprint)>,
    index: SamenessIndex<usize>,
    corrections: HashMap<NoticeId, Vec<Correction>>,
    waiting: Vec<ItemWrite>,
    /// Notices that `waiting` writes: they must be on disk before they are read again.
    waiting_for: HashSet<NoticeId>,
}

impl<'a> Absorber<'a> {
    pub async fn open(app: &'a App) -> Result<Self, Trouble> {
        let mut absorber = Self {
            app,
            known: Vec::new(),
            index: SamenessIndex::new(),
            corrections: app.store.all_corrections().await?,
            waiting: Vec::new(),
            waiting_for: HashSet::new(),
        };
        for stored in app.store.all_fingerprints().await? {
            if let Some(fingerprint) = parse(&stored.sameness) {
                absorber.remember(stored.notice, fingerprint);
            }
        }
        Ok(absorber)
    }

    fn remember(&mut self, notice: NoticeId, fingerprint: Fingerprint) {
        self.index.add(self.known.len(), &fingerprint);
        self.known.push((notice, fingerprint));
    }

    /// The notice that another item already shows.
    fn same(&self, fingerprint: &Fingerprint) -> Option<NoticeId> {
        let candidates = self.index.candidates(fingerprint);
        let mut known = candidates.into_iter().filter_map(|n| self.known.get(n));
        known.find(|(_, known)| compare(known, fingerprint) == Sameness::Same).map(|(notice, _)| notice.clone())
    }

    /// What is still listed was seen again.
    pub async fn touch(&mut self, seen: &[ItemHead], now: DateTime<Utc>) -> Result<(), Trouble> {
        let items: Vec<i64> = seen.iter().map(|head| head.id).collect();
        let notices: Vec<NoticeId> = seen.iter().map(|head| head.notice.clone()).collect();
        self.app.store.touch_items(&items, now).await?;
        self.app.store.touch_notices(&notices, now).await?;
        Ok(())
    }

    pub async fn absorb(&mut self, source: &Source, seen: Vec<Seen>, now: DateTime<Utc>) -> Result<Absorbed, Trouble> {
        let mut absorbed = Absorbed::default();
        let mut unchanged = Vec::new();
        for seen in seen {
            match seen {
                Seen::Unchanged(head) => unchanged.push(head),
                Seen::Read(found) => self.take(source, *found, now, &mut absorbed).await?,
            }
            if self.waiting.len() >= BATCH_ITEMS {
                self.flush(now).await?;
            }
        }
        self.flush(now).await?;
        absorbed.unchanged += unchanged.len();
        self.touch(&unchanged, now).await?;
        Ok(absorbed)
    }

    async fn flush(&mut self, now: DateTime<Utc>) -> Result<(), Trouble> {
        if !self.waiting.is_empty() {
            self.app.store.save_round_part(&self.waiting, now).await?;
            self.waiting.clear();
            self.waiting_for.clear();
        }
        Ok(())
    }

    async fn take(
        &mut self,
        source: &Source,
        found: Found,
        now: DateTime<Utc>,
        absorbed: &mut Absorbed,
    ) -> Result<(), Trouble> {
        let input = Input::of(&found.item, source);
        let understanding = self.app.reader.read(&input);
        let fingerprint = Fingerprint::of(&input, &understanding);
        let piece = New { found, understanding, fingerprint };
        match piece.found.head.clone() {
            Some(head) => self.known_item(piece, head, now, absorbed).await,
            None => self.new_item(piece, now, absorbed).await,
        }
    }

    /// An item that reads differently: a revision of its notice, or next year's campaign at the same address.
    async fn known_item(
        &mut self,
        new: New,
        head: ItemHead,
        now: DateTime<Utc>,
        absorbed: &mut Absorbed,
    ) -> Result<(), Trouble> {
        self.settle(&head.notice, now).await?;
        let items = self.app.store.items_of_notice(&head.notice).await?;
        let stored = items.iter().find(|item| item.id == head.id);
        let before = stored.and_then(|item| parse(&item.record.sameness));
        if before.is_some_and(|before| compare(&before, &new.fingerprint) == Sameness::NextCampaign) {
            return self.new_notice(new, now, absorbed).await;
        }
        let Some(previous) = self.app.store.notice(&head.notice).await? else {
            return self.new_notice(new, now, absorbed).await;
        };
        let leads = items.first().is_none_or(|item| item.id == head.id);
        let pieces: Vec<Piece<'_>> =
            items.iter().map(|item| if item.id == head.id { new.piece() } else { piece(item) }).collect();
        let Some(next) = self.assembled(&previous, &pieces, now) else { return Ok(()) };
        // Another site that disagrees is no news; the one that leads is.
        let announced = if leads { previous.changes_to(&next, now) } else { Vec::new() };
        absorbed.changed += usize::from(next.revision != previous.revision);
        absorbed.unchanged += usize::from(next.revision == previous.revision);
        let write = revision_write(&previous, next, announced);
        self.queue(Some(head.id), new, previous.id, head.campaign_year, write);
        Ok(())
    }

    async fn new_item(&mut self, new: New, now: DateTime<Utc>, absorbed: &mut Absorbed) -> Result<(), Trouble> {
        let Some(id) = self.same(&new.fingerprint) else {
            return self.new_notice(new, now, absorbed).await;
        };
        self.settle(&id, now).await?;
        let Some(previous) = self.app.store.notice(&id).await? else {
            return self.new_notice(new, now, absorbed).await;
        };
        let items: Vec<StoredItem> = self.app.store.items_of_notice(&previous.id).await?;
        let pieces: Vec<Piece<'_>> = items.iter().map(piece).chain([new.piece()]).collect();
        let Some(next) = self.assembled(&previous, &pieces, now) else { return Ok(()) };
        absorbed.joined += 1;
        let write = revision_write(&previous, next, Vec::new());
        let year = new.year();
        self.queue(None, new, previous.id, year, write);
        Ok(())
    }

    async fn new_notice(&mut self, new: New, now: DateTime<Utc>, absorbed: &mut Absorbed) -> Result<(), Trouble> {
        let id = self.app.store.new_notice_id().await?;
        let standing = Standing { id: &id, previous: None, corrections: &[], first_seen: now, last_seen: now };
        let Some(notice) = assemble(&standing, &[new.piece()]) else { return Ok(()) };
        *absorbed.new.entry(notice.kind).or_default() += 1;
        let year = new.year();
        self.queue(None, new, id, year, NoticeWrite::New(Box::new(notice)));
        Ok(())
    }

    /// Writes what waits when it concerns this notice.
    async fn settle(&mut self, id: &NoticeId, now: DateTime<Utc>) -> Result<(), Trouble> {
        if self.waiting_for.contains(id) { self.flush(now).await } else { Ok(()) }
    }

    fn assembled(&self, previous: &Notice, pieces: &[Piece<'_>], now: DateTime<Utc>) -> Option<Notice> {
        let corrections = self.corrections.get(&previous.id).map(Vec::as_slice).unwrap_or_default();
        let standing = Standing {
            id: &previous.id,
            previous: Some(previous),
            corrections,
            first_seen: previous.first_seen,
            last_seen: now,
        };
        assemble(&standing, pieces)
    }

    fn queue(&mut self, id: Option<i64>, new: New, notice: NoticeId, campaign_year: Option<i32>, write: NoticeWrite) {
        let New { found, understanding, fingerprint } = new;
        let record = ItemRecord {
            source: found.item.source.clone(),
            key: found.item.key().to_owned(),
            campaign_year,
            url: found.item.url.clone(),
            list_hash: found.list_hash,
            content_hash: found.content_hash,
            notice: notice.clone(),
            sameness: serde_json::to_string(&fingerprint).unwrap_or_default(),
            item: found.item,
            understanding,
            detail_validators: found.detail_validators,
        };
        self.remember(notice.clone(), fingerprint);
        self.waiting_for.insert(notice);
        self.waiting.push(ItemWrite { id, record, notice: write });
    }
}

/// An item understood, on its way to a notice.
struct New {
    found: Found,
    understanding: Understanding,
    fingerprint: Fingerprint,
}

impl New {
    fn piece(&self) -> Piece<'_> {
        Piece { item: &self.found.item, understanding: &self.understanding }
    }

    fn year(&self) -> Option<i32> {
        self.fingerprint.year().map(|year| match year {
            CampaignYear::Written(year) | CampaignYear::Dated(year) => year,
        })
    }
}

fn parse(sameness: &str) -> Option<Fingerprint> {
    serde_json::from_str(sameness).ok()
}

fn revision_write(previous: &Notice, next: Notice, announced: Vec<crate::model::Change>) -> NoticeWrite {
    match next.revision == previous.revision {
        true => NoticeWrite::Same,
        false => NoticeWrite::Revised { notice: Box::new(next), announced },
    }
}
