//! Rows in flight: taken, carried by the connections of each relay, put on record as they come.

use std::sync::{Mutex, PoisonError};

use futures::future::join_all;
use futures::{StreamExt, stream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::{Progress, Trouble};
use super::claims::{Held, deal};
use super::record::Record;
use super::relay::Relay;
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
}

/// What all sides of a flow share.
#[derive(Default)]
pub(super) struct Flow {
    stop: Mutex<Option<Stop>>,
}

impl Flow {
    /// The first reason counts; trouble counts above all.
    pub(super) fn stop(&self, why: Stop) {
        let mut stop = self.lock();
        if stop.is_none() || matches!(why, Stop::Trouble(_)) {
            *stop = Some(why);
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.lock().is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Stop>> {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets rows flow until none may be taken any more; what is in flight then has ended and is on record.
pub(super) async fn flow(sender: &Sender<'_>, progress: &dyn Progress) -> Flowed {
    let shared = Flow::default();
    let flow = &shared;
    let places = sender.relays.iter().map(|relay| relay.places_max).sum::<usize>();
    // As many as may be in doubt at once: the sender never has more rows.
    let (tell, told) = mpsc::channel(places.max(1));
    let (hands, conversations): (Vec<_>, Vec<_>) = sender
        .relays
        .iter()
        .map(|relay| {
            let (hand, rows) = mpsc::unbounded_channel();
            (hand, converse(sender, relay, flow, rows, tell.clone(), progress))
        })
        .unzip();
    // The record hears as long as somebody may tell.
    drop(tell);
    let mut record = Record::new(sender, flow);
    futures::join!(deal(sender, flow, hands), join_all(conversations), record.write_all(told));
    let recorded = record.recorded();
    Flowed { recorded, stop: shared.stop.into_inner().unwrap_or_else(PoisonError::into_inner) }
}

/// The mails of one relay, over as many connections at once as it may have.
async fn converse<'a>(
    sender: &'a Sender<'a>,
    relay: &'a Relay,
    flow: &Flow,
    rows: mpsc::UnboundedReceiver<Held<'a>>,
    tell: mpsc::Sender<Attempted<'a>>,
    progress: &dyn Progress,
) {
    let rows = stream::unfold(rows, |mut rows| async { rows.recv().await.map(|held| (held, rows)) });
    let attempts = rows.map(|held| attempt(sender, relay, flow, held)).buffer_unordered(relay.width());
    attempts
        .for_each(async |done| {
            progress.step("");
            // The record hears until we are gone.
            let _ = tell.send(done).await;
        })
        .await;
}

/// A row and what the server, or the way to it, made of it.
pub(super) struct Attempted<'a> {
    pub held: Held<'a>,
    pub relay: &'a Relay,
    /// `None`: it was not begun.
    pub answer: Option<Answer>,
}

pub(super) struct Answer {
    pub outcome: deliver::Outcome,
    pub began: Instant,
    pub ended: Instant,
}

/// One row, from its turn to the server's answer.
async fn attempt<'a>(sender: &Sender<'_>, relay: &'a Relay, flow: &Flow, held: Held<'a>) -> Attempted<'a> {
    tokio::time::sleep_until(held.turn).await;
    let began = Instant::now();
    let is_over = sender.app.halt.is_asked() || flow.is_stopped() || relay.is_resting(sender.app.clock.now());
    // The mails before it may have taken all its time.
    if is_over || began >= held.data_before {
        return Attempted { held, relay, answer: None };
    }
    let outcome = carry(sender, relay, &held).await;
    let ended = Instant::now();
    relay.mail_took(ended - began);
    Attempted { held, relay, answer: Some(Answer { outcome, began, ended }) }
}

async fn carry(sender: &Sender<'_>, relay: &Relay, held: &Held<'_>) -> deliver::Outcome {
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
        let outcome = relay.courier.send(&from, to, &name, &bytes, held.data_before).await;
        if !matches!(outcome, deliver::Outcome::Sent { .. }) {
            return outcome;
        }
        last = Some(outcome);
    }
    last.unwrap_or(deliver::Outcome::Refused { reply: "aucun destinataire".to_owned() })
}
