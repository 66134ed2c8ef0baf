//! What a mail says before its items: whom it greets, and for a first mail or one between two turns, why it comes.

use super::dates;
use super::typography::{list, one_line, ours, theirs};
use super::view::{DigestView, Trial};
use super::words::pick;
use crate::model::{Acquaintance, Language, Turn};

const NAME_CHARS_MAX: usize = 80;

pub(super) fn greeting(view: &DigestView) -> String {
    let name = one_line(&view.addressee.first_name, NAME_CHARS_MAX);
    match name.is_empty() {
        true => pick(view.language, "Bonjour,", "Hello,").to_owned(),
        false => format!("{} {name},", pick(view.language, "Bonjour", "Hello")),
    }
}

pub(super) fn trial_banner(trial: &Trial, language: Language) -> String {
    let whom = theirs(&trial.meant_for, NAME_CHARS_MAX, language);
    let frame = pick(
        language,
        "Essai : ce message n'est pas parti à son destinataire. Il est fait pour",
        "Trial: this message did not go to its addressee. It is meant for",
    );
    format!("{} {whom}.", ours(frame, language))
}

/// Sentences of who writes and why, when the reader cannot know.
pub(super) fn introduction(view: &DigestView, has_older: bool) -> Vec<String> {
    match (view.acquaintance, view.turn) {
        (_, Turn::Correction) => correction(view),
        (Acquaintance::First, _) => first(view, has_older),
        (Acquaintance::Known, Turn::Between) => vec![between(view)],
        (Acquaintance::Known, Turn::Due) => Vec::new(),
    }
}

/// What was wrong is named before what is right.
fn correction(view: &DigestView) -> Vec<String> {
    let words = pick(
        view.language,
        "Une annonce que nous vous avons envoyée contenait une erreur. Voici ce qui est juste ; ce message ne parle de rien d'autre.",
        "A notice that we sent you contained a mistake. Here is what is right; this message is about nothing else.",
    );
    let sorry = pick(view.language, "Nous vous prions de nous en excuser.", "Please accept our apologies.");
    vec![ours(words, view.language), ours(sorry, view.language)]
}

fn first(view: &DigestView, has_older: bool) -> Vec<String> {
    let language = view.language;
    let network = theirs(&view.network, NAME_CHARS_MAX, language);
    let cohorts: Vec<String> = view.cohorts.iter().map(|name| theirs(name, NAME_CHARS_MAX, language)).collect();
    let cohorts = list(&cohorts, language);
    let who = match (language, cohorts.is_empty()) {
        (Language::Fr, true) => format!(
            "C'est notre premier message : {network} vous écrit. Votre adresse nous a été confiée par l'équipe du réseau."
        ),
        (Language::Fr, false) => format!(
            "C'est notre premier message : {network} vous écrit parce que vous avez suivi la formation {cohorts}. Votre adresse vient de la liste de ses participants."
        ),
        (Language::En, true) => {
            format!("This is our first message: {network} writes to you. The network's team gave us your address.")
        }
        (Language::En, false) => format!(
            "This is our first message: {network} writes because you took part in the training {cohorts}. Your address comes from the list of its participants."
        ),
    };
    let what = match (language, has_older) {
        (Language::Fr, true) => {
            "Vous y trouvez les appels à projets qui concernent votre territoire et votre travail ; ceux d'avant ce message sont à part, sous « Déjà ouverts »."
        }
        (Language::Fr, false) => {
            "Vous y trouvez les appels à projets qui concernent votre territoire et votre travail."
        }
        (Language::En, true) => {
            "It holds the calls for projects that concern your place and your work; those from before this message stand apart, under “Already open”."
        }
        (Language::En, false) => "It holds the calls for projects that concern your place and your work.",
    };
    vec![ours(&who, language), ours(what, language)]
}

fn between(view: &DigestView) -> String {
    let language = view.language;
    let next = view.next.map(|next| dates::full_day(next.date_naive(), language));
    let words = match (language, next) {
        (Language::Fr, Some(next)) => format!(
            "Ce message court vient entre deux : attendre le prochain, prévu le {next}, aurait pu être trop tard."
        ),
        (Language::Fr, None) => {
            "Ce message court vient entre deux : attendre le prochain aurait pu être trop tard.".to_owned()
        }
        (Language::En, Some(next)) => {
            format!("This short message comes between two: waiting for the next, due {next}, might have been too late.")
        }
        (Language::En, None) => {
            "This short message comes between two: waiting for the next might have been too late.".to_owned()
        }
    };
    ours(&words, language)
}
