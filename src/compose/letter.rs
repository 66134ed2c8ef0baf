//! The letter: a [`DigestView`] turned into finished sentences, which is all that the templates see.
//!
//! Here the words of others are cut to their limits and cleaned of what could make a line lie; escaping is left to the
//! templates. It refuses to know HTML.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::markdown::{self, WordBlock};
use super::typography::{list, number, one_line, ours, theirs};
use super::view::{ChangeView, DigestView, ItemView, SilentSource};
use super::words::{self, Labels, pick};
use super::{dates, subject};
use crate::model::{Deadline, Language, Relation, Section, Status};

/// Characters shown of each text of others; what is longer ends with "…".
const TITLE_CHARS_MAX: usize = 180;
const PUBLISHER_CHARS_MAX: usize = 100;
const SUMMARY_CHARS_MAX: usize = 320;
const AMOUNT_CHARS_MAX: usize = 140;
const QUOTE_CHARS_MAX: usize = 220;
const NAME_CHARS_MAX: usize = 80;
const URL_BYTES_MAX: usize = 2_000;
/// Entries shown of each list.
const WAVES_MAX: usize = 4;
const DOUBTS_MAX: usize = 3;
const SILENT_MAX: usize = 6;
/// Below, the mail is its own summary.
const AGENDA_FROM_ITEMS: usize = 4;
const AGENDA_LINES_MAX: usize = 5;
const AGENDA_CHARS_MAX: usize = 90;

const SECTIONS: [Section; 6] =
    [Section::New, Section::ClosingSoon, Section::Changed, Section::Accreditation, Section::Aid, Section::Network];

#[derive(Debug, Serialize)]
pub struct Letter {
    /// `fr` or `en`, for `lang=`.
    pub lang: &'static str,
    pub subject: String,
    /// The subject without the mark of a trial.
    pub headline: String,
    pub preheader: String,
    pub network: String,
    /// "lundi 12 janvier 2026".
    pub date: String,
    pub greeting: String,
    /// "2 nouveaux appels et 1 délai modifié.", when the headline does not say it all.
    pub contents: Option<String>,
    pub trial: Option<String>,
    /// The team's word, block by block.
    pub word: Vec<WordBlock>,
    /// The nearest dates, when there are enough items to get lost in.
    pub agenda: Vec<AgendaLine>,
    pub sections: Vec<LetterSection>,
    pub left: Option<String>,
    pub silent: Vec<String>,
    pub why_me: String,
    pub contact: Option<String>,
    pub links: LetterLinks,
    pub labels: Labels,
}

/// One of the nearest dates.
#[derive(Debug, Serialize)]
pub struct AgendaLine {
    /// "11 février".
    pub day: String,
    pub title: String,
    /// "dans 3 jours".
    pub left: String,
    pub soon: bool,
}

#[derive(Debug, Serialize)]
pub struct LetterSection {
    /// `new`, `closing-soon`…
    pub id: Section,
    pub title: String,
    /// One sentence under the heading.
    pub note: Option<String>,
    pub items: Vec<LetterItem>,
}

#[derive(Debug, Serialize)]
pub struct LetterItem {
    pub title: String,
    pub url: Option<String>,
    /// "appel à projets".
    pub kind: String,
    pub publisher: Option<String>,
    pub urgency: Urgency,
    /// "Plus que 3 jours": said in words, never by colour alone.
    pub badge: Option<String>,
    /// "jusqu’au mercredi 11 février 2026 à 23 h 59 (dans 9 jours)".
    pub deadline: Option<String>,
    pub waves: Vec<String>,
    pub opening: Option<String>,
    pub audiences: Option<String>,
    pub amount: Option<String>,
    pub summary: Option<String>,
    pub changes: Vec<String>,
    /// "À relayer à vos associations partenaires", "Pour votre structure".
    pub relay: Option<String>,
    /// "Seine-Saint-Denis · précarité alimentaire".
    pub why: Option<String>,
    pub quote: Option<String>,
    pub doubts: Vec<String>,
    pub calendar_url: Option<String>,
}

