//! A sign that work goes on: touched at every step, so that a hang can be told from long work.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::Progress;

/// Touched by whoever works, read by whoever watches; clones are one.
#[derive(Clone, Debug)]
pub struct Pulse {
    since: Instant,
    /// Milliseconds from `since` to the last step.
    last_ms: Arc<AtomicU64>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { since: Instant::now(), last_ms: Arc::default() }
    }
}

impl Pulse {
    /// A step was made, or begins.
    pub fn beat(&self) {
        let ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_ms.store(ms, Ordering::Relaxed);
    }

    /// How long ago the last step was.
    pub fn silence(&self) -> Duration {
        self.since.elapsed().saturating_sub(Duration::from_millis(self.last_ms.load(Ordering::Relaxed)))
    }
}

impl Progress for Pulse {
    fn begin(&self, _: &str, _: usize) {
        self.beat();
    }

    fn step(&self, _: &str) {
        self.beat();
    }

    fn pause(&self, _: &str) {
        self.beat();
    }

    fn end(&self) {
        self.beat();
    }
}
