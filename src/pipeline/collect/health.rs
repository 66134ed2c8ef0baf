//! What a visit says of a source's health: what is wrong, what is wrong no longer, and what is worth telling.
//!
//! Pure. A fault that may pass by itself is told when it comes twice; everything is told once.

use chrono::{DateTime, NaiveDate, Utc};

use crate::model::{Ailment, Health, HealthTurn, Symptom};

/// What the last visit saw.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Observed {
    Failed { ailment: Ailment, said: String, chance: Chance },
    NotModified,
    Listed { count: usize, not_whole: usize, in_part: Option<String>, published: Vec<NaiveDate> },
}

/// Whether a fault is told at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chance {
    /// It may pass by itself, and this is the first time.
    MayPass,
    /// Somebody has to look, or it came again.
    Stays,
}

/// When the source was last well, its newest item and what day it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
    pub newest: Option<NaiveDate>,
    pub last_success_at: Option<DateTime<Utc>>,
}

/// How many lists are remembered.
const COUNTS_MAX: usize = 8;
/// A list that held fewer may well be empty.
const USUAL_MIN: u32 = 3;
/// Silence is unusual after three times the longest one known, within these bounds.
const SILENCE_DAYS: std::ops::RangeInclusive<i64> = 60..=400;
/// Items whose days of publication are looked at.
const DATES_MAX: usize = 20;

/// The health after a visit, and what is to be told of it.
pub(super) fn examine(before: &Health, seen: &Observed, at: Moment) -> (Health, Vec<HealthTurn>) {
    let mut health = before.clone();
    if let Observed::Listed { count, published, .. } = seen {
        remember(&mut health, *count, published);
    }
    let present = present(before, &health, seen, at);
    let mut turns = Vec::new();
    let failed = matches!(seen, Observed::Failed { .. });
    for old in &before.symptoms {
        let gone = present.iter().all(|(symptom, _)| symptom.ailment != old.ailment);
        // A site that fails in another way has not recovered.
        if gone && old.told && !(failed && old.ailment.is_of_reading()) {
            turns.push(HealthTurn::Recovered { ailment: old.ailment, since: old.since });
        }
    }
    health.symptoms.clear();
    for (mut symptom, chance) in present {
        if !symptom.told && chance == Chance::Stays {
            symptom.told = true;
            let Symptom { ailment, said, .. } = symptom.clone();
            turns.push(HealthTurn::Broke { ailment, said, last_success_at: at.last_success_at });
        }
        health.symptoms.push(symptom);
    }
    (health, turns)
}

fn remember(health: &mut Health, count: usize, published: &[NaiveDate]) {
    if count > 0 {
        health.counts.push(u32::try_from(count).unwrap_or(u32::MAX));
        let over = health.counts.len().saturating_sub(COUNTS_MAX);
        health.counts.drain(..over);
    }
    let mut days = published.to_vec();
    days.sort_unstable_by(|a, b| b.cmp(a));
    days.dedup();
    days.truncate(DATES_MAX);
    let gaps = days.windows(2).filter_map(|pair| Some((*pair.first()? - *pair.last()?).num_days()));
    if days.len() >= 3 {
        health.gap_days = gaps.max();
    }
}

/// What is wrong now; what was wrong before keeps its beginning.
fn present(before: &Health, health: &Health, seen: &Observed, at: Moment) -> Vec<(Symptom, Chance)> {
    let mut found: Vec<(Ailment, String, Chance)> = Vec::new();
    let mut kept: Vec<(Symptom, Chance)> = Vec::new();
    match seen {
        Observed::Failed { ailment, said, chance } => {
            found.push((*ailment, said.clone(), *chance));
            // Nothing was seen of the list: what was wrong with it may still be.
            let unseen = before.symptoms.iter().filter(|symptom| !symptom.ailment.is_of_reading());
            kept.extend(unseen.map(|symptom| (symptom.clone(), Chance::Stays)));
        }
        Observed::NotModified => {
            let of_the_list =
                |symptom: &&Symptom| matches!(symptom.ailment, Ailment::ListEmpty | Ailment::ItemsNotWhole);
            kept.extend(before.symptoms.iter().filter(of_the_list).map(|symptom| (symptom.clone(), Chance::Stays)));
            found.extend(stale(health, at));
        }
        Observed::Listed { count, not_whole, in_part, .. } => {
            if let Some(why) = in_part {
                found.push((Ailment::ReadInPart, format!("la liste n'a été lue qu'en partie : {why}"), Chance::Stays));
            }
            found.extend(empty(before, *count));
            found.extend(not_whole_said(*count, *not_whole));
            found.extend(stale(health, at));
        }
    }
    let known = |ailment: Ailment| before.symptoms.iter().find(|symptom| symptom.ailment == ailment);
    let symptom = |(ailment, said, chance): (Ailment, String, Chance)| {
        let (since, told) = known(ailment).map_or((at.now, false), |old| (old.since, old.told));
        (Symptom { ailment, since, said, told }, chance)
    };
    found.into_iter().map(symptom).chain(kept).collect()
}

