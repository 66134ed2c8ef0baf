//! The territory of a notice's publisher: what its name says, and which of the communes of its name it is.

use super::{TerritoryInput, head};
use crate::geography::{Geography, Publisher, Said, Words, Written};
use crate::model::{Level, TerritoryCode};

/// The publisher's territory.
pub(super) struct Speaker {
    pub publisher: Publisher,
    /// Only the kind of body says so: a network that names no place.
    pub presumed: bool,
}

/// Bytes of a text in which the places around a homonym are looked for.
const AROUND_BYTES: usize = 4_000;

/// Postcodes of a text that tell homonyms apart: more would only blur.
const POSTCODES_MAX: usize = 8;

/// Bytes of a name that begins with "Euro" and means Europe, not the coin.
const EURO_NAME_BYTES_MIN: usize = 8;

/// Words of the names of bodies that act everywhere when their name and their source say no place.
const NETWORKS: &[&str] = &[
    "reseau",
    "union",
    "federation",
    "confederation",
    "ligue",
    "mouvement",
    "collectif",
    "delegation",
    "observatoire",
    "institut",
    "plateforme",
    "alliance",
    "coalition",
    "lettre",
    "gazette",
    "revue",
    "journal",
    "magazine",
    "media",
];

/// The publisher's territory; of the communes of its name, the one that the source covers or the text places.
pub(super) fn publisher(input: &TerritoryInput) -> Option<Speaker> {
    by_name(input)
        .filter(|speaker| !speaker.presumed)
        .or_else(|| {
            let url = input.url.filter(|_| input.source_territory.is_empty())?;
            Some(Speaker { publisher: super::host::host(url)?, presumed: false })
        })
        .or_else(|| by_name(input))
}

fn by_name(input: &TerritoryInput) -> Option<Speaker> {
    let name = input.publisher?;
    let geography = Geography::get();
    let source: Vec<TerritoryCode> = input.source_territory.iter().filter(|code| is_a_place(code)).cloned().collect();
    let plain = geography.publisher_near(name, &[&source]);
    // One that the source holds, or that has no homonym, needs no more.
    let covered = |p: &Publisher| p.codes.iter().all(|c| source.iter().any(|s| geography.contains(s, c)));
    let is_town = |p: &Publisher| p.codes.first().is_some_and(|code| code.level() == Level::Commune);
    if let Some(publisher) = plain.as_ref()
        && (!is_town(publisher) || covered(publisher))
    {
        return Some(Speaker { publisher: publisher.clone(), presumed: false });
    }
    let text = head(input.text, AROUND_BYTES);
    let postcodes = postcodes(text);
    let places = places_around(input.title, text);
    if let Some(publisher) = geography.publisher_near(name, &[&source, &postcodes, &places]).or(plain) {
        return Some(Speaker { publisher, presumed: false });
    }
    let codes = vec![network(name).filter(|_| input.source_territory.is_empty())?];
    let publisher = Publisher { codes, start: 0, end: name.len(), said: Said::Scope };
    Some(Speaker { publisher, presumed: true })
}

fn is_a_place(code: &TerritoryCode) -> bool {
    !matches!(code.level(), Level::Country | Level::Europe | Level::Elsewhere)
}

/// Communes at the postcodes that a text holds.
fn postcodes(text: &str) -> Vec<TerritoryCode> {
    let words = Words::of(text);
    let numbers = (0..words.len()).map(|n| words.word(n));
    let postcodes = numbers.filter(|w| w.len() == 5 && w.bytes().all(|b| b.is_ascii_digit()));
    postcodes.take(POSTCODES_MAX).flat_map(|postcode| Geography::get().communes_at_postcode(postcode)).collect()
}

/// Départements and régions that a title and a text name.
fn places_around(title: &str, text: &str) -> Vec<TerritoryCode> {
    let geography = Geography::get();
    let mentions = geography.find(title).into_iter().chain(geography.find(text));
    let named = mentions.filter(|mention| mention.written != Written::Adjective);
    let single = named.filter_map(|mention| match mention.candidates.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    });
    single.filter(|code| matches!(code.level(), Level::Departement | Level::Region)).collect()
}

/// "Réseau des …", "La Lettre des …": the country; "Eurovergers": the Union.
fn network(name: &str) -> Option<TerritoryCode> {
    let words = Words::of(name);
    let first = usize::from(matches!(words.word(0), "le" | "la" | "les" | "l"));
    let word = words.word(first);
    if NETWORKS.contains(&word) {
        return Some(TerritoryCode::france());
    }
    let of_europe = word.starts_with("euro") && word.len() >= EURO_NAME_BYTES_MIN && words.capital(first);
    of_europe.then(TerritoryCode::europe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publisher_among_homonyms_is_the_one_its_page_places() {
        let check = |name: &str, source: &str, text: &str, expected: &str| {
            let source: Vec<_> = source.split_whitespace().map(|c| TerritoryCode::parse(c).unwrap()).collect();
            let input = TerritoryInput {
                url: None,
                title: "Appel à projets",
                text,
                publisher: Some(name),
                source_territory: &source,
                field: None,
                place: None,
            };
            let codes = publisher(&input).map(|speaker| speaker.publisher.codes).unwrap_or_default();
            assert_eq!(
                codes.iter().map(TerritoryCode::as_str).collect::<Vec<_>>().join(" "),
                expected,
                "{name}, {text}"
            );
        };
        check("Ville de Saint-Denis", "D974", "", "97411");
        check("Ville de Saint-Denis", "", "Mairie, 97400 Saint-Denis", "97411");
        check("Ville de Saint-Denis", "FR", "La mairie (93200) répond.", "93066");
        check("Ville de Sainte-Anne", "", "À Sainte-Anne, en Martinique, les associations répondent.", "97226");
        check("Ville de Sainte-Anne", "", "Les associations répondent.", "");
        check("Commune de Montreuil", "D62", "", "62588");
        check("Ville de Boulogne", "D92", "", "92012");
        check("Commune de Montreuil", "", "", "93048");
        check("Commune de Montreuil", "", "Montreuil, 62170", "62588");
        check("Ville de Nantes", "R11", "", "44109");
        check("Réseau des vergers", "", "", "FR");
        check("Réseau des vergers", "D44", "", "");
        check("Vergers Solutions", "", "", "");
        check("Eurovergers", "", "", "EU");
        check("Ville de Châlons", "D51", "", "51108");
    }
}
