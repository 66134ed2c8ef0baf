//! What is kept of an item to recognise it elsewhere and later.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::super::Input;
use super::super::page::{Page, cut};
use super::super::words::{Words, fold};
use super::sketch::{Sketch, hash};
use super::url::canonical_url;
use crate::model::{Deadline, Kind, TerritoryCode, Understanding};

/// How much of a text is sketched: annexes are shared by every call of an agency.
const SKETCH_BYTES: usize = 12_000;

/// What is compared of an item. Small: some 700 bytes as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Hashes of the words of the title that tell it from others, sorted, without repeats.
    pub(super) title: Vec<u32>,
    /// "Volet 2", "lot 3", "axe 1", "2e session": numbered parts, sorted.
    pub(super) parts: Vec<String>,
    /// Other numbers with the word before them, "canton 4", "3 edition": in titles alike they tell two calls apart.
    #[serde(default)]
    pub(super) numbers: Vec<(String, u32)>,
    pub(super) url: Option<String>,
    pub(super) kind: Option<Kind>,
    /// Hashes of the publisher's words, sorted.
    pub(super) publisher: Vec<u32>,
    pub(super) territory: Vec<TerritoryCode>,
    pub(super) deadline: Option<Deadline>,
    pub(super) published: Option<NaiveDate>,
    pub(super) year: Option<CampaignYear>,
    pub(super) text: Option<Sketch>,
}

/// The year a campaign is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CampaignYear {
    /// The title says it.
    Written(i32),
    /// Only dates tell it: a deadline in December may be for the year after.
    Dated(i32),
}

impl Fingerprint {
    pub fn of(input: &Input, read: &Understanding) -> Self {
        let deadline = read.deadline.value;
        let published = input.published.or(read.published.value);
        let page = Page::of(&Input { text: cut(input.text, SKETCH_BYTES), ..*input });
        Self {
            title: telling_words(input.title),
            parts: parts(input.title),
            numbers: numbers(input.title),
            url: input.url.and_then(canonical_url),
            kind: read.kind.value,
            publisher: input.publisher.map(telling_words).unwrap_or_default(),
            territory: read.territory.value.clone().unwrap_or_default(),
            deadline,
            published,
            year: campaign_year(input.title, deadline.map(|d| d.date), published),
            text: Sketch::of(page.text.plain_from(page.lead.start)),
        }
    }

    /// The site: the canonical address up to its path.
    pub(super) fn site(&self) -> Option<&str> {
        let rest = self.url.as_deref()?.strip_prefix("https://")?;
        rest.split(['/', '?']).next()
    }

    /// The page's address in its canonical form.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    pub fn year(&self) -> Option<CampaignYear> {
        self.year
    }
}

static YEAR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b(20[0-4]\d)\b").ok());

/// The first year written in the title ("2025-2026" starts in 2025); else that of the deadline, else of the publication.
pub fn campaign_year(title: &str, deadline: Option<NaiveDate>, published: Option<NaiveDate>) -> Option<CampaignYear> {
    let written = YEAR.as_ref().and_then(|year| year.find(title)).and_then(|year| year.as_str().parse().ok());
    let dated = deadline.or(published).map(|date| CampaignYear::Dated(date.year()));
    written.map(CampaignYear::Written).or(dated)
}

static PART: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(volet|lot|axe|phase|vague|session|edition|volets|axes|tranche|mesure|action|fdva|niveau|serie|appel)s? (?:n |no |numero )?(\d{1,3}|[a-f]|i{1,3}|iv)\b").ok()
});

/// The numbered parts that a title names: two parts of one programme are two calls.
fn parts(title: &str) -> Vec<String> {
    let title = fold(title);
    let Some(part) = PART.as_ref() else { return Vec::new() };
    let mut parts: Vec<String> = part
        .captures_iter(&title)
        .filter_map(|found| Some(format!("{} {}", found.get(1)?.as_str(), found.get(2)?.as_str())))
        // "Appel à projets": the letter is a preposition.
        .filter(|part| part != "appel a" && part != "action a")
        .collect();
    parts.sort();
    parts.dedup();
    parts
}

