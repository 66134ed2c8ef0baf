//! One date as it stands in a text, before anybody asks what it is for.

use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

/// A date written in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Byte offsets into the text, on character boundaries: weekday and hour included, connectors ("avant le") not.
    pub start: usize,
    pub end: usize,
    pub when: When,
    pub weekday: Option<Weekday>,
    /// The hour written with it; "minuit" is 23:59 of that day.
    pub time: Option<NaiveTime>,
    /// The clocks it is to be read on, when it says ("heure de La Réunion").
    pub zone: Option<Tz>,
    pub part: Part,
    /// The year and month of a vague one that names both.
    pub(super) month: Option<(i32, u32)>,
    /// The same offsets in the folded text.
    pub(super) folded: (usize, usize),
    pub(super) hours: Hours,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Day(NaiveDate),
    /// A day without its year.
    DayOfYear {
        day: u32,
        month: u32,
    },
    /// A month, a week, a part of a month ("fin mars 2026"): no day.
    Vague,
}

/// Its part in "du … au …".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Alone,
    /// The next mention closes the range.
    Opens,
    /// The mention before opens it.
    Closes,
}

/// Whether one hour is written with it, or the span of a meeting ("de 9h à 12h").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hours {
    AtMostOne,
    Span,
}

impl Mention {
    pub(super) fn is_day(&self) -> bool {
        !matches!(self.when, When::Vague)
    }

    pub(super) fn date(&self) -> Option<NaiveDate> {
        match self.when {
            When::Day(date) => Some(date),
            _ => None,
        }
    }

    /// Day and month, whether or not the year is known.
    pub(super) fn day_month(&self) -> Option<(u32, u32)> {
        use chrono::Datelike;
        match self.when {
            When::Day(date) => Some((date.day(), date.month())),
            When::DayOfYear { day, month } => Some((day, month)),
            When::Vague => None,
        }
    }
}
