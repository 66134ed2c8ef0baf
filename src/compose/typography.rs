//! Typography: the spaces of French, and text of others made harmless to a line.
//!
//! Our own words follow the rules of the Imprimerie nationale (espaces insécables before `: ; ! ? »`, after `«`,
//! apostrophe ’, groups of three figures). Words of others are left as they are, but a space that must not break is made
//! so. Escaping is not done here: templates do it.

use crate::model::Language;

/// Before `:`, around « », between a number and what it counts.
pub const NBSP: char = '\u{a0}';
/// Before `; ! ?` and between groups of figures.
pub const THIN_NBSP: char = '\u{202f}';

/// Our own text, with the rules of its language.
pub fn ours(text: &str, language: Language) -> String {
    match language {
        Language::Fr => unbreakable(&text.replace('\'', "’")),
        Language::En => text.replace('\'', "’"),
    }
}

/// Makes the spaces of French punctuation unbreakable; adds none, changes no word.
pub fn unbreakable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    let mut before = None;
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let kept = match (c, next) {
            (' ', Some(':' | '»' | '%' | '€')) => NBSP,
            (' ', Some(';' | '!' | '?')) => THIN_NBSP,
            (' ', _) if before == Some('«') => NBSP,
            _ => c,
        };
        out.push(kept);
        before = Some(c);
    }
    out
}

/// « … », with the spaces that belong inside; in English “…”.
pub fn quoted(words: &str, language: Language) -> String {
    // A quote inside the quote keeps its marks; those around the whole are taken off.
    let words = words.trim().trim_start_matches('«').trim_end_matches('»').trim();
    match language {
        Language::Fr => format!("«{NBSP}{}{NBSP}»", unbreakable(words)),
        Language::En => format!("“{words}”"),
    }
}

/// A text of others on one line: no control or invisible direction character, single spaces, at most `chars_max`
/// characters, cut at a word where there is one.
pub fn one_line(text: &str, chars_max: usize) -> String {
    let mut line = String::new();
    let mut pending_space = false;
    // A hostile text may hold megabytes: what is past the cut is never looked at.
    for c in text.chars().take(chars_max.saturating_mul(8)) {
        if is_invisible(c) {
            continue;
        }
        if c.is_whitespace() || c.is_control() {
            // An unbreakable space is a choice of the author.
            match c {
                NBSP | THIN_NBSP => line.push(c),
                _ => pending_space = !line.is_empty(),
            }
            continue;
        }
        if std::mem::take(&mut pending_space) {
            line.push(' ');
        }
        line.push(c);
    }
    cut(line.trim().to_owned(), chars_max)
}

/// As [`one_line`], with the spaces of French punctuation made unbreakable when we write French.
pub fn theirs(text: &str, chars_max: usize, language: Language) -> String {
    unbreakable_in(&one_line(text, chars_max), language)
}

/// The text with those spaces, in French; the text in English.
pub fn unbreakable_in(text: &str, language: Language) -> String {
    match language {
        Language::Fr => unbreakable(text),
        Language::En => text.to_owned(),
    }
}

/// 12500 → "12 500" in French, "12,500" in English.
pub fn number(n: usize, language: Language) -> String {
    let digits = n.to_string();
    let separator = match language {
        Language::Fr => THIN_NBSP,
        Language::En => ',',
    };
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// "a, b et c".
pub fn list(words: &[String], language: Language) -> String {
    let and = match language {
        Language::Fr => " et ",
        Language::En => " and ",
    };
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}{and}{last}", first.join(", ")),
    }
}

/// Characters that show nothing, or turn the direction of what follows: they could make a title lie.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        || is_private_use(c)
}

fn is_private_use(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

fn cut(line: String, chars_max: usize) -> String {
    if line.chars().count() <= chars_max {
        return line;
    }
    let kept: String = line.chars().take(chars_max.saturating_sub(1)).collect();
    // At the last space, unless that would lose more than a fifth.
    let whole_words = match kept.rfind(' ') {
        Some(at) if at >= kept.len() / 5 * 4 => kept.get(..at).unwrap_or(&kept),
        _ => &kept,
    };
    format!("{}…", whole_words.trim_end_matches([' ', ',', ';', ':', '-', '–', NBSP, THIN_NBSP]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_french_has_its_spaces_and_apostrophes() {
        let check = |text: &str, want: &str| assert_eq!(ours(text, Language::Fr), want);
        check("Pour qui : l'association", "Pour qui\u{a0}: l’association");
        check("Vraiment ? Oui !", "Vraiment\u{202f}? Oui\u{202f}!");
        check("« ici »", "«\u{a0}ici\u{a0}»");
        check("12 %", "12\u{a0}%");
        check("https://x.example/a?b", "https://x.example/a?b");
    }

    #[test]
    fn the_words_of_others_keep_their_apostrophes_and_lose_what_could_lie() {
        let check = |text: &str, want: &str| assert_eq!(theirs(text, 60, Language::Fr), want);
        check("L'appel :  à \r\n projets", "L'appel\u{a0}: à projets");
        check("abc\u{202e}def\u{200b}\u{0}", "abcdef");
        check("", "");
        check("Appel\u{a0}: x", "Appel\u{a0}: x");
    }

    #[test]
    fn a_long_line_is_cut_at_a_word() {
        assert_eq!(one_line(&"mot ".repeat(5_000), 20), "mot mot mot mot…");
        assert_eq!(one_line(&"x".repeat(10_000), 10), "xxxxxxxxx…");
        assert_eq!(one_line("juste dix.", 10), "juste dix.");
    }

    #[test]
    fn quotes_numbers_and_lists() {
        assert_eq!(quoted("avant le 3 mai", Language::Fr), "«\u{a0}avant le 3 mai\u{a0}»");
        assert_eq!(quoted("« avant »", Language::Fr), "«\u{a0}avant\u{a0}»");
        assert_eq!(quoted("by 3 May", Language::En), "“by 3 May”");
        assert_eq!(number(1_234_567, Language::Fr), "1\u{202f}234\u{202f}567");
        assert_eq!(number(999, Language::Fr), "999");
        assert_eq!(number(1_000, Language::En), "1,000");
        let words = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(list(&words, Language::Fr), "a, b et c");
    }
}
