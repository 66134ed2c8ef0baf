//! Delivery: writes a mail as a message and hands it to a server or a folder; one call, one recipient, one [`Outcome`].

mod address;
mod bulk;
pub mod message;
mod outbox;
mod sink;
mod smtp;

pub use bulk::{Bulk, LEAVE_SUBJECT, bulk_headers, message_id};
pub use outbox::FileOutbox;
pub use sink::{Received, Sink};
pub use smtp::{Limits, Security, Smtp, SmtpServer};

use crate::model::EmailAddress;

/// What became of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server took the mail.
    Sent { reply: String },
    /// The server, or our own lease, says "later".
    Deferred { reply: String },
    /// The server says "never" to this recipient or this message.
    Refused { reply: String },
    /// The mail may or may not have been taken.
    Uncertain { why: String },
    /// Nobody can be sent anything at the moment; `hopeless`: not before a person acts.
    Unreachable { why: String, hopeless: bool },
}

/// The way out.
#[derive(Debug)]
pub enum Courier {
    File(FileOutbox),
    Smtp(Smtp),
}

impl Courier {
    /// Sends `message` to one recipient. No DATA is sent at or after `data_before`: the attempt's lease has ended then.
    pub async fn send(
        &self,
        from: &EmailAddress,
        to: &EmailAddress,
        message_id: &str,
        message: &[u8],
        data_before: tokio::time::Instant,
    ) -> Outcome {
        match self {
            Self::File(outbox) => outbox.put(message_id, message).await,
            Self::Smtp(smtp) => smtp.send(from, to, message, data_before).await,
        }
    }
}
