//! Automatic replies and mailed unsubscribes: they come back, but nothing failed.
//!
//! Machines that answer say so in headers (RFC 3834) or in the first words of their subject; people do too, in French and
//! English. Some replies ask a person to act: the reader left, or their system asks who we are.

use super::fold::{folded, says};
use super::lines::one_line;
use super::mime::Parts;
use super::{Kind, Recipient, other};
use crate::deliver::LEAVE_SUBJECT;

/// What a person should read in an automatic reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The reader no longer works there; a successor may be named.
    Left,
    /// The reader's system wants the sender to prove that a person wrote.
    SenderCheck,
}

/// First words of the subjects of absence replies.
const SUBJECTS: &[&str] = &[
    "automatic reply",
    "automatic response",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto:",
    "autoresponse",
    "out of office",
    "out of the office",
    "out-of-office",
    "ooo:",
    "vacation",
    "on vacation",
    "on leave",
    "away from",
    "i am away",
    "i'm away",
    "reponse automatique",
    "reponse auto",
    "absence du bureau",
    "absence de bureau",
    "absence",
    "absent",
    "en conge",
    "conges",
    "en vacances",
    "message d'absence",
    "notification d'absence",
    "accuse de reception",
    "abwesenheit",
    "automatische antwort",
    "respuesta automatica",
    "risposta automatica",
    "fuera de la oficina",
    "avis d'absence",
    "abwesend",
    "ausente",
    "ausencia",
    "resposta automatica",
    "fora do escritorio",
    "assente",
    "fuori ufficio",
    "fuori sede",
    "afwezig",
    "automatisch antwoord",
    "indisponible",
    "repondeur",
];
const ABSENT: &[&str] = &[
    "out of the office",
    "out of office",
    "on vacation",
    "on annual leave",
    "on leave",
    "automatic reply",
    "automated response",
    "i am away",
    "i will be away",
    "limited access to",
    "je suis absent",
    "actuellement absent",
    "serai absent",
    "suis actuellement",
    "en conge",
    "en conges",
    "absente du",
    "absent du",
    "absent jusqu",
    "absente jusqu",
    "de retour le",
    "mon retour",
    "mon absence",
    "reponse automatique",
    "fermeture annuelle",
    "reponse a votre demande dans",
    "bien recu votre",
    "received your message",
    "thank you for your email",
];
/// By which machines tell that nobody wrote.
const MACHINES: &[&str] = &[
    "message automatique",
    "reponse automatique",
    "courriel automatique",
    "mail automatique",
    "merci de ne pas repondre",
    "veuillez ne pas repondre",
    "ne pas repondre a ce",
    "automated message",
    "automatic message",
    "automatically generated",
    "please do not reply",
    "do not reply to this",
];
const LEFT: &[&str] = &[
    "no longer work",
    "no longer with",
    "no longer employed",
    "has left",
    "have left",
    "left the company",
    "ne fait plus partie",
    "ne fais plus partie",
    "ne travaille plus",
    "a quitte",
    "ai quitte",
    "plus en poste",
    "plus en fonction",
    "quitte mes fonctions",
    "quitte ses fonctions",
    "quitte la collectivite",
    "a fait valoir ses droits",
    "parti en retraite",
    "partie en retraite",
    "depart en retraite",
    "changed jobs",
    "n'exerce plus",
    "mute",
    "a la retraite",
    "moved on",
    "n'est plus utilisee",
    "n'est plus consultee",
    "n'est plus active",
    "plus utilisee",
    "adresse change",
    "change d'adresse",
    "changement d'adresse",
    "nouvelle adresse",
    "new address",
    "no longer in use",
];
const CHECKS: &[&str] = &[
    "mailinblack",
    "boxbe",
    "spamarrest",
    "bluebottle",
    "sender verification",
    "verify that you",
    "confirm your email",
    "prove you are human",
    "challenge-response",
    "captcha",
    "authentifier votre",
    "valider votre adresse",
    "valider votre message",
    "confirmer votre envoi",
    "authentification de l'expediteur",
    "verification de l'expediteur",
    "demande d'authentification",
    "liberer votre message",
    "etes-vous un robot",
    "not a robot",
    "pas un robot",
    "approved senders",
    "vous authentifier",
    "authentification de votre",
    "expediteurs autorises",
];
/// Automatic words are said at the start; a human mail may quote some further down.
const HEAD_CHARS: usize = 1_500;

