//! Bytes to characters, whatever the site says of its encoding.
//!
//! Declarations lie: a page that says UTF-8 may be Windows-1252 and the other way round. Bytes that are well-formed
//! UTF-8 are UTF-8, since no other encoding looks like it by accident; the declarations decide the rest.

use encoding_rs::Encoding;

/// How far a declaration is looked for: browsers stop at 1,024 bytes, real pages do not.
const DECLARATION_BYTES_MAX: usize = 4096;

/// The text of `bytes`: byte order mark, well-formed UTF-8, then what the header, the XML declaration or the `meta`
/// element says, then Windows-1252.
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> String {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default()).0.into_owned();
    }
    if let Some(encoding) = wide(bytes) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let said = content_type.and_then(in_header).or_else(|| in_document(bytes));
    match said.filter(|encoding| *encoding != encoding_rs::UTF_8) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        None => mostly_utf8(bytes),
    }
}

/// UTF-16 without a mark: a zero byte beside the first `<` or `{`.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes.get(..2)? {
        [b'<' | b'{' | b'[', 0] => Some(encoding_rs::UTF_16LE),
        [0, b'<' | b'{' | b'['] => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

/// UTF-8 with bytes of Windows-1252 among it, as pasted text leaves them; all of it Windows-1252 in the extreme.
fn mostly_utf8(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    text
}

fn in_header(content_type: &str) -> Option<&'static Encoding> {
    label_after(content_type.as_bytes(), b"charset")
}

fn in_document(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..DECLARATION_BYTES_MAX).unwrap_or(bytes);
    if head.trim_ascii_start().starts_with(b"<?xml") {
        let declaration = head.split(|b| *b == b'>').next().unwrap_or(head);
        if let Some(encoding) = label_after(declaration, b"encoding") {
            return Some(encoding);
        }
    }
    label_after(head, b"charset")
}

/// The encoding named after `word`, as in `charset="iso-8859-15"`.
fn label_after(bytes: &[u8], word: &[u8]) -> Option<&'static Encoding> {
    let at = bytes.windows(word.len()).position(|w| w.eq_ignore_ascii_case(word))?;
    let rest = bytes.get(at + word.len()..)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let end = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || b"-_.:".contains(b))).unwrap_or(rest.len());
    Encoding::for_label(rest.get(..end)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], content_type: Option<&str>, text: &str) {
        let read = decode(bytes, content_type);
        assert_eq!(read.split('>').next_back(), Some(text), "{bytes:?}");
    }

    #[test]
    fn what_the_bytes_are_wins_over_what_is_said_of_them() {
        check("été".as_bytes(), None, "été");
        check("été".as_bytes(), Some("text/html; charset=iso-8859-1"), "été");
        check(b"\xe9t\xe9", None, "été");
        check(b"\xe9t\xe9", Some("text/html; charset=utf-8"), "été");
        check(b"l\x92\xe9t\xe9", Some("text/html;charset=ISO-8859-1"), "l’été");
        check(b"10 \xa4", Some("text/html; charset=\"ISO-8859-15\""), "10 €");
        check(b"<?xml version='1.0' encoding='iso-8859-15'?>10 \xa4", None, "10 €");
        check(b"<meta http-equiv=x content='text/html; charset=iso-8859-15'>10 \xa4", None, "10 €");
        check(b"\xef\xbb\xbf\xc3\xa9t\xc3\xa9", Some("text/html; charset=iso-8859-1"), "été");
        check(b"\xff\xfe\xe9\0t\0\xe9\0", None, "été");
        check(b"<\0a\0>\0\xe9\0", None, "é");
        check(b"\xc3\xa9t\xe9 et \xc3\xa9t\xc3\xa9", Some("text/html; charset=utf-8"), "été et été");
    }
}
