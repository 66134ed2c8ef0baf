//! What the words around a place say of it: applicants, the body that launches the call, an address, an aside.

use crate::geography::{Mention, Words, Written};
use crate::model::Level;

/// What the sentence makes of a place, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cue {
    /// An address, a court, an example, a laureate, a venue: nothing about where one may apply.
    Aside,
    /// Named, no more.
    Bare,
    /// A body of that place is named ("la préfecture de l'Aisne").
    Body,
    /// The words suggest that projects take place there ("dans le département de").
    Concerned,
    /// A body of that place launches the call.
    Launches,
    /// The words say who may apply or where ("sur le territoire de", "associations implantées en").
    Applicants,
}

/// Words looked at before a place.
const BEFORE_WORDS_MAX: usize = 9;

/// Words looked at after a place, for a verb.
const AFTER_WORDS_MAX: usize = 9;

const STREETS: &[&str] = &[
    "rue",
    "avenue",
    "boulevard",
    "bd",
    "av",
    "quai",
    "chemin",
    "impasse",
    "allee",
    "allees",
    "cours",
    "esplanade",
    "cedex",
    "bp",
    "cs",
    "route",
    "faubourg",
    "tel",
    "telephone",
    "fax",
    "courrier",
    "adresse",
    "metro",
    "rer",
    "gare",
    "station",
];

/// Words that make the place that follows closely something else than the call's territory.
const ASIDES: &[&str] = &[
    "tribunal",
    "cour",
    "laureat",
    "laureats",
    "laureate",
    "exemple",
    "comme",
    "tels",
    "telles",
    "notamment",
    "universite",
    "chu",
    "journal",
    "photo",
    "credit",
    "accord",
    "accords",
    "declaration",
    "conference",
    "salon",
    "congres",
    "forum",
    "rencontre",
    "rencontres",
    "webinaire",
    "tiendra",
    "deroulera",
    "lieu",
    "jeux",
    "olympiques",
    "coupe",
    "recueil",
    "inspire",
    "partenariat",
    "partenaires",
    "copyright",
    "traite",
    "siecle",
    "hopital",
    "stade",
    "musee",
    "bourse",
    "sciences",
];

const APPLICANTS: &[&str] = &[
    "limite",
    "limites",
    "limitee",
    "limitees",
    "reserve",
    "reserves",
    "reservee",
    "reservees",
    "situe",
    "situes",
    "situee",
    "situees",
    "implante",
    "implantes",
    "implantee",
    "implantees",
    "domicilie",
    "domicilies",
    "domiciliee",
    "domiciliees",
    "residant",
    "resident",
    "residents",
    "residentes",
    "habitants",
    "habitantes",
    "habitant",
    "eligible",
    "eligibles",
    "eligibilite",
    "perimetre",
    "porteurs",
    "exercant",
    "intervenant",
    "oeuvrant",
    "agissant",
    "deroulant",
    "derouler",
    "ouvert",
    "ouverte",
    "ouverts",
    "ouvertes",
    "localise",
    "localises",
    "localisee",
    "localisees",
    "territoire",
    "territoires",
    "etablis",
    "etabli",
    "etablie",
    "etablies",
    "presents",
    "presentes",
    "installes",
    "installees",
    "beneficiaires",
    "concernes",
    "concernees",
    "destination",
    "destine",
    "destines",
    "destinee",
    "candidats",
    "candidates",
];

const CONCERNED: &[&str] = &[
    "departement",
    "departements",
    "region",
    "associations",
    "association",
    "communes",
    "collectivites",
    "acteurs",
    "structures",
    "entreprises",
    "projets",
    "projet",
    "quartiers",
    "jeunes",
    "familles",
    "benefice",
    "echelle",
    "dans",
    "sein",
    "etablissements",
    "publics",
    "public",
    "actions",
    "contrat",
    "lycees",
    "colleges",
    "organismes",
    "campagne",
    "habilitation",
    "agglomeration",
    "cohesion",
    "offre",
    "accompagnement",
    "soutien",
    "appel",
    "appels",
];

const BODIES: &[&str] = &[
    "prefecture",
    "prefet",
    "prefete",
    "departemental",
    "departement",
    "ville",
    "mairie",
    "municipalite",
    "region",
    "regional",
    "regionale",
    "ars",
    "sante",
    "dreets",
    "drieets",
    "draaf",
    "driaaf",
    "drihl",
    "drac",
    "dreal",
    "ddets",
    "ddetspp",
    "ddt",
    "ddtm",
    "ddcs",
    "ddcspp",
    "caf",
    "cpam",
    "carsat",
    "metropole",
    "academie",
    "rectorat",
    "commune",
    "communaute",
    "ccas",
    "etat",
    "cress",
    "chambre",
    "fondation",
    "federation",
    "directions",
    "direction",
    "agence",
    "msa",
    "urssaf",
    "conference",
    "conseil",
    "services",
];

const LAUNCHES: &[&str] = &[
    "lance",
    "lancent",
    "propose",
    "proposent",
    "ouvre",
    "ouvrent",
    "publie",
    "publient",
    "souhaite",
    "souhaitent",
    "organise",
    "organisent",
    "recherche",
    "reconduit",
    "reconduisent",
    "renouvelle",
    "soutient",
    "soutiennent",
    "accompagne",
    "accompagnent",
    "met",
    "mettent",
    "invite",
    "invitent",
    "finance",
    "financent",
    "engage",
    "initie",
    "lancement",
];

