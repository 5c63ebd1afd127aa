//! What validators are told: keys, deny list, accepted brands, fare ceilings. Signed, versioned,
//! applied whole or not at all, never an older one.

use alloc::vec::Vec;

use ridecode_codec::crypto::{PublicKey, Signer};
use ridecode_codec::key::KeyList;
use ridecode_words::{BrandId, CredentialRef, IssuerId, LineId, Mode, OperatorId, UnixSeconds};

use crate::outcome::DenyReason;

/// Settings of one issuer. The defaults are design.md section 6's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IssuerRules {
    /// The issuer.
    pub issuer: IssuerId,
    /// How old a code may be, in seconds, where the scheme leaves it to the validator.
    pub acceptance_window_s: u32,
    /// The longest validity a code may claim for itself, in seconds.
    pub validity_max_s: u32,
    /// How far in the future a code may be made, in seconds.
    pub future_tolerance_s: u32,
    /// The most a ride may cost, in minor units.
    pub fare_ceiling_minor: u32,
    /// The oldest deny list this issuer's codes are accepted with, in seconds.
    pub list_age_max_s: u32,
}

impl IssuerRules {
    /// The defaults of an issuer that sets nothing: codes live 60 s, or as long as they say up to
    /// 1200 s; 20 s of future; 20.00 of fare; a deny list no older than a day.
    pub fn default_for(issuer: IssuerId) -> Self {
        Self {
            issuer,
            acceptance_window_s: 60,
            validity_max_s: 1_200,
            future_tolerance_s: 20,
            fare_ceiling_minor: 2_000,
            list_age_max_s: 86_400,
        }
    }
}

/// A brand and where it is accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BrandRule {
    /// The brand.
    pub brand: BrandId,
    /// Whose credentials carry it.
    pub issuer: IssuerId,
    /// The product number those credentials carry; `None` for all of them.
    pub product: Option<u32>,
    /// The operator that accepts it.
    pub operator: OperatorId,
    /// The modes it is accepted on.
    pub modes: Vec<Mode>,
    /// The lines it is accepted on; empty for all.
    pub lines: Vec<LineId>,
}

/// A credential that is refused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct DenyEntry {
    /// The credential.
    pub credential: CredentialRef,
    /// Why.
    pub reason: DenyReason,
}

/// Everything a validator is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bundle {
    /// Counts up; a validator never goes back.
    pub version: u64,
    /// Whose validators it is for.
    pub operator: OperatorId,
    /// When it was made: the age of its deny list counts from here.
    pub made: UnixSeconds,
    /// Keys.
    pub keys: KeyList,
    /// Settings per issuer.
    pub issuers: Vec<IssuerRules>,
    /// Accepted brands.
    pub brands: Vec<BrandRule>,
    /// Refused credentials, in ascending order of credential, each once.
    pub denied: Vec<DenyEntry>,
    /// Seconds within which the same code or rider again is taken for the same showing.
    pub silent_s: u32,
    /// The least time a used code is remembered, in seconds.
    pub replay_memory_s: u32,
    /// Clock drift in seconds at which the validator refuses to decide.
    pub clock_distrust_s: u32,
}

impl Bundle {
    /// A bundle that trusts nobody yet, with the default times: 3 s of silence, 300 s of memory,
    /// 10 s of drift.
    pub fn new(version: u64, operator: OperatorId, made: UnixSeconds) -> Self {
        Self {
            version,
            operator,
            made,
            keys: KeyList::default(),
            issuers: Vec::new(),
            brands: Vec::new(),
            denied: Vec::new(),
            silent_s: 3,
            replay_memory_s: 300,
            clock_distrust_s: 10,
        }
    }

    /// The settings of an issuer: its own, or the defaults.
    pub fn rules(&self, issuer: IssuerId) -> IssuerRules {
        self.issuers
            .iter()
            .find(|rules| rules.issuer == issuer)
            .cloned()
            .unwrap_or_else(|| IssuerRules::default_for(issuer))
    }
}

/// Why a sealed bundle is not applied.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, thiserror::Error)]
pub enum BundleFault {
    /// The bytes are no bundle.
    #[error("the bundle is damaged or cut off")]
    Malformed,
    /// The back office did not sign it.
    #[error("the bundle's signature is wrong")]
    BadSignature,
    /// It is for another operator.
    #[error("the bundle is for operator {0}, not for this one")]
    OtherOperator(OperatorId),
    /// It is not newer than the one in force.
    #[error("the bundle is version {offered}, and version {in_force} is in force")]
    NotNewer {
        /// The version refused.
        offered: u64,
        /// The version kept.
        in_force: u64,
    },
}

/// Writes and signs a bundle.
pub fn seal(_bundle: &Bundle, _office: &dyn Signer) -> Vec<u8> {
    todo!()
}

/// Reads a sealed bundle: signature first, then operator and version, then content.
/// `in_force` is the version now applied, 0 for none.
pub fn open(
    _sealed: &[u8],
    _office: &PublicKey,
    _operator: OperatorId,
    _in_force: u64,
) -> Result<Bundle, BundleFault> {
    todo!()
}
