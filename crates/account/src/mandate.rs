//! Payment mandates (签约授权).

use alloc::string::String;

use ridecode_words::{MandateId, ProviderId, RiderId, UnixSeconds};

/// Where a mandate stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MandateState {
    /// The rider was sent to the provider to sign.
    Pending,
    /// Fares may be taken.
    Active,
    /// The provider holds it, for a reason it names.
    Suspended {
        /// The provider's word.
        reason: String,
    },
    /// Ended by either side.
    Ended,
}

/// A rider's agreement that fares are taken from an account at a provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mandate {
    /// Our number for it.
    pub id: MandateId,
    /// Whose.
    pub rider: RiderId,
    /// With whom.
    pub provider: ProviderId,
    /// The provider's number, once it is known.
    pub contract: Option<String>,
    /// Where it stands.
    pub state: MandateState,
    /// When it last changed.
    pub changed: UnixSeconds,
}

/// A change a mandate does not allow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MandateFault {
    /// It has ended for good.
    #[error("the mandate has ended; a new one must be signed")]
    Ended,
    /// It has another contract number.
    #[error("the mandate has another contract number")]
    OtherContract,
}

impl Mandate {
    /// The mandate after the provider says that `contract` is in `state`. Repeats change nothing.
    pub fn told(
        self,
        _contract: &str,
        _state: MandateState,
        _now: UnixSeconds,
    ) -> Result<Self, MandateFault> {
        todo!()
    }
}
