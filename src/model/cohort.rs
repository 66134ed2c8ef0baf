//! Cohorts: training promotions.

use serde::{Deserialize, Serialize};

/// The id of a cohort: lower-case letters, digits and hyphens, as in the settings.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CohortId(pub String);

impl CohortId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for CohortId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A training promotion; its members share editions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohort {
    pub id: CohortId,
    pub name: String,
    /// Its territories; they decide between places of one name in a member's line.
    pub territory: Vec<super::TerritoryCode>,
}
