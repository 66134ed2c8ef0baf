//! Leaving: the page asks, the POST acts. A mail client's one-click POST (RFC 8058) is the same request.
//!
//! Mail scanners follow every link by GET: that shows the page and changes nothing.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use minijinja::context;

use crate::model::{Member, MemberState};
use crate::pipeline::Purpose;
use crate::store::StoreError;
use crate::web::{Page, Site};

pub async fn ask(State(site): State<Arc<Site>>, Path(token): Path<String>) -> Page {
    match member(&site, &token).await {
        Ok(Some(member)) => {
            let left = matches!(member.state, MemberState::Left { .. });
            page(&site, if left { "left.html" } else { "leave.html" }, &member)
        }
        Ok(None) => unknown(&site),
        Err(error) => failed(&site, &error),
    }
}

pub async fn leave(State(site): State<Arc<Site>>, Path(token): Path<String>) -> Page {
    let left = match member(&site, &token).await {
        Ok(Some(member)) => site.desk.leave(&member).await.map(|()| member),
        Ok(None) => return unknown(&site),
        Err(error) => Err(error),
    };
    match left {
        Ok(member) => page(&site, "left.html", &member),
        Err(error) => failed(&site, &error),
    }
}

async fn member(site: &Site, token: &str) -> Result<Option<Member>, StoreError> {
    match site.link_key.member(Purpose::Leave, token) {
        Some(id) => site.store.member_by_id(id).await,
        None => Ok(None),
    }
}

/// The address is shown masked: a forwarded mail must not tell it.
fn page(site: &Site, name: &str, member: &Member) -> Page {
    site.page(StatusCode::OK, name, context! { address => member.email.masked() })
}

pub(super) fn unknown(site: &Site) -> Page {
    site.page(StatusCode::NOT_FOUND, "unknown_link.html", context! {})
}

pub(super) fn failed(site: &Site, error: &StoreError) -> Page {
    tracing::error!(%error, "la page d'un membre n'a pas pu être servie");
    site.page(StatusCode::SERVICE_UNAVAILABLE, "out_of_order.html", context! {})
}
