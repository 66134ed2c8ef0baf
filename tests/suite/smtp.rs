//! Delivery to real SMTP servers.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::mta::{SmtpSink, free_port};
use crate::support::postfix::{PASSWORD, Postfix, USER};
use crate::support::{MONDAY, Site, Workspace, on_both};

fn prepared(workspace: &mut Workspace, port: u16) -> Site {
    let site = Site::start();
    site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.set("file:outbox", &format!("smtp://127.0.0.1:{port}"));
    workspace.import_members();
    site
}

#[test]
fn smtp_down_then_up_delivers_all_and_doubles_nothing() {
    on_both(|mut workspace: Workspace| {
        let port = free_port();
        let _site = prepared(&mut workspace, port);
        workspace.run_at(MONDAY, "once").status(1).says("rien n'est perdu");
        let receipts = workspace.run("edition receipts 1 --json").done().json();
        assert_eq!(receipts["counts"]["queued"], 2, "{receipts}");
        let sink = SmtpSink::start_on(port, &[]);
        workspace.run_at(MONDAY, "once").done();
        let mails = sink.mails();
        assert_eq!(mails.len(), 2);
        workspace.run_at(MONDAY, "once").done();
        workspace.run_at(MONDAY, "edition send 1").done();
        assert_eq!(sink.mails().len(), 2);
    });
}

#[test]
fn a_server_that_says_later_is_tried_again_and_one_that_says_never_is_named() {
    let check = |options: &[&str], state: &str, end: i32| {
        let mut workspace = Workspace::sqlite();
        let port = free_port();
        let _site = prepared(&mut workspace, port);
        let _sink = SmtpSink::start_on(port, options);
        workspace.run_at(MONDAY, "once").status(end);
        let receipts = workspace.run("edition receipts 1 --json").done().json();
        assert_eq!(receipts["counts"][state], 2, "{options:?}: {receipts}");
    };
    check(&["-r", "RCPT"], "deferred", 1);
    check(&["-r", "."], "deferred", 1);
    check(&["-f", "RCPT"], "refused", 1);
    check(&["-f", "."], "refused", 1);
    check(&["-q", "RCPT"], "deferred", 1);
}

#[test]
fn a_trial_diverts_every_mail_and_says_so() {
    let mut workspace = Workspace::sqlite();
    let port = free_port();
    let _site = prepared(&mut workspace, port);
    workspace.set("[digest]", "only_to = [\"equipe@reseau.example\"]\n\n[digest]");
    let sink = SmtpSink::start_on(port, &[]);
    workspace.run_at(MONDAY, "once").done();
    let mails = sink.mails();
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        assert_eq!(mail.to, "equipe@reseau.example");
        assert!(mail.subject.contains("Léa Exemple") || mail.subject.contains("Alex Exemple"), "{}", mail.subject);
    }
    assert_eq!(workspace.run("edition list --json").json()["editions"][0]["trial"], true);
}

#[test]
fn a_page_to_leave_is_offered_only_when_there_is_one() {
    let mut workspace = Workspace::sqlite();
    let port = free_port();
    let _site = prepared(&mut workspace, port);
    workspace.set("network =", "base_url = \"https://veille.reseau.example\"\nnetwork =");
    let sink = SmtpSink::start_on(port, &[]);
    workspace.run_at(MONDAY, "once").done();
    let mail = sink.mails().remove(0);
    let unsubscribe = mail.header("List-Unsubscribe").unwrap();
    assert!(unsubscribe.contains("<https://veille.reseau.example/quitter/"), "{unsubscribe}");
    assert_eq!(mail.header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
    mail.says("https://veille.reseau.example/quitter/");
}

#[test]
fn starttls_and_auth_work_with_a_real_server_and_their_faults_are_said() {
    let Some(postfix) = Postfix::start() else { return };
    let prepare = |password: &str, authority: bool| {
        let mut workspace = Workspace::sqlite();
        let site = prepared(&mut workspace, postfix.port);
        let server = format!(
            "smtp://localhost:{}\"\nstarttls = \"required\"\nuser = \"{USER}\"\npassword_file = \"smtp",
            postfix.port
        );
        workspace.set(&format!("smtp://127.0.0.1:{}", postfix.port), &server);
        if authority {
            workspace.set("user =", "ca_file = \"autorite.pem\"\nuser =");
        }
        workspace.write("autorite.pem", &postfix.authority());
        std::fs::create_dir(workspace.path().join("credentials")).unwrap();
        workspace.write("credentials/smtp", &format!("{password}\n"));
        (workspace, site)
    };
    let (workspace, _site) = prepare("mauvais-secret", true);
    let answer = workspace.run_at(MONDAY, "once").status(1).says("rien n'est perdu").says("535");
    assert!(!answer.out.contains("mauvais-secret") && !answer.err.contains("mauvais-secret"));
    let (workspace, _site) = prepare(PASSWORD, false);
    workspace.run_at(MONDAY, "once").status(1).says("certificat");
    assert!(postfix.sink.mails().is_empty());
    let (workspace, _site) = prepare(PASSWORD, true);
    workspace.run_at(MONDAY, "once").done();
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(15);
    while postfix.sink.mails().len() < 2 && std::time::Instant::now() < patience {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(postfix.sink.mails().len(), 2);
}

/// Takes a mail whole and cuts before its answer, each time; counts the members' mails: those to administrators have no
/// List-Id.
fn cutting_server() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let count = Arc::clone(&count);
            std::thread::spawn(move || cut_after_data(stream, &count));
        }
    });
    (port, taken)
}

fn cut_after_data(stream: TcpStream, count: &AtomicUsize) -> Option<()> {
    let mut answers = stream.try_clone().ok()?;
    answers.write_all(b"220 essai\r\n").ok()?;
    let (mut in_data, mut to_a_member) = (false, false);
    for line in BufReader::new(stream).lines() {
        let line = line.ok()?;
        to_a_member |= in_data && line.starts_with("List-Id:");
        if in_data && line == "." {
            count.fetch_add(usize::from(to_a_member), Ordering::SeqCst);
            return None;
        }
        if !in_data {
            in_data = line.eq_ignore_ascii_case("DATA");
            answers.write_all(if in_data { b"354 allez\r\n" } else { b"250 essai\r\n" }).ok()?;
        }
    }
    Some(())
}

#[test]
fn a_mail_that_may_have_arrived_is_not_sent_again_at_once() {
    let mut workspace = Workspace::sqlite();
    let (port, taken) = cutting_server();
    let _site = prepared(&mut workspace, port);
    workspace.run_at(MONDAY, "once").status(1);
    workspace.run_at(MONDAY, "edition send 1").status(1);
    assert_eq!(taken.load(Ordering::SeqCst), 2, "one for each of the two members");
    let receipts = workspace.run("edition receipts 1 --json").done().json();
    assert_eq!(receipts["counts"]["uncertain"], 2, "{receipts}");
    workspace.run("edition receipts 1").done().says("a pu être reçu 1 fois");
}
