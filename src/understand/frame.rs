//! A page's frame: menus, labels, trails, rows of links, and the lists of other pages below the content.
//!
//! What stands there names other subjects and proves nothing. What the heart of the page says is for [`super::page`].

use std::ops::Range;
use std::sync::LazyLock;

use super::page::{HEADING_BYTES, cut};
use super::phrases::Phrases;
use super::words::Words;

/// "À lire aussi" and its like speak of other pages for this long; an annex may follow.
const ELSEWHERE_BYTES: usize = 1_500;

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    /// A piece of the site's frame.
    Frame,
    /// A frame piece whose value follows on the same line ("Crédit photo : …").
    Label,
    /// The start of a trail of links ("Accueil > Actualités > …"): its line says where the page stands.
    Trail,
    /// A row of links to other sites ("Service-public.fr · Légifrance · data.gouv.fr"): to the end of its line.
    Links,
    /// A piece of the frame that stands below the content.
    Foot,
    /// From here on the page speaks of other pages.
    Elsewhere,
}

static MARKS: LazyLock<Phrases<Mark>> = LazyLock::new(|| {
    Phrases::new([
        (
            Mark::Frame,
            &[
                "aller au contenu",
                "aller au menu",
                "aller à la recherche",
                "fil d'ariane",
                "retour à l'accueil",
                "retour à la page d'accueil",
                "sommaire sommaire",
                "envoyer à un ami",
                "facebook twitter",
                "partager sur",
                "partager la page",
                "partager sur facebook",
                "partager sur twitter",
                "partager sur linkedin",
                "imprimer la page",
                "copier le lien",
                "copier dans le presse papier",
                "ouvrir le menu",
                "fermer le menu",
                "menu principal",
                "rechercher sur le site",
                "navigation principale",
                "continuer à lire",
                "transcription du contenu de la page",
                "accepter les cookies",
                "panneau de gestion des cookies",
                "accéder au contenu",
                "accéder au menu",
                "accéder à la navigation",
                "accéder à la recherche",
                "skip to main content",
                "skip to content",
                "nouvelle fenêtre",
                "tout accepter",
                "tout refuser",
                "gestion des cookies",
                "paramétrer les cookies",
                "fermer ce champ de recherche",
            ][..],
        ),
        (
            Mark::Label,
            &[
                "crédit photo",
                "crédits photo",
                "mise à jour le",
                "mis à jour le",
                "dernière mise à jour",
                "publié le",
                "mis en ligne le",
                "temps de lecture",
            ][..],
        ),
        (Mark::Foot, &["revenir en haut", "haut de page", "vous a t il été utile", "vous a t elle été utile"][..]),
        (Mark::Trail, &["accueil", "vous êtes ici"][..]),
        (Mark::Links, &["service public fr", "legifrance", "gouvernement fr", "data gouv fr", "facebook"][..]),
        (
            Mark::Elsewhere,
            &[
                "à lire aussi",
                "lire aussi",
                "à lire également",
                "à voir aussi",
                "voir aussi",
                "articles similaires",
                "articles liés",
                "articles associés",
                "sur le même sujet",
                "sur le même thème",
                "dans la même rubrique",
                "ces articles peuvent vous intéresser",
                "vous aimerez aussi",
                "autres actualités",
                "autres publications",
                "autres articles",
                "autres annonces",
                "actualités récentes",
                "articles récents",
                "derniers articles",
                "dernières publications",
                "voir toutes les actualités",
                "contenus similaires",
                "contenus associés",
                "pages associées",
                "à découvrir aussi",
                "à consulter aussi",
                "pourraient vous intéresser",
                "pourrait vous intéresser",
                "nos autres appels à projets",
                "autres appels à projets",
                "dernières actualités",
                "toutes les actualités",
                "toute l'actualité",
                "actualités associées",
                "les plus lus",
                "plan du site",
                "mentions légales",
                "nous suivre",
                "suivez nous",
                "abonnez vous à notre newsletter",
                "inscrivez vous à la newsletter",
                "plus d'articles",
            ][..],
        ),
    ])
});

pub(super) struct Piece {
    pub at: Range<usize>,
    /// It stands below the content, never above it.
    below: bool,
}

/// Where the frame above the content ends: at the last of its pieces before prose or the frame below.
pub(super) fn heading_end(text: &str, pieces: &[Piece]) -> usize {
    let mut end = 0;
    for piece in pieces.iter().take_while(|piece| !piece.below && piece.at.start < HEADING_BYTES) {
        if is_prose(text.get(end..piece.at.start).unwrap_or_default()) {
            break;
        }
        end = piece.at.end;
    }
    end
}

/// Menus and rows of links hold no sentence; a page of one sentence may stand between two frames.
fn is_prose(between: &str) -> bool {
    let ends =
        |at: usize| between.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
    between
        .match_indices('.')
        .any(|(at, _)| ends(at) && between.get(..at).is_some_and(|b| b.ends_with(char::is_alphanumeric)))
}

