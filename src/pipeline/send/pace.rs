//! Mails leave no faster than the rate of the settings: each has its turn, and rows are taken only when theirs is near.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// One turn after another, evenly.
pub(super) struct Pace {
    between: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    pub(super) fn new(per_second: f64, now: Instant) -> Self {
        let between = Duration::from_secs_f64(1.0 / per_second.max(0.000_01));
        Self { between, next: Mutex::new(now) }
    }

    /// How many turns, at most `wanted`, fall due before `by`.
    pub(super) fn turns(&self, wanted: usize, now: Instant, by: Instant) -> usize {
        let mut turn = self.next_turn(now);
        let mut turns = 0;
        while turns < wanted && turn <= by {
            turns += 1;
            turn += self.between;
        }
        turns
    }

    /// When the next turn is due; in the past when nobody waits.
    pub(super) fn next_turn(&self, now: Instant) -> Instant {
        let next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        (*next).max(now)
    }

    /// Takes the next turn.
    pub(super) fn take(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = (*next).max(now);
        *next = turn + self.between;
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_even_and_unused_ones_are_not_saved_up() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let pace = Pace::new(2.0, start);
        assert_eq!(pace.turns(9, start, start), 1);
        assert_eq!(pace.turns(9, start, start + second), 3);
        assert_eq!(pace.turns(2, start, start + second), 2);
        let taken: Vec<u128> = (0..3).map(|_| (pace.take(start) - start).as_millis()).collect();
        assert_eq!(taken, [0, 500, 1000]);
        assert_eq!(pace.turns(9, start, start + second), 0);
        let later = start + 10 * second;
        assert_eq!(pace.turns(9, later, later), 1, "ten idle seconds give no right to twenty mails at once");
    }
}
