//! Phones and credentials.

use ridecode_account::{Credential, Device, RevokeReason};
use ridecode_codec::crypto::PublicKey;
use ridecode_store::StoreFault;
use ridecode_words::{BrandId, DeviceId, RiderId, UnixSeconds};

use crate::Office;
use crate::edge::Entropy;

/// Why no credential was given, or no phone registered.
#[derive(Debug, thiserror::Error)]
pub enum CredentialFault {
    /// No such brand.
    #[error("there is no brand {0}")]
    UnknownBrand(BrandId),
    /// The key is no point of its curve, or of the wrong kind for the brand.
    #[error("the device key is not one the brand's scheme can use: {0}")]
    WrongKey(&'static str),
    /// The phone is not the rider's.
    #[error("this phone is not registered to the rider")]
    UnknownDevice,
    /// The phone's key was withdrawn.
    #[error("this phone was revoked ({0:?}); register it again with a new key")]
    DeviceRevoked(RevokeReason),
    /// The rider has no active mandate.
    #[error("no payment mandate is active; sign one first")]
    NoMandate,
    /// The rider owes; what, for how many rides and since when.
    #[error(
        "the account is blocked: {amount_minor} minor units owed for {rides} rides since {since}"
    )]
    Blocked {
        /// What is owed.
        amount_minor: i64,
        /// For how many rides.
        rides: u32,
        /// Since when.
        since: UnixSeconds,
    },
    /// The account is closed.
    #[error("the account is closed")]
    Closed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Registers a phone's key. Registering the same key again gives the same phone.
pub async fn register_device(
    _office: &Office,
    _rider: RiderId,
    _key: PublicKey,
    _now: UnixSeconds,
) -> Result<Device, CredentialFault> {
    todo!()
}

/// What credentials are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Who asks.
    pub rider: RiderId,
    /// For which phone.
    pub device: DeviceId,
    /// Under which brand.
    pub brand: BrandId,
}

/// Gives a batch of credentials to a phone.
pub async fn grant(
    _office: &Office,
    _wanted: Wanted,
    _now: UnixSeconds,
    _entropy: &mut impl Entropy,
) -> Result<Vec<Credential>, CredentialFault> {
    todo!()
}

/// Revokes a rider's phone.
pub async fn revoke(
    _office: &Office,
    _phone: (RiderId, DeviceId),
    _reason: RevokeReason,
    _now: UnixSeconds,
) -> Result<(), CredentialFault> {
    todo!()
}
