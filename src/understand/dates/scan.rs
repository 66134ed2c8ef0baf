//! Finds every date written in a text, one pass over its digits and one over its months. It refuses to know what the
//! dates are for; a date that no calendar has ("30 février") is no date.

use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use regex::Regex;

use super::fold::Folded;
use super::hour;
use super::mention::{Hours, Mention, Part, When};
use super::numeric::{compact, day_slash_month, dotted, numeric, year_first};
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
pub(super) const BEFORE_BYTES_MAX: usize = 24;

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
                .or_else(|| dotted(text, at, head, day, digits))
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

pub(super) type Found = (When, Option<NaiveTime>, usize);

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

pub(super) fn calendar_day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    YEARS.contains(&year).then(|| NaiveDate::from_ymd_opt(year, month, day)).flatten()
}

/// The textual date at the beginning of `head`, weekday allowed: for the end of "du 1er au 30 juin".
pub(super) fn textual_at(head: &str) -> Option<When> {
    let at = weekday_at(head).map_or(0, |(_, bytes)| bytes + 1);
    let head = head.get(at..)?;
    let (day, digits) = digits_at(head, 0, 1..=2)?;
    textual(head, day, digits).map(|(when, ..)| when)
}
