//! Text and attributes as XML takes them: bare signs escaped, HTML's entities resolved, control characters dropped.

use super::markup;

/// Attributes of one element beyond these are dropped.
const ATTRIBUTES_MAX: usize = 100;

/// The entities that French text has most, so that few need the whole table.
const USUAL_ENTITIES: &[(&str, char)] = &[
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("agrave", 'à'),
    ("nbsp", '\u{a0}'),
    ("rsquo", '’'),
    ("ecirc", 'ê'),
    ("ccedil", 'ç'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("ocirc", 'ô'),
    ("ugrave", 'ù'),
    ("icirc", 'î'),
    ("acirc", 'â'),
    ("ucirc", 'û'),
    ("Eacute", 'É'),
    ("Agrave", 'À'),
    ("oelig", 'œ'),
    ("euro", '€'),
    ("hellip", '…'),
    ("ndash", '–'),
];

pub fn push_char(out: &mut String, c: char) {
    let allowed = matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    if allowed {
        out.push(c);
    }
}

/// Name-and-value pairs; a bare word, or a value without quotes, is given them.
pub fn write_attributes(out: &mut String, attributes: &str) {
    let mut rest = attributes.trim_start();
    let mut seen: Vec<&str> = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let (name, left) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let left = left.trim_start();
        let (value, left) = match left.strip_prefix('=') {
            Some(left) => attribute_value(left.trim_start()),
            None => ("", left),
        };
        let sound = name.chars().all(|c| c.is_alphanumeric() || "-_:.".contains(c))
            && name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        if sound && seen.len() < ATTRIBUTES_MAX && !seen.contains(&name) {
            seen.push(name);
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape_value(out, value);
            out.push('"');
        }
        if end == 0 && left.len() == rest.len() {
            return;
        }
        rest = left.trim_start();
    }
}

fn attribute_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn escape_value(out: &mut String, value: &str) {
    escape(out, value, true);
}

pub fn escape_text(out: &mut String, text: &str) {
    escape(out, text, false);
}

fn escape(out: &mut String, mut text: &str, quotes: bool) {
    while let Some(at) =
        text.find(|c: char| matches!(c, '&' | '<' | '"') || (c < ' ' && !matches!(c, '\t' | '\n' | '\r')))
    {
        let (before, tail) = text.split_at_checked(at).unwrap_or((text, ""));
        out.push_str(before);
        text = tail.get(1..).unwrap_or("");
        match tail.as_bytes().first() {
            Some(b'&') => text = reference(out, text),
            Some(b'<') => out.push_str("&lt;"),
            Some(b'"') => out.push_str(if quotes { "&quot;" } else { "\"" }),
            _ => {}
        }
    }
    out.push_str(text);
}

/// Writes the reference that `text` begins with (the `&` is behind us) and gives what follows it.
fn reference<'t>(out: &mut String, text: &'t str) -> &'t str {
    let name = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '#')).next().unwrap_or("");
    let Some(rest) = text.get(name.len()..).and_then(|rest| rest.strip_prefix(';')).filter(|_| !name.is_empty()) else {
        out.push_str("&amp;");
        return text;
    };
    if matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") {
        out.push('&');
        out.push_str(name);
        out.push(';');
    } else if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
            None => number.parse().ok(),
        };
        // A reference to a control character is no XML; it is dropped with what it stands for.
        match code.and_then(char::from_u32) {
            Some(c) if matches!(c, '&' | '<' | '>' | '"') => out.push_str(&format!("&#{};", u32::from(c))),
            Some(c) => push_char(out, c),
            None => {}
        }
    } else {
        if let Some((_, c)) = USUAL_ENTITIES.iter().find(|(usual, _)| *usual == name) {
            out.push(*c);
            return rest;
        }
        let resolved = markup::resolve_entities(&format!("&{name};"));
        if resolved.starts_with('&') {
            out.push_str("&amp;");
            return text;
        }
        resolved.chars().for_each(|c| push_char(out, c));
    }
    rest
}
