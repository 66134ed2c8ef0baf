//! Addresses and names as mail writes them: international domains in ASCII, names quoted or in encoded words.
//!
//! Pure.

use email_encoding::headers::{quoted_string, rfc2047, writer::EmailWriter};
use lettre::Address;

use crate::model::EmailAddress;

/// Room that the first encoded word leaves for the header's name, which stands on the same line.
const HEADER_NAME_BYTES: usize = 16;

/// A domain as headers and SMTP need it: international names in their ASCII form (RFC 5890), nothing that could end a
/// header.
pub(super) fn ascii_domain(domain: &str) -> String {
    let ascii = match url::Host::parse(domain.trim().trim_end_matches('.')) {
        Ok(url::Host::Domain(name)) => name,
        Ok(literal) => literal.to_string().replace(['[', ']'], "").replace(':', "-"),
        Err(_) => domain.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')).collect(),
    };
    if ascii.is_empty() { "localhost.localdomain".into() } else { ascii }
}

/// The whole address, its domain in ASCII: only a local part with accents still needs SMTPUTF8 then.
pub(super) fn wire_address(address: &EmailAddress) -> Address {
    let (local, domain) = address.expose().rsplit_once('@').unwrap_or((address.expose(), ""));
    let ascii = if domain.is_ascii() { domain.to_owned() } else { ascii_domain(domain) };
    // The address was checked when it was made: lettre need not judge it again.
    Address::new_dangerous(local, ascii)
}

/// A text from outside in which every address keeps its first letter and its domain: `l***@ville.example`.
pub(super) fn masked(text: &str) -> String {
    let is_local = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[]{},;:\"'«»`|@".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, after) = rest.split_at(at);
        // A quoted local part may hold anything, spaces too.
        let quoted = before.strip_suffix('"').and_then(|inner| inner.rfind('"'));
        let start = quoted.unwrap_or_else(|| before.trim_end_matches(is_local).len());
        let (kept, local) = before.split_at(start);
        out.push_str(kept);
        out.extend(local.chars().find(|c| *c != '"'));
        out.push_str(if local.is_empty() { "@" } else { "***@" });
        rest = after.strip_prefix('@').unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// A display name: as it is, quoted, or in encoded words (RFC 2047), on one line.
pub(super) fn phrase(name: &str) -> String {
    on_one_line(|writer| quoted_string::encode(&one_line(name), writer))
}

/// Encoded words (RFC 2047) of at most 75 characters, with spaces between them.
pub(super) fn encoded_words(text: &str) -> String {
    on_one_line(|writer| rfc2047::encode(text, writer))
}

/// Text from outside, made fit for a header: no line break, no control, single spaces.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn on_one_line(encode: impl FnOnce(&mut EmailWriter<'_>) -> std::fmt::Result) -> String {
    let mut text = String::new();
    let mut writer = EmailWriter::new(&mut text, HEADER_NAME_BYTES, 0, false);
    // Writing to a string does not fail.
    let _ = encode(&mut writer);
    drop(writer);
    text.replace("\r\n", "")
}
