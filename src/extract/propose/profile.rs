//! What one element would give as an item of a list: its link, its title, and what speaks for or against it.

use std::sync::LazyLock;

use ego_tree::NodeId;
use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::super::{clean, dates, maintext, page};

/// Text of an element that is looked through for dates and words.
const TEXT_CHARS_MAX: usize = 1_500;
/// A link whose text is this long may be an announcement of its own.
const CONTENT_LINK_CHARS_MIN: usize = 25;
/// Siblings that one item may reach over.
const SPAN_NODES_MAX: usize = 40;

/// Words of calls for projects and standing aids.
static CALLS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\bappels?\s+[àa]\s+(?:projets?|candidatures?|manifestations?|initiatives?|contributions?|solutions?|id[ée]es?|propositions?)|\bappels?[-_]a?[-_]?(?:projets?|candidatures?)|\bappels?\s+(?:en cours|ouverts?)|\bAAP\b|\bAMI\b|\bAAC\b|manifestations? d.int[ée]r[êe]t|\bcandidatures?\b|\bsubventions?\b|\bhabilitations?\b|\bdispositifs?\b|\bfinancements?\b|\baides?\b|\bbourses?\b|\bprix\b|\bconcours\b|\bcalls? for\b|\bfonds\b|\bsoutien\b",
    )
    .ok()
});

/// Words of the parts of a site that are something else.
static ELSE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)actualit[ée]s?|\bactus?\b|\bnews\b|agenda|[ée]v[ée]nements?|\bpresse\b|partenaires?|[àa] la une|\b[àa] lire\b|voir aussi|liens? utiles?|suivez|offres? d.emploi|recrute|march[ée]s publics|newsletter|publications?|r[ée]seaux sociaux|plan du site|mentions l[ée]gales|acc[èe]s rapides?|services?\b|d[ée]marches|rubriques?|th[ée]matiques?|cat[ée]gories|mots.cl[ée]s|archives|laur[ée]ats|sites?\s+(?:publics?|de l.[ée]tat)",
    )
    .ok()
});

static ENDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)cl[ôo]tur|limite|jusqu.?au|[ée]ch[ée]ance|deadline|avant le|date de fin|date[-_]?(?:end|fin)|\bfin\b|d[ée]p[ôo]t|closing|end[-_]?date|expir|\bclos\b|remise des").ok()
});

static GENERIC: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:lire (?:la suite|plus|l.article)|en savoir (?:plus|\+)|voir(?: plus| la fiche| le d[ée]tail| l.appel)?|consulter.{0,20}|d[ée]couvrir.{0,12}|plus d.infos?|t[ée]l[ée]charger.{0,20}|acc[ée]der.{0,20}|suite|d[ée]tails?|ici|cliquez ici|suivant|pr[ée]c[ée]dent|\d+|read more|candidater|postuler|je candidate)\W*$").ok()
});

pub fn says_call(text: &str) -> bool {
    CALLS.as_ref().is_some_and(|words| words.is_match(text))
}

pub fn says_else(text: &str) -> bool {
    ELSE.as_ref().is_some_and(|words| words.is_match(text))
}

/// Whether words or a class announce the end of something.
pub fn says_end(text: &str) -> bool {
    ENDS.as_ref().is_some_and(|words| words.is_match(text))
}

/// "Lire la suite" names nothing.
pub fn is_generic(title: &str) -> bool {
    GENERIC.as_ref().is_some_and(|words| words.is_match(title.trim()))
}

/// What one element would give.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub link: Option<Url>,
    pub title: String,
    pub text_chars: usize,
    pub has_heading: bool,
    pub has_date: bool,
    pub says_call: bool,
    /// Further links that may be announcements of their own.
    pub other_links: usize,
    /// From 0, the main part of the page, to 1, its furniture.
    pub furniture: f64,
    pub in_main: bool,
}

impl Profile {
    pub fn of(element: ElementRef<'_>, base: &Url) -> Self {
        let mut profile = Self { title: page::usual_title(element).unwrap_or_default(), ..Self::default() };
        let links = links(element, base);
        profile.link = main_link(&links, &profile.title);
        let told = |text: &str, url: &Url| {
            text.chars().count() >= CONTENT_LINK_CHARS_MIN && Some(url) != profile.link.as_ref()
        };
        let mut others: Vec<&Url> = links.iter().filter(|(text, url)| told(text, url)).map(|(_, url)| url).collect();
        others.sort();
        others.dedup();
        profile.other_links = others.len();
        profile.has_heading = is_heading(element) || has_heading(element);
        let text = spoken(element);
        profile.text_chars = text.chars().count();
        profile.has_date = has_date(element, &text);
        profile.says_call = says_call(&profile.title) || profile.link.as_ref().is_some_and(|url| says_call(url.path()));
        (profile.furniture, profile.in_main) = place(element);
        profile
    }
}

/// The text of an element; of a heading or a term, what follows up to the next one too.
fn spoken(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    gather(element, &mut text);
    for sibling in following(element) {
        text.push(' ');
        gather(sibling, &mut text);
    }
    text
}

fn gather(element: ElementRef<'_>, into: &mut String) {
    for piece in element.text() {
        if into.len() > TEXT_CHARS_MAX * 2 {
            return;
        }
        into.push_str(piece.trim());
        into.push(' ');
    }
}

