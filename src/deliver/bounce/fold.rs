//! Text made comparable: lower case, without accents, with plain apostrophes. Word lists are written in this form.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

pub(super) fn folded(text: &str) -> String {
    let plain = |c: char| match c {
        '’' | '‘' | '`' => '\'',
        '\u{a0}' | '\u{202f}' | '\t' => ' ',
        c => c,
    };
    let lower = text.nfd().filter(|c| !is_combining_mark(*c)).map(plain).flat_map(char::to_lowercase);
    // Several spaces count as one: forms pad their words.
    let mut folded = String::with_capacity(text.len());
    for c in lower {
        if c != ' ' || !folded.ends_with(' ') {
            folded.push(c);
        }
    }
    folded
}

/// Whether one of these folded phrases is in a folded text.
pub(super) fn says(folded: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| folded.contains(phrase))
}
