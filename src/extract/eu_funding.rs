//! The search interface (SEDIA) of the EU's Funding & Tenders portal: calls that are open or announced.
//!
//! One POST with parts of JSON gives a page of results whose values are arrays of texts; statuses and kinds are numbers.
//! The portal's own pages are written by scripts, so its search page may be given: its keywords are asked for here.

use serde_json::{Value, json};
use url::Url;

use super::{ExtractError, Listing, clean, dates, finish, json};
use crate::model::{Body, Deadline, Fields, Item, Request, Response, Source};

const SEARCH: &str = "https://api.tech.ec.europa.eu/search-api/prod/rest/search";
const TOPIC: &str =
    "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/";
/// The public key of the portal's own pages.
const KEY: &str = "SEDIA";
/// Any text at all.
const ANYTHING: &str = "***";
const PAGE_SIZE: u32 = 50;
/// Announced, open.
const STATUSES: &[&str] = &["31094501", "31094502"];
/// Topics of calls, calls for proposals that cascade funds.
const KINDS: &[&str] = &["1", "2", "8"];
/// An opening deadline or a later one: a topic in two stages closes with its first.
const TWO_STAGES: &str = "two-stage";

pub fn first(source: &Source) -> Result<Request, ExtractError> {
    let given = |name: &str| source.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let text = given("keywords").or_else(|| given("text")).filter(|text| !text.trim().is_empty());
    let mut url = address(&source.url)?;
    url.query_pairs_mut()
        .clear()
        .append_pair("apiKey", KEY)
        .append_pair("text", text.as_deref().unwrap_or(ANYTHING))
        .append_pair("pageSize", &PAGE_SIZE.to_string())
        .append_pair("pageNumber", "1");
    let query = json!({"bool": {"must": [{"terms": {"type": KINDS}}, {"terms": {"status": STATUSES}}]}});
    let sort = json!({"field": "startDate", "order": "DESC"});
    let parts = [("query", query), ("languages", json!(["en"])), ("sort", sort)];
    let parts = parts.into_iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect();
    Ok(Request::post(url, Body::Multipart(parts)))
}

/// The portal's search, unless the address is already one of a search interface.
fn address(given: &Url) -> Result<Url, ExtractError> {
    if given.path().ends_with("/search") {
        return Ok(given.clone());
    }
    Url::parse(SEARCH)
        .map_err(|_| ExtractError::AddressIncomplete { advice: "donnez l’adresse du portail européen" })
}

pub fn list(source: &Source, asked: &Request, response: &Response) -> Result<Listing, ExtractError> {
    let (root, _) = json::document(response)?;
    let results = json::items(&root, Some("$.results[*]"))?;
    let count = results.len();
    let mut listing = Listing::default();
    for (n, result) in results.into_iter().take(source.items_max as usize).enumerate() {
        // The interface does not always keep to what it was asked.
        if is_wanted(result) {
            listing.keep(n, finish(item(source, result)));
        }
    }
    listing.next = next(asked, &root, count);
    Ok(listing.without_repeats())
}

fn next(asked: &Request, root: &Value, count: usize) -> Option<Request> {
    let total = root.get("totalResults").and_then(Value::as_u64)?;
    let page = super::paging::parameter_of(&asked.url, "pageNumber")?;
    if count == 0 || u64::from(page) * u64::from(PAGE_SIZE) >= total {
        return None;
    }
    Some(Request {
        url: super::paging::with_parameter(&asked.url, "pageNumber", page.checked_add(1)?),
        ..asked.clone()
    })
}

/// The texts of one field; the portal writes "null" for none.
fn texts<'v>(result: &'v Value, name: &str) -> Vec<&'v str> {
    let field = result.get("metadata").and_then(|metadata| metadata.get(name)).or_else(|| result.get(name));
    let texts: Vec<&str> = match field {
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text],
        _ => Vec::new(),
    };
    texts.into_iter().filter(|text| !text.trim().is_empty() && *text != "null").collect()
}

fn text<'v>(result: &'v Value, name: &str) -> Option<&'v str> {
    texts(result, name).into_iter().next()
}

fn is_wanted(result: &Value) -> bool {
    let is_one_of = |name: &str, wanted: &[&str]| text(result, name).is_none_or(|said| wanted.contains(&said));
    is_one_of("status", STATUSES) && is_one_of("type", KINDS) && is_one_of("language", &["en", "fr"])
}

fn item(source: &Source, result: &Value) -> Item {
    let identifier = text(result, "identifier").map(clean::label);
    let page = identifier.as_deref().map(|id| format!("{TOPIC}{}", id.to_lowercase().replace(' ', "-")));
    let link = page.as_deref().or_else(|| text(result, "url")).and_then(|url| clean::link(url, None));
    let parts = ["callTitle", "descriptionByte", "beneficiaryAdministration", "summary"];
    let parts: Vec<String> = parts.iter().filter_map(|name| text(result, name)).map(clean::text).collect();
    Item {
        source: source.id.clone(),
        guid: identifier,
        url: link.map(Into::into),
        title: text(result, "title").map(clean::title).unwrap_or_default(),
        text: clean::join(&parts),
        publisher: source.publisher().map(str::to_owned),
        published: None,
        updated: None,
        fields: Fields {
            deadline: deadline(result).map(|deadline| ("deadlineDate".to_owned(), deadline)),
            opening: text(result, "startDate").and_then(day).map(|day| ("startDate".to_owned(), day)),
            is_call: Some(("type".to_owned(), true)),
            categories: texts(result, "keywords").into_iter().map(clean::label).take(CATEGORIES_MAX).collect(),
            ..Fields::default()
        },
        attachments: Vec::new(),
    }
}

const CATEGORIES_MAX: usize = 30;

/// A day in Brussels: the hour that comes with it is midnight, whatever the zone says.
fn day(field: &str) -> Option<chrono::NaiveDate> {
    dates::read(field.get(..10)?).map(|moment| moment.date)
}

/// Of several dates, the first of two stages, the last of several cut-offs.
fn deadline(result: &Value) -> Option<Deadline> {
    let days = texts(result, "deadlineDate").into_iter().filter_map(day);
    let date = match text(result, "deadlineModel") == Some(TWO_STAGES) {
        true => days.min(),
        false => days.max(),
    };
    date.map(|date| Deadline { zone: chrono_tz::Europe::Brussels, ..Deadline::on(date) })
}
