//! Dates in the fields of a site's data: not prose, one date each, in the many forms that real data have.
//!
//! Dates in sentences are `understand`'s story. Here a value that cannot be read is left alone.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Europe::Paris;
use regex::{Captures, Regex};

use crate::model::Deadline;

/// A field longer than this is prose, not a date.
const FIELD_BYTES_MAX: usize = 400;
/// Years that a call for projects can have.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// A date as a field gives it, on the clocks of Paris.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub date: NaiveDate,
    /// `None` for a date alone, and for midnight, which data systems write for "no hour".
    pub time: Option<NaiveTime>,
}

impl Moment {
    pub fn deadline(self) -> Deadline {
        Deadline::on(self.date).at(self.time)
    }

    pub fn instant(self) -> Option<DateTime<Utc>> {
        let local = self.date.and_time(self.time.unwrap_or(NaiveTime::MIN));
        Paris.from_local_datetime(&local).earliest().map(|instant| instant.to_utc())
    }
}

/// The first date in `field`: ISO 8601 with or without a zone, `20230112`, day/month/year, RFC 822, French words.
pub fn read(field: &str) -> Option<Moment> {
    let field = field.trim();
    if field.is_empty() || field.len() > FIELD_BYTES_MAX {
        return None;
    }
    // "2023-01-09T14: 40: 19" is what an editor made of a clock time.
    let field = replace(&COLON, field, "$1:$2");
    iso(&field)
        .or_else(|| compact(&field))
        .or_else(|| mail(&field))
        .or_else(|| day_month_year(&field))
        .or_else(|| in_words(&field))
}

/// As [`read`], for an end: of "du 4 mars 2026 au 17 avril 2026", the second.
pub fn read_end(field: &str) -> Option<Moment> {
    if field.len() > FIELD_BYTES_MAX {
        return None;
    }
    let ends = [" au ", " Au ", " AU ", " - ", " – ", "→"].iter().filter_map(|sign| field.rsplit_once(sign));
    ends.filter_map(|(_, end)| read(end)).next().or_else(|| read(field))
}

static COLON: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\d)\s*:\s+(\d)").ok());
static ISO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)\b(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})
          (?:(?:T|\s+|\s+à\s+)(?P<H>\d{1,2})[:h](?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?\s*(?P<z>Z\b|UTC|GMT|[+-]\d{2}:?\d{2})?)?",
    )
    .ok()
});
static COMPACT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<H>\d{2})(?P<M>\d{2})\d{2}(?P<z>Z)?)?$").ok()
});
static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)(?P<d>\d{1,2})[\s-]+(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[\s-]+(?P<y>\d{4}|\d{2})
          (?:\s+(?P<H>\d{1,2}):(?P<M>\d{2})(?::\d{2})?\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2}|CEST|CET|EST|EDT|PST|PDT)?)?(?:$|\s|\()",
    )
    .ok()
});
static DMY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\d])(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4}|\d{2})(?:$|[^\d])").ok()
});
static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)(?:^|[^\d])(?P<d>\d{1,2})(?:\s?er|°)?\s+
          (?P<month>janv(?:ier)?|f[ée]vr?(?:ier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|ao[ûu]t|sept(?:embre)?|oct(?:obre)?|nov(?:embre)?|d[ée]c(?:embre)?)
          \.?\s+(?P<y>\d{4})",
    )
    .ok()
});
static CLOCK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^\D{0,12}?(?P<H>\d{1,2})\s?(?:heures?|h|:)\s?(?P<M>\d{2})?(?:\D|$)").ok());

fn replace(regex: &Option<Regex>, text: &str, with: &str) -> String {
    match regex {
        Some(regex) => regex.replace_all(text, with).into_owned(),
        None => text.to_owned(),
    }
}

fn captures<'t>(regex: &Option<Regex>, text: &'t str) -> Option<Captures<'t>> {
    regex.as_ref()?.captures(text)
}

