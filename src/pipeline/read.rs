//! A page, a file or a line of text read and explained: what is understood, and from which words.

use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;
use url::Url;

use super::Trouble;
use crate::config::FetchSettings;
use crate::extract::{self, PageText};
use crate::fetch::Fetched;
use crate::model::{Fields, Request, Response, TerritoryCode, Understanding, Validators, why_refused};
use crate::pdf::{self, PdfFault};
use crate::understand::{Input, Reader};

/// What is known of a text beside its words.
#[derive(Clone, Debug, Default)]
pub struct Context {
    pub publisher: Option<String>,
    pub territory: Vec<TerritoryCode>,
    pub published: Option<NaiveDate>,
}

/// A text and what was understood of it.
#[derive(Debug)]
pub struct Reading {
    pub url: Option<String>,
    pub title: String,
    pub text: String,
    pub understanding: Understanding,
}

/// Reads a page of the web.
pub async fn page(reader: &Reader, fetch: &FetchSettings, url: &str, context: &Context) -> Result<Reading, Trouble> {
    let url = Url::parse(url).map_err(|_| {
        Trouble::Words(format!(
            "« {url} » n'est pas une adresse : écrivez-la entière, comme https://www.exemple.fr/page (pour un fichier de cette machine : --file)"
        ))
    })?;
    let fetcher = super::fetcher(fetch)?;
    let answer = match fetcher.fetch(&Request::get(url)).await {
        Ok(Fetched::Answer(answer)) => answer,
        Ok(Fetched::NotModified) => {
            return Err(Trouble::File("le site répond « rien de nouveau » à une première demande".to_owned()));
        }
        Err(error) => return Err(Trouble::Site(error.to_string())),
    };
    explain(reader, &words_of(answer).await.map_err(|fault| Trouble::Site(fault.to_string()))?, context)
}

/// An answer that is a PDF, as the plain text of its words; any other as it is.
pub(super) async fn words_of(answer: Response) -> Result<Response, PdfFault> {
    if !pdf::is_pdf(&answer.body, answer.content_type.as_deref()) {
        return Ok(answer);
    }
    let body = pdf::read(&answer.body).await?.into_bytes();
    Ok(Response { body, content_type: Some("text/plain; charset=utf-8".to_owned()), ..answer })
}

/// Reads a file of this machine: HTML, PDF or plain text.
pub async fn file(reader: &Reader, path: &Path, context: &Context) -> Result<Reading, Trouble> {
    let body = std::fs::read(path)
        .map_err(|error| Trouble::File(format!("{} ne peut pas être lu : {}", path.display(), why_refused(&error))))?;
    let url = Url::parse("http://fichier.invalid/").map_err(|error| Trouble::Words(error.to_string()))?;
    let html = path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("html") || ext.eq_ignore_ascii_case("htm"));
    let content_type = if html { "text/html" } else { content_type(&body) };
    let answer = Response {
        url,
        status: 200,
        content_type: Some(content_type.to_owned()),
        body,
        validators: Validators::default(),
    };
    let answer = words_of(answer).await.map_err(|fault| Trouble::File(format!("{} : {fault}", path.display())))?;
    let mut reading = explain(reader, &answer, context)?;
    reading.url = None;
    Ok(reading)
}

fn content_type(body: &[u8]) -> &'static str {
    let head = String::from_utf8_lossy(body.get(..1024).unwrap_or(body)).to_lowercase();
    match () {
        () if head.trim_start().starts_with("%pdf") => "application/pdf",
        () if head.contains("<html") || head.contains("<!doctype html") || head.contains("<body") => "text/html",
        () => "text/plain",
    }
}

fn explain(reader: &Reader, answer: &Response, context: &Context) -> Result<Reading, Trouble> {
    let page: PageText = extract::page_text(&answer.url, answer).map_err(|error| Trouble::Site(error.to_string()))?;
    let url = answer.url.to_string();
    let fields = Fields::default();
    let understanding = reader.read(&Input {
        title: &page.title,
        text: &page.text,
        publisher: context.publisher.as_deref(),
        source_territory: &context.territory,
        source_themes: &[],
        published: context.published.or(page.published),
        url: Some(&url),
        fields: &fields,
    });
    Ok(Reading { url: Some(url), title: page.title, text: page.text, understanding })
}

/// One line of `understand --jsonl`; other keys are ignored.
#[derive(Debug, Deserialize)]
pub struct Line {
    pub id: serde_json::Value,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub publisher: Option<String>,
    /// One code or a list of codes.
    #[serde(default)]
    pub source_territory: Option<Codes>,
    #[serde(default)]
    pub published: Option<String>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub text: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Codes {
    One(String),
    Several(Vec<String>),
}

/// What is understood of one line. Never looks at the clock.
pub fn line(reader: &Reader, line: &Line) -> Understanding {
    let codes: Vec<&str> = match &line.source_territory {
        None => Vec::new(),
        Some(Codes::One(code)) => vec![code.as_str()],
        Some(Codes::Several(codes)) => codes.iter().map(String::as_str).collect(),
    };
    let territory: Vec<_> = codes.into_iter().filter_map(|code| TerritoryCode::parse(code).ok()).collect();
    let published = line.published.as_deref().and_then(|date| date.get(..10)).and_then(|date| date.parse().ok());
    let fields = Fields::default();
    reader.read(&Input {
        title: line.title.as_deref().unwrap_or_default(),
        text: line.text.as_deref().unwrap_or_default(),
        publisher: line.publisher.as_deref(),
        source_territory: &territory,
        source_themes: &[],
        published,
        url: line.url.as_deref(),
        fields: &fields,
    })
}
