//! Compares what was weighed: the deadline, its waves, what an extension replaced, the opening, the publication.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use regex::Regex;

use super::cue::{Class, Cue, cues};
use super::fold::{BreakKind, Folded};
use super::mention::{Hours, Mention, Part, When};
use super::weigh::{Scene, Weight, weigh};
use super::year::{Anchors, Dated, How, Stamp, Told, WeekdayCheck, last_until};
use crate::model::{Field, Quote};

/// Points below which a date is no deadline.
pub(super) const POINTS_MIN: f32 = 2.6;

/// Points from which a text states a deadline plainly.
pub(super) const POINTS_PLAIN: f32 = 4.0;

/// Points below which an opening is none.
const OPENING_POINTS_MIN: f32 = 2.6;

/// Evidence is at most this long where the words allow it.
const QUOTE_BYTES_MAX: usize = 110;

/// Statements in the first bytes of a text weigh a little more.
const LEAD_BYTES: usize = 3_000;

/// One field of the notice, read.
pub(super) struct Page<'a> {
    pub field: Field,
    source: &'a str,
    text: Folded<'a>,
    mentions: Vec<Mention>,
    weights: Vec<Weight>,
    pub standing: bool,
}

impl<'a> Page<'a> {
    pub fn read(field: Field, source: &'a str, zone: Tz, scene: Scene) -> Self {
        let text = Folded::new(source);
        let mentions = super::scan::scan(&text, zone);
        let cues: Vec<Cue> = if mentions.is_empty() { Vec::new() } else { cues(&text) };
        let weights = weigh(&text, &mentions, &cues, scene);
        let standing = cues.iter().any(|c| c.class == Class::Standing && speaks_of_applying(&text, c, &cues));
        Self { field, source, text, mentions, weights, standing }
    }

    pub fn folded(&self) -> &str {
        self.text.from(0)
    }

    pub fn weighed(&self) -> impl Iterator<Item = (&Mention, &Weight)> {
        self.mentions.iter().zip(&self.weights)
    }

    /// The words from `cue` to the end of the date, or the date alone when they stand too far apart.
    pub fn quote(&self, mention: &Mention, cue: Option<usize>) -> Quote {
        let (from, to) = mention.folded;
        let start = cue.filter(|c| *c < from && to - c <= QUOTE_BYTES_MAX).unwrap_or(from);
        let (start, end) = self.text.span(start, to);
        let text = self.source.get(start..end).unwrap_or_default().to_owned();
        Quote { field: self.field.clone(), start, end, text }
    }

    /// The year of the second end of a range is its first end's guide, and the other way round.
    fn dated(&self, i: usize, anchors: &Anchors) -> Option<Dated> {
        let mention = self.mentions.get(i)?;
        if mention.part == Part::Opens
            && let When::DayOfYear { day, month } = mention.when
            && let Some(end) = self.mentions.get(i + 1).and_then(|closer| anchors.date(closer))
        {
            let date = last_until(end.date, day, month)?;
            return Some(Dated { date, how: end.how, weekday: WeekdayCheck::AgreesOrAbsent });
        }
        anchors.date(mention)
    }
}

/// "Les demandes se déposent à tout moment"; not "un contrôle peut avoir lieu à tout moment".
fn speaks_of_applying(text: &Folded, standing: &Cue, cues: &[Cue]) -> bool {
    const NEAR_BYTES: usize = 70;
    const HEAD_BYTES: usize = 400;
    let from = standing.start.saturating_sub(NEAR_BYTES);
    let first = cues.partition_point(|cue| cue.start < from);
    let near = cues.get(first..).unwrap_or_default().iter().take_while(|cue| cue.start <= standing.end + NEAR_BYTES);
    let same_sentence = |cue: &Cue| {
        let (start, end) = (cue.start.min(standing.start), cue.end.max(standing.end));
        let breaks = text.breaks_between(start, end);
        !breaks.iter().any(|b| matches!(b.kind, BreakKind::Sentence | BreakKind::Paragraph | BreakKind::Bullet))
    };
    let applying = near.filter(|cue| cue.class == Class::Apply && cue.weight >= 0.8).any(same_sentence);
    applying || standing.start < HEAD_BYTES
}

/// One statement of a deadline.
pub(super) struct Statement {
    pub points: f32,
    pub dated: Option<Dated>,
    /// (month, day): what is known when the year is not.
    pub day: (u32, u32),
    pub time: Option<NaiveTime>,
    pub zone: Option<Tz>,
    pub quote: Quote,
    /// Its year is written in it.
    pub full: bool,
    pub extended: bool,
    /// It ends what is over already.
    pub closed: bool,
    pub listed: bool,
    /// The date its window opens on.
    pub opens: Option<Dated>,
    pub opens_quote: Option<Quote>,
    pub position: usize,
}

