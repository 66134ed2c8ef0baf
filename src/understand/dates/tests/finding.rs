use crate::understand::dates::{Part, When, find};

/// Each date as written, "?" for a year that is not, "~" for a vague one; "[" and "]" for the ends of a range.
fn check(text: &str, expected: &str) {
    let found: Vec<String> = find(text)
        .iter()
        .map(|m| {
            assert!(text.get(m.start..m.end).is_some(), "offsets on character boundaries: {text}");
            let when = match m.when {
                When::Day(date) => date.to_string(),
                When::DayOfYear { day, month } => format!("?-{month:02}-{day:02}"),
                When::Vague => "~".to_owned(),
            };
            let time = m.time.map(|t| t.format(" %H:%M").to_string()).unwrap_or_default();
            match m.part {
                Part::Alone => format!("{when}{time}"),
                Part::Opens => format!("[{when}{time}"),
                Part::Closes => format!("{when}{time}]"),
            }
        })
        .collect();
    assert_eq!(found.join(", "), expected, "{text}");
}

#[test]
fn days_written_in_words() {
    check("le 14 mars 2026", "2026-03-14");
    check("le 14 mars", "?-03-14");
    check("1er mars 2026", "2026-03-01");
    check("1° mars 2026", "2026-03-01");
    check("1 er mars 2026", "2026-03-01");
    check("1ᵉʳ mars 2026", "2026-03-01");
    check("mercredi 11 février", "?-02-11");
    check("MERCREDI 11 FÉVRIER 2026", "2026-02-11");
    check("le 11 fevrier 2026", "2026-02-11");
    check("le 11 févr. 2026", "2026-02-11");
    check("le 3 janv. 2026", "2026-01-03");
    check("le 3 sept. 2026", "2026-09-03");
    check("le 3 déc. 2026", "2026-12-03");
    check("le 15 juil. 2026", "2026-07-15");
    check("le 15 août 2026", "2026-08-15");
    check("le 15 aout 2026", "2026-08-15");
    check("le 16\u{a0}juin\u{202f}2025", "2025-06-16");
    check("le 16\njuin\n2025", "2025-06-16");
    check("le 3 févri er 2026", "2026-02-03");
    check("le 3 septem-\nbre 2026", "2026-09-03");
    check("le 03 mars 2026", "2026-03-03");
    check("3-mars-2026", "2026-03-03");
    check("le fe\u{301}vrier, le 3 fe\u{301}vrier 2026", "2026-02-03");
}

#[test]
fn days_written_in_figures() {
    check("11/02/2026", "2026-02-11");
    check("11/02/26", "2026-02-11");
    check("11.02.2026", "2026-02-11");
    check("11-02-2026", "2026-02-11");
    check("1/2/2026", "2026-02-01");
    check("2026-02-11", "2026-02-11");
    check("2026/02/11", "2026-02-11");
    check("20230112", "2023-01-12");
    check("2023-01-09T14: 40", "2023-01-09 14:40");
    check("2023-09-04T22:00:00+00:00", "2023-09-05");
    check("2023-09-04T22:00:00Z", "2023-09-05");
    check("2023-12-04T22:30:00Z", "2023-12-04 23:30");
    check("2026-11-10 08:00:00", "2026-11-10 08:00");
    check("avant le 15/11", "?-11-15");
}

#[test]
fn days_written_in_letters() {
    check("le premier mars 2026", "2026-03-01");
    check("avant le quinze septembre", "?-09-15");
    check("le trente et un janvier 2026", "2026-01-31");
    check("le vingt-huit mai deux mille vingt-six", "2026-05-28");
    check("le dix-sept juin", "?-06-17");
    check("le trente avril 2026", "2026-04-30");
    check("les deux maires, trois marchés, dix avrils", "");
    check("le vingt mars deux mille", "?-03-20");
}

#[test]
fn weekdays_may_be_abbreviated() {
    check("ven. 29/05", "?-05-29");
    check("mar. 12 mai 2026", "2026-05-12");
    check("du lun. 3 au ven. 14 mars 2025", "[2025-03-03, 2025-03-14]");
    check("jusqu'au sam 30 mai", "?-05-30");
}

#[test]
fn figures_without_a_year_stand_alone_after_a_label_or_an_article() {
    check("Dépôt : 29/05", "?-05-29");
    check("Dépôt\n29/05 – 16h00\nLieu", "?-05-29 16:00");
    check("Période\n04/07 – 31/08\nMontant", "[?-07-04, ?-08-31]");
    check("Réponses exactes : 10/12 en moyenne", "");
    check("Au menu 05/06 oeufs", "");
}

