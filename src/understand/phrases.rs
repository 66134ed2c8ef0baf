//! Phrases looked for in [`Words`], each with what it stands for; one pass over the text finds them all.
//!
//! A phrase is written as a person would (`appel à projets`); `lauréat*` also finds longer words; `!AMI` is found only in
//! capitals. It does not know what the phrases are for.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::words::{Words, fold};

pub(super) struct Phrases<T> {
    automaton: Option<AhoCorasick>,
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
    pub fn new<'p>(table: impl IntoIterator<Item = (T, &'p [&'p str])>) -> Self {
        let mut patterns = Vec::new();
        let mut tags = Vec::new();
        for (tag, phrases) in table {
            for phrase in phrases {
                let casing = if phrase.starts_with('!') { Casing::Capitals } else { Casing::Any };
                let end = if phrase.ends_with('*') { "" } else { " " };
                patterns.push(format!(" {}{end}", fold(phrase)));
                tags.push((tag, casing));
            }
        }
        // It is built from tables far below the automaton's limits; without it nothing is found.
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns).ok();
        Self { automaton, tags }
    }

    /// Every phrase in the text, overlapping ones too, by where they end.
    pub fn find(&self, words: &Words) -> Vec<Found<T>> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        automaton
            .find_overlapping_iter(words.plain())
            .filter_map(|found| {
                let phrase = found.pattern().as_usize();
                let (tag, casing) = *self.tags.get(phrase)?;
                let at = words.behind_plain(found.start()..found.end());
                let quote = words.text().get(at.clone())?;
                let kept = casing == Casing::Any || !quote.chars().any(char::is_lowercase);
                kept.then_some(Found { tag, at, phrase })
            })
            .collect()
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
