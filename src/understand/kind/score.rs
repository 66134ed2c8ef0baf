//! What each sign weighs, for which kind, by where it stands.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::Input;
use super::super::page::{Page, Zone};
use super::super::phrases::Found;
use super::Closes;
use super::signs::{SIGNS, Sign};
use crate::model::{Field, Kind, Quote};

const KINDS: [Kind; 5] = [Kind::Call, Kind::Aid, Kind::Accreditation, Kind::Results, Kind::News];
/// A few words prove a reading; more would only repeat it.
const QUOTES_MAX: usize = 3;

/// "12 projets labellisés", "33 associations soutenues": what was chosen, counted.
static COUNTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b\d+ (?:projets?|lauréats?|associations?|actions?|communes|collectivités|structures|dossiers|initiatives|candidatures)(?: \p{L}+)? \p{L}{3,}(?:é|és|ée|ées|nus|nues)\b").ok()
});

/// The score of each kind, and the words that gave the most.
pub(super) struct Scores {
    points: [f32; 5],
    proofs: Vec<(Kind, f32, Quote)>,
}

#[derive(Clone, Copy)]
pub(super) struct Scored {
    pub kind: Kind,
    pub score: f32,
}

/// The signs of one notice, by where they stand.
struct Seen<'p, 't> {
    page: &'p Page<'t>,
    title: Vec<Found<Sign>>,
    text: Vec<(Zone, Found<Sign>)>,
    /// Where the text mentions another call.
    passing: Vec<Range<usize>>,
}

impl Scores {
    pub fn of(page: &Page, input: &Input, closes: Closes) -> Self {
        let seen = Seen::of(page);
        let mut scores = Self { points: [0.0; 5], proofs: Vec::new() };
        // With nothing to apply to, it is news: the least that another kind must beat.
        scores.add(Kind::News, 2.0);
        scores.weigh_title(&seen);
        scores.weigh_text(&seen, closes);
        scores.weigh_site(input);
        scores
    }

    pub fn best_two(&self) -> [Scored; 2] {
        let mut all: Vec<Scored> = KINDS.iter().zip(self.points).map(|(&kind, score)| Scored { kind, score }).collect();
        // The sort is stable: on a tie the kind that costs a member least to see comes first, in the order of KINDS.
        all.sort_by(|a, b| b.score.total_cmp(&a.score));
        let none = Scored { kind: Kind::News, score: 0.0 };
        [all.first().copied().unwrap_or(none), all.get(1).copied().unwrap_or(none)]
    }

    pub fn evidence(&self, kind: Kind) -> Vec<Quote> {
        let mut of_kind: Vec<&(Kind, f32, Quote)> = self.proofs.iter().filter(|proof| proof.0 == kind).collect();
        of_kind.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut seen = HashSet::new();
        let new = of_kind.into_iter().filter(|proof| seen.insert(proof.2.text.to_lowercase()));
        new.take(QUOTES_MAX).map(|proof| proof.2.clone()).collect()
    }

    fn add(&mut self, kind: Kind, points: f32) {
        if let Some(score) = self.points.get_mut(kind as usize) {
            *score += points;
        }
    }

    fn prove(&mut self, kind: Kind, points: f32, quote: Quote) {
        self.add(kind, points);
        self.proofs.push((kind, points, quote));
    }

    /// Each sign counts once in a title, by its first place there.
    fn weigh_title(&mut self, seen: &Seen) {
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
        if let Some(found) = COUNTED.as_ref().and_then(|counted| counted.find(seen.page.title.text())) {
            self.prove(Kind::Results, 7.0, seen.page.quote_title(found.range()));
        }
        if seen.in_title(Sign::Accreditation) && seen.in_title(Sign::Food) {
            self.add(Kind::Accreditation, 5.0);
        }
        if starts_with_infinitive(seen.page.title.text()) {
            self.add(Kind::Aid, 3.0);
        }
        let event_first = seen.title.iter().any(|found| found.tag == Sign::Event && is_first_word(seen.page, found));
        if event_first && (names_call || seen.in_title(Sign::Programme)) {
            // "Webinaire : comprendre l'appel à projets" invites to a webinar.
            self.add(Kind::Call, -7.0);
        }
        if seen.in_title(Sign::Press) && names_call {
            // "Le gouvernement lance un appel à projets" tells of a call that another page holds.
            self.add(Kind::Call, -4.0);
        }
        if seen.in_title(Sign::CallInPassing) {
            self.add(Kind::Call, -6.0);
            self.add(Kind::Results, 2.0);
        }
    }

