//! Writes a [`Mail`] as a message (RFC 5322, MIME): the same mail always gives the same bytes.
//!
//! Pure. All lines end in CRLF, none is longer than 998 octets, and all is ASCII unless an address has accents before
//! its `@`. Boundaries come out of the Message-ID, so that a mail sent again after a crash is the same mail.
//!
//! lettre's headers and parts are written; its `Message` is not used, since it reads back what it was given and looks at
//! the clock. What comes from outside is checked here: lettre takes a line break in a header's name.

mod header;
mod parts;

#[cfg(test)]
mod tests;

use lettre::message::header::{HeaderName, Headers};

use crate::model::{Mail, Mailbox};

use super::address::{one_line, phrase, wire_address};
use header::{encode_where, folded};

/// Why a mail cannot be written.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum MessageError {
    #[error("l’en-tête « {0} » n’a pas un nom permis : lettres sans accent, chiffres et tirets")]
    HeaderName(String),
    #[error("l’en-tête « {0} » est déjà écrit par Glaneur : retirez-le")]
    HeaderTwice(String),
    #[error("l’en-tête « {0} » contient un saut de ligne ou un caractère de contrôle : corrigez la valeur")]
    HeaderValue(String),
    #[error("l’en-tête « {0} » contient un mot de plus de {LINE_BYTES_MAX} octets, qu’aucun serveur n’accepte")]
    HeaderTooLong(String),
    #[error("l’identifiant du message n’est pas de la forme quelque-chose@domaine")]
    MessageId,
    #[error("la pièce jointe « {0} » a un type de contenu illisible : écrivez par exemple text/calendar")]
    ContentType(String),
}

/// RFC 5322 section 2.1.1, without CRLF.
pub(super) const LINE_BYTES_MAX: usize = 998;

/// Headers that only the writer writes; so are those that begin with `Content-`.
const OWN_HEADERS: [&str; 8] = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Bcc"];

/// The bytes of a mail, as they go after DATA and into `.eml` files.
pub fn write(mail: &Mail) -> Result<Vec<u8>, MessageError> {
    if !is_message_id(&mail.message_id) {
        return Err(MessageError::MessageId);
    }
    let headers = headers(mail)?.to_string();
    check_lines(&headers)?;
    let mut message = headers.into_bytes();
    message.extend(parts::formatted(mail)?);
    Ok(message)
}

/// All but those that tell the form of the body, in the order in which they are written.
fn headers(mail: &Mail) -> Result<Headers, MessageError> {
    let mut headers = Headers::new();
    let mut put = |name, words: &str| headers.insert_raw(folded(HeaderName::new_from_ascii_str(name), words));
    put("From", &mailbox(&mail.from));
    put("To", &mailbox(&mail.to));
    if let Some(reply_to) = &mail.reply_to {
        put("Reply-To", &mailbox(reply_to));
    }
    // What looks encoded already would be read as something else: it is encoded too.
    let subject = one_line(&mail.content.subject);
    put("Subject", &encode_where(&subject, |word| !word.is_ascii() || word.contains("=?")));
    // lettre's `Date` and chrono's RFC 2822 form panic on far years.
    put("Date", &mail.date.format("%a, %d %b %Y %H:%M:%S +0000").to_string());
    put("Message-ID", &format!("<{}>", mail.message_id));
    put("MIME-Version", "1.0");
    for (name, value) in &mail.headers {
        let name = checked_name(name, value)?;
        if headers.get_raw(&name).is_some() {
            return Err(MessageError::HeaderTwice(name.to_string()));
        }
        headers.insert_raw(folded(name, &encode_where(value, |word| !word.is_ascii())));
    }
    Ok(headers)
}

fn mailbox(mailbox: &Mailbox) -> String {
    let address = wire_address(&mailbox.address);
    let name = mailbox.name.as_deref().map(phrase).filter(|name| !name.is_empty());
    name.map_or_else(|| address.to_string(), |name| format!("{name} <{address}>"))
}

/// A header from outside must stay one header.
fn checked_name(name: &str, value: &str) -> Result<HeaderName, MessageError> {
    let shown = || one_line(name).chars().take(80).collect::<String>();
    let printable = name.bytes().all(|b| b.is_ascii_graphic());
    let Some(sound) = HeaderName::new_from_ascii(name.to_owned()).ok().filter(|_| printable) else {
        return Err(MessageError::HeaderName(shown()));
    };
    let own = OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name));
    if own || name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("content-")) {
        return Err(MessageError::HeaderTwice(shown()));
    }
    // U+2028 and U+2029 are line breaks to some readers.
    if value.chars().any(|c| (c.is_control() && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(MessageError::HeaderValue(shown()));
    }
    Ok(sound)
}

/// No server takes a longer line; headers fold at spaces only.
fn check_lines(headers: &str) -> Result<(), MessageError> {
    let mut name = "";
    for line in headers.split("\r\n") {
        if !line.starts_with(' ') {
            name = line.split(':').next().unwrap_or_default();
        }
        if line.len() > LINE_BYTES_MAX {
            return Err(MessageError::HeaderTooLong(name.to_owned()));
        }
    }
    Ok(())
}

fn is_message_id(id: &str) -> bool {
    let sound = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>@\"\\".contains(&b));
    id.len() <= 900 && id.split_once('@').is_some_and(|(local, domain)| sound(local) && sound(domain))
}
