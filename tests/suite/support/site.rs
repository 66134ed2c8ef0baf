//! A site under the test's hand: a feed whose items, status and requests it can change and count.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

#[derive(Default)]
struct Inner {
    items: Vec<(String, String, String)>,
    status: Option<u16>,
    /// Before each page of an item.
    delay: Duration,
    /// This page, whatever is asked.
    page: Option<String>,
    requests: Vec<String>,
    documents: Vec<(String, Vec<u8>)>,
}

pub struct Site {
    pub address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
    _runtime: tokio::runtime::Runtime,
}

impl Site {
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let inner = Arc::new(Mutex::new(Inner::default()));
        let router = Router::new().fallback(answer).with_state(inner.clone());
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, inner, _runtime: runtime }
    }

    /// Publishes an item; the same slug again replaces it.
    pub fn publish(&self, slug: &str, title: &str, body: &str) -> &Self {
        let mut inner = self.inner.lock().unwrap();
        inner.items.retain(|(known, _, _)| known != slug);
        inner.items.push((slug.to_owned(), title.to_owned(), body.to_owned()));
        drop(inner);
        self
    }

    /// The page of this item is a PDF.
    pub fn holds(&self, slug: &str, pdf: Vec<u8>) -> &Self {
        self.inner.lock().unwrap().documents.push((format!("/page/{slug}"), pdf));
        self
    }

    /// Takes an item off the list.
    pub fn withdraw(&self, slug: &str) -> &Self {
        self.inner.lock().unwrap().items.retain(|(known, _, _)| known != slug);
        self
    }

    /// From now on the site answers this, whatever is asked; `None`: as it should.
    pub fn answers(&self, status: Option<u16>) -> &Self {
        self.inner.lock().unwrap().status = status;
        self
    }

    /// From now on the site shows this page, whatever is asked; `None`: what it should.
    pub fn shows(&self, html: Option<&str>) -> &Self {
        self.inner.lock().unwrap().page = html.map(str::to_owned);
        self
    }

    /// From now on each page of an item takes so long.
    pub fn takes(&self, delay: Duration) -> &Self {
        self.inner.lock().unwrap().delay = delay;
        self
    }

    /// The paths asked so far, robots.txt left out.
    pub fn requests(&self) -> Vec<String> {
        self.inner.lock().unwrap().requests.clone()
    }

    /// The entry of sources.toml that reads its list in HTML, and the page of each item.
    pub fn pages(&self, id: &str, territory: &str) -> String {
        format!(
            "[[source]]\nid = \"{id}\"\nname = \"Site {id}\"\nkind = \"page\"\nurl = \"http://{}/list\"\nterritory = \"{territory}\"\n\
             select = {{ item = \"li.item\", title = \"a\", link = \"a@href\" }}\ndetail = {{ text = \"main\" }}\n\n",
            self.address
        )
    }

    /// The entry of sources.toml that reads it.
    pub fn source(&self, id: &str, territory: &str) -> String {
        format!(
            "[[source]]\nid = \"{id}\"\nname = \"Site {id}\"\nkind = \"feed\"\nurl = \"http://{}/feed\"\nterritory = \"{territory}\"\n\n",
            self.address
        )
    }
}

/// A list in HTML whose items have pages of their own: `/list`, `/page/SLUG`.
fn page(items: &[(String, String, String)], path: &str) -> Option<Response> {
    let html = match path.strip_prefix("/page/") {
        Some(wanted) => {
            let (_, title, body) = items.iter().find(|(slug, _, _)| slug == wanted)?;
            format!("<html><body><main><h1>{title}</h1><p>{body}</p></main></body></html>")
        }
        None => {
            let entry = |(slug, title, _): &(String, String, String)| {
                format!("<li class=\"item\"><a href=\"/page/{slug}\">{title}</a></li>")
            };
            let entries: String = items.iter().map(entry).collect();
            format!("<html><body><ul class=\"liste\">{entries}</ul></body></html>")
        }
    };
    Some(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

async fn answer(State(inner): State<Arc<Mutex<Inner>>>, uri: Uri, headers: HeaderMap) -> Response {
    if uri.path() == "/robots.txt" {
        return StatusCode::NOT_FOUND.into_response();
    }
    let delay = inner.lock().unwrap().delay;
    if uri.path().starts_with("/page/") {
        tokio::time::sleep(delay).await;
    }
    let mut inner = inner.lock().unwrap();
    inner.requests.push(uri.path().to_owned());
    if let Some(status) = inner.status {
        return StatusCode::from_u16(status).unwrap().into_response();
    }
    if let Some(html) = inner.page.clone() {
        return ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    }
    if let Some((_, pdf)) = inner.documents.iter().find(|(path, _)| path == uri.path()) {
        return ([(header::CONTENT_TYPE, "application/pdf")], pdf.clone()).into_response();
    }
    if uri.path() != "/feed" {
        return page(&inner.items, uri.path()).unwrap_or(StatusCode::NOT_FOUND.into_response());
    }
    let items: String = inner
        .items
        .iter()
        .map(|(slug, title, body)| {
            format!(
                "<item><title>{title}</title><link>https://site.example/{slug}</link><guid>{slug}</guid>\
                 <pubDate>Mon, 05 Jan 2026 08:00:00 +0100</pubDate><description>{body}</description></item>"
            )
        })
        .collect();
    let feed =
        format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Site</title>{items}</channel></rss>");
    let tag = format!("\"{}-{}\"", feed.len(), feed.bytes().map(u64::from).sum::<u64>());
    if headers.get(header::IF_NONE_MATCH).is_some_and(|given| given == tag.as_str()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::CONTENT_TYPE, "application/rss+xml".to_owned()), (header::ETAG, tag)], feed).into_response()
}
