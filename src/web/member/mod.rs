//! Pages that a member reaches by a signed link.

mod leave;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::Site;

pub fn routes() -> Router<Arc<Site>> {
    Router::new().route("/quitter/{token}", get(leave::ask).post(leave::leave))
}
