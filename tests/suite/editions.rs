//! Editions: issued once, frozen at approval, never twice the same thing to one member.

use crate::support::{MONDAY, NEXT_MONDAY, Site, Workspace, on_both};

fn prepared(workspace: &Workspace) -> Site {
    let site = Site::start();
    site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.");
    site.publish("vieux", "Appel à projets : colis de Noël", "Dépôt des dossiers jusqu'au 20 novembre 2025.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.import_members();
    site
}

#[test]
fn once_collects_issues_and_delivers_and_is_not_due_twice() {
    on_both(|workspace: Workspace| {
        let _site = prepared(&workspace);
        workspace.run_at(MONDAY, "once").done().says("2 envoyés");
        let mails = workspace.mails();
        let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(to, ["alex@seine-saint-denis.example", "lea@montreuil.example"], "Nanterre is elsewhere");
        for mail in &mails {
            mail.says("épiceries solidaires").says("20 février 2026").is_silent_on("colis de Noël");
        }
        workspace.run_at(MONDAY, "once").done().says("Aucune édition n'est due");
        workspace.run_at("2026-01-14T10:00:00+01:00", "once").done().says("Aucune édition n'est due");
        assert_eq!(workspace.run("edition list --json").json()["editions"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn several_missed_occurrences_become_one_edition() {
    let workspace = Workspace::sqlite();
    let _site = prepared(&workspace);
    workspace.run_at(MONDAY, "once").done();
    workspace.run_at("2026-02-05T12:00:00+01:00", "once").done();
    let editions = workspace.run("edition list --json").json()["editions"].as_array().unwrap().clone();
    let occurrences: Vec<_> = editions.iter().map(|e| e["occurrence"].as_str().unwrap()).collect();
    assert_eq!(occurrences, ["2026-02-02T08:00:00", "2026-01-12T08:00:00"]);
}

#[test]
fn a_trial_leaves_no_trace_and_a_real_edition_does() {
    let mut workspace = Workspace::sqlite();
    let site = prepared(&workspace);
    workspace.run_at(MONDAY, "once").done();
    let sink = crate::support::mta::SmtpSink::start();
    workspace.set("file:outbox", &format!("smtp://{}", sink.address()));
    // The trial was no member's history: the real edition of the same occurrence says it all.
    workspace.run_at(MONDAY, "once").done().says("2 envoyés");
    assert_eq!(sink.mails().len(), 2);
    // What was really sent is not said again.
    workspace.run_at(NEXT_MONDAY, "once").done();
    assert_eq!(sink.mails().len(), 2);
    // But a deadline put off is, with both dates.
    site.publish(
        "aap",
        "Appel à projets : épiceries solidaires",
        "Prolongé : dépôt des dossiers jusqu'au 13 mars 2026 à 12h.",
    );
    workspace.run_at("2026-01-26T08:00:00+01:00", "once").done();
    let mails = sink.mails();
    assert_eq!(mails.len(), 4);
    let last = mails.iter().filter(|mail| mail.text.contains("13 mars")).count();
    assert_eq!(last, 2);
    assert!(mails.iter().any(|mail| mail.text.contains("20 février") && mail.text.contains("13 mars")));
}

#[test]
fn approval_freezes_what_each_digest_holds() {
    on_both(|mut workspace: Workspace| {
        workspace.set("review = \"off\"", "review = \"before-send\"");
        let site = prepared(&workspace);
        workspace.run_at(MONDAY, "collect").done();
        let id = workspace.run_at(MONDAY, "edition create").done().out.trim().to_owned();
        workspace.run_at(MONDAY, &format!("edition send {id}")).status(2).complains("brouillon");
        workspace.run_at(MONDAY, "edition create").status(2).complains("brouillon");
        workspace.run_at(MONDAY, &format!("edition approve {id}")).done().says("approuvée");
        let preview = |format: &str| {
            let words = format!("edition preview {id} --member lea@montreuil.example --format {format}");
            workspace.run_at(MONDAY, &words).done().out
        };
        let before = (preview("text"), preview("html"), preview("eml"));
        site.publish("aap", "Titre changé", "Dépôt des dossiers jusqu'au 1er avril 2026.");
        workspace.run_at(NEXT_MONDAY, "collect essai").done();
        let notice =
            workspace.run_at(MONDAY, "notices list --json").json()["notices"][0]["id"].as_str().unwrap().to_owned();
        workspace.run_at(MONDAY, &format!("notices correct {notice} --title Autre")).done();
        assert_eq!(before, (preview("text"), preview("html"), preview("eml")));
        workspace.run_at(NEXT_MONDAY, &format!("edition send {id}")).done();
        let sent = workspace.mails().into_iter().find(|mail| mail.to == "lea@montreuil.example").unwrap();
        assert_eq!(sent.raw, before.2, "the mail sent is the mail previewed, byte for byte");
    });
}

#[test]
fn an_edition_moves_only_as_its_states_allow() {
    let mut workspace = Workspace::sqlite();
    workspace.set("review = \"off\"", "review = \"before-send\"");
    let _site = prepared(&workspace);
    workspace.run_at(MONDAY, "collect").done();
    let id = workspace.run_at(MONDAY, "edition create").done().out.trim().to_owned();
    let run = |verb: &str| workspace.run_at(MONDAY, &format!("edition {verb} {id}"));
    run("resume").status(2);
    run("pause").status(2);
    run("approve").done();
    run("approve").status(2).complains("approuvée");
    run("pause").done().says("suspendue");
    run("send").status(2).complains("resume");
    run("resume").done().says("en cours d'envoi");
    run("send").done();
    run("send").done();
    run("cancel").status(2);
    assert_eq!(workspace.mails().len(), 2);
    let receipts = workspace.run_at(MONDAY, &format!("edition receipts {id} --json")).done().json();
    assert_eq!(receipts["counts"]["sent"], 2);
    assert_eq!(receipts["counts"]["skipped"], 1);
    workspace.run("edition show 99").status(2).complains("99");
}

#[test]
fn the_mail_is_that_of_a_decent_sender() {
    let workspace = Workspace::sqlite();
    let _site = prepared(&workspace);
    workspace.run_at(MONDAY, "once").done();
    let mail = workspace.mails().remove(0);
    let header = |name: &str| mail.header(name).unwrap_or_else(|| panic!("no {name} in:\n{}", mail.raw));
    assert!(header("List-Id").contains("reseau.example"));
    assert!(header("List-Unsubscribe").contains("mailto:reseau@reseau.example"));
    assert!(mail.header("List-Unsubscribe-Post").is_none(), "one-click needs a page");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert!(header("Message-ID").ends_with("@reseau.example>"));
    assert!(header("Content-Type").starts_with("multipart/"));
    assert!(mail.raw.contains("text/calendar"), "without pages the dates travel as a calendar");
    assert!(!mail.html.contains("https://") || !mail.html.contains("/quitter/"), "no dead link");
    assert!(!mail.html.contains("<img") && !mail.html.contains("<script"));
}

#[test]
fn hidden_notices_are_shown_to_nobody() {
    let workspace = Workspace::sqlite();
    let _site = prepared(&workspace);
    workspace.run_at(MONDAY, "collect").done();
    let list = workspace.run_at(MONDAY, "notices list --open --json").json();
    let id = list["notices"][0]["id"].as_str().unwrap().to_owned();
    workspace.run_at(MONDAY, &format!("notices hide {id}")).done().says("cachée");
    workspace.run_at(MONDAY, "once").done();
    assert!(workspace.mails().is_empty());
}

#[test]
fn a_restored_backup_sends_nothing_until_a_person_says_so() {
    let mut workspace = Workspace::sqlite();
    workspace.set("review = \"off\"", "review = \"before-send\"");
    let _site = prepared(&workspace);
    workspace.run_at(MONDAY, "collect").done();
    let id = workspace.run_at(MONDAY, "edition create").done().out.trim().to_owned();
    workspace.run_at(MONDAY, &format!("edition approve {id}")).done();
    workspace.run("backup sauvegarde.db").done().says("sauvegarde.db.key");
    workspace.run("backup sauvegarde.db").status(2).complains("existe déjà").complains("daté");
    workspace.run("backup absent/sauvegarde.db").status(2).complains("ce dossier n'existe pas");
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(workspace.path().join(format!("glaneur.db{ending}")));
    }
    std::fs::copy(workspace.path().join("sauvegarde.db"), workspace.path().join("glaneur.db")).unwrap();
    workspace.run_at(MONDAY, &format!("edition send {id}")).status(2).complains("--after-restore");
    assert!(workspace.mails().is_empty());
    workspace.run_at(MONDAY, &format!("edition resume {id} --after-restore")).done();
    workspace.run_at(MONDAY, &format!("edition send {id}")).done();
    assert_eq!(workspace.mails().len(), 2);
}

#[test]
fn a_draft_approved_later_offers_no_call_that_closed_meanwhile_and_says_so() {
    on_both(|mut workspace: Workspace| {
        workspace.set("review = \"off\"", "review = \"before-send\"");
        let site = prepared(&workspace);
        site.publish("long", "Appel à projets : potagers partagés", "Dépôt des dossiers jusqu'au 15 mars 2026.");
        workspace.run_at(MONDAY, "collect").done();
        let id = workspace.run_at(MONDAY, "edition create").done().out.trim().to_owned();
        // Found after the draft: it waits for the next edition.
        site.publish("tard", "Appel à projets : cuisines mobiles", "Dépôt des dossiers jusqu'au 30 mars 2026.");
        workspace.run_at("2026-02-19T08:00:00+01:00", "collect essai").done();
        let later = "2026-02-21T09:00:00+01:00";
        workspace.run_at(later, &format!("edition approve {id}")).done().says("épiceries solidaires").says("passée");
        workspace.run_at(later, &format!("edition send {id}")).done();
        let mails = workspace.mails();
        assert_eq!(mails.len(), 2);
        for mail in &mails {
            mail.says("potagers partagés").says("15 mars").is_silent_on("épiceries").is_silent_on("cuisines mobiles");
        }
    });
}

#[test]
fn a_trial_is_written_under_names_without_addresses_and_shows_how_to_leave() {
    let mut workspace = Workspace::sqlite();
    workspace.set("from = \"Réseau d'essai <reseau@reseau.example>\"\n", "");
    let _site = prepared(&workspace);
    workspace.run_at(MONDAY, "collect").done();
    let id = workspace.run_at(MONDAY, "edition create").done().out.trim().to_owned();
    workspace.run_at(MONDAY, &format!("edition send {id}")).done();
    let files = std::fs::read_dir(workspace.path().join("outbox")).unwrap();
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, [format!("edition-{id}-membre-1.eml"), format!("edition-{id}-membre-3.eml")]);
    for mail in workspace.mails() {
        let header = mail.header("List-Unsubscribe").unwrap();
        assert!(header.contains("mailto:equipe@reseau.example?subject=desinscription"), "{header}");
        mail.says("mailto:equipe@reseau.example?subject=desinscription");
    }
}

#[test]
fn receipts_name_everybody_on_request_and_say_what_a_draft_waits_for() {
    let mut workspace = Workspace::sqlite();
    workspace.set("review = \"off\"", "review = \"before-send\"");
    let _site = prepared(&workspace);
    workspace.run_at(MONDAY, "collect").done();
    let id = workspace.run_at(MONDAY, "edition create").done().out.trim().to_owned();
    let receipts = |options: &str| workspace.run_at(MONDAY, &format!("edition receipts {id} {options}")).done();
    receipts("").says("brouillon ; rien n'est encore à envoyer");
    workspace.run_at(MONDAY, &format!("edition approve {id}")).done();
    workspace.run_at(MONDAY, &format!("edition send {id}")).done();
    assert!(!receipts("").out.contains("lea@montreuil.example"));
    receipts("--all").says("lea@montreuil.example : envoyé").says("sam@nanterre.example : sans envoi — ");
}

#[test]
fn a_period_is_counted_for_the_funders_and_survives_erasure() {
    on_both(|mut workspace: Workspace| {
        let site = Site::start();
        site.publish(
            "aap",
            "Appel à projets : épiceries solidaires",
            "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.",
        );
        workspace.write("sources.toml", &site.source("essai", "D93"));
        let sink = crate::support::mta::SmtpSink::start();
        workspace.set("file:outbox", &format!("smtp://{}", sink.address()));
        workspace.import_members();
        workspace.run_at(MONDAY, "once").done();
        let period =
            |options: &str| workspace.run(&format!("edition receipts --from 2026-01-01 --to 2026-01-31 {options}"));
        let day = |workspace: &Workspace| {
            workspace.run("edition list --json").done().json()["editions"][0]["approved_at"].clone()
        };
        // Approval is on record at the civil time of the turn.
        assert!(day(&workspace).as_str().unwrap().starts_with("2026-01-12"), "{}", day(&workspace));
        let counted = period("--json").done().json();
        let figures = |value: &serde_json::Value| {
            ["editions", "mails", "recipients", "notices", "municipalities"].map(|name| value[name].as_u64().unwrap())
        };
        // Léa of Montreuil and Alex of the département: one commune.
        assert_eq!(figures(&counted), [1, 2, 2, 1, 1], "{counted:#}");
        let before = period("--csv").done().out;
        assert!(before.starts_with("\u{feff}édition;date;promotion;structure;"), "{before}");
        assert!(before.contains("1;2026-01-12;promo;CCAS;1;1;1;1\n"), "{before}");
        assert!(before.ends_with("total;;;;2;2;1;1\n"), "{before}");
        workspace.run("members erase lea@montreuil.example").done();
        assert_eq!(period("--csv").done().out, before, "who was served stays counted");
        assert!(!before.contains('@'));
        period("").done().says("1 édition, 2 courriels à 2 destinataires, 1 annonce, 1 commune");
        let empty = workspace.run("edition receipts --from 2025-01-01 --to 2025-12-31 --json").done().json();
        assert_eq!(figures(&empty), [0, 0, 0, 0, 0]);
        workspace
            .run("edition receipts --from 2026-02-01 --to 2026-01-01")
            .status(2)
            .complains("--to est avant --from");
        workspace.run("edition receipts --from 2026-02-01").status(2);
        workspace.run("edition receipts").status(2);
    });
}