pub(super) fn read(parts: &Parts) -> Option<Recipient> {
    let head = head(parts);
    let subject = folded(&parts.subject);
    let marked = is_marked(parts);
    let bare = without_re(&subject).trim_start_matches(|c: char| !c.is_alphanumeric());
    let answers = subject.starts_with("re");
    let titled = SUBJECTS.iter().any(|words| bare.starts_with(words)) || !answers && says(bare, ABSENT);
    let from_a_machine = parts.header("return-path").is_some_and(|path| path.trim() == "<>");
    let is_reply = marked
        || titled
        || from_a_machine && says(&head, ABSENT)
        || !answers && (says(&head, CHECKS) || says(&head, MACHINES));
    let address = parts.sender().filter(|_| is_reply)?;
    let words = parts.texts.first().map(|text| one_line(text)).filter(|words| !words.is_empty());
    Some(other(address, Kind::AutoReply, words.unwrap_or_else(|| parts.subject.clone())))
}

/// Headers by which a machine says that it answers.
fn is_marked(parts: &Parts) -> bool {
    let value = |name| parts.header(name).map(folded);
    let replied = value("auto-submitted").is_some_and(|value| value.starts_with("auto-replied"));
    let precedence =
        value("precedence").is_some_and(|value| value.starts_with("auto_reply") || value.starts_with("auto-reply"));
    let vacation = [
        "x-autoreply",
        "x-autorespond",
        "x-autoresponder",
        "x-mail-autoreply",
        "x-vacation",
        "x-auto-reply",
        "x-cse-autoreply",
    ];
    let named = vacation.iter().any(|name| value(name).is_some_and(|value| value.trim() != "no"));
    let away = value("x-ms-exchange-inbox-rules-loop").is_some() && value("x-auto-response-suppress").is_some();
    replied || precedence || named || away
}

/// What a person should know of it.
pub(super) fn note(parts: &Parts) -> Option<Note> {
    let head = format!("{} {}", folded(&parts.subject), head(parts));
    if says(&head, CHECKS) {
        Some(Note::SenderCheck)
    } else if says(&head, LEFT) {
        Some(Note::Left)
    } else {
        None
    }
}

/// Asking to leave, in one word.
const LEAVE: &[&str] = &[
    "unsubscribe",
    "stop",
    "remove",
    "desinscription",
    "desinscrire",
    "desinscris",
    "desinscrivez",
    "desabonnement",
    "desabonner",
    "desabonne",
    "desabonnez",
];
/// Asking to leave together with what is to end.
const END: &[&str] = &["arreter", "arretez", "stopper", "retirer", "retirez", "supprimer", "supprimez", "quitter"];
const WHAT: &[&str] = &["liste", "list", "envois", "envoi", "messages", "mails", "courriels", "lettre", "newsletter"];
/// Words that change nothing of it.
const AROUND: &[&str] = &[
    "me",
    "moi",
    "se",
    "de",
    "du",
    "des",
    "d",
    "la",
    "le",
    "les",
    "l",
    "a",
    "vos",
    "votre",
    "cette",
    "ma",
    "mon",
    "mes",
    "svp",
    "merci",
    "please",
    "demande",
    "from",
    "my",
    "the",
    "your",
    "mailing",
    "diffusion",
    "adresse",
    "s",
    "il",
    "vous",
    "plait",
    "bonjour",
];
/// A longer subject says something else.
const LEAVE_WORDS_MAX: usize = 8;

/// A mail that asks to leave: our own subject, or one that says nothing else.
pub(super) fn unsubscribe(parts: &Parts) -> Option<Recipient> {
    let subject = folded(&parts.subject);
    let subject = without_re(&subject).trim_matches(|c: char| !c.is_alphanumeric());
    let ours = subject.strip_prefix(LEAVE_SUBJECT).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    let address = parts.sender().filter(|_| ours || asks_to_leave(subject))?;
    Some(other(address, Kind::Unsubscribe, parts.subject.clone()))
}

fn asks_to_leave(subject: &str) -> bool {
    let words: Vec<&str> = subject.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let has = |among: &[&str]| words.iter().any(|word| among.contains(word));
    let known = |word: &&str| [LEAVE, END, WHAT, AROUND].iter().any(|among| among.contains(word));
    words.len() <= LEAVE_WORDS_MAX && words.iter().all(known) && (has(LEAVE) || has(END) && has(WHAT))
}

fn without_re(subject: &str) -> &str {
    let mut subject = subject.trim();
    while let Some(rest) = ["re:", "re :", "tr:", "fwd:", "fw:"].iter().find_map(|re| subject.strip_prefix(re)) {
        subject = rest.trim();
    }
    subject
}

fn head(parts: &Parts) -> String {
    let text: String = parts.texts.iter().flat_map(|text| text.chars().chain([' '])).take(HEAD_CHARS).collect();
    folded(&text.replace('\n', " "))
}
