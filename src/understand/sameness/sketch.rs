//! A sketch of a text: minhash over runs of words. Two sketches tell how much two texts share without the texts.

use std::fmt::Write;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many hashes a sketch keeps: an estimate is right within about 0.1.
pub(super) const HASHES: usize = 48;
/// A band of equal hashes makes two texts candidates: 16 bands of 3 find nine in ten pairs that share half.
pub(super) const BAND: usize = 3;
/// Runs of this many words: shorter ones are shared by every call.
const RUN_WORDS: usize = 4;
/// A text with fewer runs says too little.
const RUNS_MIN: usize = 12;

/// Written as hexadecimal, eight digits a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sketch(Vec<u32>);

impl Sketch {
    /// `None` when the text is too short to be told from another.
    pub fn of(words: &str) -> Option<Self> {
        let hashes: Vec<u64> =
            words.split(' ').filter(|w| !w.is_empty() && *w != "|").map(|w| hash(w.as_bytes())).collect();
        let runs = hashes.windows(RUN_WORDS);
        if runs.len() < RUNS_MIN {
            return None;
        }
        let mut least = vec![u32::MAX; HASHES];
        for run in runs {
            let run = run.iter().fold(0u64, |all, word| mix(all.rotate_left(5) ^ word));
            for (n, least) in least.iter_mut().enumerate() {
                // The upper half of a product with an odd number of its own for each hash.
                let own = mix(run.wrapping_mul(2 * n as u64 + 1).wrapping_add(n as u64));
                *least = (*least).min((own >> 32) as u32);
            }
        }
        Some(Self(least))
    }

    /// The share of runs of words that two texts have in common, 0 to 1.
    pub fn likeness(&self, other: &Self) -> f32 {
        let same = self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count();
        same as f32 / HASHES as f32
    }

    /// One number for each band, different from band to band.
    pub fn bands(&self) -> impl Iterator<Item = u64> {
        self.0
            .chunks(BAND)
            .enumerate()
            .map(|(n, band)| band.iter().fold(n as u64 + 1, |all, hash| mix(all.rotate_left(7) ^ u64::from(*hash))))
    }
}

/// FNV-1a: the same in every version, for it is stored.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finaliser of splitmix64: near numbers become far ones.
fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

impl Serialize for Sketch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut hex = String::with_capacity(HASHES * 8);
        for hash in &self.0 {
            // Writing to a string does not fail.
            let _ = write!(hex, "{hash:08x}");
        }
        serializer.serialize_str(&hex)
    }
}

impl<'de> Deserialize<'de> for Sketch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hex = String::deserialize(deserializer)?;
        let hashes: Option<Vec<u32>> =
            (0..HASHES).map(|n| u32::from_str_radix(hex.get(n * 8..n * 8 + 8)?, 16).ok()).collect();
        match hashes {
            Some(hashes) if hex.len() == HASHES * 8 => Ok(Self(hashes)),
            _ => Err(serde::de::Error::custom("a text sketch has 48 times eight hexadecimal digits")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: std::ops::Range<usize>) -> String {
        words.map(|n| format!("mot{n} ")).collect()
    }

    #[test]
    fn likeness_follows_what_two_texts_share() {
        let check = |a: std::ops::Range<usize>, b: std::ops::Range<usize>, least: f32, most: f32| {
            let likeness = Sketch::of(&text(a)).unwrap().likeness(&Sketch::of(&text(b)).unwrap());
            assert!((least..=most).contains(&likeness), "{likeness}");
        };
        check(0..200, 0..200, 1.0, 1.0);
        check(0..200, 20..220, 0.65, 0.97);
        check(0..200, 100..300, 0.15, 0.55);
        check(0..200, 300..500, 0.0, 0.03);
    }

    #[test]
    fn a_sketch_survives_being_stored() {
        let sketch = Sketch::of(&text(0..50)).unwrap();
        let stored = serde_json::to_string(&sketch).unwrap();
        assert_eq!(serde_json::from_str::<Sketch>(&stored).unwrap(), sketch);
        assert!(serde_json::from_str::<Sketch>("\"é\"").is_err());
    }

    #[test]
    fn a_short_text_has_no_sketch() {
        assert_eq!(Sketch::of(&text(0..10)), None);
        assert_eq!(Sketch::of(""), None);
    }
}
