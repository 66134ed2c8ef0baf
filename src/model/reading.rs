//! What was read, from which words, and with which doubts.

use serde::{Deserialize, Serialize};

/// A value read in a notice, with the words it came from.
///
/// Reading a messy page does not fail: it gives `None`, or doubts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading<T> {
    pub value: Option<T>,
    pub evidence: Vec<Quote>,
    pub doubts: Vec<Doubt>,
}

impl<T> Reading<T> {
    pub fn none() -> Self {
        Self { value: None, evidence: Vec::new(), doubts: Vec::new() }
    }

    pub fn of(value: T, evidence: Quote) -> Self {
        Self { value: Some(value), evidence: vec![evidence], doubts: Vec::new() }
    }

    pub fn doubted(mut self, doubt: Doubt) -> Self {
        self.doubts.push(doubt);
        self
    }
}

impl<T> Default for Reading<T> {
    fn default() -> Self {
        Self::none()
    }
}

/// Words of a notice: `start..end` are byte offsets into the named field's clean text, always on character boundaries.
///
/// For [`Field::Structured`] the offsets are zero and `text` is the field's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub field: Field,
    pub start: usize,
    pub end: usize,
    pub text: String,
}

/// Where words stand.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    Title,
    Text,
    /// Who publishes the notice.
    Publisher,
    /// The entry of sources.toml: what a notice covers when it does not say.
    Source,
    /// A field of the site's own data, by its name there (`date_cloture`).
    Structured(String),
    /// An administrator's own entry, by who keeps it.
    Entered(String),
}

/// What a reading, a doubt or a correction is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    Kind,
    Title,
    Deadline,
    Opening,
    Territory,
    Themes,
    Audiences,
    Ccas,
    Amount,
    Status,
}

/// Why a fair reader would look twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    pub about: Aspect,
    pub reason: DoubtReason,
    /// The other date, the other place, the words in question; empty when the reason says all.
    pub detail: String,
}

impl Doubt {
    pub fn new(about: Aspect, reason: DoubtReason, detail: impl Into<String>) -> Self {
        Self { about, reason, detail: detail.into() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DoubtReason {
    /// A date is written without its year and nothing around it gives one.
    YearUnknown,
    /// A date is written without its year; the year was inferred.
    YearInferred,
    /// The weekday written does not fall on the date written.
    WeekdayDisagrees,
    /// Two statements give different dates; both are kept.
    Contradiction,
    /// Several application waves.
    SeveralWaves,
    /// The deadline lies before the publication.
    BeforePublication,
    /// The site's own field and its text disagree; the field was followed.
    FieldDisagrees,
    /// No words say it plainly; it is the most likely reading.
    Weak,
    /// A name that several places carry.
    AmbiguousPlace,
    /// Nothing says where: the source's territory was taken.
    TerritoryFromSource,
    /// The text was too long and was read only in part.
    Truncated,
    /// An attached document could not be read.
    Unreadable,
}

/// A language that Glaneur writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    Fr,
    En,
}
