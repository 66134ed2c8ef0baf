//! What comes back, read from files as an administrator saves them.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::mta::SmtpSink;
use crate::support::{MONDAY, Site, Workspace, on_both};

const QMAIL: &str = "From: MAILER-DAEMON@mx.relais.example\nTo: rebonds@reseau.example\nSubject: failure notice\n\nI wasn't able to deliver your message to the following addresses.\n\n<lea@ville.example>:\n550 5.1.1 unknown\n";
const ABSENT: &str =
    "From: max@ville.example\nTo: rebonds@reseau.example\nSubject: Absence du bureau\n\nDe retour lundi.\n";

fn read(arguments: &[&str], input: &str) -> (Vec<Value>, i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_glaneur"))
        .args(["bounces", "read"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let lines = String::from_utf8(done.stdout).unwrap();
    let objects = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (objects, done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn one_object_a_message_from_files_an_mbox_and_the_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("un.eml"), QMAIL).unwrap();
    let postmark = "From x Mon Jan 12 08:00:00 2026\n";
    std::fs::write(path("boite"), format!("{postmark}{QMAIL}\n{postmark}{ABSENT}")).unwrap();
    let (objects, status, _) = read(&[&path("un.eml"), &path("boite"), "-"], ABSENT);
    assert_eq!(status, 0);
    assert_eq!(objects.len(), 4, "{objects:?}");
    let failed = serde_json::json!([{
        "address": "lea@ville.example", "kind": "hard", "status": "5.1.1", "diagnostic": "550 5.1.1 unknown",
    }]);
    assert_eq!(objects[0], serde_json::json!({"file": path("un.eml"), "index": 0, "recipients": failed}));
    assert_eq!(objects[2]["index"], 1);
    assert_eq!(objects[2]["recipients"][0]["kind"], "auto-reply");
    assert_eq!(objects[3]["file"], "-");
    let (objects, _, _) = read(&[], QMAIL);
    assert_eq!(objects[0]["recipients"], failed);
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("un.eml");
    std::fs::write(&sound, QMAIL).unwrap();
    let (objects, status, errors) = read(&["absent.eml", &sound.display().to_string()], "");
    assert_eq!((objects.len(), status), (1, 1));
    assert!(errors.contains("absent.eml"), "{errors}");
}

/// An edition sent to the two members whom it concerns, and the Message-ID of the one to Léa.
pub(crate) fn sent_to_lea(workspace: &mut Workspace) -> (Site, SmtpSink, String) {
    let site = Site::start();
    site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    let sink = SmtpSink::start();
    workspace.set("file:outbox", &format!("smtp://{}", sink.address()));
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    let receipts = workspace.run("edition receipts 1 --json").done().json();
    let rows = receipts["deliveries"].as_array().unwrap();
    let lea = rows.iter().find(|row| row["email"] == "lea@montreuil.example").unwrap();
    (site, sink, lea["message_id"].as_str().unwrap().to_owned())
}

/// A failure for good in a report; the returned mail is named by its Message-ID alone.
pub(crate) fn report(status: &str, words: &str, message_id: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.relais.example\nTo: reseau@reseau.example\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nÉchec.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.relais.example\n\nFinal-Recipient: rfc822; ailleurs@interne.example\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {words}\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{message_id}>\n\n--b--\n"
    )
}

pub(crate) fn state(workspace: &Workspace, email: &str) -> String {
    let list = workspace.run("members list --json").done().json();
    let members = list["members"].as_array().unwrap();
    members.iter().find(|member| member["email"] == email).unwrap()["state"]["is"].as_str().unwrap().to_owned()
}

#[test]
fn a_dead_address_suspends_its_member_once_and_an_administrator_undoes_it() {
    on_both(|mut workspace: Workspace| {
        let (_site, _sink, message_id) = sent_to_lea(&mut workspace);
        workspace.write("retour.eml", &report("5.1.1", "550 5.1.1 Utilisateur inconnu", &message_id));
        workspace.run("bounces read retour.eml").done();
        assert_eq!(state(&workspace, "lea@montreuil.example"), "active", "reading changes nothing");
        workspace.run("bounces read --apply retour.eml").done();
        assert_eq!(state(&workspace, "lea@montreuil.example"), "suspended");
        let shown = workspace.run("members show lea@montreuil.example").done();
        shown.says("suspendu : adresse refusée").says("550 5.1.1 Utilisateur inconnu");
        workspace.run("edition receipts 1").done().says("550 5.1.1 Utilisateur inconnu");
        workspace.run("members resume lea@montreuil.example").done().says("actif");
        workspace.run("bounces read --apply retour.eml").done();
        assert_eq!(state(&workspace, "lea@montreuil.example"), "active", "a message counts once");
        assert_eq!(workspace.run("edition receipts 1 --json").json()["counts"]["sent"], 2, "no delivery changes state");
    });
}

#[test]
fn full_mailboxes_are_counted_and_other_answers_do_nothing() {
    let mut workspace = Workspace::sqlite();
    let (_site, _sink, message_id) = sent_to_lea(&mut workspace);
    workspace.write("plein.eml", &report("5.2.2", "552 5.2.2 Boîte pleine", &message_id));
    workspace.write("absent.eml", "From: lea@montreuil.example\nTo: reseau@reseau.example\nAuto-Submitted: auto-replied\nSubject: Re\n\nJe ne travaille plus ici.\n");
    workspace.write("inconnu.eml", QMAIL);
    workspace.run("bounces read --apply plein.eml absent.eml inconnu.eml").done();
    assert_eq!(state(&workspace, "lea@montreuil.example"), "active");
    workspace.run("members show lea@montreuil.example").done().says("Boîte pleine").says("ne travaille plus");
}

#[test]
fn a_mail_that_asks_to_leave_is_obeyed() {
    let mut workspace = Workspace::sqlite();
    let (_site, _sink, _) = sent_to_lea(&mut workspace);
    workspace.write(
        "quitter.eml",
        "From: Sam <sam@nanterre.example>\nTo: reseau@reseau.example\nSubject: desinscription-1\n\n",
    );
    workspace.run("bounces read --apply quitter.eml").done();
    assert_eq!(state(&workspace, "sam@nanterre.example"), "left");
}

#[test]
fn a_turn_reads_the_maildir_and_marks_what_it_read() {
    let mut workspace = Workspace::sqlite();
    let (_site, _sink, message_id) = sent_to_lea(&mut workspace);
    for folder in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(workspace.path().join("retours").join(folder)).unwrap();
    }
    workspace.set("[digest]", "[mail.bounce]\nmaildir = \"retours\"\n\n[digest]");
    workspace.write("retours/new/1.abc", &report("5.1.1", "550 5.1.1 Utilisateur inconnu", &message_id));
    workspace.write("retours/new/2.abc", "ni courriel ni rien");
    workspace.run_at(MONDAY, "once").done();
    assert_eq!(state(&workspace, "lea@montreuil.example"), "suspended");
    assert!(workspace.path().join("retours/cur/1.abc:2,S").is_file());
    assert_eq!(std::fs::read_dir(workspace.path().join("retours/new")).unwrap().count(), 0);
    std::fs::remove_dir_all(workspace.path().join("retours")).unwrap();
    workspace.run_at(MONDAY, "once").status(1).complains("la boîte des retours");
}