pub(super) fn statements(pages: &[Page], anchors: &Anchors) -> Vec<Statement> {
    let mut found = Vec::new();
    for page in pages {
        for (i, (mention, weight)) in page.weighed().enumerate() {
            if weight.deadline < POINTS_MIN {
                continue;
            }
            let Some((day, month)) = mention.day_month() else { continue };
            let opener = i.checked_sub(1).filter(|_| mention.part == Part::Closes);
            let next_chained = page.weights.get(i + 1).is_some_and(|w| w.chained && w.deadline >= POINTS_MIN);
            let lead = if mention.folded.0 < LEAD_BYTES { 0.4 } else { 0.0 };
            found.push(Statement {
                points: weight.deadline + lead,
                dated: page.dated(i, anchors),
                day: (month, day),
                time: mention.time.filter(|_| mention.hours == Hours::AtMostOne),
                zone: mention.zone,
                quote: page.quote(mention, weight.cue_start),
                full: mention.date().is_some(),
                extended: weight.extended,
                closed: weight.closed,
                listed: weight.wave || weight.chained || next_chained,
                opens: opener.and_then(|o| page.dated(o, anchors)),
                opens_quote: opener.and_then(|o| page.mentions.get(o)).map(|m| page.quote(m, None)),
                position: mention.start,
            });
        }
    }
    found
}

/// All statements of one day.
pub(super) struct Group<'s> {
    pub date: NaiveDate,
    pub points: f32,
    /// The best first.
    pub statements: Vec<&'s Statement>,
}

impl Group<'_> {
    pub fn extended(&self) -> bool {
        self.statements.iter().any(|s| s.extended)
    }

    /// All that is said of it is that it is over.
    pub fn closed(&self) -> bool {
        self.statements.iter().all(|s| s.closed)
    }

    /// The words to show: as plain as the best or nearly, with the year, and with the hour if one has it.
    pub fn evidence(&self) -> Option<&Quote> {
        const NEARLY_POINTS: f32 = 2.5;
        let best = self.statements.first()?.points;
        let plain = self.statements.iter().filter(|s| s.points + NEARLY_POINTS >= best);
        // Of equals the first, which is the plainest.
        plain.rev().max_by_key(|s| (s.full, s.time.is_some())).map(|s| &s.quote)
    }

    pub fn listed(&self) -> bool {
        self.statements.iter().any(|s| s.listed)
    }

    pub fn time(&self) -> Option<NaiveTime> {
        self.statements.iter().find_map(|s| s.time)
    }

    pub fn zone(&self) -> Option<Tz> {
        self.statements.iter().find_map(|s| s.zone)
    }

    /// Its year is written, or confirmed, in one of them.
    pub fn how(&self) -> How {
        let sure = self.statements.iter().any(|s| s.dated.is_some_and(|d| d.how == How::Sure));
        if sure { How::Sure } else { How::Inferred }
    }

    pub fn weekday(&self) -> WeekdayCheck {
        self.statements.first().and_then(|s| s.dated).map_or(WeekdayCheck::AgreesOrAbsent, |d| d.weekday)
    }
}

/// A statement repeated is a little plainer, at most twice.
const REPEATED_POINTS: f32 = 0.4;

/// Groups by day, the best first; of equals the earlier.
pub(super) fn groups(statements: &[Statement]) -> Vec<Group<'_>> {
    let mut by_date: BTreeMap<NaiveDate, Vec<&Statement>> = BTreeMap::new();
    for statement in statements {
        if let Some(dated) = statement.dated {
            by_date.entry(dated.date).or_default().push(statement);
        }
    }
    let mut groups: Vec<Group> = by_date
        .into_iter()
        .map(|(date, mut statements)| {
            statements.sort_by(|a, b| b.points.total_cmp(&a.points).then(a.position.cmp(&b.position)));
            let best = statements.first().map_or(0.0, |s| s.points);
            let repeated = (statements.len().saturating_sub(1)).min(2) as f32 * REPEATED_POINTS;
            Group { date, points: best + repeated, statements }
        })
        .collect();
    // Equal within a rounding: sort keeps the earlier first.
    groups.sort_by_key(|g| std::cmp::Reverse((g.points * 4.0).round() as i32));
    // "Le premier appel est clos depuis le 3 mars; le second reçoit les dossiers jusqu'au 4 mai."
    if groups.iter().any(|group| !group.closed()) {
        groups.retain(|group| !group.closed());
    }
    groups
}

/// An opening that stands by itself or begins a stated window.
pub(super) struct Opening {
    pub points: f32,
    pub dated: Dated,
    pub quote: Quote,
}

pub(super) fn opening(pages: &[Page], anchors: &Anchors, deadline: Option<NaiveDate>) -> Option<Opening> {
    let mut best: Option<Opening> = None;
    for page in pages {
        for (i, (mention, weight)) in page.weighed().enumerate() {
            if weight.opening < OPENING_POINTS_MIN || weight.footer || mention.part == Part::Closes {
                continue;
            }
            let dated = match (mention.when, deadline) {
                (When::DayOfYear { day, month }, Some(deadline)) if mention.weekday.is_none() => {
                    last_until(deadline, day, month).map(|date| Dated {
                        date,
                        how: How::Inferred,
                        weekday: WeekdayCheck::AgreesOrAbsent,
                    })
                }
                _ => page.dated(i, anchors),
            };
            let Some(dated) = dated.filter(|d| deadline.is_none_or(|end| d.date <= end)) else { continue };
            if best.as_ref().is_none_or(|b| weight.opening > b.points) {
                let quote = page.quote(mention, weight.opening_cue_start);
                best = Some(Opening { points: weight.opening, dated, quote });
            }
        }
    }
    best
}

