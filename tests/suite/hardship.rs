//! Rounds under hardship: a base that refuses, a site that drips, processes that meet.

use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Answer, MONDAY, NEXT_MONDAY, Site, Workspace, on_both};

const BODY: &str = "Les associations et les CCAS du département ouvrent une épicerie solidaire, avec un lieu d'accueil et \
                    des ateliers de cuisine. Les dossiers sont à déposer jusqu'au 20 février 2026.";

fn notices(workspace: &Workspace) -> Vec<Value> {
    workspace.run_at(MONDAY, "notices list --json").done().json()["notices"].as_array().unwrap().clone()
}

fn items_of(workspace: &Workspace, notice: &Value) -> usize {
    let id = notice["id"].as_str().unwrap();
    let shown = workspace.run_at(MONDAY, &format!("notices show {id} --json")).done().json();
    shown["items"].as_array().unwrap().len()
}

#[test]
fn what_the_base_refuses_fails_that_source_by_name_and_the_others_go_on() {
    on_both(|workspace: Workspace| {
        let (bad, sound) = (Site::start(), Site::start());
        sound.publish("a", "Appel à projets : jardins partagés", BODY);
        workspace.write("sources.toml", &(bad.source("fragile", "D93") + &sound.source("essai", "D93")));
        workspace.import_members();
        let refuse = if workspace.is_sqlite() {
            "CREATE TRIGGER refuse BEFORE INSERT ON items WHEN NEW.source = 'fragile' \
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        } else {
            "ALTER TABLE items ADD CONSTRAINT refuse CHECK (source <> 'fragile')"
        };
        workspace.sql(refuse);
        bad.publish("b", "Appel à projets : pistes cyclables", "Les communes répondent avant le 6 mars 2026.");
        let answer = workspace.run_at(MONDAY, "once").status(1);
        answer.says("Site fragile (fragile) : EN PANNE").says("n'a pas pu être enregistré").says("Édition 1");
        assert_eq!(notices(&workspace).len(), 1, "nothing half written");
        assert_eq!(workspace.mails().len(), 2, "the edition left all the same");
        // What was not kept is read again, although the site says that nothing changed.
        let allow =
            if workspace.is_sqlite() { "DROP TRIGGER refuse" } else { "ALTER TABLE items DROP CONSTRAINT refuse" };
        workspace.sql(allow);
        workspace.run_at(NEXT_MONDAY, "collect").done();
        assert_eq!(notices(&workspace).len(), 2);
    });
}

#[test]
fn leases_that_cannot_be_given_up_cost_no_round() {
    on_both(|workspace: Workspace| {
        let site = Site::start();
        site.publish("a", "Appel à projets : jardins partagés", BODY);
        workspace.write("sources.toml", &site.source("essai", "D93"));
        workspace.run_at(MONDAY, "sources list").done();
        let keep = if workspace.is_sqlite() {
            "CREATE TRIGGER kept BEFORE DELETE ON leaders BEGIN SELECT RAISE(ABORT, 'kept'); END"
        } else {
            "CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''kept''; END'; \
             CREATE TRIGGER kept BEFORE DELETE ON leaders FOR EACH ROW EXECUTE FUNCTION kept()"
        };
        workspace.sql(keep);
        let mut command = workspace.command(&format!("collect --now {MONDAY}"));
        let answer = Answer::of(command.env("GLANEUR_LOG", "warn").output().unwrap()).done();
        answer.says("1 nouvelle").complains("n'ont pas pu être rendus");
    });
}

#[test]
fn a_dripping_site_takes_its_share_of_a_round_and_the_rest_comes_next_time() {
    let mut workspace = Workspace::sqlite();
    workspace.set("pause = \"0s\"", "pause = \"0s\"\nvisit_max = \"2s\"");
    let (slow, sound) = (Site::start(), Site::start());
    let subjects = ["jardins", "vélos", "musique", "lecture", "énergie", "numérique", "sport", "forêt"];
    for (n, subject) in subjects.iter().enumerate() {
        slow.publish(
            &format!("p{n}"),
            &format!("Appel à projets : {subject}"),
            &format!("Les dossiers sur {subject} sont à déposer avant le {} mars 2026.", n + 1),
        );
    }
    slow.takes(Duration::from_millis(700));
    sound.publish("a", "Appel à projets : épiceries solidaires", BODY);
    workspace.write("sources.toml", &(slow.pages("lent", "D93") + &sound.source("essai", "D93")));
    let answer = workspace.run_at(MONDAY, "collect").done();
    answer.says("restent pour le prochain relevé").says("Site essai : 1 annonce lue, 1 nouvelle");
    let found = notices(&workspace);
    assert!((2..=6).contains(&found.len()), "{}", found.len());
    assert!(found.iter().all(|notice| notice["deadline"] != Value::Null), "nothing is stored without its page");
    slow.takes(Duration::ZERO);
    // It is due again soon, long before its rhythm says so.
    workspace.run_at("2026-01-12T09:30:00+01:00", "collect").done().says("8 annonces lues");
    assert_eq!(notices(&workspace).len(), 9);
    workspace.run_at("2026-01-12T10:45:00+01:00", "collect").done().says("Aucune source n'est due");
}

fn start(workspace: &Workspace, words: &str) -> Child {
    let mut command = workspace.command(&format!("{words} --now {MONDAY}"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ended(child: Child) -> Answer {
    Answer::of(child.wait_with_output().unwrap())
}

#[test]
fn two_rounds_at_once_ask_a_site_once_and_leave_no_notice_without_its_item() {
    on_both(|workspace: Workspace| {
        let site = Site::start();
        for n in 0..6 {
            let subject = ["jardins", "vélos", "musique", "lecture", "énergie", "sport"][n];
            let body = format!("Les dossiers sur {subject} sont à déposer avant le {} mars 2026.", n + 1);
            site.publish(&format!("p{n}"), &format!("Appel à projets : {subject}"), &body);
        }
        site.takes(Duration::from_millis(150));
        workspace.write("sources.toml", &site.pages("essai", "D93"));
        // The base is there already: the two meet over the site, not over its creation.
        workspace.run_at(MONDAY, "sources list").done();
        let both = [start(&workspace, "collect"), start(&workspace, "collect")].map(|child| ended(child).done());
        let new = both.iter().filter(|answer| answer.out.contains("6 nouvelles")).count();
        assert_eq!(new, 1, "{}\n{}", both[0].out, both[1].out);
        assert_eq!(site.requests().iter().filter(|path| *path == "/list").count(), 1);
        let found = notices(&workspace);
        assert_eq!(found.len(), 6);
        for notice in &found {
            assert_eq!(items_of(&workspace, notice), 1);
        }
    });
}

#[test]
fn two_processes_that_find_one_call_on_two_sites_make_one_notice() {
    on_both(|workspace: Workspace| {
        let (one, two) = (Site::start(), Site::start());
        for (site, slug) in [(&one, "a"), (&two, "b")] {
            site.publish(slug, "Appel à projets départemental épiceries solidaires 2026", BODY);
            site.takes(Duration::from_millis(300));
        }
        workspace.write("sources.toml", &(one.pages("un", "D93") + &two.pages("deux", "D93")));
        workspace.run_at(MONDAY, "sources list").done();
        let both = [start(&workspace, "collect un"), start(&workspace, "collect deux")];
        both.into_iter().for_each(|child| drop(ended(child).done()));
        let found = notices(&workspace);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(items_of(&workspace, &found[0]), 2);
    });
}
