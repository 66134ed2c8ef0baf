//! Makes XML of what real feeds send, so that a strict reader can take them.
//!
//! One pass over the characters: entities of HTML become characters, bare `&` and `<` are escaped, HTML left open in a
//! description becomes its text, control characters go, elements left open are closed, and a document cut short keeps
//! its whole items. No entity is ever expanded. It knows nothing of what feeds mean.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::ExtractError;
use super::escape::{escape_text, push_char, write_attributes};

/// Elements nested deeper than this are no feed.
pub const NESTING_MAX: usize = 200;

/// A document that a strict reader takes, and whether anything had to be mended.
#[derive(Debug, PartialEq, Eq)]
pub struct Repaired {
    pub xml: String,
    /// Cut in the middle of something, or with elements left open.
    pub truncated: bool,
    /// It has more items than were asked for; the first ones are kept.
    pub more: bool,
}

/// Elements whose content is text for people: tags within are HTML.
const TEXTS: &[&str] =
    &["title", "description", "summary", "content", "encoded", "subtitle", "tagline", "rights", "copyright"];
/// Elements that are whole or not at all.
const ITEMS: &[&str] = &["item", "entry"];

/// Mends `text`, and keeps its first `items_max` items.
pub fn repair(text: &str, items_max: usize) -> Result<Repaired, ExtractError> {
    let body = without_prolog(text)?;
    let mut pass = Pass {
        out: String::with_capacity(body.len() + 64),
        open: Vec::new(),
        in_item: None,
        items_left: items_max,
        more: false,
        old_atom: false,
    };
    let whole = pass.run(body)?;
    Ok(pass.finish(whole))
}

/// Drops the XML declaration (the text is decoded already) and the DOCTYPE; refuses entities that call others.
fn without_prolog(text: &str) -> Result<&str, ExtractError> {
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    loop {
        rest = rest.trim_start();
        if rest.starts_with("<?") {
            rest = after(rest, "?>");
        } else if rest.starts_with("<!--") {
            rest = after(rest, "-->");
        } else if rest.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("<!doctype")) {
            let (doctype, left) = split_doctype(rest);
            if is_bomb(doctype) {
                return Err(ExtractError::EntityBomb);
            }
            rest = left;
        } else {
            return Ok(rest);
        }
    }
}

fn after<'t>(text: &'t str, end: &str) -> &'t str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

fn split_doctype(text: &str) -> (&str, &str) {
    let end = text.find('>').map_or(text.len(), |at| at + 1);
    let subset = text.find('[').filter(|at| *at < end);
    let end = match subset {
        Some(_) => text.find("]>").map(|at| at + 2).or_else(|| text.find(']').map(|at| at + 1)).unwrap_or(text.len()),
        None => end,
    };
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// An entity whose value calls another, a parameter entity, or one read from elsewhere.
fn is_bomb(doctype: &str) -> bool {
    doctype.split("<!ENTITY").skip(1).any(|declaration| {
        let declaration = declaration.split('>').next().unwrap_or(declaration);
        let calls = declaration.split('&').skip(1).any(|called| !called.starts_with('#'));
        calls
            || declaration.contains("SYSTEM")
            || declaration.contains("PUBLIC")
            || declaration.trim_start().starts_with('%')
    })
}

struct Pass<'t> {
    out: String,
    open: Vec<&'t str>,
    /// Where the item being read began in `out`, and how many elements were open there.
    in_item: Option<(usize, usize)>,
    items_left: usize,
    more: bool,
    /// Atom 0.3, whose elements have other names.
    old_atom: bool,
}

