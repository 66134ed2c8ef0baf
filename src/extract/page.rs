//! Lists in HTML, by the CSS selectors of a source; and what a page is when it is not the one expected.

use std::sync::LazyLock;

use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::{
    ExtractError, ItemProblem, Listing, charset, clean, dates, escape, finish, guard, maintext, paging, propose, wall,
};
use crate::model::{Fields, Item, ListSelect, Reach, Request, Response, Source};

pub fn list(source: &Source, asked: &Request, response: &Response) -> Result<Listing, ExtractError> {
    let html = charset::decode(&response.body, response.content_type.as_deref());
    guard::check(&html)?;
    let document = Html::parse_document(&html);
    let base = base(&document, &response.url);
    let select = &source.select;
    let cards: Vec<ElementRef<'_>> = document.select(&css(&select.item)?).collect();
    if cards.is_empty() && asked.url == source.url && !says_empty(&html) {
        return Err(
            wall::instead_of_list(&html).unwrap_or_else(|| ExtractError::ListNotFound { wanted: select.item.clone() })
        );
    }
    let picks = Picks::compile(select)?;
    let mut listing = Listing::default();
    let items_max = source.items_max as usize;
    for (n, card) in cards.iter().take(items_max).enumerate() {
        let item = match select.reach {
            Reach::Element => picks.item(source, &base, *card),
            Reach::UntilNext => {
                let whole = Html::parse_fragment(&until_next(*card, &cards));
                picks.item(source, &base, whole.root_element())
            }
        };
        listing.keep(n, item);
    }
    if cards.len() > items_max {
        listing.notes.push(format!("{} éléments, seuls les {items_max} premiers sont lus", cards.len()));
    }
    let next = match (&source.paging, &picks.next) {
        (Some(way), _) => paging::next(way, asked, cards.len(), |_| None),
        (None, next) if !cards.is_empty() => {
            let href = next.value(document.root_element(), Some("href"));
            href.and_then(|href| clean::link(&href, Some(&base))).and_then(|url| paging::follow(asked, url))
        }
        _ => None,
    };
    listing.next = next.filter(|next| !same_page(&next.url, &response.url));
    Ok(listing.without_repeats())
}

/// The markup of `card` and of what follows it, up to the next card beside it or a heading above its rank.
pub(super) fn until_next(card: ElementRef<'_>, cards: &[ElementRef<'_>]) -> String {
    let name = card.value().name();
    let is_heading = |name: &str| matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
    let ends = |e: &ElementRef<'_>| {
        let above = is_heading(name) && is_heading(e.value().name()) && e.value().name() < name;
        above || cards.iter().any(|other| other.id() == e.id())
    };
    let mut html = card.html();
    for sibling in card.next_siblings().take(REACH_NODES_MAX) {
        match ElementRef::wrap(sibling) {
            Some(element) if ends(&element) => break,
            Some(element) => html.push_str(&element.html()),
            None => escape::escape_text(&mut html, sibling.value().as_text().map_or("", |text| text)),
        }
    }
    html
}

/// Nodes that an item may reach over.
const REACH_NODES_MAX: usize = 60;

/// The two lead to one page: only their fragments differ.
fn same_page(a: &Url, b: &Url) -> bool {
    let without_fragment = |url: &Url| {
        let mut url = url.clone();
        url.set_fragment(None);
        url
    };
    without_fragment(a) == without_fragment(b)
}

pub(super) fn css(selector: &str) -> Result<Selector, ExtractError> {
    Selector::parse(selector).map_err(|_| ExtractError::BadSelector { wanted: selector.to_owned() })
}

/// What links are relative to: the page's `base`, else its address.
pub(super) fn base(document: &Html, url: &Url) -> Url {
    let given = find_attribute(document.root_element(), "base[href]", "href");
    given.and_then(|href| clean::link(&href, Some(url))).unwrap_or_else(|| url.clone())
}

fn find_attribute(scope: ElementRef<'_>, selector: &str, attribute: &str) -> Option<String> {
    let selector = Selector::parse(selector).ok()?;
    scope.select(&selector).find_map(|e| e.attr(attribute)).map(str::to_owned)
}

