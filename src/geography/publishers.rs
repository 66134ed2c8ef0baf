//! The territory of a body, from its name: `Préfecture de l'Aisne`, `ARS Bretagne`, `ID77`, `Ministère de …`.
//!
//! It reads a name, not a notice: what a body relays or finances elsewhere is for understanding.

use std::sync::LazyLock;

use super::Geography;
use super::fold::{Words, fold};
use super::homonyms::Longer;
use super::mentions::{Mention, Reading, Written};
use super::names::entries;
use crate::model::{Level, TerritoryCode};

const PUBLISHERS: &str = include_str!("../../data/publishers.tsv");

/// Folded words of a name → territories, in the order of the file.
static KNOWN: LazyLock<Vec<(String, Vec<TerritoryCode>)>> = LazyLock::new(|| {
    let codes = |codes: &str| codes.split(' ').filter_map(|c| TerritoryCode::parse(c).ok()).collect();
    entries(PUBLISHERS).map(|(words, columns)| (fold(words), codes(columns))).collect()
});

/// Bodies whose name holds a place that is not their territory: river basins, courts.
const MISLEADING: &[&str] = &["agence de l eau", "comite de bassin", "tribunal", "cour d appel"];

/// What a publisher's name says of its territory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    pub codes: Vec<TerritoryCode>,
    /// Byte offsets of the words that say so.
    pub start: usize,
    pub end: usize,
    pub said: Said,
}

/// How a name says a territory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It names the place.
    Place,
    /// It is known to act in all of France or Europe.
    Scope,
}

impl Geography {
    /// The territory of a body called so; `None` when its name does not say.
    pub fn publisher(&self, name: &str) -> Option<Publisher> {
        self.publisher_near(name, &[])
    }

    /// As [`Geography::publisher`]; of communes of one name, the one that lies in `near`, the surest places first.
    pub fn publisher_near(&self, name: &str, near: &[&[TerritoryCode]]) -> Option<Publisher> {
        let words = Words::of(name);
        let phrase = format!(" {} ", words.rest(0).replace('\n', " "));
        if MISLEADING.iter().any(|m| phrase.contains(&format!(" {m} "))) {
            return None;
        }
        let known = KNOWN.iter().find(|(known, _)| phrase.contains(&format!(" {known} ")));
        // "Académie de Lille" is wider than Lille, "MSA Picardie" narrower than its name.
        let local = known.filter(|(_, codes)| !codes.iter().any(is_wide));
        if let Some((_, codes)) = local {
            return Some(whole(name, codes.clone(), Said::Place));
        }
        let mut mentions = self.read_mentions(&words, Reading::Publisher);
        // "Malakoff Humanis" is no town's.
        if let Some((known, _)) = known {
            mentions.retain(|m| !format!(" {known} ").contains(&format!(" {} ", words.phrase(m.words.0, m.words.1))));
        }
        mentions.retain(|m| !m.candidates.iter().any(is_wide));
        let state = phrase.contains(" prefecture ") || phrase.contains(" prefet ") || phrase.contains(" prefete ");
        if state && mentions.iter().any(is_region) {
            mentions.retain(is_region);
        }
        if let Some(mut publisher) = self.named(&words, &mentions, near) {
            if state && phrase.contains(" sous ") {
                publisher.codes = publisher.codes.iter().map(|c| self.departement_of(c).unwrap_or(c.clone())).collect();
            }
            return Some(publisher);
        }
        if known.is_none()
            && let Some(publisher) = self.called_shortly(name, &words, near)
        {
            return Some(publisher);
        }
        match known {
            Some((_, codes)) => Some(whole(name, codes.clone(), Said::Scope)),
            None if phrase.contains(" france ") => Some(whole(name, vec![TerritoryCode::france()], Said::Scope)),
            None => None,
        }
    }

