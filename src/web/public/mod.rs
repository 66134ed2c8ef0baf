//! Pages for everybody.

mod home;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use minijinja::context;

use super::{Current, Page, Site};

pub fn routes() -> Router<Current> {
    Router::new().route("/", get(home::show)).route("/sante", get(async || "ok"))
}

pub async fn not_found(State(site): State<Arc<Site>>) -> Page {
    site.page(StatusCode::NOT_FOUND, "not_found.html", context! {})
}
