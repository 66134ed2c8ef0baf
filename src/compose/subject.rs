//! The subject, which says what is in the mail, and the preheader, the line that mail lists show after it.

use chrono::{DateTime, Utc};

use super::dates;
use super::typography::{NBSP, list, one_line, theirs};
use super::view::{ChangeView, DigestView, ItemView};
use super::words::{count, pick};
use crate::model::{Deadline, Language, Section, Status, Turn};

/// Characters of a subject; mail lists cut sooner, so what matters comes first.
const SUBJECT_CHARS_MAX: usize = 110;
const PLACE_CHARS_MAX: usize = 60;
const PREHEADER_CHARS_MAX: usize = 120;
/// A deadline this near is told in the subject.
pub const SOON_DAYS: i64 = 7;

/// The headline, with the mark of a trial before it.
pub fn subject(view: &DigestView) -> String {
    let said = headline(view);
    match &view.trial {
        Some(trial) => {
            let whom = one_line(&trial.meant_for, PLACE_CHARS_MAX);
            format!("{} {whom}] {said}", pick(view.language, "[Essai, pour", "[Trial, for"))
        }
        None => said,
    }
}

/// "3 appels pour Nanterre, dont 1 d’ici vendredi".
pub fn headline(view: &DigestView) -> String {
    let language = view.language;
    if view.turn == Turn::Correction {
        let title = view.items.first().map(|item| theirs(&item.title, SUBJECT_CHARS_MAX, language));
        let lead = pick(language, "Rectificatif\u{a0}: ", "Correction: ");
        return one_line(&format!("{lead}{}", title.unwrap_or_default()), SUBJECT_CHARS_MAX);
    }
    let mut parts = counted(view).into_iter();
    let said = match (parts.next(), parts.next()) {
        (None, _) => with_place(pick(language, "Rien de nouveau", "Nothing new"), view),
        (Some(lead), None) => format!("{}{}", with_place(&lead.words, view), soon(view, &lead.sections)),
        (Some(lead), Some(next)) => {
            let and = pick(language, "et", "and");
            let first = format!("{}{}", with_place(&lead.words, view), soon(view, &lead.sections));
            let comma = if first.contains(',') { "," } else { "" };
            format!("{first}{comma} {and} {}", next.words)
        }
    };
    one_line(&said, SUBJECT_CHARS_MAX)
}

/// The titles behind the subject, the most urgent first.
pub fn preheader(view: &DigestView) -> String {
    let now = view.as_of.to_utc();
    let mut items: Vec<&ItemView> = view.items.iter().collect();
    items.sort_by_key(|item| open_deadline(item, now).map_or(i64::MAX, |d| d.days_left(now)));
    let titles: Vec<String> = items
        .iter()
        .take(3)
        .map(|item| match open_deadline(item, now) {
            Some(d) => {
                format!("{} ({})", theirs(&item.title, 60, view.language), dates::days_left(d, now, view.language))
            }
            None => theirs(&item.title, 60, view.language),
        })
        .collect();
    one_line(&titles.join(" · "), PREHEADER_CHARS_MAX)
}

/// What the mail holds, when the headline cannot say it all: "2 appels, 1 délai modifié et 1 aide permanente."
pub fn contents(view: &DigestView) -> Option<String> {
    let all: Vec<String> = counted(view).into_iter().map(|part| part.words).collect();
    (all.len() > 2).then(|| format!("{}.", list(&all, view.language)))
}

struct Part {
    words: String,
    sections: Vec<Section>,
}

