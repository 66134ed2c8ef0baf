//! Places as people write them, in tables.

use super::*;

fn codes(codes: &str) -> Vec<TerritoryCode> {
    codes.split_whitespace().map(|c| TerritoryCode::parse(c).unwrap()).collect()
}

/// `93048` found, `93048?` the first of several candidates, empty unknown.
fn check(written: &str, hint: &str, expected: &str) {
    let read = match Geography::get().resolve_place(written, &codes(hint)) {
        Place::Found(code) => code.to_string(),
        Place::Ambiguous(candidates) => format!("{}?", candidates[0]),
        Place::Unknown => String::new(),
    };
    assert_eq!(read, expected, "« {written} » with {hint:?}");
}

#[test]
fn names_are_found_however_they_are_written() {
    check("Nanterre", "", "92050");
    check("NANTERRE", "", "92050");
    check("  nanterre ", "", "92050");
    check("L'Haÿ-les-Roses", "", "94038");
    check("l hay les roses", "", "94038");
    check("Saint Etienne", "", "42218");
    check("St-Étienne", "", "42218");
    check("Lilas", "", "93045");
    check("Mairie des Lilas", "", "93045");
    check("Le Mans", "", "72181");
    check("Ville du Mans", "", "72181");
    check("Mairie du Havre", "", "76351");
    check("La Courneuve", "", "93027");
    check("CCAS de La Courneuve", "", "93027");
    check("Montreuil-sous-Bois", "", "93048");
    check("Paris", "", "75056");
    check("Paris 13e", "", "75113");
    check("Mairie du 13e arrondissement de Paris", "", "75113");
    check("Lyon 3ème", "", "69383");
    check("Marseille 1er", "", "13201");
}

#[test]
fn a_departement_or_postcode_beside_the_name_decides() {
    check("Montreuil (93)", "", "93048");
    check("Montreuil 93", "", "93048");
    check("Montreuil (Seine-Saint-Denis)", "", "93048");
    check("Saint-Denis, Seine-Saint-Denis", "", "93066");
    check("St Denis (974)", "", "97411");
    check("Saint-Denis, La Réunion", "", "97411");
    check("93100 Montreuil", "", "93048");
    check("Montreuil, 93100", "", "93048");
    check("93105 Montreuil Cedex", "", "93048");
    check("Sainte-Anne (Guadeloupe)", "", "97128");
    check("Sainte-Anne, Martinique", "", "97226");
    check("Vienne (86)", "", "D86");
    check("Vienne (38)", "", "38544");
    check("Montreuil (75)", "", "93048?");
    check("Montreuil (093)", "", "93048");
    check("NANTES CEDEX 1", "", "44109");
    check("44042 Nantes Cedex 01", "", "44109");
    check("93105 MONTREUIL CEDEX 9", "", "93048");
    check("Nanterre Cedex", "", "92050");
}

#[test]
fn homonyms_are_decided_by_hints_and_by_nothing_else() {
    check("Montreuil", "", "93048?");
    check("Montreuil", "D93", "93048");
    check("Montreuil", "FR", "93048?");
    check("Montreuil", "R11", "93048");
    check("Montreuil", "93066", "93048");
    check("Montreuil", "200057875", "93048");
    check("St Denis", "", "97411?");
    check("St Denis", "D93", "93066");
    check("Saint-Denis", "93048 44109 92050", "93066");
    check("Saint-Denis", "D974", "97411");
    check("Sainte-Anne", "", "97128?");
    check("Sainte-Anne", "D972", "97226");
    check("Nantes", "D93", "44109");
}

#[test]
fn institutions_announce_their_kind_of_place() {
    check("CCAS de Nanterre", "", "92050");
    check("Centre communal d'action sociale de Nanterre", "", "92050");
    check("Ville de Nantes", "", "44109");
    check("Ville de Nantes - Direction de la santé", "", "44109");
    check("Département de Seine-Saint-Denis", "", "D93");
    check("Conseil départemental de la Seine-Saint-Denis", "", "D93");
    check("Conseil départemental de la Vienne", "", "D86");
    check("Département de la Mayenne", "", "D53");
    check("CD 93", "", "D93");
    check("CD93", "", "D93");
    check("Région Île-de-France", "", "R11");
    check("Conseil régional de Bretagne", "", "R53");
    check("DREETS Grand Est", "", "R44");
    check("Métropole de Lyon", "", "200046977");
    check("CA Cergy-Pontoise", "", "249500109");
    check("Communauté d'agglomération de La Rochelle", "", "241700434");
    check("Métropole de Toulouse", "", "243100518");
    check("EPT Plaine Commune", "", "200057867");
}

#[test]
fn a_commune_comes_before_a_departement_when_it_is_notable() {
    check("Mayenne", "", "53147");
    check("la Mayenne", "", "D53");
    check("Vienne", "", "38544");
    check("Vienne", "D86", "D86");
    check("Bretagne", "", "R53");
    check("Creuse", "", "D23");
    check("Creuse", "D80", "80225");
    check("Seine-Saint-Denis", "", "D93");
    check("seine saint denis", "", "D93");
    check("la Seine-Saint-Denis", "", "D93");
    check("Réunion", "", "D974");
    check("IDF", "", "R11");
    check("PACA", "", "R93");
    check("Plaine Commune", "", "200057867");
    check("Nantes Métropole", "", "244400404");
    check("Est Ensemble", "", "200057875");
    check("Grand Paris Grand Est", "", "200058790");
    check("France", "", "FR");
}

#[test]
fn numbers_follow_the_rule_of_the_module() {
    check("93100", "", "93048");
    check("93 100", "", "93048");
    check("44000", "", "44109");
    check("75013", "", "75056");
    // A postcode first (01400 has several communes) …
    check("01400", "", "01093?");
    check("01400", "01001", "01001");
    // … an INSEE code when it is no postcode, with or without its zero …
    check("93048", "", "93048");
    check("01053", "", "01053");
    check("1053", "", "01053");
    check("1000", "", "01053?");
    check("2A004", "", "2A004");
    check("2a004", "", "2A004");
    // … or when only that reading lies within the hints (44150 is Saint-Aignan's code and Ancenis's postcode).
    check("44150", "", "44003?");
    check("44150", "44003", "44003");
    check("44150", "44150", "44150");
    // One to three digits are a département.
    check("93", "", "D93");
    check("D93", "", "D93");
    check("R11", "", "R11");
    check("2A", "", "D2A");
    check("974", "", "D974");
    check("6", "", "D06");
    check("044", "", "D44");
    check("001", "", "D01");
    check("200057875", "", "200057875");
    check("219300480", "", "93048");
    check("217500016", "", "75056");
    check("21930048000014", "", "93048");
    check("00000", "", "");
    check("99999", "", "");
    check("123456789012", "", "");
}

#[test]
fn former_communes_lead_to_the_current_one() {
    check("Pierrefitte-sur-Seine", "", "93066");
    check("93059", "", "93066");
}

#[test]
fn what_is_no_place_is_unknown() {
    check("", "", "");
    check("   ", "", "");
    check("???", "", "");
    check("une ville quelconque", "", "");
    check("東京", "", "");
    check("(", "", "");
}

proptest::proptest! {
    #[test]
    fn no_string_makes_it_panic(written in "\\PC{0,40}", hinted in proptest::bool::ANY) {
        let hint = if hinted { codes("D93 44109 FR X") } else { vec![] };
        let _ = Geography::get().resolve_place(&written, &hint);
    }
}
