//! "Transférer": a mail to a colleague or a partner, written in advance, and the paragraph that a CCAS passes on.
//!
//! What is in it is public: the notice, its publisher, its date, its own address. It refuses to know the member and every
//! signed link.

use super::item::title;
use super::typography::{NBSP, ours, theirs};
use super::view::ItemView;
use super::words::pick;
use super::{dates, letter::web_url};
use crate::model::{Kind, Language, Relation, Section, Status};

/// Characters of a title and of a name inside a mail that is handed over as a link: mail programs of Windows cut links
/// at some two thousand.
const TITLE_CHARS_MAX: usize = 110;
const NAME_CHARS_MAX: usize = 70;
const URL_BYTES_MAX: usize = 300;
const MAILTO_BYTES_MAX: usize = 1_900;

/// `mailto:?subject=…&body=…`; nothing for what is over, or what would make too long a link.
pub(super) fn mailto(item: &ItemView, language: Language) -> Option<String> {
    if item.status != Status::Open {
        return None;
    }
    let subject = format!("{} {}", pick(language, "À transmettre :", "To pass on:"), title(item, 70, language));
    let body = match paragraph(item, language) {
        Some(paragraph) => format!("{}\r\n\r\n{paragraph}", pick(language, "Bonjour,", "Hello,")),
        None => body(item, language),
    };
    let link = format!("mailto:?subject={}&body={}", encoded(&ours(&subject, language)), encoded(&body));
    (link.len() <= MAILTO_BYTES_MAX).then_some(link)
}

fn body(item: &ItemView, language: Language) -> String {
    let hello =
        pick(language, "Bonjour,\r\n\r\nCette annonce peut vous concerner :", "Hello,\r\n\r\nThis may concern you:");
    let publisher = item.publisher.as_deref().map(|name| theirs(name, NAME_CHARS_MAX, language));
    let until = item
        .deadline
        .map(|deadline| format!("{} {}", pick(language, "Jusqu’au", "Until"), dates::deadline(deadline, language)));
    let parts = [
        Some(ours(hello, language) + "\r\n"),
        Some(title(item, TITLE_CHARS_MAX, language)),
        publisher.filter(|name| !name.is_empty()),
        until,
        short_url(item),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\r\n")
}

/// For an accreditation that the member passes on: what a partner needs to know, in one paragraph.
pub(super) fn paragraph(item: &ItemView, language: Language) -> Option<String> {
    if item.section != Section::Accreditation || item.relation != Relation::Relay || item.status != Status::Open {
        return None;
    }
    let title = title(item, TITLE_CHARS_MAX, language);
    let publisher = item.publisher.as_deref().map(|name| theirs(name, NAME_CHARS_MAX, language));
    let until = item.deadline.map(|deadline| dates::deadline(deadline, language));
    let mut sentences = vec![match (language, publisher) {
        (Language::Fr, Some(publisher)) => format!("{publisher} annonce{NBSP}: «{NBSP}{title}{NBSP}»."),
        (Language::Fr, None) => format!("Une campagne est annoncée{NBSP}: «{NBSP}{title}{NBSP}»."),
        (Language::En, Some(publisher)) => format!("{publisher} announces: “{title}”."),
        (Language::En, None) => format!("A campaign is announced: “{title}”."),
    }];
    sentences.push(match (language, until) {
        (Language::Fr, Some(until)) => format!("Les demandes sont à déposer jusqu’au {until}."),
        (Language::Fr, None) => "La date limite n’est pas indiquée : elle est à vérifier.".to_owned(),
        (Language::En, Some(until)) => format!("Applications are open until {until}."),
        (Language::En, None) => "The deadline is not given: please check.".to_owned(),
    });
    if is_food_aid(item) {
        sentences.push(
            pick(
                language,
                "Sans habilitation, une structure privée ne peut pas recevoir de contributions publiques destinées à l'aide alimentaire (code de l'action sociale et des familles, article L. 266-2).",
                "Without accreditation, a private body may not receive public contributions for food aid (French code of social action, article L. 266-2).",
            )
            .to_owned(),
        );
    }
    let mut paragraph = ours(&sentences.join(" "), language);
    if let Some(url) = short_url(item) {
        paragraph = format!("{paragraph} {} {url}", ours(pick(language, "La page :", "The page:"), language));
    }
    Some(paragraph)
}

fn is_food_aid(item: &ItemView) -> bool {
    let said = format!("{} {}", item.title, item.summary.as_deref().unwrap_or_default()).to_lowercase();
    item.kind == Kind::Accreditation && said.contains("habilit") && said.contains("aliment")
}

fn short_url(item: &ItemView) -> Option<String> {
    item.url.as_deref().and_then(web_url).filter(|url| url.len() <= URL_BYTES_MAX)
}

/// RFC 6068: everything but the unreserved characters of RFC 3986.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
