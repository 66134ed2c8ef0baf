//! One sentence out of the text that says what a notice is about.
//!
//! It is never written by us: a sentence of the page, whole, or cut at a word with "…" when it is long.

use std::ops::Range;

use super::page::{Page, Zone};
use super::words::fold;

const SENTENCE_BYTES_MIN: usize = 50;
const SUMMARY_CHARS_MAX: usize = 300;
/// Only the first sentences introduce a page.
const SENTENCES_MAX: f32 = 12.0;

/// Words of a sentence that tells a purpose.
const TELLS: &[&str] = &[
    "vise a",
    "visent a",
    "a pour objet",
    "a pour objectif",
    "a pour but",
    "objectif",
    "objet de",
    "souhaite",
    "lance",
    "lancent",
    "soutient",
    "soutenir",
    "finance",
    "financer",
    "permet",
    "accompagne",
    "accompagner",
    "destine",
    "favoriser",
    "encourager",
    "contribuer",
    "s adresse",
    "concerne",
    "propose",
    "met en place",
    "doivent etre habilitees",
    "consiste",
    "met a l honneur",
];
/// Words of a sentence about how, when or to whom.
const TELLS_ELSE: &[&str] = &[
    "date limite",
    "au plus tard",
    "avant le",
    "jusqu au",
    "cliqu",
    "telecharg",
    "formulaire",
    "cookie",
    "javascript",
    "navigateur",
    "mot de passe",
    "newsletter",
    "connectez vous",
    "compte",
    "telephone",
    "courriel",
    "consultez",
    "merci de",
    "copyright",
];

pub(super) fn read(page: &Page) -> Option<String> {
    let text = page.text.text();
    let title = fold(page.title.text());
    let mut best: Option<(f32, &str)> = None;
    let mut seen = 0.0;
    for range in sentences(text) {
        let Some(sentence) = speaking_part(page, range) else { continue };
        if sentence.len() < SENTENCE_BYTES_MIN {
            continue;
        }
        let score = score(&fold(sentence), &title) - seen * 0.15;
        if score > 0.0 && best.is_none_or(|(top, _)| score > top) {
            best = Some((score, sentence));
        }
        seen += 1.0;
        if seen > SENTENCES_MAX {
            break;
        }
    }
    best.map(|(_, sentence)| shorten(sentence))
}

/// Where the sentences of a text stand: they end with a point before a capital, with a blank line or before a bullet.
fn sentences(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    let mut chars = text.char_indices();
    std::iter::from_fn(move || {
        for (at, c) in chars.by_ref() {
            let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
            let ends = match c {
                '.' | '!' | '?' | '…' => begins_sentence(rest),
                '\n' => rest.trim_start_matches([' ', '\t']).starts_with('\n'),
                '•' => true,
                _ => false,
            };
            if ends {
                let range = start..at + c.len_utf8();
                start = range.end;
                return Some(range);
            }
        }
        let range = start..text.len();
        start = text.len();
        (!range.is_empty()).then_some(range)
    })
}

fn begins_sentence(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        None => true,
        Some(c) if !c.is_whitespace() => false,
        Some(_) => rest.trim_start().chars().next().is_none_or(|c| !c.is_lowercase()),
    }
}

/// A sentence without the frame of the page before it ("Accueil Imprimer Pour la onzième année…").
fn speaking_part<'p>(page: &Page<'p>, range: Range<usize>) -> Option<&'p str> {
    let start = page.chrome_end_in(&range).unwrap_or(range.start);
    if page.zone(start) == Zone::Chrome && page.zone(range.end.saturating_sub(1)) == Zone::Chrome {
        return None;
    }
    let part = page.text.text().get(start..range.end)?;
    Some(
        part.trim()
            .trim_start_matches(['•', '-', '–', '—', ':', '*', '>', ',', ' ', '\n'])
            .trim_end_matches('•')
            .trim_end(),
    )
}

fn score(sentence: &str, title: &str) -> f32 {
    let count = |words: &[&str]| words.iter().filter(|word| sentence.contains(*word)).count().min(2) as f32;
    // Headings without a verb are short words in capitals or no sentence at all.
    let prose = if sentence.split(' ').count() >= 8 { 0.5 } else { -1.0 };
    let repeats = if !title.is_empty() && title.contains(sentence) { -2.0 } else { 0.0 };
    prose + count(TELLS) - 1.5 * count(TELLS_ELSE) + repeats
}

/// On one line, at most 300 characters, cut between words.
fn shorten(sentence: &str) -> String {
    let line = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SUMMARY_CHARS_MAX {
        return line;
    }
    let head: String = line.chars().take(SUMMARY_CHARS_MAX - 2).collect();
    let whole_words = head.rfind(' ').and_then(|at| head.get(..at)).unwrap_or(&head);
    format!("{}…", whole_words.trim_end_matches([',', ';', ':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_with_a_point_before_a_capital_or_a_blank_line() {
        let check = |text: &str, parts: &[&str]| {
            let found: Vec<&str> = sentences(text).map(|range| text[range].trim()).collect();
            assert_eq!(found, parts, "{text}");
        };
        check("", &[]);
        check("Un. Deux", &["Un.", "Deux"]);
        check("L’art. premier. Fin.", &["L’art. premier.", "Fin."]);
        check("Un\n\nDeux\nsuite", &["Un", "Deux\nsuite"]);
    }
}
