//! Our own words in each language: labels of a mail, names of audiences and sections, sentences for doubts and changes.
//!
//! Every sentence leaves here with the typography of its language.

use serde::Serialize;

use super::dates;
use super::typography::{list, one_line, ours, quoted, theirs};
use super::view::ChangeView;
use crate::model::{Aspect, Audience, CallType, Deadline, Doubt, DoubtReason, Kind, Language, Section, Status};

/// Characters of a value of others inside one of our sentences.
const VALUE_CHARS_MAX: usize = 160;

/// The fixed labels of the templates.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Labels {
    pub deadline: &'static str,
    pub other_waves: &'static str,
    pub opening: &'static str,
    pub audiences: &'static str,
    pub amount: &'static str,
    pub read: &'static str,
    pub to_calendar: &'static str,
    pub why: &'static str,
    pub written: &'static str,
    pub doubts: &'static str,
    pub word: &'static str,
    pub agenda: &'static str,
    pub leave: &'static str,
    pub preferences: &'static str,
    pub contact: &'static str,
    pub open_calls: &'static str,
    pub forward: &'static str,
    pub paragraph: &'static str,
    pub why_me: &'static str,
    /// What parts a label from what it announces.
    pub colon: &'static str,
}

pub fn labels(language: Language) -> Labels {
    match language {
        Language::Fr => Labels {
            deadline: "Date limite",
            other_waves: "Autres dates",
            opening: "Ouverture",
            audiences: "Pour qui",
            amount: "Combien",
            read: "Lire l’annonce",
            to_calendar: "Ajouter à mon agenda",
            why: "Pourquoi vous",
            written: "Ce que dit la page",
            doubts: "À vérifier",
            word: "Le mot de l’équipe",
            agenda: "Les dates les plus proches",
            leave: "Ne plus recevoir ces messages",
            preferences: "Mes choix : territoires, thèmes, rythme, pause",
            contact: "Écrire à l’équipe",
            open_calls: "Voir tous les appels ouverts",
            forward: "Transférer à quelqu’un",
            paragraph: "Un texte prêt à transmettre",
            why_me: "Pourquoi vous recevez ce message",
            colon: "\u{a0}: ",
        },
        Language::En => Labels {
            deadline: "Deadline",
            other_waves: "Other dates",
            opening: "Opens",
            audiences: "For whom",
            amount: "How much",
            read: "Read the notice",
            to_calendar: "Add to my calendar",
            why: "Why you",
            written: "What the page says",
            doubts: "To be checked",
            word: "A word from the team",
            agenda: "The nearest dates",
            leave: "Stop receiving these messages",
            preferences: "My choices: places, themes, rhythm, pause",
            contact: "Write to the team",
            open_calls: "See all open calls",
            forward: "Forward to somebody",
            paragraph: "A text ready to pass on",
            why_me: "Why you receive this message",
            colon: ": ",
        },
    }
}

/// The heading of a section.
pub fn section(section: Section, language: Language) -> &'static str {
    match (language, section) {
        (Language::Fr, Section::New) => "Nouveaux appels",
        (Language::Fr, Section::ClosingSoon) => "Bientôt clos",
        (Language::Fr, Section::Changed) => "Délais modifiés",
        (Language::Fr, Section::Accreditation) => "Habilitations",
        (Language::Fr, Section::Aid) => "Aides permanentes",
        (Language::Fr, Section::Network) => "Le réseau",
        (Language::En, Section::New) => "New calls",
        (Language::En, Section::ClosingSoon) => "Closing soon",
        (Language::En, Section::Changed) => "Changed deadlines",
        (Language::En, Section::Accreditation) => "Accreditations",
        (Language::En, Section::Aid) => "Standing aids",
        (Language::En, Section::Network) => "The network",
    }
}

/// One sentence under the heading of a section.
pub fn section_note(section: Section, language: Language) -> Option<String> {
    let words = match (language, section) {
        (Language::Fr, Section::ClosingSoon) => "Déjà vus ici, et qui se terminent.",
        (Language::Fr, Section::Changed) => "Déjà vus ici, et qui ont changé depuis.",
        (Language::Fr, Section::Aid) => "Sans date limite : chacune n'est présentée qu'une fois.",
        (Language::En, Section::ClosingSoon) => "Seen here before, and about to close.",
        (Language::En, Section::Changed) => "Seen here before, and changed since.",
        (Language::En, Section::Aid) => "Without a deadline: each is shown once.",
        _ => return None,
    };
    Some(ours(words, language))
}

