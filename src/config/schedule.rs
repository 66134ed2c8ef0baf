//! When editions are due: cron expressions in local time, and the instants those local times fall on.
//!
//! The `cron` crate finds the occurrences. People write the crontab dialect, so each field is read here first (names in
//! French too, Sunday 0 or 7, the two day fields OR'd) and handed over as plain lists of numbers.
//!
//! Occurrences are local times and are keyed so: on the spring night 02:30 exists as a key although no clock shows it,
//! on the autumn night it is one key although clocks show it twice.

use std::str::FromStr;

use chrono::{DateTime, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use super::crontab::{DAY, HOUR, MINUTE, MONTH, SECOND, WEEKDAY, YEAR};

/// A checked cron expression. Prints as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    written: String,
    /// Two when both day fields are restricted: an occurrence of either is one of the schedule.
    parts: Vec<cron::Schedule>,
}

/// An occurrence and the instant it falls on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    pub local: NaiveDateTime,
    pub at: DateTime<Utc>,
}

impl Schedule {
    /// Five fields (minute, hour, day of month, month, day of week), six (seconds first) or seven (a year last), as in
    /// crontab(5): Sunday is 0 or 7, `MON` and `lun` both name Monday, and when both day fields are restricted either
    /// will do. `@daily` and its like are known. The error is a French sentence.
    pub fn parse(expression: &str) -> Result<Self, String> {
        let written = expression.trim().to_owned();
        let expanded = shorthand(&written).unwrap_or(&written);
        let fields: Vec<&str> = expanded.split_whitespace().collect();
        let (second, rest, year) = match *fields.as_slice() {
            [minute, hour, day, month, weekday] => ("0", [minute, hour, day, month, weekday], "*"),
            [second, minute, hour, day, month, weekday] => (second, [minute, hour, day, month, weekday], "*"),
            [second, minute, hour, day, month, weekday, year] => (second, [minute, hour, day, month, weekday], year),
            _ => {
                let count = fields.len();
                return Err(format!(
                    "un horaire cron a cinq champs (minute heure jour mois jour-de-semaine), celui-ci en a {count}"
                ));
            }
        };
        let [minute, hour, day, month, weekday] = rest;
        let time = format!("{} {} {}", SECOND.read(second)?, MINUTE.read(minute)?, HOUR.read(hour)?);
        let (days, months) = (DAY.read(day)?, MONTH.read(month)?);
        let (weekdays, years) = (WEEKDAY.read(weekday)?, YEAR.read(year)?);
        let free = |field: &str| field.starts_with(['*', '?']);
        let translated = if free(day) || free(weekday) {
            vec![format!("{time} {days} {months} {weekdays} {years}")]
        } else {
            vec![format!("{time} {days} {months} * {years}"), format!("{time} * {months} {weekdays} {years}")]
        };
        let parts: Result<Vec<_>, _> = translated.iter().map(|part| cron::Schedule::from_str(part)).collect();
        let parts = parts.map_err(|_| format!("« {written} » n’est pas un horaire cron"))?;
        let schedule = Self { written, parts };
        if schedule.next_after(DateTime::UNIX_EPOCH.naive_utc() - TimeDelta::seconds(1)).is_none() {
            return Err(format!("« {} » ne tombe jamais : ce jour n’existe pas", schedule.written));
        }
        Ok(schedule)
    }

    /// The first occurrence strictly after a local time; `None` when there is none before the year 2100.
    pub fn next_after(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        let after = local.and_utc();
        self.parts.iter().filter_map(|part| part.after(&after).next()).min().map(|found| found.naive_utc())
    }

    /// The last occurrence at or before a local time.
    pub fn last_at_or_before(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        // The crate looks strictly before, and in whole seconds.
        let before = local.with_nanosecond(0)?.checked_add_signed(TimeDelta::seconds(1))?.and_utc();
        let last = |part: &cron::Schedule| part.after(&before).next_back().filter(|found| *found < before);
        self.parts.iter().filter_map(last).max().map(|found| found.naive_utc())
    }

    /// The next occurrence whose instant is after `now`.
    pub fn next_due(&self, now: DateTime<Utc>, zone: Tz) -> Option<Occurrence> {
        let mut local = self.next_after(now.with_timezone(&zone).naive_local())?;
        // In the second of two like hours, what the clock will show again has already been.
        while instant_of(local, zone) <= now {
            local = self.next_after(local)?;
        }
        Some(Occurrence { local, at: instant_of(local, zone) })
    }