/// The beginning of a window that ends on the deadline, whatever words stand around it.
pub(super) fn window_opening(pages: &[Page], anchors: &Anchors, deadline: NaiveDate) -> Option<(Dated, Quote)> {
    pages.iter().find_map(|page| {
        page.weighed().enumerate().find_map(|(i, (mention, weight))| {
            let closes = mention.part == Part::Closes && !weight.footer && !weight.law;
            let same = closes && page.dated(i, anchors).is_some_and(|d| d.date == deadline);
            let opener = i.checked_sub(1).filter(|_| same)?;
            Some((page.dated(opener, anchors)?, page.quote(page.mentions.get(opener)?, None)))
        })
    })
}

/// "Publié le", "Mise à jour le", with its year: the first in the text; else the day in its dateline.
pub(super) fn published(pages: &[Page]) -> Option<(Stamp, Quote)> {
    let find = |wanted: &dyn Fn(&Weight) -> bool| {
        pages.iter().find_map(|page| {
            let (mention, weight) = page.weighed().find(|(m, w)| wanted(w) && !w.footer && m.date().is_some())?;
            let told = if weight.updated { Told::Updated } else { Told::Published };
            Some((Stamp { date: mention.date()?, told }, page.quote(mention, None)))
        })
    };
    find(&|w| w.published).or_else(|| find(&|w| w.dateline))
}

/// "Créé le 5 janvier, modifié le 4 mai": the first publication places the others in their years.
pub(super) fn first_publication(pages: &[Page]) -> Option<Stamp> {
    let wanted = |w: &Weight| w.published && !w.updated && !w.footer;
    let (mention, _) = pages.iter().flat_map(Page::weighed).find(|(m, w)| wanted(w) && m.date().is_some())?;
    Some(Stamp { date: mention.date()?, told: Told::Published })
}

/// "Octobre 2025 – La campagne est ouverte": its first day.
pub(super) fn month_of_publication(pages: &[Page]) -> Option<Stamp> {
    let (mention, _) = pages.iter().flat_map(Page::weighed).find(|(_, w)| w.dateline)?;
    let (year, month) = mention.month?;
    Some(Stamp { date: NaiveDate::from_ymd_opt(year, month, 1)?, told: Told::Published })
}

/// Two days written in the same breath: neither replaced the other.
pub(super) fn stand_together(pages: &[Page], anchors: &Anchors, earlier: NaiveDate, later: NaiveDate) -> bool {
    const TOGETHER_BYTES: usize = 120;
    pages.iter().any(|page| {
        page.mentions.windows(2).enumerate().any(|(i, pair)| {
            let [first, second] = pair else { return false };
            let near = second.folded.0.saturating_sub(first.folded.1) <= TOGETHER_BYTES;
            let is = |i: usize, date: NaiveDate| page.dated(i, anchors).is_some_and(|d| d.date == date);
            near && is(i, earlier) && is(i + 1, later) && page.weights.get(i + 1).is_some_and(|w| !w.extended)
        })
    })
}

/// The date an extension replaced, when the text names it so.
pub(super) fn replaced(pages: &[Page], anchors: &Anchors) -> Option<Dated> {
    pages.iter().find_map(|page| {
        page.weights.iter().enumerate().find(|(_, w)| w.replaced).and_then(|(i, _)| page.dated(i, anchors))
    })
}

/// "Heure limite : 16 h 30", without its day: when one is written.
pub(super) fn time_of_its_own(pages: &[Page]) -> Option<NaiveTime> {
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"heure limite(?: de depot| de reception| d'envoi| de remise)? ?:? ?(?:fixee a )?").ok()
    });
    let regex = WORDS.as_ref()?;
    let times = pages.iter().flat_map(|page| {
        let whole = page.text.from(0);
        regex.find_iter(whole).filter_map(|found| super::hour::time_at(whole.get(found.end()..)?))
    });
    let mut times: Vec<NaiveTime> = times.map(|(time, _)| time).collect();
    times.dedup();
    match times.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// An hour written beside the same day elsewhere, where nothing says it is a meeting's.
pub(super) fn time_elsewhere(pages: &[Page], date: NaiveDate, anchors: &Anchors) -> Option<NaiveTime> {
    pages.iter().find_map(|page| {
        page.weighed().enumerate().find_map(|(i, (mention, weight))| {
            let same = page.dated(i, anchors).is_some_and(|d| d.date == date);
            let stated = mention.hours == Hours::AtMostOne && !weight.later_event && !weight.footer;
            mention.time.filter(|_| same && stated)
        })
    })
}
