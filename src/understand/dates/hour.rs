//! Hours beside a date: "à 12h", "12 h 00 (heure de Paris)", "minuit", "avant 16 heures", and before it: "23h59 le …".
//!
//! It knows nothing of what the date is for, only whether one hour is meant or the span of a meeting.

use std::sync::LazyLock;

use chrono::NaiveTime;
use chrono_tz::Tz;
use regex::Regex;

use super::mention::Hours;
use super::words::ZONES;

/// What stands beside a date.
pub(super) struct Beside {
    pub time: Option<NaiveTime>,
    pub zone: Option<Tz>,
    pub hours: Hours,
    /// How many folded bytes it takes, after or before the date.
    pub bytes: usize,
}

/// How far before a date its hour is looked for, in bytes.
const HOUR_BEFORE_BYTES_MAX: usize = 48;

/// Words that may stand between a date and its hour.
const BETWEEN: [&str; 28] = [
    "la fermeture des bureaux",
    "fermeture des bureaux",
    "terme de rigueur",
    "dernier jour",
    "heure limite",
    "|",
    "inclusivement",
    "inclus",
    "incluse",
    "compris",
    "au plus tard",
    "dernier delai",
    "delai de rigueur",
    "jusqu'a",
    "avant",
    "a ",
    "a:",
    "at ",
    "by ",
    "et ",
    "soit ",
    "-",
    ",",
    "(",
    ")",
    ":",
    "/",
    "dernier carat",
];

/// How many of them.
const BETWEEN_MAX: usize = 6;

/// The hour written after a date; `text` begins right after it.
pub(super) fn after(text: &str) -> Beside {
    let mut at = 0;
    let mut inclusive = 0;
    for _ in 0..BETWEEN_MAX {
        at += spaces(rest(text, at));
        if let Some(found) = time_or_span(rest(text, at)) {
            return finish(text, at, found);
        }
        let Some(word) = BETWEEN.iter().find(|word| rest(text, at).starts_with(**word)) else { break };
        at += word.len();
        if word.starts_with("inclus") || *word == ")" && inclusive > 0 {
            inclusive = at;
        }
    }
    Beside { time: None, zone: None, hours: Hours::AtMostOne, bytes: inclusive }
}

fn finish(text: &str, at: usize, (time, hours, bytes): (NaiveTime, Hours, usize)) -> Beside {
    let end = at + bytes;
    let (zone, zone_bytes) = zone_at(rest(text, end));
    let mut end = end + zone_bytes;
    // "(23h59)": the parenthesis belongs to it.
    let opened = text.get(..end).is_some_and(|t| t.matches('(').count() > t.matches(')').count());
    if opened && rest(text, end).starts_with(')') {
        end += 1;
    }
    Beside { time: Some(time), zone, hours, bytes: end }
}

/// The hour written right before a date ("23h59 le "); `text` ends where the date begins.
pub(super) fn before(text: &str) -> Option<Beside> {
    static BEFORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?:^|[^0-9a-z:/.])((?:[0-9]{1,2} ?h(?:eures?)?(?: ?[0-9]{2})?|[0-9]{1,2}:[0-9]{2}|[0-9]{1,2}(?::[0-9]{2})? ?[ap]\.?m\.?|midi|minuit|noon|midnight))(?: (?:cest|cet|gmt|utc))?(?: ?\(([^)]{0,32})\))?,? (?:(?:le|du|au|ce|on) )?$",
        )
        .ok()
    });
    let from = text.len().saturating_sub(HOUR_BEFORE_BYTES_MAX);
    let near = text.get(from..)?;
    let found = BEFORE.as_ref()?.captures(near)?;
    let hour = found.get(1)?;
    let (time, taken) = time_at(hour.as_str())?;
    if taken != hour.as_str().len() {
        return None;
    }
    let zone = found.get(2).and_then(|z| ZONES.iter().find(|(name, _)| z.as_str().contains(name))).map(|(_, z)| *z);
    Some(Beside { time: Some(time), zone, hours: Hours::AtMostOne, bytes: near.len() - hour.start() })
}

