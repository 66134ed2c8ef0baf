//! Dates in words: "mercredi 11 février 2026 à 23 h 59 (dans 9 jours)".
//!
//! A deadline is shown as the clocks of its zone show it, and a zone that is not Paris is named.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;

use super::typography::NBSP;
use crate::model::{Deadline, Language};

const WEEKDAYS: [[&str; 7]; 2] = [
    ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
];
const MONTHS: [[&str; 12]; 2] = [
    [
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
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
];

/// "mercredi".
pub fn weekday(date: NaiveDate, language: Language) -> &'static str {
    WEEKDAYS[row(language)].get(date.weekday().num_days_from_monday() as usize).copied().unwrap_or_default()
}

/// "11 février 2026", "1er mars 2026".
pub fn day(date: NaiveDate, language: Language) -> String {
    format!("{}{NBSP}{}", short_day(date, language), date.year())
}

/// "11 février", "1er mars".
pub fn short_day(date: NaiveDate, language: Language) -> String {
    let month = MONTHS[row(language)].get(date.month0() as usize).copied().unwrap_or_default();
    match (language, date.day()) {
        (Language::Fr, 1) => format!("1er{NBSP}{month}"),
        (_, d) => format!("{d}{NBSP}{month}"),
    }
}

/// "mer. 11 février", "Wed 11 February".
pub fn day_of_week(date: NaiveDate, language: Language) -> String {
    let short: String = weekday(date, language).chars().take(3).collect();
    let point = match language {
        Language::Fr => ".",
        Language::En => "",
    };
    format!("{short}{point}{NBSP}{}", short_day(date, language))
}

/// "mercredi 11 février 2026".
pub fn full_day(date: NaiveDate, language: Language) -> String {
    format!("{} {}", weekday(date, language), day(date, language))
}

/// "23 h 59", "12 h"; in English "23:59".
pub fn hour(time: NaiveTime, language: Language) -> String {
    match (language, time.minute()) {
        (Language::Fr, 0) => format!("{}{NBSP}h", time.hour()),
        (Language::Fr, minute) => format!("{}{NBSP}h{NBSP}{minute:02}", time.hour()),
        (Language::En, minute) => format!("{}:{minute:02}", time.hour()),
    }
}

/// "mercredi 11 février 2026 à 23 h 59", then "heure de Bruxelles" for a zone that is not Paris.
pub fn deadline(deadline: Deadline, language: Language) -> String {
    let mut words = full_day(deadline.date, language);
    if let Some(time) = deadline.time {
        let at = match language {
            Language::Fr => "à",
            Language::En => "at",
        };
        words = format!("{words} {at}{NBSP}{}", hour(time, language));
    }
    match zone(deadline.zone, language) {
        Some(zone) => format!("{words}, {zone}"),
        None => words,
    }
}

/// "heure de Bruxelles"; `None` for Paris.
pub fn zone(zone: Tz, language: Language) -> Option<String> {
    if zone == chrono_tz::Europe::Paris {
        return None;
    }
    let (fr, en) = match zone.name() {
        "Europe/Brussels" => ("de Bruxelles", "Brussels"),
        "Indian/Reunion" => ("de La Réunion", "Réunion"),
        "Indian/Mayotte" => ("de Mayotte", "Mayotte"),
        "America/Martinique" => ("de Martinique", "Martinique"),
        "America/Guadeloupe" => ("de Guadeloupe", "Guadeloupe"),
        "America/St_Barthelemy" => ("de Saint-Barthélemy", "Saint Barthélemy"),
        "America/Marigot" => ("de Saint-Martin", "Saint Martin"),
        "America/Cayenne" => ("de Guyane", "French Guiana"),
        "America/Miquelon" => ("de Saint-Pierre-et-Miquelon", "Saint Pierre and Miquelon"),
        "Pacific/Noumea" => ("de Nouvelle-Calédonie", "New Caledonia"),
        "Pacific/Tahiti" => ("de Tahiti", "Tahiti"),
        "Pacific/Wallis" => ("de Wallis-et-Futuna", "Wallis and Futuna"),
        "UTC" | "Etc/UTC" => ("universelle (UTC)", "UTC"),
        other => return Some(named_zone(other, language)),
    };
    Some(match language {
        Language::Fr => format!("heure {fr}"),
        Language::En => format!("{en} time"),
    })
}

