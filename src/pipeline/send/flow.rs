//! Rows in flight: taken, carried by a few connections at once, put on record as they come.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::{StreamExt, stream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::{Progress, Trouble};
use super::claims::{Claims, Held, rows_per_connection};
use super::record::Record;
use super::sender::Sender;
use crate::deliver;
use crate::model::EmailAddress;

/// What one flow came to.
#[derive(Debug)]
pub(super) struct Flowed {
    pub recorded: u64,
    pub stop: Option<Stop>,
}

/// Why no more rows are taken, though there may be some.
#[derive(Debug)]
pub(super) enum Stop {
    Trouble(Trouble),
    /// Nobody can be handed anything now.
    Obstacle {
        why: String,
        hopeless: bool,
    },
    /// Everybody is refused.
    TurnedAway {
        why: String,
    },
    /// The server must be left alone.
    Busy {
        why: String,
    },
}

/// What all sides of a flow share.
#[derive(Default)]
pub(super) struct Flow {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    stop: Option<Stop>,
    /// How long a mail takes, of late.
    each: Option<Duration>,
    begins_within: Duration,
}

impl Flow {
    fn new(begins_within: Duration, each: Option<Duration>) -> Self {
        Self { state: Mutex::new(State { stop: None, each, begins_within }) }
    }

    /// The first reason counts; trouble counts above all.
    pub(super) fn stop(&self, why: Stop) {
        let mut state = self.lock();
        if state.stop.is_none() || matches!(why, Stop::Trouble(_)) {
            state.stop = Some(why);
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.lock().stop.is_some()
    }

    /// Rows to have in hand for so many connections.
    pub(super) fn fill(&self, connections: usize) -> usize {
        let state = self.lock();
        connections * rows_per_connection(state.each, state.begins_within)
    }

    fn took(&self, time: Duration) {
        let mut state = self.lock();
        state.each = Some(state.each.map_or(time, |each| (each * 3 + time) / 4));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets rows flow until none may be taken any more; what is in flight then has ended and is on record.
pub(super) async fn flow(sender: &Sender<'_>, progress: &dyn Progress) -> Flowed {
    let shared = Flow::new(sender.app.tempo.begins_within(), sender.each());
    let flow = &shared;
    // As many as may be in doubt at once: the sender never has more rows.
    let (tell, told) = mpsc::channel(sender.places_max.max(1));
    let conversations = async move {
        let claims = Claims::new(sender, flow);
        let rows = stream::unfold(claims, |mut claims| async { claims.next().await.map(|held| (held, claims)) });
        let attempts = rows.map(|held| attempt(sender, flow, held)).buffer_unordered(sender.width());
        attempts
            .for_each(async |done| {
                progress.step("");
                // The record hears until we are gone.
                let _ = tell.send(done).await;
            })
            .await;
    };
    let mut record = Record::new(sender, flow);
    let ((), ()) = futures::join!(conversations, record.write_all(told));
    let recorded = record.recorded();
    let state = shared.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    sender.remember(state.each);
    Flowed { recorded, stop: state.stop }
}

/// A row and what the server, or the way to it, made of it.
pub(super) struct Attempted<'a> {
    pub held: Held<'a>,
    pub outcome: deliver::Outcome,
    pub began: Instant,
    pub ended: Instant,
}

/// One row, from its turn to the server's answer.
async fn attempt<'a>(sender: &Sender<'_>, flow: &Flow, held: Held<'a>) -> Attempted<'a> {
    if let Some(turn) = held.turn {
        tokio::time::sleep_until(turn).await;
    }
    let began = Instant::now();
    let outcome = carry(sender, &held).await;
    let ended = Instant::now();
    flow.took(ended - began);
    Attempted { held, outcome, began, ended }
}

async fn carry(sender: &Sender<'_>, held: &Held<'_>) -> deliver::Outcome {
    let diverted = &sender.app.settings.mail.only_to;
    let row = &held.row;
    let targets: Vec<&EmailAddress> = if diverted.is_empty() { vec![&row.email] } else { diverted.iter().collect() };
    let mut last = None;
    for to in targets {
        let bytes = match sender.contents.bytes(row, to) {
            Ok(bytes) => bytes,
            Err(why) => return deliver::Outcome::Refused { reply: why },
        };
        let from = sender.contents.sender(row);
        let name = format!("edition-{}-membre-{}", sender.id, row.member.0);
        let outcome = sender.courier.send(&from, to, &name, &bytes, held.data_before).await;
        if !matches!(outcome, deliver::Outcome::Sent { .. }) {
            return outcome;
        }
        last = Some(outcome);
    }
    last.unwrap_or(deliver::Outcome::Refused { reply: "aucun destinataire".to_owned() })
}
