//! Sites of our own making, read whole: each in the shape of a family of real ones.

mod bytes;
mod data;
mod feeds;
mod pages;
mod presets;

use super::*;
use crate::model::{DetailSelect, JsonSelect, ListSelect, SourceId, Validators};

fn source(kind: SourceKind, url: &str) -> Source {
    Source {
        id: SourceId::parse("essai").unwrap(),
        name: "Essai".into(),
        kind,
        url: url.parse().unwrap(),
        publisher: None,
        relay: false,
        territory: Vec::new(),
        themes: Vec::new(),
        every: std::time::Duration::from_secs(3600),
        enabled: true,
        select: ListSelect::default(),
        detail: None,
        json: JsonSelect::default(),
        paging: None,
        credential: None,
        pages_max: 20,
        items_max: 1000,
        line: 1,
    }
}

fn answer(url: &str, content_type: &str, body: impl AsRef<[u8]>) -> Response {
    Response {
        url: url.parse().unwrap(),
        status: 200,
        content_type: Some(content_type.to_owned()).filter(|kind| !kind.is_empty()),
        body: body.as_ref().to_vec(),
        validators: Validators::default(),
    }
}

/// The list of `source` when its address answers with `body`.
fn read(source: &Source, content_type: &str, body: impl AsRef<[u8]>) -> Result<Listing, ExtractError> {
    let asked = Request::get(source.url.clone());
    list(source, &asked, &answer(source.url.as_str(), content_type, body))
}

/// `title | url | published | deadline` of each item.
fn rows(listing: &Listing) -> Vec<String> {
    let row = |item: &Item| {
        let deadline = item.fields.deadline.as_ref().map(|(_, d)| match d.time {
            Some(time) => format!("{} {}", d.date, time.format("%H:%M")),
            None => d.date.to_string(),
        });
        let published = item.published.map(|d| d.to_string());
        let or_none = |value: Option<String>| value.unwrap_or_else(|| "-".into());
        format!("{} | {} | {} | {}", item.title, or_none(item.url.clone()), or_none(published), or_none(deadline))
    };
    listing.items.iter().map(row).collect()
}

#[test]
fn every_fault_says_what_to_do() {
    let faults = [
        ExtractError::LoginPage,
        ExtractError::AntiBot,
        ExtractError::NeedsScripts,
        ExtractError::PageInsteadOfFeed { alternate: None },
        ExtractError::PageInsteadOfFeed { alternate: Some("https://a.example/feed".into()) },
        ExtractError::PageInsteadOfJson,
        ExtractError::Empty,
        ExtractError::NotAFeed { excerpt: "x".into() },
        ExtractError::EntityBomb,
        ExtractError::TooDeep { levels_max: 1 },
        ExtractError::TooMany { elements_max: 1 },
        ExtractError::TooLarge { bytes: 2, bytes_max: 1 },
        ExtractError::InvalidJson { line: 1, column: 1, excerpt: "x".into(), reason: "y".into() },
        ExtractError::ListNotFound { wanted: "li".into() },
        ExtractError::NoList,
        ExtractError::TextNotFound { wanted: "p".into() },
        ExtractError::BadSelector { wanted: "p[".into() },
        ExtractError::CredentialMissing { preset: "aides-territoires" },
        ExtractError::CredentialUnreadable { reason: "x".into() },
        ExtractError::LoginRefused { status: 401 },
        ExtractError::LoginWithoutToken,
        ExtractError::NotHandled { what: "PDF".into() },
        ExtractError::AddressIncomplete { advice: "donnez-la" },
    ];
    for fault in faults {
        assert!(fault.to_string().contains(" — "), "{fault}");
    }
}
