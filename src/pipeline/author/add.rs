//! A new source out of an address: what to read there, tried before anything is written.

use url::Url;

use super::body::{self, Body};
use super::trial::{self, Trial};
use crate::extract::propose::{self, Place, Proposal, Survey};
use crate::extract::{self, ExtractError, Listing, Step};
use crate::fetch::Fetched;
use crate::model::{Request, Response, Source, SourceId, TerritoryCode};
use crate::pipeline::collect::Fault;
use crate::pipeline::{App, Trouble};
use crate::sources;

/// Items that are read to show what a source would give.
pub const ITEMS_SHOWN: u32 = 10;
/// Pages of items that are compared to find their text.
const PAGES_COMPARED: usize = 2;

/// What whoever adds a source says of it.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub id: Option<String>,
    pub name: Option<String>,
    pub territory: Vec<TerritoryCode>,
    /// Which of the ways to read it, from 1; the best without it.
    pub choice: Option<usize>,
}

/// What could be written, shown before it is.
#[derive(Debug)]
pub struct Offer {
    pub source: Source,
    pub proposal: Proposal,
    pub trial: Trial,
    /// All the ways that were found, the best first; the chosen one among them.
    pub ways: Vec<Proposal>,
    pub chosen: usize,
    /// Places of its name among which nothing decides.
    pub homonyms: Vec<TerritoryCode>,
    /// Feeds that the page announces and that could not be read: address and reason.
    pub refused: Vec<(String, String)>,
    /// The entry, as it would be added to sources.toml.
    pub entry: String,
}

/// Looks at an address and tries the best way to read it. Nothing is written.
pub async fn propose(app: &App, address: &str, wish: &Wish) -> Result<Result<Offer, Fault>, Trouble> {
    let url = parse(address)?;
    if let Some(known) = app.sources.iter().find(|source| same(&source.url, &url)) {
        return Err(Trouble::Words(format!(
            "cette adresse est déjà celle de la source « {} » ({}, ligne {}) : « glaneur sources test {} » la montre",
            known.id,
            app.settings.sources.display(),
            known.line,
            known.id
        )));
    }
    let id = wish.id.as_deref().map(|id| check_id(app, id)).transpose()?;
    let (survey, refused) = match survey(app, &url).await {
        Ok(surveyed) => surveyed,
        Err(fault) => return Ok(Err(fault)),
    };
    let body = body::body(&survey.url, survey.names.site.as_deref());
    let ways = survey.proposals.clone();
    let order: Vec<usize> = match wish.choice {
        None => (0..ways.len()).collect(),
        Some(n) if (1..=ways.len()).contains(&n) => vec![n - 1],
        Some(n) => {
            return Err(Trouble::Words(format!(
                "il n’y a pas de façon de lire n° {n} : la dernière est la n° {}",
                ways.len()
            )));
        }
    };
    let mut last = None;
    for chosen in order {
        let Some(proposal) = ways.get(chosen).cloned() else { continue };
        let source = source_of(app, &proposal, &body, id.clone(), wish)?;
        match tried(app, proposal, source).await? {
            Ok((proposal, source, trial)) if !trial.read.is_empty() => {
                let entry = sources::entry(&source, &comments(app, &proposal, &body, &source));
                return Ok(Ok(Offer {
                    source,
                    proposal,
                    trial,
                    ways,
                    chosen,
                    homonyms: body.homonyms,
                    refused,
                    entry,
                }));
            }
            Ok(_) => last = last.or_else(|| Some(nothing())),
            Err(fault) => last = Some(fault),
        }
    }
    Ok(Err(last.unwrap_or_else(nothing)))
}

fn nothing() -> Fault {
    Fault::Extract(ExtractError::NoList)
}

/// Adds the entry to sources.toml; gives its line.
pub fn write(app: &App, offer: &Offer) -> Result<usize, Trouble> {
    Ok(sources::append(&app.settings.sources, &offer.entry)?)
}

fn parse(address: &str) -> Result<Url, Trouble> {
    let address = address.trim();
    let whole = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    let url = Url::parse(&whole).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| {
        Trouble::Words(format!(
            "« {address} » n’est pas une adresse de page : copiez-la entière depuis le navigateur, avec https://"
        ))
    })
}

fn same(a: &Url, b: &Url) -> bool {
    let plain = |url: &Url| url.as_str().split('#').next().unwrap_or_default().trim_end_matches('/').to_owned();
    plain(a) == plain(b)
}

fn check_id(app: &App, id: &str) -> Result<SourceId, Trouble> {
    let parsed = SourceId::parse(id).map_err(|_| {
        Trouble::Words(format!("« {id} » ne peut pas être un identifiant : prenez 1 à 60 lettres minuscules sans accent, chiffres et tirets"))
    })?;
    match app.sources.iter().find(|source| source.id == parsed) {
        Some(known) => {
            Err(Trouble::Words(format!("l’identifiant « {id} » sert déjà à la source de la ligne {}", known.line)))
        }
        None => Ok(parsed),
    }
}