    fn weigh_text(&mut self, seen: &Seen, closes: Closes) {
        self.weigh_call(seen, closes);
        self.weigh_aid(seen, closes);
        self.weigh_accreditation(seen, closes);
        self.weigh_some(seen, Kind::Results, Sign::ResultTold, 1.5, 6.0);
        if seen.at(Zone::Lead, Sign::ResultTold).next().is_some() && closes == Closes::NotSaid {
            self.add(Kind::Results, 1.5);
        }
        self.weigh_some(seen, Kind::News, Sign::Tender, 1.2, 6.0);
        self.weigh_some(seen, Kind::News, Sign::Job, 0.9, 5.0);
        self.weigh_some(seen, Kind::News, Sign::Press, 0.8, 3.0);
        self.weigh_some(seen, Kind::News, Sign::Inquiry, 1.0, 3.0);
    }

    /// A call names itself early, tells how and until when one applies.
    fn weigh_call(&mut self, seen: &Seen, closes: Closes) {
        let named = |zone: Zone| seen.at(zone, Sign::CallName).find(|found| !seen.in_passing(found));
        if let Some(found) = named(Zone::Lead) {
            self.prove(Kind::Call, 4.0, seen.page.quote_text(found.at.clone()));
        } else if let Some(found) = named(Zone::Body) {
            self.prove(Kind::Call, 1.5, seen.page.quote_text(found.at.clone()));
        }
        let of_itself: Vec<&Found<Sign>> = seen.all(Sign::SelfNamed).filter(|found| !seen.in_passing(found)).collect();
        if let Some(found) = of_itself.first() {
            let points = if of_itself.len() > 1 { 4.0 } else { 2.5 };
            self.prove(Kind::Call, points, seen.page.quote_text(found.at.clone()));
        }
        self.weigh_some(seen, Kind::Call, Sign::Contest, 0.8, 2.4);
        let applying = seen.distinct(Sign::Apply);
        self.add(Kind::Call, (applying as f32 * 0.5).min(2.5));
        self.weigh_some(seen, Kind::Call, Sign::Campaign, 1.0, 2.0);
        // Offers, posts and laws have their dates too: a deadline speaks where something is to be handed in.
        let applies = applying > 0 || seen.distinct(Sign::CallName) + seen.distinct(Sign::Campaign) > 0;
        let points = match closes {
            Closes::OnADay => 5.0,
            Closes::SomeYear => 3.5,
            Closes::NotSaid => 0.0,
        };
        // A date to hand something in, and no sign of an offer, a post or an event: most likely a call that does not say so.
        let other = [Sign::Job, Sign::Tender, Sign::Event, Sign::Inquiry, Sign::Law, Sign::Press, Sign::Result];
        let unlike = other.into_iter().any(|sign| seen.in_title(sign)) || seen.distinct(Sign::Job) > 1;
        let kept = match (applies, unlike) {
            (true, _) => 1.0,
            (false, false) => 0.6,
            (false, true) => 0.3,
        };
        self.add(Kind::Call, points * kept);
        if closes == Closes::NotSaid && seen.distinct(Sign::Limit) > 0 {
            self.add(Kind::Call, 1.0);
        }
    }

