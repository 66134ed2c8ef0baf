//! Signing in and out. The same is said whether an address is an administrator's or not.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::context;

use super::session::{Posted, is_foreign, set_cookie};
use super::{out_of_order, page_of, refused, see};
use crate::pipeline::admin;
use crate::web::{Fields, Site};

pub async fn ask(State(site): State<Arc<Site>>) -> Response {
    page_of(site.page(StatusCode::OK, "admin/sign_in.html", context! {}))
}

/// The mail is written after the answer, so that neither its words nor its time tell whether the address is known.
pub async fn mail(State(site): State<Arc<Site>>, headers: HeaderMap, body: Bytes) -> Response {
    let address = Fields::read(&body).one("adresse").to_owned();
    if !is_foreign(&headers) {
        let app = site.app();
        tokio::spawn(async move {
            if let Err(trouble) = admin::mail_link(&app, &address).await {
                tracing::error!(%trouble, "un lien de connexion n'a pas pu être envoyé");
            }
        });
    }
    page_of(site.page(StatusCode::OK, "admin/mailed.html", context! {}))
}

/// A mail scanner that follows the link sees a button, and uses nothing up.
pub async fn confirm(State(site): State<Arc<Site>>, Path(token): Path<String>) -> Response {
    match admin::whose_link(&site.app(), &token).await {
        Ok(Some(address)) => {
            page_of(site.page(StatusCode::OK, "admin/enter.html", context! { address => address.masked() }))
        }
        Ok(None) => page_of(site.page(StatusCode::NOT_FOUND, "admin/spent.html", context! {})),
        Err(trouble) => out_of_order(&site, &trouble),
    }
}

pub async fn enter(State(site): State<Arc<Site>>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let app = site.app();
    if is_foreign(&headers) {
        return page_of(site.page(StatusCode::FORBIDDEN, "admin/stale.html", context! {}));
    }
    match admin::sign_in(&app, &token).await {
        Ok(Some(entered)) => {
            let cookie = set_cookie(&app, &entered.session);
            let headers = [(header::LOCATION, "/admin".to_owned()), (header::SET_COOKIE, cookie)];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Ok(None) => page_of(site.page(StatusCode::NOT_FOUND, "admin/spent.html", context! {})),
        Err(trouble) => out_of_order(&site, &trouble),
    }
}

pub async fn leave(State(site): State<Arc<Site>>, posted: Posted) -> Response {
    let who = posted.who;
    match admin::sign_out(&who.app, &who.token).await {
        Ok(()) => {
            let mut answer = see("/admin/connexion");
            if let Ok(cookie) = set_cookie(&who.app, "").parse() {
                answer.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            answer
        }
        Err(trouble) => refused(&site, &trouble),
    }
}
