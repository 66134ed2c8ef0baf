//! One source visited: its list, page after page, then the pages of its items. Nothing is stored here.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use tokio::time::{Instant, timeout_at};

use crate::extract::{self, ExtractError, Listing, Step};
use crate::fetch::{FetchError, Fetched, Next};
use crate::model::{Ailment, Item, Request, Response, Source, Validators};
use crate::pdf::{self, PdfFault};
use crate::pipeline::App;
use crate::pipeline::read::words_of;
use crate::store::{ItemHead, SourceState, StoreError};

/// Why a source could not be read. Prints as a French sentence that an administrator can act on.
#[derive(Debug)]
pub enum Fault {
    Fetch(FetchError),
    Extract(ExtractError),
    /// An item's page is a PDF whose words cannot be had.
    Pdf(PdfFault),
    Credential(String),
    /// The site answered; what it says could not be kept.
    Store(StoreError),
    /// The pages of the list took all the time that the settings give a source.
    OutOfTime(Duration),
}

impl Fault {
    pub(super) fn ailment(&self) -> Ailment {
        match self {
            Self::Extract(ExtractError::LoginPage) => Ailment::LoginPage,
            Self::Extract(ExtractError::AntiBot) => Ailment::AntiBot,
            Self::Extract(ExtractError::ListNotFound { .. }) => Ailment::ListNotFound,
            _ => Ailment::Unreadable,
        }
    }

    /// When the site itself says to come back later.
    pub fn asks_to_wait(&self) -> Option<TimeDelta> {
        match self {
            Self::Fetch(error) => match error.next() {
                Next::RetryIn(wait) => TimeDelta::from_std(wait).ok(),
                Next::AskAHuman => None,
            },
            _ => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetch(error) => error.fmt(f),
            Self::Extract(error) => error.fmt(f),
            Self::Pdf(fault) => fault.fmt(f),
            Self::Credential(why) => f.write_str(why),
            Self::OutOfTime(max) => write!(
                f,
                "le site est trop lent : la suite de sa liste n’a pas été lue en {} — augmentez visit_max dans [fetch], ou baissez pages_max dans la source",
                minutes(*max)
            ),
            Self::Store(error) => write!(f, "ce qui a été lu n'a pas pu être enregistré : {error}"),
        }
    }
}

