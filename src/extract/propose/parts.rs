//! Within the items of a list: which selector gives the title, the link, the dates.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use scraper::{ElementRef, Selector};

use super::super::{clean, dates};
use super::groups::Group;
use super::profile::{self, Profile};
use super::selector;
use crate::model::{ListSelect, Reach};

/// A part must be found in this share of the items.
const SHARE_MIN: f64 = 0.6;
/// A text longer than this is no date.
const DATE_CHARS_MAX: usize = 120;
/// Words before a date that may say what it is.
const LABEL_CHARS: usize = 60;

/// The selectors of a list.
pub fn select(group: &Group<'_>) -> ListSelect {
    let mut select = ListSelect { item: group.selector.clone(), reach: reach(group), ..ListSelect::default() };
    select.title = title(group);
    select.link = link(group, select.title.as_deref());
    if select.link.as_deref() == Some("@href") && select.title.is_none() {
        select.link = None;
    }
    let columns = columns(group);
    for (part, setting) in labelled_columns(&columns) {
        match part {
            Part::Deadline => select.deadline = Some(setting),
            Part::Published => select.date = Some(setting),
            Part::Publisher => select.publisher = Some(setting),
            Part::Place => select.place = Some(setting),
        }
    }
    for (setting, ends) in date_parts(group) {
        let slot = if ends { &mut select.deadline } else { &mut select.date };
        slot.get_or_insert(setting);
    }
    select
}

/// Whether each item goes on after its element, up to the next one.
fn reach(group: &Group<'_>) -> Reach {
    let goes_on = group.items.iter().filter(|item| !profile::following(**item).is_empty()).count();
    if share(goes_on, group.items.len()) >= SHARE_MIN { Reach::UntilNext } else { Reach::Element }
}

fn share(count: usize, of: usize) -> f64 {
    count as f64 / of.max(1) as f64
}

/// The heading that bears the title, or the class that says that it does; `None` when it is found without help.
fn title(group: &Group<'_>) -> Option<String> {
    ["h2", "h3", "h4", "h5", "h6", "summary", "td"].into_iter().map(str::to_owned).chain(titled_classes(group)).find(
        |candidate| {
            let Ok(css) = Selector::parse(candidate) else { return false };
            let told = |(item, profile): &(&ElementRef<'_>, &Rc<Profile>)| {
                item.select(&css).next().is_some_and(|e| clean::title(&e.inner_html()) == profile.title)
            };
            share(group.items.iter().zip(&group.profiles).filter(told).count(), group.items.len()) >= 0.8
        },
    )
}

