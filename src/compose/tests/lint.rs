//! What mail programs do to a mail, and what eyes and screen readers need of it: every sample is linted.

use std::collections::BTreeMap;

use scraper::node::Element;
use scraper::{ElementRef, Html, Selector};

use super::super::css::{PROPERTIES_ALLOWED, PROPERTIES_HARMLESS};
use super::super::view::{DigestView, ItemView};
use super::super::{Composer, sample};
use super::{hostile, render};
use crate::model::{Kind, Language, Section};

/// Gmail clips what is longer (support.google.com/mail: "Message clipped").
const GMAIL_CLIPS_BYTES: usize = 102_000;

fn forty() -> DigestView {
    let mut view = sample::full(Language::Fr);
    let items: Vec<ItemView> = view.items.iter().filter(|item| item.kind == Kind::Call).cloned().collect();
    view.items = items.into_iter().cycle().take(40).collect();
    view.items.sort_by_key(|item| item.section);
    view
}

/// Everything as long as it may be.
fn forty_long() -> DigestView {
    let mut view = forty();
    for item in &mut view.items {
        item.section = Section::New;
        item.title = "L’œuvre & l’été d’« à côté » ".repeat(40);
        item.publisher = Some("Établissement d’à côté & ".repeat(20));
        item.summary = Some("Été à l’œuvre & à l’étude. ".repeat(40));
        item.quote = Some("d’ici l’été ".repeat(40));
        item.amount = Some("d’été ".repeat(100));
        item.url = Some(format!("https://x.example/{}", "é".repeat(300)));
    }
    view
}

fn all() -> Vec<DigestView> {
    let mut all = sample::views();
    all.extend([hostile(), forty(), forty_long()]);
    all
}

fn elements(page: &Html) -> impl Iterator<Item = ElementRef<'_>> {
    page.tree.nodes().filter_map(ElementRef::wrap)
}

#[test]
fn it_asks_nothing_of_the_network_when_it_is_opened() {
    const ATTRIBUTES: [&str; 6] = ["src", "srcset", "background", "data", "action", "poster"];
    const ELEMENTS: [&str; 8] = ["img", "link", "iframe", "object", "form", "script", "video", "svg"];
    for view in all() {
        let html = render(&view).html;
        for element in elements(&Html::parse_document(&html)).map(|element| element.value()) {
            assert!(!ELEMENTS.contains(&element.name()), "{}", element.name());
            for (name, value) in element.attrs() {
                assert!(!ATTRIBUTES.contains(&name) && !name.starts_with("on"), "{name}");
                assert!(name != "style" || !value.contains("url("), "{value}");
                let safe = ["https://", "http://", "mailto:"].iter().any(|scheme| value.starts_with(scheme));
                assert!(name != "href" || safe, "{value}");
            }
        }
        let style = html.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap_or_default();
        assert!(!style.contains("@import") && !style.contains("url(") && !style.contains("@font-face"));
    }
}

/// The list, and where it comes from, is in css.rs. Word (Outlook for Windows) knows no flex, no grid, no position and no
/// float; what `<style>` holds is only a nicety.
#[test]
fn every_style_is_one_that_mail_clients_show() {
    for view in all() {
        let html = render(&view).html;
        for element in elements(&Html::parse_document(&html)) {
            let style = element.value().attr("style").unwrap_or_default();
            for declaration in style.split(';').filter(|declaration| !declaration.is_empty()) {
                let (property, value) = declaration.split_once(':').expect("a declaration");
                let known = PROPERTIES_ALLOWED.contains(&property) || PROPERTIES_HARMLESS.contains(&property);
                assert!(known, "{property}");
                assert!(!value.contains("calc") && !value.contains("var(") && !value.contains("rem"), "{declaration}");
            }
        }
    }
}

#[test]
fn gmail_clips_nothing_and_the_link_to_leave_stays() {
    for view in all() {
        let html = render(&view).html;
        assert!(html.len() < GMAIL_CLIPS_BYTES, "{} bytes for {} items", html.len(), view.items.len());
    }
    let (usual, long) = (render(&forty()).html, render(&forty_long()).html);
    println!("forty items: {} bytes, all as long as may be: {}", usual.len(), long.len());
    for html in [usual, long] {
        let titles = Selector::parse("h3, td > p[dir=auto]").expect("a selector");
        assert_eq!(Html::parse_document(&html).select(&titles).count(), 40, "each item is there");
        assert!(html.contains("quitter"));
    }
}

#[test]
fn it_is_sound_html_with_headings_in_order() {
    for view in all() {
        let html = render(&view).html;
        let page = Html::parse_document(&html);
        assert!(page.errors.is_empty(), "{:?}", page.errors);
        let root = page.root_element().value();
        assert!(root.attr("lang").is_some_and(|lang| lang == "fr" || lang == "en"));
        let mut before = 0;
        for element in elements(&page) {
            let name = element.value().name();
            if let Some(level) = name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok()) {
                assert!(level <= before + 1, "h{level} after h{before}");
                assert!(level > 1 || before == 0, "one h1");
                before = level;
            }
            if name == "table" {
                assert_eq!(element.value().attr("role"), Some("presentation"), "a table of layout says so");
            }
            if matches!(name, "a" | "h1" | "h2" | "h3" | "p") {
                assert!(!element.text().collect::<String>().trim().is_empty(), "an empty <{name}>");
            }
            assert!(element.value().id().is_none(), "an id could meet another mail's in a webmail");
        }
    }
}

