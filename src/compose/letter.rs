//! The letter: a [`DigestView`] turned into finished sentences, which is all that the templates see.
//!
//! Here the words of others are cut to their limits and cleaned of what could make a line lie; escaping is left to the
//! templates. It refuses to know HTML.

use chrono::Days;
use serde::Serialize;

use super::foot::{self, LetterLinks};
use super::item::{Form, LetterItem, Urgency, letter_item, title, urgency};
use super::markdown::{self, WordBlock};
use super::typography::{NBSP, one_line, ours, theirs};
use super::view::{AccreditationView, CampaignView, DigestView, ItemView};
use super::words::{self, Labels, pick};
use super::{calendar, dates, opening, subject};
use crate::model::{Acquaintance, Deadline, Language, Section, Status, Turn};

const NAME_CHARS_MAX: usize = 80;
const URL_BYTES_MAX: usize = 2_000;
/// Items past these are lines.
pub(super) const CARDS_MAX: usize = 16;
/// Below, the mail is its own summary.
const AGENDA_FROM_ITEMS: usize = 4;
/// The nearest dates are named even when they are far.
const AGENDA_LINES_MIN: usize = 3;
const AGENDA_LINES_MAX: usize = 12;
/// What closes within a fortnight is named, however many there are.
const AGENDA_DAYS: i64 = 14;
const AGENDA_CHARS_MAX: usize = 70;
/// In a first mail, a call that was there for longer is no news.
const FRESH_DAYS: u64 = 7;

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
    pub acquaintance: Acquaintance,
    /// Who writes and why, in a first mail or one between two turns.
    pub introduction: Vec<String>,
    pub trial: Option<String>,
    /// The team's word, block by block.
    pub word: Vec<WordBlock>,
    /// The nearest dates, when there are enough items to get lost in.
    pub agenda: Vec<AgendaLine>,
    /// Where the dates are for a calendar, when they are attached.
    pub calendar: Option<String>,
    pub sections: Vec<LetterSection>,
    pub left: Option<String>,
    pub silent: Option<String>,
    pub why_me: String,
    pub contact: Option<String>,
    pub links: LetterLinks,
    /// How to leave when there is neither a page nor a mailbox for it.
    pub leave_by_reply: Option<String>,
    pub labels: Labels,
}

/// One of the nearest dates.
#[derive(Debug, Serialize)]
pub struct AgendaLine {
    /// "mer. 11 février".
    pub day: String,
    pub title: String,
    pub url: Option<String>,
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
    /// What stands there whatever the items: where accreditation stands.
    pub standing: Vec<String>,
    pub items: Vec<LetterItem>,
}

