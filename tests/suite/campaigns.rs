//! One address, several calls: next year's campaign, another call, two in a year; what is a change and what is not.

use serde_json::{Value, json};

use crate::support::{MONDAY, NEXT_MONDAY, Site, Workspace, on_both};

fn notices(workspace: &Workspace) -> Vec<Value> {
    let value = workspace.run_at(MONDAY, "notices list --json").done().json();
    let mut notices = value["notices"].as_array().unwrap().clone();
    notices.sort_by_key(|notice| notice["first_seen"].to_string());
    notices
}

fn shown(workspace: &Workspace, notice: &Value) -> Value {
    let id = notice["id"].as_str().unwrap();
    workspace.run_at(MONDAY, &format!("notices show {id} --json")).done().json()
}

/// The announced changes of a notice, all revisions together.
fn told(shown: &Value) -> Vec<Value> {
    let history = shown["history"].as_array().unwrap();
    history.iter().flat_map(|revision| revision["announced"].as_array().unwrap().clone()).collect()
}

const EPICERIES: &str = "Les associations du département ouvrent ou agrandissent une épicerie solidaire, avec un lieu \
                         d'accueil, des ateliers de cuisine et un accompagnement social. Les dossiers sont à déposer \
                         jusqu'au 20 février 2026.";
const VELOS: &str = "Les communes proposent des pistes cyclables, des abris et des ateliers de réparation, avec un plan \
                     de financement et un calendrier des travaux. Les dossiers sont à déposer jusqu'au 6 mars 2026.";

#[test]
fn an_address_used_again_for_another_call_is_a_new_notice_and_no_extension() {
    on_both(|workspace: Workspace| {
        let site = Site::start();
        site.publish("appel", "Appel à projets : épiceries solidaires", EPICERIES);
        workspace.write("sources.toml", &site.source("essai", "D93"));
        workspace.run_at(MONDAY, "collect").done().says("1 nouvelle");
        site.publish("appel", "Appel à projets : pistes cyclables", VELOS);
        workspace.run_at(NEXT_MONDAY, "collect essai").done().says("1 nouvelle, 0 changée");
        let notices = notices(&workspace);
        assert_eq!(notices.len(), 2, "{notices:#?}");
        let (old, new) = (shown(&workspace, &notices[0]), shown(&workspace, &notices[1]));
        assert_eq!(old["title"], "Appel à projets : épiceries solidaires", "the old one stays as it was");
        assert_eq!(old["deadline"]["date"], "2026-02-20");
        assert_eq!(new["title"], "Appel à projets : pistes cyclables");
        for notice in [old, new] {
            assert!(told(&notice).is_empty(), "{notice:#?}");
            assert_eq!(notice["items"].as_array().unwrap().len(), 1, "no notice is without its item: {notice:#?}");
        }
        // A correction of the old one still takes, and later rounds belong to the new one.
        let id = notices[0]["id"].as_str().unwrap();
        workspace.run_at(NEXT_MONDAY, &format!("notices correct {id} --territory D92")).done();
        site.publish("appel", "Appel à projets : pistes cyclables", &VELOS.replace("6 mars", "20 mars"));
        workspace.run_at("2026-01-26T08:00:00+01:00", "collect essai").done().says("0 nouvelle, 1 changée");
        assert_eq!(shown(&workspace, &notices[0])["territory"], json!(["D92"]));
        assert_eq!(told(&shown(&workspace, &notices[1])).len(), 1);
    });
}

#[test]
fn two_campaigns_within_one_year_are_two_notices_with_an_item_each() {
    on_both(|workspace: Workspace| {
        let site = Site::start();
        let publish = |day: &str| {
            let body = format!("Les associations déposent leur demande de soutien jusqu'au {day}.");
            site.publish("fonds", "Fonds d'aide aux associations : appel à projets", &body);
        };
        publish("31 janvier 2026");
        workspace.write("sources.toml", &site.source("essai", "D93"));
        workspace.run_at(MONDAY, "collect").done();
        publish("30 novembre 2026");
        workspace.run_at("2026-09-14T08:00:00+02:00", "collect essai").done().says("1 nouvelle");
        publish("15 décembre 2026");
        workspace.run_at("2026-11-16T08:00:00+01:00", "collect essai").done().says("1 changée");
        let notices = notices(&workspace);
        assert_eq!(notices.len(), 2);
        let shown: Vec<Value> = notices.iter().map(|notice| shown(&workspace, notice)).collect();
        assert_eq!(shown[0]["deadline"]["date"], "2026-01-31");
        assert_eq!(shown[1]["deadline"]["date"], "2026-12-15");
        assert_eq!(shown.iter().map(|n| n["items"].as_array().unwrap().len()).collect::<Vec<_>>(), [1, 1]);
        assert_eq!(told(&shown[1]).len(), 1, "put off by a fortnight");
    });
}

