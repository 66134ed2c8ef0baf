//! The body: text and HTML of the same content as alternatives, attachments after them.

use std::fmt::Write;

use email_encoding::headers::{rfc2231, writer::EmailWriter};
use sha2::{Digest, Sha256};

use super::super::address::one_line;
use super::MessageError;
use crate::model::{Mail, MailAttachment};

/// Longer names are cut; file systems take 255 bytes.
const FILENAME_CHARS_MAX: usize = 120;

pub(super) fn write(mail: &Mail, message: &mut String) -> Result<(), MessageError> {
    if mail.content.attachments.is_empty() {
        write_alternatives(mail, message);
        return Ok(());
    }
    let boundary = boundary(&mail.message_id, "mixed");
    open_multipart("mixed", &boundary, message);
    open_part(&boundary, message);
    write_alternatives(mail, message);
    for attachment in &mail.content.attachments {
        open_part(&boundary, message);
        write_attachment(attachment, message)?;
    }
    close_multipart(&boundary, message);
    Ok(())
}

fn write_alternatives(mail: &Mail, message: &mut String) {
    // A reader shows the last alternative it knows: an empty one would hide the text.
    if mail.content.html.trim().is_empty() {
        return write_text("plain", &mail.content.text, message);
    }
    let boundary = boundary(&mail.message_id, "alternative");
    open_multipart("alternative", &boundary, message);
    open_part(&boundary, message);
    write_text("plain", &mail.content.text, message);
    open_part(&boundary, message);
    write_text("html", &mail.content.html, message);
    close_multipart(&boundary, message);
}

fn write_text(subtype: &str, text: &str, message: &mut String) {
    let text = text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n");
    message.push_str(&format!("Content-Type: text/{subtype}; charset=utf-8\r\n"));
    message.push_str("Content-Transfer-Encoding: quoted-printable\r\n\r\n");
    message.push_str(&quoted_printable::encode_to_str(&text));
    if !text.ends_with('\n') {
        message.push_str("\r\n");
    }
}

fn write_attachment(attachment: &MailAttachment, message: &mut String) -> Result<(), MessageError> {
    let filename = safe_filename(&attachment.filename);
    let content_type = attachment.content_type.trim();
    let sound = content_type.len() <= 200 && content_type.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    // A multipart or a message must not be in base64 (RFC 2045 section 6.4).
    let container = ["multipart/", "message/"].iter().any(|kind| content_type.to_ascii_lowercase().starts_with(kind));
    if !sound || container || !content_type.contains('/') {
        return Err(MessageError::ContentType(filename));
    }
    super::Header::new("Content-Type").tokens(content_type).end(message)?;
    message.push_str("Content-Transfer-Encoding: base64\r\n");
    let disposition = "Content-Disposition: attachment;";
    message.push_str(disposition);
    let mut writer = EmailWriter::new(message, disposition.len(), 1, false);
    // Writing to a string does not fail.
    let _ = rfc2231::encode("filename", &filename, &mut writer);
    drop(writer);
    message.push_str("\r\n\r\n");
    let _ = email_encoding::body::base64::encode(&attachment.content, message);
    message.push_str("\r\n");
    Ok(())
}

/// A name without a path, that no mail reader can take for one.
fn safe_filename(name: &str) -> String {
    let flat: String = one_line(name).chars().map(|c| if matches!(c, '/' | '\\' | ':') { '-' } else { c }).collect();
    let short: String = flat.trim_start_matches('.').chars().take(FILENAME_CHARS_MAX).collect();
    if short.is_empty() { "piece-jointe".into() } else { short }
}

fn open_multipart(subtype: &str, boundary: &str, message: &mut String) {
    let _ = write!(message, "Content-Type: multipart/{subtype};\r\n boundary=\"{boundary}\"\r\n\r\n");
}

fn open_part(boundary: &str, message: &mut String) {
    let _ = write!(message, "--{boundary}\r\n");
}

fn close_multipart(boundary: &str, message: &mut String) {
    let _ = write!(message, "--{boundary}--\r\n");
}

/// `=_` occurs in neither quoted-printable nor base64, so that no content can hold a boundary.
fn boundary(message_id: &str, what: &str) -> String {
    let digest = Sha256::digest(format!("{what}\0{message_id}").as_bytes());
    let mut boundary = String::from("=_");
    for byte in digest.iter().take(16) {
        let _ = write!(boundary, "{byte:02x}");
    }
    boundary
}
