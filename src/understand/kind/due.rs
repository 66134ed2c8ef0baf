//! What is due on the day that was read as the deadline: files, somebody's presence, or offers and curricula.
//!
//! A date proves a call only as far as the words of its own sentence let something be handed in by those who hold a
//! project. It reads no date; it is told where one stands.

use std::sync::LazyLock;

use regex::Regex;

use super::super::words::fold;
use crate::model::{Field, Quote};

/// What the words around the deadline say is handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Files, projects, candidatures.
    Files,
    /// An answer that engages nobody: presence, a vote, an opinion, a gift.
    Presence,
    Unclear,
}

/// How much of a text around the date is its sentence.
const AROUND_BYTES: usize = 220;

const FILES: &str = concat!(
    r" (?:dossiers?|candidatures?|candidater|candidatez|candidatent|projets?|demandes?|propositions?|proposer|proposez|fiches?",
    r"|formulaires?|depos[a-z]+|depots?|teleservice|plateforme|portail|intention|interet|faites vous connaitre|se faire connaitre",
    r"|appels?|aap|ami|campagne|guichet|soumettre|soumission|releves?|applications?|proposals?|submit|call|form|racontez|envoi|pre candidature|pre projet|candidate|subventions?|cloture|clos|date limite|dates limites) ",
);
const PRESENCE: &str = concat!(
    r" (?:inscri[a-z]+|presence|places|reserv[a-z]+|confirm[a-z]+|billet[a-z]*|collecte|dons?|benevoles|observations?",
    r"|questionnaire|sondage|registre|votez|exposition|permanences?|rendez vous|visites?|plis|offres|cv|poste|entretiens?",
    r"|reponse souhaitee|se tiendra|aura lieu|voir le jour|travaux|ouvrira|livraison|entrera|entre en vigueur) ",
);

pub(super) fn due(text: &str, evidence: &[Quote]) -> Due {
    static WORDS: LazyLock<Option<(Regex, Regex)>> =
        LazyLock::new(|| Some((Regex::new(FILES).ok()?, Regex::new(PRESENCE).ok()?)));
    let Some((files, presence)) = WORDS.as_ref() else { return Due::Unclear };
    let mut all = Due::Unclear;
    for quote in evidence {
        if quote.field != Field::Text {
            return Due::Files;
        }
        let sentence = format!(" {} ", fold(sentence(text, quote)));
        match (files.is_match(&sentence), presence.is_match(&sentence)) {
            (true, false) => return Due::Files,
            (false, true) => all = Due::Presence,
            _ => {}
        }
    }
    all
}

/// The sentence or the lines around a quote.
fn sentence<'t>(text: &'t str, quote: &Quote) -> &'t str {
    let from = text.floor_char_boundary(quote.start.saturating_sub(AROUND_BYTES));
    let to = text.floor_char_boundary(quote.end + AROUND_BYTES / 2);
    let before = text.get(from..quote.start).unwrap_or_default();
    let ends = [". ", ".\n", "! ", "? ", "\n\n"];
    let start = ends.iter().filter_map(|end| before.rfind(end).map(|at| from + at + end.len())).max().unwrap_or(from);
    let after = text.get(quote.end..to).unwrap_or_default();
    let end = ends.iter().filter_map(|end| after.find(end).map(|at| quote.end + at)).min().unwrap_or(to);
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_of_a_deadline_says_what_is_due() {
        let check = |text: &str, date: &str, expected: Due| {
            let start = text.find(date).unwrap();
            let quote = Quote { field: Field::Text, start, end: start + date.len(), text: date.to_owned() };
            assert_eq!(due(text, &[quote]), expected, "{text}");
        };
        check("Les dossiers sont reçus avant le 3 mars.", "3 mars", Due::Files);
        check("Merci de confirmer votre présence avant le 3 mars. Le dossier suit.", "3 mars", Due::Presence);
        check("Elle pourrait voir le jour avant le 31 décembre 2027", "31 décembre 2027", Due::Presence);
        check("C’est ouvert jusqu’au 3 mars", "3 mars", Due::Unclear);
    }
}