/// One setting of a list: where to look, and which attribute to take.
pub(super) struct Pick {
    /// `None`: the element itself.
    css: Option<Selector>,
    attribute: Option<String>,
    /// As written, for evidence.
    setting: String,
}

impl Pick {
    pub fn new(setting: &str) -> Result<Self, ExtractError> {
        let (selector, attribute) = ListSelect::split(setting);
        let selector = if selector.is_empty() { None } else { Some(css(selector)?) };
        Ok(Self { css: selector, attribute: attribute.map(str::to_owned), setting: setting.to_owned() })
    }

    /// The attribute asked for, else `attribute`, else the markup within.
    pub fn value(&self, scope: ElementRef<'_>, attribute: Option<&str>) -> Option<String> {
        let attribute = self.attribute.as_deref().or(attribute);
        let take = |element: ElementRef<'_>| match attribute {
            Some(name) => element.attr(name).map(str::to_owned),
            None => Some(element.inner_html()),
        };
        let found = match &self.css {
            Some(css) => scope.select(css).find_map(take),
            None => take(scope),
        };
        found.filter(|value| !value.trim().is_empty())
    }

    /// The text of a date: what a `time` element carries for machines, else what it shows.
    fn date(&self, scope: ElementRef<'_>) -> Option<String> {
        if let (Some(css), None) = (&self.css, &self.attribute)
            && let Some(machine) = scope.select(css).find_map(|e| e.attr("datetime"))
        {
            return Some(machine.to_owned());
        }
        self.value(scope, None).map(|raw| clean::text(&raw))
    }
}

struct Picks {
    title: Option<Pick>,
    link: Option<Pick>,
    text: Option<Pick>,
    said: Said,
    next: Pick,
}

/// What lists and detail pages may both say of an item beside its title and text.
pub(super) struct Said {
    pub date: Option<Pick>,
    pub deadline: Option<Pick>,
    pub publisher: Option<Pick>,
    pub place: Option<Pick>,
}

impl Picks {
    fn compile(select: &ListSelect) -> Result<Self, ExtractError> {
        let pick = |setting: &Option<String>| setting.as_deref().map(Pick::new).transpose();
        Ok(Self {
            title: pick(&select.title)?,
            link: pick(&select.link)?,
            text: pick(&select.text)?,
            said: Said {
                date: pick(&select.date)?,
                deadline: pick(&select.deadline)?,
                publisher: pick(&select.publisher)?,
                place: pick(&select.place)?,
            },
            next: Pick::new(select.next.as_deref().unwrap_or("a[rel~=next], link[rel~=next], [rel~=next] a"))?,
        })
    }

    fn item(&self, source: &Source, base: &Url, card: ElementRef<'_>) -> Result<Item, ItemProblem> {
        let link = match &self.link {
            Some(pick) => pick.value(card, Some("href")),
            None => card.attr("href").map(str::to_owned).or_else(|| find_attribute(card, "a[href]", "href")),
        };
        let title = match &self.title {
            Some(pick) => pick.value(card, None).map(|raw| clean::title(&raw)),
            None => usual_title(card),
        };
        let text = match &self.text {
            Some(pick) => pick.value(card, None).map(|raw| clean::text(&raw)),
            None if source.detail.is_none() => Some(clean::text(&card.inner_html())),
            None => None,
        };
        let mut item = Item {
            source: source.id.clone(),
            guid: None,
            url: link.and_then(|href| clean::link(&href, Some(base))).map(Into::into),
            title: title.unwrap_or_default(),
            text: text.unwrap_or_default(),
            publisher: source.publisher().map(str::to_owned),
            published: None,
            updated: None,
            fields: Fields::default(),
            attachments: Vec::new(),
        };
        self.said.tell(card, &mut item);
        finish(item)
    }
}

