//! Notices: items understood, known for ever by an id.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Aspect, Audience, CallType, Deadline, Doubt, DoubtReason, EmailAddress, Kind, Quote, SourceId, TerritoryCode,
    ThemeId,
};

/// Opaque and for ever: `n` and seven letters or digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoticeId(pub String);

impl NoticeId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for NoticeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    #[default]
    Open,
    Suspended,
    Cancelled,
    Withdrawn,
}

/// A notice as it is shown: what was read, with the corrections laid over it.
///
/// One value is one *revision*: it never changes once stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    pub id: NoticeId,
    /// Counts up with each change of what is shown; 1 at first.
    pub revision: u32,
    pub kind: Kind,
    pub call_type: Option<CallType>,
    pub title: String,
    pub summary: Option<String>,
    pub publisher: Option<String>,
    /// Where it was found, the best page first.
    pub links: Vec<Link>,
    pub status: Status,
    pub deadline: Option<Deadline>,
    pub waves: Vec<Deadline>,
    pub opening: Option<NaiveDate>,
    pub published: Option<NaiveDate>,
    pub territory: Vec<TerritoryCode>,
    pub themes: Vec<ThemeId>,
    pub audiences: Vec<Audience>,
    pub ccas_eligible: Option<bool>,
    pub amount: Option<String>,
    pub evidence: Vec<(Aspect, Quote)>,
    pub doubts: Vec<Doubt>,
    /// What a person corrected: no evidence is needed there.
    pub corrected: Vec<Aspect>,
    pub hidden: bool,
    pub first_seen: DateTime<Utc>,
    /// When a round last found it listed.
    pub last_seen: DateTime<Utc>,
}

impl Notice {
    /// The next wave that is still open at `now`; the last one when all are past.
    pub fn next_deadline(&self, now: DateTime<Utc>) -> Option<Deadline> {
        let waves = self.all_waves();
        waves.iter().filter(|wave| !wave.is_past(now)).min().or(waves.iter().max()).copied()
    }

    /// Other deadlines that the page, or another site, gives: nobody knows which is right.
    pub fn rivals(&self) -> Vec<Deadline> {
        let Some(zone) = self.deadline.map(|deadline| deadline.zone) else { return Vec::new() };
        let is_rival = |doubt: &&Doubt| doubt.about == Aspect::Deadline && doubt.reason == DoubtReason::Contradiction;
        let dates = self.doubts.iter().filter(is_rival).flat_map(|doubt| doubt.detail.split([',', ' ']));
        let dates = dates.filter_map(|word| word.trim().parse::<NaiveDate>().ok());
        dates.map(|date| Deadline { date, time: None, zone }).collect()
    }

    /// The earliest of the deadlines that may be right and are still open: who follows it is never late.
    pub fn cautious_deadline(&self, now: DateTime<Utc>) -> Option<Deadline> {
        let next = self.next_deadline(now)?;
        self.rivals().into_iter().filter(|rival| !rival.is_past(now)).chain([next]).min()
    }

    /// Whether somebody can still apply at `now`. Without a deadline: until 90 days after it was last seen.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        matches!(self.kind, Kind::Call | Kind::Aid | Kind::Accreditation) && self.is_current(now)
    }

    /// As [`Self::is_open`], of any kind: an event is current until it begins.
    pub fn is_current(&self, now: DateTime<Utc>) -> bool {
        const SEEN_DAYS_MAX: i64 = 90;
        if self.status != Status::Open {
            return false;
        }
        match self.next_deadline(now) {
            Some(deadline) => !deadline.is_past(now),
            None => (now - self.last_seen).num_days() <= SEEN_DAYS_MAX,
        }
    }
}

/// A page that shows the notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub source: SourceId,
    pub url: String,
}

/// A change that members are told of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Change {
    Deadline { from: Option<Deadline>, to: Option<Deadline> },
    Opening { from: Option<NaiveDate>, to: Option<NaiveDate> },
    Territory { from: Vec<TerritoryCode>, to: Vec<TerritoryCode> },
    Audiences { from: Vec<Audience>, to: Vec<Audience> },
    Amount { from: Option<String>, to: Option<String> },
    Status { from: Status, to: Status },
}

