//! Gives a year to dates written without one, from what else is known. Never from a clock: with nothing to go by, none.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use regex::Regex;

use super::mention::{Mention, When};

/// A page may be updated this long after its deadline.
const DAYS_BEFORE_ANCHOR: u64 = 45;

/// A call is seldom open longer than this.
const DAYS_OPEN_USUAL: i64 = 200;

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

/// The year or years a campaign is named after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Campaign {
    /// "appel à projets 2026".
    Year(i32),
    /// "campagne 2025-2026": its first year.
    From(i32),
}

/// What a text tells of its own time.
#[derive(Clone, Debug, Default)]
pub(super) struct Anchors {
    pub published: Option<NaiveDate>,
    pub opening: Option<NaiveDate>,
    pub campaign: Option<Campaign>,
    /// The earliest dated jury, result or beginning of actions.
    pub later_event: Option<NaiveDate>,
    /// Years written in full for a (month, day).
    pub known: BTreeMap<(u32, u32), Vec<i32>>,
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
        let fits = |date: &NaiveDate| weekday.is_none_or(|w| w == date.weekday());
        if let Some([year]) = self.known.get(&(month, day)).map(Vec::as_slice)
            && let Some(date) = NaiveDate::from_ymd_opt(*year, month, day).filter(fits)
        {
            return Some((date, How::Sure));
        }
        let likely = self.likely(day, month)?;
        match weekday {
            Some(_) if fits(&likely) => Some((likely, How::Sure)),
            Some(_) => {
                // The weekday knows better than a campaign's name or an update.
                let year_off = |years: i32| NaiveDate::from_ymd_opt(likely.year() + years, month, day).filter(fits);
                Some(year_off(-1).or_else(|| year_off(1)).map_or((likely, How::Inferred), |date| (date, How::Inferred)))
            }
            None => Some((likely, How::Inferred)),
        }
    }

    fn likely(&self, day: u32, month: u32) -> Option<NaiveDate> {
        let named = self.in_campaign(day, month);
        if let Some(published) = self.published {
            let next = first_from(published.checked_sub_days(Days::new(DAYS_BEFORE_ANCHOR))?, day, month)?;
            // A page updated long after its deadline: the campaign it is named after knows better.
            let far = (next - published).num_days() > DAYS_OPEN_USUAL;
            return Some(named.filter(|date| far && *date < next).unwrap_or(next));
        }
        if let Some(opening) = self.opening {
            return first_from(opening, day, month);
        }
        named.or_else(|| last_until(self.later_event?, day, month))
    }

    fn in_campaign(&self, day: u32, month: u32) -> Option<NaiveDate> {
        match (self.campaign?, self.later_event) {
            (Campaign::From(year), _) => NaiveDate::from_ymd_opt(year, month, day),
            (Campaign::Year(year), Some(event)) if (event.year() - year).abs() <= 1 => last_until(event, day, month),
            // Autumn's deadlines open the campaign of the year after; September may be of either.
            (Campaign::Year(year), _) if month >= 10 => NaiveDate::from_ymd_opt(year - 1, month, day),
            (Campaign::Year(year), _) => NaiveDate::from_ymd_opt(year, month, day),
        }
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

/// Bytes of the text looked at when the title names no campaign.
const LEAD_BYTES: usize = 500;

/// The campaign a title names, or the lead after a word like "campagne".
pub(super) fn campaign(title: &str, text: &str) -> Option<Campaign> {
    static YEARS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(20[0-9]{2})(?:(?: ?[-/] ?)(20[0-9]{2}|[0-9]{2}))?").ok());
    static LEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?:campagne|edition|appel a projets?|appel a candidatures?|session|annee|aap|ami|exercice|programmation|subventions?)(?: d'habilitation| de subventions?)? (?:pour |de )?(?:l'annee )?(20[0-9]{2})(?:(?: ?[-/] ?)(20[0-9]{2}|[0-9]{2}))?").ok()
    });
    let read = |regex: &Option<Regex>, text: &str| {
        let mut years: Vec<Campaign> = Vec::new();
        for found in regex.as_ref()?.captures_iter(text) {
            let year: i32 = found.get(1)?.as_str().parse().ok()?;
            let campaign = if found.get(2).is_some() { Campaign::From(year) } else { Campaign::Year(year) };
            if !years.contains(&campaign) {
                years.push(campaign);
            }
        }
        match years.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    };
    read(&YEARS, title).or_else(|| {
        let end = (0..=LEAD_BYTES.min(text.len())).rev().find(|i| text.is_char_boundary(*i))?;
        read(&LEAD, text.get(..end)?)
    })
}
