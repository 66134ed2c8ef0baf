//! What to read at an address, worked out from the page itself: for those who add a source without writing selectors.
//!
//! [`survey`] looks at one answer; the places it names are fetched by whoever asked, and [`Survey::weigh`] puts in order
//! what they gave. Pure: it makes no request, and refuses to know territories and what a member wants.

mod data;
mod detail;
mod groups;
mod pages;
mod parts;
mod profile;
mod selector;
mod silent;
mod site;

#[cfg(test)]
mod tests;

use scraper::Html;
use url::Url;

use super::{ExtractError, Listing, charset, guard, jsontext, page, wall};
use crate::model::{DetailSelect, Item, JsonSelect, ListSelect, Paging, Response, Source, SourceId, SourceKind};
pub use data::{Lost, lost as lost_in_json};
pub use detail::propose as detail;
use pages::NextPage;
pub(super) use profile::is_generic;
pub use silent::{Unmatched, in_detail as silent_in_detail, in_list as silent_in_list};
pub use site::{Cms, Names, Place};
pub(super) use site::{spip, spip_section};

/// A proposal below this score is a guess that a person must look at.
pub const SURE_SCORE_MIN: u32 = 55;
/// Below this score there is no list worth showing.
const SCORE_MIN: u32 = 30;
/// Lists of one page that are shown.
const PROPOSALS_MAX: usize = 3;

/// One way to read a site.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    pub kind: SourceKind,
    pub url: Url,
    pub select: ListSelect,
    pub detail: Option<DetailSelect>,
    pub json: JsonSelect,
    pub paging: Option<Paging>,
    /// From 0 to 100; see [`SURE_SCORE_MIN`].
    pub score: u32,
    /// Why, in French, one short sentence each.
    pub why: Vec<String>,
    /// What a person should look at, in French.
    pub doubts: Vec<String>,
}

/// What one answer shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    pub url: Url,
    pub names: Names,
    pub cms: Cms,
    /// Places to ask: they may hold the same announcements in a form made for machines.
    pub places: Vec<Place>,
    /// The best first.
    pub proposals: Vec<Proposal>,
    /// Addresses of the items of the best list.
    links: Vec<String>,
}

impl Proposal {
    fn new(kind: SourceKind, url: Url, score: u32, why: impl Into<String>) -> Self {
        Self {
            kind,
            url,
            select: ListSelect::default(),
            detail: None,
            json: JsonSelect::default(),
            paging: None,
            score,
            why: vec![why.into()],
            doubts: Vec::new(),
        }
    }

    pub fn is_sure(&self) -> bool {
        self.score >= SURE_SCORE_MIN
    }

    /// The source that this would be, for a trial.
    pub fn source(&self, id: SourceId, name: &str) -> Source {
        Source {
            select: self.select.clone(),
            detail: self.detail.clone(),
            json: self.json.clone(),
            paging: self.paging.clone(),
            ..Source::new(id, name, self.kind, self.url.clone())
        }
    }
}

/// Looks at one answer: a feed, data, or a page with lists.
pub fn survey(response: &Response) -> Result<Survey, ExtractError> {
    let url = response.url.clone();
    let text = charset::decode(&response.body, response.content_type.as_deref());
    if let Some(known) = known_api(&url) {
        return Ok(Survey::of_one(url, known));
    }
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if start.starts_with('{') || start.starts_with('[') {
        return Ok(Survey::of_one(url.clone(), of_data(&text, url)));
    }
    let head = start.get(..start.floor_char_boundary(1_000)).unwrap_or(start).to_lowercase();
    if ["<rss", "<feed", "<rdf:rdf"].iter().any(|tag| head.contains(tag)) {
        let proposal = Proposal::new(SourceKind::Feed, url.clone(), 90, "l’adresse est celle d’un flux");
        return Ok(Survey::of_one(url, proposal.followed()));
    }
    guard::check(&text)?;
    let document = Html::parse_document(&text);
    let base = page::base(&document, &url);
    let cms = site::cms(&document, &text);
    let (proposals, links) = lists(&document, &url, &base);
    if proposals.is_empty()
        && let Some(fault) = wall::instead_of_list(&text)
    {
        return Err(fault);
    }
    Ok(Survey { names: site::names(&document), cms, places: site::places(&document, &url, cms), proposals, links, url })
}

/// Data, with the paths that were worked out; without them, the usual names are all that will be tried.
fn of_data(text: &str, url: Url) -> Proposal {
    let mut proposal = Proposal::new(SourceKind::Json, url, SCORE_MIN, "l’adresse répond par des données JSON");
    let root = jsontext::parse(text).ok().map(|(root, _)| root);
    if let Some(select) = root.as_ref().and_then(data::select) {
        let list = select.items.as_deref().unwrap_or_default();
        proposal
            .why
            .push(format!("sa liste « {list} » a des titres : chaque chemin a été choisi d’après le nom de la clé"));
        proposal.score = if select.link.is_some() { SURE_SCORE_MIN + 5 } else { SCORE_MIN };
        proposal.json = select;
    }
    proposal
}

/// Addresses that say by themselves what answers there.
fn known_api(url: &Url) -> Option<Proposal> {
    let host = url.host_str().unwrap_or("");
    let path = url.path();
    if host.starts_with("aides-territoires") {
        let mut proposal = Proposal::new(
            SourceKind::AidesTerritoires,
            url.clone(),
            80,
            "c’est le portail Aides-territoires, dont l’interface est connue",
        );
        proposal.doubts.push("il faut une clé d’accès, gratuite : demandez-la au site".to_owned());
        return Some(proposal);
    }
    let is_portal =
        path.contains("/explore/dataset/") || path.contains("/catalog/datasets/") || path.contains("/api/records/1.0/");
    is_portal.then(|| {
        Proposal::new(SourceKind::Opendatasoft, url.clone(), 85, "c’est un jeu de données d’un portail Opendatasoft")
    })
}

