//! Which rows to take, and when: never more than can be begun before their lease ends, nor before their turn in the rate.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::SemaphorePermit;
use tokio::time::Instant;

use super::super::Trouble;
use super::flow::{Flow, Stop};
use super::sender::Sender;
use crate::model::DeliveryId;
use crate::store::Claimed;

/// Rows taken at once for each connection: no more are ever in doubt.
pub(super) const ROWS_PER_CONNECTION: usize = 4;
/// A row that waits longer than this part of its time for a connection is better left to another worker.
const QUEUE_PART: u32 = 3;

/// A row of ours, until what became of it is on record.
pub(super) struct Held<'a> {
    pub row: Claimed,
    /// Its turn in the rate.
    pub turn: Option<Instant>,
    /// No DATA at or after this.
    pub data_before: Instant,
    /// Its place among the rows that may be in doubt at once.
    pub _place: SemaphorePermit<'a>,
}

/// The rows one after the other, as long as there are any that may be taken now.
pub(super) struct Claims<'a> {
    sender: &'a Sender<'a>,
    flow: &'a Flow,
    queue: VecDeque<Held<'a>>,
}

impl<'a> Claims<'a> {
    pub(super) fn new(sender: &'a Sender<'a>, flow: &'a Flow) -> Self {
        Self { sender, flow, queue: VecDeque::new() }
    }

    /// The next row to hand over; `None`: nothing more for now, and what was taken but not begun is given back.
    pub(super) async fn next(&mut self) -> Option<Held<'a>> {
        match self.look_for_one().await {
            Ok(Some(held)) => return Some(held),
            Ok(None) => {}
            Err(trouble) => self.flow.stop(Stop::Trouble(trouble)),
        }
        let rest: Vec<_> = self.queue.drain(..).collect();
        if let Err(trouble) = self.give_back(&rest).await {
            self.flow.stop(Stop::Trouble(trouble));
        }
        None
    }

    async fn look_for_one(&mut self) -> Result<Option<Held<'a>>, Trouble> {
        loop {
            if self.sender.app.halt.is_asked() || self.flow.is_stopped() {
                return Ok(None);
            }
            match self.queue.pop_front() {
                Some(held) if Instant::now() < held.data_before => return Ok(Some(held)),
                // The mails before it took all its time: it was not touched.
                Some(late) => self.give_back(&[late]).await?,
                None => {
                    if !self.wait_for_turn().await {
                        return Ok(None);
                    }
                    self.sender.tidy_when_due().await?;
                    if !self.claim().await? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Waits, without holding any row, until the rate lets a mail go; false when asked to end.
    async fn wait_for_turn(&self) -> bool {
        let Some(pace) = &self.sender.pace else { return true };
        let wait = {
            let now = Instant::now();
            pace.next_turn(now).saturating_duration_since(now)
        };
        // A pause of hours is no reason not to notice that the edition was paused.
        let ahead = self.sender.app.tempo.pace_ahead;
        if wait > ahead {
            self.sender.rest((wait - ahead).min(self.sender.app.tempo.look_again)).await;
        }
        !self.sender.app.halt.is_asked()
    }

    /// Fills the queue; false when there is nothing to take.
    async fn claim(&mut self) -> Result<bool, Trouble> {
        let sender = self.sender;
        let places = &sender.places;
        let Ok(first) = places.acquire().await else { return Ok(false) };
        let held = sender.places_max.saturating_sub(places.available_permits() + 1);
        let mut wanted = self.flow.fill(sender.width()).saturating_sub(held).max(1);
        if let Some(pace) = &sender.pace {
            let now = Instant::now();
            wanted = pace.turns(wanted, now, now + sender.app.tempo.pace_ahead);
            if wanted == 0 {
                // Still waiting for its turn, and the edition still as it was: look again.
                return sender.is_still_sending().await;
            }
        }
        let mut free = vec![first];
        while free.len() < wanted {
            let Ok(place) = places.try_acquire() else { break };
            free.push(place);
        }
        let app = sender.app;
        let data_before = Instant::now() + app.tempo.begins_within();
        let limit = u32::try_from(free.len()).unwrap_or(u32::MAX);
        let rows = app.store.claim(sender.id, &app.worker, app.tempo.lease_ms(), limit, app.clock.now()).await?;
        let none = rows.is_empty();
        let loaded = sender.contents.load(&rows).await;
        for (row, place) in rows.into_iter().zip(free) {
            let turn = sender.pace.as_ref().map(|pace| pace.take(Instant::now()));
            self.queue.push_back(Held { row, turn, data_before, _place: place });
        }
        loaded?;
        Ok(!none)
    }

    async fn give_back(&self, held: &[Held<'a>]) -> Result<(), Trouble> {
        let rows: Vec<(DeliveryId, i64)> = held.iter().map(|held| (held.row.delivery, held.row.fence)).collect();
        Ok(self.sender.app.store.release(&rows, self.sender.app.clock.now()).await?)
    }
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
