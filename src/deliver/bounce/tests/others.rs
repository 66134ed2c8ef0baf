//! What comes back and is no bounce.

use super::{check, kinds};
use crate::deliver::bounce::{Kind, Note, read};

fn mail(headers: &str, text: &str) -> String {
    format!("From: Léa <lea@ville.example>\nTo: rebonds@reseau.example\n{headers}\n\n{text}\n")
}

#[test]
fn automatic_replies_are_known_by_their_headers_or_their_subject() {
    let check = |headers: &str, text: &str, want: Kind| {
        assert_eq!(kinds(&mail(headers, text)), [want], "{headers} {text}");
    };
    check("Auto-Submitted: auto-replied\nSubject: Lettre", "Je suis absente.", Kind::AutoReply);
    check("Subject: Réponse automatique : Lettre", "De retour le 12.", Kind::AutoReply);
    check("Subject: Absence du bureau", "En congé", Kind::AutoReply);
    check("Subject: Automatic reply: Lettre", "Out until Monday", Kind::AutoReply);
    check("Subject: Re: Out of Office: Lettre", "away", Kind::AutoReply);
    check("X-Autoreply: yes\nSubject: Re: Lettre", "Merci", Kind::AutoReply);
    check(
        "Return-Path: <>\nSubject: Re: Lettre",
        "Je suis actuellement en congé, mon courrier n'est pas lu.",
        Kind::AutoReply,
    );
    check("Precedence: auto_reply\nSubject: Lettre", "user unknown", Kind::AutoReply);
    check("Subject: Re: Lettre", "Je suis absente lundi, voyons-nous mardi.", Kind::None);
    check("Auto-Submitted: auto-generated\nSubject: Alerte", "La sauvegarde est finie.", Kind::None);
    check("Subject: Question", "Bonjour, une question.", Kind::None);
    check(
        "Subject: Adresse",
        "L'adresse de zoe@ville.example n'existe plus : impossible d'envoyer la lettre.",
        Kind::None,
    );
    check("Subject: Re: Lettre", "> Your message could not be delivered\nC'est quoi ?", Kind::None);
}

#[test]
fn replies_that_a_person_should_read_are_noted() {
    let check = |text: &str, want: Option<Note>| {
        let message = mail("Auto-Submitted: auto-replied\nSubject: Re: Lettre", text);
        assert_eq!(read(message.as_bytes()).note, want, "{text}");
    };
    check("Léa ne travaille plus au CCAS, écrivez à max@ville.example.", Some(Note::Left));
    check("I no longer work here.", Some(Note::Left));
    check("Pour que votre message arrive, merci de confirmer votre envoi.", Some(Note::SenderCheck));
    check("De retour lundi.", None);
}

#[test]
fn a_mail_that_asks_to_leave_is_heard() {
    let check =
        |subject: &str, want: Kind| assert_eq!(kinds(&mail(&format!("Subject: {subject}"), "")), [want], "{subject}");
    check("desinscription-12", Kind::Unsubscribe);
    check("Désinscription", Kind::Unsubscribe);
    check("unsubscribe", Kind::Unsubscribe);
    check("RE: Me désabonner !", Kind::Unsubscribe);
    check("STOP", Kind::Unsubscribe);
    check("Demande de désinscription", Kind::Unsubscribe);
    check("Désinscription de la liste, svp", Kind::Unsubscribe);
    check("Please unsubscribe me from your list", Kind::Unsubscribe);
    check("Merci d'arrêter les envois", Kind::Unsubscribe);
    check("Me retirer de la liste", Kind::Unsubscribe);
    check("Retirer un dossier", Kind::None);
    check("La liste", Kind::None);
    check("Stop au gaspillage", Kind::None);
    check("Question sur la désinscription de mon collègue", Kind::None);
}

#[test]
fn complaints_name_the_reader() {
    let arf = |sort: &str, who: &str| {
        format!(
            "From: plaintes@fai.example\nTo: rebonds@reseau.example\nSubject: FW: Lettre\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: text/plain\n\nUn lecteur se plaint.\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {sort}\nUser-Agent: FAI/1\nVersion: 1\n{who}\n--b\nContent-Type: message/rfc822\n\nFrom: x@reseau.example\nTo: lea@ville.example\nSubject: Lettre\n\nBonjour\n\n--b--\n"
        )
    };
    check(&arf("abuse", "Original-Rcpt-To: <max@ville.example>\n"), &["max@ville.example complaint -"]);
    check(&arf("abuse", ""), &["lea@ville.example complaint -"]);
    check(&arf("not-spam", ""), &["lea@ville.example none -"]);
    check(&arf("auth-failure", ""), &["lea@ville.example none -"]);
}

#[test]
fn a_delivery_receipt_is_nothing() {
    let receipt = "From: lea@ville.example\nTo: x@reseau.example\nSubject: Lu : Lettre\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: text/plain\n\nVotre message a été lu.\n\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;lea@ville.example\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n";
    assert_eq!(kinds(receipt), [Kind::None]);
}
