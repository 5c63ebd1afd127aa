//! RSA, AES-GCM and SHA-1 by AWS-LC, with keys from PEM. Keys are checked when they are read and
//! never shown.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::vault::{EnvelopeVault, RsaVault};

/// A merchant's keys.
pub struct Vault {
    merchant: RsaKeyPair,
    provider: BTreeMap<String, ParsedPublicKey>,
    envelope: Option<LessSafeKey>,
}

/// A key that is not usable.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyFault {
    /// The merchant's key.
    #[error("the merchant's key must be PEM, `BEGIN PRIVATE KEY` (PKCS #8), RSA of 2048 bits up")]
    Merchant,
    /// One of the provider's keys.
    #[error("the provider's key {0} must be PEM, `BEGIN PUBLIC KEY`, RSA of 2048 to 8192 bits")]
    Provider(String),
    /// The shared key.
    #[error("the shared key (APIv3 key) must have 32 bytes")]
    Envelope,
}

impl Vault {
    /// Takes the merchant's private key in PEM (RFC 7468 section 10).
    pub fn new(merchant_pem: &str) -> Result<Self, KeyFault> {
        let der = pem_body(merchant_pem, "PRIVATE KEY").ok_or(KeyFault::Merchant)?;
        let merchant = RsaKeyPair::from_pkcs8(&der).map_err(|_| KeyFault::Merchant)?;
        Ok(Self {
            merchant,
            provider: BTreeMap::new(),
            envelope: None,
        })
    }

    /// Adds a public key of the provider in PEM (RFC 7468 section 13) under the name it signs
    /// with. Several may be on the list while the provider changes keys.
    pub fn with_provider_key(mut self, name: &str, pem: &str) -> Result<Self, KeyFault> {
        let fault = || KeyFault::Provider(name.to_string());
        let der = pem_body(pem, "PUBLIC KEY").ok_or_else(fault)?;
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &der).map_err(|_| fault())?;
        self.provider.insert(name.to_string(), key);
        Ok(self)
    }

    /// Sets the shared key that callbacks are sealed with: 32 bytes.
    pub fn with_envelope_key(mut self, key: &[u8]) -> Result<Self, KeyFault> {
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| KeyFault::Envelope)?;
        self.envelope = Some(LessSafeKey::new(key));
        Ok(self)
    }
}

impl RsaVault for Vault {
    fn sign(&self, text: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.merchant.public_modulus_len()];
        // The key was checked when it was read, and the buffer has the modulus' length.
        self.merchant
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text,
                &mut signature,
            )
            .expect("a checked RSA key signs");
        signature
    }

    fn is_known(&self, key: &str) -> bool {
        self.provider.contains_key(key)
    }

    fn is_signed(&self, key: &str, text: &[u8], signature: &[u8]) -> bool {
        let key = self.provider.get(key);
        key.is_some_and(|key| key.verify_sig(text, signature).is_ok())
    }
}

impl EnvelopeVault for Vault {
    fn open(&self, nonce: &[u8; 12], associated: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let key = self.envelope.as_ref()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let mut opened = sealed.to_vec();
        let length = key
            .open_in_place(nonce, Aad::from(associated), &mut opened)
            .ok()?
            .len();
        opened.truncate(length);
        Some(opened)
    }

    fn sha1(&self, file: &[u8]) -> [u8; 20] {
        let mut hash = [0; 20];
        hash.copy_from_slice(digest(&SHA1_FOR_LEGACY_USE_ONLY, file).as_ref());
        hash
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({} provider keys)", self.provider.len())
    }
}

/// The bytes of the one block of a PEM text (RFC 7468), which must have the given label.
fn pem_body(pem: &str, label: &str) -> Option<Vec<u8>> {
    if pem.len() > PEM_LENGTH_MAX {
        return None;
    }
    let rest = pem.trim().strip_prefix("-----BEGIN ")?;
    let rest = rest.strip_prefix(label)?.strip_prefix("-----")?;
    let rest = rest.strip_suffix("-----")?.strip_suffix(label)?;
    let body = rest.strip_suffix("-----END ")?;
    let body: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(body).ok()
}

const PEM_LENGTH_MAX: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::drawn::key_pair;

    #[test]
    fn keys_come_from_pem_and_from_nothing_else() {
        let (secret, public) = key_pair();
        for wrong in [
            "",
            "PRIVATE KEY",
            &public,
            &secret[..400],
            &secret.replace("IVATE", ""),
        ] {
            assert_eq!(
                Vault::new(wrong).unwrap_err(),
                KeyFault::Merchant,
                "{wrong}"
            );
        }
        let vault = Vault::new(&secret).unwrap();
        let fault = vault.with_provider_key("K", &secret).unwrap_err();
        assert_eq!(fault, KeyFault::Provider("K".to_string()));
        let vault = Vault::new(&secret).unwrap();
        let vault = vault.with_provider_key("K", &public).unwrap();
        let signature = vault.sign(b"text");
        assert!(vault.is_signed("K", b"text", &signature));
        assert!(!vault.is_signed("L", b"text", &signature));
        assert!(!vault.is_signed("K", b"texT", &signature));
        assert!(!vault.is_signed("K", b"text", &signature[1..]));
        assert_eq!(format!("{vault:?}"), "Vault(1 provider keys)");
        assert_eq!(vault.open(&[0; 12], b"", &[0; 16]), None);
        assert_eq!(
            vault.with_envelope_key(&[0; 31]).unwrap_err(),
            KeyFault::Envelope
        );
    }
}
