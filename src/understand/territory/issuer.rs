//! Who issues a call that another body's site shows: the text names it, and its territory is the call's.
//!
//! A town relays a foundation's call, a CCAS an ARS's, a network the Caf's. Only plain statements count: a label
//! ("Émetteur :"), the head or tail of a title ("Caf du Pas-de-Calais : …"), "l'appel à projets de la Fondation …",
//! "lancé par …", the subject of the first sentences ("La Fondation … soutient"). Which of them is believed is for
//! [`super::relay`].

use std::sync::LazyLock;

use regex::Regex;

use super::bodies::{Body, CALLED_FOR, CALLS, DONE_BY, GIVES, OPENS, body_at};
use crate::geography::{Geography, Publisher, Said, Words, fold};
use crate::model::{Field, Level, TerritoryCode};

/// A body that issues a call, and where it is named.
#[derive(Clone, Debug)]
pub(super) struct Issuer {
    pub publisher: Publisher,
    pub body: Body,
    pub named: Named,
    /// Its name, folded.
    pub name: String,
    pub field: Field,
    pub start: usize,
    pub end: usize,
}

/// How plainly a body is named, the plainest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    /// On a line of its own: "Émetteur : …".
    Label,
    /// The head or the tail of a title.
    Heading,
    /// "L'appel à projets de …", "lancé par …", "sous l'égide de …".
    CallOf,
    /// It opens the call: "… lance".
    Opens,
    /// It gives, perhaps only that: "… soutient".
    Gives,
}

/// How far into a text an issuer is looked for.
const LEAD_BYTES: usize = 2_000;

/// Words of a body's name.
const NAME_WORDS_MAX: usize = 12;

static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)^[ \u{a0}]*(?:Émetteur|Emetteur|Organisme|Organisateur|Financeur|Source|Structure|Opérateur|Émis par|Publié par|Lancé par|Proposé par|Porté par|Organisé par)(?:[ \u{a0}]*:[ \u{a0}]*|[ \u{a0}]*\n+)([^\n,]{3,90})$").ok()
});

/// The issuers that a title and the head of a text name, the plainest first; `near`: where a body named alone
/// ("la Région") is.
pub(super) fn issuers(title: &str, text: &str, near: &[TerritoryCode]) -> Vec<Issuer> {
    let lead = text.get(..text.floor_char_boundary(LEAD_BYTES)).unwrap_or(text);
    let mut found = labelled(lead, near);
    found.extend(stated(title, &Field::Title, near));
    found.extend(stated(lead, &Field::Text, near));
    // In a title before a text, then by how plainly; what stands first wins.
    found.sort_by_key(|issuer| (issuer.named != Named::Label, issuer.field != Field::Title, issuer.named));
    found
}

fn labelled(lead: &str, near: &[TerritoryCode]) -> Vec<Issuer> {
    let Some(pattern) = LABEL.as_ref() else { return Vec::new() };
    let names = pattern.captures_iter(lead).filter_map(|found| found.get(1));
    let issuer = |name: regex::Match<'_>| {
        let publisher = Geography::get().publisher_near(name.as_str(), &[near])?;
        let folded = fold(name.as_str());
        let body = body_at(&folded).map_or(Body::Wide, |(body, _)| body);
        let (start, end) = (name.start(), name.end());
        Some(Issuer { publisher, body, named: Named::Label, name: folded, field: Field::Text, start, end })
    };
    names.filter_map(issuer).take(1).collect()
}

/// The bodies of which a sentence or a title says that the call is theirs.
fn stated(text: &str, field: &Field, near: &[TerritoryCode]) -> Vec<Issuer> {
    let words = Words::of(text);
    let mut found = Vec::new();
    let mut n = 0;
    while n < words.len() {
        let Some((body, announcing)) = body_at(words.rest(n)) else {
            n += 1;
            continue;
        };
        let last = name_end(&words, n, announcing, body);
        if let Some(named) = how(&words, n, last, field)
            && let Some(publisher) = publisher(&words, (n, last), announcing, body, near)
        {
            let (start, end) = words.span(n, last);
            let name = words.phrase(n, last).to_owned();
            found.push(Issuer { publisher, body, named, name, field: field.clone(), start, end });
        }
        n += announcing;
    }
    found
}

