//! Reading before it leaves: who is mailed when, what silence means, one mail at every occurrence.

use crate::support::workspace::{Mail, mails};
use crate::support::{MONDAY, NEXT_MONDAY, Site, Workspace, on_both};

const SUNDAY: &str = "2026-01-11T08:00:00+01:00";

fn prepared(workspace: &mut Workspace, digest: &str) -> Site {
    workspace.set("review = \"off\"", digest);
    let site = Site::start();
    site.publish("a", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.");
    site.publish("b", "Appel à projets : jardins partagés", "Les dossiers sont à déposer au plus vite.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.import_members();
    site
}

/// What administrators were mailed.
fn told(workspace: &Workspace) -> Vec<Mail> {
    mails(&workspace.path().join("outbox-admins"))
}

#[test]
fn a_draft_is_mailed_before_its_hour_and_silence_keeps_it() {
    on_both(|mut workspace: Workspace| {
        workspace.set("network =", "base_url = \"https://veille.reseau.example\"\nnetwork =");
        let site = prepared(&mut workspace, "review = \"before-send\"\nreview_before = \"24h\"");
        workspace.run_at("2026-01-11T07:00:00+01:00", "collect").done();
        workspace.run_at(SUNDAY, "once").done().says("brouillon");
        let told_now = told(&workspace);
        assert_eq!(told_now.len(), 1);
        let mail = &told_now[0];
        assert_eq!(mail.to, "equipe@reseau.example");
        assert!(mail.subject.contains("À relire : 2 annonces pour 2 membres"), "{}", mail.subject);
        mail.says("2 membres la reçoivent").says("lundi 12 janvier 2026 à 8 h si vous l’approuvez");
        mail.says("À VÉRIFIER : Aucune date limite").says("/relecture/");
        let doubtful = mail.text.find("jardins partagés").unwrap();
        assert!(doubtful < mail.text.find("épiceries solidaires").unwrap(), "the doubtful come first:\n{}", mail.text);
        assert_eq!(mail.text.matches("épiceries solidaires").count(), 1, "each notice once");
        // Found after the draft: the next edition.
        site.publish("c", "Appel à projets : cantines durables", "Dépôt jusqu'au 6 mars 2026 à 12h.");
        workspace.run_at("2026-01-11T22:00:00+01:00", "collect essai").done();
        workspace.run_at(MONDAY, "once").done();
        assert!(workspace.mails().is_empty(), "it waits");
        assert_eq!(told(&workspace).len(), 1, "once for each occurrence");
        workspace.run_at(MONDAY, "edition approve 1").done();
        workspace.run_at(MONDAY, "once").done().says("2 envoyés");
        for mail in workspace.mails() {
            mail.says("épiceries").says("dans 39 jours").is_silent_on("cantines");
        }
    });
}

#[test]
fn what_is_approved_before_its_hour_waits_for_it() {
    let mut workspace = Workspace::sqlite();
    let _site = prepared(&mut workspace, "review = \"before-send\"\nreview_before = \"24h\"");
    workspace.run_at(SUNDAY, "once").done();
    workspace.run_at(SUNDAY, "edition approve 1").done();
    workspace.run_at(SUNDAY, "once").done();
    assert!(workspace.mails().is_empty());
    workspace.run_at(MONDAY, "once").done().says("2 envoyés");
}

#[test]
fn without_an_answer_it_leaves_when_the_settings_say_so() {
    on_both(|mut workspace: Workspace| {
        let settings = "review = \"before-send\"\nreview_before = \"24h\"\nwithout_answer = \"send\"";
        let _site = prepared(&mut workspace, settings);
        workspace.run_at(SUNDAY, "once").done();
        told(&workspace)[0].says("même sans réponse");
        assert!(workspace.mails().is_empty());
        workspace.run_at(MONDAY, "once").done().says("2 envoyés");
        // By hand, it always waits.
        workspace.run_at(NEXT_MONDAY, "edition create").done();
        workspace.run_at("2026-01-21T08:00:00+01:00", "once").done();
        let list = workspace.run("edition list --json").json();
        let states: Vec<_> = list["editions"].as_array().unwrap().iter().map(|e| e["state"].clone()).collect();
        assert!(states.contains(&"sent".into()), "{states:?}");
    });
}

#[test]
fn an_unapproved_draft_gives_way_and_administrators_are_told() {
    let mut workspace = Workspace::sqlite();
    let _site = prepared(&mut workspace, "review = \"before-send\"");
    workspace.run_at(MONDAY, "once").done();
    workspace.run_at(NEXT_MONDAY, "once").done();
    let told = told(&workspace);
    assert_eq!(told.len(), 2);
    let last = told.iter().find(|mail| mail.text.contains("19 janvier")).unwrap();
    last.says("Le brouillon 1, que personne n’avait approuvé, est annulé").says("épiceries solidaires");
}

#[test]
fn an_empty_occurrence_is_told_too() {
    let workspace = Workspace::sqlite();
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    workspace.run_at(MONDAY, "once").done();
    let told_once = told(&workspace);
    assert_eq!(told_once.len(), 1);
    assert!(told_once[0].subject.contains("rien à envoyer"), "{}", told_once[0].subject);
    told_once[0].says("dit seulement que Glaneur veille");
    workspace.run_at(NEXT_MONDAY, "once").done();
    assert_eq!(told(&workspace).len(), 2);
    assert!(workspace.mails().is_empty());
}

#[test]
fn a_dead_server_is_not_asked_at_each_turn_to_tell_administrators() {
    let mut workspace = Workspace::sqlite();
    let port = crate::support::mta::free_port();
    workspace.set("file:outbox", &format!("smtp://127.0.0.1:{port}"));
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    let sink = crate::support::mta::SmtpSink::start_on(port, &[]);
    workspace.run_at(MONDAY, "once").done();
    assert!(sink.all_mails().is_empty(), "the next try is some minutes away");
}

#[test]
fn administrators_are_told_by_the_same_server_and_a_trial_surprises_nobody() {
    let mut workspace = Workspace::sqlite();
    let sink = crate::support::mta::SmtpSink::start();
    workspace.set("file:outbox", &format!("smtp://{}", sink.address()));
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    let told = sink.all_mails();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].to, "equipe@reseau.example");
    assert_eq!(told[0].header("Auto-Submitted").as_deref(), Some("auto-generated"));
    workspace.set("[digest]", "only_to = [\"essai@reseau.example\"]\n\n[digest]");
    workspace.run_at(NEXT_MONDAY, "once").done();
    assert_eq!(sink.all_mails().len(), 1, "with only_to nobody else is written to");
}

