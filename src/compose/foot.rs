//! The foot of a mail: what waits, which sites could not be read, why the reader gets it, and how to choose or leave.

use serde::Serialize;

use super::dates;
use super::letter::web_url;
use super::typography::{list, number, ours, theirs};
use super::view::{DigestView, SilentSource};
use super::words::{self, pick};
use crate::model::Language;

const NAME_CHARS_MAX: usize = 80;
const SILENT_MAX: usize = 6;
const MAILTO_BYTES_MAX: usize = 500;

#[derive(Debug, Serialize)]
pub struct LetterLinks {
    pub leave_page: Option<String>,
    pub leave_mailto: Option<String>,
    pub preferences_page: Option<String>,
    pub open_calls_page: Option<String>,
    pub contact_mailto: Option<String>,
}

pub(super) fn left(view: &DigestView) -> Option<String> {
    let language = view.language;
    let n = view.left_for_next;
    match (language, n) {
        (_, 0) => None,
        (Language::Fr, 1) => Some("Une autre annonce ouverte vous attend dans le prochain message.".to_owned()),
        (Language::Fr, n) => {
            Some(format!("{} autres annonces ouvertes vous attendent dans le prochain message.", number(n, language)))
        }
        (Language::En, 1) => Some("One more open notice waits for the next message.".to_owned()),
        (Language::En, n) => Some(format!("{} more open notices wait for the next message.", number(n, language))),
    }
}

/// So that silence is not taken for "nothing new": which sites could not be read, and since when.
pub(super) fn silent(sources: &[SilentSource], language: Language) -> Option<String> {
    let since = |source: &SilentSource| dates::day(source.since, language);
    let name = |source: &SilentSource| theirs(&source.name, NAME_CHARS_MAX, language);
    if let [source] = sources {
        let (name, since) = (name(source), since(source));
        let words = match language {
            Language::Fr => format!(
                "Nous ne parvenons pas à lire ce site depuis le {since} : {name}. Un appel récent peut manquer ici."
            ),
            Language::En => {
                format!("We have not been able to read this site since {since}: {name}. A recent call may be missing.")
            }
        };
        return Some(ours(&words, language));
    }
    let mut named: Vec<String> = sources
        .iter()
        .take(SILENT_MAX)
        .map(|source| format!("{} ({} {})", name(source), pick(language, "depuis le", "since"), since(source)))
        .collect();
    if named.is_empty() {
        return None;
    }
    match sources.len().saturating_sub(SILENT_MAX) {
        0 => {}
        more => {
            named.push(words::count(more, pick(language, "autre", "more"), pick(language, "autres", "more"), language))
        }
    }
    let named = list(&named, language);
    let words = match language {
        Language::Fr => {
            format!("Nous ne parvenons pas à lire ces sites : {named}. Des appels récents peuvent manquer ici.")
        }
        Language::En => format!("We are not able to read these sites: {named}. Recent calls may be missing."),
    };
    Some(ours(&words, language))
}

/// "Vous avez suivi la formation Nanterre 2021-2022. Ce message suit vos territoires (Nanterre) et tous les thèmes."
pub(super) fn why_me(view: &DigestView) -> String {
    let language = view.language;
    let clean = |all: &[String]| -> Vec<String> { all.iter().map(|s| theirs(s, NAME_CHARS_MAX, language)).collect() };
    let cohorts = list(&clean(&view.cohorts), language);
    let places = list(&clean(&view.addressee.places), language);
    let themes = list(&clean(&view.addressee.themes), language);
    let organisation = theirs(&view.addressee.organisation, NAME_CHARS_MAX, language);
    let mut sentences = Vec::new();
    match (language, cohorts.is_empty()) {
        (_, true) => {}
        (Language::Fr, false) => sentences.push(format!("Vous avez suivi la formation {cohorts}.")),
        (Language::En, false) => sentences.push(format!("You took part in the training {cohorts}.")),
    }
    let mut follows = Vec::new();
    if !organisation.is_empty() {
        follows.push(format!("{} {organisation}", pick(language, "votre structure,", "your organisation,")));
    }
    if !places.is_empty() {
        let yours = match view.addressee.places.len() {
            1 => pick(language, "votre territoire,", "your place,"),
            _ => pick(language, "vos territoires,", "your places,"),
        };
        follows.push(format!("{yours} {places}"));
    }
    follows.push(match themes.is_empty() {
        true => pick(language, "tous les thèmes", "all themes").to_owned(),
        false => format!("{} {themes}", pick(language, "vos thèmes,", "your themes,")),
    });
    let choice = pick(language, "Les annonces sont choisies d’après", "Notices are chosen by");
    sentences.push(format!("{choice} {}.", follows.join(" ; ").replace(" ;", pick(language, "\u{202f};", ";"))));
    sentences.join(" ")
}

pub(super) fn links(view: &DigestView) -> LetterLinks {
    let page = |url: &Option<String>| url.as_deref().and_then(web_url);
    LetterLinks {
        leave_page: page(&view.links.leave_page),
        leave_mailto: view.links.leave_mailto.as_deref().and_then(mailto),
        preferences_page: page(&view.links.preferences_page),
        open_calls_page: page(&view.links.open_calls_page),
        contact_mailto: view
            .contact
            .as_deref()
            .filter(|contact| contact.contains('@'))
            .and_then(|contact| mailto(&format!("mailto:{contact}"))),
    }
}

pub(super) fn mailto(text: &str) -> Option<String> {
    let url = url::Url::parse(text.trim()).ok()?;
    (url.scheme() == "mailto" && url.as_str().len() <= MAILTO_BYTES_MAX).then(|| url.to_string())
}