    /// The last occurrence whose instant is not after `now`: the one that a catch-up issues.
    pub fn last_due(&self, now: DateTime<Utc>, zone: Tz) -> Option<Occurrence> {
        let shown = now.with_timezone(&zone).naive_local();
        // In the second of two like hours, all of the first has been: look further on the clock by the hour repeated.
        let repeated = now - instant_of(shown, zone);
        let mut local = self.last_at_or_before(shown.checked_add_signed(repeated)?)?;
        while instant_of(local, zone) > now {
            local = self.last_at_or_before(local - TimeDelta::seconds(1))?;
        }
        Some(Occurrence { local, at: instant_of(local, zone) })
    }
}

/// Mondays at eight.
impl Default for Schedule {
    fn default() -> Self {
        const MONDAYS_AT_EIGHT: &str = "0 8 * * 1";
        // Without parts it would never be due; a test sees to it that it has one.
        Self::parse(MONDAYS_AT_EIGHT).unwrap_or(Self { written: MONDAYS_AT_EIGHT.into(), parts: Vec::new() })
    }
}

impl std::fmt::Display for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.written)
    }
}

/// The instant of a local time: the first when clocks show it twice; when they never do (the spring night), the first
/// instant after the gap. Later local times never give earlier instants.
pub fn instant_of(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) => instant.to_utc(),
        LocalResult::Ambiguous(first, _) => first.to_utc(),
        LocalResult::None => after_gap(local, zone),
    }
}

fn after_gap(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    // A local time before the gap that clocks do show; most gaps last an hour, Samoa once skipped a day.
    let earlier = (1..=48).find_map(|hours| {
        let earlier = local.checked_sub_signed(TimeDelta::hours(hours))?;
        zone.from_local_datetime(&earlier).latest()
    });
    let Some(earlier) = earlier else { return local.and_utc() };
    let (mut before, mut after) = (earlier.to_utc(), earlier.to_utc() + TimeDelta::hours(49));
    // The clock jumps somewhere between: halve until the second is found.
    while after - before > TimeDelta::seconds(1) {
        let middle = before + (after - before) / 2;
        if middle.with_timezone(&zone).naive_local() < local {
            before = middle;
        } else {
            after = middle;
        }
    }
    DateTime::from_timestamp(after.timestamp(), 0).unwrap_or(after)
}

