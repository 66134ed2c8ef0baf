//! `glaneur doctor`, against a DNS server and a relay of ours.

use std::net::UdpSocket;
use std::process::Command;

use serde_json::Value;

use crate::support::dns::DnsServer;
use crate::support::mta::SmtpSink;
use crate::support::workspace::Mail;
use crate::support::{MONDAY, Site, Workspace};

/// A network that sends through a relay on this machine.
fn network() -> (Workspace, SmtpSink) {
    let mut workspace = Workspace::sqlite();
    let sink = SmtpSink::start();
    workspace.set("file:outbox", &format!("smtp://{}", sink.address()));
    workspace.set("network =", "base_url = \"https://veille.reseau.example\"\nnetwork =");
    (workspace, sink)
}

fn examined(workspace: &Workspace, dns: &DnsServer, options: &str, status: i32) -> Value {
    workspace.run(&format!("doctor --json --resolver {} {options}", dns.address)).status(status).json()
}

#[track_caller]
fn check<'a>(answer: &'a Value, topic: &str, verdict: &str) -> &'a Value {
    let checks = answer["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["topic"] == topic).unwrap_or_else(|| panic!("{topic}: {answer:#}"));
    assert_eq!(found["verdict"], verdict, "{found:#}");
    found
}

#[test]
fn a_network_whose_records_are_right_is_well() {
    let (workspace, _sink) = network();
    let dns = DnsServer::start(&[
        "reseau.example TXT v=spf1 ip4:203.0.113.7 -all",
        "reseau.example TXT autre=1",
        "reseau.example MX mx.reseau.example",
        "g1._domainkey.reseau.example TXT v=DKIM1; k=rsa; p=QUJD",
        "_dmarc.reseau.example TXT v=DMARC1; p=quarantine; rua=mailto:dmarc@reseau.example",
        "7.113.0.203.in-addr.arpa PTR mail.reseau.example",
        "mail.reseau.example A 203.0.113.7",
    ]);
    let answer = examined(&workspace, &dns, "--sender-ip 203.0.113.7 --selector g1", 0);
    for topic in ["from", "spf", "dkim", "dmarc", "alignment", "reverse-dns", "tls", "returns", "unsubscribe"] {
        check(&answer, topic, "fine");
    }
}

#[test]
fn what_is_missing_is_told_with_the_records_to_publish() {
    let (workspace, _sink) = network();
    let dns = DnsServer::start(&["mail.ailleurs.example A 192.0.2.1"]);
    let answer = examined(&workspace, &dns, "--sender-ip 203.0.113.7 --selector g1", 1);
    let record = |topic: &str| check(&answer, topic, "mend")["records"][0].clone();
    assert_eq!(
        record("spf"),
        serde_json::json!({"name": "reseau.example", "type": "TXT", "value": "v=spf1 ip4:203.0.113.7 ~all"})
    );
    assert_eq!(record("dmarc")["name"], "_dmarc.reseau.example");
    assert_eq!(record("dmarc")["value"], "v=DMARC1; p=none; rua=mailto:equipe@reseau.example");
    assert_eq!(record("reverse-dns")["type"], "PTR");
    for topic in ["dkim", "alignment", "returns"] {
        check(&answer, topic, "mend");
    }
    let told = workspace.run(&format!("doctor --resolver {}", dns.address)).status(1);
    told.says("À CORRIGER   SPF : reseau.example ne publie pas de SPF").says("TXT  _dmarc.reseau.example");
}

#[test]
fn a_term_is_added_where_the_record_is_and_faults_of_a_record_are_named() {
    let (mut workspace, _sink) = network();
    let spf = |workspace: &Workspace, record: &str| {
        let line = format!("reseau.example TXT {record}");
        let dns = DnsServer::start(&[&line]);
        let answer = examined(workspace, &dns, "--sender-ip 203.0.113.7", 1);
        check(&answer, "spf", "mend").clone()
    };
    let told = spf(&workspace, "v=spf1 mx ip4:192.0.2.1 -all");
    assert_eq!(told["records"][0]["value"], "v=spf1 mx ip4:192.0.2.1 ip4:203.0.113.7 -all");
    assert_eq!(spf(&workspace, "v=spf1 mx +all")["records"][0]["value"], "v=spf1 mx ~all");
    assert!(spf(&workspace, "v=spf1 ip4:chez-nous -all")["message"].as_str().unwrap().contains("« chez-nous »"));
    workspace.set("from = \"Réseau d'essai <reseau@reseau.example>\"", "from = \"reseau@gmail.com\"");
    let dns = DnsServer::start(&["gmail.com TXT v=spf1 redirect=_spf.google.com"]);
    check(&examined(&workspace, &dns, "", 1), "from", "mend");
}

#[test]
fn a_known_relay_says_what_to_include() {
    let mut workspace = Workspace::sqlite();
    workspace.set("file:outbox", "smtps://ssl0.ovh.net:465");
    let dns = DnsServer::start(&["reseau.example TXT v=spf1 mx ~all", "mx.ovh.com TXT v=spf1 ip4:192.0.2.0/24 -all"]);
    let answer = examined(&workspace, &dns, "", 1);
    assert_eq!(check(&answer, "spf", "mend")["records"][0]["value"], "v=spf1 mx include:mx.ovh.com ~all");
    let dns = DnsServer::start(&[
        "reseau.example TXT v=spf1 include:mx.ovh.com ~all",
        "mx.ovh.com TXT v=spf1 ip4:192.0.2.0/24 -all",
    ]);
    check(&examined(&workspace, &dns, "", 1), "spf", "fine");
}

#[test]
fn each_of_several_relays_is_looked_at_and_named() {
    let mut workspace = Workspace::sqlite();
    let sink = SmtpSink::start();
    workspace.set("transport = \"file:outbox\"", "");
    let ours = format!("[[mail.relay]]\nname = \"ici\"\ntransport = \"smtp://{}\"\n", sink.address());
    let other = "[[mail.relay]]\nname = \"secours\"\ntransport = \"smtps://ssl0.ovh.net:465\"\nweight = 0\n";
    workspace.set("[digest]", &format!("{ours}{other}[digest]"));
    let dns = DnsServer::start(&["reseau.example TXT v=spf1 mx ip4:203.0.113.7 ~all"]);
    let answer = examined(&workspace, &dns, "--sender-ip 203.0.113.7", 1);
    let said = |topic: &str| -> Vec<(String, String)> {
        let all = answer["checks"].as_array().unwrap().iter().filter(|check| check["topic"] == topic);
        all.map(|check| (check["message"].as_str().unwrap().to_owned(), check["verdict"].as_str().unwrap().to_owned()))
            .collect()
    };
    let tls = said("tls");
    assert_eq!(tls.len(), 2, "{tls:?}");
    assert!(tls[0].0.starts_with("[relais ici] ") && tls[0].1 == "fine", "{tls:?}");
    assert!(tls[1].0.starts_with("[relais secours] ") && tls[1].1 != "fine", "{tls:?}");
    assert_eq!(said("dmarc").len(), 1);
    assert!(said("spf")[1].0.contains("OVH"), "{:?}", said("spf"));
}

#[test]
fn the_key_that_signs_is_compared_with_the_one_that_is_published() {
    let (mut workspace, _sink) = network();
    std::fs::create_dir(workspace.path().join("credentials")).unwrap();
    let key = workspace.path().join("credentials/dkim");
    let made = Command::new("openssl").args(["genpkey", "-algorithm", "ed25519", "-out"]).arg(&key).output().unwrap();
    assert!(made.status.success());
    workspace.set("[digest]", "[mail.dkim]\nselector = \"g1\"\nkey_file = \"dkim\"\n\n[digest]");
    let empty = DnsServer::start(&["rien.example A 192.0.2.1"]);
    let record = check(&examined(&workspace, &empty, "", 1), "dkim", "mend")["records"][0].clone();
    assert_eq!(record["name"], "g1._domainkey.reseau.example");
    let value = record["value"].as_str().unwrap();
    let other = DnsServer::start(&["g1._domainkey.reseau.example TXT v=DKIM1; k=ed25519; p=QUJD"]);
    let told = examined(&workspace, &other, "", 1);
    assert!(check(&told, "dkim", "mend")["message"].as_str().unwrap().contains("n’est pas celle"));
    let line = format!("g1._domainkey.reseau.example TXT {value}");
    let published = DnsServer::start(&[&line]);
    check(&examined(&workspace, &published, "", 1), "dkim", "fine");
}

#[test]
fn without_network_it_says_what_could_not_be_checked() {
    let mut workspace = Workspace::sqlite();
    workspace.set("file:outbox", "smtp://127.0.0.1:9");
    // Nobody answers there.
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let answer = workspace.run(&format!("doctor --json --resolver {}", silent.local_addr().unwrap())).status(1).json();
    for topic in ["spf", "dmarc", "tls", "returns", "reverse-dns"] {
        check(&answer, topic, "unknown");
    }
}

/// A mail of an edition that was really sent, as it left.
fn one_sent(workspace: &mut Workspace, dkim: bool) -> (Site, SmtpSink, Mail) {
    let site = Site::start();
    site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    let sink = SmtpSink::start();
    workspace.set("network =", "base_url = \"https://veille.reseau.example\"\nnetwork =");
    if !dkim {
        // smtp-sink's files lose what stands before From, the signature: signed mails are read from the outbox.
        workspace.set("file:outbox", &format!("smtp://{}", sink.address()));
    }
    if dkim {
        std::fs::create_dir(workspace.path().join("credentials")).unwrap();
        let key = workspace.path().join("credentials/dkim");
        Command::new("openssl").args(["genpkey", "-algorithm", "ed25519", "-out"]).arg(&key).output().unwrap();
        workspace.set("[digest]", "[mail.dkim]\nselector = \"g1\"\nkey_file = \"dkim\"\n\n[digest]");
    }
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    let mails = if dkim { workspace.mails() } else { sink.mails() };
    let mail = mails.into_iter().find(|mail| mail.to == "lea@montreuil.example").unwrap();
    (site, sink, mail)
}

/// The mail as a mailbox keeps it.
fn arrived(mail: &Mail, path: &str) -> String {
    format!("Return-Path: <{path}>\r\nReceived: by mx.ville.example; Mon, 12 Jan 2026 08:00:00 +0000\r\n{}", mail.raw)
}

#[test]
fn a_mail_that_arrived_as_it_was_sent_shows_no_change() {
    let mut workspace = Workspace::sqlite();
    let (_site, _sink, mail) = one_sent(&mut workspace, false);
    let dkim = "DKIM-Signature: v=1; a=rsa-sha256; d=reseau.example; s=r1; b=AAAA\r\n";
    workspace.write("recu.eml", &format!("{dkim}{}", arrived(&mail, "reseau@reseau.example")));
    let answer = workspace.run("doctor --json --received recu.eml").status(0).json();
    assert_eq!(answer["edition"], 1);
    for topic in
        ["from", "return-path", "message-id", "list-unsubscribe", "list-unsubscribe-post", "dkim", "links", "pixel"]
    {
        check(&answer, topic, "fine");
    }
}

#[test]
fn what_a_relay_changed_is_named() {
    let mut workspace = Workspace::sqlite();
    let (_site, _sink, mail) = one_sent(&mut workspace, true);
    let sound = arrived(&mail, "reseau@reseau.example");
    let look = |workspace: &Workspace, text: &str| {
        workspace.write("recu.eml", text);
        workspace.run("doctor --json --received recu.eml").json()
    };
    check(&look(&workspace, &sound), "dkim", "fine");
    check(&look(&workspace, &format!("{sound}\r\nPied de page du relais\r\n")), "dkim", "mend");
    let changed = |from: &str, to: &str| {
        assert!(sound.contains(from), "{from}\n{sound}");
        sound.replace(from, to)
    };
    let told = look(
        &workspace,
        &changed("<reseau@reseau.example>\r\nReceived", "<lea=montreuil.example@env.relais.example>\r\nReceived"),
    );
    let words = check(&told, "return-path", "mend")["message"].as_str().unwrap().to_owned();
    assert!(words.contains("…@env.relais.example"), "{words}");
    check(&look(&workspace, &changed("From: ", "From: x <r@1.relais.example>\r\nX-Was: ")), "from", "mend");
    let id = mail.header("Message-ID").unwrap();
    let told = look(&workspace, &changed(&id, "<autre@relais.example>"));
    check(&told, "message-id", "mend");
    check(&told, "list-unsubscribe", "fine");
    check(&look(&workspace, &changed("List-Unsubscribe-Post", "X-Post")), "list-unsubscribe-post", "mend");
    let told = look(&workspace, &changed("</body>", "<img src=3D\"https://r.relais.example/o.gif\"></body>"));
    assert!(check(&told, "pixel", "mend")["message"].as_str().unwrap().contains("r.relais.example"));
    let told = look(&workspace, &changed("veille.reseau.example", "r.relais.example"));
    check(&told, "links", "mend");
    let judged =
        format!("Authentication-Results: mx.ville.example; spf=pass smtp.mailfrom=x; dkim=fail; dmarc=fail\r\n{sound}");
    check(&look(&workspace, &judged), "authentication-results", "mend");
}

#[test]
fn a_mail_that_the_ledger_does_not_know_is_compared_with_the_settings() {
    let workspace = Workspace::sqlite();
    workspace.write(
        "recu.eml",
        "Return-Path: <reseau@reseau.example>\nFrom: reseau@reseau.example\nSubject: essai\nMessage-ID: <a@b.example>\n\nBonjour\n",
    );
    let told = workspace.run("doctor --received recu.eml").status(1);
    told.says("pas dans la base").says("inchangé     Expéditeur").says("CHANGÉ       List-Unsubscribe");
    workspace.write("vide.eml", "");
    workspace.run("doctor --received vide.eml").status(2).complains("n’est pas un courriel");
    workspace.run("doctor --received absent.eml").status(2).complains("absent.eml");
}