    /// The first place of the name, with those coordinated with it; a région first ("Préfecture de région, de Paris").
    fn named(&self, words: &Words<'_>, mentions: &[Mention], near: &[&[TerritoryCode]]) -> Option<Publisher> {
        let announced = mentions.iter().position(|m| self.after_region(words, m));
        let first = announced.unwrap_or(0);
        let lead = mentions.get(first)?;
        let mut codes = vec![self.preferred(words, lead, near)?];
        let (start, mut end) = (lead.start, lead.end);
        let mut last = lead.words.1;
        let level = codes.first().map(TerritoryCode::level);
        for mention in mentions.get(first + 1..)? {
            let coordinated = mention.start == start || joined(words, last, mention.words.0);
            let Some(code) = self.preferred(words, mention, near).filter(|_| coordinated) else { break };
            // "Paris et Île-de-France" is the région.
            if codes.iter().all(|c| self.contains(&code, c)) && mention.start != start {
                return Some(Publisher { codes: vec![code], start, end: mention.end, said: Said::Place });
            }
            if Some(code.level()) != level {
                break;
            }
            if !codes.contains(&code) {
                codes.push(code);
                end = mention.end;
            }
            last = mention.words.1;
        }
        Some(Publisher { codes, start, end, said: Said::Place })
    }

    /// "Ville de Châlons" in the Marne: no commune's whole name.
    fn called_shortly(&self, name: &str, words: &Words<'_>, near: &[&[TerritoryCode]]) -> Option<Publisher> {
        let announced = matches!(words.word(0), "ville" | "commune" | "mairie" | "ccas" | "municipalite");
        if !announced || !matches!(words.word(1), "de" | "d") {
            return None;
        }
        let called = words.phrase(2, words.len().saturating_sub(1));
        let each = near.iter().enumerate();
        let found = each.map(|(n, places)| self.communes_called(called, &[], places, longer_at(n)));
        let only = found.into_iter().find(|found| found.len() == 1)?;
        Some(whole(name, only, Said::Place))
    }

    fn after_region(&self, words: &Words<'_>, mention: &Mention) -> bool {
        let before = |back: usize| mention.words.0.checked_sub(back).map_or("", |n| words.word(n));
        is_region(mention) && (before(1) == "region" || before(2) == "region")
    }

    /// A homonym among publishers is its bearer nearby; else its largest bearer when it is far larger than the next.
    fn preferred(&self, words: &Words<'_>, mention: &Mention, near: &[&[TerritoryCode]]) -> Option<TerritoryCode> {
        let first = mention.candidates.first()?;
        let settled = matches!(mention.written, Written::NameWithDepartement | Written::Number);
        if first.level() == Level::Commune && !settled {
            let name = words.phrase(mention.words.0, mention.words.1);
            for (n, places) in near.iter().enumerate() {
                let called = self.communes_called(name, &mention.candidates, places, longer_at(n));
                if let [only] = called.as_slice() {
                    return Some(only.clone());
                }
            }
        }
        let people = |n: usize| mention.candidates.get(n).and_then(|c| self.population(c)).unwrap_or(0);
        let clear = mention.candidates.len() == 1 || people(0) > 10 * people(1);
        mention.candidates.first().filter(|_| clear).cloned()
    }
}

fn is_region(mention: &Mention) -> bool {
    mention.candidates.first().is_some_and(|c| c.level() == Level::Region)
}

/// The first places are the surest.
fn longer_at(n: usize) -> Longer {
    if n == 0 { Longer::Any } else { Longer::Tailed }
}

fn is_wide(code: &TerritoryCode) -> bool {
    matches!(code.level(), Level::Country | Level::Europe)
}

fn whole(name: &str, codes: Vec<TerritoryCode>, said: Said) -> Publisher {
    Publisher { codes, start: 0, end: name.len(), said }
}

