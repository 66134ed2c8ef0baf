//! Which selectors of an entry find nothing any more.

use scraper::{ElementRef, Html};

use super::super::page::{self, Pick};
use super::super::{charset, guard};
use crate::model::{DetailSelect, Reach, Response, Source};

/// The key of a selector within its table, and the selector: `title`, `h3.titre`.
pub type Unmatched = (&'static str, String);

/// The selectors of `select` that match nothing in a page of the list; of the parts, those that no item has.
pub fn in_list(source: &Source, response: &Response) -> Vec<Unmatched> {
    let select = &source.select;
    let html = charset::decode(&response.body, response.content_type.as_deref());
    let Ok(css) = page::css(&select.item) else { return Vec::new() };
    if guard::check(&html).is_err() {
        return Vec::new();
    }
    let document = Html::parse_document(&html);
    let cards: Vec<ElementRef<'_>> = document.select(&css).collect();
    if cards.is_empty() {
        return vec![("item", select.item.clone())];
    }
    let wholes: Vec<Html> = match select.reach {
        Reach::Element => Vec::new(),
        Reach::UntilNext => cards.iter().map(|card| Html::parse_fragment(&page::until_next(*card, &cards))).collect(),
    };
    let scopes: Vec<ElementRef<'_>> = match select.reach {
        Reach::Element => cards,
        Reach::UntilNext => wholes.iter().map(Html::root_element).collect(),
    };
    let parts = [
        ("title", &select.title),
        ("link", &select.link),
        ("text", &select.text),
        ("date", &select.date),
        ("deadline", &select.deadline),
        ("publisher", &select.publisher),
        ("place", &select.place),
    ];
    let given = parts.into_iter().filter_map(|(key, setting)| Some((key, setting.clone()?)));
    given.filter(|(key, setting)| !is_found(setting, (*key == "link").then_some("href"), &scopes)).collect()
}

/// The selectors of `detail` that match nothing on the page of an item.
pub fn in_detail(detail: &DetailSelect, response: &Response) -> Vec<Unmatched> {
    let html = charset::decode(&response.body, response.content_type.as_deref());
    if guard::check(&html).is_err() {
        return Vec::new();
    }
    let document = Html::parse_document(&html);
    let parts = [
        ("text", &detail.text),
        ("title", &detail.title),
        ("date", &detail.date),
        ("deadline", &detail.deadline),
        ("publisher", &detail.publisher),
        ("place", &detail.place),
    ];
    let given = parts.into_iter().filter_map(|(key, setting)| Some((key, setting.clone()?)));
    given.filter(|(_, setting)| !is_found(setting, None, &[document.root_element()])).collect()
}

fn is_found(setting: &str, attribute: Option<&str>, scopes: &[ElementRef<'_>]) -> bool {
    let Ok(pick) = Pick::new(setting) else { return false };
    scopes.iter().any(|scope| pick.value(*scope, attribute).is_some())
}
