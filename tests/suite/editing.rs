//! Drafts changed before they leave: dropped, put first, a word of the team, proofs.

use crate::support::{MONDAY, Site, Workspace, on_both};

const WORD: &str = "**La rencontre du réseau** aura lieu le 12 mars.\n\n- à Montreuil\n- [le programme](https://reseau.example/p)\n\n<script>alert(1)</script>\n";

fn drafted(workspace: &mut Workspace) -> Site {
    workspace.set("review = \"off\"", "review = \"before-send\"");
    let site = Site::start();
    site.publish("a", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.");
    site.publish("b", "Appel à projets : jardins partagés", "Dépôt des dossiers jusqu'au 27 février 2026 à 12h.");
    site.publish("c", "Appel à projets : cantines durables", "Dépôt des dossiers jusqu'au 6 mars 2026 à 12h.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    site
}

/// The number that `edition show` gives a notice.
fn number(workspace: &Workspace, title: &str) -> i64 {
    let shown = workspace.run_at(MONDAY, "edition show 1 --json").done().json();
    let notices = shown["notices"].as_array().unwrap().clone();
    let found = notices.iter().find(|one| one["title"].as_str().unwrap().contains(title));
    found.unwrap_or_else(|| panic!("{title} is not in {shown}"))["number"].as_i64().unwrap()
}

fn text(workspace: &Workspace) -> String {
    workspace.run_at(MONDAY, "edition preview 1 --member lea@montreuil.example").done().out
}

#[test]
fn a_draft_is_changed_by_the_numbers_that_show_gives() {
    on_both(|mut workspace: Workspace| {
        let _site = drafted(&mut workspace);
        let (gardens, canteens) = (number(&workspace, "jardins"), number(&workspace, "cantines"));
        workspace.write("mot.md", WORD);
        let words = format!("edition edit 1 --drop {gardens} --pin {canteens} --word mot.md");
        workspace.run_at(MONDAY, &words).done().says("retirée").says("en tête").says("rencontre du réseau");
        assert_eq!(number(&workspace, "jardins"), gardens, "numbers do not move");
        assert_eq!(number(&workspace, "cantines"), canteens);
        let mail = text(&workspace);
        assert!(!mail.contains("jardins partagés"), "{mail}");
        assert!(mail.find("cantines durables\n") < mail.find("épiceries solidaires\n"), "{mail}");
        for part in ["La rencontre du réseau aura lieu le 12 mars.", "- à Montreuil", "(https://reseau.example/p)"] {
            assert!(mail.contains(part), "{part} is not in {mail}");
        }
        assert!(!mail.contains("alert(1)"), "{mail}");
        let html = workspace.run_at(MONDAY, "edition preview 1 --format html").done().out.replace("&#x2f;", "/");
        assert!(html.contains("href=\"https://reseau.example/p\"") && !html.contains("<script"));
        // What was changed is what leaves.
        workspace.run_at(MONDAY, "edition approve 1").done();
        workspace.run_at(MONDAY, "edition send 1").done();
        let sent = workspace.mails();
        assert_eq!(sent.len(), 2);
        for mail in sent {
            mail.says("cantines durables").says("12 mars").is_silent_on("jardins");
        }
        workspace.run_at(MONDAY, &format!("edition edit 1 --drop {canteens}")).status(2).complains("brouillon");
    });
}

#[test]
fn what_was_dropped_can_come_back_and_what_names_nothing_changes_nothing() {
    let mut workspace = Workspace::sqlite();
    let _site = drafted(&mut workspace);
    let gardens = number(&workspace, "jardins");
    workspace.run_at(MONDAY, &format!("edition edit 1 --drop {gardens}")).done();
    workspace.run_at(MONDAY, &format!("edition edit 1 --undo {gardens}")).done();
    assert!(text(&workspace).contains("jardins partagés"));
    workspace.run_at(MONDAY, &format!("edition edit 1 --drop {gardens} --pin 99")).status(2).complains("« 99 »");
    assert!(text(&workspace).contains("jardins partagés"));
    workspace.run_at(MONDAY, "edition edit 1").status(2);
    workspace.run_at(MONDAY, "edition edit 1 --word absent.md").status(2).complains("absent.md");
    workspace.write("mot.md", &"x".repeat(20_000));
    workspace.run_at(MONDAY, "edition edit 1 --word mot.md").status(2).complains("mot de l'équipe");
    workspace.write("mot.md", "\n");
    workspace.run_at(MONDAY, "edition edit 1 --word mot.md").done();
    // Of one edition: to the next it is as new as before.
    workspace.run_at(MONDAY, &format!("edition edit 1 --drop {gardens}")).done();
    workspace.run_at("2026-01-19T08:00:00+01:00", "once").done();
    let next = workspace.run_at(MONDAY, "edition preview 2 --member lea@montreuil.example").done();
    assert!(next.out.contains("jardins partagés"), "{}", next.out);
}

#[test]
fn what_was_put_first_has_room_though_the_mail_is_full() {
    let mut workspace = Workspace::sqlite();
    workspace.set("review = \"off\"", "review = \"off\"\nitems_max = 1");
    let _site = drafted(&mut workspace);
    let shown = workspace.run_at(MONDAY, "edition show 1").done();
    assert_eq!(shown.out.matches("attend ").count(), 2, "{}", shown.out);
    let canteens = number(&workspace, "cantines");
    workspace.run_at(MONDAY, &format!("edition edit 1 --pin {canteens}")).done();
    let mail = text(&workspace);
    assert!(mail.contains("cantines durables") && !mail.contains("épiceries solidaires"), "{mail}");
}

#[test]
fn a_proof_goes_to_one_address_and_is_no_history() {
    on_both(|mut workspace: Workspace| {
        let _site = drafted(&mut workspace);
        workspace.run_at(MONDAY, "edition proof 1 relecture@reseau.example").done().says("3 annonces");
        let mails = workspace.mails();
        assert_eq!(mails.len(), 1);
        let proof = &mails[0];
        assert_eq!(proof.to, "relecture@reseau.example");
        assert!(proof.subject.contains("Épreuve"), "{}", proof.subject);
        proof.says("épreuve de l'édition 1").says("jardins partagés").says("cantines durables");
        assert!(proof.header("List-Unsubscribe").is_none(), "a proof leaves nobody's list");
        assert!(!proof.raw.contains("/quitter/"));
        let one = "edition proof 1 relecture@reseau.example --member lea@montreuil.example";
        workspace.run_at(MONDAY, one).done().says("3 annonces");
        assert!(workspace.mails().iter().any(|mail| mail.text.contains("Bonjour Léa")));
        let shown = workspace.run_at(MONDAY, "edition show 1 --json").json();
        assert_eq!(shown["state"], "draft");
        workspace.run_at(MONDAY, "edition proof 1 pas-une-adresse").status(2).complains("pas-une-adresse");
        workspace.run_at(MONDAY, "edition proof 1 a@b.example --member qui@ville.example").status(2);
    });
}
