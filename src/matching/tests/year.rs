//! A simulated year: what a network is told, week after week, with pauses, weeks without an edition, editions that fail,
//! mails that are refused, and members whose profile changes.
//!
//! `cargo test --lib a_simulated_year -- --nocapture` prints the counts.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

use super::{at, known, notice, profile};
use crate::geography::Geography;
use crate::matching::*;
use crate::model::*;

const WEEKS: u64 = 52;
/// Weeks in which nothing is published any more, so that what waits can come.
const LAST_WEEKS: u64 = 26;
const ZONE: chrono_tz::Tz = chrono_tz::Europe::Paris;

/// Numbers that look like chance and are the same at each run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }
}

/// A notice and what becomes of it.
struct Story {
    first: Notice,
    /// From that day on, it is this, by an announced change.
    later: Option<(NaiveDate, Notice)>,
}

impl Story {
    fn told(chance: &mut Chance, n: usize, published: NaiveDate) -> Self {
        let places = ["93048", "200057875", "D93", "R11", "R11", "FR", "FR", "EU", "D92", "93066"];
        let short = chance.percent(35);
        let days = if short { 2 + chance.below(20) } else { 20 + chance.below(100) };
        let deadline = (!chance.percent(8)).then(|| Deadline::on(published + Days::new(days)));
        let mut first = Notice {
            kind: *chance.of(&[Kind::Call, Kind::Call, Kind::Call, Kind::Call, Kind::Accreditation, Kind::News]),
            themes: super::themes(chance.of::<&str>(&[
                "precarite-alimentaire",
                "sante",
                "precarite-alimentaire sante",
            ])),
            deadline,
            first_seen: published.and_hms_opt(5, 0, 0).unwrap().and_utc(),
            ..notice(&format!("n{n:05}"), chance.of::<&str>(&places), None)
        };
        if let (Some(deadline), true) = (deadline, chance.percent(6)) {
            let second = Deadline::on(deadline.date + Days::new(60));
            first.waves = vec![deadline, second];
        }
        let later = deadline.filter(|_| chance.percent(15)).map(|deadline| {
            let on = published + Days::new(1 + chance.below(days));
            let mut later = Notice { revision: 2, ..first.clone() };
            match chance.below(3) {
                0 => later.status = Status::Cancelled,
                1 if first.waves.is_empty() => later.deadline = Some(Deadline::on(deadline.date + Days::new(21))),
                _ if first.waves.is_empty() => later.deadline = Some(Deadline::on(deadline.date - Days::new(1))),
                _ => later.amount = Some("5 000 €".to_owned()),
            }
            (on, later)
        });
        Self { first, later }
    }

    fn on(&self, as_of: DateTime<Utc>) -> Known {
        let seen = |notice: &Notice| Notice { last_seen: as_of, ..notice.clone() };
        match &self.later {
            Some((on, later)) if *on <= as_of.date_naive() => {
                let then = on.and_time(NaiveTime::MIN).and_utc();
                Known { announced: vec![(2, self.first.changes_to(later, then))], notice: seen(later) }
            }
            _ => known(seen(&self.first)),
        }
    }

    /// Nothing will be said of it any more.
    fn is_over(&self, as_of: DateTime<Utc>) -> bool {
        let states = std::iter::once(&self.first).chain(self.later.as_ref().map(|(_, later)| later));
        let last = states.flat_map(|notice| notice.waves.iter().chain(&notice.deadline)).max();
        last.is_some_and(|deadline| deadline.is_past(as_of))
    }
}

struct Reader {
    rhythm: Rhythm,
    profile: Profile,
    /// From that week on.
    other_profile: Option<(u64, Profile)>,
    /// Weeks without mail, at their wish.
    pause: std::ops::Range<u64>,
    history: Vec<Showing>,
    last_turn: Option<NaiveDate>,
}

impl Reader {
    fn profile_in(&self, week: u64) -> &Profile {
        match &self.other_profile {
            Some((from, other)) if week >= *from => other,
            _ => &self.profile,
        }
    }
}

