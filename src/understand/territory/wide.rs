//! Claims of a country or of the Union that no name of a place makes: "le territoire national", "toute la France",
//! "established in a Member State".

use super::claims::{Claim, LEAD_BYTES};
use super::cues::Cue;
use crate::geography::Words;
use crate::model::{Field, TerritoryCode};

/// Nouns of a contest that is everybody's when it is national.
const CONTESTS: &[&str] = &["prix", "concours", "trophee", "trophees", "palmares", "challenge", "appel", "appels"];

/// Labels that a reach follows: "Périmètre : national".
const REACHES: &[&str] =
    &["territoire", "zone", "perimetre", "echelle", "niveau", "portee", "envergure", "ampleur", "couverture"];

/// The claims of France or of the Union, in the order of the text.
pub(super) fn wide(words: &Words<'_>, field: &Field) -> Vec<Claim> {
    let mut found = Vec::new();
    for n in 0..words.len() {
        let said = national(words, n, field).map(|(cue, first)| (TerritoryCode::france(), cue, first));
        let union = || european(words, n).map(|(cue, first)| (TerritoryCode::europe(), cue, first));
        let Some((code, cue, first)) = said.or_else(union) else { continue };
        let (start, end) = words.span(first, n);
        found.push(Claim {
            codes: vec![code],
            ambiguous: vec![],
            field: field.clone(),
            start,
            end,
            cue,
            in_lead: *field != Field::Title && start < LEAD_BYTES,
            narrows: None,
        });
    }
    found
}

/// What says "everywhere in France" with word `n`, and the first word of it.
fn national(words: &Words<'_>, n: usize, field: &Field) -> Option<(Cue, usize)> {
    let word = |back: usize| n.checked_sub(back).map_or("", |at| words.word(at));
    let labelled = n > 0 && words.gap_before(n).contains(':');
    let (cue, back) = match (word(2), word(1), word(0)) {
        (_, "territoire", "national" | "francais") => (Cue::Applicants, 1),
        // A métropole calls its own so, too: "communes du territoire métropolitain".
        (_, "territoire", "metropolitain") => (Cue::Concerned, 1),
        ("toute", "la", "france") | ("partout", "en", "france") => (Cue::Applicants, 2),
        (
            _,
            "collectivites" | "territoriales" | "communes" | "associations" | "villes" | "structures",
            "francaises",
        ) => (Cue::Applicants, 1),
        (_, "france", "entiere") => (Cue::Applicants, 1),
        ("tout", "le", "pays") | ("ensemble", "du", "pays") if the_country(words, n) => (Cue::Applicants, 2),
        ("metropole", "et" | "ou", "outre") | ("metropolitaine", "et" | "ou", "outre") => (Cue::Applicants, 2),
        ("toutes", "les", "regions") if words.word(n + 1) != "de" => (Cue::Applicants, 2),
        (_, label, "national" | "nationale" | "france") if labelled && REACHES.contains(&label) => (Cue::Applicants, 1),
        (_, reach, "national" | "nationale") if REACHES.contains(&reach) => (Cue::Concerned, 1),
        (_, "projets" | "projet" | "candidatures" | "interet", "national" | "nationaux") => (Cue::Concerned, 1),
        (_, contest, "national" | "nationaux") if CONTESTS.contains(&contest) => (Cue::Concerned, 1),
        (_, "plan" | "programme", "national") if field == &Field::Title => (Cue::Concerned, 1),
        _ => return None,
    };
    Some((cue, n - back))
}

/// "Le pays", not "le pays de Gex".
fn the_country(words: &Words<'_>, n: usize) -> bool {
    let named = words.gap_after(n).trim().is_empty()
        && (words.capital(n + 1) || matches!(words.word(n + 1), "de" | "du" | "des" | "d"));
    !words.capital(n) && !named
}

/// What says "everywhere in the Union" with word `n`, and the first word of it.
fn european(words: &Words<'_>, n: usize) -> Option<(Cue, usize)> {
    let word = |back: usize| n.checked_sub(back).map_or("", |at| words.word(at));
    let back = match (word(2), word(1), word(0)) {
        ("tous" | "toutes", "les", "etats") if words.word(n + 1) == "membres" => 2,
        ("un" | "des", "etat" | "etats", "membre" | "membres") => 2,
        ("all" | "eu" | "a" | "an", "member", "state" | "states") => 2,
        ("toute", "l", "union" | "europe") => 2,
        ("pays" | "etats", "de", "l") if words.word(n + 1) == "union" => 2,
        (_, "european", "union") | (_, "the", "eu") if within_it(words, n) => 1,
        (_, "eligible" | "participating", "country" | "countries") => 1,
        _ => return None,
    };
    Some((Cue::Applicants, n - back))
}

/// "Located in the European Union", not "funded by the European Union".
fn within_it(words: &Words<'_>, n: usize) -> bool {
    (1..=3).filter_map(|back| n.checked_sub(back)).any(|n| matches!(words.word(n), "in" | "across" | "throughout"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everywhere_is_said_without_a_name() {
        let check = |text: &str, expected: &str| {
            let found = wide(&Words::of(text), &Field::Text);
            let codes: Vec<_> = found.iter().flat_map(|claim| &claim.codes).map(|code| code.as_str()).collect();
            assert_eq!(codes.join(" "), expected, "{text}");
            assert!(found.iter().all(|claim| text.get(claim.start..claim.end).is_some_and(|said| !said.is_empty())));
        };
        check("Sur l'ensemble du territoire national.", "FR");
        check("Des communes de toute la France.", "FR");
        check("Territoire : national", "FR");
        check("Un appel à projets national revient.", "FR");
        check("En métropole et outre-mer.", "FR");
        check("Dans toutes les régions de programme.", "");
        check("Dans le cadre du programme national.", "");
        check("La conférence nationale se tiendra.", "");
        check("Dans tous les États membres.", "EU");
        check("Bodies established in a Member State.", "EU");
        check("Les États généraux du pays.", "");
        check("Towns located in the European Union.", "EU");
        check("Co-funded by the European Union.", "");
        check("Pour tout le pays.", "FR");
        check("Pour tout le pays de Retz et tout le pays Bigouden.", "");
    }
}
