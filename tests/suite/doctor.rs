//! `glaneur doctor`, against a DNS server and a relay of ours.

use std::net::UdpSocket;
use std::process::Command;

use serde_json::Value;

use crate::support::Workspace;
use crate::support::dns::DnsServer;
use crate::support::mta::SmtpSink;

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
