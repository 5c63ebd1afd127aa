//! Credentials (授权凭证): what a phone shows codes with.
//!
//! A credential is denied for the gravest reason it was ever given; only debt is taken back.

use alloc::vec::Vec;

use ridecode_codec::Scheme;
use ridecode_words::{BrandId, CredentialRef, DeviceId, RiderId, UnixSeconds};

use crate::block::Block;
use crate::device::RevokeReason;

/// Where a credential stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CredentialState {
    /// Good until it expires.
    Live,
    /// On the deny list until it expires.
    Denied(DeniedFor),
}

/// Why a credential is denied, the gravest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DeniedFor {
    /// The rider owes.
    Overdue,
    /// The phone is lost or replaced.
    Lost,
    /// The account is closed.
    Closed,
}

impl From<RevokeReason> for DeniedFor {
    fn from(reason: RevokeReason) -> Self {
        match reason {
            RevokeReason::Lost | RevokeReason::Replaced => Self::Lost,
            RevokeReason::Closed => Self::Closed,
        }
    }
}

impl CredentialState {
    /// The state after a reason to deny it. A graver reason stands.
    #[must_use]
    pub fn denied(self, reason: DeniedFor) -> Self {
        match self {
            Self::Live => Self::Denied(reason),
            Self::Denied(before) => Self::Denied(before.max(reason)),
        }
    }

    /// The state once the rider owes nothing: debt is forgotten, other reasons stand.
    #[must_use]
    pub fn paid(self) -> Self {
        match self {
            Self::Live | Self::Denied(DeniedFor::Overdue) => Self::Live,
            Self::Denied(DeniedFor::Lost | DeniedFor::Closed) => self,
        }
    }
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
    /// When the block began in which it gives one ride home; `None` for an ordinary credential.
    pub essential_since: Option<UnixSeconds>,
}

impl Credential {
    /// Whether it is good although its rider is blocked: it was given for this block, and its ride
    /// was not taken. Another block, or another reason to deny it, ends that.
    pub fn carries_home(&self, block: &Block) -> bool {
        self.essential_since == Some(block.since) && self.state == CredentialState::Live
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const LIVE: CredentialState = CredentialState::Live;
    const OVERDUE: CredentialState = CredentialState::Denied(DeniedFor::Overdue);
    const LOST: CredentialState = CredentialState::Denied(DeniedFor::Lost);
    const CLOSED: CredentialState = CredentialState::Denied(DeniedFor::Closed);

    #[test]
    fn the_gravest_reason_stands() {
        let check = |before: CredentialState, reason, expected| {
            assert_eq!(before.denied(reason), expected);
        };
        check(LIVE, DeniedFor::Overdue, OVERDUE);
        check(LIVE, DeniedFor::Lost, LOST);
        check(OVERDUE, DeniedFor::Overdue, OVERDUE);
        check(OVERDUE, DeniedFor::Lost, LOST);
        check(LOST, DeniedFor::Overdue, LOST);
        check(LOST, DeniedFor::Closed, CLOSED);
        check(CLOSED, DeniedFor::Overdue, CLOSED);
    }

    #[test]
    fn paying_takes_back_debt_alone() {
        let check = |before: CredentialState, expected| assert_eq!(before.paid(), expected);
        check(LIVE, LIVE);
        check(OVERDUE, LIVE);
        check(LOST, LOST);
        check(CLOSED, CLOSED);
    }

    #[test]
    fn a_revoked_phone_denies_its_credentials() {
        let check = |reason: RevokeReason, expected| assert_eq!(DeniedFor::from(reason), expected);
        check(RevokeReason::Lost, DeniedFor::Lost);
        check(RevokeReason::Replaced, DeniedFor::Lost);
        check(RevokeReason::Closed, DeniedFor::Closed);
    }
}
