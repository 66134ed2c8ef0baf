//! Turns of phrase in any noun, verb form and number, which a list of phrases cannot hold.
//!
//! They are looked for in the folded words, so without accents or capitals; `|` ends a sentence there.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use regex_syntax::hir::literal::{Extractor, Literal};

use super::super::lexicon::Lexicon;
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

/// A turn, tried only where a word begins as one of its first words may.
struct Turn {
    sign: Sign,
    /// Matches at the start of what it is given.
    here: Regex,
}

/// All turns, and what the words that begin one begin with: few words of a text do.
struct Turns {
    turns: Vec<Turn>,
    heads: Lexicon,
    /// Which turn each head begins.
    of_head: Vec<usize>,
}

static TURNS: LazyLock<Turns> = LazyLock::new(|| {
    let told = TOLD.iter().map(|told| (Sign::ResultTold, *told));
    let others = [
        (Sign::Apply, APPLYING),
        (Sign::HandIn, HAND_IN),
        (Sign::CallInPassing, PASSING),
        (Sign::CallInPassing, PASSING_TOO),
        (Sign::CallToCome, TO_COME),
    ];
    let mut all = Turns { turns: Vec::new(), heads: Lexicon::new(Vec::new()), of_head: Vec::new() };
    let mut heads = Vec::new();
    for (sign, pattern) in told.chain(others) {
        let (Ok(here), Some(first)) = (Regex::new(&format!(r"\A(?:{pattern})")), heads_of(pattern)) else { continue };
        all.of_head.extend(first.iter().map(|_| all.turns.len()));
        heads.extend(first);
        all.turns.push(Turn { sign, here });
    }
    all.heads = Lexicon::new(heads);
    all
});

/// What every match of a turn begins with, one of them, without the space before its first word.
fn heads_of(pattern: &str) -> Option<BTreeSet<String>> {
    /// As much of a phrase as a lexicon compares at once.
    const HEAD_BYTES: usize = 8;
    let mut literals = Extractor::new().extract(&regex_syntax::parse(pattern).ok()?);
    literals.keep_first_bytes(HEAD_BYTES + 1);
    let head = |literal: &Literal| std::str::from_utf8(literal.as_bytes()).ok()?.strip_prefix(' ').map(str::to_owned);
    let heads: BTreeSet<String> = literals.literals()?.iter().map(head).collect::<Option<_>>()?;
    (!heads.contains("")).then_some(heads)
}

/// The first places of each turn in a text; more of them would say nothing new.
pub(super) fn turns(page: &Page) -> Vec<Found<Sign>> {
    const PLACES_MAX: usize = 12;
    let plain = page.text.plain();
    let mut starts = vec![Vec::new(); TURNS.turns.len()];
    for hit in TURNS.heads.find(plain, page.text.starts()) {
        if let Some(starts) = TURNS.of_head.get(hit.phrase).and_then(|turn| starts.get_mut(*turn)) {
            // The space before the word is the turn's first letter.
            starts.push(hit.start.saturating_sub(1));
        }
    }
    let mut all = Vec::new();
    for (number, (turn, mut starts)) in TURNS.turns.iter().zip(starts).enumerate() {
        starts.sort_unstable();
        for found in places(&turn.here, plain, &starts).take(PLACES_MAX) {
            all.push(Found { tag: turn.sign, at: page.text.behind_plain(found), phrase: FIRST_TURN + number });
        }
    }
    all
}

/// Where it matches from one of `starts`, in order, none within another.
fn places(here: &Regex, plain: &str, starts: &[usize]) -> impl Iterator<Item = Range<usize>> {
    let mut free = 0;
    starts.iter().filter_map(move |start| {
        let rest = plain.get(*start..).filter(|_| *start >= free)?;
        free = start + here.find(rest)?.end();
        Some(*start..free)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_turn_is_a_regex() {
        assert_eq!(TURNS.turns.len(), TOLD.len() + 5);
    }

    #[test]
    fn turns_stand_where_their_regex_finds_them() {
        let check = |text: &str| {
            let plain = super::super::super::words::fold(text);
            let plain = format!(" {plain} ");
            for pattern in TOLD.iter().copied().chain([APPLYING, HAND_IN, PASSING, PASSING_TOO, TO_COME]) {
                let whole: Vec<_> = Regex::new(pattern).unwrap().find_iter(&plain).map(|found| found.range()).collect();
                let here = Regex::new(&format!(r"\A(?:{pattern})")).unwrap();
                let heads = heads_of(pattern).unwrap();
                let begins = |at: &usize| heads.iter().any(|head| plain[at + 1..].starts_with(head));
                let starts: Vec<usize> = plain.match_indices(' ').map(|(at, _)| at).filter(begins).collect();
                assert_eq!(places(&here, &plain, &starts).collect::<Vec<_>>(), whole, "{pattern} {text}");
            }
        };
        check("");
        check(
            "Six équipes ont été choisies, trois ont été retenues ont été primées. La commission a reçu 31 dossiers.",
        );
        check(
            "Transmettez votre fiche et votre dossier complet avant le 3 mars ; le projet, avant le début des travaux.",
        );
        check("Les projets issus de l’appel à projets suite à l’AAP : un appel à projets sera lancé à la rentrée.");
        check(
            "Lauréat ardéchois de l’appel à projets ouvert en novembre dernier, elle percevra une aide, ils recevront une aide.",
        );
    }
}
