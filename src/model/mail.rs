//! Mails as values, and addresses that print masked.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An e-mail address, checked; its domain and local part are kept in lower case. `{:?}` and `{}` print it masked
/// (`l***@example.org`); [`EmailAddress::expose`] gives it whole, to SMTP and to exports only.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("this is not an e-mail address: write name@domain")]
pub struct InvalidEmailAddress;

impl EmailAddress {
    /// RFC 5321 limits (64 and 254 octets); quoted local parts and address literals are refused.
    pub fn parse(address: &str) -> Result<Self, InvalidEmailAddress> {
        let address = address.trim().to_lowercase();
        let (local, domain) = address.rsplit_once('@').ok_or(InvalidEmailAddress)?;
        let local_sound = (1..=64).contains(&local.len())
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local.chars().all(|c| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c));
        let label_sound = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let domain_sound = domain.contains('.') && domain.split('.').all(label_sound);
        if local_sound && domain_sound && address.len() <= 254 { Ok(Self(address)) } else { Err(InvalidEmailAddress) }
    }

    /// The whole address.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    pub fn masked(&self) -> String {
        let first = self.0.chars().next().unwrap_or('*');
        format!("{first}***@{}", self.domain())
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.masked())
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidEmailAddress;

    fn try_from(address: String) -> Result<Self, Self::Error> {
        Self::parse(&address)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

/// An address with a display name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    pub name: Option<String>,
    pub address: EmailAddress,
}

/// What `compose` makes of a digest.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
    pub attachments: Vec<MailAttachment>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MailAttachment {
    pub filename: String,
    /// `text/calendar; charset=utf-8; method=PUBLISH`.
    pub content_type: String,
    pub content: Vec<u8>,
}

/// A whole mail, ready to be written as a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    pub from: Mailbox,
    pub to: Mailbox,
    pub reply_to: Option<Mailbox>,
    /// The envelope's sender (MAIL FROM), where bounces go.
    pub envelope_from: EmailAddress,
    /// Without angle brackets.
    pub message_id: String,
    pub date: DateTime<Utc>,
    /// Further headers in order, already checked for line breaks by `deliver` (List-Id, List-Unsubscribe…).
    pub headers: Vec<(String, String)>,
    pub content: Rendered,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_print_masked() {
        let check = |address: &str, masked: Option<&str>| {
            let got = EmailAddress::parse(address).ok().map(|a| format!("{a}"));
            assert_eq!(got.as_deref(), masked, "{address}");
        };
        check("Lea.Martin@Ville-Exemple.fr ", Some("l***@ville-exemple.fr"));
        check("élodie@exemple.fr", Some("é***@exemple.fr"));
        check("a@b", None);
        check("a b@exemple.fr", None);
        check("a@exemple.fr\r\nBcc: x@y.fr", None);
        check("@exemple.fr", None);
        check("a..b@exemple.fr", None);
        check("a@-exemple.fr", None);
    }
}
