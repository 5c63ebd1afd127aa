//! Signatures by AWS-LC for P-256 and Ed25519, by RustCrypto for SM2, which AWS-LC lacks. For
//! servers and Linux validators: five times the P-256 speed of the portable library. AWS-LC draws
//! the nonces of its ECDSA signatures itself, so these differ from one signing to the next.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
    Ed25519KeyPair, KeyPair as _, ParsedPublicKey,
};
use zeroize::Zeroizing;

use super::ed25519_point;
use super::sm2_key::{Sm2Key, Sm2Scalar};
use crate::crypto::{Algorithm, Crypto, PublicKey, Signature, Signer, Sm2Id};

/// The AWS-LC library.
#[derive(Clone, Copy, Debug, Default)]
pub struct Native;

/// A key ready for checking.
#[derive(Clone)]
pub struct Key(Parsed);

#[derive(Clone)]
enum Parsed {
    Es256(ParsedPublicKey),
    EdDsa(ParsedPublicKey),
    Sm2(Sm2Key),
}

impl Crypto for Native {
    type Key = Key;

    fn parse_key(&self, key: &PublicKey) -> Option<Key> {
        let parsed = match key.algorithm {
            Algorithm::Es256 => {
                let compressed = key.compressed_point()?;
                Parsed::Es256(ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, compressed).ok()?)
            }
            Algorithm::EdDsa => {
                let point = key.ed25519_point()?;
                Parsed::EdDsa(ParsedPublicKey::new(&ED25519, point).ok()?)
            }
            Algorithm::Sm2 => Parsed::Sm2(Sm2Key::parse(key.compressed_point()?)?),
        };
        Some(Key(parsed))
    }

    fn verify(&self, key: &Key, id: Sm2Id<'_>, message: &[u8], signature: &Signature) -> bool {
        match &key.0 {
            Parsed::Es256(key) => key.verify_sig(message, &signature.0).is_ok(),
            Parsed::EdDsa(key) => {
                let (r, _) = signature.halves();
                ed25519_point::is_acceptable(r) && key.verify_sig(message, &signature.0).is_ok()
            }
            Parsed::Sm2(key) => key.verify(id, message, signature),
        }
    }
}

/// A secret key. Overwritten when dropped; never shown.
pub struct SecretKey(Secret);

enum Secret {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Sm2(Sm2Scalar),
}

impl SecretKey {
    /// Takes a scalar, big-endian, or an Ed25519 seed. `None` if the scalar is zero or not below
    /// the order of the curve.
    pub fn new(algorithm: Algorithm, secret: &[u8; 32]) -> Option<Self> {
        let secret = match algorithm {
            Algorithm::Es256 => Secret::Es256(p256_pair(secret)?),
            Algorithm::EdDsa => {
                Secret::EdDsa(Ed25519KeyPair::from_seed_unchecked(secret.as_slice()).ok()?)
            }
            Algorithm::Sm2 => Secret::Sm2(Sm2Scalar::new(secret)?),
        };
        Some(Self(secret))
    }
}

impl Signer for SecretKey {
    fn public_key(&self) -> PublicKey {
        let mut bytes = [0; 33];
        let algorithm = match &self.0 {
            Secret::Es256(pair) => {
                // 0x04 ‖ X ‖ Y.
                let point = pair.public_key().as_ref();
                bytes[0] = 0x02 | (point[64] & 1);
                bytes[1..].copy_from_slice(&point[1..33]);
                Algorithm::Es256
            }
            Secret::EdDsa(pair) => {
                bytes[..32].copy_from_slice(pair.public_key().as_ref());
                Algorithm::EdDsa
            }
            Secret::Sm2(key) => return key.public_key(),
        };
        PublicKey { algorithm, bytes }
    }

    fn sign(&self, id: Sm2Id<'_>, message: &[u8]) -> Signature {
        let signature = match &self.0 {
            Secret::Es256(pair) => pair
                .sign(&SystemRandom::new(), message)
                .expect("a checked key signs every message"),
            Secret::EdDsa(pair) => pair.sign(message),
            Secret::Sm2(key) => return key.sign(id, message),
        };
        let mut bytes = [0; 64];
        bytes.copy_from_slice(signature.as_ref());
        Signature(bytes)
    }
}

/// AWS-LC takes a bare scalar only together with its point, but finds the point itself when the
/// scalar comes as an RFC 5915 structure without one.
fn p256_pair(secret: &[u8; 32]) -> Option<EcdsaKeyPair> {
    let mut der = Zeroizing::new([0; 51]);
    der[..7].copy_from_slice(&RFC_5915_HEAD);
    der[7..39].copy_from_slice(secret);
    der[39..].copy_from_slice(&RFC_5915_P256);
    EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_slice()).ok()
}

/// SEQUENCE, version 1, OCTET STRING of 32 bytes.
const RFC_5915_HEAD: [u8; 7] = [0x30, 49, 0x02, 0x01, 0x01, 0x04, 0x20];

/// The curve, prime256v1, as an explicit tag 0.
const RFC_5915_P256: [u8; 12] = [
    0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
];
