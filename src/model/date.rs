//! Deadlines: a civil date at a place, never an instant alone.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// The day, and perhaps the hour, by which applications must be in, as the clocks of its zone show it.
///
/// A date alone closes at the end of that day there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    pub date: NaiveDate,
    pub time: Option<NaiveTime>,
    pub zone: Tz,
}

/// Which of the two is meant when an autumn night shows an hour twice.
#[derive(Clone, Copy)]
enum Twice {
    /// A day ends when midnight comes for the first time.
    Earlier,
    /// Who reads "2:30" may still apply at the second one.
    Later,
}

impl Deadline {
    pub fn on(date: NaiveDate) -> Self {
        Self { date, time: None, zone: chrono_tz::Europe::Paris }
    }

    pub fn at(self, time: Option<NaiveTime>) -> Self {
        Self { time, ..self }
    }

    /// The first instant at which it is too late.
    pub fn closes_at(&self) -> DateTime<Utc> {
        match self.time {
            // "23:59" means the whole minute: one may still apply at 23:59:30.
            Some(time) => self.instant(self.date.and_time(time), Twice::Later) + TimeDelta::minutes(1),
            None => self.instant(self.date.and_time(NaiveTime::MIN) + TimeDelta::days(1), Twice::Earlier),
        }
    }

    /// When the clocks of the zone show `local`. An hour that a spring night skips is read on the clock of before, as RFC
    /// 5545 section 3.3.5 has it.
    fn instant(&self, local: NaiveDateTime, twice: Twice) -> DateTime<Utc> {
        match (self.zone.from_local_datetime(&local), twice) {
            (LocalResult::Single(instant), _) => instant.with_timezone(&Utc),
            (LocalResult::Ambiguous(instant, _), Twice::Earlier) => instant.with_timezone(&Utc),
            (LocalResult::Ambiguous(_, instant), Twice::Later) => instant.with_timezone(&Utc),
            (LocalResult::None, _) => {
                // An island that changed sides of the date line skipped a whole day: no gap is longer.
                let before = self.zone.offset_from_local_datetime(&(local - TimeDelta::hours(26))).latest();
                let offset = before.map_or(0, |offset| offset.fix().local_minus_utc());
                (local - TimeDelta::seconds(offset.into())).and_utc()
            }
        }
    }

    pub fn is_past(&self, now: DateTime<Utc>) -> bool {
        self.closes_at() <= now
    }

    /// Whole civil days from `now` to the deadline's day, as a reader counts them: 0 is today.
    pub fn days_left(&self, now: DateTime<Utc>) -> i64 {
        (self.date - now.with_timezone(&self.zone).date_naive()).num_days()
    }
}

/// The earlier to close comes first, wherever it is.
impl Ord for Deadline {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |d: &Self| (d.closes_at(), d.date, d.time, d.zone.name());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Deadline {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn a_date_alone_closes_at_the_end_of_the_day_in_its_zone() {
        let check = |deadline: Deadline, closes: &str| {
            assert_eq!(deadline.closes_at().to_rfc3339(), closes);
        };
        check(Deadline::on(day(2026, 1, 30)), "2026-01-30T23:00:00+00:00");
        check(Deadline::on(day(2026, 7, 14)), "2026-07-14T22:00:00+00:00");
        let noon = NaiveTime::from_hms_opt(12, 0, 0);
        check(Deadline::on(day(2026, 1, 30)).at(noon), "2026-01-30T11:01:00+00:00");
        let reunion = Deadline { zone: chrono_tz::Indian::Reunion, ..Deadline::on(day(2026, 1, 30)) };
        check(reunion, "2026-01-30T20:00:00+00:00");
    }

    #[test]
    fn both_nights_of_the_year_and_days_that_never_were_close_when_the_clocks_say() {
        let check = |zone: Tz, date: NaiveDate, time: Option<(u32, u32)>, closes: &str| {
            let time = time.and_then(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0));
            let deadline = Deadline { zone, time, date };
            assert_eq!(deadline.closes_at().format("%d %H:%M").to_string(), closes, "{date} {time:?} {zone}");
        };
        let paris = chrono_tz::Europe::Paris;
        // In 2026 Paris goes from 2:00 to 3:00 on 29 March, and from 3:00 back to 2:00 on 25 October.
        let spring = day(2026, 3, 29);
        check(paris, day(2026, 3, 28), None, "28 23:00");
        check(paris, spring, Some((1, 59)), "29 01:00");
        check(paris, spring, Some((2, 0)), "29 01:01");
        check(paris, spring, Some((2, 30)), "29 01:31");
        check(paris, spring, Some((3, 0)), "29 01:01");
        check(paris, spring, None, "29 22:00");
        let autumn = day(2026, 10, 25);
        check(paris, day(2026, 10, 24), None, "24 22:00");
        check(paris, autumn, Some((1, 59)), "25 00:00");
        check(paris, autumn, Some((2, 0)), "25 01:01");
        check(paris, autumn, Some((2, 59)), "25 02:00");
        check(paris, autumn, Some((3, 0)), "25 02:01");
        check(paris, autumn, None, "25 23:00");
        // Cairo skips midnight of 24 April 2026; Havana shows it twice on 1 November; Apia had no 30 December 2011.
        check(chrono_tz::Africa::Cairo, day(2026, 4, 23), None, "23 22:00");
        check(chrono_tz::America::Havana, day(2026, 10, 31), None, "01 04:00");
        check(chrono_tz::Pacific::Apia, day(2011, 12, 29), None, "30 10:00");
        check(chrono_tz::Pacific::Apia, day(2011, 12, 30), None, "30 10:00");
    }

    #[test]
    fn days_left_are_civil_days() {
        let now = DateTime::parse_from_rfc3339("2026-01-12T23:30:00+01:00").unwrap().to_utc();
        assert_eq!(Deadline::on(day(2026, 1, 12)).days_left(now), 0);
        assert_eq!(Deadline::on(day(2026, 1, 13)).days_left(now), 1);
        assert_eq!(Deadline::on(day(2026, 1, 11)).days_left(now), -1);
    }
}
