//! Readings of whole notices, in sentences of our own.

use super::*;

mod relays;

struct Case<'a> {
    publisher: &'a str,
    source: &'a str,
    title: &'a str,
    text: &'a str,
}

fn codes(codes: &str) -> Vec<TerritoryCode> {
    codes.split_whitespace().map(|c| TerritoryCode::parse(c).unwrap()).collect()
}

fn read(case: &Case) -> Reading<Vec<TerritoryCode>> {
    territory(&TerritoryInput {
        url: None,
        title: case.title,
        text: case.text,
        publisher: Some(case.publisher).filter(|p| !p.is_empty()),
        source_territory: &codes(case.source),
        field: None,
        place: None,
    })
}

/// Publisher, source, title, text; then the codes.
fn check([publisher, source, title, text]: [&str; 4], expected: &str) {
    let reading = read(&Case { publisher, source, title, text });
    let value = reading.value.clone().unwrap_or_default();
    assert_eq!(value, codes(expected), "{publisher} | {source} | {title} | {text}\n{reading:?}");
    assert!(value.is_empty() || !reading.evidence.is_empty(), "{title}: without its words");
}

#[test]
fn a_local_publisher_speaks_for_its_territory() {
    let prefecture = "Préfecture de la Seine-Saint-Denis";
    check([prefecture, "D93", "Appel à projets FIPD 2026", "Les dossiers sont à adresser à la préfecture."], "D93");
    check(
        [
            prefecture,
            "",
            "Appel à projets 2026",
            "Envoi : 1 esplanade Jean-Moulin, 93007 Bobigny Cedex. Recours devant le tribunal administratif de Montreuil.",
        ],
        "D93",
    );
    check(
        [
            prefecture,
            "R11",
            "Campagne 2026",
            "Les actions peuvent concerner Aubervilliers, Stains ou Pantin, entre autres villes.",
        ],
        "D93",
    );
    check(
        [
            "Préfecture de l'Aisne",
            "D02",
            "Soutien aux associations",
            "La DREETS Hauts-de-France, à Lille, cofinance ces actions. Contact à Laon.",
        ],
        "D02",
    );
    check(
        [
            "Ville de Paris",
            "75056",
            "Un kiosque sur le quai de Loire (19e)",
            "Le site se trouve 12 avenue de la Marne, 75019 Paris.",
        ],
        "75056",
    );
    check(
        [
            "Conseil départemental de la Drôme",
            "",
            "Construire une bibliothèque",
            "Le Département accompagne les communes.",
        ],
        "D26",
    );
    check(["ARS Bretagne", "R53", "Appel à candidatures", "Les lauréats 2024 étaient à Brest et à Rennes."], "R53");
    check(
        [
            "Région Île-de-France",
            "R11",
            "Soutien aux commerces",
            "Une première expérience à Provins, en Seine-et-Marne, a donné de bons résultats.",
        ],
        "R11",
    );
    check(["CAF du Nord", "", "Parentalité 2026", "La CAF lance sa campagne pour les familles."], "D59");
    check(
        [
            "Ville de Nantes",
            "44109",
            "Appel à coopérations",
            "Les Nantaises et les Nantais ont accès à une alimentation durable.",
        ],
        "44109",
    );
    check(
        ["Est Ensemble", "", "Appel à projets ESS", "Les projets se déroulent sur le territoire d'Est Ensemble."],
        "200057875",
    );
}

