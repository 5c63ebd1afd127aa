//! Signed bytes: a body and 64 bytes of signature behind it. Segments and bundles travel so.
//!
//! A body begins with the name of its kind and form, so that a signature made for one kind never
//! holds for another.

use alloc::vec::Vec;

use ridecode_codec::crypto::{Crypto, PublicKey, Signature, Signer, Sm2Id};

/// Bytes of a signature.
pub(crate) const SIGNATURE_LENGTH: usize = 64;

/// Signs a body.
pub(crate) fn seal(mut body: Vec<u8>, signer: &dyn Signer) -> Vec<u8> {
    let signature = signer.sign(Sm2Id::DEFAULT, &body);
    body.extend_from_slice(&signature.0);
    body
}

/// Takes body and signature apart; proves nothing.
pub(crate) fn split(sealed: &[u8]) -> Option<(&[u8], Signature)> {
    let (body, signature) = sealed.split_last_chunk::<SIGNATURE_LENGTH>()?;
    Some((body, Signature(*signature)))
}

/// Whether the signature over the body is the key's.
pub(crate) fn holds<C: Crypto>(
    crypto: &C,
    key: &PublicKey,
    body: &[u8],
    signature: &Signature,
) -> bool {
    crypto
        .parse_key(key)
        .is_some_and(|key| crypto.verify(&key, Sm2Id::DEFAULT, body, signature))
}
