//! Members: former participants, and what concerns them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{CohortId, EmailAddress, TerritoryCode, ThemeId};

/// The row of a member: never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MemberId(pub i64);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    pub id: MemberId,
    pub email: EmailAddress,
    pub first_name: String,
    pub last_name: String,
    pub organisation: String,
    /// The work the member does there ("chargée de mission alimentation").
    pub role: String,
    pub cohorts: Vec<CohortId>,
    pub profile: Profile,
    pub rhythm: Rhythm,
    pub state: MemberState,
    /// What the member set on their own pages: an import leaves it alone.
    pub chosen: Vec<MemberField>,
}

/// What matching looks at: members with the same profile concern the same notices.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Profile {
    /// The member's places, sorted.
    pub territories: Vec<TerritoryCode>,
    /// None means all; sorted.
    pub themes: Vec<ThemeId>,
    pub organisation_kind: OrganisationKind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrganisationKind {
    /// A commune or its services.
    Commune,
    /// Centre communal or intercommunal d'action sociale.
    Ccas,
    /// A métropole, communauté or établissement public territorial.
    Epci,
    Departement,
    Region,
    Association,
    /// The State's services and agencies.
    Etat,
    /// Schools, hospitals and other public establishments.
    Etablissement,
    Entreprise,
    #[default]
    Autre,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rhythm {
    #[default]
    Weekly,
    Fortnightly,
    Monthly,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum MemberState {
    Active,
    Paused {
        until: NaiveDate,
    },
    /// By a bounce or an administrator, reversible.
    Suspended {
        why: String,
    },
    Left {
        at: DateTime<Utc>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemberField {
    Territories,
    Themes,
    Rhythm,
}