#[test]
fn a_signed_return_address_finds_the_member_and_a_forged_bounce_suspends_nobody() {
    on_both(|mut workspace: Workspace| {
        workspace.set("[digest]", "bounces = \"retours+*@reseau.example\"\n\n[digest]");
        // The table before [digest] is [mail].
        let (_site, sink, _) = sent_to_lea(&mut workspace);
        let envelopes = sink.envelopes();
        let sender = |to: &str| envelopes.iter().find(|(_, rcpt)| rcpt == to).unwrap().0.clone();
        let (lea, alex) = (sender("lea@montreuil.example"), sender("alex@seine-saint-denis.example"));
        assert!(lea.starts_with("retours+") && lea != alex, "{lea} {alex}");
        let bounce = |to: &str, text: &str| {
            format!("From: MAILER-DAEMON@mx.relais.example\nTo: {to}\nSubject: Undelivered Mail\n\n{text}\n")
        };
        // Anybody may write this.
        let named = "Your message could not be delivered:\n\n<alex@seine-saint-denis.example>: 550 5.1.1 unknown user";
        workspace.write("faux.eml", &bounce("retours@reseau.example", named));
        workspace.write("faux2.eml", &bounce(&alex.replace('-', "-a"), named));
        workspace.run("bounces read --apply faux.eml faux2.eml").done();
        assert_eq!(state(&workspace, "alex@seine-saint-denis.example"), "active");
        workspace.run("members show alex@seine-saint-denis.example").done().says("unknown user");
        // This one came to the address that only the mail to Léa had.
        workspace.write("vrai.eml", &bounce(&lea, "Your message could not be delivered: the mailbox does not exist."));
        workspace.run("bounces read --apply vrai.eml").done();
        assert_eq!(state(&workspace, "lea@montreuil.example"), "suspended");
        workspace.run("members show lea@montreuil.example").done().says("does not exist");
    });
}

