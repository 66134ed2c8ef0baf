//! What comes back from mails: read from files and from the mailbox of the settings, and applied to members.

mod apply;
mod mailbox;
mod maildir;
mod read;
mod tell;

pub use apply::{Applied, Effect, SOFT_MAILS_MAX, apply};
pub(super) use mailbox::try_out;
pub use maildir::Visit;
pub use read::{FILE_BYTES_MAX, Message, file, stdin};
pub use tell::{Matter, Shown, list, tell_admins};

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{App, Trouble};
use crate::config::BounceMailbox;

/// When this process last read the mailbox.
#[derive(Debug, Default)]
pub struct Visited(Mutex<Option<Instant>>);

impl Visited {
    /// Whether so much time went by; then the visit counts as made.
    fn is_due(&self, every: Duration) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| last.elapsed() >= every);
        if due {
            *last = Some(Instant::now());
        }
        due
    }
}

/// Reads the mailbox that the settings name, if they name one and its time has come.
pub async fn visit(app: &App) -> Option<Result<Visit, Trouble>> {
    let settings = app.settings.mail.bounce.as_ref()?;
    match &settings.mailbox {
        BounceMailbox::Maildir(folder) => Some(maildir::visit(app, folder, settings.after).await),
        BounceMailbox::Imap(imap) if app.visited.is_due(imap.every) => {
            Some(mailbox::visit(app, imap, settings.after).await)
        }
        BounceMailbox::Imap(_) => None,
    }
}
