//! Finds the main text of a page: the furniture that every site has goes first, then the best part is taken.

use std::sync::LazyLock;

use ego_tree::NodeId;
use regex::Regex;
use scraper::{ElementRef, Html, Selector};

use super::clean;

/// A part with less text than this is not the main one.
const MAIN_BYTES_MIN: usize = 200;
/// What looks like furniture by its name but holds this share of the page's text is no furniture.
const FURNITURE_SHARE_MAX: f64 = 0.5;

/// Parts by what they are.
const FURNITURE: &str = "nav, aside, script, style, noscript, template, svg, iframe, button, select, dialog, \
    [role=navigation], [role=banner], [role=contentinfo], [role=search], [role=dialog], [role=alertdialog], [hidden], \
    body > header, body > footer, body > div > header, body > div > footer, body > div > div > footer";

/// Words of classes and ids that name furniture.
static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)(?:^|[\s_-])(?:cookies?|tarteaucitron\w*|consent|rgpd|gdpr|breadcrumbs?|ariane|share|sharing|partage|partager|social|
          socials|related|sidebar|skiplinks?|skip|pagination|pager|newsletter|comments?|commentaires|menu|navbar|nav|
          toolbar|outils|evitement|addtoany|sommaire|footer|a-lire-aussi|lire-aussi|voir-aussi|tags)(?:$|[\s_-])",
    )
    .ok()
});

/// Headings of parts that lead elsewhere.
static ELSEWHERE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)^(?:[àa]\ (?:lire|voir|d[ée]couvrir|consulter)\ (?:aussi|[ée]galement)|(?:lire|voir|d[ée]couvrir)\ (?:aussi|[ée]galement)|
          [àa]\ d[ée]couvrir|sur\ le\ m[êe]me\ (?:th[èe]me|sujet)|dans\ la\ m[êe]me\ (?:rubrique|cat[ée]gorie)|
          (?:articles?|contenus?|actualit[ée]s|pages?)\ (?:li[ée]e?s|similaires|associ[ée]e?s|r[ée]cents?|connexes)|
          (?:les\ )?autres\ (?:actualit[ée]s|articles|appels\ à\ projets)|partager(?:\ (?:la|cette|sur|cet).*)?|suivez-nous|
          abonnez-vous.*|newsletter|vous\ aimerez\ aussi|derni[èe]res\ actualit[ée]s|fil\ d.ariane)\s*[:!?.]?$",
    )
    .ok()
});

/// Takes the elements that `selector` finds out of `document`.
pub fn remove(document: &mut Html, selector: &Selector) {
    let found: Vec<_> = document.select(selector).map(|element| element.id()).collect();
    detach(document, found);
}

fn detach(document: &mut Html, nodes: Vec<NodeId>) {
    for id in nodes {
        if let Some(mut node) = document.tree.get_mut(id) {
            node.detach();
        }
    }
}

/// Takes away navigation, headers, footers, cookie banners, share links and "à lire aussi".
pub fn remove_chrome(document: &mut Html) {
    if let Ok(selector) = Selector::parse(FURNITURE) {
        let found: Vec<_> = document.select(&selector).map(|e| e.id()).collect();
        detach(document, found);
    }
    let named = named_furniture(document);
    detach(document, named);
    let elsewhere = parts_that_lead_elsewhere(document);
    detach(document, elsewhere);
}

fn text_length(element: ElementRef<'_>) -> usize {
    element.text().map(|text| text.trim().len()).sum()
}

/// Whether the classes or the id of `element` name furniture.
pub fn is_named_furniture(element: ElementRef<'_>) -> bool {
    let says = |attribute: &str| {
        element.attr(attribute).is_some_and(|value| NAMES.as_ref().is_some_and(|names| names.is_match(value)))
    };
    says("class") || says("id")
}

fn named_furniture(document: &Html) -> Vec<NodeId> {
    let whole = text_length(document.root_element()).max(1);
    let elements = document.tree.root().descendants().filter_map(ElementRef::wrap);
    let named = elements.filter(|e| {
        let name = e.value().name();
        let sound = !matches!(name, "html" | "head" | "body" | "main" | "article" | "h1");
        sound && is_named_furniture(*e) && !leads_to_documents(*e)
    });
    let small = named.filter(|e| text_length(*e) as f64 / whole as f64 <= FURNITURE_SHARE_MAX);
    small.map(|e| e.id()).collect()
}

/// "Fichiers joints" often stand in a box named as furniture.
fn leads_to_documents(element: ElementRef<'_>) -> bool {
    let elements = element.descendants().filter_map(ElementRef::wrap);
    elements.filter_map(|e| e.attr("href")).any(|href| {
        let path = href.split(['?', '#']).next().unwrap_or(href).to_ascii_lowercase();
        [".pdf", ".doc", ".docx", ".odt"].iter().any(|end| path.ends_with(end))
    })
}

/// Each heading that leads elsewhere, and what follows it up to the next heading of its rank.
fn parts_that_lead_elsewhere(document: &Html) -> Vec<NodeId> {
    let (Some(words), Ok(headings)) = (ELSEWHERE.as_ref(), Selector::parse("h2, h3, h4, h5, h6")) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for heading in document.select(&headings) {
        if !words.is_match(&clean::label(&heading.inner_html())) {
            continue;
        }
        found.push(heading.id());
        let rank = heading.value().name().to_owned();
        for sibling in heading.next_siblings() {
            let ends = ElementRef::wrap(sibling)
                .is_some_and(|e| is_heading(e.value().name()) && e.value().name() <= rank.as_str());
            if ends {
                break;
            }
            found.push(sibling.id());
        }
    }
    found
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// The markup of the best part: what the page calls its main part, else what dom_smoothie finds, else the body.
pub fn main_html(document: &Html) -> String {
    for selector in ["main", "[role=main]", "article", "#main, #contenu, #content, #main-content", ".contenu, .content"]
    {
        let Ok(selector) = Selector::parse(selector) else { continue };
        let best = document.select(&selector).max_by_key(|e| text_length(*e));
        if let Some(best) = best.filter(|e| text_length(*e) >= MAIN_BYTES_MIN) {
            return best.html();
        }
    }
    let whole = document.html();
    readable(&whole).unwrap_or_else(|| body(document).unwrap_or(whole))
}

fn readable(html: &str) -> Option<String> {
    let mut readability = dom_smoothie::Readability::new(html, None, None).ok()?;
    let article = readability.parse().ok()?;
    (article.text_content.trim().len() >= MAIN_BYTES_MIN).then(|| article.content.to_string())
}

fn body(document: &Html) -> Option<String> {
    let selector = Selector::parse("body").ok()?;
    document.select(&selector).next().map(|body| body.html())
}