    /// An aid pays or accompanies somebody at any time.
    fn weigh_aid(&mut self, seen: &Seen, closes: Closes) {
        self.weigh_some(seen, Kind::Aid, Sign::Aid, 0.7, 4.5);
        let applying = seen.distinct(Sign::Apply);
        self.add(Kind::Aid, (applying as f32 * 0.4).min(1.5));
        self.weigh_some(seen, Kind::Aid, Sign::Standing, 3.0, 4.0);
        self.add(
            Kind::Aid,
            match closes {
                Closes::OnADay => -4.0,
                // "Avant le 15 novembre, le 15 janvier": a guichet that opens each year.
                Closes::SomeYear => -1.5,
                Closes::NotSaid => 0.0,
            },
        );
    }

    /// An act or a campaign of accreditation speaks of it from the start; a call for food-aid projects mentions it late.
    fn weigh_accreditation(&mut self, seen: &Seen, closes: Closes) {
        if let Some(found) = seen.at(Zone::Lead, Sign::FoodAccreditation).next() {
            self.prove(Kind::Accreditation, 3.0, seen.page.quote_text(found.at.clone()));
        }
        if let Some(found) = seen.at(Zone::Lead, Sign::AccreditationStep).next() {
            self.prove(Kind::Accreditation, 2.0, seen.page.quote_text(found.at.clone()));
        }
        let asked = seen.in_title(Sign::Accreditation) || seen.in_title(Sign::FoodAccreditation);
        if asked && closes != Closes::NotSaid {
            self.add(Kind::Accreditation, 3.0);
        }
        let steps = seen.distinct(Sign::AccreditationStep) + seen.distinct(Sign::FoodAccreditation);
        self.add(Kind::Accreditation, (steps as f32 * 0.7).min(3.0));
    }

    /// Signs that add up: each phrase once, up to a limit, the first one quoted.
    fn weigh_some(&mut self, seen: &Seen, kind: Kind, sign: Sign, each: f32, most: f32) {
        let count = seen.distinct(sign);
        if let Some(found) = seen.all(sign).next().filter(|_| count > 0) {
            self.prove(kind, (count as f32 * each).min(most), seen.page.quote_text(found.at.clone()));
        }
    }

    fn weigh_site(&mut self, input: &Input) {
        if let Some((name, is_call)) = &input.fields.is_call {
            let kind = if *is_call { Kind::Call } else { Kind::Aid };
            let text = if *is_call { "appel à projets" } else { "aide permanente" }.to_owned();
            self.prove(kind, 6.0, Quote { field: Field::Structured(name.clone()), start: 0, end: 0, text });
        }
        let url = input.url.unwrap_or_default().to_lowercase();
        for (words, kind, points) in URL_WORDS {
            if words.iter().any(|word| url.contains(word)) {
                self.add(*kind, *points);
            }
        }
        if is_press(&url, input.publisher.unwrap_or_default()) {
            self.halve_but_news();
        }
    }

    /// The press writes about calls and accreditations; one applies elsewhere. What it says of results is so.
    fn halve_but_news(&mut self) {
        for (kind, points) in KINDS.iter().zip(&mut self.points) {
            match kind {
                Kind::News => *points += 6.0,
                Kind::Results => {}
                Kind::Call | Kind::Aid | Kind::Accreditation => *points *= 0.5,
            }
        }
    }
}

/// Words of an address that tell what a site files there.
const URL_WORDS: &[(&[&str], Kind, f32)] = &[
    (
        &[
            "appel-a-projet",
            "appels-a-projet",
            "appel-projet",
            "appelprojet",
            "appels-projets",
            "/ami-",
            "manifestation-d-interet",
        ],
        Kind::Call,
        2.5,
    ),
    (&["appels_a_projets", "appelaprojets", "appel-a-candidature", "/aap-"], Kind::Call, 1.5),
    (&["/aides/", "/aide/", "guide-des-aides", "/aides-et-", "aides-financieres"], Kind::Aid, 4.0),
    (&["habilitation"], Kind::Accreditation, 2.0),
    (&["laureat", "resultats-", "-resultats"], Kind::Results, 1.5),
    (
        &["marches-publics", "marche-public", "/emploi", "offres-d-emploi", "recrutement", "/agenda/", "/evenement"],
        Kind::News,
        3.0,
    ),
    (&["legifrance.gouv.fr"], Kind::News, 2.0),
];

