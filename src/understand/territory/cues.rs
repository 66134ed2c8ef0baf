//! What the words around a place say of it: applicants, the body that launches the call, an address, an aside.

use super::cue_words::{
    APPLICANTS, APPLICANTS_PLURAL, APPLYING, ASIDES, BODIES, CONCERNED, CONCERNED_NOUNS, LAUNCHES, LIMITS, STREETS,
};
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
    /// The words draw a line ("limité à", "situés en", "sur le territoire de").
    Limits,
}

/// Words looked at before a place.
const BEFORE_WORDS_MAX: usize = 9;

/// Words looked at after a place, for a verb.
const AFTER_WORDS_MAX: usize = 9;

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
    // "Les structures France Services".
    let of_a_name =
        whole && words.gap_after(last).trim().is_empty() && words.capital(last + 1) && last + 1 < words.len();
    if of_a_name && !said_of_france {
        return Cue::Aside;
    }
    if whole && cue < Cue::Launches && !said_of_france { Cue::Aside } else { cue }
}

fn said(words: &Words<'_>, first: usize, last: usize, from: usize) -> Cue {
    let before = |back: usize| first.checked_sub(back).filter(|n| *n >= from).map_or("", |n| words.word(n));
    let near = |list: &[&str], reach: usize| (1..=reach).any(|back| list.contains(&before(back)));
    let body = near(BODIES, 4);
    if body && launches(words, last) {
        return Cue::Launches;
    }
    // "L'appel à projets pour le département du Nord".
    let called_for =
        near(&["departement", "departements", "region"], 3) && near(&["pour"], 5) && near(&["appel", "appels"], 8);
    if called_for || near(LIMITS, 6) && !near(BODIES, 2) {
        return Cue::Limits;
    }
    if near(APPLICANTS, 6) && !near(BODIES, 2) {
        return Cue::Applicants;
    }
    if applicants_of(words, first, from) {
        return Cue::Applicants;
    }
    if near(CONCERNED_NOUNS, 5) && follows(words, last, APPLYING) {
        return Cue::Applicants;
    }
    let body = body && !near(&["departement", "departements", "region"], 3);
    let line = line_start(words, first, from);
    let concerned =
        (1..=4).filter_map(|back| first.checked_sub(back)).any(|n| n >= line && CONCERNED.contains(&words.word(n)));
    match (body, concerned || before(1) == "en") {
        (true, _) => Cue::Body,
        (false, true) => Cue::Concerned,
        (false, false) => Cue::Bare,
    }
}

/// "Les associations sportives de la Manche", "communes et CCAS d'": those who may apply are of the place.
fn applicants_of(words: &Words<'_>, first: usize, from: usize) -> bool {
    let before = |back: usize| first.checked_sub(back).filter(|n| *n >= from).map_or("", |n| words.word(n));
    let linking =
        |word: &str| matches!(word, "de" | "d" | "du" | "des" | "la" | "le" | "l" | "les" | "en" | "a" | "au");
    let links = (1..=3).take_while(|back| linking(before(*back))).count();
    let parted =
        (1..=links + 2).filter_map(|back| first.checked_sub(back)).any(|n| words.gap_after(n).contains([':', '(']));
    // "Le CCAS de Clermont-Ferrand" is one, whoever may apply.
    let one = |back: usize| {
        matches!(before(back), "ccas" | "epci") && matches!(before(back + 1), "le" | "du" | "au" | "un" | "d" | "l")
    };
    links > 0 && !parted && (links + 1..=links + 2).any(|back| APPLICANTS_PLURAL.contains(&before(back)) && !one(back))
}

/// Whether a verb follows that launches the call.
fn launches(words: &Words<'_>, last: usize) -> bool {
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

/// Where the line begins, unless it goes on with the sentence before it. A heading above still says what is drawn or
/// who may apply ("Périmètre"), so this is for weaker words.
fn line_start(words: &Words<'_>, first: usize, from: usize) -> usize {
    (from..=first).rev().find(|n| begins_line(words, *n, first)).unwrap_or(from)
}

/// Whether a line that is no wrapped sentence's begins at word `n`, before the place itself.
fn begins_line(words: &Words<'_>, n: usize, first: usize) -> bool {
    n < first && words.gap_before(n).contains('\n') && words.capital(n) && !begins_with_digit(words.word(n))
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
