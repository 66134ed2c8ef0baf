//! Mails outside the ledger: proofs, and what administrators are told. One recipient, one try.
//!
//! They are no member's history, and the same seed gives the same Message-ID: what is sent again after a fault is the same
//! mail to whoever reads it.

use std::time::Duration;

use tokio::time::Instant;

use super::{App, Trouble, courier};
use crate::deliver::{Outcome, verp};
use crate::model::{EmailAddress, Mail, Mailbox, Rendered};

/// Where a mail goes when mails are written to files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawer {
    /// Beside the members' mails.
    Outbox,
    /// In a folder of its own: whoever counts the members' mails does not count it.
    Administrators,
}

/// No conversation with a server lasts longer.
const CONVERSATION_MAX: Duration = Duration::from_secs(120);

pub async fn post(app: &App, drawer: Drawer, to: &EmailAddress, content: Rendered, seed: &str) -> Result<(), Trouble> {
    let from = courier::from(app)?;
    let mail = &app.settings.mail;
    let message_id = format!("{}@{}", app.link_key.post_seal(seed), courier::domain(app));
    let envelope_from = mail.bounces.as_ref().map_or_else(|| from.address.clone(), verp::plain);
    let headers = [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "OOF, AutoReply")];
    let mail = Mail {
        from,
        to: Mailbox { name: None, address: to.clone() },
        reply_to: mail.reply_to.clone(),
        envelope_from: envelope_from.clone(),
        message_id: message_id.clone(),
        date: app.clock.civil(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        content,
    };
    // A key that cannot sign stops editions, and is named there.
    let signer = courier::signer(&app.settings).ok().flatten();
    let written = courier::signed(&mail, signer.as_ref()).map_err(Trouble::Template)?;
    let out = match drawer {
        Drawer::Outbox => courier::courier(app)?,
        Drawer::Administrators => courier::to_administrators(app)?,
    };
    let outcome = out.send(&envelope_from, to, &message_id, &written, Instant::now() + CONVERSATION_MAX).await;
    out.close().await;
    match outcome {
        Outcome::Sent { .. } => Ok(()),
        Outcome::Deferred { reply } | Outcome::Refused { reply } => {
            Err(Trouble::Mail(format!("le serveur n'a pas pris le courriel pour {to} : {reply}")))
        }
        Outcome::Uncertain { why } => Err(Trouble::Mail(format!("le courriel pour {to} est peut-être parti : {why}"))),
        Outcome::Unreachable { why, .. } | Outcome::OutOfTime { why } => {
            Err(Trouble::Mail(format!("le courriel pour {to} n'est pas parti : {why}")))
        }
    }
}