fn readers(chance: &mut Chance) -> Vec<Reader> {
    let profiles = [
        profile("93048", "", OrganisationKind::Ccas),
        profile("93066", "precarite-alimentaire", OrganisationKind::Association),
        profile("D93", "", OrganisationKind::Departement),
        profile("93048 92050", "sante", OrganisationKind::Commune),
    ];
    let rhythms = [Rhythm::Weekly, Rhythm::Fortnightly, Rhythm::Monthly];
    let pairs = profiles.iter().flat_map(|profile| rhythms.map(|rhythm| (profile.clone(), rhythm)));
    let reader = |(profile, rhythm): (Profile, Rhythm)| {
        let begins = chance.below(WEEKS);
        Reader {
            rhythm,
            other_profile: chance.percent(40).then(|| (chance.below(WEEKS), chance.of(&profiles).clone())),
            profile,
            pause: if chance.percent(60) { begins..begins + 1 + chance.below(8) } else { 0..0 },
            history: Vec::new(),
            last_turn: None,
        }
    };
    pairs.map(reader).collect()
}

/// The Mondays of the schedule.
fn monday_from(day: NaiveDate, now: DateTime<Utc>) -> DateTime<Utc> {
    let first = day.max(now.date_naive());
    let eight = |day: NaiveDate| day.and_hms_opt(8, 0, 0).unwrap().and_local_timezone(ZONE).unwrap().to_utc();
    first.iter_days().filter(|day| day.weekday() == Weekday::Mon).map(eight).find(|at| *at > now).unwrap()
}

/// What became of a week's edition.
#[derive(Clone, Copy, PartialEq)]
enum Week {
    Delivered,
    /// There was none: the service was stopped.
    Skipped,
    /// It never left.
    Failed,
}

/// The counts of all years.
#[derive(Debug, Default)]
struct Counts {
    digests: usize,
    between: usize,
    longest: usize,
    new: usize,
    reminders: usize,
    changes: usize,
    /// Pairs of a concerned member and a call that closed before it was shown, by their excuse.
    closed_unseen: BTreeMap<&'static str, usize>,
}

/// One year, and its last weeks.
fn year(seed: u64, a_week: u64, counts: &mut Counts) {
    let mut chance = Chance(seed);
    let begins = at("2026-01-05");
    let mut stories: Vec<Story> = Vec::new();
    let mut readers = readers(&mut chance);
    // For each reader and week: whether a mail could reach them.
    let mut reached: Vec<Vec<bool>> = vec![Vec::new(); readers.len()];
    for week in 0..WEEKS + LAST_WEEKS {
        let as_of = begins + TimeDelta::weeks(week as i64);
        for _ in 0..if week < WEEKS { chance.below(2 * a_week) } else { 0 } {
            let published = as_of.date_naive() - Days::new(chance.below(7));
            stories.push(Story::told(&mut chance, stories.len(), published));
        }
        let edition = match chance.below(100) {
            _ if week >= WEEKS => Week::Delivered,
            0..5 => Week::Skipped,
            5..9 => Week::Failed,
            _ => Week::Delivered,
        };
        let all: Vec<Known> =
            stories.iter().filter(|story| !story.is_over(as_of)).map(|story| story.on(as_of)).collect();
        for (reader, reached) in readers.iter_mut().zip(&mut reached) {
            let refused = week < WEEKS && chance.percent(2);
            let arrives = edition == Week::Delivered && !refused && !reader.pause.contains(&week);
            reached.push(arrives);
            if edition == Week::Skipped || reader.pause.contains(&week) {
                continue;
            }
            let occasion = occasion(reader.rhythm, reader.last_turn, as_of, ZONE, monday_from);
            let candidates = candidates(&all, reader.profile_in(week), Geography::get());
            let said = digest(&candidates, &reader.history, occasion, Limits::default());
            if arrives && !said.entries.is_empty() {
                receive(reader, &said, &all, occasion, counts);
            }
        }
    }
    for (reader, reached) in readers.iter().zip(&reached) {
        account(reader, reached, &stories, begins, counts);
    }
}

fn receive(reader: &mut Reader, said: &Digest, all: &[Known], occasion: Occasion, counts: &mut Counts) {
    counts.digests += 1;
    match said.turn {
        Turn::Due => reader.last_turn = Some(occasion.day()),
        Turn::Between => counts.between += 1,
        Turn::Correction => unreachable!("matching makes no corrections"),
    }
    counts.longest = counts.longest.max(said.entries.len());
    for entry in &said.entries {
        let notice = &all.iter().find(|known| known.notice.id == entry.notice).unwrap().notice;
        let open = notice.next_deadline(occasion.as_of).is_none_or(|deadline| !deadline.is_past(occasion.as_of));
        assert!(open, "{} is told after its deadline", entry.notice);
        assert!(notice.is_open(occasion.as_of) || entry.section == Section::Changed, "{} is over", entry.notice);
        match entry.section {
            Section::ClosingSoon => counts.reminders += 1,
            Section::Changed => counts.changes += 1,
            _ => counts.new += 1,
        }
        reader.history.push(Showing {
            notice: entry.notice.clone(),
            revision: entry.revision,
            section: entry.section,
            on: occasion.day(),
        });
    }
}

