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
use super::address::masked;
use crate::model::EmailAddress;
use pool::Pool;
pub use server::{Limits, Security, SmtpServer};
use transaction::{Afterwards, End, Parcel};

/// Whom to trust beyond SMTP too; an error is a sentence.
pub(super) fn connector(extra_roots: Option<&[u8]>) -> Result<tokio_rustls::TlsConnector, String> {
    tls::connector(extra_roots).map_err(|obstacle| match obstacle.into() {
        Outcome::Unreachable { why, .. } => why,
        _ => String::new(),
    })
}

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

    /// Opens a connection as a sending would, and leaves: nothing is sent.
    pub async fn try_out(&self) -> Result<(), Outcome> {
        let place = self.pool.place().await;
        let opened = place.open().await;
        opened.map(connection::Connection::leave).map_err(|obstacle| without_address(obstacle.into()))
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
        without_address(outcome)
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

/// Servers repeat addresses in what they say, the recipient's and ours, and what they say is shown, logged and stored.
fn without_address(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Sent { reply } => Outcome::Sent { reply: masked(&reply) },
        Outcome::Deferred { reply } => Outcome::Deferred { reply: masked(&reply) },
        Outcome::Refused { reply } => Outcome::Refused { reply: masked(&reply) },
        Outcome::Uncertain { why } => Outcome::Uncertain { why: masked(&why) },
        Outcome::Unreachable { why, hopeless } => Outcome::Unreachable { why: masked(&why), hopeless },
        Outcome::OutOfTime { why } => Outcome::OutOfTime { why: masked(&why) },
    }
}

#[cfg(test)]
mod tests;