#[test]
fn what_was_changed_in_a_draft_holds_when_it_is_approved_weeks_later() {
    on_both(|mut workspace: Workspace| {
        let site = prepared(&mut workspace, "review = \"before-send\"");
        site.publish("c", "Appel à projets : potagers partagés", "Dépôt des dossiers jusqu'au 15 mars 2026.");
        workspace.run_at(MONDAY, "once").done();
        workspace.write("mot.md", "Bonne **lecture** !");
        let shown = workspace.run_at(MONDAY, "edition show 1 --json").done().json();
        let notices = shown["notices"].as_array().unwrap();
        let gardens = notices.iter().find(|one| one["title"].as_str().unwrap().contains("jardins")).unwrap();
        let edit = format!("edition edit 1 --drop {} --word mot.md", gardens["number"]);
        workspace.run_at(MONDAY, &edit).done();
        let later = "2026-02-21T09:00:00+01:00";
        workspace.run_at(later, "edition approve 1").done().says("épiceries solidaires").says("passée");
        workspace.run_at(later, "edition send 1").done();
        let mails = workspace.mails();
        assert_eq!(mails.len(), 2);
        for mail in &mails {
            mail.says("potagers partagés").says("lecture").is_silent_on("épiceries").is_silent_on("jardins");
        }
    });
}

#[test]
fn two_people_approve_when_the_settings_want_it() {
    let mut workspace = Workspace::sqlite();
    workspace.set("[\"equipe@reseau.example\"]", "[\"equipe@reseau.example\", \"relecture@reseau.example\"]");
    let _site = prepared(&mut workspace, "review = \"before-send\"\nsecond_approval = true");
    workspace.run_at(MONDAY, "once").done();
    workspace.run_at(MONDAY, "edition approve 1").done().says("première approbation").says("brouillon");
    workspace.run_at(MONDAY, "edition approve 1").done().says("brouillon");
    assert_eq!(told(&workspace).len(), 2, "one for each administrator");
}

#[test]
fn settings_of_the_review_that_contradict_each_other_are_refused() {
    let check = |digest: &str, complaint: &str| {
        let mut workspace = Workspace::sqlite();
        workspace.set("review = \"off\"", digest);
        workspace.run("check").status(2).complains(complaint);
    };
    check("review = \"before-send\"\nwithout_answer = \"send\"", "review_before");
    check("review = \"before-send\"\nsecond_approval = true", "deux administrateurs");
    check("review = \"before-send\"\nreview_before = \"9d\"", "review_before");
}