impl From<FetchError> for Fault {
    fn from(error: FetchError) -> Self {
        Self::Fetch(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ExtractError> for Fault {
    fn from(error: ExtractError) -> Self {
        Self::Extract(error)
    }
}

pub(in crate::pipeline) enum Visited {
    /// The list is as it was; what it listed is still there.
    NotModified {
        seen: Vec<ItemHead>,
    },
    Listed(Box<Visit>),
}

pub(in crate::pipeline) struct Visit {
    pub seen: Vec<Seen>,
    /// How many items the list held.
    pub listed: usize,
    pub validators: BTreeMap<String, Validators>,
    pub remarks: Vec<String>,
    /// A later page failed: what was read before it is kept.
    pub incomplete: Option<Fault>,
    /// Items whose pages there was no time for: they are read next time.
    pub left: usize,
    /// Items without title or link.
    pub not_whole: usize,
    /// The days on which what it lists was published.
    pub published: Vec<NaiveDate>,
}

impl Visit {
    pub fn empty() -> Self {
        Self {
            seen: Vec::new(),
            listed: 0,
            validators: BTreeMap::new(),
            remarks: Vec::new(),
            incomplete: None,
            left: 0,
            not_whole: 0,
            published: Vec::new(),
        }
    }
}

/// One item of the list.
pub(in crate::pipeline) enum Seen {
    /// As it was known.
    Unchanged(ItemHead),
    /// New, or not as it was.
    Read(Box<Found>),
}

pub(in crate::pipeline) struct Found {
    pub item: Item,
    /// Empty when the item's page could not be read: it is then tried again next time.
    pub list_hash: String,
    pub content_hash: String,
    pub detail_validators: Validators,
}

pub(super) async fn visit(
    app: &App,
    source: &Source,
    state: &SourceState,
    heads: Vec<ItemHead>,
) -> Result<Visited, Fault> {
    let ends = Instant::now() + app.settings.fetch.visit_max;
    let credential = app.credential(source).map_err(Fault::Credential)?;
    let mut request = match first_request(app, source, credential.as_deref()).await {
        Ok(request) => request,
        Err(fault) => elsewhere(source, None, fault)?,
    };
    let asked = request.url.to_string();
    if let Some(validators) = state.validators.get(&asked)
        && !heads.is_empty()
        && !pages_want_a_look(source, state, app.clock.civil())
    {
        request.validators = validators.clone();
    }
    let fetched = match app.fetch(&request).await {
        Ok(fetched) => fetched,
        Err(error) => {
            request = elsewhere(source, Some(&request), error.into())?;
            app.fetch(&request).await?
        }
    };
    let answer = match fetched {
        Fetched::NotModified => {
            // What it no longer listed when it was last read is not listed now.
            let listed = |head: &ItemHead| state.last_read_at.is_none_or(|at| head.last_seen >= at);
            return Ok(Visited::NotModified { seen: heads.into_iter().filter(listed).collect() });
        }
        Fetched::Answer(answer) => answer,
    };
    let mut visit = Visit { validators: BTreeMap::from([(asked, answer.validators.clone())]), ..Visit::empty() };
    let items = list(app, source, &request, &answer, &mut visit, ends).await?;
    visit.listed = items.len();
    visit.published = items.iter().filter_map(|item| item.published).collect();
    details(app, source, items, heads, &mut visit, ends).await;
    Ok(Visited::Listed(Box::new(visit)))
}

/// Reads the pages of the items, those first that are new or changed in the list; what there is no time for waits.
async fn details(app: &App, source: &Source, items: Vec<Item>, heads: Vec<ItemHead>, visit: &mut Visit, ends: Instant) {
    // Of two campaigns at one address, the later row is the current one.
    let mut known: HashMap<String, ItemHead> = heads.into_iter().map(|head| (head.key.clone(), head)).collect();
    let mut queue: Vec<(Item, Option<ItemHead>)> = items
        .into_iter()
        .map(|item| {
            let head = known.remove(item.key());
            (item, head)
        })
        .collect();
    if source.detail.is_some() {
        queue.sort_by_key(|(item, head)| head.as_ref().is_some_and(|head| head.list_hash == hash(item)));
    }
    for (item, head) in queue {
        let in_time = timeout_at(ends, detailed(app, source, item, head.clone(), &mut visit.remarks)).await;
        match (in_time, head) {
            (Ok(seen), _) => visit.seen.push(seen),
            (Err(_), head) => {
                visit.left += 1;
                visit.seen.extend(head.map(Seen::Unchanged));
            }
        }
    }
    if visit.left > 0 {
        let max = minutes(app.settings.fetch.visit_max);
        visit.remarks.insert(
            0,
            format!(
                "le site est lent : après {max}, {} pages d'annonces restent pour le prochain relevé (visit_max)",
                visit.left
            ),
        );
    }
}

fn minutes(max: Duration) -> String {
    match max.as_secs() {
        seconds if seconds < 120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}

/// A deadline is put off on the item's page, not in the list: once a day the list is read whole, so that its pages are
/// asked whether they changed.
fn pages_want_a_look(source: &Source, state: &SourceState, now: DateTime<Utc>) -> bool {
    let stale = |at: DateTime<Utc>| now - at >= TimeDelta::days(1);
    source.detail.is_some() && state.last_read_at.is_none_or(stale)
}

/// What to ask instead, when the site has another place for the same; else the fault.
fn elsewhere(source: &Source, asked: Option<&Request>, fault: Fault) -> Result<Request, Fault> {
    let from_the_site =
        matches!(&fault, Fault::Fetch(error) if error.next() == Next::AskAHuman) || matches!(fault, Fault::Extract(_));
    let first = Request::get(source.url.clone());
    let instead = extract::instead(source, asked.unwrap_or(&first)).filter(|_| from_the_site);
    instead.ok_or(fault)
}

async fn first_request(app: &App, source: &Source, credential: Option<&str>) -> Result<Request, Fault> {
    match extract::first(source, credential)? {
        Step::List(request) => Ok(request),
        Step::Login(login) => match app.fetch(&login).await? {
            Fetched::Answer(answer) => Ok(extract::after_login(source, credential, &answer)?),
            Fetched::NotModified => Ok(login),
        },
    }
}

/// Every page of the list. The first must be readable; a later one that fails leaves what was read.
async fn list(
    app: &App,
    source: &Source,
    request: &Request,
    answer: &Response,
    visit: &mut Visit,
    ends: Instant,
) -> Result<Vec<Item>, Fault> {
    let items_max = source.items_max as usize;
    let mut items = Vec::new();
    let mut next = take(extract::list(source, request, answer)?, &mut items, visit);
    let mut pages = 1;
    while let Some(request) = next.take() {
        if pages >= source.pages_max || items.len() >= items_max {
            visit
                .remarks
                .push(format!("la liste continue au-delà de {pages} pages : pages_max ou items_max l'arrête ici"));
            break;
        }
        pages += 1;
        match timeout_at(ends, page(app, source, &request)).await {
            Ok(Ok(listing)) => next = take(listing, &mut items, visit),
            Ok(Err(fault)) => visit.incomplete = Some(fault),
            Err(_) => visit.incomplete = Some(Fault::OutOfTime(app.settings.fetch.visit_max)),
        }
    }
    let mut keys = std::collections::HashSet::new();
    items.retain(|item| keys.insert(item.key().to_owned()));
    items.truncate(items_max);
    Ok(items)
}

async fn page(app: &App, source: &Source, request: &Request) -> Result<Listing, Fault> {
    match app.fetch(request).await? {
        Fetched::Answer(answer) => Ok(extract::list(source, request, &answer)?),
        Fetched::NotModified => Ok(Listing::default()),
    }
}

fn take(listing: Listing, items: &mut Vec<Item>, visit: &mut Visit) -> Option<Request> {
    visit.not_whole += listing.problems.len();
    visit.remarks.extend(listing.problems.iter().map(ToString::to_string));
    visit.remarks.extend(listing.notes);
    items.extend(listing.items);
    listing.next
}

/// Follows the item's page, when the source says so; a page that does not answer leaves what was known.
async fn detailed(app: &App, source: &Source, item: Item, head: Option<ItemHead>, remarks: &mut Vec<String>) -> Seen {
    let mut list_hash = hash(&item);
    let mut validators = Validators::default();
    let mut item = item;
    if let Some(mut request) = extract::detail_request(source, &item) {
        let same_in_list = head.as_ref().is_some_and(|head| head.list_hash == list_hash);
        if let Some(head) = head.as_ref().filter(|_| same_in_list) {
            request.validators = head.detail_validators.clone();
        }
        match (follow(app, source, &item, &request).await, head.as_ref()) {
            (Ok(Some((read, its))), _) => {
                (item, validators) = (read, its);
                let later = documents(app, source, &mut item, remarks).await;
                // What a site cannot give for now was not withdrawn.
                match head.as_ref().filter(|_| later) {
                    Some(head) => return Seen::Unchanged(head.clone()),
                    None if later => list_hash.clear(),
                    None => {}
                }
            }
            (Ok(None), Some(head)) => return Seen::Unchanged(head.clone()),
            (Ok(None), None) => {}
            (Err(fault), known) => {
                remarks.push(format!("« {} » : {fault}", item.title));
                if let Some(head) = known {
                    return Seen::Unchanged(head.clone());
                }
                list_hash.clear();
            }
        }
    }
    let content_hash = hash(&item);
    match head {
        Some(head) if head.content_hash == content_hash && head.list_hash == list_hash => Seen::Unchanged(head),
        _ => Seen::Read(Box::new(Found { item, list_hash, content_hash, detail_validators: validators })),
    }
}

/// `None`: the page says that it did not change.
async fn follow(
    app: &App,
    source: &Source,
    item: &Item,
    request: &Request,
) -> Result<Option<(Item, Validators)>, Fault> {
    match app.fetch(request).await? {
        Fetched::NotModified => Ok(None),
        Fetched::Answer(answer) => {
            let validators = answer.validators.clone();
            let answer = words_of(answer).await.map_err(Fault::Pdf)?;
            Ok(Some((extract::detail(source, item.clone(), &answer)?, validators)))
        }
    }
}

/// Adds the words of the PDFs that the source wants read, only when the item's page is read anew. Whether one failed in a
/// way that passes.
async fn documents(app: &App, source: &Source, item: &mut Item, remarks: &mut Vec<String>) -> bool {
    let mut later = false;
    for document in extract::documents(source, item) {
        let Ok(url) = document.url.parse() else { continue };
        let words = async {
            match app.fetch(&Request::get(url)).await? {
                Fetched::Answer(answer) => pdf::read(&answer.body).await.map_err(Fault::Pdf),
                Fetched::NotModified => Ok(String::new()),
            }
        };
        match words.await {
            Ok(words) => extract::attach(item, &document, &words),
            Err(fault) => {
                later |= fault.asks_to_wait().is_some();
                remarks.push(format!("« {} », pièce jointe {} : {fault}", item.title, document.url));
            }
        }
    }
    later
}

/// An item that no visit found.
pub(in crate::pipeline) fn found(item: Item) -> Found {
    let hash = hash(&item);
    Found { item, list_hash: hash.clone(), content_hash: hash, detail_validators: Validators::default() }
}

fn hash(item: &Item) -> String {
    let written = serde_json::to_vec(item).unwrap_or_default();
    let digest = Sha256::digest(&written);
    crate::model::hex(digest.get(..16).unwrap_or_default())
}
