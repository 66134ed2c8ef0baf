//! The names of months, weekdays and zones, in French and in English, and the one way we write a date in tests.

use chrono::{Datelike, NaiveDate, Weekday};
use chrono_tz::Tz;

/// Folded names with their month. The longer come first, so that "juillet" is not read as an abbreviation.
const FRENCH_MONTHS: [(&str, u32); 29] = [
    ("janvier", 1),
    ("fevrier", 2),
    ("mars", 3),
    ("avril", 4),
    ("mai", 5),
    ("juin", 6),
    ("juillet", 7),
    ("aout", 8),
    ("septembre", 9),
    ("octobre", 10),
    ("novembre", 11),
    ("decembre", 12),
    ("janv", 1),
    ("jan", 1),
    ("fevr", 2),
    ("fev", 2),
    ("mar", 3),
    ("avr", 4),
    ("juill", 7),
    ("juil", 7),
    ("jui", 6),
    ("sept", 9),
    ("sep", 9),
    ("octo", 10),
    ("oct", 10),
    ("nove", 11),
    ("nov", 11),
    ("dece", 12),
    ("dec", 12),
];

const ENGLISH_MONTHS: [(&str, u32); 19] = [
    ("january", 1),
    ("february", 2),
    ("march", 3),
    ("april", 4),
    ("may", 5),
    ("june", 6),
    ("july", 7),
    ("august", 8),
    ("september", 9),
    ("sept", 9),
    ("october", 10),
    ("november", 11),
    ("december", 12),
    ("feb", 2),
    ("apr", 4),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
];

const WEEKDAYS: [(&str, Weekday); 28] = [
    ("lundi", Weekday::Mon),
    ("mardi", Weekday::Tue),
    ("mercredi", Weekday::Wed),
    ("jeudi", Weekday::Thu),
    ("vendredi", Weekday::Fri),
    ("samedi", Weekday::Sat),
    ("dimanche", Weekday::Sun),
    ("monday", Weekday::Mon),
    ("tuesday", Weekday::Tue),
    ("wednesday", Weekday::Wed),
    ("thursday", Weekday::Thu),
    ("friday", Weekday::Fri),
    ("saturday", Weekday::Sat),
    ("sunday", Weekday::Sun),
    ("lun", Weekday::Mon),
    ("mar", Weekday::Tue),
    ("mer", Weekday::Wed),
    ("jeu", Weekday::Thu),
    ("ven", Weekday::Fri),
    ("sam", Weekday::Sat),
    ("dim", Weekday::Sun),
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// Words that name the clocks an hour is read on. Folded; the longer first.
pub(super) const ZONES: [(&str, Tz); 24] = [
    ("heure de la reunion", Tz::Indian__Reunion),
    ("heure reunion", Tz::Indian__Reunion),
    ("heure de mayotte", Tz::Indian__Mayotte),
    ("heure de la martinique", Tz::America__Martinique),
    ("heure de martinique", Tz::America__Martinique),
    ("heure de la guadeloupe", Tz::America__Guadeloupe),
    ("heure de guadeloupe", Tz::America__Guadeloupe),
    ("heure de la guyane", Tz::America__Cayenne),
    ("heure de guyane", Tz::America__Cayenne),
    ("heure de cayenne", Tz::America__Cayenne),
    ("heure de saint-pierre-et-miquelon", Tz::America__Miquelon),
    ("heure de noumea", Tz::Pacific__Noumea),
    ("heure de nouvelle-caledonie", Tz::Pacific__Noumea),
    ("heure de tahiti", Tz::Pacific__Tahiti),
    ("heure de papeete", Tz::Pacific__Tahiti),
    ("heure de paris", Tz::Europe__Paris),
    ("heure paris", Tz::Europe__Paris),
    ("heure metropole", Tz::Europe__Paris),
    ("heure metropolitaine", Tz::Europe__Paris),
    ("heure de metropole", Tz::Europe__Paris),
    ("heure de bruxelles", Tz::Europe__Brussels),
    ("brussels local time", Tz::Europe__Brussels),
    ("brussels time", Tz::Europe__Brussels),
    ("paris time", Tz::Europe__Paris),
];

/// A French month at the beginning of `text`: its number and how many bytes it takes, an abbreviation's full stop
/// included. The name must end there.
///
/// Long names may be broken once by a space or a hyphen at a line's end, as PDF extraction does ("févri er"): after a day number
/// nothing else is spelt so.
pub(super) fn french_month(text: &str) -> Option<(u32, usize)> {
    for (name, month) in FRENCH_MONTHS {
        if let Some(rest) = text.strip_prefix(name)
            && ends_word(rest)
        {
            let stop = usize::from(name.len() <= 5 && !matches!(name, "mars" | "avril" | "mai" | "juin" | "aout"));
            let dotted = stop.min(usize::from(rest.starts_with('.')));
            return Some((month, name.len() + dotted));
        }
    }
    broken_month(text)
}

const BROKEN_NAME_BYTES_MIN: usize = 7;

fn broken_month(text: &str) -> Option<(u32, usize)> {
    let whole = FRENCH_MONTHS.iter().take(12).filter(|(name, _)| name.len() >= BROKEN_NAME_BYTES_MIN);
    for (name, month) in whole {
        let common = name.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
        if common == 0 {
            continue;
        }
        let tail = text.get(common..)?;
        let spaces = if tail.starts_with("- ") { 2 } else { usize::from(tail.starts_with(' ')) };
        let wanted = name.get(common..)?;
        if spaces > 0
            && !wanted.is_empty()
            && let Some(rest) = tail.get(spaces..).and_then(|t| t.strip_prefix(wanted))
            && ends_word(rest)
        {
            return Some((*month, name.len() + spaces));
        }
    }
    None
}

/// Whether a word that begins so may be an English month or a number: most words of a text are neither.
pub(super) fn may_begin_day(first: [u8; 3]) -> bool {
    matches!(
        &first,
        b"jan" | b"feb" | b"mar" | b"apr" | b"may" | b"jun" | b"jul" | b"aug" | b"sep" | b"oct" | b"nov" | b"dec"
    ) || matches!(
        &first,
        b"pre"
            | b"deu"
            | b"tro"
            | b"qua"
            | b"cin"
            | b"six"
            | b"hui"
            | b"neu"
            | b"dix"
            | b"onz"
            | b"dou"
            | b"tre"
            | b"qui"
            | b"sei"
            | b"vin"
    )
}

pub(super) fn english_month(text: &str) -> Option<(u32, usize)> {
    ENGLISH_MONTHS.iter().find_map(|(name, month)| {
        let rest = text.strip_prefix(name)?;
        ends_word(rest).then(|| (*month, name.len() + usize::from(rest.starts_with('.'))))
    })
}

/// A weekday that ends `text`, and how many bytes it takes, an abbreviation's full stop included.
pub(super) fn weekday_before(text: &str) -> Option<(Weekday, usize)> {
    let whole = text.len();
    let text = text.strip_suffix('.').unwrap_or(text);
    let stop = whole - text.len();
    WEEKDAYS.iter().find_map(|(name, weekday)| {
        let rest = text.strip_suffix(name)?;
        let abbreviated = name.len() == ABBREVIATION_BYTES;
        let word = !rest.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '\'' | '-'));
        (word && (abbreviated || stop == 0)).then_some((*weekday, name.len() + stop))
    })
}

