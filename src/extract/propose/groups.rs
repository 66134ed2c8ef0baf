//! Repeated structure: the sets of elements that one selector finds and that could be the items of a list.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use ego_tree::NodeId;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::profile::{self, Profile};
use super::selector;

/// Links of a page that are looked at.
const LINKS_MAX: usize = 1_500;
/// How far above a link its item may begin.
const LEVELS_MAX: usize = 9;
/// Sets of elements that are weighed.
const GROUPS_MAX: usize = 600;
const ITEMS_MAX: usize = 2_000;
/// Sets that are read again by their selector, the best first.
const FINALISTS: usize = 40;
/// Titles of so many characters name something.
const TITLE_CHARS: std::ops::RangeInclusive<usize> = 25..=180;
const TITLE_CHARS_MIN: usize = 12;
/// Text beside the title that is worth the name.
const TEXT_CHARS_MIN: usize = 40;

/// A set of elements, and how much it looks like a list of announcements.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    pub selector: String,
    pub items: Vec<ElementRef<'a>>,
    pub profiles: Vec<Rc<Profile>>,
    /// From 0 to 100.
    pub score: u32,
}

/// The lists of a page, the best first.
pub fn lists<'a>(document: &'a Html, base: &Url) -> Vec<Group<'a>> {
    let page = Page { base, about_calls: says_call(document) };
    let mut profiles: HashMap<NodeId, Rc<Profile>> = HashMap::new();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for (selector, items) in sets(document, base) {
        let known: Vec<Rc<Profile>> = items
            .iter()
            .map(|item| profiles.entry(item.id()).or_insert_with(|| Rc::new(Profile::of(*item, base))).clone())
            .collect();
        let score = page.score(&items, &known);
        groups.push(Group { selector, items, profiles: known, score });
    }
    order(&mut groups);
    groups.truncate(FINALISTS);
    // Elements without a link were not met on the way up from links: the selector finds them too.
    for group in &mut groups {
        let Ok(css) = Selector::parse(&group.selector) else { continue };
        let found: Vec<ElementRef<'a>> = document.select(&css).take(ITEMS_MAX).collect();
        if found.len() != group.items.len() {
            group.profiles = found.iter().map(|item| Rc::new(Profile::of(*item, base))).collect();
            group.score = page.score(&found, &group.profiles);
            group.items = found;
        }
    }
    order(&mut groups);
    groups
}

