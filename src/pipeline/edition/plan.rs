//! What an edition will say to whom: notices matched with each profile, then filtered by each member's history.
//!
//! Members who share a profile and a history share a digest: the work grows with the distinct pairs, not with members.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::super::{App, Trouble};
use super::{Edits, rectify};
use crate::config;
use crate::matching::{self, Candidate, Known, Limits};
use crate::model::{
    CohortId, Digest, Edition, Entry, Kind, Member, MemberId, MemberState, Notice, NoticeId, Profile, Rhythm, Showing,
    SkipReason, Turn,
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
/// But an association is told when its région's last campaign of accreditation was.
const CAMPAIGN_DAYS_MAX: i64 = 3 * 366;

/// How much one digest may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// As the settings say.
    AsSet,
    /// All there is, to see what waits.
    Unlimited,
}

/// As of the edition's own time, with what administrators changed in it.
pub async fn plan(app: &App, edition: &Edition) -> Result<Plan, Trouble> {
    plan_at(app, edition, edition.as_of).await
}

/// What the edition would say at `as_of`, of the notices that were known when it was created.
pub async fn plan_at(app: &App, edition: &Edition, as_of: DateTime<Utc>) -> Result<Plan, Trouble> {
    let edits = super::frame_of(&app.store.frame(edition.id).await?)?.edits;
    plan_within(app, edition, as_of, &edits, Room::AsSet).await
}

pub(super) async fn plan_within(
    app: &App,
    edition: &Edition,
    as_of: DateTime<Utc>,
    edits: &Edits,
    room: Room,
) -> Result<Plan, Trouble> {
    let frame = super::frame_of(&app.store.frame(edition.id).await?)?;
    if let Some(notice) = &frame.corrects {
        return rectify::plan(app, notice, as_of).await;
    }
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
        if let Some(skip) = not_now(app, member, as_of) {
            what.push(Err(skip));
            continue;
        }
        let key = (&member.profile, histories.key(member.id), member.rhythm);
        let said = shared.entry(key).or_insert_with(|| {
            let candidates = matched.get(&member.profile).map(Vec::as_slice).unwrap_or_default();
            let last = histories.last_turn(member.id);
            let next = |day, now| next_from(app, day, now);
            let occasion = matching::occasion(member.rhythm, last, as_of, app.settings.time_zone, next);
            let mut digest = edits.digest(candidates, histories.showings(member.id), occasion, limits);
            if digest.entries.is_empty() {
                return Err(if occasion.turn == Turn::Due { SkipReason::NothingToSay } else { SkipReason::Rhythm });
            }
            digest.accreditations = matching::accreditations(&known, &member.profile, app.geography, as_of);
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
    let days_max = if notice.kind == Kind::Accreditation { CAMPAIGN_DAYS_MAX } else { CLOSED_DAYS_MAX };
    last.is_some_and(|deadline| as_of - deadline.closes_at() > TimeDelta::days(days_max))
}

pub(super) async fn announced(app: &App, notice: &Notice) -> Result<Vec<(u32, Vec<crate::model::Change>)>, Trouble> {
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
pub(super) fn not_now(app: &App, member: &Member, as_of: DateTime<Utc>) -> Option<SkipReason> {
    match &member.state {
        MemberState::Left { .. } => Some(SkipReason::Left),
        MemberState::Suspended { .. } => Some(SkipReason::Suspended),
        MemberState::Paused { until } if *until > civil_day(app, as_of) => Some(SkipReason::Paused),
        MemberState::Paused { .. } | MemberState::Active => None,
    }
}

/// The days of members are those of the network's zone.
fn civil_day(app: &App, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&app.settings.time_zone).date_naive()
}

/// The first occurrence of the schedule on `day` or later, and after `now`; without one, in a week.
fn next_from(app: &App, day: NaiveDate, now: DateTime<Utc>) -> DateTime<Utc> {
    let zone = app.settings.time_zone;
    let begins = config::instant_of(day.and_time(NaiveTime::MIN), zone) - TimeDelta::seconds(1);
    let next = app.settings.digest.schedule.next_due(begins.max(now), zone);
    next.map_or(now + TimeDelta::days(7), |occurrence| occurrence.at)
}

/// What each member was shown, by the digests they received.
struct Histories {
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
    async fn load(app: &App, members: &[Member]) -> Result<Self, Trouble> {
        let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
        let histories = app.store.histories(&ids).await?;
        let days: BTreeMap<DigestId, NaiveDate> =
            histories.values().flatten().map(|shown| (shown.digest, civil_day(app, shown.as_of))).collect();
        let wanted: Vec<DigestId> = days.keys().copied().collect();
        let contents = super::frozen_digests(app, &wanted).await?;
        let aliases = app.store.aliases().await?;
        let mut received = HashMap::new();
        let mut told: HashMap<Vec<DigestId>, Told> = HashMap::new();
        for (member, shown) in histories {
            let key: Vec<DigestId> = shown.iter().map(|shown| shown.digest).collect();
            told.entry(key.clone()).or_insert_with(|| {
                let mut told = Told::default();
                for (frozen, on) in key.iter().filter_map(|id| Some((contents.get(id)?, *days.get(id)?))) {
                    told.add(&frozen.digest, on, &aliases);
                }
                told
            });
            received.insert(member, key);
        }
        Ok(Self { received, told })
    }

    fn key(&self, member: MemberId) -> &[DigestId] {
        self.received.get(&member).map(Vec::as_slice).unwrap_or_default()
    }

    fn showings(&self, member: MemberId) -> &[Showing] {
        self.told.get(self.key(member)).map(|told| told.showings.as_slice()).unwrap_or_default()
    }

    fn last_turn(&self, member: MemberId) -> Option<NaiveDate> {
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
