//! What the title says of the kind: it weighs most, and the order of its words counts.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::page::Page;
use super::super::phrases::Found;
use super::score::Scores;
use super::seen::Seen;
use super::signs::Sign;
use crate::model::Kind;

/// "12 projets labellisés", "sept nouveaux PAT reconnus", "58 projects selected": what was chosen, counted.
static COUNTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)\b(?:\d+|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|cent) ",
        r"(?:nouveaux |nouvelles )?(?:projets?|projects|lauréats?|associations?|actions?|communes|collectivités|structures",
        r"|dossiers|initiatives|candidatures|pat|territoires|villes|lieux|clubs|cantines|écoles|équipes|entreprises|porteurs)",
        r"(?: \p{L}+)? (\p{L}{3,}(?:é|és|ée|ées|nus|nues|sis|sies)|selected|funded|awarded)\b",
    ))
    .ok()
});
/// "Liste des communes accompagnées".
static LISTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\bliste des \p{L}+ (\p{L}{3,}(?:é|ée)s|retenus|retenues)\b").ok());
/// Participles that tell no winners: "douze associations intéressées", "liste des structures habilitées".
const NOT_CHOSEN: [&str; 9] =
    ["concern", "intéress", "propos", "invit", "appel", "habilit", "agré", "convention", "réserv"];

/// "Formation : …", "Stage – …": what sort of page it is, then its subject.
static LABELLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^\s*(?:formations?|stages?|emplois?|recrutement|portraits?|interview|agenda|étude|rapport|webinaire|atelier",
        r"|conférence|rencontre|vidéo|podcast|témoignages?|jeu|sortie|exposition|apprentissage|alternance|offre)\s*[:–—|-] ",
        // Somebody speaks: « Nous avons osé ».
        r"|^\s*[«“\x22]\s*(?:ma|mon|mes|je|j[’']|nous|notre|nos|on) ?\b",
    ))
    .ok()
});

/// "Appel à candidatures pour la labellisation", "Campagne 2026 d'agrément": what is called for is an accreditation.
static FOR_ACCREDITATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r" (?:appels? a (?:candidatures?|projets?|manifestations? d interet)|campagne|aap|ami|session)(?: [a-z]*\d{4})? ",
        r"(?:(?:pour|en|vue|a|au|de|des|du|d|la|le|l|les|une?|obtenir|obtention|attribution|demandes?|nouvelle|regionale|departementale|nationale) ){1,4}",
        r"(?:labellisations?|labels?|re labellisation|habilitations?|agrements?|accreditations?|conventionnements?) ",
    ))
    .ok()
});

/// "Prix Terre de femmes", "Trophées Alizés": a name after the word, at the head.
static NAMED_PRIZE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*(?:Prix|Grand prix|Trophées?|Concours|Challenge) [«“\p{Lu}]").ok());

/// "Les réponses à l'AMI", "43 candidatures reçues": what came in.
static ANSWERED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r" (?:les|des|\d+|vos) (?:reponses|candidatures|projets) (?:(?:recue?s|deposee?s|retenue?s) )?(?:a|au|aux) (?:l |un |notre |nos )?(?:appels?|aap|ami) ").ok()
});

impl Scores {
    /// Each sign counts once in a title, by its first place there.
    pub fn weigh_title(&mut self, seen: &Seen) {
        let mut done = HashSet::new();
        let names_call = seen.in_title(Sign::CallName) || seen.in_title(Sign::Campaign);
        for found in &seen.title {
            if !done.insert(found.tag) {
                continue;
            }
            if let Some((kind, points)) = in_title(found.tag, names_call, is_first_word(seen.page, found)) {
                self.prove(kind, points, seen.page.quote_title(found.at.clone()));
            }
        }
        if let Some(at) = counted(seen.page.title.text()) {
            self.prove(Kind::Results, 7.0, seen.page.quote_title(at));
        }
        if let Some(found) = LABELLED.as_ref().and_then(|label| label.find(seen.page.title.text()))
            && !names_call
        {
            self.prove(Kind::News, 6.0, seen.page.quote_title(found.range()));
        }
        if NAMED_PRIZE.as_ref().is_some_and(|prize| prize.is_match(seen.page.title.text()))
            && !seen.in_title(Sign::Prize)
        {
            self.add(Kind::Call, 4.0);
        }
        let title = seen.page.title.plain();
        let says = |turn: &LazyLock<Option<Regex>>| turn.as_ref().is_some_and(|turn| turn.is_match(title));
        if says(&FOR_ACCREDITATION) {
            self.add(Kind::Accreditation, 9.0);
            self.add(Kind::Call, -4.0);
        }
        if says(&ANSWERED) {
            self.add(Kind::Results, 5.0);
            self.add(Kind::Call, -6.0);
        }
        if seen.in_title(Sign::Accreditation) && seen.in_title(Sign::Food) {
            self.add(Kind::Accreditation, 5.0);
        }
        if seen.in_title(Sign::Accreditation) && seen.in_title(Sign::Law) {
            self.add(Kind::Accreditation, 5.0);
        }
        if starts_with_infinitive(seen.page.title.text()) {
            self.add(Kind::Aid, 3.0);
        }
        let about_first = seen.title.iter().any(|found| found.tag == Sign::About && is_first_word(seen.page, found));
        if about_first && (names_call || seen.in_title(Sign::Programme)) {
            // "Webinaire : comprendre l'appel à projets" invites to a webinar.
            self.add(Kind::Call, -7.0);
        }
        if seen.in_title(Sign::Press) && names_call {
            // "Le gouvernement lance un appel à projets" tells of a call that another page holds.
            self.add(Kind::Call, -6.0);
        }
        if seen.in_title(Sign::CallToCome) {
            self.add(Kind::Call, -6.0);
        }
        if seen.in_title(Sign::CallInPassing) {
            self.add(Kind::Call, -6.0);
            self.add(if seen.some(Sign::ResultTold) { Kind::Results } else { Kind::News }, 2.0);
        }
    }
}

