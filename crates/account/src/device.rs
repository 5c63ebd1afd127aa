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

impl DeviceState {
    /// The state after a revocation. A repeat keeps the first reason and time.
    #[must_use]
    pub fn revoked(self, reason: RevokeReason, at: UnixSeconds) -> Self {
        match self {
            Self::Revoked { .. } => self,
            Self::Active => Self::Revoked { reason, at },
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_revocation_counts() {
        let check = |before: DeviceState, expected| {
            let after = before.revoked(RevokeReason::Replaced, UnixSeconds(9));
            assert_eq!(after, expected);
        };
        let lost = DeviceState::Revoked {
            reason: RevokeReason::Lost,
            at: UnixSeconds(5),
        };
        check(lost, lost);
        check(
            DeviceState::Active,
            DeviceState::Revoked {
                reason: RevokeReason::Replaced,
                at: UnixSeconds(9),
            },
        );
    }
}
