//! What two spellings of one word share.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Without accents and case, ligatures written out; everything else stays as it is.
///
/// For words that people write in files and cells. Texts whose words keep their place are folded by `geography` and
/// `understand`, each with its own offsets.
pub fn unaccented(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'œ' | 'Œ' => plain.push_str("oe"),
            'æ' | 'Æ' => plain.push_str("ae"),
            c => plain.extend(c.to_lowercase()),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    #[test]
    fn accents_case_and_ligatures_are_laid_aside() {
        let check = |text: &str, expected: &str| assert_eq!(super::unaccented(text), expected);
        check("Éc\u{327}OLE", "ecole");
        check("Thème d'ŒUVRE", "theme d'oeuvre");
        check("Nantes (44)", "nantes (44)");
    }
}
