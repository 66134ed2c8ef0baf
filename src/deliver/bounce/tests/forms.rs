//! Bounces and answers as many systems write them, in our own words: the general rules must hold for each.

use super::{check, kinds};
use crate::deliver::bounce::{Kind, Note, read};

/// A report of a named system in its own multipart: its words, its fields, the head of the returned mail.
fn reported(from: &str, subject: &str, words: &str, fields: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: {from}\nTo: rebonds@reseau.example\nSubject: {subject}\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"=_b\"\n\n--=_b\nContent-Type: text/plain; charset=utf-8\n\n{words}\n\n--=_b\nContent-Type: message/delivery-status\n\n{fields}\n\n--=_b\nContent-Type: message/rfc822\n\nFrom: Réseau <rebonds@reseau.example>\nTo: lea@ville.example\nSubject: Lettre\nMessage-ID: <abc@reseau.example>\n\nBonjour\n\n--=_b--\n"
    )
}

/// A bounce that is nothing but words.
fn said(from: &str, subject: &str, words: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: {from}\nTo: rebonds@reseau.example\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{words}\n"
    )
}

const LEA: &str = "Final-Recipient: rfc822; lea@ville.example\nAction: failed\n";

#[test]
fn exchange_and_office_365() {
    let outlook = "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@ville.example>";
    check(
        &reported(
            outlook,
            "Undeliverable: Lettre",
            "Your message to lea@ville.example couldn't be delivered.\n\nlea wasn't found at ville.example.",
            &format!(
                "{LEA}Status: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
            ),
        ),
        &["lea@ville.example hard 5.1.10"],
    );
    check(
        &reported(
            outlook,
            "Non remis : Lettre",
            "Votre message n’a pas pu être remis à lea@ville.example.\n\nLa boîte aux lettres du destinataire est saturée.",
            &format!(
                "{LEA}Status: 5.2.2\nDiagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException"
            ),
        ),
        &["lea@ville.example soft 5.2.2"],
    );
    check(
        &reported(
            outlook,
            "Undeliverable: Lettre",
            "Delivery has failed to these recipients or groups:",
            &format!(
                "{LEA}Status: 5.7.133\nDiagnostic-Code: smtp;550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required"
            ),
        ),
        &["lea@ville.example soft 5.7.133"],
    );
    check(
        &reported(
            outlook,
            "Undeliverable: Lettre",
            "Your message couldn't be delivered. The domain was not found.",
            &format!("{LEA}Status: 5.4.310\nDiagnostic-Code: smtp;550 5.4.310 DNS domain ville.example does not exist"),
        ),
        &["lea@ville.example hard 5.4.310"],
    );
    check(
        &said(
            "\"Administrateur système\" <postmaster@ville.example>",
            "Non remis : Lettre",
            "Votre message\n\n      À :      lea@ville.example\n      Objet :  Lettre\n      Envoyé : 12/01/2026 08:00\n\nn'a pas pu être transmis à un ou plusieurs destinataires.\n\nLe ou les destinataires suivants n'ont pu être atteints :\n\n      lea@ville.example le 12/01/2026 08:01\n            Le compte de messagerie n'existe pas dans l'organisation pour laquelle ce message était prévu.\n            <mx.ville.example #5.1.1 SMTP; 550 5.1.1 User unknown>",
        ),
        &["lea@ville.example hard 5.1.1"],
    );
}

