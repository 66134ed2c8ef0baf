//! The bodies that issue calls, by the words their names begin with, and the verbs with which they do; all folded.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::Level;

/// What kind of body it is: how far it reaches when its name does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Ministries and bodies whose calls the State's services handle in each place.
    State,
    /// Foundations, agencies, funds: everywhere, unless their name says where.
    Wide,
    /// A body of each place of this level: "la Région", "la Caf"; where a relay names it alone, its own.
    Of(Level),
}

const COMMUNE: Body = Body::Of(Level::Commune);
const GROUP: Body = Body::Of(Level::Intercommunality);
const DEPARTEMENT: Body = Body::Of(Level::Departement);
const REGION: Body = Body::Of(Level::Region);

/// The words that a body's name begins with; the longest is meant.
const BODIES: &[(&str, Body)] = &[
    ("ministere", Body::State),
    ("ministre", Body::State),
    ("dilcrah", Body::State),
    ("mildeca", Body::State),
    ("dihal", Body::State),
    ("dgcs", Body::State),
    ("etat", Body::State),
    ("gouvernement", Body::State),
    ("anct", Body::State),
    ("cnsa", Body::State),
    ("agence nationale de la cohesion", Body::State),
    ("delegation interministerielle", Body::State),
    ("mission interministerielle", Body::State),
    ("secretariat d etat", Body::State),
    ("agence nationale", Body::Wide),
    ("agence francaise", Body::Wide),
    ("agence du service civique", Body::Wide),
    ("agence erasmus", Body::Wide),
    ("caisse nationale", Body::Wide),
    ("caisse des depots", Body::Wide),
    ("banque des territoires", Body::Wide),
    ("centre national", Body::Wide),
    ("office national", Body::Wide),
    ("office francais", Body::Wide),
    ("institut national", Body::Wide),
    ("commission europeenne", Body::Wide),
    ("union europeenne", Body::Wide),
    ("cerv", Body::Wide),
    ("horizon europe", Body::Wide),
    ("europe creative", Body::Wide),
    ("corps europeen", Body::Wide),
    ("fondation", Body::Wide),
    ("fonds de dotation", Body::Wide),
    ("fonds national", Body::Wide),
    ("ademe", Body::Wide),
    ("anah", Body::Wide),
    ("anru", Body::Wide),
    ("cnaf", Body::Wide),
    ("cnav", Body::Wide),
    ("bpifrance", Body::Wide),
    ("france travail", Body::Wide),
    ("franceagrimer", Body::Wide),
    ("france active", Body::Wide),
    ("malakoff humanis", Body::Wide),
    ("ag2r", Body::Wide),
    ("msa", DEPARTEMENT),
    ("mutualite sociale agricole", DEPARTEMENT),
    ("ars", REGION),
    ("agence regionale", REGION),
    ("agence regionale de sante", REGION),
    ("dreets", REGION),
    ("drieets", REGION),
    ("deets", REGION),
    ("drihl", REGION),
    ("draaf", REGION),
    ("driaaf", REGION),
    ("daaf", REGION),
    ("drac", REGION),
    ("drajes", REGION),
    ("dreal", REGION),
    ("region", REGION),
    ("conseil regional", REGION),
    ("prefecture de region", REGION),
    ("prefet de region", REGION),
    ("carsat", REGION),
    ("caf", DEPARTEMENT),
    ("caisse d allocations familiales", DEPARTEMENT),
    ("cpam", DEPARTEMENT),
    ("ddets", DEPARTEMENT),
    ("ddetspp", DEPARTEMENT),
    ("sdjes", DEPARTEMENT),
    ("departement", DEPARTEMENT),
    ("conseil departemental", DEPARTEMENT),
    ("collectivite europeenne d alsace", DEPARTEMENT),
    ("conference des financeurs", DEPARTEMENT),
    ("prefecture", DEPARTEMENT),
    ("prefet", DEPARTEMENT),
    ("prefete", DEPARTEMENT),
    ("metropole", GROUP),
    ("agglomeration", GROUP),
    ("communaute d agglomeration", GROUP),
    ("communaute de communes", GROUP),
    ("communaute urbaine", GROUP),
    ("ville", COMMUNE),
    ("mairie", COMMUNE),
    ("municipalite", COMMUNE),
    ("commune", COMMUNE),
    ("ccas", COMMUNE),
];

/// The bodies by the first word of their names.
static BY_FIRST_WORD: LazyLock<HashMap<&str, Vec<(&str, Body)>>> = LazyLock::new(|| {
    let mut by_first: HashMap<&str, Vec<(&str, Body)>> = HashMap::new();
    for (words, body) in BODIES {
        by_first.entry(words.split(' ').next().unwrap_or_default()).or_default().push((words, *body));
    }
    by_first
});

/// The body whose name begins a folded text, and how many words announce it.
pub(super) fn body_at(folded: &str) -> Option<(Body, usize)> {
    let first = folded.split([' ', '\n']).next()?;
    let begins =
        |words: &str| folded.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n']));
    let candidates = BY_FIRST_WORD.get(first)?.iter().filter(|(words, _)| begins(words));
    let (words, body) = candidates.max_by_key(|(words, _)| words.len())?;
    Some((*body, words.split(' ').count()))
}

/// Verbs of a body that opens a call.
pub(super) const OPENS: &[&str] = &[
    "lance",
    "lancent",
    "lancer",
    "relance",
    "relancent",
    "ouvre",
    "ouvrent",
    "ouvert",
    "ouvrir",
    "rouvre",
    "publie",
    "publient",
    "publier",
    "reconduit",
    "reconduisent",
    "renouvelle",
    "organise",
    "organisent",
    "propose",
    "proposent",
    "recherche",
    "recherchent",
    "invite",
    "invitent",
    "appelle",
    "selectionne",
    "recoit",
    "decerne",
    "recompense",
];

/// Verbs of a body that gives: it may also be said of what it gave.
pub(super) const GIVES: &[&str] =
    &["soutient", "soutiennent", "finance", "financent", "accompagne", "accompagnent", "aide", "aident"];

/// Participles of what is done by a body: "lancé par".
pub(super) const DONE_BY: &[&str] = &[
    "lance",
    "lancee",
    "lances",
    "lancees",
    "ouvert",
    "ouverte",
    "propose",
    "proposee",
    "organise",
    "organisee",
    "porte",
    "portee",
    "pilote",
    "pilotee",
    "initie",
    "initiee",
    "publie",
    "publiee",
    "emis",
    "prolonge",
    "prolongee",
    "reconduit",
    "cree",
    "creee",
];

/// Nouns of a call, before the body whose call it is.
pub(super) const CALLS: &[&str] =
    &["appel", "appels", "aap", "ami", "prix", "concours", "trophees", "bourse", "bourses", "challenge"];

/// What a call calls for: counts after "appel à".
pub(super) const CALLED_FOR: &[&str] =
    &["projets", "projet", "candidatures", "candidature", "interet", "initiatives", "idees", "volontaires", "dons"];

/// Words of the names of the State's services in a place: they handle the calls of ministries there.
pub(super) const STATE_SERVICES: &[&str] = &[
    "prefecture",
    "prefet",
    "prefete",
    "ddets",
    "ddetspp",
    "ddcs",
    "ddcspp",
    "ddt",
    "ddtm",
    "dreets",
    "drieets",
    "deets",
    "drihl",
    "drajes",
    "sdjes",
    "draaf",
    "driaaf",
    "daaf",
    "drac",
    "dreal",
    "driea",
    "drieat",
    "ars",
    "academie",
    "rectorat",
    "dsden",
    "drdfe",
    "etat",
];