#[test]
fn administrators_read_what_came_back_and_nobody_is_added_or_suspended_by_an_answer() {
    let mut workspace = Workspace::sqlite();
    let (_site, sink, message_id) = sent_to_lea(&mut workspace);
    let answer = |from: &str, words: &str| {
        format!(
            "From: {from}\nTo: reseau@reseau.example\nAuto-Submitted: auto-replied\nSubject: Re: Lettre\n\n{words}\n"
        )
    };
    workspace.write("mort.eml", &report("5.1.1", "550 5.1.1 Utilisateur inconnu", &message_id));
    let left = "J'ai quitté le CCAS ; écrivez à max@nanterre.example, qui me succède.";
    workspace.write("parti.eml", &answer("sam@nanterre.example", left));
    let asks = "Pour que votre message me parvienne, merci de valider votre adresse.";
    workspace.write("preuve.eml", &answer("alex@seine-saint-denis.example", asks));
    workspace.write("conge.eml", &answer("alex@seine-saint-denis.example", "Je suis en congé, chez moi."));
    workspace.run("bounces read --apply mort.eml parti.eml preuve.eml conge.eml").done();
    assert_eq!(state(&workspace, "sam@nanterre.example"), "active");
    assert_eq!(state(&workspace, "alex@seine-saint-denis.example"), "active");
    let listed = workspace.run("bounces list").done();
    listed
        .says("lea@montreuil.example : adresse refusée, suspendu : « 550 5.1.1 Utilisateur inconnu »")
        .says("sam@nanterre.example : réponse automatique à lire")
        .says("adresse nommée : max@nanterre.example ; personne n'a été ajouté")
        .says("valider votre adresse");
    let returns = workspace.run("bounces list --json").done().json();
    assert_eq!(returns["returns"].as_array().unwrap().len(), 3, "ordinary absences are nobody's business");
    assert_eq!(returns["returns"][1]["successor"], "max@nanterre.example");
    assert_eq!(workspace.run("members list --json").json()["members"].as_array().unwrap().len(), 3);
    // The turn mails it to administrators, once.
    let told = |sink: &SmtpSink| {
        sink.all_mails().into_iter().filter(|mail| mail.subject.contains("Retours")).collect::<Vec<_>>()
    };
    workspace.run_at(MONDAY, "once").done();
    workspace.run_at(MONDAY, "once").done();
    let mails = told(&sink);
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "equipe@reseau.example");
    mails[0].says("Utilisateur inconnu").says("max@nanterre.example").says("bounces list");
}