#[test]
fn large_mailboxes() {
    check(
        &reported(
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            "Delivery Status Notification (Failure)",
            "** Address not found **\n\nYour message wasn't delivered to lea@ville.example because the address couldn't be found, or is unable to receive mail.\n\nThe response was:\n\n550 5.1.1 The email account that you tried to reach does not exist.",
            "Reporting-MTA: dns; googlemail.com\n\nFinal-Recipient: rfc822; lea@ville.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550-5.1.1 double-checking the recipient's email address for typos.",
        ),
        &["lea@ville.example hard 5.1.1"],
    );
    check(
        &reported(
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            "Delivery Status Notification (Delay)",
            "** Delivery incomplete **\n\nThere was a temporary problem delivering your message to lea@ville.example. Gmail will retry for 46 more hours.",
            "Final-Recipient: rfc822; lea@ville.example\nAction: delayed\nStatus: 4.4.1\nWill-Retry-Until: Tue, 13 Jan 2026 08:00:00 +0000",
        ),
        &["lea@ville.example soft 4.4.1"],
    );
    check(
        &said(
            "MAILER-DAEMON@yahoo.example",
            "Failure Notice",
            "Sorry, we were unable to deliver your message to the following address.\n\n<lea@ville.example>:\n554: delivery error: dd Not a valid recipient - atlas.example\n\n--- Below this line is a copy of the message.\n\nReceived: from x\nTo: autre@ailleurs.example",
        ),
        &["lea@ville.example hard -"],
    );
    check(
        &said(
            "Mail Delivery System <MAILER-DAEMON@smtp.operateur.example>",
            "Undelivered Mail Returned to Sender",
            "Ce message est un avis automatique.\n\n<lea@ville.example>: host smtp-in.operateur.example[192.0.2.3] said: 550 5.1.1\n    Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]\n    (in reply to RCPT TO command)",
        ),
        &["lea@ville.example hard 5.1.1"],
    );
    check(
        &said(
            "Mail Delivery System <MAILER-DAEMON@smtp.operateur.example>",
            "Undelivered Mail Returned to Sender",
            "<lea@ville.example>: host smtp-in.operateur.example[192.0.2.3] said: 550 5.2.1\n    Le compte est desactive. Account disabled (in reply to RCPT TO command)",
        ),
        &["lea@ville.example hard 5.2.1"],
    );
    check(
        &said(
            "Mail Delivery System <MAILER-DAEMON@relais.example>",
            "Undelivered Mail Returned to Sender",
            "<lea@ville.example>: host mx.fai.example[192.0.2.9] refused to talk to me: 421 Too\n    many spams from your IP (192.0.2.1), please visit http://postmaster.fai.example/",
        ),
        &["lea@ville.example soft -"],
    );
    check(
        &said(
            "MAILER-DAEMON@mo.hebergeur.example",
            "Undelivered Mail Returned to Sender",
            "Bonjour,\nVotre e-mail n'a pas pu être distribué.\n\n<lea@ville.example>: host mx1.mail.hebergeur.example said: 552 5.2.2 <lea@ville.example>:\n    Recipient address rejected: Mailbox over quota (in reply to RCPT TO command)",
        ),
        &["lea@ville.example soft 5.2.2"],
    );
}

#[test]
fn mail_servers_of_old() {
    check(
        &reported(
            "MAILER-DAEMON@relais.example (Mail Delivery System)",
            "Delayed Mail (still being retried)",
            "####################################################################\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n####################################################################\n\nYour message could not be delivered for more than 4 hour(s).\n\n<lea@ville.example>: connect to mx.ville.example[192.0.2.3]:25: Connection timed out",
            "Final-Recipient: rfc822; lea@ville.example\nAction: delayed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect to mx.ville.example[192.0.2.3]:25: Connection timed out",
        ),
        &["lea@ville.example soft 4.4.1"],
    );
    check(
        &said(
            "Mail Delivery System <Mailer-Daemon@exim.example>",
            "Warning: message 1vABcd-0001 delayed 24 hours",
            "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on exim.example.\n\nThe address to which the message has not yet been delivered is:\n\n  lea@ville.example\n    Delay reason: SMTP error from remote mail server after RCPT TO:<lea@ville.example>:\n    451 4.7.1 Greylisting in action, please come back later\n\nNo action is required on your part.",
        ),
        &["lea@ville.example soft 4.7.1"],
    );
    check(
        &said(
            "Mail Delivery System <Mailer-Daemon@exim.example>",
            "Mail delivery failed: returning message to sender",
            "A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  lea@ville.example\n    host mx.ville.example [192.0.2.3]\n    SMTP error from remote mail server after RCPT TO:<lea@ville.example>:\n    550 relay not permitted\n\n  max@ville.example\n    retry timeout exceeded",
        ),
        &["lea@ville.example soft -", "max@ville.example hard -"],
    );
    check(
        &said(
            "MAILER-DAEMON@qmail.example",
            "failure notice",
            "Hi. This is the qmail-send program at qmail.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<lea@ville.example>:\nSorry, no mailbox here by that name. vpopmail (#5.1.1)",
        ),
        &["lea@ville.example hard 5.1.1"],
    );
    check(
        &said(
            "Mail Delivery Subsystem <MAILER-DAEMON@sendmail.example>",
            "Returned mail: see transcript for details",
            "The original message was received at Mon, 12 Jan 2026 08:00:00 +0100\nfrom reseau.example [192.0.2.1]\n\n   ----- The following addresses had permanent fatal errors -----\n<lea@ville.example>\n    (reason: 553 5.3.0 <lea@ville.example>... Spam blocked, see our policy)\n\n   ----- Transcript of session follows -----\n... while talking to mx.ville.example.:\n>>> RCPT To:<lea@ville.example>\n<<< 553 5.3.0 <lea@ville.example>... Spam blocked, see our policy\n550 5.1.1 <lea@ville.example>... User unknown",
        ),
        &["lea@ville.example soft 5.3.0"],
    );
    check(
        &said(
            "Mail Delivery Subsystem <MAILER-DAEMON@sendmail.example>",
            "Warning: could not send message for past 4 hours",
            "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n\n   ----- The following addresses had transient non-fatal errors -----\n<lea@ville.example>\n\n   ----- Transcript of session follows -----\n<lea@ville.example>... Deferred: Connection refused by mx.ville.example.\nMessage will be retried for 5 days",
        ),
        &["lea@ville.example soft -"],
    );
}

