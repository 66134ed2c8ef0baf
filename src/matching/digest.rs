//! From candidates to a digest: what is new to this member, what closes soon, what changed; in order, within limits.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::order::{self, Need, Told};
use super::profile::{Candidate, Known};
use crate::model::{
    Acquaintance, Change, Deadline, Digest, Entry, Kind, Notice, NoticeId, Section, Showing, Status, Turn,
};

/// How many entries a digest holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls and accreditations: new, closing or changed.
    pub items_max: usize,
    /// Of these, reminders, while something new waits for room.
    pub reminders_max: usize,
    /// With what closes before the member's next digest and was never shown: nothing closes unseen.
    pub stretched_max: usize,
    /// Standing aids, apart.
    pub aids_max: usize,
    /// What the network's administrators write, apart.
    pub network_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { items_max: 12, reminders_max: 4, stretched_max: 120, aids_max: 3, network_max: 5 }
    }
}

/// When the digest speaks, and when this member's next ones will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion {
    pub as_of: DateTime<Utc>,
    /// Where its civil days are counted.
    pub zone: Tz,
    pub turn: Turn,
    /// When this member's next digest is expected.
    pub next: DateTime<Utc>,
    /// When it would come if that one and the one after failed.
    pub after_next: DateTime<Utc>,
}

impl Occasion {
    pub fn day(&self) -> NaiveDate {
        self.as_of.with_timezone(&self.zone).date_naive()
    }
}

/// A call is recalled when it crosses one of these, in days before its deadline.
const LADDER_DAYS: [i64; 2] = [30, 7];
/// However often a deadline is put off.
const REMINDERS_MAX: usize = LADDER_DAYS.len();

/// News of the network without an end are told this long.
const NEWS_DAYS: i64 = 90;

/// What one member is told: never the same thing twice, but for the ladder and announced changes.
pub fn digest(candidates: &[Candidate<'_>], history: &[Showing], occasion: Occasion, limits: Limits) -> Digest {
    let past = Past::of(history);
    let mut told = all_told(candidates, &past, occasion);
    if occasion.turn == Turn::Between {
        told.retain(|told| told.need == Need::LastChance);
    }
    let mut digest = Digest {
        turn: occasion.turn,
        acquaintance: if history.is_empty() { Acquaintance::First } else { Acquaintance::Known },
        next: Some(occasion.next),
        ..Digest::default()
    };
    order::fill(&mut digest, told, limits);
    digest
}

fn all_told<'a>(candidates: &[Candidate<'a>], past: &Past<'_>, occasion: Occasion) -> Vec<Told<'a>> {
    let told = candidates.iter().filter_map(|one| Some((one.known, tell(one, past, occasion)?)));
    let told: Vec<(&Known, Told<'_>)> = told.collect();
    let is_call = |told: &Told<'_>| !matches!(told.entry.section, Section::Network | Section::Aid);
    let calls = || told.iter().filter(|(_, told)| is_call(told)).map(|(known, _)| &known.notice);
    // A tool is shown beside the calls that it helps with.
    let helps = |tool: &Notice| {
        let of_use = |call: &Notice| tool.themes.is_empty() || tool.themes.iter().any(|t| call.themes.contains(t));
        tool.kind != Kind::Resource || calls().any(of_use)
    };
    let kept: Vec<bool> = told.iter().map(|(known, _)| helps(&known.notice)).collect();
    told.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|((_, told), _)| told).collect()
}

/// A member's history, by notice.
struct Past<'h> {
    showings: HashMap<&'h NoticeId, Vec<&'h Showing>>,
    last_digest: Option<NaiveDate>,
}

impl<'h> Past<'h> {
    fn of(history: &'h [Showing]) -> Self {
        let mut showings: HashMap<&NoticeId, Vec<&Showing>> = HashMap::new();
        for showing in history {
            showings.entry(&showing.notice).or_default().push(showing);
        }
        Self { showings, last_digest: history.iter().map(|showing| showing.on).max() }
    }

    fn showings(&self, notice: &NoticeId) -> &[&'h Showing] {
        self.showings.get(notice).map(Vec::as_slice).unwrap_or_default()
    }
}

