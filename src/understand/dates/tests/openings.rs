use chrono::NaiveTime;
use chrono_tz::Tz;

use super::{day, input, reading};
use crate::model::{Deadline, DoubtReason, Field};
use crate::understand::dates::{DatesInput, read};

fn check(text: &str, opening: &str) {
    let read = reading("Appel à projets", text, "2026-01-12").opening;
    assert_eq!(read.value.map_or("-".to_owned(), |d| d.to_string()), opening, "{text}");
}

#[test]
fn the_words_of_an_opening() {
    check("Ouverture des candidatures le 2 février 2026, clôture le 14 mars 2026.", "2026-02-02");
    check("Les dossiers peuvent être déposés à partir du 2 février 2026.", "2026-02-02");
    check("Dépôt des demandes à compter du 2 février 2026 et jusqu'au 14 mars 2026.", "2026-02-02");
    check("L'appel à projets est ouvert du 2 février au 14 mars 2026.", "2026-02-02");
    check("Vous avez du 2 février jusqu'au 14 mars 23h59 pour répondre à cet appel.", "2026-02-02");
    check("Lancement de la campagne : 2 février 2026. Date limite de dépôt : 14 mars 2026", "2026-02-02");
    check("Le dispositif est opérationnel depuis le 1er juillet 2020.", "2020-07-01");
    check("Date d'ouverture de l'appel à projets : 2 février 2026", "2026-02-02");
    check("Date de publication de l'avis d'appel à projets : 2 février 2026", "2026-02-02");
    check("- 2 février 2026 : ouverture de l'appel à projets\n- 14 mars 2026 : clôture", "2026-02-02");
    check("La campagne est officiellement lancée en Loire depuis le 2 février 2026.", "2026-02-02");
    check("L'appel à projets débute le 2 février 2026.", "2026-02-02");
    check("Le Gouvernement a lancé le 2 février 2026 l'appel à manifestation d'intérêt.", "2026-02-02");
    check(
        "Date limite de réception : 5 avril 2026. Dossiers à remettre à compter de ce jour, soit du 6 mars au 5 avril 2026.",
        "2026-03-06",
    );
    check("The call opens on 12 February 2026.", "2026-02-12");
    check("Date limite de dépôt : 14 mars 2026", "-");
    check("Le 16 octobre 2025, lancement de la première session de l'accompagnement.", "-");
    check("Date de publication de l'arrêté : 2 février 2026", "-");
    check("Les actions démarrent à partir du 1er septembre 2026.", "-");
    check("Le règlement entre en vigueur à compter du 1er septembre 2026.", "-");
    check("Publié le 2 février 2026. Candidatures jusqu'au 14 mars 2026.", "-");
}

#[test]
fn the_day_of_publication_is_read() {
    let published = |text: &str| reading("AAP", text, "").published.value.map(|d| d.to_string()).unwrap_or_default();
    assert_eq!(published("Publié le 5 février 2024"), "2024-02-05");
    assert_eq!(published("Mis à jour le 24/12/2025 Photo : mairie"), "2025-12-24");
    assert_eq!(published("Mise à jour : 20 juin 2025"), "2025-06-20");
    assert_eq!(published("Mise en ligne le 20 juin 2025"), "2025-06-20");
    assert_eq!(published("Date de publication de l'arrêté préfectoral : 19 septembre 2023"), "");
    assert_eq!(published("Publication des résultats : 20 juin 2025"), "");
}

#[test]
fn a_field_of_the_site_wins_over_the_text() {
    let field = Deadline::on(day("2026-03-14"));
    let with_field = |text: &'static str| {
        let mut input = input("AAP", text, "2026-01-12");
        input.deadline_field = Some(("date_cloture", field));
        read(&input).deadline
    };
    let agreed = with_field("Date limite de dépôt : 14 mars 2026 à 12h");
    assert_eq!(agreed.value, Some(field.at(NaiveTime::from_hms_opt(12, 0, 0))));
    assert_eq!(agreed.evidence.first().map(|q| q.field.clone()), Some(Field::Structured("date_cloture".to_owned())));
    assert!(agreed.doubts.is_empty());
    let disagreed = with_field("Date limite de dépôt : 20 mars 2026");
    assert_eq!(disagreed.value, Some(field));
    assert_eq!(disagreed.doubts.first().map(|d| d.reason), Some(DoubtReason::FieldDisagrees));
    assert_eq!(with_field("Un texte sans date.").value, Some(field));
}

#[test]
fn hours_are_counted_where_the_text_or_the_source_says() {
    let zone = |text: &str| {
        let input = DatesInput { zone: Tz::Indian__Reunion, ..input("AAP", text, "") };
        read(&input).deadline.value.map(|d| d.zone)
    };
    assert_eq!(zone("Date limite de dépôt : 14 mars 2026 à 12h"), Some(Tz::Indian__Reunion));
    assert_eq!(zone("Date limite de dépôt : 14 mars 2026 à 12h (heure de Paris)"), Some(Tz::Europe__Paris));
    assert_eq!(zone("Deadline: 17 September 2026 17:00 Brussels time"), Some(Tz::Europe__Brussels));
}

#[test]
fn an_opening_field_wins_and_gives_the_year() {
    let mut input = input("AAP", "Date limite de dépôt : 15 janvier", "");
    input.opening_field = Some(("date_ouverture", day("2025-11-03")));
    let reading = read(&input);
    assert_eq!(reading.opening.value, Some(day("2025-11-03")));
    assert_eq!(reading.deadline.value.map(|d| d.date), Some(day("2026-01-15")));
}

#[test]
fn evidence_is_the_shortest_span_with_its_cue() {
    let quote = |text: &str| reading("AAP", text, "2026-01-12").deadline.evidence.first().map(|q| q.text.clone());
    let check = |text: &str, expected: &str| assert_eq!(quote(text).as_deref(), Some(expected), "{text}");
    check(
        "Les dossiers sont à déposer au plus tard le jeudi 12 février 2026 à 22h30 sur la plateforme.",
        "au plus tard le jeudi 12 février 2026 à 22h30",
    );
    check(
        "Date limite de dépôt du dossier : 21 mai 2026 à 16h. Merci",
        "Date limite de dépôt du dossier : 21 mai 2026 à 16h",
    );
    check(
        "La date limite est le 11 février à 23h59. Dossiers à déposer au plus tard le 11 février 2026 à 23h59.",
        "au plus tard le 11 février 2026 à 23h59",
    );
    check("Dépôt des dossiers du 5 février au 14 avril 2026.", "du 5 février au 14 avril 2026");
    check("Candidatez jusqu’au 3 février 2026 inclus.", "jusqu’au 3 février 2026 inclus");
}

#[test]
fn what_opens_otherwise_is_no_opening() {
    check("Ouverture de l'épicerie : 2 février 2026. Dossiers jusqu'au 14 mars 2026.", "-");
    check("Ouverture des places : 2 février 2026. Dossiers jusqu'au 14 mars 2026.", "-");
    check("Ouverture du lundi 2 février au samedi 14 mars 2026. Dossiers en ligne.", "2026-02-02");
    check("Date de début : 2026-02-02\nDate de fin : 2026-03-14", "2026-02-02");
    check("Date de début des actions : 2026-02-02\nDate de fin : 2026-03-14", "-");
    check("2 février 2026 : lancement\n14 mars 2026 : fin du dépôt\n2 avril 2026 : jury", "2026-02-02");
}
