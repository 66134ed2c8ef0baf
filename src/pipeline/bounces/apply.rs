//! From what a message says to what becomes of its member, once.
//!
//! A dead address or a complaint suspends at once; anything else that failed is counted, and suspends when the last three
//! mails all came back; a mail that asks to leave is obeyed. Automatic replies do nothing; those that a person should read
//! are kept with their words. Nothing here is final: `members resume` serves a member again.

use sha2::{Digest, Sha256};

use super::super::{App, Trouble};
use crate::deliver::bounce::{Cause, Kind, MESSAGE_BYTES_MAX, Note, Reading, Recipient};
use crate::model::{DeliveryId, EmailAddress, MemberId};
use crate::store::{Consequence, Recorded, Returned};

/// Mails in a row that must come back before a good address is given up for now.
pub const SOFT_MAILS_MAX: u32 = 3;

/// What became of one recipient of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub address: String,
    pub kind: Kind,
    pub note: Option<Note>,
    pub effect: Effect,
    /// The words to show an administrator.
    pub words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nobody of the network: nothing was recorded.
    NoMember,
    Recorded(Recorded),
}

/// Applies a message that was read; `raw` is what it was read from, so that it counts once.
pub async fn apply(app: &App, raw: &[u8], reading: &Reading) -> Result<Vec<Applied>, Trouble> {
    let mut applied = Vec::new();
    for recipient in reading.recipients.iter().filter(|recipient| recipient.kind != Kind::None) {
        let effect = match member_of(app, reading, recipient).await? {
            None => Effect::NoMember,
            Some((member, delivery)) => {
                let returned = returned(app, raw, reading, recipient, member, delivery);
                let consequence = match delivery {
                    // A trial's mails went to somebody else.
                    Some(delivery) if app.store.is_of_a_trial(delivery).await? => Consequence::Nothing,
                    _ => consequence(app, recipient),
                };
                Effect::Recorded(app.store.record_return(&returned, &consequence, "bounces").await?)
            }
        };
        applied.push(Applied {
            address: recipient.address.clone(),
            kind: recipient.kind,
            note: reading.note,
            effect,
            words: recipient.diagnostic.clone(),
        });
    }
    Ok(applied)
}

/// The returned mail's Message-ID, which nobody can guess, names the member; else the address does.
async fn member_of(
    app: &App,
    reading: &Reading,
    recipient: &Recipient,
) -> Result<Option<(MemberId, Option<DeliveryId>)>, Trouble> {
    let single = reading.recipients.len() == 1;
    if let Some(about) = reading.about.as_deref().filter(|_| single)
        && let Some(delivery) = app.store.delivery_by_message_id(about).await?
    {
        return Ok(Some((delivery.member, Some(delivery.id))));
    }
    let Ok(address) = EmailAddress::parse(&recipient.address) else { return Ok(None) };
    let Some(member) = app.store.member(&address).await? else { return Ok(None) };
    let delivery = app.store.latest_delivery(member.id, app.clock.now()).await?;
    Ok(Some((member.id, delivery)))
}

fn returned(
    app: &App,
    raw: &[u8],
    reading: &Reading,
    recipient: &Recipient,
    member: MemberId,
    delivery: Option<DeliveryId>,
) -> Returned {
    // What an absence reply says is its writer's; it is kept only where an administrator should read it.
    let private = recipient.kind == Kind::AutoReply && reading.note.is_none();
    Returned {
        member: Some(member),
        delivery,
        kind: recipient.kind.as_str().to_owned(),
        status: recipient.status.clone(),
        diagnostic: if private { String::new() } else { recipient.diagnostic.clone() },
        fingerprint: format!("{}:{}", fingerprint(raw), member.0),
        at: app.clock.now(),
    }
}

fn consequence(app: &App, recipient: &Recipient) -> Consequence {
    let on = app.clock.civil().with_timezone(&app.settings.time_zone).format("%d/%m/%Y");
    let said: String = recipient.diagnostic.chars().take(200).collect();
    match (recipient.kind, recipient.cause) {
        (Kind::Hard, Cause::Unknown | Cause::Unsaid) => {
            Consequence::Suspend { why: format!("adresse refusée le {on} : « {said} »") }
        }
        (Kind::Hard | Kind::Soft, _) => Consequence::Count {
            mails: SOFT_MAILS_MAX,
            why: format!("{SOFT_MAILS_MAX} courriels de suite revenus, le dernier le {on} : « {said} »"),
        },
        (Kind::Complaint, _) => {
            Consequence::Suspend { why: format!("nos courriels signalés comme indésirables le {on}") }
        }
        (Kind::Unsubscribe, _) => Consequence::Leave,
        (Kind::AutoReply | Kind::None, _) => Consequence::Nothing,
    }
}

/// The same for a message however it was stored: an mbox's line before it and spaces after it do not count.
fn fingerprint(raw: &[u8]) -> String {
    let raw = raw.get(..MESSAGE_BYTES_MAX).unwrap_or(raw);
    let body = match raw.starts_with(b"From ") {
        true => raw.iter().position(|byte| *byte == b'\n').and_then(|at| raw.get(at + 1..)).unwrap_or_default(),
        false => raw,
    };
    let mut hash = Sha256::new();
    for line in body.trim_ascii_end().split(|byte| *byte == b'\n') {
        hash.update(line.strip_suffix(b"\r").unwrap_or(line));
        hash.update(b"\n");
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_the_same_in_a_file_and_in_an_mbox() {
        let message = b"Subject: x\r\n\r\nbonjour\r\n";
        assert_eq!(fingerprint(message), fingerprint(b"From x Mon Jan 12 08:00:00 2026\nSubject: x\n\nbonjour\n\n"));
        assert_ne!(fingerprint(message), fingerprint(b"Subject: x\r\n\r\nbonsoir\r\n"));
    }
}
