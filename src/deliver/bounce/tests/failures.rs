//! Failures in free words.

use super::{check, check_text, daemon};
use crate::deliver::bounce::{Kind, read};

#[test]
fn old_forms_are_read_without_being_known() {
    check_text(
        "Bonjour, ici le programme qmail-send de mx.relais.example.\nI wasn't able to deliver your message to the following addresses.\n\n<lea@ville.example>:\n192.0.2.7 does not like recipient.\nRemote host said: 550 5.1.1 unknown here\nGiving up on 192.0.2.7.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <x@reseau.example>\nTo: autre@ville.example\n",
        &["lea@ville.example hard 5.1.1"],
    );
    check_text(
        "A message that you sent could not be delivered to one or more of its\nrecipients. The following address(es) failed:\n\n  lea@ville.example\n    host mx.ville.example [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<lea@ville.example>:\n    452 4.2.2 mailbox over quota\n\n------ This is a copy of the message ------\n\nTo: autre@ville.example\n",
        &["lea@ville.example soft 4.2.2"],
    );
    check_text(
        "This is the mail system at host mx.\n\nYour message could not be delivered to one or more recipients.\n\nFor further assistance, please send mail to postmaster.\n\n<lea@ville.example>: host mx.ville.example[192.0.2.1] said: 550 5.7.1 Message\n    refused by policy (in reply to end of DATA command)\n\n<max@ville.example>: unknown user: \"max\"\n",
        &["lea@ville.example soft 5.7.1", "max@ville.example hard -"],
    );
    check_text(
        "   ----- The following addresses had permanent fatal errors -----\n<lea@ville.example>\n    (reason: 550 5.1.1 <lea@ville.example>... User unknown)\n\n   ----- Transcript of session follows -----\n... while talking to mx.ville.example.:\n>>> DATA\n<<< 550 5.1.1 <lea@ville.example>... User unknown\n",
        &["lea@ville.example hard 5.1.1"],
    );
    check_text(
        "Votre message\n\n  À :     reseau@ailleurs.example\n  Objet : lettre\n  Date :  12/01/2026\n\nn'a pas pu être remis au(x) destinataire(s) suivant(s) :\n\n  lea@ville.example, le 12/01/2026 08:00\n    Nom de destinataire introuvable\n",
        &["lea@ville.example hard -"],
    );
    check_text(
        "Échec de la remise pour ces destinataires ou groupes :\n\nLéa Exemple (lea@ville.example)\nL'adresse de messagerie que vous avez entrée est introuvable.\n\nInformations de diagnostic pour les administrateurs :\n\nServeur de génération : ex1.ville.example\n\nlea@ville.example\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n\nEn-têtes de message d'origine :\n\nReceived: from a by b\nTo: autre@ville.example\n",
        &["lea@ville.example hard 5.1.10"],
    );
    check_text("User's mailbox is full: <lea@ville.example>\nUnable to deliver mail.\n", &["lea@ville.example hard -"]);
    check_text(
        "undeliverable to lea@ville.example\n\nOriginal message follows.\n\nTo: x@y.example\n",
        &["lea@ville.example hard -"],
    );
    check_text(
        "Your message\n\n  Subject: lettre\n\nwas not delivered to:\n\n  lea@ville.example\n\nbecause:\n\n  User lea (lea@ville.example) not listed in Domino Directory\n",
        &["lea@ville.example hard -"],
    );
    check_text("Delivery has failed to these recipients:\n\n  lea\n", &["lea@mx.relais.example hard -"]);
}

#[test]
fn a_mail_that_arrived_has_not_failed() {
    check_text(
        "Your message was successfully delivered to the destination(s) listed below.\n\n<lea@ville.example>: delivery via lmtp: 250 2.1.5 OK\n",
        &["lea@ville.example none 2.1.5"],
    );
}

#[test]
fn a_warning_is_soft_whatever_it_warns_of() {
    check_text(
        "Votre message n'a pas encore pu être remis à :\n\n  lea@ville.example\n\nDe nouvelles tentatives auront lieu pendant 3 jours.\n",
        &["lea@ville.example soft -"],
    );
    check_text(
        "THIS IS A WARNING MESSAGE ONLY.\n\nDelivery to the following recipient has been delayed:\n\n     lea@ville.example\n",
        &["lea@ville.example soft -"],
    );
}

#[test]
fn the_mail_that_came_back_and_offers_of_help_name_nobody() {
    check_text(
        "Your message could not be delivered to <lea@ville.example>.\nQuestions? Please contact aide@relais.example\nDelivered by rebonds@reseau.example\n\n----- Original message -----\nTo: max@ville.example\nécrivez à zoe@ville.example\n",
        &["lea@ville.example hard -"],
    );
}

#[test]
fn a_header_that_names_the_recipients_is_believed() {
    let message = daemon("Mail delivery failed", "Delivery failed.\n\n  x@y.example: 550 5.1.1 no\n")
        .replace("Subject:", "X-Failed-Recipients: lea@ville.example,\n max@ville.example\nSubject:");
    check(&message, &["lea@ville.example hard -", "max@ville.example hard -"]);
}

#[test]
fn where_the_report_names_nobody_the_returned_mail_does() {
    let message = "From: MAILER-DAEMON@mx.example\nTo: rebonds@reseau.example\nSubject: failure notice\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nYour message could not be delivered: user unknown.\n\n--b\nContent-Type: message/rfc822\n\nFrom: x@reseau.example\nTo: Léa <lea@ville.example>\nMessage-ID: <abc@reseau.example>\n\nBonjour\n\n--b--\n";
    check(message, &["lea@ville.example hard -"]);
}

#[test]
fn a_failure_that_names_nobody_is_told_all_the_same() {
    let nameless = |message: &str| {
        let reading = read(message.replace('\n', "\r\n").as_bytes());
        assert_eq!(reading.recipients, [], "{message}");
        reading.nameless.map(|failed| (failed.kind, failed.status))
    };
    let hard = |status: Option<&str>| Some((Kind::Hard, status.map(str::to_owned)));
    assert_eq!(nameless(&daemon("Undelivered Mail", "The mailbox does not exist any more.\n")), hard(None));
    assert_eq!(nameless(&daemon("failure notice", "550 5.1.1 User unknown, not delivered\n")), hard(Some("5.1.1")));
    let full = daemon("Undelivered Mail", "Could not be delivered: 452 4.2.2 mailbox full\n");
    assert_eq!(nameless(&full), Some((Kind::Soft, Some("4.2.2".to_owned()))));
    let hidden = super::report("Final-Recipient: rfc822; inconnu\nAction: failed\nStatus: 5.1.1")
        .replace("To: lea@ville.example", "X: y");
    assert_eq!(nameless(&hidden), hard(Some("5.1.1")));
    let person = "From: lea@ville.example\nTo: rebonds@reseau.example\nSubject: Question\n\nBonjour\n";
    assert_eq!(read(person.as_bytes()).nameless, None);
}

#[test]
fn html_alone_is_read() {
    let message = daemon(
        "Undeliverable",
        "<html><body><p>Your message to <a href=\"mailto:lea@ville.example\">lea@ville.example</a> couldn't be delivered.</p><p>550 5.1.1 unknown</p></body></html>",
    )
    .replace("text/plain", "text/html");
    check(&message, &["lea@ville.example hard 5.1.1"]);
}
