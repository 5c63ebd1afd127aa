//! The Ministry of Transport three-level code, JT/T 1179-2018: 332 to 364 bytes.

use alloc::vec::Vec;

use ridecode_words::{CredentialId, IssuerId, UnixSeconds};

use crate::crypto::{PublicKey, Signer};
use crate::key::{IdProfile, RootKey};

/// An issuer certificate (field 3), 117 bytes, kept as received.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Certificate(pub [u8; 117]);

/// What a root puts into an issuer certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CertificateGrant {
    /// The root key's index.
    pub root_index: u8,
    /// Issuer id of the certificate centre.
    pub issuer: IssuerId,
    /// Last month it is good for: year 2000 to 2099 and month 1 to 12.
    pub expires_year: u16,
    /// Month of expiry, 1 to 12.
    pub expires_month: u8,
    /// Serial number, unique per root, below 2²⁴.
    pub serial: u32,
    /// The issuer's key; SM2.
    pub issuer_key: PublicKey,
}

/// What an issuer puts into fields 1 to 15.
#[derive(Clone, PartialEq, Eq, Debug)]
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
    /// Field 12, seconds, at most 1200.
    pub valid_for_s: u16,
    /// Field 14, at most 32 bytes.
    pub custom: Vec<u8>,
    /// How the issuer's signatures choose their identity.
    pub id_profile: IdProfile,
}

/// A field of a grant that the scheme cannot carry.
pub use crate::compact::CannotGrant;

/// Signs an issuer certificate.
pub fn certify(
    _: &CertificateGrant,
    _: IdProfile,
    _root: &dyn Signer,
) -> Result<Certificate, CannotGrant> {
    todo!()
}

/// Signs fields 1 to 15, as a phone stores them.
pub fn grant(_grant: &Grant, _issuer: &dyn Signer) -> Result<Vec<u8>, CannotGrant> {
    todo!()
}

/// Makes the code a phone shows at `now`: fields 1 to 17. `None` if the bytes are no credential.
pub fn present(
    _credential: &[u8],
    _: IdProfile,
    _now: UnixSeconds,
    _device: &dyn Signer,
) -> Option<Vec<u8>> {
    todo!()
}

/// Reads a root key from a bare 64-byte key (X ‖ Y) or a 0x21 record. A bare key takes `index`.
pub fn root_key(_file: &[u8], _index: u8) -> Option<RootKey> {
    todo!()
}
