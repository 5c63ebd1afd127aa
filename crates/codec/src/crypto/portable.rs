//! Signatures in portable Rust: RustCrypto's P-256 and SM2, dalek's Ed25519. Builds where there is
//! no operating system and no C compiler. Signing is deterministic throughout.

use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::Verifier as _;

use super::ed25519_point;
use super::sm2_key::{Sm2Key, Sm2Scalar};
use crate::crypto::{Algorithm, Crypto, PublicKey, Signature, Signer, Sm2Id};

/// The portable library.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable;

/// A key ready for checking.
#[derive(Clone)]
pub struct Key(Parsed);

#[derive(Clone)]
enum Parsed {
    Es256(p256::ecdsa::VerifyingKey),
    EdDsa(ed25519_dalek::VerifyingKey),
    Sm2(Sm2Key),
}

impl Crypto for Portable {
    type Key = Key;

    fn parse_key(&self, key: &PublicKey) -> Option<Key> {
        let parsed = match key.algorithm {
            Algorithm::Es256 => {
                let compressed = key.compressed_point()?;
                Parsed::Es256(p256::ecdsa::VerifyingKey::from_sec1_bytes(compressed).ok()?)
            }
            Algorithm::EdDsa => {
                let point = key.ed25519_point()?;
                Parsed::EdDsa(ed25519_dalek::VerifyingKey::from_bytes(point).ok()?)
            }
            Algorithm::Sm2 => Parsed::Sm2(Sm2Key::parse(key.compressed_point()?)?),
        };
        Some(Key(parsed))
    }

    fn verify(&self, key: &Key, id: Sm2Id<'_>, message: &[u8], signature: &Signature) -> bool {
        match &key.0 {
            Parsed::Es256(key) => p256::ecdsa::Signature::from_slice(&signature.0)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Parsed::EdDsa(key) => {
                let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
                ed25519_point::is_acceptable(signature.r_bytes())
                    && key.verify_strict(message, &signature).is_ok()
            }
            Parsed::Sm2(key) => key.verify(id, message, signature),
        }
    }
}

/// A secret key. Overwritten when dropped; never shown.
pub struct SecretKey(Secret);

enum Secret {
    Es256(p256::ecdsa::SigningKey),
    EdDsa(ed25519_dalek::SigningKey),
    Sm2(Sm2Scalar),
}

impl SecretKey {
    /// Takes a scalar, big-endian, or an Ed25519 seed. `None` if the scalar is zero or not below
    /// the order of the curve.
    pub fn new(algorithm: Algorithm, secret: &[u8; 32]) -> Option<Self> {
        let secret = match algorithm {
            Algorithm::Es256 => {
                Secret::Es256(p256::ecdsa::SigningKey::from_slice(secret.as_slice()).ok()?)
            }
            Algorithm::EdDsa => Secret::EdDsa(ed25519_dalek::SigningKey::from_bytes(secret)),
            Algorithm::Sm2 => Secret::Sm2(Sm2Scalar::new(secret)?),
        };
        Some(Self(secret))
    }
}

impl Signer for SecretKey {
    fn public_key(&self) -> PublicKey {
        let mut bytes = [0; 33];
        let algorithm = match &self.0 {
            Secret::Es256(key) => {
                bytes.copy_from_slice(key.verifying_key().to_sec1_point(true).as_bytes());
                Algorithm::Es256
            }
            Secret::EdDsa(key) => {
                bytes[..32].copy_from_slice(key.verifying_key().as_bytes());
                Algorithm::EdDsa
            }
            Secret::Sm2(key) => return key.public_key(),
        };
        PublicKey { algorithm, bytes }
    }

    fn sign(&self, id: Sm2Id<'_>, message: &[u8]) -> Signature {
        match &self.0 {
            Secret::Es256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                Signature(signature.to_bytes().into())
            }
            Secret::EdDsa(key) => Signature(key.sign(message).to_bytes()),
            Secret::Sm2(key) => key.sign(id, message),
        }
    }
}
