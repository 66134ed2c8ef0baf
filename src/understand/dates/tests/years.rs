use super::reading;
use crate::model::DoubtReason;

/// The deadline's date and what is doubted in it.
fn check(title: &str, published: &str, text: &str, expected: &str, doubts: &[DoubtReason]) {
    let deadline = reading(title, text, published).deadline;
    assert_eq!(deadline.value.map_or("-".to_owned(), |d| d.date.to_string()), expected, "{title} / {text}");
    let read: Vec<DoubtReason> = deadline.doubts.iter().map(|d| d.reason).collect();
    assert_eq!(read, doubts, "{title} / {text}");
}

const INFERRED: &[DoubtReason] = &[DoubtReason::YearInferred];
const SURE: &[DoubtReason] = &[];

#[test]
fn the_publication_gives_the_year() {
    check("AAP", "2026-01-12", "Date limite de dépôt : 15 mars", "2026-03-15", INFERRED);
    check("AAP", "2025-11-03", "Date limite de dépôt : 15 mars", "2026-03-15", INFERRED);
    check("AAP", "2025-11-03", "Date limite de dépôt : 15 décembre", "2025-12-15", INFERRED);
    check(
        "AAP",
        "2026-01-10",
        "Date limite de dépôt : 5 janvier",
        "2026-01-05",
        &[DoubtReason::YearInferred, DoubtReason::BeforePublication],
    );
    check("AAP", "", "Publié le 28 mars 2023. Candidatures jusqu'au 5 mai.", "2023-05-05", INFERRED);
    check("AAP", "", "Mis à jour le 24/12/2025\nDate limite de dépôt : 11 février à 23h59", "2026-02-11", INFERRED);
    check("AAP", "2023-03-28", "Date limite de dépôt : 15 septembre prochain", "2023-09-15", INFERRED);
}

#[test]
fn the_weekday_confirms_or_corrects() {
    check("AAP", "2026-01-12", "Date limite de dépôt : mercredi 11 février", "2026-02-11", SURE);
    check("AAP", "2023-03-31", "Dossiers à déposer avant le vendredi 5 mai", "2023-05-05", SURE);
    check(
        "AAP",
        "2026-01-12",
        "Date limite de dépôt : lundi 11 février 2026",
        "2026-02-11",
        &[DoubtReason::WeekdayDisagrees],
    );
    check("AAP 2023", "", "Dossiers à déposer avant le jeudi 15 décembre", "2022-12-15", SURE);
}

#[test]
fn the_campaign_gives_the_year() {
    check("Appel à projets 2026", "", "Date limite de dépôt : 15 mars", "2026-03-15", INFERRED);
    check("Subventions 2023", "", "Les dossiers sont à rendre avant le 30 novembre", "2022-11-30", INFERRED);
    check("Campagne 2025-2026", "", "Date limite de dépôt : 15 octobre", "2025-10-15", INFERRED);
    check("Habilitation", "", "La campagne 2026 est lancée. Date limite de dépôt : 15 mars", "2026-03-15", INFERRED);
}

#[test]
fn a_page_updated_after_its_deadline_follows_its_campaign() {
    let late = &[DoubtReason::YearInferred, DoubtReason::BeforePublication];
    check("Appel à projets 2023", "", "Mis à jour le 11/09/2023\nDate limite de dépôt : 30 juin", "2023-06-30", late);
    check("Subventions 2023", "2023-01-20", "Dossiers à rendre avant le 30 novembre", "2022-11-30", late);
    let unknown = &[DoubtReason::YearUnknown];
    let before = &[DoubtReason::BeforePublication];
    check("Appel à projets", "", "Mis à jour le 11/09/2023\nDate limite de dépôt : 30 juin", "-", unknown);
    check(
        "Appel à projets",
        "",
        "Mis à jour le 11/09/2023\nDate limite de dépôt : vendredi 30 juin",
        "2023-06-30",
        before,
    );
    check("Appel à projets", "", "Publié le 11/11/2023\nDate limite de dépôt : 30 juin", "2024-06-30", INFERRED);
    check("Appel à projets", "2023-05-20", "Date limite de dépôt : 20 mars", "-", unknown);
}