fn time_or_span(text: &str) -> Option<(NaiveTime, Hours, usize)> {
    for opener in ["de ", "entre ", "from "] {
        if let Some(inner) = text.strip_prefix(opener) {
            let (time, bytes) = time_at(inner)?;
            let span = span_tail(rest(inner, bytes))?;
            return Some((time, Hours::Span, opener.len() + bytes + span));
        }
    }
    let (time, bytes) = time_at(text)?;
    match span_tail(rest(text, bytes)) {
        Some(tail) => Some((time, Hours::Span, bytes + tail)),
        None => Some((time, Hours::AtMostOne, bytes)),
    }
}

/// " à 12h", "-12h", "/19h" after a first hour.
fn span_tail(text: &str) -> Option<usize> {
    let joint = [" a ", " - ", "-", " / ", "/", " et ", " to "].into_iter().find(|joint| text.starts_with(joint))?;
    let (_, bytes) = time_at(rest(text, joint.len()))?;
    Some(joint.len() + bytes)
}

/// An hour at the beginning of `text`, and its length in bytes.
pub(super) fn time_at(text: &str) -> Option<(NaiveTime, usize)> {
    for (word, hour, minute) in
        [("midi", 12, 0), ("minuit", 23, 59), ("noon", 12, 0), ("midday", 12, 0), ("midnight", 23, 59)]
    {
        if let Some(tail) = text.strip_prefix(word) {
            return (!starts_alphanumeric(tail)).then(|| clock(hour, minute)).flatten().map(|t| (t, word.len()));
        }
    }
    if let Some(found) = hour_in_words(text) {
        return Some(found);
    }
    let (hour, hour_bytes) = number(text, 2)?;
    let tail = rest(text, hour_bytes);
    if let Some(found) = tail.strip_prefix('.').and_then(|minutes| pointed(hour, hour_bytes, minutes)) {
        return Some(found);
    }
    if let Some(minutes) = tail.strip_prefix(':') {
        let gap = spaces(minutes);
        let (minute, 2) = number(rest(minutes, gap), 2)? else { return None };
        let bytes = hour_bytes + 1 + gap + 2;
        let (hour, more) = on_24_hours(hour, rest(text, bytes))?;
        let tail = rest(text, bytes);
        if more == 0 && (starts_alphanumeric(tail) && !tail.starts_with('h') || starts_with_digit_after(tail, ':')) {
            return None;
        }
        return clock(hour, minute).map(|t| (t, bytes + more));
    }
    if let Some((hour, more)) = on_24_hours(hour, tail).filter(|(_, more)| *more > 0) {
        return clock(hour, 0).map(|t| (t, hour_bytes + more));
    }
    hours_with_h(text, hour, hour_bytes)
}

/// "dix-sept heures", "dix-sept heures trente".
fn hour_in_words(text: &str) -> Option<(NaiveTime, usize)> {
    // The longer ones first: "dix-sept" begins with "dix".
    const WORDS: [(&str, u32); 16] = [
        ("vingt-trois", 23),
        ("vingt-deux", 22),
        ("vingt et une", 21),
        ("dix-neuf", 19),
        ("dix-huit", 18),
        ("dix-sept", 17),
        ("vingt", 20),
        ("seize", 16),
        ("quinze", 15),
        ("quatorze", 14),
        ("treize", 13),
        ("douze", 12),
        ("onze", 11),
        ("dix", 10),
        ("neuf", 9),
        ("huit", 8),
    ];
    let (word, hour) = WORDS.into_iter().find(|(word, _)| text.starts_with(word))?;
    let after = rest(text, word.len()).strip_prefix(" heures")?;
    let bytes = word.len() + " heures".len();
    if after.starts_with(" trente") {
        return clock(hour, 30).map(|t| (t, bytes + " trente".len()));
    }
    (!starts_alphanumeric(after)).then(|| clock(hour, 0)).flatten().map(|t| (t, bytes))
}