/// "aujourd’hui", "demain", "dans 9 jours", "depuis 2 jours".
pub fn days_left(deadline: Deadline, as_of: DateTime<Utc>, language: Language) -> String {
    let days = deadline.days_left(as_of);
    match (language, days) {
        (Language::Fr, 0) => "aujourd’hui".to_owned(),
        (Language::Fr, 1) => "demain".to_owned(),
        (Language::Fr, 2..) => format!("dans{NBSP}{days}{NBSP}jours"),
        (Language::Fr, -1) => "depuis hier".to_owned(),
        (Language::Fr, _) => format!("depuis {}{NBSP}jours", -days),
        (Language::En, 0) => "today".to_owned(),
        (Language::En, 1) => "tomorrow".to_owned(),
        (Language::En, 2..) => format!("in{NBSP}{days}{NBSP}days"),
        (Language::En, -1) => "since yesterday".to_owned(),
        (Language::En, _) => format!("{}{NBSP}days ago", -days),
    }
}

fn named_zone(name: &str, language: Language) -> String {
    let city = name.rsplit('/').next().unwrap_or(name).replace('_', " ");
    match language {
        Language::Fr => format!("heure locale de {city}"),
        Language::En => format!("{city} time"),
    }
}

fn row(language: Language) -> usize {
    match language {
        Language::Fr => 0,
        Language::En => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn a_deadline_reads_as_a_french_speaker_says_it() {
        let check = |deadline_: Deadline, want: &str| {
            assert_eq!(deadline(deadline_, Language::Fr).replace(NBSP, " "), want);
        };
        let at = |h, m| NaiveTime::from_hms_opt(h, m, 0);
        check(Deadline::on(date(2026, 2, 11)).at(at(23, 59)), "mercredi 11 février 2026 à 23 h 59");
        check(Deadline::on(date(2026, 3, 1)), "dimanche 1er mars 2026");
        check(Deadline::on(date(2026, 3, 2)).at(at(12, 0)), "lundi 2 mars 2026 à 12 h");
        let brussels = Deadline { zone: chrono_tz::Europe::Brussels, ..Deadline::on(date(2026, 3, 2)).at(at(17, 0)) };
        check(brussels, "lundi 2 mars 2026 à 17 h, heure de Bruxelles");
        let reunion = Deadline { zone: chrono_tz::Indian::Reunion, ..Deadline::on(date(2026, 3, 2)) };
        check(reunion, "lundi 2 mars 2026, heure de La Réunion");
        let rome = Deadline { zone: chrono_tz::Europe::Rome, ..Deadline::on(date(2026, 3, 2)) };
        check(rome, "lundi 2 mars 2026, heure locale de Rome");
    }

    #[test]
    fn an_english_reader_gets_english_dates() {
        let noon = NaiveTime::from_hms_opt(9, 5, 0);
        let got = deadline(Deadline::on(date(2026, 3, 1)).at(noon), Language::En).replace(NBSP, " ");
        assert_eq!(got, "Sunday 1 March 2026 at 9:05");
    }

    #[test]
    fn days_left_are_counted_from_the_edition() {
        let now = DateTime::parse_from_rfc3339("2026-02-02T08:00:00+01:00").unwrap().to_utc();
        let check = |d: u32, fr: &str, en: &str| {
            let deadline = Deadline::on(date(2026, 2, d));
            assert_eq!(days_left(deadline, now, Language::Fr).replace(NBSP, " "), fr);
            assert_eq!(days_left(deadline, now, Language::En).replace(NBSP, " "), en);
        };
        check(11, "dans 9 jours", "in 9 days");
        check(3, "demain", "tomorrow");
        check(2, "aujourd’hui", "today");
        check(1, "depuis hier", "since yesterday");
    }
}
