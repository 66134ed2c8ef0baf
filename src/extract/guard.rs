//! Refuses markup whose tree would cost out of proportion to its bytes, before a tree is built.

use super::ExtractError;

/// An HTML document holds at most this many bytes.
pub const HTML_BYTES_MAX: usize = 10_000_000;
/// Elements of one document: each costs some two hundred bytes of memory.
const ELEMENTS_MAX: usize = 300_000;
/// Elements left open, one within the other. Real pages stay under a hundred.
pub const NESTING_MAX: usize = 500;
/// A parser opens formatting elements that were left open again in each later block: so many in all.
const REOPENED_MAX: usize = 300_000;

/// Attributes of one element: a parser compares each with all the others.
const ATTRIBUTES_MAX: usize = 1_000;

/// Elements that close by themselves say nothing of nesting.
const SELF_CLOSING: &[&str] = &[
    "p", "li", "td", "th", "tr", "option", "dt", "dd", "br", "img", "input", "meta", "link", "hr", "source", "wbr",
    "area", "base", "col", "embed", "track", "param", "thead", "tbody", "tfoot", "optgroup", "rp", "rt", "path", "use",
    "circle",
];
const FORMATTING: &[&str] =
    &["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

pub fn check(html: &str) -> Result<(), ExtractError> {
    if html.len() > HTML_BYTES_MAX {
        return Err(ExtractError::TooLarge { bytes: html.len(), bytes_max: HTML_BYTES_MAX });
    }
    if has_too_many_attributes(html) {
        return Err(ExtractError::TooDeep { levels_max: NESTING_MAX });
    }
    let (mut depth, mut formatting, mut reopened) = (0usize, 0usize, 0usize);
    if html.bytes().filter(|b| *b == b'<').count() > 2 * ELEMENTS_MAX {
        return Err(ExtractError::TooMany { elements_max: ELEMENTS_MAX });
    }
    for tag in html.split('<').skip(1) {
        let (closing, rest) = tag.strip_prefix('/').map_or((false, tag), |rest| (true, rest));
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or("").to_ascii_lowercase();
        let name = name.as_str();
        if name.is_empty() {
            continue;
        }
        let formats = FORMATTING.contains(&name);
        if closing {
            depth = if SELF_CLOSING.contains(&name) { depth } else { depth.saturating_sub(1) };
            formatting = if formats { formatting.saturating_sub(1) } else { formatting };
            continue;
        }
        reopened += formatting;
        formatting += usize::from(formats);
        depth +=
            usize::from(!SELF_CLOSING.contains(&name) && !rest.split('>').next().is_some_and(|t| t.ends_with('/')));
        if depth > NESTING_MAX || reopened > REOPENED_MAX {
            return Err(ExtractError::TooDeep { levels_max: NESTING_MAX });
        }
    }
    Ok(())
}

/// Whether one tag of `html` has more attributes than any page needs.
pub fn has_too_many_attributes(html: &str) -> bool {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at + 1..).unwrap_or("");
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, left)| left);
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            let (count, left) = attributes(rest);
            if count > ATTRIBUTES_MAX {
                return true;
            }
            rest = left;
        }
    }
    false
}

/// Counts the attributes of the tag that `text` is in, and gives what follows it.
fn attributes(text: &str) -> (usize, &str) {
    let name_end = text.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').unwrap_or(text.len());
    let mut rest = text.get(name_end..).unwrap_or("");
    let mut count = 0;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() || count > ATTRIBUTES_MAX {
            return (count, "");
        }
        if let Some(left) = rest.strip_prefix('>') {
            return (count, left);
        }
        count += 1;
        // A name may begin with `=`.
        let ends =
            |(at, c): &(usize, char)| c.is_ascii_whitespace() || matches!(c, '>' | '/') || (*c == '=' && *at > 0);
        let end = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
        rest = rest.get(end..).unwrap_or("").trim_start_matches(|c: char| c.is_ascii_whitespace());
        if let Some(value) = rest.strip_prefix('=') {
            let value = value.trim_start_matches(|c: char| c.is_ascii_whitespace());
            rest = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    value.get(1..).and_then(|v| v.split_once(quote)).map_or("", |(_, left)| left)
                }
                _ => value.trim_start_matches(|c: char| !c.is_ascii_whitespace() && c != '>'),
            };
        }
    }
}