impl Letter {
    /// `cards_max`: items past these are lines.
    pub fn new(view: &DigestView, cards_max: usize) -> Self {
        let language = view.language;
        let links = foot::links(view);
        let can_leave = links.leave_page.is_some() || links.leave_mailto.is_some();
        let has_older = view.items.iter().any(|item| is_older(item, view));
        Self {
            lang: pick(language, "fr", "en"),
            subject: subject::subject(view),
            headline: subject::headline(view),
            preheader: subject::preheader(view),
            network: theirs(&view.network, NAME_CHARS_MAX, language),
            date: dates::full_day(view.as_of.date_naive(), language),
            greeting: opening::greeting(view),
            contents: subject::contents(view),
            acquaintance: view.acquaintance,
            introduction: opening::introduction(view, has_older),
            trial: view.trial.as_ref().map(|trial| opening::trial_banner(trial, language)),
            word: view.word.as_deref().map(|word| markdown::word(word, language)).unwrap_or_default(),
            agenda: agenda(view),
            calendar: calendar_note(view),
            sections: sections(view, cards_max),
            left: foot::left(view),
            silent: foot::silent(&view.silent_sources, language),
            why_me: foot::why_me(view),
            contact: view.contact.as_ref().map(|contact| one_line(contact, NAME_CHARS_MAX)),
            links,
            leave_by_reply: (!can_leave).then(|| leave_by_reply(language)),
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
    let presses = |deadline: Deadline| {
        let before_next = view.next.is_some_and(|next| deadline.closes_at() <= next.to_utc());
        before_next || deadline.days_left(now) <= AGENDA_DAYS
    };
    let pressing = dated.iter().filter(|(deadline, _)| presses(*deadline)).count();
    let line = |(deadline, item): (Deadline, &ItemView)| AgendaLine {
        day: dates::day_of_week(deadline.date, view.language),
        title: title(item, AGENDA_CHARS_MAX, view.language),
        url: item.url.as_deref().and_then(web_url),
        left: dates::days_left(deadline, now, view.language),
        soon: urgency(item, now) == Urgency::Soon,
    };
    dated.into_iter().take(pressing.clamp(AGENDA_LINES_MIN, AGENDA_LINES_MAX)).map(line).collect()
}

fn calendar_note(view: &DigestView) -> Option<String> {
    let file = calendar::file_name(view)?;
    Some(match view.language {
        Language::Fr => {
            ours(&format!("Pour votre agenda : toutes les dates sont dans le fichier joint {file}."), Language::Fr)
        }
        Language::En => format!("For your calendar: all dates are in the attached file {file}."),
    })
}

fn sections(view: &DigestView, cards_max: usize) -> Vec<LetterSection> {
    let language = view.language;
    let of = |section: Section, older: bool| -> Vec<&ItemView> {
        view.items.iter().filter(|item| item.section == section && is_older(item, view) == older).collect()
    };
    let mut cards = 0..cards_max;
    let mut section = |id: Section, title: &str, note: Option<String>, standing: Vec<String>, items: Vec<&ItemView>| {
        let mut form = || if cards.next().is_some() { Form::Card } else { Form::Line };
        let items: Vec<LetterItem> = items.into_iter().map(|item| letter_item(item, form(), view)).collect();
        let says = !items.is_empty() || !standing.is_empty();
        says.then(|| LetterSection { id, title: title.to_owned(), note, standing, items })
    };
    let older = pick(language, "Déjà ouverts", "Already open");
    let mut all = Vec::new();
    all.extend(section(Section::New, words::section(Section::New, language), None, vec![], of(Section::New, false)));
    all.extend(section(Section::New, older, note_on_older(language), vec![], of(Section::New, true)));
    for id in [Section::ClosingSoon, Section::Changed, Section::Accreditation, Section::Aid, Section::Network] {
        let standing = if id == Section::Accreditation { accreditations(view) } else { Vec::new() };
        let note = words::section_note(id, language).filter(|_| view.turn != Turn::Correction);
        let title = match id {
            Section::Changed if view.turn == Turn::Correction => pick(language, "Ce qui est juste", "What is right"),
            Section::Changed if !subject::only_deadlines(view) => pick(language, "Appels modifiés", "Changed calls"),
            _ => words::section(id, language),
        };
        all.extend(section(id, title, note, standing, of(id, false)));
    }
    all
}

/// In a first mail: a call that the member could have found before.
fn is_older(item: &ItemView, view: &DigestView) -> bool {
    let fresh_from = view.as_of.date_naive().checked_sub_days(Days::new(FRESH_DAYS));
    view.acquaintance == Acquaintance::First
        && item.section == Section::New
        && item.since.zip(fresh_from).is_some_and(|(since, fresh_from)| since < fresh_from)
}

fn note_on_older(language: Language) -> Option<String> {
    let words = pick(
        language,
        "Publiés avant ce premier message, et encore ouverts.",
        "Published before this first message, and still open.",
    );
    Some(words.to_owned())
}

/// "Habilitation à l’aide alimentaire, Île-de-France : ouverte jusqu’au samedi 21 février 2026."
fn accreditations(view: &DigestView) -> Vec<String> {
    view.accreditations.iter().map(|accreditation| standing(accreditation, view.language)).collect()
}

fn standing(accreditation: &AccreditationView, language: Language) -> String {
    let region = theirs(&accreditation.region, NAME_CHARS_MAX, language);
    let what = pick(language, "Habilitation à l’aide alimentaire", "Food-aid accreditation");
    let says = match (language, &accreditation.campaign) {
        (Language::Fr, CampaignView::Open { until: Some(until) }) => {
            format!("campagne ouverte jusqu’au {}", dates::deadline(*until, language))
        }
        (Language::Fr, CampaignView::Open { until: None }) => {
            "campagne ouverte, date limite non indiquée, à vérifier".to_owned()
        }
        (Language::Fr, CampaignView::NoneKnown) => "nous ne connaissons aucune campagne ouverte".to_owned(),
        (Language::Fr, CampaignView::Over { opening, deadline }) => {
            let last = match (opening.map(|day| dates::day(day, language)), deadline) {
                (Some(from), Some(to)) => {
                    format!(" ; la dernière allait du {from} au {}", dates::day(to.date, language))
                }
                (None, Some(to)) => format!(" ; la dernière s'est terminée le {}", dates::day(to.date, language)),
                (_, None) => String::new(),
            };
            format!("nous ne connaissons aucune campagne ouverte{last}")
        }
        (Language::En, CampaignView::Open { until: Some(until) }) => {
            format!("campaign open until {}", dates::deadline(*until, language))
        }
        (Language::En, CampaignView::Open { until: None }) => "campaign open, deadline to be checked".to_owned(),
        (Language::En, CampaignView::NoneKnown) => "we know of no open campaign".to_owned(),
        (Language::En, CampaignView::Over { deadline, .. }) => {
            let last = deadline.map(|to| format!("; the last one ended on {}", dates::day(to.date, language)));
            format!("we know of no open campaign{}", last.unwrap_or_default())
        }
    };
    let colon = match language {
        Language::Fr => format!("{NBSP}: "),
        Language::En => ": ".to_owned(),
    };
    format!("{what}, {region}{colon}{}.", ours(&says, language))
}

fn leave_by_reply(language: Language) -> String {
    let words = pick(
        language,
        "Pour ne plus recevoir ces messages, répondez à celui-ci par le mot « désinscription ».",
        "To stop receiving these messages, reply to this one with the word “unsubscribe”.",
    );
    ours(words, language)
}

/// A link a reader may follow: http or https, no spaces, of a bearable length.
pub(super) fn web_url(text: &str) -> Option<String> {
    let url = url::Url::parse(text.trim()).ok()?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host() && url.as_str().len() <= URL_BYTES_MAX;
    web.then(|| url.to_string())
}
