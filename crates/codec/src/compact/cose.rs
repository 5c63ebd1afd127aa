//! What the two signatures of a compact code cover: the COSE Sig_structure (RFC 9052 section 4.4)
//! with headers that follow from the profile, so that any COSE library can check a code after
//! rebuilding two constant headers. Algorithms come from the profile the key list names.

use alloc::vec::Vec;

use crate::cbor;
use crate::crypto::{Algorithm, Signature};
use crate::key::CompactProfile;

/// What the issuer signs: level 1 as received, under header {1: alg, 4: key id}.
pub(crate) fn issuer_input(profile: CompactProfile, key_id: u32, level_1: &[u8]) -> Vec<u8> {
    let mut protected = Vec::with_capacity(12);
    protected.push(0xa2);
    protected.push(ALG);
    protected.extend_from_slice(algorithm_label(profile.issuer_algorithm()));
    protected.push(KID);
    cbor::put_bytes(&mut protected, &key_id.to_be_bytes());
    let mut input = head(&protected, level_1.len() + 32);
    cbor::put_bytes(&mut input, LEVEL_1_CONTEXT);
    cbor::put_bytes(&mut input, level_1);
    input
}

/// What the phone signs: level 2 as received, bound to all of level 1, under header {1: alg}.
pub(crate) fn device_input(
    profile: CompactProfile,
    level_1: &[u8],
    signature_1: &Signature,
    level_2: &[u8],
) -> Vec<u8> {
    let mut protected = Vec::with_capacity(8);
    protected.push(0xa1);
    protected.push(ALG);
    protected.extend_from_slice(algorithm_label(profile.device_algorithm()));
    let external = LEVEL_2_CONTEXT.len() + level_1.len() + signature_1.0.len();
    let mut input = head(&protected, external + level_2.len() + 16);
    cbor::put_bytes_head(&mut input, external);
    input.extend_from_slice(LEVEL_2_CONTEXT);
    input.extend_from_slice(level_1);
    input.extend_from_slice(&signature_1.0);
    cbor::put_bytes(&mut input, level_2);
    input
}

fn head(protected: &[u8], room: usize) -> Vec<u8> {
    let mut input = Vec::with_capacity(room + protected.len() + 16);
    cbor::put_array(&mut input, 4);
    cbor::put_text(&mut input, "Signature1");
    cbor::put_bytes(&mut input, protected);
    input
}

/// The algorithm's number as CBOR: ES256 −7 and EdDSA −8 of the COSE registry; SM2 has none there
/// and takes −65537 of the private range (RFC 9053 section 2, RFC 9052 section 11).
fn algorithm_label(algorithm: Algorithm) -> &'static [u8] {
    match algorithm {
        Algorithm::Es256 => &[0x26],
        Algorithm::EdDsa => &[0x27],
        Algorithm::Sm2 => &[0x3a, 0x00, 0x01, 0x00, 0x00],
    }
}

const ALG: u8 = 1;
const KID: u8 = 4;
const LEVEL_1_CONTEXT: &[u8] = b"ridecode/1/L1";
const LEVEL_2_CONTEXT: &[u8] = b"ridecode/1/L2";