/// The territory of a body named in words `first..=last`.
fn publisher(
    words: &Words<'_>,
    (first, last): (usize, usize),
    announcing: usize,
    body: Body,
    near: &[TerritoryCode],
) -> Option<Publisher> {
    let geography = Geography::get();
    let (start, end) = words.span(first, last);
    let by_name = geography.publisher_near(words.original(first, last), &[near]);
    match (by_name, body) {
        (Some(publisher), Body::Of(_)) if publisher.said == Said::Scope => None,
        // "Communauté de communes du Val de …" is not the commune of Val.
        (Some(publisher), Body::Of(Level::Intercommunality))
            if publisher.codes.iter().all(|code| code.level() == Level::Commune) =>
        {
            None
        }
        (Some(publisher), _) => Some(publisher),
        (None, Body::State) if last < first + announcing => {
            Some(Publisher { codes: vec![TerritoryCode::france()], start, end, said: Said::Scope })
        }
        // Named by more than its kind, and no place is found in it: somewhere, we do not know where.
        (None, Body::Of(level)) if last < first + announcing => {
            let codes = around(near, level)?;
            Some(Publisher { codes, start, end, said: Said::Place })
        }
        _ => None,
    }
}

/// The place of a level that holds all of `near`, or is it.
fn around(near: &[TerritoryCode], level: Level) -> Option<Vec<TerritoryCode>> {
    let geography = Geography::get();
    let up = |code: &TerritoryCode| match level {
        _ if code.level() == level => Some(code.clone()),
        Level::Departement => geography.departement_of(code),
        Level::Region => geography.region_of(code),
        Level::Intercommunality => geography.ancestors(code).into_iter().find(|c| c.level() == level),
        _ => None,
    };
    let first = up(near.first()?)?;
    near.iter().all(|code| up(code).as_ref() == Some(&first)).then(|| vec![first])
}

/// The last word of the name that begins at `first`.
fn name_end(words: &Words<'_>, first: usize, announcing: usize, body: Body) -> usize {
    const STOPS: &[&str] = &[
        "et", "ou", "qui", "que", "en", "a", "au", "aux", "avec", "dans", "jusqu", "avant", "vous", "nous", "est",
        "ont", "va", "vient", "ce", "cet", "cette", "son", "sa", "ses", "leur", "depuis", "dont", "n", "ne", "se", "s",
    ];
    let hyphen = |n: usize| words.gap_before(n).trim().starts_with(['-', '\u{2010}', '\u{2011}']);
    // "Caisse nationale de solidarité pour l'autonomie".
    let for_something = !matches!(body, Body::Of(_));
    let mut last = (first + announcing - 1).min(words.len().saturating_sub(1));
    while last + 1 < words.len() && last < first + NAME_WORDS_MAX {
        let (gap, next) = (words.gap_after(last), words.word(last + 1));
        let breaks = gap.chars().any(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '-' | '\'' | '’' | '&' | '.'))
            || gap.contains(". ")
            || gap.contains(" -");
        let verb = !hyphen(last + 1) && !words.capital(last + 1) && (OPENS.contains(&next) || GIVES.contains(&next));
        let of_a_group = next == "en" && body == Body::Of(Level::Intercommunality) && words.capital(last + 2);
        let stop = !hyphen(last + 1)
            && !of_a_group
            && !words.capital(last + 1)
            && (STOPS.contains(&next) || next == "pour" && !for_something);
        if breaks || verb || stop {
            break;
        }
        last += 1;
    }
    last
}

/// How the words around a body's name say that the call is its own.
fn how(words: &Words<'_>, first: usize, last: usize, field: &Field) -> Option<Named> {
    if *field == Field::Title && heads_or_ends(words, first, last) {
        return Some(Named::Heading);
    }
    if (call_of(words, first) || done_by(words, first)) && !with_another(words, last) {
        return Some(Named::CallOf);
    }
    if is_a_partner(words, first) {
        return None;
    }
    let verb = is_subject(words, first).then(|| verb_after(words, last)).flatten()?;
    Some(if OPENS.contains(&verb) { Named::Opens } else { Named::Gives })
}

