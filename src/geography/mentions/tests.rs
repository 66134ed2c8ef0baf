//! Places in sentences, in tables.

use super::*;

/// Mentions as `words=code`, several candidates as `words=code?`.
fn read(text: &str) -> String {
    let mentions = Geography::get().find(text);
    let shown = mentions.iter().map(|m| {
        let doubt = if m.candidates.len() > 1 { "?" } else { "" };
        format!("{}={}{doubt}", &text[m.start..m.end], m.candidates[0])
    });
    shown.collect::<Vec<_>>().join("; ")
}

fn check(text: &str, expected: &str) {
    assert_eq!(read(text), expected, "{text}");
}

#[test]
fn regions_and_departements_are_named() {
    check("en Île-de-France et dans les Hauts-de-France", "Île-de-France=R11; Hauts-de-France=R32");
    check("les associations de la Seine-Saint-Denis", "Seine-Saint-Denis=D93");
    check("seine saint denis", "seine saint denis=D93");
    check("SEINE-SAINT-DENIS", "SEINE-SAINT-DENIS=D93");
    check("le département du Nord", "Nord=D59");
    check("au nord de la ville, le Nord de la France", "France=FR");
    check("dans l'Ain, le Lot, la Manche et les Landes", "Ain=D01; Lot=D46; Manche=D50; Landes=D40");
    check("un lot de la manche du centre, la somme de 100 euros", "");
    check("au bord de Loire", "");
    check("en Loire-Atlantique", "Loire-Atlantique=D44");
    check("dans la Loire", "Loire=D42");
    check("La Réunion", "La Réunion=D974");
    check(
        "la Collectivité européenne d'Alsace",
        "Collectivité européenne d'Alsace=D67; Collectivité européenne d'Alsace=D68",
    );
    check("le quartier Aude", "");
    check("la Mayenne", "Mayenne=D53");
    check("en Centre-Val de Loire", "Centre-Val de Loire=R24");
    check("Bourgogne Franche-Comté", "Bourgogne Franche-Comté=R27");
}

#[test]
fn departements_in_a_list_vouch_for_each_other() {
    check("un établissement pour Oise et Aisne", "Oise=D60; Aisne=D02");
    check("Ain, Isère et Savoie", "Ain=D01; Isère=D38; Savoie=D73");
    check("de Maine-et-Loire, de Mayenne et de Sarthe", "Maine-et-Loire=D49; Mayenne=D53; Sarthe=D72");
    check("Vienne ou Deux-Sèvres", "Vienne=D86; Deux-Sèvres=D79");
    check("Mayenne et Laval", "Laval=53130");
    check("au bord de Loire. Et Cher lecteur", "");
}

#[test]
fn communes_need_a_sign() {
    check("à Nanterre", "Nanterre=92050");
    check("la commune de Contes", "Contes=06048?");
    check("Contes pour enfants", "");
    check("Les Aides de la Région", "");
    check("la Croix-Rouge", "");
    check("à Mayenne", "Mayenne=53147");
    check("les Lilas fleurissent", "");
    check("la ville des Lilas", "Lilas=93045");
    check("le centre social du Mans", "Mans=72181");
    check("Montreuil (93) et Bagnolet", "Montreuil (93)=93048; Bagnolet=93006");
    check("à Montreuil", "Montreuil=93048?");
    check("Mer (41)", "Mer (41)=41136");
    check("LES PROJETS ORANGE", "");
    check("l'Union européenne", "Union européenne=EU");
    check("Montreuil (62170)", "Montreuil (62170)=62588");
    check("Saint-Denis (97400)", "Saint-Denis (97400)=97411");
}

#[test]
fn numbers_count_as_departements_where_they_are_written_so() {
    check("les départements 75, 92 et 93", "75=D75; 92=D92; 93=D93");
    check("(04,05,84)", "04=D04; 05=D05; 84=D84");
    check("(93)", "93=D93");
    check("habiter le 93", "93=D93");
    check("le 15 mars, le 31, 93 projets, 92 %, 93 rue", "");
    check("le 92 boulevard", "");
    check("pour les jeunes (13, 14 ans)", "");
    check("les samedis (10, 17 et 24 mars)", "");
    check("départements concernés : 02, 59 et 62", "02=D02; 59=D59; 62=D62");
    check("dans le 93 et le 94", "93=D93; 94=D94");
}

#[test]
fn adjectives_and_abbreviations_name_places() {
    check("les associations franciliennes", "franciliennes=R11");
    check("les Francilien·ne·s", "Francilien=R11");
    check("le public séquano-dionysien", "séquano-dionysien=D93");
    check("les bailleurs drômois", "drômois=D26");
    check("IDF et PACA", "IDF=R11; PACA=R93");
    check("ara", "");
    check("les jeunes parisiens", "parisiens=75056");
    check("lu dans Le Parisien", "");
}

#[test]
fn intercommunalities_are_named() {
    check("à Plaine Commune", "Plaine Commune=200057867");
    check("Nantes Métropole soutient", "Nantes Métropole=244400404");
    check("une plaine commune", "");
    check("la communauté d'agglomération de La Rochelle", "communauté d'agglomération de La Rochelle=241700434");
}

#[test]
fn a_text_of_one_megabyte_is_read() {
    let text = "Montreuil (93), le département du Nord, les associations franciliennes. ".repeat(14_000);
    assert_eq!(Geography::get().find(&text).len(), 3 * 14_000);
}

proptest::proptest! {
    #[test]
    fn offsets_cut_the_text_on_characters(text in "(\\PC|Montreuil|le Nord|\\(93\\)|, |Île-de-France|à |Saint-|St ){0,24}") {
        for mention in Geography::get().find(&text) {
            let words = text.get(mention.start..mention.end);
            proptest::prop_assert!(words.is_some_and(|w| !w.is_empty()));
            proptest::prop_assert!(!mention.candidates.is_empty());
        }
        let _ = Geography::get().publisher(&text);
    }
}