/// What there is, the most important first.
fn counted(view: &DigestView) -> Vec<Part> {
    let language = view.language;
    let changed = match only_deadlines(view) {
        true => (Section::Changed, ("délai modifié", "délais modifiés"), ("changed deadline", "changed deadlines")),
        false => (Section::Changed, ("appel modifié", "appels modifiés"), ("changed call", "changed calls")),
    };
    let names = [
        (Section::New, ("appel", "appels"), ("call", "calls")),
        (Section::Accreditation, ("habilitation", "habilitations"), ("accreditation", "accreditations")),
        (Section::ClosingSoon, ("rappel avant clôture", "rappels avant clôture"), ("reminder", "reminders")),
        changed,
        (Section::Aid, ("aide permanente", "aides permanentes"), ("standing aid", "standing aids")),
        (Section::Network, ("nouvelle du réseau", "nouvelles du réseau"), ("network item", "network items")),
    ];
    let part = |(section, fr, en): (Section, (&str, &str), (&str, &str))| {
        let n = view.items.iter().filter(|item| item.section == section).count();
        let (one, many) = match language {
            Language::Fr => fr,
            Language::En => en,
        };
        (n > 0).then(|| Part { words: count(n, one, many, language), sections: vec![section] })
    };
    names.into_iter().filter_map(part).collect()
}

/// Whether each changed item has another deadline, and is still open.
pub(super) fn only_deadlines(view: &DigestView) -> bool {
    let moved = |item: &ItemView| item.changes.iter().any(|change| matches!(change, ChangeView::Deadline { .. }));
    let mut changed = view.items.iter().filter(|item| item.section == Section::Changed);
    changed.all(|item| item.status == Status::Open && moved(item))
}

fn with_place(words: &str, view: &DigestView) -> String {
    match place(view) {
        Some(place) => format!("{words} {} {place}", pick(view.language, "pour", "for")),
        None => words.to_owned(),
    }
}

/// "Nanterre", "Nantes et Montreuil", "Nantes et 3 autres territoires".
fn place(view: &DigestView) -> Option<String> {
    let language = view.language;
    let clean = |name: &String| one_line(name.split(" (").next().unwrap_or(name), PLACE_CHARS_MAX);
    let mut names: Vec<String> = view.addressee.places_in_sentence.iter().map(clean).collect();
    names.retain(|name| !name.is_empty());
    let all = list(&names, language);
    if all.chars().count() <= PLACE_CHARS_MAX {
        return (!all.is_empty()).then_some(all);
    }
    let first = names.first()?;
    let others = names.len() - 1;
    if others == 0 {
        return Some(first.clone());
    }
    let others = count(
        others,
        pick(language, "autre territoire", "other place"),
        pick(language, "autres territoires", "other places"),
        language,
    );
    Some(format!("{first} {} {others}", pick(language, "et", "and")))
}

/// ", dont 1 d’ici vendredi": how many of these sections close within a week, and by when.
fn soon(view: &DigestView, sections: &[Section]) -> String {
    let now = view.as_of.to_utc();
    if sections == [Section::Network] {
        return String::new();
    }
    let near: Vec<Deadline> = view
        .items
        .iter()
        .filter(|item| sections.contains(&item.section))
        .filter_map(|item| open_deadline(item, now))
        .filter(|deadline| (0..SOON_DAYS).contains(&deadline.days_left(now)))
        .collect();
    let Some(nearest) = near.iter().min() else {
        return String::new();
    };
    let days = nearest.days_left(now);
    let n = near.iter().filter(|deadline| deadline.days_left(now) == days).count();
    let all = view.items.iter().filter(|item| sections.contains(&item.section)).count();
    let when = when(*nearest, days, view.language);
    match (view.language, n == all) {
        (Language::Fr, true) => format!(", à rendre {when}"),
        (Language::Fr, false) => format!(", dont{NBSP}{n} {when}"),
        (Language::En, true) => format!(", due {when}"),
        (Language::En, false) => format!(", {n} due {when}"),
    }
}

fn when(deadline: Deadline, days: i64, language: Language) -> String {
    let weekday = dates::weekday(deadline.date, language);
    match (language, days) {
        (Language::Fr, 0) => "aujourd’hui".to_owned(),
        (Language::Fr, 1) => "d’ici demain".to_owned(),
        (Language::Fr, _) => format!("d’ici {weekday}"),
        (Language::En, 0) => "today".to_owned(),
        (Language::En, 1) => "by tomorrow".to_owned(),
        (Language::En, _) => format!("by {weekday}"),
    }
}

fn open_deadline(item: &ItemView, now: DateTime<Utc>) -> Option<Deadline> {
    item.deadline.filter(|deadline| item.status == Status::Open && !deadline.is_past(now))
}
