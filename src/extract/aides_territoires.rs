//! The API of aides-territoires: a token is exchanged for a bearer, then the aids come in pages.
//!
//! As documented by the site: `POST /api/connexion/` with the header `X-AUTH-TOKEN` gives `{"token": …}`;
//! `GET /api/aids/` wants `Authorization: Bearer …` and answers `{count, next, previous, results}`.

use super::{ExtractError, Listing, json, opendatasoft, paging};
use crate::model::{Body, JsonSelect, Paging, Request, Response, Source};

const LOGIN_PATH: &str = "/api/connexion/";
const LIST_PATH: &str = "/api/aids/";

pub fn login(source: &Source, credential: Option<&str>) -> Result<Request, ExtractError> {
    let token = credential.map(token).filter(|token| !token.is_empty());
    let token = token.ok_or(ExtractError::CredentialMissing { preset: "aides-territoires" })?;
    if token.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(ExtractError::CredentialUnreadable {
            reason: "la clé doit tenir sur une ligne, sans espace".to_owned(),
        });
    }
    let mut url = source.url.clone();
    url.set_path(LOGIN_PATH);
    url.set_query(None);
    url.set_fragment(None);
    Ok(Request::post(url, Body::Empty).header("X-AUTH-TOKEN", token))
}

/// The file holds the token alone, or the header that carries it.
fn token(credential: &str) -> &str {
    let line =
        credential.trim_start_matches('\u{feff}').lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#'));
    let line = line.unwrap_or("");
    line.split_once(':').map_or(line, |(_, token)| token.trim())
}

pub fn after_login(source: &Source, response: &Response) -> Result<Request, ExtractError> {
    if response.status >= 400 {
        return Err(ExtractError::LoginRefused { status: response.status });
    }
    let (answer, _) = json::document(response)?;
    let token = answer.get("token").and_then(|token| token.as_str()).filter(|t| !t.chars().any(char::is_control));
    let token = token.ok_or(ExtractError::LoginWithoutToken)?;
    let mut url = source.url.clone();
    if !url.path().starts_with("/api/") {
        url.set_path(LIST_PATH);
    }
    Ok(Request::get(url).header("Authorization", &format!("Bearer {token}")))
}

pub fn list(source: &Source, asked: &Request, response: &Response) -> Result<Listing, ExtractError> {
    let (root, _) = json::document(response)?;
    let select = opendatasoft::over(select(), &source.json);
    let items = json::items(&root, select.items.as_deref())?;
    let mut listing = json::read(source, &select, &response.url, items)?;
    let next = |_: &str| root.get("next").and_then(|next| next.as_str()).map(str::to_owned);
    listing.next = paging::next(&Paging::Next("$.next".to_owned()), asked, listing.items.len(), next);
    Ok(listing)
}

fn select() -> JsonSelect {
    let some = |path: &str| Some(path.to_owned());
    JsonSelect {
        items: some("$.results"),
        id: some("$['id','slug']"),
        title: some("$['name','short_title']"),
        link: some("$['origin_url','application_url','url']"),
        text: vec!["$.description".to_owned(), "$.eligibility".to_owned()],
        publisher: some("$['financers','instructors']"),
        published: some("$['date_published','date_created']"),
        updated: some("$.date_updated"),
        opening: some("$.start_date"),
        deadline: some("$.submission_deadline"),
        place: some("$.perimeter"),
        audiences: some("$.targeted_audiences"),
        categories: some("$.categories"),
        amount: some("$.subvention_comment"),
        is_call: some("$['is_call_for_project','recurrence']"),
    }
}
