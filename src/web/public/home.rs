//! What this address is.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use minijinja::context;

use crate::web::{Page, Site};

pub async fn show(State(site): State<Arc<Site>>) -> Page {
    site.page(StatusCode::OK, "home.html", context! { public => site.app().settings.web.public })
}
