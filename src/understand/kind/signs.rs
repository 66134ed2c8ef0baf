//! What the phrases of signs.txt are signs of. What they weigh stands in [`super::score`].

use std::sync::LazyLock;

use super::super::phrases::Phrases;

/// What a phrase is a sign of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Sign {
    /// The name of a call: "appel à projets", "AMI", "appel à candidatures".
    CallName,
    /// A call named only in passing: "dans le cadre de l'appel à projets", "lauréat de l'appel à projets".
    CallInPassing,
    /// A call that is only announced: "un prochain appel à projets", "promet un appel à projets".
    CallToCome,
    /// A call that speaks of itself: "le présent appel à projets", "cahier des charges de l'appel à projets".
    SelfNamed,
    /// A choice among candidates: a jury, a selection.
    Contest,
    /// A prize or a contest.
    Prize,
    /// A subsidy campaign.
    Campaign,
    /// A yearly campaign, of subsidies or of vaccination alike: "campagne 2026".
    Season,
    /// The name of a scheme that opens campaigns, publishes results and makes news alike: "FDVA", "FIPD".
    Programme,
    /// How one applies.
    Apply,
    /// What is handed in, and by when; never in signs.txt.
    HandIn,
    /// Until when one applies, said by a label.
    Limit,
    /// One may apply at any time.
    Standing,
    /// The words of an aid: who benefits, what is paid.
    Aid,
    /// A title that offers help: "Accompagner les communes…", "Aide à…".
    Offer,
    /// Food-aid accreditation.
    FoodAccreditation,
    /// Any accreditation, agrément or labelling.
    Accreditation,
    /// What an accreditation is asked for: "demande d'habilitation", "campagne d'habilitation".
    AccreditationStep,
    Food,
    /// Those chosen, by words that hardly stand in the title of anything but results.
    Winner,
    /// Outcomes, in words that can stand in a title.
    Result,
    /// Outcomes, told in the past.
    ResultTold,
    Tender,
    Job,
    /// A meeting or a page about calls: a webinar on how to answer one, questions and answers.
    About,
    /// Any other day or place to go to; calls bear such names too: "Semaine du handicap".
    Event,
    Law,
    Publication,
    /// A journalist's or a spokesman's turn of phrase.
    Press,
    /// A question put to the public: consultation, survey, inquiry.
    Inquiry,
    /// A name or a turn of phrase that holds another sign's words and says nothing of it: "conférence des financeurs".
    Name,
}

pub(super) static SIGNS: LazyLock<Phrases<Sign>> =
    LazyLock::new(|| Phrases::parse(include_str!("signs.txt"), HEADINGS));

/// The headings of signs.txt.
const HEADINGS: &[(&str, Sign)] = &[
    ("call-name", Sign::CallName),
    ("call-in-passing", Sign::CallInPassing),
    ("call-to-come", Sign::CallToCome),
    ("self-named", Sign::SelfNamed),
    ("contest", Sign::Contest),
    ("prize", Sign::Prize),
    ("campaign", Sign::Campaign),
    ("season", Sign::Season),
    ("programme", Sign::Programme),
    ("apply", Sign::Apply),
    ("limit", Sign::Limit),
    ("standing", Sign::Standing),
    ("aid", Sign::Aid),
    ("offer", Sign::Offer),
    ("food-accreditation", Sign::FoodAccreditation),
    ("accreditation", Sign::Accreditation),
    ("accreditation-step", Sign::AccreditationStep),
    ("food", Sign::Food),
    ("winner", Sign::Winner),
    ("result", Sign::Result),
    ("result-told", Sign::ResultTold),
    ("tender", Sign::Tender),
    ("job", Sign::Job),
    ("about", Sign::About),
    ("event", Sign::Event),
    ("law", Sign::Law),
    ("publication", Sign::Publication),
    ("press", Sign::Press),
    ("inquiry", Sign::Inquiry),
    ("name", Sign::Name),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_has_its_phrases() {
        crate::understand::phrases::check_headings(include_str!("signs.txt"), HEADINGS);
    }
}
