//! Ranges: "du 4 décembre 2024 au 17 janvier 2025", "du 1er au 30 juin", "entre le … et le …". The side without a month
//! or a year takes the other's.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, NaiveTime};
use regex::Regex;

use super::fold::{BreakKind, Folded};
use super::mention::{Mention, Part, When};
use super::scan::textual_at;

/// Bytes looked at before a range for "du" or "entre le".
const OPENER_BYTES_MAX: usize = 12;

/// The first day of "1er au 30 juin 2026" or "12 et 13 mars": a bare number, whose month is the next date's.
pub(super) fn bare_start(
    text: &Folded,
    at: usize,
    head: &str,
    day: u32,
    digits: usize,
) -> Option<(When, Option<NaiveTime>, usize)> {
    let ordinal = ["er", " er", "^"].into_iter().find(|o| head.get(digits..).is_some_and(|h| h.starts_with(o)));
    let bytes = digits + ordinal.map_or(0, str::len);
    let tail = head.get(bytes..)?;
    let joint =
        [" au ", " jusqu'au ", " et le ", " et ", " - ", "-"].into_iter().find(|joint| tail.starts_with(joint))?;
    let before = text.text(at.saturating_sub(OPENER_BYTES_MAX), at);
    let introduced = before.ends_with("du ")
        || before.ends_with("le ")
        || before.ends_with("les ")
        || super::words::weekday_before(before.trim_end()).is_some();
    if !introduced {
        return None;
    }
    let when = match textual_at(tail.get(joint.len()..)?)? {
        When::Day(end) => {
            let start = NaiveDate::from_ymd_opt(end.year(), end.month(), day).filter(|start| *start < end)?;
            When::Day(start)
        }
        When::DayOfYear { day: end, month } if day < end => When::DayOfYear { day, month },
        _ => return None,
    };
    Some((when, None, bytes))
}

/// Whether a numeric date ends right before `at`, so that a hyphen there joins two dates: "11/02/2026-15/03/2026".
pub(super) fn numeric_end_before(text: &Folded, at: usize) -> bool {
    let near = text.text(at.saturating_sub(12), at);
    let Some(date) = near.strip_suffix('-') else { return false };
    date.len() >= 10 && date.get(date.len() - 10..).is_some_and(is_slashed_date)
}

fn is_slashed_date(text: &str) -> bool {
    text.bytes().enumerate().all(|(i, b)| if i == 2 || i == 5 { b == b'/' } else { b.is_ascii_digit() })
}

/// "14 mars, 14 juin et 14 septembre 2026": the year of the last of a list is that of all; December before January is of the
/// year before.
pub(super) fn share_year(text: &Folded, mentions: &mut [Mention]) {
    for i in (1..mentions.len()).rev() {
        let Some([first, second]) = mentions.get_mut(i - 1..=i) else { continue };
        let (When::DayOfYear { day, month }, When::Day(next)) = (first.when, second.when) else { continue };
        // "Round 1: 5 March at noon. Round 2: 1 October 2026": days that follow each other closely are of one year.
        let gap = text.text(first.folded.1, second.folded.0);
        let numbered = ["round", "vague", "releve", "session", "wave", "cut-off"].iter().any(|wave| gap.contains(wave));
        let follows = numbered
            && gap.len() <= FOLLOWING_BYTES_MAX
            && (month, day) < (next.month(), next.day())
            && first.weekday.is_none();
        if first.part != Part::Alone || second.part != Part::Alone || !(is_list(gap) || follows) {
            continue;
        }
        let years = [next.year(), next.year() - 1];
        let before =
            years.into_iter().filter_map(|year| NaiveDate::from_ymd_opt(year, month, day)).find(|date| *date < next);
        if let Some(date) = before {
            first.when = When::Day(date);
        }
    }
}

