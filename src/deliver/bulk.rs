//! The headers of a decent bulk mail, and the Message-ID that is the same at every attempt.
//!
//! Pure. Knows no settings, no links' signatures: it gets the leave page whole.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::address::{ascii_domain, phrase, wire_address};
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
    let leave_mail = format!("<{}>", leave_mailto(leave_mailbox));
    let mut headers = vec![
        // RFC 2919: a phrase and a name that stays the same as long as the list lives.
        ("List-Id", format!("{} <{LIST_LABEL}.{list_domain}>", phrase(network)).trim_start().to_owned()),
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

/// The mail that leaves the list: the same in the header and in the text of a digest.
pub fn leave_mailto(mailbox: &EmailAddress) -> String {
    format!("mailto:{}?subject={LEAVE_SUBJECT}", percent_encoded(wire_address(mailbox).as_ref()))
}

/// The Message-ID, without angle brackets: the same edition and member have the same for ever, and nobody without the
/// seal can tell who a mail was for. The edition's nonce keeps it apart from another of the same number, in a database
/// restored from a backup.
pub fn message_id(seal: &[u8], edition: EditionId, nonce: &str, member: MemberId, domain: &str) -> String {
    let domain = ascii_domain(domain);
    // HMAC takes keys of any length: the error cannot happen, and an empty digest would still name edition and member.
    let digest = Hmac::<Sha256>::new_from_slice(seal).map(|mac| {
        mac.chain_update(b"glaneur message-id 2\0")
            .chain_update(edition.0.to_be_bytes())
            .chain_update(member.0.to_be_bytes())
            .chain_update(nonce.as_bytes())
            .finalize()
            .into_bytes()
    });
    let digest = digest.map(|bytes| base32(&bytes)).unwrap_or_else(|_| format!("e{}m{}", edition.0, member.0));
    let local: String = digest.chars().take(MESSAGE_ID_CHARS).collect();
    format!("{local}@{domain}")
}

/// RFC 4648 base 32 in lower case, without padding: letters that survive file systems that ignore case.
pub(super) fn base32(bytes: &[u8]) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(network: &str, leave_page: Option<&str>) -> Vec<(String, String)> {
        let leave_mailbox = EmailAddress::parse("quitter%ici@glaneur.example").unwrap();
        let list_domain = "réseau.example";
        bulk_headers(&Bulk { network, list_domain, edition: EditionId(7), leave_page, leave_mailbox: &leave_mailbox })
    }

    fn value(headers: &[(String, String)], name: &str) -> Option<String> {
        headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.clone())
    }

    #[test]
    fn one_click_is_promised_only_with_a_page() {
        let check = |page: Option<&str>, unsubscribe: &str, post: Option<&str>| {
            let headers = headers("Alim", page);
            assert_eq!(value(&headers, "List-Unsubscribe").as_deref(), Some(unsubscribe), "{page:?}");
            assert_eq!(value(&headers, "List-Unsubscribe-Post").as_deref(), post, "{page:?}");
        };
        let mail = "<mailto:quitter%25ici@glaneur.example?subject=desinscription>";
        let one_click = Some("List-Unsubscribe=One-Click");
        let page = "https://glaneur.example/quitter/abc?k=1";
        check(Some(page), &format!("<{page}>, {mail}"), one_click);
        check(None, mail, None);
        for unfit in [
            "mailto:a@b.example",
            "javascript:alert(1)",
            "/quitter",
            "https://a.example/>, <b",
            "https://a.example/\r\nX: y",
        ] {
            check(Some(unfit), mail, None);
        }
    }

    #[test]
    fn the_list_has_a_name_whatever_the_network_is_called() {
        let check = |network: &str, expected: &str| {
            assert_eq!(value(&headers(network, None), "List-Id").as_deref(), Some(expected), "{network}");
        };
        check("Alim", "Alim <glaneur.xn--rseau-bsa.example>");
        check("Alim, le réseau", "=?utf-8?b?QWxpbSwgbGUgcsOpc2VhdQ==?= <glaneur.xn--rseau-bsa.example>");
        check("A <b@c>\r\nX: y", "=?utf-8?b?QSA8YkBjPiBYOiB5?= <glaneur.xn--rseau-bsa.example>");
        check("", "<glaneur.xn--rseau-bsa.example>");
    }

    #[test]
    fn machines_are_told_not_to_answer() {
        let headers = headers("Alim", None);
        assert_eq!(value(&headers, "Auto-Submitted").as_deref(), Some("auto-generated"));
        assert_eq!(value(&headers, "Precedence").as_deref(), Some("bulk"));
        assert_eq!(value(&headers, "Feedback-ID").as_deref(), Some("7:edition:glaneur:xn--rseau-bsa.example"));
        assert!(headers.iter().all(|(_, value)| value.is_ascii() && !value.contains(['\r', '\n'])));
    }

    #[test]
    fn a_message_id_is_the_same_for_ever_and_no_other_has_it() {
        let id = |seal: &[u8], edition, member| {
            message_id(seal, EditionId(edition), "n", MemberId(member), "Glaneur.example")
        };
        // Frozen: a change would double mails that wait for another attempt while a new version is installed.
        assert_eq!(id(b"seal", 7, 42), "5ayze5mydwuzxvxhmbol7vaqsg@glaneur.example");
        let others = [id(b"other", 7, 42), id(b"seal", 8, 42), id(b"seal", 7, 43), id(b"seal", 42, 7), id(b"", 7, 42)];
        assert!(others.iter().all(|other| *other != id(b"seal", 7, 42)));
        assert!(message_id(b"", EditionId(1), "", MemberId(1), "").ends_with("@localhost.localdomain"));
        assert!(message_id(b"", EditionId(1), "", MemberId(1), "réseau.example").ends_with("@xn--rseau-bsa.example"));
        assert!(message_id(b"", EditionId(1), "", MemberId(1), "[::1]").ends_with("@--1"));
    }

    #[test]
    fn base_32_is_that_of_the_rfc() {
        let check = |text: &str, expected: &str| assert_eq!(base32(text.as_bytes()), expected);
        check("", "");
        check("f", "my");
        check("fo", "mzxq");
        check("foo", "mzxw6");
        check("foobar", "mzxw6ytboi");
    }
}
