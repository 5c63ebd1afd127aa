//! SM2 keys with any identity, shared by both libraries: RustCrypto's `sm2` takes identities as
//! text, and ride codes have binary ones, so the identity hash Z is made here.

use ::sm2::SecretKey as Sm2Secret;
use ::sm2::dsa::signature::Verifier as _;
use ::sm2::dsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use ::sm2::dsa::{Signature as Sm2Signature, SigningKey, VerifyingKey};
use ::sm2::elliptic_curve::sec1::ToSec1Point as _;
use sm3::{Digest as _, Sm3};

use crate::crypto::{Algorithm, PublicKey, Signature, Sm2Id};

/// A point with the hash of the default identity already made.
#[derive(Clone)]
pub(super) struct Sm2Key(VerifyingKey);

impl Sm2Key {
    /// Decompresses a point. `None` if the bytes are none of the curve.
    pub(super) fn parse(compressed: &[u8; 33]) -> Option<Self> {
        if !matches!(compressed[0], 0x02 | 0x03) {
            return None;
        }
        VerifyingKey::from_sec1_bytes(DEFAULT_ID, compressed)
            .ok()
            .map(Self)
    }

    pub(super) fn verify(&self, id: Sm2Id<'_>, message: &[u8], signature: &Signature) -> bool {
        let Ok(signature) = Sm2Signature::from_slice(&signature.0) else {
            return false;
        };
        if id == Sm2Id::DEFAULT {
            return self.0.verify(message, &signature).is_ok();
        }
        digest(&self.0, id, message)
            .is_some_and(|digest| self.0.verify_prehash(&digest, &signature).is_ok())
    }
}

/// A secret scalar. Overwritten when dropped.
pub(super) struct Sm2Scalar(SigningKey);

impl Sm2Scalar {
    /// Takes a scalar from 1 to n − 2 (GB/T 32918.1 section 6.1).
    pub(super) fn new(secret: &[u8; 32]) -> Option<Self> {
        if *secret == ORDER_MINUS_ONE {
            return None;
        }
        let secret = Sm2Secret::from_slice(secret).ok()?;
        SigningKey::new(DEFAULT_ID, &secret).ok().map(Self)
    }

    pub(super) fn public_key(&self) -> PublicKey {
        let mut bytes = [0; 33];
        bytes.copy_from_slice(self.0.verifying_key().to_sec1_point(true).as_bytes());
        PublicKey {
            algorithm: Algorithm::Sm2,
            bytes,
        }
    }

    /// Signs. The nonce comes from key and message (RFC 6979), so that the same input gives the
    /// same signature.
    pub(super) fn sign(&self, id: Sm2Id<'_>, message: &[u8]) -> Signature {
        let digest = digest(self.0.verifying_key(), id, message)
            .expect("an identity has at most 8191 bytes");
        let signature: Sm2Signature = self
            .0
            .sign_prehash(&digest)
            .expect("a scalar from 1 to n - 2 signs every digest but a negligible few");
        Signature(signature.to_bytes().into())
    }
}

impl Drop for Sm2Scalar {
    fn drop(&mut self) {
        let mut one = [0; 32];
        one[31] = 1;
        if let Some(harmless) = Sm2Secret::from_slice(&one)
            .ok()
            .and_then(|secret| SigningKey::new(DEFAULT_ID, &secret).ok())
        {
            self.0 = harmless;
            core::hint::black_box(&self.0);
        }
    }
}

/// e = SM3(Z ‖ M), Z = SM3(ENTL ‖ ID ‖ a ‖ b ‖ G ‖ P), GB/T 32918.2 section 5.5. `None` if the
/// identity's length in bits does not fit two bytes.
fn digest(key: &VerifyingKey, id: Sm2Id<'_>, message: &[u8]) -> Option<[u8; 32]> {
    let id_bits = u16::try_from(id.0.len().checked_mul(8)?).ok()?;
    let point = key.to_sec1_point(false);
    let z = Sm3::new()
        .chain_update(id_bits.to_be_bytes())
        .chain_update(id.0)
        .chain_update(CURVE)
        .chain_update(&point.as_bytes()[1..])
        .finalize();
    let digest = Sm3::new().chain_update(z).chain_update(message).finalize();
    Some(digest.into())
}

/// The default identity as the library takes it.
const DEFAULT_ID: &str = "1234567812345678";

/// a ‖ b ‖ Gx ‖ Gy of the recommended curve, GB/T 32918.5.
const CURVE: [u8; 128] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc,
    0x28, 0xe9, 0xfa, 0x9e, 0x9d, 0x9f, 0x5e, 0x34, 0x4d, 0x5a, 0x9e, 0x4b, 0xcf, 0x65, 0x09, 0xa7,
    0xf3, 0x97, 0x89, 0xf5, 0x15, 0xab, 0x8f, 0x92, 0xdd, 0xbc, 0xbd, 0x41, 0x4d, 0x94, 0x0e, 0x93,
    0x32, 0xc4, 0xae, 0x2c, 0x1f, 0x19, 0x81, 0x19, 0x5f, 0x99, 0x04, 0x46, 0x6a, 0x39, 0xc9, 0x94,
    0x8f, 0xe3, 0x0b, 0xbf, 0xf2, 0x66, 0x0b, 0xe1, 0x71, 0x5a, 0x45, 0x89, 0x33, 0x4c, 0x74, 0xc7,
    0xbc, 0x37, 0x36, 0xa2, 0xf4, 0xf6, 0x77, 0x9c, 0x59, 0xbd, 0xce, 0xe3, 0x6b, 0x69, 0x21, 0x53,
    0xd0, 0xa9, 0x87, 0x7c, 0xc6, 0x2a, 0x47, 0x40, 0x02, 0xdf, 0x32, 0xe5, 0x21, 0x39, 0xf0, 0xa0,
];

/// n − 1, which has no inverse of 1 + d.
const ORDER_MINUS_ONE: [u8; 32] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x72, 0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x22,
];
