//! The words that sites' data use for who may apply, as audiences.

use crate::model::{Audience, unaccented};

/// Beginnings of words, without accents or capitals, as the public data sets write them.
const WORDS: &[(&str, Audience)] = &[
    ("commune", Audience::Collectivites),
    ("intercommunalite", Audience::Collectivites),
    ("epci", Audience::Collectivites),
    ("departement", Audience::Collectivites),
    ("region", Audience::Collectivites),
    ("collectivite", Audience::Collectivites),
    ("ccas", Audience::Collectivites),
    ("cias", Audience::Collectivites),
    ("mairie", Audience::Collectivites),
    ("association", Audience::Associations),
    ("fondation", Audience::Associations),
    ("ong", Audience::Associations),
    ("entreprise", Audience::Entreprises),
    ("tpe", Audience::Entreprises),
    ("pme", Audience::Entreprises),
    ("agriculteur", Audience::Entreprises),
    ("artisan", Audience::Entreprises),
    ("etablissement", Audience::Etablissements),
    ("ecole", Audience::Etablissements),
    ("hopita", Audience::Etablissements),
    ("universite", Audience::Etablissements),
    ("lycee", Audience::Etablissements),
    ("recherche", Audience::Etablissements),
    ("particulier", Audience::Particuliers),
    ("citoyen", Audience::Particuliers),
    ("habitant", Audience::Particuliers),
];

/// The audiences named by `values`, sorted, none twice. A word alone decides: "Établissements publics de communes" is a
/// establishment, since the first word that is known wins.
pub fn read<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<Audience> {
    let mut audiences: Vec<Audience> = values.into_iter().filter_map(one).collect();
    audiences.sort();
    audiences.dedup();
    audiences
}

fn one(value: &str) -> Option<Audience> {
    let folded = unaccented(value);
    folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find_map(|word| WORDS.iter().find(|(start, _)| starts(word, start)).map(|(_, audience)| *audience))
}

/// Short words count whole: "ong" is no beginning of "ongle".
fn starts(word: &str, start: &str) -> bool {
    if start.len() <= 4 { word == start || word.strip_suffix('s') == Some(start) } else { word.starts_with(start) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Audience::*;

    #[test]
    fn the_words_of_public_data_are_audiences() {
        let check = |values: &[&str], wanted: &[Audience]| {
            assert_eq!(read(values.iter().copied()), wanted, "{values:?}");
        };
        check(&["Communes", "Intercommunalités / Pays"], &[Collectivites]);
        check(&["Associations", "Particuliers", "Entreprises privées"], &[Associations, Entreprises, Particuliers]);
        check(&["Établissements publics (écoles, bibliothèques…) / Services de l'État"], &[Etablissements]);
        check(&["Collectivité ou institution - Communes de 10 000 à 20 000 hab"], &[Collectivites]);
        check(&["Association - ONG"], &[Associations]);
        check(&["Martiens", ""], &[]);
    }
}
