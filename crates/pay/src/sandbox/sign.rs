//! Signatures of the sandbox provider's protocol: what is signed, and how it is written.
//!
//! Three texts are signed, each begun so that none can pass for another: a request by its method
//! and target, a reply by `REPLY` and the nonce of the request it answers, a callback by
//! `CALLBACK` and the merchant it is for.

use alloc::format;
use alloc::string::String;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::arrival::from_hex;
use crate::connector::RequestTime;

/// The merchant, in requests and callbacks.
pub(super) const MERCHANT: &str = "sandbox-merchant";
/// When it was signed, in Unix seconds.
pub(super) const TIMESTAMP: &str = "sandbox-timestamp";
/// A number never used twice, in requests and callbacks.
pub(super) const NONCE: &str = "sandbox-nonce";
/// The signature, in hex.
pub(super) const SIGNATURE: &str = "sandbox-signature";

/// What a request's signature is over.
pub(super) fn request_text(line: (&str, &str), time: RequestTime, body: &[u8]) -> String {
    let (method, target) = line;
    let (timestamp, nonce, digest) = (time.now.0, nonce_text(time), body_digest(body));
    format!("{method}\n{target}\n{timestamp}\n{nonce}\n{digest}\n")
}

/// What a reply's signature is over.
pub(super) fn reply_text(status: u16, nonce: &str, timestamp: &str, body: &[u8]) -> String {
    let digest = body_digest(body);
    format!("REPLY\n{status}\n{nonce}\n{timestamp}\n{digest}\n")
}

/// What a callback's signature is over.
pub(super) fn callback_text(merchant: &str, timestamp: &str, nonce: &str, body: &[u8]) -> String {
    let digest = body_digest(body);
    format!("CALLBACK\n{merchant}\n{timestamp}\n{nonce}\n{digest}\n")
}

/// A nonce as it is written.
pub(super) fn nonce_text(time: RequestTime) -> String {
    format!("{:016x}", time.nonce)
}

/// The signature over a text, in hex.
pub(super) fn sign(key: &SigningKey, text: &str) -> String {
    to_hex(&key.sign(text.as_bytes()).to_bytes())
}

/// Whether a signature in hex over a text is the key's.
pub(super) fn is_signed(key: &VerifyingKey, text: &str, signature: &str) -> bool {
    let Some(signature) = from_hex(signature) else {
        return false;
    };
    let signature = Signature::from_bytes(&signature);
    key.verify_strict(text.as_bytes(), &signature).is_ok()
}

fn body_digest(body: &[u8]) -> String {
    to_hex(&Sha256::digest(body))
}

fn to_hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use ridecode_words::UnixSeconds;

    use super::*;

    /// The text of a signed request, as docs/sandbox-provider.md shows it.
    #[test]
    fn a_request_is_signed_over_its_documented_text() {
        let time = RequestTime {
            now: UnixSeconds(1_767_225_660),
            nonce: 0xab,
        };
        assert_eq!(
            request_text(("GET", "/v1/orders/00002001-17-1"), time, b""),
            "GET\n/v1/orders/00002001-17-1\n1767225660\n00000000000000ab\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
        );
        let key = SigningKey::from_bytes(&[7; 32]);
        let signature = sign(&key, "text");
        assert!(is_signed(&key.verifying_key(), "text", &signature));
        assert!(!is_signed(&key.verifying_key(), "Text", &signature));
        assert!(!is_signed(&key.verifying_key(), "text", &signature[2..]));
    }
}
