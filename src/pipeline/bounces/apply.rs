//! From what a message says to what becomes of its member, once.
//!
//! A dead address or a complaint suspends at once; anything else that failed is counted, and suspends when the last three
//! mails all came back; a mail that asks to leave is obeyed. Automatic replies do nothing; those that a person should read
//! are kept with their words. Nothing here is final: `members resume` serves a member again.

use sha2::{Digest, Sha256};

use super::super::farewell::Farewell;
use super::super::{App, Trouble};
use crate::deliver::bounce::{Cause, Kind, MESSAGE_BYTES_MAX, Note, Reading, Recipient};
use crate::deliver::verp::{self, Tag};
use crate::model::{DeliveryId, EmailAddress, MemberId};
use crate::store::{Consequence, DeliveryRow, Recorded, Returned};

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
    let signed = signed_delivery(app, reading).await?;
    for recipient in concerned(reading, signed.is_some()) {
        let whose = match &signed {
            Some(row) => Some(Whose { member: row.member, delivery: Some(row.id), proof: Proof::Ours }),
            None => whose(app, reading, recipient).await?,
        };
        let effect = match whose {
            // Nobody is named, and nothing tells whose it is.
            None if recipient.address.is_empty() => continue,
            None => Effect::NoMember,
            Some(whose) => {
                let returned = returned(app, raw, reading, recipient, &whose);
                let consequence = match whose.delivery {
                    // A trial's mails went to somebody else.
                    Some(delivery) if app.store.is_of_a_trial(delivery).await? => Consequence::Nothing,
                    _ if !believed(app, recipient, whose.proof) => Consequence::Nothing,
                    _ => consequence(app, recipient),
                };
                let recorded = app.store.record_return(&returned, &consequence, "bounces").await?;
                if recorded == Recorded::Left {
                    say_farewell(app, whose.member).await?;
                }
                Effect::Recorded(recorded)
            }
        };
        applied.push(Applied {
            address: shown_address(&signed, recipient),
            kind: recipient.kind,
            note: reading.note,
            effect,
            words: recipient.diagnostic.clone(),
        });
    }
    Ok(applied)
}

/// Anybody can write a mail that asks to leave: the way back goes to the address.
async fn say_farewell(app: &App, member: MemberId) -> Result<(), Trouble> {
    if let (Some(farewell), Some(member)) = (Farewell::of(app)?, app.store.member_by_id(member).await?) {
        farewell.send(&member, app.clock.now()).await?;
    }
    Ok(())
}

/// Of whom a message speaks. Signed for one mail, it speaks of one member, whatever it names: the gravest failure counts.
fn concerned(reading: &Reading, signed: bool) -> Vec<&Recipient> {
    let told = reading.recipients.iter().chain(&reading.nameless).filter(|recipient| recipient.kind != Kind::None);
    if signed { told.min_by_key(|recipient| recipient.kind).into_iter().collect() } else { told.collect() }
}

/// The mail that a message was sent back for, when its return address was signed for it and the proof is ours.
async fn signed_delivery(app: &App, reading: &Reading) -> Result<Option<DeliveryRow>, Trouble> {
    let Some(bounces) = &app.settings.mail.bounces else { return Ok(None) };
    for tag in reading.sent_to.iter().filter_map(|address| Tag::of(bounces, address)) {
        let row = app.store.delivery_by_id(tag.delivery).await?;
        if let Some(row) = row.filter(|row| tag.is_ours(&app.link_key.bounce_seal(), &row.message_id)) {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

fn shown_address(signed: &Option<DeliveryRow>, recipient: &Recipient) -> String {
    let member = signed.as_ref().and_then(|row| row.email.as_ref());
    member.filter(|_| recipient.address.is_empty()).map_or_else(|| recipient.address.clone(), |m| m.masked())
}

/// Whom a message is about, and how that is known.
struct Whose {
    member: MemberId,
    delivery: Option<DeliveryId>,
    proof: Proof,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// The address signed for the mail, or its Message-ID: only who received it knows them.
    Ours,
    /// The message names the address; anybody could have written it.
    Named,
}

/// Where return addresses are signed, what comes back without the signature is shown and changes nothing: it may be forged.
/// Without, it is taken at its word: many servers return nothing else. Leaving is asked for by people, from their address.
fn believed(app: &App, recipient: &Recipient, proof: Proof) -> bool {
    let signs = app.settings.mail.bounces.as_ref().is_some_and(verp::is_signed);
    proof == Proof::Ours || !signs || recipient.kind == Kind::Unsubscribe
}

/// The returned mail's Message-ID, which nobody can guess, names the member; else the address does.
async fn whose(app: &App, reading: &Reading, recipient: &Recipient) -> Result<Option<Whose>, Trouble> {
    let single = reading.recipients.len() <= 1;
    if let Some(about) = reading.about.as_deref().filter(|_| single)
        && let Some(row) = app.store.delivery_by_message_id(about).await?
    {
        return Ok(Some(Whose { member: row.member, delivery: Some(row.id), proof: Proof::Ours }));
    }
    let Ok(address) = EmailAddress::parse(&recipient.address) else { return Ok(None) };
    let Some(member) = app.store.member(&address).await? else { return Ok(None) };
    let delivery = app.store.latest_delivery(member.id, app.clock.now()).await?;
    Ok(Some(Whose { member: member.id, delivery, proof: Proof::Named }))
}

fn returned(app: &App, raw: &[u8], reading: &Reading, recipient: &Recipient, whose: &Whose) -> Returned {
    let Whose { member, delivery, .. } = *whose;
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