/// What a person said against what was read; it lies over the reading and survives every later round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    pub value: CorrectionValue,
    /// Who corrected it: an administrator's address, or `None` for the command line.
    pub by: Option<EmailAddress>,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "field", content = "value")]
pub enum CorrectionValue {
    Kind(Kind),
    Title(String),
    Deadline(Option<Deadline>),
    Opening(Option<NaiveDate>),
    Territory(Vec<TerritoryCode>),
    Themes(Vec<ThemeId>),
    Audiences(Vec<Audience>),
    Ccas(Option<bool>),
    Amount(Option<String>),
    Status(Status),
}

impl CorrectionValue {
    pub fn aspect(&self) -> Aspect {
        match self {
            Self::Kind(_) => Aspect::Kind,
            Self::Title(_) => Aspect::Title,
            Self::Deadline(_) => Aspect::Deadline,
            Self::Opening(_) => Aspect::Opening,
            Self::Territory(_) => Aspect::Territory,
            Self::Themes(_) => Aspect::Themes,
            Self::Audiences(_) => Aspect::Audiences,
            Self::Ccas(_) => Aspect::Ccas,
            Self::Amount(_) => Aspect::Amount,
            Self::Status(_) => Aspect::Status,
        }
    }
}

impl Change {
    /// Takes the end of a later change of the same field.
    pub fn follow(&mut self, later: &Change) {
        match (self, later) {
            (Self::Deadline { to, .. }, Self::Deadline { to: later, .. }) => *to = *later,
            (Self::Opening { to, .. }, Self::Opening { to: later, .. }) => *to = *later,
            (Self::Territory { to, .. }, Self::Territory { to: later, .. }) => to.clone_from(later),
            (Self::Audiences { to, .. }, Self::Audiences { to: later, .. }) => to.clone_from(later),
            (Self::Amount { to, .. }, Self::Amount { to: later, .. }) => to.clone_from(later),
            (Self::Status { to, .. }, Self::Status { to: later, .. }) => *to = *later,
            _ => {}
        }
    }

    /// Whether it ends where it began.
    pub fn is_none(&self) -> bool {
        match self {
            Self::Deadline { from, to } => from == to,
            Self::Opening { from, to } => from == to,
            Self::Territory { from, to } => from == to,
            Self::Audiences { from, to } => from == to,
            Self::Amount { from, to } => from == to,
            Self::Status { from, to } => from == to,
        }
    }
}

impl Notice {
    /// What members are told when `self` became `later`, at `now`.
    pub fn changes_to(&self, later: &Notice, now: DateTime<Utc>) -> Vec<Change> {
        let mut changes = vec![
            Change::Opening { from: self.opening, to: later.opening },
            Change::Territory { from: self.territory.clone(), to: later.territory.clone() },
            Change::Audiences { from: self.audiences.clone(), to: later.audiences.clone() },
            Change::Amount { from: self.amount.clone(), to: later.amount.clone() },
            Change::Status { from: self.status, to: later.status },
        ];
        changes.retain(|change| !change.is_none());
        // The most urgent comes first.
        self.deadline_change(later, now).into_iter().chain(changes).collect()
    }

    /// A call of several waves loses those that are over: what counts is the one that members have before them.
    fn deadline_change(&self, later: &Notice, now: DateTime<Utc>) -> Option<Change> {
        let (from, to) = (self.next_deadline(now), later.next_deadline(now));
        let still_stands = |wave: &Deadline| !wave.is_past(now) && later.all_waves().contains(wave);
        let changed = match (from, to) {
            (None, None) => false,
            // A wave was added before it, or after it: what members were told still holds.
            (Some(from), _) if still_stands(&from) => false,
            // It was over: a page tidied up tells nothing.
            (Some(from), None) => !from.is_past(now),
            // Only the hour is no longer said.
            (Some(from), Some(to)) => !(from == to || to.time.is_none() && from.date == to.date),
            (None, Some(_)) => true,
        };
        changed.then_some(Change::Deadline { from, to })
    }

    fn all_waves(&self) -> &[Deadline] {
        if self.waves.is_empty() { self.deadline.as_slice() } else { &self.waves }
    }
}

#[cfg(test)]
mod tests;
