//! A text as a list of words, blind to case, accents, apostrophes and hyphens, that still knows where each word stood.
//!
//! Every reader of meaning (kind, themes, audiences…) looks for phrases in these words and quotes the clean text
//! behind them. It knows no phrase and no theme.

use std::collections::HashMap;
use std::ops::Range;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::char::decompose_canonical;

/// The words of one text: ` appel a projets | depot des dossiers `, and the same cut to their stems.
///
/// One space stands before and after each word; `|` stands where a sentence or a paragraph ends.
pub(super) struct Words<'t> {
    text: &'t str,
    plain: String,
    stems: String,
    marks: Vec<Mark>,
}

/// Where one word stands: in `plain`, in `stems`, and in the text.
struct Mark {
    plain: usize,
    stem: usize,
    start: usize,
    end: usize,
}

impl<'t> Words<'t> {
    pub fn of(text: &'t str) -> Self {
        let mut words =
            Self { text, plain: String::with_capacity(text.len() + 2), stems: String::new(), marks: vec![] };
        words.split();
        words.stem();
        words
    }

    pub fn text(&self) -> &'t str {
        self.text
    }

    pub fn plain(&self) -> &str {
        &self.plain
    }

    /// The words from a byte of the text on.
    pub fn plain_from(&self, at: usize) -> &str {
        let first = self.marks.partition_point(|mark| mark.start < at);
        self.marks.get(first).and_then(|mark| self.plain.get(mark.plain..)).unwrap_or_default()
    }

    pub fn stems(&self) -> &str {
        &self.stems
    }

    /// The bytes of the text behind a match in [`Self::plain`].
    pub fn behind_plain(&self, found: Range<usize>) -> Range<usize> {
        self.behind(found, |mark| mark.plain)
    }

    /// The bytes of the text behind a match in [`Self::stems`].
    pub fn behind_stems(&self, found: Range<usize>) -> Range<usize> {
        self.behind(found, |mark| mark.stem)
    }

    fn behind(&self, found: Range<usize>, at: impl Fn(&Mark) -> usize) -> Range<usize> {
        // A match starts at the space before its first word, so the first word is the first mark after it.
        let first = self.marks.partition_point(|mark| at(mark) <= found.start);
        let last = self.marks.partition_point(|mark| at(mark) < found.end.max(found.start + 2)).saturating_sub(1);
        match (self.marks.get(first.min(last)), self.marks.get(last)) {
            (Some(a), Some(z)) => a.start..z.end,
            _ => 0..0,
        }
    }

    fn split(&mut self) {
        self.plain.push(' ');
        let mut word_start: Option<usize> = None;
        let mut newlines = 0;
        let mut chars = self.text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if c.is_alphanumeric() || c == '€' {
                if word_start.is_none() {
                    word_start = Some(at);
                    self.marks.push(Mark { plain: self.plain.len(), stem: 0, start: at, end: at });
                }
                push_folded(&mut self.plain, c);
                newlines = 0;
                continue;
            }
            if is_invisible(c) {
                continue;
            }
            if word_start.take().is_some() {
                self.end_word(at);
            }
            newlines += usize::from(c == '\n');
            let before_space = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
            if newlines == 2 || c == '•' || (before_space && matches!(c, '.' | '!' | '?' | ';' | '…')) {
                self.end_sentence(at, c.len_utf8());
            }
        }
        if word_start.is_some() {
            self.end_word(self.text.len());
        }
    }

    fn end_word(&mut self, end: usize) {
        self.plain.push(' ');
        if let Some(mark) = self.marks.last_mut() {
            mark.end = end;
        }
    }

    fn end_sentence(&mut self, at: usize, len: usize) {
        if !self.plain.ends_with("| ") {
            self.marks.push(Mark { plain: self.plain.len(), stem: 0, start: at, end: at + len });
            self.plain.push_str("| ");
        }
    }

    fn stem(&mut self) {
        let stemmer = Stemmer::create(Algorithm::French);
        let mut stems = String::with_capacity(self.plain.len());
        stems.push(' ');
        // A text repeats its words: each is stemmed once.
        let mut known: HashMap<&str, Range<usize>> = HashMap::new();
        for mark in &mut self.marks {
            mark.stem = stems.len();
            let rest = self.plain.get(mark.plain..).unwrap_or_default();
            let word = rest.split(' ').next().unwrap_or_default();
            match known.get(word) {
                Some(range) => stems.extend_from_within(range.clone()),
                None => {
                    push_stem(&mut stems, word, &stemmer);
                    known.insert(word, mark.stem..stems.len());
                }
            }
            stems.push(' ');
        }
        self.stems = stems;
    }
}

