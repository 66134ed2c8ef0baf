//! One host: whose turn it is, when the next may come, what its robots.txt said, whether it asked to be left alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::MutexGuard;
use tokio::time::Instant;
use url::Url;

use super::error::Fault;
use super::robots::Robots;

/// Hosts kept in memory; those at rest are forgotten first.
const HOSTS_MAX: usize = 10_000;

/// No site closes itself to us for longer by one answer.
pub(super) const CLOSED_MAX: Duration = Duration::from_secs(24 * 3600);

/// Every host met so far.
#[derive(Debug, Default)]
pub(super) struct Hosts(Mutex<HashMap<String, Arc<Host>>>);

impl Hosts {
    /// The host of an address: its scheme, name and port.
    pub fn of(&self, url: &Url) -> Arc<Host> {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= HOSTS_MAX {
            hosts.retain(|_, host| Arc::strong_count(host) > 1 || host.closed_for().is_some());
        }
        hosts.entry(url.origin().ascii_serialization()).or_default().clone()
    }

    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[derive(Debug, Default)]
pub(super) struct Host {
    /// Held during a request; when the last one ended.
    turn: tokio::sync::Mutex<Option<Instant>>,
    /// Held while robots.txt is being asked for; never together with another host's.
    pub robots: tokio::sync::Mutex<Option<(Arc<Robots>, Instant)>>,
    closed_until: Mutex<Option<Instant>>,
}

/// The right to make one request. Dropped, however the request ended, it lets the next one's pause begin.
pub(super) struct Turn<'h> {
    last_ended: MutexGuard<'h, Option<Instant>>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.last_ended = Some(Instant::now());
    }
}

impl Host {
    /// Waits for the requests before, a pause since the last of them, and a short closing; a closing longer than `wait_max` is a fault.
    pub async fn turn(&self, pause: Duration, wait_max: Duration) -> Result<Turn<'_>, Fault> {
        let open = || match self.closed_for() {
            Some(retry_after) if retry_after > wait_max => Err(Fault::RateLimited { retry_after }),
            closed => Ok(closed),
        };
        open()?;
        let last_ended = self.turn.lock().await;
        let opens = open()?.map(|wait| Instant::now() + wait);
        let rested = last_ended.map(|ended| ended + pause);
        if let Some(from) = rested.max(opens) {
            tokio::time::sleep_until(from).await;
        }
        Ok(Turn { last_ended })
    }

    /// Nothing is asked of this host for a while.
    pub fn close(&self, wait: Duration) {
        let until = Instant::now() + wait.min(CLOSED_MAX);
        let mut closed = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *closed = (*closed).max(Some(until));
    }

    fn closed_for(&self) -> Option<Duration> {
        let closed = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        closed.and_then(|until| until.checked_duration_since(Instant::now())).filter(|wait| !wait.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(30);
    const HOUR: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn turns_come_one_by_one_after_a_pause() {
        let host = Arc::new(Host::default());
        let turns = (0..4).map(|_| {
            let host = host.clone();
            tokio::spawn(async move {
                let _turn = host.turn(TICK, TICK).await.ok();
                let begun = Instant::now();
                tokio::time::sleep(TICK).await;
                (begun, Instant::now())
            })
        });
        let mut spans = Vec::new();
        for turn in turns.collect::<Vec<_>>() {
            spans.push(turn.await.unwrap());
        }
        spans.sort_unstable();
        for pair in spans.windows(2) {
            assert!(pair[1].0 >= pair[0].1 + TICK, "{spans:?}");
        }
    }

    #[tokio::test]
    async fn a_closed_host_is_waited_for_only_if_it_opens_soon() {
        let host = Host::default();
        host.close(TICK);
        let begun = Instant::now();
        drop(host.turn(Duration::ZERO, HOUR).await.ok());
        assert!(begun.elapsed() >= TICK);
        host.close(HOUR);
        // A later, shorter closing opens nothing.
        host.close(TICK);
        let waits = |fault: Option<Fault>, least: Duration, most: Duration| match fault {
            Some(Fault::RateLimited { retry_after }) => assert!((least..=most).contains(&retry_after)),
            other => panic!("{other:?}"),
        };
        waits(host.turn(Duration::ZERO, TICK).await.err(), HOUR - TICK * 10, HOUR);
        host.close(HOUR * 24 * 365);
        waits(host.turn(Duration::ZERO, TICK).await.err(), CLOSED_MAX - HOUR, CLOSED_MAX);
    }

    #[test]
    fn a_host_is_a_scheme_a_name_and_a_port() {
        let hosts = Hosts::default();
        let same =
            |a: &str, b: &str| Arc::ptr_eq(&hosts.of(&Url::parse(a).unwrap()), &hosts.of(&Url::parse(b).unwrap()));
        assert!(same("https://exemple.fr/a", "https://EXEMPLE.fr:443/b"));
        assert!(!same("https://exemple.fr/", "http://exemple.fr/"));
        assert!(!same("http://exemple.fr/", "http://exemple.fr:8080/"));
    }
}
