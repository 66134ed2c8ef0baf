//! Mails about a member's own matters, sent at once: no edition, no ledger; what fails is asked for again.

use std::time::Duration;

use url::Url;

use super::{App, Trouble, courier};
use crate::deliver::dkim::Signer;
use crate::deliver::{Courier, Outcome};
use crate::model::{EmailAddress, Mail, Mailbox, Member, Rendered};

/// The way out for such mails, opened once.
pub(super) struct Letters {
    courier: Courier,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    /// Trials reach nobody else.
    only_to: Vec<EmailAddress>,
    pub base_url: Url,
    signer: Option<Signer>,
}

/// How long a server may take.
const PATIENCE: Duration = Duration::from_secs(60);
const TOKEN_BYTES: usize = 16;

impl Letters {
    /// `None` without a public address, or without anybody who could send.
    pub fn of(app: &App) -> Result<Option<Self>, Trouble> {
        let mail = &app.settings.mail;
        let unnamed = || app.contact().map(|address| Mailbox { name: None, address: address.clone() });
        let (Some(base_url), Some(from)) = (app.settings.base_url.clone(), mail.from.clone().or_else(unnamed)) else {
            return Ok(None);
        };
        Ok(Some(Self {
            courier: courier::courier(app)?,
            from,
            reply_to: mail.reply_to.clone(),
            only_to: mail.only_to.clone(),
            base_url,
            // A key that cannot sign stops editions, and is named there.
            signer: courier::signer(&app.settings).ok().flatten(),
        }))
    }

    pub async fn send(&self, member: &Member, content: Rendered, at: chrono::DateTime<chrono::Utc>) -> Outcome {
        let to = self.only_to.first().unwrap_or(&member.email).clone();
        let id: String = rand::random::<[u8; TOKEN_BYTES]>().iter().map(|byte| format!("{byte:02x}")).collect();
        let message_id = format!("{id}@{}", self.from.address.domain());
        let mail = Mail {
            from: self.from.clone(),
            to: Mailbox { name: None, address: to.clone() },
            reply_to: self.reply_to.clone(),
            envelope_from: self.from.address.clone(),
            message_id: message_id.clone(),
            date: at,
            headers: vec![("Auto-Submitted".to_owned(), "auto-replied".to_owned())],
            content,
        };
        let written = match courier::signed(&mail, self.signer.as_ref()) {
            Ok(written) => written,
            Err(error) => return Outcome::Unreachable { why: error, hopeless: true },
        };
        let until = tokio::time::Instant::now() + PATIENCE;
        self.courier.send(&self.from.address, &to, &message_id, &written, until).await
    }
}
