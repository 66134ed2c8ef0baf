//! The signs of one notice, found once, with where each stands.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::page::{Page, Zone};
use super::super::phrases::Found;
use super::signs::{SIGNS, Sign};

/// What was decided, in any noun and number: "les six équipes ont été choisies", "la commission a reçu 31 dossiers".
static TOLD: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"(?: ont| a| avaient| avait) ete (?:retenu|selectionn|soutenu|financ|prim|recompens|design|attribu|choisi|distingu|labellis|subventionn)[a-z]* ",
        r" (?:sont|est) (?:retenu|laureat|selectionn|primee?s? |recompens|distingu|subventionn)[a-z]* ",
        r" (?:jury|commission|comite|college|prefecture|conseil) (?:de selection |departemental |regional )?a (?:retenu|choisi|selectionne|attribue|accorde|notifie|tranche|designe|prime|distingue|decerne)[a-z]* ",
        r" (?:a|avait|ont) (?:recu|suscite|reuni|enregistre) (?:\d+|plus de \d+|pres de \d+) (?:reponses|candidatures|dossiers|projets|demandes|applications) ",
        r" (?:recevront|percevront|beneficieront|toucheront|se partageront|se partagent|se repartissent) (?:une|d une|d un|chacun|\d)",
        r" (?:classe premier|classee premiere|par ordre de merite|(?:were|was|has been|have been) (?:awarded|selected|funded))",
        r" call (?:received|closed) ",
    ]
    .iter()
    .filter_map(|told| Regex::new(told).ok())
    .collect()
});
/// Phrases of the table are numbered from 0; these come after all of them.
const TOLD_FIRST: usize = 1_000_000;

/// The signs of one notice, by where they stand.
pub(super) struct Seen<'p, 't> {
    pub page: &'p Page<'t>,
    pub title: Vec<Found<Sign>>,
    text: Vec<(Zone, Found<Sign>)>,
    /// Where the text mentions another call.
    passing: Vec<Range<usize>>,
}

impl<'p, 't> Seen<'p, 't> {
    pub fn of(page: &'p Page<'t>) -> Self {
        let text = SIGNS.find(&page.text).into_iter().chain(told(page));
        let text = text.map(|found| (page.zone(found.at.start), found));
        let text: Vec<(Zone, Found<Sign>)> = text.filter(|(zone, _)| *zone >= Zone::Body).collect();
        let passing = text.iter().filter(|(_, found)| matches!(found.tag, Sign::CallInPassing | Sign::CallToCome));
        let passing = passing.map(|(_, found)| found.at.clone()).collect();
        Self { page, title: SIGNS.find(&page.title), text, passing }
    }

    pub fn in_title(&self, sign: Sign) -> bool {
        self.title.iter().any(|found| found.tag == sign)
    }

    /// In the lead and the body.
    pub fn all(&self, sign: Sign) -> impl Iterator<Item = &Found<Sign>> {
        self.text.iter().map(|(_, found)| found).filter(move |found| found.tag == sign)
    }

    pub fn at(&self, zone: Zone, sign: Sign) -> impl Iterator<Item = &Found<Sign>> {
        self.text.iter().filter(move |(z, found)| *z == zone && found.tag == sign).map(|(_, found)| found)
    }

    pub fn some(&self, sign: Sign) -> bool {
        self.all(sign).next().is_some()
    }

    /// Whatever stands nearer the heart of the page than a zone.
    pub fn before(&self, zone: Zone) -> impl Iterator<Item = &Found<Sign>> {
        self.text.iter().filter(move |(z, _)| *z > zone).map(|(_, found)| found)
    }

    /// Within words that only mention a call or announce one: "à l'issue de l'appel à projets".
    pub fn in_passing(&self, found: &Found<Sign>) -> bool {
        self.passing.iter().any(|at| at.start <= found.at.start && found.at.start < at.end)
    }

    /// How many different phrases of a sign stand in the lead and the body.
    pub fn distinct(&self, sign: Sign) -> usize {
        self.all(sign).map(|found| found.phrase).collect::<HashSet<_>>().len()
    }
}

fn told(page: &Page) -> Vec<Found<Sign>> {
    let first = |(number, told): (usize, &Regex)| {
        let found = told.find(page.text.plain())?;
        let at = page.text.behind_plain(found.range());
        Some(Found { tag: Sign::ResultTold, at, phrase: TOLD_FIRST + number })
    };
    TOLD.iter().enumerate().filter_map(first).collect()
}
