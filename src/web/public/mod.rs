//! Pages for everybody: what this is and, when the settings open them (`[web] public`), the open calls and the last editions.
//!
//! They know no member: nothing here comes from the members' tables.

mod calls;
mod catalogue;
mod editions;
mod home;
mod notice;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use minijinja::context;

use super::{Current, Page, Site};
use crate::pipeline::Trouble;
pub use catalogue::Catalogue;

pub fn routes() -> Router<Current> {
    Router::new()
        .route("/", get(home::show))
        .route("/sante", get(async || "ok"))
        .route("/appels", get(calls::list))
        .route("/appels.atom", get(calls::feed))
        .route("/appels.ics", get(calls::calendar))
        .route("/annonces/{id}", get(notice::show))
        .route("/editions", get(editions::list))
        .route("/editions/{id}", get(editions::show))
}

pub async fn not_found(State(site): State<Arc<Site>>) -> Page {
    site.page(StatusCode::NOT_FOUND, "not_found.html", context! {})
}

/// The same for everybody: a browser or a server in front may keep it for a few minutes.
fn may_keep(mut answer: Response) -> Response {
    if answer.status().is_success() {
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    }
    answer
}

pub(super) fn failed(site: &Site, trouble: &Trouble) -> Response {
    tracing::error!(%trouble, "une page publique a échoué");
    site.page(StatusCode::SERVICE_UNAVAILABLE, "out_of_order.html", context! {}).into_response()
}
