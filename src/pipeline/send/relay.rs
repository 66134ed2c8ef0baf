//! One way out, while an edition is sent: its connections, what it may be given, and its mind towards us.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::super::courier;
use super::super::{App, Trouble};
use super::claims::{ROWS_PER_CONNECTION, rows_per_connection};
use super::quota::{self, Limit};
use super::verdict::Mood;
use crate::config::{self, Allowance, Transport};
use crate::deliver::Courier;
use crate::store::{Quota, Resting};

/// Rests of a relay double up to this many times.
const DOUBLINGS_MAX: u32 = 5;
/// Files written at once.
const FILES_MAX: u32 = 4;

pub(super) struct Relay {
    /// As the ledger and the log name it; empty for a folder.
    pub name: String,
    pub weight: u32,
    pub courier: Courier,
    allowance: Allowance,
    /// One for each row that may be in doubt at once.
    pub places: Semaphore,
    pub places_max: usize,
    state: Mutex<State>,
}

/// What changes as it goes.
struct State {
    /// Connections in use: fewer once the server has refused some.
    width: usize,
    /// How long a mail takes, of late.
    each: Option<Duration>,
    mood: Mood,
    closed: Option<Closed>,
    /// Rests in a row.
    rests: u32,
    rested_at: Option<Instant>,
    /// It took a mail since it last could not be reached.
    took: bool,
    turned_away: bool,
}

/// Nothing is given to it before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closed {
    pub until: DateTime<Utc>,
    pub cause: Cause,
    /// For an administrator.
    pub why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Its next step in an even rate is not near.
    TooEarly,
    /// A limit is reached.
    Full,
    /// It is left alone: what was taken for it goes back.
    Resting,
}

impl Relay {
    /// All the ways out that the settings name.
    pub(super) fn all(app: &App, refused_before: bool) -> Result<Vec<Self>, Trouble> {
        let mood = || Mood::towards(refused_before);
        match &app.settings.mail.transport {
            Transport::File(_) => {
                Ok(vec![Self::new(String::new(), 1, FILES_MAX, Allowance::default(), courier::courier(app)?, mood())])
            }
            Transport::Smtp(_) => app.settings.mail.relays.iter().map(|relay| Self::of(relay, mood())).collect(),
        }
    }

    fn of(relay: &config::Relay, mood: Mood) -> Result<Self, Trouble> {
        let courier = courier::by_relay(relay)?;
        Ok(Self::new(relay.name.clone(), relay.weight, relay.connections, relay.allowance.clone(), courier, mood))
    }

    fn new(name: String, weight: u32, connections: u32, allowance: Allowance, courier: Courier, mood: Mood) -> Self {
        let width = (connections as usize).max(1);
        let places_max = width * ROWS_PER_CONNECTION;
        let state =
            State { width, each: None, mood, closed: None, rests: 0, rested_at: None, took: false, turned_away: false };
        Self {
            name,
            weight,
            courier,
            allowance,
            places: Semaphore::new(places_max),
            places_max,
            state: Mutex::new(state),
        }
    }

    pub(super) fn quota(&self, app: &App, now: DateTime<Utc>) -> (Quota, Vec<Limit>) {
        let ahead = chrono::TimeDelta::from_std(app.tempo.pace_ahead).unwrap_or_default();
        quota::quota(&self.name, &self.allowance, now, app.settings.time_zone, ahead)
    }

    /// Rows to have in hand.
    pub(super) fn fill(&self, begins_within: Duration) -> usize {
        let state = self.state();
        state.width * rows_per_connection(state.each, begins_within)
    }

    pub(super) fn width(&self) -> usize {
        self.state().width
    }

    pub(super) fn mail_took(&self, time: Duration) {
        let mut state = self.state();
        state.each = Some(state.each.map_or(time, |each| (each * 3 + time) / 4));
    }

    /// The server's mind towards us; not to be held over an await.
    pub(super) fn with_mood<T>(&self, look: impl FnOnce(&mut Mood) -> T) -> T {
        look(&mut self.state().mood)
    }