#[test]
fn cells_run_together_hold_their_dates() {
    check("Ouverture12 janvier 2026Clôture27 février 2026Jury19 mars 2026", "2026-01-12, 2026-02-27, 2026-03-19");
    check("Début02/02/2026Fin14/03/2026", "2026-02-02, 2026-03-14");
}

#[test]
fn words_and_numbers_broken_by_a_pdf_are_mended() {
    check("le ven dre di 13 ma rs 2026", "2026-03-13");
    check("le 3 sep tem bre 2026", "2026-09-03");
    check("le 14 ju in 2 0 26", "2026-06-14");
    check("le 1 4 mars 20 26", "2026-03-14");
    check("le 1 er mars 2 026", "2026-03-01");
    check("DDAATTEE LLIIMMIITTEE :: 1155 DDÉÉCCEEMMBBRREE 22002266", "2026-12-15");
    check("articles 1 5 mars 2026", "2026-03-05");
    check("Le dépôt s'achève, le pot de mars 2026", "~");
}

#[test]
fn english_days() {
    check("17 September 2026", "2026-09-17");
    check("17th September 2026", "2026-09-17");
    check("September 17, 2026", "2026-09-17");
    check("17 May 2026", "2026-05-17");
    check("Deadline: 17 September 2026 17:00 Brussels time", "2026-09-17 17:00");
    check("5 March 2026 at 5 pm", "2026-03-05 17:00");
    check("by Thu 5 March", "?-03-05");
    check("by 17 Sep 2026", "2026-09-17");
    check("the 12 may apply", "");
}

#[test]
fn what_no_calendar_has_is_no_date() {
    check("32 mars 2026", "");
    check("30 février 2026", "");
    check("30 février", "");
    check("31 avril", "");
    check("29 février 2026", "");
    check("29 février 2028", "2028-02-29");
    check("31/02/2026", "");
    check("13/13/2026", "");
    check("0 mars 2026", "");
    check("20231312", "");
    check("2026-13-01", "");
}

#[test]
fn other_numbers_are_no_dates() {
    check("tél. 01.44.55.66.77", "");
    check("tél. 01 44 55 66 77", "");
    check("SIRET 130 025 265 00013", "");
    check("W751234567, RNA", "");
    check("Cerfa n°12156*06 et 15059.02", "");
    check("24/7, 1/2 page, 50/50", "");
    check("décret n° 2019-771", "");
    check("75013 Paris", "");
    check("version 1.2.2026", "2026-02-01");
    check("10.02.20", "");
    check("10 maires, 3 marchés, 5 décideurs", "");
    check("12 mars-Alpes", "?-03-12");
    check("/documents/20230112_notice.pdf", "");
    check("16 000 € en 2026", "");
}

#[test]
fn months_and_weeks_are_vague() {
    check("fin mars 2026", "~");
    check("courant mars", "~");
    check("mi-juin 2026", "~");
    check("en mars 2026", "~");
    check("semaine 12 de 2026", "~");
    check("début avril", "~");
    check("en mars", "");
}

#[test]
fn ranges_share_their_month_and_year() {
    check("du 4 décembre 2024 au 17 janvier 2025 inclus", "[2024-12-04, 2025-01-17]");
    check("du 1er au 30 juin 2026", "[2026-06-01, 2026-06-30]");
    check("du 1er au 30 juin", "[?-06-01, ?-06-30]");
    check("du 3 mars au 15 avril", "[?-03-03, ?-04-15]");
    check("du 3 mars au 15 avril 2026", "[2026-03-03, 2026-04-15]");
    check("du 15 décembre au 15 janvier 2026", "[2025-12-15, 2026-01-15]");
    check("du 15 décembre 2025 au 15 janvier", "[2025-12-15, 2026-01-15]");
    check("entre le 3 mars et le 15 avril 2026", "[2026-03-03, 2026-04-15]");
    check("entre le lundi 3 et le vendredi 14 mars 2025", "[2025-03-03, 2025-03-14]");
    check("Du 18/12/2025 au 03/02/2026", "[2025-12-18, 2026-02-03]");
    check("du 3 mars jusqu'au 15 avril 2026", "[2026-03-03, 2026-04-15]");
    check("11/02/2026-15/03/2026", "[2026-02-11, 2026-03-15]");
    check("les 12 et 13 mars 2026", "2026-03-12, 2026-03-13");
    check("le 12 mars et le 13 mai 2026", "2026-03-12, 2026-05-13");
    check("les 14 mars, 14 juin et 14 septembre 2026", "2026-03-14, 2026-06-14, 2026-09-14");
    check("15 novembre ou 15 janvier 2026", "2025-11-15, 2026-01-15");
    check("le 12 mars. Le 13 mai 2026", "?-03-12, 2026-05-13");
}
