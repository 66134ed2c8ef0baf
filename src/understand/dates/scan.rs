//! Finds every date written in a text, one pass over its digits and one over its months. It refuses to know what the
//! dates are for; a date that no calendar has ("30 février") is no date.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use chrono_tz::Tz;
use regex::Regex;

use super::fold::{BreakKind, Folded};
use super::hour;
use super::mention::{Hours, Mention, Part, When};
use super::range;
use super::words::{
    english_month, french_month, may_begin_day, number_in_words, weekday_at, weekday_before, year_in_words,
};

/// More dates than this in one text are not read: the rest of a directory or of a log says nothing new.
pub const MENTIONS_MAX: usize = 4_000;

/// Years that a notice may speak of. Others are numbers.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2099;

/// Bytes looked at after a digit: more than any date and its hour take.
const DATE_BYTES_MAX: usize = 120;

/// Bytes looked at before a digit, for a weekday or an article.
const BEFORE_BYTES_MAX: usize = 24;

/// What was read at one place, before weekday and hour are looked for around it.
struct Written {
    when: When,
    time: Option<NaiveTime>,
    bytes: usize,
}

pub(super) fn scan(text: &Folded, zone: Tz) -> Vec<Mention> {
    let mut mentions = days(text, zone);
    let months = months(text, &mentions);
    mentions.extend(months);
    mentions.sort_by_key(|m| m.folded);
    range::join(text, &mut mentions);
    range::share_year(text, &mut mentions);
    range::lend_named_year(text, &mut mentions);
    mentions
}

/// Every day: what begins with a digit, in French or numeric, or with an English month.
fn days(text: &Folded, zone: Tz) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    let mut at = 0;
    while at < text.len() && found.len() < MENTIONS_MAX {
        let starts = text.byte(at).is_ascii_alphanumeric() && !text.before(at).is_ascii_alphanumeric();
        if !starts {
            at += 1;
            continue;
        }
        let written = match text.byte(at) {
            b'0'..=b'9' if !number_goes_on_before(text, at) => digits_first(text, at, window(text, at), zone),
            b'a'..=b'z' if may_begin_day([text.byte(at), text.byte(at + 1), text.byte(at + 2)]) => {
                let head = window(text, at);
                month_first(head).or_else(|| words_first(head))
            }
            _ => None,
        };
        let Some(written) = written else {
            at += run_bytes(text, at);
            continue;
        };
        let floor = found.last().map_or(0, |m| m.folded.1);
        let mention = dress(text, at, written, floor);
        at = mention.folded.1.max(at + 1);
        found.push(mention);
    }
    found
}

fn window<'t>(text: &'t Folded, at: usize) -> &'t str {
    text.text(at, at + DATE_BYTES_MAX)
}

fn run_bytes(text: &Folded, at: usize) -> usize {
    // Capped so that one endless word stays linear; what follows is no start of a word anyway.
    (at..text.len()).take_while(|i| text.byte(*i).is_ascii_alphanumeric()).take(4096).count().max(1)
}

/// "1.234", "12/2026/03": the digits here continue a number that began before.
fn number_goes_on_before(text: &Folded, at: usize) -> bool {
    matches!(text.before(at), b'.' | b'/' | b'-' | b'_' | b',')
        && at.checked_sub(2).is_some_and(|i| text.byte(i).is_ascii_digit())
        && !range::numeric_end_before(text, at)
}

