//! Calls that a site shows for another body, and those that only look so.

use super::*;

#[test]
fn another_bodys_call_is_not_the_relays() {
    let relay = [
        "CRESS Guadeloupe",
        "D971",
        "Prix national de l'économie solidaire",
        "Le ministère lance un appel à projets national ouvert sur l'ensemble du territoire national.",
    ];
    check(relay, "FR");
    let reading = territory(&TerritoryInput {
        url: None,
        title: "Appel à projets de la Fondation des Ormes",
        text: "Les associations de toute la région Bretagne peuvent répondre.",
        publisher: None,
        source_territory: &codes("R11"),
        field: None,
        place: None,
    });
    assert_eq!(reading.value, Some(codes("R53")));
}

#[test]
fn who_launches_says_where_when_the_site_that_lists_it_does_not() {
    for (publisher, expected) in [
        ("Établissement public foncier local des Landes", "D40"),
        ("Conseil départemental de la Creuse, Agence départementale", "D23"),
        ("Ministère de la Transition écologique", "FR"),
        ("Commission européenne", "EU"),
        ("Conseil départemental de la Creuse, Commission européenne", "D23"),
    ] {
        check([publisher, "", "Aide aux études", "Les communes déposent leur dossier en ligne."], expected);
    }
}

#[test]
fn a_local_site_relays_a_foundation() {
    let text = "Cet appel, sous l'égide de la Fondation des Ormes, soutient l'alimentation durable. Le projet se situe en France.";
    check(["Santé Brest", "29019", "Appel à projet : l'alimentation, un levier", text], "FR");
}

#[test]
fn a_town_relays_what_others_launch() {
    let town = |title: &str, text: &str, expected: &str| check(["Ville de Laval", "53130", title, text], expected);
    town("Un coup de pouce", "La Fondation Sauge a ouvert un appel. La Ville de Laval vous conseille.", "FR");
    town("Vu ailleurs", "La Ville de Laval relaie l'appel à projets de la Fondation Sauge.", "FR");
    town("Concours des cantines", "Toutes les communes de France peuvent s'inscrire.", "FR");
    town("L'ARS Pays de la Loire lance un appel", "Les structures répondent avant le 4 mars.", "R52");
    town("La Région vous finance", "Ouvert à toutes les communes des Pays de la Loire.", "R52");
    town("La Caf lance son appel", "Les associations répondent.", "D53");
    town("Un appel européen", "Il est ouvert dans tous les États membres.", "EU");
    town("La MSA lance un appel", "La MSA Mayenne-Orne-Sarthe lance un appel aux familles.", "D53 D61 D72");
    town(
        "Une banque finance les associations",
        "Sont reçus les projets de Mayenne, de la Sarthe et de l'Orne.",
        "D53 D61 D72",
    );
}

#[test]
fn a_town_that_names_its_partners_speaks_for_itself() {
    let town = |title: &str, text: &str| check(["Ville de Laval", "53130", title, text], "53130");
    town("Subventions 2026", "La Ville de Laval lance sa campagne. La Fondation Sauge soutient l'opération.");
    town("Subventions 2026", "Avec le concours de la Fondation Sauge et de la Région.");
    town("Subventions 2026", "Financeurs : Départements de la Mayenne et de la Sarthe.");
    town("Plan alimentaire", "Cette action s'inscrit dans le programme national pour l'alimentation.");
}

#[test]
fn a_service_of_the_state_handles_what_ministries_launch() {
    let prefecture = "Préfecture de l'Orne";
    let text = "La DILCRAH lance son appel. Les dossiers sont à envoyer à la préfecture.";
    check([prefecture, "D61", "Appel à projets local", text], "D61");
    check(
        [prefecture, "D61", "Appel à projets", "Le ministère lance un fonds pour les associations de l'Orne."],
        "D61",
    );
    check(
        [prefecture, "D61", "À savoir", "La Fondation Sauge lance un appel ouvert sur tout le territoire national."],
        "FR",
    );
}
