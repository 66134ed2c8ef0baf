//! Why a mail failed, from codes and words; and whether that is said of the address or of something that passes.
//!
//! Codes come first (RFC 3463, RFC 5321); the server's words speak where a code says nothing or where servers are known
//! to use it loosely. A report without any code is taken at its word: failed is failed.

use super::Kind;
use super::code::{self, Status};
use super::fold::{folded, says};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The address, its mailbox or its domain is not there.
    Unknown,
    /// The mailbox is full.
    Full,
    /// Too large for this mailbox or server.
    TooLarge,
    /// Spam, a block list, a rule: said of the sender or the mail.
    Policy,
    /// The server or the way to it failed.
    Network,
    Unsaid,
}

const FULL: &[&str] = &[
    "quota",
    "mailbox full",
    "mailbox is full",
    "mailfolder is full",
    "mail box full",
    "full mailbox",
    "inbox is full",
    "storage",
    "insufficient disk",
    "disk full",
    "out of space",
    "not enough space",
    "space not enough",
    "mailbox size",
    "too much mail",
    "boite pleine",
    "boite aux lettres pleine",
    "boite de reception pleine",
    "boite est pleine",
    "bal pleine",
    "messagerie pleine",
    "espace de stockage",
    "espace insuffisant",
    "capacite de la boite",
    "saturee",
    "lettres est pleine",
    "postfach ist voll",
    "buzon lleno",
];
const UNKNOWN: &[&str] = &[
    "user unknown",
    "unknown user",
    "no such user",
    "no such address",
    "no such recipient",
    "no such mailbox",
    "no such person",
    "no such account",
    "no mailbox",
    "unknown recipient",
    "recipient unknown",
    "unknown address",
    "address unknown",
    "addressee unknown",
    "unknown local",
    "unknown or illegal",
    "invalid recipient",
    "invalid mailbox",
    "invalid address",
    "invalid user",
    "invalid final delivery",
    "bad destination",
    "bad recipient",
    "address not found",
    "user not found",
    "recipient not found",
    "recipientnotfound",
    "account not found",
    "mailbox not found",
    "user not known",
    "not our customer",
    "does not exist",
    "doesn't exist",
    "not exist",
    "no longer",
    "couldn't be found",
    "could not be found",
    "wasn't found",
    "was not found",
    "not listed",
    "not recognized",
    "doesn't have a",
    "does not have a",
    "disabled",
    "discontinued",
    "deactivated",
    "inactive",
    "suspended",
    "closed",
    "terminated",
    "mailbox unavailable",
    "unrouteable",
    "unroutable",
    "not a valid",
    "not known",
    "no valid recipient",
    "host unknown",
    "unknown host",
    "host not found",
    "domain not found",
    "unknown domain",
    "domain name not found",
    "no mx",
    "nullmx",
    "recipient address rejected: access denied",
    "undeliverable address",
    "user doesn't",
    "does not like recipient",
    "n'existe pas",
    "n'existe plus",
    "inexistant",
    "inconnu",
    "introuvable",
    "pas ete trouve",
    "non trouve",
    "non valide",
    "invalide",
    "desactive",
    "cloture",
    "supprime",
    "resilie",
    "n'est plus",
    "unbekannt",
    "nicht bekannt",
    "desconocid",
    "no existe",
];
const TOO_LARGE: &[&str] = &[
    "message size",
    "too large",
    "too big",
    "size limit",
    "exceeds maximum",
    "exceeds the maximum",
    "trop volumineux",
    "trop gros",
    "taille maximale",
    "taille du message",
];
const POLICY: &[&str] = &[
    "spam",
    "blacklist",
    "black list",
    "blocklist",
    "block list",
    "blocked",
    "blocking",
    "policy",
    "policies",
    "dmarc",
    "spf",
    "dkim",
    "reputation",
    "unsolicited",
    "unauthenticated",
    "not authenticated",
    "authentication required",
    "content rejected",
    "message rejected",
    "access denied",
    "not authorized",
    "not permitted",
    "not allowed",
    "not accepting mail from",
    "virus",
    "malware",
    "banned",
    "rejected by",
    "relay",
    "sender rejected",
    "sender address rejected",
    "verify",
    "rate limit",
    "too many messages",
    "too many connections",
    "greylist",
    "rejete par",
    "refuse par",
    "liste noire",
    "indesirable",
    "pourriel",
    "bloque",
    "politique",
    "non autorise",
    "reverse dns",
    "rdns",
    "ptr record",
    "helo",
];
const NETWORK: &[&str] = &[
    "timed out",
    "timeout",
    "time out",
    "connection refused",
    "no route",
    "not responding",
    "unreachable",
    "try again",
    "try later",
    "temporar",
    "expired",
    "in the queue too long",
    "could not connect",
    "unable to connect",
    "connection lost",
    "lost connection",
    "network error",
    "server busy",
    "unavailable or busy",
    "service unavailable",
    "internal error",
    "system error",
    "delai",
    "injoignable",
    "temporaire",
    "reessayer",
];

/// Said of the sender, whatever else is said: « sender address rejected: domain not found ».
const OF_THE_SENDER: &[&str] = &[
    "sender address rejected",
    "sender rejected",
    "sender domain",
    "domain of sender",
    "sender verify failed",
    "sender verification failed",
    "adresse de l'expediteur",
    "expediteur refuse",
];