/// What one reader was told of each notice, over the whole year.
fn account(reader: &Reader, reached: &[bool], stories: &[Story], begins: DateTime<Utc>, counts: &mut Counts) {
    for story in stories {
        let showings = || reader.history.iter().filter(|showing| showing.notice == story.first.id);
        let times = |section| showings().filter(|showing| showing.section == section).count();
        let as_new = times(Section::New) + times(Section::Accreditation);
        let waves = story.first.waves.len().max(1);
        assert!(as_new <= 1, "{} came {as_new} times as new", story.first.id);
        assert!(times(Section::ClosingSoon) <= 2 * waves, "{} was recalled too often", story.first.id);
        assert!(as_new == 1 || showings().count() == 0, "{} is recalled and was never new", story.first.id);
        if as_new == 0
            && story.first.kind != Kind::News
            && let Some(excuse) = excuse(reader, reached, story, begins)
        {
            *counts.closed_unseen.entry(excuse).or_default() += 1;
        }
    }
}

/// Why a call that concerned the reader closed before it was shown; `None` when it did not concern them to the end.
///
/// Two excuses are good: their own pause, and a discovery (of the call, or of what cut it short) after which no edition
/// could reach them in time. One failed edition, or two in a row, a skipped week, a mail refused, a full digest are none.
/// What no mail could tell is counted apart: all editions failed while it was open, or three in a row at its end.
fn excuse(reader: &Reader, reached: &[bool], story: &Story, begins: DateTime<Utc>) -> Option<&'static str> {
    let (mut chances, mut failed_since) = (0, 0);
    let (mut last_reached, mut paused, mut is_theirs) = (None, false, false);
    for (week, &reached) in reached.iter().enumerate() {
        let as_of = begins + TimeDelta::weeks(week as i64);
        let state = story.on(as_of);
        if state.notice.first_seen > as_of || !state.notice.is_open(as_of) {
            continue;
        }
        is_theirs = judge(&state, reader.profile_in(week as u64), Geography::get()).is_ok();
        if is_theirs && reader.pause.contains(&(week as u64)) {
            paused = true;
        } else if is_theirs {
            chances += 1;
            failed_since = if reached { 0 } else { failed_since + 1 };
            last_reached = last_reached.max(reached.then_some(as_of));
        }
    }
    let end = begins + TimeDelta::weeks((WEEKS + LAST_WEEKS) as i64);
    let still_open = story.on(end).notice.is_open(end);
    let later = |as_of: DateTime<Utc>| story.later.as_ref().filter(|(on, _)| *on > as_of.date_naive());
    match (last_reached, chances) {
        // Another profile, or an organisation that calls its own call off: nobody missed anything.
        _ if !is_theirs || story.later.as_ref().is_some_and(|(_, later)| later.status == Status::Cancelled) => None,
        _ if paused => Some("pause"),
        (Some(as_of), _) if later(as_of).is_some_and(|(_, later)| later.deadline < story.first.deadline) => {
            Some("an earlier date found too late")
        }
        _ if still_open => Some("none: still open at the end, waiting for room"),
        (Some(_), _) if failed_since >= 3 => Some("three editions in a row failed"),
        (Some(_), _) => Some("lost: an edition came in time"),
        (None, 0..=1) => Some("found too late"),
        (None, _) => Some("every edition in time failed"),
    }
}

#[test]
fn a_simulated_year_shows_each_notice_once_and_lets_nothing_close_unseen() {
    for (load, a_week) in [("usual", 12), ("flooded", 24)] {
        let mut counts = Counts::default();
        year(0x9E37_79B9_7F4A_7C15, a_week, &mut counts);
        println!("{load}: {counts:?}");
        assert!(counts.new > 500 && counts.reminders > 50 && counts.changes > 20 && counts.between > 0, "{counts:?}");
        let lost = |excuse: &&&str| excuse.starts_with("lost");
        assert!(counts.closed_unseen.keys().filter(lost).count() == 0, "{load}: {counts:?}");
    }
}
