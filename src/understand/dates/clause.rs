//! Shapes of the clause that a date stands in: an act's recital, what is handed in, what is done every year, an aside in
//! brackets, a day struck out.
//!
//! Each answers one question about one date; what the answers weigh is for [`super::weigh`].

use chrono::{NaiveTime, Timelike};

use super::fold::{BreakKind, Folded};
use super::label::ends_line;
use super::mention::{Hours, Mention};

/// "Vu l'arrêté du 5 janvier fixant la période de dépôt du 2 mars au 20 avril ;": what an act rests on is past.
pub(super) fn is_recital(text: &Folded, mention: &Mention) -> bool {
    const RECITAL_BYTES_MAX: usize = 400;
    let from = mention.folded.0;
    let begins = |at: usize| ["vu ", "considerant "].iter().any(|word| text.text(at, at + word.len()) == *word);
    for boundary in text.breaks_between(from.saturating_sub(RECITAL_BYTES_MAX), from).iter().rev() {
        match boundary.kind {
            BreakKind::Colon | BreakKind::Dash => {}
            _ if begins(boundary.at) => return true,
            BreakKind::Semicolon | BreakKind::Paragraph | BreakKind::Sentence => return false,
            _ => {}
        }
    }
    from <= RECITAL_BYTES_MAX && begins(0)
}

/// "5 février 2026 19 février 2026": text loses what struck the first out.
pub(super) fn is_followed_closely(text: &Folded, mention: &Mention, next: Option<&Mention>) -> bool {
    let gap = |next: &Mention| text.text(mention.folded.1, next.folded.0);
    let later = |next: &Mention| mention.date().zip(next.date()).is_some_and(|(earlier, later)| earlier < later);
    next.is_some_and(|next| later(next) && gap(next).trim().is_empty())
}

/// Midnight, or noon: meetings are at other hours.
pub(super) fn ends_a_day(time: NaiveTime) -> bool {
    matches!((time.hour(), time.minute()), (0, 0) | (12, 0) | (23, 59) | (23, 55))
}

/// "Projet à remettre à la mairie de quartier le 18 mai", in one sentence.
pub(super) fn is_to_be_handed_in(text: &Folded, mention: &Mention) -> bool {
    const CLAUSE_BYTES_MAX: usize = 110;
    const HANDING_IN: [&str; 12] = [
        "rendre",
        "remettre",
        "deposer",
        "envoyer",
        "transmettre",
        "retourner",
        "renvoyer",
        "adresser",
        "soumettre",
        "presenter",
        "poster",
        "rapporter",
    ];
    let (from, to) = mention.folded;
    let clause = clause(text, from, CLAUSE_BYTES_MAX);
    let handed = HANDING_IN.iter().any(|verb| clause.contains(&format!(" a {verb} ")));
    handed && ends_line(text, to)
}

/// "Dossiers au 16 mars", "retour le 16 mars".
pub(super) fn follows_files(text: &Folded, mention: &Mention) -> bool {
    const FILES_BYTES_MAX: usize = 30;
    let from = mention.folded.0;
    let before = text.text(from.saturating_sub(FILES_BYTES_MAX), from).trim_end();
    let last = |joint: &str| before.strip_suffix(joint)?.trim_end().rsplit([' ', ':']).next();
    let due = matches!(last(" au"), Some("dossier" | "dossiers" | "candidatures" | "demandes" | "depot" | "depots"));
    let back = |joint: &str| matches!(last(joint), Some("retour" | "retours" | "reponse" | "reponses"));
    due || back(" au") || back(" le") || back(" pour le")
}

/// "Elle transmet chaque année, avant le 31 mars, …": a day of every year is the end of no campaign.
pub(super) fn yearly(text: &Folded, mention: &Mention) -> f32 {
    const CLAUSE_BYTES_MAX: usize = 90;
    const POINTS: f32 = 3.0;
    let every = [" chaque annee", " tous les ans", " annuellement"];
    let clause = clause(text, mention.folded.0, CLAUSE_BYTES_MAX);
    let yearly = mention.date().is_none() && every.iter().any(|words| clause.contains(words));
    if yearly { POINTS } else { 0.0 }
}

/// "… avant le 31 mars (les dossiers reçus avant le 15 mars seront relus)": what stands in brackets behind another date.
pub(super) fn is_aside(text: &Folded, mentions: &[Mention], i: usize) -> bool {
    const ASIDE_BYTES_MAX: usize = 60;
    let Some([earlier, mention]) = i.checked_sub(1).and_then(|first| mentions.get(first..=i)) else { return false };
    let between = text.text(earlier.folded.1, mention.folded.0);
    between.len() <= ASIDE_BYTES_MAX && between.trim_start().starts_with('(') && !between.contains(')')
}

/// The words of its sentence before a date, at most so many bytes.
fn clause<'t>(text: &'t Folded, from: usize, bytes_max: usize) -> &'t str {
    let earliest = from.saturating_sub(bytes_max);
    let breaks = text.breaks_between(earliest, from);
    let stop = breaks.iter().rev().find(|b| !matches!(b.kind, BreakKind::Line | BreakKind::Colon | BreakKind::Dash));
    text.text(stop.map_or(earliest, |boundary| boundary.at), from)
}

/// "~~3 mars~~": struck out, as some sites and all of Markdown write it.
pub(super) fn is_struck(text: &Folded, mention: &Mention) -> bool {
    let (from, to) = mention.folded;
    let before = text.text(from.saturating_sub(LIMIT_BYTES_MAX), from);
    let opened =
        before.rfind("~~").is_some_and(|at| before.get(..at).is_some_and(|b| b.matches("~~").count() % 2 == 0));
    opened && text.text(to, to + 8).trim_start().starts_with("~~")
}

/// A connector before a struck date takes no more than this.
const LIMIT_BYTES_MAX: usize = 24;

/// "La subvention sera versée avant le…", "les lieux peuvent être occupés jusqu'au…": something is done by then, and what it
/// is no word told us. Those who apply do so themselves.
pub(super) fn is_done_to_something(text: &Folded, limit: usize) -> bool {
    const CLAUSE_BYTES_MAX: usize = 160;
    let from = limit.saturating_sub(CLAUSE_BYTES_MAX);
    let clause = text.breaks_between(from, limit).last().map_or(from, |boundary| boundary.at);
    let words = text.text(clause, limit);
    [" sera ", " seront ", " etre ", " ete ", " reste ", " restent ", " dure "].iter().any(|word| words.contains(word))
}

/// "Du 6 juillet au 28 août, accueil de 9 h à 12 h": when a desk is open or shut.
pub(super) fn is_of_a_desk(text: &Folded, mention: &Mention) -> bool {
    let after = text.text(mention.folded.1, mention.folded.1 + 60);
    mention.hours == Hours::Span
        || ["accueil", "ouvert de", "ouverte de", "ferme", "horaires"].iter().any(|word| after.contains(word))
}
