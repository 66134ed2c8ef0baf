//! « Rectificatif »: what was mailed wrongly is put right, to exactly those who received it, once.

use crate::support::mta::SmtpSink;
use crate::support::{MONDAY, NEXT_MONDAY, Site, Workspace, on_both};

const ALEX: &str = "alex@seine-saint-denis.example";
const LEA: &str = "lea@montreuil.example";
const TUESDAY: &str = "2026-01-13T09:00:00+01:00";

/// An edition that Léa and Alex received; Sam, at Nanterre, had nothing to read.
fn sent(workspace: &mut Workspace, sink: &SmtpSink) -> (Site, String) {
    workspace.set("file:outbox", &format!("smtp://{}", sink.address()));
    let site = Site::start();
    site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    assert_eq!(sink.mails().len(), 2);
    let listed = workspace.run_at(MONDAY, "notices list --json").done().json();
    (site, listed["notices"][0]["id"].as_str().unwrap().to_owned())
}

fn corrections(sink: &SmtpSink) -> Vec<(String, String)> {
    let mails = sink.mails().into_iter().filter(|mail| mail.subject.starts_with("Rectificatif"));
    mails.map(|mail| (mail.to, mail.text)).collect()
}

#[test]
fn a_corrected_deadline_is_put_right_for_those_who_received_it_and_told_once() {
    on_both(|mut workspace: Workspace| {
        let sink = SmtpSink::start();
        let (_site, id) = sent(&mut workspace, &sink);
        workspace.run_at(TUESDAY, &format!("edition create --corrects {id}")).status(2).complains("rien à rectifier");
        let told = workspace.run_at(TUESDAY, &format!("notices correct {id} --deadline 2026-02-10T12:00")).done();
        told.says("2 membres ont reçu ce qui était faux").says("--corrects");
        let edition =
            workspace.run_at(TUESDAY, &format!("edition create --corrects {id}")).done().out.trim().to_owned();
        workspace.run_at(TUESDAY, "edition list").done().says("brouillon (rectificatif)");
        workspace.run_at(TUESDAY, &format!("edition create --corrects {id}")).status(2).complains("brouillon");
        workspace.run_at(TUESDAY, &format!("edition send {edition}")).status(2);
        workspace.run_at(TUESDAY, &format!("edition approve {edition}")).done();
        workspace.run_at(TUESDAY, &format!("edition send {edition}")).done().says("2 envoyés");
        let mails = corrections(&sink);
        let to: Vec<&str> = mails.iter().map(|(to, _)| to.as_str()).collect();
        assert_eq!(to, [ALEX, LEA], "exactly those who received it");
        for (_, text) in &mails {
            assert!(text.contains("contenait une erreur") && text.contains("10 février 2026"), "{text}");
            assert!(text.contains("20 février"), "what was said before is named: {text}");
        }
        workspace.run_at(TUESDAY, &format!("edition create --corrects {id}")).status(2).complains("rien à rectifier");
        workspace.run_at(NEXT_MONDAY, "once").done();
        assert_eq!(sink.mails().len(), 4, "the next edition does not say it again");
    });
}

#[test]
fn a_corrected_territory_is_put_right_even_for_those_whom_it_no_longer_concerns() {
    let mut workspace = Workspace::sqlite();
    let sink = SmtpSink::start();
    let (_site, id) = sent(&mut workspace, &sink);
    workspace.run_at(TUESDAY, &format!("notices correct {id} --territory Nanterre")).done().says("2 membres");
    let edition = workspace.run_at(TUESDAY, &format!("edition create --corrects {id}")).done().out.trim().to_owned();
    // The schedule goes on beside it, and tells Sam that there is a call; the others wait for the approval.
    workspace.run_at(NEXT_MONDAY, "once").done();
    assert_eq!(sink.mails().len(), 3);
    workspace.run_at(NEXT_MONDAY, &format!("edition approve {edition}")).done();
    workspace.run_at(NEXT_MONDAY, "once").done();
    let mails = corrections(&sink);
    assert_eq!(mails.iter().map(|(to, _)| to.as_str()).collect::<Vec<_>>(), [ALEX, LEA]);
    assert!(mails.iter().all(|(_, text)| text.contains("Nanterre")), "{mails:?}");
}

#[test]
fn who_left_is_not_written_to_and_a_corrected_audience_or_amount_is_told_apart() {
    let mut workspace = Workspace::sqlite();
    let sink = SmtpSink::start();
    let (_site, id) = sent(&mut workspace, &sink);
    let none = workspace.run_at(TUESDAY, &format!("notices correct {id} --title Autre")).done().out;
    assert!(!none.contains("rectificatif"), "a title misleads nobody: {none}");
    workspace
        .run_at(TUESDAY, &format!("notices correct {id} --audience pompiers"))
        .status(2)
        .complains("collectivités");
    workspace.run_at(TUESDAY, &format!("notices correct {id} --audience associations")).done().says("2 membres");
    workspace.sql(&format!(
        "UPDATE members SET state = 'left', state_detail = '{{\"is\":\"left\",\"at\":\"2026-01-13T07:00:00Z\"}}' WHERE email = '{LEA}'"
    ));
    let edition = workspace.run_at(TUESDAY, &format!("edition create --corrects {id}")).done().out.trim().to_owned();
    workspace.run_at(TUESDAY, &format!("edition show {edition}")).done().says("a quitté la liste");
    workspace.run_at(TUESDAY, &format!("edition approve {edition}")).done();
    workspace.run_at(TUESDAY, &format!("edition send {edition}")).done();
    assert_eq!(corrections(&sink).into_iter().map(|(to, _)| to).collect::<Vec<_>>(), [ALEX]);
}
