//! Whether a one-word name is a département's: such names are also words, rivers and communes.

use super::numbers::{begins_with_digit, number_in_brackets};
use super::{NOTABLE_POPULATION, Reading};
use crate::geography::names::{Name, NameKind};
use crate::geography::table::Article;
use crate::geography::{Geography, Spot, Words};

/// Words that make what follows a département, whatever its article.
const DEPARTEMENT_WORDS: &[&str] = &[
    "departement",
    "departemental",
    "departementale",
    "prefecture",
    "prefet",
    "prefete",
    "cd",
    "caf",
    "ddets",
    "ddt",
    "udaf",
];

/// Words after which a département's name is a site's ("quartier Aude", "vallée de la Drôme").
const STREETS_AND_SITES: &[&str] =
    &["quartier", "rue", "cite", "residence", "college", "lycee", "allee", "avenue", "bords", "parc", "quai", "pont"];

/// Départements' names that mean something else without their article.
const RIVERS_AND_WORDS: &[&str] =
    &["nord", "lot", "manche", "landes", "somme", "loire", "marne", "oise", "aube", "cher", "rhone", "vienne", "meuse"];

impl Geography {
    /// Whether a one-word name is the département's: `None` when it is no place at all.
    ///
    /// Such names are words, rivers and communes too (Nord, Lot, Loire, Mayenne): the article tells.
    pub(super) fn departement_is_meant(&self, words: &Words<'_>, n: usize, d: u8, reading: Reading) -> Option<bool> {
        let departement = self.table.departements.get(usize::from(d))?;
        if !words.capital(n) {
            return None;
        }
        let before = n.checked_sub(1).map_or("", |b| words.word(b));
        let next = words.word(n + 1);
        // "Le département du Nord est concerné" is no north-east.
        let compass = match next {
            "est" => !words.gap_after(n).contains(' ') || words.capital(n + 1),
            "ouest" | "sud" | "de" | "pas" => true,
            _ => false,
        };
        if departement.name == "Nord" && (compass || before == "au") {
            return None;
        }
        let with_number =
            number_in_brackets(words, n).is_some_and(|(number, _)| departement.code.get(1..) == Some(number));
        // Paris is one place, as a commune and as a département: its commune's code stands for it.
        let also_commune = departement.communes.1 == departement.communes.0 + 1;
        let announced = !also_commune
            && (1..=3).filter_map(|back| n.checked_sub(back)).any(|b| DEPARTEMENT_WORDS.contains(&words.word(b)));
        if with_number || announced {
            return Some(true);
        }
        if (1..=2).filter_map(|back| n.checked_sub(back)).any(|b| STREETS_AND_SITES.contains(&words.word(b))) {
            return None;
        }
        let stands_alone =
            words.gap_before(n).is_empty() || words.gap_before(n).contains(['\n', '(', '«', ':', ',', '-', '|']);
        let articled = match departement.article {
            // Names without an article: Paris, Mayotte; any preposition will do.
            Article::None => true,
            Article::Le => matches!(before, "le" | "du"),
            Article::La => matches!(before, "la" | "en"),
            Article::Les => matches!(before, "les" | "des"),
            Article::Elided => matches!(before, "l" | "en"),
        };
        // "Habitat inclusif Isère": a name that closes the sentence.
        let closes = !RIVERS_AND_WORDS.contains(&words.word(n))
            && !matches!(before, "de" | "d" | "a" | "val" | "sur")
            && (words.gap_after(n).is_empty()
                || words.gap_after(n).contains(['\n', ':', ')', '»', '.', ','])
                || begins_with_digit(next));
        let a_commune_too =
            self.names.communes(&self.table, words.word(n)).iter().any(|c| self.people(*c) >= NOTABLE_POPULATION);
        // "Oise et Aisne", "Ain, Isère": each shows that the other is no river.
        if reading == Reading::Text && !articled && !also_commune && self.beside_departement(words, n) {
            return Some(true);
        }
        match reading {
            _ if departement.article == Article::None => Some(!a_commune_too),
            _ if articled => Some(true),
            Reading::Publisher => Some(!a_commune_too),
            Reading::Text if (stands_alone || closes) && !a_commune_too => Some(false),
            Reading::Text => None,
        }
    }

    /// Whether word `n` stands in a list with another département: "Oise et Aisne", "de la Sarthe, de Mayenne".
    fn beside_departement(&self, words: &Words<'_>, n: usize) -> bool {
        let departement = |first: usize| {
            let (last, names) = self.names.large_at(words, first).filter(|_| words.capital(first))?;
            let named = |name: &Name| name.kind == NameKind::Name && matches!(name.spot, Spot::Departement(_));
            names.iter().any(named).then_some(last)
        };
        let after = listed_after(words, n).is_some_and(|next| departement(next).is_some());
        let mut before = (1..=LIST_WORDS_MAX + NAME_WORDS_MAX).filter_map(|back| n.checked_sub(back));
        after || before.any(|first| departement(first).is_some_and(|last| listed_after(words, last) == Some(n)))
    }
}

/// Small words between two places of a list.
const LIST_WORDS_MAX: usize = 3;

/// Words of the longest name of a département.
const NAME_WORDS_MAX: usize = 5;

/// The word after `last` with which a list goes on: past "et", a comma, and the small words that follow.
fn listed_after(words: &Words<'_>, last: usize) -> Option<usize> {
    let mut listed = false;
    for n in last + 1..=last + 1 + LIST_WORDS_MAX {
        match words.gap_before(n).trim() {
            "" | "'" | "’" => {}
            "," | "/" | "·" | "|" => listed = true,
            _ => return None,
        }
        match words.word(n) {
            "et" | "ou" => listed = true,
            "de" | "du" | "des" | "d" | "la" | "le" | "les" | "l" | "en" | "dans" => {}
            _ => return listed.then_some(n),
        }
    }
    None
}
