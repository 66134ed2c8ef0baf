//! Sending: an approved edition's rows go out, and what became of each is on record as it comes.
//!
//! | file | story |
//! |---|---|
//! | `sender` | again and again: tidy up, let rows flow, wait, until there is an end |
//! | `flow` | rows taken, carried by a few connections at once, and handed to the record |
//! | `claims` | which rows to take, when, and no more than can be begun in time |
//! | `content` | from a row to the bytes of its mail |
//! | `record` | outcomes into the ledger, in the order they come, again when the database is busy |
//! | `verdict` | what an outcome means for its row, and a streak of them for the edition |
//! | `relay` | one way out: its connections, its mind towards us, whether it is left alone for a while |
//! | `quota` | the rates and the warm-up of the settings, as the ledger counts them |
//! | `shares` | which of several relays is given mails next |
//! | `domains` | domains that say "later" to everybody are put off |
//! | `outlook` | why rows of an open edition wait, for whoever asks |
//!
//! A row is durably `attempting` before its mail is handed to SMTP, and its outcome is written after. Whatever happens in
//! between, the next worker finds the row, names it uncertain and knows its Message-ID.

mod claims;
mod content;
mod domains;
mod flow;
mod outlook;
mod quota;
mod record;
mod relay;
mod sender;
mod shares;
mod tempo;
#[cfg(test)]
mod tests;
mod verdict;

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::edition;
use super::guard;
use super::{App, Progress, Trouble};
use crate::model::{Edition, EditionId, EditionState};
use crate::store::Counts;

pub use outlook::waiting;
pub use tempo::Tempo;

/// How an edition's sending ended this time.
#[derive(Debug)]
pub struct Sending {
    pub edition: EditionId,
    pub counts: Counts,
    pub end: End,
    /// Outcomes put on record this time.
    pub recorded: u64,
    /// Relays and domains that had to be left alone, in sentences.
    pub remarks: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Every row is final.
    Finished,
    /// Rows wait for a later try: the next one is due then.
    Waiting { next_at: Option<DateTime<Utc>> },
    /// A rate or a warm-up lets no more leave before then.
    Limited { next_at: DateTime<Utc>, why: String },
    /// Somebody paused it.
    Paused,
    /// The server refuses everybody, one after the other: it was paused, and waits for a person.
    TurnedAway { why: String },
    /// The process is asked to end: the rest is sent by the next one.
    Interrupted,
    /// The server or the settings do not let anything through.
    Stopped { why: String },
}

/// Sends an approved edition: until every row is final, or what is left must wait longer than `patience`.
pub async fn send(app: &App, id: EditionId, patience: Duration, progress: &dyn Progress) -> Result<Sending, Trouble> {
    let before = start(app, id).await?.state;
    let sender = sender::Sender::new(app, id).await?;
    let total = app.store.counts(id).await?.open();
    progress.begin("Envoi", usize::try_from(total).unwrap_or(usize::MAX));
    let end = sender.run(Instant::now() + patience, progress).await;
    sender.close().await;
    progress.end();
    let recorded = sender.recorded();
    if recorded > 0 {
        guard::beat(app).await?;
    }
    let counts = app.store.counts(id).await?;
    let end = end?;
    // A daemon that waits looks every half minute: only what happened is worth a line.
    if recorded > 0 || edition::find(app, id).await?.state != before {
        edition::journal(app, "edition send", id, &format!("{end:?}")).await?;
    }
    Ok(Sending { edition: id, counts, end, recorded, remarks: sender.remarks() })
}

/// Guards, and the move to `sending`; the edition as it was before. One already sent has nothing left to do.
async fn start(app: &App, id: EditionId) -> Result<Edition, Trouble> {
    let found = edition::find(app, id).await?;
    if !found.state.is_final() {
        edition::refuse_held(app, &found).await?;
    }
    let wrong = |what| Trouble::WrongState { id, state: found.state, what };
    match found.state {
        EditionState::Approved | EditionState::Sending | EditionState::Sent => {}
        EditionState::Draft => return Err(wrong("approuvez-la d'abord (« glaneur edition approve »)")),
        EditionState::Paused => return Err(wrong("reprenez-la d'abord (« glaneur edition resume »)")),
        EditionState::Cancelled => return Err(wrong("elle ne sera pas envoyée ; créez-en une autre")),
    }
    if found.state != EditionState::Sent {
        match (found.trial, edition::is_trial(app)) {
            (true, false) => return Err(Trouble::TrialEdition(id)),
            (false, true) => return Err(Trouble::RealEdition(id)),
            _ => {}
        }
    }
    if found.state == EditionState::Approved {
        let moved = app.store.move_edition(id, EditionState::Approved, EditionState::Sending, app.clock.now()).await;
        // Another worker began at the same moment: the rows are shared.
        if let Err(error) = moved
            && edition::find(app, id).await?.state != EditionState::Sending
        {
            return Err(error.into());
        }
    }
    Ok(found)
}
