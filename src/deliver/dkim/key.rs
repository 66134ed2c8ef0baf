//! The private key, RSA or Ed25519, from PEM; ring signs in constant time.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{
    ED25519, Ed25519KeyPair, KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use sha2::{Digest, Sha256};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error(
        "ce fichier n’est pas une clé privée DKIM : il commence par « -----BEGIN PRIVATE KEY----- » (RSA de 2048 bits au moins, ou Ed25519)"
    )]
    Unreadable,
    #[error("la clé DKIM ne signe pas : recréez-la")]
    Signing,
}

/// A key that signs; it never prints what it holds.
pub struct Key(Kind);

enum Kind {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, …)", self.algorithm())
    }
}

impl Key {
    /// PKCS#8 (`BEGIN PRIVATE KEY`), or RSA's own form (`BEGIN RSA PRIVATE KEY`).
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let (label, der) = decoded(pem).ok_or(KeyError::Unreadable)?;
        let rsa = match label.as_str() {
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(&der),
            "PRIVATE KEY" => {
                if let Ok(key) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der) {
                    return Ok(Self(Kind::Ed25519(key)));
                }
                RsaKeyPair::from_pkcs8(&der)
            }
            _ => return Err(KeyError::Unreadable),
        };
        rsa.map(|key| Self(Kind::Rsa(Box::new(key)))).map_err(|_| KeyError::Unreadable)
    }

    pub(super) fn algorithm(&self) -> &'static str {
        match &self.0 {
            Kind::Rsa(_) => "rsa-sha256",
            Kind::Ed25519(_) => "ed25519-sha256",
        }
    }

    pub(super) fn sign(&self, input: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.0 {
            Kind::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                let done = key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input, &mut signature);
                done.map(|()| signature).map_err(|_| KeyError::Signing)
            }
            // RFC 8463 section 3: Ed25519 signs the hash.
            Kind::Ed25519(key) => Ok(key.sign(&Sha256::digest(input)).as_ref().to_vec()),
        }
    }

    pub(super) fn verifies(&self, input: &[u8], signature: &[u8]) -> bool {
        let done =
            match &self.0 {
                Kind::Rsa(key) => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref())
                    .verify(input, signature),
                Kind::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key.public_key().as_ref())
                    .verify(&Sha256::digest(input), signature),
            };
        done.is_ok()
    }

    /// RFC 6376 section 3.6.1; RFC 8463 section 4.
    pub(super) fn record(&self) -> String {
        match &self.0 {
            Kind::Rsa(key) => {
                format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(subject_public_key(key.public_key().as_ref())))
            }
            Kind::Ed25519(key) => format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(key.public_key().as_ref())),
        }
    }
}

/// The label and the bytes of the first PEM block.
fn decoded(pem: &str) -> Option<(String, Vec<u8>)> {
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let base64: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    Some((label.to_owned(), STANDARD.decode(base64).ok()?))
}

/// RSAPublicKey wrapped as SubjectPublicKeyInfo (RFC 5280): the form that all verifiers read.
fn subject_public_key(rsa: &[u8]) -> Vec<u8> {
    /// SEQUENCE { OID rsaEncryption, NULL }
    const ALGORITHM: [u8; 15] =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let mut bits = vec![0];
    bits.extend_from_slice(rsa);
    let mut inner = ALGORITHM.to_vec();
    inner.extend(element(0x03, &bits));
    element(0x30, &inner)
}

/// One element of DER.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length = length.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<_>>();
    let mut element = vec![tag];
    match content.len() {
        short @ 0..=127 => element.push(short as u8),
        _ => {
            element.push(0x80 | length.len() as u8);
            element.extend(length);
        }
    }
    element.extend_from_slice(content);
    element
}
