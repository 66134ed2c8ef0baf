//! The page that the links of a review mail open: approve or hold one edition, without signing in.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;

use super::{consented, page_of, refused};
use crate::model::{EditionId, EditionState, EmailAddress};
use crate::pipeline::edition;
use crate::pipeline::{Actor, App, Trouble, french};
use crate::web::lines::listed_lines;
use crate::web::{Fields, Site};

pub async fn show(State(site): State<Arc<Site>>, Path(token): Path<String>, RawQuery(query): RawQuery) -> Response {
    let app = site.app();
    let Some((id, _)) = edition::review_link(&app, &token) else { return unknown(&site) };
    let wants_hold = Fields::read(query.unwrap_or_default().as_bytes()).one("choix") == "retenir";
    match shown(&site, &app, id, wants_hold).await {
        Ok(page) => page,
        Err(trouble) => refused(&site, &trouble),
    }
}

async fn shown(site: &Site, app: &App, id: EditionId, wants_hold: bool) -> Result<Response, Trouble> {
    let found = edition::find(app, id).await?;
    let seen = edition::overview(app, &found).await?;
    let values = context! {
        id => id.0,
        occurrence => crate::web::lines::moment(found.occurrence),
        is_draft => found.state == EditionState::Draft,
        state => french(found.state),
        held => seen.edits.held_by.is_some(),
        first_approval => !seen.edits.approved_by.is_empty(),
        members => seen.receiving(),
        notices => Serde(listed_lines(&found, &seen.shown())),
        seen => seen.seen(),
        wants_hold,
    };
    Ok(page_of(site.page(StatusCode::OK, "admin/review.html", values)))
}

pub async fn act(State(site): State<Arc<Site>>, Path(token): Path<String>, body: Bytes) -> Response {
    let app = site.app();
    let Some((id, admin)) = edition::review_link(&app, &token) else { return unknown(&site) };
    let fields = Fields::read(&body);
    match decide(&app, id, admin, &fields).await {
        Ok(said) => page_of(site.page(StatusCode::OK, "admin/decided.html", context! { said, id => id.0 })),
        Err(trouble) => refused(&site, &trouble),
    }
}

async fn decide(app: &App, id: EditionId, admin: &EmailAddress, fields: &Fields) -> Result<String, Trouble> {
    let by = Actor::Admin(admin.clone());
    match fields.one("choix") {
        "approuver" => Ok(consented(&edition::consent(app, &by, id, Some(fields.one("vu"))).await?)),
        "retenir" => {
            edition::hold(app, &by, id).await?;
            Ok("Elle est retenue : elle ne partira pas sans approbation.".to_owned())
        }
        _ => Err(Trouble::Words("choisissez d'approuver ou de retenir".to_owned())),
    }
}

fn unknown(site: &Site) -> Response {
    page_of(site.page(StatusCode::NOT_FOUND, "admin/spent.html", context! {}))
}