fn number(c: &Captures<'_>, name: &str) -> Option<u32> {
    c.name(name)?.as_str().parse().ok()
}

fn iso(field: &str) -> Option<Moment> {
    let c = captures(&ISO, field)?;
    let (y, m, d) = (number(&c, "y")?, number(&c, "m")?, number(&c, "d")?);
    // Some exports mix Y-m-d and Y-d-m: the second is only sure when its month is none.
    let date = date(y, m, d).or_else(|| date(y, d, m))?;
    Some(moment(date, clock_of(&c), c.name("z").map(|z| z.as_str())))
}

fn compact(field: &str) -> Option<Moment> {
    let c = captures(&COMPACT, field)?;
    let date = date(number(&c, "y")?, number(&c, "m")?, number(&c, "d")?)?;
    Some(moment(date, clock_of(&c), c.name("z").map(|z| z.as_str())))
}

/// RFC 822 as feeds write it, two-digit years included.
fn mail(field: &str) -> Option<Moment> {
    let c = captures(&MAIL, field)?;
    let month = c.name("month")?.as_str().get(..3)?.to_ascii_lowercase();
    let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let month = months.iter().position(|m| *m == month)? + 1;
    let date = date(century(number(&c, "y")?), u32::try_from(month).ok()?, number(&c, "d")?)?;
    // "10 novembre 2026 à 12h" begins as mail does and ends otherwise.
    let clock = clock_of(&c).or_else(|| clock_after(field, c.get(0)?.end()));
    Some(moment(date, clock, c.name("z").map(|z| z.as_str())))
}

fn day_month_year(field: &str) -> Option<Moment> {
    let c = captures(&DMY, field)?;
    let date = date(century(number(&c, "y")?), number(&c, "m")?, number(&c, "d")?)?;
    Some(moment(date, clock_after(field, c.get(0)?.end()), None))
}

fn in_words(field: &str) -> Option<Moment> {
    let c = captures(&WORDS, field)?;
    let name = c.name("month")?.as_str().to_lowercase().replace('é', "e").replace('û', "u");
    let starts = ["jan", "fev", "mar", "avr", "mai", "juin", "juil", "aou", "sep", "oct", "nov", "dec"];
    let month = starts.iter().position(|start| name.starts_with(start))? + 1;
    let date = date(number(&c, "y")?, u32::try_from(month).ok()?, number(&c, "d")?)?;
    Some(moment(date, clock_after(field, c.get(0)?.end()), None))
}

fn century(year: u32) -> u32 {
    if year < 100 { 2000 + year } else { year }
}

fn date(y: u32, m: u32, d: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(y).ok()?, m, d).filter(|date| YEARS.contains(&date.year()))
}

fn clock_of(c: &Captures<'_>) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(number(c, "H")?, number(c, "M")?, 0)
}

/// "…2026 à 12h30", "…2026 17:00": only what stands right after the date.
fn clock_after(field: &str, from: usize) -> Option<NaiveTime> {
    let rest = field.get(from..)?;
    let c = captures(&CLOCK, rest)?;
    NaiveTime::from_hms_opt(number(&c, "H")?, number(&c, "M").unwrap_or(0), 0)
}

/// The civil date and time in Paris; a value without a zone is taken to be there already.
fn moment(date: NaiveDate, time: Option<NaiveTime>, zone: Option<&str>) -> Moment {
    let (mut date, mut time) = (date, time);
    if let (Some(offset), Some(clock)) = (zone.and_then(offset), time)
        && let Some(instant) = offset.from_local_datetime(&date.and_time(clock)).single()
    {
        let paris = instant.with_timezone(&Paris);
        (date, time) = (paris.date_naive(), Some(paris.time()));
    }
    Moment { date, time: time.filter(|t| t.num_seconds_from_midnight() != 0) }
}