/// "appel à manifestation d’intérêt".
pub fn kind(kind: Kind, call_type: Option<CallType>, dated: bool, language: Language) -> &'static str {
    match (language, kind, call_type) {
        // An aid with a deadline does not stand all year.
        (Language::Fr, Kind::Aid, _) if dated => "aide",
        (Language::En, Kind::Aid, _) if dated => "aid",
        (Language::Fr, Kind::Call, Some(CallType::Aap)) => "appel à projets",
        (Language::Fr, Kind::Call, Some(CallType::Ami)) => "appel à manifestation d’intérêt",
        (Language::Fr, Kind::Call, Some(CallType::Candidatures)) => "appel à candidatures",
        (Language::Fr, Kind::Call, Some(CallType::Prix)) => "prix",
        (Language::Fr, Kind::Call, Some(CallType::Subvention)) => "campagne de subventions",
        (Language::Fr, Kind::Call, None) => "appel",
        (Language::Fr, Kind::Aid, _) => "aide permanente",
        (Language::Fr, Kind::Accreditation, _) => "habilitation",
        (Language::Fr, Kind::Results, _) => "résultats",
        (Language::Fr, Kind::News, _) => "actualité",
        (Language::Fr, Kind::Event, _) => "rendez-vous",
        (Language::Fr, Kind::Resource, _) => "boîte à outils",
        (Language::Fr, Kind::Announcement, _) => "nouvelle du réseau",
        (Language::En, Kind::Call, Some(CallType::Aap)) => "call for projects",
        (Language::En, Kind::Call, Some(CallType::Ami)) => "call for expressions of interest",
        (Language::En, Kind::Call, Some(CallType::Candidatures)) => "call for candidates",
        (Language::En, Kind::Call, Some(CallType::Prix)) => "prize",
        (Language::En, Kind::Call, Some(CallType::Subvention)) => "grant campaign",
        (Language::En, Kind::Call, None) => "call",
        (Language::En, Kind::Aid, _) => "standing aid",
        (Language::En, Kind::Accreditation, _) => "accreditation",
        (Language::En, Kind::Results, _) => "results",
        (Language::En, Kind::News, _) => "news",
        (Language::En, Kind::Event, _) => "event",
        (Language::En, Kind::Resource, _) => "toolbox",
        (Language::En, Kind::Announcement, _) => "network news",
    }
}

pub fn audience(audience: Audience, language: Language) -> &'static str {
    match (language, audience) {
        (Language::Fr, Audience::Collectivites) => "collectivités (dont CCAS)",
        (Language::Fr, Audience::Associations) => "associations",
        (Language::Fr, Audience::Entreprises) => "entreprises",
        (Language::Fr, Audience::Etablissements) => "établissements publics",
        (Language::Fr, Audience::Particuliers) => "particuliers",
        (Language::En, Audience::Collectivites) => "local authorities (CCAS included)",
        (Language::En, Audience::Associations) => "non-profits",
        (Language::En, Audience::Entreprises) => "companies",
        (Language::En, Audience::Etablissements) => "public bodies",
        (Language::En, Audience::Particuliers) => "individuals",
    }
}

pub fn audiences(all: &[Audience], language: Language) -> String {
    let names: Vec<String> = all.iter().map(|a| audience(*a, language).to_owned()).collect();
    list(&names, language)
}

/// What is said when no deadline was found, and the notice is one that should have one.
pub fn no_deadline(kind: Kind, language: Language) -> Option<String> {
    let words = match (language, kind) {
        (Language::Fr, Kind::Call | Kind::Accreditation) => "date limite non indiquée, à vérifier",
        (Language::En, Kind::Call | Kind::Accreditation) => "deadline not given, to be checked",
        (Language::Fr, Kind::Aid) => "toute l’année",
        (Language::En, Kind::Aid) => "all year round",
        (_, Kind::Results | Kind::News | Kind::Event | Kind::Resource | Kind::Announcement) => return None,
    };
    Some(words.to_owned())
}

/// A doubt as a sentence a reader can act on.
pub fn doubt(doubt: &Doubt, language: Language) -> String {
    let what = aspect(doubt.about, language);
    let detail = one_line(&doubt.detail, VALUE_CHARS_MAX);
    let sentence = match language {
        Language::Fr => doubt_fr(doubt.reason, what),
        Language::En => doubt_en(doubt.reason, what),
    };
    let sentence = ours(&sentence, language);
    match detail.is_empty() {
        true => sentence,
        false => format!("{} ({}).", sentence.trim_end_matches('.'), theirs(&detail, VALUE_CHARS_MAX, language)),
    }
}

