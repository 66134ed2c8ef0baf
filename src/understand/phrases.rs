//! Phrases looked for in [`Words`], each with what it stands for; one pass over the words finds them all.
//!
//! A phrase is written as a person would (`appel à projets`); `lauréat*` also finds longer words; `!AMI` is found only in
//! capitals. It does not know what the phrases are for.

use std::ops::Range;

use super::lexicon::Lexicon;
use super::words::{Words, fold};

pub(super) struct Phrases<T> {
    lexicon: Lexicon,
    tags: Vec<(T, Casing)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Casing {
    Any,
    Capitals,
}

/// A phrase found: what it stands for and where it stands in the text, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found<T> {
    pub tag: T,
    pub at: Range<usize>,
    /// Which phrase of the table it is: repeats of one phrase prove less than several phrases.
    pub phrase: usize,
}

impl<T: Copy> Phrases<T> {
    /// From a file of headings in brackets, each followed by its phrases, which end with `;` or their line; `#` comments.
    pub fn parse(file: &str, headings: &[(&str, T)]) -> Self {
        let sections: Vec<(T, Vec<&str>)> = sections(file)
            .filter_map(|(name, phrases)| Some((headings.iter().find(|(heading, _)| *heading == name)?.1, phrases)))
            .collect();
        Self::new(sections.iter().map(|(tag, phrases)| (*tag, phrases.as_slice())))
    }

    pub fn new<'p>(table: impl IntoIterator<Item = (T, &'p [&'p str])>) -> Self {
        let mut patterns = Vec::new();
        let mut tags = Vec::new();
        for (tag, phrases) in table {
            for phrase in phrases {
                let casing = if phrase.starts_with('!') { Casing::Capitals } else { Casing::Any };
                let end = if phrase.ends_with('*') { "" } else { " " };
                patterns.push(format!("{}{end}", fold(phrase)));
                tags.push((tag, casing));
            }
        }
        // It is built from tables far below the automaton's limits; without it nothing is found.
        Self { lexicon: Lexicon::new(patterns), tags }
    }

    /// Every phrase in the text, overlapping ones too, by where they end.
    pub fn find(&self, words: &Words) -> Vec<Found<T>> {
        let hits = self.lexicon.find(words.plain(), words.starts());
        hits.into_iter()
            .filter_map(|hit| {
                let phrase = hit.phrase;
                let (tag, casing) = *self.tags.get(phrase)?;
                let at = words.behind_plain(hit.start.saturating_sub(1)..hit.end);
                let quote = words.text().get(at.clone())?;
                let kept = casing == Casing::Any || !quote.chars().any(char::is_lowercase);
                kept.then_some(Found { tag, at, phrase })
            })
            .collect()
    }
}

/// The headings of a file with their phrases, in order.
fn sections(file: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => sections.push((name, Vec::new())),
            None => {
                let phrases = line.split(';').map(str::trim).filter(|phrase| !phrase.is_empty());
                if let Some((_, all)) = sections.last_mut() {
                    all.extend(phrases);
                }
            }
        }
    }
    sections.into_iter()
}

/// Every heading of a file is known, every one known has phrases, and no phrase stands twice under it.
#[cfg(test)]
pub(super) fn check_headings<T>(file: &str, headings: &[(&str, T)]) {
    let found: Vec<(&str, Vec<&str>)> = sections(file).collect();
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    let mut known: Vec<&str> = headings.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, known);
    for (name, phrases) in found {
        let mut seen = std::collections::HashSet::new();
        let twice: Vec<&&str> = phrases.iter().filter(|phrase| !seen.insert(phrase.to_lowercase())).collect();
        assert!(!phrases.is_empty() && twice.is_empty(), "[{name}]: {twice:?} twice, or nothing");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(phrases: &[&str], text: &str, found: &[&str]) {
        let words = Words::of(text);
        let quotes: Vec<&str> =
            Phrases::new([((), phrases)]).find(&words).into_iter().map(|found| &text[found.at]).collect();
        assert_eq!(quotes, found, "{text}");
    }

    #[test]
    fn phrases_are_found_whole_longer_or_in_capitals_only() {
        check(&["appel à projets"], "L’appel à projets", &["appel à projets"]);
        check(&["appel à projet"], "L’appel à projets", &[]);
        check(&["lauréat*"], "les Lauréates, un laurier", &["Lauréates"]);
        check(&["!AMI"], "un ami, l’AMI", &["AMI"]);
        check(&["appel à projets", "à projets"], "appel à projets", &["appel à projets", "à projets"]);
        check(&["fin du"], "la fin. Du pain", &[]);
        check(&["du du"], "du du du", &["du du", "du du"]);
    }
}
