//! The label that a date is the value of: before its colon, in the cell beside it, or on the line above.

use super::cue::{Class, Cue};
use super::fold::{BreakKind, Folded};
use super::sides::Sides;

/// A line this short may be the label of the line after it.
pub(super) const LABEL_LINE_BYTES_MAX: usize = 90;

/// Points of a label that says no more than what is handed in: "Dépôt des dossiers : 16 juin".
pub(super) const LABEL_LINE_POINTS: f32 = 3.5;

impl Sides {
    /// A short line, or the head of one before its colon, that begins with handing in: the date after it is its value.
    pub fn label_line(&mut self, text: &Folded, cues: &[Cue], from: usize, to: usize) {
        let Some((start, end)) = label_before(text, from, to) else { return };
        let first = cues.partition_point(|cue| cue.start < start);
        let inside = || cues.get(first..).unwrap_or_default().iter().take_while(|cue| cue.end <= end);
        let label = text.text(start, end).trim_matches(|c: char| !c.is_ascii_alphanumeric());
        if BARE_LABELS.contains(&label) && self.label < LABEL_LINE_POINTS {
            self.label = LABEL_LINE_POINTS;
            self.label_start = Some(start);
        }
        if BARE_OPENINGS.contains(&label) && self.open_label < LABEL_LINE_POINTS {
            self.open_label = LABEL_LINE_POINTS;
            self.open_start = Some(start);
        }
        let begins = inside().next().is_some_and(|cue| {
            cue.class == Class::Apply && cue.weight >= 1.5 && cue.start <= start + LABEL_HEAD_BYTES_MAX
        });
        let other =
            |class: Class| !matches!(class, Class::Apply | Class::Neutral | Class::Wave | Class::Label | Class::Limit);
        if begins && !inside().any(|cue| other(cue.class)) && self.label < LABEL_LINE_POINTS {
            self.label = LABEL_LINE_POINTS;
            self.label_start = Some(start);
        }
    }
}

/// Whole labels that say it in a word.
const BARE_LABELS: [&str; 22] = [
    "fermeture",
    "fin",
    "limite",
    "terme",
    "cloture",
    "echeance",
    "depot",
    "reponse",
    "reponses",
    "retour",
    "envoi",
    "remise",
    "reception",
    "reception des dossiers",
    "candidature",
    "candidatures",
    "soumission",
    "inscription avant",
    "a rendre",
    "a remettre",
    "closing",
    "deadline date",
];
const BARE_OPENINGS: [&str; 8] = [
    "lancement",
    "ouverture",
    "debut",
    "demarrage",
    "opening",
    "planned opening date",
    "ouverture des depots",
    "date d'ouverture",
];

/// How far from the beginning of its label the first word of handing in may stand ("- ", "Le ").
const LABEL_HEAD_BYTES_MAX: usize = 4;

/// The label that a date is the value of: what stands before a colon, what begins a line that the date ends, or the short
/// line above.
fn label_before(text: &Folded, from: usize, to: usize) -> Option<(usize, usize)> {
    let near = text.breaks_between(from.saturating_sub(LABEL_LINE_BYTES_MAX + 20), from);
    let is_line = |kind: BreakKind| matches!(kind, BreakKind::Line | BreakKind::Paragraph | BreakKind::Bullet);
    let mut lines = near.iter().rev().filter(|boundary| is_line(boundary.kind)).map(|boundary| boundary.at);
    let this_line = lines.next().unwrap_or(0);
    let before = text.text(this_line, from).trim_matches(|c: char| c == ' ' || c == '\n' || c == '-' || c == '*');
    if before.is_empty() && this_line > 0 {
        let above = lines.next().unwrap_or(0);
        let label = text.text(above, this_line);
        return (label.trim().len() <= LABEL_LINE_BYTES_MAX && !label.contains(". "))
            .then_some((skip_space(text, above), this_line));
    }
    let part = near.iter().rev().find(|boundary| boundary.kind != BreakKind::Colon).map_or(0, |boundary| boundary.at);
    let label = text.text(part, from).trim_end();
    // "Clôture des dépôts ........ 13 mars": leaders are a colon drawn out.
    let bare = label.trim_end_matches(['.', ' ', '_']);
    let leaders = label.len() >= bare.len() + LEADERS_MIN;
    let label = if leaders { bare } else { label };
    let colon = (leaders || label.ends_with(':')) && label.len() <= LABEL_LINE_BYTES_MAX;
    let sentence =
        ["le", "du", "au", "les", "de", "en", "a"].contains(&label.rsplit([' ', '\'']).next().unwrap_or_default());
    let cell = part == this_line
        && !label.is_empty()
        && label.len() <= CELL_BYTES_MAX
        && !label.contains(['.', ','])
        && !sentence
        && ends_line(text, to);
    (colon || cell).then(|| (skip_space(text, part), from))
}

/// So many dots lead from a cell to the next.
const LEADERS_MIN: usize = 4;

/// The first cell of a table's row is short.
const CELL_BYTES_MAX: usize = 40;

fn skip_space(text: &Folded, at: usize) -> usize {
    at + (at..at + 8).take_while(|i| matches!(text.byte(*i), b' ' | b'\n' | b'-' | b'*')).count()
}

pub(super) fn ends_line(text: &Folded, at: usize) -> bool {
    at >= text.len()
        || !text.breaks_between(at, at + 2).is_empty()
        || matches!(text.text(at, at + 2), "." | ". " | ";" | "; ")
}
