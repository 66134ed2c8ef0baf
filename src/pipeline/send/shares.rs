//! Which of several relays is given mails next: each its share by weight, the reserves only when nobody else can.
//!
//! Pure. The relay whose share is the furthest behind comes first (smooth weighted round robin); one that could not be
//! used meanwhile has no arrears to make up for.

/// How far behind its share each relay is, in mails times weights.
#[derive(Debug)]
pub(super) struct Shares {
    weights: Vec<u32>,
    behind: Vec<i64>,
    dealt: u64,
}

impl Shares {
    pub(super) fn new(weights: Vec<u32>) -> Self {
        Self { behind: vec![0; weights.len()], weights, dealt: 0 }
    }

    /// The one to choose among those that can be used now.
    pub(super) fn choose(&self, open: &[usize]) -> Option<usize> {
        let front = self.front(open);
        // Of equals the first one of the settings.
        front.into_iter().rev().max_by_key(|relay| self.behind(*relay) + self.part(*relay))
    }

    /// So many mails were given to it, while these could be used.
    pub(super) fn gave(&mut self, relay: usize, mails: usize, open: &[usize]) {
        let mails = i64::try_from(mails).unwrap_or(i64::MAX);
        self.dealt = self.dealt.saturating_add(mails.unsigned_abs());
        let mut total = 0;
        for other in self.front(open) {
            let part = self.part(other);
            total += part;
            self.add(other, part.saturating_mul(mails));
        }
        self.add(relay, total.saturating_mul(mails).saturating_neg());
    }

    /// How many mails at once: few at first, so that a small edition is shared too.
    pub(super) fn at_once_max(&self, relay: usize, open: &[usize]) -> usize {
        if self.front(open).len() < 2 {
            return usize::MAX;
        }
        let grown = usize::try_from(self.dealt / 8).unwrap_or(usize::MAX);
        grown.max(self.weight(relay).max(1) as usize)
    }

    /// Those that have a share; else the reserves.
    fn front(&self, open: &[usize]) -> Vec<usize> {
        let front: Vec<usize> = open.iter().copied().filter(|relay| self.weight(*relay) > 0).collect();
        if front.is_empty() { open.to_vec() } else { front }
    }

    fn weight(&self, relay: usize) -> u32 {
        self.weights.get(relay).copied().unwrap_or(0)
    }

    /// Reserves share alike.
    fn part(&self, relay: usize) -> i64 {
        i64::from(self.weight(relay).max(1))
    }

    fn behind(&self, relay: usize) -> i64 {
        self.behind.get(relay).copied().unwrap_or(0)
    }

    fn add(&mut self, relay: usize, amount: i64) {
        if let Some(behind) = self.behind.get_mut(relay) {
            *behind = behind.saturating_add(amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dealt(weights: &[u32], mails: usize, open: &[usize]) -> Vec<usize> {
        let mut shares = Shares::new(weights.to_vec());
        let mut given = vec![0; weights.len()];
        let mut left = mails;
        while left > 0 {
            let relay = shares.choose(open).unwrap();
            let batch = shares.at_once_max(relay, open).min(left).min(16);
            shares.gave(relay, batch, open);
            given[relay] += batch;
            left -= batch;
        }
        given
    }

    #[test]
    fn each_gets_its_share_of_a_small_edition_and_of_a_large_one() {
        let check = |weights: &[u32], mails: usize, open: &[usize], expected: &[usize]| {
            assert_eq!(dealt(weights, mails, open), expected, "{weights:?}");
        };
        check(&[1], 9, &[0], &[9]);
        check(&[1, 1], 2, &[0, 1], &[1, 1]);
        check(&[3, 1], 8, &[0, 1], &[6, 2]);
        check(&[1, 0], 9, &[0, 1], &[9, 0]);
        check(&[1, 0], 9, &[1], &[0, 9]);
        check(&[1, 0, 0], 4, &[1, 2], &[0, 2, 2]);
        let large = dealt(&[3, 1], 4_000, &[0, 1]);
        assert!(large[0].abs_diff(3_000) <= 32, "{large:?}");
    }

    #[test]
    fn one_that_comes_back_is_not_given_all_that_it_missed() {
        let mut shares = Shares::new(vec![1, 1]);
        for _ in 0..100 {
            shares.gave(0, 10, &[0]);
        }
        let mut came_back = 0;
        for _ in 0..20 {
            let relay = shares.choose(&[0, 1]).unwrap();
            shares.gave(relay, 1, &[0, 1]);
            came_back += relay;
        }
        assert_eq!(came_back, 10);
    }
}
