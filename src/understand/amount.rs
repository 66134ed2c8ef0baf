//! The money of a call, as written: its whole envelope, or the cap for one project.
//!
//! Sums are scored by the words before them; budgets, fees, turnovers and last year's totals are refused.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::page::{Page, Zone};
use super::words::fold;
use crate::model::{Aspect, Doubt, DoubtReason, Field, Fields, Quote, Reading};

/// A number in French, its unit, and the number before it when they are the ends of a range ("40 000 à 650 000 euros").
struct Sum {
    /// The number is its first group, the unit its second.
    exact: Regex,
    /// The same, but that it asks of the words around a sum only that they be no ASCII ones: it finds where without thinking.
    quick: Regex,
}

static SUM: LazyLock<Option<Sum>> = LazyLock::new(|| {
    let number = r"(?:\d{1,3}(?:[\s.\u{a0}\u{202f}]\d{3})+|\d+)(?:[.,]\d{1,2})?";
    let unit = r"\s?(?:k€|m€|md€|millions?\s+d['’]\s?euros?|milliards?\s+d['’]\s?euros?|€|euros?\b)";
    let exact = format!(r"(?i)\b(?:{number}(?:{unit})?\s(?:à|et)\s)?({number})({unit})");
    let quick = exact.replace(r"\b", r"(?-u:\b)");
    Some(Sum { exact: Regex::new(&exact).ok()?, quick: Regex::new(&quick).ok()? })
});

impl Sum {
    /// The sums of a text, in its order: where each stands, its number and its unit.
    fn find<'t>(&self, text: &'t str) -> Vec<(Range<usize>, &'t str, &'t str)> {
        let of = |found: regex::Captures<'t>, from: usize| {
            let (whole, number, unit) = (found.get(0)?, found.get(1)?, found.get(2)?);
            Some((from + whole.start()..from + whole.end(), number.as_str(), unit.as_str()))
        };
        let places: Vec<Range<usize>> = self.quick.find_iter(text).map(|found| found.range()).collect();
        if places.iter().any(|place| touches_letters(text, place)) {
            return self.exact.captures_iter(text).filter_map(|found| of(found, 0)).collect();
        }
        let read = |place: Range<usize>| of(self.exact.captures(text.get(place.clone())?)?, place.start);
        places.into_iter().filter_map(read).collect()
    }
}

/// "№12 €", "12 eurosé": accented letters that are one word with what was found.
fn touches_letters(text: &str, place: &Range<usize>) -> bool {
    let other_letter = |c: char| !c.is_ascii() && c.is_alphanumeric();
    text.get(..place.start).is_some_and(|before| before.ends_with(other_letter))
        || text.get(place.end..).is_some_and(|after| after.starts_with(other_letter))
}

/// How far before a sum its meaning may stand.
const BEFORE_BYTES: usize = 110;
const AFTER_BYTES: usize = 40;

const SAYS_CAP: &[&str] = &[
    "dans la limite d",
    "plafond",
    "plafonne",
    "montant maximum",
    "montant maximal",
    "subvention maximale",
    "subvention maximum",
    "aide maximale",
    "aide max",
    "maximum de",
    "au maximum",
    "maximum",
    "jusqu a",
    "ne peut exceder",
    "ne peut depasser",
    "ne pourra exceder",
    "ne pourra depasser",
    "limite a",
    "dotation maximale",
    "pouvant aller jusqu",
    "montant max",
];
const SAYS_ENVELOPE: &[&str] = &[
    "enveloppe",
    "dotation",
    "dote de",
    "dotee de",
    "budget de l appel",
    "budget alloue",
    "credits",
    "montant total",
    "budget total",
    "budget global",
    "montant global",
    "financement global",
    "mobilise",
    "prix de",
    "montant de l aide",
    "montant de la subvention",
    "montant des subventions",
    "s eleve a",
    "recompense",
];
const SAYS_OTHER: &[&str] = &[
    "chiffre d affaires",
    "redevance",
    "cout total",
    "cout du projet",
    "budget du projet",
    "depenses minimum",
    "plafond de depenses",
    "minimum",
    "seuil",
    "superieur",
    "inferieur",
    "capital",
    "bilan n",
    "reste a charge",
    "frais de",
    "tarif",
    "loyer",
    "par jour",
    "cotisation",
    "amende",
    "en 2020",
    "en 2021",
    "en 2022",
    "en 2023",
    "annee precedente",
    "l an dernier",
    "derniere edition",
    "h t",
    "plafond de travaux",
    "cout d",
    "a partir de",
    "au moins",
    "prix de vente",
    "salaire",
    "annees precedentes",
];

