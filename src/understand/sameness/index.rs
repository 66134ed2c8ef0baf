//! Finds, among many known items, the few that a new one may be the same as.
//!
//! By canonical URL, by rare words of the title, and by bands of the text's sketch: what is looked at grows with the items
//! that share something rare, not with all.

use super::fingerprint::Fingerprint;
use super::postings::Postings;
use super::sketch::hash;

/// A word or band that more items share than this tells nothing by itself.
const COMMON_ITEMS: usize = 200;
/// How many of the rarest words of a title are followed.
const RARE_WORDS: usize = 4;
/// At most this many candidates are given back, those that share the most first.
const CANDIDATES_MAX: usize = 100;

/// Known items, by the keys that their owner gives them.
#[derive(Clone, Debug)]
pub struct SamenessIndex<K> {
    keys: Vec<K>,
    by_url: Postings,
    by_word: Postings,
    by_band: Postings,
}

impl<K> Default for SamenessIndex<K> {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            by_url: Postings::default(),
            by_word: Postings::default(),
            by_band: Postings::default(),
        }
    }
}

impl<K: Clone> SamenessIndex<K> {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Adds an item. A key added twice is given back twice.
    pub fn add(&mut self, key: K, of: &Fingerprint) {
        let Ok(item) = u32::try_from(self.keys.len()) else { return };
        self.keys.push(key);
        if let Some(url) = &of.url {
            self.by_url.add(hash(url.as_bytes()), item);
        }
        for word in &of.title {
            self.by_word.add(u64::from(*word), item);
        }
        for band in of.text.iter().flat_map(|text| text.bands()) {
            self.by_band.add(band, item);
        }
    }

    /// The items worth comparing with this one, those that share the most first.
    pub fn candidates(&self, of: &Fingerprint) -> Vec<K> {
        let mut shared: Vec<(u32, u32)> = Vec::new();
        if let Some(url) = &of.url {
            shared.extend(self.by_url.items(hash(url.as_bytes())).map(|item| (item, 1_000)));
        }
        for band in of.text.iter().flat_map(|text| text.bands()) {
            // Boilerplate that all pages of a site share fills a band; what is rarer finds the item.
            if self.by_band.count(band) <= COMMON_ITEMS {
                shared.extend(self.by_band.items(band).map(|item| (item, 2)));
            }
        }
        self.share_rare_words(of, &mut shared);
        shared.sort_unstable();
        let mut found: Vec<(u32, u32)> = Vec::new();
        for (item, points) in shared {
            match found.last_mut() {
                Some((last, sum)) if *last == item => *sum += points,
                _ => found.push((item, points)),
            }
        }
        found.sort_unstable_by_key(|(item, points)| (std::cmp::Reverse(*points), *item));
        found.iter().take(CANDIDATES_MAX).filter_map(|(item, _)| self.keys.get(*item as usize).cloned()).collect()
    }

    /// The items behind the rarest words of a title; when even these are common, the latest items that share two of them: a
    /// campaign comes back more often than an old one is found again.
    fn share_rare_words(&self, of: &Fingerprint, shared: &mut Vec<(u32, u32)>) {
        const POINTS: u32 = 3;
        let mut words: Vec<(usize, u64)> =
            of.title.iter().map(|word| (self.by_word.count(u64::from(*word)), u64::from(*word))).collect();
        words.retain(|(count, _)| *count > 0);
        words.sort_by_key(|(count, _)| *count);
        let mut some_rare = false;
        for (_, word) in words.iter().take(RARE_WORDS).filter(|(count, _)| *count <= COMMON_ITEMS) {
            some_rare = true;
            shared.extend(self.by_word.items(*word).map(|item| (item, POINTS)));
        }
        match words.as_slice() {
            _ if some_rare => {}
            [(_, one), (_, other), ..] => {
                let both = self.by_word.items_of_both(*one, *other).take(COMMON_ITEMS);
                shared.extend(both.map(|item| (item, POINTS)));
            }
            [(_, word)] => shared.extend(self.by_word.items(*word).take(COMMON_ITEMS).map(|item| (item, POINTS))),
            [] => {}
        }
    }
}