impl<'t> Pass<'t> {
    /// Reads it all; `false` when it is cut in the middle of something.
    fn run(&mut self, mut rest: &'t str) -> Result<bool, ExtractError> {
        while let Some(at) = rest.find('<') {
            let (text, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
            escape_text(&mut self.out, text);
            rest = if let Some(cdata) = tail.strip_prefix("<![CDATA[") {
                let Some((inside, left)) = cdata.split_once("]]>") else { return Ok(false) };
                push_cdata(&mut self.out, inside);
                left
            } else if tail.starts_with("<!--") {
                let Some((_, left)) = tail.split_once("-->") else { return Ok(false) };
                left
            } else if tail.starts_with("<?") || tail.starts_with("<!") {
                let Some((_, left)) = tail.split_once('>') else { return Ok(false) };
                left
            } else if let Some(name) = tail.strip_prefix("</") {
                let Some((name, left)) = name.split_once('>') else { return Ok(false) };
                self.close(name.trim());
                left
            } else if tail.chars().nth(1).is_some_and(|c| c.is_alphabetic() || c == '_') {
                match self.element(tail)? {
                    Some(left) => left,
                    None => return Ok(false),
                }
            } else {
                self.out.push_str("&lt;");
                tail.get(1..).unwrap_or("")
            };
        }
        escape_text(&mut self.out, rest);
        Ok(true)
    }

    /// One start tag, and the whole of its content when it is text. `None`: cut.
    fn element(&mut self, tail: &'t str) -> Result<Option<&'t str>, ExtractError> {
        let Some(end) = tag_end(tail) else { return Ok(None) };
        let (tag, left) = tail.split_at_checked(end).unwrap_or((tail, ""));
        let inside = tag.strip_prefix('<').and_then(|t| t.strip_suffix('>')).unwrap_or(tag);
        let (inside, empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
        let name_end = inside.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(inside.len());
        let (name, attributes) = inside.split_at_checked(name_end).unwrap_or((inside, ""));
        let name = self.renamed(name);
        if ITEMS.contains(&local(name)) {
            self.begin_item();
            if self.more {
                return Ok(None);
            }
        }
        if empty {
            self.write_tag(name, attributes, true);
            return Ok(Some(left));
        }
        if is_text(name) {
            return Ok(self.text_element(name, attributes, left));
        }
        if self.open.is_empty() && self.out.is_empty() {
            self.write_root(name, attributes);
        } else {
            self.write_tag(name, attributes, false);
        }
        self.open.push(name);
        if self.open.len() > NESTING_MAX {
            return Err(ExtractError::TooDeep { levels_max: NESTING_MAX });
        }
        Ok(Some(left))
    }

    /// An item that begins within another one closes it.
    fn begin_item(&mut self) {
        if let Some((_, depth)) = self.in_item {
            self.close_to(depth);
            self.in_item = None;
        }
        if self.items_left == 0 {
            self.more = true;
            return;
        }
        self.items_left -= 1;
        if self.open.as_slice() == ["rss"] {
            self.out.push_str("<channel>");
            self.open.push("channel");
        }
        self.in_item = Some((self.out.len(), self.open.len()));
    }

    /// What Atom 1.0 calls an element of Atom 0.3.
    fn renamed<'n>(&self, name: &'n str) -> &'n str {
        match name {
            "issued" if self.old_atom => "published",
            "modified" if self.old_atom => "updated",
            "tagline" if self.old_atom => "subtitle",
            name => name,
        }
    }

    /// The root, with what feeds forget to say.
    fn write_root(&mut self, name: &str, attributes: &str) {
        self.old_atom = attributes.contains("purl.org/atom/ns#");
        let mut all = attributes.to_owned();
        for (old, new) in OLD_NAMESPACES {
            all = all.replace(old, new);
        }
        for (prefix, namespace) in NAMESPACES {
            if !attributes.contains(&format!("xmlns:{prefix}")) {
                all.push_str(&format!(" xmlns:{prefix}=\"{namespace}\""));
            }
        }
        if name == "rss" && !attributes.contains("version") {
            all.push_str(" version=\"2.0\"");
        }
        self.write_tag(name, &all, false);
    }

    fn text_element(&mut self, name: &'t str, attributes: &str, left: &'t str) -> Option<&'t str> {
        let (content, rest) = text_content(name, left)?;
        let marked_up = has_raw_tags(content);
        let attributes: Cow<'_, str> = match marked_up && attributes.contains("xhtml") {
            true => attributes.replace("xhtml", "html").into(),
            false => attributes.into(),
        };
        self.write_tag(name, &attributes, false);
        match marked_up {
            true => push_escaped_markup(&mut self.out, content),
            false => push_text_with_cdata(&mut self.out, content),
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        Some(rest)
    }

    fn write_tag(&mut self, name: &str, attributes: &str, empty: bool) {
        self.out.push('<');
        self.out.push_str(name);
        write_attributes(&mut self.out, attributes);
        self.out.push_str(if empty { "/>" } else { ">" });
    }

