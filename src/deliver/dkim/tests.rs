//! Signatures verified with ring from the record alone; an independent verifier runs in tests/suite/dkim.rs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use super::{Held, Key, KeyError, Signer, canonical};

const MESSAGE: &[u8] = b"From: a@reseau.example\r\nTo: lea@ville.example\r\nSubject: Lettre\r\n de janvier\r\nDate: Mon, 12 Jan 2026 08:00:00 +0000\r\nMessage-ID: <a@reseau.example>\r\nList-Unsubscribe: <mailto:a@reseau.example>\r\nX-Other: 1\r\n\r\nBonjour,  \r\n\r\n\r\n";

/// A new Ed25519 key, as a file holds it.
fn key() -> String {
    let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(made.as_ref()))
}

fn signer_of(pem: &str) -> Signer {
    Signer::new("reseau.example", "g1", Key::from_pem(pem).unwrap())
}

#[test]
fn a_signature_verifies_with_the_published_record() {
    let signer = signer_of(&key());
    assert_eq!(signer.record_name(), "g1._domainkey.reseau.example");
    let signed = signer.signed(MESSAGE, DateTime::UNIX_EPOCH).unwrap();
    assert!(signed.ends_with(MESSAGE));
    let header = String::from_utf8(signed[..signed.len() - MESSAGE.len()].to_vec()).unwrap();
    let (unsigned, signature) = header.split_once("\r\n b=").unwrap();
    let unsigned = format!("{unsigned}\r\n b=");
    let names: Vec<String> = unsigned
        .split("h=")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .split(':')
        .map(|n| n.trim().to_owned())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(names.iter().filter(|name| **name == "From").count(), 2, "oversigned");
    assert!(names.contains(&"List-Unsubscribe") && !names.contains(&"X-Other"));
    let (head, _) = canonical::parted(MESSAGE);
    let input = canonical::signing_input(&canonical::headers(head), &names, &unsigned);
    let signature: String = signature.chars().filter(|c| !c.is_whitespace()).collect();
    let record = signer.record();
    let public = STANDARD.decode(record.split("p=").nth(1).unwrap()).unwrap();
    let verified =
        UnparsedPublicKey::new(&ED25519, public).verify(&Sha256::digest(&input), &STANDARD.decode(signature).unwrap());
    assert!(verified.is_ok());
}

#[test]
fn the_same_message_has_the_same_signature_and_no_long_line() {
    let signer = signer_of(&key());
    let signed = signer.signed(MESSAGE, DateTime::UNIX_EPOCH).unwrap();
    assert_eq!(signed, signer.signed(MESSAGE, DateTime::UNIX_EPOCH).unwrap());
    let text = String::from_utf8(signed).unwrap();
    assert!(text.split("\r\n").all(|line| line.len() <= 78), "{text}");
}

#[test]
fn what_is_no_key_is_refused_and_a_key_is_not_printed() {
    for pem in
        ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----", "clé"]
    {
        assert_eq!(Key::from_pem(pem).unwrap_err(), KeyError::Unreadable, "{pem}");
    }
    assert_eq!(format!("{:?}", Key::from_pem(&key()).unwrap()), "Key(ed25519-sha256, …)");
}

#[test]
fn what_was_changed_on_the_way_is_told_from_our_own_signature() {
    let signer = signer_of(&key());
    let signed = String::from_utf8(signer.signed(MESSAGE, DateTime::UNIX_EPOCH).unwrap()).unwrap();
    let check = |change: &dyn Fn(&str) -> String, want: Held| {
        let received = change(&signed);
        assert_eq!(signer.holds(received.as_bytes()), want, "{received}");
    };
    check(&|mail| mail.to_owned(), Held::Sound);
    check(&|mail| format!("Received: x\r\n{mail}"), Held::Sound);
    check(&|mail| mail.replace("\r\n", "\n"), Held::Sound);
    check(&|mail| format!("DKIM-Signature: v=1; d=relais.example; s=x; b=AAAA\r\n{mail}"), Held::Sound);
    check(&|mail| format!("{mail}pied de page\r\n"), Held::BodyChanged);
    check(&|mail| mail.replace("Subject: Lettre", "Subject: [Essai] Lettre"), Held::HeadersChanged);
    check(&|mail| format!("From: autre@relais.example\r\n{mail}"), Held::HeadersChanged);
    check(&|mail| mail.replace("d=reseau.example", "d=relais.example"), Held::Absent);
    check(&|_| "Subject: rien\r\n\r\nx".to_owned(), Held::Absent);
    check(&|_| "DKIM-Signature: d=reseau.example; s=g1; h=; bh=; b=\r\n\r\nx".to_owned(), Held::BodyChanged);
}
