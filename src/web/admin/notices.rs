//! One notice: what was read and from which words, who corrected what, and a form to correct it.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::session::{Posted, SignedIn};
use super::{back, page, refused};
use crate::compose;
use crate::model::{CorrectionValue, Deadline, Kind, Notice, Status};
use crate::pipeline::notices::{self, Dossier, aspect_name};
use crate::pipeline::{App, Trouble, edition};
use crate::web::{Fields, Site, lines};

const TITLE_CHARS_MAX: usize = 300;
const TEXT_CHARS_SHOWN: usize = 4_000;

#[derive(Serialize)]
struct Corrected {
    what: &'static str,
    who: String,
    at: String,
}

pub async fn show(
    State(site): State<Arc<Site>>,
    who: SignedIn,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let done = super::done(&who, &format!("/admin/annonces/{id}"), query.as_deref());
    match shown(&who.app, &id, &done).await {
        Ok(values) => page(&site, &who, "admin/notice.html", values),
        Err(trouble) => refused(&site, &trouble),
    }
}

async fn shown(app: &App, id: &str, done: &str) -> Result<minijinja::Value, Trouble> {
    let dossier = notices::dossier(app, id).await?;
    let misled = edition::misled(app, &dossier.notice.id).await?;
    Ok(context! { misled, done, ..content(app, &dossier) })
}

fn content(app: &App, dossier: &Dossier) -> minijinja::Value {
    let notice = &dossier.notice;
    let now = app.clock.civil();
    let corrections = dossier.corrections.iter().map(|correction| Corrected {
        what: aspect_name(correction.value.aspect()),
        who: correction.by.as_ref().map_or("ligne de commande".to_owned(), |by| by.expose().to_owned()),
        at: lines::instant(app, correction.at),
    });
    let text =
        dossier.items.first().map(|item| item.record.item.text.chars().take(TEXT_CHARS_SHOWN).collect::<String>());
    let themes: Vec<(&str, &str, bool)> = app
        .themes
        .themes
        .iter()
        .map(|theme| (theme.id.as_str(), theme.label_fr.as_str(), notice.themes.contains(&theme.id)))
        .collect();
    let places: Vec<String> = notice.territory.iter().map(ToString::to_string).collect();
    context! {
        id => notice.id.as_str(),
        title => lines::title(notice),
        publisher => lines::publisher(notice),
        hidden => notice.hidden,
        links => notice.links.iter().map(|link| link.url.clone()).collect::<Vec<_>>(),
        readings => Serde(lines::readings(app, notice, now)),
        corrections => Serde(corrections.collect::<Vec<_>>()),
        deadline => notice.deadline.map(written).unwrap_or_default(),
        places => places.join(", "),
        kind => kind_word(notice.kind),
        status => status_word(notice.status),
        themes => Serde(themes),
        audiences => Serde(audiences(notice)),
        text,
        first_seen => lines::instant(app, notice.first_seen),
        last_seen => lines::instant(app, notice.last_seen),
    }
}

fn audiences(notice: &Notice) -> Vec<(&'static str, bool)> {
    notices::AUDIENCES.map(|one| (notices::audience_name(one), notice.audiences.contains(&one))).to_vec()
}

/// As the form and the command line take it.
fn written(deadline: Deadline) -> String {
    match deadline.time {
        Some(time) => format!("{}T{}", deadline.date, time.format("%H:%M")),
        None => deadline.date.to_string(),
    }
}

pub async fn correct(State(site): State<Arc<Site>>, Path(id): Path<String>, posted: Posted) -> Response {
    let Posted { who, fields } = posted;
    match try_correct(&who, &id, &fields).await {
        Ok(said) => back(&who, &format!("/admin/annonces/{id}"), said),
        Err(trouble) => refused(&site, &trouble),
    }
}

/// Only what differs from what is shown becomes a correction: sending the form as it is corrects nothing.
async fn try_correct(who: &SignedIn, id: &str, fields: &Fields) -> Result<&'static str, Trouble> {
    let app = &who.app;
    let notice = notices::dossier(app, id).await?.notice;
    let values = differences(app, &notice, fields)?;
    if values.is_empty() {
        return Ok("Rien n’a changé.");
    }
    notices::correct(app, &who.actor(), id, values).await?;
    Ok("L’annonce est corrigée ; la correction dure.")
}