/// "Deux périodes en 2026 : du 1er au 31 mars ; du 1er au 30 septembre", "Calendrier 2026", and below it "6 février": the
/// year that the sentence or the heading names is that of its days, until another is written.
pub(super) fn lend_named_year(text: &Folded, mentions: &mut [Mention]) {
    static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?:(?:^|[ (])en |calendrier |echeancier |dates |periodes de depot |dates de depot |releves |sessions |commissions |annee )(20[0-9]{2})(?: ?[:\-]| |$)",
        )
        .ok()
    });
    let Some(regex) = NAMED.as_ref() else { return };
    let written: Vec<usize> = mentions.iter().filter(|m| m.date().is_some()).map(|m| m.folded.0).collect();
    for mention in mentions.iter_mut() {
        let When::DayOfYear { day, month } = mention.when else { continue };
        let at = mention.folded.0;
        let last = written.partition_point(|from| *from < at).checked_sub(1).and_then(|n| written.get(n)).copied();
        let from = at.saturating_sub(NAMED_YEAR_BYTES_MAX).max(last.unwrap_or(0));
        let near = text.text(from, at);
        let Some(named) = regex.captures_iter(near).filter_map(|found| found.get(1)).last() else { continue };
        let ended = text.breaks_between(from + named.end(), at).iter().any(|b| b.kind == BreakKind::Sentence);
        let other = near.get(named.end()..).is_some_and(|rest| rest.contains(" 20") || rest.contains("/20"));
        let year = named.as_str().parse().ok();
        let date = year.filter(|_| !ended && !other).and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
        if let Some(date) = date.filter(|date| mention.weekday.is_none_or(|weekday| weekday == date.weekday())) {
            mention.when = When::Day(date);
        }
    }
}

/// Two days follow each other closely with no more than this between them.
const FOLLOWING_BYTES_MAX: usize = 30;

/// How far before a day the year that its sentence names is looked for.
const NAMED_YEAR_BYTES_MAX: usize = 160;

fn is_list(gap: &str) -> bool {
    const GAP_BYTES_MAX: usize = 12;
    let joined =
        gap.contains([',', ';', '/']) || [" et ", " ou ", " puis ", " and "].iter().any(|joint| gap.contains(joint));
    let bare = |word: &str| matches!(word, "" | "et" | "ou" | "puis" | "le" | "au" | "and");
    gap.len() <= GAP_BYTES_MAX && joined && gap.split([' ', ',', ';', '/']).all(bare)
}

/// Marks pairs of neighbours that form a range, and lends the year from one side to the other.
pub(super) fn join(text: &Folded, mentions: &mut [Mention]) {
    let mut i = 0;
    while let Some([first, second]) = mentions.get_mut(i..i + 2) {
        i += 1;
        if !(first.is_day() && second.is_day() && is_range(text, first, second)) {
            continue;
        }
        first.part = Part::Opens;
        second.part = Part::Closes;
        lend_year(first, second);
        i += 1;
    }
}

fn is_range(text: &Folded, first: &Mention, second: &Mention) -> bool {
    let gap = text.text(first.folded.1, second.folded.0).trim().trim_start_matches(['(', ')', ',']).trim();
    let before = text.text(first.folded.0.saturating_sub(OPENER_BYTES_MAX), first.folded.0);
    let before = before.trim_end();
    let from = ["du", "de", "from", "depuis le", "a partir du", ":", "des le"].into_iter().any(|o| before.ends_with(o));
    match gap {
        // "Publié le 3 mars", and on the next line "Jusqu'au 15 avril", are two things.
        "jusqu'au" | "et jusqu'au" => from || text.breaks_between(first.folded.1, second.folded.0).is_empty(),
        "au" | "inclus au" | "to" | "until" => true,
        "a" => from,
        "et" | "et le" | "and" => {
            before.ends_with("entre le") || before.ends_with("entre") || before.ends_with("between")
        }
        // A dash that heads a line is an item's.
        "-" | ">" | "->" => {
            let breaks = text.breaks_between(first.folded.1, second.folded.0);
            !breaks.iter().any(|b| matches!(b.kind, BreakKind::Line | BreakKind::Paragraph))
        }
        // "01/06/2026 → 31/08/2026"; the same sign may also head an item of a list.
        "*" => {
            text.written(first.folded.1, second.folded.0).contains(['→', '➔', '⇒', '►'])
                && text.breaks_between(first.folded.1, second.folded.0).iter().all(|b| b.kind == BreakKind::Bullet)
        }
        _ => false,
    }
}

fn lend_year(first: &mut Mention, second: &mut Mention) {
    match (first.when, second.when) {
        (When::DayOfYear { day, month }, When::Day(end)) => {
            let this_year = NaiveDate::from_ymd_opt(end.year(), month, day);
            let start = match this_year {
                Some(start) if start <= end => Some(start),
                _ => NaiveDate::from_ymd_opt(end.year() - 1, month, day),
            };
            if let Some(start) = start {
                first.when = When::Day(start);
            }
        }
        (When::Day(start), When::DayOfYear { day, month }) => {
            let this_year = NaiveDate::from_ymd_opt(start.year(), month, day);
            let end = match this_year {
                Some(end) if end >= start => Some(end),
                _ => NaiveDate::from_ymd_opt(start.year() + 1, month, day),
            };
            if let Some(end) = end {
                second.when = When::Day(end);
            }
        }
        _ => {}
    }
}
