//! Deadlines: a civil date at a place, never an instant alone.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
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

impl Deadline {
    pub fn on(date: NaiveDate) -> Self {
        Self { date, time: None, zone: chrono_tz::Europe::Paris }
    }

    pub fn at(self, time: Option<NaiveTime>) -> Self {
        Self { time, ..self }
    }

    /// The first instant at which it is too late.
    pub fn closes_at(&self) -> DateTime<Utc> {
        let local = match self.time {
            // "23:59" means the whole minute: one may still apply at 23:59:30.
            Some(time) => self.date.and_time(time) + chrono::TimeDelta::minutes(1),
            None => self.date.and_time(NaiveTime::MIN) + chrono::TimeDelta::days(1),
        };
        match self.zone.from_local_datetime(&local) {
            chrono::LocalResult::Single(instant) => instant.with_timezone(&Utc),
            chrono::LocalResult::Ambiguous(_, later) => later.with_timezone(&Utc),
            // An hour that the spring night skips: the same wall clock in winter time.
            chrono::LocalResult::None => self.zone.from_utc_datetime(&local).with_timezone(&Utc),
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
    fn days_left_are_civil_days() {
        let now = DateTime::parse_from_rfc3339("2026-01-12T23:30:00+01:00").unwrap().to_utc();
        assert_eq!(Deadline::on(day(2026, 1, 12)).days_left(now), 0);
        assert_eq!(Deadline::on(day(2026, 1, 13)).days_left(now), 1);
        assert_eq!(Deadline::on(day(2026, 1, 11)).days_left(now), -1);
    }
}
