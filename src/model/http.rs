//! Requests and answers, as values: `extract` plans them, `fetch` makes them, neither knows the other.

use serde::{Deserialize, Serialize};
use url::Url;

#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub method: Method,
    pub url: Url,
    /// Beside those that `fetch` sets itself (User-Agent, Accept-Encoding, validators). Values may be secret.
    pub headers: Vec<(String, String)>,
    pub body: Option<Body>,
    /// What a former answer carried: the site may then say "not modified".
    pub validators: Validators,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    Json(serde_json::Value),
    Multipart(Vec<(String, String)>),
    Empty,
}

/// An answer that could be read whole, its content decoded but its charset not.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// After redirects.
    pub url: Url,
    pub status: u16,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
    pub validators: Validators,
}

/// ETag and Last-Modified, to be sent back as they came (RFC 9110 section 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

impl Request {
    pub fn get(url: Url) -> Self {
        Self { method: Method::Get, url, headers: Vec::new(), body: None, validators: Validators::default() }
    }

    pub fn post(url: Url, body: Body) -> Self {
        Self { method: Method::Post, body: Some(body), ..Self::get(url) }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}