#[test]
fn french_is_set_with_its_spaces() {
    for view in all().iter().filter(|view| view.language == Language::Fr) {
        let mail = render(view);
        let page = Html::parse_document(&mail.html);
        let body = page.select(&Selector::parse("body").expect("a selector")).next().expect("a body");
        let text: String = body.text().collect::<Vec<_>>().join(" ");
        for broken in [" :", " ;", " !", " ?", "« ", " »", " €"] {
            assert!(
                !text.contains(broken),
                "« {broken} » may break: {:?}",
                text.find(broken).map(|at| text.get(at.saturating_sub(40)..(at + 20).min(text.len())))
            );
        }
        assert!(!text.contains(" 1 février") && !text.contains("\u{a0}1\u{a0}mars"), "the first of a month is 1er");
    }
}

/// WCAG 2.2, success criterion 1.4.3: 4.5:1 for text, whatever it stands on, in both themes.
#[test]
fn every_ink_stands_out_from_what_is_behind_it() {
    for view in all() {
        let html = render(&view).html;
        let page = Html::parse_document(&html);
        let dark = dark_rules(&html);
        for rules in [&BTreeMap::new(), &dark] {
            for element in elements(&page) {
                let own_text: String =
                    element.children().filter_map(|child| child.value().as_text()).map(|t| &**t).collect();
                let hidden = element.value().attr("style").is_some_and(|style| style.contains("display:none"));
                if own_text.trim().is_empty() || hidden || matches!(element.value().name(), "style" | "title") {
                    continue;
                }
                let ink = nearest(element, "color", rules).unwrap_or_else(|| panic!("no ink: {own_text}"));
                let behind =
                    nearest(element, "background-color", rules).unwrap_or_else(|| panic!("no ground: {own_text}"));
                let contrast = contrast(&ink, &behind);
                let theme = if rules.is_empty() { "light" } else { "dark" };
                assert!(contrast >= 4.5, "{theme}: {ink} on {behind} is {contrast:.2}: {own_text}");
            }
        }
    }
}

/// The value that holds for an element: its own, or the nearest of what is around it.
fn nearest(element: ElementRef<'_>, property: &str, rules: &BTreeMap<(String, String), String>) -> Option<String> {
    let chain = std::iter::once(element).chain(element.ancestors().filter_map(ElementRef::wrap));
    chain.into_iter().find_map(|element| value_of(element.value(), property, rules))
}

fn value_of(element: &Element, property: &str, rules: &BTreeMap<(String, String), String>) -> Option<String> {
    let dark = element.classes().filter_map(|class| rules.get(&(class.to_owned(), property.to_owned()))).last();
    let style = element.attr("style").unwrap_or_default();
    let own = style.split(';').filter_map(|declaration| declaration.split_once(':'));
    let own = own.filter(|(name, _)| *name == property).map(|(_, value)| value.to_owned()).next_back();
    dark.cloned().or(own)
}

/// What the dark theme says, by class and property.
fn dark_rules(html: &str) -> BTreeMap<(String, String), String> {
    let dark = html.split("prefers-color-scheme: dark) {").nth(1).and_then(|rest| rest.split("</style>").next());
    let mut rules = BTreeMap::new();
    for rule in dark.expect("a dark theme").split('}') {
        let Some((selectors, declarations)) = rule.split_once('{') else { continue };
        for declaration in declarations.split(';').filter_map(|declaration| declaration.split_once(':')) {
            let (property, value) = (declaration.0.trim(), declaration.1.replace("!important", ""));
            for selector in selectors.split(',') {
                let class = selector.trim().trim_start_matches('.').to_owned();
                rules.insert((class, property.to_owned()), value.trim().to_owned());
            }
        }
    }
    rules
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let byte = colour.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).expect("#rrggbb");
        let value = f64::from(byte) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

/// `GLANEUR_MAILS=folder cargo test --lib mails_to_look_at` writes the samples as pages, to be opened in a browser.
#[test]
fn mails_to_look_at_are_written_when_asked() {
    let Ok(folder) = std::env::var("GLANEUR_MAILS") else { return };
    let composer = Composer::new(&[]).expect("sound templates");
    let named = [
        ("none", sample::empty()),
        ("one", sample::one_item()),
        ("twelve", sample::full(Language::Fr)),
        ("english", sample::full(Language::En)),
        ("forty", forty()),
        ("long", forty_long()),
        ("first", sample::first()),
        ("between", sample::between()),
        ("bare", sample::bare()),
        ("hostile", hostile()),
    ];
    for (name, view) in named {
        let mail = composer.digest(&view).expect("a mail");
        std::fs::write(format!("{folder}/{name}.html"), mail.html).expect("a folder that can be written");
    }
}
