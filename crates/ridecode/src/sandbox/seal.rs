//! The provider's signatures (docs/sandbox-provider.md, Signatures): made with its own key,
//! checked with the merchants' keys.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use ridecode_codec::crypto::native::{Native, SecretKey};
use ridecode_codec::crypto::{Algorithm, Crypto as _, PublicKey, Signature, Signer as _, Sm2Id};
use ridecode_words::UnixSeconds;
use sha2::{Digest as _, Sha256};

use super::refusal::Refusal;

/// Signs as the provider.
pub(super) struct Seal {
    key: SecretKey,
    seed: [u8; 32],
}

/// A request as it is signed.
pub(super) struct Claim<'a> {
    pub(super) method: &'a str,
    /// Path and query.
    pub(super) target: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

/// Nonces seen within the window.
#[derive(Default)]
pub(super) struct Nonces(BTreeMap<(String, String), i64>);

impl Seal {
    /// The provider of a secret key.
    pub(super) fn new(seed: [u8; 32]) -> Self {
        let key = SecretKey::new(Algorithm::EdDsa, &seed).expect("any 32 bytes are an Ed25519 key");
        Self { key, seed }
    }

    /// The provider's public key.
    pub(super) fn public_key(&self) -> [u8; 32] {
        let bytes = self.key.public_key().bytes;
        std::array::from_fn(|place| bytes[place])
    }

    /// The signature of a reply to the request with `nonce`.
    pub(super) fn reply(&self, status: u16, nonce: &str, (now, body): (i64, &[u8])) -> String {
        let digest = digest(body);
        self.sign(&format!("REPLY\n{status}\n{nonce}\n{now}\n{digest}\n"))
    }

    /// The signature of a callback.
    pub(super) fn callback(&self, merchant: &str, (now, nonce): (i64, u64), body: &str) -> String {
        let digest = digest(body.as_bytes());
        self.sign(&format!(
            "CALLBACK\n{merchant}\n{now}\n{nonce:016x}\n{digest}\n"
        ))
    }

    /// The provider's number for a merchant's contract: the same each time, and not to be guessed,
    /// because whoever knows it may sign.
    pub(super) fn contract(&self, merchant: &str, number: &str) -> String {
        let digest = Sha256::new()
            .chain_update(b"contract\n")
            .chain_update(self.seed)
            .chain_update(format!("{merchant}\n{number}\n"))
            .finalize();
        format!("C{}", hex::encode(&digest[..8]))
    }

    fn sign(&self, text: &str) -> String {
        let signature = self.key.sign(Sm2Id::DEFAULT, text.as_bytes());
        hex::encode(signature.0)
    }
}

impl Claim<'_> {
    /// The merchant a request names.
    pub(super) fn merchant(&self) -> Result<&str, Refusal> {
        self.header(MERCHANT, "the header sandbox-merchant is missing")
    }

    /// Checks the request's time and signature with the merchant's key; gives its nonce.
    pub(super) fn check(&self, key: [u8; 32], now: UnixSeconds) -> Result<String, Refusal> {
        let timestamp = self.header(TIMESTAMP, "the header sandbox-timestamp is missing")?;
        let nonce = self.header(NONCE, "the header sandbox-nonce is missing")?;
        let signature = self.header(SIGNATURE, "the header sandbox-signature is missing")?;
        let hex_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if nonce.len() != 16 || !hex_digits(nonce) {
            return Err(Refusal::MissingHeader(
                "sandbox-nonce must have 16 hex digits",
            ));
        }
        let signed: i64 = timestamp
            .parse()
            .map_err(|_| Refusal::MissingHeader("sandbox-timestamp must be Unix seconds"))?;
        if now.since_s(UnixSeconds(signed)).unsigned_abs() > WINDOW_S.unsigned_abs() {
            return Err(Refusal::StaleTimestamp);
        }
        let (method, target, digest) = (self.method, self.target, digest(self.body));
        let text = format!("{method}\n{target}\n{timestamp}\n{nonce}\n{digest}\n");
        if !is_signed(key, &text, signature) {
            return Err(Refusal::BadSignature);
        }
        Ok(nonce.to_owned())
    }

    fn header(&self, name: &str, missing: &'static str) -> Result<&str, Refusal> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().and_then(|value| value.to_str().ok());
        match (value, values.next()) {
            (Some(value), None) => Ok(value),
            _ => Err(Refusal::MissingHeader(missing)),
        }
    }
}

impl Nonces {
    /// Takes a nonce down, once.
    pub(super) fn take(
        &mut self,
        merchant: &str,
        nonce: &str,
        now: UnixSeconds,
    ) -> Result<(), Refusal> {
        // A request may be signed a window ahead, so its nonce is kept for two.
        self.0
            .retain(|_, taken| now.0.saturating_sub(*taken) <= 2 * WINDOW_S);
        match self
            .0
            .insert((merchant.to_owned(), nonce.to_owned()), now.0)
        {
            None => Ok(()),
            Some(_) => Err(Refusal::NonceReused),
        }
    }
}

fn is_signed(key: [u8; 32], text: &str, signature: &str) -> bool {
    let mut bytes = [0; 33];
    bytes[..32].copy_from_slice(&key);
    let key = PublicKey {
        algorithm: Algorithm::EdDsa,
        bytes,
    };
    let mut raw = [0; 64];
    if hex::decode_to_slice(signature, &mut raw).is_err() {
        return false;
    }
    Native
        .parse_key(&key)
        .is_some_and(|key| Native.verify(&key, Sm2Id::DEFAULT, text.as_bytes(), &Signature(raw)))
}

fn digest(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

pub(super) const MERCHANT: &str = "sandbox-merchant";
pub(super) const TIMESTAMP: &str = "sandbox-timestamp";
pub(super) const NONCE: &str = "sandbox-nonce";
pub(super) const SIGNATURE: &str = "sandbox-signature";

/// How far from now a request may be signed, in seconds.
const WINDOW_S: i64 = 300;
