//! Mandates: the rider signs at the provider; the provider tells us by callback and by query.

use ridecode_account::{Mandate, MandateFault};
use ridecode_pay::ContractState;
use ridecode_store::StoreFault;
use ridecode_words::{MandateId, RiderId, UnixSeconds};

use crate::Office;
use crate::edge::{Carrier, Entropy};

/// A mandate waiting to be signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MandateToSign {
    /// The mandate.
    pub mandate: Mandate,
    /// The provider's page where the rider signs.
    pub sign_url: String,
}

/// Why a mandate did not change.
#[derive(Debug, thiserror::Error)]
pub enum MandateStepFault {
    /// The provider did not answer, or not in its documented way.
    #[error("the payment provider did not answer; try again")]
    ProviderSilent,
    /// No such mandate.
    #[error("there is no such mandate")]
    Unknown,
    /// Its state does not allow it.
    #[error(transparent)]
    State(#[from] MandateFault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Asks the provider for a page where the rider signs. `return_url` is where the provider sends
/// the rider afterwards.
pub async fn ask(
    _office: &Office,
    _asked: MandateAsked,
    _now: UnixSeconds,
    _edge: (&impl Carrier, &mut impl Entropy),
) -> Result<MandateToSign, MandateStepFault> {
    todo!()
}

/// What a rider asks for.
pub struct MandateAsked {
    /// Who.
    pub rider: RiderId,
    /// Where the provider sends the rider afterwards.
    pub return_url: String,
    /// Where the provider calls us back.
    pub callback_url: String,
}

/// Takes down what a verified callback says of a contract.
pub async fn told(
    _office: &Office,
    _mandate: MandateId,
    _news: (String, ContractState),
    _now: UnixSeconds,
) -> Result<Mandate, MandateStepFault> {
    todo!()
}

/// Asks the provider how a mandate stands and takes the answer down.
pub async fn query(
    _office: &Office,
    _mandate: MandateId,
    _now: UnixSeconds,
    _edge: (&impl Carrier, &mut impl Entropy),
) -> Result<Mandate, MandateStepFault> {
    todo!()
}
