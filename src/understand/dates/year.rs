//! Gives a year to dates written without one, from what else is known. Never from a clock: with nothing to go by, none.

use std::collections::BTreeMap;

use super::campaign::{Campaign, Span};
use super::mention::{Mention, When};
use chrono::{Datelike, Days, NaiveDate, Weekday};

/// A page may be published, or told to be, this long after its deadline.
const DAYS_BEFORE_ANCHOR: u64 = 45;

/// A call is seldom open longer than this.
const DAYS_OPEN_USUAL: i64 = 200;

/// A page is seldom updated so long before the deadline.
const DAYS_OPEN_AFTER_UPDATE: i64 = 150;

/// Nor ever longer than this, from its publication.
const DAYS_OPEN_MAX: i64 = 270;

/// How a date got its year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Written, written elsewhere for the same day, or confirmed by the weekday.
    Sure,
    Inferred,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dated {
    pub date: NaiveDate,
    pub how: How,
    pub weekday: WeekdayCheck,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WeekdayCheck {
    AgreesOrAbsent,
    Disagrees,
}

/// The day a page says it dates from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub date: NaiveDate,
    pub told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Published,
    /// A page goes on being updated after its deadline.
    Updated,
}

/// What a text tells of its own time.
#[derive(Clone, Debug, Default)]
pub(super) struct Anchors {
    pub stamp: Option<Stamp>,
    pub opening: Option<NaiveDate>,
    pub campaign: Option<Campaign>,
    /// The earliest dated jury, result or beginning of actions.
    pub later_event: Option<NaiveDate>,
    /// Years written in full for a (month, day).
    pub known: BTreeMap<(u32, u32), Vec<i32>>,
    /// The other days with a year, whatever they are for; a month is its middle.
    pub around: Vec<NaiveDate>,
}

impl Anchors {
    pub fn date(&self, mention: &Mention) -> Option<Dated> {
        let (date, how) = match mention.when {
            When::Day(date) => (date, How::Sure),
            When::DayOfYear { day, month } => self.infer(day, month, mention.weekday)?,
            When::Vague => return None,
        };
        let agrees = mention.weekday.is_none_or(|weekday| weekday == date.weekday());
        let weekday = if agrees { WeekdayCheck::AgreesOrAbsent } else { WeekdayCheck::Disagrees };
        Some(Dated { date, how, weekday })
    }

    fn infer(&self, day: u32, month: u32, weekday: Option<Weekday>) -> Option<(NaiveDate, How)> {
        let in_year = |year: i32| NaiveDate::from_ymd_opt(year, month, day);
        let fits = |date: &NaiveDate| weekday.is_none_or(|w| w == date.weekday());
        if let Some([year]) = self.known.get(&(month, day)).map(Vec::as_slice)
            && let Some(date) = in_year(*year).filter(fits)
        {
            return Some((date, How::Sure));
        }
        let likely = self.likely(day, month);
        if weekday.is_none() {
            return Some((likely?, How::Inferred));
        }
        if let Some(likely) = likely {
            // The weekday knows better than a campaign's name or an update.
            let near = [likely.year(), likely.year() - 1, likely.year() + 1].into_iter().filter_map(in_year);
            return near.clone().find(fits).map(|date| (date, How::Sure)).or(Some((likely, How::Inferred)));
        }
        let mut fitting: Vec<NaiveDate> = self.years_told().into_iter().filter_map(in_year).filter(fits).collect();
        fitting.dedup();
        match fitting.as_slice() {
            [only] => Some((*only, How::Sure)),
            _ => None,
        }
    }

    /// The years that what is known may mean, each with the one before it, in order.
    fn years_told(&self) -> Vec<i32> {
        let campaign = self.campaign.map(|campaign| campaign.year);
        let stamp = self.stamp.map(|stamp| stamp.date.year() + 1);
        let around = self.around.iter().map(Datelike::year);
        let mut years: Vec<i32> = around.chain(campaign).chain(stamp).flat_map(|year| [year - 1, year]).collect();
        years.sort_unstable();
        years.dedup();
        years
    }

    fn likely(&self, day: u32, month: u32) -> Option<NaiveDate> {
        let named = self.in_campaign(day, month);
        if let Some(stamp) = self.stamp {
            return self.near_stamp(stamp, day, month, named);
        }
        if let Some(opening) = self.opening {
            return first_from(opening, day, month);
        }
        named.or_else(|| last_until(self.later_event?, day, month)).or_else(|| self.nearest_to_all(day, month))
    }

    fn near_stamp(&self, stamp: Stamp, day: u32, month: u32, named: Option<NaiveDate>) -> Option<NaiveDate> {
        let next = first_from(stamp.date.checked_sub_days(Days::new(DAYS_BEFORE_ANCHOR))?, day, month)?;
        let open = (next - stamp.date).num_days();
        let usual = if stamp.told == Told::Updated { DAYS_OPEN_AFTER_UPDATE } else { DAYS_OPEN_USUAL };
        if open <= usual {
            return Some(next);
        }
        // A page updated long after its deadline: the campaign it is named after knows better.
        let told = named.filter(|date| *date < next).or_else(|| {
            let event = self.later_event.and_then(|event| last_until(event, day, month))?;
            (event < next).then_some(event)
        });
        told.or_else(|| (stamp.told == Told::Published && open <= DAYS_OPEN_MAX).then_some(next))
    }

    fn in_campaign(&self, day: u32, month: u32) -> Option<NaiveDate> {
        let campaign = self.campaign?;
        if let Some(event) = self.later_event.filter(|e| (e.year() - campaign.year).abs() <= 1)
            && campaign.span == Span::Year
        {
            return last_until(event, day, month);
        }
        NaiveDate::from_ymd_opt(campaign.year_of(month)?, month, day)
    }

    /// The day of that name that stands nearest to each other date of the text, when they agree on one.
    fn nearest_to_all(&self, day: u32, month: u32) -> Option<NaiveDate> {
        let nearest = |other: &NaiveDate| {
            let years = [other.year() - 1, other.year(), other.year() + 1].into_iter();
            years
                .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
                .min_by_key(|date| (*date - *other).num_days().abs())
        };
        let mut all = self.around.iter().filter_map(nearest);
        let first = all.next()?;
        all.all(|date| date == first).then_some(first)
    }
}

/// The first such day on or after `from`; a 29 February may be years away, and is then none.
pub(super) fn first_from(from: NaiveDate, day: u32, month: u32) -> Option<NaiveDate> {
    [0, 1]
        .into_iter()
        .filter_map(|years| NaiveDate::from_ymd_opt(from.year() + years, month, day))
        .find(|date| *date >= from)
}

/// The last such day on or before `until`.
pub(super) fn last_until(until: NaiveDate, day: u32, month: u32) -> Option<NaiveDate> {
    [0, 1]
        .into_iter()
        .filter_map(|years| NaiveDate::from_ymd_opt(until.year() - years, month, day))
        .find(|date| *date <= until)
}