#[test]
fn groupware() {
    check(
        &said(
            "Postmaster@domino.example",
            "DELIVERY FAILURE: User lea (lea@ville.example) not listed in Domino Directory",
            "Your message\n\n  Subject: Lettre\n\nwas not delivered to:\n\n  lea@ville.example\n\nbecause:\n\n  User lea (lea@ville.example) not listed in Domino Directory",
        ),
        &["lea@ville.example hard -"],
    );
    check(
        &said(
            "Mailer-Daemon@groupwise.example",
            "Message status - undeliverable",
            "The attached message had PERMANENT fatal delivery errors!\n\nThe message that you sent was undeliverable to the following:\n\tlea@ville.example (550 no such user)",
        ),
        &["lea@ville.example hard -"],
    );
    check(
        &said(
            "Mailer-Daemon@groupwise.example",
            "Message status - undeliverable",
            "The message that you sent was undeliverable to the following:\n\tlea@ville.example (user not found)\n\nPossibly truncated original message follows:\n\nTo: autre@ailleurs.example",
        ),
        &["lea@ville.example hard -"],
    );
    check(
        &said(
            "Zimbra <postmaster@zimbra.example>",
            "Undelivered Mail Returned to Sender",
            "This is the mail system at host zimbra.example.\n\n<lea@ville.example>: host zimbra.example[192.0.2.4] said: 452 4.2.2 Over quota (in\n    reply to end of DATA command)",
        ),
        &["lea@ville.example soft 4.2.2"],
    );
}

