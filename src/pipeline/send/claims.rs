//! Which rows to take, when, and for which relay: never more than can be begun before their lease ends, nor before their
//! turn in its rate.

use std::time::Duration;

use tokio::sync::{SemaphorePermit, mpsc};
use tokio::time::Instant;

use super::super::Trouble;
use super::flow::{Flow, Stop};
use super::relay::{Cause, Relay};
use super::sender::Sender;
use crate::store::{Claim, Claimed};

/// Rows taken at once for each connection: no more are ever in doubt.
pub(super) const ROWS_PER_CONNECTION: usize = 4;
/// A row that waits longer than this part of its time for a connection is better left to another worker.
const QUEUE_PART: u32 = 3;
/// A relay whose turn it is by its share may keep the others waiting for so long.
const SHARE_WAIT_MAX: Duration = Duration::from_secs(2);

/// A row of ours, until what became of it is on record.
pub(super) struct Held<'a> {
    pub row: Claimed,
    /// Its turn in the rate.
    pub turn: Instant,
    /// No DATA at or after this.
    pub data_before: Instant,
    /// Its place among the rows that may be in doubt at once.
    pub _place: SemaphorePermit<'a>,
}

/// Where the rows of one relay go.
pub(super) type Hand<'a> = mpsc::UnboundedSender<Held<'a>>;

/// Hands out rows as long as there are any that may be taken now.
pub(super) async fn deal<'a>(sender: &'a Sender<'a>, flow: &Flow, hands: Vec<Hand<'a>>) {
    loop {
        if sender.app.halt.is_asked() || flow.is_stopped() {
            return;
        }
        match next(sender, &hands).await {
            Ok(More::Perhaps) => {}
            Ok(More::Nothing) => return,
            Err(trouble) => return flow.stop(Stop::Trouble(trouble)),
        }
    }
}

enum More {
    Perhaps,
    Nothing,
}

/// One claim, or a wait for one.
async fn next<'a>(sender: &'a Sender<'a>, hands: &[Hand<'a>]) -> Result<More, Trouble> {
    sender.tidy_when_due().await?;
    let now = sender.app.clock.now();
    let open = sender.open_relays(now);
    if open.is_empty() {
        return wait_for_step(sender).await;
    }
    let Some((index, place)) = place_by_share(sender, &open).await else { return Ok(More::Perhaps) };
    let (Some(relay), Some(hand)) = (sender.relays.get(index), hands.get(index)) else { return Ok(More::Nothing) };
    claim(sender, relay, index, &open, place, hand).await
}

/// Waits, without holding any row, until a relay's rate lets a mail go; nothing to wait for when all are closed for longer.
async fn wait_for_step(sender: &Sender<'_>) -> Result<More, Trouble> {
    let now = sender.app.clock.now();
    let steps = sender.relays.iter().filter_map(|relay| relay.closed(now)).filter(|c| c.cause == Cause::TooEarly);
    let Some(next) = steps.map(|closed| closed.until).min() else { return Ok(More::Nothing) };
    let wait = (next - now).to_std().unwrap_or_default();
    // A long pause is no reason not to notice that the edition was paused.
    sender.rest(wait.min(sender.app.tempo.look_again)).await;
    Ok(if sender.is_still_sending().await? { More::Perhaps } else { More::Nothing })
}

/// A place at the relay whose turn it is by its share; when it has none for too long, at another.
async fn place_by_share<'a>(sender: &'a Sender<'a>, open: &[usize]) -> Option<(usize, SemaphorePermit<'a>)> {
    let index = sender.choose(open)?;
    let relay = sender.relays.get(index)?;
    let free = tokio::time::timeout(SHARE_WAIT_MAX, relay.places.acquire()).await;
    if let Ok(place) = free {
        return Some((index, place.ok()?));
    }
    let others = open.iter().filter(|other| **other != index);
    others.filter_map(|other| Some((*other, sender.relays.get(*other)?.places.try_acquire().ok()?))).next()
}

async fn claim<'a>(
    sender: &'a Sender<'a>,
    relay: &'a Relay,
    index: usize,
    open: &[usize],
    first: SemaphorePermit<'a>,
    hand: &Hand<'a>,
) -> Result<More, Trouble> {
    let app = sender.app;
    let held = relay.places_max.saturating_sub(relay.places.available_permits() + 1);
    let fill = relay.fill(app.tempo.begins_within()).saturating_sub(held);
    let wanted = fill.min(sender.at_once_max(index, open)).max(1);
    let mut free = vec![first];
    while free.len() < wanted {
        let Ok(place) = relay.places.try_acquire() else { break };
        free.push(place);
    }
    let (now, now_here) = (app.clock.now(), Instant::now());
    let data_before = now_here + app.tempo.begins_within();
    let limit = u32::try_from(free.len()).unwrap_or(u32::MAX);
    let (quota, limits) = relay.quota(app, now);
    match app.store.claim_for(&quota, sender.id, &app.worker, app.tempo.lease_ms(), limit, now).await? {
        Claim::Rows(rows) => {
            let none = rows.is_empty();
            let loaded = sender.contents.load(&rows).await;
            sender.gave(index, rows.len(), open);
            for (row, place) in rows.into_iter().zip(free) {
                let turn = now_here + (row.departs_at - now).to_std().unwrap_or_default();
                // What cannot be handed on any more is given back with the rest.
                let _ = hand.send(Held { row, turn, data_before, _place: place });
            }
            loaded?;
            return Ok(if none { More::Nothing } else { More::Perhaps });
        }
        Claim::TooEarly { next } => {
            let ahead = chrono::TimeDelta::from_std(app.tempo.pace_ahead).unwrap_or_default();
            relay.close(next - ahead, Cause::TooEarly, String::new());
        }
        Claim::Full { window, until_forgotten } => {
            if let Some(limit) = limits.get(window) {
                relay.close(limit.reopens(until_forgotten), Cause::Full, limit.reached());
            }
        }
    }
    Ok(More::Perhaps)
}

/// How many rows to take for each connection when a mail takes `each`.
pub(super) fn rows_per_connection(each: Option<Duration>, begins_within: Duration) -> usize {
    // Nothing is known of the server yet: one row for each connection finds out.
    let Some(each) = each else { return 1 };
    let begun_in_time = (begins_within / QUEUE_PART).as_micros() / each.as_micros().max(1);
    usize::try_from(begun_in_time).unwrap_or(ROWS_PER_CONNECTION).clamp(1, ROWS_PER_CONNECTION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_server_is_given_fewer_rows_at_once() {
        let check = |each_ms: Option<u64>, expected: usize| {
            let rows = rows_per_connection(each_ms.map(Duration::from_millis), Duration::from_secs(120));
            assert_eq!(rows, expected, "{each_ms:?}");
        };
        check(None, 1);
        check(Some(0), 4);
        check(Some(3), 4);
        check(Some(10_000), 4);
        check(Some(15_000), 2);
        check(Some(60_000), 1);
    }
}