#[test]
fn pages_speak_of_many_places() {
    check(
        [
            "Préfecture de l'Hérault",
            "D34",
            "Appels à projets politique de la ville",
            "Mis à jour le 30/10/2025. Les actions concernent les habitants des quartiers de Montpellier, de Béziers et de \
             Lunel. Contact : DDETS de l'Hérault, 615 boulevard d'Antigone, 34000 Montpellier.",
        ],
        "D34",
    );
    check(
        [
            "Préfecture de l'Indre",
            "D36",
            "Programme Mieux manger pour tous dans l'Indre",
            "Le ministre des Solidarités a lancé un programme. L'État (la DDETSPP de l'Indre) lance un appel à projets \
             régional, doté au niveau national de 60 millions d'euros.",
        ],
        "D36",
    );
    check(
        [
            "Préfecture du Finistère",
            "D29",
            "Neuf associations finistériennes lauréates",
            "Les lauréats : une épicerie à Brest, un chantier à Châteaulin, une banque alimentaire à Quimper.",
        ],
        "D29",
    );
    check(
        [
            "DREETS Nouvelle-Aquitaine",
            "R75",
            "Campagne d'habilitation régionale à l'aide alimentaire 2026",
            "En Nouvelle-Aquitaine, la campagne est lancée. Les structures dont l'activité couvre au moins deux régions \
             demandent une habilitation nationale. Dossiers : DREETS, site de Limoges ou site de Bordeaux.",
        ],
        "R75",
    );
    check(
        [
            "DRIHL Île-de-France",
            "R11",
            "Campagne 2026 d'habilitation pour l'aide alimentaire",
            "L'arrêté du préfet de la région d'Île-de-France, préfet de Paris, fixe la liste. La loi s'applique à la France.",
        ],
        "R11",
    );
    check(
        [
            "DREETS Grand Est",
            "R44",
            "Soutien à l'insertion",
            "Les projets peuvent se dérouler dans un ou plusieurs départements du Grand Est (08, 10, 51, 52, 54, 55, 57, 67, 68, 88).",
        ],
        "R44",
    );
    check(
        [
            "CAF de la Gironde",
            "D33",
            "Fonds publics et territoires",
            "Les projets sont portés par des partenaires implantés en Gironde. Réunion d'information à Bordeaux le 4 mai.",
        ],
        "D33",
    );
    check(
        [
            "Saint-Étienne Métropole",
            "",
            "Contrat de ville : appel à projets 2026",
            "Financeurs : État, Région Auvergne-Rhône-Alpes, Département de la Loire, CAF de la Loire et communes membres.",
        ],
        "244200770",
    );
    check(
        [
            "ARS Occitanie",
            "R76",
            "Appel à projets santé environnement",
            "Cofinancé par l'Union européenne et France Relance. La commission se tiendra à Toulouse et à Montpellier.",
        ],
        "R76",
    );
    check(
        ["Préfecture de La Réunion", "", "Alimentation solidaire", "La réunion d'information aura lieu le 3."],
        "D974",
    );
    check(
        ["", "", "Appel à projets 2026 - contrat de ville de Cosne-Cours-sur-Loire", "Pour les habitants du quartier."],
        "58086",
    );
    check(["", "FR", "Mèze : associations, demandez une subvention", "La ville aide les associations."], "34157");
    check(["Ville de Quéven", "", "Demande de subventions", "Pour les associations quévenoises."], "56185");
}

#[test]
fn a_text_narrows_its_publishers_territory() {
    check(
        [
            "Préfecture de Seine-Saint-Denis",
            "D93",
            "Contrat de ville de Montreuil : appel à projets 2026",
            "Les actions visent les quartiers prioritaires.",
        ],
        "93048",
    );
    check(
        [
            "ARS Nouvelle-Aquitaine",
            "R75",
            "Création de 12 places d'accueil de jour en Charente-Maritime (17)",
            "Les candidats présentent un projet.",
        ],
        "D17",
    );
    check(
        [
            "Région Hauts-de-France",
            "R32",
            "Appel à projets",
            "Cet appel est réservé aux communes situées dans le département de l'Aisne.",
        ],
        "D02",
    );
    check(
        ["DRIHL Île-de-France", "R11", "Maraudes dans les Hauts-de-Seine", "Un service de maraude est recherché."],
        "D92",
    );
    check(["Préfecture du Nord", "D59", "Une pension de famille à Roubaix", "La pension ouvrira en 2027."], "59512");
}

#[test]
fn a_text_widens_its_publishers_territory() {
    check(
        [
            "Ville de Paris",
            "75056",
            "Prévention",
            "Le périmètre est limité aux établissements qui accueillent des jeunes parisiens à Paris ou en Île-de-France.",
        ],
        "75056 R11",
    );
}

