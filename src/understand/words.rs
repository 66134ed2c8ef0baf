//! A text as a list of words, blind to case, accents, apostrophes and hyphens, that still knows where each word stood.
//!
//! Every reader of meaning (kind, themes, audiences…) looks for phrases in these words and quotes the clean text
//! behind them. It knows no phrase and no theme.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::char::decompose_canonical;

/// The words of one text: ` appel a projets | depot des dossiers `, and the same cut to their stems.
///
/// One space stands before and after each word; `|` stands where a sentence or a paragraph ends.
pub(super) struct Words<'t> {
    text: &'t str,
    plain: String,
    marks: Vec<Mark>,
    /// Made when they are asked for: most readers look for whole words.
    stems: OnceCell<Stems>,
}

/// Where one word stands: in `plain`, and in the text.
struct Mark {
    plain: usize,
    start: usize,
    end: usize,
}

/// The words cut to their stems, and where each stands in them.
struct Stems {
    text: String,
    at: Vec<usize>,
}

impl<'t> Words<'t> {
    pub fn of(text: &'t str) -> Self {
        let plain = String::with_capacity(text.len() + 2);
        let mut words = Self { text, plain, marks: vec![], stems: OnceCell::new() };
        words.split();
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

    /// Where each word begins in [`Self::plain`], and each `|`.
    pub fn starts(&self) -> impl Iterator<Item = usize> {
        self.marks.iter().map(|mark| mark.plain)
    }

    pub fn stems(&self) -> &str {
        &self.stemmed().text
    }

    /// Where each word begins in [`Self::stems`].
    pub fn stem_starts(&self) -> impl Iterator<Item = usize> {
        self.stemmed().at.iter().copied()
    }

    fn stemmed(&self) -> &Stems {
        self.stems.get_or_init(|| self.stem())
    }

    /// The bytes of the text behind a match in [`Self::plain`].
    pub fn behind_plain(&self, found: Range<usize>) -> Range<usize> {
        self.behind(found, |nth| self.marks.get(nth).map_or(usize::MAX, |mark| mark.plain))
    }

    /// The bytes of the text behind a match in [`Self::stems`].
    pub fn behind_stems(&self, found: Range<usize>) -> Range<usize> {
        let at = &self.stemmed().at;
        self.behind(found, |nth| at.get(nth).copied().unwrap_or(usize::MAX))
    }

    fn behind(&self, found: Range<usize>, at: impl Fn(usize) -> usize) -> Range<usize> {
        // A match starts at the space before its first word, so the first word is the first mark after it.
        let first = first_where(self.marks.len(), |nth| at(nth) > found.start);
        let last = first_where(self.marks.len(), |nth| at(nth) >= found.end.max(found.start + 2)).saturating_sub(1);
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
            if c.is_ascii_alphanumeric() || c.is_alphanumeric() || c == '€' {
                if word_start.is_none() {
                    word_start = Some(at);
                    self.marks.push(Mark { plain: self.plain.len(), start: at, end: at });
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
            self.marks.push(Mark { plain: self.plain.len(), start: at, end: at + len });
            self.plain.push_str("| ");
        }
    }

    fn stem(&self) -> Stems {
        let stemmer = Stemmer::create(Algorithm::French);
        let mut text = String::with_capacity(self.plain.len());
        let mut at = Vec::with_capacity(self.marks.len());
        text.push(' ');
        let known = STEMS.read().unwrap_or_else(PoisonError::into_inner);
        let mut new: Vec<(&str, String)> = Vec::new();
        for mark in &self.marks {
            at.push(text.len());
            let rest = self.plain.get(mark.plain..).unwrap_or_default();
            let word = rest.split(' ').next().unwrap_or_default();
            match has_stem(word).then(|| known.get(word)) {
                None => text.push_str(word),
                Some(Some(stem)) => text.push_str(stem),
                Some(None) => {
                    let stem = stem(word, &stemmer);
                    text.push_str(&stem);
                    new.push((word, stem));
                }
            }
            text.push(' ');
        }
        drop(known);
        remember(new);
        Stems { text, at }
    }
}

/// What words were cut to: texts repeat their words, and each other's.
static STEMS: RwLock<HashMap<Box<str>, Box<str>, FewBytes>> = RwLock::new(HashMap::with_hasher(FewBytes));

/// Some megabytes; a hostile text only makes them forgotten.
const STEMS_MAX: usize = 20_000;
/// Longer ones are no words that come again.
const STEMMED_BYTES_MAX: usize = 32;

fn remember(new: Vec<(&str, String)>) {
    if new.is_empty() {
        return;
    }
    let mut known = STEMS.write().unwrap_or_else(PoisonError::into_inner);
    for (word, stem) in new.into_iter().filter(|(word, _)| word.len() <= STEMMED_BYTES_MAX) {
        if known.len() >= STEMS_MAX {
            known.clear();
        }
        known.insert(word.into(), stem.into());
    }
}

/// FNV-1a: for short words it is quicker than what keeps collisions from being made on purpose, and these are forgotten
/// before they are many.
#[derive(Clone, Default)]
struct FewBytes;

impl BuildHasher for FewBytes {
    type Hasher = Fnv;

    fn build_hasher(&self) -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The first of `count` ordered things for which it holds; `count` when for none.
fn first_where(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// A phrase as [`Words::plain`] writes it, without the outer spaces.
pub(super) fn fold(phrase: &str) -> String {
    Words::of(phrase).plain.trim_matches([' ', '|']).to_owned()
}

/// A phrase as [`Words::stems`] writes it, without the outer spaces.
pub(super) fn fold_to_stems(phrase: &str) -> String {
    Words::of(phrase).stems().trim_matches([' ', '|']).to_owned()
}

/// A word or a stem with fewer letters is left as it is.
const LETTERS_MIN: usize = 4;

fn has_stem(word: &str) -> bool {
    word.len() >= LETTERS_MIN && word.bytes().all(|b| b.is_ascii_lowercase())
}

fn stem(word: &str, stemmer: &Stemmer) -> String {
    let stem = stemmer.stem(word);
    // Cut to three letters, "aide" and "aidant" would be one word, as would "logement" and "logique": only the plural goes.
    if stem.len() < LETTERS_MIN { word.trim_end_matches(['s', 'x']).to_owned() } else { stem.into_owned() }
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
