//! What one digest holds for one member, with every name resolved: the input of [`super::Composer`].
//!
//! `pipeline` builds it from the frozen content of an edition. It refuses to know codes of places and ids of themes: it
//! gets their labels. Texts in it come from other people's pages and are taken as hostile.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use serde::Serialize;

use crate::model::{
    Acquaintance, Audience, CallType, Change, Deadline, Doubt, Kind, Language, NoticeId, Relation, Section, Status,
    TerritoryCode, Turn,
};

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DigestView {
    pub language: Language,
    /// The name of the network that writes ("Réseau Alim'Activ").
    pub network: String,
    /// The member's training promotions, by name.
    pub cohorts: Vec<String>,
    /// The civil time it speaks from: every "in N days" is counted from here.
    pub as_of: DateTime<Tz>,
    pub addressee: Addressee,
    /// The team's word, in Markdown; what could act in a mail is dropped from it.
    pub word: Option<String>,
    /// In the order chosen for this member; sections are laid out in their own order, items keep theirs within.
    pub items: Vec<ItemView>,
    /// Open notices kept for the next edition because this one is full.
    pub left_for_next: usize,
    pub acquaintance: Acquaintance,
    pub turn: Turn,
    /// When this member's next digest is expected.
    pub next: Option<DateTime<Tz>>,
    /// For an association: where food-aid accreditation stands in each of its régions.
    pub accreditations: Vec<AccreditationView>,
    /// Sources that are down, so that silence is not taken for "nothing new".
    pub silent_sources: Vec<SilentSource>,
    /// The address a reader may write to.
    pub contact: Option<String>,
    pub links: Links,
    /// Set when this mail does not go to the member: a diverted trial (`only_to`).
    pub trial: Option<Trial>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Addressee {
    /// May be empty.
    pub first_name: String,
    pub organisation: String,
    /// Labels of their places, the first one first: "Montreuil (93)", "Seine-Saint-Denis".
    pub places: Vec<String>,
    /// How the subject names each place after "pour", in the same order: "Nanterre", "la Seine-Saint-Denis".
    pub places_in_sentence: Vec<String>,
    /// Labels of their themes; none means all.
    pub themes: Vec<String>,
}

/// One notice in a digest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemView {
    pub notice: NoticeId,
    pub section: Section,
    pub kind: Kind,
    pub call_type: Option<CallType>,
    pub status: Status,
    pub title: String,
    pub publisher: Option<String>,
    /// The next wave still open at `as_of`.
    pub deadline: Option<Deadline>,
    /// Other deadlines that the page or another site gives: nobody knows which is right, so the earliest leads.
    pub rivals: Vec<Deadline>,
    /// The other application waves still open, in order.
    pub other_waves: Vec<Deadline>,
    /// Since when it has been there to be found: its publication, or else when it was first seen.
    pub since: Option<NaiveDate>,
    pub opening: Option<NaiveDate>,
    pub audiences: Vec<Audience>,
    pub amount: Option<String>,
    pub summary: Option<String>,
    /// The notice's page at its publisher. Anything but http and https is dropped.
    pub url: Option<String>,
    pub relation: Relation,
    pub why: Why,
    /// The words of the page that give the deadline.
    pub quote: Option<String>,
    pub doubts: Vec<Doubt>,
    /// What changed since this member last saw it.
    pub changes: Vec<ChangeView>,
    /// A page that gives this one date as a calendar file, when there are public pages.
    pub calendar_url: Option<String>,
}

/// Where food-aid accreditation stands in one région.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AccreditationView {
    /// "Île-de-France".
    pub region: String,
    pub campaign: CampaignView,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum CampaignView {
    Open {
        until: Option<Deadline>,
    },
    /// None is open; the dates of the last one.
    Over {
        opening: Option<NaiveDate>,
        deadline: Option<Deadline>,
    },
    NoneKnown,
}

/// Why this notice is for this member.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Why {
    /// "Seine-Saint-Denis".
    pub place: String,
    /// "précarité alimentaire".
    pub themes: Vec<String>,
}

/// A change that members are told of, places by name.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum ChangeView {
    Deadline { from: Option<Deadline>, to: Option<Deadline> },
    Opening { from: Option<NaiveDate>, to: Option<NaiveDate> },
    Territory { from: Vec<String>, to: Vec<String> },
    Audiences { from: Vec<Audience>, to: Vec<Audience> },
    Amount { from: Option<String>, to: Option<String> },
    Status { from: Status, to: Status },
}

impl ChangeView {
    /// `name` gives the label of a place.
    pub fn new(change: &Change, name: impl Fn(&TerritoryCode) -> String) -> Self {
        let names = |codes: &[TerritoryCode]| codes.iter().map(&name).collect();
        match change.clone() {
            Change::Deadline { from, to } => Self::Deadline { from, to },
            Change::Opening { from, to } => Self::Opening { from, to },
            Change::Territory { from, to } => Self::Territory { from: names(&from), to: names(&to) },
            Change::Audiences { from, to } => Self::Audiences { from, to },
            Change::Amount { from, to } => Self::Amount { from, to },
            Change::Status { from, to } => Self::Status { from, to },
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SilentSource {
    pub name: String,
    pub since: NaiveDate,
}

/// Where a reader may go. Without public pages a mail carries no dead link: leaving is by mail.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Links {
    pub leave_page: Option<String>,
    pub preferences_page: Option<String>,
    /// `mailto:…?subject=…`
    pub leave_mailto: Option<String>,
    /// The page of all open calls.
    pub open_calls_page: Option<String>,
}

impl DigestView {
    /// Whether the dates travel as an attached calendar, because no page gives them.
    pub fn carries_calendar(&self) -> bool {
        self.items.iter().all(|item| item.calendar_url.is_none())
    }
}

/// A mail diverted to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// Whom it is meant for, as it may be shown ("Léa, CCAS de Nanterre").
    pub meant_for: String,
}