#[test]
fn a_national_body_is_open_everywhere_unless_it_says_where() {
    check(["Fondation de France", "", "Habiter autrement", "Le projet se situe en France."], "FR");
    check(["Fondation de France", "", "Agir en Bretagne", "Pour les associations bretonnes."], "R53");
    check(["Ministère de la Culture", "", "Soutien", "Ouvert aux porteurs de projets d'Île-de-France."], "R11");
    check(
        [
            "Fondation des Tilleuls",
            "",
            "Appel à projets",
            "Sont éligibles les associations implantées en Savoie ou en Haute-Savoie.",
        ],
        "D73 D74",
    );
    check(
        [
            "Agence nationale de la cohésion des territoires",
            "",
            "Fabriques",
            "Des expériences ont été menées à Lyon et à Lille.",
        ],
        "FR",
    );
    check(["Commission européenne", "", "LIFE", "Le programme soutient l'environnement."], "EU");
    check(
        [
            "ADEME",
            "",
            "Fonds chaleur",
            "L'ADEME lance un appel sur l'ensemble du territoire national. Exemples à Nancy et en Bretagne.",
        ],
        "FR",
    );
}

#[test]
fn the_host_of_a_state_service_says_where_when_nothing_else_does() {
    let mut input = TerritoryInput {
        title: "Appel à projets",
        text: "Les dossiers sont reçus avant le 3 mai 2026.",
        url: Some("https://www.indre.gouv.fr/Actualites/aap"),
        publisher: None,
        source_territory: &[],
        field: None,
        place: None,
    };
    assert_eq!(territory(&input).value, TerritoryCode::parse("D36").ok().map(|code| vec![code]));
    let gard = [TerritoryCode::parse("D30").unwrap()];
    input.source_territory = &gard;
    assert_eq!(territory(&input).value, Some(gard.to_vec()));
}

#[test]
fn without_a_publisher_the_text_speaks_then_the_source() {
    check(["", "R11", "Appel à projets", "Sans autre précision."], "R11");
    check(["", "", "Appel à projets", "Sans autre précision."], "");
    check(
        [
            "",
            "R52",
            "Appel à projets « alimentation » du département de la Sarthe",
            "Pour les associations sarthoises.",
        ],
        "D72",
    );
    check(
        ["", "", "Habilitation régionale en Nouvelle-Aquitaine", "En Nouvelle-Aquitaine, la campagne est lancée."],
        "R75",
    );
    check(
        [
            "",
            "FR",
            "Aides aux projets",
            "La Préfecture de la Manche lance un appel à projets pour les habitants de la Manche.",
        ],
        "D50",
    );
    check(["", "", "Subventions aux associations", "La Ville de Montreuil (93) propose une aide."], "93048");
    check(["", "", "Appel à projets Contrat de ville de Limoux", "Le quartier Aude est prioritaire."], "11206");
    check(["", "", "Appel à projets de la Collectivité européenne d'Alsace", "Pour les communes."], "D67 D68");
}

#[test]
fn a_network_without_a_place_acts_everywhere_in_doubt() {
    check(["Réseau des vergers", "", "Webinaire", "On vous explique tout."], "FR");
    check(["Réseau des vergers", "R53", "Webinaire", "On vous explique tout."], "R53");
    check(["Vergers Solutions", "", "Webinaire", "On vous explique tout."], "");
    let letter = "Trois fondations préparent un appel à projets\nZoom – À Lunel, une conserverie";
    check(["Réseau des vergers", "", "Lettre de mai", letter], "FR");
    let reading =
        read(&Case { publisher: "Réseau des vergers", source: "", title: "Webinaire", text: "On vous explique." });
    assert_eq!(reading.doubts.first().map(|d| d.reason), Some(DoubtReason::Weak));
}

#[test]
fn a_foundation_that_speaks_of_its_sources_place_acts_there() {
    let text = "La fondation aide les associations de Haute-Loire.";
    check(["Fondation des Sources", "D43", "Appel à projets", text], "D43");
    check(["Fondation des Sources", "D43", "Appel à projets", "La fondation aide les associations."], "FR");
}

