//! Whether our own signature still holds on a mail as it was received, and if not, what broke it.
//!
//! Only our signatures are read (relaxed/relaxed, our key): those of others are judged by the server that received the mail.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::{Signer, canonical};

/// What became of our signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// No signature of our domain and selector.
    Absent,
    Sound,
    /// The text was changed after it was signed.
    BodyChanged,
    /// A signed header was changed, added or taken away.
    HeadersChanged,
}

impl Signer {
    /// Looks at a message as saved by a mail reader: lines may end in LF alone.
    pub fn holds(&self, received: &[u8]) -> Held {
        let message = with_crlf(received);
        let (head, body) = canonical::parted(&message);
        let headers = canonical::headers(head);
        let ours = headers.iter().filter(|header| header.is("DKIM-Signature")).filter_map(|header| header.text());
        let Some(signature) = ours.filter_map(Signature::of).find(|one| self.wrote(one)) else { return Held::Absent };
        if signature.body_hash != STANDARD.encode(Sha256::digest(canonical::body(body))) {
            return Held::BodyChanged;
        }
        let names: Vec<&str> = signature.names.iter().map(String::as_str).collect();
        let input = canonical::signing_input(&headers, &names, &signature.unsigned);
        let sound = STANDARD.decode(&signature.value).is_ok_and(|value| self.key.verifies(&input, &value));
        if sound { Held::Sound } else { Held::HeadersChanged }
    }

    fn wrote(&self, signature: &Signature) -> bool {
        signature.domain.eq_ignore_ascii_case(&self.domain) && signature.selector.eq_ignore_ascii_case(&self.selector)
    }
}

/// One DKIM-Signature header, in its relaxed form, taken apart.
struct Signature {
    domain: String,
    selector: String,
    names: Vec<String>,
    body_hash: String,
    value: String,
    /// The header with its own value empty, as it was signed.
    unsigned: String,
}

impl Signature {
    fn of(line: &str) -> Option<Self> {
        let (_, tags) = line.split_once(':')?;
        let tag = |name: &str| {
            let found = tags.split(';').find_map(|part| part.trim().strip_prefix(name)?.trim_start().strip_prefix('='));
            found.map(|value| value.chars().filter(|c| !c.is_whitespace()).collect::<String>())
        };
        let start = line.find("; b=").map(|at| at + "; b=".len())?;
        let (before, rest) = line.split_at(start);
        let after = rest.find(';').and_then(|at| rest.get(at..)).unwrap_or_default();
        Some(Self {
            domain: tag("d")?,
            selector: tag("s")?,
            names: tag("h")?.split(':').map(str::to_owned).collect(),
            body_hash: tag("bh")?,
            value: tag("b")?,
            unsigned: format!("{before}{after}"),
        })
    }
}

fn with_crlf(message: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(message.len() + message.len() / 40);
    for byte in message {
        if *byte == b'\n' && whole.last() != Some(&b'\r') {
            whole.push(b'\r');
        }
        whole.push(*byte);
    }
    whole
}