#[test]
fn what_may_be_a_second_session_is_a_revision_that_announces_nothing() {
    let workspace = Workspace::sqlite();
    let site = Site::start();
    let publish = |day: &str| {
        let body = format!("Les associations déposent leur demande de soutien jusqu'au {day}.");
        site.publish("fonds", "Fonds d'aide aux associations : appel à projets", &body);
    };
    publish("31 janvier 2026");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.run_at(MONDAY, "collect").done();
    // Half a year later: neither surely an extension nor surely another campaign.
    publish("15 juillet 2026");
    workspace.run_at(NEXT_MONDAY, "collect essai").done().says("1 changée");
    let notices = notices(&workspace);
    assert_eq!(notices.len(), 1);
    let shown = shown(&workspace, &notices[0]);
    assert_eq!(shown["deadline"]["date"], "2026-07-15");
    assert!(told(&shown).is_empty());
}

#[test]
fn what_is_read_better_today_is_no_change_and_what_the_site_changed_is() {
    on_both(|workspace: Workspace| {
        let site = Site::start();
        site.publish("appel", "Appel à projets : épiceries solidaires", EPICERIES);
        workspace.write("sources.toml", &site.source("essai", "D93"));
        workspace.run_at(MONDAY, "collect").done();
        // The administrator corrects the entry, then the site puts its deadline off.
        workspace.write("sources.toml", &site.source("essai", "D92"));
        site.publish("appel", "Appel à projets : épiceries solidaires", &EPICERIES.replace("20 février", "27 février"));
        workspace.run_at(NEXT_MONDAY, "collect essai").done().says("1 changée");
        let shown = shown(&workspace, &notices(&workspace)[0]);
        assert_eq!(shown["territory"], json!(["D92"]));
        let told = told(&shown);
        assert_eq!(told.len(), 1, "{told:#?}");
        assert_eq!(told[0]["what"], "deadline");
    });
}

#[test]
fn rereading_announces_nothing_then_or_later() {
    on_both(|workspace: Workspace| {
        let site = Site::start();
        site.publish("appel", "Appel à projets : épiceries solidaires", EPICERIES);
        workspace.write("sources.toml", &site.source("essai", "D93"));
        workspace.run_at(MONDAY, "collect").done();
        workspace.write("sources.toml", &site.source("essai", "D92"));
        let done = workspace.run_at(MONDAY, "notices reread --json").done().json();
        assert_eq!(done["notices_changed"], 1);
        site.publish("appel", "Appel à projets : épiceries solidaires", &EPICERIES.replace("atelier", "cours"));
        workspace.run_at(NEXT_MONDAY, "collect essai").done();
        let shown = shown(&workspace, &notices(&workspace)[0]);
        assert_eq!(shown["territory"], json!(["D92"]));
        assert!(told(&shown).is_empty(), "{shown:#?}");
    });
}

#[test]
fn what_left_the_list_is_not_kept_alive_by_a_list_that_did_not_change() {
    let workspace = Workspace::sqlite();
    let site = Site::start();
    site.publish("vieux", "Appel à projets : épiceries solidaires", "Les associations peuvent répondre.");
    site.publish("autre", "Appel à projets : pistes cyclables", VELOS);
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.run_at(MONDAY, "collect").done();
    site.withdraw("vieux");
    workspace.run_at("2026-01-13T08:00:00+01:00", "collect essai").done();
    workspace.run_at("2026-03-01T08:00:00+01:00", "collect essai").done().says("rien de nouveau");
    let seen = |title: &str| {
        let notices = notices(&workspace);
        notices.iter().find(|notice| notice["title"] == title).unwrap()["last_seen"].as_str().unwrap()[..10].to_owned()
    };
    assert_eq!(seen("Appel à projets : épiceries solidaires"), "2026-01-12");
    assert_eq!(seen("Appel à projets : pistes cyclables"), "2026-03-01");
}