    /// A closing tag closes what was left open within; one that closes nothing is dropped.
    fn close(&mut self, name: &str) {
        let name = self.renamed(name);
        let Some(depth) = self.open.iter().rposition(|open| *open == name) else { return };
        // `</channel>` within an item that was never closed still ends the item.
        self.close_to(depth);
        if ITEMS.contains(&local(name)) {
            self.in_item = None;
        }
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            if let Some(name) = self.open.pop() {
                self.out.push_str("</");
                self.out.push_str(name);
                self.out.push('>');
            }
        }
    }

    /// Of a document cut within an item, only the whole items are kept.
    fn finish(mut self, whole: bool) -> Repaired {
        let truncated = !self.more && (!whole || !self.open.is_empty());
        if let (true, Some((start, depth))) = (truncated, self.in_item) {
            self.out.truncate(start);
            self.open.truncate(depth);
        }
        self.close_to(0);
        Repaired { xml: self.out, truncated, more: self.more }
    }
}

/// Prefixes that feeds use, and forget to declare.
const NAMESPACES: &[(&str, &str)] = &[
    ("content", "http://purl.org/rss/1.0/modules/content/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("atom", "http://www.w3.org/2005/Atom"),
    ("media", "http://search.yahoo.com/mrss/"),
];

const OLD_NAMESPACES: &[(&str, &str)] = &[
    ("http://purl.org/atom/ns#", "http://www.w3.org/2005/Atom"),
    ("http://my.netscape.com/rdf/simple/0.9/", "http://purl.org/rss/1.0/"),
    ("http://channel.netscape.com/rdf/simple/0.9/", "http://purl.org/rss/1.0/"),
];

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// `media:content` holds elements, not text.
fn is_text(name: &str) -> bool {
    let local = local(name);
    TEXTS.contains(&local) && !(local == "content" && name.starts_with("media:"))
}

/// The end of the tag that `text` begins with: the first `>` outside quotes, or the first at all when quotes are unsound.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            // An attribute never closed: take the tag as ending where it seems to.
            (Some(_), b'<') => return text.find('>').map(|at| at + 1),
            _ => {}
        }
    }
    text.find('>').map(|at| at + 1)
}

/// The content of a text element and what follows it; without its closing tag it ends where the item does.
fn text_content<'t>(name: &str, left: &'t str) -> Option<(&'t str, &'t str)> {
    let mut from = 0;
    loop {
        let at = from + left.get(from..)?.find('<')?;
        let tail = left.get(at..)?;
        if tail.starts_with("<![CDATA[") {
            from = at + tail.find("]]>")? + 3;
            continue;
        }
        if let Some(after) = tail.strip_prefix("</") {
            let end = after.find('>')?;
            let closes = after.get(..end)?.trim();
            if closes == name {
                return Some((left.get(..at)?, after.get(end + 1..)?));
            }
            if ITEMS.contains(&local(closes)) || closes == "channel" {
                return Some((left.get(..at)?, tail));
            }
        } else if tail.starts_with("<item>") || tail.starts_with("<item ") || tail.starts_with("<entry>") {
            return Some((left.get(..at)?, tail));
        }
        from = at + 1;
    }
}

/// Tags outside CDATA.
fn has_raw_tags(content: &str) -> bool {
    let mut rest = content;
    while let Some(at) = rest.find('<') {
        let tail = rest.get(at..).unwrap_or("");
        if tail.starts_with("<![CDATA[") {
            rest = tail.split_once("]]>").map_or("", |(_, left)| left);
            continue;
        }
        if tail.chars().nth(1).is_some_and(|c| c.is_alphabetic() || c == '/') {
            return true;
        }
        rest = tail.get(1..).unwrap_or("");
    }
    false
}

/// Raw HTML, to be read as text: every sign is escaped once more. CDATA within is taken out of its wrapping.
fn push_escaped_markup(out: &mut String, content: &str) {
    let content = content.replace("<![CDATA[", "").replace("]]>", "");
    let content = without_prefixes(&content);
    for c in content.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => push_char(out, c),
        }
    }
}

/// `<x:p>` of XHTML under a prefix is `<p>`.
fn without_prefixes(content: &str) -> Cow<'_, str> {
    static PREFIX: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"<(/?)[A-Za-z][A-Za-z0-9_-]{0,20}:").ok());
    match PREFIX.as_ref() {
        Some(prefix) => prefix.replace_all(content, "<$1"),
        None => content.into(),
    }
}

fn push_text_with_cdata(out: &mut String, mut content: &str) {
    while let Some((text, tail)) = content.split_once("<![CDATA[") {
        escape_text(out, text);
        let (inside, left) = tail.split_once("]]>").unwrap_or((tail, ""));
        push_cdata(out, inside);
        content = left;
    }
    escape_text(out, content);
}

fn push_cdata(out: &mut String, inside: &str) {
    out.push_str("<![CDATA[");
    inside.chars().for_each(|c| push_char(out, c));
    out.push_str("]]>");
}