/// The parts of a text that are the page's frame, in order, without overlaps.
pub(super) fn chrome(words: &Words, title: &str) -> Vec<Piece> {
    let text = words.text();
    let mut pieces: Vec<Piece> = Vec::new();
    // A page often repeats its title before its lead; the title has been counted.
    let opening = text.len() - text.trim_start().len();
    let title = title.trim();
    if !title.is_empty() && text.get(opening..).is_some_and(|rest| rest.starts_with(title)) {
        pieces.push(Piece { at: 0..opening + title.len(), below: false });
    }
    for found in MARKS.find(words) {
        let end = match found.tag {
            Mark::Frame | Mark::Foot => found.at.end,
            Mark::Label => end_of_label(text, found.at.end),
            Mark::Trail => match end_of_trail(text, found.at.end) {
                Some(end) => end,
                None => continue,
            },
            Mark::Links => match end_of_links(text, found.at.end) {
                Some(end) => end,
                None => continue,
            },
            Mark::Elsewhere if heads_a_list(text, found.at.start) => end_of_elsewhere(text, found.at.end),
            Mark::Elsewhere => found.at.end,
        };
        let below = match found.tag {
            Mark::Links | Mark::Foot => true,
            Mark::Elsewhere => heads_a_list(text, found.at.start),
            Mark::Frame | Mark::Label | Mark::Trail => false,
        };
        match pieces.last_mut() {
            Some(last) if found.at.start <= last.at.end => last.at.end = last.at.end.max(end),
            _ => pieces.push(Piece { at: found.at.start..end, below }),
        }
    }
    pieces
}

/// "Mise à jour le 24/12/2025": the value ends with its year and hour, or else with the line or its first words.
fn end_of_label(text: &str, from: usize) -> usize {
    const VALUE_BYTES: usize = 25;
    const DATE_BYTES: usize = 45;
    let rest = text.get(from..).unwrap_or_default();
    let line_of = |value: &str| value.find('\n').unwrap_or(value.len());
    let window = cut(rest, DATE_BYTES);
    if let Some(end) = window.get(..line_of(window)).and_then(end_of_date) {
        return from + end;
    }
    let value = cut(rest, VALUE_BYTES);
    let line = line_of(value);
    let whole_words = if line == value.len() { value.rfind(char::is_whitespace).unwrap_or(line) } else { line };
    from + whole_words
}

/// Where a date that opens the text ends: after its year ("12 janvier 2026 La Région…"), or after the hour that follows it.
fn end_of_date(text: &str) -> Option<usize> {
    const WORDS_BEFORE_YEAR_MAX: usize = 4;
    let year = text.as_bytes().windows(4).position(|window| window.iter().all(u8::is_ascii_digit))?;
    let before = text.get(..year)?;
    let opens =
        before.split_whitespace().count() <= WORDS_BEFORE_YEAR_MAX && before.contains(|c: char| c.is_ascii_digit());
    if !opens {
        return None;
    }
    let end = year + 4;
    let after = text.get(end..)?;
    let hour = after.trim_start_matches([' ', '\u{a0}', ',', '-', '–', 'à']);
    let digits =
        hour.len() - hour.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, 'h' | 'H' | ':')).len();
    let is_hour = hour.starts_with(|c: char| c.is_ascii_digit()) && hour.get(..digits)?.contains(['h', 'H', ':']);
    Some(if is_hour { end + (after.len() - hour.len()) + digits } else { end })
}

/// "Accueil > Actualités > Appels à projets": to the end of its line, when arrows follow.
fn end_of_trail(text: &str, from: usize) -> Option<usize> {
    const TRAIL_BYTES: usize = 300;
    let rest = cut(text.get(from..).unwrap_or_default(), TRAIL_BYTES);
    let starts = rest.trim_start_matches([' ', '\u{a0}', ':', '\n']);
    if !starts.starts_with(['>', '›', '»', '/', '→']) && !starts.starts_with("Accueil") {
        return None;
    }
    let line = rest.len() - starts.len();
    Some(from + starts.find('\n').map_or(line, |end| line + end))
}

/// The end of a line of names with points or bars between them.
fn end_of_links(text: &str, from: usize) -> Option<usize> {
    const LINE_BYTES: usize = 300;
    let rest = cut(text.get(from..).unwrap_or_default(), LINE_BYTES);
    let line = rest.find('\n').map_or(rest, |end| rest.get(..end).unwrap_or(rest));
    (line.matches(['·', '|']).count() >= 2).then_some(from + line.len())
}

/// "À lire aussi" heads a list of other pages when a capital opens it; "voir aussi l'annexe" does not.
fn heads_a_list(text: &str, at: usize) -> bool {
    text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase)
}

fn end_of_elsewhere(text: &str, from: usize) -> usize {
    from + cut(text.get(from..).unwrap_or_default(), ELSEWHERE_BYTES).len()
}
