//! Folding: the form in which names are compared, and the words of a text in that form.
//!
//! No case, no accents, no punctuation; `St` and `Ste` are written out. It knows nothing of places.

use unicode_normalization::char::decompose_canonical;

/// The folded form of a name: lower-case ASCII words, one space between them.
pub fn fold(name: &str) -> String {
    let words = Words::of(name);
    let mut folded = String::with_capacity(name.len());
    for n in 0..words.len() {
        if n > 0 {
            folded.push(' ');
        }
        folded.push_str(words.word(n));
    }
    folded
}

/// The words of a text, folded, each with its place in the original.
///
/// In the folded text a space joins two words that may belong to one name (`Seine-Saint-Denis`, `L'Haÿ`), a line feed
/// stands where anything else parts them: so a name never matches across a full stop or a comma.
pub struct Words<'a> {
    original: &'a str,
    folded: String,
    words: Vec<Word>,
}

#[derive(Clone, Copy)]
struct Word {
    start: usize,
    end: usize,
    folded_start: usize,
    folded_end: usize,
    capital: bool,
}

impl<'a> Words<'a> {
    pub fn of(text: &'a str) -> Self {
        let mut words = Self {
            original: text,
            folded: String::with_capacity(text.len()),
            words: Vec::with_capacity(text.len() / 6),
        };
        let mut open: Option<Word> = None;
        for (at, c) in text.char_indices() {
            if !continues_word(c) || !words.push_folded(c, open.is_none(), &mut open, at) {
                words.close(&mut open);
            } else if let Some(word) = open.as_mut() {
                word.end = at + c.len_utf8();
                word.folded_end = words.folded.len();
            }
        }
        words.close(&mut open);
        words
    }

    /// Adds a character's folded form; `false` when nothing of it is kept.
    fn push_folded(&mut self, c: char, first: bool, open: &mut Option<Word>, at: usize) -> bool {
        if is_combining(c) {
            return open.is_some();
        }
        if first {
            self.separate(at);
        }
        let before = self.folded.len();
        if c.is_ascii() {
            self.folded.push(c.to_ascii_lowercase());
        } else {
            push_unaccented(c, &mut self.folded);
        }
        let kept = self.folded.len() > before;
        if kept && first {
            let capital = c.is_uppercase() || c.is_ascii_digit();
            *open = Some(Word { start: at, end: at, folded_start: before, folded_end: before, capital });
        }
        kept
    }

    fn close(&mut self, open: &mut Option<Word>) {
        let Some(mut word) = open.take() else { return };
        let full = match &self.folded[word.folded_start..] {
            "st" => Some("saint"),
            "ste" => Some("sainte"),
            _ => None,
        };
        if let Some(full) = full {
            self.folded.truncate(word.folded_start);
            self.folded.push_str(full);
        }
        word.folded_end = self.folded.len();
        self.words.push(word);
    }

    fn separate(&mut self, at: usize) {
        let Some(last) = self.words.last() else { return };
        if self.folded.len() > last.folded_end {
            return;
        }
        let gap = self.original.get(last.end..at).unwrap_or_default();
        let abbreviated = gap == ". " && self.folded.ends_with("saint");
        self.folded.push(if joins(gap) || abbreviated { ' ' } else { '\n' });
    }

    pub fn len(&self) -> usize {
        self.words.len()
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The folded word; empty past the end.
    pub fn word(&self, n: usize) -> &str {
        self.words.get(n).map_or("", |w| &self.folded[w.folded_start..w.folded_end])
    }

    /// Words `first..=last` folded; a line feed in it says that they do not belong to one name.
    pub fn phrase(&self, first: usize, last: usize) -> &str {
        match (self.words.get(first), self.words.get(last)) {
            (Some(a), Some(b)) if a.folded_start <= b.folded_end => &self.folded[a.folded_start..b.folded_end],
            _ => "",
        }
    }

    /// The folded text from word `n` on.
    pub fn rest(&self, n: usize) -> &str {
        self.words.get(n).map_or("", |w| &self.folded[w.folded_start..])
    }

    /// Whether the word begins with a capital letter or a digit in the original.
    pub fn capital(&self, n: usize) -> bool {
        self.words.get(n).is_some_and(|w| w.capital)
    }

    /// Byte offsets of words `first..=last` in the original text, on character boundaries.
    pub fn span(&self, first: usize, last: usize) -> (usize, usize) {
        match (self.words.get(first), self.words.get(last)) {
            (Some(a), Some(b)) => (a.start, b.end),
            _ => (0, 0),
        }
    }

    /// Words `first..=last` as they are written.
    pub fn original(&self, first: usize, last: usize) -> &'a str {
        let (start, end) = self.span(first, last);
        self.original.get(start..end).unwrap_or_default()
    }

    /// What stands in the original between word `n` and the next.
    pub fn gap_after(&self, n: usize) -> &'a str {
        let Some(word) = self.words.get(n) else { return "" };
        let next = self.words.get(n + 1).map_or(self.original.len(), |w| w.start);
        self.original.get(word.end..next).unwrap_or_default()
    }

    /// What stands in the original before word `n`, back to the word before it.
    pub fn gap_before(&self, n: usize) -> &'a str {
        match n.checked_sub(1) {
            Some(before) => self.gap_after(before),
            None => self.words.first().and_then(|w| self.original.get(..w.start)).unwrap_or_default(),
        }
    }
}

fn continues_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining(c)
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// A space, a hyphen, an apostrophe, or a hyphen between spaces: what may stand inside a name.
fn joins(gap: &str) -> bool {
    if gap.chars().count() > 4 {
        return false;
    }
    // A line may break after a hyphen ("Seine-\nSaint-Denis").
    let gap = gap.strip_prefix('-').map_or(gap, str::trim);
    gap.chars().count() <= 3
        && gap.chars().all(|c| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}' | '\u{2011}' | '\'' | '’'))
}

fn push_unaccented(c: char, out: &mut String) {
    match c {
        'œ' | 'Œ' => return out.push_str("oe"),
        'æ' | 'Æ' => return out.push_str("ae"),
        _ => {}
    }
    for lower in c.to_lowercase() {
        decompose_canonical(lower, |part| {
            if part.is_ascii_alphanumeric() {
                out.push(part);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_to_plain_words() {
        let check = |name: &str, folded: &str| assert_eq!(fold(name), folded);
        check("L'Haÿ-les-Roses", "l hay les roses");
        check("L’HAŸ LES ROSES", "l hay les roses");
        check("Saint-Étienne", "saint etienne");
        check("St Denis", "saint denis");
        check("Ste-Anne", "sainte anne");
        check("Île-de-France", "ile de france");
        check("Ile\u{302}", "ile");
        check("Crœuilly (94)", "croeuilly 94");
        check("  ", "");
        check("東京", "");
    }

    #[test]
    fn a_full_stop_parts_two_words_and_a_hyphen_joins_them() {
        let words = Words::of("Seine-Saint-Denis. Paris");
        assert_eq!(words.phrase(0, 2), "seine saint denis");
        assert_eq!(words.phrase(2, 3), "denis\nparis");
        assert_eq!(words.span(0, 2), (0, 17));
    }

    proptest::proptest! {
        #[test]
        fn spans_lie_on_character_boundaries(text in "\\PC{0,60}") {
            let words = Words::of(&text);
            for n in 0..words.len() {
                let (start, end) = words.span(n, n);
                proptest::prop_assert!(text.get(start..end).is_some_and(|w| !w.is_empty()));
                proptest::prop_assert!(!words.word(n).is_empty());
            }
        }
    }
}
