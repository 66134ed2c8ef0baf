//! What comes back, read from an IMAP mailbox by each turn.

use glaneur::deliver::{ImapServer, Inbox, Security};

use crate::bounces::{report, sent_to_lea, state};
use crate::support::Workspace;
use crate::support::dovecot::{Dovecot, PASSWORD, USER};
use crate::support::{MONDAY, NEXT_MONDAY};

fn settings(workspace: &mut Workspace, dovecot: &Dovecot, address: &str, more: &str) {
    std::fs::create_dir_all(workspace.path().join("credentials")).unwrap();
    workspace.write("credentials/imap", PASSWORD);
    workspace.write("autorite.pem", &dovecot.authority());
    workspace.set(
        "[digest]",
        &format!(
            "[mail.bounce]\nimap = \"{address}\"\nuser = \"{USER}\"\npassword_file = \"imap\"\nca_file = \"autorite.pem\"\n{more}\n[digest]"
        ),
    );
}

#[test]
fn a_turn_reads_the_mailbox_and_no_message_counts_twice() {
    let Some(dovecot) = Dovecot::start() else { return };
    let mut workspace = Workspace::sqlite();
    let (_site, _sink, message_id) = sent_to_lea(&mut workspace);
    settings(&mut workspace, &dovecot, &format!("imaps://localhost:{}", dovecot.tls_port), "");
    dovecot.deliver("1.a", &report("5.1.1", "550 5.1.1 Utilisateur inconnu", &message_id));
    dovecot.deliver("2.b", "ni courriel ni rien\n");
    workspace.run_at(MONDAY, "once").done();
    assert_eq!(state(&workspace, "lea@montreuil.example"), "suspended");
    let marked = dovecot.messages();
    assert!(marked.len() == 2 && marked.iter().all(|name| name.ends_with('S')), "{marked:?}");
    workspace.run("members resume lea@montreuil.example").done();
    // As if it had been killed after it applied the message and before it remembered that.
    workspace.sql("UPDATE meta SET value = substr(value, 1, instr(value, ':')) || '0' WHERE name LIKE 'imap %'");
    workspace.run_at(MONDAY, "once").done();
    assert_eq!(state(&workspace, "lea@montreuil.example"), "active", "a message counts once");
    // Somebody reads a message in a webmail before us: it counts all the same.
    let other = report("5.1.1", "550 5.1.1 Toujours inconnu", &message_id);
    dovecot.deliver("3.c:2,S", &other);
    workspace.run_at(NEXT_MONDAY, "once").done();
    assert_eq!(state(&workspace, "lea@montreuil.example"), "suspended");
}

#[test]
fn messages_that_were_read_are_removed_when_asked() {
    let Some(dovecot) = Dovecot::start() else { return };
    let mut workspace = Workspace::sqlite();
    let (_site, _sink, message_id) = sent_to_lea(&mut workspace);
    settings(&mut workspace, &dovecot, &format!("imap://127.0.0.1:{}", dovecot.port), "after = \"delete\"");
    dovecot.deliver("1.a", &report("5.1.1", "550 5.1.1 Utilisateur inconnu", &message_id));
    workspace.run_at(MONDAY, "once").done();
    assert_eq!(state(&workspace, "lea@montreuil.example"), "suspended");
    assert_eq!(dovecot.messages(), [""; 0]);
}

#[test]
fn a_mailbox_that_cannot_be_read_is_named_and_stops_nothing_else() {
    let Some(dovecot) = Dovecot::start() else { return };
    let mut workspace = Workspace::sqlite();
    workspace.import_members();
    settings(&mut workspace, &dovecot, &format!("imaps://localhost:{}", dovecot.tls_port), "folder = \"Absent\"");
    let complains = |workspace: &Workspace, words: &str| {
        workspace.run_at(MONDAY, "once").status(1).complains(words);
    };
    complains(&workspace, "dossier « Absent »");
    workspace.set("folder = \"Absent\"", "");
    workspace.write("credentials/imap", "autre");
    complains(&workspace, "refuse l’identifiant ou le mot de passe");
    workspace.write("credentials/imap", PASSWORD);
    workspace.set("ca_file = \"autorite.pem\"", "");
    complains(&workspace, "le chiffrement a échoué");
    workspace.set(&format!("imaps://localhost:{}", dovecot.tls_port), "imaps://localhost:9");
    complains(&workspace, "est injoignable");
}

#[test]
fn doctor_opens_the_mailbox_and_reads_nothing() {
    let Some(dovecot) = Dovecot::start() else { return };
    let mut workspace = Workspace::sqlite();
    settings(&mut workspace, &dovecot, &format!("imaps://localhost:{}", dovecot.tls_port), "");
    dovecot.deliver("1.a", "ni courriel ni rien\n");
    let dns = crate::support::dns::DnsServer::start(&["rien.example A 192.0.2.1"]);
    let doctor = format!("doctor --resolver {}", dns.address);
    workspace.run(&doctor).status(1).says("La boîte des retours s’ouvre");
    assert!(dovecot.messages().iter().all(|name| !name.ends_with('S')), "{:?}", dovecot.messages());
    workspace.write("credentials/imap", "autre");
    workspace.run(&doctor).status(1).says("À CORRIGER   Retours : La boîte des retours");
}

/// The settings take this machine's own mailbox in clear: STARTTLS is tried below them.
#[tokio::test]
async fn starttls_encrypts_before_the_password_is_said() {
    let Some(dovecot) = Dovecot::start() else { return };
    let server = ImapServer {
        host: "localhost".to_owned(),
        port: dovecot.port,
        security: Security::StartTlsRequired,
        user: USER.to_owned(),
        password: PASSWORD.to_owned(),
        folder: "INBOX".to_owned(),
        extra_roots: Some(dovecot.authority().into_bytes()),
    };
    let mut inbox = Inbox::open(&server).await.unwrap();
    assert_eq!(inbox.after(0, 10).await.unwrap(), [0; 0]);
    inbox.close().await;
    // Were nothing encrypted, nobody would look at the certificate.
    let distrusted = Inbox::open(&ImapServer { extra_roots: None, ..server }).await.err().unwrap();
    assert!(distrusted.to_string().contains("chiffrement"), "{distrusted}");
}
