//! Who issues a call that another body's site shows: the text names it, and its territory is the call's.
//!
//! A town relays a foundation's call, a CCAS an ARS's, a network the Caf's. Only plain statements count: a label
//! ("Émetteur :"), the head of a title ("Caf du Pas-de-Calais : …"), the subject of the first sentences ("La Fondation …
//! soutient").

use std::sync::LazyLock;

use regex::Regex;

use crate::geography::{Geography, Publisher};
use crate::model::Field;

/// A body that issues a call, and where it is named.
pub(super) struct Issuer {
    pub publisher: Publisher,
    pub field: Field,
    pub start: usize,
    pub end: usize,
}

/// How far into a text an issuer is looked for.
const LEAD_BYTES: usize = 1_500;

/// Words that begin the name of a body that issues calls.
const BODY: &str = r"(?:Caf|CAF|Cpam|CPAM|MSA|Carsat|CARSAT|ARS|DREETS|DRIEETS|DRIHL|DRAAF|DRAC|DRAJES|ADEME|Fondation|Fonds de dotation|Agence nationale|Caisse nationale|Ministère|Banque des Territoires|Région|Département|Préfecture|Métropole|Conseil départemental|Conseil régional)\b";

static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)^[ \u{a0}]*(?:Émetteur|Emetteur|Organisme|Organisateur|Financeur|Source|Lancé par|Proposé par|Porté par)[ \u{a0}]*:[ \u{a0}]*([^\n]{3,90})$").ok()
});
static TITLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"^({BODY}[^:–\n]{{0,60}}?)[ \u{{a0}}]*[:–]")).ok());
static SUBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let verb = "(?:lance|ouvre|rouvre|relance|soutient|invite|reçoit|propose|appelle|sélectionne)";
    Regex::new(&format!(
        r"(?:^|[.!?:\n][ \u{{a0}}]*|, )(?:La |Le |L['’]|la |le |l['’])({BODY}[^.!?\n]{{0,80}}?)[ ,]+{verb} "
    ))
    .ok()
});

/// The issuer that a title or the head of a text names.
pub(super) fn issuer(title: &str, text: &str) -> Option<Issuer> {
    let lead = text.get(..text.floor_char_boundary(LEAD_BYTES)).unwrap_or(text);
    named(&LABEL, lead, Field::Text)
        .or_else(|| named(&TITLE, title, Field::Title))
        .or_else(|| named(&SUBJECT, lead, Field::Text))
}

fn named(pattern: &LazyLock<Option<Regex>>, whole: &str, field: Field) -> Option<Issuer> {
    let name = pattern.as_ref()?.captures(whole)?.get(1)?;
    let publisher = Geography::get().publisher(name.as_str())?;
    Some(Issuer { publisher, field, start: name.start(), end: name.end() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_is_read_where_it_is_plainly_named() {
        let check = |title: &str, text: &str, expected: &[&str]| {
            let codes = issuer(title, text).map(|issuer| issuer.publisher.codes).unwrap_or_default();
            let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
            assert_eq!(codes, expected, "{title} / {text}");
        };
        check("Fonds locaux", "Émetteur : ARS Bretagne\nClôture : 3 mars", &["R53"]);
        check("Caf de la Somme : fonds publics et territoires", "", &["D80"]);
        check("À lire", "Bonjour. La Fondation des Tables soutient les cuisines de quartier.", &["FR"]);
        check("À lire", "La Caf de l'Orne invite les gestionnaires à déposer.", &["D61"]);
        check("Accueils de jour", "La ville soutient les accueils de jour.", &[]);
        check("Département : une année de projets", "Le conseil a voté.", &[]);
    }
}
