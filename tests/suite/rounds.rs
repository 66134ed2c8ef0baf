//! Rounds: found once, changed once, broken without harm.

use crate::support::{MONDAY, NEXT_MONDAY, Site, Workspace, on_both};

fn with_site(workspace: &Workspace) -> Site {
    let site = Site::start();
    site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    site
}

fn notices(workspace: &Workspace) -> Vec<serde_json::Value> {
    let value = workspace.run_at(MONDAY, "notices list --json").done().json();
    value["notices"].as_array().unwrap().clone()
}

#[test]
fn the_same_item_is_one_notice_however_often_it_is_read() {
    on_both(|workspace: Workspace| {
        let site = with_site(&workspace);
        workspace.run_at(MONDAY, "collect").done().says("1 nouvelle");
        workspace.run_at(MONDAY, "collect").done().says("Aucune source n'est due");
        workspace.run_at(MONDAY, "collect essai").done().says("rien de nouveau");
        site.publish("autre", "Appel à projets : jardins partagés", "Candidatures avant le 3 mars 2026.");
        workspace.run_at(MONDAY, "collect essai").done().says("1 nouvelle");
        assert_eq!(notices(&workspace).len(), 2);
    });
}

#[test]
fn one_call_on_two_sites_is_one_notice_with_two_links() {
    let workspace = Workspace::sqlite();
    let (one, two) = (Site::start(), Site::start());
    let body = "Les associations et les CCAS de Seine-Saint-Denis déposent leur dossier avant le 20 février 2026 à 12h. \
                L'appel soutient les épiceries solidaires, les paniers et les cuisines partagées du département.";
    one.publish("a", "Appel à projets départemental épiceries solidaires 2026", body);
    two.publish("b", "Appel à projets départemental « épiceries solidaires » 2026", body);
    workspace.write("sources.toml", &(one.source("un", "D93") + &two.source("deux", "D93")));
    workspace.run_at(MONDAY, "collect").done();
    let notices = notices(&workspace);
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(notices[0]["links"].as_array().unwrap().len(), 2);
}

#[test]
fn a_broken_site_is_named_stops_nothing_and_empties_nothing() {
    on_both(|workspace: Workspace| {
        let (sound, broken) = (with_site(&workspace), Site::start());
        broken.publish("b", "Appel à projets : insertion", "Réponse avant le 1er mars 2026.");
        workspace.write("sources.toml", &(sound.source("essai", "D93") + &broken.source("fragile", "D92")));
        workspace.run_at(MONDAY, "collect").done();
        broken.answers(Some(403));
        workspace
            .run_at(MONDAY, "collect essai fragile")
            .status(1)
            .says("EN PANNE")
            .says("403")
            .says("glaneur sources test fragile");
        assert_eq!(notices(&workspace).len(), 2, "what was known stays known");
        let sources = workspace.run_at(MONDAY, "sources list --json").done().json();
        let fault = sources["sources"][1]["fault"].as_str().unwrap().to_owned();
        assert!(fault.contains("403"), "{fault}");
        broken.answers(None);
        workspace.run_at(NEXT_MONDAY, "collect fragile").done();
        let sources = workspace.run_at(MONDAY, "sources list --json").done().json();
        assert!(sources["sources"][1]["fault"].is_null());
    });
}

#[test]
fn a_correction_lasts_over_later_rounds_and_rereading() {
    on_both(|workspace: Workspace| {
        let site = with_site(&workspace);
        workspace.run_at(MONDAY, "collect").done();
        let id = notices(&workspace)[0]["id"].as_str().unwrap().to_owned();
        workspace.run_at(MONDAY, &format!("notices correct {id} --deadline 2026-02-27T12:00 --territory D92")).done();
        site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 25 février 2026.");
        workspace.run_at(NEXT_MONDAY, "collect essai").done();
        workspace.run_at(NEXT_MONDAY, "notices reread").done();
        let notice = workspace.run_at(MONDAY, &format!("notices show {id} --json")).done().json();
        assert_eq!(notice["deadline"]["date"], "2026-02-27");
        assert_eq!(notice["deadline"]["time"], "12:00:00");
        assert_eq!(notice["territory"], serde_json::json!(["D92"]));
        assert_eq!(notice["corrections"].as_array().unwrap().len(), 2);
        workspace.run_at(MONDAY, &format!("notices correct {id}")).status(2);
        workspace.run_at(MONDAY, &format!("notices correct {id} --deadline demain")).status(2).complains("demain");
    });
}

#[test]
fn next_years_campaign_at_the_same_address_is_a_new_notice() {
    let workspace = Workspace::sqlite();
    let site = Site::start();
    site.publish(
        "fdva",
        "FDVA 2026 : appel à projets",
        "Les associations déposent leur demande jusqu'au 20 février 2026.",
    );
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.run_at(MONDAY, "collect").done();
    site.publish(
        "fdva",
        "FDVA 2027 : appel à projets",
        "Les associations déposent leur demande jusqu'au 19 février 2027.",
    );
    workspace.run_at("2027-01-11T08:00:00+01:00", "collect").done();
    assert_eq!(notices(&workspace).len(), 2);
}

#[test]
fn a_source_can_be_tried_without_storing_anything() {
    let workspace = Workspace::sqlite();
    let _site = with_site(&workspace);
    workspace.run_at(MONDAY, "sources test essai").done().says("épiceries solidaires").says("20/02/2026");
    assert!(notices(&workspace).is_empty());
    workspace.run_at(MONDAY, "sources test esai").status(2).complains("essai");
}

#[test]
fn a_round_with_nothing_new_asks_for_the_list_only() {
    let workspace = Workspace::sqlite();
    let site = with_site(&workspace);
    workspace.run_at(MONDAY, "collect essai").done();
    workspace.run_at(MONDAY, "collect essai").done().says("rien de nouveau");
    assert_eq!(site.requests(), ["/feed", "/feed"]);
}

#[test]
fn what_had_closed_before_a_source_was_first_read_is_known_and_no_news() {
    on_both(|workspace: Workspace| {
        let (first, later) = (Site::start(), Site::start());
        first.publish("a", "Appel à projets : épiceries solidaires", "Dossiers à déposer jusqu'au 20 février 2026.");
        first.publish("b", "Appel à projets : colis de Noël", "Dossiers à déposer jusqu'au 20 novembre 2025.");
        later.publish("c", "Appel à projets : jardins partagés", "Candidatures avant le 3 mars 2026.");
        later.publish("d", "Appel à projets : vendanges solidaires", "Candidatures avant le 3 septembre 2025.");
        workspace.write("sources.toml", &first.source("un", "D93"));
        workspace.import_members();
        workspace.run_at(MONDAY, "once").done();
        workspace.write("sources.toml", &(first.source("un", "D93") + &later.source("deux", "D93")));
        workspace.run_at(NEXT_MONDAY, "once").done();
        assert_eq!(notices(&workspace).len(), 4, "all are known");
        let open = workspace.run_at(NEXT_MONDAY, "notices list --open --json").done().json();
        assert_eq!(open["notices"].as_array().unwrap().len(), 2);
        let mails = workspace.mails();
        assert!(mails.iter().any(|mail| mail.text.contains("jardins partagés")));
        for mail in &mails {
            mail.is_silent_on("colis de Noël").is_silent_on("vendanges solidaires");
        }
    });
}
