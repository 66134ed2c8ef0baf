//! How to read the page behind each link: alone if that works, else the part that differs from one page to the next.

use std::collections::HashSet;

use scraper::{ElementRef, Html, Selector};

use super::super::{charset, clean, detail, guard};
use super::selector;
use crate::model::{DetailSelect, Response};

/// A page with less text than this says too little to judge.
const TEXT_BYTES_MIN: usize = 200;
/// Of the text of a page, the share that its neighbour has too: beyond, it is furniture.
const SHARED_MAX: f64 = 0.35;
/// Elements of a page that are tried as its text.
const CANDIDATES_MAX: usize = 200;

/// The pages of two items of one list or more; `None` when even the best part says nothing of its own.
pub fn propose(pages: &[Response]) -> Option<DetailSelect> {
    let [one, other, ..] = pages else { return Some(DetailSelect::default()) };
    let text = |page: &Response| detail::page_text(&page.url, page).map(|page| page.text).unwrap_or_default();
    let (first, second) = (text(one), text(other));
    if own(&first, &second).is_text() && own(&second, &first).is_text() {
        return Some(DetailSelect::default());
    }
    let html = |page: &Response| charset::decode(&page.body, page.content_type.as_deref());
    let (one, other) = (html(one), html(other));
    if guard::check(&one).is_err() || guard::check(&other).is_err() {
        return None;
    }
    best_part(&Html::parse_document(&one), &Html::parse_document(&other))
        .map(|text| DetailSelect { text: Some(text), ..DetailSelect::default() })
}

/// Bytes of a text that are its own, and those that it shares.
struct Own {
    own: usize,
    shared: usize,
}

impl Own {
    fn is_text(&self) -> bool {
        self.own >= TEXT_BYTES_MIN && (self.shared as f64) <= SHARED_MAX * (self.own + self.shared) as f64
    }
}

fn own(text: &str, other: &str) -> Own {
    let known: HashSet<&str> = other.lines().collect();
    let (mut own, mut shared) = (0, 0);
    for line in text.lines().filter(|line| !line.is_empty()) {
        *(if known.contains(line) { &mut shared } else { &mut own }) += line.len();
    }
    Own { own, shared }
}

/// The selector of the part that both pages have once, and that says the most of its own.
fn best_part(one: &Html, other: &Html) -> Option<String> {
    let elements = one.tree.root().descendants().filter_map(ElementRef::wrap);
    let mut names: Vec<String> = Vec::new();
    for element in elements.filter(|e| matches!(e.value().name(), "div" | "section" | "article" | "main" | "td")) {
        names.extend(selector::candidates(element).into_iter().filter(|name| !name.contains(' ')));
        names.extend(element.value().id().filter(|id| selector::is_stable(id)).map(|id| format!("#{id}")));
        if names.len() > CANDIDATES_MAX {
            break;
        }
    }
    names.sort();
    names.dedup();
    let mut best: Option<(usize, String)> = None;
    for name in names {
        let Ok(css) = Selector::parse(&name) else { continue };
        let (Some(here), Some(there)) = (alone(one, &css), alone(other, &css)) else { continue };
        let (a, b) = (own(&here, &there), own(&there, &here));
        if !a.is_text() || !b.is_text() {
            continue;
        }
        let worth = (a.own + b.own).saturating_sub(3 * (a.shared + b.shared));
        if best.as_ref().is_none_or(|(known, _)| worth > *known) {
            best = Some((worth, name));
        }
    }
    best.map(|(_, name)| name)
}

/// The text of the only element that a selector finds.
fn alone(document: &Html, css: &Selector) -> Option<String> {
    let mut found = document.select(css);
    let element = found.next()?;
    found.next().is_none().then(|| clean::text(&element.html()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Validators;

    fn page(body: &str) -> Response {
        Response {
            url: "https://site.example/a".parse().unwrap(),
            status: 200,
            content_type: Some("text/html".into()),
            body: body.as_bytes().to_vec(),
            validators: Validators::default(),
        }
    }

    const SAME: &str =
        "Le réseau agit depuis longtemps aux côtés des habitants, des communes et des associations du territoire. ";

    fn prose(topic: &str) -> String {
        (0..8)
            .map(|n| format!("<p>Paragraphe {n} sur {topic}, qui ne ressemble pas à celui d'une autre page.</p>"))
            .collect()
    }

    #[test]
    fn a_page_with_a_main_part_needs_no_selector() {
        let make = |topic: &str| {
            page(&format!("<nav>{SAME}</nav><main><h1>{topic}</h1>{}</main><footer>{SAME}</footer>", prose(topic)))
        };
        assert_eq!(propose(&[make("les jardins"), make("les cantines")]), Some(DetailSelect::default()));
    }

    #[test]
    fn a_page_whose_furniture_drowns_its_text_gets_the_part_that_differs() {
        let same: String = (0..30).map(|n| format!("<p>{SAME}{n}</p>")).collect();
        let make = |topic: &str| {
            page(&format!(
                "<main><div class=\"bandeau\">{same}</div><div class=\"fiche-texte\">{}</div></main>",
                prose(topic)
            ))
        };
        let found = propose(&[make("les jardins"), make("les cantines")]).unwrap();
        assert_eq!(found.text.as_deref(), Some("div.fiche-texte"));
    }

    #[test]
    fn pages_that_say_the_same_say_nothing() {
        let make = || page(&format!("<main><p>{}</p></main>", SAME.repeat(5)));
        assert_eq!(propose(&[make(), make()]), None);
    }
}