fn empty(before: &Health, count: usize) -> Option<(Ailment, String, Chance)> {
    let usual = before.usual().filter(|usual| count == 0 && *usual >= USUAL_MIN)?;
    let said = format!(
        "la liste est vide, alors qu'elle compte d'habitude {usual} annonces — ouvrez l'adresse dans un navigateur : si elle n'y est pas vide, la page a changé, essayez « glaneur sources test »"
    );
    Some((Ailment::ListEmpty, said, Chance::Stays))
}

fn not_whole_said(count: usize, not_whole: usize) -> Option<(Ailment, String, Chance)> {
    let all = count.max(not_whole);
    let said = format!(
        "{not_whole} éléments de la liste sur {all} sont sans titre ou sans lien — « glaneur sources test » montre lesquels ; corrigez title ou link dans la source"
    );
    (not_whole > 0).then_some((Ailment::ItemsNotWhole, said, Chance::Stays))
}

fn stale(health: &Health, at: Moment) -> Option<(Ailment, String, Chance)> {
    let (newest, gap) = (at.newest?, health.gap_days?);
    let silence_max = (gap * 3).clamp(*SILENCE_DAYS.start(), *SILENCE_DAYS.end());
    let silence = (at.today - newest).num_days();
    let said = format!(
        "rien de nouveau depuis le {} ({silence} jours), alors que {gap} jours au plus séparaient ses dernières annonces — ouvrez l'adresse dans un navigateur : la rubrique a peut-être déménagé",
        newest.format("%d/%m/%Y")
    );
    (silence > silence_max).then_some((Ailment::Stale, said, Chance::Stays))
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;

    const TODAY: &str = "2026-01-12";

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn failed(ailment: Ailment, chance: Chance) -> Observed {
        Observed::Failed { ailment, said: "panne".to_owned(), chance }
    }

    fn listed(count: usize) -> Observed {
        Observed::Listed { count, not_whole: 0, in_part: None, published: Vec::new() }
    }

    /// One letter a turn: `+` broke, `-` recovered, with the ailment.
    fn told(turns: &[HealthTurn]) -> Vec<(char, Ailment)> {
        let one = |turn: &HealthTurn| match turn {
            HealthTurn::Broke { ailment, .. } => ('+', *ailment),
            HealthTurn::Recovered { ailment, .. } => ('-', *ailment),
        };
        turns.iter().map(one).collect()
    }

    /// Visits day after day from a source that is well; what was told on each.
    fn check(visits: &[Observed], expected: &[&[(char, Ailment)]]) {
        let mut health = Health::default();
        let mut all = Vec::new();
        for (n, seen) in visits.iter().enumerate() {
            let today = day(TODAY) + Days::new(n as u64);
            let now = today.and_hms_opt(8, 0, 0).unwrap().and_utc();
            let moment = Moment { now, today, newest: Some(day("2026-01-10")), last_success_at: None };
            let (next, turns) = examine(&health, seen, moment);
            health = next;
            all.push(told(&turns));
        }
        assert_eq!(all, expected, "{visits:?}");
    }

    #[test]
    fn a_fault_is_told_once_and_its_end_once() {
        use Ailment::*;
        use Chance::*;
        check(&[listed(5), listed(6), Observed::NotModified], &[&[], &[], &[]]);
        check(
            &[failed(LoginPage, Stays), failed(LoginPage, Stays), listed(5), listed(5)],
            &[&[('+', LoginPage)], &[], &[('-', LoginPage)], &[]],
        );
        // What may pass is told when it comes again; when it passes, nobody was worried.
        check(&[failed(Unreadable, MayPass), listed(5)], &[&[], &[]]);
        check(
            &[failed(Unreadable, MayPass), failed(Unreadable, Stays), Observed::NotModified],
            &[&[], &[('+', Unreadable)], &[('-', Unreadable)]],
        );
        // It fails in another way: that is told, and is no recovery.
        check(
            &[failed(AntiBot, Stays), failed(ListNotFound, Stays), listed(5)],
            &[&[('+', AntiBot)], &[('+', ListNotFound)], &[('-', ListNotFound)]],
        );
    }

    #[test]
    fn an_empty_list_is_a_fault_where_lists_are_not_empty() {
        use Ailment::*;
        check(&[listed(0), listed(0)], &[&[], &[]]);
        check(&[listed(2), listed(0)], &[&[], &[]]);
        check(
            &[listed(9), listed(8), listed(0), listed(0), listed(7)],
            &[&[], &[], &[('+', ListEmpty)], &[], &[('-', ListEmpty)]],
        );
        // Not known while the site fails.
        check(
            &[listed(9), listed(0), failed(AntiBot, Chance::Stays), listed(0)],
            &[&[], &[('+', ListEmpty)], &[('+', AntiBot)], &[('-', AntiBot)]],
        );
        check(&[listed(9), listed(0), Observed::NotModified], &[&[], &[('+', ListEmpty)], &[]]);
    }

    #[test]
    fn items_that_are_not_whole_and_lists_read_in_part_are_told() {
        use Ailment::*;
        let seen = |not_whole, in_part: Option<&str>| Observed::Listed {
            count: 9,
            not_whole,
            in_part: in_part.map(str::to_owned),
            published: Vec::new(),
        };
        check(&[seen(2, None), seen(3, None), seen(0, None)], &[&[('+', ItemsNotWhole)], &[], &[('-', ItemsNotWhole)]]);
        check(&[seen(0, Some("503")), seen(0, None)], &[&[('+', ReadInPart)], &[('-', ReadInPart)]]);
    }

    #[test]
    fn silence_is_unusual_when_it_is_far_longer_than_before() {
        let check = |gaps: &[u64], age: u64, stale: bool| {
            let newest = day(TODAY) - Days::new(age);
            let mut published = vec![newest];
            for gap in gaps {
                published.push(*published.last().unwrap() - Days::new(*gap));
            }
            let seen = Observed::Listed { count: published.len(), not_whole: 0, in_part: None, published };
            let moment =
                Moment { now: DateTime::UNIX_EPOCH, today: day(TODAY), newest: Some(newest), last_success_at: None };
            let (health, turns) = examine(&Health::default(), &seen, moment);
            assert_eq!(!turns.is_empty(), stale, "{gaps:?}, {age} days old");
            // The site says that nothing changed: days go by all the same.
            let later = Moment { today: day(TODAY) + Days::new(400), ..moment };
            let (_, turns) = examine(&health, &Observed::NotModified, later);
            assert_eq!(!turns.is_empty(), !stale && gaps.len() >= 2);
        };
        check(&[3, 5, 2], 20, false);
        check(&[3, 5, 2], 59, false);
        check(&[3, 5, 2], 61, true);
        check(&[30, 40, 20], 100, false);
        check(&[30, 40, 20], 130, true);
        check(&[300, 200], 390, false);
        check(&[300, 200], 410, true);
        // Too few dates say nothing of what is usual.
        check(&[3], 300, false);
    }

    #[test]
    fn what_is_usual_is_the_middle_of_the_last_lists() {
        let mut health = Health::default();
        for count in [1, 50, 12, 11, 13, 12, 0, 12, 90, 12, 11] {
            remember(&mut health, count, &[]);
        }
        assert_eq!((health.usual(), health.counts.len()), (Some(12), 8));
    }
}
