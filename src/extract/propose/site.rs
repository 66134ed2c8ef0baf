//! What a page says of its site: its name, its title, the system it is made with, and where such systems keep feeds.

use scraper::{Html, Selector};
use url::Url;

use super::super::{clean, wordpress};
use crate::model::SourceKind;

/// Feeds of a page that are worth a try.
const FEEDS_MAX: usize = 4;

/// The names on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    pub site: Option<String>,
    pub title: Option<String>,
}

/// The systems that have places of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cms {
    Spip,
    WordPress,
    Drupal,
    Ez,
    Typo3,
    Joomla,
    Unknown,
}

/// An address that may hold the same announcements in a form made for machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub url: Url,
    pub kind: SourceKind,
    /// Why it is worth a try, in French.
    pub why: String,
    /// The page itself names it; the others are where such sites usually keep one.
    pub announced: bool,
}

fn text_of(document: &Html, selector: &str) -> Option<String> {
    let selector = Selector::parse(selector).ok()?;
    let texts = document.select(&selector).map(|e| clean::label(&e.inner_html()));
    texts.into_iter().find(|text| !text.is_empty())
}

fn attribute_of(document: &Html, selector: &str, attribute: &str) -> Option<String> {
    let selector = Selector::parse(selector).ok()?;
    let values = document.select(&selector).filter_map(|e| e.attr(attribute)).map(clean::label);
    values.into_iter().find(|text| !text.is_empty())
}

pub fn names(document: &Html) -> Names {
    let head = text_of(document, "head title").unwrap_or_default();
    let signs = [" | ", " — ", " – ", " - ", " • ", " :: "];
    let head = signs.iter().fold(head, |head, sign| head.replace(sign, "\n"));
    let parts: Vec<&str> = head.split('\n').map(str::trim).collect();
    let names_nothing = |part: &str| matches!(part.to_lowercase().as_str(), "" | "accueil" | "bienvenue" | "home");
    let last = parts.iter().rev().copied().find(|part| !names_nothing(part)).filter(|_| parts.len() > 1);
    let site = attribute_of(document, "meta[property='og:site_name']", "content")
        .or_else(|| text_of(document, ".fr-header__service-title"))
        .or_else(|| attribute_of(document, "meta[name='application-name']", "content"))
        .or_else(|| last.map(str::to_owned))
        .or_else(|| attribute_of(document, "header img[alt]", "alt"));
    let title = text_of(document, "main h1, [role=main] h1, #content h1, #contenu h1")
        .or_else(|| parts.first().map(|part| (*part).to_owned()).filter(|part| !part.is_empty()))
        .or_else(|| text_of(document, "h1"));
    Names { site: site.map(readable), title: title.map(readable) }
}

/// Sites write their names in capitals, or add what every page says.
fn readable(name: String) -> String {
    let name = name
        .trim()
        .trim_start_matches("Logo ")
        .trim_start_matches("Accueil")
        .trim_matches([' ', '|', '-', '–', ':'])
        .to_owned();
    name.chars().take(90).collect()
}

pub fn cms(document: &Html, html: &str) -> Cms {
    let generator = attribute_of(document, "meta[name='generator' i]", "content").unwrap_or_default().to_lowercase();
    let holds = |words: &[&str]| words.iter().any(|word| html.contains(word));
    match () {
        () if generator.contains("spip")
            || holds(&["spip.php", "/plugins-dist/", "prive/javascript/", "spip_logo", "lien_pagination"]) =>
        {
            Cms::Spip
        }
        () if generator.contains("wordpress") || holds(&["/wp-content/", "/wp-json/", "/wp-includes/"]) => {
            Cms::WordPress
        }
        () if generator.contains("drupal")
            || holds(&["/sites/default/files", "data-drupal-", "drupal-settings-json"]) =>
        {
            Cms::Drupal
        }
        () if generator.contains("ez p")
            || holds(&["/layout/set/", "/(offset)/", "/contenu/telechargement/", "/content/download/"]) =>
        {
            Cms::Ez
        }
        () if generator.contains("typo3") || holds(&["/typo3temp/", "/typo3conf/", "/fileadmin/"]) => Cms::Typo3,
        () if generator.contains("joomla") || holds(&["/media/jui/", "option=com_", "/components/com_"]) => Cms::Joomla,
        () => Cms::Unknown,
    }
}

const ANNOUNCED: &str = "la page annonce ce flux";

