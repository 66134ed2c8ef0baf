//! An edition seen from above: each notice once, with its number, its doubts and how many members receive it.

use std::collections::{BTreeMap, HashMap, HashSet};

use sha2::{Digest as _, Sha256};

use super::super::{App, Trouble};
use super::frozen::frame_of;
use super::plan::{Room, plan_within};
use super::{Edits, Share, shares};
use crate::model::{Aspect, Digest, Doubt, DoubtReason, Edition, EditionState, Kind, Notice, NoticeId, Section};

/// An edition's notices and readers.
#[derive(Debug)]
pub struct Overview {
    /// In the order of their numbers.
    pub notices: Vec<Listed>,
    pub shares: Vec<Share>,
    pub edits: Edits,
}

/// One notice of an edition.
#[derive(Debug)]
pub struct Listed {
    /// From 1.
    pub number: usize,
    pub notice: Notice,
    pub sections: Vec<Section>,
    /// Members whose mail holds it.
    pub receive: usize,
    pub place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Plain,
    Pinned,
    Dropped,
}

/// Each notice that concerns somebody this time: those in the mails, those dropped, and those that wait for room.
pub async fn overview(app: &App, edition: &Edition) -> Result<Overview, Trouble> {
    let edits = frame_of(&app.store.frame(edition.id).await?)?.edits;
    let shares = shares(app, edition).await?;
    let mut told: BTreeMap<NoticeId, (u32, usize, HashSet<Section>)> = BTreeMap::new();
    if edition.state == EditionState::Draft {
        let all = plan_within(app, edition, edition.as_of, &Edits::default(), Room::Unlimited).await?;
        all.digests.iter().for_each(|digest| note(&mut told, digest, 0));
    }
    for digest in shares.iter().filter_map(|share| share.what.as_ref().ok()) {
        note(&mut told, digest, 1);
    }
    let wanted: Vec<(NoticeId, u32)> = told.iter().map(|(id, (revision, ..))| (id.clone(), *revision)).collect();
    let mut revisions = app.store.notice_revisions(&wanted).await?;
    let mut notices: Vec<Listed> = Vec::with_capacity(wanted.len());
    for (id, revision) in wanted {
        let Some(notice) = revisions.remove(&(id.clone(), revision)) else { continue };
        let Some((_, receive, sections)) = told.remove(&id) else { continue };
        let mut sections: Vec<Section> = sections.into_iter().collect();
        sections.sort();
        let place = match () {
            () if edits.dropped.contains(&id) => Place::Dropped,
            () if edits.pinned.contains(&id) => Place::Pinned,
            () => Place::Plain,
        };
        notices.push(Listed { number: 0, notice, sections, receive, place });
    }
    give_numbers(&mut notices, &edits.numbers, edition);
    Ok(Overview { notices, shares, edits })
}

fn note(told: &mut BTreeMap<NoticeId, (u32, usize, HashSet<Section>)>, digest: &Digest, members: usize) {
    for entry in &digest.entries {
        let (revision, receive, sections) = told.entry(entry.notice.clone()).or_default();
        *revision = entry.revision.max(*revision);
        *receive += members;
        sections.insert(entry.section);
    }
}

/// Numbers given before stay; what came since follows, the doubtful and the nearest deadlines first.
fn give_numbers(notices: &mut [Listed], given: &[NoticeId], edition: &Edition) {
    let known: HashMap<&NoticeId, usize> = given.iter().enumerate().map(|(n, id)| (id, n)).collect();
    notices.sort_by_key(|one| {
        let deadline = one.notice.next_deadline(edition.as_of);
        let given = known.get(&one.notice.id).copied().unwrap_or(usize::MAX);
        (given, !is_doubtful(&one.notice), deadline.is_none(), deadline, one.notice.id.clone())
    });
    let mut next = given.len();
    for one in notices {
        one.number = known.get(&one.notice.id).map_or_else(
            || {
                next += 1;
                next
            },
            |n| n + 1,
        );
    }
}

/// Whether an administrator should look twice before it leaves.
pub fn is_doubtful(notice: &Notice) -> bool {
    is_dateless(notice) || !weighty_doubts(notice).is_empty()
}

/// A call without a deadline, as far as anybody said.
pub fn is_dateless(notice: &Notice) -> bool {
    notice.kind == Kind::Call && notice.deadline.is_none() && !notice.corrected.contains(&Aspect::Deadline)
}

/// The doubts that change who is told what and until when; the others are for those who keep the sources.
pub fn weighty_doubts(notice: &Notice) -> Vec<&Doubt> {
    let weighs = |doubt: &&Doubt| match (doubt.about, doubt.reason) {
        (_, DoubtReason::SeveralWaves | DoubtReason::TerritoryFromSource | DoubtReason::Truncated) => false,
        (Aspect::Deadline | Aspect::Territory | Aspect::Kind | Aspect::Status, _) => true,
        // Many a page says weakly who may apply: to ask each time would be read by nobody.
        (Aspect::Audiences, reason) => reason != DoubtReason::Weak,
        _ => false,
    };
    let open = |doubt: &&Doubt| !notice.corrected.contains(&doubt.about);
    notice.doubts.iter().filter(weighs).filter(open).collect()
}

impl Overview {
    /// The notice that a number or an id names.
    pub fn named(&self, written: &str) -> Result<NoticeId, Trouble> {
        let written = written.trim().to_lowercase();
        let is_it = |one: &&Listed| one.notice.id.as_str() == written || one.number.to_string() == written;
        self.notices.iter().find(is_it).map(|one| one.notice.id.clone()).ok_or_else(|| {
            let shown: String = written.chars().take(40).collect();
            Trouble::Words(format!(
                "« {shown} » ne désigne aucune annonce de cette édition : « glaneur edition show » donne les numéros"
            ))
        })
    }

    /// Those that are in at least one mail, the doubtful first.
    pub fn shown(&self) -> Vec<&Listed> {
        let mut shown: Vec<&Listed> = self.notices.iter().filter(|one| one.receive > 0).collect();
        shown.sort_by_key(|one| !is_doubtful(&one.notice));
        shown
    }

    pub fn receiving(&self) -> usize {
        self.shares.iter().filter(|share| share.what.is_ok()).count()
    }

    /// Changes whenever what somebody would receive does: who approves says what was seen.
    pub fn seen(&self) -> String {
        let mut hash = Sha256::new();
        for share in &self.shares {
            let content = serde_json::to_vec(&(share.member, share.what.as_ref().ok())).unwrap_or_default();
            hash.update((content.len() as u64).to_be_bytes());
            hash.update(content);
        }
        hash.update(self.edits.word.as_deref().unwrap_or_default());
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}