/// Weekday before it, hour after or before it; `floor` is where the date before ended.
fn dress(text: &Folded, at: usize, written: Written, floor: usize) -> Mention {
    let end = at + written.bytes;
    let mut start = at;
    let near = text.text(at.saturating_sub(BEFORE_BYTES_MAX).max(floor), at);
    let trimmed = near.trim_end_matches([' ', ',', ':']);
    let weekday = weekday_before(trimmed).map(|(weekday, bytes)| {
        start = at - (near.len() - trimmed.len()) - bytes;
        weekday
    });
    let beside = hour::after(text.text(end, end + DATE_BYTES_MAX));
    let mut end = end + beside.bytes;
    let (mut time, mut zone) = (written.time.or(beside.time), beside.zone);
    if time.is_none()
        && let Some(before) = hour::before(text.text(floor.max(start.saturating_sub(64)), start))
    {
        start -= before.bytes;
        (time, zone) = (before.time, before.zone);
    }
    while end > start && text.byte(end - 1) == b' ' {
        end -= 1;
    }
    let (from, to) = text.span(start, end);
    let hours = if written.time.is_some() { Hours::AtMostOne } else { beside.hours };
    Mention {
        start: from,
        end: to,
        when: written.when,
        weekday,
        time,
        zone,
        part: Part::Alone,
        month: None,
        folded: (start, end),
        hours,
    }
}

fn digits_first(text: &Folded, at: usize, head: &str, zone: Tz) -> Option<Written> {
    let digits = head.bytes().take_while(u8::is_ascii_digit).count();
    match digits {
        1 | 2 => {
            let day: u32 = head.get(..digits)?.parse().ok()?;
            numeric(head, day, digits)
                .or_else(|| textual(head, day, digits))
                .or_else(|| day_slash_month(text, at, head, day, digits))
                .or_else(|| range::bare_start(text, at, head, day, digits))
        }
        4 => year_first(head, zone),
        8 => compact(head),
        _ => None,
    }
    .map(|(when, time, bytes)| Written { when, time, bytes })
}

type Found = (When, Option<NaiveTime>, usize);

/// "11/02/2026", "11.02.2026", "11-02-2026", "11/02/26".
fn numeric(head: &str, day: u32, digits: usize) -> Option<Found> {
    let separator = *head.as_bytes().get(digits)?;
    if separator == b' ' {
        return spaced(head, day, digits);
    }
    if !matches!(separator, b'/' | b'.' | b'-') {
        return None;
    }
    let (month, month_digits) = digits_at(head, digits + 1, 1..=2)?;
    let year_at = digits + 1 + month_digits;
    if head.as_bytes().get(year_at) != Some(&separator) {
        return None;
    }
    let (year, year_digits) = digits_at(head, year_at + 1, 2..=4)?;
    let year = match (year_digits, separator) {
        (4, _) => year as i32,
        // Two digits between full stops or hyphens are too often a telephone or a file number.
        (2, b'/') if (10..=49).contains(&year) => 2000 + year as i32,
        _ => return None,
    };
    let bytes = year_at + 1 + year_digits;
    let goes_on = head.get(bytes..)?.starts_with(['/', '_'])
        || matches!(head.as_bytes().get(bytes..bytes + 2), Some([b'-' | b'.', b'0'..=b'9']));
    (!goes_on || separator == b'/')
        .then(|| calendar_day(year, month, day))
        .flatten()
        .map(|d| (When::Day(d), None, bytes))
}

/// "17 / 04 / 2026".
fn spaced(head: &str, day: u32, digits: usize) -> Option<Found> {
    let rest = head.get(digits..)?.strip_prefix(" / ")?;
    let (month, month_digits) = digits_at(rest, 0, 1..=2)?;
    let tail = rest.get(month_digits..)?.strip_prefix(" / ")?;
    let (year, 4) = digits_at(tail, 0, 4..=4)? else { return None };
    let bytes = digits + 3 + month_digits + 3 + 4;
    calendar_day(i32::try_from(year).ok()?, month, day).map(|d| (When::Day(d), None, bytes))
}

