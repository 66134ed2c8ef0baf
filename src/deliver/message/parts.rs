//! The body: text and HTML of the same content as alternatives, attachments after them.

use lettre::message::header::{ContentDisposition, ContentTransferEncoding, ContentType};
use lettre::message::{MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::super::address::one_line;
use super::MessageError;
use crate::model::{Mail, MailAttachment};

/// Longer names are cut; file systems take 255 bytes.
const FILENAME_CHARS_MAX: usize = 120;

const CONTENT_TYPE_BYTES_MAX: usize = 200;

/// The body, after the headers that tell its form.
pub(super) fn formatted(mail: &Mail) -> Result<Vec<u8>, MessageError> {
    let Mail { content, message_id, .. } = mail;
    let plain = || text(ContentType::TEXT_PLAIN, &content.text);
    // A reader shows the last alternative it knows: an empty one would hide the text.
    let alternatives = (!content.html.trim().is_empty()).then(|| {
        let both = MultiPart::alternative().boundary(boundary(message_id, "alternative")).singlepart(plain());
        both.singlepart(text(ContentType::TEXT_HTML, &content.html))
    });
    if content.attachments.is_empty() {
        return Ok(alternatives.map_or_else(|| plain().formatted(), |both| both.formatted()));
    }
    let mixed = MultiPart::mixed().boundary(boundary(message_id, "mixed"));
    let mut mixed = match alternatives {
        Some(both) => mixed.multipart(both),
        None => mixed.singlepart(plain()),
    };
    for one in &content.attachments {
        mixed = mixed.singlepart(attachment(one)?);
    }
    Ok(mixed.formatted())
}

/// In quoted-printable, whatever it holds: then a body's lines are short and nobody on the way needs to change it.
fn text(content_type: ContentType, text: &str) -> SinglePart {
    // lettre leaves a bare CR as it is.
    let text = text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n");
    SinglePart::builder().header(content_type).header(ContentTransferEncoding::QuotedPrintable).body(text)
}

fn attachment(attachment: &MailAttachment) -> Result<SinglePart, MessageError> {
    let filename = safe_filename(&attachment.filename);
    let given = attachment.content_type.trim();
    let sound = given.len() <= CONTENT_TYPE_BYTES_MAX && given.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    // A multipart or a message must not be in base64 (RFC 2045 section 6.4).
    let container = ["multipart/", "message/"].iter().any(|kind| given.to_ascii_lowercase().starts_with(kind));
    let Some(content_type) = ContentType::parse(given).ok().filter(|_| sound && !container) else {
        return Err(MessageError::ContentType(filename));
    };
    let part = SinglePart::builder().header(content_type).header(ContentDisposition::attachment(&filename));
    Ok(part.header(ContentTransferEncoding::Base64).body(attachment.content.clone()))
}

/// A name without a path, that no mail reader can take for one.
fn safe_filename(name: &str) -> String {
    let flat: String = one_line(name).chars().map(|c| if matches!(c, '/' | '\\' | ':') { '-' } else { c }).collect();
    let short: String = flat.trim_start_matches('.').chars().take(FILENAME_CHARS_MAX).collect();
    if short.is_empty() { "piece-jointe".into() } else { short }
}

/// `=_` occurs in neither quoted-printable nor base64, so that no content can hold a boundary.
fn boundary(message_id: &str, what: &str) -> String {
    let digest = Sha256::digest(format!("{what}\0{message_id}").as_bytes());
    format!("=_{}", crate::model::hex(digest.get(..16).unwrap_or_default()))
}
