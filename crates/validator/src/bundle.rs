//! What validators are told: keys, deny list, accepted brands, fares and their ceilings, what issuers
//! answer for, how far pass programmes are. Signed, versioned, applied whole or not at all, never an
//! older one.

mod canonical;
mod delta;
mod local;

use alloc::vec::Vec;

use ridecode_codec::crypto::{Crypto, PublicKey, Signer};
use ridecode_codec::key::KeyList;
use ridecode_words::{BrandId, CredentialRef, IssuerId, LineId, Mode, OperatorId, UnixSeconds};

use crate::deny::DenyList;
use crate::envelope;
use crate::outcome::DenyReason;
use crate::wire::Reader;

pub use delta::{Delta, is_delta, open_delta, seal_delta};
pub use local::{FlatFare, Lines, Phase, ProgrammeRule};

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
    /// The most the issuer answers for in rides that one validator admitted and the back office
    /// does not hold yet, in minor units; `None` for no limit. A ride that could pass it is over
    /// the ceiling.
    pub liability_max_minor: Option<u32>,
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
            liability_max_minor: None,
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
    /// The most a ride under it may cost here, in minor units; `None` for the issuer's ceiling.
    pub fare_ceiling_minor: Option<u32>,
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
    /// How far pass programmes are: the first rule of a place counts. Where there is none, they are
    /// enforced.
    pub programmes: Vec<ProgrammeRule>,
    /// Flat fares: the first of a place counts.
    pub flat_fares: Vec<FlatFare>,
    /// Refused credentials.
    pub denied: DenyList,
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
            programmes: Vec::new(),
            flat_fares: Vec::new(),
            denied: DenyList::default(),
            silent_s: 3,
            replay_memory_s: 300,
            clock_distrust_s: CLOCK_DISTRUST_S,
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

    /// The bundle, unless it is what none may be.
    fn sound(self) -> Result<Self, BundleFault> {
        match self.find_fault() {
            Some(fault) => Err(fault),
            None => Ok(self),
        }
    }

    /// What no bundle may be: a list too long, or two keys under one number. A code names its key
    /// by issuer and number; which of two is meant nobody could say.
    pub(crate) fn find_fault(&self) -> Option<BundleFault> {
        let mut numbers: Vec<(IssuerId, u32)> = self
            .keys
            .issuer_keys
            .iter()
            .map(|key| (key.issuer, key.key_id))
            .collect();
        numbers.sort_unstable();
        let twice = numbers.windows(2).find(|pair| pair[0] == pair[1]);
        if let Some([(issuer, key_id), ..]) = twice {
            return Some(BundleFault::DuplicateKey {
                issuer: *issuer,
                key_id: *key_id,
            });
        }
        (self.denied.len() > DENIED_MAX).then_some(BundleFault::Malformed)
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
    /// It is a delta from another version than the one in force.
    #[error("the bundle changes version {from}, and version {in_force} is in force")]
    OutOfOrder {
        /// The version it changes.
        from: u64,
        /// The version kept.
        in_force: u64,
    },
    /// Two keys of an issuer have one number.
    #[error("the bundle has two keys {key_id} of issuer {issuer}")]
    DuplicateKey {
        /// The issuer.
        issuer: IssuerId,
        /// The number.
        key_id: u32,
    },
}

/// Writes and signs a bundle.
///
/// # Panics
///
/// If the deny list is longer than [`DENIED_MAX`], another list is longer than 65,535, or two keys
/// of an issuer have one number: the back office's own mistake.
pub fn seal(bundle: &Bundle, office: &dyn Signer) -> Vec<u8> {
    assert_eq!(bundle.find_fault(), None, "a bundle of ours has no fault");
    let sealed = envelope::seal(canonical::write(bundle), office);
    assert!(sealed.len() <= LENGTH_MAX, "a bundle has at most 32 MiB");
    sealed
}

/// What a validator expects of a bundle before it looks inside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Expected {
    /// The back office's key.
    pub office: PublicKey,
    /// The operator whose validator it is.
    pub operator: OperatorId,
    /// The version now in force, 0 for none: a bundle must be newer.
    pub in_force: u64,
}

/// Reads a sealed bundle: signature first, then operator and version, then content.
pub fn open<C: Crypto>(
    sealed: &[u8],
    expected: &Expected,
    crypto: &C,
) -> Result<Bundle, BundleFault> {
    if sealed.len() > LENGTH_MAX {
        return Err(BundleFault::Malformed);
    }
    let (body, signature) = envelope::split(sealed).ok_or(BundleFault::Malformed)?;
    let mut input = Reader::new(body);
    let head = canonical::read_head(&mut input).ok_or(BundleFault::Malformed)?;
    if !envelope::holds(crypto, &expected.office, body, &signature) {
        return Err(BundleFault::BadSignature);
    }
    expected.check(&head, expected.in_force)?;
    let bundle = canonical::read_content(&mut input, head).ok_or(BundleFault::Malformed)?;
    bundle.sound()
}

impl Expected {
    /// Whom a bundle is for, then its version.
    fn check(&self, head: &canonical::Head, in_force: u64) -> Result<(), BundleFault> {
        if head.operator != self.operator {
            return Err(BundleFault::OtherOperator(head.operator));
        }
        if head.version <= in_force {
            return Err(BundleFault::NotNewer {
                offered: head.version,
                in_force,
            });
        }
        Ok(())
    }
}

/// The clock drift, in seconds, at which a validator refuses to decide unless its bundle says
/// otherwise. The back office believes no admission by a clock that may be off by so much.
pub const CLOCK_DISTRUST_S: u32 = 10;

/// The most refused credentials in a bundle.
pub const DENIED_MAX: usize = 1_000_000;

/// The most bytes of a sealed bundle.
pub const LENGTH_MAX: usize = 32 << 20;

#[cfg(test)]
mod tests;
