//! What pages show of notices and editions: names for codes, sentences for dates, words of others cut to a line.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Serialize;

use crate::compose;
use crate::model::{Aspect, Deadline, DeliveryState, Edition, Field, Kind, Language, Notice, Status};
use crate::pipeline::App;
use crate::pipeline::edition::{Listed, Place, is_dateless, weighty_doubts};

const TITLE_CHARS_MAX: usize = 180;
const PUBLISHER_CHARS_MAX: usize = 100;
const QUOTE_CHARS_MAX: usize = 300;
const FR: Language = Language::Fr;

/// One notice of an edition, for those who read it before it leaves.
#[derive(Debug, Serialize)]
pub struct ListedLine {
    pub number: usize,
    pub id: String,
    pub title: String,
    pub publisher: Option<String>,
    pub url: Option<String>,
    pub until: String,
    pub receive: usize,
    pub doubts: Vec<String>,
    pub pinned: bool,
    pub dropped: bool,
}

pub fn listed_lines(edition: &Edition, listed: &[&Listed]) -> Vec<ListedLine> {
    let line = |one: &&Listed| {
        let notice = &one.notice;
        ListedLine {
            number: one.number,
            id: notice.id.to_string(),
            title: title(notice),
            publisher: publisher(notice),
            url: notice.links.first().map(|link| link.url.clone()),
            until: until(notice, edition.as_of),
            receive: one.receive,
            doubts: doubts(notice),
            pinned: one.place == Place::Pinned,
            dropped: one.place == Place::Dropped,
        }
    };
    listed.iter().map(line).collect()
}

pub fn title(notice: &Notice) -> String {
    let title = compose::one_line(&notice.title, TITLE_CHARS_MAX);
    if title.is_empty() { "Annonce sans titre".to_owned() } else { title }
}

pub fn publisher(notice: &Notice) -> Option<String> {
    let publisher = notice.publisher.as_deref().map(|name| compose::one_line(name, PUBLISHER_CHARS_MAX));
    publisher.filter(|name| !name.is_empty())
}

/// "jusqu’au mercredi 11 février 2026 (dans 9 jours)".
pub fn until(notice: &Notice, now: DateTime<Utc>) -> String {
    if notice.status != Status::Open {
        return status(notice.status).to_owned();
    }
    match notice.next_deadline(now) {
        Some(begins) if notice.kind == Kind::Event => {
            format!("{} ({})", day(begins), compose::days_left_words(begins, now, FR))
        }
        Some(_) if notice.kind.is_of_the_network() => String::new(),
        Some(deadline) if deadline.is_past(now) => format!("clos depuis le {}", day(deadline)),
        Some(deadline) => {
            format!("jusqu’au {} ({})", day(deadline), compose::days_left_words(deadline, now, FR))
        }
        None if notice.kind == Kind::Aid => "aide permanente, sans date limite".to_owned(),
        None if notice.kind.is_of_the_network() => String::new(),
        None => "date limite non indiquée, à vérifier".to_owned(),
    }
}

fn day(deadline: Deadline) -> String {
    compose::deadline_words(deadline, FR)
}

/// What to look at twice before it leaves.
fn doubts(notice: &Notice) -> Vec<String> {
    let mut said: Vec<String> =
        weighty_doubts(notice).into_iter().take(6).map(|doubt| crate::pipeline::explain_doubt(doubt, FR)).collect();
    if is_dateless(notice) {
        said.push("Aucune date limite n’a été trouvée.".to_owned());
    }
    said
}

pub fn places(app: &App, notice: &Notice) -> Vec<String> {
    notice.territory.iter().map(|code| app.geography.label(code)).collect()
}

pub fn themes(app: &App, notice: &Notice) -> Vec<String> {
    let label = |id: &crate::model::ThemeId| app.themes.get(id).map_or(id.to_string(), |theme| theme.label_fr.clone());
    notice.themes.iter().map(label).collect()
}

/// What was read of one aspect and from which words.
#[derive(Debug, Serialize)]
pub struct Read {
    pub name: &'static str,
    pub value: String,
    pub corrected: bool,
    pub quotes: Vec<String>,
    pub doubts: Vec<String>,
}