#[test]
fn a_list_in_brackets_narrows_its_region() {
    check(["", "", "Appel", "Pour les associations implantées en Île-de-France (75, 77 et 78)."], "D75 D77 D78");
    check(["", "", "Appel", "Pour les associations implantées en Bretagne (22, 29, 35, 56)."], "R53");
    check(["", "D02", "Appel", "Ouvert aux jeunes (13, 14 ans) du territoire."], "D02");
}

#[test]
fn a_text_too_long_is_read_in_part_and_in_doubt() {
    let check = |bytes: usize, doubted: bool| {
        let text = "Les associations de Bretagne répondent. ".repeat(bytes / 40 + 1);
        let reading = read(&Case { publisher: "", source: "", title: "Appel", text: &text });
        assert_eq!(reading.value, Some(codes("R53")));
        assert_eq!(reading.doubts.iter().any(|d| d.reason == DoubtReason::Truncated), doubted, "{bytes}");
    };
    check(TEXT_BYTES_MAX + 40, true);
    check(TEXT_BYTES_MAX / 2, false);
}

#[test]
fn words_that_look_like_places_are_none() {
    check(["", "R84", "Un lot de jeux", "La somme est versée dans la Manche d'un habit, au centre du nord."], "R84");
    check(["", "", "Contes et légendes", "Les Aides sont versées. Plan Nord. Projet Orange."], "");
}

#[test]
fn homonyms_are_decided_by_what_stands_beside_them() {
    check(["", "D971", "Appel à projets de la ville de Sainte-Anne", "Les associations répondent."], "97128");
    check(["", "D93", "Contrat de ville de Saint-Denis", "Les associations répondent."], "93066");
    check(["Ville de Saint-Denis", "", "Appel", "La mairie de Saint-Denis (97400) aide les associations."], "97411");
    check(["Ville de Saint-Denis", "", "Appel", "Mairie, 2 place du Marché, 93200 Saint-Denis."], "93066");
    check(["Commune de Montreuil", "D62", "Appel", "Les associations répondent."], "62588");
    let reading = read(&Case { publisher: "", source: "R76", title: "Appel de la commune de Saint-Denis", text: "" });
    assert!(reading.value.is_some());
    let reading = read(&Case { publisher: "", source: "FR", title: "Appel de la commune de Sainte-Anne", text: "" });
    assert!(reading.doubts.iter().any(|d| d.reason == DoubtReason::AmbiguousPlace), "{reading:?}");
}

#[test]
fn the_sites_own_field_wins() {
    let place = ("departement".to_owned(), "Drôme".to_owned());
    let field = ("territoire".to_owned(), codes("R84"));
    let mut input = TerritoryInput {
        url: None,
        title: "Appel à Nanterre",
        text: "",
        publisher: Some("Ville de Nanterre"),
        source_territory: &[],
        field: None,
        place: Some(&place),
    };
    assert_eq!(territory(&input).value, Some(codes("D26")));
    input.field = Some(&field);
    assert_eq!(territory(&input).value, Some(codes("R84")));
}

#[test]
fn the_source_is_a_doubt() {
    let reading = read(&Case { publisher: "", source: "D93", title: "Appel", text: "" });
    assert_eq!(reading.doubts.first().map(|d| d.reason), Some(DoubtReason::TerritoryFromSource));
}

proptest::proptest! {
    #[test]
    fn quotes_are_slices_of_what_they_quote(
        title in "(\\PC|à Montreuil |le Nord|Île-de-France){0,10}",
        text in "(\\PC|sur le territoire de |Montreuil|la Drôme|\\(93\\)|, |et |associations bretonnes|\\. ){0,24}",
    ) {
        let reading = read(&Case { publisher: "", source: "", title: &title, text: &text });
        for quote in &reading.evidence {
            let whole = if quote.field == Field::Title { &title } else { &text };
            proptest::prop_assert_eq!(whole.get(quote.start..quote.end), Some(quote.text.as_str()));
        }
    }
}
