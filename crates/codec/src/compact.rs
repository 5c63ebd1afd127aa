//! The compact scheme R1: 204 bytes, QR version 10-M.

use alloc::string::String;
use alloc::vec::Vec;

use ridecode_words::{CredentialId, IssuerId, UnixSeconds};

use crate::crypto::{PublicKey, Signer};
use crate::key::CompactProfile;
use crate::scan::Services;

/// What an issuer puts into a credential.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    /// The signature pair.
    pub profile: CompactProfile,
    /// The issuer.
    pub issuer: IssuerId,
    /// The issuer's key.
    pub key_id: u32,
    /// The pseudonym: eight random bytes, the last two zero.
    pub credential: CredentialId,
    /// From when it lives; whole minutes.
    pub not_before: UnixSeconds,
    /// For how long, in minutes, 1 to 4320.
    pub lifetime_min: u32,
    /// What it may be used for.
    pub services: Services,
    /// The issuer's rider category code.
    pub category: u8,
    /// The issuer's product number, 0 to 65535.
    pub product: u32,
    /// The most one ride may cost, in minor units.
    pub fare_ceiling_minor: u32,
    /// The phone's key.
    pub device_key: PublicKey,
}

/// A field of a grant that the scheme cannot carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the field {0} is outside what the scheme carries")]
pub struct CannotGrant(pub &'static str);

/// Signs a credential: L1 and S1, as a phone stores them.
pub fn grant(_grant: &Grant, _issuer: &dyn Signer) -> Result<Vec<u8>, CannotGrant> {
    todo!()
}

/// Makes the code a phone shows at `now` with a stored credential: text `R1:` and base45.
/// `None` if the bytes are no credential.
pub fn present(_credential: &[u8], _now: UnixSeconds, _device: &dyn Signer) -> Option<String> {
    todo!()
}
