//! The page behind a link: its main text, without the site's furniture, and what it says beside.

use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::page::{self, Pick, Said, css};
use super::{ExtractError, charset, clean, dates, guard, maintext, wall};
use crate::model::{Attachment, DetailSelect, Documents, Item, Response, Source};

const ATTACHMENTS_MAX: usize = 20;
/// Of one item.
const DOCUMENTS_MAX: usize = 2;

/// What one page says, for somebody who gave only its address.
#[derive(Clone, Debug, PartialEq)]
pub struct PageText {
    pub url: Url,
    pub title: String,
    pub text: String,
    pub published: Option<NaiveDate>,
    pub attachments: Vec<Attachment>,
}

/// Reads any page or text file: the main text is found by itself.
pub fn page_text(url: &Url, response: &Response) -> Result<PageText, ExtractError> {
    let content = content(response)?;
    let text = match content {
        Content::Plain(text) => {
            let text = clean::text(&text);
            let title = clean::title(text.lines().next().unwrap_or(""));
            return Ok(PageText { url: url.clone(), title, text, published: None, attachments: Vec::new() });
        }
        Content::Html(html) => html,
    };
    guard::check(&text)?;
    let mut document = Html::parse_document(&text);
    let fallback = title(&document);
    let published = published(&document);
    let base = page::base(&document, url);
    maintext::remove_chrome(&mut document);
    let main = maintext::main_html(&document);
    let main_part = Html::parse_fragment(&main);
    let title = main_title(&main_part).or(fallback).unwrap_or_default();
    let clean = clean::text(&main);
    if let Some(fault) = wall::instead_of_main(&text, &clean) {
        return Err(fault);
    }
    let attachments = attachments(&main_part, &base, None)?;
    Ok(PageText {
        url: url.clone(),
        title,
        published: published.or_else(|| said_published(&clean)),
        text: clean,
        attachments,
    })
}

/// Adds to `item` what its page says.
pub fn read(source: &Source, mut item: Item, response: &Response) -> Result<Item, ExtractError> {
    let whole = DetailSelect::default();
    let select = source.detail.as_ref().unwrap_or(&whole);
    if (DetailSelect { documents: whole.documents, ..select.clone() }) == whole {
        let page = page_text(&response.url, response)?;
        adopt_title(&mut item, page.title);
        item.published = item.published.or(page.published);
        item.text = clean::join(&[item.text, page.text]);
        item.attachments.extend(page.attachments);
        return Ok(item);
    }
    let html = match content(response)? {
        Content::Html(html) => html,
        Content::Plain(text) => {
            item.text = clean::join(&[item.text, clean::text(&text)]);
            return Ok(item);
        }
    };
    guard::check(&html)?;
    let mut document = Html::parse_document(&html);
    let base = page::base(&document, &response.url);
    tell(select, &document, &mut item)?;
    item.published = item.published.or_else(|| published(&document));
    if let Some(remove) = &select.remove {
        maintext::remove(&mut document, &css(remove)?);
    }
    let main = match &select.text {
        Some(setting) => chosen(&document, setting, &html)?,
        None => {
            maintext::remove_chrome(&mut document);
            maintext::main_html(&document)
        }
    };
    let fragment = match &select.attachments {
        Some(_) => document,
        None => Html::parse_fragment(&main),
    };
    item.attachments.extend(attachments(&fragment, &base, select.attachments.as_deref())?);
    let text = clean::text(&main);
    if let Some(fault) = wall::instead_of_text(&html, &text) {
        return Err(fault);
    }
    item.text = clean::join(&[item.text, text]);
    Ok(item)
}

