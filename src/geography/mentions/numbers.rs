//! Départements by their number, where the writing shows that a number is one.

use super::{Mention, Reading, Written, all_capitals, mention};
use crate::geography::{Geography, Spot, Words};

impl Geography {
    /// A département by its number, where the writing shows that it is one.
    pub(super) fn number_at(
        &self,
        words: &Words<'_>,
        n: usize,
        reading: Reading,
        previous: Option<&Mention>,
    ) -> Option<Mention> {
        let number = words.word(n).to_ascii_uppercase();
        let number = if number.len() == 1 { format!("0{number}") } else { number };
        let departement = self.table.departement(&number)?;
        let before = n.checked_sub(1).map_or("", |b| words.word(b));
        let (gap_before, gap_after) = (words.gap_before(n), words.gap_after(n));
        if in_counting_brackets(words, n) {
            return None;
        }
        if gap_after.starts_with(['/', '€', '%', '°', ':']) || gap_before.ends_with(['/', '€', '°', '.']) {
            return None;
        }
        let listed = previous.is_some_and(|p| {
            p.written == Written::Number
                && ((p.words.1 + 1 == n && gap_before.trim_matches(' ').len() <= 1)
                    || (p.words.1 + 2 == n && matches!(before, "et" | "ou")))
        });
        let in_brackets = gap_before.trim_end().ends_with('(') && gap_after.trim_start().starts_with([')', ',']);
        let before_that = n.checked_sub(2).map_or("", |b| words.word(b));
        let before = match before {
            "concernes" | "eligibles" | "cibles" | "suivants" => before_that,
            _ => before,
        };
        let named = matches!(before, "departement" | "departements" | "dept" | "dep" | "depts" | "cd" | "dpt");
        let beyond_days = number.len() == 3
            || number.starts_with('2') && !number.bytes().all(|b| b.is_ascii_digit())
            || number.parse::<u32>().is_ok_and(|n| n > 31);
        let the_number = matches!(before, "le" | "du") && beyond_days && !counts_something(words.word(n + 1));
        let body = reading == Reading::Publisher && words.word(n).len() >= 2 && !counts_something(words.word(n + 1));
        let meant = (in_brackets && (words.word(n).len() >= 2)) || listed || named || the_number || body;
        meant.then(|| mention(words, n, n, vec![self.code(Spot::Departement(departement))], Written::Number))
    }

    /// An acronym and a département in one word: `CD93`, `CAF93`; in a body's name any (`ID77`).
    pub(super) fn glued_number_at(&self, words: &Words<'_>, n: usize, reading: Reading) -> Option<Mention> {
        let word = words.word(n);
        let number = word.trim_start_matches(|c: char| c.is_ascii_lowercase());
        let acronym = word.strip_suffix(number)?;
        if number.len() < 2 || !(2..=5).contains(&acronym.len()) || !all_capitals(words, n, n) {
            return None;
        }
        let known =
            reading == Reading::Publisher || matches!(acronym, "cd" | "caf" | "ddets" | "udaf" | "cpam" | "ddt");
        let departement = self.table.departement(number).filter(|_| known)?;
        Some(mention(words, n, n, vec![self.code(Spot::Departement(departement))], Written::Number))
    }
}

/// The number that follows in brackets, and its word: `Montreuil (93)`.
pub(super) fn number_in_brackets<'w>(words: &'w Words<'_>, last: usize) -> Option<(&'w str, usize)> {
    let gap = words.gap_after(last);
    let closes = words.gap_after(last + 1).trim_start().starts_with(')');
    let number = words.word(last + 1);
    let sound =
        gap.trim() == "(" && closes && matches!(number.len(), 2 | 3) && number.as_bytes().first()?.is_ascii_digit();
    sound.then_some((number, last + 1))
}

/// The postcode that follows in brackets, and its word: `Montreuil (62170)`.
pub(super) fn postcode_in_brackets<'w>(words: &'w Words<'_>, last: usize) -> Option<(&'w str, usize)> {
    let number = words.word(last + 1);
    let closes = words.gap_after(last + 1).trim_start().starts_with([')', ',']);
    let sound = number.len() == 5 && number.bytes().all(|b| b.is_ascii_digit());
    (sound && closes && words.gap_after(last).trim() == "(").then_some((number, last + 1))
}

/// A list of numbers in brackets has no more words.
const LIST_WORDS_MAX: usize = 40;

/// Whether the numbers from word `n` on, up to the bracket that closes, count something: `(13, 14 ans)`.
fn in_counting_brackets(words: &Words<'_>, n: usize) -> bool {
    for next in n..(n + LIST_WORDS_MAX).min(words.len()) {
        let gap = words.gap_after(next);
        if gap.contains([')', '\n', '.', ';', '(']) {
            return false;
        }
        let following = words.word(next + 1);
        if counts_something(following) {
            return true;
        }
        if !begins_with_digit(following) && !matches!(following, "et" | "ou" | "a") {
            return false;
        }
    }
    false
}

pub(super) fn begins_with_digit(word: &str) -> bool {
    word.bytes().next().is_some_and(|b| b.is_ascii_digit())
}

/// What follows a number that counts: a month, a unit.
pub(super) fn counts_something(word: &str) -> bool {
    matches!(
        word,
        "janvier"
            | "fevrier"
            | "mars"
            | "avril"
            | "mai"
            | "juin"
            | "juillet"
            | "aout"
            | "septembre"
            | "octobre"
            | "novembre"
            | "decembre"
            | "euros"
            | "euro"
            | "ans"
            | "an"
            | "annees"
            | "semaines"
            | "places"
            | "pages"
            | "points"
            | "minutes"
            | "min"
            | "mn"
            | "dossiers"
            | "communes"
            | "associations"
            | "laureats"
            | "habitants"
            | "enfants"
            | "jeunes"
            | "jours"
            | "mois"
            | "heures"
            | "h"
            | "000"
            | "rue"
            | "avenue"
            | "boulevard"
            | "place"
            | "projets"
            | "m"
            | "km"
            | "millions"
            | "bis"
            | "personnes"
    )
}
