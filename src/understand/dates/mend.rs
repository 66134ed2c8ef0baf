//! Mends what PDF extraction breaks: words cut by spaces ("ven dre di", "jan vier"), numbers too ("2 0 26"), and bold text
//! whose letters all stand twice ("DDAATTEE LLIIMMIITTEE").
//!
//! It only takes bytes out of the folded text, so quotes still point at what is written. It knows the words that the reading
//! of dates leans on, for a deadline or against one, and leaves all others as they are.

use std::sync::LazyLock;

use regex::Regex;

use super::fold::Folded;

/// Words worth mending. Their pieces, in the splits that count, are no words themselves.
const WORDS: &str = "lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril juin juillet aout \
    septembre octobre novembre decembre cloture limite depots depot deposer deposes candidatures candidature candidater \
    dossiers dossier transmises transmise transmis transmettre envoyer envoi jusqu'au avant reception inscriptions \
    inscription projets appel prolongation reporte demandes demande reponses reponse remise remettre echeance ouverture \
    resultats commission comite jury publication arrete decret instruction realisation reunion";

/// What looks broken and is not ("dossier de pot de départ", "une demande de poser").
const WHOLE: [&str; 8] = ["de pot", "de pots", "de poser", "de poses", "a out", "en voi", "de mande", "de mandes"];

/// Nobody writes a date in more doubled letters than a heading holds.
const DOUBLED_BYTES_MIN: usize = 6;

pub(super) fn mend(text: Folded) -> Folded {
    let mut dropped = broken_words(&text);
    dropped.extend(doubled_letters(&text));
    if dropped.is_empty() {
        return text;
    }
    dropped.sort_unstable();
    dropped.dedup();
    text.without(&dropped)
}

/// The spaces and hyphens inside broken words and numbers.
fn broken_words(text: &Folded) -> Vec<usize> {
    const MONTH: &str = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre";
    // The parts of a number are its one group.
    static NUMBERS: LazyLock<[Option<Regex>; 2]> = LazyLock::new(|| {
        let months = MONTH.split('|').map(|m| m.chars().map(String::from).collect::<Vec<_>>().join(" ?"));
        let months = months.collect::<Vec<_>>().join("|");
        let year = "20 [0-9]{2}|2 0[0-9]{2}|20[0-9] [0-9]|2 0 [0-9] ?[0-9]|20 [0-9] [0-9]|2 0[0-9] [0-9]";
        let article = "le|au|du|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche";
        [
            Regex::new(&format!(r"(?-u:\b)(?:{months}) ({year})(?-u:\b)")).ok(),
            Regex::new(&format!(r"(?-u:\b)(?:{article}) ([123] [0-9]) (?:{months})(?-u:\b)")).ok(),
        ]
    });
    let whole = text.all();
    let mut inside = Vec::new();
    let mut drop_gaps = |start: usize, written: &str| {
        let gaps = written.bytes().enumerate().filter(|(_, b)| matches!(b, b' ' | b'-'));
        inside.extend(gaps.map(|(i, _)| start + i));
    };
    // "Le dépôt s'étend du …": that s is another word's.
    let elided = |end: usize| text.byte(end) == b'\'';
    let broken = |written: &str, end: usize| written.contains(' ') && !WHOLE.contains(&written) && !elided(end);
    let mut floor = 0;
    let mut before = b' ';
    for (at, &byte) in whole.as_bytes().iter().enumerate() {
        let begins = byte.is_ascii_lowercase() && !before.is_ascii_alphanumeric() && at >= floor;
        before = byte;
        if begins && let Some(end) = spelled(whole.as_bytes(), at) {
            let written = text.text(at, end);
            if broken(written, end) {
                drop_gaps(at, written);
            }
            floor = end;
        }
    }
    if !may_cut_numbers(whole.as_bytes()) {
        return inside;
    }
    let numbers = NUMBERS.iter().flatten().flat_map(|regex| regex.captures_iter(whole));
    for number in numbers.filter_map(|found| found.get(1)) {
        drop_gaps(number.start(), number.as_str());
    }
    inside
}

