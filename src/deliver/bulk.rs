//! The headers of a decent bulk mail, and the Message-ID that is the same at every attempt.
//!
//! Pure. Knows no settings, no links' signatures: it gets the leave page whole.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::address::{ascii_domain, phrase, wire_form};
use crate::model::{EditionId, EmailAddress, MemberId};

/// What the bulk headers of one mail say.
#[derive(Clone, Copy, Debug)]
pub struct Bulk<'a> {
    /// The training network's name, as readers know it.
    pub network: &'a str,
    /// The domain that names the list (`List-Id`): that of the sender, not of a relay.
    pub list_domain: &'a str,
    pub edition: EditionId,
    /// The member's own page for leaving; only a public https (or http) address counts.
    pub leave_page: Option<&'a str>,
    /// Where a mail leaves the list.
    pub leave_mailbox: &'a EmailAddress,
}

/// The subject of a mail that leaves the list; bounce reading knows it again.
pub const LEAVE_SUBJECT: &str = "desinscription";

/// What the list is called before its domain.
const LIST_LABEL: &str = "glaneur";

/// 26 characters of base 32: 130 of the 256 bits, more than enough to be unique and not guessed.
const MESSAGE_ID_CHARS: usize = 26;

/// The headers, in order, in ASCII whatever the network is called.
pub fn bulk_headers(bulk: &Bulk<'_>) -> Vec<(String, String)> {
    let Bulk { network, edition, leave_mailbox, .. } = bulk;
    let list_domain = ascii_domain(bulk.list_domain);
    let leave_page = bulk.leave_page.filter(|page| is_web_address(page));
    let leave_mail =
        format!("<mailto:{}?subject={LEAVE_SUBJECT}-{edition}>", percent_encoded(&wire_form(leave_mailbox)));
    let mut headers = vec![
        // RFC 2919: a phrase and a name that stays the same as long as the list lives.
        ("List-Id", format!("{} <{LIST_LABEL}.{list_domain}>", phrase(network))),
        // RFC 2369 section 3.2; the page first, since readers use the first that they know.
        ("List-Unsubscribe", leave_page.map_or(leave_mail.clone(), |page| format!("<{page}>, {leave_mail}"))),
    ];
    if leave_page.is_some() {
        // RFC 8058 section 3.1: the page above takes a POST without asking anything.
        headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
    }
    headers.extend([
        // Gmail's Feedback-ID (a:b:c:sender): complaint rates by edition; no member is named.
        ("Feedback-ID", format!("{edition}:edition:{LIST_LABEL}:{list_domain}")),
        // RFC 3834 section 5: machines that answer mail stay silent.
        ("Auto-Submitted", "auto-generated".into()),
        // Not standard, but old vacation programs look at nothing else (RFC 3834 section 2 names it).
        ("Precedence", "bulk".into()),
        // MS-OXCMAIL 2.2.3.2.14: Exchange sends no absence notice, no automatic reply; bounces still come.
        ("X-Auto-Response-Suppress", "OOF, AutoReply".into()),
    ]);
    headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The Message-ID, without angle brackets: the same edition and member have the same for ever, and nobody without the
/// seal can tell who a mail was for.
pub fn message_id(seal: &[u8], edition: EditionId, member: MemberId, domain: &str) -> String {
    let domain = ascii_domain(domain);
    // HMAC takes keys of any length: the error cannot happen, and an empty digest would still name edition and member.
    let digest = Hmac::<Sha256>::new_from_slice(seal).map(|mac| {
        mac.chain_update(b"glaneur message-id 1\0")
            .chain_update(edition.0.to_be_bytes())
            .chain_update(member.0.to_be_bytes())
            .finalize()
            .into_bytes()
    });
    let digest = digest.map(|bytes| base32(&bytes)).unwrap_or_else(|_| format!("e{}m{}", edition.0, member.0));
    let local: String = digest.chars().take(MESSAGE_ID_CHARS).collect();
    format!("{local}@{domain}")
}

/// RFC 4648 base 32 in lower case, without padding: letters that survive file systems that ignore case.
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.extend(LETTERS.get((held >> bits) as usize & 31).map(|letter| char::from(*letter)));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.extend(LETTERS.get((held << (5 - bits)) as usize & 31).map(|letter| char::from(*letter)));
    }
    text
}

/// Whether a mail reader may open it: http or https, and no character that would end the angle brackets.
fn is_web_address(page: &str) -> bool {
    let sound = page.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>' | ',' | '"' | '\\'));
    sound && url::Url::parse(page).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// RFC 6068: what `mailto:` must not hold as it is.
fn percent_encoded(address: &str) -> String {
    let mut encoded = String::with_capacity(address.len());
    for byte in address.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'@' | b'.' | b'-' | b'_' | b'~' | b'+' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