/// "Prorogé : du 15 juin 2026 au 30 juin 2026."
pub fn change(change: &ChangeView, language: Language) -> String {
    match change {
        ChangeView::Deadline { from, to } => deadline_change(*from, *to, language),
        ChangeView::Opening { from, to } => {
            let day = |d: &Option<_>| d.map(|d| dates::full_day(d, language));
            replaced(pick(language, "Ouverture", "Opening"), day(from), day(to), language)
        }
        ChangeView::Territory { from, to } => {
            replaced(pick(language, "Territoire", "Place"), names(from, language), names(to, language), language)
        }
        ChangeView::Audiences { from, to } => {
            let said = |a: &[Audience]| (!a.is_empty()).then(|| audiences(a, language));
            replaced(pick(language, "Pour qui", "For whom"), said(from), said(to), language)
        }
        ChangeView::Amount { from, to } => {
            let said = |a: &Option<String>| a.as_ref().map(|a| theirs(a, VALUE_CHARS_MAX, language));
            replaced(pick(language, "Montant", "Amount"), said(from), said(to), language)
        }
        ChangeView::Status { to, .. } => ours(status(*to, language), language),
    }
}

pub fn status(status: Status, language: Language) -> &'static str {
    match (language, status) {
        (Language::Fr, Status::Open) => "De nouveau ouvert.",
        (Language::Fr, Status::Suspended) => "Suspendu.",
        (Language::Fr, Status::Cancelled) => "Annulé.",
        (Language::Fr, Status::Withdrawn) => "Retiré de la page de l'organisme.",
        (Language::En, Status::Open) => "Open again.",
        (Language::En, Status::Suspended) => "Suspended.",
        (Language::En, Status::Cancelled) => "Cancelled.",
        (Language::En, Status::Withdrawn) => "Withdrawn from its publisher's page.",
    }
}

/// "Ce que dit la page : « … »" is built by the template; this is the « … ».
pub fn quote(words: &str, chars_max: usize, language: Language) -> Option<String> {
    let words = one_line(words, chars_max);
    (!words.is_empty()).then(|| quoted(&words, language))
}

pub fn pick<'a>(language: Language, fr: &'a str, en: &'a str) -> &'a str {
    match language {
        Language::Fr => fr,
        Language::En => en,
    }
}

/// "1 appel", "3 appels": the plural is given because French and English both have irregular ones.
pub fn count(n: usize, one: &str, many: &str, language: Language) -> String {
    let plural = match language {
        Language::Fr => n >= 2,
        Language::En => n != 1,
    };
    let word = if plural { many } else { one };
    format!("{}{}{word}", super::typography::number(n, language), super::typography::NBSP)
}

/// "Nouvelle date : le … (avant : le …)."
pub fn moved(change: &ChangeView, language: Language) -> String {
    match change {
        ChangeView::Deadline { from, to } => {
            let day = |d: &Option<Deadline>| d.map(|d| dates::deadline(d, language));
            replaced(pick(language, "Nouvelle date", "New date"), day(from), day(to), language)
        }
        other => self::change(other, language),
    }
}

fn deadline_change(from: Option<Deadline>, to: Option<Deadline>, language: Language) -> String {
    let said = |d: Deadline| dates::deadline(d, language);
    let words = match (language, from, to) {
        (Language::Fr, Some(from), Some(to)) if to > from => format!("Prorogé : du {} au {}.", said(from), said(to)),
        (Language::Fr, Some(from), Some(to)) => format!("Délai avancé : du {} au {}.", said(from), said(to)),
        (Language::Fr, None, Some(to)) => format!("Date limite connue désormais : {}.", said(to)),
        (Language::Fr, Some(from), None) => format!("La date limite du {} n'est plus indiquée.", said(from)),
        (Language::Fr, None, None) => "Date limite à vérifier.".to_owned(),
        (Language::En, Some(from), Some(to)) if to > from => format!("Extended: from {} to {}.", said(from), said(to)),
        (Language::En, Some(from), Some(to)) => format!("Brought forward: from {} to {}.", said(from), said(to)),
        (Language::En, None, Some(to)) => format!("Deadline now known: {}.", said(to)),
        (Language::En, Some(from), None) => format!("The deadline of {} is no longer given.", said(from)),
        (Language::En, None, None) => "Deadline to be checked.".to_owned(),
    };
    ours(&words, language)
}