#[test]
fn filters_before_mailboxes() {
    check(
        &said(
            "Mail Delivery System <mailer-daemon@filtre.example>",
            "Message you sent blocked by our bulk email filter",
            "Your message to: lea@ville.example\nwas blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:\n\nSubject: Lettre",
        ),
        &["lea@ville.example hard -"],
    );
    check(
        &reported(
            "postmaster@filtre.example",
            "[Postmaster] Email Delivery Failure",
            "This is a delivery failure notification message.\n\nThe email to lea@ville.example could not be delivered. The problem appears to be:\n-- Recipient server rejected the message as spam",
            &format!(
                "{LEA}Status: 5.7.0\nDiagnostic-Code: smtp; 554 Email rejected due to security policies - rule envelope"
            ),
        ),
        &["lea@ville.example soft 5.7.0"],
    );
    check(
        &reported(
            "\"Mail Delivery Subsystem\" <MAILER-DAEMON@pphosted.example>",
            "Returned mail: see transcript for details",
            "   ----- The following addresses had permanent fatal errors -----\n<lea@ville.example>\n    (reason: 550 5.7.1 Message rejected: blocked by the reputation of 192.0.2.1)",
            &format!(
                "{LEA}Status: 5.7.1\nRemote-MTA: DNS; mx.ville.example\nDiagnostic-Code: SMTP; 550 5.7.1 blocked by the reputation of 192.0.2.1"
            ),
        ),
        &["lea@ville.example soft 5.7.1"],
    );
    check(
        &reported(
            "Mail Delivery System <MAILER-DAEMON@messagelabs.example>",
            "Undeliverable: Lettre",
            "This is the mail delivery agent.\nI was not able to deliver your message to the following addresses.\n\n<lea@ville.example>:\n192.0.2.8 failed after I sent the message.\nRemote host said: 553-you are trying to use me as a relay, but I have not been configured to let you",
            &format!("{LEA}Status: 5.0.0\nDiagnostic-Code: smtp; 553 relaying denied"),
        ),
        &["lea@ville.example soft 5.0.0"],
    );
    check(
        &reported(
            "postmaster@filtre.example",
            "Rapport de remise",
            "Le message est mis en attente et sera de nouveau présenté.",
            "Final-Recipient: rfc822; lea@ville.example\nAction: delayed\nStatus: 4.7.0\nDiagnostic-Code: smtp; 451 4.7.0 Greylisted, réessayez dans 5 minutes",
        ),
        &["lea@ville.example soft 4.7.0"],
    );
}

#[test]
fn forms_that_put_their_words_elsewhere() {
    let text = |words: &str, want: &[&str]| check(&said("MAILER-DAEMON@mx.example", "Undelivered Mail", words), want);
    // On one line, where others wrap it.
    text(
        "<lea@ville.example>: host mx.ville.example[192.0.2.1] said: 550 5.2.1 This mailbox is inactive (in reply to RCPT TO command)",
        &["lea@ville.example hard 5.2.1"],
    );
    text(
        "<lea@ville.example>: host mx said: 554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked by a list (in reply to RCPT TO command)",
        &["lea@ville.example soft 5.7.1"],
    );
    // The mail it is about comes first.
    text(
        "This report relates to a message you sent with the following header fields:\n\n  Message-id: <abc@reseau.example>\n  To: autre@ville.example\n  Subject: Lettre\n\nYour message cannot be delivered to the following recipients:\n\n  Recipient address: lea@ville.example\n  Reason: Remote SMTP server has rejected address\n  Diagnostic code: smtp;550 5.1.1 unknown",
        &["lea@ville.example hard 5.1.1"],
    );
    text(
        "The message that you sent was undeliverable to the following:\n\tlea (mailbox is full)",
        &["lea@mx.example hard -"],
    );
    text(
        "Your mail to <lea@ville.example> was not delivered because its server answered:\n\n421 4.4.1 no answer\n\nWe gave up after 72 hours.",
        &["lea@ville.example hard 4.4.1"],
    );
    check(
        &said("MAILER-DAEMON@mx.example", "Retour", "Adresse inconnue : lea@ville.example\n\nVotre message est joint."),
        &["lea@ville.example hard -"],
    );
    check(
        &said(
            "MAILER-DAEMON@mx.example",
            "Message en attente",
            "Votre message pour lea@ville.example n'a pas encore été délivré. Nous essaierons encore pendant 3 jours.",
        ),
        &["lea@ville.example soft -"],
    );
    check(
        &said(
            "Postmaster <postmaster@mx.example>",
            "Rejet de votre message",
            "Votre message destiné à lea@ville.example a été rejeté par notre filtre.",
        ),
        &["lea@ville.example hard -"],
    );
}

#[test]
fn several_recipients_of_one_report() {
    let fields = "Reporting-MTA: dns; mx.example\nArrival-Date: Mon, 12 Jan 2026 08:00:00 +0100\n\nFinal-Recipient: rfc822; lea@ville.example\nAction: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; max@ville.example\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; zoe@ville.example\nAction: failed\nStatus: 5.2.2\n\nFinal-Recipient: rfc822; noa@ville.example\nAction: delayed\nStatus: 4.4.7";
    check(
        &reported("MAILER-DAEMON@mx.example", "Delivery report", "Voyez ci-dessous.", fields),
        &[
            "lea@ville.example hard 5.1.1",
            "max@ville.example none 2.0.0",
            "zoe@ville.example soft 5.2.2",
            "noa@ville.example soft 4.4.7",
        ],
    );
}

