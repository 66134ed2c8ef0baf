//! RSS 0.9 to 2.0, Atom and JSON Feed: a feed's entries as items. feed-rs reads them; [`super::repair`] goes before.

use feed_rs::model::{Entry, Feed, Text};
use url::Url;

use super::{ExtractError, ItemProblem, Listing, charset, clean, dates, finish, page, repair, wall};
use crate::model::{Attachment, Fields, Item, Response, Source};

/// A feed holds at most this many bytes.
pub const FEED_BYTES_MAX: usize = 20_000_000;
/// Attachments kept of one item.
const ATTACHMENTS_MAX: usize = 20;
const CATEGORIES_MAX: usize = 30;

/// Reads a feed. One without entries is an empty list, not a fault.
pub fn list(source: &Source, response: &Response) -> Result<Listing, ExtractError> {
    if response.body.len() > FEED_BYTES_MAX {
        return Err(ExtractError::TooLarge { bytes: response.body.len(), bytes_max: FEED_BYTES_MAX });
    }
    let text = charset::decode(&response.body, response.content_type.as_deref());
    let mut notes = Vec::new();
    let feed = parse(&text, source.items_max as usize, response, &mut notes)?;
    let mut listing = Listing { notes, ..Listing::default() };
    for (n, entry) in feed.entries.into_iter().take(source.items_max as usize).enumerate() {
        listing.keep(n, item(source, &response.url, entry));
    }
    Ok(listing)
}

fn parse(text: &str, items_max: usize, response: &Response, notes: &mut Vec<String>) -> Result<Feed, ExtractError> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}');
    if start.is_empty() {
        return Err(ExtractError::Empty);
    }
    if start.starts_with('{') {
        return json_feed(start).ok_or_else(|| json_fault(start));
    }
    // Some sites print a warning, or a blank page's worth of spaces, before the XML.
    let start = start.find('<').and_then(|at| start.get(at..)).unwrap_or("");
    let repaired = repair::repair(start, items_max)?;
    if !is_feed(&repaired.xml) {
        return Err(not_a_feed(text, response));
    }
    if repaired.truncated {
        notes.push("le flux est coupé avant sa fin ; les éléments entiers ont été lus".to_owned());
    }
    if repaired.more {
        notes.push(format!("plus de {items_max} éléments : seuls les premiers sont lus"));
    }
    read(&repaired.xml).ok_or_else(|| not_a_feed(text, response))
}

fn read(text: &str) -> Option<Feed> {
    let parser = feed_rs::parser::Builder::new()
        .sanitize_content(false)
        // Without a guid the address tells an item from the others, not a number made of its title.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(|field| dates::read(field).and_then(dates::Moment::instant))
        .build();
    parser.parse(text.as_bytes()).ok()
}

/// JSON Feed, whose ids may be numbers or missing.
fn json_feed(text: &str) -> Option<Feed> {
    let (mut root, _) = super::jsontext::parse(text).ok()?;
    for item in root.get_mut("items")?.as_array_mut()?.iter_mut().filter_map(|item| item.as_object_mut()) {
        let id = item.get("id").filter(|id| !id.is_null()).or_else(|| item.get("url"));
        let id = id.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)).unwrap_or_default();
        item.insert("id".to_owned(), id.into());
    }
    read(&root.to_string())
}

/// Whether the root element is a feed's.
fn is_feed(xml: &str) -> bool {
    let name = xml.strip_prefix('<').unwrap_or("");
    let name = name.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or("");
    let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
    matches!(local, "rss" | "feed" | "RDF")
}

fn not_a_feed(text: &str, response: &Response) -> ExtractError {
    let head = text.get(..text.floor_char_boundary(4096)).unwrap_or(text).to_ascii_lowercase();
    let is_html = head.contains("<!doctype html") || head.contains("<html") || head.starts_with("<body");
    if is_html || response.content_type.as_deref().is_some_and(|kind| kind.starts_with("text/html")) {
        return wall::instead_of_list(text)
            .filter(|fault| *fault != ExtractError::NeedsScripts)
            .unwrap_or_else(|| ExtractError::PageInsteadOfFeed { alternate: page::alternate(text, &response.url) });
    }
    ExtractError::NotAFeed { excerpt: clean::label(&text.chars().take(80).collect::<String>()) }
}