fn order(groups: &mut [Group<'_>]) {
    groups.sort_by_key(|group| (std::cmp::Reverse(group.score), selector::cost(&group.selector)));
}

fn says_call(document: &Html) -> bool {
    let Ok(titles) = Selector::parse("h1, head title") else { return false };
    document.select(&titles).any(|title| profile::says_call(&title.text().collect::<String>()))
}

/// Each set of two elements or more that a candidate selector finds, under the selector that reads best.
fn sets<'a>(document: &'a Html, base: &Url) -> Vec<(String, Vec<ElementRef<'a>>)> {
    let mut seen: HashSet<NodeId> = HashSet::new();
    let mut by_selector: HashMap<String, Vec<ElementRef<'a>>> = HashMap::new();
    for link in profile::page_links(document, base).into_iter().take(LINKS_MAX) {
        let chain = std::iter::once(link).chain(link.ancestors().filter_map(ElementRef::wrap));
        for element in chain.take(LEVELS_MAX) {
            if matches!(element.value().name(), "body" | "html" | "main") || !seen.insert(element.id()) {
                break;
            }
            for selector in selector::candidates(element) {
                by_selector.entry(selector).or_default().push(element);
            }
        }
    }
    let mut best: HashMap<Vec<NodeId>, (String, Vec<ElementRef<'a>>)> = HashMap::new();
    for (selector, items) in by_selector {
        if !(2..=ITEMS_MAX).contains(&items.len()) || are_nested(&items) {
            continue;
        }
        let key: Vec<NodeId> = items.iter().map(|item| item.id()).collect();
        let reads_better = |known: &str| (selector::cost(&selector), &*selector) < (selector::cost(known), known);
        if best.get(&key).is_none_or(|(known, _)| reads_better(known)) {
            best.insert(key, (selector, items));
        }
    }
    let mut sets: Vec<(String, Vec<ElementRef<'a>>)> = best.into_values().collect();
    sets.sort_by(|a, b| (b.1.len(), &a.0).cmp(&(a.1.len(), &b.0)));
    sets.truncate(GROUPS_MAX);
    sets
}

fn are_nested(items: &[ElementRef<'_>]) -> bool {
    let ids: HashSet<NodeId> = items.iter().map(|item| item.id()).collect();
    items.iter().any(|item| item.ancestors().any(|above| ids.contains(&above.id())))
}

/// What is known of the page as a whole.
struct Page<'p> {
    base: &'p Url,
    about_calls: bool,
}

impl Page<'_> {
    /// From 0 to 100: how much these look like announcements, and each like one.
    fn score(&self, items: &[ElementRef<'_>], profiles: &[Rc<Profile>]) -> u32 {
        let (Some(first), count) = (items.first(), profiles.len()) else { return 0 };
        let share = |is: &dyn Fn(&Profile) -> bool| profiles.iter().filter(|p| is(p)).count() as f64 / count as f64;
        let linked = share(&|p| p.link.is_some() && !p.title.is_empty());
        let mut links: Vec<&Url> = profiles.iter().filter_map(|p| p.link.as_ref()).collect();
        let with_link = links.len();
        links.sort();
        links.dedup();
        let distinct = links.len() as f64 / with_link.max(1) as f64;
        if count < 2 || linked < 0.7 || distinct < 0.75 {
            return 0;
        }
        let titles = profiles.iter().map(|p| worth(&p.title)).sum::<f64>() / count as f64;
        let furniture = profiles.iter().map(|p| p.furniture).sum::<f64>() / count as f64;
        let section = profile::section(*first);
        let calls = share(&|p| p.says_call);
        let about = match () {
            () if profile::says_call(&section) => 0.8,
            () if self.about_calls && furniture < 0.5 && !profile::says_else(&section) => 0.5,
            () => 0.0,
        };
        let mut score = 16.0 * ((count as f64).ln() / 10_f64.ln()).min(1.0)
            + 22.0 * titles
            + 12.0 * share(&|p| p.has_date)
            + 8.0 * share(&|p| p.has_heading)
            + 8.0 * share(&|p| p.text_chars >= p.title.chars().count() + TEXT_CHARS_MIN)
            + 20.0 * calls.max(about)
            + 8.0 * share(&|p| p.in_main)
            + 6.0 * share(&|p| p.link.as_ref().is_some_and(|link| self.is_below(link)));
        score -= 45.0 * furniture;
        score -= 35.0 * share(&|p| p.other_links > 1) + 4.0 * share(&|p| p.other_links == 1);
        if profile::says_else(&section) && !profile::says_call(&section) {
            score -= 14.0;
        }
        if count == 2 {
            score -= 8.0;
        }
        score.clamp(0.0, 100.0) as u32
    }

    /// Whether a link leads below the page, as an item of its list does.
    fn is_below(&self, link: &Url) -> bool {
        let path = self.base.path().trim_end_matches('/');
        let path = path.strip_suffix(".html").unwrap_or(path);
        link.host() == self.base.host()
            && path.len() > 1
            && link.path().starts_with(path)
            && link.path() != self.base.path()
    }
}

/// From 0 to 1: how much a title names something.
fn worth(title: &str) -> f64 {
    let chars = title.chars().count();
    match chars {
        _ if profile::is_generic(title) || chars < TITLE_CHARS_MIN => 0.0,
        _ if chars < *TITLE_CHARS.start() => 0.6,
        _ if chars <= *TITLE_CHARS.end() => 1.0,
        _ => 0.4,
    }
}
