//! Places named in running text, in one pass: names, abbreviations, adjectives, numbers of départements.
//!
//! A region's or département's name counts wherever it stands as a name; a commune's only where the writing shows that
//! a place is meant, since many communes are called like words (Mer, Contes, Orange). It says what is named and how,
//! never what the text says of it: that is for understanding.

mod departements;
mod numbers;

use super::fold::Words;
use super::homonyms::Longer;
use super::names::{Name, NameKind, without_article};
use super::{Geography, Spot};
use crate::model::TerritoryCode;
use numbers::{begins_with_digit, number_in_brackets, postcode_in_brackets};

/// Inhabitants from which a commune counts by its capital letter alone.
const KNOWN_POPULATION: u32 = 20_000;

/// Inhabitants from which a commune counts after a mere preposition.
const NOTABLE_POPULATION: u32 = 2_000;

/// Inhabitants from which a commune counts anywhere in a body's name ("Paris Habitat").
const UNMISTAKABLE_POPULATION: u32 = 400_000;

/// Communes of some size whose names are also words or names of other things.
const ORDINARY: &[&str] = &[
    "aire",
    "aubagne",
    "avion",
    "bar",
    "bourg",
    "bruges",
    "cap",
    "cause",
    "centre",
    "champagne",
    "contes",
    "croix",
    "die",
    "dole",
    "eu",
    "gap",
    "grace",
    "graces",
    "lens",
    "mer",
    "mons",
    "mont",
    "monts",
    "moulins",
    "orange",
    "ordre",
    "origine",
    "plaisir",
    "plan",
    "pont",
    "port",
    "rives",
    "roche",
    "rue",
    "sable",
    "saintes",
    "sens",
    "tours",
    "val",
    "vernon",
    "vic",
    "vie",
    "villeneuve",
    "vivier",
    "le port",
    "la possession",
    "la fleche",
    "la garde",
    "la reole",
    "le bourget",
    "les mureaux",
    "le lude",
    "le pre",
    "la croix",
    "la chapelle",
    "le pin",
    "le bois",
    "le plan",
    "la rue",
    "le val",
    "la place",
    "le cap",
    "la mole",
    "la force",
    "la destrousse",
    "la crau",
    "la ville",
    "les aides",
    "la reorthe",
];

/// Words that make what follows a commune, whatever it is called.
const COMMUNE_WORDS: &[&str] = &["ville", "villes", "commune", "communes", "mairie", "ccas", "municipalite", "maire"];

/// Words after which a capital letter is a place's, not a sentence's.
const PREPOSITIONS: &[&str] = &["a", "de", "d", "sur", "entre", "pour", "vers", "par", "et", "ou"];

/// A place named in a text: `start..end` are byte offsets into it, on character boundaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub start: usize,
    pub end: usize,
    /// What it may stand for, the most populous first; one when the name is nobody else's.
    pub candidates: Vec<TerritoryCode>,
    pub written: Written,
    /// Its first and last words, as numbered by [`Words`].
    pub words: (usize, usize),
}

/// How a place is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Name,
    /// `Montreuil (93)`.
    NameWithDepartement,
    /// `(93)`, `le 93`, `départements 75, 92 et 93`.
    Number,
    Abbreviation,
    /// Also the inhabitants.
    Adjective,
}

/// Whose words they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A sentence: a capital may be any word's.
    Text,
    /// The name of a body: a capital letter is enough for a département.
    Publisher,
}

impl Geography {
    /// The places that a text names, in its order. Linear in the length of the text.
    pub fn find(&self, text: &str) -> Vec<Mention> {
        self.mentions(&Words::of(text))
    }

    /// As [`Geography::find`], over words already folded.
    pub fn mentions(&self, words: &Words<'_>) -> Vec<Mention> {
        self.read_mentions(words, Reading::Text)
    }

    pub(super) fn read_mentions(&self, words: &Words<'_>, reading: Reading) -> Vec<Mention> {
        let mut found = Vec::new();
        let mut n = 0;
        while n < words.len() {
            let before = found.len();
            self.add_mentions_at(words, n, reading, &mut found);
            n = match found.get(before) {
                Some(mention) => mention.words.1 + 1,
                None => n + 1,
            };
        }
        found
    }

    fn add_mentions_at(&self, words: &Words<'_>, n: usize, reading: Reading, found: &mut Vec<Mention>) {
        if begins_with_digit(words.word(n)) {
            return found.extend(self.number_at(words, n, reading, found.last()));
        }
        if let Some(mention) = self.glued_number_at(words, n, reading) {
            return found.push(mention);
        }
        let large = self.large_at(words, n, reading);
        let commune = if words.capital(n) { self.commune_at(words, n, reading) } else { None };
        let commune_is_longer = match (&large, &commune) {
            // "Corrèze (19)": the département's number is no commune's.
            (Some((large, _)), Some(commune)) => {
                let own_number = number_in_brackets(words, large.last).map(|(_, number)| number);
                commune.words.1 > large.last && own_number != Some(commune.words.1)
            }
            _ => true,
        };
        match (large, commune) {
            (Some((large, certain)), commune) if certain || commune.is_none() => {
                if commune_is_longer && let Some(commune) = commune {
                    return found.push(commune);
                }
                found.extend(self.mentions_of(words, n, &large));
            }
            (_, Some(commune)) => found.push(commune),
            _ => {}
        }
    }

