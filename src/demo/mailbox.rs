//! The demonstration's mailbox: a real SMTP server that keeps what it is given as files, and pages to read them.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use mail_parser::MessageParser;

use crate::deliver::{Received, Sink};

/// Opens the mailbox on a free port; each mail becomes `ADDRESS.eml` in the outbox.
pub async fn sink(outbox: PathBuf) -> std::io::Result<Sink> {
    Sink::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), move |received: Received| {
        if let Err(error) = keep(&outbox, &received) {
            tracing::error!(%error, "un courriel de démonstration n'a pas pu être gardé");
        }
    })
    .await
}

fn keep(outbox: &Path, received: &Received) -> std::io::Result<()> {
    for to in &received.to {
        // Addresses here are our own sample's; still, nothing of an envelope may choose a folder.
        let name: String = to.chars().map(|c| if c.is_alphanumeric() || "@.-".contains(c) { c } else { '_' }).collect();
        std::fs::write(outbox.join(format!("{}.eml", name.trim_start_matches('.'))), &received.message)?;
    }
    Ok(())
}

/// Pages that list the mails and show each as a reader would see it.
pub fn router(outbox: PathBuf) -> Router {
    Router::new().route("/courriels", get(list)).route("/courriels/{name}", get(show)).with_state(Arc::new(outbox))
}

async fn list(State(outbox): State<Arc<PathBuf>>) -> Response {
    let mut items = String::new();
    for (name, subject) in mails(&outbox) {
        items += &format!("<li><a href=\"/courriels/{0}\">{0}</a><br>{1}</li>", escape(&name), escape(&subject));
    }
    page(&format!(
        "<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Courriels de la démonstration</title><style>:root{{color-scheme:light dark}}body{{font:1.05rem/1.6 system-ui,sans-serif;\
         max-width:42rem;margin:2rem auto;padding:0 1rem}}li{{margin:.8rem 0}}</style>\
         <h1>Courriels de la démonstration</h1><ul>{items}</ul></html>"
    ))
}

fn mails(outbox: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(outbox).into_iter().flatten().flatten();
    let mut mails: Vec<_> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let bytes = std::fs::read(entry.path()).ok()?;
            let subject = MessageParser::default().parse(&bytes)?.subject().unwrap_or_default().to_owned();
            Some((name.strip_suffix(".eml")?.to_owned(), subject))
        })
        .collect();
    mails.sort();
    mails
}

async fn show(State(outbox): State<Arc<PathBuf>>, UrlPath(name): UrlPath<String>) -> Response {
    // Only a name that the list gives opens a file.
    if !mails(&outbox).iter().any(|(known, _)| *known == name) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let html = std::fs::read(outbox.join(format!("{name}.eml")))
        .ok()
        .and_then(|bytes| Some(MessageParser::default().parse(&bytes)?.body_html(0)?.into_owned()));
    html.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |html| page(&html))
}

fn page(html: &str) -> Response {
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html.to_owned())).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
