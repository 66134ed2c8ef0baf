//! Signed links: a mail's reader acts without logging in, and nobody can act for another.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Trouble;
use crate::model::{EmailAddress, MemberId};
use crate::store::Store;

/// What a signed link lets its holder do; a link for one purpose opens no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Leave,
    /// See and change one's own choices, read what is held, have it erased.
    Choose,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Leave => "leave",
            Self::Choose => "choose",
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
    pub fn load_or_make(path: &Path) -> Result<Self, Trouble> {
        match std::fs::read(path) {
            Ok(bytes) => match <[u8; KEY_BYTES]>::try_from(bytes.as_slice()) {
                Ok(key) => Ok(Self(key)),
                Err(_) => Err(Trouble::File(format!(
                    "la clé des liens {} est abîmée ({} octets au lieu de {KEY_BYTES}) : restaurez-la d'une sauvegarde ; sans elle les liens des courriels déjà envoyés ne valent plus rien",
                    path.display(),
                    bytes.len()
                ))),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::make(path),
            Err(error) => {
                Err(Trouble::File(format!("la clé des liens {} ne peut pas être lue : {error}", path.display())))
            }
        }
    }

    /// The key as PostgreSQL keeps it; the first process makes it.
    pub async fn in_store(store: &Store) -> Result<Self, Trouble> {
        const NAME: &str = "link_key";
        if store.meta(NAME).await?.is_none() {
            let key: [u8; KEY_BYTES] = rand::random();
            store.set_meta(NAME, &URL_SAFE_NO_PAD.encode(key)).await?;
        }
        // Read again: of two processes that made one, the later is the key.
        let kept = store.meta(NAME).await?.and_then(|key| URL_SAFE_NO_PAD.decode(key).ok());
        let key = kept.and_then(|key| key.try_into().ok());
        key.map(Self).ok_or_else(|| {
            Trouble::File("la clé des liens que garde la base est abîmée : restaurez une sauvegarde".to_owned())
        })
    }

    fn make(path: &Path) -> Result<Self, Trouble> {
        let key: [u8; KEY_BYTES] = rand::random();
        match write_new(path, &key) {
            Ok(()) => Ok(Self(key)),
            // Another process made it in the meantime: that one is the key.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Self::load_or_make(path),
            Err(error) => {
                Err(Trouble::File(format!("la clé des liens {} ne peut pas être écrite : {error}", path.display())))
            }
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

    /// Makes Message-IDs that nobody can guess, the same for ever.
    pub fn message_seal(&self) -> Vec<u8> {
        self.seal("message-id", b"")
    }

    /// What remains of an erased address: enough to know it again in an import, not to find it out.
    pub fn address_digest(&self, address: &EmailAddress) -> String {
        self.seal("address", address.expose().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
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

#[cfg(unix)]
fn write_new(path: &Path, key: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(key)?;
    file.sync_all()
}

#[cfg(not(unix))]
fn write_new(path: &Path, key: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(key)?;
    file.sync_all()
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
    fn the_key_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("glaneur.key");
        let made = LinkKey::load_or_make(&path).unwrap();
        assert_eq!(LinkKey::load_or_make(&path).unwrap().0, made.0);
        std::fs::write(&path, b"short").unwrap();
        assert!(LinkKey::load_or_make(&path).is_err());
    }
}
