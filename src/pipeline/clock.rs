//! What time it is: the civil time that texts speak from, and the real one that leases and retries run on.

use chrono::{DateTime, Utc};

/// With `--now`, civil time stands still; real time never does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    fixed: Option<DateTime<Utc>>,
}

impl Clock {
    pub fn real() -> Self {
        Self::default()
    }

    pub fn fixed_at(instant: DateTime<Utc>) -> Self {
        Self { fixed: Some(instant) }
    }

    /// For deadlines, schedules and texts.
    pub fn civil(&self) -> DateTime<Utc> {
        self.fixed.unwrap_or_else(Utc::now)
    }

    /// For leases, retries and pauses.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
