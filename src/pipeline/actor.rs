//! Who does a thing, for the journal.

use super::App;
use crate::model::EmailAddress;

/// Who asked for an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// This process: somebody at the command line of the server, or the schedule of the service.
    Process,
    /// An administrator of the settings, by the pages or by a link of a mail.
    Admin(EmailAddress),
}

impl Actor {
    /// As the journal keeps it.
    pub fn name<'a>(&'a self, app: &App) -> &'a str {
        match self {
            Self::Process => app.actor,
            Self::Admin(address) => address.expose(),
        }
    }

    pub fn address(&self) -> Option<&EmailAddress> {
        match self {
            Self::Admin(address) => Some(address),
            Self::Process => None,
        }
    }
}