/// Whether anything looks like the number of a day or of a year with a gap in it.
fn may_cut_numbers(text: &[u8]) -> bool {
    text.windows(5).any(|five| {
        matches!(
            five,
            [b' ', b'1'..=b'3', b' ', b'0'..=b'9', _]
                | [b' ', b'2', b'0', b' ', b'0'..=b'9']
                | [b' ', b'2', b'0', b'0'..=b'9', b' ']
        )
    })
}

/// The words that begin with one letter.
#[derive(Default)]
struct Initial {
    words: Vec<&'static [u8]>,
    /// Bit n: the n-th letter of the alphabet is the second of one of them.
    seconds: u32,
}

static SPELLED: LazyLock<Vec<Initial>> = LazyLock::new(|| {
    let mut by_letter: Vec<Initial> = Vec::new();
    by_letter.resize_with(26, Initial::default);
    for word in WORDS.split_whitespace().map(str::as_bytes) {
        let [first, second, ..] = word else { continue };
        if let Some(initial) = by_letter.get_mut(usize::from(first.wrapping_sub(b'a'))) {
            initial.words.push(word);
            initial.seconds |= bit(*second);
        }
    }
    by_letter
});

fn bit(letter: u8) -> u32 {
    1_u32.checked_shl(u32::from(letter.wrapping_sub(b'a'))).unwrap_or(0)
}

/// Where one of the words ends that is written from `at` on, with or without gaps in it.
fn spelled(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let [first, second, ..] = rest else { return None };
    let initial = SPELLED.get(usize::from(first.wrapping_sub(b'a')))?;
    if !matches!(second, b' ' | b'-') && initial.seconds & bit(*second) == 0 {
        return None;
    }
    initial.words.iter().find_map(|word| written_as(rest, word)).map(|bytes| at + bytes)
}

/// How many bytes a word takes that is written at the beginning of `text`; a space, or a hyphen and a space, may stand
/// between any two letters.
fn written_as(text: &[u8], word: &[u8]) -> Option<usize> {
    let byte = |at: usize| text.get(at).copied().unwrap_or(b' ');
    let mut end = 0;
    for (nth, letter) in word.iter().enumerate() {
        if nth > 0 && byte(end) != *letter {
            end += match (byte(end), byte(end + 1)) {
                (b' ', _) => 1,
                (b'-', b' ') => 2,
                _ => return None,
            };
        }
        if byte(end) != *letter || end >= text.len() {
            return None;
        }
        end += 1;
    }
    (!byte(end).is_ascii_alphanumeric()).then_some(end)
}

/// Every second byte of doubled words, and of doubled numbers beside them.
fn doubled_letters(text: &Folded) -> Vec<usize> {
    let whole = text.all();
    if !may_double_letters(whole.as_bytes()) {
        return Vec::new();
    }
    let mut at = 0;
    let mut beside = false;
    let mut dropped = Vec::new();
    let mut number: Option<(usize, usize)> = None;
    for token in whole.split(' ') {
        let span = (at, at + token.len());
        at = span.1 + 1;
        let doubled = is_doubled(token);
        let letters = doubled && token.bytes().any(|b| b.is_ascii_alphabetic());
        let doubled = doubled && (!letters || beside || token.len() >= DOUBLED_BYTES_MIN);
        if doubled && letters && distinct_letters(token) {
            dropped.extend(number.take().into_iter().flat_map(|(from, to)| (from..to).step_by(2)));
            dropped.extend((span.0..span.1).step_by(2));
            beside = true;
        } else if doubled && beside {
            dropped.extend((span.0..span.1).step_by(2));
        } else if doubled {
            number = Some(span);
        } else {
            beside = false;
            number = None;
        }
    }
    dropped
}

/// Whether any token begins with two doubled letters.
fn may_double_letters(text: &[u8]) -> bool {
    matches!(text, [a, b, c, d, ..] if a == b && c == d)
        || text.windows(5).any(|five| matches!(five, [b' ', a, b, c, d] if a == b && c == d))
}

fn is_doubled(token: &str) -> bool {
    let bytes = token.as_bytes();
    !bytes.is_empty() && bytes.len().is_multiple_of(2) && bytes.chunks_exact(2).all(|pair| pair.first() == pair.last())
}

/// "aaaaaa" is a cry, not bold.
fn distinct_letters(token: &str) -> bool {
    let first = token.bytes().next();
    token.bytes().any(|b| Some(b) != first)
}
