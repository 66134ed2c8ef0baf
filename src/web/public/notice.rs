//! One notice: what it says, from which words, what changed; and its deadline as a calendar file.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::{calls, failed, may_keep};
use crate::compose::{self, ChangeView};
use crate::model::Language;
use crate::pipeline::notices::{self, Dossier};
use crate::pipeline::{App, Trouble};
use crate::web::{Site, lines};

const CHANGES_MAX: usize = 20;
const SUMMARY_CHARS_MAX: usize = 600;

#[derive(Serialize)]
struct Changed {
    at: String,
    what: Vec<String>,
}

pub async fn show(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    let app = site.app();
    let (id, as_calendar) = match id.strip_suffix(".ics") {
        Some(id) => (id.to_owned(), true),
        None => (id, false),
    };
    let dossier = match found(&app, &id).await {
        Ok(Some(dossier)) => dossier,
        Ok(None) => return super::not_found(State(site)).await.into_response(),
        Err(trouble) => return failed(&site, &trouble),
    };
    let notice = &dossier.notice;
    if notice.id.as_str() != id {
        // Taken in by another notice since: the old address leads there for ever.
        let ending = if as_calendar { ".ics" } else { "" };
        let to = format!("/annonces/{}{ending}", notice.id);
        return (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to)]).into_response();
    }
    if as_calendar {
        let name = lines::title(notice);
        let content = compose::calendar_of(&[notice], &name, app.clock.civil(), Language::Fr);
        return may_keep(calls::as_calendar(content));
    }
    may_keep(site.page(StatusCode::OK, "public/notice.html", content(&app, &dossier)).into_response())
}

/// What everybody may see: nothing while the pages are closed, nothing that was hidden.
async fn found(app: &App, id: &str) -> Result<Option<Dossier>, Trouble> {
    if !app.settings.web.public {
        return Ok(None);
    }
    match notices::dossier(app, id).await {
        Ok(dossier) => Ok(Some(dossier).filter(|dossier| !dossier.notice.hidden)),
        Err(Trouble::NoSuchNotice(_)) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// Who corrected what is not told here: it is the administrators' business.
fn content(app: &App, dossier: &Dossier) -> minijinja::Value {
    let notice = &dossier.notice;
    let now = app.clock.civil();
    let name = |code: &crate::model::TerritoryCode| app.geography.label(code);
    let told = dossier.history.iter().rev().filter(|revision| !revision.announced.is_empty());
    let changes: Vec<Changed> = told
        .take(CHANGES_MAX)
        .map(|revision| Changed {
            at: lines::instant(app, revision.at),
            what: revision
                .announced
                .iter()
                .map(|change| compose::change_words(&ChangeView::new(change, name), Language::Fr))
                .collect(),
        })
        .collect();
    let summary = notice.summary.as_deref().map(|text| compose::one_line(text, SUMMARY_CHARS_MAX));
    context! {
        id => notice.id.as_str(),
        title => lines::title(notice),
        publisher => lines::publisher(notice),
        kind => lines::kind(notice),
        until => lines::until(notice, now),
        summary,
        links => notice.links.iter().take(10).map(|link| link.url.clone()).collect::<Vec<_>>(),
        readings => Serde(lines::readings(app, notice, now)),
        dated => notice.next_deadline(now).is_some_and(|deadline| !deadline.is_past(now)),
        changes => Serde(changes),
        first_seen => lines::instant(app, notice.first_seen),
        last_seen => lines::instant(app, notice.last_seen),
    }
}
