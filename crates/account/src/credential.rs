//! Credentials (授权凭证): what a phone shows codes with.

use alloc::vec::Vec;

use ridecode_codec::Scheme;
use ridecode_words::{BrandId, CredentialRef, DeviceId, RiderId, UnixSeconds};

/// Where a credential stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CredentialState {
    /// Good until it expires.
    Live,
    /// On the deny list until it expires.
    Denied(DeniedFor),
}

/// Why a credential is denied.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DeniedFor {
    /// The rider owes.
    Overdue,
    /// The phone is lost or replaced.
    Lost,
    /// The account is closed.
    Closed,
}

/// A credential as the issuer remembers it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credential {
    /// Issuer and pseudonym.
    pub id: CredentialRef,
    /// Whose.
    pub rider: RiderId,
    /// On which phone.
    pub device: DeviceId,
    /// Under which brand.
    pub brand: BrandId,
    /// In which scheme.
    pub scheme: Scheme,
    /// From when it lives.
    pub not_before: UnixSeconds,
    /// Until when it lives.
    pub expires: UnixSeconds,
    /// Where it stands.
    pub state: CredentialState,
    /// The signed bytes given to the phone.
    pub bytes: Vec<u8>,
}

/// How long credentials live and how many are given at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CredentialPolicy {
    /// Minutes a credential lives. Default 1440.
    pub lifetime_min: u32,
    /// How many are given at once, so that rides cannot be linked by an onlooker. Default 4.
    pub batch: u8,
    /// The most one ride may cost, in minor units. Default 2000.
    pub fare_ceiling_minor: u32,
}

impl Default for CredentialPolicy {
    fn default() -> Self {
        Self {
            lifetime_min: 1_440,
            batch: 4,
            fare_ceiling_minor: 2_000,
        }
    }
}