/// The lists of a page as proposals, and the addresses that the best one lists.
fn lists(document: &Html, url: &Url, base: &Url) -> (Vec<Proposal>, Vec<String>) {
    let groups = groups::lists(document, base);
    let mut proposals: Vec<Proposal> = Vec::new();
    let mut links: Vec<Vec<String>> = Vec::new();
    for group in groups.iter().filter(|group| group.score >= SCORE_MIN) {
        let its: Vec<String> =
            group.profiles.iter().filter_map(|p| p.link.as_ref()).map(|link| link.as_str().to_owned()).collect();
        // Two selectors of one list are one proposal.
        if links.iter().any(|known| shared(known, &its) * 2 > its.len().min(known.len())) {
            continue;
        }
        proposals.push(of_group(document, url, group));
        links.push(its);
        if proposals.len() == PROPOSALS_MAX {
            break;
        }
    }
    (proposals, links.into_iter().next().unwrap_or_default())
}

fn of_group(document: &Html, url: &Url, group: &groups::Group<'_>) -> Proposal {
    let count = group.items.len();
    let why = format!("une liste de {count} éléments semblables, chacun avec son lien et son titre");
    let mut proposal = Proposal::new(SourceKind::Page, url.clone(), group.score, why).followed();
    proposal.select = parts::select(group);
    match pages::next(document, url) {
        Some(NextPage::Usual) => proposal.why.push("la page suivante s’annonce d’elle-même (rel=next)".to_owned()),
        Some(NextPage::Link(selector)) => {
            proposal.select.next = Some(selector);
            proposal.why.push("un lien mène à la page suivante".to_owned());
        }
        Some(NextPage::Counted(paging)) => {
            proposal.paging = Some(paging);
            proposal.why.push("un nombre dans l’adresse compte les pages".to_owned());
        }
        None => {}
    }
    if proposal.select.deadline.is_some() {
        proposal.why.push("la date limite se lit dans la liste".to_owned());
    }
    let external =
        group.profiles.iter().filter_map(|p| p.link.as_ref()).filter(|link| link.host() != url.host()).count();
    if external * 2 > count {
        proposal.doubts.push(
            "la plupart des liens mènent à d’autres sites : si ce site relaie leurs appels, ajoutez relay = true"
                .to_owned(),
        );
    }
    if !proposal.is_sure() {
        proposal.doubts.push("Glaneur n’est pas sûr que ce soit la bonne liste : regardez les titres".to_owned());
    }
    proposal
}

fn shared(a: &[String], b: &[String]) -> usize {
    a.iter().filter(|link| b.contains(link)).count()
}

impl Proposal {
    /// Each item's page is read too: lists rarely say all.
    fn followed(mut self) -> Self {
        self.detail = Some(DetailSelect::default());
        self
    }
}

impl Survey {
    /// Whether a place speaks of this page only, and not of its whole site.
    fn is_of_the_section(&self, proposal: &Proposal) -> bool {
        let path = self.url.path().trim_end_matches('/');
        let below = path.len() > 1 && proposal.url.path().starts_with(path);
        below || proposal.url.query().is_some_and(|query| query.contains("id_rubrique="))
    }

    fn of_one(url: Url, proposal: Proposal) -> Self {
        Self {
            url,
            names: Names::default(),
            cms: Cms::Unknown,
            places: Vec::new(),
            proposals: vec![proposal],
            links: Vec::new(),
        }
    }

    /// Takes in what the places gave. A feed of the same announcements goes before the page; one of the whole site goes
    /// after a list that is sure.
    pub fn weigh(&mut self, found: Vec<(Place, Listing)>) {
        let best = self.proposals.first().map_or(0, |proposal| proposal.score);
        for (place, listing) in found {
            if listing.items.is_empty() {
                continue;
            }
            let links: Vec<String> = listing.items.iter().filter_map(|item| item.url.clone()).collect();
            let same = shared(&self.links, &links);
            let whole = self.links.len().min(links.len()).max(1);
            let calls = listing.items.iter().filter(|item| is_call(item)).count();
            let mut proposal = Proposal::new(place.kind, place.url, 0, place.why).followed();
            let count = listing.items.len();
            proposal.score = match () {
                () if same * 2 >= whole && (same * 2 >= count || self.is_of_the_section(&proposal)) => {
                    proposal.why.push(format!("il donne les mêmes annonces que la page ({same} sur {whole})"));
                    (best + 5).clamp(85, 100)
                }
                () if calls * 2 >= count => {
                    proposal.why.push(format!("{calls} de ses {count} entrées parlent d’appels ou d’aides"));
                    SURE_SCORE_MIN + 5
                }
                () => {
                    proposal
                        .doubts
                        .push("ce flux est celui de tout le site : les actualités s’y mêlent aux appels".to_owned());
                    SCORE_MIN + 5
                }
            };
            self.proposals.push(proposal);
        }
        self.proposals.sort_by_key(|proposal| std::cmp::Reverse(proposal.score));
        self.proposals.dedup_by(|a, b| a.kind == b.kind && a.url == b.url && a.select == b.select);
    }
}

fn is_call(item: &Item) -> bool {
    profile::says_call(&item.title)
}

/// The selectors of the list of a page that looks most like announcements, for a source whose own no longer match.
pub fn list_again(response: &Response) -> Option<Proposal> {
    survey(response).ok()?.proposals.into_iter().find(|proposal| proposal.kind == SourceKind::Page)
}
