//! French dates: every way to write one, and which of them is the deadline.
//!
//! [`find`] lists what a text writes, [`read`] says what it means: scan → weigh → resolve years → choose. Linear in the text's
//! length. It refuses to know what time it is: a date without a year takes it from the weekday, the publication, the
//! campaign's name or other dates of the text, and has none otherwise. A wrong date is worse than none.

mod campaign;
mod choose;
mod clause;
mod cue;
mod cue_words;
mod dateline;
mod fold;
mod hour;
mod label;
mod mend;
mod mention;
mod numeric;
mod range;
mod reading;
mod scan;
mod sides;
#[cfg(test)]
mod tests;
mod timeline;
mod weigh;
mod words;
mod year;

use chrono::NaiveDate;
use chrono_tz::Tz;

pub use mention::{Mention, Part, When};
pub use reading::read;
pub use scan::MENTIONS_MAX;
pub use words::print_fr;

use crate::model::{Deadline, Reading};

/// Bytes of a text that are read; what follows is left, with a doubt.
pub const TEXT_BYTES_MAX: usize = 2 << 20;

/// What is known of a notice before its dates are read.
#[derive(Clone, Debug)]
pub struct DatesInput<'a> {
    pub title: &'a str,
    pub text: &'a str,
    /// When the site says it was published.
    pub published: Option<NaiveDate>,
    /// The site's own field, by its name there.
    pub deadline_field: Option<(&'a str, Deadline)>,
    pub opening_field: Option<(&'a str, NaiveDate)>,
    /// Where the hours are counted, unless the text says.
    pub zone: Tz,
}

/// What the dates of a notice mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DatesReading {
    /// The first wave; an extension wins over what it extends.
    pub deadline: Reading<Deadline>,
    /// Every wave, in order, `deadline` among them, when there are several; else empty.
    pub waves: Vec<Deadline>,
    pub extended_from: Option<Deadline>,
    pub opening: Reading<NaiveDate>,
    /// "Publié le", "Mis à jour le", as the text says.
    pub published: Reading<NaiveDate>,
}

/// Every date written in `text`, in order. Instants with an offset are read on the clocks of Paris.
pub fn find(text: &str) -> Vec<Mention> {
    let text = text.get(..text.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or_default();
    scan::scan(&fold::Folded::new(text), chrono_tz::Europe::Paris)
}
