//! Pages that a member reaches by a signed link. The signature is what lets a form act: nobody else can write its address.

mod agenda;
mod choices;
mod data;
mod form;
mod leave;

use axum::Router;
use axum::routing::{get, post};

use super::Current;

pub fn routes() -> Router<Current> {
    Router::new()
        .route("/quitter/{token}", get(leave::ask).post(leave::leave))
        .route("/membre/{token}", get(choices::show))
        .route("/membre/{token}/choix", post(choices::choose))
        .route("/membre/{token}/pause", post(choices::pause))
        .route("/membre/{token}/reprendre", post(choices::resume))
        .route("/membre/{token}/quitter", post(choices::leave))
        .route("/membre/{token}/agenda", post(agenda::change))
        .route("/agenda/{token}", get(agenda::feed))
        .route("/membre/{token}/donnees", post(choices::ask_for_data))
        .route("/donnees/{token}", get(data::show))
        .route("/donnees/{token}/export", get(data::export))
        .route("/donnees/{token}/effacer", post(data::erase))
}
