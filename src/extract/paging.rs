//! The next request: same headers on the same host, other parameters.

use url::Url;

use super::{ExtractError, clean};
use crate::model::{Paging, Request};

/// Adds the headers of a credential file: one `Name: value` a line, `#` for comments.
pub fn with_headers(mut request: Request, credential: Option<&str>) -> Result<Request, ExtractError> {
    for line in credential.unwrap_or_default().trim_start_matches('\u{feff}').lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err(ExtractError::CredentialUnreadable { reason: "une ligne n’a pas de « : »".to_owned() });
        };
        let sound = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !sound || value.chars().any(char::is_control) {
            return Err(ExtractError::CredentialUnreadable {
                reason: "un nom d’en-tête n’est pas valable".to_owned()
            });
        }
        request = request.header(name, value.trim());
    }
    Ok(request)
}

/// The request of another page. Headers, which may be secret, go only where they went already.
pub fn follow(asked: &Request, next: Url) -> Option<Request> {
    // An API behind a proxy may write http in its own links.
    let next = match (asked.url.scheme(), next.scheme()) {
        ("https", "http") if next.host() == asked.url.host() && next.port().is_none() => {
            let mut secure = next.clone();
            secure.set_scheme("https").ok().map(|()| secure).unwrap_or(next)
        }
        _ => next,
    };
    if next == asked.url {
        return None;
    }
    let headers = if next.origin() == asked.url.origin() { asked.headers.clone() } else { Vec::new() };
    Some(Request { headers, ..Request::get(next) })
}

/// The next page by [`Paging`], after a page of `count` items; `named` finds a value in the answer by its path.
pub fn next(paging: &Paging, asked: &Request, count: usize, named: impl Fn(&str) -> Option<String>) -> Option<Request> {
    match paging {
        Paging::Next(path) => follow(asked, clean::link(&named(path)?, Some(&asked.url))?),
        Paging::Page { parameter, first } if count > 0 => {
            let now = parameter_of(&asked.url, parameter).unwrap_or(*first);
            follow(asked, with_parameter(&asked.url, parameter, now.checked_add(1)?))
        }
        Paging::Offset { parameter, size } if count >= *size as usize => {
            let now = parameter_of(&asked.url, parameter).unwrap_or(0);
            follow(asked, with_parameter(&asked.url, parameter, now.checked_add(*size)?))
        }
        Paging::Page { .. } | Paging::Offset { .. } => None,
    }
}

pub fn parameter_of(url: &Url, name: &str) -> Option<u32> {
    url.query_pairs().find(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok())
}

/// `url` with `name` set to `value`, the other parameters as they were.
pub fn with_parameter(url: &Url, name: &str, value: u32) -> Url {
    let others: Vec<(String, String)> =
        url.query_pairs().filter(|(key, _)| key != name).map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(others).append_pair(name, &value.to_string());
    changed
}
