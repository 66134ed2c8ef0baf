//! What an edition will say to whom: notices matched with each profile, then filtered by each member's history.
//!
//! Members who share a profile and a history share a digest: the work grows with the distinct pairs, not with members.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::super::{App, Trouble};
use super::Edits;
use crate::matching::{self, Candidate, Known, Limits, Occasion};
use crate::model::{
    CohortId, Digest, Edition, Member, MemberId, MemberState, Notice, Profile, Rhythm, Showing, SkipReason,
};
use crate::store::{DigestId, HiddenNotices, MemberFilter, NoticeFilter};

/// What an edition says, once, and to whom.
#[derive(Debug, Default)]
pub struct Plan {
    pub digests: Vec<Digest>,
    pub members: Vec<Planned>,
}

#[derive(Debug)]
pub struct Planned {
    pub member: Member,
    pub what: Result<usize, SkipReason>,
}

/// Notices closed longer ago than this are not looked at: nothing can be said of them any more.
const CLOSED_DAYS_MAX: i64 = 90;

/// How much one digest may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// As the settings say.
    AsSet,
    /// All there is, to see what waits.
    Unlimited,
}

/// What an edition says, with what administrators changed in it.
pub async fn plan(app: &App, edition: &Edition) -> Result<Plan, Trouble> {
    let edits = super::frame_of(&app.store.frame(edition.id).await?)?.edits;
    plan_within(app, edition, &edits, Room::AsSet).await
}

pub(super) async fn plan_within(app: &App, edition: &Edition, edits: &Edits, room: Room) -> Result<Plan, Trouble> {
    let mut known = known_notices(app, edition).await?;
    known.retain(|known| !edits.dropped.contains(&known.notice.id));
    let members = members_of(app, &edition.cohorts).await?;
    let histories = Histories::load(app, &members).await?;
    let mut matched: HashMap<&Profile, Vec<Candidate<'_>>> = HashMap::new();
    for member in &members {
        matched.entry(&member.profile).or_insert_with(|| matching::candidates(&known, &member.profile, app.geography));
    }
    let mut limits = Limits { items_max: app.settings.digest.items_max, ..Limits::default() };
    if room == Room::Unlimited {
        (limits.items_max, limits.aids_max) = (usize::MAX, usize::MAX);
    }
    let mut shared: HashMap<(&Profile, &[DigestId], Rhythm), Result<usize, SkipReason>> = HashMap::new();
    let mut digests: Vec<Digest> = Vec::new();
    let mut what = Vec::with_capacity(members.len());
    for member in &members {
        if let Some(skip) = not_now(member, &histories, edition) {
            what.push(Err(skip));
            continue;
        }
        let key = (&member.profile, histories.key(member.id), member.rhythm);
        let said = shared.entry(key).or_insert_with(|| {
            let occasion = Occasion { as_of: edition.as_of, next: next_for(app, member.rhythm, edition.as_of) };
            let candidates = matched.get(&member.profile).map(Vec::as_slice).unwrap_or_default();
            let digest = edits.digest(candidates, histories.showings(member.id), occasion, limits);
            if digest.entries.is_empty() {
                return Err(SkipReason::NothingToSay);
            }
            digests.push(digest);
            Ok(digests.len() - 1)
        });
        what.push(*said);
    }
    drop(shared);
    drop(matched);
    let members = members.into_iter().zip(what).map(|(member, what)| Planned { member, what }).collect();
    Ok(Plan { digests, members })
}

/// The notices the edition may speak of: those known when it was created.
async fn known_notices(app: &App, edition: &Edition) -> Result<Vec<Known>, Trouble> {
    let frame = super::frame_of(&app.store.frame(edition.id).await?)?;
    let until = frame.known_until.unwrap_or(edition.as_of);
    let filter = NoticeFilter { hidden: HiddenNotices::Without, ..NoticeFilter::default() };
    let mut known = Vec::new();
    for notice in app.store.notices(&filter).await? {
        if notice.first_seen <= until && !is_long_over(&notice, edition.as_of) {
            known.push(Known { announced: announced(app, &notice).await?, notice });
        }
    }
    Ok(known)
}

fn is_long_over(notice: &Notice, as_of: DateTime<Utc>) -> bool {
    let last = notice.waves.iter().chain(&notice.deadline).max();
    last.is_some_and(|deadline| as_of - deadline.closes_at() > TimeDelta::days(CLOSED_DAYS_MAX))
}

