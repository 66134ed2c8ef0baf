//! Writes a [`Mail`] as a message (RFC 5322, MIME): the same mail always gives the same bytes.
//!
//! Pure. All lines end in CRLF, none is longer than 998 octets, and all is ASCII unless an address has accents before
//! its `@`. Boundaries come out of the Message-ID, so that a mail sent again after a crash is the same mail.

mod header;
mod parts;

#[cfg(test)]
mod tests;

use crate::model::{Mail, Mailbox};

use super::address::{one_line, phrase, wire_form};
use header::Header;

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
    let mut message = String::with_capacity(2 * (mail.content.text.len() + mail.content.html.len()) + 4096);
    write_headers(mail, &mut message)?;
    parts::write(mail, &mut message)?;
    Ok(message.into_bytes())
}

fn write_headers(mail: &Mail, message: &mut String) -> Result<(), MessageError> {
    // chrono's own RFC 2822 form panics on years past 9999.
    let date = mail.date.format("%a, %d %b %Y %H:%M:%S +0000").to_string();
    Header::new("From").tokens(&mailbox(&mail.from)).end(message)?;
    Header::new("To").tokens(&mailbox(&mail.to)).end(message)?;
    if let Some(reply_to) = &mail.reply_to {
        Header::new("Reply-To").tokens(&mailbox(reply_to)).end(message)?;
    }
    Header::new("Subject").text(&one_line(&mail.content.subject)).end(message)?;
    Header::new("Date").tokens(&date).end(message)?;
    Header::new("Message-ID").tokens(&format!("<{}>", mail.message_id)).end(message)?;
    Header::new("MIME-Version").tokens("1.0").end(message)?;
    for (name, value) in &mail.headers {
        check_header(name, value)?;
        Header::new(name).value(value).end(message)?;
    }
    Ok(())
}

fn mailbox(mailbox: &Mailbox) -> String {
    let address = wire_form(&mailbox.address);
    let name = mailbox.name.as_deref().map(phrase).filter(|name| !name.is_empty());
    name.map_or_else(|| address.clone(), |name| format!("{name} <{address}>"))
}

/// A header from outside must stay one header.
fn check_header(name: &str, value: &str) -> Result<(), MessageError> {
    let shown = || one_line(name).chars().take(80).collect::<String>();
    let sound_name = !name.is_empty() && name.len() <= 76 && name.bytes().all(|b| b.is_ascii_graphic() && b != b':');
    if !sound_name {
        return Err(MessageError::HeaderName(shown()));
    }
    let own = OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name));
    if own || name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("content-")) {
        return Err(MessageError::HeaderTwice(shown()));
    }
    // U+2028 and U+2029 are line breaks to some readers.
    if value.chars().any(|c| (c.is_control() && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(MessageError::HeaderValue(shown()));
    }
    Ok(())
}

fn is_message_id(id: &str) -> bool {
    let sound = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>@\"\\".contains(&b));
    id.len() <= 900 && id.split_once('@').is_some_and(|(local, domain)| sound(local) && sound(domain))
}