/// The elements between a heading or a term and the next one; none where each item has an element around it.
pub fn following(element: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    let name = element.value().name();
    if !(is_heading(element) || name == "dt") || !is_flat(element) {
        return Vec::new();
    }
    let siblings = element.next_siblings().filter_map(ElementRef::wrap).take(SPAN_NODES_MAX);
    siblings.take_while(|s| s.value().name() != name && !(is_heading(*s) && s.value().name() < name)).collect()
}

/// Whether items stand one after the other in one element: then what follows each belongs to it.
pub fn is_flat(element: ElementRef<'_>) -> bool {
    let name = element.value().name();
    let same = |node| ElementRef::wrap(node).is_some_and(|e| e.value().name() == name);
    element.next_siblings().any(same) || element.prev_siblings().any(same)
}

pub fn is_heading(element: ElementRef<'_>) -> bool {
    matches!(element.value().name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn has_heading(element: ElementRef<'_>) -> bool {
    element.descendants().filter_map(ElementRef::wrap).any(is_heading)
}

/// The links in an element or on it, with their texts.
fn links(element: ElementRef<'_>, base: &Url) -> Vec<(String, Url)> {
    let elements = element.descendants().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "a");
    let usable =
        elements.filter_map(|a| Some((clean::label(&a.inner_html()), clean::link(a.attr("href")?, Some(base))?)));
    usable.collect()
}

/// The link that bears the title, else the one that is there twice (an image and a button), else "Lire la suite", else the
/// first with words, else the first.
fn main_link(links: &[(String, Url)], title: &str) -> Option<Url> {
    let bears =
        |(text, _): &&(String, Url)| !text.is_empty() && (title.contains(text.as_str()) || text.contains(title));
    let titled = links.iter().filter(|_| !title.is_empty()).find(bears);
    let twice = || links.iter().find(|(_, url)| links.iter().filter(|(_, other)| other == url).count() > 1);
    let onwards = || links.iter().find(|(text, _)| is_generic(text));
    titled
        .or_else(twice)
        .or_else(onwards)
        .or_else(|| links.iter().find(|(text, _)| !text.is_empty()))
        .or_else(|| links.first())
        .map(|(_, url)| url.clone())
}

fn has_date(element: ElementRef<'_>, text: &str) -> bool {
    static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b\d{1,2}(?:er)?\s+(?:janv|f[ée]v|mars|avr|mai|juin|juil|ao[ûu]t|sept|oct|nov|d[ée]c)\w*|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b").ok()
    });
    let machine = element.descendants().filter_map(ElementRef::wrap).filter_map(|e| e.attr("datetime"));
    DATE.as_ref().is_some_and(|date| date.is_match(text)) || machine.take(3).any(|at| dates::read(at).is_some())
}

/// How much of an element is furniture by where it stands, and whether it stands in the main part.
fn place(element: ElementRef<'_>) -> (f64, bool) {
    let (mut furniture, mut in_main) = (0.0_f64, false);
    for above in element.ancestors().filter_map(ElementRef::wrap) {
        match above.value().name() {
            "main" => in_main = true,
            "nav" | "footer" | "aside" => furniture = 1.0,
            "header" if !in_main => furniture = 1.0,
            "form" | "select" => furniture = furniture.max(0.3),
            _ => {}
        }
        match above.attr("role") {
            Some("main") => in_main = true,
            Some("navigation" | "banner" | "contentinfo" | "search" | "complementary" | "menu" | "dialog") => {
                furniture = 1.0
            }
            _ => {}
        }
        if !matches!(above.value().name(), "body" | "html" | "main") && maintext::is_named_furniture(above) {
            furniture = furniture.max(0.8);
        }
    }
    if maintext::is_named_furniture(element) {
        furniture = furniture.max(0.6);
    }
    (furniture, in_main)
}

/// The nearest heading before an element, and the names of what is around it: what this part of the page is about.
pub fn section(element: ElementRef<'_>) -> String {
    const SIBLINGS_MAX: usize = 30;
    let mut said = String::new();
    let heading = Selector::parse("h1, h2, h3, h4, h5, h6, caption, legend, summary").ok();
    let mut here: NodeId = element.id();
    for above in element.ancestors().filter_map(ElementRef::wrap) {
        if matches!(above.value().name(), "body" | "html") {
            break;
        }
        for name in above.value().classes().chain(above.value().id()) {
            said.push_str(&name.replace(['-', '_'], " "));
            said.push(' ');
        }
        said.push_str(above.attr("aria-label").unwrap_or(""));
        said.push(' ');
        let before = above.children().take_while(|node| node.id() != here).filter_map(ElementRef::wrap);
        let before: Vec<ElementRef<'_>> = before.collect();
        for sibling in before.iter().rev().take(SIBLINGS_MAX) {
            let found = if is_heading(*sibling) {
                Some(*sibling)
            } else {
                heading.as_ref().and_then(|h| sibling.select(h).last())
            };
            if let Some(found) = found {
                said.push_str(&clean::label(&found.inner_html()));
                return said;
            }
        }
        here = above.id();
    }
    said
}

/// The usable links of a page, in its order.
pub fn page_links<'a>(document: &'a Html, base: &Url) -> Vec<ElementRef<'a>> {
    let Ok(selector) = Selector::parse("a[href]") else { return Vec::new() };
    document
        .select(&selector)
        .filter(|a| a.attr("href").is_some_and(|href| clean::link(href, Some(base)).is_some()))
        .collect()
}
