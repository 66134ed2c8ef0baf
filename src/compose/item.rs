//! One notice of the letter: its card, or its line when there are too many for cards.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::typography::{ours, theirs};
use super::view::{ChangeView, DigestView, ItemView};
use super::words::{self, pick};
use super::{dates, forward, letter::web_url, subject};
use crate::model::{Deadline, Doubt, DoubtReason, Kind, Language, Relation, Section, Status};

/// Characters shown of each text of others; what is longer ends with "…".
pub(super) const TITLE_CHARS_MAX: usize = 180;
pub(super) const PUBLISHER_CHARS_MAX: usize = 100;
const SUMMARY_CHARS_MAX: usize = 320;
const AMOUNT_CHARS_MAX: usize = 140;
const QUOTE_CHARS_MAX: usize = 220;
const NAME_CHARS_MAX: usize = 80;
/// A line holds no longer link: forty of them must stay under what mail clients clip.
const LINE_URL_BYTES_MAX: usize = 500;
/// Entries shown of each list.
const WAVES_MAX: usize = 4;
const DOUBTS_MAX: usize = 3;

#[derive(Debug, Serialize)]
pub struct LetterItem {
    pub form: Form,
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
    /// "La page donne aussi le vendredi 13 mars 2026 : à vérifier."
    pub rivals: Option<String>,
    pub waves: Vec<String>,
    pub opening: Option<String>,
    pub audiences: Option<String>,
    pub amount: Option<String>,
    pub summary: Option<String>,
    pub changes: Vec<String>,
    /// "À relayer à vos associations partenaires", "Pour votre structure".
    pub relay: Option<String>,
    /// A paragraph ready to be sent on, for what is to be passed on.
    pub paragraph: Option<String>,
    /// "Seine-Saint-Denis · précarité alimentaire".
    pub why: Option<String>,
    pub quote: Option<String>,
    pub doubts: Vec<String>,
    pub calendar_url: Option<String>,
    /// A mail to somebody else about this notice; nothing in it tells who received this digest.
    pub forward: Option<String>,
}

/// How much is said of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    Card,
    /// Title, publisher, until when.
    Line,
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

pub(super) fn letter_item(item: &ItemView, form: Form, view: &DigestView) -> LetterItem {
    let language = view.language;
    let now = view.as_of.to_utc();
    let text = |text: &Option<String>, chars_max| {
        text.as_deref().map(|text| theirs(text, chars_max, language)).filter(|text| !text.is_empty())
    };
    let badge = badge(item, now, language);
    let url = item.url.as_deref().and_then(web_url);
    LetterItem {
        form,
        title: title(item, TITLE_CHARS_MAX, language),
        url: url.filter(|url| form == Form::Card || url.len() <= LINE_URL_BYTES_MAX),
        kind: words::kind(item.kind, item.call_type, item.deadline.is_some(), language).to_owned(),
        publisher: text(&item.publisher, PUBLISHER_CHARS_MAX),
        urgency: urgency(item, now),
        deadline: deadline(item, badge.is_some(), now, language),
        badge,
        rivals: rivals(item, language),
        waves: item.other_waves.iter().take(WAVES_MAX).map(|wave| dates::deadline(*wave, language)).collect(),
        opening: item.opening.filter(|day| *day > view.as_of.date_naive()).map(|day| opening(day, language)),
        audiences: (!item.audiences.is_empty()).then(|| words::audiences(&item.audiences, language)),
        amount: text(&item.amount, AMOUNT_CHARS_MAX),
        summary: text(&item.summary, SUMMARY_CHARS_MAX),
        changes: item.changes.iter().filter(|c| !told_by_badge(c)).map(|c| change(item, c, language)).collect(),
        relay: relay(item, language),
        paragraph: forward::paragraph(item, language),
        why: why(item, language),
        quote: item.quote.as_deref().and_then(|words| words::quote(words, QUOTE_CHARS_MAX, language)),
        doubts: doubts(item, language),
        calendar_url: item.calendar_url.as_deref().and_then(web_url),
        forward: forward::mailto(item, language),
    }
}

pub(super) fn title(item: &ItemView, chars_max: usize, language: Language) -> String {
    match theirs(&item.title, chars_max, language) {
        title if title.is_empty() => pick(language, "Annonce sans titre", "Untitled notice").to_owned(),
        title => title,
    }
}

pub(super) fn urgency(item: &ItemView, now: DateTime<Utc>) -> Urgency {
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
    let deadline = item.deadline.filter(|_| !item.kind.is_of_the_network())?;
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
        // Of an event it is the day; of other news, only until when they are told.
        Some(begins) if item.kind == Kind::Event => {
            let left = dates::days_left(begins, now, language);
            Some(format!("{} ({left})", dates::deadline(begins, language)))
        }
        Some(_) if item.kind.is_of_the_network() => None,
        Some(deadline) if badge || deadline.is_past(now) => Some(until(deadline, now, language)),
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

/// Both dates are shown: the earlier one leads, the reader settles it.
fn rivals(item: &ItemView, language: Language) -> Option<String> {
    if item.rivals.is_empty() || item.status != Status::Open {
        return None;
    }
    let all: Vec<String> = item.rivals.iter().map(|rival| dates::deadline(*rival, language)).collect();
    let words = match language {
        Language::Fr => format!("Une autre date est aussi donnée : le {}. À vérifier.", all.join(", le ")),
        Language::En => format!("Another date is given too: {}. To be checked.", all.join(", ")),
    };
    Some(ours(&words, language))
}

/// Told only while it is to come: an open call is open.
fn opening(day: NaiveDate, language: Language) -> String {
    format!("{} {}", pick(language, "à partir du", "from"), dates::full_day(day, language))
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

/// What the rivals say already is not said twice.
fn doubts(item: &ItemView, language: Language) -> Vec<String> {
    let told = |doubt: &&Doubt| item.rivals.is_empty() || doubt.reason != DoubtReason::Contradiction;
    item.doubts.iter().filter(told).take(DOUBTS_MAX).map(|doubt| words::doubt(doubt, language)).collect()
}

fn change(item: &ItemView, change: &ChangeView, language: Language) -> String {
    match item.kind.is_of_the_network() {
        true => words::moved(change, language),
        false => words::change(change, language),
    }
}

/// The badge says "Annulé" already.
fn told_by_badge(change: &ChangeView) -> bool {
    matches!(change, ChangeView::Status { to, .. } if *to != Status::Open)
}
