//! What an edition will say to whom: notices matched with each profile, then filtered by each member's history.
//!
//! Members who share a profile and a history share a digest: the work grows with the distinct pairs, not with members.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::super::{App, Trouble};
use super::histories::Histories;
use super::{Edits, rectify};
use crate::config;
use crate::matching::{self, Candidate, Known, Limits};
use crate::model::{
    CohortId, Digest, Edition, Kind, Member, MemberId, MemberState, Notice, NoticeId, Profile, Rhythm, SkipReason, Turn,
};
use crate::store::{DigestId, HiddenNotices, NoticeFilter};

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
    let edits = super::frame_of(&app.store.frame(edition.id).await?)?.edits;
    plan_within(app, edition, edition.as_of, &edits, Room::AsSet).await
}

/// The whole plan at once, members by number: for looking at it. Approval takes it batch by batch.
pub(super) async fn plan_within(
    app: &App,
    edition: &Edition,
    as_of: DateTime<Utc>,
    edits: &Edits,
    room: Room,
) -> Result<Plan, Trouble> {
    let mut planner = Planner::new(app, edition, as_of, edits, room).await?;
    let mut plan = Plan::default();
    while let Some(batch) = planner.next().await? {
        plan.digests.extend(batch.digests);
        plan.members.extend(batch.members);
    }
    plan.members.sort_by_key(|planned| planned.member.id);
    Ok(plan)
}

/// Plans batch by batch, those of one profile together: whatever the number of members, it holds a batch of them, the
/// notices, and what one profile matches.
pub(super) struct Planner<'a> {
    app: &'a App,
    as_of: DateTime<Utc>,
    edits: Edits,
    cohorts: Vec<CohortId>,
    limits: Limits,
    known: Vec<Known>,
    aliases: HashMap<NoticeId, (NoticeId, u32)>,
    /// By profile.
    left: std::vec::IntoIter<MemberId>,
    /// Of the last profile met.
    shared: Shared,
    digests: usize,
    /// A correction is planned whole: it goes to those who received one notice.
    whole: Option<Plan>,
}

/// Members at once.
const BATCH: usize = 500;

/// What members of one profile are told, by what they were told before.
#[derive(Default)]
struct Shared {
    profile: Option<Profile>,
    said: HashMap<(Vec<DigestId>, Rhythm), Result<usize, SkipReason>>,
}

impl<'a> Planner<'a> {
    /// What the edition would say at `as_of`, of the notices that were known when it was created.
    pub(super) async fn new(
        app: &'a App,
        edition: &Edition,
        as_of: DateTime<Utc>,
        edits: &Edits,
        room: Room,
    ) -> Result<Self, Trouble> {
        let frame = super::frame_of(&app.store.frame(edition.id).await?)?;
        let mut limits = Limits { items_max: app.settings.digest.items_max, ..Limits::default() };
        if room == Room::Unlimited {
            (limits.items_max, limits.aids_max) = (usize::MAX, usize::MAX);
        }
        let mut planner = Self {
            app,
            as_of,
            edits: edits.clone(),
            cohorts: edition.cohorts.clone(),
            limits,
            known: Vec::new(),
            aliases: HashMap::new(),
            left: Vec::new().into_iter(),
            shared: Shared::default(),
            digests: 0,
            whole: None,
        };
        if let Some(notice) = &frame.corrects {
            planner.whole = Some(rectify::plan(app, notice, as_of).await?);
            return Ok(planner);
        }
        planner.known = known_notices(app, edition).await?;
        planner.known.retain(|known| !edits.dropped.contains(&known.notice.id));
        planner.aliases = app.store.aliases().await?;
        planner.left = app.store.members_by_profile().await?.into_iter();
        Ok(planner)
    }

    /// The next members, and the digests that are said to them first; what members name counts from the first batch on.
    pub(super) async fn next(&mut self) -> Result<Option<Plan>, Trouble> {
        if let Some(whole) = self.whole.take() {
            return Ok(Some(whole));
        }
        let ids: Vec<MemberId> = self.left.by_ref().take(BATCH).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let mut members = self.app.store.members_of_ids(&ids).await?;
        self.keep_addressed(&mut members);
        let histories = Histories::load(self.app, &members, &self.aliases).await?;
        let mut plan = Plan::default();
        for same in members.chunk_by(|a, b| a.profile == b.profile) {
            let Some(first) = same.first() else { continue };
            if self.shared.profile.as_ref() != Some(&first.profile) {
                self.shared = Shared { profile: Some(first.profile.clone()), said: HashMap::new() };
            }
            let mut candidates = None;
            for member in same {
                let what = match not_now(self.app, member, self.as_of) {
                    Some(skip) => Err(skip),
                    None => {
                        let key = (histories.key(member.id).to_vec(), member.rhythm);
                        match self.shared.said.get(&key) {
                            Some(said) => *said,
                            None => {
                                let candidates = candidates.get_or_insert_with(|| {
                                    matching::candidates(&self.known, &member.profile, self.app.geography)
                                });
                                let said = match self.digest(member, candidates, &histories) {
                                    Ok(digest) => {
                                        plan.digests.push(digest);
                                        self.digests += 1;
                                        Ok(self.digests - 1)
                                    }
                                    Err(skip) => Err(skip),
                                };
                                self.shared.said.insert(key, said);
                                said
                            }
                        }
                    }
                };
                plan.members.push(Planned { member: member.clone(), what });
            }
        }
        Ok(Some(plan))
    }

    /// What one member, and all who share profile and history, are told.
    fn digest(
        &self,
        member: &Member,
        candidates: &[Candidate<'_>],
        histories: &Histories,
    ) -> Result<Digest, SkipReason> {
        let app = self.app;
        let last = histories.last_turn(member.id);
        let next = |day, now| next_from(app, day, now);
        let occasion = matching::occasion(member.rhythm, last, self.as_of, app.settings.time_zone, next);
        let mut digest = self.edits.digest(candidates, histories.showings(member.id), occasion, self.limits);
        if digest.entries.is_empty() {
            return Err(if occasion.turn == Turn::Due { SkipReason::NothingToSay } else { SkipReason::Rhythm });
        }
        digest.accreditations = matching::accreditations(&self.known, &member.profile, app.geography, self.as_of);
        Ok(digest)
    }

    /// Members of the edition's cohorts. A member without any belongs to the editions of all cohorts.
    fn keep_addressed(&self, members: &mut Vec<Member>) {
        let for_all = self.app.settings.cohorts.iter().all(|cohort| self.cohorts.contains(&cohort.id));
        members.retain(|member| match member.cohorts.as_slice() {
            [] => for_all,
            theirs => theirs.iter().any(|cohort| self.cohorts.contains(cohort)),
        });
    }
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
pub(super) fn civil_day(app: &App, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&app.settings.time_zone).date_naive()
}

/// The first occurrence of the schedule on `day` or later, and after `now`; without one, in a week.
fn next_from(app: &App, day: NaiveDate, now: DateTime<Utc>) -> DateTime<Utc> {
    let zone = app.settings.time_zone;
    let begins = config::instant_of(day.and_time(NaiveTime::MIN), zone) - TimeDelta::seconds(1);
    let next = app.settings.digest.schedule.next_due(begins.max(now), zone);
    next.map_or(now + TimeDelta::days(7), |occurrence| occurrence.at)
}