async fn announced(app: &App, notice: &Notice) -> Result<Vec<(u32, Vec<crate::model::Change>)>, Trouble> {
    if notice.revision == 1 {
        return Ok(Vec::new());
    }
    let history = app.store.notice_history(&notice.id).await?;
    let told = history.into_iter().filter(|revision| !revision.announced.is_empty());
    Ok(told.map(|revision| (revision.notice.revision, revision.announced)).collect())
}

/// Members of the edition's cohorts. A member without any belongs to the editions of all cohorts.
async fn members_of(app: &App, cohorts: &[CohortId]) -> Result<Vec<Member>, Trouble> {
    let mut members = app.store.members(&MemberFilter::default()).await?;
    let for_all = app.settings.cohorts.iter().all(|cohort| cohorts.contains(&cohort.id));
    members.retain(|member| match member.cohorts.as_slice() {
        [] => for_all,
        theirs => theirs.iter().any(|cohort| cohorts.contains(cohort)),
    });
    Ok(members)
}

/// Why a member gets nothing this time, whatever there is to say.
fn not_now(member: &Member, histories: &Histories, edition: &Edition) -> Option<SkipReason> {
    let today = edition.as_of.date_naive();
    match &member.state {
        MemberState::Left { .. } => return Some(SkipReason::Left),
        MemberState::Suspended { .. } => return Some(SkipReason::Suspended),
        MemberState::Paused { until } if *until > today => return Some(SkipReason::Paused),
        MemberState::Paused { .. } | MemberState::Active => {}
    }
    let last = histories.last_digest_on(member.id)?;
    (today < last + Days::new(days_between(member.rhythm))).then_some(SkipReason::Rhythm)
}

/// A little less than the rhythm: an edition sent on Monday at eight and one a fortnight later at seven are a fortnight
/// apart to a reader.
fn days_between(rhythm: Rhythm) -> u64 {
    match rhythm {
        Rhythm::Weekly => 0,
        Rhythm::Fortnightly => 13,
        Rhythm::Monthly => 27,
    }
}

/// When this member's next digest can be expected.
fn next_for(app: &App, rhythm: Rhythm, as_of: DateTime<Utc>) -> DateTime<Utc> {
    let earliest = as_of + TimeDelta::days(i64::try_from(days_between(rhythm)).unwrap_or(0));
    let next = app.settings.digest.schedule.next_due(earliest, app.settings.time_zone);
    next.map_or(earliest + TimeDelta::days(7), |occurrence| occurrence.at)
}

/// What each member was shown, by the digests they received.
struct Histories {
    /// The key by which members share.
    received: HashMap<MemberId, Vec<DigestId>>,
    showings: HashMap<Vec<DigestId>, Vec<Showing>>,
}

impl Histories {
    async fn load(app: &App, members: &[Member]) -> Result<Self, Trouble> {
        let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
        let histories = app.store.histories(&ids).await?;
        let days: BTreeMap<DigestId, NaiveDate> =
            histories.values().flatten().map(|shown| (shown.digest, shown.as_of.date_naive())).collect();
        let wanted: Vec<DigestId> = days.keys().copied().collect();
        let contents = super::frozen_digests(app, &wanted).await?;
        let mut received = HashMap::new();
        let mut showings: HashMap<Vec<DigestId>, Vec<Showing>> = HashMap::new();
        for (member, shown) in histories {
            let key: Vec<DigestId> = shown.iter().map(|shown| shown.digest).collect();
            showings.entry(key.clone()).or_insert_with(|| {
                let known = key.iter().filter_map(|id| Some((contents.get(id)?, *days.get(id)?)));
                known.flat_map(|(frozen, on)| showings_of(&frozen.digest, on)).collect()
            });
            received.insert(member, key);
        }
        Ok(Self { received, showings })
    }

    fn key(&self, member: MemberId) -> &[DigestId] {
        self.received.get(&member).map(Vec::as_slice).unwrap_or_default()
    }

    fn showings(&self, member: MemberId) -> &[Showing] {
        self.showings.get(self.key(member)).map(Vec::as_slice).unwrap_or_default()
    }

    fn last_digest_on(&self, member: MemberId) -> Option<NaiveDate> {
        self.showings(member).iter().map(|showing| showing.on).max()
    }
}

fn showings_of(digest: &Digest, on: NaiveDate) -> Vec<Showing> {
    let showing = |entry: &crate::model::Entry| Showing {
        notice: entry.notice.clone(),
        revision: entry.revision,
        section: entry.section,
        on,
    };
    digest.entries.iter().map(showing).collect()
}