/// What these words give as the cause; a full mailbox first, since its words never say anything else.
pub(super) fn of_words(words: &str) -> Cause {
    let words = folded(words);
    let order = [
        (Cause::Policy, OF_THE_SENDER),
        (Cause::Full, FULL),
        (Cause::Unknown, UNKNOWN),
        (Cause::TooLarge, TOO_LARGE),
        (Cause::Policy, POLICY),
        (Cause::Network, NETWORK),
    ];
    order.iter().find(|(_, phrases)| says(&words, phrases)).map_or(Cause::Unsaid, |(cause, _)| *cause)
}

/// A failure for good: `status` as reported, `words` as the server said them.
pub(super) fn of_failure(status: Option<Status>, words: &str) -> (Kind, Cause) {
    let said = of_words(words);
    // What a report's field leaves open, the server's own answer may tell.
    let status = status.filter(|status| status.is_specific()).or_else(|| code::status(words)).or(status);
    let reply = code::reply(words);
    let cause = match (status.filter(|status| status.is_specific()), reply) {
        (Some(status), _) => of_status(status, said),
        (None, Some(reply)) => of_reply(reply, said),
        (None, None) => said,
    };
    let coded = status.is_some_and(Status::is_specific) || reply.is_some();
    let passes = status.is_some_and(|status| status.class == 4)
        || status.is_none_or(|status| !status.is_specific()) && reply.is_some_and(|code| code < 500);
    let kind = match cause {
        _ if passes => Kind::Soft,
        Cause::Unknown | Cause::Unsaid => Kind::Hard,
        _ if coded => Kind::Soft,
        _ => Kind::Hard,
    };
    (kind, cause)
}

/// RFC 3463 section 3 and the IANA registry of enhanced status codes.
fn of_status(status: Status, said: Cause) -> Cause {
    match (status.subject, status.detail) {
        // The sender's address, not the recipient's.
        (1, 7..=9) if said != Cause::Unknown => Cause::Policy,
        (1, 5) => Cause::Unsaid,
        (1, _) => Cause::Unknown,
        (2, 1) if said == Cause::Full => Cause::Full,
        (2, 1 | 4) => Cause::Unknown,
        (2, 2) => Cause::Full,
        (2, 3) | (3, 4) => Cause::TooLarge,
        (2, _) => said,
        // Servers refuse unknown addresses with almost any code; then their words are clear.
        (3..=7, _) if said == Cause::Unknown => Cause::Unknown,
        (3..=7, _) if said == Cause::Full => Cause::Full,
        // No way to a domain that is not there; 5.4.310 is Exchange Online's for it.
        (4, 4 | 310) => Cause::Unknown,
        (3, 0) | (4, 0) | (5, 0) if said == Cause::Unsaid => Cause::Unsaid,
        (3 | 4, _) => {
            if said == Cause::Unsaid {
                Cause::Network
            } else {
                said
            }
        }
        (5 | 6, _) => {
            if said == Cause::Unsaid {
                Cause::Policy
            } else {
                said
            }
        }
        (7, _) => Cause::Policy,
        _ => said,
    }
}

/// RFC 5321 section 4.2.3.
fn of_reply(reply: u16, said: Cause) -> Cause {
    match reply {
        552 if said == Cause::Unsaid => Cause::Full,
        421 | 450..=455 if said == Cause::Unsaid => Cause::Network,
        551 | 553 if said == Cause::Unsaid => Cause::Unknown,
        _ => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_decide_and_words_speak_where_codes_do_not() {
        let check = |status: &str, words: &str, want: (Kind, Cause)| {
            assert_eq!(of_failure(code::status(status), words), want, "{status} {words}");
        };
        use Cause::*;
        use Kind::{Hard, Soft};
        check("5.1.1", "550 5.1.1 User unknown", (Hard, Unknown));
        check("5.1.10", "", (Hard, Unknown));
        check("5.1.8", "sender domain", (Soft, Policy));
        check("5.2.1", "account disabled", (Hard, Unknown));
        check("5.2.2", "", (Soft, Full));
        check("5.0.0", "smtp; 552 5.2.2 Over quota", (Soft, Full));
        check("5.0.0", "550 unknown user", (Hard, Unknown));
        check("5.0.0", "", (Hard, Unsaid));
        check("5.7.1", "blocked by a list", (Soft, Policy));
        check("5.7.1", "550 5.7.1 no such user here", (Hard, Unknown));
        check("5.3.0", "553 5.3.0 Addressee unknown", (Hard, Unknown));
        check("5.4.4", "name not found", (Hard, Unknown));
        check("5.4.1", "Recipient address rejected: Access denied", (Hard, Unknown));
        check("5.4.6", "loop", (Soft, Network));
        check("5.5.0", "550 Requested action not taken: mailbox unavailable", (Hard, Unknown));
        check("5.6.0", "", (Soft, Policy));
        check("4.4.7", "", (Soft, Network));
        check("4.2.2", "full", (Soft, Full));
        check("5.1.8", "553 5.1.8 Sender address rejected: Domain not found", (Soft, Policy));
        check("", "550 sender verify failed: no such user", (Soft, Policy));
        check("", "550 boîte aux lettres pleine", (Soft, Full));
        check("", "550 utilisateur inconnu", (Hard, Unknown));
        check("", "554 message considéré comme indésirable", (Soft, Policy));
        check("", "451 réessayer", (Soft, Network));
        check("", "554 transaction failed", (Hard, Unsaid));
        check("", "This account is over quota", (Hard, Full));
        check("", "", (Hard, Unsaid));
    }
}
