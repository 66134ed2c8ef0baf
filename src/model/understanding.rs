//! What Glaneur understood of one item: the answer of `understand`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Deadline, Doubt, Reading, TerritoryCode, ThemeId};

/// What a notice is, for somebody who looks for money or recognition for a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A call for projects, for expressions of interest, for candidates, a prize, a subsidy campaign: one can apply.
    Call,
    /// A standing aid: one can apply at any time.
    Aid,
    /// A campaign or an act of food-aid accreditation (habilitation), agrément or labelling.
    Accreditation,
    /// Laureates; the outcome of a closed call.
    Results,
    /// Anything else: articles, events, tenders, job offers.
    News,
    /// Of the network, kept by its administrators: a meeting, a visit.
    Event,
    /// Of the network's toolbox.
    Resource,
    /// News of the network.
    Announcement,
}

impl Kind {
    /// What only administrators write: shown under « Le réseau », never applied to. Reading a page gives none of these.
    pub fn is_of_the_network(self) -> bool {
        matches!(self, Self::Event | Self::Resource | Self::Announcement)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallType {
    /// Appel à projets.
    Aap,
    /// Appel à manifestation d'intérêt.
    Ami,
    /// Appel à candidatures.
    Candidatures,
    Prix,
    /// Campagne de subventions.
    Subvention,
}

/// Who may apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Communes, CCAS and CIAS, EPCI, départements, régions.
    Collectivites,
    Associations,
    Entreprises,
    /// Schools, hospitals, medico-social establishments, public bodies.
    Etablissements,
    Particuliers,
}

/// All that was read in one item, each value with its words and doubts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Understanding {
    pub kind: Reading<Kind>,
    pub call_type: Reading<CallType>,
    /// The first wave read; an extension wins over what it extends.
    pub deadline: Reading<Deadline>,
    /// Every application wave, in order; holds `deadline` too when there are several, else empty.
    pub waves: Vec<Deadline>,
    /// The deadline that an extension replaced, when the text gives it.
    pub extended_from: Option<Deadline>,
    pub opening: Reading<NaiveDate>,
    /// When the text says it was published or updated.
    pub published: Reading<NaiveDate>,
    /// Codes, sorted, without repeats.
    pub territory: Reading<Vec<TerritoryCode>>,
    /// One to three, the most central first.
    pub themes: Reading<Vec<ThemeId>>,
    /// Sorted, without repeats.
    pub audiences: Reading<Vec<Audience>>,
    /// Whether a commune, a CCAS or an EPCI may apply; `None`: not said.
    pub ccas_eligible: Reading<bool>,
    /// The total envelope or the cap for one project, as written.
    pub amount: Reading<String>,
    /// Suspended, cancelled or withdrawn, when the text says so.
    pub status: Reading<super::Status>,
    /// One sentence out of the text that says what it is about.
    pub summary: Option<String>,
}

impl Understanding {
    pub fn kind(&self) -> Kind {
        self.kind.value.unwrap_or(Kind::News)
    }

    /// Every doubt, in the order of the fields.
    pub fn doubts(&self) -> Vec<Doubt> {
        let Self { kind, call_type, deadline, opening, published, territory, themes, audiences, .. } = self;
        [
            &kind.doubts,
            &call_type.doubts,
            &deadline.doubts,
            &opening.doubts,
            &published.doubts,
            &territory.doubts,
            &themes.doubts,
            &audiences.doubts,
            &self.ccas_eligible.doubts,
            &self.amount.doubts,
            &self.status.doubts,
        ]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
    }
}
