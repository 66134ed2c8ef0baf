use chrono_tz::Tz;

use crate::understand::dates::find;

/// The hour beside the first date, "" for none.
fn check(text: &str, expected: &str) {
    let time = find(text).first().and_then(|m| m.time).map(|t| t.format("%H:%M").to_string());
    assert_eq!(time.unwrap_or_default(), expected, "{text}");
}

#[test]
fn hours_belong_to_their_date() {
    check("avant le 16 février à 12h", "12:00");
    check("avant le 16 février à 12 h 00", "12:00");
    check("avant le 16 février à 12H30", "12:30");
    check("avant le 16 février à midi", "12:00");
    check("avant le 16 février à minuit", "23:59");
    check("avant le 16 février minuit", "23:59");
    check("le 16 février 2026 (minuit)", "23:59");
    check("le 16 février 2026 (23h59)", "23:59");
    check("le 16 février 2026, 12h00", "12:00");
    check("le 16 février 2026 inclus, à 17h", "17:00");
    check("le 16 février 2026 (inclus) à 17 heures", "17:00");
    check("le 16 février 2026 – 12h", "12:00");
    check("le 16 février 2026 à 17 heures 30", "17:30");
    check("le 16 février 2026 avant 16h", "16:00");
    check("le 16 février 2026 à 23:59", "23:59");
    check("le 16 février 2026 à 23:59:59", "23:59");
    check("le 16 février 2026 à 24h", "23:59");
    check("le 16 février 2026 au plus tard à 18h00", "18:00");
    check("le 16/02/2026 23:59", "23:59");
    check("23h59 le 16 février 2026", "23:59");
    check("avant minuit le 16 février", "23:59");
    check("avant 12h00 (heure de Paris), le 16 février 2026", "12:00");
    check("le 16 février 2026 à 17h30 (heure de Paris)", "17:30");
    check("17:00:00 Brussels time", "");
}

#[test]
fn other_numbers_are_no_hours() {
    check("le 16 février 2026, 12 hébergements", "");
    check("le 16 février 2026. 12h de cours", "");
    check("le 16 février 2026 à 25h", "");
    check("le 16 février 2026, 3 associations", "");
}

#[test]
fn a_zone_is_read_with_the_hour() {
    let zone = |text: &str| find(text).first().and_then(|m| m.zone);
    assert_eq!(zone("le 16 février 2026 à 17h30 (heure de Paris)"), Some(Tz::Europe__Paris));
    assert_eq!(zone("le 16 février 2026 à 12h, heure de La Réunion"), Some(Tz::Indian__Reunion));
    assert_eq!(zone("18 novembre 2024, 12h00 (heure de Mayotte)"), Some(Tz::Indian__Mayotte));
    assert_eq!(zone("17 September 2026, 17:00 (Brussels time)"), Some(Tz::Europe__Brussels));
    assert_eq!(zone("le 16 février 2026 à 12h"), None);
}
