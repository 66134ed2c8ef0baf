//! One transaction: MAIL, RCPT, DATA, the message; and which [`Outcome`] each reply or silence means.
//!
//! The table stands in [`crate::deliver`]'s documentation; tests/replies.rs holds every line of it.

use lettre::Address;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use tokio::time::Instant;

use super::connection::{Connection, Turns};
use super::obstacle::Obstacle;
use super::reply::{Class, Fault, Reply};
use super::talk::WriteFault;
use crate::deliver::Outcome;
use crate::deliver::address::wire_address;
use crate::model::EmailAddress;

/// What one transaction sends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parcel<'a> {
    pub from: &'a EmailAddress,
    pub to: &'a EmailAddress,
    pub message: &'a [u8],
    /// No DATA at or after this.
    pub data_before: Instant,
}

/// How a transaction ended, for the mail and for the connection.
#[derive(Debug)]
pub(super) enum End {
    /// MAIL was not accepted: nothing is known of the recipient, and a fresh connection may do better.
    BeforeMail(Obstacle),
    Told(Outcome, Afterwards),
}

/// What to do with the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// It waits for the next mail.
    Keep,
    /// A transaction is half done.
    Reset,
    Drop,
}

/// Our own sentence when time is up.
pub(super) const LEASE_OVER: &str =
    "le serveur d’envoi est trop lent : le temps réservé à ce courriel est passé avant que l’envoi commence";

/// Carries one mail over an open connection to `place`.
pub(super) async fn carry(connection: &mut Connection, place: &str, parcel: &Parcel<'_>) -> End {
    let mail = match Envelope::of(connection, parcel) {
        Ok(mail) => mail,
        Err(told) => return End::Told(told, Afterwards::Keep),
    };
    if connection.features.turns == Turns::Together {
        if Instant::now() >= parcel.data_before {
            return End::Told(Outcome::OutOfTime { why: LEASE_OVER.into() }, Afterwards::Keep);
        }
        if let Err(fault) = connection.group(&[mail.from.to_string(), mail.to.to_string(), Data.to_string()]).await {
            return End::BeforeMail(Obstacle::fault(place, MAIL, &fault));
        }
    }
    match ask(connection, &mail.from).await {
        Ok(reply) if reply.class() == Class::Done => {}
        Ok(reply) if is_about_size(&reply) => {
            return End::Told(Outcome::Refused { reply: reply.to_string() }, unfinished(connection));
        }
        Ok(reply) => return End::BeforeMail(Obstacle::reply(place, MAIL, &reply)),
        Err(fault) => return End::BeforeMail(Obstacle::fault(place, MAIL, &fault)),
    }
    match hand_over(connection, place, &mail.to, parcel).await {
        Ok(reply) => End::Told(Outcome::Sent { reply: reply.to_string() }, Afterwards::Keep),
        Err((outcome, afterwards)) => End::Told(outcome, afterwards),
    }
}

const MAIL: &str = "à l’expéditeur (MAIL FROM)";

/// The reply to a command: sent now, or in a group before.
async fn ask(connection: &mut Connection, command: &impl std::fmt::Display) -> Result<Reply, Fault> {
    match connection.features.turns {
        Turns::OneByOne => connection.command(command).await,
        Turns::Together => connection.reply().await,
    }
}

/// What to do with a connection on which a command of the transaction failed. Of a group the replies to the rest are still
/// to come, and one may be "go on": only an end without a message is sure to send none (RFC 2920 section 3.1).
fn unfinished(connection: &Connection) -> Afterwards {
    match connection.features.turns {
        Turns::OneByOne => Afterwards::Reset,
        Turns::Together => Afterwards::Drop,
    }
}

/// From RCPT to the answer after the dot.
async fn hand_over(
    connection: &mut Connection,
    place: &str,
    to: &Rcpt,
    parcel: &Parcel<'_>,
) -> Result<Reply, (Outcome, Afterwards)> {
    let reply = ask(connection, to).await.map_err(|fault| lost(&fault, RCPT))?;
    if reply.class() != Class::Done {
        let (outcome, afterwards) = refusal(place, RCPT, &reply);
        return Err((outcome, refused_recipient(connection, afterwards).await));
    }
    let one_by_one = connection.features.turns == Turns::OneByOne;
    if one_by_one && Instant::now() >= parcel.data_before {
        return Err((Outcome::OutOfTime { why: LEASE_OVER.into() }, Afterwards::Reset));
    }
    let reply = ask(connection, &Data).await.map_err(|fault| lost(&fault, "avant le message (DATA)"))?;
    if reply.class() != Class::More {
        return Err(refusal(place, "avant le message (DATA)", &reply));
    }
    // The server may have taken long to say so. Nothing of the message is sent yet, and without its end nothing counts.
    if Instant::now() >= parcel.data_before {
        return Err((Outcome::OutOfTime { why: LEASE_OVER.into() }, Afterwards::Drop));
    }
    match connection.send_message(&stuffed(parcel.message)).await {
        Ok(()) => {}
        Err(WriteFault::BeforeEnd(fault)) => return Err(lost(&fault, "pendant le message")),
        Err(WriteFault::AtEnd(fault)) => return Err((uncertain(&fault), Afterwards::Drop)),
    }
    let reply = connection.reply_to_message().await.map_err(|fault| (uncertain(&fault), Afterwards::Drop))?;
    match reply.class() {
        Class::Done => Ok(reply),
        Class::More => Err((uncertain(&Fault::Malformed), Afterwards::Drop)),
        Class::Later | Class::Closing | Class::Never => {
            let (outcome, afterwards) = refusal(place, "après le message", &reply);
            // The transaction is over, whatever it gave (RFC 5321 section 4.1.1.4): there is nothing to reset.
            Err((outcome, if afterwards == Afterwards::Reset { Afterwards::Keep } else { afterwards }))
        }
    }
}