fn titled_classes(group: &Group<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for element in group.items.iter().take(3).flat_map(|item| item.descendants().filter_map(ElementRef::wrap)) {
        for class in selector::classes(element) {
            let lower = class.to_ascii_lowercase();
            if lower.contains("title") || lower.contains("titre") || lower.contains("intitule") {
                found.push(format!(".{class}"));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Where the main link stands. `None`: the item's first link is it.
fn link(group: &Group<'_>, title: Option<&str>) -> Option<String> {
    if group.items.iter().all(|item| item.value().name() == "a") {
        return Some("@href".to_owned());
    }
    let mut candidates: Vec<String> = title.map(|title| format!("{title} a@href")).into_iter().collect();
    candidates.push("a@href".to_owned());
    for element in group.items.iter().take(3).flat_map(|item| item.descendants().filter_map(ElementRef::wrap)) {
        if element.value().name() == "a" {
            candidates.extend(selector::classes(element).into_iter().map(|class| format!("a.{class}@href")));
            let parent = element.parent().and_then(ElementRef::wrap);
            let parent_classes = parent.map(selector::classes).unwrap_or_default();
            candidates.extend(parent_classes.into_iter().map(|class| format!(".{class} a@href")));
        }
    }
    let gives = |setting: &str| {
        let (css, _) = ListSelect::split(setting);
        let Ok(css) = Selector::parse(css) else { return 0.0 };
        let right = |(item, profile): &(&ElementRef<'_>, &Rc<Profile>)| {
            let href = item.select(&css).next().and_then(|a| a.attr("href")).unwrap_or("");
            let wanted = profile.link.as_ref();
            wanted.is_some_and(|wanted| is_the_same(href, wanted.as_str()))
        };
        share(group.items.iter().zip(&group.profiles).filter(right).count(), group.items.len())
    };
    let linked = share(group.profiles.iter().filter(|p| p.link.is_some()).count(), group.items.len());
    candidates.into_iter().find(|setting| gives(setting) >= 0.95 * linked)
}

/// Whether a link as written is the end of an address.
fn is_the_same(href: &str, url: &str) -> bool {
    let written = href.trim().trim_start_matches("./").trim_start_matches("../").trim_start_matches("//");
    let written = written.split('#').next().unwrap_or(written);
    !written.is_empty() && (url.ends_with(written) || clean::link(href, None).is_some_and(|link| link.as_str() == url))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Deadline,
    Published,
    Publisher,
    Place,
}

/// The headers of the columns, when the items are the rows of a table.
fn columns(group: &Group<'_>) -> Vec<String> {
    let Some(first) = group.items.first().filter(|item| item.value().name() == "tr") else { return Vec::new() };
    let table = first.ancestors().filter_map(ElementRef::wrap).find(|e| e.value().name() == "table");
    let (Some(table), Ok(row), Ok(cell)) = (table, Selector::parse("tr"), Selector::parse("th")) else {
        return Vec::new();
    };
    let headed = table.select(&row).find(|row| row.select(&cell).count() > 1);
    headed.map(|row| row.select(&cell).map(|th| clean::label(&th.inner_html())).collect()).unwrap_or_default()
}

/// A column has no name but its rank: one rank, no chain.
fn labelled_columns(columns: &[String]) -> Vec<(Part, String)> {
    let part = |label: &str| {
        let label = label.to_lowercase();
        let holds = |words: &[&str]| words.iter().any(|word| label.contains(word));
        match () {
            () if profile::says_end(&label) || holds(&["clôture"]) => Some(Part::Deadline),
            () if holds(&["publi", "mise en ligne"]) => Some(Part::Published),
            () if holds(&["organisme", "porteur", "financeur", "opérateur", "émetteur"]) => Some(Part::Publisher),
            () if holds(&["territoire", "périmètre", "zone géo", "département", "localisation"]) => {
                Some(Part::Place)
            }
            () => None,
        }
    };
    let numbered = columns.iter().enumerate();
    numbered.filter_map(|(n, label)| Some((part(label)?, format!("td:nth-of-type({})", n + 1)))).collect()
}

/// Selectors of dates in the items, and whether they are ends; those found in most items first.
fn date_parts(group: &Group<'_>) -> Vec<(String, bool)> {
    let mut counts: HashMap<(String, bool), usize> = HashMap::new();
    let mut for_machines: HashSet<String> = HashSet::new();
    for item in &group.items {
        let mut met: Vec<(String, bool)> = Vec::new();
        let reached = std::iter::once(*item).chain(profile::following(*item));
        for element in reached.flat_map(|part| part.descendants().filter_map(ElementRef::wrap)) {
            let text = clean::label(&element.inner_html());
            let machine = element.attr("datetime").and_then(dates::read);
            let is_date =
                machine.is_some() || (text.chars().count() <= DATE_CHARS_MAX && dates::read_end(&text).is_some());
            if !is_date || element.id() == item.id() && reach_is_element(*item) {
                continue;
            }
            let Some(name) = name_of(element, *item) else { continue };
            if machine.is_some() {
                for_machines.insert(name.clone());
            }
            let ends = profile::says_end(&text) || profile::says_end(&label_of(element)) || profile::says_end(&name);
            if !met.contains(&(name.clone(), ends)) {
                met.push((name, ends));
            }
        }
        for part in met {
            *counts.entry(part).or_default() += 1;
        }
    }
    let mut found: Vec<((String, bool), usize)> =
        counts.into_iter().filter(|(_, count)| share(*count, group.items.len()) >= SHARE_MIN).collect();
    // The element nearest to the date has the shortest name that is still found as often.
    let by_people = |name: &str| !for_machines.contains(name);
    found.sort_by(|a, b| {
        by_people(&a.0.0)
            .cmp(&by_people(&b.0.0))
            .then(b.1.cmp(&a.1))
            .then(a.0.0.len().cmp(&b.0.0.len()))
            .then(a.0.cmp(&b.0))
    });
    found.into_iter().map(|(part, _)| part).collect()
}

fn reach_is_element(item: ElementRef<'_>) -> bool {
    profile::following(item).is_empty()
}

/// How an element within an item is found again: by its class, else as a `time`, else by its parent's class, else alone of
/// its kind.
fn name_of(element: ElementRef<'_>, item: ElementRef<'_>) -> Option<String> {
    let tag = element.value().name();
    if let Some(class) = selector::classes(element).first() {
        return Some(format!(".{class}"));
    }
    if let Some(label) = element
        .attr("data-label")
        .or_else(|| element.attr("data-title"))
        .filter(|l| !l.contains(['"', '\\', '\n', '\r']))
    {
        return Some(
            format!("{tag}[data-label=\"{label}\"]")
                .replace("data-label", if element.attr("data-label").is_some() { "data-label" } else { "data-title" }),
        );
    }
    if tag == "time" {
        return Some("time".to_owned());
    }
    let parent = element.parent().and_then(ElementRef::wrap).filter(|parent| {
        let beside = item.parent().is_some_and(|above| above.id() == parent.id());
        parent.id() != item.id() && !beside
    });
    if let Some(class) = parent.and_then(|parent| selector::classes(parent).first().map(|class| (*class).to_owned())) {
        return Some(format!(".{class} {tag}"));
    }
    let like = |part: ElementRef<'_>| {
        part.descendants().filter_map(ElementRef::wrap).filter(|e| e.value().name() == tag).count()
    };
    let alone = std::iter::once(item).chain(profile::following(item)).map(like).sum::<usize>() == 1;
    (alone && tag != "a" && !profile::is_heading(element)).then(|| tag.to_owned())
}

/// The words just before an element: "Date limite :".
fn label_of(element: ElementRef<'_>) -> String {
    let mut words = String::new();
    for before in element.prev_siblings() {
        let text = match ElementRef::wrap(before) {
            Some(element) => element.text().collect::<String>(),
            None => before.value().as_text().map(|text| text.to_string()).unwrap_or_default(),
        };
        if !text.trim().is_empty() {
            words = text.trim().to_owned();
            break;
        }
    }
    let skip = words.chars().count().saturating_sub(LABEL_CHARS);
    words.chars().skip(skip).collect()
}
