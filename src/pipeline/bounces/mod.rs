//! What comes back from mails: read from files and from the mailbox of the settings, and applied to members.

mod apply;
mod maildir;
mod read;

pub use apply::{Applied, Effect, SOFT_MAILS_MAX, apply};
pub use maildir::Visit;
pub use read::{FILE_BYTES_MAX, Message, file, stdin};

use super::{App, Trouble};

/// Reads the mailbox that the settings name, if they name one.
pub async fn visit(app: &App) -> Option<Result<Visit, Trouble>> {
    let settings = app.settings.mail.bounce.as_ref()?;
    Some(maildir::visit(app, &settings.maildir, settings.after).await)
}
