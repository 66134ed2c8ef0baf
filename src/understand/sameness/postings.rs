//! Which items carry a key: some twenty bytes for each pair, however many there are.
//!
//! The pairs of one key are a chain through all pairs, the latest first. Keys are cut to 32 bits: two that meet only make one
//! more candidate to compare. It refuses to know what the keys stand for.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

#[derive(Clone, Debug, Default)]
pub(super) struct Postings {
    chains: HashMap<u32, Chain, BuildHasherDefault<AsItIs>>,
    pairs: Vec<Pair>,
}

/// The pairs of one key.
#[derive(Clone, Copy, Debug)]
struct Chain {
    latest: u32,
    count: u32,
}

#[derive(Clone, Copy, Debug)]
struct Pair {
    item: u32,
    /// Which pair of this key came before; [`NONE`] for the first.
    before: u32,
}

const NONE: u32 = u32::MAX;

impl Postings {
    /// Items are added in ascending order.
    pub fn add(&mut self, key: u64, item: u32) {
        // Past four thousand million pairs nothing more is known by its key.
        let Some(at) = u32::try_from(self.pairs.len()).ok().filter(|at| *at != NONE) else { return };
        let chain = self.chains.entry(short(key)).or_insert(Chain { latest: NONE, count: 0 });
        self.pairs.push(Pair { item, before: chain.latest });
        *chain = Chain { latest: at, count: chain.count + 1 };
    }

    /// How many items carry the key.
    pub fn count(&self, key: u64) -> usize {
        self.chains.get(&short(key)).map_or(0, |chain| chain.count as usize)
    }

    /// They, the latest first.
    pub fn items(&self, key: u64) -> impl Iterator<Item = u32> {
        let latest = self.chains.get(&short(key)).map_or(NONE, |chain| chain.latest);
        let pair = |at: u32| self.pairs.get(at as usize);
        std::iter::successors(pair(latest), move |known| pair(known.before)).map(|known| known.item)
    }

    /// The items that carry both keys, the latest first.
    pub fn items_of_both(&self, one: u64, other: u64) -> impl Iterator<Item = u32> {
        let mut others = self.items(other).peekable();
        self.items(one).filter(move |item| {
            while others.next_if(|other| other > item).is_some() {}
            others.peek() == Some(item)
        })
    }
}

fn short(key: u64) -> u32 {
    (key ^ (key >> 32)) as u32
}

/// The keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_u32(&mut self, key: u32) {
        // The map looks at the highest bits too.
        self.0 = (self.0 ^ u64::from(key)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_found_by_each_of_its_keys_the_latest_first() {
        let mut postings = Postings::default();
        for item in 0..3_000_u32 {
            postings.add(u64::from(item % 7), item);
            postings.add(u64::from(item % 11 + 100), item);
        }
        for key in 0..7 {
            let expected: Vec<u32> = (0..3_000).rev().filter(|item| u64::from(item % 7) == key).collect();
            assert_eq!(postings.items(key).collect::<Vec<_>>(), expected);
            assert_eq!(postings.count(key), expected.len());
        }
        let both: Vec<u32> = (0..3_000).rev().filter(|item| item % 77 == 0).collect();
        assert_eq!(postings.items_of_both(0, 100).collect::<Vec<_>>(), both);
        assert_eq!((postings.items(50).count(), postings.items_of_both(0, 50).count(), postings.count(50)), (0, 0, 0));
    }
}