/// How soon one must act; a template may colour it, the words stand beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// Today or tomorrow, up to seven days.
    Soon,
    Later,
    /// No date, or none is needed.
    Undated,
    /// Suspended, cancelled, withdrawn, or past.
    Over,
}

#[derive(Debug, Serialize)]
pub struct LetterLinks {
    pub leave_page: Option<String>,
    pub leave_mailto: Option<String>,
    pub preferences_page: Option<String>,
    pub open_calls_page: Option<String>,
    pub contact_mailto: Option<String>,
}

impl Letter {
    pub fn new(view: &DigestView) -> Self {
        let language = view.language;
        Self {
            lang: pick(language, "fr", "en"),
            subject: subject::subject(view),
            headline: subject::headline(view),
            preheader: subject::preheader(view),
            network: theirs(&view.network, NAME_CHARS_MAX, language),
            date: dates::full_day(view.as_of.date_naive(), language),
            greeting: greeting(view),
            contents: subject::contents(view),
            trial: view.trial.as_ref().map(|trial| trial_banner(&trial.meant_for, language)),
            word: view.word.as_deref().map(markdown::word).unwrap_or_default(),
            agenda: agenda(view),
            sections: sections(view),
            left: left(view),
            silent: silent(&view.silent_sources, language),
            why_me: why_me(view),
            contact: view.contact.as_ref().map(|contact| one_line(contact, NAME_CHARS_MAX)),
            links: links(view),
            labels: words::labels(language),
        }
    }
}

fn agenda(view: &DigestView) -> Vec<AgendaLine> {
    if view.items.len() < AGENDA_FROM_ITEMS {
        return Vec::new();
    }
    let now = view.as_of.to_utc();
    let open = |item: &ItemView| item.deadline.filter(|d| item.status == Status::Open && !d.is_past(now));
    let mut dated: Vec<(Deadline, &ItemView)> =
        view.items.iter().filter_map(|item| open(item).map(|deadline| (deadline, item))).collect();
    dated.sort_by_key(|(deadline, _)| *deadline);
    let line = |(deadline, item): (Deadline, &ItemView)| AgendaLine {
        day: dates::short_day(deadline.date, view.language),
        title: theirs(&item.title, AGENDA_CHARS_MAX, view.language),
        left: dates::days_left(deadline, now, view.language),
        soon: urgency(item, now) == Urgency::Soon,
    };
    dated.into_iter().take(AGENDA_LINES_MAX).map(line).collect()
}

fn sections(view: &DigestView) -> Vec<LetterSection> {
    let section = |section: Section| {
        let items: Vec<LetterItem> =
            view.items.iter().filter(|item| item.section == section).map(|item| letter_item(item, view)).collect();
        (!items.is_empty()).then(|| LetterSection {
            id: section,
            title: words::section(section, view.language).to_owned(),
            note: note(section, view.language),
            items,
        })
    };
    SECTIONS.into_iter().filter_map(section).collect()
}