    /// The large place named at word `n`, and whether it is meant rather than a commune of the same name.
    fn large_at<'n>(&'n self, words: &Words<'_>, n: usize, reading: Reading) -> Option<(Large<'n>, bool)> {
        let (last, names) = self.names.large_at(words, n)?;
        let name = names.first()?;
        if joined_to_more(words, n, last) {
            return None;
        }
        let large = Large { last, names };
        let several_words = last > n;
        if words.phrase(n, last).ends_with("reunion") && !self.reunion_is_meant(words, n, last) {
            return None;
        }
        match name.kind {
            NameKind::Abbreviation => all_capitals(words, n, last).then_some((large, true)),
            // "Le Parisien" is a newspaper.
            NameKind::Adjective if words.word(n) == "parisien" && words.capital(n) && n > 0 => None,
            NameKind::Adjective => Some((large, false)),
            NameKind::Name => {
                let certain = match name.spot {
                    Spot::Departement(d) if !several_words => self.departement_is_meant(words, n, d, reading)?,
                    Spot::Departement(_) | Spot::Region(_) if several_words => true,
                    Spot::Intercommunality(_) => {
                        let announced = matches!(words.word(n), "communaute" | "metropole" | "agglomeration");
                        ((words.capital(n) || announced) && words.capital(last)).then_some(true)?
                    }
                    Spot::Commune(_) => words.capital(n).then_some(true)?,
                    Spot::Europe => true,
                    _ => words.capital(n).then_some(true)?,
                };
                Some((large, certain))
            }
        }
    }

    /// The island, not a meeting: "La Réunion", "à la Réunion", never "la réunion", "Réunion d'information".
    fn reunion_is_meant(&self, words: &Words<'_>, n: usize, last: usize) -> bool {
        let article =
            last > n || n.checked_sub(1).is_some_and(|b| matches!(words.word(b), "la" | "reunion" | "departement"));
        let shouted = all_capitals(words, n, last);
        article
            && words.capital(last)
            && !matches!(words.word(last + 1), "d" | "de" | "du" | "publique" | "en" | "avec")
            && (!shouted || last > n)
    }

    fn mentions_of(&self, words: &Words<'_>, n: usize, large: &Large<'_>) -> Vec<Mention> {
        let written = match large.names.first().map(|l| l.kind) {
            Some(NameKind::Adjective) => Written::Adjective,
            Some(NameKind::Abbreviation) => Written::Abbreviation,
            _ => Written::Name,
        };
        let mut last = large.last;
        if let Some((_, number)) = number_in_brackets(words, last) {
            last = number;
        }
        let mention = |spot: &Spot| mention(words, n, last, vec![self.code(*spot)], written);
        let mut spots: Vec<Spot> = large.names.iter().map(|l| l.spot).collect();
        spots.dedup();
        let several_groups = spots.len() > 1 && spots.iter().all(|s| matches!(s, Spot::Intercommunality(_)));
        if several_groups {
            // Intercommunalities are homonyms; the départements of Alsace are named together.
            let candidates = spots.iter().map(|s| self.code(*s)).collect();
            return vec![self::mention(words, n, last, candidates, written)];
        }
        spots.iter().map(mention).collect()
    }

    fn commune_at(&self, words: &Words<'_>, n: usize, reading: Reading) -> Option<Mention> {
        let before = n.checked_sub(1).map_or("", |b| words.word(b));
        let contracted = match before {
            "du" | "au" => Some("le"),
            "des" | "aux" => Some("les"),
            _ => None,
        };
        let with_article = contracted.and_then(|article| {
            let (last, phrase) = capital_run(words, n)?;
            (n..=last).rev().find_map(|end| {
                let name = format!("{article} {}", phrase.get(..phrase_len(words, n, end))?);
                let spots = self.names.communes(&self.table, &name);
                (!spots.is_empty()).then_some((end, spots))
            })
        });
        let (last, spots) = match with_article {
            Some(found) => found,
            None => self.names.communes_at(&self.table, words, n)?,
        };
        if !words.capital(last) || joined_to_more(words, n, last) {
            return None;
        }
        self.accept_commune(words, n, last, spots, before, reading)
    }

    fn accept_commune(
        &self,
        words: &Words<'_>,
        n: usize,
        last: usize,
        spots: Vec<Spot>,
        before: &str,
        reading: Reading,
    ) -> Option<Mention> {
        let phrase = words.phrase(n, last);
        let own: Vec<Spot> = spots.iter().copied().filter(|s| self.carries(*s, without_article(phrase))).collect();
        let spots = if own.is_empty() { spots } else { own };
        if let Some((number, number_word)) = number_in_brackets(words, last) {
            let within = self.table.departement(number);
            let here: Vec<Spot> = spots.iter().copied().filter(|s| self.departement_spot(*s) == within).collect();
            if within.is_some() && !here.is_empty() {
                return Some(mention(words, n, number_word, self.codes(here), Written::NameWithDepartement));
            }
        }
        if let Some((postcode, number_word)) = postcode_in_brackets(words, last) {
            let here = self.communes_at_postcode(postcode);
            let called = self.communes_called(phrase, &self.codes(spots.clone()), &here, Longer::Tailed);
            if !called.is_empty() {
                return Some(mention(words, n, number_word, called, Written::NameWithDepartement));
            }
        }
        let population = spots.iter().map(|s| self.people(*s)).max().unwrap_or(0);
        let before_that = n.checked_sub(2).map_or("", |b| words.word(b));
        let announced = COMMUNE_WORDS.contains(&before)
            || (matches!(before, "de" | "d" | "du" | "des" | "la" | "l") && COMMUNE_WORDS.contains(&before_that));
        let shouted = all_capitals(words, n, last) && n > 0 && all_capitals(words, n - 1, n - 1);
        let ordinary = ORDINARY.contains(&words.phrase(n, last)) || words.phrase(n, last).len() < 3;
        // "Pays de Dreux" is the country around the town.
        if before_that == "pays" && matches!(before, "de" | "d") {
            return None;
        }
        let contracted = matches!(before, "du" | "des" | "au" | "aux") && self.article_is_contracted(&spots);
        let after_preposition = (PREPOSITIONS.contains(&before) || contracted) && words.gap_before(n).len() <= 3;
        // "Demande de subventions (Quéven)", "Mèze : subventions".
        let in_brackets = words.gap_before(n).ends_with('(') && words.gap_after(last).starts_with(')');
        let heads = n == 0 && matches!(words.gap_after(last), ": " | " : " | "\u{a0}: " | " - " | " – " | " — ");
        // A body's name is not a sentence: "Pannes : flux sain" is no town's, "Maison de Lens" is in Lens.
        if reading == Reading::Publisher {
            let placed = announced
                || population >= UNMISTAKABLE_POPULATION
                || (after_preposition && !ordinary && population >= NOTABLE_POPULATION);
            return placed.then(|| mention(words, n, last, self.codes(spots), Written::Name));
        }
        let accepted = announced
            || ((in_brackets || heads) && !ordinary && population >= NOTABLE_POPULATION)
            || (after_preposition && !shouted && !ordinary && population >= NOTABLE_POPULATION)
            || (!ordinary && population >= KNOWN_POPULATION)
            || (before == "a" && !shouted && population >= KNOWN_POPULATION);
        accepted.then(|| mention(words, n, last, self.codes(spots), Written::Name))
    }

    /// "du Raincy", "des Lilas": the commune's own article hides in the preposition.
    fn article_is_contracted(&self, spots: &[Spot]) -> bool {
        let names = spots.iter().filter_map(|s| self.name_of(*s));
        names.into_iter().any(|name| name.starts_with("Le ") || name.starts_with("Les "))
    }

    fn codes(&self, mut spots: Vec<Spot>) -> Vec<TerritoryCode> {
        spots.sort_by_key(|s| std::cmp::Reverse(self.people(*s)));
        spots.into_iter().map(|s| self.code(s)).collect()
    }
}

