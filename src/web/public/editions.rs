//! The last editions and what each told, to all members together: nothing here says who received what.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::{failed, may_keep};
use crate::model::{Digest, Edition, EditionId, EditionState, NoticeId};
use crate::pipeline::{App, Trouble};
use crate::web::{Site, lines};

const EDITIONS_MAX: usize = 24;
const NOTICES_MAX: usize = 300;

#[derive(Serialize)]
struct Line {
    id: i64,
    occurrence: String,
}

#[derive(Serialize)]
struct Told {
    id: String,
    title: String,
    publisher: Option<String>,
    until: String,
}

pub async fn list(State(site): State<Arc<Site>>) -> Response {
    let app = site.app();
    if !app.settings.web.public {
        return super::not_found(State(site)).await.into_response();
    }
    let editions = match app.store.editions().await {
        Ok(editions) => editions,
        Err(error) => return failed(&site, &error.into()),
    };
    let shown = editions.iter().filter(|edition| is_out(edition)).take(EDITIONS_MAX);
    let lines: Vec<Line> = shown.map(|one| Line { id: one.id.0, occurrence: lines::moment(one.occurrence) }).collect();
    may_keep(site.page(StatusCode::OK, "public/editions.html", context! { editions => Serde(lines) }).into_response())
}

/// Trials and drafts were said to nobody.
fn is_out(edition: &Edition) -> bool {
    !edition.trial && matches!(edition.state, EditionState::Sending | EditionState::Sent)
}

pub async fn show(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    let app = site.app();
    let id = id.parse().ok().filter(|_| app.settings.web.public);
    let found = match id {
        Some(id) => app.store.edition(EditionId(id)).await,
        None => Ok(None),
    };
    let edition = match found {
        Ok(edition) => edition.filter(is_out),
        Err(error) => return failed(&site, &error.into()),
    };
    let Some(edition) = edition else { return super::not_found(State(site)).await.into_response() };
    match told(&app, &edition).await {
        Ok(notices) => {
            let values = context! { id => edition.id.0, occurrence => lines::moment(edition.occurrence), notices => Serde(notices) };
            may_keep(site.page(StatusCode::OK, "public/edition.html", values).into_response())
        }
        Err(trouble) => failed(&site, &trouble),
    }
}

/// Each notice once, as it was told then; those hidden since are left out.
async fn told(app: &App, edition: &Edition) -> Result<Vec<Told>, Trouble> {
    let mut wanted: BTreeMap<NoticeId, u32> = BTreeMap::new();
    for content in app.store.digests_of_edition(edition.id).await?.into_values() {
        let digest: Digest =
            content.get("digest").cloned().and_then(|d| serde_json::from_value(d).ok()).unwrap_or_default();
        for entry in digest.entries {
            let revision = wanted.entry(entry.notice).or_default();
            *revision = entry.revision.max(*revision);
        }
    }
    let keys: Vec<(NoticeId, u32)> = wanted.into_iter().take(NOTICES_MAX).collect();
    let mut notices: Vec<_> = app.store.notice_revisions(&keys).await?.into_values().collect();
    notices.sort_by_key(|notice| {
        let deadline = notice.next_deadline(edition.as_of);
        (deadline.is_none(), deadline, notice.id.clone())
    });
    let hidden: std::collections::HashSet<NoticeId> = app
        .store
        .notices(&crate::store::NoticeFilter { hidden: crate::store::HiddenNotices::Only, ..Default::default() })
        .await?
        .into_iter()
        .map(|notice| notice.id)
        .collect();
    let line = |notice: &crate::model::Notice| Told {
        id: notice.id.to_string(),
        title: lines::title(notice),
        publisher: lines::publisher(notice),
        until: lines::until(notice, app.clock.civil()),
    };
    Ok(notices.iter().filter(|notice| !hidden.contains(&notice.id)).map(line).collect())
}