/// "14 mars 2026", "1er mars", "1 er mars", "1° mars", "17th September 2026".
fn textual(head: &str, day: u32, digits: usize) -> Option<Found> {
    let mut at = digits;
    let ordinal = [" er ", "er ", " er", "er", "^", "e ", " ^"]
        .into_iter()
        .find(|o| head.get(at..).is_some_and(|h| h.starts_with(o)));
    let english = ["st ", "nd ", "rd ", "th "].into_iter().find(|o| head.get(at..).is_some_and(|h| h.starts_with(o)));
    at += ordinal.or(english).map_or(0, |o| o.trim_end().len());
    if matches!(head.as_bytes().get(at), Some(b' ' | b'-')) {
        at += 1;
    }
    let of = usize::from(head.get(at..)?.starts_with("of ")) * 3;
    if english.is_none()
        && let Some((month, bytes)) = french_month(head.get(at..)?)
        && !(matches!(head.get(at..), Some(h) if h.starts_with("mar ")) && bytes == 3)
    {
        return with_year(head, at + bytes, day, month);
    }
    let (month, bytes) = english_month(head.get(at + of..)?)?;
    let year_at = at + of + bytes;
    match year_after(head, year_at) {
        Some((year, year_bytes)) => calendar_day(year, month, day).map(|d| (When::Day(d), None, year_at + year_bytes)),
        // "The 12 may apply" is no day of May.
        None if month == 5 && english.is_none() => None,
        None => calendar_day(2024, month, day).map(|_| (When::DayOfYear { day, month }, None, year_at)),
    }
}

fn with_year(head: &str, at: usize, day: u32, month: u32) -> Option<Found> {
    let in_words = || year_in_words(head.get(at + 1..)?).map(|(year, bytes)| (year, bytes + 1));
    if let Some((year, bytes)) = year_after(head, at).or_else(|| short_year_after(head, at)).or_else(in_words) {
        return calendar_day(year, month, day).map(|d| (When::Day(d), None, at + bytes));
    }
    // 2024 had a 29 February: any day that some year has.
    calendar_day(2024, month, day).map(|_| (When::DayOfYear { day, month }, None, at))
}

/// " 2026" or ", 2026" right after a month.
fn year_after(head: &str, at: usize) -> Option<(i32, usize)> {
    let tail = head.get(at..)?;
    let gap = tail.bytes().take(3).take_while(|b| matches!(b, b' ' | b',' | b'.' | b'/' | b'-' | b'(')).count();
    let (year, 4) = digits_at(tail, gap, 4..=4)? else { return None };
    let year = i32::try_from(year).ok()?;
    let after = tail.get(gap + 4..)?;
    let unit = after.starts_with(" euros") || after.starts_with("h") || after.starts_with(" eur ");
    // "20 avril (2026)": both brackets are its own.
    let bracketed = tail.get(..gap)?.contains('(');
    let closed = !bracketed || after.starts_with(')');
    (YEARS.contains(&year) && !unit && closed).then_some((year, gap + 4 + usize::from(bracketed)))
}

/// "9 avril 26 ;": two digits are a year only where nothing else can follow.
fn short_year_after(head: &str, at: usize) -> Option<(i32, usize)> {
    let (year, _) = digits_at(head, at + 1, 2..=2).filter(|_| head.as_bytes().get(at) == Some(&b' '))?;
    let tail = head.get(at + 3..)?;
    let closed =
        tail.is_empty() || tail.starts_with([';', '.', ')']) || tail.starts_with(" ;") || tail.starts_with(" )");
    ((15..=49).contains(&year) && closed).then_some((2000 + year as i32, 3))
}

/// "avant le 15/11": without a year only after an article, two digits each.
fn day_slash_month(text: &Folded, at: usize, head: &str, day: u32, digits: usize) -> Option<Found> {
    if head.as_bytes().get(digits) != Some(&b'/') || digits != 2 {
        return None;
    }
    let (month, 2) = digits_at(head, digits + 1, 2..=2)? else { return None };
    let tail = head.get(5..)?;
    let goes_on =
        tail.starts_with(['/', '%', '-', ',', '_']) && tail.get(1..)?.starts_with(|c: char| c.is_ascii_digit());
    let before = text.text(at.saturating_sub(BEFORE_BYTES_MAX), at);
    let trimmed = before.trim_end();
    let introduced = [" le", " au", " du", "'au"].into_iter().any(|article| trimmed.ends_with(article))
        || matches!(trimmed, "le" | "au" | "du")
        || weekday_before(trimmed).is_some()
        || is_value(text, at, trimmed, tail);
    let date = calendar_day(2024, month, day);
    (introduced && !goes_on && date.is_some()).then_some((When::DayOfYear { day, month }, None, 5))
}