/// The numbers of a title that count something, each with the word it counts: "canton 4", "n 12", "3 edition"; no years.
fn numbers(title: &str) -> Vec<(String, u32)> {
    const DIGITS_MAX: usize = 3;
    let title = fold(title);
    let words: Vec<&str> = title.split_whitespace().collect();
    let number = |word: &str| {
        let digits = word.trim_end_matches("eme").trim_end_matches("e").trim_end_matches("er").trim_end_matches("re");
        let counts = (1..=DIGITS_MAX).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        counts.then(|| digits.parse().ok()).flatten().map(|n: u32| (n, digits.len() < word.len()))
    };
    let mut found: Vec<(String, u32)> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some((n, ordinal)) = number(word) else { continue };
        // "3e édition" counts the word after it.
        let counted = if ordinal { words.get(at + 1) } else { at.checked_sub(1).and_then(|before| words.get(before)) };
        if let Some(counted) = counted.filter(|word| number(word).is_none()) {
            found.push(((*counted).to_owned(), n));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Words of French grammar and of every call's title.
const TELLS_NOTHING: &[&str] = &[
    "appel",
    "appels",
    "projet",
    "projets",
    "aap",
    "ami",
    "aac",
    "candidature",
    "candidatures",
    "manifestation",
    "interet",
    "campagne",
    "lance",
    "lancement",
    "lancent",
    "ouvert",
    "ouverte",
    "ouverture",
    "nouvel",
    "nouveau",
    "nouvelle",
    "avis",
    "demande",
    "demandes",
    "dossier",
    "dossiers",
    "depot",
    "date",
    "limite",
    "prolongation",
    "prolonge",
    "prolongee",
    "annee",
    "edition",
    "relatif",
    "relative",
    "mise",
    "oeuvre",
    "cadre",
    "titre",
    "pour",
    "dans",
    "avec",
    "sur",
    "les",
    "des",
    "une",
    "aux",
    "est",
    "sont",
    "par",
    "son",
    "ses",
    "leur",
    "leurs",
    "cahier",
    "charges",
    "programme",
    "dispositif",
    "plus",
    "tous",
    "toutes",
    "vos",
    "votre",
    "info",
    "actualite",
    "initiatives",
    "proposition",
    "propositions",
    "rappel",
    "urgent",
    "important",
    "departement",
    "departemental",
    "departementale",
    "region",
    "regional",
    "regionale",
    "prefecture",
    "ville",
    "commune",
    "france",
    "direction",
    "conseil",
    "metropole",
    "agence",
    "soutien",
    "aide",
    "aides",
    "subvention",
    "subventions",
    "developpement",
    "lutte",
    "contre",
    "lutter",
    "agir",
];

/// The words that tell one title from another: not the grammar, not the years, not "appel à projets".
fn telling_words(title: &str) -> Vec<u32> {
    const LETTERS_MIN: usize = 3;
    let words = Words::of(title);
    let pairs = words.plain().split(' ').zip(words.stems().split(' '));
    let mut hashes: Vec<u32> = pairs
        .filter(|(plain, _)| plain.len() >= LETTERS_MIN || plain.bytes().all(|b| b.is_ascii_digit()))
        .filter(|(plain, _)| !plain.is_empty() && !TELLS_NOTHING.contains(plain) && !is_year(plain))
        .map(|(_, stem)| hash(stem.as_bytes()) as u32)
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.starts_with("20") && word.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_says_the_year_before_the_dates_do() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d);
        let check = |title: &str, deadline, published, year| {
            assert_eq!(campaign_year(title, deadline, published), year, "{title}")
        };
        check("Campagne 2026", day(2025, 12, 1), None, Some(CampaignYear::Written(2026)));
        check("Campagne 2025-2026", None, None, Some(CampaignYear::Written(2025)));
        check("Campagne", day(2025, 12, 1), day(2024, 1, 1), Some(CampaignYear::Dated(2025)));
        check("Campagne", None, day(2024, 1, 1), Some(CampaignYear::Dated(2024)));
        check("Lot n° 2045123", None, None, None);
        check("", None, None, None);
    }

    #[test]
    fn numbered_parts_are_told_from_grammar() {
        let check = |title: &str, found: &[&str]| assert_eq!(parts(title), found, "{title}");
        check("Appel à projets – Volet 2", &["volet 2"]);
        check("FDVA 2 : innovation", &["fdva 2"]);
        check("AAP lot n° 3, axe B", &["axe b", "lot 3"]);
        check("Appel à candidatures", &[]);
    }

    #[test]
    fn numbers_are_kept_with_what_they_count() {
        let check = |title: &str, found: &[(&str, u32)]| {
            let found: Vec<(String, u32)> = found.iter().map(|(word, n)| ((*word).to_owned(), *n)).collect();
            assert_eq!(numbers(title), found, "{title}");
        };
        check("Dotation du canton 4", &[("canton", 4)]);
        check("Prix des lecteurs, 3e édition", &[("edition", 3)]);
        check("Campagne 2026", &[]);
        check("", &[]);
    }

    #[test]
    fn what_every_title_says_tells_nothing() {
        assert_eq!(telling_words("Appel à projets 2026"), telling_words("Lancement de la campagne 2025"));
        assert_eq!(telling_words("Appel à projets : épicerie sociale"), telling_words("AAP Épiceries sociales 2026"));
    }
}
