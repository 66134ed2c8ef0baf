//! SMTP: one mail, one recipient, one transaction, over a small pool of connections.
//!
//! lettre gives the words: commands, parameters, credentials, what EHLO offers. The conversation is held here and not by
//! lettre, because what a failure means depends on how far the message went: see [`crate::deliver`]'s table.

mod connection;
mod obstacle;
mod opening;
mod pool;
mod reply;
mod server;
mod talk;
mod tls;
mod transaction;

use tokio::time::Instant;

use super::Outcome;
use crate::model::EmailAddress;
use pool::Pool;
pub use server::{Limits, Security, SmtpServer};
use transaction::{Afterwards, End, Parcel};

/// A server and its pool of connections.
#[derive(Debug)]
pub struct Smtp {
    pool: Pool,
}

impl Smtp {
    /// At most `connections_max` connections at once, at least one.
    pub fn new(server: SmtpServer, connections_max: u32) -> Self {
        Self { pool: Pool::new(server, connections_max) }
    }

    /// Ends the idle connections politely.
    pub fn close(&self) {
        self.pool.close_idle();
    }

    pub(super) async fn send(
        &self,
        from: &EmailAddress,
        to: &EmailAddress,
        message: &[u8],
        data_before: Instant,
    ) -> Outcome {
        let outcome = self.attempt(&Parcel { from, to, message, data_before }).await;
        without_address(outcome, to)
    }

    async fn attempt(&self, parcel: &Parcel<'_>) -> Outcome {
        let Ok(place) = tokio::time::timeout_at(parcel.data_before, self.pool.place()).await else {
            return Outcome::OutOfTime { why: transaction::LEASE_OVER.into() };
        };
        if let Some(mut connection) = place.idle() {
            match transaction::carry(&mut connection, &place.server().place(), parcel).await {
                End::Told(outcome, afterwards) => {
                    place.give_back(connection, afterwards).await;
                    return outcome;
                }
                // It was tired of us, or dead: the next one decides.
                End::BeforeMail(_) => {}
            }
        }
        let mut connection = match tokio::time::timeout_at(parcel.data_before, place.open()).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(obstacle)) => return obstacle.into(),
            Err(_) => return too_slow(place.server()),
        };
        match transaction::carry(&mut connection, &place.server().place(), parcel).await {
            End::Told(outcome, afterwards) => {
                place.give_back(connection, afterwards).await;
                outcome
            }
            End::BeforeMail(obstacle) => {
                place.give_back(connection, Afterwards::Drop).await;
                obstacle.into()
            }
        }
    }
}

/// The lease ended while the connection opened: that is the server's slowness, and no recipient's.
fn too_slow(server: &SmtpServer) -> Outcome {
    let why = format!("{} n’a pas ouvert la connexion avant la fin du bail", server.place());
    Outcome::Unreachable { why, hopeless: false }
}

/// Servers repeat the recipient's address in what they say, and what they say is shown and stored.
fn without_address(outcome: Outcome, to: &EmailAddress) -> Outcome {
    let clean = |text: String| {
        // Lower case in ASCII keeps every byte where it was.
        match text.to_ascii_lowercase().find(&to.expose().to_ascii_lowercase()) {
            Some(at) => {
                let (before, rest) = text.split_at(at);
                let after = rest.get(to.expose().len()..).unwrap_or_default();
                format!("{before}{}{after}", to.masked())
            }
            None => text,
        }
    };
    match outcome {
        Outcome::Sent { reply } => Outcome::Sent { reply: clean(reply) },
        Outcome::Deferred { reply } => Outcome::Deferred { reply: clean(reply) },
        Outcome::Refused { reply } => Outcome::Refused { reply: clean(reply) },
        other => other,
    }
}

#[cfg(test)]
mod tests;
