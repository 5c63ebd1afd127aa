//! Made-up issuer, root and phone for codes made on the command line. Their keys follow from
//! published words, so anyone can make codes with them: no validator may trust them.

use ridecode_codec::crypto::Algorithm;
use ridecode_codec::crypto::portable::SecretKey;
use sha2::{Digest as _, Sha256};

/// Whose key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holder {
    Root,
    Issuer,
    Device,
}

impl Holder {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Issuer => "issuer",
            Self::Device => "device",
        }
    }
}

/// The made-up key of a holder.
pub(super) fn demo_key(holder: Holder, algorithm: Algorithm) -> SecretKey {
    let word = match algorithm {
        Algorithm::Es256 => "es256",
        Algorithm::EdDsa => "eddsa",
        Algorithm::Sm2 => "sm2",
    };
    let mut attempt = 0_u32;
    loop {
        let words = format!("ridecode demo key {} {word} {attempt}", holder.word());
        // A hash is almost always below the order of the curve.
        if let Some(key) = SecretKey::new(algorithm, &Sha256::digest(words.as_bytes()).into()) {
            return key;
        }
        attempt += 1;
    }
}
