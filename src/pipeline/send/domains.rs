//! Domains that say "later" to everybody: their mails are put off and then leave one by one; the others go on.
//!
//! Pure. What was put off stands in the ledger, so that a restart forgets nothing of it.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use super::Tempo;
use super::verdict::Sign;
use crate::store::Later;

/// "Later" to so many mails of one domain in a row, before the others of it are put off.
const LATERS_MAX: u32 = 3;
/// Between two mails of a domain after its first rest; twice as long after each further one.
const BETWEEN_FIRST: TimeDelta = TimeDelta::seconds(1);
const BETWEEN_MAX: TimeDelta = TimeDelta::seconds(64);
/// Domains remembered at once; no edition has as many that are slow.
const DOMAINS_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Domains {
    slow: HashMap<String, Domain>,
    /// Those that find that we send too much, since a mail last got through.
    throttled: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Domain {
    laters: u32,
    rests: u32,
    until: Option<DateTime<Utc>>,
}

impl Domains {
    /// Takes note of an answer; gives what follows for the domain, and what the answer says of the relay: "too much"
    /// from one domain alone is the domain's.
    pub(super) fn note(
        &mut self,
        domain: &str,
        sign: Sign,
        reply: &str,
        now: DateTime<Utc>,
        tempo: &Tempo,
    ) -> (Sign, Option<Later>) {
        match sign {
            Sign::Takes => {
                self.throttled.clear();
                self.slow.remove(domain);
                (sign, None)
            }
            Sign::Throttles => {
                self.throttled.insert(domain.to_owned());
                let of_all = self.throttled.len() > 1;
                let later = self.later(domain, reply, now, tempo);
                (if of_all { Sign::Busy } else { Sign::Neutral }, later)
            }
            Sign::Later => (Sign::Neutral, self.later(domain, reply, now, tempo)),
            Sign::TurnsAway | Sign::Busy | Sign::Neutral => (sign, None),
        }
    }

    fn later(&mut self, domain: &str, reply: &str, now: DateTime<Utc>, tempo: &Tempo) -> Option<Later> {
        if self.slow.len() >= DOMAINS_MAX {
            self.slow.clear();
        }
        let known = self.slow.entry(domain.to_owned()).or_default();
        // Mails that were under way when it was put off say nothing new.
        if known.until.is_some_and(|until| now < until) {
            return None;
        }
        known.laters += 1;
        if known.laters < LATERS_MAX && known.rests == 0 {
            return None;
        }
        known.laters = 0;
        known.rests = known.rests.saturating_add(1);
        let until = now + tempo.retry_after(known.rests);
        known.until = Some(until);
        let between = (BETWEEN_FIRST * (1 << (known.rests - 1).min(8))).min(BETWEEN_MAX);
        Some(Later {
            domain: domain.to_owned(), until, between, why: format!("{domain} demande d’attendre : {reply}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLY: &str = "450 4.7.1 later";

    fn at(s: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(s, 0).unwrap()
    }

    #[test]
    fn the_third_later_puts_a_domain_off_and_a_mail_that_gets_through_forgives() {
        let (mut domains, tempo) = (Domains::default(), Tempo::default());
        let mut later = |s: i64, sign: Sign| {
            let (_, later) = domains.note("lent.example", sign, REPLY, at(s), &tempo);
            later.map(|later| ((later.until - at(s)).num_seconds(), later.between.num_seconds()))
        };
        assert_eq!([later(0, Sign::Later), later(0, Sign::Later)], [None, None]);
        assert_eq!(later(0, Sign::Later), Some((60, 1)));
        assert_eq!(later(5, Sign::Later), None, "it was under way");
        assert_eq!(later(61, Sign::Later), Some((120, 2)), "still: twice as long");
        assert_eq!(later(200, Sign::Takes), None);
        assert_eq!([later(201, Sign::Later), later(201, Sign::Later)], [None, None]);
    }

    #[test]
    fn too_much_is_the_domains_alone_until_a_second_one_says_so() {
        let (mut domains, tempo) = (Domains::default(), Tempo::default());
        let mut sign = |domain: &str, sign: Sign| domains.note(domain, sign, REPLY, at(0), &tempo).0;
        assert_eq!(sign("a.example", Sign::Throttles), Sign::Neutral);
        assert_eq!(sign("a.example", Sign::Throttles), Sign::Neutral);
        assert_eq!(sign("b.example", Sign::Throttles), Sign::Busy);
        assert_eq!(sign("c.example", Sign::Takes), Sign::Takes);
        assert_eq!(sign("b.example", Sign::Throttles), Sign::Neutral);
        assert_eq!(sign("b.example", Sign::Busy), Sign::Busy, "of itself, whatever the domain");
    }
}
