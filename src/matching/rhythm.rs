//! When a member's next digest is due, by their rhythm and by what they were sent.
//!
//! Days are civil days in the zone of the edition. It refuses to know the schedule: who asks gives its occurrences.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use super::digest::Occasion;
use crate::model::{Rhythm, Turn};

/// What an edition of `as_of` is to a member whose last digest in turn was on `last`. `first_from` gives the schedule's
/// first occurrence on a day or later, and after an instant.
pub fn occasion(
    rhythm: Rhythm,
    last: Option<NaiveDate>,
    as_of: DateTime<Utc>,
    zone: Tz,
    first_from: impl Fn(NaiveDate, DateTime<Utc>) -> DateTime<Utc>,
) -> Occasion {
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    let today = day(as_of);
    let turn = turn(rhythm, last, today);
    let counted_from = match turn {
        Turn::Due => today,
        Turn::Between | Turn::Correction => last.unwrap_or(today),
    };
    let next = first_from(due_from(rhythm, counted_from), as_of);
    // Were the next one to fail, the member's turn would come at the very next occurrence; and were that one to fail too…
    let second = first_from(day(next), next);
    let after_next = first_from(day(second), second);
    Occasion { as_of, zone, turn, next, after_next }
}

/// Whether an edition of `today` is this member's turn; `last` is the day of their last digest that was.
///
/// Between two turns only what cannot wait is told ([`super::digest`]).
fn turn(rhythm: Rhythm, last: Option<NaiveDate>, today: NaiveDate) -> Turn {
    match last {
        Some(last) if today < due_from(rhythm, last) => Turn::Between,
        _ => Turn::Due,
    }
}

/// The first day on which the digest after that of `last` is due; it goes out at the schedule's next occurrence from there.
fn due_from(rhythm: Rhythm, last: NaiveDate) -> NaiveDate {
    last.checked_add_days(Days::new(days_between(rhythm))).unwrap_or(last)
}

/// A little less than the rhythm: an edition sent on Monday at eight and one a fortnight later at seven are a fortnight
/// apart to a reader. Weekly members get every occurrence of the schedule.
fn days_between(rhythm: Rhythm) -> u64 {
    match rhythm {
        Rhythm::Weekly => 0,
        Rhythm::Fortnightly => 13,
        Rhythm::Monthly => 27,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_comes_with_the_rhythm_and_at_once_for_who_had_none() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let check = |rhythm, last: Option<&str>, today: &str, expected: Turn| {
            assert_eq!(turn(rhythm, last.map(day), day(today)), expected, "{rhythm:?} {last:?} {today}");
        };
        check(Rhythm::Weekly, Some("2026-01-12"), "2026-01-12", Turn::Due);
        check(Rhythm::Monthly, None, "2026-01-12", Turn::Due);
        check(Rhythm::Fortnightly, Some("2026-01-12"), "2026-01-19", Turn::Between);
        check(Rhythm::Fortnightly, Some("2026-01-12"), "2026-01-26", Turn::Due);
        check(Rhythm::Monthly, Some("2026-01-12"), "2026-02-02", Turn::Between);
        check(Rhythm::Monthly, Some("2026-01-12"), "2026-02-09", Turn::Due);
    }
}