/// Title, date, deadline, publisher and place by their selectors.
fn tell(select: &DetailSelect, document: &Html, item: &mut Item) -> Result<(), ExtractError> {
    let pick = |setting: &Option<String>| setting.as_deref().map(Pick::new).transpose();
    let root = document.root_element();
    match pick(&select.title)?.and_then(|pick| pick.value(root, None)).map(|raw| clean::title(&raw)) {
        Some(title) if !title.is_empty() => item.title = title,
        _ => adopt_title(item, title(document).unwrap_or_default()),
    }
    let said = Said {
        date: pick(&select.date)?,
        deadline: pick(&select.deadline)?,
        publisher: pick(&select.publisher)?,
        place: pick(&select.place)?,
    };
    said.tell(root, item);
    Ok(())
}

/// The parts that the source chose, in the order of the page.
fn chosen(document: &Html, setting: &str, html: &str) -> Result<String, ExtractError> {
    let selector = css(setting)?;
    let mut parts: Vec<String> = Vec::new();
    for element in document.select(&selector) {
        // A part within a part that was taken already.
        let nested = element.ancestors().filter_map(ElementRef::wrap).any(|above| selector.matches(&above));
        if !nested {
            parts.push(element.html());
        }
    }
    if parts.is_empty() {
        return Err(
            wall::instead_of_list(html).unwrap_or_else(|| ExtractError::TextNotFound { wanted: setting.to_owned() })
        );
    }
    Ok(parts.join("<p></p>"))
}

enum Content {
    Html(String),
    Plain(String),
}

fn content(response: &Response) -> Result<Content, ExtractError> {
    let kind =
        response.content_type.as_deref().unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let start = response.body.trim_ascii_start();
    if start.starts_with(b"%PDF") || kind == "application/pdf" {
        return Err(ExtractError::NotHandled { what: "PDF".to_owned() });
    }
    let office = start.starts_with(b"PK\x03\x04") || start.starts_with(b"\xd0\xcf\x11\xe0");
    if office || kind.starts_with("image/") || kind.starts_with("audio/") || kind.starts_with("video/") {
        let what = if office { "document bureautique ou archive".to_owned() } else { kind };
        return Err(ExtractError::NotHandled { what });
    }
    let text = charset::decode(&response.body, response.content_type.as_deref());
    let html = kind.contains("html")
        || kind.contains("xml")
        || super::markup::has_tags(text.get(..text.floor_char_boundary(2000)).unwrap_or(&text));
    Ok(if html && kind != "text/plain" { Content::Html(text) } else { Content::Plain(text) })
}

/// A list may cut titles or have none worth the name: the page's is better then.
fn adopt_title(item: &mut Item, title: String) {
    let cut = item.title.trim_end().ends_with('…') || item.title.trim_end().ends_with("...");
    let says_nothing =
        ["lire la suite", "en savoir plus", "voir", "consulter", "détail", "plus d’infos", "plus d'infos"];
    let nothing = says_nothing
        .contains(&item.title.trim().trim_end_matches([':', '.', '…', '»', '>']).trim().to_lowercase().as_str());
    if !title.is_empty() && (cut || nothing || item.title.is_empty()) {
        item.title = title;
    }
}

/// The first heading of the main part, else of the page, else what the page tells to others, else its title.
fn title(document: &Html) -> Option<String> {
    let first = |selector: &str, attribute: Option<&str>| {
        let selector = Selector::parse(selector).ok()?;
        let raw =
            |e: ElementRef<'_>| attribute.map_or_else(|| Some(e.inner_html()), |name| e.attr(name).map(str::to_owned));
        document.select(&selector).filter_map(raw).map(|raw| clean::title(&raw)).find(|title| !title.is_empty())
    };
    first("main h1, [role=main] h1, article h1", None)
        .or_else(|| heading_outside_header(document))
        .or_else(|| first("meta[property='og:title']", Some("content")))
        .or_else(|| first("head title", None).map(|title| without_site(&title)))
        .or_else(|| first("h1", None))
}

/// The first heading of the part that was found to be the main one.
fn main_title(main: &Html) -> Option<String> {
    let of = |selector: &str| {
        let selector = Selector::parse(selector).ok()?;
        main.select(&selector).map(|e| clean::title(&e.inner_html())).find(|title| !title.is_empty())
    };
    of("h1").or_else(|| of("[itemprop=headline]"))
}

