//! How a source does: what is wrong with it, since when, and whether administrators were told.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::SourceId;

/// What can be wrong with a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ailment {
    /// No answer, or one that cannot be read.
    Unreadable,
    /// A page that asks for a password, whatever its status.
    LoginPage,
    /// A captcha or another page against robots, whatever its status.
    AntiBot,
    /// The page came; the list is not where the entry says.
    ListNotFound,
    /// A later page of the list failed.
    ReadInPart,
    /// The list is there and empty, which it was not lately.
    ListEmpty,
    /// Nothing new for far longer than is usual there.
    Stale,
    /// Items without title or link.
    ItemsNotWhole,
}

impl Ailment {
    /// Whether it keeps the list from being read: then nothing is known of the other ailments.
    pub fn is_of_reading(self) -> bool {
        matches!(self, Self::Unreadable | Self::LoginPage | Self::AntiBot | Self::ListNotFound)
    }
}

/// An ailment that a source has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symptom {
    pub ailment: Ailment,
    pub since: DateTime<Utc>,
    /// For an administrator, in French: what is seen, and what to do.
    pub said: String,
    /// It is told once, and its end too if it was.
    pub told: bool,
}

/// What is remembered of a source to judge its next visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    pub symptoms: Vec<Symptom>,
    /// How many items its last lists held, the latest last; empty lists left out.
    pub counts: Vec<u32>,
    /// The longest silence between two items of its last list, in days.
    pub gap_days: Option<i64>,
}

impl Health {
    /// How many items its lists usually hold: the median of the last ones.
    pub fn usual(&self) -> Option<u32> {
        let mut counts = self.counts.clone();
        counts.sort_unstable();
        counts.get(counts.len() / 2).copied()
    }
}

/// A change in how a source does, told to administrators once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEvent {
    pub source: SourceId,
    pub name: String,
    pub at: DateTime<Utc>,
    #[serde(flatten)]
    pub what: HealthTurn,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum HealthTurn {
    Broke { ailment: Ailment, said: String, last_success_at: Option<DateTime<Utc>> },
    Recovered { ailment: Ailment, since: DateTime<Utc> },
}