fn json_fault(text: &str) -> ExtractError {
    match super::jsontext::parse(text) {
        Err(fault) => fault,
        Ok(_) => ExtractError::NotAFeed { excerpt: clean::label(&text.chars().take(80).collect::<String>()) },
    }
}

fn item(source: &Source, base: &Url, entry: Entry) -> Result<Item, ItemProblem> {
    let own_base = entry.base.as_deref().and_then(|b| base.join(b).ok());
    let base = own_base.as_ref().unwrap_or(base);
    let title = entry.title.as_ref().map(|t| clean::title(&t.content)).unwrap_or_default();
    let text = text(&entry);
    let alternate = entry.links.iter().find(|l| l.rel.as_deref().is_none_or(|rel| rel == "alternate"));
    let url = alternate
        .into_iter()
        .chain(&entry.links)
        .find_map(|l| clean::link(&l.href, Some(base)))
        // RSS: a guid is the address when there is no link (isPermaLink).
        .or_else(|| clean::link(&entry.id, None));
    let author =
        entry.authors.first().map(|a| clean::label(a.name.as_deref().unwrap_or(""))).filter(|name| is_name(name));
    let item = Item {
        source: source.id.clone(),
        guid: Some(clean::label(&entry.id)).filter(|id| !id.is_empty()),
        url: url.map(Into::into),
        title,
        text,
        publisher: if source.relay { author } else { None }.or_else(|| source.publisher().map(str::to_owned)),
        published: entry.published.map(|at| at.with_timezone(&chrono_tz::Europe::Paris).date_naive()),
        updated: entry.updated,
        fields: Fields { categories: categories(&entry), ..Fields::default() },
        attachments: attachments(&entry, base),
    };
    finish(item)
}

/// "webmaster" or an address is nobody's name.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('@') && !["admin", "webmaster", "root"].contains(&name.to_lowercase().as_str())
}

/// The summary and the content; one of the two when it holds the other.
fn text(entry: &Entry) -> String {
    let clean_text = |t: &Text| clean::text(&t.content);
    let summary = entry.summary.as_ref().map(clean_text).unwrap_or_default();
    let content = entry.content.as_ref().and_then(|c| c.body.as_deref()).map(clean::text).unwrap_or_default();
    if summary.is_empty() && content.is_empty() {
        let described = entry.media.iter().find_map(|media| media.description.as_ref());
        return described.map(clean_text).unwrap_or_default();
    }
    // A teaser cut with "[…]" says nothing that the content does not.
    let teaser = summary.trim_end_matches(['…', '.', ']', '[', ' ']);
    if !content.is_empty() && content.get(..teaser.len()).is_some_and(|start| start == teaser) {
        return content;
    }
    clean::join(&[summary, content])
}

fn categories(entry: &Entry) -> Vec<String> {
    let named = entry.categories.iter().map(|c| c.label.as_deref().unwrap_or(&c.term));
    named
        .flat_map(|name| name.split([',', ';']))
        .map(clean::label)
        .filter(|c| !c.is_empty())
        .take(CATEGORIES_MAX)
        .collect()
}

fn attachments(entry: &Entry, base: &Url) -> Vec<Attachment> {
    let enclosures = entry.links.iter().filter(|l| l.rel.as_deref() == Some("enclosure")).map(|l| l.href.clone());
    let media = entry.media.iter().flat_map(|m| &m.content).filter_map(|c| c.url.as_ref().map(ToString::to_string));
    let mut found: Vec<Attachment> = Vec::new();
    for href in enclosures.chain(media) {
        let Some(url) = clean::link(&href, Some(base)).filter(is_document) else { continue };
        if found.len() < ATTACHMENTS_MAX && !found.iter().any(|a| a.url == url.as_str()) {
            let label = url.path_segments().and_then(|mut s| s.next_back()).map(clean::label).unwrap_or_default();
            found.push(Attachment { url: url.into(), label });
        }
    }
    found
}

/// Pictures and sounds are no documents.
pub(super) fn is_document(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    [".pdf", ".doc", ".docx", ".odt", ".xls", ".xlsx", ".ods", ".zip", ".rtf"].iter().any(|end| path.ends_with(end))
}
