//! Turns of phrase in any noun, verb form and number, which a list of phrases cannot hold.
//!
//! They are looked for in the folded words, so without accents or capitals; `|` ends a sentence there.

use std::sync::LazyLock;

use regex::Regex;

use super::super::page::Page;
use super::super::phrases::Found;
use super::signs::Sign;

/// Phrases of signs.txt are numbered from 0; turns come after all of them.
const FIRST_TURN: usize = 1_000_000;

/// What was decided: "six équipes ont été choisies", "la commission a reçu 31 dossiers".
const TOLD: &[&str] = &[
    concat!(
        r" (?:ont|a|avaient|avait) ete (?:retenu|selectionn|soutenu|prim|recompens|design|attribu|choisi|distingu",
        r"|labellis|subventionn)[a-z]* ",
    ),
    r" (?:sont|est) (?:retenu|laureat|selectionn|recompens|distingu|subventionn)[a-z]* ",
    r" (?:a|ont) (?:retenu|choisi|selectionne|attribue|accorde|notifie|tranche|designe|prime|distingue|decerne|valide) ",
    concat!(
        r" (?:a|avait|ont|avaient) (?:recu|suscite|reuni|enregistre) (?:plus de |pres de )?\d+ ",
        r"(?:reponses|candidatures|dossiers|projets|demandes|applications) ",
    ),
    concat!(
        r" (?:recevront|percevront|beneficieront|toucheront|se partageront|se partagent|se repartissent) ",
        r"(?:une|d une|d un|chacun|\d)",
    ),
    r" (?:classe premier|classee premiere|par ordre de merite|(?:were|was|has been|have been) (?:awarded|selected|funded)) ",
    r" call (?:received|closed) ",
    r" a vote (?:\d|les subventions|l attribution)",
];

/// How one hands something in: "transmettez votre fiche", "les porteurs adressent leur projet".
const APPLYING: &str = concat!(
    r" (?:depos|transme|envoy|adress|renvoy|propos|present|complet|rempli|retourn|remett|remis|soumet|rend)[a-z]* ",
    r"(?:leur|leurs|votre|vos|un|une|le|la|les|des|sa|son) (?:[a-z]+ )?",
    r"(?:dossier|demande|projet|candidature|fiche|formulaire|idee|reponse|proposition|action)s? ",
);

/// What is handed in, and by when, in one sentence: "les dossiers sont attendus pour le", "fiche à remplir avant le".
const HAND_IN: &str = concat!(
    r" (?:dossier|demande|projet|candidature|reponse|fiche|proposition|formulaire|manifest\w+|font connaitre)s? ",
    // A day, and not "avant le début des travaux".
    r"(?:[a-z0-9]+ ){0,9}(?:avant le|au plus tard le|jusqu au|pour le|d ici le|d ici au) ",
    r"(?:lundi |mardi |mercredi |jeudi |vendredi |samedi |dimanche )?\d{1,2}(?:er)? ",
    r"(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre) ",
);

/// Another call, told in passing: "issues de l'appel à projets départemental", "vous pilotez l'appel à projets annuel".
const PASSING: &str = concat!(
    r" (?:issue?s?|nee?s?|retenue?s?|selectionnee?s?|soutenue?s?|financee?s?|laureate?s?|grace|suite|candidate|piloter|pilotez",
    r"|suivre|suivez|suivi|gerer|gerez|instruisez|instruire|preparer|preparez|cadre|lors|apres|bilan|resultats?|aux",
    r"|reponses? aux|veille|montage) ",
    r"(?:(?:a|au|aux|de|des|du|d|l|la|le|les|un|une|ce|ces|leurs?|nos|vos|par|dans|sur|plusieurs|divers|reponses?) ){0,3}",
    r"(?:(?:anciens?|premiers?|derniers?|precedents?) )?",
    r"(?:appels? a (?:projets?|candidatures?|manifestations?|initiatives?)|aap|ami) ",
);

/// Who was chosen by it, with a word between: "lauréat ardéchois de l'appel à projets"; or when it was: "un appel à projets ouvert
/// en novembre dernier".
const PASSING_TOO: &str = concat!(
    r" (?:(?:laureat|laureate|resultat|bilan)s? [a-z]+ (?:(?:a|au|aux|de|des|du|d|l|la|le|les|cet) ){1,2}",
    r"(?:appels? a (?:projets?|candidatures?|manifestations?|initiatives?)|aap|ami)",
    r"|(?:appels? a (?:projets?|candidatures?|manifestations?|initiatives?)|aap|ami) (?:\| )?",
    r"(?:ouvert|lance|publie|clos)(?: le| en| au| a)? (?:[a-z0-9]+ ){0,3}(?:dernier|derniere|passe|passee)) ",
);

/// A call that will come: "un appel à projets sera lancé à la rentrée".
const TO_COME: &str = concat!(
    r" (?:appels? a (?:projets?|candidatures?|manifestations?|initiatives?)|aap|ami)(?: [a-z0-9]+){0,4} ",
    r"(?:sera|seront|serait|seraient|devrait|devraient|pourrait|va|vont) ",
    r"(?:a nouveau |de nouveau |prochainement |bientot |egalement )?(?:etre )?",
    r"(?:lancee?s?|publiee?s?|ouverte?s?|proposee?s?|reconduite?s?|mise?s? en ligne|dotee?s?) ",
);

static TURNS: LazyLock<Vec<(Sign, Regex)>> = LazyLock::new(|| {
    let told = TOLD.iter().map(|told| (Sign::ResultTold, *told));
    let others = [
        (Sign::Apply, APPLYING),
        (Sign::HandIn, HAND_IN),
        (Sign::CallInPassing, PASSING),
        (Sign::CallInPassing, PASSING_TOO),
        (Sign::CallToCome, TO_COME),
    ];
    told.chain(others).filter_map(|(sign, turn)| Some((sign, Regex::new(turn).ok()?))).collect()
});

/// The first places of each turn in a text; more of them would say nothing new.
pub(super) fn turns(page: &Page) -> Vec<Found<Sign>> {
    const PLACES_MAX: usize = 12;
    let places = |(number, (sign, turn)): (usize, &'static (Sign, Regex))| {
        let found = turn.find_iter(page.text.plain()).take(PLACES_MAX);
        found.map(move |found| Found {
            tag: *sign,
            at: page.text.behind_plain(found.range()),
            phrase: FIRST_TURN + number,
        })
    };
    TURNS.iter().enumerate().flat_map(places).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_turn_is_a_regex() {
        assert_eq!(TURNS.len(), TOLD.len() + 5);
    }
}
