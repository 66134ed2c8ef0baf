//! What one digest holds for one member, with every name resolved: the input of [`super::Composer`].
//!
//! `pipeline` builds it from the frozen content of an edition. It refuses to know codes of places and ids of themes: it
//! gets their labels. Texts in it come from other people's pages and are taken as hostile.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use serde::Serialize;

use crate::model::{
    Audience, CallType, Change, Deadline, Doubt, Kind, Language, NoticeId, Relation, Section, Status, TerritoryCode,
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
    /// How the subject names the place after "pour": "Nanterre", "la Seine-Saint-Denis". `None`: the first label
    /// without its bracket.
    pub place_in_sentence: Option<String>,
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
    /// The other application waves still open, in order.
    pub other_waves: Vec<Deadline>,
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

impl Links {
    /// Whether there are public pages to point at. Without them the dates travel as an attached calendar.
    pub fn has_pages(&self) -> bool {
        self.leave_page.is_some() || self.preferences_page.is_some() || self.open_calls_page.is_some()
    }
}

/// A mail diverted to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// Whom it is meant for, as it may be shown ("Léa, CCAS de Nanterre").
    pub meant_for: String,
}
