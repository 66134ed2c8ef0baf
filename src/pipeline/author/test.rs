//! An entry of sources.toml tried: what it gives now, and which of its selectors match nothing.

use url::Url;

use super::trial::{self, Trial};
use crate::extract::propose::{self, Proposal};
use crate::extract::{self, Step};
use crate::fetch::Fetched;
use crate::model::{DetailSelect, ListSelect, Request, Response, Source, SourceKind};
use crate::pipeline::collect::Fault;
use crate::pipeline::{App, Trouble};
use crate::sources;

/// What an entry shows when it is tried.
#[derive(Debug)]
pub struct Tested {
    pub source: Source,
    pub outcome: Result<Trial, Fault>,
    pub silent: Vec<Silent>,
    /// What Glaneur would read there itself, when the entry finds no list.
    pub instead: Option<Proposal>,
}

/// A selector or a path of the entry that matches nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    /// `select.title`, `json.title`.
    pub key: String,
    pub selector: String,
    /// `sources.toml:12`.
    pub place: String,
    /// One that does, in its stead.
    pub instead: Option<String>,
}

/// Reads a source as a round would, from scratch, and keeps nothing.
pub async fn test(app: &App, id: &str) -> Result<Tested, Trouble> {
    let source = app.source(id)?.clone();
    let outcome = trial::of(app, &source).await?;
    let mut tested = Tested { source, outcome, silent: Vec::new(), instead: None };
    if matches!(tested.outcome, Err(Fault::Fetch(_) | Fault::Credential(_))) {
        return Ok(tested);
    }
    if let Some(answer) = list_page(app, &tested.source).await {
        look_at_list(app, &mut tested, &answer);
    }
    look_at_detail(app, &mut tested).await;
    Ok(tested)
}

/// The first page of the list, for sources whose list is a page or should not be one.
async fn list_page(app: &App, source: &Source) -> Option<Response> {
    use SourceKind::{Ars, Feed, Json, Page, Prefecture};
    if !matches!(source.kind, Page | Feed | Prefecture | Ars | Json) {
        return None;
    }
    let Ok(Step::List(request)) = extract::first(source, app.credential(source).ok()?.as_deref()) else { return None };
    ask(app, &request).await
}

async fn ask(app: &App, request: &Request) -> Option<Response> {
    match app.fetch(request).await {
        Ok(Fetched::Answer(answer)) => Some(answer),
        _ => None,
    }
}

fn look_at_list(app: &App, tested: &mut Tested, answer: &Response) {
    if tested.source.kind == SourceKind::Json {
        let lost = propose::lost_in_json(&tested.source, answer).into_iter();
        let source = &tested.source;
        tested.silent = lost.map(|lost| silent(app, source, "json", lost.key, lost.path, lost.instead)).collect();
        return;
    }
    let unmatched = match tested.source.kind {
        SourceKind::Page => propose::silent_in_list(&tested.source, answer),
        _ => Vec::new(),
    };
    let finds_nothing = tested.outcome.is_err();
    if unmatched.is_empty() && !finds_nothing {
        return;
    }
    let proposal = propose::list_again(answer);
    for (key, selector) in unmatched {
        let instead = proposal.as_ref().and_then(|proposal| part(&proposal.select, key));
        tested.silent.push(silent(app, &tested.source, "select", key, selector, instead));
    }
    tested.instead = proposal.filter(|_| finds_nothing);
}

async fn look_at_detail(app: &App, tested: &mut Tested) {
    let (Some(detail), Ok(trial)) = (tested.source.detail.clone(), &tested.outcome) else { return };
    if detail == DetailSelect::default() {
        return;
    }
    let urls = trial.read.iter().filter_map(|(item, _)| Url::parse(item.url.as_deref()?).ok());
    let mut pages = Vec::new();
    for url in urls.take(2) {
        pages.extend(ask(app, &Request::get(url)).await);
    }
    let Some(page) = pages.first() else { return };
    for (key, selector) in propose::silent_in_detail(&detail, page) {
        let instead = match key {
            "text" => propose::detail(&pages).map(|found| found.text.unwrap_or_else(|| "detail = true".to_owned())),
            _ => None,
        };
        tested.silent.push(silent(app, &tested.source, "detail", key, selector, instead));
    }
}

fn part(select: &ListSelect, key: &str) -> Option<String> {
    match key {
        "item" => Some(select.item.clone()),
        "title" => select.title.clone(),
        "link" => select.link.clone(),
        "text" => select.text.clone(),
        "date" => select.date.clone(),
        "deadline" => select.deadline.clone(),
        "publisher" => select.publisher.clone(),
        "place" => select.place.clone(),
        _ => None,
    }
}

fn silent(app: &App, source: &Source, table: &str, key: &str, selector: String, instead: Option<String>) -> Silent {
    let file = &app.settings.sources;
    let text = sources::text(file).unwrap_or_default();
    let line = sources::line_of(&text, source.line, table, key);
    Silent { key: format!("{table}.{key}"), selector, place: format!("{}:{line}", file.display()), instead }
}
