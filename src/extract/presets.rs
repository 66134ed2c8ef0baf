//! Sites that share a make: préfectures, agences régionales de santé, SPIP. One address is enough, whichever the site.
//!
//! The usual layouts are tried in turn; a site that has none of them is read by the list that its page shows, and says so.

use url::Url;

use super::{ExtractError, Listing, page, propose};
use crate::model::{ListSelect, Request, Response, Source, SourceKind};

/// item, title, link, date.
type Layout = (&'static str, &'static str, &'static str, &'static str);

/// The State's design system, then what was before it.
const PREFECTURE: &[Layout] = &[
    (".fr-card", ".fr-card__title", ".fr-card__title a@href", ".fr-card__detail"),
    (".fr-tile", ".fr-tile__title", ".fr-tile__title a@href", ".fr-tile__detail"),
    (".liste-articles .article", ".titre", "a@href", ".date"),
];
const ARS: &[Layout] = &[
    ("div.accueil-appels-projets--item", "h3", "h3 a@href", ".date"),
    (".view-appels-projets .views-row", "h3", "h3 a@href", ".date"),
    (".fr-card", ".fr-card__title", ".fr-card__title a@href", ".fr-card__detail"),
];
/// The link to the next page on both.
const NEXT: &str = "a.fr-pagination__link--next, .pager__item--next a, a[rel~=next]@href";

/// Reads a list by the layouts of its make.
pub fn list(source: &Source, asked: &Request, response: &Response) -> Result<Listing, ExtractError> {
    let (layouts, make) = match source.kind {
        SourceKind::Ars => (ARS, "des ARS"),
        _ => (PREFECTURE, "des préfectures"),
    };
    let mut empty = None;
    for layout in layouts {
        match page::list(&dressed(source, select(layout)), asked, response) {
            Ok(listing) if !listing.items.is_empty() => return Ok(listing),
            Ok(listing) => empty = Some(listing),
            Err(ExtractError::ListNotFound { .. }) => {}
            Err(fault) => return Err(fault),
        }
    }
    if let Some(empty) = empty {
        return Ok(empty);
    }
    let wanted = format!("les gabarits habituels {make}");
    let found = propose::list_again(response)
        .filter(propose::Proposal::is_sure)
        .ok_or(ExtractError::ListNotFound { wanted })?;
    let item = found.select.item.clone();
    let mut listing = page::list(&Source { paging: found.paging, ..dressed(source, found.select) }, asked, response)?;
    listing.notes.push(format!("la page n’a aucun des gabarits habituels {make} : la liste « {item} » a été trouvée d’après la page — vérifiez les titres"));
    Ok(listing)
}

fn dressed(source: &Source, select: ListSelect) -> Source {
    Source { kind: SourceKind::Page, select, ..source.clone() }
}

fn select((item, title, link, date): &Layout) -> ListSelect {
    let some = |setting: &str| Some(setting.to_owned());
    ListSelect {
        item: (*item).to_owned(),
        title: some(title),
        link: some(link),
        date: some(date),
        next: some(NEXT),
        ..ListSelect::default()
    }
}

/// The feed of a SPIP site, out of any of its pages: of the section that the page is, else of the whole site.
pub fn spip_feed(given: &Url) -> Url {
    if given.query().is_some_and(|query| query.contains("page=backend")) {
        return given.clone();
    }
    let query = match propose::spip_section(given) {
        Some(section) => format!("page=backend&id_rubrique={section}"),
        None => "page=backend".to_owned(),
    };
    propose::spip(given, &query).unwrap_or_else(|| given.clone())
}
