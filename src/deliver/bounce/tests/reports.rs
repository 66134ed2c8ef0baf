//! RFC 3464 reports.

use super::{check, kinds, report};
use crate::deliver::bounce::{Cause, Kind, read};

#[test]
fn actions_and_statuses_say_what_happened() {
    let check = |fields: &str, want: &[&str]| check(&report(fields), want);
    let failed = "Final-Recipient: rfc822; lea@ville.example\nAction: failed\n";
    check(
        &format!("{failed}Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 inconnue"),
        &["lea@ville.example hard 5.1.1"],
    );
    check(&format!("{failed}Status: 5.2.2"), &["lea@ville.example soft 5.2.2"]);
    check(
        &format!("{failed}Status: 5.0.0\nDiagnostic-Code: smtp; 552 5.2.2 boîte pleine"),
        &["lea@ville.example soft 5.2.2"],
    );
    check(&format!("{failed}Status: 5.7.1\nDiagnostic-Code: smtp; 554 5.7.1 spam"), &["lea@ville.example soft 5.7.1"]);
    check(&format!("{failed}Status: 5.7.1\nDiagnostic-Code: smtp;550 no such user"), &["lea@ville.example hard 5.7.1"]);
    check(
        "Final-Recipient: rfc822; lea@ville.example\nAction: delayed\nStatus: 4.4.1",
        &["lea@ville.example soft 4.4.1"],
    );
    check(
        "Final-Recipient: rfc822; lea@ville.example\nAction: delivered\nStatus: 2.0.0",
        &["lea@ville.example none 2.0.0"],
    );
    check(
        "Final-Recipient: rfc822; lea@ville.example\nAction: relayed\nStatus: 2.1.9",
        &["lea@ville.example none 2.1.9"],
    );
    check("Final-Recipient: lea@ville.example\nStatus: 5.1.1", &["lea@ville.example hard 5.1.1"]);
}

#[test]
fn the_address_that_was_written_to_is_named() {
    let check = |fields: &str, want: &[&str]| check(&report(fields), want);
    let end = "Action: failed\nStatus: 5.1.1";
    check(
        &format!("Original-Recipient: rfc822;lea@ville.example\nFinal-Recipient: rfc822;u12@interne.example\n{end}"),
        &["lea@ville.example hard 5.1.1"],
    );
    check(
        &format!("Original-Recipient: rfc822;lea+2Baap@ville.example\nFinal-Recipient: rfc822;x@y.example\n{end}"),
        &["lea+aap@ville.example hard 5.1.1"],
    );
    check(&format!("Final-Recipient: X400; /S=lea/O=ville/\n{end}"), &["lea@ville.example hard 5.1.1"]);
    check(&format!("Final-Recipient: rfc822; <LEA@Ville.example>\n{end}"), &["LEA@Ville.example hard 5.1.1"]);
}

#[test]
fn several_recipients_are_told_apart_and_repeated_ones_joined() {
    check(
        &report(
            "Final-Recipient: rfc822; lea@ville.example\nAction: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; max@ville.example\nAction: delayed\nStatus: 4.2.2\n\nFinal-Recipient: rfc822; lea@ville.example\nAction: delayed\nStatus: 4.2.2",
        ),
        &["lea@ville.example hard 5.1.1", "max@ville.example soft 4.2.2"],
    );
    check(
        &report(
            "Final-Recipient: rfc822; a@ville.example\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; b@ville.example\nAction: failed\nStatus: 5.2.2",
        ),
        &["a@ville.example hard 5.1.1", "b@ville.example soft 5.2.2"],
    );
}

#[test]
fn a_report_tells_its_words_its_cause_and_the_mail_it_is_about() {
    let message = report(
        "Final-Recipient: rfc822; lea@ville.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2\n  Boîte aux lettres\n\tpleine",
    );
    let reading = read(message.as_bytes());
    let recipient = &reading.recipients[0];
    assert_eq!(recipient.diagnostic, "552 5.2.2 Boîte aux lettres pleine");
    assert_eq!(recipient.cause, Cause::Full);
    assert_eq!(reading.about.as_deref(), Some("abc@reseau.example"));
    assert_eq!(reading.sent_to, ["rebonds@reseau.example"]);
}

#[test]
fn a_report_in_a_report_or_outside_of_its_mime_is_still_read() {
    let inner = report("Final-Recipient: rfc822; lea@ville.example\nAction: failed\nStatus: 5.1.1");
    let wrapped = format!(
        "From: chef@reseau.example\nTo: rebonds@reseau.example\nSubject: TR\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: text/plain\n\nPour toi.\n\n--c\nContent-Type: message/rfc822\n\n{inner}\n--c--\n"
    );
    check(&wrapped, &["lea@ville.example hard 5.1.1"]);
    let broken =
        inner.replace("Content-Type: multipart/report; report-type=delivery-status; boundary=b", "X-Lost: yes");
    assert_eq!(kinds(&broken), [Kind::Hard]);
}

#[test]
fn other_charsets_and_encodings_are_read() {
    let message = "From: postmaster@mx.example\nTo: rebonds@reseau.example\nSubject: =?iso-8859-1?Q?=C9chec_de_remise?=\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nImpossible de remettre votre message =E0 :\n\n  lea@ville.example : bo=EEte aux lettres d=E9sactiv=E9e\n";
    check(message, &["lea@ville.example hard -"]);
    assert_eq!(read(message.as_bytes()).recipients[0].diagnostic, "boîte aux lettres désactivée");
    let base64 = "From: postmaster@mx.example\nSubject: Undeliverable\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nWW91ciBtZXNzYWdlIHdhcyBub3QgZGVsaXZlcmVkIHRvOgoKbGVhQHZpbGxlLmV4YW1wbGU6\nIDU1MCB1bmtub3duIHVzZXIK\n";
    check(base64, &["lea@ville.example hard -"]);
}
