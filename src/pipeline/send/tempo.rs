//! The times that sending runs by. Real ones everywhere but in tests, which cannot wait for a lease to end.

use std::time::Duration;

use chrono::TimeDelta;

/// How long things may take, and when they are tried again.
#[derive(Clone, Copy, Debug)]
pub struct Tempo {
    /// A lease outlives the slowest conversation: what is not answered by then is taken back.
    pub lease: Duration,
    /// No DATA is sent in the last stretch of a lease, so that its answer still falls within.
    pub data_margin: Duration,
    /// How often a waiting sender looks whether it has been paused.
    pub look_again: Duration,
    /// How often rows of dead workers, expired and doubtful ones are looked for.
    pub tidy_every: Duration,
    /// How long an outcome is kept in hand while the database is locked or full, before the sender gives up.
    pub record_for: Duration,
    /// How far ahead of its turn in the rate a row may be taken.
    pub pace_ahead: Duration,
    /// The first retry; the next ones wait twice as long each.
    pub retry_first: TimeDelta,
    /// A mail that may have arrived is sent again this long after, at the soonest: what cut one answer is over by then,
    /// or never will be.
    pub doubt_rests: TimeDelta,
    /// A refusal that may be meant for us is not tried again before: long enough that no other worker takes the row
    /// before the streak is understood.
    pub policy_rests: TimeDelta,
    /// How long a server that says "later" to everybody is left alone, the first time.
    pub circuit_rests: Duration,
}

impl Default for Tempo {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(180),
            data_margin: Duration::from_secs(60),
            look_again: Duration::from_secs(5),
            tidy_every: Duration::from_secs(5),
            record_for: Duration::from_secs(60),
            pace_ahead: Duration::from_secs(1),
            retry_first: TimeDelta::minutes(1),
            doubt_rests: TimeDelta::hours(1),
            policy_rests: TimeDelta::minutes(10),
            circuit_rests: Duration::from_secs(60),
        }
    }
}

impl Tempo {
    pub(super) fn lease_ms(&self) -> u32 {
        u32::try_from(self.lease.as_millis()).unwrap_or(u32::MAX)
    }

    /// From the claim to the last moment at which a message may begin.
    pub(super) fn begins_within(&self) -> Duration {
        self.lease.saturating_sub(self.data_margin)
    }

    /// One minute, then twice as long each time, four hours at the most.
    pub(super) fn retry_after(&self, attempts: u32) -> TimeDelta {
        const LONGEST: TimeDelta = TimeDelta::hours(4);
        let doublings = attempts.saturating_sub(1).min(8);
        (self.retry_first * (1 << doublings)).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_grow_to_four_hours() {
        let minutes: Vec<i64> = [1, 2, 3, 7, 8, 9, 50].map(|n| Tempo::default().retry_after(n).num_minutes()).to_vec();
        assert_eq!(minutes, [1, 2, 4, 64, 128, 240, 240]);
    }
}