/// "lun.", "ven", "thu".
const ABBREVIATION_BYTES: usize = 3;

const NUMBERS: [(&str, u32); 20] = [
    ("premier", 1),
    ("deux", 2),
    ("trois", 3),
    ("quatre", 4),
    ("cinq", 5),
    ("six", 6),
    ("sept", 7),
    ("huit", 8),
    ("neuf", 9),
    ("dix", 10),
    ("onze", 11),
    ("douze", 12),
    ("treize", 13),
    ("quatorze", 14),
    ("quinze", 15),
    ("seize", 16),
    ("dix-sept", 17),
    ("dix-huit", 18),
    ("dix-neuf", 19),
    ("vingt", 20),
];

/// The days from 21 to 31 and the years 20 to 39 are written with these.
const TENS: [(&str, u32); 2] = [("vingt", 20), ("trente", 30)];

/// A number below forty in letters at the beginning of `text` ("premier", "vingt-six", "trente et un"), and its bytes.
pub(super) fn number_in_words(text: &str) -> Option<(u32, usize)> {
    let compound = TENS.iter().find_map(|(ten, value)| {
        let rest = text.strip_prefix(ten)?;
        let (joint, rest) =
            ["-et-", " et ", "-", " "].iter().find_map(|j| rest.strip_prefix(j).map(|r| (j.len(), r)))?;
        let (unit, bytes) = if rest.strip_prefix("un").is_some_and(ends_word) { (1, 2) } else { unit_in_words(rest)? };
        (unit < 10).then_some((value + unit, ten.len() + joint + bytes))
    });
    let ten =
        || TENS.iter().find_map(|(ten, v)| text.strip_prefix(ten).filter(|r| ends_word(r)).map(|_| (*v, ten.len())));
    compound.or_else(|| unit_in_words(text)).or_else(ten)
}

fn unit_in_words(text: &str) -> Option<(u32, usize)> {
    let found = NUMBERS.iter().rev().find(|(name, _)| text.strip_prefix(name).is_some_and(ends_word));
    found.map(|(name, value)| (*value, name.len()))
}

/// "deux mille vingt-six" at the beginning of `text`, and its bytes.
pub(super) fn year_in_words(text: &str) -> Option<(i32, usize)> {
    let rest = ["deux mille ", "deux-mille-", "deux-mille "].iter().find_map(|head| text.strip_prefix(head))?;
    let (short, bytes) = number_in_words(rest)?;
    (short >= 10).then_some((2000 + short as i32, text.len() - rest.len() + bytes))
}

/// A weekday at the beginning of `text`, and how many bytes it takes.
pub(super) fn weekday_at(text: &str) -> Option<(Weekday, usize)> {
    WEEKDAYS.iter().find_map(|(name, weekday)| {
        let rest = text.strip_prefix(name).filter(|r| ends_word(r))?;
        let stop = usize::from(name.len() == ABBREVIATION_BYTES && rest.starts_with('.'));
        Some((*weekday, name.len() + stop))
    })
}

fn ends_word(rest: &str) -> bool {
    !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '\'')
}

/// A date as a French official writes it: "mercredi 1er avril 2026".
pub fn print_fr(date: NaiveDate) -> String {
    const MONTHS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let weekday = WEEKDAYS.iter().find(|(_, w)| *w == date.weekday()).map_or("", |(name, _)| name);
    let month = MONTHS.get(date.month0() as usize).copied().unwrap_or_default();
    let day = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
    format!("{weekday} {day} {month} {}", date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_month_and_number_begins_as_a_day_may() {
        let names = ENGLISH_MONTHS.iter().chain(&NUMBERS).chain(&TENS).map(|(name, _)| *name);
        for name in names {
            let first: [u8; 3] = name.as_bytes().get(..3).unwrap().try_into().unwrap();
            assert!(may_begin_day(first), "{name}");
        }
    }
}
