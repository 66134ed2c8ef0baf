//! Editions: one periodic issue for one or more cohorts.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::CohortId;

/// Counts up from 1: it is typed by people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EditionId(pub i64);

impl std::fmt::Display for EditionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EditionState {
    Draft,
    Approved,
    Sending,
    Paused,
    Sent,
    Cancelled,
}

/// Who wanted an edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// An occurrence of the schedule.
    Schedule,
    /// A person.
    Hand,
    /// A person, to put right what was mailed.
    Correction,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edition {
    pub id: EditionId,
    /// Sorted.
    pub cohorts: Vec<CohortId>,
    /// The occurrence of the schedule it answers, in the schedule's local time; by hand: the minute it was created.
    /// Unique with the cohorts.
    pub occurrence: NaiveDateTime,
    pub origin: Origin,
    pub state: EditionState,
    /// Deliveries to files or diverted by `only_to`: no member's history.
    pub trial: bool,
    /// The civil time its texts speak from (days left, open or closed).
    pub as_of: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub approved_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    /// Since when it waits for a person because the database was restored from a backup.
    pub held_since: Option<DateTime<Utc>>,
    /// Drawn at random when it was created; part of its mails' ids, and nobody else's business.
    #[serde(default, skip_serializing)]
    pub nonce: String,
}

impl EditionState {
    /// The moves of design: draft → approved → sending ⇄ paused → sent; draft, approved or paused → cancelled.
    pub fn may_become(self, next: Self) -> bool {
        use EditionState::*;
        matches!(
            (self, next),
            (Draft, Approved | Cancelled)
                | (Approved, Sending | Paused | Cancelled)
                | (Sending, Paused | Sent)
                | (Paused, Sending | Cancelled)
        )
    }

    pub fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Cancelled)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Sending => "sending",
            Self::Paused => "paused",
            Self::Sent => "sent",
            Self::Cancelled => "cancelled",
        }
    }
}
