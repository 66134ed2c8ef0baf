//! The secret address of a member's calendar: made, changed and taken away by a form; read by calendar programs.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use super::form::Fields;
use super::leave::{failed, unknown};
use crate::pipeline::{Trouble, agenda};
use crate::web::{Site, public};

pub async fn change(State(site): State<Arc<Site>>, Path(token): Path<String>, body: Bytes) -> Response {
    let member = match site.desk.member(&token).await {
        Ok(Some(member)) => member,
        Ok(None) => return unknown(&site).into_response(),
        Err(error) => return failed(&site, &error).into_response(),
    };
    let app = site.app();
    let done = match Fields::of(&body).one("agenda") {
        "nouvelle" => agenda::renew(&app, &member).await,
        "aucune" => agenda::revoke(&app, &member).await,
        _ => Ok(()),
    };
    match done {
        Ok(()) => Redirect::to(&format!("../{token}?fait=agenda")).into_response(),
        Err(trouble) => out_of_order(&site, &trouble),
    }
}

pub async fn feed(State(site): State<Arc<Site>>, Path(token): Path<String>) -> Response {
    let token = token.strip_suffix(".ics").unwrap_or(&token);
    match agenda::feed(&site.app(), token).await {
        Ok(Some(calendar)) => ([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], calendar).into_response(),
        Ok(None) => public::not_found(State(site)).await.into_response(),
        Err(trouble) => out_of_order(&site, &trouble),
    }
}

fn out_of_order(site: &Site, trouble: &Trouble) -> Response {
    public::failed(site, trouble)
}
