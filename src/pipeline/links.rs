//! Signed links: a mail's reader acts without logging in, and nobody can act for another.

use std::io::ErrorKind;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Trouble, private};
use crate::model::{EmailAddress, MemberId, hex, why_refused};
use crate::store::Store;

/// What a signed link lets its holder do; a link for one purpose opens no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Leave,
    /// See and change one's own choices, read what is held, have it erased.
    Choose,
    /// Read all that is held, or have it erased; by a link just asked for.
    Data,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Leave => "leave",
            Self::Choose => "choose",
            Self::Data => "data",
        }
    }
}

/// The key that signs links. It lies beside the store (mode 0600), or in it, and is part of a backup.
#[derive(Clone)]
pub struct LinkKey([u8; KEY_BYTES]);

const KEY_BYTES: usize = 32;
/// 128 bits of the MAC: short enough for a mail's line, far out of reach of guessing.
const MAC_BYTES: usize = 16;

impl LinkKey {
    /// Reads the key, or makes it when there is none. Of several processes that begin at once, one makes it.
    pub fn load_or_make(path: &Path) -> Result<Self, Trouble> {
        match std::fs::read(path) {
            Ok(bytes) => Self::of_file(path, &bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => Self::make(path),
            Err(error) => Err(unusable(path, "ne peut pas être lue", &error)),
        }
    }

    fn of_file(path: &Path, bytes: &[u8]) -> Result<Self, Trouble> {
        let shown = path.display();
        match <[u8; KEY_BYTES]>::try_from(bytes) {
            Ok(key) => Ok(Self(key)),
            Err(_) if bytes.is_empty() => Err(Trouble::File(format!(
                "la clé des liens {shown} est vide : remettez celle d'une sauvegarde ; si aucun courriel n'est encore parti, effacez ce fichier et une autre sera faite"
            ))),
            Err(_) => Err(Trouble::File(format!(
                "la clé des liens {shown} est abîmée ({} octets au lieu de {KEY_BYTES}) : restaurez-la d'une sauvegarde ; sans elle les liens des courriels déjà envoyés ne valent plus rien",
                bytes.len()
            ))),
        }
    }

    /// The key as PostgreSQL keeps it: of several processes that begin at once, the first one's is the key.
    pub async fn in_store(store: &Store) -> Result<Self, Trouble> {
        const NAME: &str = "link_key";
        let kept = match store.meta(NAME).await? {
            Some(kept) => kept,
            None => store.meta_or(NAME, &URL_SAFE_NO_PAD.encode(rand::random::<[u8; KEY_BYTES]>())).await?,
        };
        let key = URL_SAFE_NO_PAD.decode(kept).ok().and_then(|key| key.try_into().ok());
        key.map(Self).ok_or_else(|| {
            Trouble::File("la clé des liens que garde la base est abîmée : restaurez une sauvegarde".to_owned())
        })
    }

    fn make(path: &Path) -> Result<Self, Trouble> {
        let key: [u8; KEY_BYTES] = rand::random();
        match private::write_new(path, &key) {
            Ok(()) => Ok(Self(key)),
            // Another process made it in the meantime: that one is the key.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => match std::fs::read(path) {
                Ok(bytes) => Self::of_file(path, &bytes),
                Err(error) => Err(unusable(path, "ne peut pas être lue", &error)),
            },
            Err(error) => Err(unusable(path, "ne peut pas être écrite", &error)),
        }
    }

    /// The token of a link: who, and the proof that we wrote it.
    pub fn token(&self, purpose: Purpose, member: MemberId) -> String {
        format!("{}.{}", member.0, URL_SAFE_NO_PAD.encode(self.mac(purpose, member)))
    }

    /// Whom a token stands for; `None` when we did not write it, or for something else.
    pub fn member(&self, purpose: Purpose, token: &str) -> Option<MemberId> {
        let (member, proof) = token.split_once('.')?;
        let member = MemberId(member.parse().ok()?);
        let proof = URL_SAFE_NO_PAD.decode(proof).ok()?;
        let same: bool = subtle::ConstantTimeEq::ct_eq(proof.as_slice(), self.mac(purpose, member).as_slice()).into();
        same.then_some(member)
    }

    /// A token that is good until an instant: a forwarded or forgotten mail opens nothing later.
    pub fn token_until(&self, purpose: Purpose, member: MemberId, until: DateTime<Utc>) -> String {
        let (until, mac) = (until.timestamp(), self.mac_until(purpose, member, until.timestamp()));
        format!("{}.{until}.{}", member.0, URL_SAFE_NO_PAD.encode(mac))
    }

    /// Whom a token stands for at `now`; `None` when it is over, or not ours.
    pub fn member_until(&self, purpose: Purpose, token: &str, now: DateTime<Utc>) -> Option<MemberId> {
        let mut parts = token.splitn(3, '.');
        let member = MemberId(parts.next()?.parse().ok()?);
        let until: i64 = parts.next()?.parse().ok()?;
        let proof = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        let mac = self.mac_until(purpose, member, until);
        let same: bool = subtle::ConstantTimeEq::ct_eq(proof.as_slice(), mac.as_slice()).into();
        (same && now.timestamp() <= until).then_some(member)
    }

    fn mac_until(&self, purpose: Purpose, member: MemberId, until: i64) -> Vec<u8> {
        let mut what = member.0.to_be_bytes().to_vec();
        what.extend(until.to_be_bytes());
        let mut bytes = self.seal(purpose.word(), &what);
        bytes.truncate(MAC_BYTES);
        bytes
    }

