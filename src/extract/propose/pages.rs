//! The next page of a list: a link that says so, the number after the current one, or a parameter that counts.

use std::sync::LazyLock;

use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::super::clean;
use super::selector;
use crate::model::Paging;

/// How the next page of a list is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum NextPage {
    /// Found without being told: `rel=next`.
    Usual,
    /// The selector of the link.
    Link(String),
    Counted(Paging),
}

/// Links that are looked at.
const LINKS_MAX: usize = 3_000;

static NEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:(?:aller [àa] la )?page\s+suivante|suivante?s?|next(?:\s+page)?|r[ée]sultats suivants|(?:appels?|articles?|projets?|actualit[ée]s) (?:suivants?|plus anciens)|plus anciens|[›»>→])\W*$").ok()
});

pub fn next(document: &Html, url: &Url) -> Option<NextPage> {
    let usual = Selector::parse("a[rel~=next], link[rel~=next], [rel~=next] a").ok()?;
    let leads_on =
        |e: &ElementRef<'_>| e.attr("href").and_then(|href| clean::link(href, Some(url))).is_some_and(|to| &to != url);
    if document.select(&usual).any(|e| leads_on(&e)) {
        return Some(NextPage::Usual);
    }
    let links = Selector::parse("a[href]").ok()?;
    let links: Vec<ElementRef<'_>> = document.select(&links).take(LINKS_MAX).filter(leads_on).collect();
    said(document, &links).or_else(|| numbered(&links, url))
}

/// "Suivant", "Page suivante", "›": by a class, a title or a label that the link or its box bears.
fn said(document: &Html, links: &[ElementRef<'_>]) -> Option<NextPage> {
    for link in links {
        let text = clean::label(&link.inner_html());
        let told = [Some(text.as_str()), link.attr("title"), link.attr("aria-label")];
        let says = told.into_iter().flatten().any(|t| NEXT.as_ref().is_some_and(|next| next.is_match(t.trim())));
        let in_pager = link.ancestors().filter_map(ElementRef::wrap).take(4).any(|e| is_pager(e)) || is_pager(*link);
        if !says || !in_pager {
            continue;
        }
        let found = ways_to(*link).into_iter().find(|way| {
            let css = Selector::parse(way.trim_end_matches("@href")).ok();
            css.is_some_and(|css| document.select(&css).next().is_some_and(|first| first.id() == link.id()))
        });
        if found.is_some() {
            return found.map(NextPage::Link);
        }
    }
    None
}

fn is_pager(element: ElementRef<'_>) -> bool {
    let names = element.value().classes().chain(element.value().id()).chain(element.attr("aria-label"));
    let mut names = names.map(str::to_lowercase);
    names.any(|name| ["pag", "next", "suivant", "nav-links", "posts-nav"].iter().any(|word| name.contains(word)))
}

fn ways_to(link: ElementRef<'_>) -> Vec<String> {
    let mut ways = Vec::new();
    let nexts = |e: ElementRef<'_>| -> Vec<String> {
        let names = e.value().classes().filter(|class| {
            let class = class.to_ascii_lowercase();
            class.contains("next") || class.contains("suivant")
        });
        let sound = |name: &&str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        names.filter(sound).map(str::to_owned).collect()
    };
    ways.extend(nexts(link).into_iter().map(|class| format!("a.{class}@href")));
    for above in link.ancestors().filter_map(ElementRef::wrap).take(3) {
        ways.extend(nexts(above).into_iter().map(|class| format!(".{class} a@href")));
    }
    for attribute in ["title", "aria-label"] {
        if let Some(said) = link.attr(attribute).filter(|said| !said.contains(['"', '\\', '\n'])) {
            ways.push(format!("a[{attribute}=\"{said}\"]@href"));
        }
    }
    let parent = link.parent().and_then(ElementRef::wrap);
    for class in parent.map(selector::classes).unwrap_or_default() {
        ways.push(format!(".{class} a@href"));
    }
    // In a pager of numbers and arrows, the last link is the one that leads on.
    for above in link.ancestors().filter_map(ElementRef::wrap).take(3) {
        if let Some(class) =
            selector::classes(above).into_iter().find(|class| class.to_ascii_lowercase().contains("pag"))
        {
            ways.push(format!(".{class} li:last-child a@href"));
            ways.push(format!(".{class} a:last-child@href"));
        }
    }
    ways
}

/// Numbers alone: a parameter of the address counts pages, or items.
fn numbered(links: &[ElementRef<'_>], url: &Url) -> Option<NextPage> {
    let mut counted: Vec<(String, u32, u32)> = Vec::new();
    for link in links {
        let shown: Option<u32> = clean::label(&link.inner_html()).trim().parse().ok();
        let to = link.attr("href").and_then(|href| clean::link(href, Some(url)));
        let (Some(shown @ 1..=999), Some(to)) = (shown, to) else { continue };
        if to.host() != url.host() || to.path() != url.path() {
            continue;
        }
        for (name, value) in to.query_pairs() {
            let before = url.query_pairs().find(|(known, _)| *known == name).map(|(_, value)| value.into_owned());
            if let (Ok(value), true) = (value.parse::<u32>(), before.as_deref() != Some(&*value)) {
                counted.push((name.into_owned(), shown, value));
            }
        }
    }
    let (parameter, shown, value) = counted.iter().find(|(_, shown, _)| *shown == 2).cloned()?;
    let per_page =
        counted.iter().find(|(name, n, _)| *name == parameter && *n == 3).map(|(_, _, third)| third.checked_sub(value));
    let step = match per_page {
        Some(step) => step?,
        None if value > shown => value,
        None => 1,
    };
    match step {
        0 => None,
        1 => Some(NextPage::Counted(Paging::Page { parameter, first: value.checked_sub(1)? })),
        size => Some(NextPage::Counted(Paging::Offset { parameter, size })),
    }
}
