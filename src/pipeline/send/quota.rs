//! What a relay may be given, from its settings to what the ledger counts; and why nothing more leaves by it now.
//!
//! Pure. Rates of a minute or less become even steps; longer ones and warm-ups become windows in which mails are counted.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::config::{self, Allowance, Rate};
use crate::store::{Quota, Steps, Window};

/// A limit that a window counts, in the order of the quota's windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    Rate(Rate),
    /// Messages of one day of a warm-up, which day it is, and when the next one begins.
    WarmUp {
        count: u32,
        nth: usize,
        tomorrow: DateTime<Utc>,
    },
}

/// The quota of a relay at `now`, and what its windows stand for.
pub(super) fn quota(
    relay: &str,
    allowance: &Allowance,
    now: DateTime<Utc>,
    zone: Tz,
    ahead: TimeDelta,
) -> (Quota, Vec<Limit>) {
    let even = allowance.rates.iter().filter(|rate| rate.is_even());
    let between_us = even.map(|rate| rate.per.as_micros().div_ceil(u128::from(rate.count.max(1)))).max();
    let steps = between_us.map(|between| Steps { between_us: i64::try_from(between).unwrap_or(i64::MAX), ahead });
    let counted = allowance.rates.iter().filter(|rate| !rate.is_even());
    let mut windows = Vec::new();
    let mut limits = Vec::new();
    for rate in counted {
        windows.push(Window { since: now - length(*rate), count_max: rate.count });
        limits.push(Limit::Rate(*rate));
    }
    let today = now.with_timezone(&zone).date_naive();
    let warm = allowance.warm_up.as_ref().and_then(|warm_up| Some((warm_up, warm_up.max_on(today)?)));
    if let Some((warm_up, count)) = warm {
        let midnight = |day: chrono::NaiveDate| config::instant_of(day.and_time(NaiveTime::MIN), zone);
        let tomorrow = today.succ_opt().map_or(now + TimeDelta::days(1), midnight);
        // A mail of the very first instant is today's.
        windows.push(Window { since: midnight(today) - TimeDelta::milliseconds(1), count_max: count });
        limits.push(Limit::WarmUp { count, nth: warm_up.nth(today) + 1, tomorrow });
    }
    (Quota { relay: relay.to_owned(), steps, windows }, limits)
}

impl Limit {
    /// When mails may leave again, the one of `until_forgotten` being the one that keeps the window full.
    pub(super) fn reopens(&self, until_forgotten: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            // The instant itself still counts.
            Self::Rate(rate) => until_forgotten + length(*rate) + TimeDelta::milliseconds(1),
            Self::WarmUp { tomorrow, .. } => *tomorrow,
        }
    }

    /// Why nothing more leaves, for an administrator.
    pub(super) fn reached(&self) -> String {
        match self {
            Self::Rate(rate) => {
                format!("sa limite de {} est atteinte", rate_words(*rate))
            }
            Self::WarmUp { count, nth, .. } => {
                let day = if *nth == 1 { "1er".to_owned() } else { format!("{nth}e") };
                format!("montée en charge : les {count} courriels de ce {day} jour sont partis")
            }
        }
    }
}

fn length(rate: Rate) -> TimeDelta {
    TimeDelta::from_std(rate.per).unwrap_or(TimeDelta::days(1))
}

fn rate_words(rate: Rate) -> String {
    let unit = match rate.per.as_secs() {
        1 => "seconde",
        60 => "minute",
        3600 => "heure",
        _ => "jour",
    };
    let mails = if rate.count == 1 { "courriel" } else { "courriels" };
    format!("{} {mails} par {unit}", rate.count)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::WarmUp;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn rate(count: u32, per_s: u64) -> Rate {
        Rate { count, per: Duration::from_secs(per_s) }
    }

    #[test]
    fn the_slowest_even_rate_steps_and_the_others_are_counted() {
        let allowance = Allowance { rates: vec![rate(10, 1), rate(120, 60), rate(1000, 3600)], warm_up: None };
        let now = at("2026-12-02T10:00:00Z");
        let (quota, limits) = quota("a", &allowance, now, chrono_tz::Europe::Paris, TimeDelta::seconds(1));
        assert_eq!(quota.steps.map(|steps| steps.between_us), Some(500_000));
        assert_eq!(quota.windows, [Window { since: at("2026-12-02T09:00:00Z"), count_max: 1000 }]);
        assert_eq!(limits[0].reached(), "sa limite de 1000 courriels par heure est atteinte");
        assert_eq!(limits[0].reopens(at("2026-12-02T09:20:00Z")), at("2026-12-02T10:20:00.001Z"));
    }

    #[test]
    fn a_day_of_a_warm_up_is_that_of_the_network() {
        let warm_up = WarmUp { from: "2026-12-01".parse().unwrap(), per_day: vec![50, 100] };
        let allowance = Allowance { rates: Vec::new(), warm_up: Some(warm_up) };
        let check = |now: &str, expected: Option<(u32, &str, &str)>| {
            let (quota, limits) = quota("a", &allowance, at(now), chrono_tz::Europe::Paris, TimeDelta::seconds(1));
            let said = quota.windows.first().zip(limits.first()).map(|(window, limit)| {
                (window.count_max, window.since + TimeDelta::milliseconds(1), limit.reopens(window.since))
            });
            assert_eq!(said, expected.map(|(count, since, until)| (count, at(since), at(until))), "{now}");
        };
        check("2026-12-01T22:59:59Z", Some((50, "2026-11-30T23:00:00Z", "2026-12-01T23:00:00Z")));
        check("2026-12-01T23:00:00Z", Some((100, "2026-12-01T23:00:00Z", "2026-12-02T23:00:00Z")));
        check("2026-12-02T23:00:00Z", None);
    }
}