/// Only linking words stand between two places: `de l'Oise et Aisne`, `Savoie, Haute-Savoie`.
fn joined(words: &Words<'_>, last: usize, next: usize) -> bool {
    (last + 1..next).all(|n| matches!(words.word(n), "et" | "de" | "du" | "des" | "la" | "le" | "les" | "l" | "d"))
        && !words.gap_after(last).contains('(')
        && (next - last > 1 || words.gap_after(last).contains(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publisher_says_its_territory() {
        let check = |name: &str, expected: &str| {
            let read = Geography::get().publisher(name);
            let codes: Vec<_> = read.iter().flat_map(|p| &p.codes).map(|c| c.as_str()).collect();
            assert_eq!(codes.join(" "), expected, "{name}");
            assert!(read.is_none_or(|p| name.get(p.start..p.end).is_some()));
        };
        check("Ville de Paris", "75056");
        check("Département de Paris", "75056");
        check("Mairie de Nanterre", "92050");
        check("Région Île-de-France", "R11");
        check("Conseil départemental de la Drôme", "D26");
        check("Département de Loire-Atlantique", "D44");
        check("Département du Nord", "D59");
        check("Préfecture de l'Aisne", "D02");
        check("Préfecture de la Manche", "D50");
        check("préfet de la région Hauts-de-France, préfet du Nord", "R32");
        check("Préfecture de Paris et d'Île-de-France, préfet de la région Île-de-France", "R11");
        check("DREETS Grand Est", "R44");
        check("DREETS PACA", "R93");
        check("DRIHL Île-de-France", "R11");
        check("MSA Picardie", "D02 D60 D80");
        check("Carsat Nord-Est", "D08 D10 D51 D52 D54 D55 D88");
        check("European Food Network", "EU");
        check("Ministère chargé des affaires européennes", "FR");
        check("Ville de Genève", "X");
        check("ARS Bretagne", "R53");
        check("Agence régionale de santé Centre-Val de Loire", "R24");
        check("CD 93", "D93");
        check("ID77", "D77");
        check("ATD 69", "D69");
        check("CAF de la Seine-Saint-Denis", "D93");
        check("Cher Ingénierie des Territoires (CIT)", "D18");
        check("Ardennes Ingénierie", "D08");
        check("Établissement public foncier local de l'Oise et Aisne (EPFLO)", "D60 D02");
        check("Direction départementale des territoires du Jura (DDT)", "D39");
        check("Agence technique départementale de Meurthe et Moselle (ATD 54)", "D54");
        check("Collectivité européenne d'Alsace", "D67 D68");
        check("Nantes Métropole", "244400404");
        check("Est Ensemble", "200057875");
        check("Métropole du Grand Paris", "200054781");
        check("Fédération des acteurs de la solidarité Île-de-France", "R11");
        check("Fédération des acteurs de la solidarité", "FR");
        check("Fondation de France", "FR");
        check("Ministère de l'Europe et des Affaires étrangères", "FR");
        check("Agence Nationale de l'Habitat (ANAH)", "FR");
        check("Commission européenne", "EU");
        check("Académie de Créteil", "D77 D93 D94");
        check("Agence de l'eau Seine-Normandie", "");
        check("Hellio Solutions", "");
        check("Malakoff Humanis", "FR");
        check("Préfecture de Paris et d'Île-de-France", "R11");
        check("Sous-préfecture du Raincy", "D93");
        check("Conseil départemental de Mayenne", "D53");
        check("Préfecture de la Vienne", "D86");
        check("Ville de Vienne", "38544");
        check("Ministère de l'intérieur du Luxembourg", "X");
        check("Croix-Rouge française", "FR");
        check("Banque alimentaire de Paris et d'Île-de-France", "R11");
        check("CCAS de Nantes", "44109");
        check("Communauté d'agglomération Pays Basque", "200067106");
        check("Grand Paris Sud Est Avenir", "200058006");
        check("UDAF 44", "D44");
        check("DDETS 77 - Seine-et-Marne", "D77");
        check("", "");
    }

    #[test]
    fn a_bare_word_is_no_commune() {
        let check = |name: &str, expected: &str| {
            let codes = Geography::get().publisher(name).map(|p| p.codes).unwrap_or_default();
            assert_eq!(codes.iter().map(TerritoryCode::as_str).collect::<Vec<_>>().join(" "), expected, "{name}");
        };
        check("Pannes : flux sain", "");
        check("Contes", "");
        check("Les Aides", "");
        check("Vitrolles infos", "");
        check("Mairie de Pannes", "45247");
        check("Pannes (45)", "45247");
        check("Cité éducative de Vitrolles", "13117");
        check("Plaine Commune", "200057867");
        check("Essonne", "D91");
        check("Paris Habitat", "75056");
    }
}
