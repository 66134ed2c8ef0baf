//! DKIM (RFC 6376, RFC 8463): signs a written message in the name of a domain, and says which record to publish.
//!
//! Pure; its key is given as text. Canonicalisation is relaxed for headers and body. The same message always gets the same
//! signature: its time is the message's own. It refuses to know settings, files and DNS.

mod canonical;
mod key;
mod verify;

#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

pub use key::{Key, KeyError};
pub use verify::Held;

/// Named once more than they are there, so that nobody adds another beside the one signed (RFC 6376 section 8.15).
const OVERSIGNED: [&str; 5] = ["From", "To", "Subject", "Date", "Message-ID"];
/// Signed where a message has them.
const SIGNED: [&str; 9] = [
    "Reply-To",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
    "Auto-Submitted",
];
/// A folded line of base64.
const LINE_CHARS: usize = 70;

/// Who signs.
#[derive(Debug)]
pub struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

impl Signer {
    pub fn new(domain: &str, selector: &str, key: Key) -> Self {
        Self { domain: domain.to_ascii_lowercase(), selector: selector.to_ascii_lowercase(), key }
    }

    /// Where the record is published.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The TXT record to publish.
    pub fn record(&self) -> String {
        self.key.record()
    }

    /// The message with its signature before it; `at` is the message's own date.
    pub fn signed(&self, message: &[u8], at: DateTime<Utc>) -> Result<Vec<u8>, KeyError> {
        let (head, body) = canonical::parted(message);
        let headers = canonical::headers(head);
        let names = names(&headers);
        let unsigned = format!(
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed; d={};\r\n s={}; t={};\r\n h={};\r\n bh={};\r\n b=",
            self.key.algorithm(),
            self.domain,
            self.selector,
            at.timestamp().max(0),
            names.join(":\r\n  "),
            STANDARD.encode(Sha256::digest(canonical::body(body))),
        );
        let input = canonical::signing_input(&headers, &names, &unsigned);
        let signature = STANDARD.encode(self.key.sign(&input)?);
        let mut signed = unsigned.into_bytes();
        signed.extend_from_slice(folded(&signature).as_bytes());
        signed.extend_from_slice(b"\r\n");
        signed.extend_from_slice(message);
        Ok(signed)
    }
}

/// The names of `h=`, in order.
fn names(headers: &[canonical::Header]) -> Vec<&'static str> {
    let count = |name: &str| headers.iter().filter(|header| header.is(name)).count();
    let mut names = Vec::new();
    for name in OVERSIGNED {
        names.extend(std::iter::repeat_n(name, count(name) + 1));
    }
    for name in SIGNED {
        names.extend(std::iter::repeat_n(name, count(name)));
    }
    names
}

fn folded(base64: &str) -> String {
    let mut folded = String::with_capacity(base64.len() + base64.len() / LINE_CHARS * 3);
    for (at, c) in base64.chars().enumerate() {
        if at > 0 && at % LINE_CHARS == 0 {
            folded.push_str("\r\n ");
        }
        folded.push(c);
    }
    folded
}
