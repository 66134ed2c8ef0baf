//! Outcomes into the ledger, as they come: while one commit is written the next ones gather, and share the one after.

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::Trouble;
use super::flow::{Answer, Attempted, Flow, Stop};
use super::relay::Relay;
use super::sender::Sender;
use super::verdict::{Judged, Sign, Then, judge};
use crate::model::{DeliveryId, DeliveryState};
use crate::store::{Later, Outcome, StoreError};

pub(super) struct Record<'a> {
    sender: &'a Sender<'a>,
    flow: &'a Flow,
    recorded: u64,
}

/// How long to wait before a busy database is asked again.
const ASK_AGAIN: std::time::Duration = std::time::Duration::from_millis(500);

/// What is to be written of the answers that came together.
#[derive(Default)]
struct Page<'a> {
    outcomes: Vec<Outcome>,
    untouched: Vec<(DeliveryId, i64)>,
    refused: Vec<(DeliveryId, i64)>,
    later: Vec<Later>,
    /// Relays that have had enough, or cannot be reached, and why.
    troubled: Vec<(&'a Relay, Ailment)>,
    /// Relays that took a mail after they had been left alone.
    woken: Vec<&'a Relay>,
}

/// What is wrong with a relay.
enum Ailment {
    Busy { why: String },
    TurnsAway { why: String },
    Unreachable { why: String, hopeless: bool },
}

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
        while told.recv_many(&mut came, self.sender.places_max()).await > 0 {
            let mut page = Page::default();
            let mut places = Vec::new();
            for Attempted { held, relay, answer } in came.drain(..) {
                match answer {
                    Some(answer) => self.take_down(&held.row, relay, answer, &mut page),
                    None => page.untouched.push((held.row.delivery, held.row.fence)),
                }
                places.push(held);
            }
            if let Err(trouble) = self.write(page).await {
                self.flow.stop(Stop::Trouble(trouble));
            }
            // Only now may other rows be in doubt in their place.
            drop(places);
        }
        if let Err(trouble) = self.conclude().await {
            self.flow.stop(Stop::Trouble(trouble));
        }
    }

    fn take_down<'b>(&self, row: &crate::store::Claimed, relay: &'b Relay, answer: Answer, page: &mut Page<'b>) {
        let app = self.sender.app;
        let now = app.clock.now();
        match judge(row, answer.outcome, now, &app.tempo) {
            Judged::Recorded(outcome, sign) => {
                let reply = outcome.reply.as_deref().unwrap_or_default();
                let (sign, later) = self.sender.note_domain(row.email.domain(), sign, reply, now);
                page.later.extend(later);
                let then = relay.with_mood(|mood| mood.note(&outcome, sign, answer.began, answer.ended));
                follow(then, relay, page);
                if sign == Sign::Takes && relay.took_mail(answer.began) {
                    page.woken.push(relay);
                }
                page.outcomes.push(outcome);
            }
            Judged::Untouched { why, hopeless } => {
                page.untouched.push((row.delivery, row.fence));
                page.troubled.push((relay, Ailment::Unreachable { why, hopeless }));
            }
        }
    }

    /// Nothing is in flight: short streaks of refusals are understood, unless somebody is still to be tried.
    async fn conclude(&mut self) -> Result<(), Trouble> {
        let now = self.sender.app.clock.now();
        if self.flow.is_stopped() || self.sender.relays.iter().any(|relay| relay.closed(now).is_some()) {
            return Ok(());
        }
        let counts = self.sender.app.store.counts(self.sender.id).await?;
        let anybody_accepted = counts.of(DeliveryState::Sent) > 0;
        let mut page = Page::default();
        for relay in &self.sender.relays {
            follow(relay.with_mood(|mood| mood.conclude(anybody_accepted)), relay, &mut page);
        }
        self.write(page).await
    }

    async fn write(&mut self, page: Page<'_>) -> Result<(), Trouble> {
        self.put_down(&page.outcomes).await?;
        let app = self.sender.app;
        app.store.refuse_deferred(&page.refused, app.clock.now()).await?;
        app.store.release(&page.untouched, app.clock.now()).await?;
        for later in &page.later {
            let rows = app.store.put_off_domain(self.sender.id, later, app.clock.now()).await?;
            let until = later.until.to_rfc3339();
            self.sender.remark(format!("{} ; ses autres courriels sont espacés", later.why));
            tracing::warn!(edition = self.sender.id.0, rows, until, domain = %later.domain, why = %later.why, "un domaine demande d'attendre : ses courriels sont espacés, les autres partent");
        }
        for relay in page.woken {
            app.store.wake_relay(&relay.name).await?;
            tracing::info!(relay = %relay.name, "le relais prend de nouveau les courriels");
        }
        for (relay, ailment) in page.troubled {
            self.treat(relay, ailment).await?;
        }
        Ok(())
    }

    /// A relay that ails is left alone while others carry on; the only one is what the edition waits for.
    async fn treat(&self, relay: &Relay, ailment: Ailment) -> Result<(), Trouble> {
        let tempo = &self.sender.app.tempo;
        let alone = self.sender.relays.len() == 1;
        if relay.is_resting(self.sender.app.clock.now()) {
            return Ok(());
        }
        match ailment {
            Ailment::Busy { why } => self.sender.rest_relay(relay, tempo.circuit_rests, why).await,
            Ailment::TurnsAway { why } => {
                relay.turns_away();
                if self.sender.relays.iter().all(Relay::has_turned_away) {
                    self.flow.stop(Stop::TurnedAway { why });
                    return Ok(());
                }
                let rest = tempo.policy_rests.to_std().unwrap_or(tempo.circuit_rests);
                self.sender.rest_relay(relay, rest, why).await
            }
            Ailment::Unreachable { why, hopeless } if alone => {
                self.flow.stop(Stop::Obstacle { why, hopeless });
                Ok(())
            }
            // Too many connections for it: the next flow has one less.
            Ailment::Unreachable { .. } if relay.narrow() => Ok(()),
            Ailment::Unreachable { why, .. } => self.sender.rest_relay(relay, tempo.circuit_rests, why).await,
        }
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

fn follow<'b>(then: Then, relay: &'b Relay, page: &mut Page<'b>) {
    match then {
        Then::GoOn => {}
        Then::Refuse(rows) => page.refused.extend(rows),
        Then::TurnedAway { why } => page.troubled.push((relay, Ailment::TurnsAway { why })),
        Then::Busy { why } => page.troubled.push((relay, Ailment::Busy { why })),
    }
}

fn is_worth_waiting(error: &StoreError) -> bool {
    error.is_passing() || matches!(error, StoreError::Full)
}
