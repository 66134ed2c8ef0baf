//! From candidates to a digest: what is new to this member, what closes soon, what changed; in order, within limits.

use chrono::{DateTime, Utc};

use super::profile::Candidate;
use crate::model::{Change, Deadline, Digest, Entry, Kind, Notice, NoticeId, Section, Showing, Status};

/// How many entries a digest holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls and accreditations: new, closing or changed.
    pub items_max: usize,
    /// Standing aids, apart.
    pub aids_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { items_max: 12, aids_max: 3 }
    }
}

/// When the digest speaks, and when this member's next one will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion {
    pub as_of: DateTime<Utc>,
    pub next: DateTime<Utc>,
}

/// A call is recalled when it crosses one of these, in days before its deadline; so twice at the most.
const LADDER_DAYS: [i64; 2] = [30, 7];

/// What one member is told: never the same thing twice, but for the ladder and announced changes.
pub fn digest(candidates: &[Candidate<'_>], history: &[Showing], occasion: Occasion, limits: Limits) -> Digest {
    let mut told: Vec<Told<'_>> = candidates.iter().filter_map(|c| tell(c, history, occasion)).collect();
    told.sort_by(|a, b| a.rank.cmp(&b.rank));
    let mut digest = Digest::default();
    let (mut items, mut aids) = (0, 0);
    for told in told {
        let (count, max) = match told.entry.section {
            Section::Aid => (&mut aids, limits.aids_max),
            _ => (&mut items, limits.items_max),
        };
        if *count < max {
            *count += 1;
            digest.entries.push(told.entry);
        } else if told.entry.section != Section::Aid {
            digest.left_for_next += 1;
        }
    }
    // Sections in their order; within one, the order of rank stays.
    digest.entries.sort_by_key(|entry| entry.section as u8);
    digest
}

struct Told<'a> {
    entry: Entry,
    rank: Rank<'a>,
}

/// Smaller comes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank<'a> {
    /// What closes before this member's next edition must be within the limit.
    can_wait: bool,
    /// What an earlier edition had no room for comes before what is fresh.
    fresh: bool,
    nearness: std::cmp::Reverse<crate::model::Level>,
    no_deadline: bool,
    deadline: Option<Deadline>,
    id: &'a NoticeId,
}

fn tell<'a>(candidate: &Candidate<'a>, history: &[Showing], occasion: Occasion) -> Option<Told<'a>> {
    let notice = &candidate.known.notice;
    let last = history.iter().filter(|showing| showing.notice == notice.id).max_by_key(|showing| showing.on);
    let (section, changes) = match last {
        None => (first_section(notice, occasion.as_of)?, Vec::new()),
        Some(last) => again(candidate, last, occasion.as_of)?,
    };
    let deadline = notice.next_deadline(occasion.as_of).filter(|deadline| !deadline.is_past(occasion.as_of));
    let last_digest = history.iter().map(|showing| showing.on).max();
    let rank = Rank {
        can_wait: deadline.is_none_or(|deadline| deadline.closes_at() > occasion.next),
        fresh: last_digest.is_none_or(|day| notice.first_seen.date_naive() >= day),
        nearness: std::cmp::Reverse(candidate.nearness),
        no_deadline: deadline.is_none(),
        deadline,
        id: &notice.id,
    };
    let entry = Entry {
        notice: notice.id.clone(),
        revision: notice.revision,
        section,
        reason: candidate.reason.clone(),
        changes,
    };
    Some(Told { entry, rank })
}

/// Where a notice goes that this member never saw.
fn first_section(notice: &Notice, as_of: DateTime<Utc>) -> Option<Section> {
    match notice.kind {
        Kind::Call if notice.is_open(as_of) => Some(Section::New),
        Kind::Accreditation if notice.is_open(as_of) => Some(Section::Accreditation),
        // An aid that closes on a day is a call to its readers.
        Kind::Aid if notice.is_open(as_of) && notice.deadline.is_some() => Some(Section::New),
        Kind::Aid if notice.is_open(as_of) => Some(Section::Aid),
        // Closed; or what sites publish beside calls (tenders, job offers, press), which is no news of the network.
        _ => None,
    }
}

/// Why a notice already shown is shown again: it changed, or it is about to close.
fn again(candidate: &Candidate<'_>, last: &Showing, as_of: DateTime<Utc>) -> Option<(Section, Vec<Change>)> {
    let notice = &candidate.known.notice;
    let changes = changes_since(candidate, last.revision);
    let was_over = notice.next_deadline(as_of).is_some_and(|deadline| deadline.is_past(as_of));
    if !changes.is_empty() && !was_over {
        return Some((Section::Changed, changes));
    }
    let can_be_applied_to = matches!(notice.kind, Kind::Call | Kind::Accreditation | Kind::Aid);
    if notice.status != Status::Open || !can_be_applied_to || was_over {
        return None;
    }
    let deadline = notice.next_deadline(as_of)?;
    let days_then = (deadline.date - last.on).num_days();
    let days_now = deadline.days_left(as_of);
    let crossed = LADDER_DAYS.iter().any(|&step| days_then > step && days_now <= step);
    crossed.then_some((Section::ClosingSoon, Vec::new()))
}

/// The announced changes after `revision`, several of one field made one; what went back to where it was is none.
fn changes_since(candidate: &Candidate<'_>, revision: u32) -> Vec<Change> {
    let later = candidate.known.announced.iter().filter(|(r, _)| *r > revision).flat_map(|(_, changes)| changes);
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
