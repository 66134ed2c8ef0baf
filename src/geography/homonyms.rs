//! Communes of one name: which of them lies near.
//!
//! A commune is often called by the head of its name where everybody knows which is meant: Montreuil-sur-Mer is
//! "Montreuil" in the Pas-de-Calais. It knows names and places, never why a place is near.

use super::table::Spot;
use super::{Geography, fold};
use crate::model::TerritoryCode;

/// Words that begin the part of a commune's name that people leave out.
const TAILS: &[&str] = &["sur", "sous", "en", "les", "lez", "le", "la", "l", "du", "de", "des", "d", "aux", "au"];

/// Which longer names a name may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Longer {
    /// Montreuil for Montreuil-sur-Mer.
    Tailed,
    /// Boulogne for Boulogne-Billancourt too: where the place is sure.
    Any,
}

impl Geography {
    /// Of the communes that carry a name, those that are or lie in one of `places`; when none does, those whose name
    /// begins with it, as far as `longer` goes.
    pub(crate) fn communes_called(
        &self,
        name: &str,
        bearers: &[TerritoryCode],
        places: &[TerritoryCode],
        longer: Longer,
    ) -> Vec<TerritoryCode> {
        let lies_there = |code: &&TerritoryCode| places.iter().any(|place| self.contains(place, code));
        let here: Vec<TerritoryCode> = bearers.iter().filter(lies_there).cloned().collect();
        if !here.is_empty() {
            return here;
        }
        let mut there: Vec<TerritoryCode> = Vec::new();
        for code in self.longer_named(&fold(name), longer) {
            if lies_there(&&code) && !there.contains(&code) {
                there.push(code);
            }
        }
        // "Châlons" in the Marne is Châlons-en-Champagne, not Châlons-sur-Vesle.
        let people = |code: &TerritoryCode| self.population(code).unwrap_or(0);
        there.sort_by_key(|code| std::cmp::Reverse(people(code)));
        if let [first, second, ..] = there.as_slice()
            && people(first) > 10 * people(second)
        {
            there.truncate(1);
        }
        there
    }

    /// Communes whose name is this one and more.
    fn longer_named(&self, folded: &str, longer: Longer) -> impl Iterator<Item = TerritoryCode> {
        let head = format!("{folded} ");
        let names = self.table.names;
        let beginning = (names.from(&head)..names.len()).map(|n| names.name(n)).take_while(|n| n.starts_with(&head));
        let tailed: Vec<&str> =
            beginning.filter(|name| longer == Longer::Any || name.get(head.len()..).is_some_and(is_tail)).collect();
        let spots = tailed.into_iter().flat_map(|name| self.names.communes(&self.table, name));
        spots.filter(|spot| matches!(spot, Spot::Commune(_))).map(|spot| self.code(spot))
    }
}

fn is_tail(rest: &str) -> bool {
    rest.split(' ').next().is_some_and(|word| TAILS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_bearer_nearby() {
        let check = |name: &str, bearers: &str, places: &str, expected: &str| {
            let codes =
                |codes: &str| codes.split_whitespace().map(|c| TerritoryCode::parse(c).unwrap()).collect::<Vec<_>>();
            let called = Geography::get().communes_called(name, &codes(bearers), &codes(places), Longer::Tailed);
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

    #[test]
    fn where_the_place_is_sure_any_longer_name_will_do() {
        let check = |name: &str, place: &str, longer: Longer, expected: &[&str]| {
            let place = TerritoryCode::parse(place).unwrap();
            let called = Geography::get().communes_called(name, &[], &[place], longer);
            assert_eq!(called.iter().map(TerritoryCode::as_str).collect::<Vec<_>>(), expected, "{name}");
        };
        check("Boulogne", "D92", Longer::Any, &["92012"]);
        check("Boulogne", "D92", Longer::Tailed, &[]);
        check("Villeneuve", "D94", Longer::Any, &["94078", "94077"]);
    }
}
