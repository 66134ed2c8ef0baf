//! What is held about a member, behind a link just sent to their address: to read, to take away, to have erased.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::context;

use super::choices::ShownAt;
use super::form::Fields;
use super::leave::failed;
use crate::model::Member;
use crate::web::{Page, Site};

pub async fn show(State(site): State<Arc<Site>>, Path(token): Path<String>) -> Page {
    match site.desk.member_with_data_link(&token).await {
        Ok(Some(member)) => page(&site, ShownAt::Itself.prefix(&token), &member),
        Ok(None) => over(&site),
        Err(error) => failed(&site, &error),
    }
}

/// Everything, as a file that other programs read.
pub async fn export(State(site): State<Arc<Site>>, Path(token): Path<String>) -> Response {
    let exported = match site.desk.member_with_data_link(&token).await {
        Ok(Some(member)) => site.desk.export(&member).await,
        Ok(None) => Ok(None),
        Err(error) => Err(error),
    };
    match exported {
        Ok(Some(data)) => {
            let headers = [
                (header::CONTENT_TYPE, "application/json; charset=utf-8"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"mes-donnees.json\""),
            ];
            (headers, format!("{data:#}\n")).into_response()
        }
        Ok(None) => over(&site).into_response(),
        Err(error) => failed(&site, &error).into_response(),
    }
}

/// Erases for good, when the box is ticked.
pub async fn erase(State(site): State<Arc<Site>>, Path(token): Path<String>, body: Bytes) -> Page {
    let member = match site.desk.member_with_data_link(&token).await {
        Ok(Some(member)) => member,
        Ok(None) => return over(&site),
        Err(error) => return failed(&site, &error),
    };
    if Fields::of(&body).one("oui") != "oui" {
        return page(&site, ShownAt::Below.prefix(&token), &member);
    }
    match site.desk.erase(&member).await {
        Ok(()) => site.page(StatusCode::OK, "erased.html", context! {}),
        Err(error) => failed(&site, &error),
    }
}

fn page(site: &Site, here: String, member: &Member) -> Page {
    // Shown in answer to its form, it was sent with the box unticked.
    let unticked = here.starts_with("..");
    let rows: Vec<(&str, String)> = vec![
        ("Adresse", member.email.masked()),
        ("Prénom", member.first_name.clone()),
        ("Nom", member.last_name.clone()),
        ("Structure", member.organisation.clone()),
        ("Fonction", member.role.clone()),
        ("Formation", member.cohorts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        ("Territoires", site.desk.place_names(member).join(", ")),
    ];
    let status = if unticked { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    site.page(status, "data.html", context! { here, rows, unticked })
}

fn over(site: &Site) -> Page {
    site.page(StatusCode::NOT_FOUND, "link_over.html", context! {})
}