impl Said {
    /// Adds to `item` what `scope` says. A date that cannot be read joins the text, where `understand` may know better.
    pub fn tell(&self, scope: ElementRef<'_>, item: &mut Item) {
        if let Some(said) = self.date.as_ref().and_then(|pick| pick.date(scope))
            && let Some(moment) = dates::read(&said)
        {
            match says_updated(&said) {
                true => item.updated = moment.instant(),
                false => item.published = Some(moment.date),
            }
        }
        if let Some((pick, said)) = self.deadline.as_ref().and_then(|pick| Some((pick, pick.date(scope)?))) {
            match dates::read_end(&said) {
                Some(moment) => item.fields.deadline = Some((pick.setting.clone(), moment.deadline())),
                None => item.text = clean::join(&[std::mem::take(&mut item.text), said]),
            }
        }
        let label = |pick: &Option<Pick>| {
            let pick = pick.as_ref()?;
            let label = clean::label(&pick.value(scope, None)?);
            Some((pick.setting.clone(), label)).filter(|(_, label)| !label.is_empty())
        };
        if let Some((_, publisher)) = label(&self.publisher) {
            item.publisher = Some(publisher);
        }
        if let Some(place) = label(&self.place) {
            item.fields.place = Some(place);
        }
    }
}

fn says_updated(said: &str) -> bool {
    let said = said.to_lowercase();
    ["mis à jour", "mise à jour", "modifié", "actualisé"].iter().any(|words| said.contains(words))
}

/// The markup within, without what only screen readers say and without "PDF – 230 ko".
fn words(element: ElementRef<'_>) -> String {
    let aside = |e: &ElementRef<'_>| {
        let mut classes = e.value().classes();
        classes.any(|c| {
            matches!(c, "fr-link__detail" | "fr-sr-only" | "sr-only" | "visually-hidden" | "screen-reader-text")
        })
    };
    let parts = element.descendants().filter_map(ElementRef::wrap);
    let aside: Vec<String> = parts.filter(aside).map(|e| e.html()).collect();
    let whole = element.inner_html();
    let without = aside.iter().fold(whole.clone(), |html, part| html.replace(part.as_str(), " "));
    if clean::title(&without).is_empty() { whole } else { without }
}

/// A heading of the card, else its link's text, else what it tells to screen readers.
pub(super) fn usual_title(card: ElementRef<'_>) -> Option<String> {
    let of = |selector: &str| {
        let selector = Selector::parse(selector).ok()?;
        card.select(&selector).map(|e| clean::title(&words(e))).find(|title| !title.is_empty())
    };
    // A row names its matter in its first cell when its link only says "Voir".
    let row = || (card.value().name() == "tr").then(|| of("td")).flatten();
    of("h1, h2, h3, h4, h5, h6, summary")
        .or_else(|| of("[class*=title], [class*=titre]"))
        .or_else(|| of("a[href]").filter(|title| !propose::is_generic(title)))
        .or_else(row)
        .or_else(|| of("a[href]"))
        .or_else(|| Some(clean::title(&words(card))).filter(|t| card.value().name() == "a" && !t.is_empty()))
        .or_else(|| card.attr("aria-label").or_else(|| card.attr("title")).map(clean::title))
}

/// A page that plainly says that there is nothing at the moment, where readers see it.
fn says_empty(html: &str) -> bool {
    static EMPTY: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?xi)\b(?:aucune?\s+(?:\w+\s+){0,3}?(?:r[ée]sultats?|appels?|articles?|contenus?|[ée]l[ée]ments?|actualit[ée]s?|annonces?|projets?|offres?|aides?|publications?|documents?|fiches?|consultations?)
              |(?:pas|plus)\s+d[e’']\s*(?:\w+\s+){0,2}?(?:r[ée]sultats?|appels?|articles?|contenus?|aides?|projets?)
              |\b0\s+(?:r[ée]sultats?|appels?|aides?|articles?|projets?)\b
              |no\s+(?:results?|items?|calls?)\b|nothing\s+found)",
        )
        .ok()
    });
    let mut document = Html::parse_document(html);
    maintext::remove_chrome(&mut document);
    let text = clean::text(&document.root_element().inner_html());
    EMPTY.as_ref().is_some_and(|empty| empty.is_match(&text))
}

/// The feed that a page announces.
pub(super) fn alternate(html: &str, url: &Url) -> Option<String> {
    guard::check(html).ok()?;
    let document = Html::parse_document(html);
    let selector = "link[rel~=alternate][type*=rss], link[rel~=alternate][type*=atom], link[rel~=alternate][type='application/feed+json']";
    let href = find_attribute(document.root_element(), selector, "href")?;
    clean::link(&href, Some(&base(&document, url))).map(Into::into)
}
