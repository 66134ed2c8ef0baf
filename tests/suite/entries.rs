//! What administrators write themselves: read, matched, told under « Le réseau » or as a call, merged with what a source finds.

use serde_json::Value;

use crate::support::{MONDAY, NEXT_MONDAY, Site, Workspace, on_both};

const EVENT: &str = "+++\nkind = \"event\"\ntitle = \"Rencontre du réseau à Montreuil\"\ndate = \"2026-02-05T14:00\"\n\
                     end = \"2026-02-05T17:00\"\nplace = \"Maison commune\"\nterritory = [\"D93\"]\nby = \"Camille\"\n+++\n\
                     Une après-midi pour parler de *cantines*.\n";
const TOOL: &str = "+++\nkind = \"resource\"\ntitle = \"Modèle de convention d'épicerie\"\n\
                    themes = [\"precarite-alimentaire\"]\nurl = \"https://reseau.example/convention.pdf\"\n+++\nÀ adapter.\n";
const OTHER_TOOL: &str = "+++\nkind = \"resource\"\ntitle = \"Guide des circuits courts\"\n\
                          themes = [\"culture-sport\"]\nurl = \"https://reseau.example/guide.pdf\"\n+++\nPour les marchés.\n";
const NEWS: &str =
    "+++\nkind = \"news\"\ntitle = \"Bienvenue à la nouvelle promotion\"\n+++\nElle compte douze personnes.\n";
const CALL: &str = "+++\nkind = \"call\"\ntitle = \"Appel à projets : épiceries solidaires\"\ncontact = \"aap@fondation.example\"\n\
                    deadline = \"2026-02-20T12:00\"\nterritory = [\"Seine-Saint-Denis\"]\nthemes = [\"precarite-alimentaire\"]\n\
                    audiences = [\"associations\", \"collectivités\"]\namount = \"10 000 €\"\nby = \"Camille\"\n+++\n\
                    La fondation soutient les épiceries solidaires.\n";

fn keep(workspace: &Workspace, name: &str, text: &str) {
    std::fs::create_dir_all(workspace.path().join("annonces")).unwrap();
    workspace.write(&format!("annonces/{name}.md"), text);
}

fn listed(workspace: &Workspace, now: &str) -> Vec<Value> {
    workspace.run_at(now, "notices list --json").done().json()["notices"].as_array().unwrap().clone()
}

#[test]
fn entries_are_told_once_under_the_network_and_a_tool_beside_the_calls_it_helps_with() {
    on_both(|workspace: Workspace| {
        for (name, text) in
            [("rencontre", EVENT), ("convention", TOOL), ("guide", OTHER_TOOL), ("promo", NEWS), ("aap", CALL)]
        {
            keep(&workspace, name, text);
        }
        workspace.run("check").done();
        workspace.import_members();
        workspace.run_at(MONDAY, "once").done();
        let mails = workspace.mails();
        assert_eq!(mails.len(), 3, "Sam, at Nanterre, gets the news of the network");
        let lea = mails.iter().find(|mail| mail.to.starts_with("lea")).unwrap();
        lea.says("Le réseau").says("Rencontre du réseau").says("jeudi 5 février 2026 à 14 h (dans 24 jours)");
        lea.says("jusqu’à 17 h · Maison commune · Une après-midi").says("Modèle de convention").says("Bienvenue");
        lea.says("épiceries solidaires").says("vendredi 20 février 2026 à 12 h").says("10 000 €");
        lea.says("· Contact :").says("aap@fondation.example").is_silent_on("circuits courts");
        assert!(lea.raw.contains("text/calendar"), "the event and the call are for the calendar");
        workspace.run("edition show 1").done().says("1 nouvel appel, 3 nouvelles du réseau");
        let sam = mails.iter().find(|mail| mail.to.starts_with("sam")).unwrap();
        sam.says("Bienvenue").is_silent_on("Rencontre").is_silent_on("Modèle de convention").is_silent_on("épiceries");
        let id = listed(&workspace, MONDAY).iter().find(|n| n["kind"] == "event").unwrap()["id"].clone();
        workspace.run_at(MONDAY, &format!("notices show {}", id.as_str().unwrap())).done().says("saisi par Camille");
    });
}

#[test]
fn a_call_that_a_source_finds_later_is_the_same_notice() {
    on_both(|workspace: Workspace| {
        keep(&workspace, "aap", CALL);
        workspace.import_members();
        workspace.run_at(MONDAY, "collect").done().says("Annonces saisies : 1 nouvelle");
        let before = listed(&workspace, MONDAY);
        let site = Site::start();
        site.publish(
            "aap",
            "Appel à projets : épiceries solidaires",
            "La fondation soutient les épiceries solidaires de Seine-Saint-Denis. Dépôt jusqu'au 20 février 2026 à 12h.",
        );
        workspace.write("sources.toml", &site.source("essai", "D93"));
        workspace.run_at(MONDAY, "collect").done();
        let after = listed(&workspace, MONDAY);
        assert_eq!(after.len(), 1, "{after:?}");
        assert_eq!(after[0]["id"], before[0]["id"]);
        assert!(after[0]["links"][0]["url"].as_str().unwrap().contains("/aap"), "and now has a page");
        workspace
            .run_at(MONDAY, &format!("notices show {}", after[0]["id"].as_str().unwrap()))
            .done()
            .says("saisi par Camille");
    });
}

#[test]
fn a_file_changed_is_a_change_and_a_file_gone_is_gone() {
    let workspace = Workspace::sqlite();
    keep(&workspace, "aap", CALL);
    workspace.import_members();
    workspace.run_at(MONDAY, "collect").done();
    let id = listed(&workspace, MONDAY)[0]["id"].as_str().unwrap().to_owned();
    keep(
        &workspace,
        "aap",
        &CALL.replace("2026-02-20T12:00", "2026-03-06").replace("épiceries solidaires\"", "tout autre chose\""),
    );
    workspace.run_at(NEXT_MONDAY, "collect").done().says("1 changée");
    let changed = &listed(&workspace, NEXT_MONDAY)[0];
    assert_eq!((changed["id"].as_str(), changed["deadline"]["date"].as_str()), (Some(id.as_str()), Some("2026-03-06")));
    workspace.run_at(NEXT_MONDAY, &format!("notices show {id}")).done().says("Changement du");
    std::fs::remove_file(workspace.path().join("annonces/aap.md")).unwrap();
    workspace.run_at(NEXT_MONDAY, "collect").done();
    assert_eq!(listed(&workspace, NEXT_MONDAY)[0]["hidden"], true);
    keep(&workspace, "aap", CALL);
    workspace.run_at(NEXT_MONDAY, "collect").done();
    workspace.run_at(NEXT_MONDAY, "collect").done();
    assert_eq!(listed(&workspace, NEXT_MONDAY)[0]["hidden"], false, "its file is back");
}

#[test]
fn a_mistake_in_an_entry_is_named_and_stops_nothing_else() {
    let workspace = Workspace::sqlite();
    keep(&workspace, "bonne", NEWS);
    keep(&workspace, "mauvaise", &EVENT.replace("2026-02-05T14:00", "le 5 février"));
    keep(
        &workspace,
        "lieu",
        &EVENT.replace("D93", "Nulle-Part-les-Bains").replace("by = \"Camille\"", "themes = [\"jazz\"]"),
    );
    let check = workspace.run("check").status(2);
    check.complains("mauvaise.md:4").complains("Nulle-Part-les-Bains").complains("jazz");
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    assert_eq!(listed(&workspace, MONDAY).len(), 1);
}