fn differences(app: &App, notice: &Notice, fields: &Fields) -> Result<Vec<CorrectionValue>, Trouble> {
    let mut values = Vec::new();
    let deadline = fields.one("date");
    if deadline != notice.deadline.map(written).unwrap_or_default() {
        let read = if deadline.is_empty() { None } else { notices::parse_deadline(deadline)? };
        // The place's own clock stays.
        let zone = notice.deadline.map(|known| known.zone);
        values.push(CorrectionValue::Deadline(read.map(|new| Deadline { zone: zone.unwrap_or(new.zone), ..new })));
    }
    if fields.has("lieux") {
        let places = notices::parse_places(app, fields.one("lieux"))?;
        let mut known = notice.territory.clone();
        known.sort();
        if places != known {
            values.push(CorrectionValue::Territory(places));
        }
    }
    if fields.has("themes-montres") {
        let chosen = notices::parse_themes(app, &fields.all("theme").join(","))?;
        let same = chosen.len() == notice.themes.len() && chosen.iter().all(|theme| notice.themes.contains(theme));
        if !same {
            values.push(CorrectionValue::Themes(chosen));
        }
    }
    if fields.has("publics-montres") {
        let chosen = notices::parse_audiences(&fields.all("public").join(","))?;
        let same = chosen.len() == notice.audiences.len() && chosen.iter().all(|a| notice.audiences.contains(a));
        if !same {
            values.push(CorrectionValue::Audiences(chosen));
        }
    }
    let title = compose::one_line(fields.one("titre"), TITLE_CHARS_MAX);
    if !title.is_empty() && title != lines::title(notice) {
        values.push(CorrectionValue::Title(title));
    }
    if let Some(kind) = KINDS.iter().find(|(word, _)| *word == fields.one("genre")).map(|(_, kind)| *kind)
        && kind != notice.kind
    {
        values.push(CorrectionValue::Kind(kind));
    }
    if let Some(status) = STATES.iter().find(|(word, _)| *word == fields.one("etat")).map(|(_, status)| *status)
        && status != notice.status
    {
        values.push(CorrectionValue::Status(status));
    }
    Ok(values)
}

const KINDS: [(&str, Kind); 8] = [
    ("call", Kind::Call),
    ("aid", Kind::Aid),
    ("accreditation", Kind::Accreditation),
    ("results", Kind::Results),
    ("news", Kind::News),
    ("event", Kind::Event),
    ("resource", Kind::Resource),
    ("announcement", Kind::Announcement),
];

const STATES: [(&str, Status); 4] = [
    ("open", Status::Open),
    ("suspended", Status::Suspended),
    ("cancelled", Status::Cancelled),
    ("withdrawn", Status::Withdrawn),
];

fn kind_word(kind: Kind) -> &'static str {
    KINDS.iter().find(|(_, one)| *one == kind).map_or("", |(word, _)| word)
}

fn status_word(status: Status) -> &'static str {
    STATES.iter().find(|(_, one)| *one == status).map_or("", |(word, _)| word)
}

/// Prepares the mail that puts right what was sent, and shows it.
pub async fn rectify(State(site): State<Arc<Site>>, Path(id): Path<String>, posted: Posted) -> Response {
    let who = posted.who;
    match edition::rectify(&who.app, &who.actor(), &id).await {
        Ok(id) => {
            back(&who, &format!("/admin/editions/{id}"), "Le rectificatif est prêt : relisez-le, puis approuvez-le.")
        }
        Err(trouble) => refused(&site, &trouble),
    }
}

pub async fn hide(State(site): State<Arc<Site>>, Path(id): Path<String>, posted: Posted) -> Response {
    let Posted { who, fields } = posted;
    let hidden = fields.one("cacher") == "oui";
    match notices::hide(&who.app, &who.actor(), &id, hidden).await {
        Ok(_) => {
            let said = if hidden { "L’annonce est cachée à tous." } else { "L’annonce est de nouveau montrée." };
            back(&who, &format!("/admin/annonces/{id}"), said)
        }
        Err(trouble) => refused(&site, &trouble),
    }
}
