//! Signatures of the sandbox provider's protocol: what is signed, and how it is written.
//!
//! Three texts are signed, each begun so that none can pass for another: a request by its method
//! and target, a reply by `REPLY` and the nonce of the request it answers, a callback by
//! `CALLBACK` and the merchant it is for.

use alloc::format;
use alloc::string::String;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use ridecode_words::UnixSeconds;
use sha2::{Digest as _, Sha256};

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

/// Reads a time stamp in its one written form.
pub(super) fn read_timestamp(text: &str) -> Option<UnixSeconds> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain).map(UnixSeconds)
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

fn from_hex<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    if text.len() != 2 * LENGTH {
        return None;
    }
    let mut bytes = [0; LENGTH];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_reads_what_it_writes_and_nothing_else() {
        let check = |text: &str, expected: Option<[u8; 2]>| assert_eq!(from_hex(text), expected);
        assert_eq!(to_hex(&[0x0a, 0xff]), "0aff");
        check("0aff", Some([0x0a, 0xff]));
        check("0AFF", Some([0x0a, 0xff]));
        for wrong in ["", "0af", "0afff", "0ag0", "+aff", "站a"] {
            check(wrong, None);
        }
    }

    #[test]
    fn time_stamps_are_digits() {
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(read_timestamp(text), expected.map(UnixSeconds));
        };
        check("1767225660", Some(1_767_225_660));
        for wrong in ["", "-1", "+1", "1.0", " 1", "99999999999999999999"] {
            check(wrong, None);
        }
    }

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
