//! Communes of one name: which of them lies near.
//!
//! A commune is often called by the head of its name where everybody knows which is meant: Montreuil-sur-Mer is
//! "Montreuil" in the Pas-de-Calais. It knows names and places, never why a place is near.

use super::table::Spot;
use super::{Geography, fold};
use crate::model::TerritoryCode;

/// Words that begin the part of a commune's name that people leave out.
const TAILS: &[&str] = &["sur", "sous", "en", "les", "lez", "le", "la", "l", "du", "de", "des", "d", "aux", "au"];

impl Geography {
    /// Of the communes that carry a name, those that are or lie in one of `places`; when none does, those whose name
    /// begins with it.
    pub(crate) fn communes_called(
        &self,
        name: &str,
        bearers: &[TerritoryCode],
        places: &[TerritoryCode],
    ) -> Vec<TerritoryCode> {
        let lies_there = |code: &&TerritoryCode| places.iter().any(|place| self.contains(place, code));
        let here: Vec<TerritoryCode> = bearers.iter().filter(lies_there).cloned().collect();
        if !here.is_empty() {
            return here;
        }
        let mut longer: Vec<TerritoryCode> = Vec::new();
        for code in self.longer_named(&fold(name)) {
            if lies_there(&&code) && !longer.contains(&code) {
                longer.push(code);
            }
        }
        // "Châlons" in the Marne is Châlons-en-Champagne, not Châlons-sur-Vesle.
        let people = |code: &TerritoryCode| self.population(code).unwrap_or(0);
        longer.sort_by_key(|code| std::cmp::Reverse(people(code)));
        if let [first, second, ..] = longer.as_slice()
            && people(first) > 10 * people(second)
        {
            longer.truncate(1);
        }
        longer
    }

    /// Communes whose name is this one and more: `montreuil` → Montreuil-sur-Mer, Montreuil-Bellay is another name.
    fn longer_named(&self, folded: &str) -> impl Iterator<Item = TerritoryCode> {
        let head = format!("{folded} ");
        let names = self.table.names;
        let beginning = (names.from(&head)..names.len()).map(|n| names.name(n)).take_while(|n| n.starts_with(&head));
        let tailed: Vec<&str> = beginning
            .filter(|name| name.get(head.len()..).is_some_and(|tail| tail.split(' ').next().is_some_and(is_tail)))
            .collect();
        let spots = tailed.into_iter().flat_map(|name| self.names.communes(&self.table, name));
        spots.filter(|spot| matches!(spot, Spot::Commune(_))).map(|spot| self.code(spot))
    }
}

fn is_tail(word: &str) -> bool {
    TAILS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_bearer_nearby() {
        let check = |name: &str, bearers: &str, places: &str, expected: &str| {
            let codes =
                |codes: &str| codes.split_whitespace().map(|c| TerritoryCode::parse(c).unwrap()).collect::<Vec<_>>();
            let called = Geography::get().communes_called(name, &codes(bearers), &codes(places));
            assert_eq!(called, codes(expected), "{name} in {places}");
        };
        check("Montreuil", "93048 28267", "D93", "93048");
        check("Montreuil", "93048 28267", "D62", "62588");
        check("Montreuil", "93048 28267", "62588", "62588");
        check("Châlons", "", "D51", "51108");
        check("Saint-Denis", "93066 97411", "D974", "97411");
        check("Saint-Denis", "93066 97411", "D44", "");
        check("Nantes", "44109", "D93", "");
    }
}
