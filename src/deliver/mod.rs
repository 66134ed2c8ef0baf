//! Delivery: writes a mail as a message and hands it to a server or a folder. One call, one recipient, one [`Outcome`].
//!
//! It knows no ledger, no settings file and no database: [`crate::pipeline`] turns outcomes into the states of rows. What
//! an outcome means depends on how far the conversation went:
//!
//! | step | reply or event | outcome |
//! |---|---|---|
//! | connecting | refused, no answer, name unknown | `Unreachable`, may pass |
//! | TLS | certificate not valid, no TLS on this port | `Unreachable`, hopeless |
//! | TLS | cut, too slow | `Unreachable`, may pass |
//! | greeting, EHLO, STARTTLS, AUTH | 4xx, cut, too slow | `Unreachable`, may pass |
//! | greeting, EHLO, STARTTLS, AUTH | 5xx, not SMTP, STARTTLS or AUTH not offered | `Unreachable`, hopeless |
//! | opportunistic STARTTLS | 4xx, 5xx, not offered | goes on in clear, but never with a password |
//! | MAIL FROM | 4xx, cut, too slow | on a reused connection once more on a fresh one; then `Unreachable`, may pass |
//! | MAIL FROM | 5xx | on a reused connection once more on a fresh one; then `Unreachable`, hopeless |
//! | any verb after EHLO | 530, 534, 535, 538: the server wants us to identify or encrypt | `Unreachable`, hopeless |
//! | before MAIL FROM | larger than SIZE; the recipient needs SMTPUTF8 and it is not offered | `Refused`, said by us |
//! | before MAIL FROM | the sender needs SMTPUTF8 and it is not offered | `Unreachable`, hopeless |
//! | MAIL FROM | 552 or 5.3.4: too large | `Refused` |
//! | RCPT TO, DATA | 4xx | `Deferred` |
//! | RCPT TO, DATA | 5xx | `Refused` |
//! | RCPT TO, DATA | cut, too slow, not SMTP | `Deferred` |
//! | before DATA, and before the message | the lease is over | `OutOfTime` |
//! | the message | cut or stuck before its final dot was written | `Deferred` |
//! | after the final dot | 2xx | `Sent` |
//! | after the final dot | 4xx | `Deferred` |
//! | after the final dot | 5xx | `Refused` |
//! | after the final dot | cut, too slow, not SMTP | `Uncertain` |
//!
//! 421 counts as its step's 4xx, and the connection is dropped. A connection whose transaction was not finished is reset
//! or dropped, so that the next mail is not harmed. A file that cannot be written is `Unreachable`, hopeless.

mod address;
pub mod bounce;
mod bulk;
pub mod dkim;
mod imap;
pub mod message;
mod outbox;
mod sink;
mod smtp;
pub mod verp;

pub use bulk::{Bulk, LEAVE_SUBJECT, bulk_headers, leave_mailto, message_id};
pub use imap::{ImapFault, ImapServer, Inbox};
pub use outbox::FileOutbox;
pub use sink::{Received, Sink};
pub use smtp::{Limits, Security, Smtp, SmtpServer};

use crate::model::EmailAddress;

/// What became of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server took the mail.
    Sent { reply: String },
    /// The server says "later".
    Deferred { reply: String },
    /// The server says "never" to this recipient or this message.
    Refused { reply: String },
    /// The mail may or may not have been taken.
    Uncertain { why: String },
    /// Nobody can be sent anything at the moment; `hopeless`: not before a person acts.
    Unreachable { why: String, hopeless: bool },
    /// Our own lease was over before the message began: nothing of it was handed over.
    OutOfTime { why: String },
}

/// The way out.
#[derive(Debug)]
pub enum Courier {
    File(FileOutbox),
    Smtp(Smtp),
    /// The first of several servers that can be reached.
    FirstOf(Vec<Smtp>),
}

impl Courier {
    /// Sends `message` to one recipient; where it becomes a file, under `name`. No DATA is sent at or after
    /// `data_before`: the attempt's lease has ended then.
    pub async fn send(
        &self,
        from: &EmailAddress,
        to: &EmailAddress,
        name: &str,
        message: &[u8],
        data_before: tokio::time::Instant,
    ) -> Outcome {
        match self {
            Self::File(outbox) => outbox.put(name, message).await,
            Self::Smtp(smtp) => smtp.send(from, to, message, data_before).await,
            Self::FirstOf(servers) => {
                let why = "aucun serveur d’envoi n’est donné".into();
                let mut outcome = Outcome::Unreachable { why, hopeless: true };
                for smtp in servers {
                    outcome = smtp.send(from, to, message, data_before).await;
                    // Anything else is an answer about this mail, and it may be under way.
                    if !matches!(outcome, Outcome::Unreachable { .. }) {
                        break;
                    }
                }
                outcome
            }
        }
    }

    /// Ends idle connections politely; to be called when an edition is done. Dropping the courier does it rudely.
    pub async fn close(&self) {
        match self {
            Self::File(_) => {}
            Self::Smtp(smtp) => smtp.close(),
            Self::FirstOf(servers) => servers.iter().for_each(Smtp::close),
        }
    }
}
