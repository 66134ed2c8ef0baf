//! Understanding: one item becomes a kind, a deadline, places, themes, audiences and an amount, each with its words.
//!
//! Pure: no clock, disk or network, and no panic on any text. [`Reader::read`] is the table of contents; each reading has
//! its file. Whether two items are one notice is told by [`sameness`]. What members want is not known here.

mod amount;
mod answer;
mod assemble;
mod audience;
mod calltype;
pub mod dates;
mod explain;
mod frame;
mod kind;
mod lexicon;
mod page;
mod phrases;
pub mod sameness;
mod status;
mod summary;
pub mod territory;
#[cfg(test)]
mod tests;
mod themes;
mod words;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::geography::Geography;
use crate::model::{Fields, Item, Kind, Reading, Source, TerritoryCode, ThemeId, Themes, Understanding};

pub use answer::answer;
pub use assemble::{Piece, Standing, assemble, evidence};
pub use explain::explain;
use page::Page;

/// Reads items. Built once for a set of themes; reading shares it between threads.
pub struct Reader {
    themes: themes::ThemeReader,
}

/// What is known of one item before it is understood.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    pub title: &'a str,
    pub text: &'a str,
    pub publisher: Option<&'a str>,
    /// What the source covers when a notice does not say.
    pub source_territory: &'a [TerritoryCode],
    /// What the source is about when a notice does not say.
    pub source_themes: &'a [ThemeId],
    /// When the site says that it was published.
    pub published: Option<NaiveDate>,
    pub url: Option<&'a str>,
    pub fields: &'a Fields,
}

impl<'a> Input<'a> {
    pub fn of(item: &'a Item, source: &'a Source) -> Self {
        Self {
            title: &item.title,
            text: &item.text,
            publisher: item.publisher.as_deref().or(source.publisher()),
            source_territory: &source.territory,
            source_themes: &source.themes,
            published: item.published,
            url: item.url.as_deref(),
            fields: &item.fields,
        }
    }
}

impl Reader {
    pub fn new(themes: &Themes) -> Self {
        Self { themes: themes::ThemeReader::new(themes) }
    }

    pub fn read(&self, input: &Input) -> Understanding {
        let page = Page::of(input);
        let territory = read_territory(input);
        let dates = read_dates(input, &territory);
        let kind = kind::read(&page, input, kind::Closes::of(&dates.deadline), &dates.deadline.evidence);
        let kind_value = kind.value;
        let dates = if says_how_to_apply(kind_value) { dates } else { without_applications(dates) };
        let who = audience::read(&page, input, kind_value);
        Understanding {
            call_type: calltype::read(&page, kind_value),
            themes: self.themes.read(&page, input),
            amount: amount::read(&page, input.fields),
            status: status::read(&page),
            summary: summary::read(&page),
            audiences: who.audiences,
            ccas_eligible: who.ccas_eligible,
            kind,
            deadline: dates.deadline,
            waves: dates.waves,
            extended_from: dates.extended_from,
            opening: dates.opening,
            published: dates.published,
            territory,
        }
    }
}

/// News and results may hold dates, of an event or of a call that is over: none that a member could take for a deadline.
fn says_how_to_apply(kind: Option<Kind>) -> bool {
    !matches!(kind, Some(Kind::News | Kind::Results))
}

fn without_applications(dates: dates::DatesReading) -> dates::DatesReading {
    dates::DatesReading { published: dates.published, ..dates::DatesReading::default() }
}

fn read_territory(input: &Input) -> Reading<Vec<TerritoryCode>> {
    territory::territory(&territory::TerritoryInput {
        title: input.title,
        text: input.text,
        url: input.url,
        publisher: input.publisher,
        source_territory: input.source_territory,
        field: input.fields.territory.as_ref(),
        place: input.fields.place.as_ref(),
    })
}

/// The clocks of the places read, when they agree; else those of Paris.
fn zone(territory: &Reading<Vec<TerritoryCode>>) -> Tz {
    let geography = Geography::get();
    let mut zones = territory.value.iter().flatten().map(|code| geography.zone(code));
    let first = zones.next().unwrap_or(Tz::Europe__Paris);
    if zones.all(|zone| zone == first) { first } else { Tz::Europe__Paris }
}

fn read_dates(input: &Input, territory: &Reading<Vec<TerritoryCode>>) -> dates::DatesReading {
    dates::read(&dates::DatesInput {
        title: input.title,
        text: input.text,
        published: input.published,
        deadline_field: input.fields.deadline.as_ref().map(|(name, value)| (name.as_str(), *value)),
        opening_field: input.fields.opening.as_ref().map(|(name, value)| (name.as_str(), *value)),
        zone: zone(territory),
    })
}