/// The address, then the places that its page points to.
async fn survey(app: &App, url: &Url) -> Result<(Survey, Vec<(String, String)>), Fault> {
    let answer = ask(app, &Request::get(url.clone())).await?;
    let mut survey = propose::survey(&answer)?;
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    for place in survey.places.clone() {
        match look_in(app, &place).await {
            Ok(listing) => found.push((place, listing)),
            // A usual place that answers 404 says nothing: it is only usual.
            Err(fault) if place.announced => refused.push((place.url.to_string(), fault.to_string())),
            Err(_) => {}
        }
    }
    survey.weigh(found);
    Ok((survey, refused))
}

async fn look_in(app: &App, place: &Place) -> Result<Listing, Fault> {
    let id = SourceId::parse("essai").map_err(|error| Fault::Credential(error.to_string()))?;
    let source = Source::new(id, "essai", place.kind, place.url.clone());
    let request = match extract::first(&source, None)? {
        Step::List(request) => request,
        Step::Login(before) => extract::after_login(&source, None, &ask(app, &before).await?)?,
    };
    let answer = ask(app, &request).await?;
    Ok(extract::list(&source, &request, &answer)?)
}

async fn ask(app: &App, request: &Request) -> Result<Response, Fault> {
    match app.fetch(request).await? {
        Fetched::Answer(answer) => Ok(answer),
        Fetched::NotModified => Err(nothing()),
    }
}

fn source_of(
    app: &App,
    proposal: &Proposal,
    body: &Body,
    id: Option<SourceId>,
    wish: &Wish,
) -> Result<Source, Trouble> {
    let name = wish.name.clone().unwrap_or_else(|| body.name.clone());
    let taken = |id: &str| app.sources.iter().any(|source| source.id.as_str() == id);
    let id = match id {
        Some(id) => id,
        None => SourceId::parse(&body::id(&name, &taken)).map_err(|error| Trouble::Words(error.to_string()))?,
    };
    let territory = if wish.territory.is_empty() { body.territory.clone() } else { wish.territory.clone() };
    // What nobody is sure of is written, and waits for somebody to look.
    Ok(Source { territory, enabled: proposal.is_sure(), ..proposal.source(id, &name) })
}

/// Reads the first items, and how to read their pages.
async fn tried(
    app: &App,
    mut proposal: Proposal,
    mut source: Source,
) -> Result<Result<(Proposal, Source, Trial), Fault>, Trouble> {
    let brief = |source: &Source| Source { pages_max: 1, items_max: ITEMS_SHOWN, ..source.clone() };
    let plain = Source { detail: None, ..brief(&source) };
    if source.detail.is_some() {
        let listed = match trial::of(app, &plain).await? {
            Ok(listed) => listed,
            Err(fault) => return Ok(Err(fault)),
        };
        let pages = pages(app, &listed).await;
        if !pages.is_empty() {
            let detail = propose::detail(&pages);
            if detail.is_none() {
                let documents = pages.iter().all(|page| page.body.trim_ascii_start().starts_with(b"%PDF"));
                let doubt = if documents {
                    "les annonces sont des fichiers PDF : seule la liste est lue"
                } else {
                    "les pages des annonces se ressemblent trop pour en trouver le texte : seule la liste est lue"
                };
                proposal.doubts.push(doubt.to_owned());
            }
            proposal.detail.clone_from(&detail);
            source.detail = detail;
        }
    }
    let mut trial = match trial::of(app, &brief(&source)).await? {
        Ok(trial) => trial,
        Err(fault) => return Ok(Err(fault)),
    };
    // That a trial stops after ten is no news.
    trial.remarks.retain(|remark| !remark.contains("items_max") && !remark.contains("premiers sont lus"));
    Ok(Ok((proposal, source, trial)))
}

/// The pages of the first items, those that answer.
async fn pages(app: &App, listed: &Trial) -> Vec<Response> {
    let mut pages = Vec::new();
    for (item, _) in listed.read.iter().take(PAGES_COMPARED + 1) {
        let Some(url) = item.url.as_deref().and_then(|url| Url::parse(url).ok()) else { continue };
        if let Ok(page) = ask(app, &Request::get(url)).await {
            pages.push(page);
        }
        if pages.len() == PAGES_COMPARED {
            break;
        }
    }
    pages
}

/// What stands above the entry, for whoever reads the file later.
fn comments(app: &App, proposal: &Proposal, body: &Body, source: &Source) -> Vec<String> {
    let mut comments = vec![format!(
        "{} : proposée par « glaneur sources add » le {}.",
        source.name,
        app.clock.civil().with_timezone(&app.settings.time_zone).format("%d/%m/%Y")
    )];
    let sentence = |words: &str| {
        let mut chars = words.chars();
        let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
        format!("{first}{}.", chars.as_str().trim_end_matches('.'))
    };
    comments.extend(proposal.why.iter().map(|why| sentence(why)));
    comments.extend(proposal.doubts.iter().map(|doubt| format!("À vérifier : {doubt}.")));
    if source.territory.is_empty() {
        let codes: Vec<&str> = body.homonyms.iter().map(TerritoryCode::as_str).collect();
        comments.push(match codes.as_slice() {
            [] => "À compléter : le territoire, par exemple territory = \"D93\" ; sans lui, un appel qui ne dit pas où reste sans lieu.".to_owned(),
            codes => format!("À compléter : le territoire ; plusieurs lieux portent ce nom, prenez un de ces codes : {}.", codes.join(", ")),
        });
    }
    comments
}