struct Large<'n> {
    last: usize,
    names: &'n [Name],
}

fn mention(words: &Words<'_>, first: usize, last: usize, candidates: Vec<TerritoryCode>, written: Written) -> Mention {
    let (start, mut end) = words.span(first, last);
    let bracketed = last > first && words.gap_before(last).trim() == "(" && begins_with_digit(words.word(last));
    if bracketed {
        end += words.gap_after(last).find(')').map_or(0, |bracket| bracket + 1);
    }
    Mention { start, end, candidates, written, words: (first, last) }
}

/// Part of a longer hyphenated name: the Croix of Croix-Rouge.
fn joined_to_more(words: &Words<'_>, first: usize, last: usize) -> bool {
    let hyphen = |gap: &str| matches!(gap, "-" | "\u{2010}" | "\u{2011}");
    hyphen(words.gap_after(last)) || (first > 0 && hyphen(words.gap_before(first)))
}

fn all_capitals(words: &Words<'_>, first: usize, last: usize) -> bool {
    let written = words.original(first, last);
    written.chars().any(char::is_alphabetic) && !written.chars().any(char::is_lowercase)
}

/// The run of words that begin with a capital or a small linking word, from `n`.
fn capital_run<'w>(words: &'w Words<'_>, n: usize) -> Option<(usize, &'w str)> {
    if !words.capital(n) {
        return None;
    }
    let mut last = n;
    while last < n + 6 && last + 1 < words.len() && !words.phrase(n, last + 1).contains('\n') {
        last += 1;
    }
    Some((last, words.phrase(n, last)))
}

fn phrase_len(words: &Words<'_>, first: usize, last: usize) -> usize {
    words.phrase(first, last).len()
}

#[cfg(test)]
mod tests;