pub(super) fn read(page: &Page, fields: &Fields) -> Reading<String> {
    if let Some((name, amount)) = &fields.amount {
        let quote = Quote { field: Field::Structured(name.clone()), start: 0, end: 0, text: amount.clone() };
        return Reading::of(amount.clone(), quote);
    }
    let Some(sum) = SUM.as_ref() else { return Reading::none() };
    let text = page.text.text();
    let mut best: Option<(f32, f64, Range<usize>)> = None;
    let mut rivals = 0;
    for (at, number, unit) in sum.find(text) {
        let score = score(text, at.clone()) - if page.zone(at.start) == Zone::Far { 1.0 } else { 0.0 };
        if page.zone(at.start) == Zone::Chrome || score < 1.0 {
            continue;
        }
        rivals += 1;
        let euros = euros(number, unit);
        // Of equals the largest: the whole and not its parts, the cap that no project passes.
        if best.as_ref().is_none_or(|(top, most, _)| score > *top || (score == *top && euros > *most)) {
            best = Some((score, euros, at));
        }
    }
    let Some((_, _, at)) = best else { return Reading::none() };
    let quote = page.quote_text(at);
    let reading = Reading::of(quote.text.clone(), quote);
    if rivals > 1 { reading.doubted(Doubt::new(Aspect::Amount, DoubtReason::Contradiction, "")) } else { reading }
}

/// What a sum is worth, for comparing sums.
fn euros(number: &str, unit: &str) -> f64 {
    let digits: String = number.chars().filter(|c| !c.is_whitespace()).collect();
    // "150.000" is grouped by points, "1.5" is not.
    let grouped = digits.rsplit('.').next().is_some_and(|last| last.len() == 3);
    let digits = if grouped { digits.replace('.', "") } else { digits };
    let value: f64 = digits.replace(',', ".").parse().unwrap_or(0.0);
    let unit = unit.trim().to_lowercase();
    match unit.chars().next() {
        Some('k') => value * 1e3,
        Some('m') if unit.starts_with("milliard") || unit.starts_with("md") => value * 1e9,
        Some('m') => value * 1e6,
        _ => value,
    }
}

fn score(text: &str, at: Range<usize>) -> f32 {
    let from = text.floor_char_boundary(at.start.saturating_sub(BEFORE_BYTES));
    let before = text.get(from..at.start).unwrap_or_default();
    // A sentence ends what the one before it said.
    let before = fold(before.rsplit(['.', ';', '!', '?']).next().unwrap_or_default());
    let after = fold(text.get(at.end..text.floor_char_boundary(at.end + AFTER_BYTES)).unwrap_or_default());
    let near = before.get(before.floor_char_boundary(before.len().saturating_sub(45))..).unwrap_or(&before);
    let says = |words: &[&str], place: &str| words.iter().any(|word| place.contains(word));
    let mut score = 0.0;
    if says(SAYS_ENVELOPE, &before) {
        score += if says(SAYS_ENVELOPE, near) { 2.5 } else { 1.5 };
    }
    if says(SAYS_CAP, &before) {
        score += if says(SAYS_CAP, near) { 2.0 } else { 1.0 };
    }
    if after.starts_with("par projet")
        || after.starts_with("dedie")
        || after.starts_with("de subvention")
        || after.starts_with("par an")
        || after.starts_with("maximum")
        || after.starts_with("max")
    {
        score += 1.5;
    }
    if says(SAYS_OTHER, near)
        || says(&["h t", "ht", "par jour", "jour"], after.get(..after.floor_char_boundary(6)).unwrap_or(&after))
    {
        score -= 2.5;
    }
    score
}
