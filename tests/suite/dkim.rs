//! Mails that Glaneur signs, verified by an independent verifier (dkimpy, Debian's python3-dkim) with the record that the
//! documentation tells how to make.

use std::path::Path;
use std::process::Command;

use crate::support::{MONDAY, Site, Workspace};

/// Debian's own, which has the packages of Debian.
const PYTHON: &str = "/usr/bin/python3";
/// Verifies each mail of a folder; a changed one must fail.
const VERIFY: &str = r#"
import dkim, pathlib, sys
folder, record = pathlib.Path(sys.argv[1]), sys.argv[2].encode()
dns = lambda name, timeout=5: record if name == b"g1._domainkey.reseau.example." else None
mails = sorted(folder.glob("*.eml"))
assert mails, "no mail"
for mail in mails:
    raw = mail.read_bytes()
    assert dkim.verify(raw, dnsfunc=dns), f"{mail} does not verify"
    assert not dkim.verify(raw.replace(b"From: ", b"From: x", 1), dnsfunc=dns), "a changed sender verifies"
    assert not dkim.verify(b"Subject: autre\r\n" + raw, dnsfunc=dns), "a second subject verifies"
    assert not dkim.verify(raw.rstrip() + b"\r\najout\r\n", dnsfunc=dns), "a longer body verifies"
"#;

fn check(algorithm: &[&str], record: impl Fn(&Path) -> String) {
    let has_verifier =
        Command::new(PYTHON).args(["-c", "import dkim, nacl"]).output().is_ok_and(|o| o.status.success());
    if !has_verifier {
        eprintln!("skipped: python3-dkim and python3-nacl are not installed");
        return;
    }
    let mut workspace = Workspace::sqlite();
    std::fs::create_dir(workspace.path().join("credentials")).unwrap();
    let key = workspace.path().join("credentials/dkim");
    let made = Command::new("openssl").args(["genpkey", "-algorithm"]).args(algorithm).arg("-out").arg(&key).output();
    assert!(made.unwrap().status.success());
    let site = Site::start();
    site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.set("[digest]", "[mail.dkim]\nselector = \"g1\"\nkey_file = \"dkim\"\n\n[digest]");
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    let outbox = workspace.path().join("outbox");
    let verified = Command::new(PYTHON).args(["-c", VERIFY]).arg(&outbox).arg(record(&key)).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// The public key as OpenSSL writes it, in DER.
fn public(key: &Path) -> Vec<u8> {
    Command::new("openssl").args(["pkey", "-pubout", "-outform", "DER", "-in"]).arg(key).output().unwrap().stdout
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn mails_signed_with_rsa_verify_elsewhere_and_changed_ones_do_not() {
    check(&["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], |key| format!("v=DKIM1; k=rsa; p={}", base64(&public(key))));
}

#[test]
fn mails_signed_with_ed25519_verify_elsewhere_and_changed_ones_do_not() {
    check(&["ed25519"], |key| {
        let der = public(key);
        format!("v=DKIM1; k=ed25519; p={}", base64(&der[der.len() - 32..]))
    });
}

#[test]
fn a_key_that_cannot_sign_stops_the_sending_and_is_named() {
    let mut workspace = Workspace::sqlite();
    std::fs::create_dir(workspace.path().join("credentials")).unwrap();
    workspace.write("credentials/dkim", "ceci n'est pas une clé\n");
    let site = Site::start();
    site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.set("[digest]", "[mail.dkim]\nselector = \"g1\"\nkey_file = \"dkim\"\n\n[digest]");
    workspace.import_members();
    workspace.run_at(MONDAY, "once").status(1).complains("clé privée DKIM");
    assert!(workspace.mails().is_empty());
}