/// Every aspect that says something.
pub fn readings(app: &App, notice: &Notice, now: DateTime<Utc>) -> Vec<Read> {
    let unsaid = || "non indiqué".to_owned();
    let join = |words: Vec<String>| if words.is_empty() { unsaid() } else { words.join(", ") };
    let audiences = match notice.audiences.as_slice() {
        [] => unsaid(),
        all => compose::audience_words(all, FR),
    };
    let ccas = match notice.ccas_eligible {
        Some(true) => "peut répondre",
        Some(false) => "ne peut pas répondre",
        None => "non indiqué",
    };
    let opening = notice.opening.map_or_else(unsaid, |day| compose::day_words(day, FR));
    let rows = [
        ("Genre", Aspect::Kind, kind(notice).to_owned()),
        ("Date limite", Aspect::Deadline, until(notice, now)),
        ("Ouverture", Aspect::Opening, opening),
        ("Territoire", Aspect::Territory, join(places(app, notice))),
        ("Thèmes", Aspect::Themes, join(themes(app, notice))),
        ("Pour qui", Aspect::Audiences, audiences),
        ("CCAS ou commune", Aspect::Ccas, ccas.to_owned()),
        ("Montant", Aspect::Amount, notice.amount.as_deref().map_or_else(unsaid, |a| compose::one_line(a, 140))),
        ("État", Aspect::Status, status(notice.status).to_owned()),
    ];
    let read = |(name, aspect, value): (&'static str, Aspect, String)| Read {
        name,
        value,
        corrected: notice.corrected.contains(&aspect),
        quotes: notice.evidence.iter().filter(|(about, _)| *about == aspect).take(3).map(|(_, q)| quote(q)).collect(),
        doubts: notice
            .doubts
            .iter()
            .filter(|doubt| doubt.about == aspect)
            .map(|doubt| crate::pipeline::explain_doubt(doubt, FR))
            .collect(),
    };
    rows.map(read).into_iter().collect()
}

fn quote(quote: &crate::model::Quote) -> String {
    let words = compose::quoted(&compose::one_line(&quote.text, QUOTE_CHARS_MAX), FR);
    match &quote.field {
        Field::Text => words,
        Field::Title => format!("{words} (titre)"),
        Field::Publisher => format!("{words} (éditeur)"),
        Field::Source => format!("{words} (réglage de la source)"),
        Field::Entered(by) => format!("{words} (saisi par {})", compose::one_line(by, 60)),
        Field::Structured(name) => format!("{words} (champ {})", compose::one_line(name, 40)),
    }
}

pub fn kind(notice: &Notice) -> &'static str {
    compose::kind_words(notice.kind, notice.call_type, notice.deadline.is_some(), FR)
}

pub fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "en cours",
        Status::Suspended => "suspendu",
        Status::Cancelled => "annulé",
        Status::Withdrawn => "retiré",
    }
}

pub fn delivery_state(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Queued => "en attente",
        DeliveryState::Attempting => "en cours",
        DeliveryState::Sent => "envoyés",
        DeliveryState::Deferred => "différés",
        DeliveryState::Refused => "refusés",
        DeliveryState::Uncertain => "incertains",
        DeliveryState::Skipped => "sans envoi",
        DeliveryState::Expired => "abandonnés",
        DeliveryState::Held => "retenus",
    }
}

/// "lundi 12 janvier 2026 à 8 h".
pub fn moment(local: NaiveDateTime) -> String {
    let hour = local.format("%-H\u{a0}h\u{a0}%M").to_string();
    let hour = hour.strip_suffix("\u{a0}00").unwrap_or(&hour);
    format!("{} à {hour}", compose::day_words(local.date(), FR))
}

/// As [`moment`], of an instant, in the time zone of the settings.
pub fn instant(app: &App, at: DateTime<Utc>) -> String {
    moment(at.with_timezone(&app.settings.time_zone).naive_local())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_as_a_french_speaker_says_them() {
        let check = |local: &str, expected: &str| {
            assert_eq!(moment(local.parse().unwrap()).replace('\u{a0}', " "), expected);
        };
        check("2026-01-12T08:00:00", "lundi 12 janvier 2026 à 8 h");
        check("2026-08-01T14:05:00", "samedi 1er août 2026 à 14 h 05");
    }
}