/// The places to try, those that speak of this page first.
pub fn places(document: &Html, url: &Url, cms: Cms) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    let mut add = |found: Option<Url>, kind: SourceKind, why: &str| {
        if let Some(found) = found.filter(|found| !places.iter().any(|place| place.url == *found)) {
            let announced = why == ANNOUNCED;
            places.push(Place { url: found, kind, why: why.to_owned(), announced });
        }
    };
    for feed in announced(document, url) {
        add(Some(feed), SourceKind::Feed, ANNOUNCED);
    }
    match cms {
        Cms::Spip => {
            if let Some(section) = spip_section(url) {
                let query = format!("page=backend&id_rubrique={section}");
                add(spip(url, &query), SourceKind::Feed, "flux de la rubrique, à l’adresse habituelle de SPIP");
            }
            add(spip(url, "page=backend"), SourceKind::Feed, "flux du site, à l’adresse habituelle de SPIP");
        }
        Cms::WordPress => {
            // A hundred posts of the category, where a feed gives ten.
            let known = wordpress::category(url).map(|_| url.clone());
            add(
                known,
                SourceKind::Wordpress,
                "le site donne les articles de cette catégorie par son interface (wp-json)",
            );
            let mut feed = url.clone();
            feed.set_query(None);
            feed.set_path(&format!("{}/feed/", url.path().trim_end_matches('/')));
            add(Some(feed), SourceKind::Feed, "flux de la page, à l’adresse habituelle de WordPress");
            add(url.join("/feed/").ok(), SourceKind::Feed, "flux du site, à l’adresse habituelle de WordPress");
        }
        Cms::Drupal => {
            let mut feed = url.clone();
            feed.set_query(None);
            feed.set_path(&format!("{}/rss.xml", url.path().trim_end_matches('/')));
            add(Some(feed), SourceKind::Feed, "flux de la page, à une adresse habituelle de Drupal");
            add(url.join("/rss.xml").ok(), SourceKind::Feed, "flux du site, à l’adresse habituelle de Drupal");
        }
        Cms::Joomla => {
            let mut feed = url.clone();
            feed.set_query(Some("format=feed&type=rss"));
            add(Some(feed), SourceKind::Feed, "flux de la page, à l’adresse habituelle de Joomla");
        }
        Cms::Ez | Cms::Typo3 | Cms::Unknown => {}
    }
    places.truncate(FEEDS_MAX + 2);
    places
}

/// The feeds that the page announces; those of comments are of no use.
fn announced(document: &Html, url: &Url) -> Vec<Url> {
    let wanted = "link[rel~=alternate][type*=rss], link[rel~=alternate][type*=atom], link[rel~=alternate][type='application/feed+json']";
    let Ok(selector) = Selector::parse(wanted) else { return Vec::new() };
    let comments = |e: &scraper::ElementRef<'_>| {
        let says = |text: &str| text.to_lowercase().contains("comment");
        e.attr("title").is_some_and(says) || e.attr("href").is_some_and(says)
    };
    let feeds = document.select(&selector).filter(|e| !comments(e));
    let mut feeds: Vec<Url> = feeds.filter_map(|e| clean::link(e.attr("href")?, Some(url))).collect();
    feeds.dedup();
    // The feed of a section has the longer address.
    feeds.sort_by_key(|feed| std::cmp::Reverse(feed.as_str().len()));
    feeds.truncate(FEEDS_MAX);
    feeds
}

/// `…-r34.html`, `spip.php?rubrique34`, `rubrique34.html`: the number of a SPIP section.
pub fn spip_section(url: &Url) -> Option<u32> {
    let path = url.path().trim_end_matches(".html");
    let digits = |text: &str| text.parse::<u32>().ok();
    let by_name = path
        .rsplit_once("-r")
        .and_then(|(_, n)| digits(n))
        .or_else(|| path.rsplit_once("rubrique").and_then(|(_, n)| digits(n)));
    let query = url.query().unwrap_or("");
    by_name.or_else(|| {
        query.split('&').find_map(|part| {
            part.strip_prefix("rubrique").or_else(|| part.strip_prefix("id_rubrique=")).and_then(digits)
        })
    })
}

/// SPIP may be installed in a folder; its script stands beside the page.
pub fn spip(url: &Url, query: &str) -> Option<Url> {
    let mut feed = url.join("spip.php").ok()?;
    feed.set_query(Some(query));
    feed.set_fragment(None);
    Some(feed)
}