/// "Caf de l'Orne : …", "[Ville de Brest] …", "Info – CNSA : …", "… – Fondation Azur", "… (Fondation Azur)".
fn heads_or_ends(words: &Words<'_>, first: usize, last: usize) -> bool {
    let (before, after) = (words.gap_before(first), words.gap_after(last));
    let opens = first == 0 || before.trim_end().ends_with(['–', '—', '|', '(', '[']) || before.ends_with(" - ");
    let heads = after.trim_start().starts_with([':', '–', '—', '|', ']']) || after.contains(" - ");
    let ends = first > 0 && last + 1 == words.len();
    opens && (heads || ends)
}

/// "Porté par l'État, la Région et …": a call of several bodies, the publisher perhaps among them.
fn with_another(words: &Words<'_>, last: usize) -> bool {
    let mut next = last + 1;
    if words.word(next) == "et" {
        next += 1;
    } else if !words.gap_after(last).trim_start().starts_with(',') {
        return false;
    }
    if matches!(words.word(next), "la" | "le" | "l" | "les") {
        next += 1;
    }
    body_at(words.rest(next)).is_some()
}

/// "L'appel à projets national de la", "le prix 2026 de l'".
fn call_of(words: &Words<'_>, first: usize) -> bool {
    let word = |back: usize| first.checked_sub(back).map_or("", |n| words.word(n));
    let called_for =
        |at: usize| CALLED_FOR.contains(&word(at)) && (at + 1..=at + 4).any(|n| matches!(word(n), "appel" | "appels"));
    // "Appel à projets Région Bretagne".
    if words.capital(first) && called_for(1) && !parted(words, first, 1) {
        return true;
    }
    let back = if matches!(word(1), "la" | "l" | "les") { 2 } else { 1 };
    if !matches!(word(back), "de" | "d" | "du" | "des") || parted(words, first, back) {
        return false;
    }
    if word(back + 1) == "egide" {
        return true;
    }
    (back + 1..=back + 3).any(|at| {
        // "Avec le concours de la Région": its help.
        let help = word(at) == "concours" && (at + 1..=at + 3).any(|n| matches!(word(n), "avec" | "grace"));
        (CALLS.contains(&word(at)) || called_for(at)) && !help && !parted(words, first, at)
    })
}

/// "Lancé par la", "proposé cette année par l'".
fn done_by(words: &Words<'_>, first: usize) -> bool {
    let word = |back: usize| first.checked_sub(back).map_or("", |n| words.word(n));
    let par = if matches!(word(1), "la" | "le" | "l" | "les") { 2 } else { 1 };
    let done = || (par + 1..=par + 3).any(|at| DONE_BY.contains(&word(at)) && !parted(words, first, at));
    // "Appel à projets culturels", and on the next line "par la Communauté de communes…".
    let below = || {
        let starts = first.checked_sub(par).is_some_and(|n| words.gap_before(n).contains('\n'));
        starts && (par + 1..=par + 12).any(|at| CALLS.contains(&word(at)) && !parted(words, first, at))
    };
    word(par) == "par" && (done() || below())
}

/// "Avec le rectorat, le Département et la Région, la Ville lance": those after "avec" stand beside the one that does.
fn is_a_partner(words: &Words<'_>, first: usize) -> bool {
    const LIST_WORDS_MAX: usize = 30;
    let word = |back: usize| first.checked_sub(back).map_or("", |n| words.word(n));
    let article = usize::from(matches!(word(1), "la" | "le" | "l" | "les"));
    let listed = word(article + 1) == "et";
    let back = if listed { LIST_WORDS_MAX } else { article + 1 };
    let ends = |at: usize| first.checked_sub(at).is_none_or(|n| words.gap_after(n).contains(['.', ';', '!', '?']));
    (1..=back).take_while(|at| !ends(*at)).any(|at| word(at) == "avec")
}

/// Whether a sentence ends in the `back` words before `first`.
fn parted(words: &Words<'_>, first: usize, back: usize) -> bool {
    (1..=back).filter_map(|n| first.checked_sub(n)).any(|n| words.gap_after(n).contains(['.', ';', ':', '!', '?']))
}

