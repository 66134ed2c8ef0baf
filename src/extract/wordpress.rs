//! WordPress sites: the posts of a category by the site's own interface (wp-json), else its feed.
//!
//! One address is enough, whichever: the page of a category, the site, the interface or the feed. The interface gives a
//! hundred posts where a feed gives ten; some sites close it, and the feed is then read.

use serde_json::Value;
use url::Url;

use super::{ExtractError, Listing, Step, feed, json, paging};
use crate::model::{JsonSelect, Paging, Request, Response, Source};

/// Posts asked at once: the interface's own maximum.
const PAGE_SIZE: u32 = 100;
/// Parts of a path that announce a category, and the interface's name for its kind.
const TAXONOMIES: &[(&str, &str)] = &[
    ("category", "categories"),
    ("categorie", "categories"),
    ("rubrique", "categories"),
    ("tag", "tags"),
    ("etiquette", "tags"),
];

/// The category is asked for its number first, when the address names one.
pub fn first(source: &Source) -> Step {
    let url = &source.url;
    if is_interface(url) || is_feed(url) {
        return Step::List(Request::get(url.clone()));
    }
    match category(url) {
        Some((kind, slug)) => {
            let mut asked = interface(url, kind);
            asked.query_pairs_mut().append_pair("slug", &slug);
            Step::Login(Request::get(asked))
        }
        None => Step::List(posts(url, None)),
    }
}

/// The posts of the category that the site numbered; of the whole site when it knows no such category.
pub fn after(source: &Source, response: &Response) -> Result<Request, ExtractError> {
    let (root, _) = json::document(response)?;
    let number =
        root.as_array().and_then(|found| found.first()).and_then(|first| first.get("id")).and_then(Value::as_u64);
    let Some((kind, slug)) = category(&source.url) else { return Ok(posts(&source.url, None)) };
    match number {
        Some(number) => Ok(posts(&source.url, Some((kind, number)))),
        None => Err(ExtractError::ListNotFound { wanted: slug }),
    }
}

/// What is asked when the interface does not answer: the feed of the same page.
pub fn feed_instead(source: &Source, asked: &Request) -> Option<Request> {
    if is_feed(&asked.url) {
        return None;
    }
    let mut url = source.url.clone();
    url.set_query(None);
    let folder = match is_interface(&source.url) {
        true => root(&source.url),
        false => source.url.path().trim_end_matches('/').to_owned() + "/",
    };
    url.set_path(&format!("{folder}feed/"));
    Some(Request::get(url))
}

pub fn list(source: &Source, asked: &Request, response: &Response) -> Result<Listing, ExtractError> {
    if is_feed(&asked.url) || is_feed(&response.url) {
        return feed::list(source, response);
    }
    let (root, _) = json::document(response)?;
    let posts = json::items(&root, Some("$[*]"))?;
    let count = posts.len();
    let mut listing = json::read(source, &select(), &response.url, posts)?;
    let way = Paging::Offset { parameter: "offset".to_owned(), size: PAGE_SIZE };
    listing.next = paging::next(&way, asked, count, |_| None);
    Ok(listing)
}

fn select() -> JsonSelect {
    let some = |path: &str| Some(path.to_owned());
    JsonSelect {
        id: some("$.id"),
        title: some("$.title.rendered"),
        link: some("$.link"),
        text: vec!["$.excerpt.rendered".to_owned(), "$.content.rendered".to_owned()],
        published: some("$.date"),
        updated: some("$.modified_gmt"),
        ..JsonSelect::default()
    }
}

fn is_interface(url: &Url) -> bool {
    url.path().contains("/wp-json/")
}

fn is_feed(url: &Url) -> bool {
    url.path().trim_end_matches('/').ends_with("/feed")
}

/// The folder that WordPress is installed in.
fn root(url: &Url) -> String {
    let before = url.path().split("/wp-json/").next().unwrap_or("");
    let before = if is_interface(url) { before } else { "" };
    format!("{}/", before.trim_end_matches('/'))
}

fn interface(url: &Url, kind: &str) -> Url {
    let mut asked = url.clone();
    asked.set_query(None);
    asked.set_fragment(None);
    asked.set_path(&format!("{}wp-json/wp/v2/{kind}", root(url)));
    asked
}

fn posts(url: &Url, category: Option<(&str, u64)>) -> Request {
    let mut asked = interface(url, "posts");
    asked.query_pairs_mut().append_pair("per_page", &PAGE_SIZE.to_string());
    if let Some((kind, number)) = category {
        asked.query_pairs_mut().append_pair(kind, &number.to_string());
    }
    Request::get(asked)
}

/// `/category/appels-a-projets/` names the category `appels-a-projets`.
pub fn category(url: &Url) -> Option<(&'static str, String)> {
    let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    let (at, kind) = parts
        .iter()
        .enumerate()
        .find_map(|(at, part)| TAXONOMIES.iter().find(|(name, _)| name == part).map(|(_, kind)| (at, *kind)))?;
    // A category may lie in another: the last name is its own. `page/2` is none.
    let names: Vec<&&str> = parts.iter().skip(at + 1).take_while(|part| **part != "page").collect();
    names.last().map(|slug| (kind, (**slug).to_owned()))
}