fn offset(zone: &str) -> Option<FixedOffset> {
    let hours = |h: i32| FixedOffset::east_opt(h * 3600);
    match zone.to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" => return hours(0),
        "CET" => return hours(1),
        "CEST" => return hours(2),
        "EST" => return hours(-5),
        "EDT" => return hours(-4),
        "PST" => return hours(-8),
        "PDT" => return hours(-7),
        _ => {}
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let (h, m): (i32, i32) = (digits.get(..2)?.parse().ok()?, digits.get(2..4)?.parse().ok()?);
    FixedOffset::east_opt(sign * (h * 3600 + m * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(field: &str, read_as: &str) {
        let shown = read(field).map(|m| match m.time {
            Some(time) => format!("{} {}", m.date, time.format("%H:%M")),
            None => m.date.to_string(),
        });
        assert_eq!(shown.as_deref().unwrap_or("—"), read_as, "{field}");
    }

    #[test]
    fn a_zone_leads_to_the_day_in_paris() {
        check("2023-09-04T22:00:00+00:00", "2023-09-05");
        check("2023-09-04T22:00Z", "2023-09-05");
        check("2024-05-20T15:00:00+00:00", "2024-05-20 17:00");
        check("2019-07-07T22:00:00.000Z", "2019-07-08");
        check("2023-12-31T23:59:59+01:00", "2023-12-31 23:59");
        check("2022-07-28T11: 40: 47+02: 00", "2022-07-28 11:40");
        check("Sun, 31 Dec 2023 23:30:00 GMT", "2024-01-01 00:30");
    }

    #[test]
    fn a_date_without_a_zone_is_what_it_says() {
        check("2026-11-10 08:00:00", "2026-11-10 08:00");
        check("2023-01-09T14: 40", "2023-01-09 14:40");
        check("2026-11-10", "2026-11-10");
        check("20230112", "2023-01-12");
        check("31/03/2026", "2026-03-31");
        check("03.04.2026", "2026-04-03");
        check("05/04/26", "2026-04-05");
        check("Date limite : 31/03/2026 à 12h", "2026-03-31 12:00");
        check("31/03/2026 17:30", "2026-03-31 17:30");
        check("2026-25-12", "2026-12-25");
    }

    #[test]
    fn words_are_read_in_french_and_as_mail_writes_them() {
        check("12 janvier 2026", "2026-01-12");
        check("1er mars 2026 à 16h30", "2026-03-01 16:30");
        check("Lundi 15 août 2022", "2022-08-15");
        check("Mis à jour le 3 février 2026", "2026-02-03");
        check("15 déc. 2025", "2025-12-15");
        check("10 novembre 2026 à 12h", "2026-11-10 12:00");
        check("Sat, 21 Dec 19 11:00:28 +0100", "2019-12-21 11:00");
        check("21 Dec 2019", "2019-12-21");
        check("mar, 10 mar 2026 09:00:00 +0100", "2026-03-10 09:00");
    }

    #[test]
    fn of_a_range_the_end_can_be_read() {
        let end = |field: &str| read_end(field).map(|m| (m.date.to_string(), m.time.map(|t| t.to_string())));
        let day = |date: &str| Some((date.to_owned(), None));
        assert_eq!(end("Du 01/02/2026 au 31/03/2026 à 12h"), Some(("2026-03-31".into(), Some("12:00:00".into()))));
        assert_eq!(end("du 4 décembre 2024 au 17 janvier 2025 inclus"), day("2025-01-17"));
        assert_eq!(end("01/02/2026 - 31/03/2026"), day("2026-03-31"));
        assert_eq!(end("Jusqu’au 31/03/2026"), day("2026-03-31"));
        assert_eq!(end("2026-03-31"), day("2026-03-31"));
        check("Du 01/02/2026 au 31/03/2026 à 12h", "2026-02-01");
    }

    #[test]
    fn what_is_no_date_is_left_alone() {
        for field in
            ["", "printemps 2026", "30 juin", "32/13/2026", "01 99 00 00 00", "6 février", "12345678", "0000-00-00"]
        {
            check(field, "—");
        }
    }
}