fn tell<'a>(candidate: &Candidate<'a>, past: &Past<'_>, occasion: Occasion) -> Option<Told<'a>> {
    let notice = &candidate.known.notice;
    let showings = past.showings(&notice.id);
    let last = showings.iter().max_by_key(|showing| (showing.on, showing.revision));
    // Of dates that contradict each other the earliest counts.
    let deadline = notice.cautious_deadline(occasion.as_of).filter(|deadline| !deadline.is_past(occasion.as_of));
    let (section, changes, need) = match last {
        None => {
            let section = first_section(notice, occasion.as_of)?;
            (section, Vec::new(), unseen(notice, deadline, past, occasion))
        }
        Some(last) => match again(candidate, showings, last, occasion)? {
            Again::Changed(changes) if notice.kind.is_of_the_network() => (Section::Network, changes, Need::Changed),
            Again::Changed(changes) => (Section::Changed, changes, Need::Changed),
            Again::Reminder => (Section::ClosingSoon, Vec::new(), Need::Reminder),
        },
    };
    let entry = Entry {
        notice: notice.id.clone(),
        revision: notice.revision,
        section,
        reason: candidate.reason.clone(),
        changes,
    };
    Some(Told { entry, need, nearness: candidate.nearness, deadline, id: &notice.id })
}

/// Where a notice goes that this member never saw.
fn first_section(notice: &Notice, as_of: DateTime<Utc>) -> Option<Section> {
    match notice.kind {
        Kind::Call if notice.is_open(as_of) => Some(Section::New),
        Kind::Accreditation if notice.is_open(as_of) => Some(Section::Accreditation),
        // An aid that closes on a day is a call to its readers.
        Kind::Aid if notice.is_open(as_of) && notice.deadline.is_some() => Some(Section::New),
        Kind::Aid if notice.is_open(as_of) => Some(Section::Aid),
        // What has no end of its own is news for a while; a tool stays one.
        Kind::Announcement if notice.deadline.is_none() && (as_of - notice.first_seen).num_days() > NEWS_DAYS => None,
        kind if kind.is_of_the_network() && notice.is_current(as_of) => Some(Section::Network),
        // Closed; or what sites publish beside calls (tenders, job offers, press), which is no news of the network.
        _ => None,
    }
}

/// How pressing it is to show what was never shown.
fn unseen(notice: &Notice, deadline: Option<Deadline>, past: &Past<'_>, occasion: Occasion) -> Need {
    let closes = deadline.map(|deadline| deadline.closes_at());
    let first_seen = notice.first_seen.with_timezone(&occasion.zone).date_naive();
    match closes {
        Some(closes) if closes <= occasion.after_next => Need::LastChance,
        _ if past.last_digest.is_some_and(|day| first_seen < day) => Need::Waited,
        _ => Need::Fresh,
    }
}

/// Why a notice already shown is shown again.
enum Again {
    Changed(Vec<Change>),
    Reminder,
}

fn again(candidate: &Candidate<'_>, showings: &[&Showing], last: &Showing, occasion: Occasion) -> Option<Again> {
    let notice = &candidate.known.notice;
    let as_of = occasion.as_of;
    let changes = changes_since(&candidate.known.announced, last.revision);
    let is_over = notice.next_deadline(as_of).is_some_and(|deadline| deadline.is_past(as_of));
    if is_over {
        return None;
    }
    if !changes.is_empty() {
        return Some(Again::Changed(changes));
    }
    let can_be_applied_to = matches!(notice.kind, Kind::Call | Kind::Accreditation | Kind::Aid);
    if notice.status != Status::Open || !can_be_applied_to {
        return None;
    }
    let deadline = notice.next_deadline(as_of)?;
    let days_then = (deadline.date - last.on).num_days();
    let days_now = deadline.days_left(as_of);
    let crossed = LADDER_DAYS.iter().any(|&step| days_then > step && days_now <= step);
    (crossed && reminders(notice, deadline, showings, occasion.zone) < REMINDERS_MAX).then_some(Again::Reminder)
}

/// How often this wave was recalled. A deadline put off is the same wave.
fn reminders(notice: &Notice, deadline: Deadline, showings: &[&Showing], zone: Tz) -> usize {
    let was_then = |day: NaiveDate| {
        let noon = day.and_hms_opt(12, 0, 0).and_then(|noon| noon.and_local_timezone(zone).earliest());
        noon.and_then(|noon| notice.next_deadline(noon.to_utc()))
    };
    let recalled = showings.iter().filter(|showing| showing.section == Section::ClosingSoon);
    recalled.filter(|showing| was_then(showing.on) == Some(deadline)).count()
}

/// The announced changes after `revision`, several of one field made one; what went back to where it was is none.
pub fn changes_since(announced: &[(u32, Vec<Change>)], revision: u32) -> Vec<Change> {
    let later = announced.iter().filter(|(r, _)| *r > revision).flat_map(|(_, changes)| changes);
    let mut merged: Vec<Change> = Vec::new();
    for change in later {
        match merged.iter_mut().find(|m| std::mem::discriminant(*m) == std::mem::discriminant(change)) {
            Some(earlier) => earlier.follow(change),
            None => merged.push(change.clone()),
        }
    }
    merged.retain(|change| !change.is_none());
    merged
}
