//! Deliveries: the ledger's rows, one for each edition and member.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{EditionId, EmailAddress, MemberId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(pub i64);

/// queued → attempting → sent | deferred | refused | uncertain; deferred → attempting, or expired after three days;
/// uncertain → attempting, or held; queued → skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    Queued,
    /// On record before DATA is sent.
    Attempting,
    Sent,
    /// The server said "later": tried again.
    Deferred,
    /// The server said "never".
    Refused,
    /// A process died, or the connection was lost, between DATA and its answer.
    Uncertain,
    Skipped,
    Expired,
    Held,
}

impl DeliveryState {
    pub const ALL: [Self; 9] = [
        Self::Queued,
        Self::Attempting,
        Self::Sent,
        Self::Deferred,
        Self::Refused,
        Self::Uncertain,
        Self::Skipped,
        Self::Expired,
        Self::Held,
    ];

    pub fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Refused | Self::Skipped | Self::Expired | Self::Held)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Attempting => "attempting",
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Refused => "refused",
            Self::Uncertain => "uncertain",
            Self::Skipped => "skipped",
            Self::Expired => "expired",
            Self::Held => "held",
        }
    }

    pub fn parse(state: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == state)
    }
}

/// Why a row is skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    Left,
    Suspended,
    Paused,
    /// The member's rhythm is not due.
    Rhythm,
    NothingToSay,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    pub id: DeliveryId,
    pub edition: EditionId,
    pub member: MemberId,
    pub email: EmailAddress,
    pub state: DeliveryState,
    pub skipped_because: Option<SkipReason>,
    /// How many times DATA may have been sent.
    pub attempts: u32,
    /// What the server, or the system, last said.
    pub last_reply: Option<String>,
    pub message_id: String,
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}