fn letter_item(item: &ItemView, view: &DigestView) -> LetterItem {
    let language = view.language;
    let now = view.as_of.to_utc();
    let text = |text: &Option<String>, chars_max| {
        text.as_deref().map(|text| theirs(text, chars_max, language)).filter(|text| !text.is_empty())
    };
    let badge = badge(item, now, language);
    LetterItem {
        title: text(&Some(item.title.clone()), TITLE_CHARS_MAX)
            .unwrap_or_else(|| pick(language, "Annonce sans titre", "Untitled notice").to_owned()),
        url: item.url.as_deref().and_then(web_url),
        kind: words::kind(item.kind, item.call_type, item.deadline.is_some(), language).to_owned(),
        publisher: text(&item.publisher, PUBLISHER_CHARS_MAX),
        urgency: urgency(item, now),
        deadline: deadline(item, badge.is_some(), now, language),
        badge,
        waves: item.other_waves.iter().take(WAVES_MAX).map(|wave| dates::deadline(*wave, language)).collect(),
        opening: item.opening.map(|day| opening(day, now, language)),
        audiences: (!item.audiences.is_empty()).then(|| words::audiences(&item.audiences, language)),
        amount: text(&item.amount, AMOUNT_CHARS_MAX),
        summary: text(&item.summary, SUMMARY_CHARS_MAX),
        changes: item.changes.iter().filter(|c| !told_by_badge(c)).map(|c| words::change(c, language)).collect(),
        relay: relay(item, language),
        why: why(item, language),
        quote: item.quote.as_deref().and_then(|words| words::quote(words, QUOTE_CHARS_MAX, language)),
        doubts: item.doubts.iter().take(DOUBTS_MAX).map(|doubt| words::doubt(doubt, language)).collect(),
        calendar_url: item.calendar_url.as_deref().and_then(web_url),
    }
}

fn urgency(item: &ItemView, now: DateTime<Utc>) -> Urgency {
    if item.status != Status::Open {
        return Urgency::Over;
    }
    match item.deadline {
        None => Urgency::Undated,
        Some(deadline) if deadline.is_past(now) => Urgency::Over,
        Some(deadline) if deadline.days_left(now) <= subject::SOON_DAYS => Urgency::Soon,
        Some(_) => Urgency::Later,
    }
}

fn badge(item: &ItemView, now: DateTime<Utc>, language: Language) -> Option<String> {
    if item.status != Status::Open {
        return Some(words::status(item.status, language).trim_end_matches('.').to_owned()).map(|s| ours(&s, language));
    }
    let deadline = item.deadline?;
    let days = deadline.days_left(now);
    let words = match (language, days) {
        _ if deadline.is_past(now) => pick(language, "Clos", "Closed").to_owned(),
        (Language::Fr, ..=0) => "Dernier jour".to_owned(),
        (Language::Fr, 1) => "Demain".to_owned(),
        (Language::Fr, 2..=subject::SOON_DAYS) => format!("Plus que {days}\u{a0}jours"),
        (Language::En, ..=0) => "Last day".to_owned(),
        (Language::En, 1) => "Tomorrow".to_owned(),
        (Language::En, 2..=subject::SOON_DAYS) => format!("Only {days}\u{a0}days left"),
        _ => return None,
    };
    Some(words)
}

/// Nothing for what is suspended or cancelled: a date beside it would be taken for a chance.
fn deadline(item: &ItemView, badge: bool, now: DateTime<Utc>, language: Language) -> Option<String> {
    if item.status != Status::Open {
        return None;
    }
    match item.deadline {
        Some(deadline) if badge => Some(until(deadline, now, language)),
        Some(deadline) if deadline.is_past(now) => Some(until(deadline, now, language)),
        Some(deadline) => {
            let left = dates::days_left(deadline, now, language);
            Some(format!("{} ({left})", until(deadline, now, language)))
        }
        None => words::no_deadline(item.kind, language).map(|words| ours(&words, language)),
    }
}

fn until(deadline: Deadline, now: DateTime<Utc>, language: Language) -> String {
    let day = dates::deadline(deadline, language);
    match (language, deadline.is_past(now)) {
        (Language::Fr, false) => format!("jusqu’au {day}"),
        (Language::Fr, true) => format!("clos le {day}"),
        (Language::En, false) => format!("until {day}"),
        (Language::En, true) => format!("closed on {day}"),
    }
}

fn opening(day: chrono::NaiveDate, now: DateTime<Utc>, language: Language) -> String {
    let words = dates::full_day(day, language);
    match (language, day > now.date_naive()) {
        (Language::Fr, true) => format!("à partir du {words}"),
        (Language::Fr, false) => format!("depuis le {words}"),
        (Language::En, true) => format!("from {words}"),
        (Language::En, false) => format!("since {words}"),
    }
}

