//! Digests: what one edition holds for one member, frozen at approval.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Change, NoticeId, TerritoryCode, ThemeId};

/// The ordered entries of one digest. Members to whom the same is said share one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    pub entries: Vec<Entry>,
    /// Open notices left for the next edition because this one is full.
    pub left_for_next: usize,
    #[serde(default)]
    pub turn: Turn,
    #[serde(default)]
    pub acquaintance: Acquaintance,
    /// When this member's next digest is expected.
    #[serde(default)]
    pub next: Option<DateTime<Utc>>,
    /// For an association: what is known of food-aid accreditation in each of its régions.
    #[serde(default)]
    pub accreditations: Vec<RegionAccreditation>,
}

/// Whether a digest comes with the member's rhythm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    #[default]
    Due,
    /// Between two turns: only what closes before the next one. It moves no later turn.
    Between,
    /// Puts right what was mailed; it moves no later turn.
    Correction,
}

/// Whether the member knows who writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acquaintance {
    /// Nothing was ever sent to them.
    First,
    #[default]
    Known,
}

/// What is known of accreditation in one région.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionAccreditation {
    pub region: TerritoryCode,
    /// The campaign that is open, or else the last one known.
    pub campaign: Option<Campaign>,
}

/// A campaign, as its notice stood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Campaign {
    Open { notice: NoticeId, revision: u32 },
    Over { notice: NoticeId, revision: u32 },
}

impl Campaign {
    pub fn notice(&self) -> (&NoticeId, u32) {
        match self {
            Self::Open { notice, revision } | Self::Over { notice, revision } => (notice, *revision),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub notice: NoticeId,
    pub revision: u32,
    pub section: Section,
    pub reason: Reason,
    /// For [`Section::Changed`]: what changed since this member last saw it.
    pub changes: Vec<Change>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    New,
    ClosingSoon,
    Changed,
    Accreditation,
    Aid,
    /// Results and news of the network.
    Network,
}

/// Why this notice is for this member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The notice's place that the member belongs to, or that lies within the member's.
    pub territory: TerritoryCode,
    /// The themes they share; all of the notice's when the member chose none.
    pub themes: Vec<ThemeId>,
    pub relation: Relation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The member's organisation may apply, as far as the notice says.
    Apply,
    /// Others may: the member passes it on to partners.
    Relay,
}

/// One line of a member's history: this notice was shown in this way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Showing {
    pub notice: NoticeId,
    pub revision: u32,
    pub section: Section,
    /// The civil day it was shown, as the edition counts.
    pub on: chrono::NaiveDate,
}
