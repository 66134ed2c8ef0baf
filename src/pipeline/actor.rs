//! Who does a thing, for the journal.

use crate::model::EmailAddress;

/// Who asked for an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody at the command line of the server.
    CommandLine,
    /// The schedule, without anybody asking.
    Service,
    /// An administrator of the settings, by the pages or by a link of a mail.
    Admin(EmailAddress),
}

impl Actor {
    /// As the journal keeps it.
    pub fn name(&self) -> &str {
        match self {
            Self::CommandLine => "cli",
            Self::Service => "daemon",
            Self::Admin(address) => address.expose(),
        }
    }

    pub fn address(&self) -> Option<&EmailAddress> {
        match self {
            Self::Admin(address) => Some(address),
            Self::CommandLine | Self::Service => None,
        }
    }
}