/// Hosts and publishers of news, Localtis first (the press site of the Banque des Territoires, whose aids stand elsewhere).
const PRESS: &[&str] = &[
    "//www.banquedesterritoires.fr/",
    "//banquedesterritoires.fr/",
    "localtis",
    "lagazette",
    "gazettedescommunes",
    "lemonde",
    "ouest-france",
    "maire-info",
    "mairesdefrance",
    "tsa-quotidien",
    "ash.tm.fr",
    "-actu.",
    ".actu.fr",
    "//actu.fr",
    "leparisien",
    "lefigaro",
    "lesechos",
    "20minutes",
    "francebleu",
    "europe1",
    "rtl.fr",
    "bfmtv",
    "franceinfo",
    "actu-juridique",
    "weka.fr",
    "media-social",
];
const PRESS_PUBLISHERS: &[&str] =
    &["localtis", "la gazette", "maire info", "ouest-france", "le monde", "agence france-presse"];

fn is_press(url: &str, publisher: &str) -> bool {
    let publisher = publisher.to_lowercase();
    PRESS.iter().any(|press| url.contains(press)) || PRESS_PUBLISHERS.iter().any(|press| publisher.contains(press))
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
        Sign::Accreditation => (Kind::Accreditation, if names_call { 3.0 } else { 5.0 }),
        Sign::AccreditationStep => (Kind::Accreditation, 3.0),
        Sign::Result => (Kind::Results, 9.0),
        Sign::ResultTold => (Kind::Results, 4.0),
        Sign::Tender => (Kind::News, 9.0),
        Sign::Job => (Kind::News, 8.0),
        Sign::Inquiry => (Kind::News, 6.0),
        Sign::Law => (Kind::News, early(3.0)),
        Sign::Event => (Kind::News, early(3.0)),
        Sign::Publication => (Kind::News, early(2.5)),
        Sign::Press => (Kind::News, 2.0),
        Sign::CallInPassing | Sign::SelfNamed | Sign::Contest | Sign::Apply | Sign::Limit | Sign::Food => return None,
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

impl<'p, 't> Seen<'p, 't> {
    fn of(page: &'p Page<'t>) -> Self {
        let text = SIGNS.find(&page.text).into_iter().map(|found| (page.zone(found.at.start), found));
        let text: Vec<(Zone, Found<Sign>)> = text.filter(|(zone, _)| *zone >= Zone::Body).collect();
        let passing = text.iter().filter(|(_, found)| found.tag == Sign::CallInPassing);
        let passing = passing.map(|(_, found)| found.at.clone()).collect();
        Self { page, title: SIGNS.find(&page.title), text, passing }
    }

    fn in_title(&self, sign: Sign) -> bool {
        self.title.iter().any(|found| found.tag == sign)
    }

    /// In the lead and the body.
    fn all(&self, sign: Sign) -> impl Iterator<Item = &Found<Sign>> {
        self.text.iter().map(|(_, found)| found).filter(move |found| found.tag == sign)
    }

    fn at(&self, zone: Zone, sign: Sign) -> impl Iterator<Item = &Found<Sign>> {
        self.text.iter().filter(move |(z, found)| *z == zone && found.tag == sign).map(|(_, found)| found)
    }

    /// Within words that only mention a call: "à l'issue de l'appel à projets".
    fn in_passing(&self, found: &Found<Sign>) -> bool {
        self.passing.iter().any(|at| at.start <= found.at.start && found.at.start < at.end)
    }

    /// How many different phrases of a sign stand in the lead and the body.
    fn distinct(&self, sign: Sign) -> usize {
        self.all(sign).map(|found| found.phrase).collect::<HashSet<_>>().len()
    }
}
