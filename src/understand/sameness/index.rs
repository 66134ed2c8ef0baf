//! Finds, among many known items, the few that a new one may be the same as.
//!
//! By canonical URL, by rare words of the title, and by bands of the text's sketch: what is looked at grows with the items
//! that share something rare, not with all.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::fingerprint::Fingerprint;

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
    by_url: HashMap<String, Vec<u32>>,
    by_word: HashMap<u32, Vec<u32>>,
    by_band: HashMap<u64, Vec<u32>>,
}

impl<K> Default for SamenessIndex<K> {
    fn default() -> Self {
        Self { keys: Vec::new(), by_url: HashMap::new(), by_word: HashMap::new(), by_band: HashMap::new() }
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
            self.by_url.entry(url.clone()).or_default().push(item);
        }
        for word in &of.title {
            self.by_word.entry(*word).or_default().push(item);
        }
        for band in of.text.iter().flat_map(|text| text.bands()) {
            self.by_band.entry(band).or_default().push(item);
        }
    }

    /// The items worth comparing with this one, those that share the most first.
    pub fn candidates(&self, of: &Fingerprint) -> Vec<K> {
        let mut shared: BTreeMap<u32, u32> = BTreeMap::new();
        let mut count = |items: &[u32], points: u32| {
            for item in items {
                *shared.entry(*item).or_insert(0) += points;
            }
        };
        if let Some(items) = of.url.as_ref().and_then(|url| self.by_url.get(url)) {
            count(items, 1_000);
        }
        for band in of.text.iter().flat_map(|text| text.bands()) {
            // Boilerplate that all pages of a site share fills a band; what is rarer finds the item.
            if let Some(items) = self.by_band.get(&band).filter(|items| items.len() <= COMMON_ITEMS) {
                count(items, 2);
            }
        }
        for items in self.rare_words(of) {
            count(&items, 3);
        }
        let mut found: Vec<(u32, u32)> = shared.into_iter().collect();
        found.sort_by_key(|(item, points)| (std::cmp::Reverse(*points), *item));
        found.iter().take(CANDIDATES_MAX).filter_map(|(item, _)| self.keys.get(*item as usize).cloned()).collect()
    }

    /// The items behind the rarest words of a title; when even these are common, the items that share two of them.
    fn rare_words(&self, of: &Fingerprint) -> Vec<Vec<u32>> {
        let mut lists: Vec<&Vec<u32>> = of.title.iter().filter_map(|word| self.by_word.get(word)).collect();
        lists.sort_by_key(|items| items.len());
        let rare: Vec<Vec<u32>> = lists
            .iter()
            .take(RARE_WORDS)
            .filter(|items| items.len() <= COMMON_ITEMS)
            .map(|items| (*items).clone())
            .collect();
        if !rare.is_empty() {
            return rare;
        }
        let [one, other, ..] = lists.as_slice() else { return lists.into_iter().map(|items| latest(items)).collect() };
        let first: HashSet<&u32> = one.iter().collect();
        let both: Vec<u32> = other.iter().filter(|item| first.contains(item)).copied().collect();
        vec![latest(&both)]
    }
}

/// The items known last: a campaign comes back more often than an old one is found again.
fn latest(items: &[u32]) -> Vec<u32> {
    items.iter().rev().take(COMMON_ITEMS).copied().collect()
}
