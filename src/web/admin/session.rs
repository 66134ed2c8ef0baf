//! Who is asking: the session's cookie, and the proof that a form comes from one of our pages.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::context;
use subtle::ConstantTimeEq;

use super::see;
use crate::model::EmailAddress;
use crate::pipeline::{Actor, App, admin};
use crate::web::{Current, Fields, Site};

const COOKIE: &str = "glaneur_admin";

/// An administrator, and the settings and store as they are now.
pub struct SignedIn {
    pub app: Arc<App>,
    pub address: EmailAddress,
    pub form_token: String,
    /// The browser's token, to end the session with.
    pub token: String,
}

impl SignedIn {
    pub fn actor(&self) -> Actor {
        Actor::Admin(self.address.clone())
    }
}

/// A form of a signed-in administrator, from a page of the same session.
pub struct Posted {
    pub who: SignedIn,
    pub fields: Fields,
}

impl FromRequestParts<Current> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, current: &Current) -> Result<Self, Response> {
        let site: Arc<Site> = FromRef::from_ref(current);
        let app = site.app();
        let Some(token) = cookie(&parts.headers) else { return Err(see("/admin/connexion")) };
        match admin::session(&app, &token).await {
            Ok(Some(session)) => Ok(Self { app, address: session.address, form_token: session.form_token, token }),
            Ok(None) => Err(see("/admin/connexion")),
            Err(trouble) => Err(super::out_of_order(&site, &trouble)),
        }
    }
}

impl FromRequest<Current> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, current: &Current) -> Result<Self, Response> {
        let site: Arc<Site> = FromRef::from_ref(current);
        let (mut parts, body) = request.into_parts();
        let who = SignedIn::from_request_parts(&mut parts, current).await?;
        let foreign = is_foreign(&parts.headers);
        let body = Bytes::from_request(Request::from_parts(parts, body), current).await;
        let fields = Fields::read(&body.map_err(|refusal| refusal.into_response())?);
        let same: bool = fields.one("jeton").as_bytes().ct_eq(who.form_token.as_bytes()).into();
        if foreign || !same {
            return Err(site.page(StatusCode::FORBIDDEN, "admin/stale.html", context! {}).into_response());
        }
        Ok(Self { who, fields })
    }
}

/// Whether a browser says that the form stands on a page of another site.
pub fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return true;
    }
    // `null` is what a page that gives no referrer sends; the token of the form decides then.
    let origin = text("origin").filter(|origin| *origin != "null").and_then(|origin| origin.split_once("://"));
    match (origin, text("host")) {
        (Some((_, from)), Some(host)) => !from.eq_ignore_ascii_case(host),
        _ => false,
    }
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

/// The header that gives a browser its session, or with an empty token takes it away.
pub fn set_cookie(app: &App, token: &str) -> String {
    let secure = app.settings.base_url.as_ref().is_some_and(|url| url.scheme() == "https");
    let age = if token.is_empty() { 0 } else { admin::SESSION_HOURS * 3600 };
    let secure = if secure { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/admin; Max-Age={age}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_site_is_told_apart() {
        let check = |pairs: &[(&'static str, &str)], foreign: bool| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            assert_eq!(is_foreign(&headers), foreign, "{pairs:?}");
        };
        check(&[("host", "veille.example"), ("origin", "https://veille.example")], false);
        check(&[("host", "veille.example"), ("origin", "https://autre.example")], true);
        check(&[("host", "veille.example"), ("origin", "null")], false);
        check(&[("host", "veille.example"), ("sec-fetch-site", "cross-site")], true);
        check(&[("host", "veille.example"), ("sec-fetch-site", "same-origin")], false);
        check(&[("host", "veille.example")], false);
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let check = |line: &str, found: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, line.parse().unwrap());
            assert_eq!(cookie(&headers).as_deref(), found, "{line}");
        };
        check("a=b; glaneur_admin=xyz; c=d", Some("xyz"));
        check("glaneur_administration=xyz", None);
        check("", None);
    }
}