fn answer(headers: &str, words: &str) -> String {
    format!(
        "From: Léa <lea@ville.example>\nTo: rebonds@reseau.example\n{headers}\nContent-Type: text/plain; charset=utf-8\n\n{words}\n"
    )
}

#[test]
fn absences_in_five_languages_are_no_failures() {
    let check = |subject: &str, words: &str| {
        assert_eq!(kinds(&answer(&format!("Subject: {subject}"), words)), [Kind::AutoReply], "{subject}");
    };
    check(
        "Réponse automatique : Lettre",
        "Je suis absente jusqu'au 19 janvier. En cas d'urgence : accueil@ville.example.",
    );
    check(
        "Automatic reply: Lettre",
        "I am out of the office until 19 January and your message will not be delivered to anyone else.",
    );
    check("Automatische Antwort: Lettre", "Ich bin bis zum 19. Januar nicht im Büro.");
    check("Respuesta automática: Lettre", "Estaré fuera de la oficina hasta el 19 de enero.");
    check("Risposta automatica: Lettre", "Sono assente fino al 19 gennaio.");
    check("Abwesenheitsnotiz: Lettre", "Ich bin im Urlaub.");
    check("Message d'absence", "Fermeture annuelle du CCAS.");
    check("Fora do escritório: Lettre", "Estou ausente.");
    check("Afwezig: Lettre", "Tot maandag.");
    check("[Auto-Reply] Lettre", "Merci.");
    check("Je suis en congés Re: Lettre", "De retour le 4.");
    check(
        "Mairie de Ville",
        "Nous avons bien reçu votre courriel. Ceci est un message automatique, merci de ne pas y répondre.",
    );
}

#[test]
fn who_left_and_who_asks_are_noted_and_nobody_failed() {
    let check = |words: &str, want: Note| {
        let message = answer("Auto-Submitted: auto-replied\nSubject: Re: Lettre", words);
        let reading = read(message.as_bytes());
        assert_eq!(reading.note, Some(want), "{words}");
        assert_eq!(kinds(&message), [Kind::AutoReply], "{words}");
    };
    check("J'ai quitté la collectivité. Pour toute demande : max@ville.example.", Note::Left);
    check("Léa a fait valoir ses droits à la retraite.", Note::Left);
    check("Léa Exemple is no longer with the organisation; please write to max@ville.example.", Note::Left);
    check("Je ne fais plus partie des effectifs de la ville.", Note::Left);
    check("Je suis partie à la retraite.", Note::Left);
    check("Cette boîte n'est plus consultée ; ma nouvelle adresse : lea@ailleurs.example.", Note::Left);
    check("Vous devez vous authentifier une fois pour que vos courriels me parviennent.", Note::SenderCheck);
    check("Votre message est en attente : merci d'authentifier votre adresse en un clic.", Note::SenderCheck);
    check("Please click the link below to verify that you are a human sender.", Note::SenderCheck);
    check("Protégé par MailInBlack : demande d'authentification.", Note::SenderCheck);
}

#[test]
fn complaints_of_providers() {
    let arf = |fields: &str| {
        format!(
            "From: feedback@fai.example\nTo: rebonds@reseau.example\nSubject: Email Feedback Report\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1\n{fields}\n--b\nContent-Type: text/rfc822-headers\n\nFrom: rebonds@reseau.example\nTo: lea@ville.example\nMessage-ID: <abc@reseau.example>\n\n--b--\n"
        )
    };
    check(
        &arf("Original-Mail-From: <rebonds@reseau.example>\nOriginal-Rcpt-To: <lea@ville.example>\n"),
        &["lea@ville.example complaint -"],
    );
    check(&arf("Original-Mail-From: <rebonds@reseau.example>\n"), &["lea@ville.example complaint -"]);
    check(&arf("Removal-Recipient: max@ville.example\n"), &["max@ville.example complaint -"]);
    let about = read(arf("").as_bytes()).about;
    assert_eq!(about.as_deref(), Some("abc@reseau.example"));
}
