//! A server that says "later" to one recipient after the other means us: it is left alone for a while, longer each time.
//!
//! Kept with the process: an edition that was put off because of the server does not try it again through the next turn.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Open: nothing is sent before the time it holds.
#[derive(Debug, Default)]
pub struct Circuit(Mutex<Opened>);

#[derive(Debug, Default)]
struct Opened {
    until: Option<Instant>,
    times: u32,
}

/// Rests double up to this many times.
const DOUBLINGS_MAX: u32 = 5;

impl Circuit {
    /// Opens for `first`, or twice as long as the last time; gives how long.
    pub(super) fn open(&self, first: Duration, now: Instant) -> Duration {
        let mut opened = self.lock();
        let rest = first * (1 << opened.times.min(DOUBLINGS_MAX));
        opened.times = opened.times.saturating_add(1);
        opened.until = Some(now + rest);
        rest
    }

    /// The server took a mail.
    pub(super) fn close(&self) {
        *self.lock() = Opened::default();
    }

    /// How long to leave the server alone yet.
    pub(super) fn rests_for(&self, now: Instant) -> Option<Duration> {
        let until = self.lock().until?;
        Some(until.saturating_duration_since(now)).filter(|rest| !rest.is_zero())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Opened> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rest_is_longer_until_a_mail_gets_through() {
        let (circuit, minute, now) = (Circuit::default(), Duration::from_secs(60), Instant::now());
        assert_eq!(circuit.rests_for(now), None);
        assert_eq!(circuit.open(minute, now), minute);
        assert_eq!(circuit.rests_for(now), Some(minute));
        assert_eq!(circuit.rests_for(now + minute), None);
        assert_eq!(circuit.open(minute, now), 2 * minute);
        circuit.close();
        assert_eq!((circuit.rests_for(now), circuit.open(minute, now)), (None, minute));
        let longest = (0..9).map(|_| circuit.open(minute, now)).max();
        assert_eq!(longest, Some(32 * minute));
    }
}
