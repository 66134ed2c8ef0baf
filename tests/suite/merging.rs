//! Two notices made one by a person, and told apart again.

use serde_json::{Value, json};

use crate::support::mta::{SmtpSink, free_port};
use crate::support::{MONDAY, NEXT_MONDAY, Site, Workspace, on_both};

fn with_two(workspace: &Workspace) -> (Site, String, String) {
    let site = Site::start();
    site.publish("a", "Appel à projets : épiceries solidaires", "Dossiers à déposer jusqu'au 20 février 2026.");
    site.publish("b", "Appel à projets : paniers partagés", "Dossiers à déposer jusqu'au 20 mars 2026.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.import_members();
    (site, "épiceries".to_owned(), "paniers".to_owned())
}

fn id_of(workspace: &Workspace, word: &str) -> String {
    let value = workspace.run_at(MONDAY, "notices list --json").done().json();
    let notices = value["notices"].as_array().unwrap();
    let found = notices.iter().find(|notice| notice["title"].as_str().unwrap().contains(word));
    found.unwrap_or_else(|| panic!("{word} is not in {notices:#?}"))["id"].as_str().unwrap().to_owned()
}

fn show(workspace: &Workspace, id: &str) -> Value {
    workspace.run_at(MONDAY, &format!("notices show {id} --json")).done().json()
}

fn told(shown: &Value) -> usize {
    let history = shown["history"].as_array().unwrap();
    history.iter().map(|revision| revision["announced"].as_array().unwrap().len()).sum()
}

#[test]
fn merged_ids_resolve_for_ever_and_a_split_gives_each_back_what_was_its_own() {
    on_both(|workspace: Workspace| {
        let (site, kept, other) = with_two(&workspace);
        workspace.run_at(MONDAY, "collect").done();
        let (kept, other) = (id_of(&workspace, &kept), id_of(&workspace, &other));
        workspace.run_at(MONDAY, &format!("notices correct {kept} --territory D92")).done();
        workspace.run_at(MONDAY, &format!("notices correct {other} --territory D44 --ccas oui")).done();
        let before = (told(&show(&workspace, &kept)), told(&show(&workspace, &other)));
        let merged = workspace.run_at(MONDAY, &format!("notices merge {kept} {other} --json")).done().json();
        assert_eq!(merged["id"], json!(kept));
        for id in [&kept, &other] {
            let shown = show(&workspace, id);
            assert_eq!(shown["id"], json!(kept), "both names resolve");
            assert_eq!(shown["items"].as_array().unwrap().len(), 2);
            assert_eq!(shown["territory"], json!(["D92"]), "its own correction stays");
            assert_eq!(shown["ccas_eligible"], true, "what it lacked comes over");
            assert_eq!(told(&shown), before.0, "nothing is announced");
        }
        workspace.run_at(MONDAY, &format!("notices merge {other} {kept}")).status(2).complains(&kept);
        workspace.run_at(MONDAY, &format!("notices merge {kept} nzzzzzzz")).status(2).complains("nzzzzzzz");
        // A round goes on with what is one notice now.
        site.publish("c", "Appel à projets : jardins", "Dossiers à déposer jusqu'au 3 mars 2026.");
        workspace.run_at(NEXT_MONDAY, "collect essai").done().says("1 nouvelle");
        assert_eq!(show(&workspace, &other)["items"].as_array().unwrap().len(), 2);

        let split = workspace.run_at(NEXT_MONDAY, &format!("notices split {kept} --json")).done().json();
        let ids: Vec<&str> = split["notices"].as_array().unwrap().iter().map(|n| n["id"].as_str().unwrap()).collect();
        assert_eq!(ids, [kept.as_str(), other.as_str()], "the merged id is itself again");
        let (one, two) = (show(&workspace, &kept), show(&workspace, &other));
        assert_eq!((&one["territory"], &one["ccas_eligible"]), (&json!(["D92"]), &Value::Null));
        assert_eq!((&two["territory"], &two["ccas_eligible"]), (&json!(["D44"]), &json!(true)));
        assert_eq!((told(&one), told(&two)), before, "nothing is announced");
        for shown in [one, two] {
            assert_eq!(shown["items"].as_array().unwrap().len(), 1);
        }
        workspace.run_at(NEXT_MONDAY, &format!("notices split {kept}")).status(2).complains("rien à séparer");
    });
}

#[test]
fn pages_wrongly_taken_for_one_call_become_notices_of_their_own() {
    on_both(|workspace: Workspace| {
        let (one, two) = (Site::start(), Site::start());
        let body = "Les associations et les CCAS de Seine-Saint-Denis déposent leur dossier avant le 20 février 2026. \
                    L'appel soutient les épiceries solidaires, les paniers et les cuisines partagées du département.";
        one.publish("a", "Appel à projets départemental épiceries solidaires 2026", body);
        two.publish("b", "Appel à projets départemental « épiceries solidaires » 2026", body);
        workspace.write("sources.toml", &(one.source("un", "D93") + &two.source("deux", "D93")));
        workspace.run_at(MONDAY, "collect").done();
        let id = id_of(&workspace, "épiceries");
        let split = workspace.run_at(MONDAY, &format!("notices split {id} --json")).done().json();
        assert_eq!(split["notices"].as_array().unwrap().len(), 2);
        // Later rounds do not join them again.
        two.publish("b", "Appel à projets départemental « épiceries solidaires » 2026", &body.replace("20", "27"));
        workspace.run_at(NEXT_MONDAY, "collect un deux").done();
        for notice in split["notices"].as_array().unwrap() {
            let shown = show(&workspace, notice["id"].as_str().unwrap());
            assert_eq!(shown["items"].as_array().unwrap().len(), 1);
            assert_eq!(shown["links"].as_array().unwrap().len(), 1);
        }
    });
}

#[test]
fn who_was_shown_the_merged_notice_is_not_shown_the_other_as_new() {
    let mut workspace = Workspace::sqlite();
    let port = free_port();
    workspace.set("file:outbox", &format!("smtp://127.0.0.1:{port}"));
    let sink = SmtpSink::start_on(port, &[]);
    let (site, kept, other) = with_two(&workspace);
    site.withdraw("a");
    workspace.run_at(MONDAY, "once").done();
    let other = id_of(&workspace, &other);
    let first = sink.mails().len();
    assert_eq!(first, 2);
    site.publish("a", "Appel à projets : épiceries solidaires", "Dossiers à déposer jusqu'au 20 mars 2026.");
    workspace.run_at(NEXT_MONDAY, "collect essai").done();
    let kept = id_of(&workspace, &kept);
    workspace.run_at(NEXT_MONDAY, &format!("notices merge {kept} {other}")).done();
    workspace.run_at(NEXT_MONDAY, "once").done();
    assert_eq!(sink.mails().len(), first, "there is nothing new to say");
}