/// "Dépôt : 15/11", or "15/11" alone on the line under its label: nothing else stands on its line but an hour or another day.
fn is_value(text: &Folded, at: usize, before: &str, tail: &str) -> bool {
    let heads = before.ends_with(':') || text.begins_part(at);
    let tail = tail.trim_start();
    let ends = tail.is_empty() || !text.breaks_between(at + 4, at + 8).is_empty();
    let hour = ["a ", "- ", ", ", "("].iter().find_map(|joint| tail.strip_prefix(joint)).unwrap_or(tail);
    // "06/02 clôture": a line of a calendar.
    let calendar =
        begins_line(text, at) && text.byte(at + 5) == b' ' && tail.starts_with(|c: char| c.is_ascii_lowercase());
    heads
        && (ends
            || calendar
            || hour::time_at(hour).is_some()
            || tail.starts_with("- ")
            || tail.starts_with(": ")
            || tail.starts_with("au "))
}

fn begins_line(text: &Folded, at: usize) -> bool {
    let near = text.breaks_between(at.saturating_sub(1), at);
    near.iter().any(|b| matches!(b.kind, BreakKind::Line | BreakKind::Paragraph | BreakKind::Bullet))
}

/// "2026-02-11", "2023-09-04T22:00:00+00:00", "2023-01-09T14: 40": an instant is read on the clocks of `zone`.
fn year_first(head: &str, zone: Tz) -> Option<Found> {
    static ISO: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"^([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?:[t ]([0-9]{2}): ?([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?(z|[+-][0-9]{2}:?[0-9]{2})?)?",
        )
        .ok()
    });
    let found = ISO.as_ref()?.captures(head)?;
    let whole = found.get(0)?;
    if head.get(whole.end()..)?.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '/' | '_')) {
        return None;
    }
    let part = |i: usize| found.get(i).and_then(|m| m.as_str().parse::<u32>().ok());
    let date = calendar_day(i32::try_from(part(1)?).ok()?, part(2)?, part(3)?)?;
    let time = part(4).zip(part(5)).and_then(|(h, m)| NaiveTime::from_hms_opt(h, m, 0));
    let local = match (time, found.get(6)) {
        (Some(time), Some(offset)) => in_zone(date.and_time(time), offset.as_str(), zone)?,
        (Some(time), None) => date.and_time(time),
        (None, _) => date.and_time(NaiveTime::MIN),
    };
    // Midnight is how machines write a day.
    let time = Some(local.time()).filter(|t| t.num_seconds_from_midnight() > 0);
    Some((When::Day(local.date()), time, whole.len()))
}

fn in_zone(local: NaiveDateTime, offset: &str, zone: Tz) -> Option<NaiveDateTime> {
    let offset = if offset == "z" { "+00:00".to_owned() } else { offset.to_owned() };
    let colon = if offset.contains(':') { offset } else { format!("{}:{}", offset.get(..3)?, offset.get(3..)?) };
    let instant = DateTime::parse_from_rfc3339(&format!("{}{colon}", local.format("%Y-%m-%dT%H:%M:%S"))).ok()?;
    Some(instant.with_timezone(&zone).naive_local())
}

/// "20230112".
fn compact(head: &str) -> Option<Found> {
    if head.get(8..)?.starts_with(|c: char| c.is_ascii_alphanumeric() && c != 't' || matches!(c, '/' | '_' | '-')) {
        return None;
    }
    let part = |from: usize, to: usize| head.get(from..to)?.parse::<u32>().ok();
    let year = i32::try_from(part(0, 4)?).ok().filter(|y| (2000..=2099).contains(y))?;
    calendar_day(year, part(4, 6)?, part(6, 8)?).map(|d| (When::Day(d), None, 8))
}

