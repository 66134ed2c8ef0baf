//! A notice's title and text cut into what speaks and what does not: the lead, the body, the page's chrome.
//!
//! Menus, sharing links, "À lire aussi" and cookie banners name other subjects: what stands there proves nothing.

use std::ops::Range;
use std::sync::LazyLock;

use super::Input;
use super::frame::{chrome, heading_end};
use super::phrases::Phrases;
use super::words::Words;
use crate::model::{Field, Quote};

/// Only this much of a text is read for its meaning; annexes longer than that repeat themselves.
const TEXT_BYTES_MAX: usize = 300_000;
/// The lead: how much of the text after its chrome says what the notice is about.
const LEAD_BYTES: usize = 700;
/// Where a site's own heading ("Accueil > …", "Crédit photo") may stand.
pub(super) const HEADING_BYTES: usize = 1_500;

pub(super) struct Page<'t> {
    pub title: Words<'t>,
    pub text: Words<'t>,
    /// Where the lead stands in the text.
    pub lead: Range<usize>,
    /// Whether the text was too long to be read whole.
    pub truncated: bool,
    chrome: Vec<Range<usize>>,
    /// Sections on how files are made, read and paid: they stand on every call, whatever it is about.
    procedure: Vec<Range<usize>>,
}

/// How near the heart of a notice some words stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Zone {
    Chrome,
    /// Far down a long text: annexes, rules, lists.
    Far,
    Body,
    Lead,
}

impl<'t> Page<'t> {
    pub fn of(input: &Input<'t>) -> Self {
        let text = cut(input.text, TEXT_BYTES_MAX);
        let words = Words::of(text);
        let pieces = chrome(&words, input.title);
        let heading = heading_end(text, &pieces);
        let lead_start = if heading <= HEADING_BYTES { heading } else { 0 };
        let chrome = pieces.into_iter().map(|piece| piece.at).collect();
        let lead = lead_start..cut(text, lead_start + LEAD_BYTES).len();
        Self {
            title: Words::of(cut(input.title, 2_000)),
            truncated: text.len() < input.text.len(),
            procedure: procedure(text),
            text: words,
            lead,
            chrome,
        }
    }

    /// The zone of words that start at a byte of the text.
    pub fn zone(&self, at: usize) -> Zone {
        const BODY_BYTES: usize = 8_000;
        let next = self.chrome.partition_point(|range| range.end <= at);
        if self.chrome.get(next).is_some_and(|range| range.start <= at) {
            Zone::Chrome
        } else if self.lead.contains(&at) {
            Zone::Lead
        } else if at < self.lead.end + BODY_BYTES {
            Zone::Body
        } else {
            Zone::Far
        }
    }

    /// Whether words that start at a byte of the text tell how files are made, read and paid.
    pub fn is_procedure(&self, at: usize) -> bool {
        let next = self.procedure.partition_point(|range| range.end <= at);
        self.procedure.get(next).is_some_and(|range| range.start <= at)
    }

    /// Where the last piece of chrome that ends inside a range ends.
    pub fn chrome_end_in(&self, range: &Range<usize>) -> Option<usize> {
        let until = self.chrome.partition_point(|chrome| chrome.end <= range.end);
        let last = self.chrome.get(until.checked_sub(1)?)?;
        (last.end > range.start && last.end < range.end).then_some(last.end)
    }

    pub fn quote_title(&self, at: Range<usize>) -> Quote {
        quote(Field::Title, self.title.text(), at)
    }

    pub fn quote_text(&self, at: Range<usize>) -> Quote {
        quote(Field::Text, self.text.text(), at)
    }
}

fn quote(field: Field, text: &str, at: Range<usize>) -> Quote {
    let words = text.get(at.clone()).unwrap_or_default().to_owned();
    Quote { field, start: at.start, end: at.end, text: words }
}

/// The longest start of a text that is at most `bytes` long and ends between characters.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// Words of the headings under which a call tells of its procedure.
static PROCEDURE: LazyLock<Phrases<()>> = LazyLock::new(|| {
    const WORDS: &[&str] = &[
        "pièces",
        "dépenses*",
        "grille*",
        "questions",
        "données personnelles",
        "données à caractère personnel",
        "conventions et*",
        "conventionnement",
        "paiement*",
        "versement*",
        "engagement républicain",
        "obligations",
        "évaluation",
        "instruction*",
        "marche à suivre",
        "démarche à suivre",
        "comment déposer",
        "comment candidater",
        "modalités de dépôt",
        "dépôt des dossiers",
        "composition du dossier",
        "contenu du dossier",
        "glossaire",
        "lexique",
        "annexe",
        "annexes",
        "contact",
        "contacts",
        "recours",
        "réclamation*",
        "plan de financement",
    ];
    Phrases::new([((), WORDS)])
});

/// A section of procedure is no longer than this: a text without more headings speaks of other things again.
const PROCEDURE_BYTES: usize = 2_500;

/// From each heading that tells of the procedure to the next heading.
fn procedure(text: &str) -> Vec<Range<usize>> {
    let mut sections: Vec<Range<usize>> = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if is_heading(line.trim()) {
            if let Some(start) = open.take() {
                sections.push(start..at);
            }
            if !PROCEDURE.find(&Words::of(line)).is_empty() {
                open = Some(at);
            }
        }
        at += line.len();
    }
    sections.extend(open.map(|start| start..text.len()));
    for section in &mut sections {
        section.end = section.end.min(section.start + PROCEDURE_BYTES);
    }
    sections
}

/// A short line that begins like a sentence and does not end like one.
fn is_heading(line: &str) -> bool {
    const BYTES: std::ops::RangeInclusive<usize> = 3..=70;
    BYTES.contains(&line.len())
        && line.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
        && !line.contains("...")
        && !line.ends_with(['.', ',', ';', '…'])
        && !line.trim_end_matches(':').contains([':', '@', '='])
}