    /// Makes Message-IDs that nobody can guess, the same for ever.
    pub fn message_seal(&self) -> Vec<u8> {
        self.seal("message-id", b"")
    }

    /// Signs the addresses that failures come back to.
    pub fn bounce_seal(&self) -> Vec<u8> {
        self.seal("bounce", b"")
    }

    /// A text that only we can have written, for one purpose; readable by whoever holds it.
    pub fn signed(&self, purpose: &str, text: &str) -> String {
        let proof = self.seal(purpose, text.as_bytes());
        let proof = proof.get(..MAC_BYTES).unwrap_or_default();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(text), URL_SAFE_NO_PAD.encode(proof))
    }

    /// The text of [`LinkKey::signed`]; `None` when we did not write it, or for something else.
    pub fn opened(&self, purpose: &str, token: &str) -> Option<String> {
        let (text, proof) = token.split_once('.')?;
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let proof = URL_SAFE_NO_PAD.decode(proof).ok()?;
        let sealed = self.seal(purpose, text.as_bytes());
        let same: bool = subtle::ConstantTimeEq::ct_eq(proof.as_slice(), sealed.get(..MAC_BYTES)?).into();
        same.then_some(text)
    }

    /// The first part of the Message-ID of a mail outside the ledger.
    pub fn post_seal(&self, seed: &str) -> String {
        self.seal("post", seed.as_bytes()).iter().take(MAC_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }

    /// What remains of an erased address: enough to know it again in an import, not to find it out.
    pub fn address_digest(&self, address: &EmailAddress) -> String {
        hex(&self.seal("address", address.expose().as_bytes()))
    }

    fn mac(&self, purpose: Purpose, member: MemberId) -> Vec<u8> {
        let mut bytes = self.seal(purpose.word(), &member.0.to_be_bytes());
        bytes.truncate(MAC_BYTES);
        bytes
    }

    fn seal(&self, purpose: &str, what: &[u8]) -> Vec<u8> {
        // HMAC takes a key of any length: the other arm is never reached.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return Vec::new() };
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(what);
        mac.finalize().into_bytes().to_vec()
    }
}

fn unusable(path: &Path, what: &str, error: &std::io::Error) -> Trouble {
    Trouble::File(format!("la clé des liens {} {what} : {}", path.display(), why_refused(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_purpose_for_its_member_only() {
        let key = LinkKey([7; KEY_BYTES]);
        let token = key.token(Purpose::Leave, MemberId(42));
        assert_eq!(key.member(Purpose::Leave, &token), Some(MemberId(42)));
        assert_eq!(key.member(Purpose::Choose, &token), None, "leaving opens nothing else");
        assert_eq!(LinkKey([8; KEY_BYTES]).member(Purpose::Leave, &token), None);
        let forged = token.replacen("42", "43", 1);
        for wrong in [forged.as_str(), "", ".", "42", "42.", "x.y"] {
            assert_eq!(key.member(Purpose::Leave, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_signed_text_opens_for_its_purpose_only() {
        let key = LinkKey([7; KEY_BYTES]);
        let token = key.signed("review", "12 1700000000 abc");
        assert_eq!(key.opened("review", &token).as_deref(), Some("12 1700000000 abc"));
        assert_eq!(key.opened("leave", &token), None);
        assert_eq!(LinkKey([8; KEY_BYTES]).opened("review", &token), None);
        let forged = key.signed("review", "13 1700000000 abc");
        let (text, _) = forged.split_once('.').unwrap();
        let (_, proof) = token.split_once('.').unwrap();
        for wrong in [format!("{text}.{proof}"), format!("{text}."), String::new(), ".".to_owned()] {
            assert_eq!(key.opened("review", &wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_fresh_token_ends() {
        let key = LinkKey([7; KEY_BYTES]);
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let token = key.token_until(Purpose::Data, MemberId(42), at("2026-01-12T10:00:00Z"));
        let check = |token: &str, now: &str, expected: Option<MemberId>| {
            assert_eq!(key.member_until(Purpose::Data, token, at(now)), expected, "{token} at {now}");
        };
        check(&token, "2026-01-12T09:59:00Z", Some(MemberId(42)));
        check(&token, "2026-01-12T10:00:01Z", None);
        check(&token.replacen("42", "43", 1), "2026-01-12T09:59:00Z", None);
        check(&key.token(Purpose::Data, MemberId(42)), "2026-01-12T09:59:00Z", None);
        check("42.x.y", "2026-01-12T09:59:00Z", None);
    }

    #[test]
    fn the_key_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("glaneur.key");
        let made = LinkKey::load_or_make(&path).unwrap();
        assert_eq!(LinkKey::load_or_make(&path).unwrap().0, made.0);
        for (damage, said) in [(&b"short"[..], "abîmée"), (b"", "vide")] {
            std::fs::write(&path, damage).unwrap();
            let trouble = LinkKey::load_or_make(&path).err().unwrap().to_string();
            assert!(trouble.contains(said), "{trouble}");
            assert_eq!(std::fs::read(&path).unwrap(), damage, "what is there is left for a person to judge");
        }
    }

    #[test]
    fn many_that_begin_at_once_have_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("glaneur.key");
        let begin = std::sync::Barrier::new(16);
        let keys: Vec<_> = std::thread::scope(|scope| {
            let start = || {
                begin.wait();
                LinkKey::load_or_make(&path).unwrap().0
            };
            let running: Vec<_> = (0..16).map(|_| scope.spawn(start)).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
