//! What the phrases of who.txt and cues.txt stand for. What they prove stands in [`super`].

use std::sync::LazyLock;

use super::super::phrases::Phrases;

/// Somebody who might apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Who {
    /// Communes, EPCI, départements, régions, in general.
    Collectivity,
    /// A CCAS or CIAS by its name.
    Ccas,
    /// "Établissements publics", "personnes morales de droit public": a CCAS is one.
    PublicBody,
    Association,
    /// "Personnes morales de droit privé": no CCAS.
    PrivateBody,
    Company,
    School,
    Establishment,
    Person,
    /// Who is helped at home or pays for it: "ménages", "locataires". Applicants by themselves.
    Household,
    /// A proper name that holds the word of a body: "Collectivité européenne d'Alsace".
    Name,
    /// Things that only communes and their groups have or do: "voirie communale", "documents d'urbanisme".
    Municipal,
    /// "Projets associatifs": nobody else's.
    AssociationProject,
    /// "Toute personne morale", "quel que soit leur statut".
    Anybody,
}

/// What stands near somebody who applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    /// Those who may apply follow: "s'adresse aux…".
    Follow,
    /// Those who are helped follow: applicants when they are bodies, not when they are pupils or artists.
    Help,
    /// A heading: they follow when a colon, a question mark or a new line comes next.
    Heading,
    /// They came before, in the same sentence: "… peuvent candidater".
    Before,
    /// They stand around, and nobody else may.
    Only,
    /// They stand before and may not: "… ne sont pas éligibles".
    ExcludedBefore,
    /// They follow and may not: "à l'exception des…".
    ExcludedAfter,
}

pub(super) static WHO: LazyLock<Phrases<Who>> = LazyLock::new(|| Phrases::parse(include_str!("who.txt"), WHO_HEADINGS));

pub(super) static CUES: LazyLock<Phrases<Cue>> =
    LazyLock::new(|| Phrases::parse(include_str!("cues.txt"), CUE_HEADINGS));

const WHO_HEADINGS: &[(&str, Who)] = &[
    ("collectivity", Who::Collectivity),
    ("ccas", Who::Ccas),
    ("public-body", Who::PublicBody),
    ("association", Who::Association),
    ("private-body", Who::PrivateBody),
    ("company", Who::Company),
    ("school", Who::School),
    ("establishment", Who::Establishment),
    ("person", Who::Person),
    ("household", Who::Household),
    ("name", Who::Name),
    ("municipal", Who::Municipal),
    ("association-project", Who::AssociationProject),
    ("anybody", Who::Anybody),
];

const CUE_HEADINGS: &[(&str, Cue)] = &[
    ("follow", Cue::Follow),
    ("help", Cue::Help),
    ("heading", Cue::Heading),
    ("before", Cue::Before),
    ("only", Cue::Only),
    ("excluded-before", Cue::ExcludedBefore),
    ("excluded-after", Cue::ExcludedAfter),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_and_every_cue_has_its_phrases() {
        crate::understand::phrases::check_headings(include_str!("who.txt"), WHO_HEADINGS);
        crate::understand::phrases::check_headings(include_str!("cues.txt"), CUE_HEADINGS);
    }
}