const RCPT: &str = "au destinataire (RCPT TO)";

/// A recipient was refused; of a group DATA is on its way already, and a sound server refuses it.
async fn refused_recipient(connection: &mut Connection, afterwards: Afterwards) -> Afterwards {
    if connection.features.turns == Turns::OneByOne || afterwards != Afterwards::Reset {
        return afterwards;
    }
    match connection.reply().await {
        Ok(reply) if matches!(reply.class(), Class::Never | Class::Later) => Afterwards::Reset,
        _ => Afterwards::Drop,
    }
}

/// A reply other than the one awaited, once the sender was accepted.
fn refusal(place: &str, step: &str, reply: &Reply) -> (Outcome, Afterwards) {
    let text = reply.to_string();
    if reply.wants_other_settings() {
        return (Obstacle::reply(place, step, reply).into(), Afterwards::Drop);
    }
    match reply.class() {
        Class::Never => (Outcome::Refused { reply: text }, Afterwards::Reset),
        Class::Later => (Outcome::Deferred { reply: text }, Afterwards::Reset),
        Class::Closing => (Outcome::Deferred { reply: text }, Afterwards::Drop),
        // 2xx to DATA, 3xx to RCPT: whatever it means, the message has not begun.
        Class::Done | Class::More => {
            let reply = format!("réponse inattendue {step} : {text}");
            (Outcome::Deferred { reply }, Afterwards::Drop)
        }
    }
}

fn lost(fault: &Fault, step: &str) -> (Outcome, Afterwards) {
    (Outcome::Deferred { reply: format!("{fault}, {step}") }, Afterwards::Drop)
}

fn uncertain(fault: &Fault) -> Outcome {
    Outcome::Uncertain { why: format!("{fault}, après la fin du message : il est peut-être parti") }
}

/// "Message too big", already at MAIL (RFC 1870 section 6.1).
fn is_about_size(reply: &Reply) -> bool {
    reply.code == 552 || reply.class() == Class::Never && reply.lines.iter().any(|line| line.starts_with("5.3.4"))
}

/// The commands of an envelope that the server can take.
struct Envelope {
    from: Mail,
    to: Rcpt,
}

impl Envelope {
    fn of(connection: &Connection, parcel: &Parcel<'_>) -> Result<Self, Outcome> {
        let features = &connection.features;
        let (from, to) = (wire_address(parcel.from), wire_address(parcel.to));
        let size = parcel.message.len() as u64;
        if let Some(size_max) = features.size_max.filter(|size_max| (1..size).contains(size_max)) {
            let reply = format!("le message fait {size} octets et le serveur en accepte {size_max}");
            return Err(Outcome::Refused { reply });
        }
        let utf8 = !is_ascii(&from) || !is_ascii(&to) || !header_block(parcel.message).is_ascii();
        if utf8 && !features.offers(Extension::SmtpUtfEight) {
            return Err(no_utf8(&from, &to));
        }
        let eight_bit = !parcel.message.is_ascii();
        if eight_bit && !features.offers(Extension::EightBitMime) {
            let reply = "le message contient des octets hors ASCII et le serveur n’accepte pas 8BITMIME".into();
            return Err(Outcome::Refused { reply });
        }
        let parameters = [
            features.size_max.map(|_| MailParameter::Size(parcel.message.len())),
            eight_bit.then_some(MailParameter::Body(MailBodyParameter::EightBitMime)),
            utf8.then_some(MailParameter::SmtpUtfEight),
        ];
        Ok(Self {
            from: Mail::new(Some(from), parameters.into_iter().flatten().collect()),
            to: Rcpt::new(to, Vec::new()),
        })
    }
}

fn is_ascii(address: &Address) -> bool {
    AsRef::<str>::as_ref(address).is_ascii()
}

fn no_utf8(from: &Address, to: &Address) -> Outcome {
    // Our own address would fail with every recipient: that is no reason to give any of them up.
    if !is_ascii(from) {
        return Obstacle::needs_a_person(
            "l’adresse de l’expéditeur a des accents et le serveur d’envoi ne les accepte pas (SMTPUTF8) : changez-la",
        )
        .into();
    }
    let what = if is_ascii(to) { "un en-tête du message" } else { "l’adresse du destinataire" };
    Outcome::Refused { reply: format!("{what} a des accents et le serveur d’envoi ne les accepte pas (SMTPUTF8)") }
}

fn header_block(message: &[u8]) -> &[u8] {
    let end = message.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(message.len());
    message.get(..end).unwrap_or(message)
}

/// The message with its dots doubled (RFC 5321 section 4.5.2), every line ended by CRLF, and the final dot.
///
/// A bare CR or LF becomes CRLF: some servers take `LF . LF` for an end, and the rest for commands.
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + message.len() / 64 + 8);
    let mut rest = message;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
        let (line, tail) = rest.split_at(end);
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
        rest = tail.strip_prefix(b"\r\n").or_else(|| tail.get(1..)).unwrap_or_default();
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_stuffed_and_ended() {
        let check = |message: &str, expected: &str| {
            assert_eq!(String::from_utf8_lossy(&stuffed(message.as_bytes())), expected, "{message:?}");
        };
        check("", ".\r\n");
        check("a", "a\r\n.\r\n");
        check("a\r\n", "a\r\n.\r\n");
        check("a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n.\r\n");
        check(".\r\n..\r\n.a\r\n", "..\r\n...\r\n..a\r\n.\r\n");
        check("a\n.\nb\r.\rc", "a\r\n..\r\nb\r\n..\r\nc\r\n.\r\n");
        check("\r\n", "\r\n.\r\n");
    }
}