fn shorthand(expression: &str) -> Option<&'static str> {
    Some(match expression {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Datelike;
    use chrono_tz::Europe::Paris;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
    }

    fn parse(expression: &str) -> Schedule {
        Schedule::parse(expression).unwrap()
    }

    #[test]
    fn crontab_is_read_as_crontab_means_it() {
        let check = |expression: &str, after: &str, expected: &[&str]| {
            let schedule = parse(expression);
            let mut local = at(after);
            for expected in expected {
                local = schedule.next_after(local).unwrap();
                assert_eq!(local, at(expected), "{expression}");
            }
        };
        // 2026-01-12 is a Monday.
        check("0 8 * * 1", "2026-01-12 08:00:00", &["2026-01-19 08:00:00", "2026-01-26 08:00:00"]);
        check("0 8 * * lun", "2026-01-11 23:00:00", &["2026-01-12 08:00:00"]);
        check("0 8 * * MON", "2026-01-11 23:00:00", &["2026-01-12 08:00:00"]);
        check("0 8 * * 0", "2026-01-12 00:00:00", &["2026-01-18 08:00:00", "2026-01-25 08:00:00"]);
        check("0 8 * * 7", "2026-01-12 00:00:00", &["2026-01-18 08:00:00", "2026-01-25 08:00:00"]);
        check("0 8 * * 0,7", "2026-01-12 00:00:00", &["2026-01-18 08:00:00", "2026-01-25 08:00:00"]);
        check("0 8 * * sam-dim", "2026-01-12 00:00:00", &["2026-01-17 08:00:00", "2026-01-18 08:00:00"]);
        check("0 8 1,15 * *", "2026-01-02 00:00:00", &["2026-01-15 08:00:00", "2026-02-01 08:00:00"]);
        // Either day will do when both are given.
        check("0 8 1 * 1", "2026-01-26 09:00:00", &["2026-02-01 08:00:00", "2026-02-02 08:00:00"]);
        check("*/20 7-8 * * *", "2026-01-12 08:20:00", &["2026-01-12 08:40:00", "2026-01-13 07:00:00"]);
        check("30 0 8 * * 1", "2026-01-12 08:00:00", &["2026-01-12 08:00:30"]);
        check("0 0 8 29 2 ? 2028", "2026-01-12 08:00:00", &["2028-02-29 08:00:00"]);
        check("0 9 1 janv,JUIL *", "2026-01-12 08:00:00", &["2026-07-01 09:00:00", "2027-01-01 09:00:00"]);
        check("@weekly", "2026-01-12 08:00:00", &["2026-01-18 00:00:00"]);
        check("5/25 * * * *", "2026-01-12 08:05:00", &["2026-01-12 08:30:00", "2026-01-12 08:55:00"]);
    }

    #[test]
    fn by_default_it_is_mondays_at_eight() {
        assert_eq!(Schedule::default().next_after(at("2026-01-12 08:00:00")), Some(at("2026-01-19 08:00:00")));
    }

    #[test]
    fn what_is_no_schedule_is_said_in_french() {
        let check = |expression: &str, expected: &str| {
            let said = Schedule::parse(expression).unwrap_err();
            assert!(said.contains(expected), "{expression}: {said}");
        };
        check("", "celui-ci en a 0");
        check("0 8 * *", "celui-ci en a 4");
        check("0 8 * * 8", "le jour de la semaine : « 8 » n’est pas un nombre de 0 à 7");
        check("60 8 * * *", "la minute : « 60 »");
        check("0 24 * * *", "l’heure : « 24 »");
        check("0 8 0 * *", "le jour du mois : « 0 »");
        check("0 8 * * lundí", "le jour de la semaine : « lundí »");
        check("0 8 * 5-3 *", "à l’envers");
        check("*/0 8 * * *", "la minute : « */0 »");
        check("0 8 31 2 *", "ne tombe jamais");
        check("+5 8 * * *", "la minute : « +5 »");
        check("0 8 * * 1 1 1 1", "celui-ci en a 8");
    }

    #[test]
    fn a_schedule_is_due_once_on_both_daylight_saving_nights() {
        let check = |expression: &str, now: &str, local: &str, instant: &str| {
            let now = DateTime::parse_from_rfc3339(now).unwrap().to_utc();
            let next = parse(expression).next_due(now, Paris).unwrap();
            assert_eq!((next.local, next.at.to_rfc3339().as_str()), (at(local), instant), "{expression} after {now}");
            let last = parse(expression).last_due(next.at, Paris).unwrap();
            assert_eq!(last.at, next.at);
        };
        // Spring: 02:00 +01:00 is 03:00 +02:00. 02:30 is due at the first instant after the gap, once.
        check("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29 02:30:00", "2026-03-29T01:00:00+00:00");
        check("30 2 * * *", "2026-03-29T01:00:00Z", "2026-03-30 02:30:00", "2026-03-30T00:30:00+00:00");
        check("0 3 * * *", "2026-03-28T12:00:00Z", "2026-03-29 03:00:00", "2026-03-29T01:00:00+00:00");
        check("59 1 * * *", "2026-03-28T12:00:00Z", "2026-03-29 01:59:00", "2026-03-29T00:59:00+00:00");
        check("0 8 * * *", "2026-03-28T12:00:00Z", "2026-03-29 08:00:00", "2026-03-29T06:00:00+00:00");
        // Autumn: clocks show 02:00 to 03:00 twice. 02:30 is due the first time, once.
        check("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25 02:30:00", "2026-10-25T00:30:00+00:00");
        check("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-26 02:30:00", "2026-10-26T01:30:00+00:00");
        check("30 2 * * *", "2026-10-25T01:10:00Z", "2026-10-26 02:30:00", "2026-10-26T01:30:00+00:00");
        check("0 3 * * *", "2026-10-24T12:00:00Z", "2026-10-25 03:00:00", "2026-10-25T02:00:00+00:00");
        check("0 8 * * *", "2026-10-24T12:00:00Z", "2026-10-25 08:00:00", "2026-10-25T07:00:00+00:00");
    }

    #[test]
    fn a_catch_up_finds_the_last_occurrence_that_has_been() {
        let check = |expression: &str, now: &str, local: &str| {
            let now = DateTime::parse_from_rfc3339(now).unwrap().to_utc();
            assert_eq!(parse(expression).last_due(now, Paris).unwrap().local, at(local), "{expression} at {now}");
        };
        check("0 8 * * 1", "2026-01-12T06:59:59Z", "2026-01-05 08:00:00");
        check("0 8 * * 1", "2026-01-12T07:00:00Z", "2026-01-12 08:00:00");
        check("30 2 * * *", "2026-03-29T00:59:59Z", "2026-03-28 02:30:00");
        check("30 2 * * *", "2026-03-29T01:00:00Z", "2026-03-29 02:30:00");
        // The second 02:10 of the autumn night: 02:30 has been.
        check("30 2 * * *", "2026-10-25T01:10:00Z", "2026-10-25 02:30:00");
        check("30 2 * * *", "2026-10-25T00:29:59Z", "2026-10-24 02:30:00");
    }

    fn days_match(schedule: &str, local: NaiveDateTime) -> bool {
        let fields: Vec<&str> = schedule.split(' ').collect();
        let one = |field: &str, n: u32| {
            field.split(',').any(|item| match item.split_once('-') {
                Some((a, b)) => (a.parse().unwrap()..=b.parse().unwrap()).contains(&n),
                None => item == "*" || item.parse() == Ok(n),
            })
        };
        let day = one(fields[2], local.day());
        let weekday = local.weekday().num_days_from_sunday();
        let weekday = one(fields[4], weekday) || (weekday == 0 && one(fields[4], 7));
        let either = fields[2] != "*" && fields[4] != "*";
        let days = if either { day || weekday } else { day && weekday };
        days && one(fields[0], local.minute()) && one(fields[1], local.hour()) && one(fields[3], local.month())
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        /// Against the definition, minute by minute, over ten days.
        #[test]
        fn no_occurrence_is_skipped_or_invented(
            minute in "\\*|[0-9]|[1-5][0-9],7", hour in "\\*|1?[0-9]|5-9,22", day in "\\*|1?[1-9]|2-9,28",
            month in "\\*|[1-9]|1-8", weekday in "\\*|[0-7]|1-5|5-7", start in 0i64..40_000_000,
        ) {
            let expression = format!("{minute} {hour} {day} {month} {weekday}");
            let schedule = parse(&expression);
            let begin = at("2026-01-01 00:00:00") + TimeDelta::minutes(start / 60);
            let end = begin + TimeDelta::days(10);
            let mut expected = Vec::new();
            let mut local = begin;
            while local < end {
                local += TimeDelta::minutes(1);
                if days_match(&expression, local) { expected.push(local) }
            }
            let mut found = Vec::new();
            let mut local = begin;
            while let Some(next) = schedule.next_after(local).filter(|next| *next <= end) {
                proptest::prop_assert!(next > local);
                proptest::prop_assert_eq!(schedule.last_at_or_before(next), Some(next));
                found.push(next);
                local = next;
            }
            proptest::prop_assert_eq!(&found, &expected, "{}", expression);
            for pair in found.windows(2).take(50) {
                let between = pair[1] - TimeDelta::milliseconds(1);
                proptest::prop_assert_eq!(schedule.last_at_or_before(between), Some(pair[0]));
            }
        }

        #[test]
        fn instants_never_go_back(start in 0i64..40_000_000, step in 1i64..20_000) {
            let first = at("2026-01-01 00:00:00") + TimeDelta::seconds(start);
            let second = first + TimeDelta::seconds(step);
            for zone in [Paris, chrono_tz::Indian::Reunion, chrono_tz::Australia::Lord_Howe, chrono_tz::America::Miquelon] {
                proptest::prop_assert!(instant_of(first, zone) <= instant_of(second, zone));
            }
        }

        #[test]
        fn any_text_is_parsed_without_panic(text in "[0-9*/,?\\-a-zé@ ]{0,30}|.{0,20}") {
            let _ = Schedule::parse(&text);
        }
    }
}
