//! The Ministry of Transport three-level code, JT/T 1179-2018: 332 to 364 bytes.
//!
//! A root signs the issuer's certificate, the issuer signs fields 3 to 14 around it, the phone
//! signs everything with the time. All signatures are SM2 with SM3. Layout in
//! docs/code-schemes.md. Bytes are verified as received and never written anew.

mod certificate;
mod parse;

use alloc::vec::Vec;

use ridecode_words::{CredentialId, IssuerId, UnixSeconds};

use crate::crypto::{Algorithm, PublicKey, Signer};
use crate::key::IdProfile;

pub use crate::compact::CannotGrant;
pub use certificate::{Certificate, CertificateGrant, certify, root_key, root_point};
pub(crate) use parse::{CodeView, CredentialView, read};

/// What an issuer puts into fields 1 to 15.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    /// Field 1, 0x80 for interoperable codes.
    pub version: u8,
    /// Field 3.
    pub certificate: Certificate,
    /// Field 4, printable ASCII.
    pub payment_account: [u8; 16],
    /// Field 5.
    pub card_account: CredentialId,
    /// Field 6.
    pub issuer: IssuerId,
    /// Field 7.
    pub platform: u32,
    /// Field 8.
    pub account_type: u8,
    /// Field 9, fen, below 2²⁴.
    pub fare_ceiling_minor: u32,
    /// Field 10; SM2.
    pub device_key: PublicKey,
    /// Field 11.
    pub expires: UnixSeconds,
    /// Field 12, seconds, 1 to 1200.
    pub valid_for_s: u16,
    /// Field 14, at most 32 bytes.
    pub custom: Vec<u8>,
    /// How the issuer's signatures choose their identity.
    pub id_profile: IdProfile,
}

/// Signs fields 1 to 15, as a phone stores them.
pub fn grant(grant: &Grant, issuer: &dyn Signer) -> Result<Vec<u8>, CannotGrant> {
    if issuer.public_key().algorithm != Algorithm::Sm2 {
        return Err(CannotGrant("issuer key"));
    }
    let mut credential = unsigned(grant)?;
    // The format byte and an empty place for the signature, so that the parser's own view tells
    // what is signed.
    credential.push(parse::SIGNATURE_FORMAT);
    let signature_at = credential.len();
    credential.resize(signature_at + 64, 0);
    let view = parse::CredentialView::new(&credential).map_err(|_| CannotGrant("layout"))?;
    let signature = issuer.sign(view.issuer_id(grant.id_profile), view.issuer_signed());
    credential[signature_at..].copy_from_slice(&signature.0);
    Ok(credential)
}

/// Makes the code a phone shows at `now`: fields 1 to 17. `None` if the bytes are no credential, or
/// if `now` is before 1970 or after 2106.
pub fn present(
    credential: &[u8],
    profile: IdProfile,
    now: UnixSeconds,
    device: &dyn Signer,
) -> Option<Vec<u8>> {
    let view = parse::CredentialView::new(credential).ok()?;
    let mut code = Vec::with_capacity(credential.len() + parse::DEVICE_LENGTH);
    code.extend_from_slice(credential);
    code.extend_from_slice(&u32::try_from(now.0).ok()?.to_be_bytes());
    let signature = device.sign(view.device_id(profile), &code);
    code.push(parse::SIGNATURE_FORMAT);
    code.extend_from_slice(&signature.0);
    Some(code)
}

/// The issuer certificate inside a code. `None` if the bytes are no `mot` code.
pub fn certificate(code: &[u8]) -> Option<Certificate> {
    CodeView::new(code)
        .ok()
        .map(|view| view.credential.certificate())
}

/// Fields 1 to 14.
fn unsigned(grant: &Grant) -> Result<Vec<u8>, CannotGrant> {
    if grant.version < 0x80 {
        return Err(CannotGrant("version"));
    }
    if !grant
        .payment_account
        .iter()
        .all(|byte| matches!(byte, 0x20..=0x7e))
    {
        return Err(CannotGrant("payment_account"));
    }
    if grant.fare_ceiling_minor >= 1 << 24 {
        return Err(CannotGrant("fare_ceiling_minor"));
    }
    if !is_sm2_point(&grant.device_key) {
        return Err(CannotGrant("device_key"));
    }
    let expires = u32::try_from(grant.expires.0).map_err(|_| CannotGrant("expires"))?;
    if !(1..=VALID_FOR_S_MAX).contains(&grant.valid_for_s) {
        return Err(CannotGrant("valid_for_s"));
    }
    if grant.custom.len() > CUSTOM_LENGTH_MAX {
        return Err(CannotGrant("custom"));
    }
    // Both lengths are small: at most 361 and 32.
    let declared = (parse::DECLARED_LENGTH + grant.custom.len()) as u16;
    let mut fields = Vec::with_capacity(263 + grant.custom.len());
    fields.push(grant.version);
    fields.extend_from_slice(&declared.to_be_bytes());
    fields.extend_from_slice(&grant.certificate.0);
    fields.extend_from_slice(&grant.payment_account);
    fields.extend_from_slice(&grant.card_account.0);
    fields.extend_from_slice(&grant.issuer.0.to_be_bytes());
    fields.extend_from_slice(&grant.platform.to_be_bytes());
    fields.push(grant.account_type);
    fields.extend_from_slice(&grant.fare_ceiling_minor.to_be_bytes()[1..]);
    fields.extend_from_slice(&grant.device_key.bytes);
    fields.extend_from_slice(&expires.to_be_bytes());
    fields.extend_from_slice(&grant.valid_for_s.to_be_bytes());
    fields.push(grant.custom.len() as u8);
    fields.extend_from_slice(&grant.custom);
    Ok(fields)
}

fn is_sm2_point(key: &PublicKey) -> bool {
    key.algorithm == Algorithm::Sm2 && matches!(key.bytes[0], 0x02 | 0x03)
}

/// The longest a code may claim to be fresh, in seconds: what validators in the field accept.
pub const VALID_FOR_S_MAX: u16 = 1_200;

/// The longest field 14, in bytes.
pub const CUSTOM_LENGTH_MAX: usize = 32;
