//! Pages of the administrators: sign in by a one-time link, read drafts, change them, let them leave.
//!
//! Everything is done by forms without a script. A GET changes nothing; a POST is taken only from a page of the same session
//! ([`session::Posted`]). What is done is decided by `pipeline`, and its journal says who did it.

mod editions;
mod home;
mod journal;
mod notices;
mod review;
mod session;
mod sign_in;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use minijinja::context;

use super::{Current, Fields, Page, Site};
use crate::pipeline::Trouble;
use crate::pipeline::edition::Consent;
use session::SignedIn;

pub fn routes() -> Router<Current> {
    Router::new()
        .route("/admin", get(home::show))
        .route("/admin/connexion", get(sign_in::ask).post(sign_in::mail))
        .route("/admin/entrer/{token}", get(sign_in::confirm).post(sign_in::enter))
        .route("/admin/sortir", post(sign_in::leave))
        .route("/admin/editions/{id}", get(editions::show))
        .route("/admin/editions/{id}/courriel", get(editions::preview))
        .route("/admin/editions/{id}/modifier", post(editions::edit))
        .route("/admin/editions/{id}/epreuve", post(editions::proof))
        .route("/admin/editions/{id}/action", post(editions::act))
        .route("/admin/annonces/{id}", get(notices::show))
        .route("/admin/annonces/{id}/corriger", post(notices::correct))
        .route("/admin/annonces/{id}/cacher", post(notices::hide))
        .route("/admin/journal", get(journal::show))
        .route("/admin/annonces/{id}/rectificatif", post(notices::rectify))
        .route("/relecture/{token}", get(review::show).post(review::act))
}

/// A page with what all pages of a session show.
fn page(site: &Site, who: &SignedIn, name: &str, values: minijinja::Value) -> Response {
    let shared = context! { signed_in => who.address.expose(), form_token => &who.form_token };
    site.page(StatusCode::OK, name, context! { ..values, ..shared }).into_response()
}

/// Back to a page, which says what was done: a reload repeats nothing. The words are signed for the page and the session,
/// so that nobody else makes one of our pages say anything.
fn back(who: &SignedIn, to: &str, said: &str) -> Response {
    see(&format!("{to}?fait={}", who.app.link_key.signed(&done_purpose(who, to), said)))
}

/// What [`back`] said; empty when somebody else did.
fn done(who: &SignedIn, page: &str, query: Option<&str>) -> String {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    who.app.link_key.opened(&done_purpose(who, page), fields.one("fait")).unwrap_or_default()
}

fn done_purpose(who: &SignedIn, page: &str) -> String {
    format!("done {} {page}", who.form_token)
}

fn see(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to.to_owned())]).into_response()
}

/// What could not be done, in words; nothing was changed.
fn refused(site: &Site, trouble: &Trouble) -> Response {
    let status = match trouble {
        Trouble::NoSuchEdition(_) | Trouble::NoSuchNotice(_) => StatusCode::NOT_FOUND,
        trouble if trouble.is_usage() => StatusCode::CONFLICT,
        trouble => {
            tracing::error!(%trouble, "une page d'administration a échoué");
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    site.page(status, "admin/refused.html", context! { why => trouble.to_string() }).into_response()
}

/// As [`refused`], for whoever may be anybody: what is wrong inside is told in the log.
fn out_of_order(site: &Site, trouble: &Trouble) -> Response {
    tracing::error!(%trouble, "une page d'administration a échoué");
    site.page(StatusCode::SERVICE_UNAVAILABLE, "out_of_order.html", context! {}).into_response()
}

/// What came of an approval, for whoever gave it.
fn consented(consent: &Consent) -> String {
    let drift = match consent {
        Consent::OneMore => {
            return "Votre approbation est notée. Il en faut une seconde, d’une autre personne.".to_owned();
        }
        Consent::Approved(drift) => drift,
    };
    let mut said = "L’édition est approuvée : elle partira à son heure.".to_owned();
    match drift.closed.len() {
        0 => {}
        1 => said += " Une annonce, dont la date limite est passée depuis le brouillon, en est retirée.",
        n => said += &format!(" {n} annonces, dont la date limite est passée depuis le brouillon, en sont retirées."),
    }
    match drift.silenced {
        0 => {}
        1 => said += " Il ne reste rien à dire à un membre : il ne la reçoit pas.",
        n => said += &format!(" Il ne reste rien à dire à {n} membres : ils ne la reçoivent pas."),
    }
    said
}

fn page_of(page: Page) -> Response {
    page.into_response()
}