fn replaced(what: &str, from: Option<String>, to: Option<String>, language: Language) -> String {
    let unsaid = || pick(language, "non indiqué", "not given").to_owned();
    let (from, to) = (from.unwrap_or_else(unsaid), to.unwrap_or_else(unsaid));
    // The values were made safe where they were said; only the frame is ours.
    match language {
        Language::Fr => {
            format!("{} {to} (avant{} {from}).", ours(&format!("{what} :"), language), '\u{a0}'.to_string() + ":")
        }
        Language::En => format!("{what}: {to} (was: {from})."),
    }
}

fn names(all: &[String], language: Language) -> Option<String> {
    let all: Vec<String> = all.iter().map(|name| one_line(name, VALUE_CHARS_MAX)).collect();
    (!all.is_empty()).then(|| list(&all, language))
}

fn aspect(aspect: Aspect, language: Language) -> &'static str {
    match (language, aspect) {
        (Language::Fr, Aspect::Kind) => "la nature de l’annonce",
        (Language::Fr, Aspect::Title) => "le titre",
        (Language::Fr, Aspect::Deadline) => "la date limite",
        (Language::Fr, Aspect::Opening) => "la date d’ouverture",
        (Language::Fr, Aspect::Territory) => "le territoire",
        (Language::Fr, Aspect::Themes) => "les thèmes",
        (Language::Fr, Aspect::Audiences) => "les bénéficiaires",
        (Language::Fr, Aspect::Ccas) => "la possibilité pour un CCAS de candidater",
        (Language::Fr, Aspect::Amount) => "le montant",
        (Language::Fr, Aspect::Status) => "l’état de l’appel",
        (Language::En, Aspect::Kind) => "the kind of notice",
        (Language::En, Aspect::Title) => "the title",
        (Language::En, Aspect::Deadline) => "the deadline",
        (Language::En, Aspect::Opening) => "the opening date",
        (Language::En, Aspect::Territory) => "the place",
        (Language::En, Aspect::Themes) => "the themes",
        (Language::En, Aspect::Audiences) => "who may apply",
        (Language::En, Aspect::Ccas) => "whether a CCAS may apply",
        (Language::En, Aspect::Amount) => "the amount",
        (Language::En, Aspect::Status) => "the state of the call",
    }
}

fn doubt_fr(reason: DoubtReason, what: &str) -> String {
    match reason {
        DoubtReason::YearUnknown => "L'année n'est pas écrite sur la page.".to_owned(),
        DoubtReason::YearInferred => "L'année n'est pas écrite sur la page : nous l'avons déduite.".to_owned(),
        DoubtReason::WeekdayDisagrees => "Le jour de la semaine écrit ne correspond pas à la date.".to_owned(),
        DoubtReason::Contradiction => format!("La page se contredit sur {what}."),
        DoubtReason::SeveralWaves => "Plusieurs dates de dépôt.".to_owned(),
        DoubtReason::BeforePublication => "La date limite précède la publication.".to_owned(),
        DoubtReason::FieldDisagrees => format!("La fiche et le texte ne disent pas la même chose sur {what}."),
        DoubtReason::Weak => format!("Nous avons lu {what} sans certitude."),
        DoubtReason::AmbiguousPlace => "Plusieurs lieux portent ce nom.".to_owned(),
        DoubtReason::TerritoryFromSource => {
            "La page ne dit pas où : nous avons retenu le territoire de l'organisme.".to_owned()
        }
        DoubtReason::Truncated => "Le texte, très long, n'a été lu qu'en partie.".to_owned(),
        DoubtReason::Unreadable => "Un document joint n'a pas pu être lu.".to_owned(),
    }
}

fn doubt_en(reason: DoubtReason, what: &str) -> String {
    match reason {
        DoubtReason::YearUnknown => "The year is not written on the page.".to_owned(),
        DoubtReason::YearInferred => "The year is not written on the page: we inferred it.".to_owned(),
        DoubtReason::WeekdayDisagrees => "The weekday written does not fall on that date.".to_owned(),
        DoubtReason::Contradiction => format!("The page contradicts itself on {what}."),
        DoubtReason::SeveralWaves => "Several submission dates.".to_owned(),
        DoubtReason::BeforePublication => "The deadline lies before the publication.".to_owned(),
        DoubtReason::FieldDisagrees => format!("The site's data and its text disagree on {what}."),
        DoubtReason::Weak => format!("We are not certain of {what}."),
        DoubtReason::AmbiguousPlace => "Several places carry this name.".to_owned(),
        DoubtReason::TerritoryFromSource => "The page does not say where: we took its publisher's place.".to_owned(),
        DoubtReason::Truncated => "The text is very long and was read only in part.".to_owned(),
        DoubtReason::Unreadable => "An attached document could not be read.".to_owned(),
    }
}
