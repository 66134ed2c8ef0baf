//! What each member was shown before, by the digests they received: those who received the same share one reading.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use super::super::{App, Trouble};
use super::plan::civil_day;
use crate::model::{Digest, Entry, Member, MemberId, NoticeId, Showing, Turn};
use crate::store::DigestId;

/// What each member was shown, by the digests they received.
pub(super) struct Histories {
    /// The key by which members share.
    received: HashMap<MemberId, Vec<DigestId>>,
    told: HashMap<Vec<DigestId>, Told>,
}

/// What the members who received the same digests were told.
#[derive(Default)]
struct Told {
    showings: Vec<Showing>,
    /// The day of the last digest that came with their rhythm.
    last_turn: Option<NaiveDate>,
}

impl Histories {
    /// Those of these members.
    pub(super) async fn load(
        app: &App,
        members: &[Member],
        aliases: &HashMap<NoticeId, (NoticeId, u32)>,
    ) -> Result<Self, Trouble> {
        let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
        let histories = app.store.histories(&ids).await?;
        let days: BTreeMap<DigestId, NaiveDate> =
            histories.values().flatten().map(|shown| (shown.digest, civil_day(app, shown.as_of))).collect();
        let wanted: Vec<DigestId> = days.keys().copied().collect();
        let contents = super::frozen_digests(app, &wanted).await?;
        let mut received = HashMap::new();
        let mut told: HashMap<Vec<DigestId>, Told> = HashMap::new();
        for (member, shown) in histories {
            let key: Vec<DigestId> = shown.iter().map(|shown| shown.digest).collect();
            told.entry(key.clone()).or_insert_with(|| {
                let mut told = Told::default();
                for (frozen, on) in key.iter().filter_map(|id| Some((contents.get(id)?, *days.get(id)?))) {
                    told.add(&frozen.digest, on, aliases);
                }
                told
            });
            received.insert(member, key);
        }
        Ok(Self { received, told })
    }

    pub(super) fn key(&self, member: MemberId) -> &[DigestId] {
        self.received.get(&member).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn showings(&self, member: MemberId) -> &[Showing] {
        self.told.get(self.key(member)).map(|told| told.showings.as_slice()).unwrap_or_default()
    }

    pub(super) fn last_turn(&self, member: MemberId) -> Option<NaiveDate> {
        self.told.get(self.key(member))?.last_turn
    }
}

impl Told {
    /// A notice that was merged since counts as the one that took it in, as the merge left it: it is not new, and what it
    /// announces from then on is told.
    fn add(&mut self, digest: &Digest, on: NaiveDate, aliases: &HashMap<NoticeId, (NoticeId, u32)>) {
        let showing = |entry: &Entry| {
            let (notice, revision) = match aliases.get(&entry.notice) {
                Some((notice, revision)) => (notice, *revision),
                None => (&entry.notice, entry.revision),
            };
            Showing { notice: notice.clone(), revision, section: entry.section, on }
        };
        self.showings.extend(digest.entries.iter().map(showing));
        if digest.turn == Turn::Due {
            self.last_turn = self.last_turn.max(Some(on));
        }
    }
}