fn why(item: &ItemView, language: Language) -> Option<String> {
    let themes: Vec<String> = item.why.themes.iter().map(|theme| theirs(theme, NAME_CHARS_MAX, language)).collect();
    let place = theirs(&item.why.place, NAME_CHARS_MAX, language);
    let parts: Vec<String> = [place, themes.join(", ")].into_iter().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn relay(item: &ItemView, language: Language) -> Option<String> {
    let words = match (item.relation, item.section) {
        (Relation::Relay, _) => {
            pick(language, "À relayer à vos associations partenaires", "To pass on to the non-profits you work with")
        }
        (Relation::Apply, Section::Accreditation) => pick(language, "Pour votre structure", "For your organisation"),
        (Relation::Apply, _) => return None,
    };
    Some(words.to_owned())
}

/// The badge says "Annulé" already.
fn told_by_badge(change: &ChangeView) -> bool {
    matches!(change, ChangeView::Status { to, .. } if *to != Status::Open)
}

fn note(section: Section, language: Language) -> Option<String> {
    let words = match (language, section) {
        (Language::Fr, Section::ClosingSoon) => "Déjà vus ici, et qui se terminent.",
        (Language::Fr, Section::Changed) => "Déjà vus ici, et qui ont changé depuis.",
        (Language::Fr, Section::Aid) => "Sans date limite : chacune n'est présentée qu'une fois.",
        (Language::En, Section::ClosingSoon) => "Seen here before, and about to close.",
        (Language::En, Section::Changed) => "Seen here before, and changed since.",
        (Language::En, Section::Aid) => "Without a deadline: each is shown once.",
        _ => return None,
    };
    Some(ours(words, language))
}

fn greeting(view: &DigestView) -> String {
    let name = one_line(&view.addressee.first_name, NAME_CHARS_MAX);
    match name.is_empty() {
        true => pick(view.language, "Bonjour,", "Hello,").to_owned(),
        false => format!("{} {name},", pick(view.language, "Bonjour", "Hello")),
    }
}

fn trial_banner(meant_for: &str, language: Language) -> String {
    let whom = theirs(meant_for, NAME_CHARS_MAX, language);
    let frame = pick(
        language,
        "Essai : ce message n'est pas parti à son destinataire. Il est fait pour",
        "Trial: this message did not go to its addressee. It is meant for",
    );
    format!("{} {whom}.", ours(frame, language))
}

fn left(view: &DigestView) -> Option<String> {
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

fn silent(sources: &[SilentSource], language: Language) -> Vec<String> {
    let line = |source: &SilentSource| {
        let name = theirs(&source.name, NAME_CHARS_MAX, language);
        let since = dates::day(source.since, language);
        format!("{name}, {} {since}", pick(language, "depuis le", "since"))
    };
    let mut lines: Vec<String> = sources.iter().take(SILENT_MAX).map(line).collect();
    match sources.len().saturating_sub(SILENT_MAX) {
        0 => {}
        more => {
            lines.push(words::count(more, pick(language, "autre", "more"), pick(language, "autres", "more"), language))
        }
    }
    lines
}

/// "Vous avez suivi la formation Nanterre 2021-2022. Ce message suit vos territoires (Nanterre) et tous les thèmes."
fn why_me(view: &DigestView) -> String {
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

fn links(view: &DigestView) -> LetterLinks {
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

/// A link a reader may follow: http or https, no spaces, of a bearable length.
pub(super) fn web_url(text: &str) -> Option<String> {
    let url = url::Url::parse(text.trim()).ok()?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host() && url.as_str().len() <= URL_BYTES_MAX;
    web.then(|| url.to_string())
}

pub(super) fn mailto(text: &str) -> Option<String> {
    let url = url::Url::parse(text.trim()).ok()?;
    (url.scheme() == "mailto" && url.as_str().len() <= URL_BYTES_MAX).then(|| url.to_string())
}
