//! The first page of an administrator: editions, what waits for an answer, sources in trouble.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::session::SignedIn;
use super::{page, refused};
use crate::model::{Edition, EditionState};
use crate::pipeline::{Trouble, french};
use crate::web::{Site, lines};

const EDITIONS_MAX: usize = 30;

#[derive(Serialize)]
struct Line {
    id: i64,
    occurrence: String,
    state: &'static str,
    draft: bool,
    trial: bool,
}

pub async fn show(State(site): State<Arc<Site>>, who: SignedIn) -> Response {
    match content(&who).await {
        Ok(values) => page(&site, &who, "admin/home.html", values),
        Err(trouble) => refused(&site, &trouble),
    }
}

async fn content(who: &SignedIn) -> Result<minijinja::Value, Trouble> {
    let app = &who.app;
    let editions = app.store.editions().await?;
    let line = |edition: &Edition| Line {
        id: edition.id.0,
        occurrence: lines::moment(edition.occurrence),
        state: french(edition.state),
        draft: edition.state == EditionState::Draft,
        trial: edition.trial,
    };
    let listed: Vec<Line> = editions.iter().take(EDITIONS_MAX).map(line).collect();
    let mut faults: Vec<(String, String)> = Vec::new();
    for state in app.store.source_states().await? {
        let known = app.sources.iter().find(|source| source.id == state.id && source.enabled);
        if let (Some(source), Some(since)) = (known, state.fault_since) {
            faults.push((source.name.clone(), lines::instant(app, since)));
        }
    }
    Ok(context! { editions => Serde(listed), faults => Serde(faults) })
}
