//! Riders' phones as holders of signing keys.

use ridecode_codec::crypto::PublicKey;
use ridecode_words::{DeviceId, RiderId, UnixSeconds};

/// Why a phone may no longer sign.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RevokeReason {
    /// Reported lost.
    Lost,
    /// The account moved to another phone.
    Replaced,
    /// The account was closed.
    Closed,
}

/// Where a phone stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeviceState {
    /// Its credentials are good.
    Active,
    /// Its credentials are denied.
    Revoked {
        /// Why.
        reason: RevokeReason,
        /// Since when.
        at: UnixSeconds,
    },
}

/// A phone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    /// Its number.
    pub id: DeviceId,
    /// Whose.
    pub rider: RiderId,
    /// Its key.
    pub key: PublicKey,
    /// Where it stands.
    pub state: DeviceState,
    /// When it was registered.
    pub registered: UnixSeconds,
}