/// Whether the title tells who was chosen.
pub(super) fn tells_results(seen: &Seen) -> bool {
    seen.in_title(Sign::Winner) || seen.in_title(Sign::Result) || counted(seen.page.title.text()).is_some()
}

fn counted(title: &str) -> Option<Range<usize>> {
    let captures = |regex: &'static LazyLock<Option<Regex>>| regex.as_ref()?.captures(title);
    let found = captures(&COUNTED).or_else(|| captures(&LISTED))?;
    let participle = found.get(1)?.as_str().to_lowercase();
    let chosen = !NOT_CHOSEN.iter().any(|start| participle.starts_with(start));
    chosen.then(|| found.get(0).map(|all| all.range())).flatten()
}

/// What a sign in the title says. A title may hold several: "Appel à projets : les lauréats" are results.
fn in_title(sign: Sign, names_call: bool, first: bool) -> Option<(Kind, f32)> {
    let early = |points: f32| if first { points + 3.0 } else { points };
    Some(match sign {
        Sign::CallName => (Kind::Call, 7.0),
        Sign::Prize => (Kind::Call, 4.5),
        Sign::Campaign => (Kind::Call, 5.0),
        Sign::Programme => (Kind::Call, 2.5),
        Sign::Offer => (Kind::Aid, 2.0),
        Sign::Aid => (Kind::Aid, 1.5),
        Sign::Standing => (Kind::Aid, 3.0),
        Sign::FoodAccreditation => (Kind::Accreditation, 6.0),
        Sign::Accreditation => (Kind::Accreditation, if names_call { 4.0 } else { 5.0 }),
        Sign::AccreditationStep => (Kind::Accreditation, 3.0),
        Sign::Season => (Kind::Call, 2.5),
        Sign::CallToCome => (Kind::News, 5.0),
        Sign::Winner => (Kind::Results, if names_call { 9.0 } else { 11.0 }),
        Sign::Result => (Kind::Results, 8.0),
        Sign::ResultTold => (Kind::Results, 4.0),
        Sign::Tender => (Kind::News, 9.0),
        Sign::Job => (Kind::News, 8.0),
        Sign::Inquiry => (Kind::News, 6.0),
        Sign::Law => (Kind::News, early(3.0)),
        Sign::About | Sign::Event => (Kind::News, early(3.0)),
        Sign::Publication => (Kind::News, early(2.5)),
        Sign::Press => (Kind::News, 2.0),
        Sign::CallInPassing
        | Sign::SelfNamed
        | Sign::Contest
        | Sign::Apply
        | Sign::HandIn
        | Sign::Limit
        | Sign::Name
        | Sign::Food => return None,
    })
}

fn is_first_word(page: &Page, found: &Found<Sign>) -> bool {
    const ARTICLE_BYTES: usize = 6;
    let title = page.title.text();
    found.at.start <= title.len() - title.trim_start().len() + ARTICLE_BYTES
}

/// "Accompagner les communes…", "Financer un projet…": how aids are called. "Préfecture…" and proper names are longer or
/// no verb; a few nouns in -er and -ir pass ("Atelier"), which other signs outweigh.
fn starts_with_infinitive(title: &str) -> bool {
    const VERBS_OTHER: &[&str] =
        &["mettre", "construire", "faire", "se faire", "promouvoir", "réduire", "prendre", "produire"];
    let title = title.trim().to_lowercase();
    let first = title.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let verb = first.len() > 4 && ["er", "ir"].iter().any(|end| first.ends_with(end));
    verb || VERBS_OTHER.iter().any(|verb| title.starts_with(&format!("{verb} ")))
}
