//! SMTP: one mail, one recipient, one transaction.

mod server;

pub use server::{Limits, Security, SmtpServer};

use super::Outcome;
use crate::model::EmailAddress;

/// A server and its pool of connections.
#[derive(Debug)]
pub struct Smtp {
    server: SmtpServer,
    connections_max: u32,
}

impl Smtp {
    /// At most `connections_max` connections at once, at least one.
    pub fn new(server: SmtpServer, connections_max: u32) -> Self {
        Self { server, connections_max: connections_max.max(1) }
    }

    pub(super) async fn send(
        &self,
        _from: &EmailAddress,
        _to: &EmailAddress,
        _message: &[u8],
        _data_before: tokio::time::Instant,
    ) -> Outcome {
        let why = format!("{} ({}) : pas encore", self.server.host, self.connections_max);
        Outcome::Unreachable { why, hopeless: true }
    }
}
