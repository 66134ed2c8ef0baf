//! Outcomes into the ledger, as they come: while one commit is written the next ones gather, and share the one after.

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::Trouble;
use super::flow::{Attempted, Flow, Stop};
use super::sender::Sender;
use super::verdict::{Judged, Sign, Then, judge};
use crate::model::{DeliveryId, DeliveryState};
use crate::store::{Outcome, StoreError};

pub(super) struct Record<'a> {
    sender: &'a Sender<'a>,
    flow: &'a Flow,
    recorded: u64,
}

/// How long to wait before a busy database is asked again.
const ASK_AGAIN: std::time::Duration = std::time::Duration::from_millis(500);

impl<'a> Record<'a> {
    pub(super) fn new(sender: &'a Sender<'a>, flow: &'a Flow) -> Self {
        Self { sender, flow, recorded: 0 }
    }

    pub(super) fn recorded(&self) -> u64 {
        self.recorded
    }

    /// Writes until nobody has anything more to tell.
    pub(super) async fn write_all(&mut self, mut told: mpsc::Receiver<Attempted<'_>>) {
        let mut came = Vec::new();
        while told.recv_many(&mut came, self.sender.places_max.max(1)).await > 0 {
            let mut outcomes = Vec::new();
            let mut untouched = Vec::new();
            let mut places = Vec::new();
            let mut refused = Vec::new();
            for Attempted { held, outcome, began, ended } in came.drain(..) {
                let row = (held.row.delivery, held.row.fence);
                match judge(&held.row, outcome, self.sender.app.clock.now(), &self.sender.app.tempo) {
                    Judged::Recorded(outcome, sign) => {
                        let then = self.sender.mood().note(&outcome, sign, began, ended);
                        self.follow(then, &mut refused);
                        if sign == Sign::Takes {
                            self.sender.app.circuit.close();
                        }
                        outcomes.push(outcome);
                    }
                    Judged::Untouched { why, hopeless } => {
                        untouched.push(row);
                        self.flow.stop(Stop::Obstacle { why, hopeless });
                    }
                }
                places.push(held);
            }
            if let Err(trouble) = self.write(&outcomes, &untouched, &refused).await {
                self.flow.stop(Stop::Trouble(trouble));
            }
            // Only now may other rows be in doubt in their place.
            drop(places);
        }
        if let Err(trouble) = self.conclude().await {
            self.flow.stop(Stop::Trouble(trouble));
        }
    }

    fn follow(&self, then: Then, refused: &mut Vec<(DeliveryId, i64)>) {
        match then {
            Then::GoOn => {}
            Then::Refuse(rows) => refused.extend(rows),
            Then::TurnedAway { why } => self.flow.stop(Stop::TurnedAway { why }),
            Then::Busy { why } => self.flow.stop(Stop::Busy { why }),
        }
    }

    /// Nothing is in flight: short streaks of refusals are understood.
    async fn conclude(&mut self) -> Result<(), Trouble> {
        if self.flow.is_stopped() {
            return Ok(());
        }
        let counts = self.sender.app.store.counts(self.sender.id).await?;
        let then = self.sender.mood().conclude(counts.of(DeliveryState::Sent) > 0);
        let mut refused = Vec::new();
        self.follow(then, &mut refused);
        self.write(&[], &[], &refused).await
    }

    async fn write(
        &mut self,
        outcomes: &[Outcome],
        untouched: &[(DeliveryId, i64)],
        refused: &[(DeliveryId, i64)],
    ) -> Result<(), Trouble> {
        self.put_down(outcomes).await?;
        let app = self.sender.app;
        app.store.refuse_deferred(refused, app.clock.now()).await?;
        Ok(app.store.release(untouched, app.clock.now()).await?)
    }

    /// What a server has answered must not be forgotten because the database is busy: it is kept in hand for a while.
    async fn put_down(&mut self, outcomes: &[Outcome]) -> Result<(), Trouble> {
        let app = self.sender.app;
        let give_up = Instant::now() + app.tempo.record_for;
        loop {
            match app.store.record(outcomes, app.clock.now()).await {
                Ok(stale) => {
                    if !stale.is_empty() {
                        tracing::warn!(
                            edition = self.sender.id.0,
                            rows = stale.len(),
                            "des réponses sont venues après le délai : ces courriels sont incertains"
                        );
                    }
                    self.recorded += (outcomes.len() - stale.len()) as u64;
                    return Ok(());
                }
                Err(error) if is_worth_waiting(&error) && Instant::now() < give_up => {
                    tracing::warn!(edition = self.sender.id.0, rows = outcomes.len(), %error, "des réponses attendent que la base les prenne");
                    tokio::time::sleep(ASK_AGAIN).await;
                }
                Err(error) => return Err(Trouble::Unrecorded { rows: outcomes.len(), why: error }),
            }
        }
    }
}

fn is_worth_waiting(error: &StoreError) -> bool {
    error.is_passing() || matches!(error, StoreError::Full)
}
