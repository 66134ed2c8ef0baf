//! Pages that a member reaches by a signed link.

mod leave;

use axum::Router;
use axum::routing::get;

use super::Current;

pub fn routes() -> Router<Current> {
    Router::new().route("/quitter/{token}", get(leave::ask).post(leave::leave))
}