/// "La Région …": with its article, or at the start of a sentence.
fn is_subject(words: &Words<'_>, first: usize) -> bool {
    let starts = |n: usize| {
        let gap = words.gap_before(n);
        n == 0 || gap.contains(['\n', '.', ':', '!', '?', '–', '«', '|', ';'])
    };
    let Some(before) = first.checked_sub(1) else { return true };
    if !matches!(words.word(before), "la" | "le" | "l" | "les") {
        return starts(first);
    }
    let governed = |n: usize| {
        matches!(
            words.word(n),
            "de" | "par" | "avec" | "pour" | "a" | "dans" | "sur" | "chez" | "entre" | "sous" | "que" | "comme"
        )
    };
    starts(before) || before.checked_sub(1).is_none_or(|n| !governed(n))
}

/// The verb of a call that follows a name: "vous finance", "a lancé", "vient de publier".
fn verb_after<'w>(words: &'w Words<'_>, last: usize) -> Option<&'w str> {
    const BETWEEN: &[&str] =
        &["vous", "nous", "a", "ont", "va", "vient", "de", "aussi", "egalement", "cette", "annee", "en"];
    for n in last + 1..=(last + 4).min(words.len().saturating_sub(1)) {
        if words.gap_before(n).contains(['.', ';', ':', '!', '?']) {
            return None;
        }
        let word = words.word(n);
        if OPENS.contains(&word) || GIVES.contains(&word) {
            return Some(word);
        }
        let year = word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
        if !BETWEEN.contains(&word) && !year {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_near(near: &str, title: &str, text: &str, expected: &[&str]) {
        let near: Vec<_> = near.split_whitespace().map(|c| TerritoryCode::parse(c).unwrap()).collect();
        let found = issuers(title, text, &near);
        let codes = found.first().map(|issuer| issuer.publisher.codes.clone()).unwrap_or_default();
        let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes, expected, "{title} / {text}");
    }

    #[test]
    fn the_issuer_is_read_where_it_is_plainly_named() {
        let check = |title: &str, text: &str, expected: &[&str]| check_near("", title, text, expected);
        check("Fonds locaux", "Émetteur : ARS Bretagne\nClôture : 3 mars", &["R53"]);
        check("Caf de la Somme : fonds publics et territoires", "", &["D80"]);
        check("À lire", "Bonjour. La Fondation des Tables soutient les cuisines de quartier.", &["FR"]);
        check("À lire", "La Caf de l'Orne invite les gestionnaires à déposer.", &["D61"]);
        check("Accueils de jour", "La ville soutient les accueils de jour.", &[]);
        check("Département : une année de projets", "Le conseil a voté.", &[]);
        check("L'appel à projets de la Fondation Sauge", "", &["FR"]);
        check("Appel à projets Région Bretagne : tiers-lieux", "", &["R53"]);
        check("Jardins – Fondation Sauge", "", &["FR"]);
        check("À lire", "Ce concours, lancé par la Banque des Territoires, revient.", &["FR"]);
        check("À lire", "Un appel sous l'égide de la Fondation Sauge.", &["FR"]);
        check("À lire", "La Fondation Sauge a ouvert son appel. Elle aide la Fondation Lin.", &["FR"]);
        check("À lire", "La Préfecture d'Eure-et-Loir lance un appel.", &["D28"]);
        check("Info – CNSA : aidants", "", &["FR"]);
        check("À lire", "La Caisse nationale de solidarité pour l'autonomie ouvre un appel.", &["FR"]);
        check("L'État lance un appel", "", &["FR"]);
        check("L'ARS Grand Est vient de publier son appel", "", &["R44"]);
    }

    #[test]
    fn a_body_that_is_merely_named_issues_nothing() {
        let check = |text: &str| check_near("44109", "À lire", text, &[]);
        check("Avec le concours de la Fondation Sauge.");
        check("Avec le concours financier de la Fondation Sauge.");
        check("Les locaux de la Région accueillent un forum.");
        check("Un appel porté par l'État, la Région et la Ville de Nantes.");
        check("Relayé par la Ville. Signé avec la Caf.");
        check("Une charte de la Fondation Sauge. Soutient qui veut.");
    }

    #[test]
    fn a_body_named_alone_is_that_of_the_relay() {
        check_near("53130", "La Région vous finance", "", &["R52"]);
        check_near("53130", "Parentalité : la Caf lance un appel", "", &["D53"]);
        check_near("D53", "À lire", "L'Agence régionale de santé ouvre un appel.", &["R52"]);
        check_near("53130 44109", "La Caf lance un appel", "", &[]);
    }
}
