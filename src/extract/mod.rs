//! Bytes to clean items: feeds, pages, JSON, and the APIs that Glaneur knows by name.
//!
//! Pure: it plans requests and reads answers, `fetch` makes them. A round over one source is
//! [`first`] (then [`after_login`]), [`list`] until it names no next page, then [`detail_request`] and [`detail`] for
//! each item whose page is followed. It refuses to know the network, the clock, and what a notice means.

mod aides_territoires;
mod audience;
mod charset;
mod clean;
mod dates;
mod detail;
mod error;
mod escape;
mod eu_funding;
mod feed;
mod guard;
mod json;
mod jsontext;
mod listing;
mod maintext;
mod markup;
mod opendatasoft;
mod page;
mod paging;
mod presets;
pub mod propose;
mod repair;
mod wall;
mod wordpress;

#[cfg(test)]
mod tests;

pub use clean::{LABEL_CHARS_MAX, LINK_BYTES_MAX, TEXT_BYTES_MAX, TITLE_CHARS_MAX};
pub use clean::{label, text, title};
pub use detail::{PageText, attach, documents, page_text};
pub use error::ExtractError;
pub use feed::FEED_BYTES_MAX;
pub use listing::{ItemFault, ItemProblem, Listing};

use crate::model::{Item, Request, Response, Source, SourceKind};
use listing::finish;

/// What to ask first.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Something to ask before the list: a login, the number of a category. The answer goes to [`after_login`].
    Login(Request),
    /// The answer goes to [`list`].
    List(Request),
}

/// Plans the first request. `credential` is the content of the source's credential file.
pub fn first(source: &Source, credential: Option<&str>) -> Result<Step, ExtractError> {
    match source.kind {
        SourceKind::AidesTerritoires => aides_territoires::login(source, credential).map(Step::Login),
        SourceKind::Opendatasoft => {
            let request = Request::get(opendatasoft::address(&source.url)?);
            paging::with_headers(request, credential).map(Step::List)
        }
        SourceKind::Wordpress => Ok(wordpress::first(source)),
        SourceKind::EuFunding => eu_funding::first(source).map(Step::List),
        SourceKind::Spip => Ok(Step::List(Request::get(presets::spip_feed(&source.url)))),
        SourceKind::Feed | SourceKind::Page | SourceKind::Json | SourceKind::Prefecture | SourceKind::Ars => {
            paging::with_headers(Request::get(source.url.clone()), credential).map(Step::List)
        }
    }
}

/// Plans the list's request out of the answer to the login.
pub fn after_login(source: &Source, _credential: Option<&str>, response: &Response) -> Result<Request, ExtractError> {
    match source.kind {
        SourceKind::Wordpress => wordpress::after(source, response),
        _ => aides_territoires::after_login(source, response),
    }
}

/// What to ask instead when `asked` cannot be read: a site may close its interface and keep its feed.
pub fn instead(source: &Source, asked: &Request) -> Option<Request> {
    match source.kind {
        SourceKind::Wordpress => wordpress::feed_instead(source, asked),
        _ => None,
    }
}

/// Reads one page of the list.
pub fn list(source: &Source, asked: &Request, response: &Response) -> Result<Listing, ExtractError> {
    match source.kind {
        SourceKind::Feed | SourceKind::Spip => feed::list(source, response),
        SourceKind::Page => page::list(source, asked, response),
        SourceKind::Json => json::list(source, asked, response),
        SourceKind::AidesTerritoires => aides_territoires::list(source, asked, response),
        SourceKind::Opendatasoft => opendatasoft::list(source, asked, response),
        SourceKind::Wordpress => wordpress::list(source, asked, response),
        SourceKind::Prefecture | SourceKind::Ars => presets::list(source, asked, response),
        SourceKind::EuFunding => eu_funding::list(source, asked, response),
    }
}

/// Plans the request of an item's page, when the source follows them and the item has one.
pub fn detail_request(source: &Source, item: &Item) -> Option<Request> {
    source.detail.as_ref()?;
    item.url.as_deref().and_then(|url| url.parse().ok()).map(Request::get)
}

/// Adds what an item's page says: main text, title, date, deadline, attachments.
pub fn detail(source: &Source, item: Item, response: &Response) -> Result<Item, ExtractError> {
    detail::read(source, item, response)
}