    /// Why nothing may be given to it now.
    pub(super) fn closed(&self, now: DateTime<Utc>) -> Option<Closed> {
        self.state().closed.clone().filter(|closed| now < closed.until)
    }

    pub(super) fn is_resting(&self, now: DateTime<Utc>) -> bool {
        self.closed(now).is_some_and(|closed| closed.cause == Cause::Resting)
    }

    pub(super) fn close(&self, until: DateTime<Utc>, cause: Cause, why: String) {
        self.state().closed = Some(Closed { until, cause, why });
    }

    /// As another process left it, or this one in an earlier turn.
    pub(super) fn recall(&self, resting: &Resting) {
        let mut state = self.state();
        state.rests = resting.rests;
        state.closed = Some(Closed { until: resting.until, cause: Cause::Resting, why: resting.why.clone() });
    }

    /// It is to be left alone for `first`, or twice as long as the last time.
    pub(super) fn rest(&self, first: Duration, why: String, now: DateTime<Utc>) -> Resting {
        let mut state = self.state();
        let rest = first * (1 << state.rests.min(DOUBLINGS_MAX));
        let until = now + chrono::TimeDelta::from_std(rest).unwrap_or(chrono::TimeDelta::hours(1));
        state.rests = state.rests.saturating_add(1);
        state.rested_at = Some(Instant::now());
        state.took = false;
        state.closed = Some(Closed { until, cause: Cause::Resting, why: why.clone() });
        Resting { relay: self.name.clone(), rests: state.rests, until, why }
    }

    /// It took a mail whose attempt began then; true when it had been resting before.
    pub(super) fn took_mail(&self, began: Instant) -> bool {
        let mut state = self.state();
        if state.rested_at.is_some_and(|rested| began < rested) {
            return false;
        }
        state.took = true;
        state.turned_away = false;
        if state.closed.as_ref().is_some_and(|closed| closed.cause == Cause::Resting) {
            state.closed = None;
        }
        std::mem::take(&mut state.rests) > 0
    }

    /// It takes mails, but not from so many connections: true when it uses one less now.
    pub(super) fn narrow(&self) -> bool {
        let mut state = self.state();
        if !std::mem::take(&mut state.took) || state.width < 2 {
            return false;
        }
        state.width -= 1;
        true
    }

    pub(super) fn turns_away(&self) {
        self.state().turned_away = true;
    }

    pub(super) fn has_turned_away(&self) -> bool {
        self.state().turned_away
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::FileOutbox;

    #[test]
    fn each_rest_is_longer_until_a_mail_gets_through() {
        let courier = Courier::File(FileOutbox::new("unused".into()));
        let relay = Relay::new("a".into(), 1, 2, Allowance::default(), courier, Mood::default());
        let (minute, now, before) = (Duration::from_secs(60), Utc::now(), Instant::now());
        let minutes = |relay: &Relay| (relay.rest(minute, "occupé".into(), now).until - now).num_minutes();
        assert!(!relay.is_resting(now));
        assert_eq!(minutes(&relay), 1);
        assert!(relay.is_resting(now) && !relay.is_resting(now + chrono::TimeDelta::minutes(1)));
        assert_eq!(minutes(&relay), 2);
        assert!(!relay.took_mail(before), "it was under way");
        assert!(relay.is_resting(now));
        assert!(relay.took_mail(Instant::now()));
        assert!(!relay.is_resting(now));
        let longest = (0..9).map(|_| minutes(&relay)).max();
        assert_eq!(longest, Some(32));
    }

    #[test]
    fn only_a_relay_that_took_mails_is_narrowed() {
        let courier = Courier::File(FileOutbox::new("unused".into()));
        let relay = Relay::new("a".into(), 1, 2, Allowance::default(), courier, Mood::default());
        assert!(!relay.narrow(), "it cannot be reached at all");
        relay.took_mail(Instant::now());
        assert!(relay.narrow());
        assert_eq!(relay.width(), 1);
        relay.took_mail(Instant::now());
        assert!(!relay.narrow(), "one is left");
    }
}
