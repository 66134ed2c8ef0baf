//! Dates written in figures: "11/02/2026", "le 23.05.25", "15/11" after an article, "2026-02-11T22:00Z", "20230112".
//!
//! Whether a number is a date or a telephone, a version or a file's number is told here; what the date is for is not known.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDateTime, NaiveTime, Timelike};
use chrono_tz::Tz;
use regex::Regex;

use super::fold::{BreakKind, Folded};
use super::hour;
use super::mention::When;
use super::scan::{BEFORE_BYTES_MAX, Found, calendar_day, digits_at};
use super::words::weekday_before;

/// "11/02/2026", "11.02.2026", "11-02-2026", "11/02/26".
pub(super) fn numeric(head: &str, day: u32, digits: usize) -> Option<Found> {
    let separator = *head.as_bytes().get(digits)?;
    if separator == b' ' || head.get(digits..).is_some_and(|rest| rest.starts_with("/ ")) {
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

/// "17 / 04 / 2026", "22 /10/ 2015".
fn spaced(head: &str, day: u32, digits: usize) -> Option<Found> {
    let slash = |at: usize| {
        let rest = head.get(at..)?;
        let bare = rest.trim_start_matches(' ').strip_prefix('/')?.trim_start_matches(' ');
        Some(at + rest.len() - bare.len())
    };
    let month_at = slash(digits)?;
    let (month, month_digits) = digits_at(head, month_at, 1..=2)?;
    let year_at = slash(month_at + month_digits)?;
    let (year, 4) = digits_at(head, year_at, 4..=4)? else { return None };
    calendar_day(i32::try_from(year).ok()?, month, day).map(|d| (When::Day(d), None, year_at + 4))
}

/// "Avant le 23.05.25": two digits between full stops are a year only after an article, or in a range.
pub(super) fn dotted(text: &Folded, at: usize, head: &str, day: u32, digits: usize) -> Option<Found> {
    let (month, 2) = digits_at(head, 3, 2..=2)? else { return None };
    let (year, 2) = digits_at(head, 6, 2..=2)? else { return None };
    let stops = head.as_bytes().get(digits) == Some(&b'.') && head.as_bytes().get(5) == Some(&b'.');
    let goes_on = head.get(8..)?.starts_with(|c: char| c.is_ascii_alphanumeric())
        || matches!(head.as_bytes().get(8..10), Some([b'.' | b'/' | b'-', b'0'..=b'9']));
    let introduced = digits == 2 && stops && !goes_on && is_introduced(text, at) && (10..=49).contains(&year);
    calendar_day(2000 + i32::try_from(year).ok()?, month, day).filter(|_| introduced).map(|d| (When::Day(d), None, 8))
}

/// An article or a weekday stands before it.
fn is_introduced(text: &Folded, at: usize) -> bool {
    let before = text.text(at.saturating_sub(BEFORE_BYTES_MAX), at);
    let trimmed = before.trim_end();
    [" le", " au", " du", "'au"].into_iter().any(|article| trimmed.ends_with(article))
        || matches!(trimmed, "le" | "au" | "du")
        || weekday_before(trimmed).is_some()
}

/// "avant le 15/11": without a year only after an article, two digits each.
pub(super) fn day_slash_month(text: &Folded, at: usize, head: &str, day: u32, digits: usize) -> Option<Found> {
    if head.as_bytes().get(digits) != Some(&b'/') || digits != 2 {
        return None;
    }
    let (month, 2) = digits_at(head, digits + 1, 2..=2)? else { return None };
    let tail = head.get(5..)?;
    let goes_on =
        tail.starts_with(['/', '%', '-', ',', '_']) && tail.get(1..)?.starts_with(|c: char| c.is_ascii_digit());
    let before = text.text(at.saturating_sub(BEFORE_BYTES_MAX), at);
    let trimmed = before.trim_end();
    let introduced = is_introduced(text, at) || is_value(text, at, trimmed, tail);
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
pub(super) fn year_first(head: &str, zone: Tz) -> Option<Found> {
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
pub(super) fn compact(head: &str) -> Option<Found> {
    if head.get(8..)?.starts_with(|c: char| c.is_ascii_alphanumeric() && c != 't' || matches!(c, '/' | '_' | '-')) {
        return None;
    }
    let part = |from: usize, to: usize| head.get(from..to)?.parse::<u32>().ok();
    let year = i32::try_from(part(0, 4)?).ok().filter(|y| (2000..=2099).contains(y))?;
    calendar_day(year, part(4, 6)?, part(6, 8)?).map(|d| (When::Day(d), None, 8))
}
