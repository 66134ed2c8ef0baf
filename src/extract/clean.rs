//! The one place where text is made safe.
//!
//! Whatever a site sends passes here before it is stored: plain text, composed (NFC), without control or direction
//! marks, of bounded length; links absolute and http or https. What is shown is escaped again where it is shown.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};
use url::Url;

use super::markup;

/// A title is one line of at most this many characters.
pub const TITLE_CHARS_MAX: usize = 500;
/// The text of an item holds at most this many bytes.
pub const TEXT_BYTES_MAX: usize = 200_000;
/// A short field (a publisher, a place, an amount) holds at most this many characters.
pub const LABEL_CHARS_MAX: usize = 300;
/// A link holds at most this many bytes.
pub const LINK_BYTES_MAX: usize = 2_000;

/// One line out of text or markup: tags and entities resolved, line breaks folded.
pub fn title(raw: &str) -> String {
    one_line(raw, TITLE_CHARS_MAX)
}

/// As [`title`], for short fields.
pub fn label(raw: &str) -> String {
    one_line(raw, LABEL_CHARS_MAX)
}

fn one_line(raw: &str, chars_max: usize) -> String {
    let plain = plain(raw);
    let mut line = String::with_capacity(plain.len().min(chars_max * 4));
    for word in plain.split(|c: char| c.is_ascii_whitespace()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    cut_chars(line.trim(), chars_max)
}

/// Many lines out of text or markup: one line each for lines, an empty line between paragraphs.
pub fn text(raw: &str) -> String {
    let plain = plain(raw);
    let mut text = String::with_capacity(plain.len());
    let mut blank_before = false;
    for line in plain.lines() {
        let line = line.trim();
        if line.is_empty() {
            blank_before = !text.is_empty();
            continue;
        }
        if !text.is_empty() {
            text.push_str(if blank_before { "\n\n" } else { "\n" });
        }
        blank_before = false;
        push_folded(&mut text, line);
    }
    cut_bytes(text, TEXT_BYTES_MAX)
}

/// Several texts as one: an empty line between them, none twice.
pub fn join(parts: &[String]) -> String {
    let mut joined = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if joined.contains(part.as_str()) {
            continue;
        }
        if part.contains(joined.as_str()) {
            joined.clear();
        }
        if !joined.is_empty() {
            joined.push_str("\n\n");
        }
        joined.push_str(part);
    }
    cut_bytes(joined, TEXT_BYTES_MAX)
}

/// An absolute http or https address out of what a site wrote, resolved against `base`; `None` for anything else.
pub fn link(raw: &str, base: Option<&Url>) -> Option<Url> {
    let raw = decode_entities_once(raw.trim());
    let raw = mend_scheme(raw.trim());
    if raw.is_empty() || raw.len() > LINK_BYTES_MAX || raw.starts_with('#') {
        return None;
    }
    let mut url = match base {
        Some(base) => base.join(&raw).ok()?,
        None => Url::parse(&raw).ok()?,
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return None;
    }
    // A name and password in an address are never the reader's business.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    drop_trackers(&mut url);
    (url.as_str().len() <= LINK_BYTES_MAX).then_some(url)
}

/// Parameters that say where a reader came from make one page look like many.
fn drop_trackers(url: &mut Url) {
    let tracks = |name: &str| {
        let name = name.to_ascii_lowercase();
        let prefixes = ["utm_", "mtm_", "pk_", "at_"];
        prefixes.iter().any(|start| name.starts_with(start))
            || ["fbclid", "gclid", "xtor", "phpsessid", "mc_eid"].contains(&name.as_str())
    };
    if !url.query_pairs().any(|(name, _)| tracks(&name)) {
        return;
    }
    let kept: Vec<(String, String)> =
        url.query_pairs().filter(|(name, _)| !tracks(name)).map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
}

/// `https: //host` and `HTTPS ://host` as real data have them; control characters and line breaks dropped.
fn mend_scheme(raw: &str) -> Cow<'_, str> {
    let raw: Cow<'_, str> = match raw.chars().any(char::is_control) {
        true => raw.chars().filter(|c| !c.is_control()).collect::<String>().into(),
        false => raw.into(),
    };
    let Some((scheme, rest)) = raw.split_once(':') else { return raw };
    let scheme = scheme.trim();
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    if is_web && rest.trim_start().starts_with("//") && !rest.starts_with("//") {
        return format!("{}:{}", scheme.to_ascii_lowercase(), rest.trim_start()).into();
    }
    raw
}

/// Addresses in data carry `&amp;` now and then.
fn decode_entities_once(raw: &str) -> Cow<'_, str> {
    if raw.contains("&amp;") { raw.replace("&amp;", "&").into() } else { raw.into() }
}

/// Plain text out of text or markup. Markup escaped twice is resolved twice, never more.
fn plain(raw: &str) -> String {
    let raw = cut_str(raw, RAW_BYTES_MAX);
    let mut plain = match markup::has_tags(raw) {
        true => markup::to_text(raw),
        false if raw.contains('&') => markup::resolve_entities(raw),
        false => raw.to_owned(),
    };
    if markup::has_tags(&plain) {
        plain = markup::to_text(&plain);
    }
    scrub(&plain)
}

/// What is read of one raw text; its clean text is shorter.
const RAW_BYTES_MAX: usize = 10 * TEXT_BYTES_MAX;

/// Composed, without the characters that no reader should meet.
fn scrub(text: &str) -> String {
    let composed: Cow<'_, str> = if is_nfc(text) { text.into() } else { text.nfc().collect::<String>().into() };
    let mut scrubbed = String::with_capacity(composed.len());
    let mut previous = '\0';
    for c in composed.chars() {
        match c {
            '\n' if previous == '\r' => {}
            '\r' | '\n' | '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{b}' | '\u{c}' => scrubbed.push('\n'),
            '\t' => scrubbed.push(' '),
            '\u{80}'..='\u{9f}' => scrubbed.extend(windows_1252(c)),
            c if is_unwanted(c) => {}
            c => scrubbed.push(c),
        }
        previous = c;
    }
    scrubbed
}

/// A C1 control is a character of Windows-1252 that somebody took for Latin-1.
fn windows_1252(c: char) -> Option<char> {
    let byte = u8::try_from(u32::from(c)).ok()?;
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next().filter(|c| !c.is_control())
}

fn is_unwanted(c: char) -> bool {
    let invisible = matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{180e}' | '\u{fff9}'..='\u{fffb}');
    let direction =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}');
    let tags = matches!(c, '\u{e0000}'..='\u{e007f}');
    let nothing = matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff);
    c.is_control() || invisible || direction || tags || nothing
}

/// Runs of spaces as one; no-break spaces stay, they are French typography.
fn push_folded(text: &mut String, line: &str) {
    let mut space_before = false;
    for c in line.chars() {
        let space = c == ' ';
        if !(space && space_before) {
            text.push(c);
        }
        space_before = space;
    }
}

fn cut_chars(line: &str, chars_max: usize) -> String {
    match line.char_indices().nth(chars_max) {
        None => line.to_owned(),
        Some(_) => {
            let kept: String = line.chars().take(chars_max.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
    }
}

fn cut_bytes(text: String, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text;
    }
    cut_str(&text, bytes_max).trim_end().to_owned()
}

fn cut_str(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or(text)
}

#[cfg(test)]
#[path = "clean_tests.rs"]
mod tests;