/// Many sites put their own name in an `h1` of the header of each page.
fn heading_outside_header(document: &Html) -> Option<String> {
    let selector = Selector::parse("h1").ok()?;
    let in_header =
        |e: &ElementRef<'_>| e.ancestors().filter_map(ElementRef::wrap).any(|a| a.value().name() == "header");
    let outside = document.select(&selector).filter(|e| !in_header(e));
    outside.map(|e| clean::title(&e.inner_html())).find(|title| !title.is_empty())
}

/// "Appel à projets | Préfecture" says "Appel à projets".
fn without_site(title: &str) -> String {
    let cut =
        [" | ", " — ", " – "].iter().filter_map(|sign| title.split_once(sign)).map(|(first, _)| first.len()).min();
    cut.and_then(|at| title.get(..at)).unwrap_or(title).to_owned()
}

fn published(document: &Html) -> Option<NaiveDate> {
    let places = [
        ("meta[property='article:published_time']", "content"),
        ("meta[name='DC.date.issued'], meta[name='dcterms.created'], meta[name='DC.Date']", "content"),
        ("[itemprop=datePublished]", "content"),
        ("[itemprop=datePublished]", "datetime"),
    ];
    places.iter().find_map(|(selector, attribute)| {
        let selector = Selector::parse(selector).ok()?;
        document.select(&selector).filter_map(|e| e.attr(attribute)).find_map(dates::read).map(|moment| moment.date)
    })
}

/// "Publié le 12 janvier 2026" on the page.
fn said_published(text: &str) -> Option<NaiveDate> {
    static SAID: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)\b(?:publié|publiée|mis en ligne|mise en ligne) le\s+([^\n]{6,40})").ok());
    let said = SAID.as_ref()?.captures(text)?.get(1)?;
    dates::read(said.as_str()).map(|moment| moment.date)
}

/// The links to documents, or those that the source chose.
fn attachments(fragment: &Html, base: &Url, chosen: Option<&str>) -> Result<Vec<Attachment>, ExtractError> {
    let selector = css(chosen.unwrap_or("a[href]"))?;
    let mut found: Vec<Attachment> = Vec::new();
    for element in fragment.select(&selector) {
        let Some(url) = element.attr("href").and_then(|href| clean::link(href, Some(base))) else { continue };
        if chosen.is_none() && !super::feed::is_document(&url) {
            continue;
        }
        if found.len() < ATTACHMENTS_MAX && !found.iter().any(|a| a.url == url.as_str()) {
            found.push(Attachment { url: url.into(), label: clean::label(&element.inner_html()) });
        }
    }
    Ok(found)
}

/// The PDFs whose words are worth fetching: those that the source chose, else those that name themselves a call's.
pub fn documents(source: &Source, item: &Item) -> Vec<Attachment> {
    let Some(select) = source.detail.as_ref().filter(|select| select.documents == Documents::Read) else {
        return Vec::new();
    };
    let wanted = |attachment: &&Attachment| {
        let Ok(url) = Url::parse(&attachment.url) else { return false };
        let said = format!("{} {}", attachment.label, url.path()).to_lowercase().replace(['-', '_'], " ");
        let words = ["cahier", "charges", "arrêté", "arrete", "appel", "règlement", "reglement", "aap", "ami"];
        let named = said.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
        url.path().to_ascii_lowercase().ends_with(".pdf") && (named || select.attachments.is_some())
    };
    item.attachments.iter().filter(wanted).take(DOCUMENTS_MAX).cloned().collect()
}

/// Adds a document's words to its item's, under a heading that names it.
pub fn attach(item: &mut Item, document: &Attachment, words: &str) {
    let file = document.url.rsplit('/').next().unwrap_or_default();
    let name = if document.label.is_empty() { file } else { &document.label };
    let part = format!("Pièce jointe : {name}\n\n{}", clean::text(words));
    item.text = clean::join(&[std::mem::take(&mut item.text), part]);
}
