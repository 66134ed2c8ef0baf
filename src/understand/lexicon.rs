//! Phrases found in words, each from where a word begins: most words begin no phrase, and one look at three letters tells.
//!
//! It asks a text only where its words begin, and refuses to know what words are or what phrases stand for. Over texts of
//! words it is quicker than an automaton, which reads every letter, and smaller: it stays in the processor's near memory.

pub(super) struct Lexicon {
    phrases: Vec<Box<str>>,
    /// For each hash of a head, where its phrases stand in `by_slot`.
    slots: Vec<(u32, u32)>,
    by_slot: Vec<Beginning>,
    /// Phrases that are shorter than the three letters of a head.
    short: Vec<Beginning>,
}

/// The first letters of a phrase, at most eight, as one number: most that share a head part there.
#[derive(Clone, Copy)]
struct Beginning {
    letters: u64,
    mask: u64,
    phrase: u32,
}

impl Beginning {
    fn of(bytes: &[u8], phrase: u32) -> Self {
        let known = bytes.len().min(8) as u32;
        let mask = if known == 8 { u64::MAX } else { (1 << (8 * known)) - 1 };
        Self { letters: first_eight(bytes), mask, phrase }
    }
}

/// Zeros stand where the text has ended.
fn first_eight(bytes: &[u8]) -> u64 {
    if let Some((eight, _)) = bytes.split_first_chunk::<8>() {
        return u64::from_le_bytes(*eight);
    }
    bytes.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte))
}

/// A phrase found: its number, and the bytes from its first word's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub phrase: usize,
    pub start: usize,
    pub end: usize,
}

impl Lexicon {
    /// Each as it stands in a text, its last space included when its last word ends there.
    pub fn new(phrases: Vec<String>) -> Self {
        let slots = (phrases.len() * 4).next_power_of_two().clamp(64, 16_384);
        let mut lists: Vec<Vec<Beginning>> = vec![Vec::new(); slots];
        let mut short = Vec::new();
        for (phrase, number) in phrases.iter().zip(0_u32..) {
            match head(phrase.as_bytes()).and_then(|head| lists.get_mut(slot(head, slots))) {
                Some(list) => list.push(Beginning::of(phrase.as_bytes(), number)),
                None if phrase.is_empty() => {}
                None => short.push(Beginning::of(phrase.as_bytes(), number)),
            }
        }
        let mut by_slot = Vec::with_capacity(phrases.len());
        let mut ends = Vec::with_capacity(slots);
        for list in lists {
            let from = by_slot.len() as u32;
            by_slot.extend(list);
            ends.push((from, by_slot.len() as u32));
        }
        Self { phrases: phrases.into_iter().map(String::into_boxed_str).collect(), slots: ends, by_slot, short }
    }

    /// Every phrase in `text` that begins at one of `starts`, overlapping ones too: by their ends, of one end the longer first.
    pub fn find(&self, text: &str, starts: impl Iterator<Item = usize>) -> Vec<Hit> {
        let mut hits = Vec::new();
        let bytes = text.as_bytes();
        for start in starts {
            let rest = bytes.get(start..).unwrap_or_default();
            let (from, to) =
                head(rest).and_then(|head| self.slots.get(slot(head, self.slots.len()))).copied().unwrap_or((0, 0));
            let near = self.by_slot.get(from as usize..to as usize).unwrap_or_default();
            let letters = first_eight(rest);
            for beginning in near.iter().chain(&self.short).filter(|known| letters & known.mask == known.letters) {
                let phrase = beginning.phrase as usize;
                let Some(words) = self.phrases.get(phrase).filter(|words| rest.starts_with(words.as_bytes())) else {
                    continue;
                };
                hits.push(Hit { phrase, start, end: start + words.len() });
            }
        }
        hits.sort_unstable_by_key(|hit| (hit.end, hit.start, hit.phrase));
        hits
    }
}

fn head(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [a, b, c, ..] => Some(u32::from_le_bytes([*a, *b, *c, 0])),
        _ => None,
    }
}

/// `of` is a power of two.
fn slot(head: u32, of: usize) -> usize {
    (head.wrapping_mul(0x9e37_79b1) >> 16) as usize & (of - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_begin_with_words_and_come_by_their_ends() {
        let check = |phrases: &[&str], text: &str, expected: &[&str]| {
            let starts = text.match_indices(' ').map(|(at, _)| at + 1).filter(|at| *at < text.len());
            let lexicon = Lexicon::new(phrases.iter().map(|phrase| (*phrase).to_owned()).collect());
            let found: Vec<&str> = lexicon.find(text, starts).iter().map(|hit| &text[hit.start..hit.end]).collect();
            assert_eq!(found, expected, "{phrases:?} {text}");
        };
        check(
            &["appel a projets ", "a projets ", "projet"],
            " l appel a projets ",
            &["projet", "appel a projets ", "a projets "],
        );
        check(&["a ", "l", ""], " l appel a ", &["l", "a "]);
        check(&["rue "], " true rue", &[]);
        check(&[], " rien ", &[]);
    }
}
