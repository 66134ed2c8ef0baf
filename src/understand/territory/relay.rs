//! Whose call a page shows: its publisher's, or another body's that it relays.
//!
//! A site may name many bodies: those that pay, those it works with, its own. It decides which issuer is believed
//! over the publisher; where the issuer's call is open is for [`super::decision`].

use super::bodies::{Body, STATE_SERVICES};
use super::issuer::{Issuer, Named};
use crate::geography::{Geography, Publisher, Said, Words};
use crate::model::{Field, Level, TerritoryCode};

/// The publisher's name, and the territory it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site<'a> {
    pub name: &'a str,
    pub publisher: Option<&'a Publisher>,
}

/// The issuer whose call it is, when that is not the publisher.
pub(super) fn relayed(site: Site<'_>, issuers: &[Issuer]) -> Option<Issuer> {
    let speaks_itself = issuers.iter().any(|issuer| issuer.named == Named::Opens && is_the_site(site, issuer));
    let believed = issuers.iter().find(|issuer| is_believed(site, issuer, speaks_itself))?;
    // "La Caf lance …" in the title, "la Caf de la Mayenne" in the text.
    let fuller = |other: &&Issuer| other.name.strip_prefix(&believed.name).is_some_and(|rest| rest.starts_with(' '));
    Some(issuers.iter().find(fuller).unwrap_or(believed).clone())
}

/// A service of the State in a place: it handles the calls of ministries there.
pub(super) fn is_state_service(name: &str) -> bool {
    let words = Words::of(name);
    let service = (0..words.len()).any(|n| STATE_SERVICES.contains(&words.word(n)));
    service || words.phrase(0, words.len().saturating_sub(1)).contains("agence regionale de sante")
}

fn is_believed(site: Site<'_>, issuer: &Issuer, speaks_itself: bool) -> bool {
    let Some(publisher) = site.publisher else { return true };
    if is_the_site(site, issuer) || issuer.body == Body::State && is_state_service(site.name) {
        return false;
    }
    let plain = issuer.named <= Named::CallOf;
    // "La Ville lance …, la Fondation soutient": its own call, and a partner.
    if speaks_itself && issuer.field == Field::Text && issuer.named > Named::CallOf {
        return false;
    }
    // "La Région soutient la filière": what it gives, not a call; a foundation does both by calls.
    if issuer.named == Named::Gives && issuer.field == Field::Text && issuer.body != Body::Wide {
        return false;
    }
    // A town's call on its département's or région's site.
    let inside = issuer.publisher.codes.iter().all(|code| within(&publisher.codes, code));
    let broad = publisher.said == Said::Scope || !speaks_for_a_place(site.name);
    !inside || broad || plain && issuer.field == Field::Title || issuer.named == Named::Label
}

/// A body of the publisher's own places is the publisher, under another name.
fn is_the_site(site: Site<'_>, issuer: &Issuer) -> bool {
    site.publisher.is_some_and(|publisher| publisher.codes == issuer.publisher.codes)
}

/// An authority or a service of it, rather than a network, an agency or a house of associations.
fn speaks_for_a_place(name: &str) -> bool {
    super::bodies::body_at(Words::of(name).rest(0)).is_some_and(|(body, _)| matches!(body, Body::Of(_)))
        || is_state_service(name)
}

fn within(own: &[TerritoryCode], code: &TerritoryCode) -> bool {
    let somewhere = !matches!(code.level(), Level::Country | Level::Europe | Level::Elsewhere);
    somewhere && own.iter().any(|o| Geography::get().contains(o, code))
}

#[cfg(test)]
mod tests {
    use super::super::issuer::issuers;
    use super::*;

    #[test]
    fn another_bodys_call_is_told_from_a_partners() {
        let check = |site: &str, title: &str, text: &str, expected: &str| {
            let publisher = Geography::get().publisher(site);
            let near = publisher.as_ref().map(|p| p.codes.clone()).unwrap_or_default();
            let found = relayed(Site { name: site, publisher: publisher.as_ref() }, &issuers(title, text, &near));
            let codes = found.map(|issuer| issuer.publisher.codes).unwrap_or_default();
            let codes: Vec<_> = codes.iter().map(TerritoryCode::as_str).collect();
            assert_eq!(codes.join(" "), expected, "{site} | {title} | {text}");
        };
        check("Ville de Laval", "Appel à projets de la Fondation Sauge", "", "FR");
        check("Ville de Laval", "Jardins", "La Ville lance un appel. La Fondation Sauge soutient l'opération.", "");
        check("Ville de Laval", "Jardins", "La Région soutient la filière.", "");
        check("Préfecture de l'Orne", "Citoyenneté", "La DILCRAH lance son appel à projets.", "");
        check("Ville de Laval", "Citoyenneté", "La DILCRAH lance son appel à projets.", "FR");
        check("Région Bretagne", "Bilan", "La Ville de Brest lance un appel.", "");
        check("Réseau rural de Bretagne", "Bilan", "La Ville de Brest lance un appel.", "29019");
        check("Ville de Bourges", "La MSA lance un appel", "La MSA Poitou lance un appel.", "D79 D86");
        check("Région Bretagne", "Ville de Brest : appel à projets", "", "29019");
    }

    #[test]
    fn a_service_of_the_state_is_known_by_its_name() {
        let check = |name: &str, expected: bool| assert_eq!(is_state_service(name), expected, "{name}");
        check("DDETS du Cher", true);
        check("Agence régionale de santé Bretagne", true);
        check("Sous-préfecture de Dole", true);
        check("Ville de Dole", false);
        check("", false);
    }
}
