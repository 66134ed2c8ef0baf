//! Reads what came back: bounces, delays, absence replies, complaints, mailed unsubscribes.
//!
//! Pure: bytes in, a [`Reading`] out. Whoever wrote the message is not to be trusted: nothing here follows a link, and no
//! bytes make it panic, take long or nest deeply. It refuses to know members and what a bounce does to them.
//!
//! What a kind means:
//!
//! - `hard`: delivery failed for good, and the server does not say that the address itself is sound;
//! - `soft`: the server still tries, or its code says that the address is sound (mailbox full, a policy, a fault that
//!   passes);
//! - `auto-reply`, `complaint` (RFC 5965), `unsubscribe`: not about delivery;
//! - `none`: nothing to act on (delivered, relayed, an ordinary mail).
//!
//! The [`Cause`] is told beside: a failure for good may still come from a full mailbox.

mod address;
mod auto_reply;
mod cause;
mod code;
mod complaint;
mod dsn;
mod fold;
mod free;
mod lines;
pub mod mbox;
mod mime;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use auto_reply::Note;
pub use cause::Cause;

/// No more of a message is looked at: what tells a bounce comes before the mail it returns.
pub const MESSAGE_BYTES_MAX: usize = 512 * 1024;
/// A report that names more recipients than this is cut.
const RECIPIENTS_MAX: usize = 200;
/// The server's words are cut there.
const DIAGNOSTIC_CHARS_MAX: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Hard,
    Soft,
    AutoReply,
    Complaint,
    Unsubscribe,
    None,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
            Self::AutoReply => "auto-reply",
            Self::Complaint => "complaint",
            Self::Unsubscribe => "unsubscribe",
            Self::None => "none",
        }
    }
}

/// What a message says of one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// As written in the message.
    pub address: String,
    pub kind: Kind,
    /// The enhanced status (RFC 3463), when given.
    pub status: Option<String>,
    /// The server's words, on one line.
    pub diagnostic: String,
    pub cause: Cause,
}

/// What one message says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub recipients: Vec<Recipient>,
    /// A failure whose report names nobody: its address is empty, and whoever signed the mail's return address knows it.
    pub nameless: Option<Recipient>,
    /// What an automatic reply says that a person should know.
    pub note: Option<Note>,
    /// Addresses that this message was sent to: one may be signed by us for one member.
    pub sent_to: Vec<String>,
    /// The Message-ID of the mail that this is about, without its angle brackets.
    pub about: Option<String>,
}

/// The mail addresses that words hold, as written.
pub fn addresses(words: &str) -> Vec<String> {
    address::all(words).collect()
}

/// Reads one message; whatever the bytes, there is an answer.
pub fn read(message: &[u8]) -> Reading {
    let Some(parts) = mime::parts(message) else { return Reading::default() };
    let mut recipients = recipients(&parts);
    let note = recipients.iter().any(|r| r.kind == Kind::AutoReply).then(|| auto_reply::note(&parts)).flatten();
    one_each(&mut recipients);
    let nameless = recipients.is_empty().then(|| nameless(&parts)).flatten();
    Reading { recipients, nameless, note, sent_to: parts.sent_to(), about: parts.about() }
}

fn nameless(parts: &mime::Parts) -> Option<Recipient> {
    dsn::nameless(parts).or_else(|| (free::signs(parts) == free::Signs::Daemon).then(|| free::nameless(parts)))
}

/// The forms in the order of their certainty.
fn recipients(parts: &mime::Parts) -> Vec<Recipient> {
    if let Some(complaints) = complaint::read(parts) {
        return complaints;
    }
    let reported = dsn::read(parts);
    if !reported.is_empty() {
        return reported;
    }
    // A bounce wrapped in another message, by a forwarding rule or a filter.
    if let Some(inner) = &parts.wrapped_report {
        let reported = recipients(inner);
        if !reported.is_empty() {
            return reported;
        }
    }
    if let Some(asked) = auto_reply::unsubscribe(parts) {
        return vec![asked];
    }
    let bounce = free::signs(parts);
    if bounce < free::Signs::Daemon
        && let Some(reply) = auto_reply::read(parts)
    {
        return vec![reply];
    }
    if bounce > free::Signs::None {
        let found = free::read(parts, bounce);
        if !found.is_empty() || bounce >= free::Signs::Daemon {
            return found;
        }
    }
    parts.sender().map(|address| other(address, Kind::None, parts.subject.clone())).into_iter().collect()
}

/// A recipient that is not about delivery.
fn other(address: String, kind: Kind, words: String) -> Recipient {
    Recipient { address, kind, status: None, diagnostic: lines::one_line(&words), cause: Cause::Unsaid }
}

/// One entry an address, the gravest; a report may repeat one many times.
fn one_each(recipients: &mut Vec<Recipient>) {
    let mut seen = BTreeSet::new();
    let gravest = |address: &str, all: &[Recipient]| {
        all.iter().filter(|r| r.address.eq_ignore_ascii_case(address)).map(|r| r.kind).min()
    };
    recipients.truncate(RECIPIENTS_MAX);
    let all = recipients.clone();
    recipients.retain(|recipient| {
        gravest(&recipient.address, &all) == Some(recipient.kind) && seen.insert(recipient.address.to_ascii_lowercase())
    });
}