/// Verbs and adjectives of those who may apply.
const APPLYING: &[&str] = &[
    "peuvent",
    "peut",
    "pourront",
    "doivent",
    "eligible",
    "eligibles",
    "repondre",
    "candidater",
    "postuler",
    "deposer",
];

/// Nouns that, followed by an adjective of place, say who is concerned ("les associations franciliennes").
const CONCERNED_NOUNS: &[&str] = &[
    "associations",
    "association",
    "acteurs",
    "structures",
    "communes",
    "collectivites",
    "entreprises",
    "habitants",
    "habitantes",
    "territoire",
    "territoires",
    "publics",
    "public",
    "jeunes",
    "porteurs",
    "etablissements",
    "lycees",
    "lyceens",
    "colleges",
    "familles",
    "seniors",
    "organismes",
    "menages",
    "allocataires",
    "agriculteurs",
    "bailleurs",
    "population",
    "populations",
    "citoyens",
    "quartiers",
    "projets",
    "etudiants",
    "artistes",
    "departement",
    "region",
    "intercommunalites",
    "epci",
];

/// What the sentence says of a place, from the words before and after it.
pub fn cue(words: &Words<'_>, mention: &Mention, text: &str) -> Cue {
    let (first, last) = mention.words;
    let from = sentence_start(words, first);
    let before = |back: usize| first.checked_sub(back).filter(|n| *n >= from).map_or("", |n| words.word(n));
    let near = |list: &[&str], reach: usize| (1..=reach).any(|back| list.contains(&before(back)));
    let after_street =
        near(STREETS, 6) && (1..=7).any(|back| begins_with_digit(before(back))) || near(&STREETS[..10], 3);
    let postcode = before(1).len() == 5 && before(1).bytes().all(|b| b.is_ascii_digit());
    if after_street || postcode || matches!(words.word(last + 1), "cedex") || in_web_address(text, mention) {
        return Cue::Aside;
    }
    if mention.written == Written::Adjective {
        return if CONCERNED_NOUNS.contains(&before(1)) { Cue::Applicants } else { Cue::Bare };
    }
    if near(ASIDES, 4) {
        return Cue::Aside;
    }
    let cue = said(words, first, last, from);
    // "France 2030", "avec le soutien de l'Union européenne": names of programmes and of those who pay.
    let whole = mention.candidates.iter().any(|c| matches!(c.level(), Level::Country | Level::Europe));
    let said_of_france = matches!(before(1), "en" | "toute");
    if whole && cue < Cue::Launches && !said_of_france { Cue::Aside } else { cue }
}

fn said(words: &Words<'_>, first: usize, last: usize, from: usize) -> Cue {
    let before = |back: usize| first.checked_sub(back).filter(|n| *n >= from).map_or("", |n| words.word(n));
    let near = |list: &[&str], reach: usize| (1..=reach).any(|back| list.contains(&before(back)));
    let body = near(BODIES, 4);
    if body && launches(words, last) {
        return Cue::Launches;
    }
    if near(APPLICANTS, 6) && !near(BODIES, 2) {
        return Cue::Applicants;
    }
    if near(CONCERNED_NOUNS, 5) && follows(words, last, APPLYING) {
        return Cue::Applicants;
    }
    let body = body && !near(&["departement", "departements", "region"], 2);
    match (body, near(CONCERNED, 4)) {
        (true, _) => Cue::Body,
        (false, true) => Cue::Concerned,
        (false, false) => Cue::Bare,
    }
}

/// Whether a verb follows that launches the call.
pub fn launches(words: &Words<'_>, last: usize) -> bool {
    follows(words, last, LAUNCHES)
}

/// Whether one of these words follows in the sentence.
fn follows(words: &Words<'_>, last: usize, wanted: &[&str]) -> bool {
    let end = (last + AFTER_WORDS_MAX).min(words.len());
    for n in last..end {
        if n > last && wanted.contains(&words.word(n)) {
            return true;
        }
        if ends_sentence(words.gap_after(n)) {
            return false;
        }
    }
    false
}

fn sentence_start(words: &Words<'_>, first: usize) -> usize {
    let lowest = first.saturating_sub(BEFORE_WORDS_MAX);
    (lowest..first).rev().find(|n| ends_sentence(words.gap_after(*n))).map_or(lowest, |n| n + 1)
}

fn ends_sentence(gap: &str) -> bool {
    gap.contains(['!', '?', ';']) || gap.starts_with(". ") || gap.starts_with(".\n") || gap.contains("\n\n")
}

fn begins_with_digit(word: &str) -> bool {
    word.bytes().next().is_some_and(|b| b.is_ascii_digit())
}

/// `www.montreuil.fr`, `contact@nantes.fr`.
fn in_web_address(text: &str, mention: &Mention) -> bool {
    let before = text.get(..mention.start).and_then(|t| t.chars().next_back());
    let mut after = text.get(mention.end..).unwrap_or_default().chars();
    let after = (after.next(), after.next());
    matches!(before, Some('@' | '/' | '.' | '_'))
        || matches!(after, (Some('@' | '_'), _))
        || matches!(after, (Some('.'), Some(c)) if c.is_ascii_lowercase())
}