/// "17.00", as in Brussels: only round minutes, and no sum of money.
fn pointed(hour: u32, hour_bytes: usize, minutes: &str) -> Option<(NaiveTime, usize)> {
    let (minute, 2) = number(minutes, 2)? else { return None };
    let tail = rest(minutes, 2);
    let other =
        starts_alphanumeric(tail) || starts_with_digit_after(tail, '.') || tail.trim_start().starts_with(['~', '%']);
    let sum = [" eur", " millions", " m"].iter().any(|unit| tail.starts_with(unit));
    (matches!(minute, 0 | 15 | 30 | 45 | 59) && !other && !sum)
        .then(|| clock(hour, minute))
        .flatten()
        .map(|t| (t, hour_bytes + 3))
}

/// "17h", "17h30", "12 h 00", "17 heures", "17 heures 30".
fn hours_with_h(text: &str, hour: u32, hour_bytes: usize) -> Option<(NaiveTime, usize)> {
    let gap = spaces(rest(text, hour_bytes));
    let unit_at = hour_bytes + gap;
    let unit = ["heures", "heure", "hrs", "h"].into_iter().find(|unit| rest(text, unit_at).starts_with(unit))?;
    let end = unit_at + unit.len();
    let tail = rest(text, end);
    if tail.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let minute_gap = spaces(tail);
    let minute = number(rest(tail, minute_gap), 2).filter(|(minute, bytes)| {
        let round = matches!(minute, 0 | 15 | 30 | 45 | 59);
        *bytes == 2 && *minute < 60 && (minute_gap == 0 || gap > 0 || round)
    });
    match minute {
        Some((minute, bytes)) => clock(hour, minute).map(|t| (t, end + minute_gap + bytes)),
        None if starts_alphanumeric(tail) => None,
        None => clock(hour, 0).map(|t| (t, end)),
    }
}

/// "5 pm", "5 p.m.": the hour on 24, and the bytes that said so (0 when nothing did).
fn on_24_hours(hour: u32, tail: &str) -> Option<(u32, usize)> {
    let gap = spaces(tail);
    let marks = [("p.m.", 12), ("a.m.", 0), ("pm", 12), ("am", 0), ("noon", 12), ("midday", 12)];
    let found = marks
        .into_iter()
        .find(|(mark, _)| rest(tail, gap).strip_prefix(mark).is_some_and(|after| !starts_alphanumeric(after)));
    match found {
        Some((mark, shift)) if (1..=12).contains(&hour) => Some((hour % 12 + shift, gap + mark.len())),
        Some(_) => None,
        None => Some((hour, 0)),
    }
}

fn zone_at(text: &str) -> (Option<Tz>, usize) {
    let gap = text.bytes().take(3).take_while(|b| matches!(b, b' ' | b',' | b'(' | b'-')).count();
    let named = rest(text, gap);
    match ZONES.iter().find(|(name, _)| named.starts_with(name)) {
        Some((name, zone)) => {
            let end = gap + name.len();
            let closed = text.get(..end).is_some_and(|t| t.contains('(')) && rest(text, end).starts_with(')');
            (Some(*zone), end + usize::from(closed))
        }
        None => (None, 0),
    }
}

/// 24h00 is the end of that day, as minuit is.
fn clock(hour: u32, minute: u32) -> Option<NaiveTime> {
    match (hour, minute) {
        (24, 0) => NaiveTime::from_hms_opt(23, 59, 0),
        _ => NaiveTime::from_hms_opt(hour, minute, 0),
    }
}

fn number(text: &str, digits_max: usize) -> Option<(u32, usize)> {
    let bytes = text.bytes().take_while(u8::is_ascii_digit).take(digits_max + 1).count();
    if bytes == 0 || bytes > digits_max {
        return None;
    }
    text.get(..bytes)?.parse().ok().map(|n| (n, bytes))
}

fn spaces(text: &str) -> usize {
    usize::from(text.starts_with(' '))
}

fn rest(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

fn starts_alphanumeric(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

fn starts_with_digit_after(text: &str, mark: char) -> bool {
    text.strip_prefix(mark).is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit()))
        && text.get(3..).is_some_and(|t| t.starts_with(':'))
}