/// A phrase as [`Words::plain`] writes it, without the outer spaces.
pub(super) fn fold(phrase: &str) -> String {
    Words::of(phrase).plain.trim_matches([' ', '|']).to_owned()
}

/// A phrase as [`Words::stems`] writes it, without the outer spaces.
pub(super) fn fold_to_stems(phrase: &str) -> String {
    Words::of(phrase).stems.trim_matches([' ', '|']).to_owned()
}

fn push_stem(out: &mut String, word: &str, stemmer: &Stemmer) {
    const LETTERS_MIN: usize = 4;
    if word.len() < LETTERS_MIN || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        out.push_str(word);
        return;
    }
    let stem = stemmer.stem(word);
    // Cut to three letters, "aide" and "aidant" would be one word, as would "logement" and "logique": only the plural goes.
    let kept = if stem.len() < LETTERS_MIN { word.trim_end_matches(['s', 'x']) } else { &stem };
    out.push_str(kept);
}

/// Combining accents, soft hyphens and zero-width characters stand inside words and count nothing.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

fn push_folded(out: &mut String, c: char) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    match c {
        'œ' | 'Œ' => out.push_str("oe"),
        'æ' | 'Æ' => out.push_str("ae"),
        _ => {
            for lower in c.to_lowercase() {
                decompose_canonical(lower, |part| {
                    if !is_invisible(part) {
                        out.push(part);
                    }
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_accents_apostrophes_and_hyphens_do_not_count() {
        let check = |text: &str, plain: &str| assert_eq!(Words::of(text).plain(), plain, "{text}");
        check("", " ");
        check("L’Appel à projets", " l appel a projets ");
        check("ŒUVRE sous-préfecture", " oeuvre sous prefecture ");
        check("Fin. Début", " fin | debut ");
        check("un\ntexte\n\ncoupé", " un texte | coupe ");
        check("e\u{301}picerie", " epicerie ");
        check("10.000 €", " 10 000 € ");
    }

    #[test]
    fn stems_join_the_forms_of_a_word() {
        let check = |a: &str, b: &str| assert_eq!(fold_to_stems(a), fold_to_stems(b));
        check("épiceries sociales", "Épicerie sociale");
        check("denrées alimentaires", "DENRÉE ALIMENTAIRE");
        check("aides au logement", "aide au logements");
        assert_ne!(fold_to_stems("aidants"), fold_to_stems("aides"));
    }

    #[test]
    fn a_match_gives_back_the_words_of_the_text() {
        let words = Words::of("Vu l’Aide  alimentaire, ici");
        let at = words.plain().find(" aide alimentaire ").unwrap();
        let behind = words.behind_plain(at..at + " aide alimentaire ".len());
        assert_eq!(&words.text()[behind], "Aide  alimentaire");
        let at = words.stems().find(" aide alimentair").unwrap();
        let behind = words.behind_stems(at..at + " aide alimentair ".len());
        assert_eq!(&words.text()[behind], "Aide  alimentaire");
    }

    proptest! {
        #[test]
        fn every_match_stands_on_character_boundaries(text in "\\PC{0,80}", a in 0usize..100, n in 0usize..40) {
            let words = Words::of(&text);
            prop_assert!(text.get(words.behind_plain(a..a + n)).is_some());
            prop_assert!(text.get(words.behind_stems(a..a + n)).is_some());
        }
    }
}
