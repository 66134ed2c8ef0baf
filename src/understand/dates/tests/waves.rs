use chrono::NaiveDate;

use super::{day, reading};
use crate::model::{Deadline, DoubtReason};
use crate::understand::dates::read;

struct Expected {
    deadline: &'static str,
    waves: &'static [&'static str],
    extended_from: Option<&'static str>,
    doubts: &'static [DoubtReason],
}

const PLAIN: Expected = Expected { deadline: "2026-03-15", waves: &[], extended_from: None, doubts: &[] };

fn check(text: &str, expected: Expected) {
    let read = reading("Appel à projets", text, "2026-01-12");
    assert_eq!(read.deadline.value.map(|d| d.date), Some(day(expected.deadline)), "{text}");
    let waves: Vec<NaiveDate> = read.waves.iter().map(|w| w.date).collect();
    assert_eq!(waves, expected.waves.iter().map(|w| day(w)).collect::<Vec<_>>(), "{text}");
    assert_eq!(read.extended_from.map(|d| d.date), expected.extended_from.map(day), "{text}");
    let doubts: Vec<DoubtReason> = read.deadline.doubts.iter().map(|d| d.reason).collect();
    assert_eq!(doubts, expected.doubts, "{text}");
}

#[test]
fn several_waves_are_kept_the_first_leads() {
    let two = || Expected { waves: &["2026-03-15", "2026-09-15"], doubts: &[DoubtReason::SeveralWaves], ..PLAIN };
    check("Dépôt des dossiers : 1re vague : jusqu'au 15 mars 2026 ; 2e vague : jusqu'au 15 septembre 2026.", two());
    check("1ère session de dépôt : jusqu'au 15 mars 2026 - 2ème session de dépôt : jusqu'au 15 septembre 2026", two());
    check("Dates limites de dépôt : 15 mars 2026 et 15 septembre 2026.", two());
    check("Dates limites de dépôt des dossiers :\n• 15 mars 2026\n• 15 septembre 2026", two());
}

#[test]
fn an_extension_wins_over_what_it_extends() {
    let extended = || Expected { deadline: "2026-06-30", extended_from: Some("2026-06-15"), ..PLAIN };
    check("Date limite de dépôt initialement fixée au 15 juin 2026, reportée au 30 juin 2026.", extended());
    check(
        "La date limite de dépôt des dossiers, fixée initialement au 15 juin 2026, est prolongée jusqu'au 30 juin 2026.",
        extended(),
    );
    check(
        "L'appel à projets est prolongé : dossiers à déposer jusqu'au 30 juin 2026 au lieu du 15 juin 2026.",
        extended(),
    );
    check("L'appel à candidatures est prolongé jusqu'au 30 juin 2026.", Expected { deadline: "2026-06-30", ..PLAIN });
}

#[test]
fn a_field_among_the_waves_does_not_disagree() {
    let mut input = super::input("AAP", "Dates limites de dépôt : 15 mars 2026 et 15 septembre 2026.", "");
    input.deadline_field = Some(("date_fin", Deadline::on(day("2026-09-15"))));
    let reading = read(&input);
    assert_eq!(reading.deadline.value.map(|d| d.date), Some(day("2026-09-15")));
    assert!(reading.deadline.doubts.is_empty());
    assert_eq!(reading.waves.len(), 2);
}

#[test]
fn contradictions_are_doubted() {
    let doubted = || Expected { doubts: &[DoubtReason::Contradiction], ..PLAIN };
    check("Date limite de dépôt : 15 mars 2026.\n\nModalités\n\nDate limite de dépôt : 20 mars 2026.", doubted());
    check("Date limite de dépôt : 20 mars 2026.\n\nModalités\n\nDate limite de dépôt : 15 mars 2026.", doubted());
}

#[test]
fn a_numbered_wave_labels_its_date() {
    let two = || Expected { waves: &["2026-03-15", "2026-09-15"], doubts: &[DoubtReason::SeveralWaves], ..PLAIN };
    let weak = || Expected { doubts: &[DoubtReason::Weak, DoubtReason::SeveralWaves], ..two() };
    check("Vague 1 : dimanche 15 mars 2026\nVague 2 : mardi 15 septembre 2026", weak());
    check("Dates limites : 15 mars, 15 septembre 2026", two());
}
