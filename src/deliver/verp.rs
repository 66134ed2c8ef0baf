//! The address that a mail's failures come back to, signed for that one mail (VERP).
//!
//! `bounces = "retours+*@reseau.example"` asks for it: the star is replaced by the delivery's number and a proof, so that a
//! bounce tells whose it is whatever its text says, and one that nobody of ours caused proves nothing. Pure; the key is given.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::bulk::base32;
use crate::model::{DeliveryId, EmailAddress};

/// What is replaced.
const STAR: char = '*';
/// 80 bits: far out of reach of guessing by mail.
const PROOF_CHARS: usize = 16;
pub fn is_signed(bounces: &EmailAddress) -> bool {
    bounces.expose().contains(STAR)
}

/// The address without a tag: what it belongs to, for mails that no ledger knows.
pub fn plain(bounces: &EmailAddress) -> EmailAddress {
    let Some((before, after)) = bounces.expose().split_once(STAR) else { return bounces.clone() };
    let local = before.trim_end_matches(['+', '-', '=', '.', '_']);
    let plain = if local.is_empty() { format!("glaneur{after}") } else { format!("{local}{after}") };
    EmailAddress::parse(&plain).unwrap_or_else(|_| bounces.clone())
}

/// The sender of one mail on its envelope.
pub fn sender(bounces: &EmailAddress, seal: &[u8], delivery: DeliveryId, message_id: &str) -> EmailAddress {
    if !is_signed(bounces) {
        return bounces.clone();
    }
    let tag = format!("{}-{}", delivery.0, proof(seal, delivery, message_id));
    EmailAddress::parse(&bounces.expose().replacen(STAR, &tag, 1)).unwrap_or_else(|_| plain(bounces))
}

/// A tag as somebody sent it back; nothing is proven yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub delivery: DeliveryId,
    proof: String,
}

impl Tag {
    /// The tag of an address that has the form of ours.
    pub fn of(bounces: &EmailAddress, address: &str) -> Option<Self> {
        let (before, after) = bounces.expose().split_once(STAR)?;
        let address = address.trim().to_lowercase();
        let (number, proof) = address.strip_prefix(before)?.strip_suffix(after)?.split_once('-')?;
        Some(Self { delivery: DeliveryId(number.parse().ok()?), proof: proof.to_owned() })
    }

    /// Whether we wrote it for that mail.
    pub fn is_ours(&self, seal: &[u8], message_id: &str) -> bool {
        let wanted = proof(seal, self.delivery, message_id);
        !message_id.is_empty() && subtle::ConstantTimeEq::ct_eq(wanted.as_bytes(), self.proof.as_bytes()).into()
    }
}

/// The Message-ID goes in: a number given again after a restored backup has another.
fn proof(seal: &[u8], delivery: DeliveryId, message_id: &str) -> String {
    let digest = Hmac::<Sha256>::new_from_slice(seal).map(|mac| {
        mac.chain_update(b"glaneur verp 1\0")
            .chain_update(delivery.0.to_be_bytes())
            .chain_update(message_id.as_bytes())
            .finalize()
            .into_bytes()
    });
    // HMAC takes keys of any length: the error cannot happen, and an empty proof proves nothing.
    digest.map(|bytes| base32(&bytes).chars().take(PROOF_CHARS).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    #[test]
    fn a_signed_address_is_known_again_and_no_other_is() {
        let bounces = address("retours+*@reseau.example");
        let signed = sender(&bounces, b"cle", DeliveryId(42), "a@reseau.example");
        assert!(signed.expose().starts_with("retours+42-"), "{}", signed.expose());
        let check = |address: &str, seal: &[u8], message_id: &str, want: bool| {
            let tag = Tag::of(&bounces, address);
            assert_eq!(tag.is_some_and(|tag| tag.is_ours(seal, message_id)), want, "{address} {message_id}");
        };
        check(signed.expose(), b"cle", "a@reseau.example", true);
        check(&signed.expose().to_uppercase(), b"cle", "a@reseau.example", true);
        check(signed.expose(), b"autre", "a@reseau.example", false);
        check(signed.expose(), b"cle", "b@reseau.example", false);
        check(signed.expose(), b"cle", "", false);
        check(&signed.expose().replace("42-", "43-"), b"cle", "a@reseau.example", false);
        check("retours+42-@reseau.example", b"cle", "a@reseau.example", false);
        check("retours@reseau.example", b"cle", "a@reseau.example", false);
        check("retours+x@reseau.example", b"cle", "a@reseau.example", false);
    }

    #[test]
    fn every_separator_will_do_and_the_plain_address_has_none() {
        let check = |bounces: &str, want: &str| {
            assert_eq!(plain(&address(bounces)).expose(), want, "{bounces}");
            let long = sender(&address(bounces), b"cle", DeliveryId(i64::MAX), "a@b.example");
            let local = long.expose().split('@').next().unwrap_or_default();
            assert!(local.len() <= 64 && !local.contains('*'), "{local}");
            assert!(!is_signed(&address(bounces)) || local.contains("9223372036854775807-"), "{local}");
        };
        check("retours+*@reseau.example", "retours@reseau.example");
        check("retours-*@reseau.example", "retours@reseau.example");
        check("*@retours.reseau.example", "glaneur@retours.reseau.example");
        check("retours@reseau.example", "retours@reseau.example");
        // As long as the settings allow.
        check(&format!("{}*@reseau.example", "r".repeat(27)), &format!("{}@reseau.example", "r".repeat(27)));
    }
}
