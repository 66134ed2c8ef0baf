//! The signs of one notice, found once, with where each stands.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::page::{Page, Zone};
use super::super::phrases::Found;
use super::signs::{SIGNS, Sign};
use super::turns::turns;

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
        let text = SIGNS.find(&page.text).into_iter().chain(turns(page));
        let text = text.map(|found| (page.zone(found.at.start), found));
        let mut text: Vec<(Zone, Found<Sign>)> = text.filter(|(zone, _)| *zone >= Zone::Body).collect();
        let names = names_of(text.iter().map(|(_, found)| found));
        text.retain(|(_, found)| !is_within(&names, found));
        let mut title = SIGNS.find(&page.title);
        let names = names_of(title.iter());
        title.retain(|found| !is_within(&names, found));
        let passing = text.iter().filter(|(_, found)| matches!(found.tag, Sign::CallInPassing | Sign::CallToCome));
        let passing = passing.map(|(_, found)| found.at.clone()).collect();
        Self { page, title, text, passing }
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

    /// What may be asked for at any time; further down a page, visits and controls come "à tout moment" too.
    pub fn standing(&self) -> impl Iterator<Item = &Found<Sign>> {
        const NEAR_BYTES: usize = 100;
        let asked = |at: usize| {
            self.text.iter().any(|(_, other)| {
                matches!(other.tag, Sign::Apply | Sign::Aid | Sign::Campaign)
                    && other.at.start.abs_diff(at) < NEAR_BYTES
            })
        };
        let speaks = move |(zone, found): &&(Zone, Found<Sign>)| {
            found.tag == Sign::Standing
                && (*zone >= Zone::Lead || asked(found.at.start))
                && !ends_on_a_day(self.page, found)
        };
        self.text.iter().filter(speaks).map(|(_, found)| found)
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
        self.passing.iter().any(|at| at.start < found.at.end && found.at.start < at.end)
    }

    /// How many different phrases of a sign stand in the lead and the body.
    pub fn distinct(&self, sign: Sign) -> usize {
        self.all(sign).map(|found| found.phrase).collect::<HashSet<_>>().len()
    }
}

/// "Au fil de l'eau, et au plus tard le 30 octobre", "en continu jusqu'au 3 mai": it ends all the same.
fn ends_on_a_day(page: &Page, standing: &Found<Sign>) -> bool {
    const AFTER_BYTES: usize = 110;
    static ENDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)^[^.;\n]{0,80}?(?:jusqu[’' ]?au|au plus tard le|avant le|et ce jusqu[’' ]?au)\s+(?:lundi |mardi |mercredi |jeudi |vendredi |samedi |dimanche )?\d").ok()
    });
    let text = page.text.text();
    let after = text.get(standing.at.end..text.floor_char_boundary(standing.at.end + AFTER_BYTES)).unwrap_or_default();
    ENDS.as_ref().is_some_and(|ends| ends.is_match(after))
}

/// Where names stand that hold the words of signs, in order.
fn names_of<'f>(found: impl Iterator<Item = &'f Found<Sign>>) -> Vec<Range<usize>> {
    let mut names: Vec<Range<usize>> =
        found.filter(|found| found.tag == Sign::Name).map(|found| found.at.clone()).collect();
    names.sort_by_key(|at| at.start);
    names
}

fn is_within(names: &[Range<usize>], found: &Found<Sign>) -> bool {
    let next = names.partition_point(|at| at.start <= found.at.start);
    let last = next.checked_sub(1).and_then(|last| names.get(last));
    last.is_some_and(|at| found.at.end <= at.end)
}