#[test]
fn other_dates_of_the_text_give_the_year() {
    check("AAP", "", "Date limite : 15 mars. Rappel : dossiers à déposer avant le 15 mars 2026.", "2026-03-15", SURE);
    check(
        "AAP",
        "",
        "Ouverture des candidatures le 2 novembre 2025. Clôture des candidatures le 15 janvier.",
        "2026-01-15",
        INFERRED,
    );
    check(
        "AAP",
        "",
        "Dossiers à déposer avant le 15 septembre. Les actions démarreront le 1er janvier 2024.",
        "2023-09-15",
        INFERRED,
    );
}

#[test]
fn with_nothing_to_go_by_there_is_none() {
    check("AAP", "", "Date limite de dépôt : 15 mars", "-", &[DoubtReason::YearUnknown]);
    check("AAP", "", "Date limite de dépôt : mercredi 11 février", "-", &[DoubtReason::YearUnknown]);
    check(
        "Aide",
        "",
        "Dates limites de dépôt : avant le 15 novembre, le 15 janvier et le 15 avril.",
        "-",
        &[DoubtReason::YearUnknown],
    );
    check("AAP", "2026-01-12", "Date limite de dépôt : 29 février", "-", &[DoubtReason::YearUnknown]);
}

#[test]
fn a_dateline_is_a_day_of_publication() {
    check("AAP", "", "Guéret, le 2 février 2026\nRetour des fiches pour le 14 mars.", "2026-03-14", INFERRED);
    check("AAP", "", "2 février 2026 – Retour des fiches pour le 14 mars.", "2026-03-14", INFERRED);
    check("AAP", "", "Lettre du 2 février 2026\nRetour des fiches pour le 14 mars.", "2026-03-14", INFERRED);
    check("AAP", "", "Février 2026 — Retour des fiches pour le 14 mars.", "2026-03-14", INFERRED);
    check("AAP", "", "Deadline: 2 février 2026.", "2026-02-02", SURE);
}

#[test]
fn an_update_tells_less_than_a_publication() {
    let unknown = &[DoubtReason::YearUnknown];
    check("AAP", "", "Mis à jour le 10/09/2026\nDate limite de dépôt : 14 mars", "-", unknown);
    check("AAP", "", "Publié le 10/09/2026\nDate limite de dépôt : 14 mars", "2027-03-14", INFERRED);
    let late = &[DoubtReason::YearInferred, DoubtReason::BeforePublication];
    let text = "Mis à jour le 04/05/2026, publié le 10/01/2026\nDate limite de dépôt : 30 janvier";
    check("AAP", "", text, "2026-01-30", late);
}

#[test]
fn a_text_names_its_campaign_anywhere() {
    let far = "Les jardins de la vallée accueillent. ".repeat(20);
    let text = format!("{far}Au titre de l'exercice 2026, l'État aide. Retour des fiches pour le 14 mars.");
    check("AAP", "", &text, "2026-03-14", INFERRED);
    check("Contrat de ville : programmation 2027", "", "Dossiers à rendre le 30 novembre", "2026-11-30", INFERRED);
    let unknown = &[DoubtReason::YearUnknown];
    check("Prix 2026", "", "Dossiers à rendre le 30 novembre", "-", unknown);
    check("Prix 2026", "", "Dossiers à rendre le vendredi 14 novembre", "2025-11-14", SURE);
    check("Quartiers 2030", "", "Dossiers à rendre le 14 mars", "-", unknown);
    check("FEDER 2021-2027", "", "Dossiers à rendre le 14 mars", "-", unknown);
    check("AAP", "", "Bilan de l'édition 2024 : dix projets. Dossiers à rendre le 14 mars", "-", unknown);
}

#[test]
fn other_days_and_months_place_a_date_when_they_agree() {
    check("AAP", "", "Dossiers à rendre le 14 mars. Jury : mai 2026.", "2026-03-14", INFERRED);
    check("AAP", "", "Rencontre le 10 février 2026. Dossiers à rendre le 14 mars.", "2026-03-14", INFERRED);
    let unknown = &[DoubtReason::YearUnknown];
    check("AAP", "", "Dossiers à rendre le 14 mars. L'association est fondée le 12 mai 1998.", "-", unknown);
    check("AAP", "", "Vu la loi du 1er juillet 2011. Dossiers à rendre le 14 mars.", "-", unknown);
}