/// "le quinze septembre", "le premier mars deux mille vingt-six".
fn words_first(head: &str) -> Option<Written> {
    let (day, bytes) = number_in_words(head)?;
    let (when, time, bytes) = textual(head, day, bytes)?;
    Some(Written { when, time, bytes })
}

/// "September 17, 2026".
fn month_first(head: &str) -> Option<Written> {
    let (month, bytes) = english_month(head)?;
    let day_at = bytes + usize::from(head.as_bytes().get(bytes) == Some(&b' '));
    let (day, digits) = digits_at(head, day_at, 1..=2)?;
    let mut at = day_at + digits;
    let ordinal = ["st", "nd", "rd", "th"].into_iter().any(|o| head.get(at..).is_some_and(|h| h.starts_with(o)));
    at += usize::from(ordinal) * 2;
    let (year, year_bytes) = year_after(head, at)?;
    calendar_day(year, month, day).map(|d| Written { when: When::Day(d), time: None, bytes: at + year_bytes })
}

/// "fin mars 2026", "mars 2026", "mi-juin", "semaine 12 de 2026": kept, because they are no day.
fn months(text: &Folded, days: &[Mention]) -> Vec<Mention> {
    static VAGUE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        const MONTH: &str = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre";
        Regex::new(&format!(
            r"(?-u:\b)(?:(?:(?:fin|debut|courant|mi)[ -](?:du mois de |de )?(?:{MONTH})(?: 20[0-9]{{2}})?)|(?:{MONTH}) 20[0-9]{{2}}|semaine [0-9]{{1,2}}(?: de| -|,)? ?(?:l'annee )?20[0-9]{{2}})(?-u:\b)"
        ))
        .ok()
    });
    let Some(regex) = VAGUE.as_ref() else { return Vec::new() };
    let mut next_day = days.iter().peekable();
    let mut found = Vec::new();
    for m in regex.find_iter(text.from(0)).take(MENTIONS_MAX) {
        while next_day.next_if(|day| day.folded.1 <= m.start()).is_some() {}
        if next_day.peek().is_some_and(|day| day.folded.0 < m.end()) {
            continue;
        }
        // "32 mars 2026" is no month either.
        if text.text(m.start().saturating_sub(2), m.start()).starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let (start, end) = text.span(m.start(), m.end());
        found.push(Mention {
            start,
            end,
            when: When::Vague,
            weekday: None,
            time: None,
            zone: None,
            part: Part::Alone,
            month: month_and_year(m.as_str()),
            folded: (m.start(), m.end()),
            hours: Hours::AtMostOne,
        });
    }
    found
}

/// The year and month of "fin mars 2026".
fn month_and_year(vague: &str) -> Option<(i32, u32)> {
    let year = vague.get(vague.len().checked_sub(4)?..)?.parse().ok()?;
    let month =
        vague.split([' ', '-']).find_map(|word| french_month(word).filter(|(_, bytes)| *bytes == word.len()))?;
    Some((year, month.0))
}

/// The number at `at`, when it has as many digits as allowed and not one more.
pub(super) fn digits_at(text: &str, at: usize, allowed: std::ops::RangeInclusive<usize>) -> Option<(u32, usize)> {
    let tail = text.get(at..)?;
    let digits = tail.bytes().take_while(u8::is_ascii_digit).take(9).count();
    if !allowed.contains(&digits) {
        return None;
    }
    tail.get(..digits)?.parse().ok().map(|n| (n, digits))
}

fn calendar_day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    YEARS.contains(&year).then(|| NaiveDate::from_ymd_opt(year, month, day)).flatten()
}

/// The textual date at the beginning of `head`, weekday allowed: for the end of "du 1er au 30 juin".
pub(super) fn textual_at(head: &str) -> Option<When> {
    let at = weekday_at(head).map_or(0, |(_, bytes)| bytes + 1);
    let head = head.get(at..)?;
    let (day, digits) = digits_at(head, 0, 1..=2)?;
    textual(head, day, digits).map(|(when, ..)| when)
}
